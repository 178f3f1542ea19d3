//! Blocks inside many others. Said once for a function, at the first block that is too deep.

use std::collections::BTreeMap;

use super::spot::Spot;
use super::{File, Rule, Smell};

/// Where the word before a statement is looked for.
const WORD_BEFORE_BYTES: usize = 16;

pub(super) fn deep(file: &File<'_>) -> Vec<Smell> {
    let limit = file.limits.nesting_max;
    // By function: the first block that is too deep, and how deep it gets.
    let mut found: BTreeMap<usize, (Spot, u32)> = BTreeMap::new();
    let mut around: Vec<Spot> = Vec::new();
    for nest in file.nodes.nests.iter().filter(|nest| !is_else_if(file, **nest)) {
        around.retain(|outer| outer.end >= nest.end);
        let Some(function) = file.nodes.function_of(nest.start) else { continue };
        let own = function.whole;
        let outside = around.iter().filter(|outer| own.holds(outer.start)).count();
        let depth = u32::try_from(outside + 1).unwrap_or(u32::MAX);
        around.push(*nest);
        if depth > limit {
            let (_, deepest) = found.entry(own.start).or_insert((*nest, depth));
            *deepest = (*deepest).max(depth);
        }
    }
    let smells = found.into_values().filter_map(|(nest, depth)| {
        let function = file.nodes.function_of(nest.start)?;
        let smell = file.smell(Rule::DeepNesting, file.first_line(nest), function.whole.range());
        Some(smell.named(file.text(function.name)).of(depth, limit))
    });
    smells.collect()
}

/// One more condition of a decision is no deeper than the first. Told by the word before it: a tree
/// looks for a parent from its root on, which is slow in a long file.
fn is_else_if(file: &File<'_>, nest: Spot) -> bool {
    file.source.before(nest.start, WORD_BEFORE_BYTES).trim_end().ends_with("else")
}

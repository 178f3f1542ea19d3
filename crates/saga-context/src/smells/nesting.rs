//! Blocks inside many others. Said once for a function, at the first block that is too deep.

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::{File, Rule, Smell};

pub(super) fn deep(file: &File<'_>) -> Vec<Smell> {
    let limit = file.limits.nesting_max;
    // By function: the first block that is too deep, and how deep it gets.
    let mut found: BTreeMap<usize, (Node<'_>, u32)> = BTreeMap::new();
    let mut around: Vec<Node<'_>> = Vec::new();
    for nest in file.nodes.nests.iter().filter(|nest| !is_else_if(**nest)) {
        around.retain(|outer| outer.end_byte() >= nest.end_byte());
        let Some(function) = file.nodes.function_of(nest.start_byte()) else { continue };
        let own = function.node.byte_range();
        let outside = around.iter().filter(|outer| own.contains(&outer.start_byte())).count();
        let depth = u32::try_from(outside + 1).unwrap_or(u32::MAX);
        around.push(*nest);
        if depth > limit {
            let (_, deepest) = found.entry(own.start).or_insert((*nest, depth));
            *deepest = (*deepest).max(depth);
        }
    }
    let smells = found.into_values().filter_map(|(nest, depth)| {
        let function = file.nodes.function_of(nest.start_byte())?;
        let smell = file.smell(Rule::DeepNesting, file.first_line(nest), function.node);
        Some(smell.named(&file.text(function.name)).of(depth, limit))
    });
    smells.collect()
}

/// One more condition of a decision is no deeper than the first.
fn is_else_if(nest: Node<'_>) -> bool {
    let Some(parent) = nest.parent() else { return false };
    let is_alternative =
        parent.child_by_field_name("alternative").is_some_and(|other| other.id() == nest.id());
    // Kotlin names the branches of an `if` by nothing but their order.
    let is_last = parent.kind() == "if_expression"
        && nest.kind() == "if_expression"
        && parent
            .child(parent.child_count().saturating_sub(1))
            .is_some_and(|it| it.id() == nest.id());
    parent.kind() == "else_clause" || is_alternative || is_last
}

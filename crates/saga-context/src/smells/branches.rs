//! Branches of one decision that do the same: often the second one was copied and not changed.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::spot::Branch;
use super::{File, Rule, Smell};

/// Characters that are not blank, from which on two equal branches are no accident.
const SAID_MIN: usize = 20;
/// Equal branches of other decisions that are looked through for one of the same.
const TWINS_MAX: usize = 16;

pub(super) fn duplicate(file: &File<'_>) -> Vec<Smell> {
    // By what they do. Only of those that do the same is it asked what they belong to, since a tree
    // looks for a parent from its root on.
    let mut alike: FxHashMap<String, Vec<&Branch>> = FxHashMap::default();
    let mut found = Vec::new();
    for branch in file.nodes.branches.iter().filter(|branch| !branch.whole.has_error) {
        let does = squeezed(file.source.of(branch.start..branch.whole.end));
        if does.chars().filter(|c| !c.is_whitespace()).count() < SAID_MIN {
            continue;
        }
        let twins = alike.entry(does).or_default();
        let twin = twins.iter().take(TWINS_MAX).find(|twin| is_of_one_decision(file, branch, twin));
        match twin {
            Some(twin) => found.extend(told(file, branch, twin)),
            None => twins.push(branch),
        }
    }
    found
}

fn told(file: &File<'_>, branch: &Branch, twin: &Branch) -> Option<Smell> {
    let first_line = u32::try_from(file.source.row(twin.whole.start) + 1).unwrap_or(u32::MAX);
    let (shown, whole) = (file.first_line(branch.whole), whole(branch.whole.find(file.root)?));
    let smell = file.smell(Rule::DuplicateBranch, shown, whole.byte_range());
    Some(Smell { value: Some(first_line), ..smell })
}

fn is_of_one_decision(file: &File<'_>, one: &Branch, other: &Branch) -> bool {
    let decision = decision(file, one);
    decision.is_some() && decision == self::decision(file, other)
}

/// What tells the decision a branch belongs to from others.
fn decision(file: &File<'_>, branch: &Branch) -> Option<usize> {
    let node = branch.whole.find(file.root)?;
    if branch.is_case { node.parent().map(decision_of_case) } else { Some(whole(node).id()) }
}

/// The statement a branch is of, as a whole.
fn whole(branch: Node<'_>) -> Node<'_> {
    let mut whole = branch;
    while let Some(parent) = whole.parent().filter(|parent| is_part_of_decision(*parent)) {
        whole = parent;
    }
    if whole.id() == branch.id() { branch.parent().unwrap_or(branch) } else { whole }
}

fn is_part_of_decision(node: Node<'_>) -> bool {
    let kind = node.kind();
    let is_if = kind.starts_with("if") || kind == "unless";
    is_if || kind.starts_with("el")
}

/// A branch's body may stand in a node of its own.
fn decision_of_case(parent: Node<'_>) -> usize {
    let is_branch = ["case", "arm", "when", "switch_rule", "default"]
        .iter()
        .any(|part| parent.kind().contains(part) && parent.kind() != "case");
    match parent.parent() {
        Some(around) if is_branch && parent.kind() != "when_expression" => around.id(),
        _ => parent.id(),
    }
}

/// Where a branch begins behind what it is chosen by.
pub(super) fn after_label(case: Node<'_>) -> usize {
    let mut cursor = case.walk();
    let labels =
        case.children(&mut cursor).filter(|child| matches!(child.kind(), ":" | "=>" | "->"));
    labels.last().map_or(case.start_byte(), |label| label.end_byte())
}

/// The text with one blank for many.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

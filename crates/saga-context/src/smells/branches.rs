//! Branches of one decision that do the same: often the second one was copied and not changed.

use tree_sitter::Node;

use super::{File, Rule, Smell};

/// Characters that are not blank, from which on two equal branches are no accident.
const SAID_MIN: usize = 20;

/// A branch, the decision it belongs to, and what it does, blanks aside.
struct Branch<'tree> {
    node: Node<'tree>,
    decision: usize,
    does: String,
}

pub(super) fn duplicate(file: &File<'_>) -> Vec<Smell> {
    let arms =
        file.nodes.arms.iter().map(|arm| (*arm, decision_of_arm(*arm), arm.byte_range().start));
    let cases = file.nodes.cases.iter().filter_map(|case| {
        let decision = case.parent().map(decision_of_case)?;
        Some((*case, decision, after_label(*case)))
    });
    let mut branches: Vec<Branch<'_>> = Vec::new();
    let mut found = Vec::new();
    for (node, decision, start) in arms.chain(cases) {
        if node.has_error() {
            continue;
        }
        let does = squeezed(&crate::text::slice(file.rope, start..node.end_byte()));
        if does.chars().filter(|c| !c.is_whitespace()).count() < SAID_MIN {
            continue;
        }
        let twin = branches.iter().find(|it| it.decision == decision && it.does == does);
        if let Some(twin) = twin {
            let first_line = u32::try_from(twin.node.start_position().row + 1).unwrap_or(u32::MAX);
            let whole = whole(node);
            let smell = file.smell(Rule::DuplicateBranch, file.first_line(node), whole);
            found.push(Smell { value: Some(first_line), ..smell });
        } else {
            branches.push(Branch { node, decision, does });
        }
    }
    found
}

/// The first condition of a chain of `if` and `else if`.
fn decision_of_arm(arm: Node<'_>) -> usize {
    whole(arm).id()
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
fn after_label(case: Node<'_>) -> usize {
    let mut cursor = case.walk();
    let labels =
        case.children(&mut cursor).filter(|child| matches!(child.kind(), ":" | "=>" | "->"));
    labels.last().map_or(case.start_byte(), |label| label.end_byte())
}

/// The text with one blank for many.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! Places edited a moment ago.

use expect_test::expect;
use saga_domain::{Span, TextEdit};

use super::{World, show};
use crate::ContextLimits;

/// Edits `path` by putting `new` where `old` stands, and notes it.
fn edit(world: &mut World, path: &str, old: &str, new: &str) {
    let documents = &mut world.opened.documents;
    let doc = documents.get(path).unwrap();
    let text = doc.text(Span::new(0, usize::MAX));
    let start = text.find(old).expect("the text to edit");
    let change = TextEdit { span: Span::new(start, start + old.len()), text: new.to_owned() };
    documents.change(path, doc.version() + 1, &[change]).unwrap();
    let doc = documents.get(path).unwrap();
    world.recent.note_edit(&doc, Span::new(start, start + new.len()));
}

const TWO_FILES: &str = "
//- /main.py
$0
//- /settings.py
import os

DEBUG = True

TIMEOUT = 10

RETRIES = 3


NAME = 'a'
//- /notes.md
# Notes
";

#[test]
fn an_edit_elsewhere_is_shown_with_the_lines_around_it() {
    let mut world = World::new(TWO_FILES);
    edit(&mut world, "settings.py", "10", "10 * SECOND");
    expect![[r#"
        edited settings.py: DEBUG = True

        TIMEOUT = 10 * SECOND

        RETRIES = 3
    "#]]
    .assert_eq(&show(&world.related(&ContextLimits::USUAL)));
}

#[test]
fn edits_next_to_each_other_are_one_place() {
    let mut world = World::new(TWO_FILES);
    for (old, new) in [("10", "1"), ("= 1\n", "= 15\n"), ("= 3", "= 4"), ("15", "1_500")] {
        edit(&mut world, "settings.py", old, new);
    }
    expect![[r#"
        edited settings.py: DEBUG = True

        TIMEOUT = 1_500

        RETRIES = 4
    "#]]
    .assert_eq(&show(&world.related(&ContextLimits::USUAL)));
}

#[test]
fn a_place_moves_with_the_lines_above_it() {
    let mut world = World::new(TWO_FILES);
    edit(&mut world, "settings.py", "'a'", "'b'");
    edit(&mut world, "settings.py", "import os\n", &"import os\n".repeat(30));
    edit(&mut world, "settings.py", "'b'", "'c'");
    let found = show(&world.related(&ContextLimits::USUAL));
    assert_eq!(found.matches("NAME =").count(), 1, "{found}");
    assert!(found.contains("NAME = 'c'"), "{found}");
}

#[test]
fn what_stands_around_the_cursor_is_not_repeated() {
    let mut world = World::new("//- /a.py\none = 1\ntwo = 2\n$0\n");
    edit(&mut world, "a.py", "1", "11");
    assert_eq!(show(&world.related(&ContextLimits::USUAL)), "");

    let far = "x = 0\n".repeat(300);
    let mut world = World::new(&format!("//- /a.py\none = 1\n\n\n{far}$0\n"));
    edit(&mut world, "a.py", "1", "11");
    assert_eq!(show(&world.related(&ContextLimits::USUAL)), "edited a.py: one = 11\n");
}

#[test]
fn their_order_is_that_of_their_files() {
    let fixture = "
//- /main.py
$0
//- /b.py
one = 1
//- /a.py
two = 2
";
    let mut forth = World::new(fixture);
    edit(&mut forth, "b.py", "1", "11");
    edit(&mut forth, "a.py", "2", "22");
    let mut back = World::new(fixture);
    edit(&mut back, "a.py", "2", "22");
    edit(&mut back, "b.py", "1", "11");
    let limits = ContextLimits::USUAL;
    assert_eq!(forth.related(&limits), back.related(&limits));
    assert_eq!(show(&forth.related(&limits)), "edited a.py: two = 22\nedited b.py: one = 11\n");
}

#[test]
fn few_are_shown_and_few_are_kept() {
    let lines: String = (0..400).map(|n| format!("value_{n} = {n}\n\n\n\n\n\n")).collect();
    let mut world = World::new(&format!("//- /main.py\n$0\n//- /many.py\n{lines}"));
    for n in 100..200 {
        edit(&mut world, "many.py", &format!("value_{n} = {n}\n"), &format!("value_{n} = 'x'\n"));
    }
    let found = world.related(&ContextLimits::USUAL);
    assert_eq!(found.len(), ContextLimits::USUAL.edits_max);
    assert!(show(&found).contains("value_199 = 'x'"));
    let all =
        ContextLimits { edits_max: 1000, edits_bytes_max: usize::MAX, ..ContextLimits::USUAL };
    assert!(world.related(&all).len() < 100);
}

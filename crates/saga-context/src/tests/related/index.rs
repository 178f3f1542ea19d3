//! The index of a workspace: what comes in, what goes, and what it costs.

use expect_test::{Expect, expect};

use crate::{IndexLimits, IndexedFile, WorkspaceIndex, index_file, is_indexable};

fn file(path: &str, text: &str) -> IndexedFile {
    index_file(path, text, &IndexLimits::USUAL).expect("a known language")
}

/// Definitions of `name` in Python files.
fn check(index: &WorkspaceIndex, name: &str, expected: Expect) {
    let found = index.named(name, "python");
    let found: String = found.map(|found| format!("{}: {}\n", found.path, found.text)).collect();
    expected.assert_eq(&found);
}

#[test]
fn a_file_is_replaced_and_forgotten_by_its_path() {
    let mut index = WorkspaceIndex::new(IndexLimits::USUAL);
    assert!(index.add(file("a.py", "def one(): pass\n")));
    assert!(index.add(file("b.py", "def one(two): pass\n")));
    check(
        &index,
        "one",
        expect![[r#"
        a.py: def one()
        b.py: def one(two)
    "#]],
    );
    assert!(index.add(file("a.py", "def other(): pass\n")));
    check(
        &index,
        "one",
        expect![[r#"
        b.py: def one(two)
    "#]],
    );
    assert!(index.holds("a.py") && index.len() == 2);
    index.remove("a.py");
    index.remove("a.py");
    check(&index, "other", expect![""]);
    index.clear();
    assert!(index.is_empty() && index.bytes() == 0);
    check(&index, "one", expect![""]);
}

#[test]
fn what_goes_leaves_nothing_behind() {
    let text = include_str!("../samples/python.txt");
    let mut index = WorkspaceIndex::new(IndexLimits::USUAL);
    for turn in 0..50 {
        for n in 0..20 {
            index.add(file(&format!("{n}.py"), &text.replace("Order", &format!("Order{turn}"))));
        }
    }
    assert_eq!(index.len(), 20);
    for n in 0..20 {
        index.remove(&format!("{n}.py"));
    }
    assert_eq!((index.len(), index.bytes(), index.held_lists()), (0, 0, 0));
}

#[test]
fn only_files_of_known_languages_come_in() {
    assert!(
        is_indexable("src/Main.java") && is_indexable("C:\\x\\A.TS") && is_indexable("Gemfile")
    );
    assert!(!is_indexable("logo.png") && !is_indexable("rs") && !is_indexable("notes"));
    let limits = IndexLimits { file_bytes_max: 10, ..IndexLimits::USUAL };
    assert!(index_file("a.py", "x = 1\0\n", &IndexLimits::USUAL).is_none(), "binary");
    assert!(index_file("a.py", "x = 1 + 2 + 3\n", &limits).is_none(), "too large");
    assert!(index_file("a.png", "x", &limits).is_none(), "no language");
}

#[test]
fn a_file_that_takes_too_long_goes_without_definitions() {
    let text = "def f(a, b): return [a, b]\n".repeat(500);
    let limits = IndexLimits { parse_steps_max: 3, ..IndexLimits::USUAL };
    let mut index = WorkspaceIndex::new(limits);
    assert!(index.add(index_file("a.py", &text, &limits).unwrap()));
    check(&index, "f", expect![""]);
}

#[test]
fn full_means_full_and_the_old_text_of_a_file_is_gone_then() {
    let limits = IndexLimits { files_max: 2, ..IndexLimits::USUAL };
    let mut index = WorkspaceIndex::new(limits);
    assert!(index.add(file("a.py", "a = 1")) && index.add(file("b.py", "b = 1")));
    assert!(!index.add(file("c.py", "c = 1")));
    let limits = IndexLimits { bytes_max: 600, ..IndexLimits::USUAL };
    let mut index = WorkspaceIndex::new(limits);
    assert!(index.add(file("a.py", "def one(): pass\n")));
    assert!(!index.add(file("a.py", &"def one(): pass\n".repeat(100))));
    assert!(index.is_empty() && index.bytes() == 0);
}

/// Files of the size that source files have, by what is estimated here; that the estimate is
/// right is measured from outside, by the benchmark of a workspace.
#[test]
fn two_thousand_files_take_tens_of_megabytes() {
    let text = include_str!("../samples/typescript.txt");
    let mut index = WorkspaceIndex::new(IndexLimits::USUAL);
    let mut source_bytes = 0;
    for n in 0..40 {
        let text: String =
            (0..4).map(|m| text.replace("Registry", &format!("Registry{n}x{m}"))).collect();
        source_bytes += text.len();
        assert!(index.add(file(&format!("src/{n}.ts"), &text)));
    }
    assert!(index.bytes() < 6 * source_bytes, "{} for {source_bytes}", index.bytes());
}

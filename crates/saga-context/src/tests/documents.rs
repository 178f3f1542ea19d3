//! The store: versions, limits, bad input, and trees that come late.

use expect_test::{Expect, expect};
use saga_domain::{ByteOffset, FailureCode, Span, TextEdit};

use super::parse;
use crate::{DocumentLimits, Documents, Misfit};

const SMALL: DocumentLimits = DocumentLimits {
    document_bytes_max: 64,
    tree_bytes_max: 32,
    open_documents_max: 3,
    open_bytes_max: 128,
    edits_pending_max: 4,
    parse_steps_max: 1000,
};

fn edit(start: usize, end: usize, text: &str) -> TextEdit {
    TextEdit { span: Span::new(start, end), text: text.to_owned() }
}

fn text(documents: &Documents, uri: &str) -> Option<String> {
    documents.get(uri).map(|doc| doc.text(Span::new(0, usize::MAX)))
}

/// One edit against `가나다\n` at version 1: the text after it, or the refusal and what is left.
fn check_change(version: i64, edits: &[TextEdit], expected: Expect) {
    let mut documents = Documents::new(SMALL);
    documents.open("a", "a", "python", 1, "가나다\n").unwrap();
    let shown = match documents.change("a", version, edits) {
        Ok(()) => format!("{:?}", text(&documents, "a").unwrap()),
        Err(misfit) => {
            let left = text(&documents, "a");
            format!("{}: {misfit} Left: {left:?}", misfit.code().name())
        }
    };
    expected.assert_eq(&shown);
}

#[test]
fn edits_apply_one_after_another() {
    check_change(
        2,
        &[edit(0, 3, "x"), edit(1, 4, "yz"), edit(7, 7, "끝")],
        expect![[r#""xyz다\n끝""#]],
    );
    check_change(7, &[], expect![[r#""가나다\n""#]]);
}

#[test]
fn what_does_not_fit_is_refused_as_a_whole() {
    check_change(
        2,
        &[edit(0, 3, "x"), edit(99, 99, "y")],
        expect![
            "offset_out_of_range: Offset 99 lies outside the document, which has 8 bytes. Left: None"
        ],
    );
    check_change(
        2,
        &[edit(1, 3, "x")],
        expect!["offset_out_of_range: Offset 1 lies inside a character. Left: None"],
    );
    check_change(
        2,
        &[edit(3, 0, "x")],
        expect!["offset_out_of_range: A span cannot start at 3 and end at 0. Left: None"],
    );
    check_change(
        2,
        &[edit(0, 0, &"x".repeat(60))],
        expect!["too_large: The document has 70 bytes; at most 64 are read. Left: None"],
    );
    check_change(
        2,
        &[edit(0, 0, "a\0b")],
        expect!["unsupported: The document is binary and cannot be completed. Left: None"],
    );
    check_change(
        1,
        &[edit(0, 0, "x")],
        expect![[
            r#"stale_document: The change is for version 1, but version 1 is already here. Left: Some("가나다\n")"#
        ]],
    );
    check_change(
        0,
        &[],
        expect![[
            r#"stale_document: The change is for version 0, but version 1 is already here. Left: Some("가나다\n")"#
        ]],
    );
}

#[test]
fn an_unknown_document_is_named_so() {
    let mut documents = Documents::new(SMALL);
    assert_eq!(documents.change("a", 2, &[]), Err(Misfit::UnknownDocument));
    assert_eq!(Misfit::UnknownDocument.code(), FailureCode::UnknownDocument);
    documents.close("a");
    assert!(documents.get("a").is_none() && documents.parse_job("a").is_none());
}

#[test]
fn fifty_megabytes_are_refused() {
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("a", "a", "rust", 1, "fn a() {}").unwrap();
    let large = "x".repeat(50 << 20);
    let misfit = documents.open("a", "a", "rust", 2, &large).unwrap_err();
    expect!["The document has 52428800 bytes; at most 4194304 are read."]
        .assert_eq(&misfit.to_string());
    assert_eq!(misfit.code(), FailureCode::TooLarge);
    assert!(documents.get("a").is_none(), "the text of before is not taken for the one of now");
}

#[test]
fn binary_is_refused() {
    let mut documents = Documents::new(DocumentLimits::USUAL);
    let refused = documents.open("a", "a", "rust", 1, "\u{7f}ELF\0\0");
    assert_eq!(refused, Err(Misfit::Binary));
    assert!(documents.is_empty());
}

#[test]
fn empty_and_without_a_final_newline_are_fine() {
    for source in ["", "\n", "\r\n", "x = 1", "x = 1\r\ny = 2", "\u{feff}x", "\u{fffd}"] {
        let mut documents = Documents::new(DocumentLimits::USUAL);
        documents.open("a", "a", "python", 1, source).unwrap();
        parse(&mut documents, "a");
        let doc = documents.get("a").unwrap();
        assert_eq!(text(&documents, "a").unwrap(), source);
        assert_eq!(doc.eol(), if source.contains("\r\n") { "\r\n" } else { "\n" }, "{source:?}");
        for at in 0..source.len() + 3 {
            let _ = crate::context_at(&doc, ByteOffset(at), &crate::ContextLimits::USUAL);
            let _ = crate::cursor_place(&doc, ByteOffset(at));
            let _ = crate::selection_to_edit(&doc, Span::new(at, at + 1));
            let _ = crate::enclosing_definition(&doc, Span::new(at, at + 1));
        }
    }
}

#[test]
fn an_offset_is_checked() {
    let mut documents = Documents::new(SMALL);
    documents.open("a", "a", "python", 1, "가나").unwrap();
    let doc = documents.get("a").unwrap();
    assert_eq!(doc.check(ByteOffset(6)), Ok(()));
    assert_eq!(doc.check(ByteOffset(7)), Err(Misfit::OutOfRange { offset: 7, len: 6 }));
    assert_eq!(doc.check(ByteOffset(4)), Err(Misfit::InsideCharacter { offset: 4 }));
}

#[test]
fn a_snapshot_stays_as_it_was() {
    let mut documents = Documents::new(SMALL);
    documents.open("a", "a", "python", 1, "x = 1\n").unwrap();
    let before = documents.get("a").unwrap();
    documents.change("a", 2, &[edit(4, 5, "2")]).unwrap();
    assert_eq!(before.text(Span::new(0, 99)), "x = 1\n");
    assert_eq!((before.version(), documents.get("a").unwrap().version()), (1, 2));
}

#[test]
fn the_longest_unused_is_forgotten() {
    let mut documents = Documents::new(SMALL);
    for uri in ["a", "b", "c"] {
        documents.open(uri, uri, "python", 1, "x").unwrap();
    }
    documents.change("a", 2, &[edit(0, 0, "y")]).unwrap();
    documents.open("d", "d", "python", 1, "x").unwrap();
    let open = |documents: &Documents| {
        let uris: Vec<String> = documents.recent().iter().map(|doc| doc.uri().to_owned()).collect();
        uris.join(" ")
    };
    assert_eq!(open(&documents), "d a c");
    documents.open("e", "e", "python", 1, &"x".repeat(64)).unwrap();
    documents.change("e", 2, &[]).unwrap();
    documents.open("f", "f", "python", 1, &"x".repeat(64)).unwrap();
    assert_eq!(open(&documents), "f e", "bytes are counted too");
}

#[test]
fn a_tree_that_comes_late_is_brought_up_to_the_text() {
    let mut documents = Documents::new(SMALL);
    documents.open("a", "a", "python", 1, "def f(): pass\n").unwrap();
    let job = documents.parse_job("a").unwrap();
    documents.change("a", 2, &[edit(0, 0, "x = 1\n")]).unwrap();
    documents.adopt(job.run());
    let doc = documents.get("a").unwrap();
    assert!(doc.has_tree() && !doc.tree_is_current());
    let definition = crate::enclosing_definition(&doc, Span::new(16, 16)).unwrap();
    assert_eq!(doc.text(definition), "def f(): pass");
    parse(&mut documents, "a");
    assert!(documents.get("a").unwrap().tree_is_current());
    assert!(documents.parse_job("a").is_none(), "nothing left to parse");
}

#[test]
fn the_newest_tree_wins() {
    let mut documents = Documents::new(SMALL);
    documents.open("a", "a", "python", 1, "a = 1\n").unwrap();
    let old = documents.parse_job("a").unwrap();
    documents.change("a", 2, &[edit(0, 1, "b")]).unwrap();
    let new = documents.parse_job("a").unwrap();
    documents.adopt(new.run());
    documents.adopt(old.run());
    assert!(documents.get("a").unwrap().tree_is_current());
}

#[test]
fn a_tree_of_an_earlier_opening_is_not_taken() {
    let mut documents = Documents::new(SMALL);
    documents.open("a", "a", "python", 1, "a = 1\n").unwrap();
    let job = documents.parse_job("a").unwrap();
    documents.open("a", "a", "python", 1, "other = 2\n").unwrap();
    documents.adopt(job.run());
    assert!(!documents.get("a").unwrap().has_tree());
    let job = documents.parse_job("a").unwrap();
    documents.close("a");
    documents.adopt(job.run());
    assert!(documents.get("a").is_none());
}

#[test]
fn too_many_edits_for_a_late_tree_drop_it() {
    let mut documents = Documents::new(SMALL);
    documents.open("a", "a", "python", 1, "a = 1\n").unwrap();
    let job = documents.parse_job("a").unwrap();
    for version in 2..10 {
        documents.change("a", version, &[edit(0, 0, "#")]).unwrap();
    }
    documents.adopt(job.run());
    assert!(!documents.get("a").unwrap().has_tree());
    parse(&mut documents, "a");
    assert!(documents.get("a").unwrap().tree_is_current());
}

#[test]
fn a_large_file_works_without_a_tree() {
    let mut documents = Documents::new(SMALL);
    documents.open("a", "a", "python", 1, "x = 1\n").unwrap();
    parse(&mut documents, "a");
    documents.change("a", 2, &[edit(0, 0, &"#".repeat(40))]).unwrap();
    let doc = documents.get("a").unwrap();
    assert!(!doc.has_tree() && documents.parse_job("a").is_none());
    let place = crate::cursor_place(&doc, ByteOffset(20));
    assert!(place.in_comment);
    documents.change("a", 3, &[edit(0, 40, "")]).unwrap();
    parse(&mut documents, "a");
    assert!(documents.get("a").unwrap().tree_is_current(), "small again, a tree again");
}

#[test]
fn parsing_is_given_up_at_its_limit_and_not_tried_again() {
    let limits = DocumentLimits { parse_steps_max: 3, ..DocumentLimits::USUAL };
    let mut documents = Documents::new(limits);
    documents.open("a", "a", "rust", 1, &"fn a() { b(c, d); }\n".repeat(2000)).unwrap();
    parse(&mut documents, "a");
    assert!(!documents.get("a").unwrap().has_tree());
    documents.change("a", 2, &[edit(0, 0, " ")]).unwrap();
    assert!(documents.parse_job("a").unwrap().language.is_none());
    parse(&mut documents, "a");
    assert!(documents.parse_job("a").is_none(), "what needs no tree was read");
    documents.open("a", "a", "rust", 3, "fn a() {}").unwrap();
    parse(&mut documents, "a");
    assert!(documents.get("a").unwrap().has_tree(), "opened anew, tried anew");
}

#[test]
fn an_edit_nobody_made_leaves_the_document_alone() {
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("a", "a", "python", 3, "def f():\n    \n").unwrap();
    parse(&mut documents, "a");
    let doc = documents.get("a").unwrap();
    let tried = doc.with_edit(&edit(13, 13, "return 가")).unwrap();
    assert_eq!(tried.text(Span::new(0, usize::MAX)), "def f():\n    return 가\n");
    assert_eq!((tried.version(), tried.has_tree(), tried.tree_is_current()), (3, true, false));
    let context = crate::context_at(&tried, ByteOffset(23), &crate::ContextLimits::USUAL);
    assert_eq!(context.scopes, ["def f()"]);
    let twice = tried.with_edit(&edit(0, 0, "# x\n")).unwrap();
    assert_eq!(twice.text(Span::new(0, 9)), "# x\ndef f");
    assert_eq!(doc.text(Span::new(0, usize::MAX)), "def f():\n    \n");
    assert!(doc.tree_is_current());
    assert_eq!(
        doc.with_edit(&edit(99, 99, "")).err(),
        Some(Misfit::OutOfRange { offset: 99, len: 14 })
    );
}

//! Random edits: the rope equals a plain string, nothing outside an edit changes, and a tree that
//! grew by edits equals one parsed afresh wherever the text is without errors.

use std::ops::Range;

use proptest::prelude::*;
use saga_domain::{ByteOffset, Span, TextEdit};

use super::parse;
use crate::language::Language;
use crate::languages::LANGUAGES;
use crate::outline::Outline;
use crate::parse::parse as parse_afresh;
use crate::{
    ContextLimits, DocumentLimits, Documents, RecentPlaces, Snapshot, Surroundings, WorkspaceIndex,
    context_at, cursor_place, enclosing_definition, related, selection_to_edit,
};

/// Pieces that are hard on offsets (syllables, jamo, combining marks, surrogates in UTF-16, line
/// ends, tabs) and on parsers.
const PIECES: &[&str] = &[
    "가",
    "한글",
    "ㅅ",
    "사ㅇ",
    "\u{1112}\u{1161}\u{11ab}",
    "e\u{301}",
    "🙂",
    "👩‍👩‍👧",
    "\u{fffd}",
    "\r\n",
    "\n",
    "\t",
    "    ",
    " ",
    "",
    "\"",
    "'",
    "\"\"\"",
    "`",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ":",
    "#",
    "//",
    "/*",
    "*/",
    "def f(a):\n",
    "class A:\n",
    "return x",
    "fn f() {",
    "const a = () => {",
    "if x:",
    "import a\n",
    "use b;\n",
    "<div>",
    "</div>",
    "${",
    "=>",
    "=",
    ";",
    "x",
    "1",
];

/// Real source, where most of a tree outlives an edit.
pub(super) const SAMPLES: &[(&str, &str)] = &[
    ("python", include_str!("samples/python.txt")),
    ("typescript", include_str!("samples/typescript.txt")),
    ("typescriptreact", include_str!("samples/typescriptreact.txt")),
    ("javascript", include_str!("samples/javascript.txt")),
    ("rust", include_str!("samples/rust.txt")),
    ("go", include_str!("samples/go.txt")),
    ("java", include_str!("samples/java.txt")),
    ("kotlin", include_str!("samples/kotlin.txt")),
    ("c", include_str!("samples/c.txt")),
    ("cpp", include_str!("samples/cpp.txt")),
    ("csharp", include_str!("samples/csharp.txt")),
    ("swift", include_str!("samples/swift.txt")),
    ("ruby", include_str!("samples/ruby.txt")),
    ("php", include_str!("samples/php.txt")),
    ("shellscript", include_str!("samples/shellscript.txt")),
    ("sql", include_str!("samples/sql.txt")),
    ("json", include_str!("samples/json.txt")),
    ("yaml", include_str!("samples/yaml.txt")),
    ("html", include_str!("samples/html.txt")),
    ("css", include_str!("samples/css.txt")),
    ("markdown", include_str!("samples/markdown.txt")),
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

/// An edit by two places as shares of the text, so that it fits whatever the text is by then.
#[derive(Clone, Debug)]
pub(super) struct SomeEdit {
    pub(super) at: f64,
    pub(super) length: f64,
    pub(super) new: String,
}

impl SomeEdit {
    pub(super) fn fit(&self, text: &str) -> TextEdit {
        let from = boundary(text, self.at);
        let to = from + boundary(&text[from..], self.length);
        TextEdit { span: Span::new(from, to), text: self.new.clone() }
    }
}

pub(super) fn edits(count: Range<usize>) -> impl Strategy<Value = Vec<SomeEdit>> {
    let piece = prop::collection::vec(prop::sample::select(PIECES), 0..4);
    let edit = (0.0..1.0f64, 0.0..0.3f64, piece.prop_map(|pieces| pieces.concat()));
    let edit = edit.prop_map(|(at, length, new)| SomeEdit { at, length, new });
    prop::collection::vec(edit, count)
}

fn boundary(text: &str, share: f64) -> usize {
    let mut at = (share * (text.len() + 1) as f64) as usize;
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn language() -> impl Strategy<Value = &'static str> {
    let rows = LANGUAGES.iter().map(|language| language.ids[0]);
    prop::sample::select(rows.chain(["plaintext"]).collect::<Vec<_>>())
}

/// Edits that one document takes in the property that compares texts.
const EDITS_OF_ONE: usize = 40;

proptest! {
    // 10,240 edits by default; PROPTEST_CASES=25000 makes a million.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_do_what_they_do_to_a_string(
        language_id in language(),
        start in text(),
        edits in edits(EDITS_OF_ONE..EDITS_OF_ONE + 1),
        parsed_every in 1..20_usize,
    ) {
        let mut documents = Documents::new(DocumentLimits::USUAL);
        documents.open("a", "a", language_id, 0, &start).unwrap();
        parse(&mut documents, "a");
        let mut plain = start;
        for (version, edit) in (1..).zip(&edits) {
            let edit = edit.fit(&plain);
            let (from, to) = (edit.span.start.0, edit.span.end.0);
            let before = documents.get("a").unwrap();
            documents.change("a", version, std::slice::from_ref(&edit)).unwrap();
            let doc = documents.get("a").unwrap();
            let now = doc.text(Span::new(0, usize::MAX));
            prop_assert!(now.starts_with(&plain[..from]) && now.ends_with(&plain[to..]));
            plain.replace_range(from..to, &edit.text);
            prop_assert_eq!(&now, &plain);
            let tried = before.with_edit(&edit).unwrap();
            prop_assert_eq!(tried.rope(), doc.rope());
            read_everything(&doc, from, to);
            if (version as usize).is_multiple_of(parsed_every) {
                parse(&mut documents, "a");
            }
        }
        parse(&mut documents, "a");
        read_everything(&documents.get("a").unwrap(), 0, plain.len());
        tree_equals_a_fresh_one(&documents, language_id)?;
    }

    #[test]
    fn one_change_of_many_edits_is_the_same_as_many(
        language_id in language(),
        start in text(),
        edits in edits(1..8),
    ) {
        let mut plain = start.clone();
        let mut all = Vec::new();
        for edit in &edits {
            let edit = edit.fit(&plain);
            plain.replace_range(edit.span.range(), &edit.text);
            all.push(edit);
        }
        let mut documents = Documents::new(DocumentLimits::USUAL);
        documents.open("a", "a", language_id, 0, &start).unwrap();
        let late = documents.parse_job("a");
        documents.change("a", 1, &all).unwrap();
        if let Some(job) = late {
            documents.adopt(job.run());
        }
        prop_assert_eq!(documents.get("a").unwrap().text(Span::new(0, usize::MAX)), plain);
        parse(&mut documents, "a");
        tree_equals_a_fresh_one(&documents, language_id)?;
    }

    #[test]
    fn code_that_is_broken_and_mended_has_the_tree_of_before(
        (language_id, sample) in prop::sample::select(SAMPLES),
        crlf in any::<bool>(),
        edits in edits(1..8),
        parse_between in any::<bool>(),
    ) {
        break_and_mend(language_id, sample, crlf, &edits, parse_between)?;
    }
}

#[test]
fn an_error_in_go_that_is_mended_is_gone() {
    let edit = |at, length, new: &str| SomeEdit { at, length, new: new.to_owned() };
    let edits = [edit(0.8627, 0.0, "def f(a):\n"), edit(0.3973, 0.1895, "`")];
    let (_, go) = SAMPLES.iter().find(|(language, _)| *language == "go").unwrap();
    break_and_mend("go", go, true, &edits, true).unwrap();
}

fn break_and_mend(
    language_id: &str,
    sample: &str,
    crlf: bool,
    edits: &[SomeEdit],
    parse_between: bool,
) -> Result<(), TestCaseError> {
    let start = if crlf { sample.replace('\n', "\r\n") } else { sample.to_owned() };
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("a", "a", language_id, 0, &start).unwrap();
    parse(&mut documents, "a");
    let mut plain = start.clone();
    let mut back = Vec::new();
    for (version, edit) in (1..).zip(edits) {
        let edit = SomeEdit { length: edit.length / 4.0, ..edit.clone() }.fit(&plain);
        let from = edit.span.start.0;
        let span = Span::new(from, from + edit.text.len());
        back.push(TextEdit { span, text: plain[edit.span.range()].to_owned() });
        plain.replace_range(edit.span.range(), &edit.text);
        documents.change("a", version, &[edit]).unwrap();
        if parse_between {
            parse(&mut documents, "a");
        }
    }
    back.reverse();
    documents.change("a", 100, &back).unwrap();
    prop_assert_eq!(documents.get("a").unwrap().text(Span::new(0, usize::MAX)), start);
    parse(&mut documents, "a");
    prop_assert!(!documents.get("a").unwrap().syntax.unwrap().tree.root_node().has_error());
    tree_equals_a_fresh_one(&documents, language_id)
}

/// Nothing to compare: it must not panic, whatever the text and the place.
fn read_everything(doc: &Snapshot, from: usize, to: usize) {
    let (index, mut recent) = (WorkspaceIndex::default(), RecentPlaces::new());
    recent.note_edit(doc, Span::new(from, to));
    for at in [from, to, from + 1, usize::MAX] {
        let at = ByteOffset(at);
        let context = context_at(doc, at, &ContextLimits::USUAL);
        assert!(!context.prefix.contains('\r') && !context.suffix.contains('\r'));
        let _ = cursor_place(doc, at);
        let around =
            Surroundings { open: std::slice::from_ref(doc), index: &index, recent: &recent };
        let _ = related(doc, at, &around, &ContextLimits::USUAL);
    }
    let span = selection_to_edit(doc, Span::new(from, to));
    assert!(doc.check(span.start).is_ok() && doc.check(span.end).is_ok());
    if let Some(span) = enclosing_definition(doc, Span::new(from, to)) {
        assert!(doc.check(span.start).is_ok() && doc.check(span.end).is_ok());
    }
}

fn tree_equals_a_fresh_one(documents: &Documents, language_id: &str) -> Result<(), TestCaseError> {
    let doc = documents.get("a").expect("it is open");
    let Some(language) = Language::find(language_id) else {
        prop_assert!(!doc.has_tree());
        return Ok(());
    };
    let loaded = language.load().expect("its query compiles");
    let fresh = parse_afresh(loaded, doc.rope(), None, usize::MAX).expect("without a limit");
    let grown = doc.syntax.as_ref().expect("it was parsed");
    prop_assert!(doc.tree_is_current());
    // How a parser gets over an error may depend on what it kept; that there is one may not.
    prop_assert_eq!(grown.tree.root_node().has_error(), fresh.root_node().has_error());
    if fresh.root_node().has_error() {
        return Ok(());
    }
    prop_assert_eq!(grown.tree.root_node().to_sexp(), fresh.root_node().to_sexp());
    let fresh_outline = Outline::read(language, loaded, &fresh, doc.rope(), None);
    prop_assert!(grown.outline.definitions().eq(fresh_outline.definitions()));
    prop_assert!(grown.outline.imports().eq(fresh_outline.imports()));
    Ok(())
}

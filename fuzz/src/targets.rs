//! What is tried with random bytes. Each target panics when a promise is broken; an ordinary test
//! replays the committed corpus, so that none of them rots.

use bytes::Bytes;
use saga_client::{Answer, Piece};
use saga_context::{DocumentLimits, Documents, MergedSyntax, context_at, cursor_place};
use saga_domain::{ByteOffset, Span, TextEdit};
use saga_prompt::{AnswerForm, ShapeAsk, Shaped, Shaper, Syntax};

/// What runs on random bytes.
type Target = fn(&[u8]);

/// The targets by name.
pub(crate) const TARGETS: [(&str, Target); 3] =
    [("edits", edits), ("sse", sse), ("shaping", shaping)];

/// Runs one target.
pub(crate) fn run(name: &str, data: &[u8]) {
    let found = TARGETS.iter().find(|(target, _)| *target == name);
    found.expect("a target of this name").1(data);
}

const LANGUAGES: [&str; 8] =
    ["python", "rust", "typescript", "ruby", "markdown", "html", "shellscript", "unknown"];

/// Larger inputs find nothing more, slowly.
const INPUT_BYTES_MAX: usize = 16 << 10;

/// The text of a document after edits is that of a string after the same edits; whatever it is,
/// it can be parsed and asked about.
fn edits(data: &[u8]) {
    let Some((&language, data)) = data.split_first() else { return };
    let language = LANGUAGES[usize::from(language) % LANGUAGES.len()];
    let text = String::from_utf8_lossy(&data[..data.len().min(INPUT_BYTES_MAX)]);
    let mut parts = text.split('\u{1}');
    let mut plain = parts.next().unwrap_or_default().replace('\0', "");
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("u", "u", language, 0, &plain).expect("a small text is taken");
    for (version, part) in (1_i64..).zip(parts.take(32)) {
        let mut characters = part.chars();
        let mut place = || {
            let wanted = characters.next().map_or(0, |c| c as usize);
            floor(&plain, wanted % (plain.len() + 1))
        };
        let (one, other) = (place(), place());
        let (start, end) = (one.min(other), one.max(other));
        let inserted = characters.as_str().replace('\0', "");
        let span = Span { start: ByteOffset(start), end: ByteOffset(end) };
        let edit = TextEdit { span, text: inserted.clone() };
        documents.change("u", version, &[edit]).expect("an edit that fits is taken");
        plain.replace_range(start..end, &inserted);
        if version % 2 == 0
            && let Some(job) = documents.parse_job("u")
        {
            documents.adopt(job.run());
        }
        let document = documents.get("u").expect("it is open");
        assert_eq!(document.text(Span::new(0, usize::MAX)), plain);
        let at = ByteOffset(start);
        let place = cursor_place(&document, at);
        let context = context_at(&document, at, &saga_context::ContextLimits::USUAL);
        let line_before = context.prefix.rsplit('\n').next().unwrap_or_default();
        assert!(line_before.ends_with(&place.line_before) || place.line_before.is_empty());
        let mut merged = MergedSyntax::new(&document, at);
        merged.breaks(&inserted);
        if let Some(end) = merged.scope_end(&inserted) {
            assert!(inserted.is_char_boundary(end));
        }
    }
}

/// An answer is the same however its bytes are cut, and ends with one end or one failure.
fn sse(data: &[u8]) {
    let Some((&size, body)) = data.split_first() else { return };
    let body = &body[..body.len().min(INPUT_BYTES_MAX)];
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let read = |size: usize| {
        let pieces = body.chunks(size).map(Bytes::copy_from_slice).collect();
        let mut answer = Answer::of_recorded(pieces).expect("a recorded answer");
        let mut text = String::new();
        runtime.block_on(async {
            let end = loop {
                match answer.next().await {
                    Some(Ok(Piece::Text(piece))) => text.push_str(&piece),
                    Some(Ok(done)) => break format!("{done:?}"),
                    Some(Err(failure)) => break failure.code.name().to_owned(),
                    None => panic!("it ended silently"),
                }
            };
            assert!(answer.next().await.is_none(), "nothing comes after the end");
            (text, end)
        })
    };
    assert_eq!(read(usize::from(size) + 1), read(body.len().max(1)));
}

/// What is shown does not depend on how an answer is cut, and holds what shaping promises.
fn shaping(data: &[u8]) {
    let Some((&flags, data)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(&data[..data.len().min(INPUT_BYTES_MAX / 8)]);
    let text = text.replace(['\0', '\r'], "");
    let mut parts = text.splitn(3, '\u{1}');
    let mut part = || parts.next().unwrap_or_default();
    let (prefix, suffix, answer) = (part(), part(), part());
    let language = LANGUAGES[usize::from(flags) % LANGUAGES.len()];
    let is_set = |bit: u8| flags & bit != 0;
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("u", "u", language, 0, &format!("{prefix}{suffix}")).expect("a small text");
    if let Some(job) = documents.parse_job("u") {
        documents.adopt(job.run());
    }
    let document = documents.get("u").expect("it is open");
    let shape = |pieces: &mut dyn Iterator<Item = String>| -> Shaped {
        let merged = MergedSyntax::new(&document, ByteOffset(prefix.len()));
        let mut shaper = Shaper::new(ShapeAsk {
            prefix,
            suffix,
            taken_back: "",
            form: if is_set(8) { AnswerForm::Says } else { AnswerForm::Continues },
            one_line: is_set(16),
            language,
            in_prose: is_set(32),
            syntax: is_set(64).then(|| Box::new(Parser(merged)) as Box<dyn Syntax>),
        });
        for piece in pieces {
            let shaped = shaper.push(&piece);
            if shaped.stop.is_some() {
                return shaped;
            }
        }
        if is_set(128) { shaper.finish_at_limit() } else { shaper.finish() }
    };
    let whole = shape(&mut std::iter::once(answer.to_owned()));
    assert_eq!(shape(&mut answer.chars().map(String::from)), whole);
    assert!(prefix.is_char_boundary(prefix.len() - whole.replace_back_bytes));
    let said = whole.text.trim();
    assert!(said.is_empty() || !suffix.trim_start().starts_with(said));
}

/// As the engine does it.
struct Parser(MergedSyntax);

impl Syntax for Parser {
    fn scope_end(&mut self, answer: &str) -> Option<usize> {
        self.0.scope_end(answer)
    }

    fn breaks(&mut self, answer: &str) -> bool {
        self.0.breaks(answer)
    }
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

//! The text of an OpenAI chunk without reading the whole of it again.
//!
//! The chunks of one answer are alike but for their text, so what stands before and after the text
//! is learned from one that was read properly. A line that is not exactly the same around one JSON
//! string says something new, and is read properly again.

use memchr::memchr2;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Templates that fitted no second line, after which no more are learned: there are servers that
/// count or measure in every chunk.
const USELESS_MAX: u8 = 4;

/// What stands around the text in the chunks of one answer.
#[derive(Debug, Default)]
pub(crate) struct ChunkTemplate {
    known: Option<Around>,
    has_fitted: bool,
    useless: u8,
}

#[derive(Debug)]
struct Around {
    before: Box<[u8]>,
    after: Box<[u8]>,
}

/// Where the text of a chunk stands.
#[derive(Deserialize)]
struct Places<'a> {
    #[serde(borrow, default)]
    choices: Vec<Place<'a>>,
}

#[derive(Deserialize)]
struct Place<'a> {
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    delta: Option<PlaceInDelta<'a>>,
}

#[derive(Deserialize)]
struct PlaceInDelta<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
}

impl ChunkTemplate {
    /// Learns from a line that holds one text and nothing else worth telling.
    pub(crate) fn learn(&mut self, line: &[u8]) {
        if self.known.is_some() && !std::mem::take(&mut self.has_fitted) {
            self.useless = self.useless.saturating_add(1);
        }
        self.known = if self.useless < USELESS_MAX { around(line) } else { None };
    }

    /// The text of a line that differs from the one that was learned in its text alone.
    pub(crate) fn text(&mut self, line: &[u8]) -> Option<String> {
        let Around { before, after } = self.known.as_ref()?;
        let text = json_string(line.strip_prefix(&before[..])?.strip_suffix(&after[..])?)?;
        self.has_fitted = true;
        Some(text)
    }
}

fn around(line: &[u8]) -> Option<Around> {
    let places: Places<'_> = serde_json::from_slice(line).ok()?;
    let [place] = places.choices.as_slice() else { return None };
    let text = place.text.or_else(|| place.delta.as_ref()?.content)?.get();
    // The raw value is a part of the line, so its place is the distance of the two.
    let at = (text.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
    let end = at.checked_add(text.len()).filter(|end| *end <= line.len())?;
    Some(Around { before: line[..at].into(), after: line[end..].into() })
}

/// The text of a whole JSON string; `None` when it is not exactly one.
pub(crate) fn json_string(json: &[u8]) -> Option<String> {
    let inside = json.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr2(b'"', b'\\', inside).is_some() || inside.iter().any(|byte| *byte < b' ') {
        return serde_json::from_slice(json).ok();
    }
    std::str::from_utf8(inside).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is seen of the second line after the first was learned.
    fn check(learned: &str, line: &str, expected: Option<&str>) {
        let mut template = ChunkTemplate::default();
        template.learn(learned.as_bytes());
        assert_eq!(template.text(line.as_bytes()).as_deref(), expected, "{line}");
    }

    #[test]
    fn p10_the_text_is_what_json_says() {
        let chunk = |text: &str| format!(r#"{{"id":"a","choices":[{{"text":{text},"index":0}}]}}"#);
        let learned = chunk(r#""one""#);
        check(&learned, &chunk(r#"" 가🙂""#), Some(" 가🙂"));
        check(&learned, &chunk(r#""\n\"\\\uac00\ud83d\ude42""#), Some("\n\"\\가🙂"));
        check(&learned, &chunk(r#""""#), Some(""));
        let chat =
            |text: &str| format!(r#"{{"choices":[{{"delta":{{"content":{text}}}}}],"u":0}}"#);
        check(&chat(r#""one""#), &chat(r#""두""#), Some("두"));
    }

    #[test]
    fn what_says_something_new_is_not_guessed_at() {
        let learned = r#"{"choices":[{"text":"one","end":null}],"n":1}"#;
        for line in [
            r#"{"choices":[{"text":"two","end":"stop"}],"n":1}"#,
            r#"{"choices":[{"text":"two","end":null}],"n":2}"#,
            r#"{"choices":[{"text":null,"end":null}],"n":1}"#,
            r#"{"choices":[{"text":"two","x":"three","end":null}],"n":1}"#,
            r#"{"choices":[{"text":"two\","end":null}],"n":1}"#,
            r#"{"choices":[{"text":"","end":null}],"n":1"#,
            "[DONE]",
            "",
        ] {
            check(learned, line, None);
        }
        check(learned, "{\"choices\":[{\"text\":\"a\nb\",\"end\":null}],\"n\":1}", None);
        check(r#"{"choices":[],"text":"one"}"#, r#"{"choices":[],"text":"two"}"#, None);
        check("not JSON", "not JSON", None);
    }

    #[test]
    fn a_server_that_counts_in_every_chunk_is_read_properly() {
        let mut template = ChunkTemplate::default();
        let chunk = |n: usize| format!(r#"{{"n":{n},"choices":[{{"text":"a"}}]}}"#);
        for n in 0..10 {
            assert_eq!(template.text(chunk(n).as_bytes()), None);
            template.learn(chunk(n).as_bytes());
        }
        assert_eq!(template.text(chunk(9).as_bytes()), None, "it has stopped learning");
    }

    #[test]
    fn bytes_that_are_no_text_are_not_taken_for_one() {
        let mut template = ChunkTemplate::default();
        template.learn(br#"{"choices":[{"text":"one"}]}"#);
        assert_eq!(template.text(b"{\"choices\":[{\"text\":\"\xff\xfe\"}]}"), None);
    }
}

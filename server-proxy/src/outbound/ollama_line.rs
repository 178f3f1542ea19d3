//! The text of one of Ollama's lines as it usually is, read without building anything else.
//!
//! Every line of an answer but the last has the same few fields in the same order, in every version
//! that was recorded. One that is written differently in any way is left to the general reader.

use memchr::memchr2;

use crate::outbound::chunk_template::json_string;

/// The text of a line that holds some and nothing else worth telling.
pub(crate) fn text(line: &[u8]) -> Option<String> {
    let rest = line.strip_prefix(b"{\"model\":\"")?;
    let rest = after_plain_string(rest)?.strip_prefix(b",\"created_at\":\"")?;
    let rest = after_plain_string(rest)?;
    let generated = rest.strip_prefix(b",\"response\":");
    let said = || rest.strip_prefix(b",\"message\":{\"role\":\"assistant\",\"content\":");
    let text = match generated {
        Some(rest) => rest.strip_suffix(b",\"done\":false}")?,
        None => said()?.strip_suffix(b"},\"done\":false}")?,
    };
    json_string(text)
}

/// What follows the end of a string whose beginning was read; only if nothing is escaped in it.
fn after_plain_string(rest: &[u8]) -> Option<&[u8]> {
    let end = memchr2(b'"', b'\\', rest)?;
    (rest[end] == b'"').then(|| &rest[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&str>) {
        assert_eq!(text(line.as_bytes()).as_deref(), expected, "{line}");
    }

    #[test]
    fn p10_the_usual_line_of_either_call() {
        let generated = |text: &str| {
            format!(r#"{{"model":"m:1b","created_at":"2026Z","response":{text},"done":false}}"#)
        };
        check(&generated(r#"" 가""#), Some(" 가"));
        check(&generated(r#""\u003cb\u003e\n\"""#), Some("<b>\n\""));
        check(&generated(r#""""#), Some(""));
        check(
            r#"{"model":"m","created_at":"2026Z","message":{"role":"assistant","content":"안녕"},"done":false}"#,
            Some("안녕"),
        );
    }

    #[test]
    fn every_other_line_is_left_to_the_general_reader() {
        for line in [
            r#"{"model":"m","created_at":"2026Z","response":"","done":true,"done_reason":"stop"}"#,
            r#"{"model":"m","created_at":"2026Z","response":"a","thinking":"b","done":false}"#,
            r#"{"model":"m","created_at":"2026Z","message":{"role":"assistant","content":"","tool_calls":[]},"done":false}"#,
            r#"{"model":"m\"","created_at":"2026Z","response":"a","done":false}"#,
            r#"{"model":"m","created_at":"2026Z","response":"a","done":false} "#,
            r#"{"model":"m","created_at":"2026Z","response":"a\","done":false}"#,
            r#"{"error":"an error was encountered"}"#,
            "",
        ] {
            check(line, None);
        }
    }
}

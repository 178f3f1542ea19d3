//! Whatever the text: only secrets change, and all of them come back.

use proptest::prelude::*;

use crate::{holds_placeholder, redact_text};

/// Pieces of secrets, of what stands around them, and of placeholders.
const PIECES: &[&str] = &[
    "password",
    "비밀번호",
    "token",
    " = ",
    ": ",
    "=",
    "\"",
    "'",
    "`",
    "hunter2",
    "p4ss!",
    "\n",
    "\r\n",
    " ",
    "한글",
    "🙂",
    "e\u{301}",
    "\u{fffd}",
    "https://",
    "user",
    ":",
    "@",
    "/",
    "host",
    "sk-",
    "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYz",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDNg0aB3dE5fG7h",
    "REDACTED_1_BY_CODESAGA",
    "redacted_2_by_codesaga",
    "REDACTED_BY_CODESAGA",
    "eyJ",
    ".",
    "Bearer ",
    "1",
    "\\n",
    "<",
    ">",
    "</",
    ",",
    ";",
    "{",
    "}",
    "(",
    ")",
];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4 * ProptestConfig::default().cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_put_back_is_what_was_there(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40),
    ) {
        let text = pieces.concat();
        let redacted = redact_text(&text);
        prop_assert_eq!(redacted.restore(&redacted.text), text.as_str());
        prop_assert_eq!(redacted.is_empty(), redacted.text == text);
        prop_assert!(redacted.is_empty() || holds_placeholder(&redacted.text));
        let again = redact_text(&text);
        prop_assert_eq!(again, redacted);
    }
}

/// Each would take minutes if what one mark looks at were looked at again by the next.
#[test]
fn a_text_of_nothing_but_marks_is_read_once() {
    let marks = [
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "AccountKey=",
        "eyJ.",
        "sk-",
        "://a:",
        "token=",
        "\"token\": ",
        "password: a",
        "REDACTED_1_BY_CODESAGA",
        "https://a:b1@c ",
    ];
    for mark in marks {
        let text = mark.repeat((1 << 18) / mark.len());
        let redacted = redact_text(&text);
        assert_eq!(redacted.restore(&redacted.text), text);
    }
}

//! Values given to names that say they are secret, as code, JSON, YAML, XML and `.env` files write
//! it, with Korean names among them. What follows a name is read by hand, since nearly all are
//! followed by nothing of the kind.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::value::Given;

/// How such names end, in small letters.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "credential",
    "비밀번호",
    "비번",
    "암호",
    "패스워드",
    "시크릿",
    "토큰",
];

/// What a key must be called to be a secret; any other is the key of a map.
const KEYS: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "auth",
    "encryption",
    "signing",
    "master",
    "storage",
    "shared",
    "client",
    "인증",
    "비밀",
    "접근",
    "액세스",
];
const KEY: &[&str] = &["key", "키"];

/// What may stand between the name and its end.
const SUFFIXES: &[&str] = &["production", "prod", "dev", "test", "staging", "live", "value"];

/// Longer values are data.
const VALUE_BYTES_MAX: usize = 2 << 10;
/// As much of a line is looked at to see that nothing but a comment follows a value.
const LINE_BYTES_MAX: usize = 256;
const BLANKS_MAX: usize = 8;
const TYPE_BYTES_MAX: usize = 40;

/// Whole words in the three ways they are written: many times faster than a pattern that ignores
/// case.
#[expect(clippy::expect_used, reason = "the pattern is a constant, and every test compiles it")]
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    let words = NAMES.iter().chain(KEY).flat_map(|name| {
        let rest: String = name.chars().skip(1).collect();
        let capital: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
        [(*name).to_owned(), capital + &rest, name.to_uppercase()]
    });
    Regex::new(&words.collect::<Vec<_>>().join("|")).expect("a pattern")
});

/// The values, without their quotes.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let names = NAME.find_iter(text).filter(|name| {
        let is_key = KEY.iter().any(|key| name.as_str().eq_ignore_ascii_case(key));
        !is_key || is_secret_key(&text[..name.start()])
    });
    names.filter_map(|name| value_of(text, name.as_str(), name.end())).collect()
}

/// Whether the word before `key` says that it is a secret.
fn is_secret_key(before: &str) -> bool {
    let before = before.strip_suffix([' ', '_', '.', '-']).unwrap_or(before);
    KEYS.iter().any(|kind| {
        let start = before.len().saturating_sub(kind.len());
        before.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(kind))
    })
}

/// The secret given to `name`, which ends at `end`.
fn value_of(text: &str, name: &str, end: usize) -> Option<Range<usize>> {
    let mut rest = Rest { text, at: end };
    rest.skip_suffix();
    let closing = rest.skip(2, |byte| matches!(byte, b'"' | b'\'' | b'`' | b']'));
    let is_quoted_name = closing.contains(['"', '\'', '`']);
    rest.skip(1, |byte| byte == b'?');
    rest.skip_blanks();
    if rest.take(">") {
        rest.skip_blanks();
        let value = rest.until(|byte| byte == b'<' || byte.is_ascii_whitespace());
        let given =
            Given { name, value: &text[value.clone()], is_quoted: true, is_assigned: false };
        return (text[value.end..].starts_with("</") && given.is_secret()).then_some(value);
    }
    let is_assigned = rest.skip_assignment(is_quoted_name)?;
    rest.skip_blanks();
    let (value, is_quoted) = rest.value().filter(|(value, _)| value.len() < VALUE_BYTES_MAX)?;
    let given = Given { name, value: &text[value.clone()], is_quoted, is_assigned };
    given.is_secret().then_some(value)
}

/// What stands behind a name.
struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    fn bytes(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Moves over at most `count` such bytes, all of ASCII.
    fn skip(&mut self, count: usize, is_one: impl Fn(u8) -> bool) -> &'a str {
        let length = self.bytes().iter().take(count).take_while(|byte| is_one(**byte)).count();
        let skipped = &self.text[self.at..self.at + length];
        self.at += length;
        skipped
    }

    /// Moves over what distinguishes one name from the next: `s`, `_prod`, `2`.
    fn skip_suffix(&mut self) {
        self.skip(1, |byte| byte == b's');
        let before = self.at;
        self.skip(1, |byte| byte == b'_' || byte == b'-');
        let here = self.bytes();
        let is_here = |suffix: &&&str| {
            here.get(..suffix.len()).is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
        };
        match SUFFIXES.iter().find(is_here) {
            Some(suffix) => self.at += suffix.len(),
            None if self.skip(2, |byte| byte.is_ascii_digit()).is_empty() => self.at = before,
            None => {}
        }
    }

    fn skip_blanks(&mut self) {
        self.skip(BLANKS_MAX, |byte| byte == b' ' || byte == b'\t');
    }

    fn take(&mut self, word: &str) -> bool {
        let is_here = self.bytes().starts_with(word.as_bytes());
        if is_here {
            self.at += word.len();
        }
        is_here
    }

    /// Moves over what gives a name its value, a type before it included. Whether it is a sign that
    /// assigns or compares, and not one that only says which value belongs to which name.
    fn skip_assignment(&mut self, is_quoted_name: bool) -> Option<bool> {
        match self.bytes() {
            [b':', b'=', ..] | [b'!', b'=', ..] | [b'=', ..] => {
                let sign = self.skip(4, |byte| matches!(byte, b':' | b'!' | b'=' | b'>'));
                Some(!sign.ends_with('>'))
            }
            [b':', ..] => {
                self.at += 1;
                Some(self.skip_type())
            }
            [b',', ..] if is_quoted_name => {
                self.at += 1;
                Some(false)
            }
            _ => None,
        }
    }

    /// Moves over a type and the `=` behind it, when both are there and a text in quotes follows.
    fn skip_type(&mut self) -> bool {
        let bytes = self.bytes();
        let is_of_type = |at: usize, byte: u8| {
            let is_lifetime = byte == b'\'' && at > 0 && bytes[at - 1] == b'&';
            byte.is_ascii_alphanumeric() || b" _<>[]:.|?&".contains(&byte) || is_lifetime
        };
        let length = (0..bytes.len().min(TYPE_BYTES_MAX))
            .take_while(|at| is_of_type(*at, bytes[*at]))
            .count();
        if length == 0 || bytes.get(length) != Some(&b'=') {
            return false;
        }
        let value = bytes[length + 1..].iter().find(|byte| **byte != b' ');
        let is_typed = value.is_some_and(|byte| b"\"'`".contains(byte));
        if is_typed {
            self.at += length + 1;
        }
        is_typed
    }

    /// The value that starts here, and whether quotes stand around it: up to its closing quote or
    /// the end of its line, which is where a half-written one ends.
    fn value(&mut self) -> Option<(Range<usize>, bool)> {
        let before = self.at;
        self.skip(2, |byte| b"bBrRfFuU@$".contains(&byte));
        let quote = self.bytes().first().copied().filter(|byte| b"\"'`".contains(byte));
        if let Some(quote) = quote {
            self.at += 1;
            let mut is_escaped = false;
            let value = self.until(|byte| {
                let ends = byte == b'\n' || (byte == quote && !is_escaped);
                is_escaped = byte == b'\\' && !is_escaped;
                ends
            });
            return Some((value, true));
        }
        self.at = before;
        let value =
            self.until(|byte| byte.is_ascii_whitespace() || b"\"'`,;(){}[]<>".contains(&byte));
        let behind = self.text.as_bytes()[value.end..].iter().take(LINE_BYTES_MAX);
        let next = behind.copied().find(|byte| *byte == b'\n' || !byte.is_ascii_whitespace());
        matches!(next, None | Some(b'\n' | b'#')).then_some((value, false))
    }

    /// The bytes up to the first such one of ASCII, or as many as no value has.
    fn until(&self, mut is_end: impl FnMut(u8) -> bool) -> Range<usize> {
        let length = self.bytes().iter().take(VALUE_BYTES_MAX).take_while(|byte| !is_end(**byte));
        let mut end = self.at + length.count();
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.at..end
    }
}

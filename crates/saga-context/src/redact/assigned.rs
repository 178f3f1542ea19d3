//! Values given to names that say they are secret, as code, JSON, YAML, XML and `.env` files write
//! it, with Korean names among them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// How such names end.
const NAMES: &str = r"(?:pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|(?:api|access|secret|private|auth|encryption|signing|master|storage|shared|client)[ _.-]?key|비밀번호|비번|암호|패스워드|시크릿|토큰|(?:인증|비밀|접근|액세스|api)[ _]?키)(?:[_-]?(?:prod|production|dev|test|staging|live|value|[0-9]{1,2}))?";

/// Between a name and its value: the end of a quoted name, a type, an assignment.
const BETWEEN: &str = r#"["'`\]]{0,2}[ \t]{0,8}(?::[ \t]?[&A-Za-z][A-Za-z0-9<>\[\]:.' |?_]{0,30}=|:=|={1,3}>?|:|!={1,2}|,)[ \t]{0,8}"#;

/// The value: in quotes, or all the rest of the line.
const VALUE: &str = r#"(?:[bBrRfFuU@$]{0,2}(?:"([^"\n]{4,512})"?|'([^'\n]{4,512})'?|`([^`\n]{4,512})`?)|([^\s"'`,;(){}\[\]<>]{6,512})[ \t\r]*(?:[ \t]#[^\n]*)?$)"#;

#[expect(clippy::expect_used, reason = "the pattern is a constant, and every test compiles it")]
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    let xml = r"[ \t]{0,2}>[ \t]{0,2}([^<>\s]{6,512})</";
    Regex::new(&format!("(?im)({NAMES})(?:({BETWEEN}){VALUE}|{xml})")).expect("a pattern")
});

/// The values, without their quotes.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(whole) = ASSIGNED.find_at(text, at) {
        at = whole.end();
        let Some(groups) = ASSIGNED.captures_at(text, whole.start()) else { continue };
        let group = |index: usize| groups.get(index).map_or("", |group| group.as_str());
        let Some(value) = (3..=7).find_map(|index| groups.get(index)) else { continue };
        let given = Given {
            is_password: is_password(group(1)),
            value: value.as_str(),
            is_quoted: groups.get(6).is_none(),
            is_assigned: group(2).contains('='),
        };
        if given.is_secret() {
            found.push(value.range());
        } else {
            // Its own value may be a name.
            at = whole.start() + group(1).len();
        }
    }
    found
}

/// What was given to a name.
struct Given<'a> {
    /// The name is that of something people think up, and not of something made by a machine.
    is_password: bool,
    value: &'a str,
    is_quoted: bool,
    is_assigned: bool,
}

impl Given<'_> {
    fn is_secret(&self) -> bool {
        let Self { value, .. } = *self;
        if value.contains(char::is_whitespace) || is_hole(value) {
            return false;
        }
        let symbols = value.chars().filter(|c| "!@#%^&*+=?~".contains(*c)).count();
        let has_digit = value.chars().any(|c| c.is_ascii_digit());
        let length = value.chars().count();
        if !self.is_quoted {
            let is_mixed = has_digit && value.chars().any(char::is_alphabetic);
            let is_password = self.is_password && self.is_assigned;
            let is_random = (length >= 16 || symbols > 0) && !reads_as_words(value);
            return is_mixed && (is_password || is_random) && !self.names_itself();
        }
        if self.is_password {
            let is_one_word = value.chars().all(char::is_alphabetic);
            let is_thought_up = has_digit || symbols > 0 || (is_one_word && self.is_assigned);
            return length >= 6 && is_thought_up && !self.names_itself();
        }
        let is_one_run = value.chars().all(|c| c.is_ascii_lowercase()) && length >= 20;
        length >= 8 && (is_one_run || ((has_digit || symbols > 0) && !reads_as_words(value)))
    }

    /// The value is a label or a name of what it is, as in `"password": "new_password_2"`.
    fn names_itself(&self) -> bool {
        let value = self.value.to_lowercase();
        ["password", "passwd", "pwd", "passphrase", "비밀번호", "암호"]
            .iter()
            .any(|word| value.contains(word))
    }
}

fn is_password(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("pass") || name.starts_with("pwd") || {
        ["비밀번호", "비번", "암호", "패스워드"].iter().any(|word| name.starts_with(word))
    }
}

/// A hole of a template, or a row of stars or dots.
fn is_hole(value: &str) -> bool {
    let opens = ["$", "{", "<", "%", "[", "(", "#{"];
    let first = value.chars().next();
    opens.iter().any(|open| value.starts_with(open))
        || value.contains("${")
        || value.contains("{{")
        || value.chars().all(|c| Some(c) == first)
}

/// Words with marks between them, as in `kubernetes.io/service-account-token`, `step-2` or
/// `utf8mb4_general`; no key looks like that.
fn reads_as_words(value: &str) -> bool {
    const WORD_LETTERS_MIN: usize = 3;
    const WORD_CHARS_MAX: usize = 16;
    let mut parts = value.split(['-', '_', '.', '/', ':', '@']);
    parts.all(|part| {
        let letters = part.chars().filter(|c| c.is_alphabetic()).count();
        let digits = part.chars().filter(char::is_ascii_digit).count();
        let length = part.chars().count();
        let is_number = digits == length && digits <= 4;
        let is_word = letters == length
            || (letters >= WORD_LETTERS_MIN && digits <= 2 && length <= WORD_CHARS_MAX);
        is_number || (is_word && letters + digits == length)
    })
}

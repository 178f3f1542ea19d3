//! Keys and tokens that are known by their form: a mark that begins them, and a run of characters
//! after it. Also what a URL and an `Authorization` header say after theirs.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// One form.
struct Form {
    mark: &'static str,
    allowed: fn(u8) -> bool,
    /// Characters after the mark, at least.
    least: usize,
    /// Whether the mark is part of the secret. One that is not may stand in the middle of a word.
    with_mark: bool,
}

const fn key(mark: &'static str, allowed: fn(u8) -> bool, least: usize) -> Form {
    Form { mark, allowed, least, with_mark: true }
}

const fn after(mark: &'static str, allowed: fn(u8) -> bool, least: usize) -> Form {
    Form { mark, allowed, least, with_mark: false }
}

/// Where one mark begins another, the longer one comes first.
const FORMS: &[Form] = &[
    // Amazon Web Services: ids of access keys.
    key("AKIA", is_upper, 16),
    key("ASIA", is_upper, 16),
    key("ABIA", is_upper, 16),
    key("ACCA", is_upper, 16),
    // GitHub, GitLab.
    key("ghp_", is_word, 30),
    key("gho_", is_word, 30),
    key("ghu_", is_word, 30),
    key("ghs_", is_word, 30),
    key("ghr_", is_word, 30),
    key("github_pat_", is_word, 22),
    key("glpat-", is_url_safe, 20),
    key("gldt-", is_url_safe, 20),
    key("glrt-", is_url_safe, 20),
    key("glcbt-", is_url_safe, 20),
    key("glptt-", is_url_safe, 20),
    key("gloas-", is_url_safe, 20),
    // Slack: tokens, and the addresses of hooks, of Discord too.
    key("xoxa-", is_url_safe, 10),
    key("xoxb-", is_url_safe, 10),
    key("xoxe-", is_url_safe, 10),
    key("xoxe.", is_url_safe, 10),
    key("xoxo-", is_url_safe, 10),
    key("xoxp-", is_url_safe, 10),
    key("xoxr-", is_url_safe, 10),
    key("xoxs-", is_url_safe, 10),
    key("xapp-", is_url_safe, 10),
    after("hooks.slack.com/services/", is_path, 20),
    after("hooks.slack.com/workflows/", is_path, 20),
    after("discord.com/api/webhooks/", is_path, 40),
    after("discordapp.com/api/webhooks/", is_path, 40),
    // OpenAI, Anthropic and those who took up the form.
    key("sk-", is_url_safe, 20),
    // Google.
    key("AIza", is_url_safe, 35),
    key("ya29.", is_url_safe, 20),
    key("GOCSPX-", is_url_safe, 20),
    // Stripe.
    key("sk_live_", is_word, 10),
    key("sk_test_", is_word, 10),
    key("pk_live_", is_word, 10),
    key("rk_live_", is_word, 10),
    key("rk_test_", is_word, 10),
    key("whsec_", is_base64, 20),
    // JSON Web Tokens.
    key("eyJ", is_jwt, 30),
    // npm, PyPI, Hugging Face, SendGrid, DigitalOcean, Shopify, Databricks, Azure storage.
    key("npm_", is_word, 36),
    key("pypi-", is_url_safe, 50),
    key("hf_", is_word, 30),
    key("SG.", is_jwt, 40),
    key("dop_v1_", is_word, 60),
    key("doo_v1_", is_word, 60),
    key("shpat_", is_word, 32),
    key("shpss_", is_word, 32),
    key("dapi", is_word, 32),
    after("AccountKey=", is_base64, 40),
    // What goes into the header of that name.
    after("Bearer ", is_header, 20),
    after("bearer ", is_header, 20),
    after("Basic ", is_header, 20),
    after("basic ", is_header, 20),
];

const URL: &str = "://";

#[expect(clippy::expect_used, reason = "the pattern is a constant, and every test compiles it")]
static MARKS: LazyLock<Regex> = LazyLock::new(|| {
    let marks: Vec<String> = FORMS.iter().map(|form| regex::escape(form.mark)).collect();
    Regex::new(&format!("{URL}|{}", marks.join("|"))).expect("a pattern")
});

/// What has one of the forms.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut read_to = 0;
    for mark in MARKS.find_iter(text) {
        if mark.as_str() == URL {
            found.extend(password_in_url(text, mark.end()));
            continue;
        }
        let form = FORMS.iter().find(|form| form.mark == mark.as_str());
        // A mark in a run was read with it.
        let Some(form) = form.filter(|_| mark.start() >= read_to) else { continue };
        let run = form.run(text, mark.end());
        read_to = run.end;
        found.extend(form.secret(text, mark.start(), run));
    }
    found
}

impl Form {
    /// The run of characters behind a mark that ends at `start`.
    fn run(&self, text: &str, start: usize) -> Range<usize> {
        let bytes = text.as_bytes()[start..].iter();
        start..start + bytes.take_while(|byte| (self.allowed)(**byte)).count()
    }

    /// What is secret of a mark at `start` with that run behind it.
    fn secret(&self, text: &str, start: usize, run: Range<usize>) -> Option<Range<usize>> {
        let is_inside_word = self.with_mark && start > 0 && is_word(text.as_bytes()[start - 1]);
        // A sentence goes on behind a key.
        let made = text[run.clone()].trim_end_matches(['.', '-']);
        let looks_made = made.contains(|c: char| c.is_ascii_digit())
            && made.contains(|c: char| c.is_ascii_alphabetic());
        if is_inside_word || made.len() < self.least || !looks_made {
            return None;
        }
        let secret_start = if self.with_mark { start } else { run.start };
        Some(secret_start..run.start + made.len())
    }
}

/// The password of `user:password@host`, where `at` is behind the scheme.
fn password_in_url(text: &str, at: usize) -> Option<Range<usize>> {
    const USER_BYTES_MAX: usize = 400;
    /// Says what belongs there, and hides nothing.
    const NAMES: &[&str] = &["pass", "passwd", "password", "pwd", "secret", "token"];
    let rest = text.as_bytes()[at..].iter().take(USER_BYTES_MAX);
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/@\"'`<>\\".contains(byte);
    let length = rest.take_while(|byte| !ends(byte)).count();
    if text.as_bytes().get(at + length) != Some(&b'@') {
        return None;
    }
    let colon = text[at..at + length].find(':')?;
    let password = at + colon + 1..at + length;
    let value = &text[password.clone()];
    let is_hole = value.starts_with(['$', '{', '%', '*', '[']) || NAMES.contains(&value);
    (!value.is_empty() && !is_hole).then_some(password)
}

fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_url_safe(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

fn is_jwt(byte: u8) -> bool {
    is_url_safe(byte) || byte == b'.'
}

fn is_path(byte: u8) -> bool {
    is_url_safe(byte) || byte == b'/'
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

fn is_header(byte: u8) -> bool {
    is_jwt(byte) || is_base64(byte) || byte == b'~'
}

//! Keys and tokens that are known by their form, passwords in URLs, and what follows `Bearer`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// One form a line; a group is the secret in it, else the whole is. `\b` is that of ASCII, which
/// is what keys are made of, and which keeps the search fast in Hangul.
const FORMS: &[&str] = &[
    // Amazon Web Services: ids of access keys.
    r"(?-u:\b)(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?-u:\b)",
    // GitHub, GitLab.
    r"(?-u:\b)gh[pousr]_[A-Za-z0-9]{30,}",
    r"(?-u:\b)github_pat_[A-Za-z0-9_]{22,}",
    r"(?-u:\b)gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas)-[A-Za-z0-9_.-]{20,}",
    // Slack: tokens and the addresses of its hooks.
    r"(?-u:\b)xox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"(?-u:\b)xapp-[0-9]-[A-Za-z0-9-]{10,}",
    r"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9/_-]{20,})",
    r"discord(?:app)?\.com/api/webhooks/([0-9]{15,22}/[A-Za-z0-9_-]{40,})",
    // OpenAI, Anthropic and those who took up the form.
    r"(?-u:\b)sk-(?:[a-z]+[0-9]*-){0,3}[A-Za-z0-9_-]{20,}",
    // Google.
    r"(?-u:\b)AIza[A-Za-z0-9_-]{35}",
    r"(?-u:\b)ya29\.[A-Za-z0-9_-]{20,}",
    r"(?-u:\b)GOCSPX-[A-Za-z0-9_-]{20,}",
    // Stripe.
    r"(?-u:\b)[srp]k_(?:live|test)_[A-Za-z0-9]{10,}",
    r"(?-u:\b)whsec_[A-Za-z0-9+/=]{20,}",
    // JSON Web Tokens.
    r"(?-u:\b)eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
    // npm, PyPI, crates.io, Hugging Face, SendGrid, DigitalOcean, Shopify, Databricks, Telegram,
    // Azure storage.
    r"(?-u:\b)npm_[A-Za-z0-9]{36}",
    r"(?-u:\b)pypi-[A-Za-z0-9_-]{50,}",
    r"(?-u:\b)cio[A-Za-z0-9]{32}(?-u:\b)",
    r"(?-u:\b)hf_[A-Za-z0-9]{30,}",
    r"(?-u:\b)SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"(?-u:\b)do[opr]_v1_[a-f0-9]{64}",
    r"(?-u:\b)shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    r"(?-u:\b)dapi[a-f0-9]{32}",
    r"(?-u:\b)[0-9]{8,10}:AA[A-Za-z0-9_-]{33}",
    r"AccountKey=([A-Za-z0-9+/]{40,}={0,2})",
    // Passwords in URLs.
    r#"(?-u:\b)[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@"'`<>]{0,128}:([^\s:/@"'`<>]{1,256})@"#,
    // What goes into the header of that name.
    r"(?i:\b(?:bearer|basic))[ ]([A-Za-z0-9._~+/-]{20,}={0,2})",
];

#[expect(clippy::expect_used, reason = "the patterns are constants, and every test compiles them")]
static ANY: LazyLock<Regex> = LazyLock::new(|| Regex::new(&FORMS.join("|")).expect("patterns"));

/// What has one of the forms.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(whole) = ANY.find_at(text, at) {
        at = whole.end();
        // Groups cost more than finding does, and little is found.
        let groups = ANY.captures_at(text, whole.start());
        let group = groups.and_then(|groups| groups.iter().skip(1).flatten().next());
        let secret = group.unwrap_or(whole).range();
        if is_secret(&text[secret.clone()], whole.as_str()) {
            found.push(secret);
        }
    }
    found
}

/// Leaves out what only has the form: a name with dashes, or a template's hole.
fn is_secret(secret: &str, whole: &str) -> bool {
    if whole.starts_with("sk-") || whole.ends_with(secret) && whole.contains(' ') {
        return secret.contains(|c: char| c.is_ascii_digit())
            && secret.contains(|c: char| c.is_ascii_alphabetic());
    }
    let is_hole = secret.starts_with(['$', '{', '%']) || secret.chars().all(|c| c == '*');
    !is_hole
}

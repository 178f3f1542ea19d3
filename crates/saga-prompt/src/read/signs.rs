//! Characters that stand in an answer and not in the code that was meant.

use super::AskedCode;

/// Languages in which entities and tags are the code itself.
const MARKUP: &[&str] = &[
    "html",
    "xml",
    "vue",
    "svelte",
    "markdown",
    "mdx",
    "javascriptreact",
    "typescriptreact",
    "php",
    "handlebars",
    "razor",
    "xsl",
    "astro",
];

const ENTITIES: &[(&str, &str)] = &[
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&amp;", "&"),
];

/// Byte order mark and zero-width space.
const INVISIBLE: &[char] = &['\u{feff}', '\u{200b}'];

/// The answer with line ends of one character, and without invisible characters at the edges of its
/// lines, where no code means them. Inside a line they may be meant.
pub(super) fn plain(answer: &str) -> String {
    let unix = answer.replace("\r\n", "\n");
    if !unix.contains(['\u{feff}', '\u{200b}', '\u{a0}', '\u{3000}']) {
        return unix;
    }
    let mut out = String::with_capacity(unix.len());
    for line in unix.split_inclusive('\n') {
        let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
        let text = text.trim_end_matches(INVISIBLE);
        let rest = text.trim_start_matches(|c: char| c.is_whitespace() || INVISIBLE.contains(&c));
        for c in text[..text.len() - rest.len()].chars() {
            match c {
                c if INVISIBLE.contains(&c) => {}
                '\u{a0}' => out.push(' '),
                // As wide as two.
                '\u{3000}' => out.push_str("  "),
                c => out.push(c),
            }
        }
        out.push_str(rest);
        out.push_str(end);
    }
    out
}

/// Signs for entities, where the whole answer is written with them: a line of the code that was
/// asked about must be among those that come out.
pub(super) fn without_entities(code: &str, asked: &AskedCode<'_>) -> Option<String> {
    let has_entity = |text: &str| ENTITIES.iter().any(|(entity, _)| text.contains(entity));
    if is_markup(asked.language)
        || !has_entity(code)
        || [asked.code, asked.before, asked.after].into_iter().any(has_entity)
        || code.contains(['<', '>'])
        || code.matches('&').count() != ENTITIES.iter().map(|(e, _)| code.matches(e).count()).sum()
    {
        return None;
    }
    let mut plain = code.to_owned();
    for (entity, sign) in ENTITIES {
        plain = plain.replace(entity, sign);
    }
    let is_known = plain.lines().zip(code.lines()).any(|(line, written)| {
        line != written && asked.code.lines().any(|asked| asked.trim() == line.trim())
    });
    is_known.then_some(plain)
}

pub(super) fn is_markup(language: &str) -> bool {
    MARKUP.contains(&language)
}

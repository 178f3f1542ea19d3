//! Code in another language than the one that was asked about. The tag of a block is often wrong; the
//! word by which a function is defined is not.

use super::lines::defined;

/// Words that define a function, and the languages that have them.
const WORDS: &[(&str, &[&str])] = &[
    ("def ", &["python", "ruby", "scala", "groovy"]),
    ("fn ", &["rust"]),
    ("func ", &["go", "swift"]),
    ("fun ", &["kotlin"]),
    ("function ", &["javascript", "typescript", "javascriptreact", "typescriptreact"]),
];

/// Languages of which the words are known.
const KNOWN: &[&str] = &[
    "python",
    "ruby",
    "rust",
    "go",
    "swift",
    "kotlin",
    "java",
    "c",
    "cpp",
    "csharp",
    "javascript",
    "typescript",
    "javascriptreact",
    "typescriptreact",
];

/// Whether a function is defined as another language does.
pub(super) fn is_code(code: &str, language: &str) -> bool {
    if !KNOWN.contains(&language) {
        return false;
    }
    // What comes later may stand in a text.
    let Some(first) = code.lines().find(|line| defined(line).is_some()) else { return false };
    let line = first.trim();
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let is_function = line.contains('(') && line.ends_with(['{', ':', '}', '=']);
    let is_python = line.starts_with("def ") && line.ends_with(':');
    let has_foreign_word = WORDS
        .iter()
        .any(|(word, languages)| line.starts_with(word) && !languages.contains(&language));
    is_function && (has_foreign_word || (is_python && language != "python"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_other_languages() {
        for (code, language, is_foreign) in [
            ("def read(path):\n    return 1", "go", true),
            ("def read(path):\n    return 1", "ruby", true),
            ("def read(path):\n    return 1", "python", false),
            ("pub fn add(&mut self) {\n}", "rust", false),
            ("fun unread(): List<Mail> {\n}", "java", true),
            ("func (r *Rect) Area() float64 {\n}", "go", false),
            ("let fn = (a) => {", "typescript", false),
            ("def total\n  1\nend", "ruby", false),
            ("// def read(path):", "java", false),
        ] {
            assert_eq!(is_code(code, language), is_foreign, "{language}: {code}");
        }
    }
}

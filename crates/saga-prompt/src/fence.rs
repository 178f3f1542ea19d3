//! Code fences: how long one must be to hold a text, what its tag is, and which languages hold
//! sentences themselves.

pub(crate) const SHORTEST: &str = "```";

/// The shortest fence that no line of `texts` begins with.
pub(crate) fn fence_around<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let longest = texts
        .into_iter()
        // Most texts hold none, and are then read at the speed of memory.
        .filter(|text| text.contains(SHORTEST))
        .flat_map(str::lines)
        .map(|line| {
            let line = line.trim_start();
            line.len() - line.trim_start_matches('`').len()
        })
        .max()
        .unwrap_or_default();
    "`".repeat((longest + 1).max(SHORTEST.len()))
}

/// The tag that models know for an editor's language id.
pub(crate) fn tag(language: &str) -> &str {
    match language {
        "typescriptreact" => "tsx",
        "javascriptreact" => "jsx",
        "shellscript" => "bash",
        "plaintext" => "text",
        _ if language.chars().all(|c| c.is_ascii_alphanumeric() || "+#-_.".contains(c)) => language,
        _ => "",
    }
}

/// Whether a language's lines are sentences, so that sentences in an answer may be its text.
pub(crate) fn is_prose_language(language: &str) -> bool {
    const PROSE: &[&str] = &[
        "markdown",
        "mdx",
        "plaintext",
        "latex",
        "tex",
        "restructuredtext",
        "asciidoc",
        "html",
        "xml",
        "git-commit",
        "scminput",
        "typst",
    ];
    PROSE.contains(&language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_every_fence_it_holds() {
        assert_eq!(fence_around(["let a = `x`;"]), "```");
        assert_eq!(fence_around(["text\n  ```py\n", "````"]), "`````");
    }

    #[test]
    fn a_tag_cannot_break_the_fence() {
        assert_eq!(tag("typescriptreact"), "tsx");
        assert_eq!(tag("c++"), "c++");
        assert_eq!(tag("x\n```"), "");
    }
}

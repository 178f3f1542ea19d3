//! Finding "rest unchanged": a line that stands for code the model did not write out.

/// What a comment begins with.
const OPENS: &[&str] = &["//", "/*", "#", "<!--", "--", "%", ";", "{/*", "*", "\"\"\"", "'''"];
const CLOSES: &[&str] = &["*/}", "*/", "-->", "\"\"\"", "'''"];

/// Each row: words that together say that something was left out.
const SAYINGS: &[&[&str]] = &[
    &["rest of", "code"],
    &["rest of", "same"],
    &["rest of", "unchanged"],
    &["rest of", "function"],
    &["rest of", "class"],
    &["rest of", "method"],
    &["rest of", "file"],
    &["rest of", "implementation"],
    &["rest unchanged"],
    &["remain", "same"],
    &["remain", "unchanged"],
    &["remaining", "code"],
    &["remaining", "methods"],
    &["existing code"],
    &["existing", "here"],
    &["previous code"],
    &["same as before"],
    &["same as above"],
    &["same as original"],
    &["code omitted"],
    &["omitted for"],
    &["unchanged code"],
    &["no change"],
    &["나머지", "동일"],
    &["나머지", "같"],
    &["나머지", "그대로"],
    &["나머지", "생략"],
    &["나머지", "코드"],
    &["나머지", "유지"],
    &["기존 코드"],
    &["기존", "동일"],
    &["기존", "그대로"],
    &["기존과 같"],
    &["이전", "동일"],
    &["이전과 같"],
    &["이하", "동일"],
    &["이하", "생략"],
    &["코드 생략"],
    &["중략"],
    &["변경 없음"],
    &["변경사항 없음"],
];

/// Words that make dots in a comment stand for code.
const HINTS: &[&str] = &[
    "rest",
    "remain",
    "existing",
    "other",
    "unchanged",
    "same",
    "omitted",
    "previous",
    "code",
    "나머지",
    "기존",
    "동일",
    "생략",
    "그대로",
    "이하",
    "이전",
    "코드",
    "유지",
];

/// Whether `code` stands for more than it holds; a line that `asked` has too does not count.
pub(super) fn leaves_out(code: &str, asked: &str) -> bool {
    code.lines()
        .map(str::trim)
        .any(|line| is_placeholder(line) && !asked.lines().any(|asked| asked.trim() == line))
}

fn is_placeholder(line: &str) -> bool {
    let Some(said) = comment(line) else {
        let bare = line.trim_matches(|c: char| "()[]{};,".contains(c));
        // Without a blank after the dots it is JavaScript: `...rest,`.
        return is_dots(bare) || (bare.starts_with("... ") && has_any(bare, HINTS));
    };
    let said = said.to_lowercase();
    let says = |words: &&[&str]| words.iter().all(|word| said.contains(word));
    let has_dots = said.contains("...") || said.contains('…');
    is_dots(&said)
        || starts_with_dots(&said)
        || SAYINGS.iter().any(says)
        || (has_dots && has_any(&said, HINTS))
}

fn comment(line: &str) -> Option<&str> {
    let mut said = OPENS.iter().find_map(|mark| line.strip_prefix(mark))?;
    for mark in CLOSES {
        said = said.trim_end().strip_suffix(mark).unwrap_or(said);
    }
    Some(said.trim_matches(|c: char| c.is_whitespace() || "/#*-=()[]".contains(c)))
}

fn is_dots(text: &str) -> bool {
    let text = text.trim();
    text == "…" || (text.len() >= 3 && text.chars().all(|c| matches!(c, '.' | ' ' | '…')))
}

fn starts_with_dots(text: &str) -> bool {
    text.starts_with("...") && !text.starts_with("....") || text.starts_with('…')
}

fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders() {
        for line in [
            "// ... rest of the code ...",
            "# ... existing code ...",
            "// 나머지 코드는 동일",
            "# (나머지 코드는 그대로 유지됩니다)",
            "/* unchanged code */",
            "{/* ... */}",
            "<!-- rest unchanged -->",
            "...",
            "    // …",
            "# The rest of the function remains the same.",
            "// 이하 생략",
            "# ...",
            "... rest of the code ...",
        ] {
            assert!(leaves_out(line, ""), "{line}");
            assert!(!leaves_out(line, line), "{line} was there before");
        }
    }

    #[test]
    fn code_and_ordinary_comments() {
        for line in [
            "def f(self) -> int: ...",
            "return [...items, x]",
            "...props,",
            "...rest,",
            "...otherProps}",
            "# Handle the remaining items.",
            "// 기존 사용자를 먼저 찾는다",
            "# the same user",
            "print('...')",
            "// 다른 값",
            "# ---- helpers ----",
        ] {
            assert!(!leaves_out(line, ""), "{line}");
        }
    }
}

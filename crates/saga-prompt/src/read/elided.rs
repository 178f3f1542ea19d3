//! Finding "rest unchanged": a line that stands for code the model did not write out.

use super::lines::defined;

/// What a comment begins with.
const OPENS: &[&str] =
    &["{/*", "//", "/*", "#", "<!--", "--", "%", ";", "*", "\"\"\"", "'''", "'", "REM "];
const CLOSES: &[&str] = &["*/}", "*/", "-->", "\"\"\"", "'''"];

/// Words of which one must be in a comment that is made of such words alone.
const KEYS: &[&str] = &[
    "rest",
    "unchanged",
    "omitted",
    "remaining",
    "existing",
    "previous",
    "same",
    "snip",
    "truncated",
    "etc",
    "unmodified",
];

/// Words that may go with them.
const FILLERS: &[&str] = &[
    "the",
    "your",
    "my",
    "of",
    "this",
    "that",
    "all",
    "code",
    "function",
    "functions",
    "class",
    "classes",
    "method",
    "methods",
    "file",
    "implementation",
    "logic",
    "body",
    "here",
    "goes",
    "go",
    "continue",
    "continues",
    "continued",
    "other",
    "original",
    "as",
    "before",
    "above",
    "below",
    "for",
    "brevity",
    "remain",
    "remains",
    "is",
    "are",
    "stays",
    "stay",
    "keep",
    "kept",
    "no",
    "not",
    "changes",
    "change",
    "changed",
    "needed",
    "and",
    "in",
    "it",
    "to",
    "if",
    "any",
    "imports",
    "definitions",
    "helpers",
    "fields",
    "properties",
    "lines",
    "part",
    "parts",
    "section",
    "exactly",
    "with",
    "s",
    "you",
    "have",
    "had",
    "was",
    "were",
];

/// Beginnings of Korean words of which one must be in such a comment.
const KOREAN_KEYS: &[&str] = &[
    "나머지",
    "기존",
    "동일",
    "그대로",
    "생략",
    "이하",
    "중략",
    "원래",
    "변경",
    "이전과",
    "위와",
    "전과",
    "같음",
    "같습니다",
    "상동",
];

/// Beginnings of Korean words that may go with them.
const KOREAN_FILLERS: &[&str] = &[
    "코드",
    "부분",
    "로직",
    "함수",
    "메서드",
    "메소드",
    "클래스",
    "파일",
    "구현",
    "내용",
    "같",
    "유지",
    "없음",
    "없습니다",
    "없이",
    "사항",
    "모두",
    "모든",
    "다른",
    "기타",
    "됩니다",
    "합니다",
    "이 ",
    "여기",
    "있",
    "남은",
    "둡니다",
    "두세요",
    "두면",
    "하세요",
    "은",
    "는",
    "들",
    "및",
    "와",
    "이후",
    "아래",
    "위",
    "이전",
    "필드",
    "속성",
    "줄",
];

/// Words that make bare dots stand for code.
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

/// Words by which a marker says that it stands for what is around, not for what is inside.
const AROUND: &[&str] = &[
    "methods",
    "functions",
    "class",
    "file",
    "imports",
    "메서드",
    "메소드",
    "함수들",
    "클래스",
    "파일",
];

/// Whether a line of an answer stands for code, and the code that was asked about has no such line.
pub(super) fn is_marker(line: &str, asked: &str) -> bool {
    let line = line.trim();
    (is_placeholder(line) || is_stub(line, asked))
        && !asked.lines().any(|asked| asked.trim() == line)
}

/// Whether a marker speaks of what stands around a definition.
pub(super) fn speaks_of_around(marker: &str) -> bool {
    let said = marker.to_lowercase();
    AROUND.iter().any(|word| said.contains(word))
}

/// Whether what is said around the code says that some of it was not written out.
pub(super) fn is_said(talk: &str) -> bool {
    talk.split(['\n', '.', '!']).any(|sentence| {
        let said = sentence.to_lowercase();
        let speaks = |words: &[&str]| words.iter().any(|word| said.contains(word));
        (speaks(&["rest of", "remaining", "other methods", "other functions"])
            && speaks(&["same", "unchanged", "omitted", "not changed", "as is", "as before"]))
            || (speaks(&["나머지", "다른 메서드", "다른 함수", "이외의", "그 외"])
                && speaks(&["동일", "그대로", "같습니다", "같아요", "생략", "유지"]))
    })
}

fn is_placeholder(line: &str) -> bool {
    let Some(said) = comment(line) else {
        let bare = line.trim_matches(|c: char| "()[]{};,".contains(c));
        // Without a blank after the dots it is JavaScript: `...rest,`.
        let has_hint = || {
            let said = bare.to_lowercase();
            HINTS.iter().any(|word| said.contains(word))
        };
        let begins_with_dots = bare.starts_with("... ") || bare.starts_with('…');
        return is_dots(bare) || (begins_with_dots && has_hint()) || ends_with_marker(line);
    };
    says_left_out(said)
}

fn says_left_out(said: &str) -> bool {
    let said = said.to_lowercase();
    let begins_with_dots = said.starts_with("...") && !said.starts_with("....");
    is_dots(&said) || begins_with_dots || said.starts_with('…') || is_made_of_words(&said)
}

/// An empty body with a marker in it, or beside it.
fn ends_with_marker(line: &str) -> bool {
    let has_dots = line.contains("...") || line.contains('…');
    let beside = ["// ", "# "].iter().find_map(|mark| line.split_once(mark));
    if !has_dots && beside.is_none() {
        return false;
    }
    let packed: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let packed = packed.trim_end_matches([';', ',']);
    let is_quoted = packed.contains(['"', '\'', '`']);
    let is_empty_body = ["{...}", "{…}", "{/*...*/}", "{/*…*/}"]
        .iter()
        .any(|body| packed.ends_with(body) && packed.len() > body.len());
    if is_empty_body && !is_quoted {
        return true;
    }
    beside.is_some_and(|(code, said)| {
        let code = code.trim();
        let is_empty = matches!(code, "pass" | "..." | "{" | "}" | "{}" | "return" | "};" | ");");
        is_empty && says_left_out(said.trim())
    })
}

/// `def f(self): ...` in place of a body.
fn is_stub(line: &str, asked: &str) -> bool {
    let Some(head) = line.strip_suffix("...").map(str::trim_end) else { return false };
    let Some(name) = defined(line).filter(|_| head.ends_with([':', '{', '='])) else {
        return false;
    };
    asked.lines().any(|line| defined(line) == Some(name))
}

/// Whether a comment has only words that say that something was left out.
fn is_made_of_words(said: &str) -> bool {
    let words = said.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut has_key = false;
    let mut count = 0;
    for word in words {
        let begins = |stems: &[&str]| stems.iter().any(|stem| word.starts_with(stem.trim_end()));
        let is_key = KEYS.contains(&word) || begins(KOREAN_KEYS);
        if !is_key && !FILLERS.contains(&word) && !begins(KOREAN_FILLERS) {
            return false;
        }
        has_key |= is_key;
        count += 1;
    }
    let is_alone = count == 1 && matches!(said, "rest" | "remaining" | "existing" | "previous");
    has_key && !is_alone
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
            "# 나머지 부분은 기존과 같습니다",
            "// 기존 로직 유지",
            "/* unchanged code */",
            "{/* ... */}",
            "<!-- rest unchanged -->",
            "...",
            "    // …",
            "# The rest of the function remains the same.",
            "// Rest of your code here",
            "// same as before",
            "// 이하 생략",
            "# 이하 코드는 같습니다",
            "# ...",
            "# ... (other methods)",
            "-- existing code",
            "... rest of the code ...",
            "function load() { ... }",
            "void close() { /* ... */ }",
            "    pass  # ... existing code",
            "} // 나머지 동일",
        ] {
            assert!(is_marker(line, ""), "{line}");
            assert!(!is_marker(line, line), "{line} was there before");
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
            "} catch (...) {",
            "<Row {...props} />",
            "const copy = {...item};",
            "# Handle the remaining items.",
            "# Loading the remaining users...",
            "// the rest of the function assumes sorted input",
            "// 기존 사용자를 먼저 찾는다",
            "// 기존과 같은 방식으로 정렬한다",
            "# 이전 값과 동일하면 건너뛴다",
            "// 나머지 값을 그대로 반환한다",
            "# the same user",
            "total = a + b  # unchanged",
            "print('...')",
            "// 다른 값",
            "# ---- helpers ----",
            "# Other methods",
        ] {
            assert!(!is_marker(line, ""), "{line}");
        }
        assert!(is_marker("def f(self): ...", "def f(self):\n    return 1\n"));
    }
}

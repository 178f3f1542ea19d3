//! Telling what a model says about code from the code, in English and Korean.

/// Marks by which a comment or a line of markup begins.
const MARKS: &[char] =
    &['/', '#', '*', '-', '<', '"', '\'', '`', ';', '%', '@', '|', '{', '}', '('];

/// What a Korean sentence ends with.
const KOREAN_ENDS: &[&str] = &["다", "요", "세요", "까", "죠", "음", "함"];

/// Words that begin an answer, not a line of code.
const SPEECH: &[&str] = &[
    "Here",
    "Here's",
    "Sure",
    "Certainly",
    "Okay",
    "Note",
    "Explanation",
    "Output",
    "Changes",
    "This",
    "The",
    "I",
    "I've",
    "In",
];

/// Whether a line is a sentence, and nothing that a program would hold outside a comment.
pub(crate) fn is_prose(line: &str) -> bool {
    let line = line.trim();
    let line = line.strip_prefix("**").map_or(line, |rest| rest.trim_end_matches('*'));
    let Some(first) = line.chars().next() else { return false };
    if MARKS.contains(&first) {
        return false;
    }
    if is_hangul_word(first) {
        return is_korean_prose(line);
    }
    first.is_ascii_uppercase() && is_english_prose(line)
}

fn is_korean_prose(line: &str) -> bool {
    let spoken = line.trim_end_matches(['.', ':', '!', '?', '*', '。', '：', '！', '？']);
    let has_end = spoken.len() < line.len();
    let has_code = line.contains(['=', '(', '{', '[', ';']);
    let is_sentence = KOREAN_ENDS.iter().any(|ending| spoken.ends_with(ending));
    let hangul_words = line.split_whitespace().filter(|word| word.starts_with(is_hangul_word));
    (is_sentence && (has_end || !has_code || spoken.ends_with("니다")))
        || (!has_code && (has_end || hangul_words.count() >= 3))
}

fn is_english_prose(line: &str) -> bool {
    let ends = line.ends_with(['.', ':', '!', '?', ',']);
    let words: Vec<&str> = line.split_whitespace().collect();
    let plain = words.iter().filter(|word| is_plain_word(word)).count();
    // Three words in five: sentences about code quote some of it.
    let is_mostly_words = plain * 5 >= words.len() * 3;
    let first = words[0].trim_end_matches([',', '!', ':', '.']);
    let is_speech = SPEECH.contains(&first);
    is_mostly_words
        && ((words.len() >= 4 && ends)
            || (is_speech && (ends || words.len() >= 5))
            || words.len() >= 8)
}

fn is_plain_word(word: &str) -> bool {
    let word = word.trim_matches(|c: char| ".,:;!?\"'()`*".contains(c));
    let is_shouted = word.len() > 1 && !word.contains(char::is_lowercase);
    !word.is_empty() && !is_shouted && word.chars().all(|c| c.is_alphabetic() || "'’-".contains(c))
}

fn is_hangul_word(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// The answer after the thoughts that some models write first; none while they last.
pub(crate) fn without_thoughts(answer: &str, ended: bool) -> Option<&str> {
    const OPEN: &str = "<think>";
    const CLOSE: &str = "</think>";
    let begins = answer.trim_start();
    match begins.strip_prefix(OPEN) {
        Some(thoughts) => thoughts.split_once(CLOSE).map(|(_, said)| said.trim_start_matches('\n')),
        None if !ended && OPEN.starts_with(begins) => None,
        None => Some(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_prose() {
        for line in [
            "Here is the refactored code:",
            "Sure, here's the updated function.",
            "This function returns the sum of two numbers.",
            "In this version, `total` is computed with `sum()`.",
            "I changed the loop to a comprehension",
            "**Explanation:**",
            "물론입니다! 아래는 수정된 코드입니다:",
            "위 코드는 리스트 컴프리헨션을 사용합니다.",
            "수정된 코드:",
            "다음과 같이 바꿀 수 있어요",
        ] {
            assert!(is_prose(line), "{line}");
        }
    }

    #[test]
    fn code_is_not_prose() {
        for line in [
            "",
            "return x",
            "class Foo(Bar):",
            "Foo foo = new Foo();",
            "SELECT name FROM users WHERE id = 1",
            "# Here is a comment that talks.",
            "// 위 코드는 주석입니다.",
            "let 이름 = 사용자.이름;",
            "이름 = 사용자.이름()",
            "합계 = 0",
            "합계 = 가격 + 세금 + 필요",
            "Point { x: 0, y: 0 },",
            "Self::Many(texts) => texts,",
            "\"Here is a string that talks.\",",
            "T = TypeVar('T')",
            "} else {",
        ] {
            assert!(!is_prose(line), "{line}");
        }
    }

    #[test]
    fn thoughts_are_left_out() {
        assert_eq!(without_thoughts("<think>a\nb</think>\nx", false), Some("x"));
        assert_eq!(without_thoughts("<think>a", true), None);
        assert_eq!(without_thoughts("<th", false), None);
        assert_eq!(without_thoughts("<th", true), Some("<th"));
        assert_eq!(without_thoughts("x", false), Some("x"));
    }
}

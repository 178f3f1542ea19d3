//! Where sentences end, in English and Korean, and in the items of a list.

/// What Korean sentences that have no full stop end with. Only for want of anything better: most
/// of it also stands inside of sentences now and then.
const KOREAN_ENDS: &[&str] = &[
    "니다", "세요", "어요", "아요", "해요", "예요", "네요", "까요", "지요", "한다", "된다", "이다",
    "있다", "없다", "했다", "였다", "었다", "았다", "는다",
];

/// Characters of a sentence that may be said twice: `네.`, `Yes.`
const REPEATED_CHARS_MIN: usize = 10;

/// `text` without the sentence, line or word at its end that is not whole, unless nothing else is
/// there.
pub(super) fn whole(text: &str) -> &str {
    let ends = || ends(text, true);
    let sentences = ends().last();
    let kept = sentences.or_else(|| korean_end(text)).or_else(|| word_end(text));
    kept.map_or(text, |end| &text[..end])
}

/// Where a sentence begins that was said before; `ended` when no more will come.
pub(super) fn repeated(text: &str, ended: bool) -> Option<usize> {
    let mut said: Vec<&str> = Vec::new();
    let mut start = 0;
    for end in ends(text, ended) {
        let sentence = text[start..end].trim();
        if said.contains(&sentence) {
            return Some(start);
        }
        if sentence.chars().count() >= REPEATED_CHARS_MIN {
            said.push(sentence);
        }
        start = end;
    }
    None
}

/// Where sentences and items end. The last character decides nothing while more may come.
fn ends(text: &str, ended: bool) -> impl Iterator<Item = usize> {
    text.char_indices().filter_map(move |(at, c)| match c {
        '.' | '!' | '?' | '…' | '。' | '！' | '？' => sentence_end(text, at, c, ended),
        '\n' => ends_item(text, at).then_some(at),
        _ => None,
    })
}

fn sentence_end(text: &str, at: usize, c: char, ended: bool) -> Option<usize> {
    let behind = &text[at + c.len_utf8()..];
    let rest = behind.trim_start_matches(['"', '\'', ')', ']', '*', '_', '`', '”', '’', '»']);
    let end = text.len() - rest.len();
    let next = rest.chars().next();
    let is_end = match next {
        None => ended,
        Some(next) => next.is_whitespace(),
    };
    // `e.g. this`, and the number of a list's item.
    let goes_on = c == '.' && rest.trim_start_matches(' ').starts_with(|c: char| c.is_lowercase());
    let line = text[..at].rsplit('\n').next().unwrap_or_default().trim();
    let is_number = c == '.' && !line.is_empty() && line.chars().all(|c| c.is_ascii_digit());
    (is_end && !goes_on && !is_number).then_some(end)
}

/// Whether the line that ends at `at` is whole by itself: an item, a heading, a row of a table, or
/// the last before one of these or a blank line.
fn ends_item(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    let next = text[at + 1..].split('\n').next().unwrap_or_default();
    let is_item = |line: &str| {
        let line = line.trim_start();
        let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_numbered = number.len() < line.len() && number.starts_with(". ");
        is_numbered || ["- ", "* ", "+ ", "#", "|"].iter().any(|mark| line.starts_with(mark))
    };
    let is_blank = next.trim().is_empty() && text.len() > at + 1;
    !line.trim().is_empty() && (is_item(line) || is_item(next) || is_blank)
}

fn korean_end(text: &str) -> Option<usize> {
    let is_end = |at: &usize| KOREAN_ENDS.iter().any(|end| text[..*at].ends_with(end));
    text.rmatch_indices([' ', '\n']).map(|(at, _)| at).find(is_end)
}

fn word_end(text: &str) -> Option<usize> {
    let end = text.trim_end().rfind(char::is_whitespace)?;
    let kept = text[..end].trim_end().len();
    (kept > 0).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sentences() {
        for (text, expected) in [
            ("One. Two. Thr", "One. Two."),
            ("값을 더한다. 그리고 돌려", "값을 더한다."),
            ("사용자를 찾습니다 없으면 만", "사용자를 찾습니다"),
            ("무엇을 할까요? 아직", "무엇을 할까요?"),
            ("He said \"go.\" Then", "He said \"go.\""),
            ("version 1.2 of the thi", "version 1.2 of the"),
            ("Use e.g. this one wh", "Use e.g. this one"),
            ("- one\n- two\n- thr", "- one\n- two"),
            ("1. one\n2. tw", "1. one"),
            ("Title\n\nSome wor", "Title"),
            ("사용자이름을", "사용자이름을"),
            ("끝났다… 그래", "끝났다…"),
            ("Done.", "Done."),
        ] {
            assert_eq!(whole(text), expected, "{text}");
        }
    }

    #[test]
    fn what_was_said_before() {
        assert_eq!(repeated("It adds numbers. It adds numbers. It", false), Some(16));
        assert_eq!(repeated("값을 모두 더한다. 값을 모두 더한다.", false), None);
        assert_eq!(repeated("값을 모두 더한다. 값을 모두 더한다.", true), Some(24));
        assert_eq!(repeated("Yes. Yes. Yes.", true), None);
    }
}

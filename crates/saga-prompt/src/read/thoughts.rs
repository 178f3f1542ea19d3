//! What a model thinks aloud before it answers, or while it does.

use std::borrow::Cow;

/// Names of the tags that models think aloud in.
const THOUGHTS: &[(&str, &str)] = &[
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
];

/// The answer without the thoughts that some models write first; none while they last, or when
/// they never end: what stands in them is not yet what is meant. A tag that the code holds itself
/// is not one of theirs.
pub(super) fn without<'a>(answer: &'a str, code: &str, ended: bool) -> Option<Cow<'a, str>> {
    let mut said = Cow::Borrowed(answer);
    for (open, close) in THOUGHTS.iter().filter(|(_, close)| !code.contains(close)) {
        while let Some(at) = opening(&said, open) {
            let (_, after) = said[at..].split_once(close)?;
            said = Cow::Owned(format!("{}{}", &said[..at], after.trim_start_matches('\n')));
        }
        // Some templates write the opening tag themselves.
        if let Some((_, after)) = said.split_once(close) {
            said = Cow::Owned(after.trim_start_matches('\n').to_owned());
        }
    }
    let begins = said.trim_start();
    let may_open = THOUGHTS.iter().any(|(open, _)| open.starts_with(begins));
    (ended || !may_open).then_some(said)
}

/// Where a line begins with the tag, outside the answer's blocks.
fn opening(said: &str, open: &str) -> Option<usize> {
    let mut at = 0;
    let mut is_in_block = false;
    for line in said.split_inclusive('\n') {
        let begins = line.trim_start();
        if begins.starts_with("```") {
            is_in_block = !is_in_block;
        } else if !is_in_block && begins.starts_with(open) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thoughts_are_left_out() {
        let rest = |answer, ended| without(answer, "", ended).map(Cow::into_owned);
        let some = |said: &str| Some(said.to_owned());
        assert_eq!(rest("<think>a\nb</think>\nx", false), some("x"));
        assert_eq!(rest("Well.\n<thinking>\na</thinking>\nx", true), some("Well.\nx"));
        assert_eq!(rest("a\nb\n</think>\nx", true), some("x"));
        assert_eq!(rest("<think>a", true), None);
        assert_eq!(rest("<th", false), None);
        assert_eq!(rest("<th", true), some("<th"));
        assert_eq!(rest("x", false), some("x"));
        assert_eq!(rest("```\n<think>\n```", true), some("```\n<think>\n```"));
        let own = "x = '</think>'";
        assert_eq!(without(own, own, true).as_deref(), Some(own));
    }
}

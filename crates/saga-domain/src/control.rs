//! Control tokens of chat templates inside untrusted text.
//!
//! A model server parses text that looks like a control token as one, so a file that holds
//! `<|eot_id|>` could end a turn or forge one. [`neutralise`] makes such text harmless before a
//! template is filled, and [`restore`] gives back the original in the answer, byte for byte.

use std::borrow::Cow;
use std::ops::Range;

/// Invisible, never part of a control token, and rare in source code. A text that already has
/// guards at such a place gets one more, so that taking one out is always right.
const GUARD: char = '\u{2060}';

/// Texts that some supported model parses as a control token and that nobody writes for another
/// reason.
const UNMISTAKABLE: &[&str] = &[
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|python_tag|>",
    "<|finetune_right_pad_id|>",
    "<|reserved_special_token_",
    "<|im_start|>",
    "<|im_end|>",
    "<|im_sep|>",
    "<|endoftext|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|end|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|file_sep|>",
    "<|file_separator|>",
    "<|repo_name|>",
    "<fim_prefix>",
    "<fim_suffix>",
    "<fim_middle>",
    "<fim_pad>",
    "<file_sep>",
    "<repo_name>",
    "<start_of_turn>",
    "<end_of_turn>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "<｜fim▁begin｜>",
    "<｜fim▁hole｜>",
    "<｜fim▁end｜>",
    "<｜begin▁of▁sentence｜>",
    "<｜end▁of▁sentence｜>",
    "<｜User｜>",
    "<｜Assistant｜>",
    "<|START_OF_TURN_TOKEN|>",
    "<|END_OF_TURN_TOKEN|>",
    "<|USER_TOKEN|>",
    "<|CHATBOT_TOKEN|>",
    "<|SYSTEM_TOKEN|>",
    "<|EOT|>",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "<|start_of_role|>",
    "<|end_of_role|>",
    "[|system|]",
    "[|user|]",
    "[|assistant|]",
    "[|endofturn|]",
];

/// Texts that are control tokens for some model and ordinary text elsewhere, in HTML and Markdown
/// above all.
const AMBIGUOUS: &[&str] = &[
    "<bos>",
    "<eos>",
    "<s>",
    "</s>",
    "<PRE>",
    "<SUF>",
    "<MID>",
    "<EOT>",
    "[PREFIX]",
    "[SUFFIX]",
    "[MIDDLE]",
    "<filename>",
    "<reponame>",
    "### Instruction:",
    "### Response:",
];

/// Puts a guard character into every control token of `text`, so that no tokenizer takes it for one.
#[must_use]
pub fn neutralise(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    for guards in guard_places(text) {
        out.push_str(&text[copied..guards.end]);
        out.push(GUARD);
        copied = guards.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Takes the guard characters of [`neutralise`] out again.
#[must_use]
pub fn restore(text: &str) -> Cow<'_, str> {
    if !text.contains(GUARD) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for guards in guard_places(text).filter(|guards| !guards.is_empty()) {
        out.push_str(&text[copied..guards.end - GUARD.len_utf8()]);
        copied = guards.end;
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Where the first control token of an answer begins that no code would hold: what a model says
/// from there on is no longer its answer.
#[must_use]
pub fn first_token(answer: &str) -> Option<usize> {
    openings(answer)
        .map(|(at, _)| at)
        .find(|at| UNMISTAKABLE.iter().any(|token| answer[*at..].starts_with(token)))
}

/// Where the end of an answer that is still being written may turn out to be a control token;
/// the length of `answer` when it cannot.
#[must_use]
pub fn undecided_from(answer: &str) -> usize {
    openings(answer)
        .map(|(at, _)| at)
        .find(|at| UNMISTAKABLE.iter().any(|token| token.starts_with(&answer[*at..])))
        .unwrap_or(answer.len())
}

/// The run of guards, mostly empty, after the first character of each control token.
fn guard_places(text: &str) -> impl Iterator<Item = Range<usize>> {
    openings(text).filter_map(|(at, opening)| {
        let start = at + opening.len();
        let rest = text[start..].trim_start_matches(GUARD);
        let is_token = UNMISTAKABLE
            .iter()
            .chain(AMBIGUOUS)
            .filter_map(|token| token.strip_prefix(opening))
            .any(|token_rest| rest.starts_with(token_rest));
        is_token.then(|| start..text.len() - rest.len())
    })
}

/// Every character that can begin a control token.
fn openings(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(['<', '[', '#'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_token_is_broken_and_comes_back() {
        for token in UNMISTAKABLE.iter().chain(AMBIGUOUS) {
            let text = format!("가나 {token}다 {token}");
            let safe = neutralise(&text);
            assert!(!safe.contains(token), "{token} survived");
            assert_eq!(restore(&safe), text);
        }
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(neutralise("if a < b && c[0] > d {}"), Cow::Borrowed(_)));
        assert!(matches!(restore("한글 <b>"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_guard_of_the_users_own_stays() {
        assert_eq!(restore("a\u{2060}b"), "a\u{2060}b");
        for own in ["<\u{2060}|eot_id|>", "<\u{2060}\u{2060}s>", "<\u{2060}b>", "\u{2060}<s>"] {
            assert_eq!(restore(&neutralise(own)), own, "{own:?}");
        }
    }

    #[test]
    fn nested_openings_are_each_broken() {
        assert_eq!(neutralise("<<s>"), "<<\u{2060}s>");
        assert_eq!(restore("<<\u{2060}s>"), "<<s>");
    }

    #[test]
    fn an_answer_ends_where_a_control_token_begins() {
        assert_eq!(first_token("a < b <s>x</s> <|eot_id|>tail"), Some(15));
        assert_eq!(first_token("plain [INS]"), None);
    }

    #[test]
    fn the_start_of_a_control_token_is_not_decided_yet() {
        assert_eq!(undecided_from("x = 1<|eo"), 5);
        assert_eq!(undecided_from("a < b"), 5);
        assert_eq!(undecided_from("list["), 4);
        assert_eq!(undecided_from("x<|eot_id|> y"), 13);
    }
}

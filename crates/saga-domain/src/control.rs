//! Control tokens of chat templates inside untrusted text.
//!
//! A model server parses text that looks like a control token as one, so a file that holds
//! `<|eot_id|>` could end a turn or forge one. [`neutralise`] makes such text harmless before a
//! template is filled, and [`restore`] gives back the original in the answer.

use std::borrow::Cow;

/// Invisible, never part of a control token, and rare enough in source code to be taken out again.
const GUARD: char = '\u{2060}';

/// Texts that some supported model parses as a control token, each beginning with `<` or `[`.
const CONTROL_TOKENS: &[&str] = &[
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
    "<|file_sep|>",
    "<|repo_name|>",
    "<fim_prefix>",
    "<fim_suffix>",
    "<fim_middle>",
    "<file_sep>",
    "<repo_name>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<bos>",
    "<eos>",
    "<s>",
    "</s>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "<PRE>",
    "<SUF>",
    "<MID>",
    "<EOT>",
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
];

/// Puts a guard character into every control token of `text`, so that no tokenizer takes it for one.
#[must_use]
pub fn neutralise(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    for (at, found) in text.match_indices(['<', '[']) {
        let is_token = CONTROL_TOKENS.iter().any(|token| text[at..].starts_with(token));
        if is_token {
            let after = at + found.len();
            out.push_str(&text[copied..after]);
            out.push(GUARD);
            copied = after;
        }
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
    for (at, found) in text.match_indices(GUARD) {
        let guards_a_token = text[..at].chars().next_back().is_some_and(|before| {
            let candidate_rest = &text[at + found.len()..];
            CONTROL_TOKENS.iter().any(|token| {
                token.starts_with(before) && candidate_rest.starts_with(&token[before.len_utf8()..])
            })
        });
        if guards_a_token {
            out.push_str(&text[copied..at]);
            copied = at + found.len();
        }
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_token_is_broken_and_comes_back() {
        for token in CONTROL_TOKENS {
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
    }
}

//! Gives an answer its control tokens back while it streams.
//!
//! A model that repeats code repeats the guards that were put into it. A guard stands right after
//! the first character of a token, so only a piece that ends there has to wait for the next one.

use saga_protocol::control;

/// Bytes after which a token has ended in any case.
const TOKEN_BYTES_MAX: usize = 64;

/// Restores a stream of pieces.
#[derive(Debug, Default)]
pub struct Restorer {
    held: String,
}

impl Restorer {
    /// Takes more of the answer; gives what can be shown of it.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        let from = undecided_from(&self.held);
        let tail = self.held.split_off(from);
        let decided = std::mem::replace(&mut self.held, tail);
        restored(decided)
    }

    /// The answer has ended: what was held back belongs to it.
    pub fn finish(&mut self) -> String {
        restored(std::mem::take(&mut self.held))
    }
}

fn restored(text: String) -> String {
    match control::restore(&text) {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(restored) => restored,
    }
}

/// Where a guarded token may begin whose end has not come yet.
fn undecided_from(text: &str) -> usize {
    let earliest = text.len().saturating_sub(TOKEN_BYTES_MAX);
    text.match_indices(['<', '['])
        .map(|(at, _)| at)
        .filter(|at| *at >= earliest)
        .find(|at| may_be_guarded(&text[at + 1..]))
        .unwrap_or(text.len())
}

/// Whether the text after an opening character is, or may become, a guard and a token's rest.
/// Another opening right after it may be the same token's.
fn may_be_guarded(rest: &str) -> bool {
    let begun = rest.is_empty() || rest.starts_with(['\u{2060}', '<', '[']);
    // A token may end in two such characters, so it has ended only when something else follows.
    let ended = rest.trim_end_matches(['>', ']']).contains(['>', ']', ' ', '\n']);
    begun && !ended
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cut at every place, the answer comes out the same.
    fn check(said: &str) {
        let guarded = control::neutralise(said).into_owned();
        let places = guarded.char_indices().map(|(at, _)| at);
        for at in places {
            let (one, two) = guarded.split_at(at);
            let mut restorer = Restorer::default();
            let out = restorer.push(one) + &restorer.push(two) + &restorer.finish();
            assert_eq!(out, said, "cut at {at}");
        }
        let mut restorer = Restorer::default();
        let mut out: String = guarded.chars().map(|c| restorer.push(&c.to_string())).collect();
        out += &restorer.finish();
        assert_eq!(out, said);
    }

    #[test]
    fn p12_tokens_come_back_wherever_the_answer_is_cut() {
        check("print(\"<|eot_id|>\") # 끝");
        check("a[0] < b [INST] [/INST]");
        check("<<SYS>> <|im_start|>user\n한글<|im_end|>");
        check("list[");
    }

    #[test]
    fn ordinary_text_does_not_wait() {
        let mut restorer = Restorer::default();
        assert_eq!(restorer.push("if a < b"), "if a < b");
        assert_eq!(restorer.push(" && c[0"), " && c[0");
    }
}

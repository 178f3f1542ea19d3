//! An answer before it becomes lines: what was asked, and the pieces that come back.

use crate::demo;
use crate::script::{Rule, ToolCall};
use crate::wire;

/// A call that asks for an answer.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) model: String,
    pub(crate) question: Question,
    pub(crate) stream: bool,
    /// Tokens the answer may have; a piece counts as one.
    pub(crate) limit: Option<usize>,
    pub(crate) stop: Vec<String>,
    /// Tokens the prompt is cut to without a word, when it is longer.
    pub(crate) prompt_tokens_max: Option<usize>,
    /// Tokens of context that the request wants the model loaded with.
    pub(crate) context_tokens: Option<usize>,
}

impl Ask {
    /// Whether it asks for a token, whatever it may be: that is how servers are asked whether they
    /// generate at all.
    pub(crate) fn is_proof(&self) -> bool {
        let is_one = self.limit == Some(1);
        is_one && matches!(&self.question, Question::Text { prompt, raw: true } if prompt == ".")
    }

    /// Tokens of the prompt, as far as the model sees it.
    pub(crate) fn prompt_tokens(&self) -> usize {
        let counted = wire::tokens(&self.question.text());
        self.prompt_tokens_max.map_or(counted, |max| counted.min(max))
    }
}

/// What is asked, by the way it is sent.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    Text { prompt: String, raw: bool },
    Hole { prompt: String, suffix: String },
    Chat(Vec<Said>),
}

#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) role: String,
    pub(crate) content: String,
}

impl Question {
    /// Everything asked, as one text to search.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text { prompt, .. } => prompt.clone(),
            Self::Hole { prompt, suffix } => format!("{prompt}\n{suffix}"),
            Self::Chat(messages) => {
                let contents: Vec<_> = messages.iter().map(|said| said.content.as_str()).collect();
                contents.join("\n")
            }
        }
    }
}

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) pieces: Vec<String>,
    pub(crate) tool_calls: Vec<ToolCall>,
    pub(crate) done_reason: String,
    pub(crate) prompt_tokens: usize,
    /// Those of them that were not cached.
    pub(crate) evaluated_tokens: usize,
}

impl Answer {
    pub(crate) fn of(ask: &Ask, rule: &Rule, evaluated_tokens: usize) -> Self {
        let said = rule.pieces.clone().unwrap_or_else(|| demo::answer(&ask.question));
        let mut pieces = until_stop(said, &ask.stop);
        let cut = ask.limit.is_some_and(|limit| pieces.len() > limit);
        if let (true, Some(limit)) = (cut, ask.limit) {
            pieces.truncate(limit);
        }
        let reason = if cut { "length" } else { "stop" };
        Self {
            pieces,
            tool_calls: rule.tool_calls.clone(),
            done_reason: rule.done_reason.clone().unwrap_or_else(|| reason.to_owned()),
            prompt_tokens: rule.prompt_tokens.map_or(ask.prompt_tokens(), |tokens| tokens as usize),
            evaluated_tokens,
        }
    }

    pub(crate) fn text(&self) -> String {
        self.pieces.concat()
    }
}

/// Ends the pieces before the first stop text, also when it lies across two of them.
fn until_stop(pieces: Vec<String>, stop: &[String]) -> Vec<String> {
    let whole = pieces.concat();
    let found = stop.iter().filter(|text| !text.is_empty()).filter_map(|text| whole.find(text));
    let Some(mut left) = found.min() else {
        return pieces;
    };
    let mut kept = Vec::new();
    for mut piece in pieces {
        if left == 0 {
            break;
        }
        piece.truncate(left);
        left -= piece.len();
        kept.push(piece);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_text_ends_the_answer_also_across_pieces() {
        let check = |pieces: &[&str], stop: &str, expected: &[&str]| {
            let pieces = pieces.iter().map(|&piece| piece.to_owned()).collect();
            assert_eq!(until_stop(pieces, &[stop.to_owned()]), expected);
        };
        check(&["return", " 한글\n", "\ndef"], "\n\n", &["return", " 한글"]);
        check(&["a", "b", "c"], "b", &["a"]);
        check(&["a", "b"], "x", &["a", "b"]);
        check(&["a"], "", &["a"]);
    }
}

//! The prompt cache of a model server: a slot keeps the prompt it evaluated last, and evaluates of
//! the next one only what follows their common beginning.
//!
//! The tokens of an answer are kept by real servers too; here they are not, so that what a test
//! counts follows from the prompts alone.

use crate::wire;

/// As many as `OLLAMA_NUM_PARALLEL` or `--parallel` commonly give a small team.
const SLOTS: usize = 2;
/// A slot whose prompt has less in common is not preferred to the one used longest ago.
const SHARE_MIN: f64 = 0.1;

/// What each slot evaluated last, the one used longest ago first.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    prompts: Vec<String>,
}

impl Slots {
    /// Evaluates a prompt; gives the tokens that were not cached, at least one.
    pub(crate) fn evaluate(&mut self, prompt: &str) -> usize {
        let best = (0..self.prompts.len())
            .max_by_key(|slot| common(&self.prompts[*slot], prompt))
            .filter(|slot| {
                let common = common(&self.prompts[*slot], prompt);
                common as f64 > prompt.len() as f64 * SHARE_MIN
            });
        let cached = match best {
            Some(slot) => {
                let cached = common(&self.prompts.remove(slot), prompt);
                wire::tokens(&prompt[..cached])
            }
            None if self.prompts.len() == SLOTS => {
                self.prompts.remove(0);
                0
            }
            None => 0,
        };
        self.prompts.push(prompt.to_owned());
        wire::tokens(prompt).saturating_sub(cached).max(1)
    }
}

/// Bytes of the common beginning, whole characters only.
fn common(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prompts in, the tokens evaluated for each out.
    fn check(prompts: &[&str], expected: &[usize]) {
        let mut slots = Slots::default();
        let evaluated: Vec<_> = prompts.iter().map(|prompt| slots.evaluate(prompt)).collect();
        assert_eq!(evaluated, expected);
    }

    #[test]
    fn only_what_follows_the_common_beginning_is_evaluated() {
        check(&["0123456789ab", "0123456789abcdef", "0123456789abcdef"], &[3, 1, 1]);
        check(&["0123456789ab", "x123456789ab"], &[3, 3]);
        check(&["가나다라", "가나다마"], &[4, 1]);
    }

    #[test]
    fn two_prompts_in_turn_keep_their_slots_and_a_third_takes_the_older() {
        let (a, b, c) = ("aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc");
        check(&[a, b, a, b, c, b, a], &[3, 3, 1, 1, 3, 1, 3]);
    }
}

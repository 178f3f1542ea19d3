//! Texts that end an answer, kept also where the model server does not keep them.
//!
//! A stop text may arrive in several pieces, so a tail that could still become one is held back
//! until more is known.

/// Watches an answer for the texts that end it.
#[derive(Debug)]
pub struct StopTexts {
    texts: Vec<String>,
    held: String,
}

/// What may be passed on.
#[derive(Debug, PartialEq, Eq)]
pub struct Watched {
    /// Text that is certainly part of the answer.
    pub text: String,
    /// Whether a stop text was found; nothing after it belongs to the answer.
    pub stopped: bool,
}

impl StopTexts {
    /// Watches for these; `None` when there are none to watch for.
    #[must_use]
    pub fn new(texts: &[String]) -> Option<Self> {
        let texts: Vec<String> = texts.iter().filter(|text| !text.is_empty()).cloned().collect();
        (!texts.is_empty()).then_some(Self { texts, held: String::new() })
    }

    /// Takes more of the answer.
    pub fn push(&mut self, piece: &str) -> Watched {
        self.held.push_str(piece);
        if let Some(end) = self.texts.iter().filter_map(|text| self.held.find(text.as_str())).min()
        {
            self.held.truncate(end);
            return Watched { text: std::mem::take(&mut self.held), stopped: true };
        }
        let keep_from = self.first_possible_start();
        let tail = self.held.split_off(keep_from);
        Watched { text: std::mem::replace(&mut self.held, tail), stopped: false }
    }

    /// The answer ended by itself: what was held back belongs to it.
    #[must_use]
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Where the earliest tail begins that is the beginning of a stop text.
    fn first_possible_start(&self) -> usize {
        let longest = self.texts.iter().map(String::len).max().unwrap_or(0);
        let earliest = self.held.len().saturating_sub(longest.saturating_sub(1));
        (earliest..self.held.len())
            .filter(|at| self.held.is_char_boundary(*at))
            .find(|at| self.texts.iter().any(|text| text.starts_with(&self.held[*at..])))
            .unwrap_or(self.held.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces joined by `/` in, what was passed on out, `■` where it stopped.
    fn check(stops: &[&str], pieces: &str, expected: &str) {
        let stops: Vec<String> = stops.iter().map(|text| (*text).to_owned()).collect();
        let mut watch = StopTexts::new(&stops).expect("there are stop texts");
        let mut out = Vec::new();
        for piece in pieces.split('/') {
            let Watched { text, stopped } = watch.push(piece);
            out.push(text);
            if stopped {
                out.push("■".to_owned());
                assert_eq!(out.join("/"), expected);
                return;
            }
        }
        out.push(watch.finish());
        assert_eq!(out.join("/"), expected);
    }

    #[test]
    fn a_stop_text_in_one_piece() {
        check(&["STOP"], "abSTOPcd/ef", "ab/■");
    }

    #[test]
    fn a_stop_text_over_several_pieces() {
        check(&["<|eot_id|>"], "a<|eo/t_i/d|/>b", "a////■");
    }

    #[test]
    fn a_false_beginning_is_given_back() {
        check(&["\n\n"], "a\n/b\n", "a/\nb/\n");
    }

    #[test]
    fn the_earliest_of_several_wins() {
        check(&["later", "soon"], "x soon later", "x /■");
    }

    #[test]
    fn hangul_is_never_split() {
        check(&["끝."], "가나끝/났다", "가나/끝났다/");
        check(&["끝."], "가나끝/.다", "가나//■");
    }

    #[test]
    fn an_overlapping_beginning_is_found() {
        check(&["aab"], "aa/ab", "/a/■");
    }
}

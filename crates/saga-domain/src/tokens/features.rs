//! What of a text its number of tokens depends on: runs of characters that byte-pair tokenizers
//! treat alike, counted by kind. One pass, no vocabulary.

/// How many kinds there are.
pub(super) const KINDS: usize = 13;

/// What is counted; the order of every table of this module and of the calibration.
#[derive(Clone, Copy)]
enum Kind {
    /// Runs of blanks; a single one joins the word after it.
    Indentation,
    LineEnd,
    /// Line ends after punctuation, which some vocabularies join.
    LineEndAfterPunctuation,
    Word,
    /// Every sixth letter after a word's first ones.
    LongWord,
    /// Words inside of words, as in `getUserName`.
    Hump,
    /// Every third capital after a capital.
    Capitals,
    /// Pairs of digits.
    Digits,
    Hangul,
    Punctuation,
    /// Pairs of characters in a run of punctuation.
    LongPunctuation,
    /// One character of punctuation before a letter, which some vocabularies join.
    JoinedPunctuation,
    /// Scripts and signs that are split into bytes or nearly so.
    Rare,
}

/// Tokens that one of a kind is worth before anything is known of the vocabulary.
pub(super) const WORTH: [f32; KINDS] =
    [1.0, 1.0, 0.5, 1.0, 0.7, 0.7, 1.3, 0.9, 1.0, 0.8, 0.7, 0.6, 1.0];

/// How far vocabularies differ in that: Hangul takes from one token for two syllables to three
/// tokens for one.
pub(super) const DEVIATION: [f32; KINDS] =
    [0.3, 0.3, 0.4, 0.12, 0.3, 0.3, 0.1, 0.15, 0.8, 0.25, 0.4, 0.4, 0.2];

/// A text's counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Features(pub(super) [f32; KINDS]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    LineEnd,
    Latin,
    Digit,
    Hangul,
    Punctuation,
    Rare,
}

/// Characters of one class in a row.
#[derive(Clone, Copy)]
struct Run {
    class: Class,
    length: usize,
    capitals: usize,
    is_hump: bool,
}

impl Features {
    /// Counts `text`.
    pub(super) fn of(text: &str) -> Self {
        let mut found = Self::default();
        let mut run: Option<Run> = None;
        let mut before = Class::LineEnd;
        let mut after_capital = false;
        for c in text.chars() {
            let class = class_of(c);
            let is_capital = c.is_ascii_uppercase();
            let goes_on = run.as_mut().filter(|run| run.class == class);
            let is_hump = goes_on.is_some() && is_capital && !after_capital;
            match goes_on {
                Some(run) if !is_hump => {
                    run.length += 1;
                    run.capitals += usize::from(is_capital && after_capital);
                }
                _ => {
                    if let Some(run) = run {
                        found.count(run, before, Some(class));
                        before = run.class;
                    }
                    run = Some(Run { class, length: 1, capitals: 0, is_hump });
                }
            }
            after_capital = is_capital;
        }
        if let Some(run) = run {
            found.count(run, before, None);
        }
        found
    }

    /// The sum of what the counts are worth.
    pub(super) fn tokens(&self, worth: &[f32; KINDS]) -> f32 {
        self.0.iter().zip(worth).map(|(count, worth)| count * worth).sum()
    }

    fn count(&mut self, run: Run, before: Class, next: Option<Class>) {
        let Run { class, length, capitals, is_hump } = run;
        match class {
            Class::Blank if length > 1 => self.add(Kind::Indentation, 1),
            Class::Blank => {}
            Class::LineEnd if before == Class::Punctuation => {
                self.add(Kind::LineEndAfterPunctuation, 1);
            }
            Class::LineEnd => self.add(Kind::LineEnd, 1),
            Class::Latin => {
                self.add(if is_hump { Kind::Hump } else { Kind::Word }, 1);
                self.add(Kind::LongWord, (length - 1) / 6);
                self.add(Kind::Capitals, capitals / 3);
            }
            Class::Digit => self.add(Kind::Digits, length.div_ceil(2)),
            Class::Hangul => self.add(Kind::Hangul, length),
            Class::Punctuation if length == 1 && next == Some(Class::Latin) => {
                self.add(Kind::JoinedPunctuation, 1);
            }
            Class::Punctuation => {
                self.add(Kind::Punctuation, 1);
                self.add(Kind::LongPunctuation, (length - 1).div_ceil(2));
            }
            Class::Rare => self.add(Kind::Rare, length * 2),
        }
    }

    fn add(&mut self, kind: Kind, count: usize) {
        #[expect(clippy::cast_precision_loss, reason = "no text has so much of anything")]
        let count = count as f32;
        self.0[kind as usize] += count;
    }
}

fn class_of(c: char) -> Class {
    match c {
        ' ' | '\t' => Class::Blank,
        '\n' | '\r' => Class::LineEnd,
        '0'..='9' => Class::Digit,
        '가'..='힣' => Class::Hangul,
        _ if c.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(&c) => Class::Latin,
        _ if c.is_ascii() => Class::Punctuation,
        _ => Class::Rare,
    }
}

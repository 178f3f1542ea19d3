//! Finding names by a few of their letters, as pickers of editors do: the letters stand in the name
//! in their order, and a name is the better the more of them begin a word or follow one another.
//!
//! The scoring is that of fzf (`algo.go`, version 2). It is our own because the usual crate's licence
//! is none that we ship, and because Hangul is compared by the strokes of a keyboard: half a
//! syllable (`계사` for `계산`), its first letters alone (`ㄱㅅ`), and a name that a file system took
//! apart (NFD) are all found by the same comparison.

mod letters;
mod score;

use letters::{Letter, read};
use score::Scorer;

/// Letters of a query that are looked at.
const QUERY_LETTERS_MAX: usize = 64;
/// A query with more parts than this is one of words, not of a name.
const TERMS_MAX: usize = 8;
/// Letters at the end of a name that are looked at.
const NAME_LETTERS_MAX: usize = 512;
/// Being found in the file's own name is worth more than any place in its folders.
const OWN_NAME_BONUS: u32 = 1 << 16;

/// Which letters a name has, so that most names need not be looked at: no name is found whose set
/// lacks a letter of the query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LetterSet(u64);

impl LetterSet {
    /// The letters of a name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let mut set = Self::default();
        letters::each(name, |letter, _| set.add(letter));
        set
    }

    fn add(&mut self, letter: char) {
        // Latin letters and digits have a place each; all others share the rest.
        let place = match letter {
            'a'..='z' => u32::from(letter) - u32::from('a'),
            '0'..='9' => 26 + (u32::from(letter) - u32::from('0')),
            _ => 36 + u32::from(letter) % 28,
        };
        self.0 |= 1 << place;
    }

    fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What is looked for, and the memory that comparing needs.
pub struct Search {
    terms: Vec<Term>,
    letters: Vec<Letter>,
    scorer: Scorer,
}

/// A part of the query between blanks; each must be found.
struct Term {
    letters: Vec<char>,
    set: LetterSet,
    /// It names folders itself.
    is_path: bool,
}

impl Search {
    /// Reads a query. Blanks part it; upper and lower case are the same.
    #[must_use]
    pub fn new(query: &str) -> Self {
        let terms = query.split_whitespace().take(TERMS_MAX).map(Term::new);
        Self { terms: terms.collect(), letters: Vec::new(), scorer: Scorer::default() }
    }

    /// Whether everything is found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// How well a name or a path fits, larger is better; `None` when it does not. `set` is that of
    /// the name.
    pub fn score(&mut self, name: &str, set: LetterSet) -> Option<u32> {
        self.look(name, set, None)
    }

    /// The characters of a name that were found, as places of their first bytes in ascending order.
    pub fn positions(&mut self, name: &str) -> Vec<usize> {
        let mut found = Vec::new();
        self.look(name, LetterSet::of(name), Some(&mut found));
        found.sort_unstable();
        found.dedup();
        found
    }

    fn look(
        &mut self,
        name: &str,
        set: LetterSet,
        mut found: Option<&mut Vec<usize>>,
    ) -> Option<u32> {
        let mut total = 0;
        if !self.terms.iter().all(|term| set.holds(term.set)) {
            return None;
        }
        let own_name = name.rfind('/').map_or(0, |slash| slash + 1);
        for term in &self.terms {
            let start = if term.is_path { 0 } else { own_name };
            read(name, start, NAME_LETTERS_MAX, &mut self.letters);
            let in_own_name = self.scorer.score(&term.letters, &self.letters, found.as_deref_mut());
            total += match in_own_name {
                Some(score) => score + OWN_NAME_BONUS,
                None if start == 0 => return None,
                None => {
                    read(name, 0, NAME_LETTERS_MAX, &mut self.letters);
                    self.scorer.score(&term.letters, &self.letters, found.as_deref_mut())?
                }
            };
        }
        Some(total)
    }
}

impl Term {
    fn new(text: &str) -> Self {
        let mut letters = Vec::new();
        letters::each(text, |letter, _| letters.push(letter));
        letters.truncate(QUERY_LETTERS_MAX);
        let mut set = LetterSet::default();
        letters.iter().for_each(|letter| set.add(*letter));
        let is_path = letters.contains(&'/');
        Self { letters, set, is_path }
    }
}

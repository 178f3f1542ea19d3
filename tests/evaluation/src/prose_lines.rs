//! Lines of comments and of documentation, without the marks that make them such.

/// Words that a line must have to be a sentence or a part of one.
const WORDS_MIN: usize = 4;

/// A line that says something to people.
pub(crate) struct ProseLine {
    /// Where its words end.
    pub(crate) end: usize,
    /// Where a writer may stand: behind a word, and behind the blank after it.
    pub(crate) places: Vec<usize>,
    pub(crate) is_korean: bool,
}

/// The lines of a comment or string that begins at `at`.
pub(crate) fn prose_lines(text: &str, at: usize) -> Vec<ProseLine> {
    let mut lines = Vec::new();
    let mut start = at;
    for line in text.split_inclusive('\n') {
        lines.extend(prose_line(line, start));
        start += line.len();
    }
    lines
}

fn prose_line(line: &str, at: usize) -> Option<ProseLine> {
    let is_mark = |c: char| c.is_whitespace() || "/*#!\"'".contains(c);
    let words = line.trim_matches(is_mark);
    let start = at + line.len() - line.trim_start_matches(is_mark).len();
    let is_korean = words.contains(is_hangul);
    let count = words.split_whitespace().count();
    let letters = words.chars().filter(|c| c.is_alphabetic() || c.is_whitespace()).count();
    let is_sentence = count >= WORDS_MIN && letters * 10 >= words.chars().count() * 8;
    if !(is_sentence || (is_korean && count >= 2)) {
        return None;
    }
    let blanks = words.match_indices(' ').map(|(blank, _)| blank);
    let places = blanks
        .flat_map(|blank| [blank, blank + 1])
        .filter(|place| !words[*place..].starts_with("  "))
        .filter(|place| !is_korean || words[*place..].contains(is_hangul))
        .map(|place| start + place)
        .collect();
    Some(ProseLine { end: start + words.len(), places, is_korean })
}

/// Whether `c` is a Korean syllable.
pub(crate) fn is_hangul(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

//! Sentences where code should be, judged apart from the rules by which the product drops them.

use tree_sitter::Tree;

use crate::cut::is_text;
use crate::prose_lines::is_hangul;
use crate::sample::Case;

/// How an assistant begins to talk.
const SPEECH: &[&str] = &[
    "Here is ",
    "Here's ",
    "Sure",
    "Certainly",
    "This code ",
    "This function ",
    "The code ",
    "The above ",
    "In this ",
    "I have ",
    "I've ",
    "You can ",
    "Note that ",
    "Let me ",
    "물론",
    "다음은 ",
    "위 코드",
    "이 코드",
];
const SENTENCE_WORDS_MIN: usize = 4;

/// Whether the answer, put into its place, holds a sentence outside of comments and strings.
pub(crate) fn has_prose(case: &Case<'_>, answer: &str) -> bool {
    let merged = format!("{}{answer}{}", case.prefix(), case.suffix());
    let Some(tree) = case.file.language.parse(&merged) else { return false };
    let mut at = case.hole.start;
    answer.split_inclusive('\n').any(|line| {
        let begins = at + line.len() - line.trim_start().len();
        at += line.len();
        is_sentence(line) && !stands_in_text(&tree, begins)
    })
}

fn is_sentence(line: &str) -> bool {
    let line = line.trim();
    let is_word = |word: &&str| {
        word.trim_matches(|c: char| ",.:;!?'\"()`".contains(c)).chars().all(char::is_alphabetic)
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let plain = words.iter().filter(|word| is_word(word)).count();
    let ends = line.ends_with(['.', ':', '!', '?']);
    let begins_so = line.starts_with(|c: char| c.is_ascii_uppercase() || is_hangul(c));
    let is_mostly_words = words.len() >= SENTENCE_WORDS_MIN && plain * 5 >= words.len() * 4;
    let speaks = SPEECH.iter().any(|speech| line.starts_with(speech));
    is_mostly_words && ((begins_so && ends) || speaks)
}

fn stands_in_text(tree: &Tree, at: usize) -> bool {
    let mut node = tree.root_node().descendant_for_byte_range(at, at + 1);
    while let Some(found) = node {
        if is_text(found) {
            return true;
        }
        node = found.parent();
    }
    false
}

//! A name as what is compared: letters in lower case, Hangul by its strokes.

use saga_domain::hangul;

/// Accents that a file system took apart from their letters.
const APART_ACCENTS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// A letter of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    pub(super) letter: char,
    /// Where its character begins in the name.
    pub(super) at: usize,
    /// What finding it here is worth beside the letter itself.
    pub(super) bonus: u8,
}

/// Where a letter stands, by what is worth more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Separator,
    Slash,
    Lower,
    Upper,
    Digit,
    Other,
}

/// Calls `each` for every letter of a text, with the place of its character.
pub(super) fn each(text: &str, mut each: impl FnMut(char, usize)) {
    for (at, c) in text.char_indices() {
        if c.is_ascii() {
            each(if c == '\\' { '/' } else { c.to_ascii_lowercase() }, at);
        } else if !APART_ACCENTS.contains(&c) {
            hangul::strokes(c).flat_map(char::to_lowercase).for_each(|letter| each(letter, at));
        }
    }
}

/// Reads the last letters of `name` from `start` on into `letters`, each with its bonus.
pub(super) fn read(name: &str, start: usize, letters_max: usize, letters: &mut Vec<Letter>) {
    letters.clear();
    let bytes = name.as_bytes();
    let mut before = Class::Slash;
    let mut last_at = usize::MAX;
    each(&name[start..], |letter, at| {
        let at = start + at;
        // The further strokes of a syllable are worth nothing of their own.
        let bonus = if at == last_at {
            0
        } else {
            let class = Class::of(bytes[at]);
            let bonus = class.after(before);
            before = class;
            bonus
        };
        last_at = at;
        letters.push(Letter { letter, at, bonus });
    });
    let surplus = letters.len().saturating_sub(letters_max);
    letters.drain(..surplus);
}

impl Class {
    /// The class of a character by its first byte.
    fn of(byte: u8) -> Self {
        match byte {
            b'/' | b'\\' => Self::Slash,
            b'a'..=b'z' => Self::Lower,
            b'A'..=b'Z' => Self::Upper,
            b'0'..=b'9' => Self::Digit,
            byte if byte.is_ascii() => Self::Separator,
            _ => Self::Other,
        }
    }

    fn after(self, before: Self) -> u8 {
        match (before, self) {
            (_, Self::Slash | Self::Separator) => 0,
            (Self::Slash, _) => 9,
            (Self::Separator, _) => 8,
            (Self::Lower, Self::Upper) => 7,
            (Self::Digit, Self::Digit) => 0,
            (_, Self::Digit) => 5,
            // Every syllable may begin a word.
            (_, Self::Other) => 2,
            _ => 0,
        }
    }
}

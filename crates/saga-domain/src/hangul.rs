//! Hangul as it is typed: a syllable under composition is compared by its letters.
//!
//! While `사용자` is typed the text passes through `ㅅ`, `사`, `상`, `사요`, `사용` …: the last
//! syllable may hold a consonant that moves on to the next one. Letters in the order of a
//! two-set keyboard's strokes make each of these a plain prefix of the whole.

const SYLLABLES: std::ops::RangeInclusive<u32> = 0xAC00..=0xD7A3;
const VOWELS: u32 = 21;
/// Final consonants, "none" included.
const FINALS: u32 = 28;
/// Letters as a file system may give them, apart and in the order of a syllable (NFD).
const APART_INITIALS: u32 = 0x1100;
const APART_VOWELS: u32 = 0x1161;
/// One before the first final consonant, since none comes first.
const APART_FINALS: u32 = 0x11A7;

const INITIAL_STROKES: [&str; 19] = [
    "ㄱ", "ㄲ", "ㄴ", "ㄷ", "ㄸ", "ㄹ", "ㅁ", "ㅂ", "ㅃ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅉ", "ㅊ", "ㅋ",
    "ㅌ", "ㅍ", "ㅎ",
];
const VOWEL_STROKES: [&str; 21] = [
    "ㅏ", "ㅐ", "ㅑ", "ㅒ", "ㅓ", "ㅔ", "ㅕ", "ㅖ", "ㅗ", "ㅗㅏ", "ㅗㅐ", "ㅗㅣ", "ㅛ", "ㅜ",
    "ㅜㅓ", "ㅜㅔ", "ㅜㅣ", "ㅠ", "ㅡ", "ㅡㅣ", "ㅣ",
];
const FINAL_STROKES: [&str; 28] = [
    "", "ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ",
    "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅊ", "ㅋ", "ㅌ", "ㅍ",
    "ㅎ",
];
/// Compatibility jamo that take two strokes; every other one is its own stroke.
const JOINED: [(char, &str); 18] = [
    ('ㄳ', "ㄱㅅ"),
    ('ㄵ', "ㄴㅈ"),
    ('ㄶ', "ㄴㅎ"),
    ('ㄺ', "ㄹㄱ"),
    ('ㄻ', "ㄹㅁ"),
    ('ㄼ', "ㄹㅂ"),
    ('ㄽ', "ㄹㅅ"),
    ('ㄾ', "ㄹㅌ"),
    ('ㄿ', "ㄹㅍ"),
    ('ㅀ', "ㄹㅎ"),
    ('ㅄ', "ㅂㅅ"),
    ('ㅘ', "ㅗㅏ"),
    ('ㅙ', "ㅗㅐ"),
    ('ㅚ', "ㅗㅣ"),
    ('ㅝ', "ㅜㅓ"),
    ('ㅞ', "ㅜㅔ"),
    ('ㅟ', "ㅜㅣ"),
    ('ㅢ', "ㅡㅣ"),
];

/// Whether `c` is a Hangul syllable or a single letter of one, as keyboards produce them.
#[must_use]
pub fn is_hangul(c: char) -> bool {
    SYLLABLES.contains(&u32::from(c)) || is_letter(c)
}

/// Whether `c` is a single letter, which is what a syllable begins as.
#[must_use]
pub fn is_letter(c: char) -> bool {
    ('ㄱ'..='ㅣ').contains(&c)
}

/// Whether typing on can turn `partial`, the character under composition, into the start of
/// `whole`: its strokes are the first strokes of `whole`.
///
/// A character that `whole` simply begins with is no longer partial, so the answer is false.
#[must_use]
pub fn composes_into(partial: char, whole: &str) -> bool {
    if !is_hangul(partial) || whole.starts_with(partial) {
        return false;
    }
    let mut whole_strokes = whole.chars().take_while(|c| is_hangul(*c)).flat_map(strokes);
    strokes(partial).all(|stroke| whole_strokes.next() == Some(stroke))
}

/// Whether `typed` and `said` may still become the same text by going on with either of them:
/// stroke by stroke, one is the beginning of the other.
#[must_use]
pub fn may_meet(typed: &str, said: &str) -> bool {
    let mut said = said.chars().flat_map(strokes);
    for stroke in typed.chars().flat_map(strokes) {
        match said.next() {
            Some(other) if other == stroke => {}
            Some(_) => return false,
            None => return true,
        }
    }
    true
}

/// The letters of `c` as a keyboard makes them, in the order of its strokes; any other character is
/// its own. Syllables, single letters and the letters of a decomposed syllable give the same ones.
pub fn strokes(c: char) -> impl Iterator<Item = char> {
    let code = u32::from(c);
    let mut own = None;
    let apart = |table: &[&'static str], first: u32| {
        code.checked_sub(first).map(|index| strokes_at(table, index)).filter(|it| !it.is_empty())
    };
    let parts = if SYLLABLES.contains(&code) {
        let index = code - SYLLABLES.start();
        [
            strokes_at(&INITIAL_STROKES, index / (VOWELS * FINALS)),
            strokes_at(&VOWEL_STROKES, index / FINALS % VOWELS),
            strokes_at(&FINAL_STROKES, index % FINALS),
        ]
    } else if let Some((_, joined)) = JOINED.iter().find(|(letter, _)| *letter == c) {
        [joined, "", ""]
    } else if let Some(letter) = apart(&FINAL_STROKES, APART_FINALS)
        .or_else(|| apart(&VOWEL_STROKES, APART_VOWELS))
        .or_else(|| apart(&INITIAL_STROKES, APART_INITIALS))
    {
        [letter, "", ""]
    } else {
        own = Some(c);
        ["", "", ""]
    };
    own.into_iter().chain(parts.into_iter().flat_map(str::chars))
}

fn strokes_at(table: &[&'static str], index: u32) -> &'static str {
    usize::try_from(index).ok().and_then(|index| table.get(index)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_a_syllable_leads_to_the_word() {
        for (partial, whole) in [
            ('ㅅ', "사용자"),
            ('상', "사용자"),
            ('ㅈ', "자 이름"),
            ('ㄳ', "ㄱ사"),
            ('고', "과일"),
            ('갃', "각시"),
            ('닭', "달기"),
        ] {
            assert!(composes_into(partial, whole), "{partial} → {whole}");
        }
    }

    #[test]
    fn a_finished_or_different_syllable_is_not_partial() {
        for (partial, whole) in [
            ('사', "사용자"),
            ('산', "사용자"),
            ('ㅏ', "사용자"),
            ('욪', "용자"),
            ('a', "abc"),
            ('ㅅ', ""),
            ('ㅅ', "x사"),
        ] {
            assert!(!composes_into(partial, whole), "{partial} → {whole}");
        }
    }

    #[test]
    fn texts_meet_when_one_goes_on_where_the_other_ends() {
        for (typed, said) in [
            ("", "사"),
            ("상", "사"),
            ("사", "상"),
            ("let 상", "let 사용"),
            ("abc", "ab"),
            ("", ""),
        ] {
            assert!(may_meet(typed, said), "{typed} and {said}");
        }
        for (typed, said) in [("산", "사용"), ("abd", "abc"), ("사 ", "사용")] {
            assert!(!may_meet(typed, said), "{typed} and {said}");
        }
    }

    #[test]
    fn a_decomposed_syllable_has_the_strokes_of_the_whole() {
        for (apart, whole) in [
            ("\u{1100}\u{1168}\u{1109}\u{1161}\u{11ab}", "계산"),
            ("\u{1110}\u{116a}\u{11a9}", "톾"),
            ("\u{1112}\u{1175}\u{11c2}", "힣"),
        ] {
            let of = |text: &str| text.chars().flat_map(strokes).collect::<String>();
            assert_eq!(of(apart), of(whole), "{whole}");
        }
    }

    #[test]
    fn strokes_of_every_syllable_are_at_least_two() {
        for code in SYLLABLES {
            let syllable = char::from_u32(code).expect("a syllable");
            assert!((2..=5).contains(&strokes(syllable).count()), "{syllable}");
        }
    }
}

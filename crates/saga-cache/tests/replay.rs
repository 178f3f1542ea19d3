//! A user who types a file that was suggested, in an editor that closes brackets, indents lines
//! and composes Hangul: after the first question of a paragraph no key needs a model.

use saga_cache::{CacheLimits, CompletionCache, Place};

const PYTHON: &str = r#"
def total(items, rate):
    """주문의 합계를 세금과 함께 구한다."""
    amount = 0
    for item in items:
        # 값이 없는 상품은 건너뛴다
        if item.price is None:
            continue
        amount += item.price * rate[item.kind]
    return round(amount, 2)

class Cart:
    def __init__(self, owner):
        self.items = []
        self.owner = owner["이름"]

    def add(self, item):
        self.items.append(item)
        print(f"{self.owner}님이 담았습니다")
"#;

const RUST: &str = r#"
fn total(items: &[Item]) -> u64 {
    let mut amount = 0;
    for item in items {
        // 깨진 값을 없앤다
        amount += item.price(Currency::Won).unwrap_or(0);
    }
    amount
}

struct Cart {
    items: Vec<Item>,
    names: HashMap<String, usize>,
}
"#;

/// The first consonants, vowels and last consonants of a syllable, in the order of its number.
const FIRST: [&str; 19] = [
    "ㄱ", "ㄲ", "ㄴ", "ㄷ", "ㄸ", "ㄹ", "ㅁ", "ㅂ", "ㅃ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅉ", "ㅊ", "ㅋ",
    "ㅌ", "ㅍ", "ㅎ",
];
/// The first consonant that a last one becomes when a vowel follows; none for two in one.
const MOVES_ON: [(u32, u32); 14] = [
    (0, 1),
    (2, 4),
    (3, 7),
    (5, 8),
    (6, 16),
    (7, 17),
    (9, 19),
    (11, 21),
    (12, 22),
    (14, 23),
    (15, 24),
    (16, 25),
    (17, 26),
    (18, 27),
];

/// What stands on the screen while `syllable` is composed after `before`, given the next one.
fn states(syllable: char, next: Option<char>) -> Vec<String> {
    let Some(index) = u32::from(syllable).checked_sub(0xAC00).filter(|index| *index < 11172) else {
        return vec![syllable.to_string()];
    };
    let (first, open) = (index / 588, index / 28 * 28);
    let mut states = vec![FIRST[first as usize].to_owned()];
    let syllable_at = |index: u32| char::from_u32(0xAC00 + index).expect("a syllable").to_string();
    states.push(syllable_at(open));
    if index != open {
        states.push(syllable.to_string());
        return states;
    }
    // The next syllable's first letter is taken for this one's last until a vowel follows.
    let next_first = next.and_then(|next| u32::from(next).checked_sub(0xAC00)).map(|i| i / 588);
    let moves = MOVES_ON.iter().find(|(first, _)| Some(*first) == next_first);
    states.extend(moves.map(|(_, last)| syllable_at(open + last)));
    states
}

struct Screen {
    before: String,
    after: String,
}

impl Screen {
    fn check(&self, cache: &mut CompletionCache, file: &str, typing: &str) -> bool {
        let prefix = format!("{}{typing}", self.before);
        let place = Place { uri: "u", prefix: &prefix, suffix: &self.after };
        let Some(hit) = cache.lookup(&place) else { return false };
        let kept = &prefix[..prefix.len() - hit.replace_back_bytes];
        assert!(self.after.is_char_boundary(hit.replace_forward_bytes));
        file.starts_with(&format!("{kept}{}", hit.text))
    }

    /// As editors do: a bracket brings its other half, which is typed over, and which a new line
    /// pushes down.
    fn take(&mut self, c: char) {
        self.before.push(c);
        let below = self.after.trim_start();
        match c {
            '(' => self.after.insert(0, ')'),
            '[' => self.after.insert(0, ']'),
            '{' => self.after.insert(0, '}'),
            ')' | ']' | '}' if below.starts_with(c) => self.after = below[1..].to_owned(),
            '\n' if self.after.starts_with('}') => self.after.insert(0, '\n'),
            _ => {}
        }
    }
}

fn replay(paragraphs: &str) -> (usize, usize, Vec<String>) {
    let file: String = (0..6).map(|n| paragraphs.replace("total", &format!("total_{n}"))).collect();
    let limits = CacheLimits { entries_max: 200, bytes_max: 1 << 20 };
    let mut cache = CompletionCache::new(limits);
    let mut starts: Vec<usize> = file.match_indices("\n\n").map(|(at, _)| at + 1).collect();
    starts.insert(0, 0);
    let (mut keys, mut hits, mut misses) = (0, 0, Vec::new());
    let mut screen = Screen { before: String::new(), after: String::new() };
    let characters: Vec<(usize, char)> = file.char_indices().collect();
    for (number, (at, c)) in characters.iter().enumerate() {
        if let Some(paragraph) = starts.iter().position(|start| start == at) {
            let end = starts.get(paragraph + 1).copied().unwrap_or(file.len());
            let text = file[*at..end].trim_end_matches('\n');
            let place = Place { uri: "u", prefix: &screen.before, suffix: "" };
            cache.insert(&place, text);
        }
        let next = characters.get(number + 1).map(|(_, c)| *c);
        let states = states(*c, next);
        for (step, state) in states.iter().enumerate() {
            let is_committed = step + 1 == states.len() && *state == c.to_string();
            if is_committed {
                screen.take(*c);
            }
            let typing = if is_committed { "" } else { state.as_str() };
            let paragraph_end = starts.iter().find(|start| *start > at).unwrap_or(&file.len()) - 1;
            let left = file[at + c.len_utf8()..].get(..paragraph_end.saturating_sub(at + 1));
            let left = left.unwrap_or_default().trim();
            let after = screen.after.trim();
            // Nothing is left to type before a bracket that stands there already.
            let is_there = left.starts_with('}') && after.starts_with('}');
            let is_done = *c == '\n' || left == after || is_there;
            if !is_done {
                keys += 1;
                let is_hit = screen.check(&mut cache, &file, typing);
                hits += usize::from(is_hit);
                if !is_hit {
                    misses.push(format!("{}{typing}", screen.before.lines().last().unwrap_or("")));
                }
            }
            if !is_committed && step + 1 == states.len() {
                screen.take(*c);
            }
        }
    }
    (keys, hits, misses)
}

#[test]
fn a_thousand_keys_of_what_was_suggested_all_hit() {
    for file in [PYTHON, RUST] {
        let (keys, hits, misses) = replay(file);
        assert!(keys >= 1000, "{keys} keys");
        assert_eq!(hits, keys, "{misses:#?}");
    }
}

//! Numbers in the middle of a calculation or comparison that nothing explains.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{File, Rule, Smell};

/// Numbers that explain themselves: counts, percents, bits, bytes, and the units of time and angle.
const PLAIN: &[&str] = &[
    "0", "1", "2", "3", "4", "5", "8", "10", "12", "16", "24", "30", "32", "60", "64", "90", "100",
    "128", "180", "255", "256", "360", "365", "400", "404", "500", "512", "1000", "1024", "2048",
    "3600", "4096", "65535", "65536", "86400", "1000000",
];
/// Said so often in a file it is what the file is about: a table, a formula.
const OFTEN: u32 = 12;

pub(super) fn magic(file: &File<'_>) -> Vec<Smell> {
    let in_functions = file.nodes.numbers.iter().filter(|number| {
        let at = number.start;
        let body = || file.nodes.function_of(at).and_then(|function| function.body);
        !file.nodes.is_explained(at) && body().is_some_and(|it| it.holds(at))
    });
    let magic: Vec<_> = in_functions
        .map(|number| (*number, file.text(*number)))
        .filter(|(_, text)| !is_plain(text))
        .collect();
    let mut times: FxHashMap<&str, u32> = FxHashMap::default();
    for (_, text) in &magic {
        *times.entry(text).or_default() += 1;
    }
    let mut said: FxHashSet<&str> = FxHashSet::default();
    let mut found = Vec::new();
    for (number, text) in &magic {
        let often = times.get(text).copied().unwrap_or(1);
        // Once for each number: the first place is as good as any.
        if often > OFTEN || !said.insert(text) {
            continue;
        }
        let function = file.nodes.function_of(number.start).map(|function| function.whole);
        let smell = file
            .smell(Rule::MagicNumber, number.range(), function.unwrap_or(*number).range())
            .named(text);
        found.push(Smell {
            value: Some(often),
            rank: Rule::MagicNumber.rank(often.min(3), 1),
            ..smell
        });
    }
    found
}

fn is_plain(text: &str) -> bool {
    let text = text.replace('_', "").to_lowercase();
    // Masks and bits are written like that on purpose.
    if ["0x", "0b", "0o"].iter().any(|prefix| text.starts_with(prefix)) {
        return true;
    }
    let number = text.trim_end_matches(|c: char| c.is_alphabetic());
    let number = number.strip_suffix(".0").unwrap_or(number).trim_end_matches('.');
    PLAIN.contains(&number) || matches!(number, "0.5" | ".5" | "0.1" | "0.01")
}

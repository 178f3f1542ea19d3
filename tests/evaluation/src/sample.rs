//! Which holes are asked: the same ones for the same files, seed and size, every kind in every
//! language as often as any other, from as many files as there are.

use std::collections::BTreeMap;

use crate::cut::holes;
use crate::hole::{Hole, Kind};
use crate::source::File;

/// One question: a file with a hole.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) file: &'a File,
    pub(crate) hole: Hole,
}

impl<'a> Case<'a> {
    /// The text before the cursor.
    pub(crate) fn prefix(&self) -> &'a str {
        &self.file.text[..self.hole.start]
    }

    /// The text after the cursor.
    pub(crate) fn suffix(&self) -> &'a str {
        &self.file.text[self.hole.end..]
    }

    /// What is missing in between.
    pub(crate) fn missing(&self) -> &'a str {
        &self.file.text[self.hole.start..self.hole.end]
    }

    /// What follows the hole on its last line.
    pub(crate) fn rest_of_line(&self) -> &'a str {
        self.suffix().split('\n').next().unwrap_or_default()
    }
}

/// Cases with their rank, and a throw of the dice for those of equal rank.
type Ranked<'a> = Vec<(usize, u64, Case<'a>)>;

/// `count` cases at most, fewer where the files have no more.
pub(crate) fn sample(files: &[File], count: usize, seed: u64) -> Vec<Case<'_>> {
    let mut dice = Dice(seed);
    // All of one source that can be asked for one kind in one language.
    let mut piles: BTreeMap<(Kind, &str, &str), Ranked<'_>> = BTreeMap::new();
    for file in files {
        let mut of_file: BTreeMap<Kind, Vec<(u64, Hole)>> = BTreeMap::new();
        for hole in holes(file.language, &file.text) {
            of_file.entry(hole.kind).or_default().push((dice.roll(), hole));
        }
        for (kind, mut holes) in of_file {
            holes.sort_unstable();
            let pile = piles.entry((kind, file.language.id, &file.source)).or_default();
            let ranked = holes.into_iter().enumerate();
            pile.extend(ranked.map(|(rank, (_, hole))| (rank, dice.roll(), Case { file, hole })));
        }
    }
    // No file is asked twice before each was asked once, and a source with many files not more
    // often than one with few.
    let mut queues: BTreeMap<(Kind, &str), Ranked<'_>> = BTreeMap::new();
    for ((kind, language, _), mut pile) in piles {
        pile.sort_unstable_by_key(|(rank, roll, _)| (*rank, *roll));
        let queue = queues.entry((kind, language)).or_default();
        let ranked = pile.into_iter().enumerate();
        queue.extend(ranked.map(|(rank, (_, roll, case))| (rank, roll, case)));
    }
    for queue in queues.values_mut() {
        queue.sort_unstable_by_key(|(rank, roll, _)| (*rank, *roll));
    }
    let rounds = queues.values().map(Vec::len).max().unwrap_or_default();
    (0..rounds)
        .flat_map(|round| queues.values().filter_map(move |queue| queue.get(round)))
        .map(|(_, _, case)| *case)
        .take(count)
        .collect()
}

/// Numbers that look thrown and are the same for the same seed (`SplitMix64`, Steele et al. 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

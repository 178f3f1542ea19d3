//! Which holes are asked: the same ones for the same files, seed and size. Every language and
//! every source gets as many files as any other, every kind one hole in each file.

use std::collections::BTreeMap;

use crate::cut::holes;
use crate::hole::{Hole, Kind};
use crate::source::File;

/// Files that even a small sample is spread over.
const FILES_MIN: usize = 12;
const HOLES_PER_FILE_MIN: usize = 2;

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

/// `count` cases at most, fewer where the files have no more. Those of one file follow one another
/// from its top to its end: a model server need not read it anew for each.
pub(crate) fn sample(files: &[File], count: usize, seed: u64) -> Vec<Case<'_>> {
    let mut dice = Dice(seed);
    let mut of_language: BTreeMap<&str, Vec<Cut<'_>>> = BTreeMap::new();
    for file in files {
        let mut kinds: BTreeMap<Kind, (u64, Hole)> = BTreeMap::new();
        for hole in holes(file.language, &file.text) {
            let thrown = (dice.roll(), hole);
            kinds.entry(hole.kind).and_modify(|best| *best = thrown.min(*best)).or_insert(thrown);
        }
        let holes = kinds.into_values().map(|(_, hole)| hole).collect();
        of_language.entry(file.language.id).or_default().push((dice.roll(), file, holes));
    }
    let queues: Vec<Vec<Cut<'_>>> = of_language.into_values().map(in_turn).collect();
    let holes_per_file = (count / FILES_MIN).clamp(HOLES_PER_FILE_MIN, Kind::ALL.len());
    let rounds = queues.iter().map(Vec::len).max().unwrap_or_default();
    let cuts =
        (0..rounds).flat_map(|round| queues.iter().filter_map(move |queue| queue.get(round)));
    let mut cases = Vec::new();
    let mut first_kind = 0;
    for (_, file, holes) in cuts {
        let turned = holes.iter().cycle().skip(first_kind % holes.len().max(1));
        let mut chosen: Vec<Hole> = turned.take(holes_per_file.min(holes.len())).copied().collect();
        chosen.sort_unstable_by_key(|hole| hole.start);
        cases.extend(chosen.into_iter().map(|hole| Case { file, hole }));
        first_kind += holes_per_file;
    }
    cases.truncate(count);
    cases
}

/// A throw of the dice, a file, and one hole of each kind that can be cut into it.
type Cut<'a> = (u64, &'a File, Vec<Hole>);

/// Every source in turn, so that one with many files is not asked more often than one with few;
/// and every other file one with Korean comments, as long as there are some.
fn in_turn(mut cuts: Vec<Cut<'_>>) -> Vec<Cut<'_>> {
    cuts.sort_unstable_by_key(|(roll, _, _)| *roll);
    let mut seen: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    let mut ranked = Vec::new();
    for cut in cuts {
        let is_korean = cut.2.iter().any(|hole| hole.kind == Kind::Korean);
        let rank = seen.entry((&cut.1.source, is_korean)).or_default();
        ranked.push((*rank, is_korean, cut));
        *rank += 1;
    }
    ranked.sort_by_key(|(rank, _, _)| *rank);
    let (korean, others): (Vec<_>, Vec<_>) = ranked.into_iter().partition(|(_, korean, _)| *korean);
    let mut both = [korean.into_iter(), others.into_iter()];
    let mut turns = Vec::new();
    loop {
        let before = turns.len();
        turns.extend(both.iter_mut().filter_map(Iterator::next).map(|(_, _, cut)| cut));
        if turns.len() == before {
            return turns;
        }
    }
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

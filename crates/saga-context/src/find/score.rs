//! The best way to find letters in a name. One row a letter of the query, as in Smith and Waterman:
//! what the letters so far are worth when this one is found at each place of the name.

use super::letters::Letter;

const FOUND: i32 = 16;
const GAP: i32 = -3;
const GAP_LONGER: i32 = -1;
/// A letter right after the one before is worth at least this.
const NEXT_TO: u8 = 4;
/// How much more the first letter's place counts.
const FIRST_TIMES: i32 = 2;
/// Not found here.
const NOT: i32 = i32::MIN / 2;

/// Memory for rows, kept from name to name.
#[derive(Default)]
pub(super) struct Scorer {
    rows: Vec<Cell>,
}

#[derive(Clone, Copy)]
struct Cell {
    /// What all letters so far are worth with the last of them here.
    score: i32,
    /// The bonus with which a run of letters side by side began.
    run: u8,
    /// Where the letter before was found.
    from: u16,
}

const EMPTY: Cell = Cell { score: NOT, run: 0, from: 0 };

impl Scorer {
    /// What finding `wanted` in `name` is worth, at least 1; places go to `found`.
    pub(super) fn score(
        &mut self,
        wanted: &[char],
        name: &[Letter],
        found: Option<&mut Vec<usize>>,
    ) -> Option<u32> {
        let (first, last) = extent(wanted, name)?;
        let name = &name[first..=last];
        let width = name.len();
        self.rows.clear();
        self.rows.resize(width * wanted.len(), EMPTY);
        for (row, letter) in wanted.iter().enumerate() {
            let (above, own) = self.rows.split_at_mut(row * width);
            let above = row.checked_sub(1).map(|row| &above[row * width..]);
            fill(*letter, name, above, &mut own[..width]);
        }
        let last_row = &self.rows[width * (wanted.len() - 1)..];
        // Of two places that are worth the same the first one.
        let best = (0..width).rev().max_by_key(|at| last_row[*at].score)?;
        let score = last_row[best].score;
        if score <= NOT / 2 {
            return None;
        }
        if let Some(found) = found {
            let mut at = best;
            for row in (0..wanted.len()).rev() {
                found.push(name[at].at);
                at = usize::from(self.rows[row * width + at].from);
            }
        }
        Some(u32::try_from(score).unwrap_or(0).max(1))
    }
}

/// From the first place where the first letter stands to the last place of the last one; `None` when
/// the letters do not stand there in their order.
fn extent(wanted: &[char], name: &[Letter]) -> Option<(usize, usize)> {
    let mut places = name.iter().enumerate();
    let mut first = None;
    for letter in wanted {
        let (at, _) = places.find(|(_, held)| held.letter == *letter)?;
        first.get_or_insert(at);
    }
    let last = wanted.last()?;
    Some((first?, name.iter().rposition(|held| held.letter == *last)?))
}

fn fill(letter: char, name: &[Letter], above: Option<&[Cell]>, own: &mut [Cell]) {
    // The best that the letters before are worth, and where, when there is a gap up to here.
    let mut apart = (NOT, 0_u16);
    for (at, held) in name.iter().enumerate() {
        if at >= 2
            && let Some(above) = above
        {
            let nearer = above[at - 2].score + GAP;
            let farther = apart.0 + GAP_LONGER;
            apart = if nearer >= farther { (nearer, place(at - 2)) } else { (farther, apart.1) };
        }
        if held.letter != letter {
            continue;
        }
        let Some(above) = above else {
            let score = FOUND + i32::from(held.bonus) * FIRST_TIMES;
            own[at] = Cell { score, run: held.bonus, from: 0 };
            continue;
        };
        let alone =
            Cell { score: apart.0 + FOUND + i32::from(held.bonus), run: held.bonus, from: apart.1 };
        let next_to = at.checked_sub(1).map_or(EMPTY, |before| {
            let run = above[before].run.max(NEXT_TO);
            let score = above[before].score + FOUND + i32::from(held.bonus.max(run));
            Cell { score, run: above[before].run.max(held.bonus), from: place(before) }
        });
        own[at] = if next_to.score >= alone.score { next_to } else { alone };
    }
}

/// A place in a name; names are cut to fewer letters.
fn place(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

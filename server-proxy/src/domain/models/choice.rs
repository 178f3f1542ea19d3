//! Which model server a request goes to, decided from plain numbers.
//!
//! Where it was before, then where most of its prompt is known, then where least is going on: what
//! a server has of a prompt in its KV cache it need not evaluate again, which takes seconds. But
//! no server may get far ahead of the others because of that.

/// A model server that has the model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) fitness: Fitness,
    /// Requests that it answers or that wait for it.
    pub(crate) load: usize,
    /// It answered this session or document last.
    pub(crate) is_home: bool,
    /// Leading blocks of the prompt that it was sent lately.
    pub(crate) known_blocks: usize,
}

/// What can be expected of a model server, the better one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fitness {
    /// It answers.
    Well,
    /// It may answer later: it loads a model, has no room, or failed a moment ago.
    Doubtful,
    /// It would have to come back first.
    Gone,
}

/// The place of the one to ask, among candidates in the order of preference.
///
/// A request goes home, or where its prompt is known, only as long as that server then has at most
/// 1.25 times the mean of all, and one more.
pub(crate) fn choose(candidates: &[Candidate]) -> Option<usize> {
    let best = candidates.iter().map(|candidate| candidate.fitness).min()?;
    let fit: Vec<(usize, &Candidate)> =
        candidates.iter().enumerate().filter(|(_, candidate)| candidate.fitness == best).collect();
    let total: usize = fit.iter().map(|(_, candidate)| candidate.load).sum();
    // load + 1 <= 1.25 * (total + 1) / count + 1
    let keeps_balance = |load: usize| 4 * fit.len() * load <= 5 * (total + 1);
    fit.iter()
        .filter(|(_, candidate)| keeps_balance(candidate.load))
        // Of several that are equal, the first: `min_by_key` keeps the order of preference.
        .min_by_key(|(_, Candidate { is_home, known_blocks, load, .. })| {
            (!is_home, std::cmp::Reverse(*known_blocks), *load)
        })
        .map(|(place, _)| *place)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word for each server: its load, `h` when it is home, `pN` for N known blocks, `?` when it
    /// is doubtful, `!` when it is gone. The place of the chosen one.
    fn check(servers: &str, expected: usize) {
        let candidate = |word: &str| Candidate {
            fitness: match word.chars().last() {
                Some('?') => Fitness::Doubtful,
                Some('!') => Fitness::Gone,
                _ => Fitness::Well,
            },
            load: digits(word),
            is_home: word.contains('h'),
            known_blocks: word.split_once('p').map_or(0, |(_, blocks)| digits(blocks)),
        };
        let candidates: Vec<_> = servers.split_whitespace().map(candidate).collect();
        assert_eq!(choose(&candidates), Some(expected), "{servers}");
    }

    fn digits(text: &str) -> usize {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse().expect("a number")
    }

    #[test]
    fn home_then_the_known_prompt_then_the_least_loaded_then_the_preferred() {
        check("0 0 0", 0);
        check("1 0 0", 1);
        check("2 1 1", 1);
        check("0 0p3 0p7", 2);
        check("1 1p3 1", 1);
        check("1 1h 0p9", 1);
        check("3 3hp1 3p9", 1);
    }

    #[test]
    fn nobody_gets_far_ahead_of_the_others() {
        // 1.25 × 2/2 + 1 = 2.25 lets a second one in, and 1.25 × 3/2 + 1 = 2.875 no third.
        check("1h 0", 0);
        check("2h 0", 1);
        check("2p9 0", 1);
        check("4h 4", 0);
        check("8h 4", 0);
        check("9h 4", 1);
        check("12h 9 9", 0);
        check("13h 9 9", 0);
        check("14h 9 9", 1);
    }

    #[test]
    fn one_that_answers_is_asked_before_one_that_may() {
        check("0? 9", 1);
        check("0h? 9", 1);
        check("9! 3h? 3?", 1);
        check("0! 0hp9!", 1);
        assert_eq!(choose(&[]), None);
    }

    /// Whatever the loads are, somebody is chosen and the bound holds.
    #[test]
    fn the_bound_holds_for_all_small_loads() {
        for loads in 0..6_usize.pow(4) {
            let load = |place: u32| loads / 6_usize.pow(place) % 6 * 3;
            for home in 0..4 {
                let candidates: Vec<_> = (0..4)
                    .map(|place| Candidate {
                        fitness: Fitness::Well,
                        load: load(place),
                        is_home: place == home,
                        known_blocks: 0,
                    })
                    .collect();
                let chosen = choose(&candidates).expect("somebody");
                let total: usize = candidates.iter().map(|candidate| candidate.load).sum();
                let after = candidates[chosen].load as f64 + 1.0;
                assert!(after <= 1.25 * (total as f64 + 1.0) / 4.0 + 1.0, "{candidates:?}");
            }
        }
    }
}

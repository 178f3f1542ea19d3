//! Wrong keys, counted so that nobody can try many of them.
//!
//! Wrong keys are counted by where they come from and by the key that they claim to be. Those that
//! claim to be no known key have a count of their own, so that an editor with a key that was taken
//! away, or somebody who tries keys at random, locks out nobody else behind the same address; and a
//! key that is guessed at from one address can be used from any other.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};

/// Wrong keys taken from one place before it has to wait.
const WRONG_MAX: u32 = 10;
/// How long wrong keys are remembered, from the first one on.
const REMEMBERED: Duration = Duration::from_secs(60);
/// Places remembered; of more the oldest go first.
const PLACES_MAX: usize = 4096;

/// Where a key comes from, and what it claims to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Guesser {
    network: IpAddr,
    claims: Option<String>,
}

/// The wrong keys of the last minute.
#[derive(Debug, Default)]
pub struct Guesses {
    wrong: Mutex<HashMap<Guesser, Wrong>>,
}

#[derive(Clone, Copy, Debug)]
struct Wrong {
    count: u32,
    since: Instant,
}

impl Guesser {
    /// Somebody at that address, with a key that claims to be this known one.
    #[must_use]
    pub fn new(address: IpAddr, claims: Option<String>) -> Self {
        Self { network: network(address), claims }
    }
}

impl Guesses {
    /// Whether a key from there is looked at.
    ///
    /// # Errors
    /// `rate_limited` after too many wrong ones.
    pub fn may_try(&self, who: &Guesser, now: Instant) -> Result<(), Failure> {
        let wrong = self.wrong.lock().get(who).copied();
        match wrong {
            Some(Wrong { count: WRONG_MAX.., since }) if now < since + REMEMBERED => {
                let wait = (since + REMEMBERED).duration_since(now);
                Err(refused(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)))
            }
            _ => Ok(()),
        }
    }

    /// A key was wrong.
    pub fn wrong(&self, who: Guesser, now: Instant) {
        let mut wrong = self.wrong.lock();
        if wrong.len() >= PLACES_MAX && !wrong.contains_key(&who) {
            wrong.retain(|_, known| now < known.since + REMEMBERED);
            if wrong.len() >= PLACES_MAX {
                let oldest = wrong.iter().min_by_key(|(_, known)| known.since);
                let oldest = oldest.map(|(who, _)| who.clone());
                oldest.and_then(|who| wrong.remove(&who));
            }
        }
        let known = wrong.entry(who).or_insert(Wrong { count: 0, since: now });
        if now >= known.since + REMEMBERED {
            *known = Wrong { count: 0, since: now };
        }
        known.count = known.count.saturating_add(1);
    }
}

/// Whoever has an IPv6 address has the 2⁶⁴ beside it as well.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

fn refused(retry_after_ms: u64) -> Failure {
    Failure {
        code: FailureCode::RateLimited,
        message: "too many wrong keys came from this address; use the right one in a minute"
            .to_owned(),
        retry_after_ms: Some(retry_after_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str, claims: Option<&str>) -> Guesser {
        Guesser::new(address.parse().expect("an address"), claims.map(str::to_owned))
    }

    /// Whether `other` may still try after `who` was wrong as often as it may.
    fn check(who: Guesser, other: Guesser, expected: bool) {
        let (guesses, now) = (Guesses::default(), Instant::now());
        for _ in 0..WRONG_MAX {
            assert!(guesses.may_try(&who, now).is_ok());
            guesses.wrong(who.clone(), now);
        }
        assert!(guesses.may_try(&who, now).is_err());
        assert_eq!(guesses.may_try(&other, now).is_ok(), expected);
    }

    #[test]
    fn only_the_same_key_from_the_same_network_has_to_wait() {
        let minji = || at("10.0.0.1", Some("00000001"));
        check(minji(), minji(), false);
        check(minji(), at("10.0.0.2", Some("00000001")), true);
        check(minji(), at("10.0.0.1", Some("00000002")), true);
        check(at("10.0.0.1", None), minji(), true);
        check(at("::ffff:10.0.0.1", None), at("10.0.0.1", None), false);
        check(at("2001:db8::1", None), at("2001:db8::ffff:1", None), false);
        check(at("2001:db8::1", None), at("2001:db8:0:1::1", None), true);
    }

    #[test]
    fn after_a_minute_all_is_forgotten() {
        let (guesses, now, who) = (Guesses::default(), Instant::now(), at("10.0.0.1", None));
        for _ in 0..WRONG_MAX {
            guesses.wrong(who.clone(), now);
        }
        let later = now + Duration::from_secs(45);
        let refusal = guesses.may_try(&who, later).expect_err("too soon");
        assert_eq!(refusal.retry_after_ms, Some(15_000));
        let later = now + REMEMBERED;
        assert!(guesses.may_try(&who, later).is_ok());
        guesses.wrong(who.clone(), later);
        assert!(guesses.may_try(&who, later).is_ok(), "it counts anew");
    }

    #[test]
    fn however_many_places_there_are_few_are_remembered() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        for number in 0..2 * PLACES_MAX {
            let address = Ipv6Addr::from(u128::try_from(number).expect("small") << 64);
            let moment = now + Duration::from_nanos(u64::try_from(number).expect("small"));
            guesses.wrong(Guesser::new(IpAddr::V6(address), None), moment);
        }
        assert_eq!(guesses.wrong.lock().len(), PLACES_MAX);
    }
}

//! How much a caller may use at a time, a minute and a day.

use std::str::FromStr;

/// The limits of a caller; what is absent is not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallerLimits {
    /// Requests being answered at a time.
    pub in_flight: Option<u64>,
    /// Requests begun in a minute.
    pub requests_per_minute: Option<u64>,
    /// Tokens, of prompts and answers, in a minute.
    pub tokens_per_minute: Option<u64>,
    /// Tokens, of prompts and answers, in a day.
    pub tokens_per_day: Option<u64>,
}

/// A limit that somebody has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// There shall be none.
    None,
    /// So many; at least one.
    Of(u64),
}

/// What a key says of its limits; where it says nothing, the server's own limits hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitOverrides {
    /// See [`CallerLimits::in_flight`].
    pub in_flight: Option<Bound>,
    /// See [`CallerLimits::requests_per_minute`].
    pub requests_per_minute: Option<Bound>,
    /// See [`CallerLimits::tokens_per_minute`].
    pub tokens_per_minute: Option<Bound>,
    /// See [`CallerLimits::tokens_per_day`].
    pub tokens_per_day: Option<Bound>,
}

/// Which of the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// Requests being answered at a time.
    InFlight,
    /// Requests begun in a minute.
    RequestsPerMinute,
    /// Tokens in a minute.
    TokensPerMinute,
    /// Tokens in a day.
    TokensPerDay,
}

impl CallerLimits {
    /// Whether nothing is limited.
    #[must_use]
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// These limits with what a key says otherwise.
    #[must_use]
    pub fn with(self, overrides: &LimitOverrides) -> Self {
        let or = |own: Option<Bound>, default| own.map_or(default, Bound::limit);
        Self {
            in_flight: or(overrides.in_flight, self.in_flight),
            requests_per_minute: or(overrides.requests_per_minute, self.requests_per_minute),
            tokens_per_minute: or(overrides.tokens_per_minute, self.tokens_per_minute),
            tokens_per_day: or(overrides.tokens_per_day, self.tokens_per_day),
        }
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, kind: LimitKind) -> Option<u64> {
        match kind {
            LimitKind::InFlight => self.in_flight,
            LimitKind::RequestsPerMinute => self.requests_per_minute,
            LimitKind::TokensPerMinute => self.tokens_per_minute,
            LimitKind::TokensPerDay => self.tokens_per_day,
        }
    }
}

impl LimitKind {
    /// The name used on the wire, in the keys file and in settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InFlight => "in_flight",
            Self::RequestsPerMinute => "requests_per_minute",
            Self::TokensPerMinute => "tokens_per_minute",
            Self::TokensPerDay => "tokens_per_day",
        }
    }

    /// What a number of it is called.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::InFlight => "requests at a time",
            Self::RequestsPerMinute => "requests a minute",
            Self::TokensPerMinute => "tokens a minute",
            Self::TokensPerDay => "tokens a day",
        }
    }
}

impl Bound {
    /// The limit it sets.
    #[must_use]
    pub fn limit(self) -> Option<u64> {
        match self {
            Self::None => None,
            Self::Of(number) => Some(number),
        }
    }
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            // What is counted is also computed with, in Redis with 53 bits.
            Ok(number @ 1..=1_000_000_000_000) => Ok(Self::Of(number)),
            _ if text == "none" => Ok(Self::None),
            _ => Err("expected a number from 1 to 1000000000000, or none".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_changes_only_the_limits_that_it_names() {
        let defaults =
            CallerLimits { in_flight: Some(9), tokens_per_day: Some(7), ..Default::default() };
        let overrides = LimitOverrides {
            in_flight: Some(Bound::None),
            requests_per_minute: Some(Bound::Of(5)),
            ..Default::default()
        };
        let expected = CallerLimits {
            in_flight: None,
            requests_per_minute: Some(5),
            tokens_per_minute: None,
            tokens_per_day: Some(7),
        };
        assert_eq!(defaults.with(&overrides), expected);
    }

    #[test]
    fn a_bound_is_a_number_or_the_word_none() {
        assert_eq!("none".parse(), Ok(Bound::None));
        assert_eq!("60".parse(), Ok(Bound::Of(60)));
        for wrong in ["", "0", "-1", "None", "1e3", "1000000000001"] {
            assert!(wrong.parse::<Bound>().is_err(), "{wrong}");
        }
    }
}

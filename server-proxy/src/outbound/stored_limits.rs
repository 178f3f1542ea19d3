//! Limits of a key as the keys file writes them: a number, or the word `none`.

use serde::{Deserialize, Serialize};

use crate::domain::caller_limits::{Bound, LimitKind, LimitOverrides};

/// What a key says of its limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoredLimits {
    #[serde(skip_serializing_if = "Option::is_none")]
    in_flight: Option<StoredBound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_per_minute: Option<StoredBound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens_per_minute: Option<StoredBound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens_per_day: Option<StoredBound>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum StoredBound {
    Number(u64),
    Word(String),
}

impl StoredLimits {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What it says.
    ///
    /// # Errors
    /// Names a limit that is neither a number nor `none`.
    pub(crate) fn overrides(&self) -> std::io::Result<LimitOverrides> {
        let read = |kind: LimitKind, stored: &Option<StoredBound>| {
            stored.as_ref().map(|stored| stored.read(kind)).transpose()
        };
        Ok(LimitOverrides {
            in_flight: read(LimitKind::InFlight, &self.in_flight)?,
            requests_per_minute: read(LimitKind::RequestsPerMinute, &self.requests_per_minute)?,
            tokens_per_minute: read(LimitKind::TokensPerMinute, &self.tokens_per_minute)?,
            tokens_per_day: read(LimitKind::TokensPerDay, &self.tokens_per_day)?,
        })
    }
}

impl StoredBound {
    fn read(&self, kind: LimitKind) -> std::io::Result<Bound> {
        let text = match self {
            Self::Number(number) => number.to_string(),
            Self::Word(word) => word.clone(),
        };
        text.parse().map_err(|expected| {
            let message = format!("the limit {} is wrong: {expected}", kind.name());
            std::io::Error::new(std::io::ErrorKind::InvalidData, message)
        })
    }
}

impl From<LimitOverrides> for StoredLimits {
    fn from(limits: LimitOverrides) -> Self {
        let stored = |bound: Option<Bound>| {
            bound.map(|bound| match bound {
                Bound::None => StoredBound::Word("none".to_owned()),
                Bound::Of(number) => StoredBound::Number(number),
            })
        };
        Self {
            in_flight: stored(limits.in_flight),
            requests_per_minute: stored(limits.requests_per_minute),
            tokens_per_minute: stored(limits.tokens_per_minute),
            tokens_per_day: stored(limits.tokens_per_day),
        }
    }
}

/// For the list of keys: `in_flight=4 tokens_per_day=none`.
impl std::fmt::Display for StoredLimits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = [
            (LimitKind::InFlight, &self.in_flight),
            (LimitKind::RequestsPerMinute, &self.requests_per_minute),
            (LimitKind::TokensPerMinute, &self.tokens_per_minute),
            (LimitKind::TokensPerDay, &self.tokens_per_day),
        ];
        let mut between = "";
        for (kind, bound) in all {
            match bound {
                Some(StoredBound::Number(number)) => {
                    write!(f, "{between}{}={number}", kind.name())?
                }
                Some(StoredBound::Word(word)) => write!(f, "{between}{}={word}", kind.name())?,
                None => continue,
            }
            between = " ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a limits object of a keys file comes to, and that it is written as it was read.
    fn check(json: &str, expected: Result<&str, &str>) {
        let stored: StoredLimits = match serde_json::from_str(json) {
            Ok(stored) => stored,
            Err(error) => {
                let words = error.to_string();
                let expected = expected.expect_err("it was not to be read");
                assert!(words.contains(expected), "{words}");
                return;
            }
        };
        match stored.overrides() {
            Ok(overrides) => {
                assert_eq!(Ok(stored.to_string().as_str()), expected);
                assert_eq!(StoredLimits::from(overrides), stored);
                assert_eq!(serde_json::to_string(&stored).expect("JSON"), json);
            }
            Err(error) => assert_eq!(Err(error.to_string().as_str()), expected),
        }
    }

    #[test]
    fn limits_are_numbers_or_none() {
        check("{}", Ok(""));
        check(r#"{"in_flight":4,"tokens_per_day":"none"}"#, Ok("in_flight=4 tokens_per_day=none"));
        let expected = "expected a number from 1 to 1000000000000, or none";
        for wrong in [r#"{"in_flight":0}"#, r#"{"in_flight":"many"}"#] {
            check(wrong, Err(&format!("the limit in_flight is wrong: {expected}")));
        }
        check(r#"{"in_flight":-1}"#, Err("StoredBound"));
        check(r#"{"inflight":1}"#, Err("unknown field `inflight`"));
    }
}

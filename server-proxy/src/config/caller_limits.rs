//! Limits of callers as settings and as options of a new key.

use clap::Args;

use crate::domain::caller_limits::{Bound, CallerLimits, LimitOverrides};

/// Requests in flight of somebody with a key, when nothing is set: more than any person needs, and
/// fewer than would let one program take all of the server.
const IN_FLIGHT_DEFAULT: u64 = 128;

/// What callers may use whose keys say nothing else.
#[derive(Debug, Args)]
pub(super) struct LimitSettings {
    /// Requests of one user being answered at a time, or none; 128 with a keys file.
    #[arg(long, env = "CODESAGA_IN_FLIGHT", value_name = "CODESAGA_IN_FLIGHT")]
    in_flight: Option<Bound>,
    /// Requests of one user in a minute, or none.
    #[arg(long, env = "CODESAGA_REQUESTS_PER_MINUTE", value_name = "CODESAGA_REQUESTS_PER_MINUTE")]
    requests_per_minute: Option<Bound>,
    /// Tokens of one user in a minute, prompts and answers together, or none.
    #[arg(long, env = "CODESAGA_TOKENS_PER_MINUTE", value_name = "CODESAGA_TOKENS_PER_MINUTE")]
    tokens_per_minute: Option<Bound>,
    /// Tokens of one user in a day, prompts and answers together, or none.
    #[arg(long, env = "CODESAGA_TOKENS_PER_DAY", value_name = "CODESAGA_TOKENS_PER_DAY")]
    tokens_per_day: Option<Bound>,
}

impl LimitSettings {
    pub(super) fn check(&self, with_keys: bool) -> CallerLimits {
        let defaults = CallerLimits {
            in_flight: with_keys.then_some(IN_FLIGHT_DEFAULT),
            ..Default::default()
        };
        defaults.with(&LimitOverrides {
            in_flight: self.in_flight,
            requests_per_minute: self.requests_per_minute,
            tokens_per_minute: self.tokens_per_minute,
            tokens_per_day: self.tokens_per_day,
        })
    }
}

/// Limits of a key's own.
#[derive(Debug, Args)]
pub struct KeyLimitOptions {
    /// Requests being answered at a time, or none; the server's setting when absent.
    #[arg(long)]
    in_flight: Option<Bound>,
    /// Requests in a minute, or none; the server's setting when absent.
    #[arg(long)]
    requests_per_minute: Option<Bound>,
    /// Tokens in a minute, or none; the server's setting when absent.
    #[arg(long)]
    tokens_per_minute: Option<Bound>,
    /// Tokens in a day, or none; the server's setting when absent.
    #[arg(long)]
    tokens_per_day: Option<Bound>,
}

impl From<KeyLimitOptions> for LimitOverrides {
    fn from(options: KeyLimitOptions) -> Self {
        Self {
            in_flight: options.in_flight,
            requests_per_minute: options.requests_per_minute,
            tokens_per_minute: options.tokens_per_minute,
            tokens_per_day: options.tokens_per_day,
        }
    }
}

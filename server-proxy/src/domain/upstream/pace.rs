//! How fast each model of a server is, smoothed over its last answers.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

/// The share of the newest in what is smoothed.
const NEWEST_SHARE: f64 = 0.2;

/// How a model was used.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// When it began its last answer.
    pub last: Instant,
    /// Milliseconds until the first piece, without waiting in the queue and loading, smoothed.
    pub first_piece_ms: f64,
    /// Tokens in a second once it had begun, smoothed; absent before an answer that was counted.
    pub tokens_per_second: Option<f64>,
}

/// The models that were used. A server has few, so the map is as bounded as its list of models.
#[derive(Debug, Default)]
pub(crate) struct Paces(HashMap<String, Used>);

impl Paces {
    pub(crate) fn get(&self, model: &str) -> Option<Used> {
        self.0.get(model).copied()
    }

    /// An answer has begun.
    pub(crate) fn began(&mut self, model: &str, first_piece: Duration, now: Instant) {
        let newest = first_piece.as_secs_f64() * 1000.0;
        match self.0.get_mut(model) {
            Some(used) => {
                used.last = now;
                smooth(&mut used.first_piece_ms, newest);
            }
            None => {
                let used = Used { last: now, first_piece_ms: newest, tokens_per_second: None };
                self.0.insert(model.to_owned(), used);
            }
        }
    }

    /// So many tokens came in the time after the first one.
    pub(crate) fn ended(&mut self, model: &str, tokens: u32, after_first: Duration) {
        let seconds = after_first.as_secs_f64();
        if tokens < 2 || seconds <= 0.0 {
            return;
        }
        let newest = f64::from(tokens - 1) / seconds;
        if let Some(used) = self.0.get_mut(model) {
            match &mut used.tokens_per_second {
                Some(smoothed) => smooth(smoothed, newest),
                None => used.tokens_per_second = Some(newest),
            }
        }
    }

    /// The slowest model's time until its first piece.
    pub(crate) fn first_piece_max(&self) -> Option<Duration> {
        let slowest = self.0.values().map(|used| used.first_piece_ms).reduce(f64::max)?;
        Duration::try_from_secs_f64(slowest / 1000.0).ok()
    }

    /// Forgets models that are not served any more.
    pub(crate) fn keep(&mut self, is_served: impl Fn(&str) -> bool) {
        self.0.retain(|model, _| is_served(model));
    }
}

fn smooth(smoothed: &mut f64, newest: f64) {
    *smoothed += (newest - *smoothed) * NEWEST_SHARE;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_smoothed() {
        let (now, ms) = (Instant::now(), Duration::from_millis);
        let mut paces = Paces::default();
        assert!(paces.get("m").is_none());
        paces.began("m", ms(100), now);
        paces.began("m", ms(200), now);
        paces.ended("m", 1, ms(1000));
        assert_eq!(paces.get("m").and_then(|used| used.tokens_per_second), None);
        paces.ended("m", 11, ms(1000));
        paces.ended("m", 61, ms(1000));
        let used = paces.get("m").expect("it was used");
        assert!((used.first_piece_ms - 120.0).abs() < 0.01, "{used:?}");
        assert!((used.tokens_per_second.expect("counted") - 20.0).abs() < 0.01, "{used:?}");
        assert_eq!(paces.first_piece_max(), Some(ms(120)));
        paces.keep(|_| false);
        assert!(paces.get("m").is_none());
    }
}

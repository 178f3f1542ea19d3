//! Who else was here lately.

use tokio::time::Instant;

use crate::domain::limits::PRESENT_TIME_MAX;
use crate::domain::ports::Caller;

/// The last two different callers, which is enough to know for each one whether there is another.
#[derive(Debug, Default)]
pub(super) struct Company {
    last: Option<(Caller, Instant)>,
    before: Option<(Caller, Instant)>,
}

impl Company {
    /// A request of this caller came.
    pub(super) fn came(&mut self, caller: &Caller, now: Instant) {
        match &mut self.last {
            Some((last, at)) if last == caller => *at = now,
            last => self.before = last.replace((caller.clone(), now)),
        }
    }

    /// Whether somebody else than this caller was here lately.
    pub(super) fn has(&self, caller: &Caller, now: Instant) -> bool {
        let other = match &self.last {
            Some((last, _)) if last == caller => &self.before,
            last => last,
        };
        let at = other.as_ref().map(|(_, at)| *at);
        at.is_some_and(|at| now.saturating_duration_since(at) < PRESENT_TIME_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_else_counts_for_a_while() {
        let caller = |user: &str| Caller { tenant: "team".to_owned(), user: user.to_owned() };
        let (a, b) = (caller("a"), caller("b"));
        let (mut company, start) = (Company::default(), Instant::now());
        let later = start + PRESENT_TIME_MAX / 2;
        assert!(!company.has(&a, start));
        company.came(&a, start);
        assert!(!company.has(&a, start) && company.has(&b, start));
        company.came(&b, later);
        company.came(&b, later);
        assert!(company.has(&a, later) && company.has(&b, later));
        let end = start + PRESENT_TIME_MAX;
        assert!(company.has(&a, end) && !company.has(&b, end));
    }
}

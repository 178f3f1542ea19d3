//! Which request an answer belongs to, for its log line and its trace.
//!
//! A request runs in one task from its headers to its answer's first piece, so the mark is the
//! task's own and no call has to carry it. What runs in a task of its own has none.

use std::fmt;
use std::sync::Arc;

/// Bytes of a `traceparent`, version 00.
const TRACE_PARENT_BYTES: usize = 55;

tokio::task_local! {
    static CURRENT: RequestMark;
}

/// What is known of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestMark {
    /// Its id, as the answer's `x-request-id` tells it.
    pub request_id: Arc<str>,
    /// The caller's span it is part of.
    pub parent: Option<TraceParent>,
}

/// A span of somebody else's, as W3C's `traceparent` header names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent {
    /// The trace; never 0.
    pub trace: u128,
    /// The span; never 0.
    pub span: u64,
    /// Whether it is recorded there.
    pub is_sampled: bool,
}

impl RequestMark {
    /// The mark of the task that asks.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Runs work under this mark.
    pub async fn over<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { trace, span, is_sampled } = self;
        write!(f, "00-{trace:032x}-{span:016x}-{:02x}", u8::from(*is_sampled))
    }
}

impl TraceParent {
    /// `None` for a header that does not follow the standard, which is then as good as absent.
    #[must_use]
    pub fn read(header: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte == b'-' || matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if header.len() < TRACE_PARENT_BYTES || !header.bytes().all(is_plain) {
            return None;
        }
        let mut parts = header.split('-');
        let (version, trace, span, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // A later version may have more parts, this one has not.
        if version == "ff" || (version == "00" && header.len() != TRACE_PARENT_BYTES) {
            return None;
        }
        if (version.len(), trace.len(), span.len(), flags.len()) != (2, 32, 16, 2) {
            return None;
        }
        let trace = u128::from_str_radix(trace, 16).ok().filter(|trace| *trace != 0)?;
        let span = u64::from_str_radix(span, 16).ok().filter(|span| *span != 0)?;
        let flags = u8::from_str_radix(flags, 16).ok()?;
        Some(Self { trace, span, is_sampled: flags & 1 == 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: Option<(u128, u64, bool)>) {
        let read = TraceParent::read(header).map(|p| (p.trace, p.span, p.is_sampled));
        assert_eq!(read, expected, "{header}");
        if let Some(parent) = TraceParent::read(header) {
            assert_eq!(TraceParent::read(&parent.to_string()), Some(parent));
        }
    }

    #[test]
    fn only_what_the_standard_allows_is_a_parent() {
        let (trace, span) = ("0000000000000000000000000000000a", "000000000000000b");
        check(&format!("00-{trace}-{span}-01"), Some((10, 11, true)));
        check(&format!("00-{trace}-{span}-00"), Some((10, 11, false)));
        check(&format!("01-{trace}-{span}-01-more"), None);
        check(&format!("01-{trace}-{span}-01-aa"), Some((10, 11, true)));
        check(&format!("00-{trace}-{span}-01-aa"), None);
        check(&format!("ff-{trace}-{span}-01"), None);
        check(&format!("00-{}-{span}-01", "0".repeat(32)), None);
        check(&format!("00-{trace}-{}-01", "0".repeat(16)), None);
        check(&format!("00-{trace}-00-{}-01", "0".repeat(13)), None);
        check("", None);
        check("가", None);
    }

    #[tokio::test]
    async fn the_mark_is_the_tasks_own() {
        let mark = RequestMark { request_id: "r".into(), parent: None };
        assert_eq!(RequestMark::current(), None);
        let seen = mark.clone().over(async { RequestMark::current() }).await;
        assert_eq!(seen, Some(mark));
    }
}

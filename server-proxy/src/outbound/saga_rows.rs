//! Where and how a job stands in Redis.

use crate::domain::ports::Caller;
use crate::domain::saga::machine::{Outgoing, Saga};
use crate::domain::saga::store::{Known, SagaKey};
use crate::outbound::redis_store::encoded;

/// Jobs of everybody, by the time at which each is due.
pub(crate) const DUE: &str = "cs:{jobs}:due";

/// What is kept of a job.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Job,
    Before,
    After,
    Outbox,
}

impl Part {
    /// All of them, in the order in which scripts take them.
    pub(crate) const ALL: [Self; 4] = [Self::Job, Self::Before, Self::After, Self::Outbox];

    fn name(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Before => "before",
            Self::After => "after",
            Self::Outbox => "outbox",
        }
    }
}

/// Where a part is kept.
pub(crate) fn row(key: &SagaKey, part: Part) -> String {
    format!("cs:{{{}}}:{}", member(key), part.name())
}

/// What a list calls a job.
pub(crate) fn member(SagaKey { caller: Caller { tenant, user }, id }: &SagaKey) -> String {
    format!("{}:{}:{}", encoded(tenant), encoded(user), encoded(id))
}

/// The job that a list calls so.
pub(crate) fn named(member: &str) -> Option<SagaKey> {
    let mut parts = member.split(':').map(decoded);
    let (tenant, user, id) = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(SagaKey { caller: Caller { tenant, user }, id })
}

/// Jobs of the caller's that are on their way.
pub(crate) fn open_list(caller: &Caller) -> String {
    format!("cs:{{{}:{}}}:jobs:open", encoded(&caller.tenant), encoded(&caller.user))
}

/// Jobs of the caller's that are kept, by the time of their beginning.
pub(crate) fn kept_list(caller: &Caller) -> String {
    format!("cs:{{{}:{}}}:jobs:kept", encoded(&caller.tenant), encoded(&caller.user))
}

/// What stands in the fields `version`, `state` and `request`.
pub(crate) type Fields = (Option<u64>, Option<String>, Option<String>);

/// A job as it stands; `None` when there is none.
pub(crate) fn known((version, state, request): Fields) -> Option<Known> {
    let saga: Saga = serde_json::from_str(&state?).ok()?;
    Some(Known { version: version?, saga, request: request? })
}

/// How a message is called that has to go out.
pub(crate) fn name(outgoing: Outgoing) -> &'static str {
    match outgoing {
        Outgoing::Drive => "drive",
        Outgoing::Ended => "ended",
        Outgoing::GivenUp => "given_up",
    }
}

/// The message that is called so.
pub(crate) fn outgoing(called: &str) -> Option<Outgoing> {
    let all = [Outgoing::Drive, Outgoing::Ended, Outgoing::GivenUp];
    all.into_iter().find(|outgoing| name(*outgoing) == called)
}

/// The reverse of [`encoded`].
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p9_a_job_is_found_by_its_name_in_a_list_and_no_name_breaks_out() {
        for (tenant, user, id) in [("team", "minji", "req-1"), ("a:b", "}{%", "민"), ("", "", "")]
        {
            let caller = Caller { tenant: tenant.to_owned(), user: user.to_owned() };
            let key = SagaKey { caller, id: id.to_owned() };
            assert_eq!(named(&member(&key)), Some(key.clone()));
            assert_eq!(row(&key, Part::Job).matches(['{', '}']).count(), 2);
        }
        assert_eq!(named("a:b"), None);
        assert_eq!(named("a:b:c:d"), None);
        assert_eq!(named("a:b:%Z"), None);
    }
}

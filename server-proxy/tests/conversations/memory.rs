//! The contract of session memory, the same for both adapters. Time comes in with the turns, so
//! that nothing waits for an expiry.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use codesaga_proxy::domain::ports::{Caller, MemoryError, SessionLimits, SessionMemory};
use codesaga_proxy::outbound::memory_in_process::InProcessMemory;
use codesaga_proxy::outbound::memory_redis::RedisMemory;
use codesaga_proxy::outbound::redis_store::RedisStore;
use futures_util::future::join_all;
use saga_protocol::chat::{ChatContext, Turn};

use crate::support::Redis;

const BEGIN: u64 = 1_800_000_000_000;
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

const LIMITS: SessionLimits = SessionLimits {
    turns_max: 3,
    session_bytes_max: 2000,
    sessions_max: 3,
    idle_ttl: Duration::from_millis(DAY),
    age_max: Duration::from_millis(30 * DAY),
};

/// One of the two, and what a test must reach behind it.
enum Kept {
    InProcess { memory: InProcessMemory, now: Arc<AtomicU64> },
    Redis { memory: Box<RedisMemory>, server: Redis },
}

impl Kept {
    fn in_process() -> Self {
        let now = Arc::new(AtomicU64::new(BEGIN));
        let clock = {
            let now = now.clone();
            move || now.load(Ordering::Relaxed)
        };
        Self::InProcess { memory: InProcessMemory::new(LIMITS, clock), now }
    }

    async fn redis() -> Self {
        let server = Redis::start().await;
        // The tests of the contract are not about speed.
        let store = RedisStore::new(&server.url(), Duration::from_secs(10)).expect("an address");
        Self::Redis { memory: Box::new(RedisMemory::new(store, LIMITS)), server }
    }

    fn memory(&self) -> &dyn SessionMemory {
        match self {
            Self::InProcess { memory, .. } => memory,
            Self::Redis { memory, .. } => memory.as_ref(),
        }
    }

    /// Stores a turn made at `at`.
    async fn append(
        &self,
        who: &Caller,
        id: &str,
        version: u64,
        turn: Turn,
    ) -> Result<u64, MemoryError> {
        if let Self::InProcess { now, .. } = self {
            now.store(turn.at, Ordering::Relaxed);
        }
        self.memory().append(who, id, version, turn).await
    }

    async fn expires_in(&self, who: &Caller, id: &str) -> Option<Duration> {
        match self {
            Self::InProcess { memory, .. } => memory.expires_in(who, id),
            Self::Redis { server, .. } => {
                let client = redis::Client::open(server.url()).expect("an address");
                let mut connection =
                    client.get_multiplexed_async_connection().await.expect("a connection");
                let key = format!("cs:{{{}:{}:{id}}}", who.tenant, who.user);
                let mut left = Vec::new();
                for part in ["meta", "log"] {
                    let mut command = redis::cmd("PTTL");
                    command.arg(format!("{key}:{part}"));
                    left.push(command.query_async::<i64>(&mut connection).await.expect("a time"));
                }
                assert!(left[0].abs_diff(left[1]) < 1000, "both keys go together: {left:?}");
                u64::try_from(left[0]).ok().map(Duration::from_millis)
            }
        }
    }
}

fn caller(user: &str) -> Caller {
    Caller { tenant: "team".to_owned(), user: user.to_owned() }
}

fn turn(request_id: &str, at: u64) -> Turn {
    Turn {
        request_id: request_id.to_owned(),
        user: format!("질문 {request_id}"),
        assistant: format!("답 {request_id} 🙂"),
        at,
        ..Turn::default()
    }
}

async fn request_ids(kept: &Kept, who: &Caller, id: &str) -> Vec<String> {
    let known = kept.memory().read(who, id).await.expect("memory answers");
    known.into_iter().flat_map(|known| known.session.log).map(|turn| turn.request_id).collect()
}

async fn listed(kept: &Kept, who: &Caller) -> Vec<String> {
    let list = kept.memory().list(who).await.expect("memory answers");
    list.into_iter().map(|summary| summary.id).collect()
}

macro_rules! contract {
    ($($name:ident,)*) => {
        mod in_process {
            $(#[tokio::test] async fn $name() { super::$name(super::Kept::in_process()).await; })*
        }
        mod in_redis {
            $(#[tokio::test] async fn $name() { super::$name(super::Kept::redis().await).await; })*
        }
    };
}

contract! {
    a_turn_is_read_back_whole,
    an_unexpected_version_is_refused,
    the_same_request_is_stored_once,
    the_oldest_turns_go_first,
    the_bytes_of_a_conversation_are_bounded,
    the_oldest_conversations_go_first,
    time_left_slides_and_has_an_end,
    p9_nothing_of_one_caller_is_visible_to_another,
    what_was_deleted_is_gone,
    the_list_is_newest_first,
    only_one_of_many_at_once_is_stored,
    names_with_a_meaning_elsewhere_are_only_names,
}

async fn a_turn_is_read_back_whole(kept: Kept) {
    let minji = caller("minji");
    assert_eq!(kept.memory().read(&minji, "s").await, Ok(None));
    let block = ChatContext {
        path: "a\n.py".to_owned(),
        text: "x\n\ny".to_owned(),
        ..ChatContext::default()
    };
    let first = Turn { context: vec![block], ..turn("r1", BEGIN) };
    assert_eq!(kept.append(&minji, "s", 0, first.clone()).await, Ok(1));
    let second = turn("r2", BEGIN + HOUR);
    assert_eq!(kept.append(&minji, "s", 1, second.clone()).await, Ok(2));
    let known = kept.memory().read(&minji, "s").await.expect("memory answers").expect("known");
    assert_eq!(known.version, 2);
    assert_eq!(known.session.log, [first, second]);
    let summary = known.session.summary;
    assert_eq!((summary.id.as_str(), summary.title.as_str(), summary.turns), ("s", "질문 r1", 2));
    assert_eq!((summary.created_at, summary.updated_at), (BEGIN, BEGIN + HOUR));
}

async fn an_unexpected_version_is_refused(kept: Kept) {
    let minji = caller("minji");
    kept.append(&minji, "s", 0, turn("r1", BEGIN)).await.expect("stored");
    for wrong in [0, 2, 7] {
        let refused = kept.append(&minji, "s", wrong, turn("r2", BEGIN)).await;
        assert_eq!(refused, Err(MemoryError::VersionConflict), "version {wrong}");
    }
    let refused = kept.append(&minji, "new", 1, turn("r3", BEGIN)).await;
    assert_eq!(refused, Err(MemoryError::VersionConflict));
    assert_eq!(request_ids(&kept, &minji, "s").await, ["r1"]);
}

async fn the_same_request_is_stored_once(kept: Kept) {
    let minji = caller("minji");
    kept.append(&minji, "s", 0, turn("r1", BEGIN)).await.expect("stored");
    kept.append(&minji, "s", 1, turn("r2", BEGIN)).await.expect("stored");
    assert_eq!(kept.append(&minji, "s", 0, turn("r1", BEGIN)).await, Ok(2));
    assert_eq!(request_ids(&kept, &minji, "s").await, ["r1", "r2"]);
}

async fn the_oldest_turns_go_first(kept: Kept) {
    let minji = caller("minji");
    for n in 0..5 {
        kept.append(&minji, "s", n, turn(&format!("r{n}"), BEGIN)).await.expect("stored");
    }
    assert_eq!(request_ids(&kept, &minji, "s").await, ["r2", "r3", "r4"]);
    let known = kept.memory().read(&minji, "s").await.expect("memory answers").expect("known");
    assert_eq!((known.session.summary.turns, known.version), (3, 5));
    assert_eq!(known.session.summary.title, "질문 r0");
}

async fn the_bytes_of_a_conversation_are_bounded(kept: Kept) {
    let minji = caller("minji");
    let large = |id: &str, bytes: usize| Turn { assistant: "x".repeat(bytes), ..turn(id, BEGIN) };
    kept.append(&minji, "s", 0, large("r1", 800)).await.expect("stored");
    kept.append(&minji, "s", 1, large("r2", 800)).await.expect("stored");
    assert_eq!(request_ids(&kept, &minji, "s").await, ["r1", "r2"]);
    kept.append(&minji, "s", 2, large("r3", 800)).await.expect("stored");
    assert_eq!(request_ids(&kept, &minji, "s").await, ["r2", "r3"]);
    kept.append(&minji, "s", 3, large("r4", 5000)).await.expect("stored");
    assert!(request_ids(&kept, &minji, "s").await.is_empty());
    kept.append(&minji, "s", 4, large("r5", 10)).await.expect("stored");
    assert_eq!(request_ids(&kept, &minji, "s").await, ["r5"]);
}

async fn the_oldest_conversations_go_first(kept: Kept) {
    let minji = caller("minji");
    for n in 0..4 {
        let made = turn("r", BEGIN + n * HOUR);
        kept.append(&minji, &format!("s{n}"), 0, made).await.expect("stored");
    }
    assert_eq!(listed(&kept, &minji).await, ["s3", "s2", "s1"]);
    assert_eq!(kept.memory().read(&minji, "s0").await, Ok(None));
}

async fn time_left_slides_and_has_an_end(kept: Kept) {
    let minji = caller("minji");
    let about = |left: Option<Duration>, hours: u64| {
        let left = left.expect("it expires").as_millis();
        let expected = u128::from(hours * HOUR);
        assert!(left <= expected && left > expected - 60_000, "{left} of {expected}");
    };
    kept.append(&minji, "s", 0, turn("r0", BEGIN)).await.expect("stored");
    about(kept.expires_in(&minji, "s").await, 24);
    for n in 1..=29 {
        let at = BEGIN + n * (DAY - HOUR);
        kept.append(&minji, "s", n, turn(&format!("r{n}"), at)).await.expect("stored");
    }
    about(kept.expires_in(&minji, "s").await, 24);
    // From here on the conversation's age is what ends it.
    let at = BEGIN + 29 * (DAY - HOUR) + 20 * HOUR;
    kept.append(&minji, "s", 30, turn("r30", at)).await.expect("stored");
    about(kept.expires_in(&minji, "s").await, 24);
    let at = at + 22 * HOUR;
    kept.append(&minji, "s", 31, turn("r31", at)).await.expect("stored");
    about(kept.expires_in(&minji, "s").await, 30 * 24 - (29 * 23 + 42));
}

async fn p9_nothing_of_one_caller_is_visible_to_another(kept: Kept) {
    let (minji, jun) = (caller("minji"), caller("jun"));
    let elsewhere = Caller { tenant: "other".to_owned(), user: "minji".to_owned() };
    kept.append(&minji, "s", 0, turn("r1", BEGIN)).await.expect("stored");
    for other in [&jun, &elsewhere] {
        assert_eq!(kept.memory().read(other, "s").await, Ok(None));
        assert!(listed(&kept, other).await.is_empty());
        assert_eq!(kept.memory().delete(other, "s").await, Ok(false));
    }
    kept.append(&jun, "s", 0, turn("r2", BEGIN)).await.expect("stored beside it");
    assert_eq!(request_ids(&kept, &minji, "s").await, ["r1"]);
    assert_eq!(request_ids(&kept, &jun, "s").await, ["r2"]);
}

async fn what_was_deleted_is_gone(kept: Kept) {
    let minji = caller("minji");
    assert_eq!(kept.memory().delete(&minji, "s").await, Ok(false));
    kept.append(&minji, "s", 0, turn("r1", BEGIN)).await.expect("stored");
    assert_eq!(kept.memory().delete(&minji, "s").await, Ok(true));
    assert_eq!(kept.memory().read(&minji, "s").await, Ok(None));
    assert!(listed(&kept, &minji).await.is_empty());
    let late = kept.append(&minji, "s", 1, turn("r2", BEGIN)).await;
    assert_eq!(late, Err(MemoryError::VersionConflict), "a late answer does not bring it back");
}

async fn the_list_is_newest_first(kept: Kept) {
    let minji = caller("minji");
    kept.append(&minji, "a", 0, turn("r1", BEGIN)).await.expect("stored");
    kept.append(&minji, "b", 0, turn("r2", BEGIN + HOUR)).await.expect("stored");
    kept.append(&minji, "a", 1, turn("r3", BEGIN + 2 * HOUR)).await.expect("stored");
    let list = kept.memory().list(&minji).await.expect("memory answers");
    let seen: Vec<_> =
        list.iter().map(|one| (one.id.as_str(), one.turns, one.updated_at - BEGIN)).collect();
    assert_eq!(seen, [("a", 2, 2 * HOUR), ("b", 1, HOUR)]);
}

async fn only_one_of_many_at_once_is_stored(kept: Kept) {
    let minji = caller("minji");
    let attempt = |n: u32| kept.append(&minji, "s", 0, turn(&format!("r{n}"), BEGIN));
    let outcomes = join_all((0..16).map(attempt)).await;
    let stored = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(stored, 1, "{outcomes:?}");
    assert_eq!(request_ids(&kept, &minji, "s").await.len(), 1);
}

async fn names_with_a_meaning_elsewhere_are_only_names(kept: Kept) {
    let odd = Caller { tenant: "a:b}".to_owned(), user: "{*}\r\n민지".to_owned() };
    kept.append(&odd, "}:log", 0, turn("r1", BEGIN)).await.expect("stored");
    assert_eq!(request_ids(&kept, &odd, "}:log").await, ["r1"]);
    assert_eq!(listed(&kept, &odd).await, ["}:log"]);
    let near = Caller { tenant: "a".to_owned(), user: "b}:{*}\r\n민지".to_owned() };
    assert!(listed(&kept, &near).await.is_empty());
}

#[tokio::test]
async fn what_has_expired_is_gone_from_this_process() {
    let kept = Kept::in_process();
    let Kept::InProcess { now, memory } = &kept else { unreachable!("made above") };
    let minji = caller("minji");
    kept.append(&minji, "s", 0, turn("r1", BEGIN)).await.expect("stored");
    now.store(BEGIN + DAY - 1, Ordering::Relaxed);
    assert_eq!(listed(&kept, &minji).await, ["s"]);
    now.store(BEGIN + DAY, Ordering::Relaxed);
    assert!(listed(&kept, &minji).await.is_empty());
    assert_eq!(memory.read(&minji, "s").await, Ok(None));
    assert_eq!(memory.delete(&minji, "s").await, Ok(false));
    assert_eq!(kept.append(&minji, "s", 0, turn("r2", BEGIN + DAY)).await, Ok(1));
}

//! The contract of session memory, the same in process, in one Redis and in a cluster of three. Time
//! comes in with the turns, so that nothing waits for an expiry.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use codesaga_proxy::domain::ports::{Caller, MemoryError, Right, SessionLimits, SessionMemory};
use codesaga_proxy::domain::revision;
use codesaga_proxy::outbound::memory_in_process::InProcessMemory;
use codesaga_proxy::outbound::memory_redis::RedisMemory;
use codesaga_proxy::outbound::redis_store::RedisStore;
use futures_util::future::join_all;
use saga_protocol::chat::{ChatContext, Digest, ForkOf, SessionSummary, Turn};

use crate::support::{Redis, RedisCluster};

const BEGIN: u64 = 1_800_000_000_000;
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

const LIMITS: SessionLimits = SessionLimits {
    turns_max: 3,
    session_bytes_max: 2000,
    sessions_max: 3,
    idle_ttl: Duration::from_millis(DAY),
    age_max: Duration::from_millis(30 * DAY),
    right_time: RIGHT,
};

/// Longer than any test takes.
const RIGHT: Duration = Duration::from_secs(600);

/// One of the three, and what a test must reach behind it.
enum Kept {
    InProcess { memory: InProcessMemory, now: Arc<AtomicU64> },
    Redis { memory: Box<RedisMemory>, server: Redis },
    Cluster { memory: Box<RedisMemory>, servers: RedisCluster },
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
        Self::Redis { memory: in_redis_at(&server.url()), server }
    }

    async fn cluster() -> Self {
        let servers = RedisCluster::start().await;
        Self::Cluster { memory: in_redis_at(&servers.url()), servers }
    }

    fn memory(&self) -> &dyn SessionMemory {
        match self {
            Self::InProcess { memory, .. } => memory,
            Self::Redis { memory, .. } | Self::Cluster { memory, .. } => memory.as_ref(),
        }
    }

    /// Stores a turn made at `at`, with the right to.
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
        let right = right(who, id, &turn.request_id);
        // Whether it is refused is the append's business.
        let _held = self.memory().hold(&right, false, RIGHT).await?;
        let stored = self.memory().append(&right, version, turn).await;
        self.memory().let_go(&right).await?;
        stored
    }

    async fn expires_in(&self, who: &Caller, id: &str) -> Option<Duration> {
        let nodes = match self {
            Self::InProcess { memory, .. } => return memory.expires_in(who, id),
            Self::Redis { server, .. } => std::slice::from_ref(server),
            Self::Cluster { servers, .. } => servers.nodes(),
        };
        let key = format!("cs:{{{}:{}:{id}}}", who.tenant, who.user);
        let mut left = Vec::new();
        for part in ["meta", "log"] {
            for node in nodes {
                let mut command = redis::cmd("PTTL");
                command.arg(format!("{key}:{part}"));
                // A node that does not hold the key says so by an error.
                left.extend(node.number(&command).await);
            }
        }
        assert_eq!(left.len(), 2, "each key is in one place");
        assert!(left[0].abs_diff(left[1]) < 1000, "both keys go together: {left:?}");
        u64::try_from(left[0]).ok().map(Duration::from_millis)
    }
}

fn in_redis_at(url: &str) -> Box<RedisMemory> {
    // The tests of the contract are not about speed.
    let store = RedisStore::new(url, Duration::from_secs(10)).expect("an address");
    Box::new(RedisMemory::new(store, LIMITS))
}

fn right(who: &Caller, id: &str, holder: &str) -> Right {
    Right { caller: who.clone(), session: id.to_owned(), holder: holder.to_owned() }
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
        /// One after the other in one cluster would be faster and would hide what is left behind.
        mod in_a_cluster {
            $(#[tokio::test] async fn $name() { super::$name(super::Kept::cluster().await).await; })*
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
    one_writer_at_a_time_has_the_right,
    who_has_lost_the_right_stores_nothing,
    everything_is_erased_with_what_is_being_answered,
    a_digest_is_swapped_in_by_its_epoch,
    a_fork_begins_with_the_turns_of_another,
    a_fork_is_begun_once_and_only_with_the_right,
    a_deleted_turn_is_gone_from_everything,
    a_digest_that_is_being_made_of_a_deleted_turn_is_not_taken,
    a_name_stays_until_it_is_taken_away,
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

async fn one_writer_at_a_time_has_the_right(kept: Kept) {
    let (minji, memory) = (caller("minji"), kept.memory());
    let (one, two) = (right(&minji, "s", "one"), right(&minji, "s", "two"));
    assert_eq!(memory.hold(&one, false, RIGHT).await, Ok(true));
    assert_eq!(memory.hold(&two, false, RIGHT).await, Ok(false));
    assert_eq!(memory.hold(&one, true, RIGHT).await, Ok(true), "it is kept");
    assert_eq!(memory.hold(&right(&minji, "t", "two"), false, RIGHT).await, Ok(true));
    assert_eq!(memory.hold(&right(&caller("jun"), "s", "two"), false, RIGHT).await, Ok(true));
    memory.let_go(&two).await.expect("memory answers");
    assert_eq!(memory.hold(&two, false, RIGHT).await, Ok(false), "it was not its own");
    memory.let_go(&one).await.expect("memory answers");
    assert_eq!(memory.hold(&two, false, RIGHT).await, Ok(true));
    memory.append(&two, 0, turn("r1", BEGIN)).await.expect("stored");
    assert_eq!(memory.hold(&one, false, RIGHT).await, Ok(true), "storing a turn gives it back");
    assert!(listed(&kept, &caller("jun")).await.is_empty(), "what has no turn is not listed");
}

async fn who_has_lost_the_right_stores_nothing(kept: Kept) {
    let (minji, memory) = (caller("minji"), kept.memory());
    let conflict = Err(MemoryError::VersionConflict);
    let (one, two) = (right(&minji, "s", "one"), right(&minji, "s", "two"));
    assert_eq!(memory.append(&one, 0, turn("r1", BEGIN)).await, conflict, "never held");
    assert_eq!(memory.hold(&one, false, RIGHT).await, Ok(true));
    assert_eq!(memory.append(&two, 0, turn("r2", BEGIN)).await, conflict, "another's");
    assert_eq!(memory.delete(&minji, "s").await, Ok(false), "there is no turn yet");
    assert_eq!(memory.append(&one, 0, turn("r1", BEGIN)).await, conflict, "deleted meanwhile");
    assert_eq!(memory.hold(&one, true, RIGHT).await, Ok(false), "it hears of it");
    assert_eq!(memory.read(&minji, "s").await, Ok(None));
}

async fn everything_is_erased_with_what_is_being_answered(kept: Kept) {
    let (minji, jun, memory) = (caller("minji"), caller("jun"), kept.memory());
    for id in ["a", "b", "c"] {
        kept.append(&minji, id, 0, turn("r", BEGIN)).await.expect("stored");
    }
    kept.append(&jun, "a", 0, turn("r", BEGIN)).await.expect("stored");
    let (old, new) = (right(&minji, "a", "w"), right(&minji, "new", "w"));
    for running in [&old, &new] {
        assert_eq!(memory.hold(running, false, RIGHT).await, Ok(true));
    }
    assert_eq!(memory.erase(&minji).await, Ok(3));
    for (running, version) in [(&old, 1), (&old, 0), (&new, 0)] {
        let late = memory.append(running, version, turn("late", BEGIN)).await;
        assert_eq!(late, Err(MemoryError::VersionConflict));
    }
    assert!(listed(&kept, &minji).await.is_empty());
    assert_eq!(memory.erase(&minji).await, Ok(0));
    assert_eq!(request_ids(&kept, &jun, "a").await, ["r"]);
    assert_eq!(kept.append(&minji, "a", 0, turn("r", BEGIN)).await, Ok(1), "one begins anew");
}

async fn a_digest_is_swapped_in_by_its_epoch(kept: Kept) {
    let (minji, memory) = (caller("minji"), kept.memory());
    let digest = |epoch, until: &str| Digest {
        epoch,
        until: until.to_owned(),
        text: format!("요약 {epoch}"),
    };
    let told = |digest| async move { memory.digest(&caller("minji"), "s", &digest).await };
    assert_eq!(told(digest(1, "r0")).await, Ok(false), "there is no conversation");
    for n in 0..2 {
        kept.append(&minji, "s", n, turn(&format!("r{n}"), BEGIN)).await.expect("stored");
    }
    assert_eq!(told(digest(1, "other")).await, Ok(false), "not one of its turns");
    assert_eq!(told(digest(2, "r0")).await, Ok(false), "not the next");
    assert_eq!(told(digest(1, "r0")).await, Ok(true));
    assert_eq!(told(digest(1, "r1")).await, Ok(false), "somebody was faster");
    assert_eq!(kept.append(&minji, "s", 2, turn("r2", BEGIN)).await, Ok(3), "turns go on");
    let known = memory.read(&minji, "s").await.expect("memory answers").expect("known");
    assert_eq!(known.session.digest, Some(digest(1, "r0")));
    assert_eq!(known.session.log.len(), 3, "what was said stays");
    assert_eq!(told(digest(2, "r2")).await, Ok(true));
    assert_eq!(memory.delete(&minji, "s").await, Ok(true));
    kept.append(&minji, "s", 0, turn("r0", BEGIN)).await.expect("stored");
    let known = memory.read(&minji, "s").await.expect("memory answers").expect("known");
    assert_eq!(known.session.digest, None, "it goes with its conversation");
}

/// Forks as a request does.
async fn forked(
    kept: &Kept,
    (from, to): (&str, &str),
    after: Option<&str>,
    at: u64,
) -> Result<(), MemoryError> {
    let (minji, memory) = (caller("minji"), kept.memory());
    if let Kept::InProcess { now, .. } = kept {
        now.store(at, Ordering::Relaxed);
    }
    let known = memory.read(&minji, from).await?.expect("it is there");
    let fork = revision::fork(&known, after).expect("the turn is there");
    let right = right(&minji, to, "forking");
    // Whether it is refused is the fork's business.
    let _held = memory.hold(&right, false, RIGHT).await?;
    let begun = memory.begin(&right, &fork, at).await;
    memory.let_go(&right).await?;
    begun
}

/// Deletes a turn as a request does.
async fn cut(kept: &Kept, id: &str, request_id: &str) -> Result<(), MemoryError> {
    let (minji, memory) = (caller("minji"), kept.memory());
    let known = memory.read(&minji, id).await?.expect("it is there");
    let cut = revision::cut(&known, request_id).expect("the turn is there");
    let right = right(&minji, id, "cutting");
    assert_eq!(memory.hold(&right, false, RIGHT).await, Ok(true));
    memory.cut(&right, known.version, &cut).await
}

async fn summary(kept: &Kept, id: &str) -> SessionSummary {
    let list = kept.memory().list(&caller("minji")).await.expect("memory answers");
    list.into_iter().find(|listed| listed.id == id).expect("it is listed")
}

async fn a_fork_begins_with_the_turns_of_another(kept: Kept) {
    let minji = caller("minji");
    for n in 0..3 {
        kept.append(&minji, "s", n, turn(&format!("r{n}"), BEGIN)).await.expect("stored");
    }
    let before = kept.memory().read(&minji, "s").await.expect("memory answers");
    let at = BEGIN + HOUR;
    assert_eq!(forked(&kept, ("s", "f"), Some("r1"), at).await, Ok(()));
    assert_eq!(forked(&kept, ("s", "e"), None, at + HOUR).await, Ok(()));
    assert_eq!(listed(&kept, &minji).await, ["e", "f", "s"]);

    assert_eq!(request_ids(&kept, &minji, "f").await, ["r0", "r1"]);
    let of =
        |after: Option<&str>| ForkOf { session: "s".to_owned(), after: after.map(str::to_owned) };
    let seen = summary(&kept, "f").await;
    assert_eq!((seen.title.as_str(), seen.turns, seen.created_at), ("질문 r0", 2, at));
    assert_eq!(seen.fork_of, Some(of(Some("r1"))));
    let empty = summary(&kept, "e").await;
    assert_eq!((empty.title.as_str(), empty.turns, empty.fork_of), ("", 0, Some(of(None))));

    let left = kept.expires_in(&minji, "f").await.expect("it expires").as_millis();
    assert!(left <= u128::from(DAY) && left > u128::from(DAY - 2 * HOUR), "{left}");
    for (id, version) in [("f", 1), ("e", 1)] {
        let stored = kept.append(&minji, id, version, turn("r9", at + HOUR)).await;
        assert_eq!(stored, Ok(version + 1), "{id} goes on");
        let again = kept.append(&minji, id, 0, turn("r9", at + HOUR)).await;
        assert_eq!(again, Ok(version + 1), "{id}: the same request is stored once");
    }
    assert_eq!(kept.append(&minji, "f", 0, turn("r1", at)).await, Ok(2), "as are those taken over");
    assert_eq!(request_ids(&kept, &minji, "f").await, ["r0", "r1", "r9"]);
    assert_eq!(summary(&kept, "e").await.title, "질문 r9");
    let after = kept.memory().read(&minji, "s").await.expect("memory answers");
    assert_eq!(after, before, "the other one stays as it is");
    assert_eq!(kept.memory().delete(&minji, "s").await, Ok(true));
    assert_eq!(request_ids(&kept, &minji, "f").await.len(), 3, "and may go");
}

async fn a_fork_is_begun_once_and_only_with_the_right(kept: Kept) {
    let (minji, memory) = (caller("minji"), kept.memory());
    let conflict = Err(MemoryError::VersionConflict);
    kept.append(&minji, "s", 0, turn("r0", BEGIN)).await.expect("stored");
    kept.append(&minji, "other", 0, turn("r1", BEGIN)).await.expect("stored");
    assert_eq!(forked(&kept, ("s", "other"), Some("r0"), BEGIN).await, conflict);
    assert_eq!(request_ids(&kept, &minji, "other").await, ["r1"], "nothing is written over");

    let known = memory.read(&minji, "s").await.expect("memory answers").expect("known");
    let fork = revision::fork(&known, Some("r0")).expect("the turn is there");
    let (mine, anothers) = (right(&minji, "f", "one"), right(&minji, "f", "two"));
    assert_eq!(memory.begin(&mine, &fork, BEGIN).await, conflict, "never held");
    assert_eq!(memory.hold(&mine, false, RIGHT).await, Ok(true));
    assert_eq!(memory.begin(&anothers, &fork, BEGIN).await, conflict);
    assert_eq!(memory.erase(&minji).await, Ok(2));
    assert_eq!(memory.begin(&mine, &fork, BEGIN).await, conflict, "what was erased stays erased");
    assert!(listed(&kept, &minji).await.is_empty());

    for n in 0..4 {
        kept.append(&minji, &format!("s{n}"), 0, turn("r", BEGIN + n)).await.expect("stored");
    }
    assert_eq!(forked(&kept, ("s3", "f"), Some("r"), BEGIN + HOUR).await, Ok(()));
    assert_eq!(listed(&kept, &minji).await, ["f", "s3", "s2"], "the oldest go first");
}

async fn a_deleted_turn_is_gone_from_everything(kept: Kept) {
    let (minji, memory) = (caller("minji"), kept.memory());
    for n in 0..3 {
        kept.append(&minji, "s", n, turn(&format!("r{n}"), BEGIN)).await.expect("stored");
    }
    assert_eq!(cut(&kept, "s", "r1").await, Ok(()));
    assert_eq!(request_ids(&kept, &minji, "s").await, ["r0", "r2"]);
    let seen = summary(&kept, "s").await;
    assert_eq!((seen.title.as_str(), seen.turns, seen.updated_at), ("질문 r0", 2, BEGIN));
    let known = memory.read(&minji, "s").await.expect("memory answers").expect("known");
    let late = right(&minji, "s", "late");
    assert_eq!(memory.hold(&late, false, RIGHT).await, Ok(true), "the right was given back");
    let other = revision::cut(&known, "r2").expect("the turn is there");
    let conflict = Err(MemoryError::VersionConflict);
    assert_eq!(memory.cut(&late, known.version - 1, &other).await, conflict, "of another version");
    let anothers = right(&minji, "s", "another");
    assert_eq!(memory.cut(&anothers, known.version, &other).await, conflict);
    memory.let_go(&late).await.expect("memory answers");

    assert_eq!(cut(&kept, "s", "r0").await, Ok(()));
    assert_eq!(summary(&kept, "s").await.title, "질문 r2", "its words are no title");
    assert_eq!(cut(&kept, "s", "r2").await, Ok(()));
    let seen = summary(&kept, "s").await;
    assert_eq!((seen.title.as_str(), seen.turns), ("", 0));
    let version = memory.read(&minji, "s").await.expect("memory answers").expect("known").version;
    let again = kept.append(&minji, "s", version, turn("r1", BEGIN + HOUR)).await;
    assert_eq!(again, Ok(version + 1), "it goes on, and the request is a new one");
    assert_eq!(request_ids(&kept, &minji, "s").await, ["r1"]);
    assert_eq!(summary(&kept, "s").await.title, "질문 r1");
    // What is left counts no bytes of what is gone.
    let large = Turn { assistant: "x".repeat(1500), ..turn("r3", BEGIN + HOUR) };
    kept.append(&minji, "s", version + 1, large).await.expect("stored");
    assert_eq!(request_ids(&kept, &minji, "s").await, ["r1", "r3"]);
}

async fn a_digest_that_is_being_made_of_a_deleted_turn_is_not_taken(kept: Kept) {
    let (minji, memory) = (caller("minji"), kept.memory());
    let digest = |epoch, until: &str| Digest {
        epoch,
        until: until.to_owned(),
        text: format!("요약 {epoch}"),
    };
    let told = |digest| async move { memory.digest(&caller("minji"), "s", &digest).await };
    let kept_digest = async || {
        let known = memory.read(&minji, "s").await.expect("memory answers").expect("known");
        (known.epoch, known.session.digest)
    };
    for n in 0..3 {
        kept.append(&minji, "s", n, turn(&format!("r{n}"), BEGIN)).await.expect("stored");
    }
    assert_eq!(cut(&kept, "s", "r2").await, Ok(()));
    assert_eq!(told(digest(1, "r1")).await, Ok(false), "it was being made");
    assert_eq!(told(digest(2, "r0")).await, Ok(true), "this one is made anew");
    assert_eq!(kept_digest().await, (2, Some(digest(2, "r0"))));

    // One that says nothing of the turn stays, and the next one is the next again.
    assert_eq!(forked(&kept, ("s", "f"), Some("r1"), BEGIN).await, Ok(()));
    assert_eq!(cut(&kept, "s", "r1").await, Ok(()));
    assert_eq!(kept_digest().await, (3, Some(digest(2, "r0"))));
    assert_eq!(cut(&kept, "s", "r0").await, Ok(()));
    assert_eq!(kept_digest().await, (4, None), "one that does goes with it");

    let fork = memory.read(&minji, "f").await.expect("memory answers").expect("known");
    assert_eq!(
        (fork.epoch, fork.session.digest),
        (2, Some(digest(2, "r0"))),
        "forks have their own"
    );
    assert_eq!(memory.digest(&minji, "f", &digest(3, "r1")).await, Ok(true));
}

async fn a_name_stays_until_it_is_taken_away(kept: Kept) {
    let (minji, memory) = (caller("minji"), kept.memory());
    assert_eq!(memory.rename(&minji, "s", Some("스택")).await, Ok(false), "there is none");
    assert_eq!(memory.read(&minji, "s").await, Ok(None), "and none is made");
    kept.append(&minji, "s", 0, turn("r0", BEGIN)).await.expect("stored");
    assert_eq!(memory.rename(&caller("jun"), "s", Some("theirs")).await, Ok(false));
    assert_eq!(memory.rename(&minji, "s", Some("스택 🙂")).await, Ok(true));
    kept.append(&minji, "s", 1, turn("r1", BEGIN)).await.expect("stored as before");
    assert_eq!(summary(&kept, "s").await.title, "스택 🙂");
    assert_eq!(cut(&kept, "s", "r0").await, Ok(()));
    assert_eq!(forked(&kept, ("s", "f"), None, BEGIN).await, Ok(()));
    for id in ["s", "f"] {
        assert_eq!(summary(&kept, id).await.title, "스택 🙂", "{id}");
        assert_eq!(memory.rename(&minji, id, None).await, Ok(true));
    }
    assert_eq!(summary(&kept, "s").await.title, "질문 r1");
    assert_eq!(summary(&kept, "f").await.title, "");
    let left = kept.expires_in(&minji, "s").await.expect("it expires").as_millis();
    assert!(left <= u128::from(DAY), "a name does not make it stay longer");
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

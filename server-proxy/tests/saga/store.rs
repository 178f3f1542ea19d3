//! The contract of where jobs are kept.

use std::time::Duration;

use codesaga_proxy::domain::ports::Caller;
use codesaga_proxy::domain::saga::machine::{Event, Outgoing, Progress, Saga};
use codesaga_proxy::domain::saga::store::{
    Commit, Known, Opened, Opening, SagaKey, SagaStore, TextPart,
};
use codesaga_proxy::outbound::redis_store::RedisStore;
use codesaga_proxy::outbound::saga_store_in_process::InProcessSagas;
use codesaga_proxy::outbound::saga_store_redis::RedisSagas;
use saga_protocol::generate::RecordType;
use saga_protocol::jobs::JobStage;
use tokio::time::timeout;

use crate::support::{Redis, RedisCluster};

const HOUR: Duration = Duration::from_secs(3600);
const LEASE: Duration = Duration::from_secs(60);
/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(20);

fn key(user: &str, id: &str) -> SagaKey {
    let caller = Caller { tenant: "팀:{a}".to_owned(), user: user.to_owned() };
    SagaKey { caller, id: id.to_owned() }
}

fn opening() -> Opening {
    Opening {
        saga: Saga::new(RecordType::Refactor, 3, 7),
        request: "hash".to_owned(),
        callers_jobs_max: 3,
        jobs_max: 5,
        due: Duration::ZERO,
        kept: HOUR,
    }
}

async fn open(kept: &dyn SagaStore, key: &SagaKey) -> Known {
    match kept.open(key, &opening()).await {
        Ok(Opened::There(known)) => *known,
        other => panic!("{other:?}"),
    }
}

async fn read(kept: &dyn SagaStore, key: &SagaKey) -> Known {
    kept.read(key).await.expect("it answers").expect("it is there")
}

fn change(known: &Known, fence: Option<u64>, event: &Event) -> Commit {
    let change = known.saga.after(event, 8).expect("it fits");
    Commit {
        version: known.version,
        fence,
        saga: change.saga,
        outgoing: change.outgoing,
        put: None,
        deleted: Vec::new(),
        kept: HOUR,
    }
}

/// Jobs that are due, each asked for once.
async fn due(kept: &dyn SagaStore) -> Vec<String> {
    let found = kept.due(9, HOUR).await.expect("it answers");
    let mut ids: Vec<_> = found.into_iter().map(|key| key.id).collect();
    ids.sort();
    ids
}

async fn keeps_its_promises(kept: &dyn SagaStore) {
    let (one, two, third) = (key("minji", "one"), key("minji", "two"), key("minji", "three"));
    assert_eq!(kept.read(&one).await, Ok(None));
    assert_eq!(kept.take(&one, LEASE).await, Ok(None), "there is none");
    let known = open(kept, &one).await;
    assert_eq!((known.version, known.saga.stage), (1, JobStage::Waiting));

    changes_are_whole(kept, &one, &known).await;
    for stranger in [key("jun", "one"), key("minji", "one:")] {
        assert_eq!(kept.read(&stranger).await, Ok(None));
        assert_eq!(kept.text(&stranger, TextPart::Before).await, Ok(None));
    }
    let fence = one_has_it_at_a_time(kept, &one).await;

    // What nobody has is due, for one asker; what is held is not.
    open(kept, &two).await;
    assert_eq!(due(kept).await, ["two"]);
    assert_eq!(due(kept).await, [""; 0]);
    kept.let_go(&one, fence, Duration::ZERO).await.expect("given back");
    kept.settle(&one).await.expect("asked");
    assert_eq!(due(kept).await, ["one"], "it is not ended");

    // Whoever waits hears of a change, and somebody is called for.
    let known = read(kept, &one).await;
    let call_off = change(&known, None, &Event::CancelWanted);
    let waiting = kept.changed(&one, known.version, PATIENCE * 2);
    let changing = async { kept.commit(&one, &call_off).await.expect("it answers") };
    let (heard, _) = tokio::join!(timeout(PATIENCE, waiting), changing);
    heard.expect("in time");
    timeout(PATIENCE, kept.changed(&one, 1, PATIENCE * 2)).await.expect("at once");
    assert_eq!(due(kept).await, ["one"]);

    // Three of a caller, five of all.
    open(kept, &third).await;
    let fourth = key("minji", "four");
    assert_eq!(kept.open(&fourth, &opening()).await, Ok(Opened::CallerFull));
    open(kept, &third).await;
    for id in ["x", "y"] {
        open(kept, &key("jun", id)).await;
    }
    assert_eq!(kept.open(&key("sora", "z"), &opening()).await, Ok(Opened::Full));
    let standing = kept.standing(2).await.expect("it answers");
    assert_eq!((standing.by_stage.values().sum::<u64>(), standing.not_looked_at), (2, 3));

    leaves_room_when_it_is_over(kept, &one).await;
    open(kept, &fourth).await;

    // What is forgotten stays forgotten, whoever has it.
    let fence = kept.take(&third, LEASE).await.expect("it answers").expect("free");
    let known = read(kept, &third).await;
    let mut own = kept.of(&third.caller).await.expect("it answers");
    own.sort();
    assert_eq!(own, ["four", "one", "three", "two"]);
    kept.forget(&third).await.expect("forgotten");
    assert_eq!(kept.commit(&third, &change(&known, None, &Event::ContextStored)).await, Ok(None));
    assert_eq!(kept.keep(&third, fence, LEASE).await, Ok(None));
    assert_eq!(kept.read(&third).await, Ok(None));
    assert_eq!(kept.of(&third.caller).await.expect("it answers").len(), 3);
}

/// A change comes with its text and its messages, and is one of the version that was read.
async fn changes_are_whole(kept: &dyn SagaStore, one: &SagaKey, known: &Known) {
    let put = Some((TextPart::Before, "코드 🙂".to_owned()));
    let accepted = Commit { put, ..change(known, None, &Event::ContextStored) };
    assert_eq!(kept.commit(one, &accepted).await, Ok(Some(2)));
    assert_eq!(kept.commit(one, &accepted).await, Ok(None), "once");
    let known = read(kept, one).await;
    assert_eq!((known.version, known.saga.stage), (2, JobStage::ContextStored));
    assert_eq!(known, open(kept, one).await, "opened again it stays as it is");
    assert_eq!(kept.text(one, TextPart::Before).await, Ok(Some("코드 🙂".to_owned())));
    assert_eq!(kept.text(one, TextPart::After).await, Ok(None));
    assert_eq!(kept.outbox(one).await, Ok(vec![(1, Outgoing::Drive)]));
    let standing = kept.standing(9).await.expect("it answers");
    assert_eq!((&standing.by_stage, standing.unsent), (&[(JobStage::ContextStored, 1)].into(), 1));
    kept.sent(one, 1).await.expect("marked");
    assert_eq!(kept.outbox(one).await, Ok(vec![]));
    let standing = kept.standing(9).await.expect("it answers");
    assert_eq!((standing.unsent, standing.unsent_for), (0, Duration::ZERO));
}

/// Who has lost it changes nothing; gives the token of who has it.
async fn one_has_it_at_a_time(kept: &dyn SagaStore, one: &SagaKey) -> u64 {
    let first = kept.take(one, LEASE).await.expect("it answers").expect("free");
    assert_eq!(kept.take(one, LEASE).await, Ok(None));
    assert_eq!(kept.keep(one, first, LEASE).await, Ok(Some(2)));
    kept.let_go(one, first, Duration::ZERO).await.expect("given back");
    let second = kept.take(one, LEASE).await.expect("it answers").expect("free again");
    assert!(second > first);
    assert_eq!(kept.keep(one, first, LEASE).await, Ok(None));
    kept.let_go(one, first, Duration::ZERO).await.expect("not its own any more");
    assert_eq!(kept.take(one, LEASE).await, Ok(None));
    let known = read(kept, one).await;
    let begun = |fence| change(&known, Some(fence), &Event::Worker(fence, Progress::Begun));
    assert_eq!(kept.commit(one, &begun(first)).await, Ok(None));
    assert_eq!(kept.commit(one, &begun(second)).await, Ok(Some(3)));
    second
}

/// Once it has nothing more to say.
async fn leaves_room_when_it_is_over(kept: &dyn SagaStore, one: &SagaKey) {
    let fence = kept.take(one, LEASE).await.expect("it answers").expect("free");
    let mut known = read(kept, one).await;
    while !known.saga.stage.is_end() {
        let undo = *known.saga.undo.last().expect("something to undo");
        let undone = Event::Worker(fence, Progress::Undone(undo));
        let deleted = vec![TextPart::Before];
        let undone = Commit { deleted, ..change(&known, Some(fence), &undone) };
        assert!(kept.commit(one, &undone).await.expect("it answers").is_some());
        known = read(kept, one).await;
    }
    assert_eq!(kept.text(one, TextPart::Before).await, Ok(None));
    kept.let_go(one, fence, Duration::ZERO).await.expect("given back");
    kept.settle(one).await.expect("asked");
    assert!(due(kept).await.contains(&"one".to_owned()), "it has something to say");
    for (number, _) in kept.outbox(one).await.expect("it answers") {
        kept.sent(one, number).await.expect("marked");
    }
    kept.settle(one).await.expect("asked");
}

pub(crate) fn in_redis_at(url: &str) -> RedisSagas {
    // On a busy machine a store that is well takes longer than a user should wait for it.
    RedisSagas::new(RedisStore::new(url, Duration::from_secs(5)).expect("an address"))
}

#[tokio::test]
async fn in_process() {
    keeps_its_promises(&InProcessSagas::new(|| 1_800_000_000_000)).await;
}

#[tokio::test]
async fn in_redis() {
    let server = Redis::start().await;
    keeps_its_promises(&in_redis_at(&server.url())).await;
}

#[tokio::test]
async fn in_a_cluster() {
    let servers = RedisCluster::start().await;
    keeps_its_promises(&in_redis_at(&servers.url())).await;
}

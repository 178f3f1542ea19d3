use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;

use super::*;

impl Part for u32 {
    fn ends(&self) -> Option<End> {
        match self {
            0 => Some(End::Kept),
            99 => Some(End::Forgotten),
            _ => None,
        }
    }
}

const LIMITS: RepeatLimits =
    RepeatLimits { answers_max: 3, callers_answers_max: 2, kept_time: Duration::from_secs(600) };

fn caller(user: &str) -> Caller {
    Caller { tenant: "team".to_owned(), user: user.to_owned() }
}

fn body(text: &str) -> blake3::Hash {
    blake3::hash(text.as_bytes())
}

/// An answer that is told part by part; closed when nobody reads it any more.
fn told(name: &str) -> (Followed<u32>, mpsc::UnboundedSender<u32>) {
    let (tell, mut parts) = mpsc::unbounded_channel();
    let parts = futures_util::stream::poll_fn(move |cx| parts.poll_recv(cx)).boxed();
    (Followed { name: name.to_owned(), parts }, tell)
}

fn never() -> Followed<u32> {
    panic!("there is an answer already")
}

fn done(name: &str) -> Followed<u32> {
    Followed { name: name.to_owned(), parts: futures_util::stream::iter([7, 0]).boxed() }
}

async fn read(followed: Result<Followed<u32>, OtherRequest>) -> Vec<u32> {
    followed.expect("the same request").parts.collect().await
}

#[tokio::test]
async fn the_second_follows_the_first_from_its_beginning() {
    let repeats = Repeats::new(LIMITS);
    let (minji, (answer, tell)) = (caller("minji"), told("one"));
    let mut first = repeats.follow(&minji, "k", body("a"), || answer).expect("new").parts;
    tell.send(1).expect("it is read");
    assert_eq!(first.next().await, Some(1));
    let second = repeats.follow(&minji, "k", body("a"), never).expect("the same");
    assert_eq!(second.name, "one");
    let mut second = second.parts;
    assert_eq!(second.next().await, Some(1));
    // Whoever of the two is woken, the other gets it too; the first need not go on reading.
    let waiting = tokio::spawn(async move { (second.next().await, second.next().await) });
    assert!(first.next().now_or_never().is_none());
    tokio::task::yield_now().await;
    tell.send(2).expect("it is read");
    tell.send(0).expect("it is read");
    assert_eq!(waiting.await.expect("no panic"), (Some(2), Some(0)));
    assert_eq!(first.collect::<Vec<_>>().await, [2, 0]);
    assert_eq!(read(repeats.follow(&minji, "k", body("a"), never)).await, [1, 2, 0], "kept");
}

#[tokio::test]
async fn another_request_with_the_key_is_told_so() {
    let repeats = Repeats::new(LIMITS);
    let minji = caller("minji");
    let (answer, _tell) = told("one");
    let _running = repeats.follow(&minji, "k", body("a"), || answer).expect("new");
    assert_eq!(repeats.follow(&minji, "k", body("b"), never).err(), Some(OtherRequest));
    assert_eq!(read(repeats.follow(&minji, "l", body("b"), || done("two"))).await, [7, 0]);
    assert_eq!(repeats.follow(&minji, "l", body("a"), never).err(), Some(OtherRequest));
    // The key is one's own.
    assert_eq!(read(repeats.follow(&caller("jun"), "k", body("b"), || done("x"))).await, [7, 0]);
}

#[tokio::test]
async fn p1_when_the_last_reader_has_left_the_answer_is_dropped() {
    let repeats = Repeats::new(LIMITS);
    let (minji, (answer, tell)) = (caller("minji"), told("one"));
    let first = repeats.follow(&minji, "k", body("a"), || answer).expect("new");
    let second = repeats.follow(&minji, "k", body("a"), never).expect("the same");
    drop(first);
    assert!(!tell.is_closed(), "one still reads");
    drop(second);
    assert!(tell.is_closed());
    assert_eq!(read(repeats.follow(&minji, "k", body("a"), || done("again"))).await, [7, 0]);
}

#[tokio::test]
async fn what_failed_is_asked_again() {
    let repeats = Repeats::new(LIMITS);
    let minji = caller("minji");
    let failing =
        || Followed { name: "f".to_owned(), parts: futures_util::stream::iter([1, 99]).boxed() };
    assert_eq!(read(repeats.follow(&minji, "k", body("a"), failing)).await, [1, 99]);
    let silent =
        || Followed { name: "s".to_owned(), parts: futures_util::stream::iter([1]).boxed() };
    assert_eq!(read(repeats.follow(&minji, "k", body("a"), silent)).await, [1]);
    assert_eq!(read(repeats.follow(&minji, "k", body("a"), || done("again"))).await, [7, 0]);
}

#[tokio::test(start_paused = true)]
async fn answers_are_kept_for_a_time_and_within_limits() {
    let repeats = Repeats::new(LIMITS);
    let (minji, jun) = (caller("minji"), caller("jun"));
    for key in ["a", "b", "c"] {
        read(repeats.follow(&minji, key, body(key), || done(key))).await;
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    assert_eq!(repeats.entries.lock().len(), 2, "the caller's own limit");
    read(repeats.follow(&jun, "a", body("a"), || done("a"))).await;
    read(repeats.follow(&jun, "b", body("b"), || done("b"))).await;
    assert_eq!(repeats.entries.lock().len(), 3, "everybody's limit");
    assert_eq!(read(repeats.follow(&jun, "b", body("b"), never)).await, [7, 0]);
    repeats.forget(&jun);
    assert!(repeats.entries.lock().keys().all(|(caller, _)| *caller == minji));
    tokio::time::advance(LIMITS.kept_time).await;
    let again = repeats.follow(&minji, "c", body("other"), || done("again")).expect("it is over");
    assert_eq!(again.name, "again");
}

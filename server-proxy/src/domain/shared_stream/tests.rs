//! Whatever the interleaving of joins, leaves, reads and pieces.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream;
use proptest::prelude::*;
use tokio::sync::mpsc;

use super::*;

#[derive(Clone, Debug)]
enum Event {
    Join,
    Leave(usize),
    Read(usize),
    Say(String),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => Just(Event::Join),
        1 => any::<prop::sample::Index>().prop_map(|at| Event::Leave(at.index(64))),
        6 => any::<prop::sample::Index>().prop_map(|at| Event::Read(at.index(64))),
        4 => "[a-z가-힣🙂]{1,4}".prop_map(Event::Say),
    ]
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A reader, what it has read, and whether it waits to be woken.
struct Member {
    reader: Reader,
    read: String,
    ends: usize,
    waits: bool,
    woken: Arc<Flag>,
}

impl Member {
    fn new(reader: Reader) -> Self {
        Self { reader, read: String::new(), ends: 0, waits: false, woken: Arc::default() }
    }

    /// Reads one item; whether there was one.
    fn read(&mut self) -> bool {
        self.woken.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.woken));
        match self.reader.poll_next_unpin(&mut Context::from_waker(&waker)) {
            Poll::Pending => {
                self.waits = true;
                false
            }
            Poll::Ready(item) => {
                self.waits = false;
                match item {
                    Some(Ok(Piece::Text(text))) => self.read.push_str(&text),
                    Some(_) => self.ends += 1,
                    None => return false,
                }
                true
            }
        }
    }

    fn check_woken(&self) {
        let is_woken = self.woken.0.load(Ordering::SeqCst);
        assert!(!self.waits || is_woken, "who waits is woken when there is something to read");
    }
}

/// An answer made of what is sent; whoever holds the sender sees whether anybody still reads.
fn source() -> (mpsc::UnboundedSender<Item>, BoxFuture<'static, Result<Answer, Failure>>) {
    let (say, said) = mpsc::unbounded_channel::<Item>();
    let answer = stream::unfold(said, async |mut said| Some((said.recv().await?, said)));
    (say, async move { Ok(answer.boxed()) }.boxed())
}

fn done() -> Item {
    Ok(Piece::Done { finish_reason: "stop".to_owned(), usage: None })
}

proptest! {
    #[test]
    fn every_reader_sees_the_same_bytes_and_one_end(
        events in prop::collection::vec(event(), 0..80),
        fails in any::<bool>(),
    ) {
        let (say, asking) = source();
        let (shared, first) = SharedStream::begin(asking, usize::MAX, None);
        let mut members = vec![Member::new(first)];
        let mut whole = String::new();
        for event in events {
            match event {
                Event::Join => {
                    let joined = shared.join(|_| true);
                    assert_eq!(joined.is_some(), !members.is_empty(), "open while somebody reads");
                    members.extend(joined.map(Member::new));
                }
                Event::Leave(at) if !members.is_empty() => {
                    let at = at % members.len();
                    members.remove(at);
                    assert_eq!(say.is_closed(), members.is_empty(), "let go with the last one");
                }
                Event::Read(at) if !members.is_empty() => {
                    let at = at % members.len();
                    members[at].read();
                }
                Event::Say(text) if !members.is_empty() => {
                    whole.push_str(&text);
                    say.send(Ok(Piece::Text(text))).expect("somebody reads");
                    members.iter().for_each(Member::check_woken);
                }
                _ => {}
            }
            for member in &members {
                assert!(whole.starts_with(&member.read), "everybody reads from the beginning");
            }
        }
        if !members.is_empty() {
            let lost = Err(Failure::new(FailureCode::UpstreamFailed, "lost"));
            say.send(if fails { lost } else { done() }).expect("somebody reads");
            members.iter().for_each(Member::check_woken);
        }
        for member in &mut members {
            while member.read() {}
            assert_eq!(member.read, whole);
            assert_eq!(member.ends, 1);
        }
        assert!(members.is_empty() || shared.join(|_| true).is_none(), "an end is not joined");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_on_several_threads_read_the_same() {
    for round in 0..20 {
        let (say, asking) = source();
        let (shared, first) = SharedStream::begin(asking, usize::MAX, None);
        let joined: Vec<_> = (0..7).filter_map(|_| shared.join(|_| true)).collect();
        let readers: Vec<_> = joined
            .into_iter()
            .chain([first])
            .map(|reader| tokio::spawn(reader.collect::<Vec<_>>()))
            .collect();
        let mut whole = Vec::new();
        for number in 0..200 {
            let piece = Ok(Piece::Text(format!("{round}.{number} ")));
            whole.push(piece.clone());
            say.send(piece).expect("somebody reads");
            if number % 16 == 0 {
                tokio::task::yield_now().await;
            }
        }
        whole.push(done());
        say.send(done()).expect("somebody reads");
        for reader in readers {
            assert_eq!(reader.await.expect("no panic"), whole);
        }
    }
}

#[tokio::test]
async fn what_is_kept_is_bounded_and_who_is_too_far_behind_is_given_up() {
    let (say, asking) = source();
    let (shared, mut fast) = SharedStream::begin(asking, 1000, None);
    let slow = shared.join(|_| true).expect("it is open");
    for _ in 0..100 {
        say.send(Ok(Piece::Text("0123456789".to_owned()))).expect("somebody reads");
        fast.next().await.expect("a piece").expect("text");
        assert!(shared.state.lock().kept_bytes <= 1000);
    }
    assert!(!shared.is_open(), "the beginning is gone");
    let seen: Vec<_> = slow.collect().await;
    let failure = seen.last().expect("an end").clone().expect_err("a failure");
    assert_eq!((seen.len(), failure.code), (1, FailureCode::Timeout));
    say.send(done()).expect("somebody reads");
    assert_eq!(fast.next().await, Some(done()));
}

#[tokio::test]
async fn a_refusal_is_told_to_each() {
    let refused = Failure::new(FailureCode::UpstreamBusy, "busy");
    let refusal = refused.clone();
    let (shared, one) = SharedStream::begin(async { Err(refusal) }.boxed(), 1000, None);
    let two = shared.join(|has_begun| !has_begun).expect("it is open");
    assert_eq!(one.collect::<Vec<_>>().await, [Err(refused.clone())]);
    assert_eq!(two.collect::<Vec<_>>().await, [Err(refused)]);
}

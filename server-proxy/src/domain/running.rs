//! Answers that outlive the connection they were asked on.
//!
//! Such an answer runs in a task of its own and keeps what was said of it. One reader at a time
//! follows it; who comes later takes its place. When nobody reads for the grace time, the answer is
//! let go, which closes the connection to the model server. After its end it is kept for as long.
//!
//! Everything is found by the caller together with a name, so nobody meets an answer of another.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, stream};
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::domain::limits::Limits;
use crate::domain::ports::Caller;
use crate::domain::running_log::Log;
use crate::domain::said::{Numbered, Said};

type Key = (Caller, String);
type Table = Arc<Mutex<HashMap<Key, Arc<Run>>>>;

/// The answers that can be resumed. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct RunningAnswers {
    table: Table,
    limits: Limits,
}

/// One answer: what was said, and who listens.
struct Run {
    /// Of what was asked, so that the same name is not taken for another question.
    about: blake3::Hash,
    began: Instant,
    log: Mutex<Log>,
    pulse: watch::Sender<Pulse>,
}

/// What tasks that wait for this answer look at.
#[derive(Clone, Copy, Default)]
struct Pulse {
    said: u64,
    over: bool,
    called_off: bool,
    /// The number of the reader that follows it; 0 is nobody.
    reader: u64,
    readers: u64,
}

impl RunningAnswers {
    /// None yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { table: Table::default(), limits }
    }

    /// Starts an answer under that name, or joins it from its beginning when it runs already.
    ///
    /// # Errors
    /// `invalid_request` when the name belongs to another question, `rate_limited` when no more
    /// can be kept.
    pub fn start<S>(
        &self,
        caller: &Caller,
        name: &str,
        about: blake3::Hash,
        asking: impl Future<Output = Result<S, Failure>> + Send + 'static,
    ) -> Result<Reader, Failure>
    where
        S: Stream<Item = Said> + Send + 'static,
    {
        let key = (caller.clone(), name.to_owned());
        let mut table = self.table.lock();
        // What failed may be asked again.
        if let Some(run) = table.get(&key).filter(|run| !run.log.lock().has_failed()) {
            run.is_about(about)?;
            return Ok(Reader::of(run, 0));
        }
        self.make_room(&mut table, caller)?;
        let run = Arc::new(Run {
            about,
            began: Instant::now(),
            log: Mutex::default(),
            pulse: watch::Sender::new(Pulse::default()),
        });
        table.insert(key.clone(), Arc::clone(&run));
        drop(table);
        let reader = Reader::of(&run, 0);
        let course = Course { run, key, table: Arc::clone(&self.table), limits: self.limits };
        tokio::spawn(course.run(asking));
        Ok(reader)
    }

    /// Goes on reading an answer after so much of it; who read it before is sent away.
    ///
    /// # Errors
    /// `not_found` when the caller has no such answer (any more), `invalid_request` when the name
    /// belongs to another question or more is said to be known than was said.
    pub fn resume(
        &self,
        caller: &Caller,
        name: &str,
        about: Option<blake3::Hash>,
        after: u64,
    ) -> Result<Reader, Failure> {
        let run = self.find(caller, name).ok_or_else(gone)?;
        if let Some(about) = about {
            run.is_about(about)?;
        }
        let last = run.log.lock().last();
        if after > last {
            let message =
                format!("the answer has {last} events so far, so {after} cannot be known");
            return Err(Failure::new(FailureCode::InvalidRequest, message));
        }
        Ok(Reader::of(&run, after))
    }

    /// Calls an answer off: the model server is let go at once. False when there is none.
    pub fn cancel(&self, caller: &Caller, name: &str) -> bool {
        let run = self.find(caller, name);
        run.inspect(|run| run.pulse.send_modify(|pulse| pulse.called_off = true)).is_some()
    }

    /// Calls off and forgets whatever the caller has.
    pub fn cancel_all(&self, caller: &Caller) {
        self.table.lock().retain(|(owner, _), run| {
            let others = owner != caller;
            if !others {
                run.pulse.send_modify(|pulse| pulse.called_off = true);
            }
            others
        });
    }

    fn find(&self, caller: &Caller, name: &str) -> Option<Arc<Run>> {
        self.table.lock().get(&(caller.clone(), name.to_owned())).cloned()
    }

    /// Answers that are over make room for new ones, the oldest first.
    fn make_room(
        &self,
        table: &mut HashMap<Key, Arc<Run>>,
        caller: &Caller,
    ) -> Result<(), Failure> {
        let limits = &self.limits;
        let own = table.keys().filter(|(owner, _)| owner == caller).count();
        if own >= limits.caller_running_answers_max {
            forget_one(table, |owner| owner == caller)?;
        }
        if table.len() >= limits.running_answers_max {
            forget_one(table, |_| true)?;
        }
        Ok(())
    }
}

fn forget_one(
    table: &mut HashMap<Key, Arc<Run>>,
    of: impl Fn(&Caller) -> bool,
) -> Result<(), Failure> {
    let over = table.iter().filter(|((owner, _), run)| of(owner) && run.pulse.borrow().over);
    let oldest = over.min_by_key(|(_, run)| run.began).map(|(key, _)| key.clone());
    oldest.and_then(|key| table.remove(&key)).map(|_| ()).ok_or_else(|| Failure {
        code: FailureCode::RateLimited,
        message: "too many answers that can be resumed are running".to_owned(),
        retry_after_ms: Some(1000),
    })
}

fn gone() -> Failure {
    Failure::new(FailureCode::NotFound, "there is no answer with this name that could be resumed")
}

impl Run {
    fn is_about(&self, about: blake3::Hash) -> Result<(), Failure> {
        if self.about == about {
            return Ok(());
        }
        let message = "another question was asked under this name";
        Err(Failure::new(FailureCode::InvalidRequest, message))
    }

    fn say(&self, said: Said) {
        let mut log = self.log.lock();
        log.push(said);
        let (said, over) = (log.last(), log.is_over());
        drop(log);
        self.pulse.send_modify(|pulse| (pulse.said, pulse.over) = (said, over));
    }

    /// Returns once nobody has read for so long, or it was called off.
    async fn let_go(&self, grace: Duration) {
        let mut pulse = self.pulse.subscribe();
        loop {
            let Pulse { reader, called_off, .. } = *pulse.borrow_and_update();
            if called_off {
                return;
            }
            let nobody_comes = async {
                if reader != 0 {
                    std::future::pending::<()>().await;
                }
                sleep(grace).await;
            };
            // What is said meanwhile does not make the time begin anew.
            let somebody_moves = pulse.wait_for(|now| now.reader != reader || now.called_off);
            tokio::select! {
                () = nobody_comes => return,
                _ = somebody_moves => {}
            }
        }
    }
}

/// An answer on its way; dropped, it is over and forgotten.
struct Course {
    run: Arc<Run>,
    key: Key,
    table: Table,
    limits: Limits,
}

impl Course {
    async fn run<S>(self, asking: impl Future<Output = Result<S, Failure>> + Send)
    where
        S: Stream<Item = Said> + Send,
    {
        let grace = self.limits.resume_time_max;
        tokio::select! {
            biased;
            () = self.run.let_go(grace) => {
                self.run.say(Said::Cancelled);
                return;
            }
            () = self.follow(asking) => {}
        }
        self.run.let_go(grace).await;
    }

    async fn follow<S: Stream<Item = Said>>(
        &self,
        asking: impl Future<Output = Result<S, Failure>>,
    ) {
        match asking.await {
            Ok(answer) => {
                let mut answer = std::pin::pin!(answer);
                while let Some(said) = answer.next().await {
                    self.run.say(said);
                    if self.run.log.lock().bytes() > self.limits.running_answer_bytes_max {
                        let message = "the answer is longer than can be kept for resuming";
                        self.run.say(Said::Failed(Failure::new(FailureCode::TooLarge, message)));
                        return;
                    }
                }
            }
            Err(failure) => self.run.say(Said::Failed(failure)),
        }
    }
}

impl Drop for Course {
    fn drop(&mut self) {
        let message = "the answer ended before it was complete";
        self.run.say(Said::Failed(Failure::new(FailureCode::UpstreamIncomplete, message)));
        let mut table = self.table.lock();
        // The name may have been given to another one since.
        if table.get(&self.key).is_some_and(|run| Arc::ptr_eq(run, &self.run)) {
            table.remove(&self.key);
        }
    }
}

/// Follows an answer. Dropped, the grace time begins.
pub struct Reader {
    run: Arc<Run>,
    number: u64,
    known: u64,
    pulse: watch::Receiver<Pulse>,
    ended: bool,
}

impl Reader {
    fn of(run: &Arc<Run>, known: u64) -> Self {
        let mut number = 0;
        run.pulse.send_modify(|pulse| {
            pulse.readers += 1;
            pulse.reader = pulse.readers;
            number = pulse.readers;
        });
        Self { pulse: run.pulse.subscribe(), run: Arc::clone(run), number, known, ended: false }
    }

    /// What comes next; `None` after the end.
    pub async fn next(&mut self) -> Option<Numbered> {
        while !self.ended {
            let Pulse { reader: is_read_by, said, over, .. } = *self.pulse.borrow_and_update();
            if is_read_by != self.number {
                self.ended = true;
                let failure = Failure::new(
                    FailureCode::Superseded,
                    "the answer is read over another connection now",
                );
                return Some(Numbered { seq: self.known + 1, said: Said::Failed(failure) });
            }
            let next = self.run.log.lock().after(self.known);
            if let Some(next) = next {
                self.known = next.seq;
                self.ended = next.said.is_end();
                return Some(next);
            }
            // Who knows the end already hears nothing more.
            let knows_all = over && self.known >= said;
            self.ended = knows_all || self.pulse.changed().await.is_err();
        }
        None
    }

    /// Waits until something was said; what is first said is a failure when nothing was answered.
    ///
    /// # Errors
    /// That failure.
    pub async fn begun(mut self) -> Result<BoxStream<'static, Numbered>, Failure> {
        let first = self.next().await;
        match first {
            Some(Numbered { seq: 1, said: Said::Failed(failure) }) => Err(failure),
            first => Ok(stream::iter(first).chain(self.stream()).boxed()),
        }
    }

    /// All that is still to come.
    pub fn stream(self) -> BoxStream<'static, Numbered> {
        let next = |mut reader: Self| async move { Some((reader.next().await?, reader)) };
        stream::unfold(self, next).boxed()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.run.pulse.send_if_modified(|pulse| {
            let follows = pulse.reader == self.number;
            if follows {
                pulse.reader = 0;
            }
            follows
        });
    }
}

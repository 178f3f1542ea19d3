//! Who hears of every answer once it is over: counters, accounts, records.
//!
//! One place sees every answer, whichever call asked for it and however it ended. What is told is
//! numbers and names of models and callers, never a word of what was asked or answered.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use saga_domain::{Failure, FailureCode};
use saga_protocol::class::RequestClass;
use saga_protocol::openai::TokenUsage;
use tokio::time::Instant;

use crate::domain::admission::Bill;
use crate::domain::ports::{Answer, Caller, Piece};
use crate::domain::priority::{Priority, Task};
use crate::domain::request_mark::RequestMark;

/// Numbers the answers of this process.
static ANSWERS: AtomicU64 = AtomicU64::new(1);

/// Hears of answers.
pub trait Witness: Send + Sync {
    /// Somebody asks. The number is told again by [`Self::over`]; called on the answer's own way,
    /// as that is.
    fn asked(&self, _number: u64, _priority: &Priority) {}

    /// An answer is over. Called on the answer's own way, so it must return at once; what takes
    /// longer belongs into a task of its own.
    fn over(&self, life: &AnswerLife);
}

/// The life of one answer, told at its end.
#[derive(Clone, Debug)]
pub struct AnswerLife {
    /// Its number in this process.
    pub number: u64,
    /// The request it belongs to, where that is known.
    pub mark: Option<RequestMark>,
    /// Who asked.
    pub caller: Caller,
    /// What was asked for.
    pub task: Task,
    /// How urgent it was.
    pub class: RequestClass,
    /// The model's name, as the request or the server gave it.
    pub model: String,
    /// The model server's number in the order of preference; absent when none was reached.
    pub server: Option<usize>,
    /// Time until a model server's door was open; absent when it never was.
    pub waited: Option<Duration>,
    /// Time from the question to the first text; absent when none came.
    pub first_text: Option<Duration>,
    /// Time from the question to the end.
    pub total: Duration,
    /// Bytes of text that were asked.
    pub prompt_bytes: usize,
    /// Bytes of text that were answered.
    pub text_bytes: usize,
    /// Token counts; absent when the model server told none, as for an answer that was let go.
    pub usage: Option<TokenUsage>,
    /// Where it came from.
    pub origin: Origin,
    /// It is part of work that is charged as a whole, if it succeeds.
    pub is_charged_by_name: bool,
    /// How it ended.
    pub outcome: Outcome,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A model server was asked for it.
    Asked,
    /// It was read along with the same question of somebody else.
    Shared,
    /// It was finished a short while ago, and kept.
    Kept,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is complete.
    Done,
    /// It failed, before or after its first text.
    Failed(FailureCode),
    /// Nobody waits for it any more.
    Cancelled,
}

/// Notes what happens to an answer; tells it when the answer ends, or when this is dropped before.
pub(crate) struct Watch {
    witness: Arc<dyn Witness>,
    life: AnswerLife,
    began: Instant,
    bill: Option<Bill>,
    told: bool,
}

impl Watch {
    pub(crate) fn begin(witness: Arc<dyn Witness>, priority: &Priority, model: &str) -> Self {
        let number = ANSWERS.fetch_add(1, Ordering::Relaxed);
        witness.asked(number, priority);
        let life = AnswerLife {
            number,
            mark: RequestMark::current(),
            caller: priority.caller.clone(),
            task: priority.task,
            class: priority.class,
            model: model.to_owned(),
            server: None,
            waited: None,
            first_text: None,
            total: Duration::ZERO,
            prompt_bytes: 0,
            text_bytes: 0,
            usage: None,
            origin: Origin::Asked,
            is_charged_by_name: priority.is_charged_by_name,
            outcome: Outcome::Cancelled,
        };
        Self { witness, life, began: Instant::now(), bill: None, told: false }
    }

    /// No model server is asked for it.
    pub(crate) fn with_origin(mut self, origin: Origin) -> Self {
        self.life.origin = origin;
        self
    }

    /// The question has so much text.
    pub(crate) fn asking(mut self, prompt_bytes: usize) -> Self {
        self.life.prompt_bytes = prompt_bytes;
        self
    }

    /// A model server let it in, for a bill that is settled at its end where its door is in this process.
    pub(crate) fn entered(
        &mut self,
        server: usize,
        model: &str,
        waited: Duration,
        bill: Option<Bill>,
    ) {
        self.bill = bill;
        self.life.server = Some(server);
        self.life.waited = Some(waited);
        model.clone_into(&mut self.life.model);
    }

    /// It failed before anything was answered.
    pub(crate) fn refused(mut self, failure: Failure) -> Failure {
        self.end(Outcome::Failed(failure.code));
        failure
    }

    /// Watches the answer to its end.
    pub(crate) fn over(
        self,
        answer: impl Stream<Item = Result<Piece, Failure>> + Send + Unpin + 'static,
    ) -> Answer {
        Watched { answer, watch: self }.boxed()
    }

    fn see(&mut self, item: Option<&Result<Piece, Failure>>) {
        match item {
            Some(Ok(Piece::Queued { .. })) => {}
            Some(Ok(Piece::Text(text))) => {
                self.life.first_text.get_or_insert_with(|| self.began.elapsed());
                self.life.text_bytes += text.len();
            }
            Some(Ok(Piece::ToolCall(call))) => {
                self.life.first_text.get_or_insert_with(|| self.began.elapsed());
                self.life.text_bytes += call.function.arguments.len();
            }
            Some(Ok(Piece::Done { usage, .. })) => {
                self.life.usage = *usage;
                self.end(Outcome::Done);
            }
            Some(Err(failure)) => self.end(Outcome::Failed(failure.code)),
            None => self.end(Outcome::Failed(FailureCode::UpstreamIncomplete)),
        }
    }

    fn end(&mut self, outcome: Outcome) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        self.life.outcome = outcome;
        self.life.total = self.began.elapsed();
        if let Some(bill) = self.bill.take() {
            bill.settle(self.life.usage, self.life.text_bytes);
        }
        self.witness.over(&self.life);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end(Outcome::Cancelled);
    }
}

struct Watched<S> {
    answer: S,
    watch: Watch,
}

impl<S: Stream<Item = Result<Piece, Failure>> + Unpin> Stream for Watched<S> {
    type Item = Result<Piece, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.answer.poll_next_unpin(cx));
        self.watch.see(item.as_ref());
        Poll::Ready(item)
    }
}

/// Several witnesses as one.
#[derive(Clone, Default)]
pub struct Witnesses(pub Vec<Arc<dyn Witness>>);

impl Witness for Witnesses {
    fn asked(&self, number: u64, priority: &Priority) {
        for witness in &self.0 {
            witness.asked(number, priority);
        }
    }

    fn over(&self, life: &AnswerLife) {
        for witness in &self.0 {
            witness.over(life);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use parking_lot::Mutex;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Witness for Heard {
        fn over(&self, life: &AnswerLife) {
            let AnswerLife { task, text_bytes, usage, outcome, .. } = life;
            let tokens = usage.map(|usage| usage.total_tokens);
            let words = format!("{} {text_bytes} {tokens:?} {outcome:?}", task.name());
            self.0.lock().push(words);
        }
    }

    fn watch(heard: &Arc<Heard>) -> Watch {
        let caller = Caller { tenant: "team".to_owned(), user: "minji".to_owned() };
        let (priority, _) = Priority::new(caller, Task::Chat, RequestClass::Invoke, None);
        Watch::begin(heard.clone(), &priority, "m")
    }

    /// What is heard after `taken` pieces of an answer were read and the rest was let go.
    async fn check(items: Vec<Result<Piece, Failure>>, taken: usize, expected: &str) {
        let heard = Arc::new(Heard::default());
        let answer = watch(&heard).over(stream::iter(items));
        let _read: Vec<_> = answer.take(taken).collect().await;
        assert_eq!(*heard.0.lock(), [expected]);
    }

    fn text(text: &str) -> Result<Piece, Failure> {
        Ok(Piece::Text(text.to_owned()))
    }

    #[tokio::test]
    async fn every_answer_is_told_once_however_it_ends() {
        let usage = Some(TokenUsage { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 });
        let done = || Ok(Piece::Done { finish_reason: "stop".to_owned(), usage });
        let lost = || Err(Failure::new(FailureCode::UpstreamFailed, "lost"));
        check(vec![text("ab"), text("가"), done()], 9, "chat 5 Some(5) Done").await;
        check(vec![text("ab"), done()], 1, "chat 2 None Cancelled").await;
        check(vec![text("ab"), lost()], 9, "chat 2 None Failed(UpstreamFailed)").await;
        check(vec![], 9, "chat 0 None Failed(UpstreamIncomplete)").await;
    }

    #[test]
    fn a_refusal_and_a_question_that_was_given_up_are_told_too() {
        let heard = Arc::new(Heard::default());
        watch(&heard).refused(Failure::new(FailureCode::QueueFull, "full"));
        drop(watch(&heard));
        assert_eq!(*heard.0.lock(), ["chat 0 None Failed(QueueFull)", "chat 0 None Cancelled"]);
    }
}

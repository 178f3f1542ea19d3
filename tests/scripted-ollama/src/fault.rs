//! From an answer to the steps that play it, with the faults the script asks for.

use bytes::Bytes;

use crate::answer::Answer;
use crate::play::Step;
use crate::script::{End, Rule, ToolCall};

/// How one kind of endpoint writes an answer. Every text is complete with its line ends.
pub(crate) trait Dialect: Send + Sync {
    fn stream_type(&self) -> &'static str;
    fn piece(&self, position: usize, text: &str) -> String;
    /// A call of a tool, where they can be written.
    fn call(&self, _index: usize, _call: &ToolCall) -> String {
        String::new()
    }
    fn last(&self, answer: &Answer) -> String;
    fn error_line(&self, message: &str) -> String;
    fn whole(&self, answer: &Answer) -> String;
}

/// The steps of a streamed answer.
pub(crate) fn streamed(rule: &Rule, answer: &Answer, dialect: &dyn Dialect) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut burst = Vec::new();
    for (position, piece) in answer.pieces.iter().enumerate() {
        let line = dialect.piece(position, piece);
        if rule.burst {
            burst.extend_from_slice(line.as_bytes());
            continue;
        }
        if position > 0 && rule.hold_after == Some(position) {
            steps.push(Step::Hold);
        }
        let pause = rule.between_time();
        if position > 0 && !pause.is_zero() {
            steps.push(Step::Wait(pause));
        }
        send(&mut steps, line.into_bytes(), 1, rule.split_bytes);
    }
    if !burst.is_empty() {
        send(&mut steps, burst, answer.pieces.len(), rule.split_bytes);
    }
    for (index, call) in answer.tool_calls.iter().enumerate() {
        send(&mut steps, dialect.call(index, call).into_bytes(), 0, rule.split_bytes);
    }
    if rule.hold_after.is_some_and(|after| after > 0 && after >= answer.pieces.len()) {
        steps.push(Step::Hold);
    }
    end(&mut steps, rule, answer, dialect);
    steps
}

/// The steps of an answer in one JSON object, for the ends that do not refuse it.
pub(crate) fn at_once(rule: &Rule, answer: &Answer, dialect: &dyn Dialect) -> Vec<Step> {
    let mut steps = Vec::new();
    let whole = dialect.whole(answer).into_bytes();
    match rule.end {
        End::Cut => {
            let half = whole[..whole.len() / 2].to_vec();
            send(&mut steps, half, 0, rule.split_bytes);
            steps.push(Step::Cut);
        }
        End::Garbled => steps.push(Step::Send(garbled(), 0)),
        End::Hang => steps.push(Step::Hang),
        End::Silent => {}
        End::Done | End::ErrorLine(_) => {
            send(&mut steps, whole, answer.pieces.len(), rule.split_bytes);
        }
    }
    steps
}

fn end(steps: &mut Vec<Step>, rule: &Rule, answer: &Answer, dialect: &dyn Dialect) {
    match &rule.end {
        End::Done => send(steps, dialect.last(answer).into_bytes(), 0, rule.split_bytes),
        End::Silent => {}
        End::Hang => steps.push(Step::Hang),
        End::Cut => {
            let last = dialect.last(answer).into_bytes();
            send(steps, last[..last.len() / 2].to_vec(), 0, rule.split_bytes);
            steps.push(Step::Cut);
        }
        End::Garbled => {
            steps.push(Step::Send(garbled(), 0));
            steps.push(Step::Flush);
        }
        End::ErrorLine(message) => {
            send(steps, dialect.error_line(message).into_bytes(), 0, rule.split_bytes);
        }
    }
}

fn garbled() -> Bytes {
    Bytes::from_static(b"{\"model\":\"\xff\xfe\xf0\x28 this is not JSON\n")
}

fn send(steps: &mut Vec<Step>, bytes: Vec<u8>, pieces: usize, split: Option<usize>) {
    let bytes = Bytes::from(bytes);
    let size = split.unwrap_or(bytes.len()).max(1);
    let mut from = 0;
    while from < bytes.len() {
        let to = bytes.len().min(from + size);
        let complete = if to == bytes.len() { pieces } else { 0 };
        steps.push(Step::Send(bytes.slice(from..to), complete));
        steps.push(Step::Flush);
        from = to;
    }
}

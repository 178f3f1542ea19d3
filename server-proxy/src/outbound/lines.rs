//! Lines of a body that arrives in pieces cut anywhere, also inside a character.
//!
//! Both streaming formats are lines: NDJSON, and server-sent events whose data fits one line.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use futures_util::Stream;
use memchr::memchr;
use saga_domain::{Failure, FailureCode};

use crate::outbound::connections::AnswerBody;

/// Bytes of one line. Ollama's last line may hold a number for every token of the context.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Cuts bytes into lines.
#[derive(Debug, Default)]
pub(crate) struct LineCutter {
    /// The beginning of a line whose end has not come yet.
    begun: BytesMut,
    /// Came last, not cut yet.
    chunk: Bytes,
}

/// A line was longer than anything a model server sends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LineTooLong;

impl LineCutter {
    /// Takes more bytes; all lines of the ones before must have been taken out.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        self.chunk = chunk;
    }

    /// The next whole line, without its end.
    pub(crate) fn next_line(&mut self) -> Result<Option<Bytes>, LineTooLong> {
        let Some(end) = memchr(b'\n', &self.chunk) else {
            self.begun.extend_from_slice(&self.chunk);
            self.chunk.clear();
            return if self.begun.len() > LINE_BYTES_MAX { Err(LineTooLong) } else { Ok(None) };
        };
        let mut line = self.chunk.split_to(end);
        self.chunk.advance(1);
        if !self.begun.is_empty() {
            self.begun.extend_from_slice(&line);
            line = self.begun.split().freeze();
        }
        if line.last() == Some(&b'\r') {
            line.truncate(line.len() - 1);
        }
        Ok(Some(line))
    }

    /// What stands after the last line end, once nothing more comes.
    pub(crate) fn last_line(&mut self) -> Option<Bytes> {
        let rest = self.begun.split().freeze();
        (!rest.is_empty()).then_some(rest)
    }
}

/// The lines of a body, empty ones left out.
pub(crate) struct BodyLines {
    body: Option<AnswerBody>,
    cutter: LineCutter,
}

impl BodyLines {
    pub(crate) fn new(body: AnswerBody) -> Self {
        Self { body: Some(body), cutter: LineCutter::default() }
    }

    /// The answer has ended; its connection may serve the next one.
    pub(crate) fn ended(self) {
        if let Some(body) = self.body {
            body.ended();
        }
    }
}

impl Stream for BodyLines {
    type Item = Result<Bytes, Failure>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match this.cutter.next_line() {
                Ok(Some(line)) if line.is_empty() => continue,
                Ok(Some(line)) => return Poll::Ready(Some(Ok(line))),
                Ok(None) => {}
                Err(LineTooLong) => {
                    this.body = None;
                    return Poll::Ready(Some(Err(failed("the model server sent an endless line"))));
                }
            }
            let Some(body) = &mut this.body else {
                return Poll::Ready(this.cutter.last_line().map(Ok));
            };
            match body.poll_bytes(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(bytes))) => this.cutter.push(bytes),
                Poll::Ready(Some(Err(_broken))) => {
                    this.body = None;
                    return Poll::Ready(Some(Err(Failure::new(
                        FailureCode::UpstreamIncomplete,
                        "the connection to the model server broke in the middle of its answer",
                    ))));
                }
                Poll::Ready(None) => this.body = None,
            }
        }
    }
}

fn failed(message: &str) -> Failure {
    Failure::new(FailureCode::UpstreamFailed, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let mut cutter = LineCutter::default();
        let mut lines = Vec::new();
        let mut take = |line: Bytes| {
            lines.push(String::from_utf8(line.to_vec()).expect("a line is whole characters"));
        };
        for piece in pieces {
            cutter.push(Bytes::copy_from_slice(piece));
            while let Some(line) = cutter.next_line().expect("short lines") {
                take(line);
            }
        }
        cutter.last_line().into_iter().for_each(take);
        lines
    }

    #[test]
    fn p10_lines_are_the_same_wherever_the_bytes_are_split() {
        let text = "{\"response\":\"가나🙂\"}\r\n\n다\u{301}라\nlast".as_bytes();
        let whole = lines(&[text]);
        assert_eq!(whole, ["{\"response\":\"가나🙂\"}", "", "다\u{301}라", "last"]);
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let pieces = [&text[..first], &text[first..second], &text[second..]];
                assert_eq!(lines(&pieces), whole, "split at {first} and {second}");
            }
        }
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let mut cutter = LineCutter::default();
        cutter.push(Bytes::from(vec![b'x'; LINE_BYTES_MAX]));
        assert_eq!(cutter.next_line(), Ok(None));
        cutter.push(Bytes::from_static(b"xx"));
        assert_eq!(cutter.next_line(), Err(LineTooLong));
    }
}

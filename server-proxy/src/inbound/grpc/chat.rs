//! Messages of conversations over one call, one answered after the other. One more may wait while one
//! is answered; calling off is heard at any time.

use std::pin::Pin;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::{ChatContext, ChatRequest};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::{Status, Streaming};

use crate::domain::access::Identity;
use crate::domain::allowance::Place;
use crate::domain::said::Said;
use crate::domain::sockets::Seat;
use crate::drain::shutting_down;
use crate::inbound::error::ApiError;
use crate::inbound::grpc::records;
use crate::inbound::{AppState, talk};
use crate::rpc::v1::chat_reply::Part;
use crate::rpc::v1::chat_request::Ask;
use crate::rpc::{self, v1};

/// What is told to one who chats.
///
/// # Errors
/// When the caller chats too often at a time already.
pub(super) fn told(
    state: AppState,
    who: Identity,
    asked: Streaming<v1::ChatRequest>,
) -> Result<BoxStream<'static, Result<v1::ChatReply, Status>>, Failure> {
    // A call that stays open is what a WebSocket is.
    let seat = state.sockets.enter(&who.caller, state.limits.caller_sockets_max)?;
    let draining = Box::pin(state.drain.began());
    let chat =
        Chat { state, who, asked: Some(asked), next: None, answer: None, draining, _seat: seat };
    Ok(stream::unfold(Some(chat), |chat| async {
        let mut chat = chat?;
        let told = chat.next().await?;
        let goes_on = told.is_ok();
        let told = told.map(|part| v1::ChatReply { part: Some(part) });
        Some((told, goes_on.then_some(chat)))
    })
    .boxed())
}

struct Chat {
    state: AppState,
    who: Identity,
    /// Gone once the client says that nothing more comes.
    asked: Option<Streaming<v1::ChatRequest>>,
    next: Option<v1::ChatMessage>,
    answer: Option<BoxStream<'static, Part>>,
    draining: Pin<Box<WaitForCancellationFutureOwned>>,
    _seat: Seat,
}

impl Chat {
    async fn next(&mut self) -> Option<Result<Part, Status>> {
        loop {
            if self.answer.is_none() {
                let next = self.next.take();
                self.answer =
                    next.map(|message| answering(self.state.clone(), self.who.clone(), message));
            }
            if self.asked.is_none() && self.answer.is_none() {
                return None;
            }
            let Self { asked, answer, draining, .. } = self;
            tokio::select! {
                biased;
                ask = heard(asked), if asked.is_some() => match ask {
                    Ok(Some(ask)) => {
                        if let Some(part) = self.take(ask) {
                            return Some(Ok(part));
                        }
                    }
                    Ok(None) => self.asked = None,
                    Err(status) => return Some(Err(status)),
                },
                part = said(answer), if answer.is_some() => match part {
                    Some(part) => return Some(Ok(part)),
                    None => self.answer = None,
                },
                // One that says nothing does not keep the server from stopping.
                () = draining, if answer.is_none() => {
                    return Some(Err(rpc::status(&shutting_down())));
                }
            }
        }
    }

    /// Takes what the client asks; what is told of it at once.
    fn take(&mut self, ask: Option<Ask>) -> Option<Part> {
        match ask {
            Some(Ask::Message(message)) if self.next.is_none() => self.next = Some(message),
            Some(Ask::Message(_)) => {
                let message = "one message waits already; send the next when it is answered";
                return Some(failed(&Failure::new(FailureCode::SessionBusy, message)));
            }
            Some(Ask::Cancel(_)) => {
                let had_one = self.answer.take().is_some();
                return had_one.then_some(Part::Cancelled(v1::ChatCancelled {}));
            }
            None => {
                let message = "expected `message` or `cancel`";
                return Some(failed(&Failure::new(FailureCode::InvalidRequest, message)));
            }
        }
        None
    }
}

async fn heard(
    asked: &mut Option<Streaming<v1::ChatRequest>>,
) -> Result<Option<Option<Ask>>, Status> {
    match asked {
        Some(asked) => Ok(asked.message().await?.map(|request| request.ask)),
        None => Ok(None),
    }
}

async fn said(answer: &mut Option<BoxStream<'static, Part>>) -> Option<Part> {
    answer.as_mut()?.next().await
}

/// What is told of one message, to its end. Its place in flight is held until then.
fn answering(state: AppState, who: Identity, message: v1::ChatMessage) -> BoxStream<'static, Part> {
    let opened = async move {
        match open(&state, &who, message).await {
            Ok((said, place)) => said
                .map(move |part| {
                    let _until_it_ends = &place;
                    part
                })
                .boxed(),
            Err(failure) => stream::iter([failed(&failure)]).boxed(),
        }
    };
    stream::once(opened).flatten().boxed()
}

async fn open(
    state: &AppState,
    who: &Identity,
    message: v1::ChatMessage,
) -> Result<(BoxStream<'static, Part>, Option<Place>), Failure> {
    let allowed = state.allowance.begin(who).await.map_err(|refused| refused.failure)?;
    let request = ChatRequest {
        session: message.session,
        text: message.text,
        context: message.context.into_iter().map(context).collect(),
        model: message.model,
        request_id: message.request_id,
        resumable: false,
    };
    let answer = talk::open(state, who.caller.clone(), request, None).await;
    let answer = answer.map_err(ApiError::into_failure)?;
    Ok((answer.map(|numbered| part(numbered.said)).boxed(), allowed.place))
}

fn context(context: v1::ChatContext) -> ChatContext {
    ChatContext {
        path: context.path,
        language: context.language,
        start_line: context.start_line,
        end_line: context.end_line,
        text: context.text,
    }
}

fn part(said: Said) -> Part {
    match said {
        Said::Session(session) => Part::Session(session),
        Said::Queued(place) => Part::Queued(place),
        Said::Text(text) => Part::Text(text),
        Said::Done { finish_reason, usage } => Part::Done(v1::ChatDone {
            finish_reason,
            usage: usage.map(records::usage),
            ..v1::ChatDone::default()
        }),
        Said::TurnDone(done) => Part::Done(v1::ChatDone {
            request_id: done.request_id,
            finish_reason: done.finish_reason,
            usage: done.usage.map(records::usage),
            turns_left_out: done.turns_left_out,
            turns_digested: done.turns_digested,
            prompt: done.prompt,
            memory: done.memory,
        }),
        Said::Failed(failure) => failed(&failure),
        Said::Cancelled => Part::Cancelled(v1::ChatCancelled {}),
    }
}

fn failed(failure: &Failure) -> Part {
    Part::Failed(v1::ErrorDetail {
        code: failure.code.name().to_owned(),
        message: failure.message.clone(),
        retry_after_ms: failure.retry_after_ms,
    })
}

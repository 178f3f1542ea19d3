//! The conversations that the server remembers: listed, searched, read, renamed, forked, forgotten,
//! and what people think of their answers. How one goes on is the business of `chat`.

use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::{ForkRequest, QUERY_BYTES_MAX, Session, SessionList, SessionSummary};
use saga_protocol::feedback::{Feedback, FeedbackVerdict, REASON_CHARS_MAX, Verdict};

use crate::Engine;

/// What somebody thinks of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// The request that made the turn, as its `Done` names it.
    pub request: String,
    /// Whether it was good.
    pub is_good: bool,
    /// Why, in the user's words; blank is as good as absent.
    pub reason: Option<String>,
}

impl Engine {
    /// The conversations of this user, newest first; with a `query` those in whose name or text all
    /// of its words stand, and whether the search stopped before it had seen all.
    pub fn sessions(
        &self,
        query: Option<&str>,
    ) -> impl Future<Output = Result<SessionList, Failure>> + Send + 'static + use<> {
        let client = self.shared.client.clone();
        let query = query.map(|query| first_bytes(query.trim(), QUERY_BYTES_MAX).to_owned());
        let query = query.filter(|query| !query.is_empty());
        async move { client.sessions(query.as_deref()).await }
    }

    /// One conversation; `None` when there is none with that id.
    pub fn session(
        &self,
        id: &str,
    ) -> impl Future<Output = Result<Option<Session>, Failure>> + Send + 'static + use<> {
        let (client, id) = (self.shared.client.clone(), id.to_owned());
        async move { client.session(&id).await }
    }

    /// Gives a conversation a name, or with an empty one takes it away; `None` when there is no such
    /// conversation.
    pub fn rename_session(
        &self,
        id: &str,
        title: &str,
    ) -> impl Future<Output = Result<Option<SessionSummary>, Failure>> + Send + 'static + use<>
    {
        let client = self.shared.client.clone();
        let (id, title) = (id.to_owned(), title.to_owned());
        async move { client.rename_session(&id, &title).await }
    }

    /// A new conversation with the turns of this one up to that of the request `after`, or with none
    /// of them. This one stays as it is.
    pub fn fork_session(
        &self,
        id: &str,
        after: Option<&str>,
    ) -> impl Future<Output = Result<Session, Failure>> + Send + 'static + use<> {
        let (client, id) = (self.shared.client.clone(), id.to_owned());
        // Made here, so that the same fork sent again is the same conversation.
        let new_id = uuid::Uuid::new_v4().to_string();
        let fork = ForkRequest { after: after.map(str::to_owned), id: Some(new_id) };
        async move { client.fork_session(&id, &fork).await }
    }

    /// Forgets a message with its answer; false when there was none.
    pub fn delete_turn(
        &self,
        id: &str,
        request: &str,
    ) -> impl Future<Output = Result<bool, Failure>> + Send + 'static + use<> {
        let client = self.shared.client.clone();
        let (id, request) = (id.to_owned(), request.to_owned());
        async move { client.delete_turn(&id, &request).await }
    }

    /// Forgets a conversation; false when there was none.
    pub fn delete_session(
        &self,
        id: &str,
    ) -> impl Future<Output = Result<bool, Failure>> + Send + 'static + use<> {
        let (client, id) = (self.shared.client.clone(), id.to_owned());
        async move { client.delete_session(&id).await }
    }

    /// Tells the server what somebody thinks of an answer. The last word on one counts as said, the
    /// first as counted; an answer that is known no more is no error.
    pub fn judge(
        &self,
        opinion: Opinion,
    ) -> impl Future<Output = Result<(), Failure>> + Send + 'static + use<> {
        let client = self.shared.client.clone();
        async move { client.feedback(&report(opinion)?).await }
    }
}

fn report(opinion: Opinion) -> Result<Feedback, Failure> {
    let reason = opinion.reason.map(|reason| reason.trim().to_owned());
    let reason = reason.filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_CHARS_MAX) {
        return Err(Failure::new(
            FailureCode::TooLarge,
            format!("A reason may have {REASON_CHARS_MAX} characters."),
        ));
    }
    let verdict = if opinion.is_good { Verdict::ThumbsUp } else { Verdict::ThumbsDown };
    let said = FeedbackVerdict { request_id: opinion.request, verdict, reason };
    Ok(Feedback { verdicts: vec![said], ..Feedback::default() })
}

fn first_bytes(text: &str, bytes_max: usize) -> &str {
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

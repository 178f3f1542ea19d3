//! The calls about conversations that the server remembers.

use reqwest::{Method, Url};
use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::{ForkRequest, Session, SessionChange, SessionList, SessionSummary};

use crate::calls::Client;

/// Letters of an id.
const ID_CHARS_MAX: usize = 64;

impl Client {
    /// `GET /v1/sessions`: the caller's conversations, newest first; with a `query` those in whose
    /// name or text all of its words stand.
    ///
    /// # Errors
    /// `unsupported` when the server is not `codesaga-proxy`; else what it says.
    pub async fn sessions(&self, query: Option<&str>) -> Result<SessionList, Failure> {
        let mut url = self.address.at(&["v1", "sessions"]);
        if let Some(query) = query {
            url.query_pairs_mut().append_pair("q", query);
        }
        self.get(url).await.map_err(|failure| self.no_memory(failure))
    }

    /// `GET /v1/sessions/{id}`; `None` when there is none.
    ///
    /// # Errors
    /// What the server says, or that it cannot be reached.
    pub async fn session(&self, id: &str) -> Result<Option<Session>, Failure> {
        none_when_absent(self.get(self.session_at(id, &[])?).await)
    }

    /// `PATCH /v1/sessions/{id}`: gives a conversation a name, or with an empty one takes it away;
    /// `None` when there is no such conversation.
    ///
    /// # Errors
    /// `invalid_request` for a name that is too long; else what the server says, or that it cannot
    /// be reached.
    pub async fn rename_session(
        &self,
        id: &str,
        title: &str,
    ) -> Result<Option<SessionSummary>, Failure> {
        let change = SessionChange { title: title.to_owned() };
        let request = self.with_json(Method::PATCH, self.session_at(id, &[])?, &change)?;
        let response = self.send(request).await?;
        none_when_absent(self.json(response).await)
    }

    /// `POST /v1/sessions/{id}/fork`: a new conversation with the first turns of this one.
    ///
    /// # Errors
    /// `not_found` when there is no such conversation or turn; else what the server says, or that it
    /// cannot be reached.
    pub async fn fork_session(&self, id: &str, fork: &ForkRequest) -> Result<Session, Failure> {
        let request = self.with_json(Method::POST, self.session_at(id, &["fork"])?, fork)?;
        let response = self.send(request).await?;
        self.json(response).await
    }

    /// `DELETE /v1/sessions/{id}`; false when there was none.
    ///
    /// # Errors
    /// What the server says, or that it cannot be reached.
    pub async fn delete_session(&self, id: &str) -> Result<bool, Failure> {
        self.delete(self.session_at(id, &[])?).await
    }

    /// `DELETE /v1/sessions/{id}/turns/{request_id}`: forgets a message with its answer; false when
    /// there was none.
    ///
    /// # Errors
    /// `session_busy` while a message of the conversation is being answered; else what the server
    /// says, or that it cannot be reached.
    pub async fn delete_turn(&self, id: &str, request_id: &str) -> Result<bool, Failure> {
        check_id("request", request_id)?;
        self.delete(self.session_at(id, &["turns", request_id])?).await
    }

    async fn delete(&self, url: Url) -> Result<bool, Failure> {
        let response = self.send(self.transport.request(Method::DELETE, url)).await?;
        Ok(none_when_absent(self.accepted(response).await)?.is_some())
    }

    fn session_at(&self, id: &str, more: &[&str]) -> Result<Url, Failure> {
        check_id("session", id)?;
        Ok(self.address.at(&[&["v1", "sessions", id], more].concat()))
    }
}

/// An id must not lead to another call.
pub(crate) fn check_id(name: &str, id: &str) -> Result<(), Failure> {
    let fits = (1..=ID_CHARS_MAX).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if fits {
        return Ok(());
    }
    Err(Failure::new(
        FailureCode::InvalidRequest,
        format!("`{name}` must be 1 to {ID_CHARS_MAX} of the characters A-Z a-z 0-9 - _."),
    ))
}

fn none_when_absent<T>(found: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(failure) if failure.code == FailureCode::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

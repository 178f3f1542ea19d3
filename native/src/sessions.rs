//! Conversations that the server remembers, as TypeScript sees them.

use napi_derive::napi;
use saga_engine::Opinion;

use crate::types::ChatContext;

/// Conversations the server remembers.
#[napi(object, object_from_js = false)]
pub struct SessionList {
    /// The newest first.
    pub sessions: Vec<SessionSummary>,
    /// How many of the newest a search looked through when it stopped early; absent when it saw all.
    pub stopped_after: Option<u32>,
}

/// A conversation the server remembers.
#[napi(object, object_from_js = false)]
pub struct SessionSummary {
    /// Its id.
    pub id: String,
    /// The name it was given, else the beginning of its first message; empty before there is one.
    pub title: String,
    /// Turns held; a turn is one message and its answer.
    pub turns: u32,
    /// Unix milliseconds of the first turn.
    pub created_at: f64,
    /// Unix milliseconds of the last turn.
    pub updated_at: f64,
    /// Where its first turns come from; absent for one that began by itself.
    pub fork_of: Option<ForkOf>,
    /// Words around what was searched for; only in what a search found.
    pub excerpt: Option<String>,
}

/// The conversation that another one was forked from.
#[napi(object, object_from_js = false)]
pub struct ForkOf {
    /// Its id. It may be gone by now.
    pub session: String,
    /// The request of the last turn that was taken over; absent when none was.
    pub after: Option<String>,
}

/// A conversation with all that was said.
#[napi(object, object_from_js = false)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// The name it was given, else the beginning of its first message; empty before there is one.
    pub title: String,
    /// Unix milliseconds of the first turn.
    pub created_at: f64,
    /// Unix milliseconds of the last turn.
    pub updated_at: f64,
    /// Where its first turns come from; absent for one that began by itself.
    pub fork_of: Option<ForkOf>,
    /// What was said, oldest first.
    pub log: Vec<SessionTurn>,
}

/// One message and its answer.
#[napi(object, object_from_js = false)]
pub struct SessionTurn {
    /// The request that made it: names the turn in forks, feedback and deletion.
    pub request: String,
    /// What the user said.
    pub user: String,
    /// The code beside it.
    pub context: Vec<ChatContext>,
    /// What the model answered.
    pub assistant: String,
    /// Unix milliseconds.
    pub at: f64,
}

/// How a conversation is forked.
#[napi(object, object_to_js = false)]
pub struct Fork {
    /// The request of the last turn to take over; none is taken over when absent.
    pub after: Option<String>,
}

/// What the user thinks of an answer.
#[napi(object, object_to_js = false)]
pub struct Feedback {
    /// The request that made the turn.
    pub request: String,
    /// Good or bad.
    pub verdict: Thumb,
    /// Why, in the user's words; 1000 characters at most.
    pub reason: Option<String>,
}

/// Good or bad.
#[napi(string_enum = "lowercase")]
pub enum Thumb {
    /// Good.
    Up,
    /// Bad.
    Down,
}

pub(crate) fn opinion(feedback: Feedback) -> Opinion {
    Opinion {
        request: feedback.request,
        is_good: matches!(feedback.verdict, Thumb::Up),
        reason: feedback.reason,
    }
}

pub(crate) fn session_list(list: saga_engine::SessionList) -> SessionList {
    SessionList {
        sessions: list.sessions.into_iter().map(session_summary).collect(),
        stopped_after: list.stopped_after,
    }
}

pub(crate) fn session_summary(summary: saga_engine::SessionSummary) -> SessionSummary {
    SessionSummary {
        id: summary.id,
        title: summary.title,
        turns: summary.turns,
        created_at: summary.created_at as f64,
        updated_at: summary.updated_at as f64,
        fork_of: summary.fork_of.map(fork_of),
        excerpt: summary.excerpt,
    }
}

pub(crate) fn session(session: saga_engine::Session) -> Session {
    Session {
        id: session.summary.id,
        title: session.summary.title,
        created_at: session.summary.created_at as f64,
        updated_at: session.summary.updated_at as f64,
        fork_of: session.summary.fork_of.map(fork_of),
        log: session
            .log
            .into_iter()
            .map(|turn| SessionTurn {
                request: turn.request_id,
                user: turn.user,
                context: turn.context.into_iter().map(chat_context).collect(),
                assistant: turn.assistant,
                at: turn.at as f64,
            })
            .collect(),
    }
}

fn fork_of(fork: saga_engine::ForkOf) -> ForkOf {
    ForkOf { session: fork.session, after: fork.after }
}

fn chat_context(piece: saga_engine::ChatContext) -> ChatContext {
    ChatContext {
        path: piece.path,
        language: piece.language,
        start_line: piece.start_line,
        end_line: piece.end_line,
        text: piece.text,
    }
}

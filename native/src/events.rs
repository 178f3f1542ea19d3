//! The events of a reply, as TypeScript sees them.

use napi_derive::napi;

/// One event. After `done` or `failed` comes `null`; a cancelled reply gives `null` at once.
#[napi(discriminant = "kind", discriminant_case = "lowercase", object_from_js = false)]
pub enum ReplyEvent {
    /// The completion so far; the one with `final` is the last.
    Completion {
        /// The text so far, with the document's line ends.
        text: String,
        /// First UTF-16 unit it replaces, in the document as it was asked.
        start_offset: u32,
        /// One past the last one; equal to the start for a plain insertion.
        end_offset: u32,
        /// Whether nothing more comes.
        #[napi(js_name = "final")]
        last: bool,
    },
    /// A piece of prose.
    Text {
        /// More text.
        text: String,
    },
    /// The whole proposed edit so far; a later one replaces it.
    Edit {
        /// The version of the document that the offsets refer to.
        version: f64,
        /// The edits against that version, none overlapping, in the order of the text.
        edits: Vec<OffsetEdit>,
    },
    /// The request waits in the server's queue.
    Queued {
        /// Place in the queue; 1 is next.
        place: u32,
    },
    /// Something to know that does not end the answer.
    Warning {
        /// Stable, for the words to show: `new_syntax_errors`, `code_kept`, `shortened`, `truncated`,
        /// `memory_degraded`, `turns_left_out`, `turns_digested`, `secrets_hidden`, `reconnecting`.
        code: String,
        /// A sentence in English.
        message: String,
        /// How many turns or secrets it is about, where it counts something.
        count: Option<u32>,
    },
    /// The answer is complete.
    Done {
        /// Tokens of the prompt, as the server counted them.
        prompt_tokens: u32,
        /// Tokens of the answer, as the server counted them.
        completion_tokens: u32,
        /// Milliseconds from the request to the first piece of text.
        first_token_ms: u32,
        /// Milliseconds from the request to its end.
        total_ms: u32,
        /// Whether no request was sent.
        from_cache: bool,
        /// The conversation, for chat.
        session: Option<String>,
        /// The request that made the turn, for chat: names it in feedback, forks and deletion.
        request: Option<String>,
    },
    /// The answer failed.
    Failed {
        /// Stable, for the words to show.
        code: String,
        /// A sentence in English.
        message: String,
        /// When it makes sense to come back.
        retry_after_ms: Option<f64>,
    },
}

/// One piece of an edit.
#[napi(object, object_from_js = false)]
pub struct OffsetEdit {
    /// First UTF-16 unit that is replaced.
    pub start_offset: u32,
    /// One past the last one.
    pub end_offset: u32,
    /// What stands there afterwards, with the document's line ends.
    pub text: String,
}

//! What the domain needs of the world, a sentence each.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use saga_domain::{Failure, FimFamily, TemplateFamily};
use saga_protocol::chat::{Digest, Session, SessionSummary, Turn};
use saga_protocol::openai::{ChatMessage, JsonSchema, TokenUsage, Tool, ToolCallDelta, ToolChoice};

use crate::domain::limits::KeepAlive;
use crate::domain::revision::{Cut, Fork};

/// Somebody who answers prompts.
///
/// Every adapter keeps these promises: an answer is a stream that ends with exactly one
/// [`Piece::Done`] or one error, also when the model server ends silently; dropping the stream
/// closes the connection to the model server at once; pieces never split a character.
#[async_trait]
pub trait ModelServer: Send + Sync {
    /// The models it serves, asked afresh.
    async fn models(&self) -> Result<Vec<ServedModel>, Failure>;

    /// Begins an answer. An error here means that nothing was answered yet, so that another
    /// server may be tried.
    async fn answer(&self, call: &ModelCall) -> Result<Answer, Failure>;

    /// Brings the model into memory; returns when it is there.
    async fn load(&self, model: &str) -> Result<(), Failure>;

    /// The vectors of some texts, in their order.
    async fn embed(&self, call: &EmbedCall) -> Result<Embedded, Failure>;

    /// Lets the model generate one token, which proves that it can. It stays in memory for as long
    /// as before, which is `keep_alive`. False when it is not in memory, and then it stays so.
    async fn prove(&self, model: &str, keep_alive: KeepAlive) -> Result<bool, Failure>;

    /// What tells this server from others, now and after the settings changed; never shown to
    /// clients.
    fn name(&self) -> String;
}

/// A model as its server reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedModel {
    /// The name to ask for.
    pub name: String,
    /// `ollama` or `openai-compatible`.
    pub served_by: &'static str,
    /// Its chat template's family.
    pub template: TemplateFamily,
    /// Whether it fills a hole between prompt and suffix.
    pub fim: bool,
    /// What else it can do, as far as its server says.
    pub abilities: Abilities,
    /// The family of the control tokens by which it fills holes in a raw prompt, where its server
    /// could be asked.
    pub fim_family: Option<FimFamily>,
    /// What its server says identifies the model's file; empty when it says nothing.
    pub version: String,
    /// Tokens that prompt and answer may have together.
    pub context_tokens: u32,
}

/// What a model can do beside answering prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// It writes text; one that only makes vectors does not.
    pub writes: bool,
    /// It may be offered tools.
    pub tools: bool,
    /// It may be asked for vectors.
    pub embeds: bool,
}

/// One question to a model.
#[derive(Clone, Debug)]
pub struct ModelCall {
    /// The model's name on its server.
    pub model: String,
    /// What is asked.
    pub input: ModelInput,
    /// Tokens the answer may have; always sent.
    pub max_tokens: u32,
    /// 0 is greedy.
    pub temperature: Option<f32>,
    /// Nucleus sampling.
    pub top_p: Option<f32>,
    /// For repeatable sampling.
    pub seed: Option<i64>,
    /// Texts that end the answer.
    pub stop: Vec<String>,
    /// What few requests ask for.
    pub wishes: Wishes,
}

/// What few requests ask for; by default nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// From -2 to 2.
    pub presence_penalty: Option<f32>,
    /// From -2 to 2.
    pub frequency_penalty: Option<f32>,
    /// What form the answer must have.
    pub format: Option<AnswerFormat>,
    /// What the model may call; only in a conversation.
    pub tools: Vec<Tool>,
    /// Whether it must.
    pub tool_choice: Option<ToolChoice>,
}

/// The form of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerFormat {
    /// Some JSON object.
    Json,
    /// JSON that fits a schema.
    Schema(JsonSchema),
}

/// Texts whose vectors are wanted.
#[derive(Clone, Debug)]
pub struct EmbedCall {
    /// The model's name on its server.
    pub model: String,
    /// The texts.
    pub inputs: Vec<String>,
    /// Numbers a vector shall have; the model's own when absent.
    pub dimensions: Option<u32>,
}

/// The vectors of some texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// One for each text.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens of all texts; 0 when the server does not say.
    pub prompt_tokens: u32,
}

/// What is asked, by the way it is sent.
#[derive(Clone, Debug)]
pub enum ModelInput {
    /// Text that already holds the template's control tokens.
    Raw(String),
    /// A hole between two texts.
    Fim {
        /// Text before the hole.
        prompt: String,
        /// Text after the hole.
        suffix: String,
    },
    /// A conversation that the model server renders.
    Chat(Vec<ChatMessage>),
}

impl ModelInput {
    /// Bytes of all its texts.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Raw(prompt) => prompt.len(),
            Self::Fim { prompt, suffix } => prompt.len() + suffix.len(),
            Self::Chat(messages) => messages.iter().map(|message| message.content.len()).sum(),
        }
    }
}

/// The answer as it comes.
pub type Answer = BoxStream<'static, Result<Piece, Failure>>;

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The request waits; only before the first text.
    Queued {
        /// Its place; 1 is next.
        place: u32,
    },
    /// More text.
    Text(String),
    /// More of the call of a tool that the client offered.
    ToolCall(ToolCallDelta),
    /// The end.
    Done {
        /// `stop`, `length` or `tool_calls`.
        finish_reason: String,
        /// Token counts; absent when the model server did not tell.
        usage: Option<TokenUsage>,
    },
}

/// Whoever asks: always taken from the key, never from a request's body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The team.
    pub tenant: String,
    /// The person or the key's name.
    pub user: String,
}

/// Remembers conversations, each only for the caller who had it.
///
/// Every adapter keeps these promises: a turn is stored with its answer or not at all; the same
/// request id is stored once; a version that is not the expected one is refused, and so is who has
/// lost the right to write; limits of [`SessionLimits`] hold after every append, the oldest going
/// first; nothing of one caller is visible to another; what was deleted is not brought back by an
/// answer that was running.
#[async_trait]
pub trait SessionMemory: Send + Sync {
    /// The conversation, or `None` when there is none; with its version for [`Self::append`].
    async fn read(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<Option<VersionedSession>, MemoryError>;

    /// Takes the right to write, or keeps it, for so long; false while another holder has it, or
    /// when it was `held` and is lost.
    async fn hold(&self, right: &Right, held: bool, time: Duration) -> Result<bool, MemoryError>;

    /// Gives the right back.
    async fn let_go(&self, right: &Right) -> Result<(), MemoryError>;

    /// Adds a turn to the version that was read (0 for a new conversation); returns the new
    /// version. Only who has the right may.
    async fn append(
        &self,
        right: &Right,
        expected_version: u64,
        turn: Turn,
    ) -> Result<u64, MemoryError>;

    /// Begins the conversation that the right is for with turns of another one, at this time (Unix
    /// milliseconds); all of it or nothing. Refused when there is one already.
    async fn begin(&self, right: &Right, fork: &Fork, at: u64) -> Result<(), MemoryError>;

    /// Forgets a turn of the version that was read, and every digest that may say something of it,
    /// also one that is being made. Only who has the right may.
    async fn cut(&self, right: &Right, expected_version: u64, cut: &Cut)
    -> Result<(), MemoryError>;

    /// Gives a conversation a name, or takes it away; false when there is no such conversation.
    async fn rename(
        &self,
        caller: &Caller,
        id: &str,
        name: Option<&str>,
    ) -> Result<bool, MemoryError>;

    /// Swaps in the digest that stands for the oldest turns, if it is the next one and its last turn
    /// is one of this conversation; false when it was not taken.
    async fn digest(&self, caller: &Caller, id: &str, digest: &Digest)
    -> Result<bool, MemoryError>;

    /// The caller's conversations, newest first.
    async fn list(&self, caller: &Caller) -> Result<Vec<SessionSummary>, MemoryError>;

    /// Forgets a conversation, also one whose first answer is running; false when there was none.
    async fn delete(&self, caller: &Caller, id: &str) -> Result<bool, MemoryError>;

    /// Forgets everything of the caller's, also what is being answered; returns how many
    /// conversations there were.
    async fn erase(&self, caller: &Caller) -> Result<u64, MemoryError>;

    /// How it stands, as last seen; answers at once.
    fn state(&self) -> MemoryState;
}

/// The right to write one conversation, by whom it is held. Who has lost it can append no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// Whose conversation it is.
    pub caller: Caller,
    /// The conversation.
    pub session: String,
    /// One of its writers; never the same twice.
    pub holder: String,
}

/// How the memory of conversations stands; part of `/readyz`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryState {
    /// In this process: gone when it ends.
    InProcess,
    /// In a store that answers.
    Ok,
    /// In a store that does not answer: conversations go on without memory.
    Degraded,
}

impl MemoryState {
    /// The name used on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InProcess => "in_process",
            Self::Ok => "ok",
            Self::Degraded => "degraded",
        }
    }
}

/// A conversation and the version that the next append must name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionedSession {
    /// Counts changes of its turns.
    pub version: u64,
    /// Counts its digests, also those that were dropped; the next one is the one after.
    pub epoch: u64,
    /// The name it was given.
    pub name: Option<String>,
    /// What was said.
    pub session: Session,
}

/// Why memory could not serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemoryError {
    /// Somebody wrote in between, or the right to write is another's.
    VersionConflict,
    /// The store does not answer in time; the conversation goes on without memory.
    Unavailable,
}

/// How much is remembered.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Turns of one conversation.
    pub turns_max: usize,
    /// Bytes of one conversation's texts.
    pub session_bytes_max: usize,
    /// Conversations of one caller.
    pub sessions_max: usize,
    /// Time after the last turn until it is forgotten.
    pub idle_ttl: Duration,
    /// Time after the first turn until it is forgotten.
    pub age_max: Duration,
    /// Time for which the right to write is held without being kept.
    pub right_time: Duration,
}

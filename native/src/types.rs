//! What goes in and comes out, as TypeScript sees it. Offsets are UTF-16 code units, as in VS Code.

use std::collections::HashMap;

use napi_derive::napi;

/// Where the server is and how it is reached.
#[napi(object, object_to_js = false)]
pub struct EngineOptions {
    /// Address of `codesaga-proxy`, or of any OpenAI-compatible server, without `/v1`.
    pub server_url: String,
    /// Sent as `Authorization: Bearer …`.
    pub token: Option<String>,
    /// The model to ask; the server's default when absent or empty.
    pub model: Option<String>,
    /// The model for refactorings and fixes; `model` when absent or empty.
    pub edit_model: Option<String>,
    /// The model for conversations; `model` when absent or empty.
    pub chat_model: Option<String>,
    /// More headers for every request, for example for a gateway in between.
    pub headers: Option<HashMap<String, String>>,
    /// Certificates (PEM) trusted in addition to the system's.
    pub ca_pem: Option<String>,
    /// The proxy in between, such as `http://proxy.example:3128`; what the environment names when
    /// absent. A server on this machine is reached without one.
    pub proxy_url: Option<String>,
    /// Hosts that are reached without that proxy, as in `NO_PROXY`.
    pub no_proxy: Option<Vec<String>>,
    /// Milliseconds for the connection itself; 5,000 when absent.
    pub connect_timeout_ms: Option<f64>,
    /// Milliseconds until an answer begins; 120,000 when absent, since a model may be loading.
    pub first_byte_timeout_ms: Option<f64>,
    /// Milliseconds of silence inside an answer; 30,000 when absent.
    pub idle_timeout_ms: Option<f64>,
    /// Whether the server may be asked for what is likely to be wanted next, when it has nothing
    /// else to do; true when absent.
    pub background: Option<bool>,
}

/// A model that the server has.
#[napi(object, object_from_js = false)]
pub struct ServedModel {
    /// The name to ask for.
    pub name: String,
    /// Whether the server takes it when none is named.
    pub is_default: bool,
    /// Whether it writes text; a model for embeddings alone does not.
    pub writes: bool,
    /// Whether it fills holes; false when the server does not say.
    pub fim: bool,
    /// Tokens that prompt and answer may have together; absent when the server does not say.
    pub context_length: Option<u32>,
    /// The model's own name, when this name stands for it.
    pub stands_for: Option<String>,
}

/// A document with its whole text. Opening one that is open replaces it.
#[napi(object, object_to_js = false)]
pub struct OpenDocument {
    /// The editor's address of it; only a name here, never read from disk.
    pub uri: String,
    /// The editor's language id, for example `python`.
    pub language_id: String,
    /// The editor's version of this text.
    pub version: f64,
    /// The whole text, line ends as they are.
    pub text: String,
    /// The path shown to the model, relative to the workspace; taken from `uri` when absent.
    pub path: Option<String>,
}

/// What changed in a document.
#[napi(object, object_to_js = false)]
pub struct DocumentChange {
    /// The document.
    pub uri: String,
    /// Its version afterwards; larger than the one before.
    pub version: f64,
    /// The changes, applied one after another in this order, as VS Code reports them.
    pub changes: Vec<OffsetChange>,
}

/// One change: the text between two offsets is replaced.
#[napi(object, object_to_js = false)]
pub struct OffsetChange {
    /// First UTF-16 unit that is replaced.
    pub start_offset: f64,
    /// One past the last one.
    pub end_offset: f64,
    /// What stands there afterwards.
    pub text: String,
}

/// Why a completion is asked for.
#[napi(string_enum = "lowercase")]
pub enum Trigger {
    /// The user is typing: the engine may wait, and may show nothing.
    Automatic,
    /// The user asked by hand: the engine asks at once.
    Invoke,
}

/// Asks for the text that belongs at a cursor.
#[napi(object, object_to_js = false)]
pub struct CompleteRequest {
    /// The document.
    pub uri: String,
    /// The cursor.
    pub offset: f64,
    /// Why.
    pub trigger: Trigger,
    /// The choice in an open suggest widget, as the change that accepting it would be. The answer
    /// then begins with the choice, and its offsets cover what the choice replaces.
    pub selected: Option<OffsetChange>,
    /// For a notebook: the cells above, the topmost first. One that is not open is passed over.
    pub above: Option<Vec<String>>,
    /// Where nothing is wanted while typing.
    pub skip: Option<Skip>,
}

/// Places where nothing is completed while typing. Asked by hand, there is a completion everywhere.
#[napi(object, object_to_js = false)]
pub struct Skip {
    /// Nothing inside comments.
    pub comments: Option<bool>,
    /// Nothing inside strings.
    pub strings: Option<bool>,
}

/// Has the server read what a completion at a place would begin with.
#[napi(object, object_to_js = false)]
pub struct PrefillRequest {
    /// The document.
    pub uri: String,
    /// The cursor.
    pub offset: f64,
}

/// A message of a conversation.
#[napi(object, object_to_js = false)]
pub struct ChatMessage {
    /// The conversation: 1 to 64 of `A-Z a-z 0-9 - _`; the server makes one up when absent.
    pub session: Option<String>,
    /// What the user says.
    pub text: String,
    /// Code that belongs to the message.
    pub context: Option<Vec<ChatContext>>,
    /// The id it is asked under: 1 to 64 of `A-Z a-z 0-9 - _`; made up when absent. The same
    /// question under the same id is the same answer, from its beginning.
    pub request: Option<String>,
}

/// A piece of code beside a message.
#[napi(object)]
pub struct ChatContext {
    /// The path shown to the model.
    pub path: String,
    /// The editor's language id.
    pub language: String,
    /// First line, counted from 1; absent for a whole file.
    pub start_line: Option<u32>,
    /// Last line, counted from 1.
    pub end_line: Option<u32>,
    /// The text.
    pub text: String,
}

/// What can be expected of the server now. Asking never throws.
#[napi(discriminant = "kind", discriminant_case = "lowercase", object_from_js = false)]
pub enum ServerStatus {
    /// Requests are answered.
    Ready {
        /// The model that answers.
        model: String,
        /// Its chat template's family, such as `llama3`; `unknown` when not recognised.
        template: String,
        /// Whether it fills holes.
        fim: bool,
        /// Tokens that prompt and answer may have together.
        context_length: u32,
        /// Where conversations are kept: `ok`, `degraded`, `in_process`, or `none` when the server
        /// is not `codesaga-proxy` and has no chat.
        memory: String,
    },
    /// The model is being loaded.
    Loading {
        /// The model.
        model: String,
        /// For how long already.
        seconds: u32,
    },
    /// Nothing is answered, and why.
    Offline {
        /// Stable, for the words to show.
        code: String,
        /// A sentence in English.
        message: String,
    },
}

//! The table of calls.

use saga_protocol::chat::{
    ChatEvent, ChatRequest, ForkRequest, QUERY_BYTES_MAX, Session, SessionChange, SessionList,
    SessionSummary,
};
use saga_protocol::embeddings::{EmbeddingList, EmbeddingRequest};
use saga_protocol::feedback::Feedback;
use saga_protocol::generate::{GenerateRecord, GenerateRequest};
use saga_protocol::instances::InstanceList;
use saga_protocol::jobs::{Job, JobStep};
use saga_protocol::me::Erased;
use saga_protocol::models::{Model, ModelList};
use saga_protocol::openai::{
    ChatCompletion, ChatCompletionChunk, ChatCompletionRequest, Completion, CompletionRequest,
};
use saga_protocol::ready::Readiness;
use saga_protocol::records::{Record, RecordPage};
use saga_protocol::state::ServerState;
use serde_json::{Value, json};

use super::Schemas;
use crate::ops::metrics;

/// One call.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) key: Key,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    pub(super) status: u16,
    pub(super) answers: Vec<Answer>,
    /// What is said of one that is answered later.
    pub(super) accepted: Option<Value>,
}

/// What a caller has to show.
#[derive(Clone, Copy)]
pub(super) enum Key {
    None,
    Optional,
    Any,
    Scope(&'static str),
}

/// A parameter that is not part of the path.
pub(super) struct Parameter {
    pub(super) place: &'static str,
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) schema: Value,
}

/// The shape of a request's body.
pub(super) struct Body(pub(super) Value);

/// What an answer can be.
pub(super) enum Answer {
    Json(Value),
    Events(Value),
    Text(&'static str),
}

/// Pages with their parts, and MCP, which describes itself to those who speak it.
#[cfg(test)]
pub(super) fn is_no_call(route: &str) -> bool {
    matches!(route, "get /" | "get /docs" | "post /mcp") || route.starts_with("get /page/")
}

/// Every call, in the order in which a page shows them.
pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let mut all = models(schemas);
    all.extend(conversations(schemas));
    all.extend(records(schemas));
    all.extend(operation(schemas));
    all
}

fn models(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        Operation {
            key: Key::Scope("complete"),
            parameters: priority(),
            body: Some(Body(schemas.of::<CompletionRequest>())),
            answers: vec![
                Answer::Json(schemas.of::<Completion>()),
                Answer::Events(schemas.of::<Completion>()),
            ],
            ..post("/v1/completions", "complete", "Continue a prompt, as OpenAI documents it.")
        },
        Operation {
            key: Key::Scope("complete"),
            parameters: priority(),
            body: Some(Body(schemas.of::<CompletionRequest>())),
            answers: vec![
                Answer::Json(schemas.of::<ChatCompletion>()),
                Answer::Events(schemas.of::<ChatCompletionChunk>()),
            ],
            ..post("/v1/fim/completions", "fillIn", "Fill a hole, as Mistral documents it.")
        },
        Operation {
            key: Key::Scope("complete"),
            parameters: priority(),
            body: Some(Body(schemas.of::<CompletionRequest>())),
            answers: vec![
                Answer::Json(schemas.of::<ChatCompletion>()),
                Answer::Events(schemas.of::<ChatCompletionChunk>()),
            ],
            ..post("/v1/fim/completions", "completeHole", "Fill a hole; answered as a chat.")
        },
        Operation {
            key: Key::Scope("chat"),
            parameters: priority(),
            body: Some(Body(schemas.of::<ChatCompletionRequest>())),
            answers: vec![
                Answer::Json(schemas.of::<ChatCompletion>()),
                Answer::Events(schemas.of::<ChatCompletionChunk>()),
            ],
            ..post(
                "/v1/chat/completions",
                "completeChat",
                "Continue a conversation, as OpenAI documents it.",
            )
        },
        Operation {
            key: Key::Scope("complete"),
            body: Some(Body(schemas.of::<EmbeddingRequest>())),
            answers: vec![Answer::Json(schemas.of::<EmbeddingList>())],
            ..post("/v1/embeddings", "embed", "Vectors of texts, as OpenAI documents it.")
        },
        Operation {
            answers: vec![Answer::Json(schemas.of::<ModelList>())],
            ..get("/v1/models", "listModels", "The models that can be asked.")
        },
        Operation {
            answers: vec![Answer::Json(schemas.of::<Model>())],
            ..get("/v1/models/{id}", "getModel", "One model. Its name may hold slashes.")
        },
        Operation {
            answers: vec![Answer::Json(schemas.of::<InstanceList>())],
            ..get("/v1/instances", "listInstances", "Every model on every server, and how it does.")
        },
    ]
}

fn conversations(schemas: &mut Schemas) -> Vec<Operation> {
    let conversations = |operation| Operation { tag: "conversations", ..operation };
    vec![
        Operation {
            key: Key::Scope("chat"),
            body: Some(Body(schemas.of::<ChatRequest>())),
            answers: vec![Answer::Events(schemas.of::<ChatEvent>())],
            ..conversations(post("/v1/chat", "chat", "Say something in a remembered conversation."))
        },
        Operation {
            key: Key::Scope("chat"),
            method: "delete",
            status: 204,
            ..conversations(get(
                "/v1/chat/{request_id}",
                "cancelChat",
                "End an answer that would go on without its connection.",
            ))
        },
        Operation {
            key: Key::Scope("chat"),
            parameters: vec![Parameter {
                schema: json!({ "type": "string", "maxLength": QUERY_BYTES_MAX }),
                ..query("q", "Only those in whose name or text all of these words stand.")
            }],
            answers: vec![Answer::Json(schemas.of::<SessionList>())],
            ..conversations(get("/v1/sessions", "listSessions", "The caller's conversations."))
        },
        Operation {
            status: 101,
            ..conversations(get(
                "/v1/ws",
                "openSocket",
                "Upgrade to a WebSocket that carries completions and chat side by side. Its frames \
                 are JSON texts, described in docs/websocket.md.",
            ))
        },
        Operation {
            key: Key::Scope("chat"),
            answers: vec![Answer::Json(schemas.of::<Session>())],
            ..conversations(get("/v1/sessions/{id}", "getSession", "One conversation, whole."))
        },
        Operation {
            key: Key::Scope("chat"),
            method: "delete",
            status: 204,
            ..conversations(get("/v1/sessions/{id}", "deleteSession", "Forget a conversation."))
        },
        Operation {
            key: Key::Scope("chat"),
            method: "patch",
            body: Some(Body(schemas.of::<SessionChange>())),
            answers: vec![Answer::Json(schemas.of::<SessionSummary>())],
            ..conversations(get("/v1/sessions/{id}", "renameSession", "Give it a name."))
        },
        Operation {
            key: Key::Scope("chat"),
            body: Some(Body(schemas.of::<ForkRequest>())),
            status: 201,
            answers: vec![Answer::Json(schemas.of::<Session>())],
            ..conversations(post(
                "/v1/sessions/{id}/fork",
                "forkSession",
                "A new conversation with the first turns of this one.",
            ))
        },
        Operation {
            key: Key::Scope("chat"),
            method: "delete",
            status: 204,
            ..conversations(get(
                "/v1/sessions/{id}/turns/{request_id}",
                "deleteTurn",
                "Forget a message with its answer.",
            ))
        },
    ]
}

fn records(schemas: &mut Schemas) -> Vec<Operation> {
    let records = |operation| Operation { tag: "records", ..operation };
    vec![
        Operation {
            key: Key::Scope("complete"),
            parameters: vec![
                header("prefer", "`respond-async` makes it a job, unless it is a completion."),
                header("idempotency-key", "Sent again with it, the same request is answered once."),
            ],
            body: Some(Body(schemas.of::<GenerateRequest>())),
            answers: vec![
                Answer::Json(schemas.of::<GenerateRecord>()),
                Answer::Events(schemas.of::<ChatEvent>()),
            ],
            accepted: Some(schemas.of::<Job>()),
            ..records(post("/v1/generate", "generate", "One answer with a recorded life."))
        },
        Operation {
            key: Key::Scope("complete"),
            parameters: vec![header(
                "last-event-id",
                "The number of the last event that was seen.",
            )],
            answers: vec![
                Answer::Json(schemas.of::<Job>()),
                Answer::Events(schemas.of::<JobStep>()),
            ],
            ..records(get("/v1/generate/{id}", "getJob", "How a job stands, or its steps."))
        },
        Operation {
            key: Key::Scope("complete"),
            method: "delete",
            answers: vec![Answer::Json(schemas.of::<Job>())],
            ..records(get(
                "/v1/generate/{id}",
                "cancelJob",
                "Call a job off, unless it is too late.",
            ))
        },
        Operation {
            key: Key::Any,
            parameters: vec![
                query("record", "`codesaga` (the default) or `llama`."),
                query("type", "Only requests of this type."),
                query("status", "Only requests that stand so."),
                query("cursor", "Where the page before ended."),
                Parameter {
                    schema: json!({ "type": "integer", "minimum": 1, "maximum": 200 }),
                    ..query("limit", "Records of a page; 50 when absent.")
                },
            ],
            answers: vec![Answer::Json(schemas.of::<RecordPage>())],
            ..records(get("/v1/requests", "listRequests", "The caller's requests, newest first."))
        },
        Operation {
            answers: vec![Answer::Json(schemas.of::<Record>())],
            ..records(get("/v1/requests/{id}", "getRequest", "The record of a request."))
        },
        Operation {
            answers: vec![Answer::Json(json!({ "type": "object" }))],
            ..records(get("/v1/me", "exportMe", "Everything that is kept of the caller."))
        },
        Operation {
            method: "delete",
            answers: vec![Answer::Json(schemas.of::<Erased>())],
            ..records(get("/v1/me", "eraseMe", "Forget all of it."))
        },
        Operation {
            key: Key::Scope("complete` or `chat"),
            body: Some(Body(schemas.of::<Feedback>())),
            status: 204,
            ..records(post(
                "/v1/feedback",
                "sendFeedback",
                "What became of suggestions, in numbers.",
            ))
        },
    ]
}

fn operation(schemas: &mut Schemas) -> Vec<Operation> {
    let operation = |operation| Operation { tag: "operation", ..operation };
    vec![
        Operation {
            key: Key::None,
            answers: vec![Answer::Json(json!({ "type": "object" }))],
            ..operation(get("/healthz", "isAlive", "The process answers."))
        },
        Operation {
            key: Key::None,
            answers: vec![Answer::Json(schemas.of::<Readiness>())],
            ..operation(get(
                "/readyz",
                "isReady",
                "Whether a model answers, and if not, why: then with status 503.",
            ))
        },
        Operation {
            key: Key::Scope("admin"),
            answers: vec![Answer::Text(metrics::CONTENT_TYPE)],
            ..operation(get("/metrics", "readMetrics", "Counters and gauges for Prometheus."))
        },
        Operation {
            key: Key::Optional,
            answers: vec![Answer::Json(schemas.of::<ServerState>())],
            ..operation(get(
                "/v1/status",
                "getStatus",
                "How the server stands, as far as the caller may see it.",
            ))
        },
        Operation {
            key: Key::Scope("admin"),
            answers: vec![Answer::Json(schemas.of::<ServerState>())],
            ..operation(get(
                "/v1/admin/state",
                "getState",
                "How the server stands, with who uses it.",
            ))
        },
        Operation {
            key: Key::None,
            answers: vec![Answer::Json(json!({ "type": "object" }))],
            ..operation(get("/openapi.json", "describe", "This description."))
        },
    ]
}

fn get(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation {
        method: "get",
        path,
        id,
        tag: "models",
        summary,
        key: Key::Any,
        parameters: Vec::new(),
        body: None,
        status: 200,
        answers: Vec::new(),
        accepted: None,
    }
}

fn post(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation { method: "post", ..get(path, id, summary) }
}

fn header(name: &'static str, what: &'static str) -> Parameter {
    Parameter { place: "header", ..query(name, what) }
}

fn query(name: &'static str, what: &'static str) -> Parameter {
    Parameter { place: "query", name, what, schema: json!({ "type": "string" }) }
}

fn priority() -> Vec<Parameter> {
    vec![
        Parameter {
            place: "header",
            name: "x-codesaga-class",
            what: "How urgent it is; a person waits when absent.",
            schema: json!({ "type": "string", "enum": ["invoke", "automatic", "background"] }),
        },
        Parameter {
            place: "header",
            name: "x-codesaga-document",
            what: "The client's own name for the document that is completed.",
            schema: json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" }),
        },
    ]
}

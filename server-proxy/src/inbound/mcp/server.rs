//! What is answered to MCP's messages. Knows no transport.

use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData,
    Implementation, JsonObject, ListToolsResult, MetaObject, PaginatedRequestParams,
    ServerCapabilities, ServerConfig, Tool as Described,
};
use rmcp::service::{RequestContext, RoleServer};
use saga_domain::FailureCode;
use saga_protocol::error::ErrorDetail;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::domain::access::Identity;
use crate::inbound::mcp::answer::{self, Answer};
use crate::inbound::mcp::calls::{Caller, Calls, detail};
use crate::inbound::mcp::http::session_of;
use crate::inbound::mcp::progress::Progress;
use crate::inbound::mcp::running::{Named, Running, Tool as RunningTool};
use crate::inbound::mcp::search::search;
use crate::inbound::mcp::tools::{self, FOUND_DEFAULT, FOUND_MAX, Kind};

/// Where a refused tool's result has our code, beside the words.
const ERROR_META: &str = "codesaga/error";

/// Time for one tool, whatever the server does: longer than the wait for a model and the longest
/// answer together.
const TOOL_TIME_MAX: Duration = Duration::from_secs(30 * 60);

const INSTRUCTIONS: &str = "Tools of a team's own coding model, which runs on the team's server: \
    `generate` writes or changes code, `chat` holds a conversation that the server remembers, and \
    `search_context` finds what was said in earlier ones. A tool that fails says a stable code first.";

/// The tools, over calls to a server of ours. Cheap to clone.
#[derive(Clone)]
pub(crate) struct McpServer {
    calls: Arc<dyn Calls>,
    running: Running,
}

impl McpServer {
    pub(crate) fn new(calls: Arc<dyn Calls>) -> Self {
        Self { calls, running: Running::default() }
    }

    /// Those that came by HTTP.
    pub(super) fn running(&self) -> &Running {
        &self.running
    }

    /// Where a message of its own can call this tool off; over other transports `ct` does.
    fn begin(&self, context: &RequestContext<RoleServer>) -> Option<RunningTool> {
        let parts = context.extensions.get::<Parts>()?;
        let caller = parts.extensions.get::<Identity>()?.caller.clone();
        let session = session_of(&parts.headers)?.to_owned();
        Some(self.running.begin(Named { caller, session, request: context.id.clone() }))
    }
}

impl ServerHandler for McpServer {
    fn get_info(&self) -> ServerConfig {
        let server = Implementation::new("codesaga", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(server.with_title("CodeSaga"))
            .with_instructions(INSTRUCTIONS)
    }

    fn get_tool(&self, name: &str) -> Option<Described> {
        tools::named(name).map(tools::Tool::described)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::described()))
    }

    async fn call_tool(
        &self,
        asked: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let tool = tools::named(&asked.name)
            .ok_or_else(|| ErrorData::invalid_params("there is no tool of this name", None))?;
        let arguments = asked.arguments.unwrap_or_default();
        if let Err(error) = tool.check(&arguments) {
            return Ok(refused(&error).into());
        }
        let running = self.begin(&context);
        let called_off = async {
            match &running {
                Some(tool) => tool.called_off().await,
                None => std::future::pending().await,
            }
        };
        let caller = Caller { calls: self.calls.as_ref(), message: &context.extensions };
        let mut progress = Progress::of(&context);
        let outcome = tokio::select! {
            biased;
            () = context.ct.cancelled() => Err(cancelled()),
            () = called_off => Err(cancelled()),
            () = sleep(TOOL_TIME_MAX) => Err(detail(FailureCode::Timeout, "the answer takes too long")),
            outcome = run(tool.kind, &arguments, caller, &mut progress) => outcome,
        };
        Ok(outcome.unwrap_or_else(|error| refused(&error)).into())
    }
}

async fn run(
    kind: Kind,
    arguments: &JsonObject,
    caller: Caller<'_>,
    progress: &mut Progress,
) -> Result<CallToolResult, ErrorDetail> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    match kind {
        Kind::Generate => {
            let body = json!({
                "request_type": "refactor",
                "input": text("instruction"),
                "code_context": text("code").unwrap_or_default(),
                "language": text("language").unwrap_or_default(),
            });
            let events = caller.events("/v1/generate", &body).await?;
            let Answer { text, done, .. } = answer::read(events, progress).await?;
            let structured =
                json!({ "answer": text, "request_id": done["id"], "model": done["model"] });
            Ok(result(vec![ContentBlock::text(text)], structured))
        }
        Kind::Chat => {
            let mut body = json!({ "text": text("message") });
            if let Some(session) = text("session") {
                body["session"] = session.into();
            }
            let events = caller.events("/v1/chat", &body).await?;
            let Answer { text, session, done } = answer::read(events, progress).await?;
            let session = session.unwrap_or_default();
            let structured = json!({
                "answer": text,
                "session": session,
                "request_id": done["request_id"],
                "remembered": done["memory"] == "ok",
            });
            // Many clients show an agent the content alone.
            let note = format!("session: {session}");
            Ok(result(vec![ContentBlock::text(text), ContentBlock::text(note)], structured))
        }
        Kind::SearchContext => {
            let limit = arguments.get("limit").and_then(Value::as_u64).unwrap_or(FOUND_DEFAULT);
            let limit = usize::try_from(limit.min(FOUND_MAX)).unwrap_or(usize::MAX);
            let found = search(caller, text("query").unwrap_or_default(), limit).await?;
            Ok(CallToolResult::structured(found))
        }
    }
}

fn result(content: Vec<ContentBlock>, structured: Value) -> CallToolResult {
    let mut result = CallToolResult::success(content);
    result.structured_content = Some(structured);
    result
}

/// The code first, for people and agents; the whole error beside it, for programs.
fn refused(error: &ErrorDetail) -> CallToolResult {
    let words = format!("{}: {}", error.code, error.message);
    let mut meta = JsonObject::new();
    meta.insert(ERROR_META.to_owned(), json!(error));
    CallToolResult::error(vec![ContentBlock::text(words)]).with_meta(Some(MetaObject(meta)))
}

/// Nobody waits for it any more.
fn cancelled() -> ErrorDetail {
    let error = detail(FailureCode::InvalidRequest, "the client called it off");
    ErrorDetail { code: "cancelled".to_owned(), ..error }
}

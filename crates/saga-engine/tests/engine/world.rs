//! An engine, a scripted server that poses as `codesaga-proxy`, and documents from fixtures.

use std::fmt::Write as _;

use saga_domain::{ByteOffset, EditTask, Failure, ReplyEvent, Span, TextEdit, Trigger};
use saga_engine::{CompleteAsk, EditAsk, Engine, EngineOptions, EngineStats, NewDocument, Reply};
use saga_fixture::Fixture;
use scripted_ollama::{Kind, Options, Recorded, Rule, ScriptedOllama};
use serde_json::json;

/// Where raw prompts go.
pub(crate) const COMPLETIONS: &str = "/v1/completions";
/// Where conversations go.
pub(crate) const CHAT: &str = "/v1/chat/completions";

pub(crate) struct World {
    pub(crate) server: ScriptedOllama,
    pub(crate) engine: Engine,
    uri: String,
    cursor: ByteOffset,
    selection: Span,
    text: String,
    version: i64,
}

impl World {
    /// The fixture's documents are open, the cursor is at `$0`; the model is of the ChatML family.
    pub(crate) async fn new(fixture: &str) -> Self {
        Self::with(fixture, |text| text.to_owned(), "chatml", false).await
    }

    /// The same with CRLF line ends.
    pub(crate) async fn with_crlf(fixture: &str) -> Self {
        Self::with(fixture, |text| text.replace('\n', "\r\n"), "chatml", false).await
    }

    /// The same with a model of another family.
    pub(crate) async fn with_model(fixture: &str, template: &str) -> Self {
        Self::with(fixture, |text| text.to_owned(), template, false).await
    }

    /// The same with an engine that asks in the background too.
    pub(crate) async fn with_background(fixture: &str) -> Self {
        Self::with(fixture, |text| text.to_owned(), "chatml", true).await
    }

    /// The same with a server that says nothing of its model but its name.
    pub(crate) async fn with_plain_server(fixture: &str) -> Self {
        Self::with(fixture, |text| text.to_owned(), "", false).await
    }

    async fn with(
        fixture: &str,
        line_ends: fn(&str) -> String,
        template: &str,
        background: bool,
    ) -> Self {
        let options = Options { kind: Kind::OpenAi, ..Options::default() };
        let server = ScriptedOllama::start_with(options).await.expect("a free port");
        if !template.is_empty() {
            server.script([models(template)]);
        }
        let mut engine_options = EngineOptions::new(server.url());
        engine_options.background = background;
        let engine = engine(engine_options);
        let fixture = Fixture::parse(fixture);
        for file in &fixture.files {
            let text = line_ends(&file.text);
            open(&engine, &file.path, file.language_id(), &text).expect("fits");
        }
        let (file, selection) = fixture.selection();
        let place = |at: ByteOffset| ByteOffset(line_ends(&file.text[..at.0]).len());
        let selection = Span { start: place(selection.start), end: place(selection.end) };
        Self {
            uri: file.path.clone(),
            cursor: selection.start,
            selection,
            text: line_ends(&file.text),
            version: 1,
            server,
            engine,
        }
    }

    /// Adds rules; the server goes on to say what it says of its model.
    pub(crate) fn script(&self, rules: impl IntoIterator<Item = Rule>) {
        for rule in rules {
            self.server.also(rule);
        }
    }

    /// The answer to raw prompts.
    pub(crate) fn answers(&self, pieces: &[&str]) {
        self.script([Rule::on(COMPLETIONS).pieces(pieces.iter().copied())]);
    }

    pub(crate) fn ask(&self, trigger: Trigger) -> Reply {
        self.engine
            .complete(CompleteAsk::new(&self.uri, self.cursor, trigger))
            .expect("a place in the document")
    }

    /// Asks with more than a cursor.
    pub(crate) fn ask_with(&self, change: impl FnOnce(&mut CompleteAsk)) -> Reply {
        let mut ask = CompleteAsk::new(&self.uri, self.cursor, Trigger::Invoke);
        change(&mut ask);
        self.engine.complete(ask).expect("a place in the document")
    }

    /// The prompts that went out, the newest last.
    pub(crate) fn prompts(&self) -> Vec<String> {
        let bodies = self.server.bodies(COMPLETIONS);
        bodies.iter().filter_map(|body| Some(body["prompt"].as_str()?.to_owned())).collect()
    }

    /// Asks by hand and reads to the end.
    pub(crate) async fn complete(&self) -> String {
        self.told(&self.ask(Trigger::Invoke)).await
    }

    /// Types at the cursor.
    pub(crate) fn type_text(&mut self, text: &str) {
        let span = Span::at(self.cursor);
        self.change(TextEdit { span, text: text.to_owned() });
        self.cursor.0 += text.len();
    }

    pub(crate) fn change(&mut self, edit: TextEdit) {
        self.version += 1;
        self.text.replace_range(edit.span.range(), &edit.text);
        self.engine.change_document(&self.uri, self.version, &[edit]).expect("fits");
    }

    /// Replaces what stands before the cursor, as composing does.
    pub(crate) fn retype(&mut self, before: &str, text: &str) {
        let start = ByteOffset(self.cursor.0 - before.len());
        self.change(TextEdit { span: Span { start, end: self.cursor }, text: text.to_owned() });
        self.cursor = ByteOffset(start.0 + text.len());
    }

    pub(crate) fn cursor(&self) -> ByteOffset {
        self.cursor
    }

    pub(crate) fn move_to(&mut self, cursor: usize) {
        self.cursor = ByteOffset(cursor);
    }

    pub(crate) fn refactor(&self, instruction: &str) -> Result<Reply, Failure> {
        self.edit(EditTask::Refactor, |ask| ask.instruction = instruction.to_owned())
    }

    /// Asks for something to be done with the selection.
    pub(crate) fn edit(
        &self,
        task: EditTask,
        change: impl FnOnce(&mut EditAsk),
    ) -> Result<Reply, Failure> {
        let mut ask = EditAsk::new(&self.uri, self.selection, task);
        change(&mut ask);
        self.engine.edit(ask)
    }

    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }

    pub(crate) fn selection(&self) -> Span {
        self.selection
    }

    pub(crate) fn stats(&self) -> EngineStats {
        self.engine.stats()
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        let mut requests = self.server.requests_to(COMPLETIONS);
        requests.extend(self.server.requests_to(CHAT));
        requests
    }

    /// The events of a reply that show the last state of things, as text; the document as it would
    /// be with the last proposal applied.
    pub(crate) async fn told(&self, reply: &Reply) -> String {
        let mut lines: Vec<String> = Vec::new();
        let mut proposals = Vec::new();
        while let Some(event) = reply.next().await {
            match event {
                ReplyEvent::Completion { last: false, .. } => {}
                ReplyEvent::Completion { span, text, last: true } => {
                    let span = format!("{}..{}", span.start.0, span.end.0);
                    lines.push(format!("completion {span} {text:?}"));
                }
                ReplyEvent::Edit { version, edits } => {
                    proposals.push(format!("edit of version {version}\n{}", self.applied(&edits)));
                }
                ReplyEvent::Text(text) => lines.push(format!("text {text:?}")),
                ReplyEvent::Queued { place } => lines.push(format!("queued {place}")),
                ReplyEvent::Warning { code, message } => {
                    lines.push(format!("warning {}: {message}", code.name()));
                }
                ReplyEvent::Done(usage) => {
                    let from = if usage.from_cache { " from the cache" } else { "" };
                    lines.push(format!("done{from}"));
                }
                ReplyEvent::Failed(failure) => lines.push(failed(&failure)),
            }
        }
        let mut told = String::new();
        for line in proposals.last().into_iter().chain(&lines) {
            let _ = writeln!(told, "{line}");
        }
        told
    }

    fn applied(&self, edits: &[TextEdit]) -> String {
        let mut text = self.text.clone();
        for edit in edits.iter().rev() {
            text.replace_range(edit.span.range(), &edit.text);
        }
        let lines: Vec<&str> = text.lines().collect();
        lines.join("\n")
    }
}

pub(crate) fn failed(failure: &Failure) -> String {
    format!("failed {}: {}", failure.code.name(), failure.message)
}

pub(crate) fn engine(options: EngineOptions) -> Engine {
    Engine::new(options).expect("valid options")
}

pub(crate) fn open(
    engine: &Engine,
    uri: &str,
    language_id: &str,
    text: &str,
) -> Result<(), Failure> {
    engine.open_document(NewDocument { uri, path: None, language_id, version: 1, text })
}

/// What `codesaga-proxy` says of its model.
pub(crate) fn models(template: &str) -> Rule {
    let details =
        json!({ "template": template, "fim": false, "context_length": 4096, "default": true });
    let model = json!({ "id": "smollm2", "object": "model", "codesaga": details });
    Rule::on("/v1/models").refusing(200, json!({ "object": "list", "data": [model] }))
}

//! The use cases: complete, edit, fix, write, chat.
//!
//! An [`Engine`] keeps the open documents in step, and answers through [`Reply`] handles that are
//! pulled. It owns its threads and ends them; a document is never changed, only edits are proposed.
//! How text is parsed, prompts are written, suggestions are cached and servers are spoken to is the
//! business of the crates below; what happens when, and what is let go, is decided here.

mod ask;
mod background;
mod chat;
mod complete;
mod documents;
mod edit;
mod feedback;
mod find;
mod fit;
mod fix;
mod flight;
mod follow;
mod guard;
mod hints;
mod model;
mod options;
mod pause;
mod place;
mod prefill;
mod question;
mod related;
mod reply;
mod request;
mod runner;
mod scene;
mod sessions;
mod shared;
mod speculate;
mod stats;
mod status;
mod turn;
mod view;
mod workspace;
mod write;

use std::sync::Arc;

use crop::Rope;
use saga_domain::{ByteOffset, Diagnostic, Failure, TextEdit, Tried};

pub use chat::ChatAsk;
pub use documents::NewDocument;
pub use edit::EditAsk;
pub use feedback::{Outcome, OutcomeCounts, OutcomeKind, Suggested};
pub use find::{FileAsk, FileText};
pub use hints::{Hints, HintsAsk};
pub use model::ServedModel;
pub use options::EngineOptions;
pub use question::{CompleteAsk, Skip};
pub use reply::Reply;
pub use runner::Runner;
pub use saga_client::{ProxyOptions, Timeouts};
pub use saga_context::{Rule, Smell, SmellLimits, SymbolKind};
pub use saga_protocol::chat::{ChatContext, ForkOf, Session, SessionList, SessionSummary};
pub use sessions::Opinion;
pub use stats::EngineStats;
pub use status::ServerStatus;
pub use workspace::{FoundFile, FoundSymbol, WorkspaceAsk, WorkspaceCounts, WorkspaceFolder};
pub use write::{WriteAsk, WriteTask};

use runner::Threads;
use shared::Shared;

/// What every use of the assistant goes through. One for an editor window is enough.
pub struct Engine {
    shared: Arc<Shared>,
    threads: Threads,
}

impl Engine {
    /// Starts an engine and its threads. The server is asked for its model in the background;
    /// nothing that it says can fail here.
    ///
    /// # Errors
    /// `invalid_setting`, naming the option that is wrong.
    pub fn new(options: EngineOptions) -> Result<Self, Failure> {
        let threads = Threads::start()?;
        let shared = Arc::new(Shared::new(options, threads.closing())?);
        let engine = Self { shared, threads };
        engine.warm_up();
        Ok(engine)
    }

    /// Takes a document in, or its whole text anew.
    ///
    /// # Errors
    /// `too_large`, or `unsupported` for binary content; the document is not open then.
    pub fn open_document(&self, document: NewDocument<'_>) -> Result<(), Failure> {
        self.threads.check_open()?;
        documents::open(&self.shared, document)?;
        documents::parse_soon(&self.shared, &self.runner(), document.uri);
        Ok(())
    }

    /// Keeps a document in step: edits one after another, each against what the ones before left.
    ///
    /// # Errors
    /// `unknown_document` and `stale_document`, and whatever else does not fit: open the document
    /// again with its whole text.
    pub fn change_document(
        &self,
        uri: &str,
        version: i64,
        edits: &[TextEdit],
    ) -> Result<(), Failure> {
        self.threads.check_open()?;
        documents::change(&self.shared, uri, version, edits)?;
        documents::parse_soon(&self.shared, &self.runner(), uri);
        Ok(())
    }

    /// Forgets a document; one that is not open is no error.
    pub fn close_document(&self, uri: &str) {
        documents::close(&self.shared, uri);
    }

    /// The text of a document as it is now. Cheap: nothing is copied.
    ///
    /// # Errors
    /// `unknown_document`.
    pub fn text(&self, uri: &str) -> Result<Rope, Failure> {
        Ok(documents::snapshot(&self.shared, uri)?.rope().clone())
    }

    /// Asks for the text that belongs at a cursor.
    ///
    /// # Errors
    /// `unknown_document`, `offset_out_of_range`, `too_large`; all else comes as an event.
    pub fn complete(&self, ask: CompleteAsk) -> Result<Reply, Failure> {
        self.threads.check_open()?;
        complete::complete(&self.shared, &self.runner(), ask)
    }

    /// Lets the server read what a completion at `at` would begin with, when it has nothing else to
    /// do: for a document that was just opened, or a cursor that jumped. Answers nothing and fails
    /// silently; what cannot be read now is read with the first question.
    pub fn prefill(&self, uri: &str, at: ByteOffset) {
        prefill::prefill(&self.shared, &self.runner(), uri, at);
    }

    /// Asks for something to be done with a piece of code: a proposal, or words that explain it.
    ///
    /// # Errors
    /// `unknown_document`, `offset_out_of_range`, `invalid_request`, `too_large`, `private_file`; all
    /// else comes as an event.
    pub fn edit(&self, ask: EditAsk) -> Result<Reply, Failure> {
        self.threads.check_open()?;
        edit::edit(&self.shared, &self.runner(), ask)
    }

    /// Asks for code without these problems.
    ///
    /// # Errors
    /// As for [`Self::edit`].
    pub fn fix(
        &self,
        uri: &str,
        diagnostics: &[Diagnostic],
        tried: Option<Tried>,
    ) -> Result<Reply, Failure> {
        self.threads.check_open()?;
        fix::fix(&self.shared, &self.runner(), uri, diagnostics, tried)
    }

    /// Asks for a text about code, such as a commit message. It comes as text alone.
    ///
    /// # Errors
    /// `invalid_request`, `too_large`; all else comes as an event.
    pub fn write(&self, ask: WriteAsk) -> Result<Reply, Failure> {
        self.threads.check_open()?;
        write::write(&self.shared, &self.runner(), ask)
    }

    /// Says something in a conversation that the server remembers.
    ///
    /// # Errors
    /// `invalid_request`, `too_large`; all else comes as an event.
    pub fn chat(&self, ask: ChatAsk) -> Result<Reply, Failure> {
        self.threads.check_open()?;
        chat::chat(&self.shared, &self.runner(), ask)
    }

    /// What can be expected of the server now.
    pub fn status(&self) -> impl Future<Output = ServerStatus> + Send + 'static + use<> {
        let shared = Arc::clone(&self.shared);
        async move { status::status(&shared).await }
    }

    /// The models that the server has, its default first.
    pub fn models(
        &self,
    ) -> impl Future<Output = Result<Vec<ServedModel>, Failure>> + Send + 'static + use<> {
        let client = self.shared.client.clone();
        async move { Ok(client.models().await?.into_iter().map(ServedModel::from).collect()) }
    }

    /// Says which folders may be read for what other files say; the index of the ones before is
    /// forgotten, and the same ones are looked at again. The reading happens in the background, and
    /// there is none without folders.
    ///
    /// # Errors
    /// `invalid_setting` for a pattern that is none; no folder is read then, and what the other
    /// patterns protect stays private.
    pub fn set_workspace(&self, ask: &WorkspaceAsk) -> Result<(), Failure> {
        self.threads.check_open()?;
        self.shared.workspace.set(ask)
    }

    /// Says that these files or folders were saved, made, renamed or deleted. They are read again
    /// in the background; what lies outside the workspace is not.
    ///
    /// # Errors
    /// Only that the engine is closed.
    pub fn files_changed(&self, paths: &[String]) -> Result<(), Failure> {
        self.threads.check_open()?;
        self.shared.workspace.changed(paths);
        Ok(())
    }

    /// The files of the workspace whose paths hold the letters of `query`, the best ones first.
    pub fn find_files(
        &self,
        query: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<FoundFile>, Failure>> + Send + 'static + use<> {
        find::find_files(Arc::clone(&self.shared), self.runner(), query.to_owned(), limit)
    }

    /// The definitions of the workspace and the open documents whose names hold the letters of
    /// `query`, the best ones first.
    pub fn find_symbols(
        &self,
        query: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<FoundSymbol>, Failure>> + Send + 'static + use<> {
        find::find_symbols(Arc::clone(&self.shared), self.runner(), query.to_owned(), limit)
    }

    /// A file of the workspace or an open document, or some of its lines, without its secrets.
    /// Fails with `private_file`, `not_found`, `too_large`, and `invalid_request` for what is no
    /// text.
    pub fn read_file(
        &self,
        ask: FileAsk,
    ) -> impl Future<Output = Result<FileText, Failure>> + Send + 'static + use<> {
        find::read_file(Arc::clone(&self.shared), self.runner(), ask)
    }

    /// What a person may want to look at again in a document, by its syntax. Nothing is sent. None
    /// for a private document.
    ///
    /// Fails with `unknown_document`, and with `invalid_request` for a rule that is none.
    pub fn hints(
        &self,
        ask: HintsAsk,
    ) -> impl Future<Output = Result<Hints, Failure>> + Send + 'static + use<> {
        hints::hints(Arc::clone(&self.shared), self.runner(), ask)
    }

    /// Counts what became of a suggestion; the server is told in numbers, a minute later.
    ///
    /// # Errors
    /// `invalid_request` for a language that is no id.
    pub fn note(&self, outcome: &Outcome) -> Result<(), Failure> {
        self.threads.check_open()?;
        feedback::note(&self.shared, &self.runner(), outcome)
    }

    /// Counts since the engine was made.
    #[must_use]
    pub fn stats(&self) -> EngineStats {
        let documents_open = self.shared.documents.lock().len();
        let stats = self.shared.stats.read(self.shared.client.traffic(), documents_open);
        let feedback = &self.shared.feedback;
        EngineStats {
            outcomes: feedback.total(Suggested::Completion),
            edits: feedback.total(Suggested::Edit),
            workspace: self.shared.workspace.counts(),
            ..stats
        }
    }

    /// Where futures of this engine can run.
    #[must_use]
    pub fn runner(&self) -> Runner {
        self.threads.runner()
    }

    /// Ends all answers and all threads, as dropping the engine does; a second call does nothing.
    pub fn close(&self) {
        self.shared.workspace.stop();
        self.threads.close(feedback::last_words(&self.shared));
    }

    /// Learns of the model and opens the connection before the first key is pressed.
    fn warm_up(&self) {
        let shared = Arc::clone(&self.shared);
        self.runner().spawn(async move {
            shared.client.connect().await;
            // Whatever fails here fails again, and is reported, when somebody asks for something.
            let _ = shared.facts().await;
        });
    }
}

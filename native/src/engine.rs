//! The engine as a class.

use crop::Rope;
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use saga_domain::{Failure, FailureCode};
use saga_engine::CompleteAsk;

use crate::edit::{self, EditRequest, EditTask, FixRequest, RefactorRequest, WriteRequest};
use crate::error::{Thrown, guarded};
use crate::find::{self, FileText, FindRequest, FoundFile, FoundSymbol, ReadFileRequest};
use crate::hints::{self, Hints, HintsRequest};
use crate::promise::promise;
use crate::reply::Reply;
use crate::sessions::{self, Feedback, Fork, Session, SessionList, SessionSummary};
use crate::stats::{self, EngineStats};
use crate::types::{
    ChatMessage, CompleteRequest, DocumentChange, EngineOptions, OpenDocument, PrefillRequest,
    ServedModel, ServerStatus,
};
use crate::workspace::{self, Outcome, Workspace};
use crate::{convert, plain};

/// What every use of the assistant goes through. One for a window is enough.
///
/// Calls that fail at once throw an `Error` whose `code` is stable; `stale_document` and
/// `unknown_document` ask for `openDocument` with the whole text.
#[napi]
pub struct Engine {
    engine: saga_engine::Engine,
}

#[napi]
impl Engine {
    /// Starts an engine. Throws `invalid_setting` naming the option that is wrong; sends nothing
    /// that could fail here.
    #[napi(constructor, catch_unwind)]
    pub fn new(options: EngineOptions) -> Result<Self, Thrown> {
        guarded(|| Ok(Self { engine: saga_engine::Engine::new(plain::engine_options(options)?)? }))
    }

    /// Takes a document in, or its whole text anew.
    #[napi(catch_unwind)]
    pub fn open_document(&self, document: OpenDocument) -> Result<(), Thrown> {
        guarded(|| self.engine.open_document(plain::document(&document)?))
    }

    /// Keeps a document in step. All changes are taken or none.
    #[napi(catch_unwind)]
    pub fn change_document(&self, change: DocumentChange) -> Result<(), Thrown> {
        guarded(|| {
            let text = self.engine.text(&change.uri)?;
            let version = plain::version(change.version)?;
            let edits = convert::edits(&text, change.changes)?;
            self.engine.change_document(&change.uri, version, &edits)
        })
    }

    /// Forgets a document. One that is not open is no error.
    #[napi(catch_unwind)]
    pub fn close_document(&self, uri: String) -> Result<(), Thrown> {
        guarded(|| {
            self.engine.close_document(&uri);
            Ok(())
        })
    }

    /// Asks for the text that belongs at a cursor.
    #[napi(catch_unwind)]
    pub fn complete(&self, request: CompleteRequest) -> Result<Reply, Thrown> {
        guarded(|| {
            let text = self.engine.text(&request.uri)?;
            let at = convert::byte_at(&text, request.offset)?;
            let trigger = plain::trigger(&request.trigger);
            let ask = CompleteAsk {
                selected: convert::edit(&text, request.selected)?,
                above: request.above.unwrap_or_default(),
                skip: plain::skip(request.skip.as_ref()),
                ..CompleteAsk::new(request.uri, at, trigger)
            };
            Ok(self.reply(self.engine.complete(ask)?, text))
        })
    }

    /// Has the server read what a completion at this place would begin with, when it has nothing
    /// else to do: for a document just opened, or a cursor that jumped. Answers nothing.
    #[napi(catch_unwind)]
    pub fn prefill(&self, request: PrefillRequest) -> Result<(), Thrown> {
        guarded(|| {
            let text = self.engine.text(&request.uri)?;
            let at = convert::byte_at(&text, request.offset)?;
            self.engine.prefill(&request.uri, at);
            Ok(())
        })
    }

    /// Says which folders may be read for what other files say. The index of the ones before is
    /// forgotten, and the new one is made in the background; the same folders are looked at again.
    /// Throws `invalid_setting` for a pattern that is none; no folder is read then, and what the
    /// other patterns protect stays private.
    #[napi(catch_unwind)]
    pub fn set_workspace(&self, workspace: Workspace) -> Result<(), Thrown> {
        guarded(|| self.engine.set_workspace(&workspace::ask(workspace)))
    }

    /// Says that these files or folders were saved, made, renamed or deleted: paths on disk, read
    /// again in the background. What lies outside the workspace is passed over.
    #[napi(catch_unwind)]
    pub fn files_changed(&self, paths: Vec<String>) -> Result<(), Thrown> {
        guarded(|| self.engine.files_changed(&paths))
    }

    /// The files of the workspace whose paths hold the letters of the query, the best ones first.
    /// Half a Hangul syllable and first letters alone (`ㄱㅅ`) are found too.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<FoundFile>>")]
    pub fn find_files<'env>(
        &self,
        env: &'env Env,
        request: FindRequest,
    ) -> Result<Object<'env>, Thrown> {
        let found = self.engine.find_files(&request.query, find::limit(request.limit));
        let found = async move { Ok(found.await?.into_iter().map(find::file).collect()) };
        promise(env, &self.engine.runner(), found, || Err::<Vec<FoundFile>, _>(closed()))
    }

    /// The definitions of the workspace and of the open documents whose names hold the letters of
    /// the query, the best ones first.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<FoundSymbol>>")]
    pub fn find_symbols<'env>(
        &self,
        env: &'env Env,
        request: FindRequest,
    ) -> Result<Object<'env>, Thrown> {
        let found = self.engine.find_symbols(&request.query, find::limit(request.limit));
        let found = async move { Ok(found.await?.into_iter().map(find::symbol).collect()) };
        promise(env, &self.engine.runner(), found, || Err::<Vec<FoundSymbol>, _>(closed()))
    }

    /// A file of the workspace or an open document, or some of its lines, without its secrets: to
    /// go with a message. What is open is given as it is in the editor. Rejects with
    /// `private_file`, `not_found` (also for what is ignored or excluded), `too_large`, and
    /// `invalid_request` for what is no text.
    #[napi(catch_unwind, ts_return_type = "Promise<FileText>")]
    pub fn read_file<'env>(
        &self,
        env: &'env Env,
        request: ReadFileRequest,
    ) -> Result<Object<'env>, Thrown> {
        let text = self.engine.read_file(find::file_ask(request));
        let text = async move { Ok(find::file_text(text.await?)) };
        promise(env, &self.engine.runner(), text, || Err::<FileText, _>(closed()))
    }

    /// What a person may want to look at again in a document, by its syntax: nothing is sent. None
    /// for a private document. Rejects with `unknown_document`, `invalid_request` for a rule that
    /// is none and `invalid_setting` for a limit that is none.
    #[napi(catch_unwind, ts_return_type = "Promise<Hints>")]
    pub fn hints<'env>(
        &self,
        env: &'env Env,
        request: HintsRequest,
    ) -> Result<Object<'env>, Thrown> {
        let ask = guarded(|| hints::ask(request))?;
        let found = self.engine.hints(ask);
        let found = async move { Ok(hints::hints(found.await?)) };
        promise(env, &self.engine.runner(), found, || Err::<Hints, _>(closed()))
    }

    /// Counts what became of a suggestion. `codesaga-proxy` is told about once a minute, in numbers.
    #[napi(catch_unwind)]
    pub fn note_outcome(&self, outcome: Outcome) -> Result<(), Thrown> {
        guarded(|| self.engine.note(&workspace::outcome(outcome)?))
    }

    /// Asks for something to be done with a piece of code. The document is never touched.
    #[napi(catch_unwind)]
    pub fn edit(&self, request: EditRequest) -> Result<Reply, Thrown> {
        guarded(|| {
            let text = self.engine.text(&request.uri)?;
            let span = convert::span(&text, request.start_offset, request.end_offset)?;
            let answer = self.engine.edit(edit::edit_ask(request, span))?;
            Ok(self.reply(answer, text))
        })
    }

    /// Asks for a rewritten piece of code: `edit` with the task `refactor`.
    #[napi(catch_unwind)]
    pub fn refactor(&self, request: RefactorRequest) -> Result<Reply, Thrown> {
        let RefactorRequest { uri, start_offset, end_offset, instruction } = request;
        self.edit(EditRequest {
            uri,
            start_offset,
            end_offset,
            task: EditTask::Refactor,
            instruction: Some(instruction),
            tried: None,
            context: None,
        })
    }

    /// Asks for code without these problems. The document is never touched.
    #[napi(catch_unwind)]
    pub fn fix(&self, request: FixRequest) -> Result<Reply, Thrown> {
        guarded(|| {
            let text = self.engine.text(&request.uri)?;
            let diagnostics = request
                .diagnostics
                .into_iter()
                .map(|found| {
                    let span = convert::span(&text, found.start_offset, found.end_offset)?;
                    Ok(edit::diagnostic(found, span))
                })
                .collect::<Result<Vec<_>, Failure>>()?;
            let tried = request.tried.map(edit::tried);
            let answer = self.engine.fix(&request.uri, &diagnostics, tried)?;
            Ok(self.reply(answer, text))
        })
    }

    /// Asks for a text about code, such as a commit message for a diff.
    #[napi(catch_unwind)]
    pub fn write(&self, request: WriteRequest) -> Result<Reply, Thrown> {
        guarded(|| {
            let answer = self.engine.write(edit::write_ask(request))?;
            Ok(self.reply(answer, Rope::new()))
        })
    }

    /// Says something in a conversation that the server remembers.
    #[napi(catch_unwind)]
    pub fn chat(&self, message: ChatMessage) -> Result<Reply, Thrown> {
        guarded(|| {
            let answer = self.engine.chat(plain::chat_ask(message))?;
            Ok(self.reply(answer, Rope::new()))
        })
    }

    /// What can be expected of the server now. Never rejects.
    #[napi(catch_unwind, ts_return_type = "Promise<ServerStatus>")]
    pub fn status<'env>(&self, env: &'env Env) -> Result<Object<'env>, Thrown> {
        let status = self.engine.status();
        let status = async move { Ok(plain::server_status(status.await)) };
        promise(env, &self.engine.runner(), status, || {
            let closed = closed();
            Ok(ServerStatus::Offline {
                code: closed.code.name().to_owned(),
                message: closed.message,
            })
        })
    }

    /// The models that the server has, its default first.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<ServedModel>>")]
    pub fn models<'env>(&self, env: &'env Env) -> Result<Object<'env>, Thrown> {
        let models = self.engine.models();
        let models = async move {
            let listed: Vec<ServedModel> =
                models.await?.into_iter().map(plain::served_model).collect();
            Ok(listed)
        };
        promise(env, &self.engine.runner(), models, || Err(closed()))
    }

    /// The conversations of this user, newest first; with a query those in whose name or text all of
    /// its words stand, with an `excerpt`. A search may stop before it has seen all, and says so.
    #[napi(catch_unwind, ts_return_type = "Promise<SessionList>")]
    pub fn sessions<'env>(
        &self,
        env: &'env Env,
        query: Option<String>,
    ) -> Result<Object<'env>, Thrown> {
        let sessions = self.engine.sessions(query.as_deref());
        let sessions = async move {
            let listed: SessionList = sessions::session_list(sessions.await?);
            Ok(listed)
        };
        promise(env, &self.engine.runner(), sessions, || Err(closed()))
    }

    /// One conversation; `null` when there is none with that id.
    #[napi(catch_unwind, ts_return_type = "Promise<Session | null>")]
    pub fn session<'env>(&self, env: &'env Env, id: String) -> Result<Object<'env>, Thrown> {
        let session = self.engine.session(&id);
        let session = async move {
            let found: Option<Session> = session.await?.map(sessions::session);
            Ok(found)
        };
        promise(env, &self.engine.runner(), session, || Err(closed()))
    }

    /// Gives a conversation a name of 120 characters at most, or with an empty one takes it away;
    /// `null` when there is no such conversation.
    #[napi(catch_unwind, ts_return_type = "Promise<SessionSummary | null>")]
    pub fn rename_session<'env>(
        &self,
        env: &'env Env,
        id: String,
        title: String,
    ) -> Result<Object<'env>, Thrown> {
        let renamed = self.engine.rename_session(&id, &title);
        let renamed = async move {
            let renamed: Option<SessionSummary> = renamed.await?.map(sessions::session_summary);
            Ok(renamed)
        };
        promise(env, &self.engine.runner(), renamed, || Err(closed()))
    }

    /// A new conversation with the first turns of this one, which stays as it is. Rejects with
    /// `not_found` when there is no such conversation or turn.
    #[napi(catch_unwind, ts_return_type = "Promise<Session>")]
    pub fn fork_session<'env>(
        &self,
        env: &'env Env,
        id: String,
        fork: Fork,
    ) -> Result<Object<'env>, Thrown> {
        let forked = self.engine.fork_session(&id, fork.after.as_deref());
        let forked = async move {
            let forked: Session = sessions::session(forked.await?);
            Ok(forked)
        };
        promise(env, &self.engine.runner(), forked, || Err(closed()))
    }

    /// Forgets a message with its answer; `false` when there was none. Rejects with `session_busy`
    /// while a message of the conversation is being answered.
    #[napi(catch_unwind, ts_return_type = "Promise<boolean>")]
    pub fn delete_turn<'env>(
        &self,
        env: &'env Env,
        id: String,
        request: String,
    ) -> Result<Object<'env>, Thrown> {
        let deleted = self.engine.delete_turn(&id, &request);
        promise(env, &self.engine.runner(), deleted, || Err(closed()))
    }

    /// Tells the server what the user thinks of an answer. One that is known no more is no error.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn feedback<'env>(
        &self,
        env: &'env Env,
        feedback: Feedback,
    ) -> Result<Object<'env>, Thrown> {
        let told = self.engine.judge(sessions::opinion(feedback));
        promise(env, &self.engine.runner(), told, || Err(closed()))
    }

    /// Forgets a conversation; `false` when there was none.
    #[napi(catch_unwind, ts_return_type = "Promise<boolean>")]
    pub fn delete_session<'env>(&self, env: &'env Env, id: String) -> Result<Object<'env>, Thrown> {
        let deleted = self.engine.delete_session(&id);
        promise(env, &self.engine.runner(), deleted, || Err(closed()))
    }

    /// Counts since the engine was made.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> Result<EngineStats, Thrown> {
        guarded(|| Ok(stats::stats(self.engine.stats())))
    }

    /// Ends all answers and all threads. Replies give `null`, further questions throw
    /// `shutting_down`. A second call does nothing.
    #[napi(catch_unwind)]
    pub fn close(&self) -> Result<(), Thrown> {
        guarded(|| {
            self.engine.close();
            Ok(())
        })
    }

    fn reply(&self, answer: saga_engine::Reply, asked: Rope) -> Reply {
        Reply::new(answer, asked, self.engine.runner())
    }
}

fn closed() -> Failure {
    Failure::new(FailureCode::ShuttingDown, "The engine is closed.")
}

//! Files and definitions for somebody who types a few of their letters, and one file to read: what
//! a conversation is given as its context.

use std::sync::Arc;
use std::time::Duration;

use crop::Rope;
use saga_context::{Redactions, language_of_path, redact};
use saga_domain::{Context, Failure, FailureCode};
use saga_protocol::chat::ChatContext;

use crate::documents;
use crate::guard;
use crate::runner::{Runner, fault};
use crate::shared::Shared;
use crate::workspace::{AskedFile, FoundFile, FoundSymbol, WorkspaceLimits};

const LIMITS: WorkspaceLimits = WorkspaceLimits::USUAL;
/// How long a search waits for what was typed a moment ago.
const PARSED_WITHIN: Duration = Duration::from_millis(200);

/// A file somebody wants to show to the model, or some of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileAsk {
    /// From `folder`; else absolute, or as a model is shown it.
    pub path: String,
    /// A folder of the workspace, on disk.
    pub folder: Option<String>,
    /// First line, counted from 1; the file's first one when absent.
    pub start_line: Option<u32>,
    /// Last line; the file's last one when absent.
    pub end_line: Option<u32>,
}

/// What may be sent of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileText {
    /// The text without its secrets, and where it stands.
    pub context: ChatContext,
    /// How many secrets were taken out.
    pub secrets: usize,
}

pub(crate) async fn find_files(
    shared: Arc<Shared>,
    runner: Runner,
    query: String,
    limit: usize,
) -> Result<Vec<FoundFile>, Failure> {
    let found = runner.beside(move || shared.workspace.find_files(&query, limit)).await;
    found.ok_or_else(fault)
}

pub(crate) async fn find_symbols(
    shared: Arc<Shared>,
    runner: Runner,
    query: String,
    limit: usize,
) -> Result<Vec<FoundSymbol>, Failure> {
    // Somebody who goes on typing meanwhile is not waited for.
    let _ = tokio::time::timeout(PARSED_WITHIN, documents::all_parsed(&shared)).await;
    let work = move || {
        let mut open = shared.documents.lock().recent();
        open.retain(|document| !guard::is_private(&shared, document));
        shared.workspace.find_symbols(&query, limit, &open)
    };
    runner.beside(work).await.ok_or_else(fault)
}

pub(crate) async fn read_file(
    shared: Arc<Shared>,
    runner: Runner,
    ask: FileAsk,
) -> Result<FileText, Failure> {
    runner.beside(move || read(&shared, &ask)).await.ok_or_else(fault)?
}

fn read(shared: &Shared, ask: &FileAsk) -> Result<FileText, Failure> {
    let first = ask.start_line.unwrap_or(1);
    if first == 0 || ask.end_line.is_some_and(|last| last < first) {
        return Err(Failure::new(
            FailureCode::InvalidRequest,
            "`startLine` must be at least 1 and not after `endLine`.",
        ));
    }
    let place = shared.workspace.place_of(&ask.path, ask.folder.as_deref());
    let shown = place.as_ref().map_or(ask.path.as_str(), |place| &place.shown);
    guard::refuse_private_path(shared, shown)?;
    // What is open is shown as it is in the editor.
    let open = shared.documents.lock().recent().into_iter().find(|open| open.path() == shown);
    let (text, language) = match (&open, &place) {
        (Some(document), _) => {
            guard::refuse_private(shared, document)?;
            (document.rope().clone(), document.language_id().to_owned())
        }
        (None, Some(place)) => (from_disk(place, ask)?, language_of_path(shown).to_owned()),
        (None, None) => {
            let message = format!("There is no file {shown} in the workspace.");
            return Err(Failure::new(FailureCode::NotFound, message));
        }
    };
    let lines = u32::try_from(text.line_len()).unwrap_or(u32::MAX).max(1);
    let last = ask.end_line.unwrap_or(lines).min(lines);
    let first = first.min(last);
    let bytes = text.byte_of_line(first as usize - 1)
        ..text.byte_of_line((last as usize).min(text.line_len()));
    if bytes.len() > LIMITS.asked_bytes_max {
        return Err(Failure::new(
            FailureCode::TooLarge,
            format!("These lines of {shown} have more than {} bytes.", LIMITS.asked_bytes_max),
        ));
    }
    let is_whole = first == 1 && last == lines;
    let (text, redactions) =
        without_secrets(text.byte_slice(bytes).to_string().replace("\r\n", "\n"));
    let context = ChatContext {
        path: shown.to_owned(),
        language,
        start_line: (!is_whole).then_some(first),
        end_line: (!is_whole).then_some(last),
        text,
    };
    Ok(FileText { context, secrets: redactions.count })
}

fn from_disk(place: &AskedFile, ask: &FileAsk) -> Result<Rope, Failure> {
    let is_part = ask.start_line.is_some() || ask.end_line.is_some();
    let bytes_max = if is_part { LIMITS.asked_file_bytes_max } else { LIMITS.asked_bytes_max };
    Ok(Rope::from(place.text(bytes_max)?))
}

fn without_secrets(text: String) -> (String, Redactions) {
    let mut context = Context { prefix: text, ..Context::default() };
    let redactions = redact(&mut context);
    (context.prefix, redactions)
}

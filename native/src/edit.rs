//! What is asked about a piece of code, as TypeScript sees it.

use napi_derive::napi;
use saga_domain::Span;
use saga_engine::{EditAsk, WriteAsk};

use crate::plain::engine_context;
use crate::types::ChatContext;

/// What is done with a piece of code. The answer to `explain` is text; to all others an edit, of
/// which `document` and `translate_comments` change nothing but comments.
#[napi(string_enum = "snake_case")]
pub enum EditTask {
    /// Changed as the instruction says.
    Refactor,
    /// Explained in words.
    Explain,
    /// Given documentation in the language's own form.
    Document,
    /// New tests, put at the place that is asked about.
    WriteTests,
    /// New code at the cursor, from the instruction or the comment above it.
    Generate,
    /// Comments translated between Korean and English.
    TranslateComments,
}

/// Asks for something to be done with a piece of code.
#[napi(object, object_to_js = false)]
pub struct EditRequest {
    /// The document.
    pub uri: String,
    /// First UTF-16 unit of the selection, which is grown to what can be edited as a whole.
    pub start_offset: f64,
    /// One past the last one; equal to the start for a cursor alone.
    pub end_offset: f64,
    /// What is to be done.
    pub task: EditTask,
    /// What to do, in any language; may be absent for all tasks but `refactor`. Words are answered
    /// in its language.
    pub instruction: Option<String>,
    /// An earlier answer that was not good.
    pub tried: Option<Tried>,
    /// More code that belongs to it. For `write_tests` it is the code to be tested, and the
    /// selection is the place for the tests; without any, the selection is what is tested and the
    /// tests are put into the same document.
    pub context: Option<Vec<ChatContext>>,
}

/// An earlier answer to the same question, which was not good.
#[napi(object, object_to_js = false)]
pub struct Tried {
    /// What was answered.
    pub answer: String,
    /// What is wrong with it, as a parser or a language server says.
    pub problem: Option<String>,
    /// What the user adds.
    pub instruction: Option<String>,
}

/// Asks for a rewritten piece of code.
#[napi(object, object_to_js = false)]
pub struct RefactorRequest {
    /// The document.
    pub uri: String,
    /// First UTF-16 unit of the selection; it is grown to whole lines.
    pub start_offset: f64,
    /// One past the last one; equal to the start for the line the cursor is in.
    pub end_offset: f64,
    /// What to do, in any language.
    pub instruction: String,
}

/// Asks for code without these problems.
#[napi(object, object_to_js = false)]
pub struct FixRequest {
    /// The document.
    pub uri: String,
    /// The problems, at least one.
    pub diagnostics: Vec<Diagnostic>,
    /// An earlier answer that was not good.
    pub tried: Option<Tried>,
}

/// How bad a diagnostic is.
#[napi(string_enum = "lowercase")]
pub enum Severity {
    /// Does not compile or run.
    Error,
    /// Probably wrong.
    Warning,
    /// Worth knowing.
    Information,
    /// A nudge.
    Hint,
}

/// One message of a language server or linter.
#[napi(object, object_to_js = false)]
pub struct Diagnostic {
    /// First UTF-16 unit of the place.
    pub start_offset: f64,
    /// One past the last one.
    pub end_offset: f64,
    /// What is said about it.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
    /// Who says so, for example `ts`.
    pub source: Option<String>,
    /// That tool's code, for example `2304`.
    pub code: Option<String>,
    /// Other places that belong to it.
    pub related: Option<Vec<RelatedPlace>>,
    /// What the language server says of the name there, as text or Markdown.
    pub hover: Option<String>,
}

/// A place that a diagnostic points to.
#[napi(object, object_to_js = false)]
pub struct RelatedPlace {
    /// The file, relative to the workspace.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
    /// What is said about it.
    pub message: String,
}

/// What is written about code.
#[napi(string_enum = "snake_case")]
pub enum WriteTask {
    /// A commit message for a diff.
    CommitMessage,
}

/// Asks for a text about code. It comes as `text` events alone.
#[napi(object, object_to_js = false)]
pub struct WriteRequest {
    /// Which text.
    pub task: WriteTask,
    /// What it is about: the diff.
    pub text: String,
    /// Earlier texts whose manner is followed, the newest first.
    pub examples: Option<Vec<String>>,
    /// The language to write in, `ko` or `en`; that of the examples when absent.
    pub language: Option<String>,
    /// What the user adds, in any language.
    pub instruction: Option<String>,
}

pub(crate) fn edit_ask(request: EditRequest, selection: Span) -> EditAsk {
    use saga_domain::EditTask as To;
    let task = match request.task {
        EditTask::Refactor => To::Refactor,
        EditTask::Explain => To::Explain,
        EditTask::Document => To::Document,
        EditTask::WriteTests => To::WriteTests,
        EditTask::Generate => To::Generate,
        EditTask::TranslateComments => To::TranslateComments,
    };
    EditAsk {
        instruction: request.instruction.unwrap_or_default(),
        tried: request.tried.map(tried),
        context: request.context.unwrap_or_default().into_iter().map(engine_context).collect(),
        ..EditAsk::new(request.uri, selection, task)
    }
}

pub(crate) fn tried(tried: Tried) -> saga_domain::Tried {
    let Tried { answer, problem, instruction } = tried;
    saga_domain::Tried { answer, problem, instruction }
}

pub(crate) fn diagnostic(found: Diagnostic, span: Span) -> saga_domain::Diagnostic {
    let related = |place: RelatedPlace| saga_domain::RelatedPlace {
        path: place.path,
        line: place.line,
        message: place.message,
    };
    saga_domain::Diagnostic {
        span,
        message: found.message,
        severity: match found.severity {
            Severity::Error => saga_domain::Severity::Error,
            Severity::Warning => saga_domain::Severity::Warning,
            Severity::Information => saga_domain::Severity::Information,
            Severity::Hint => saga_domain::Severity::Hint,
        },
        source: found.source,
        code: found.code,
        related: found.related.unwrap_or_default().into_iter().map(related).collect(),
        hover: found.hover,
    }
}

pub(crate) fn write_ask(request: WriteRequest) -> WriteAsk {
    WriteAsk {
        task: match request.task {
            WriteTask::CommitMessage => saga_engine::WriteTask::CommitMessage,
        },
        text: request.text,
        examples: request.examples.unwrap_or_default(),
        language: request.language,
        instruction: request.instruction,
    }
}

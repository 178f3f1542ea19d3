//! Files, definitions and one file's text, as TypeScript sees them.

use napi_derive::napi;
use saga_engine::FileAsk;

use crate::convert::{self, whole};

/// Answers to a query when the caller does not say.
const FOUND: usize = 50;

/// Looks for files or definitions.
#[napi(object, object_to_js = false)]
pub struct FindRequest {
    /// Letters of what is looked for, in their order; blanks part words that may stand anywhere.
    /// With nothing in it, anything is found.
    pub query: String,
    /// How many are wanted; 50 when absent, at most 200.
    pub limit: Option<f64>,
}

/// A file that was found.
#[napi(object, object_from_js = false)]
pub struct FoundFile {
    /// Its path from its folder, with slashes.
    pub path: String,
    /// The folder of the workspace it is in, on disk.
    pub folder: String,
    /// How well it fits; larger is better.
    pub score: u32,
    /// Offsets in `path` of the characters that were looked for.
    pub positions: Vec<u32>,
}

/// What a name stands for.
#[napi(string_enum = "lowercase")]
pub enum SymbolKind {
    /// A function.
    Function,
    /// A function of a class or its like.
    Method,
    /// A class, a module, whatever holds others.
    Class,
    /// A type without code of its own.
    Type,
    /// A constant or variable.
    Constant,
}

/// A definition that was found.
#[napi(object, object_from_js = false)]
pub struct FoundSymbol {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The path of its file from its folder, with slashes.
    pub path: String,
    /// The folder of the workspace it is in, on disk; absent for an open file outside of all.
    pub folder: Option<String>,
    /// First line of the whole definition, counted from 1.
    pub start_line: u32,
    /// Its last line.
    pub end_line: u32,
    /// How well it fits; larger is better.
    pub score: u32,
    /// Offsets in `name` of the characters that were looked for.
    pub positions: Vec<u32>,
}

/// Asks for a file, or some of its lines.
#[napi(object, object_to_js = false)]
pub struct ReadFileRequest {
    /// From `folder`; else absolute, or as a model is shown it.
    pub path: String,
    /// A folder of the workspace, on disk.
    pub folder: Option<String>,
    /// First line, counted from 1; the file's first one when absent.
    pub start_line: Option<u32>,
    /// Last line; the file's last one when absent.
    pub end_line: Option<u32>,
}

/// What may be sent of a file: a `ChatContext`, and how much of it was taken out.
#[napi(object, object_from_js = false)]
pub struct FileText {
    /// The path shown to the model.
    pub path: String,
    /// The editor's language id; empty when unknown.
    pub language: String,
    /// First line, counted from 1; absent for a whole file.
    pub start_line: Option<u32>,
    /// Last line, counted from 1.
    pub end_line: Option<u32>,
    /// The text, with a placeholder for each secret.
    pub text: String,
    /// How many secrets were taken out.
    pub secrets: u32,
}

pub(crate) fn limit(limit: Option<f64>) -> usize {
    limit.map_or(FOUND, |limit| whole(limit).unwrap_or(FOUND))
}

pub(crate) fn file(found: saga_engine::FoundFile) -> FoundFile {
    let positions = convert::offsets(&found.path, &found.positions);
    FoundFile { path: found.path, folder: found.folder, score: found.score, positions }
}

pub(crate) fn symbol(found: saga_engine::FoundSymbol) -> FoundSymbol {
    use saga_engine::SymbolKind as From;
    FoundSymbol {
        positions: convert::offsets(&found.name, &found.positions),
        name: found.name,
        kind: match found.kind {
            From::Function => SymbolKind::Function,
            From::Method => SymbolKind::Method,
            From::Class => SymbolKind::Class,
            From::Type => SymbolKind::Type,
            From::Constant => SymbolKind::Constant,
        },
        path: found.path,
        folder: found.folder,
        start_line: found.start_line,
        end_line: found.end_line,
        score: found.score,
    }
}

pub(crate) fn file_ask(request: ReadFileRequest) -> FileAsk {
    let ReadFileRequest { path, folder, start_line, end_line } = request;
    FileAsk { path, folder, start_line, end_line }
}

pub(crate) fn file_text(text: saga_engine::FileText) -> FileText {
    let saga_engine::FileText { context, secrets } = text;
    FileText {
        path: context.path,
        language: context.language,
        start_line: context.start_line,
        end_line: context.end_line,
        text: context.text,
        secrets: u32::try_from(secrets).unwrap_or(u32::MAX),
    }
}

//! The files that holes are cut into, and what is asked of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::language::Language;

const LINES_MIN: usize = 20;
/// Longer files cost a machine without a GPU minutes for each answer.
const LINES_MAX: usize = 120;
/// A longer line was not written by hand.
const LINE_CHARS_MAX: usize = 300;

/// What the program is told.
#[derive(Deserialize)]
pub(crate) struct Settings {
    /// A server of ours or any OpenAI-compatible one that takes raw prompts.
    pub(crate) server: String,
    /// The model to ask; the server's default when absent.
    pub(crate) model: Option<String>,
    /// Names of strategies.
    pub(crate) strategies: BTreeSet<String>,
    pub(crate) cases: usize,
    pub(crate) seed: u64,
    pub(crate) sources: Vec<Source>,
    /// Where the result is written.
    pub(crate) result: PathBuf,
}

/// A package, or the project itself.
#[derive(Deserialize)]
pub(crate) struct Source {
    pub(crate) name: String,
    folder: PathBuf,
    /// Below `folder`.
    files: Vec<String>,
}

/// A text in one of the languages.
pub(crate) struct File {
    /// The source's name.
    pub(crate) source: String,
    pub(crate) path: String,
    pub(crate) language: &'static Language,
    pub(crate) text: String,
}

/// The files of all sources that people wrote and that are neither tiny nor huge.
pub(crate) fn read(sources: &[Source]) -> std::io::Result<Vec<File>> {
    let mut files = Vec::new();
    for Source { name, folder, files: paths } in sources {
        for path in paths {
            files.extend(read_one(name, folder, path)?);
        }
    }
    Ok(files)
}

fn read_one(source: &str, folder: &Path, path: &str) -> std::io::Result<Option<File>> {
    let Some(language) = Language::of(path) else { return Ok(None) };
    let text = String::from_utf8_lossy(&std::fs::read(folder.join(path))?).into_owned();
    let (source, path) = (source.to_owned(), path.to_owned());
    Ok(is_usable(&text).then_some(File { source, path, language, text }))
}

/// Line ends are `\n` so that every strategy sees the same text.
fn is_usable(text: &str) -> bool {
    (LINES_MIN..=LINES_MAX).contains(&text.lines().count())
        && text.lines().all(|line| line.chars().count() <= LINE_CHARS_MAX)
        && !text.contains(['\r', '\u{fffd}'])
}

//! Windows: the pieces that a file is compared by. Cut where a file has its joints, so that an
//! edit moves the borders of the window it is in and no others, and kept with the names used in
//! each, so that a comparison reads no text.

use std::hash::Hasher;
use std::ops::Range;
use std::sync::Arc;

use crop::Rope;
use rustc_hash::{FxHashMap, FxHasher};

use crate::names;
use crate::text;

const LINES_MIN: usize = 8;
const LINES_MAX: usize = 24;
const BYTES_MAX: usize = 1600;
/// With fewer names a window is like too many others.
pub(crate) const NAMES_MIN: usize = 5;
/// Windows of one file; what stands further below is not compared.
const WINDOWS_MAX: usize = 512;

/// A piece of a text and the names in it.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    /// Where it stands, in bytes.
    pub(crate) bytes: Range<usize>,
    /// As [`names::fingerprints`] gives them.
    pub(crate) names: Arc<[u32]>,
    fingerprint: u64,
}

/// The windows of one document at one version.
#[derive(Debug)]
pub(crate) struct Windows {
    pub(crate) version: i64,
    /// The text they are of.
    rope: Rope,
    pub(crate) all: Vec<Window>,
}

impl Windows {
    /// Reads a text; the names of windows that `earlier` has as well are taken from there.
    pub(crate) fn read(rope: &Rope, version: i64, earlier: Option<&Self>) -> Self {
        let text = text::slice(rope, 0..rope.byte_len());
        let known: FxHashMap<u64, &Arc<[u32]>> = earlier
            .into_iter()
            .flat_map(|earlier| &earlier.all)
            .map(|window| (window.fingerprint, &window.names))
            .collect();
        let windows = cut(&text).into_iter().filter_map(|bytes| {
            let text = &text[bytes.clone()];
            let fingerprint = fingerprint(text);
            let names = match known.get(&fingerprint) {
                Some(names) => Arc::clone(names),
                None => names::fingerprints(text).into(),
            };
            (names.len() >= NAMES_MIN).then_some(Window { bytes, names, fingerprint })
        });
        let all = windows.take(WINDOWS_MAX).collect();
        Self { version, rope: rope.clone(), all }
    }

    /// The text of one of them, line ends as `\n`.
    pub(crate) fn text(&self, window: &Window) -> String {
        text::unix_lines(text::slice(&self.rope, window.bytes.clone()))
    }
}

/// Cuts a text into windows of whole lines, without the blank lines around them. Lines too long
/// for any window belong to none.
pub(crate) fn cut(text: &str) -> Vec<Range<usize>> {
    let mut windows = Vec::new();
    let (mut start, mut lines, mut at) = (0, 0, 0);
    let mut after_blank = false;
    for line in text.split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        let opens = after_blank && !is_blank && !line.starts_with([' ', '\t', '}', ')', ']']);
        let is_full = lines >= LINES_MAX || at + line.len() - start > BYTES_MAX;
        if is_full || (opens && lines >= LINES_MIN) {
            windows.extend(trimmed(text, start..at));
            (start, lines) = (at, 0);
        }
        at += line.len();
        lines += 1;
        after_blank = is_blank;
        if line.len() > BYTES_MAX {
            (start, lines) = (at, 0);
        }
    }
    windows.extend(trimmed(text, start..at));
    windows
}

/// What begins the lines that say what a file uses. Files have these in common without being alike.
const IMPORTS: &[&str] = &["#include", "from ", "import ", "package ", "require", "use ", "using "];

/// The range without blank lines at its start and blanks at its end; `None` when nothing is left,
/// and when most of it are imports.
fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let whole = &text[range.clone()];
    let lines = whole.lines().filter(|line| !line.trim().is_empty()).count();
    let is_import = |line: &&str| IMPORTS.iter().any(|import| line.starts_with(import));
    if 2 * whole.lines().filter(is_import).count() > lines {
        return None;
    }
    let first = whole.len() - whole.trim_start().len();
    let first_line = whole[..first].rfind('\n').map_or(0, |at| at + 1);
    let end = whole.trim_end().len();
    (first_line < end).then(|| range.start + first_line..range.start + end)
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

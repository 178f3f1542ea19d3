//! Test files from text: `//- /path` opens a file, `$0` is the cursor. Development only.
//!
//! ```text
//! //- /main.rs
//! fn main() { greet($0) }
//! //- /util.rs
//! pub fn greet(name: &str) -> String { format!("hi {name}") }
//! ```
//!
//! A second `$0` in the same file makes a selection of what stands between the two. A fixture
//! without any `//-` line is one file called `main`. Nothing is read from or written to disk, and
//! a fixture that makes no sense panics with a sentence: it is a fault of the test.

use saga_domain::{ByteOffset, Span};

const HEADER: &str = "//-";
const MARK: &str = "$0";

/// The files of a test, without their marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixture {
    /// In the order they stand in the text.
    pub files: Vec<FixtureFile>,
    marked: Option<Marked>,
}

/// One file of a fixture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixtureFile {
    /// Relative, forward slashes: `//- /src/main.rs` gives `src/main.rs`.
    pub path: String,
    /// Its text without `$0`.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Marked {
    file: usize,
    span: Span,
}

impl Fixture {
    /// Reads a fixture. One newline directly at the start is dropped, so that a raw string may
    /// open on a line of its own.
    ///
    /// # Panics
    /// When there is text before the first header, a header without a path, the same path twice,
    /// more than two `$0`, or `$0` in two files.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\n').unwrap_or(text);
        let mut fixture = Self { files: Vec::new(), marked: None };
        for (path, body) in split_files(text) {
            assert!(
                fixture.files.iter().all(|file| file.path != path),
                "fixture: the path `{path}` is used twice"
            );
            fixture.push(path, &body);
        }
        fixture
    }

    /// The file with the cursor, and the cursor.
    ///
    /// # Panics
    /// When the fixture has no `$0`, or has a selection.
    #[must_use]
    pub fn cursor(&self) -> (&FixtureFile, ByteOffset) {
        let (file, span) = self.selection();
        assert!(span.is_empty(), "fixture: a cursor was asked for, but `$0…$0` is a selection");
        (file, span.start)
    }

    /// The file with the selection, and the selection; empty at a lone `$0`.
    ///
    /// # Panics
    /// When the fixture has no `$0`.
    #[must_use]
    pub fn selection(&self) -> (&FixtureFile, Span) {
        let Some(marked) = &self.marked else { panic!("fixture: there is no `$0` in it") };
        (&self.files[marked.file], marked.span)
    }

    /// The files that hold no `$0`, in order.
    #[must_use]
    pub fn other_files(&self) -> Vec<&FixtureFile> {
        let marked = self.marked.as_ref().map(|marked| marked.file);
        let others = self.files.iter().enumerate().filter(|(at, _)| Some(*at) != marked);
        others.map(|(_, file)| file).collect()
    }

    fn push(&mut self, path: String, body: &str) {
        let pieces: Vec<&str> = body.split(MARK).collect();
        let span = match pieces.as_slice() {
            [_] => None,
            [before, _] => Some(Span::new(before.len(), before.len())),
            [before, inside, _] => Some(Span::new(before.len(), before.len() + inside.len())),
            _ => panic!("fixture: `{path}` has {} marks `$0`, at most two fit", pieces.len() - 1),
        };
        if let Some(span) = span {
            assert!(self.marked.is_none(), "fixture: `$0` stands in two files");
            self.marked = Some(Marked { file: self.files.len(), span });
        }
        self.files.push(FixtureFile { path, text: pieces.concat() });
    }
}

impl FixtureFile {
    /// The language id an editor would choose for the path; `plaintext` for one not known here.
    #[must_use]
    pub fn language_id(&self) -> &'static str {
        match self.path.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "py" => "python",
            "ts" => "typescript",
            "tsx" => "typescriptreact",
            "js" => "javascript",
            "jsx" => "javascriptreact",
            "rs" => "rust",
            "go" => "go",
            "java" => "java",
            "kt" | "kts" => "kotlin",
            "c" | "h" => "c",
            "cc" | "cpp" | "hpp" => "cpp",
            "cs" => "csharp",
            "swift" => "swift",
            "rb" => "ruby",
            "php" => "php",
            "sh" => "shellscript",
            "sql" => "sql",
            "json" => "json",
            "jsonc" => "jsonc",
            "yaml" | "yml" => "yaml",
            "html" => "html",
            "css" => "css",
            "md" => "markdown",
            _ => "plaintext",
        }
    }
}

fn split_files(text: &str) -> Vec<(String, String)> {
    if !text.lines().any(|line| line.starts_with(HEADER)) {
        return vec![("main".to_owned(), text.to_owned())];
    }
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix(HEADER) {
            let Some(path) = path.trim().strip_prefix('/').filter(|path| !path.is_empty()) else {
                panic!("fixture: `{}` needs a path that begins with `/`", line.trim_end());
            };
            files.push((path.to_owned(), String::new()));
        } else if let Some((_, body)) = files.last_mut() {
            body.push_str(line);
        } else {
            panic!("fixture: `{}` stands before the first `//- /path`", line.trim_end());
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_cursor() {
        let fixture = Fixture::parse("\n//- /a.rs\nfn a() {$0}\n//- /src/b.py\npass\n");
        let (file, at) = fixture.cursor();
        assert_eq!((file.path.as_str(), file.text.as_str(), at.0), ("a.rs", "fn a() {}\n", 8));
        let others = fixture.other_files();
        assert_eq!((others[0].path.as_str(), others[0].language_id()), ("src/b.py", "python"));
    }

    #[test]
    fn two_marks_are_a_selection_in_bytes() {
        let fixture = Fixture::parse("한$0글 가$0나");
        let (file, span) = fixture.selection();
        assert_eq!((file.path.as_str(), &file.text[span.range()]), ("main", "글 가"));
    }

    #[test]
    #[should_panic(expected = "stands before the first")]
    fn text_before_the_first_header_is_refused() {
        let _ = Fixture::parse("lost\n//- /a.rs\n");
    }

    #[test]
    #[should_panic(expected = "needs a path")]
    fn a_header_needs_a_path() {
        let _ = Fixture::parse("//- a.rs\n");
    }

    #[test]
    #[should_panic(expected = "used twice")]
    fn a_path_is_used_once() {
        let _ = Fixture::parse("//- /a.rs\n//- /a.rs\n");
    }

    #[test]
    #[should_panic(expected = "at most two")]
    fn three_marks_are_refused() {
        let _ = Fixture::parse("$0 $0 $0");
    }

    #[test]
    #[should_panic(expected = "in two files")]
    fn marks_in_two_files_are_refused() {
        let _ = Fixture::parse("//- /a.rs\n$0\n//- /b.rs\n$0\n");
    }

    #[test]
    #[should_panic(expected = "no `$0`")]
    fn a_cursor_needs_a_mark() {
        let _ = Fixture::parse("a").cursor();
    }
}

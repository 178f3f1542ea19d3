//! A document at one version, cheap to take and safe to keep while the document moves on.

use std::sync::Arc;

use crop::Rope;
use saga_domain::{ByteOffset, Span, TextEdit};
use tree_sitter::Tree;

use crate::documents::{apply, check_offset};
use crate::find::LetterSet;
use crate::index::Symbol;
use crate::language::Language;
use crate::misfit::Misfit;
use crate::outline::Outline;
use crate::text;
use crate::windows::Windows;

/// A document as it was when the snapshot was taken.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) uri: Arc<str>,
    pub(crate) path: Arc<str>,
    pub(crate) language_id: Arc<str>,
    pub(crate) version: i64,
    pub(crate) rope: Rope,
    pub(crate) syntax: Option<Syntax>,
    /// Read along with the tree; of an earlier version until then.
    pub(crate) windows: Option<Arc<Windows>>,
}

/// What parsing found.
#[derive(Clone)]
pub(crate) struct Syntax {
    pub(crate) language: &'static Language,
    /// Edited along with the text, so that its nodes stand at the right places also before the
    /// text is parsed again.
    pub(crate) tree: Tree,
    /// Definitions and imports, as of `parsed_version`.
    pub(crate) outline: Arc<Outline>,
    /// `None` when the text is of no version.
    pub(crate) parsed_version: Option<i64>,
}

impl Snapshot {
    /// The editor's name for the document.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// What a model is shown as its path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The editor's language id.
    #[must_use]
    pub fn language_id(&self) -> &str {
        &self.language_id
    }

    /// The editor's version.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The text.
    #[must_use]
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// A piece of the text, its line ends as they are; clamped to the document, and to whole
    /// characters.
    #[must_use]
    pub fn text(&self, span: Span) -> String {
        text::slice(&self.rope, span.range())
    }

    /// What ends the document's lines: that of its first line.
    #[must_use]
    pub fn eol(&self) -> &'static str {
        if self.rope.line_len() == 0 {
            return "\n";
        }
        let second_line = self.rope.byte_of_line(1);
        let ends_in_crlf = second_line >= 2 && self.rope.byte(second_line - 2) == b'\r';
        if ends_in_crlf && self.rope.byte(second_line - 1) == b'\n' { "\r\n" } else { "\n" }
    }

    /// Whether there is a syntax tree, be it of an earlier version with its nodes moved along.
    #[must_use]
    pub fn has_tree(&self) -> bool {
        self.syntax.is_some()
    }

    /// Whether the syntax tree is of exactly this text.
    #[must_use]
    pub fn tree_is_current(&self) -> bool {
        self.syntax.as_ref().is_some_and(|syntax| syntax.parsed_version == Some(self.version))
    }

    /// The names that other files may know of this document, with first and last line counted from
    /// 0, as of when it was parsed last.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol<'_>> {
        let outline = self.syntax.as_ref().map(|syntax| &syntax.outline);
        let symbols = outline.into_iter().flat_map(|outline| outline.symbols());
        symbols.map(|(definition, lines)| Symbol {
            name: &definition.name,
            path: &self.path,
            kind: definition.kind,
            lines,
            letters: LetterSet::of(&definition.name),
        })
    }

    /// Checks an offset that came from outside.
    ///
    /// # Errors
    /// [`Misfit::OutOfRange`] and [`Misfit::InsideCharacter`].
    pub fn check(&self, offset: ByteOffset) -> Result<(), Misfit> {
        check_offset(&self.rope, offset.0)
    }

    /// The document as it would be with an edit that nobody made yet, for what would follow it. The
    /// version stays the one it was made from, and the tree is never that of the new text.
    ///
    /// # Errors
    /// As for [`crate::Documents::change`].
    pub fn with_edit(&self, edit: &TextEdit) -> Result<Self, Misfit> {
        let bytes_max = self.rope.byte_len() + edit.text.len();
        let (rope, tree_edits) = apply(&self.rope, std::slice::from_ref(edit), bytes_max)?;
        let syntax = self.syntax.clone().map(|mut syntax| {
            for edit in &tree_edits {
                syntax.tree.edit(edit);
            }
            Syntax { parsed_version: None, ..syntax }
        });
        Ok(Self { rope, syntax, windows: None, ..self.clone() })
    }

    pub(crate) fn language(&self) -> Option<&'static Language> {
        Language::find(&self.language_id)
    }
}

//! The open documents, kept in step with the editor by its edits.
//!
//! A change is all or nothing. After a change that does not fit, text here and text in the editor
//! are no longer known to be the same, so the document is forgotten: every later call says
//! [`Misfit::UnknownDocument`] until it is opened again with its whole text. Parsing is not done
//! here but by a [`ParseJob`] that the caller runs where it likes.

use std::collections::HashMap;
use std::sync::Arc;

use crop::Rope;
use saga_domain::TextEdit;
use tree_sitter::{InputEdit, Point};

use crate::language::Language;
use crate::limits::DocumentLimits;
use crate::misfit::Misfit;
use crate::parse::{ParseJob, Parsed};
use crate::snapshot::{Snapshot, Syntax};

/// The open documents of one editor.
pub struct Documents {
    limits: DocumentLimits,
    open: HashMap<Arc<str>, Document>,
    /// Counts openings and changes; orders documents by use without a clock.
    uses: u64,
}

struct Document {
    snapshot: Snapshot,
    language: Option<&'static Language>,
    /// Which opening of this uri it is, so that a tree of an earlier one is not taken.
    opening: u64,
    used: u64,
    /// Edits since `adoptable_from`, with the version each led to.
    pending: Vec<(i64, InputEdit)>,
    adoptable_from: i64,
    /// Parsing took more than its limit; not tried again until the document is opened anew.
    given_up: bool,
}

impl Documents {
    /// No document yet.
    #[must_use]
    pub fn new(limits: DocumentLimits) -> Self {
        Self { limits, open: HashMap::new(), uses: 0 }
    }

    /// Takes a document's whole text; also replaces one that is open already.
    ///
    /// `path` is what a model is shown. An unknown `language_id` is fine: such a document works
    /// without a syntax tree.
    ///
    /// # Errors
    /// [`Misfit::TooLarge`] and [`Misfit::Binary`]; the document is not open then.
    pub fn open(
        &mut self,
        uri: &str,
        path: &str,
        language_id: &str,
        version: i64,
        text: &str,
    ) -> Result<(), Misfit> {
        self.open.remove(uri);
        self.check_text(text, text.len())?;
        let used = self.next_use();
        let uri: Arc<str> = uri.into();
        let document = Document {
            snapshot: Snapshot {
                uri: Arc::clone(&uri),
                path: path.into(),
                language_id: language_id.into(),
                version,
                rope: Rope::from(text),
                syntax: None,
                windows: None,
            },
            language: Language::find(language_id),
            opening: used,
            used,
            pending: Vec::new(),
            adoptable_from: version,
            given_up: false,
        };
        self.open.insert(uri, document);
        self.forget_the_unused();
        Ok(())
    }

    /// Applies edits one after another, each against the text that the ones before it left.
    ///
    /// # Errors
    /// [`Misfit::UnknownDocument`]; [`Misfit::StaleVersion`] when `version` is not newer, which
    /// leaves the document as it is; any other one forgets the document (see above).
    pub fn change(&mut self, uri: &str, version: i64, edits: &[TextEdit]) -> Result<(), Misfit> {
        let used = self.next_use();
        let document = self.open.get_mut(uri).ok_or(Misfit::UnknownDocument)?;
        let have = document.snapshot.version;
        if version <= have {
            return Err(Misfit::StaleVersion { have, got: version });
        }
        document.used = used;
        let changed = apply(&document.snapshot.rope, edits, self.limits.document_bytes_max);
        match changed {
            Ok((rope, tree_edits)) => {
                document.take_change(version, rope, tree_edits, &self.limits);
                self.forget_the_unused();
                Ok(())
            }
            Err(misfit) => {
                self.open.remove(uri);
                Err(misfit)
            }
        }
    }

    /// Forgets a document; one that is not open is fine.
    pub fn close(&mut self, uri: &str) {
        self.open.remove(uri);
    }

    /// The document as it is now. Cheap: nothing of the text is copied.
    #[must_use]
    pub fn get(&self, uri: &str) -> Option<Snapshot> {
        self.open.get(uri).map(|document| document.snapshot.clone())
    }

    /// All documents, the most recently opened or changed first.
    #[must_use]
    pub fn recent(&self) -> Vec<Snapshot> {
        let mut documents: Vec<&Document> = self.open.values().collect();
        documents.sort_by_key(|document| std::cmp::Reverse(document.used));
        documents.into_iter().map(|document| document.snapshot.clone()).collect()
    }

    /// How many documents are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether no document is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// What there is to read: `Some` while the tree or what similar code is found by is behind the
    /// text, and the size allows it. A tree is only made where language and limits allow one.
    #[must_use]
    pub fn parse_job(&self, uri: &str) -> Option<ParseJob> {
        let document = self.open.get(uri)?;
        let snapshot = &document.snapshot;
        let version = snapshot.version;
        let wants_tree = !document.given_up && !snapshot.tree_is_current();
        let language = document.language.filter(|_| wants_tree);
        let read = snapshot.windows.as_ref().is_some_and(|windows| windows.version == version);
        let too_large = snapshot.rope.byte_len() > self.limits.tree_bytes_max;
        if too_large || (language.is_none() && read) {
            return None;
        }
        Some(ParseJob {
            uri: Arc::clone(&snapshot.uri),
            opening: document.opening,
            version,
            rope: snapshot.rope.clone(),
            old_tree: snapshot.syntax.as_ref().map(|syntax| syntax.tree.clone()),
            old_outline: snapshot.syntax.as_ref().map(|syntax| Arc::clone(&syntax.outline)),
            old_windows: snapshot.windows.clone(),
            language,
            steps_max: self.limits.parse_steps_max,
        })
    }

    /// Takes what a finished job found when it is newer than what is here, and brings the tree up
    /// to the text as it is by now. A result that came too late is dropped.
    pub fn adopt(&mut self, parsed: Parsed) {
        let opened = self.open.get_mut(&parsed.uri);
        let Some(document) = opened.filter(|document| document.opening == parsed.opening) else {
            return;
        };
        let have = document.snapshot.windows.as_ref().map(|windows| windows.version);
        if have.is_none_or(|have| parsed.version > have) {
            document.snapshot.windows = Some(parsed.windows);
        }
        let Some(language) = parsed.language else { return };
        let have = document.snapshot.syntax.as_ref().and_then(|syntax| syntax.parsed_version);
        let is_newer = have.is_none_or(|have| parsed.version > have);
        if parsed.version < document.adoptable_from || !is_newer {
            return;
        }
        let Some((mut tree, outline)) = parsed.result else {
            document.give_up();
            return;
        };
        document.pending.retain(|(version, _)| *version > parsed.version);
        document.adoptable_from = parsed.version;
        for (_, edit) in &document.pending {
            tree.edit(edit);
        }
        document.snapshot.syntax =
            Some(Syntax { language, tree, outline, parsed_version: Some(parsed.version) });
    }

    fn next_use(&mut self) -> u64 {
        self.uses += 1;
        self.uses
    }

    fn check_text(&self, text: &str, len: usize) -> Result<(), Misfit> {
        let max = self.limits.document_bytes_max;
        if len > max {
            return Err(Misfit::TooLarge { bytes: len, max });
        }
        if text.as_bytes().contains(&0) {
            return Err(Misfit::Binary);
        }
        Ok(())
    }

    fn forget_the_unused(&mut self) {
        let mut bytes: usize =
            self.open.values().map(|document| document.snapshot.rope.byte_len()).sum();
        while self.open.len() > 1
            && (self.open.len() > self.limits.open_documents_max
                || bytes > self.limits.open_bytes_max)
        {
            let oldest = self.open.values().min_by_key(|document| document.used);
            let Some(uri) = oldest.map(|document| Arc::clone(&document.snapshot.uri)) else {
                return;
            };
            if let Some(document) = self.open.remove(&uri) {
                bytes -= document.snapshot.rope.byte_len();
            }
        }
    }
}

impl Document {
    fn take_change(
        &mut self,
        version: i64,
        rope: Rope,
        tree_edits: Vec<InputEdit>,
        limits: &DocumentLimits,
    ) {
        self.snapshot.version = version;
        self.snapshot.rope = rope;
        let too_large = self.snapshot.rope.byte_len() > limits.tree_bytes_max;
        if too_large {
            self.snapshot.windows = None;
        }
        if self.language.is_none() || self.given_up {
            return;
        }
        let too_many = self.pending.len() + tree_edits.len() > limits.edits_pending_max;
        if too_many || too_large {
            self.snapshot.syntax = None;
            self.pending.clear();
            self.adoptable_from = version;
            return;
        }
        if let Some(syntax) = &mut self.snapshot.syntax {
            for edit in &tree_edits {
                syntax.tree.edit(edit);
            }
        }
        self.pending.extend(tree_edits.into_iter().map(|edit| (version, edit)));
    }

    fn give_up(&mut self) {
        self.given_up = true;
        self.snapshot.syntax = None;
        self.pending.clear();
    }
}

/// The text after the edits, and what each means for a tree.
pub(crate) fn apply(
    before: &Rope,
    edits: &[TextEdit],
    bytes_max: usize,
) -> Result<(Rope, Vec<InputEdit>), Misfit> {
    let mut rope = before.clone();
    let mut tree_edits = Vec::with_capacity(edits.len());
    for edit in edits {
        let (start, end) = (edit.span.start.0, edit.span.end.0);
        check_offset(&rope, end)?;
        check_offset(&rope, start)?;
        if start > end {
            return Err(Misfit::Backwards { start, end });
        }
        let bytes = rope.byte_len() - (end - start) + edit.text.len();
        if bytes > bytes_max {
            return Err(Misfit::TooLarge { bytes, max: bytes_max });
        }
        if edit.text.as_bytes().contains(&0) {
            return Err(Misfit::Binary);
        }
        let start_position = point(&rope, start);
        let old_end_position = point(&rope, end);
        rope.replace(start..end, edit.text.as_str());
        let new_end = start + edit.text.len();
        tree_edits.push(InputEdit {
            start_byte: start,
            old_end_byte: end,
            new_end_byte: new_end,
            start_position,
            old_end_position,
            new_end_position: point(&rope, new_end),
        });
    }
    Ok((rope, tree_edits))
}

/// Whether `offset` is a place in the text.
pub(crate) fn check_offset(rope: &Rope, offset: usize) -> Result<(), Misfit> {
    let len = rope.byte_len();
    if offset > len {
        return Err(Misfit::OutOfRange { offset, len });
    }
    if !rope.is_char_boundary(offset) {
        return Err(Misfit::InsideCharacter { offset });
    }
    Ok(())
}

fn point(rope: &Rope, offset: usize) -> Point {
    let row = rope.line_of_byte(offset);
    Point { row, column: offset - rope.byte_of_line(row) }
}

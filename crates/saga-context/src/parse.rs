//! Parsing as a piece of work that any thread can do: taken from the store, run without it, and
//! given back. Bounded by tree-sitter's own progress reports instead of a clock, so that the same
//! text always gets, or never gets, a tree.

use std::ops::ControlFlow;
use std::sync::Arc;

use crop::Rope;
use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use crate::language::{Language, Loaded};
use crate::outline::Outline;
use crate::text;
use crate::windows::Windows;

/// Larger texts with errors in them keep a tree that grew: parsing them whole takes too long for
/// every key, even beside the typing.
const AFRESH_BYTES_MAX: usize = 256 << 10;

/// A text that waits to be read.
pub struct ParseJob {
    pub(crate) uri: Arc<str>,
    pub(crate) opening: u64,
    pub(crate) version: i64,
    pub(crate) rope: Rope,
    pub(crate) old_tree: Option<Tree>,
    pub(crate) old_outline: Option<Arc<Outline>>,
    pub(crate) old_windows: Option<Arc<Windows>>,
    /// `None` when there can be no tree.
    pub(crate) language: Option<&'static Language>,
    pub(crate) steps_max: usize,
}

/// What a job found; goes to [`crate::Documents::adopt`].
pub struct Parsed {
    pub(crate) uri: Arc<str>,
    pub(crate) opening: u64,
    pub(crate) version: i64,
    /// Of the tree that was wanted.
    pub(crate) language: Option<&'static Language>,
    /// `None` when there can be no tree, or the limit was reached.
    pub(crate) result: Option<(Tree, Arc<Outline>)>,
    pub(crate) windows: Arc<Windows>,
}

impl ParseJob {
    /// Parses, reusing what the edits left of the earlier tree where that is sound, and reads the
    /// definitions and the windows.
    #[must_use]
    pub fn run(self) -> Parsed {
        let result = self.language.and_then(|language| {
            let loaded = language.load()?;
            let tree = self.parse(language, loaded)?;
            let earlier = self.old_outline.as_deref();
            let outline = Outline::read(language, loaded, &tree, &self.rope, earlier);
            Some((tree, Arc::new(outline)))
        });
        let windows = Windows::read(&self.rope, self.version, self.old_windows.as_deref());
        Parsed {
            uri: self.uri,
            opening: self.opening,
            version: self.version,
            language: self.language,
            result,
            windows: Arc::new(windows),
        }
    }

    /// How a parser gets over an error depends on what it kept, and errors that are gone may stay:
    /// a tree with errors is neither grown further nor taken from growing, where the text is small
    /// enough to be read as a whole.
    fn parse(&self, language: &Language, loaded: &Loaded) -> Option<Tree> {
        let is_small = self.rope.byte_len() <= AFRESH_BYTES_MAX;
        let is_sound = |tree: &&Tree| !(is_small && tree.root_node().has_error());
        let old_tree = self.old_tree.as_ref().filter(|_| language.keeps_trees).filter(is_sound);
        let tree = parse(loaded, &self.rope, old_tree, self.steps_max)?;
        if old_tree.is_some() && !is_sound(&&tree) {
            return parse(loaded, &self.rope, None, self.steps_max);
        }
        Some(tree)
    }
}

pub(crate) fn parse(
    loaded: &Loaded,
    rope: &Rope,
    old_tree: Option<&Tree>,
    steps_max: usize,
) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&loaded.grammar).ok()?;
    let mut steps_left = steps_max;
    let mut count_down = |_: &ParseState| match steps_left.checked_sub(1) {
        Some(left) => {
            steps_left = left;
            ControlFlow::Continue(())
        }
        None => ControlFlow::Break(()),
    };
    parser.parse_with_options(
        &mut |byte, _| chunk_from(rope, byte),
        old_tree,
        Some(ParseOptions::new().progress_callback(&mut count_down)),
    )
}

/// The text from `byte` to the end of the piece of the rope that holds it.
fn chunk_from(rope: &Rope, byte: usize) -> &[u8] {
    let start = text::floor(rope, byte);
    let chunk = rope.byte_slice(start..).chunks().next().unwrap_or_default();
    chunk.as_bytes().get(byte - start..).unwrap_or_default()
}

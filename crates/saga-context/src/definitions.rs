//! Reads one top-level piece of a file: the definitions in it, as short texts a model can read,
//! and its imports.

use crop::Rope;
use tree_sitter::Node;

use crate::doc_line;
use crate::language::{Capture, Language, Loaded};
use crate::syntax::{self, Found};
use crate::text;

const IMPORT_BYTES_MAX: usize = 600;
const HEADER_BYTES_MAX: usize = 300;
const SHAPE_BYTES_MAX: usize = 600;
const NAME_BYTES_MAX: usize = 200;

/// One definition.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    /// What it is found by.
    pub(crate) name: Box<str>,
    /// What a model is shown: a line of documentation, the container, the signature.
    pub(crate) text: String,
    /// The first line as it stands in the file, without the body: where it can be seen already,
    /// `text` is not needed.
    pub(crate) first_line: String,
    /// Stands inside a function, so that no other file can use it.
    pub(crate) is_local: bool,
    pub(crate) kind: SymbolKind,
    /// First and last line, counted from the first line of the piece.
    pub(crate) lines: (u32, u32),
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl SymbolKind {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Method => "method",
            Self::Class => "class",
            Self::Type => "type",
            Self::Constant => "constant",
        }
    }
}

/// What a piece of a file holds, in file order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) definitions: Vec<Definition>,
    pub(crate) imports: Vec<String>,
}

impl Piece {
    /// Reads `node` and all that is in it.
    pub(crate) fn read(language: &Language, loaded: &Loaded, rope: &Rope, node: Node<'_>) -> Self {
        let mut piece = Self::default();
        let mut entries = Vec::new();
        syntax::matches(loaded, rope, node, None, |found| {
            if let Some(import) = found.node(Capture::Import) {
                let text = text::slice(rope, import.byte_range());
                let text = text::head(text.trim_end(), IMPORT_BYTES_MAX).to_owned();
                piece.imports.push(text::unix_lines(text));
            } else {
                entries.extend(Entry::from(&found));
            }
        });
        // A longer entry that starts at the same place holds the others; of two matches for the
        // same node the one that knows its body says more.
        entries.sort_by_key(|entry| {
            (entry.node.start_byte(), usize::MAX - entry.node.end_byte(), entry.body.is_none())
        });
        piece.add_definitions(language, rope, node, &entries);
        piece
    }

    fn add_definitions(
        &mut self,
        language: &Language,
        rope: &Rope,
        piece: Node<'_>,
        entries: &[Entry<'_>],
    ) {
        let mut around: Vec<Around> = Vec::new();
        let mut last_node = None;
        for entry in entries {
            if last_node == Some((entry.node.id(), entry.name.map(|name| name.id()))) {
                continue;
            }
            last_node = Some((entry.node.id(), entry.name.map(|name| name.id())));
            while around.last().is_some_and(|outer| outer.end <= entry.node.start_byte()) {
                around.pop();
            }
            let place = self.add_definition(language, rope, entry, &around);
            if let Some(definition) = place.and_then(|place| self.definitions.get_mut(place)) {
                definition.lines = lines(piece, entry.node);
            }
            if let Some(is_function) = entry.opens {
                let header = header(rope, entry.node, entry.body);
                around.push(Around { end: entry.node.end_byte(), header, is_function, place });
            }
        }
    }

    /// The place of the new definition; `None` when the entry is none that others can name.
    fn add_definition(
        &mut self,
        language: &Language,
        rope: &Rope,
        entry: &Entry<'_>,
        around: &[Around],
    ) -> Option<usize> {
        let name = text::slice(rope, entry.name?.byte_range());
        let is_local = around.iter().any(|outer| outer.is_function);
        let container = around.last().filter(|outer| !outer.is_function);
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            return None;
        }
        let class = container.and_then(|class| self.definitions.get_mut(class.place?));
        // A constructor's signature goes with its class, not with its name.
        let is_constructor = language.constructors.contains(&name.as_str())
            || class.as_ref().is_some_and(|class| *class.name == name);
        if is_constructor && container.is_some() {
            let signature = header(rope, entry.node, entry.body);
            if let Some(class) = class.filter(|class| class.text.len() < SHAPE_BYTES_MAX) {
                class.text.push_str("\n    ");
                class.text.push_str(&signature);
            }
            return None;
        }
        if entry.kind == Capture::Constant && (container.is_some() || is_local) {
            return None;
        }
        let signature = match entry.kind {
            Capture::Shape => shape(rope, entry.node),
            Capture::Constant => first_line(rope, entry.node, None),
            _ => header(rope, entry.node, entry.body),
        };
        let mut text = String::new();
        let body = entry.body.map(|body| body.start_byte());
        if let Some(doc) = doc_line::find(language, rope, entry.node.start_byte(), body) {
            text.push_str(language.line_comment().unwrap_or("//"));
            text.push(' ');
            text.push_str(&doc);
            text.push('\n');
        }
        if let Some(class) = container {
            text.push_str(&class.header);
            text.push_str("\n    ");
        }
        text.push_str(&signature);
        let place = self.definitions.len();
        let first_line = first_line(rope, entry.node, entry.body);
        let kind = entry.symbol_kind(container.is_some());
        let name = name.into();
        let lines = (0, 0);
        self.definitions.push(Definition { name, text, first_line, is_local, kind, lines });
        Some(place)
    }
}

/// A match that defines something or holds definitions.
struct Entry<'tree> {
    node: Node<'tree>,
    name: Option<Node<'tree>>,
    body: Option<Node<'tree>>,
    kind: Capture,
    /// `Some(true)` for functions, `Some(false)` for containers.
    opens: Option<bool>,
}

impl<'tree> Entry<'tree> {
    fn from(found: &Found<'tree>) -> Option<Self> {
        let kinds = [Capture::Definition, Capture::Shape, Capture::Constant];
        let kind = kinds.into_iter().find(|kind| found.is(*kind)).unwrap_or(Capture::Container);
        let is_scope = found.is(Capture::Scope);
        let opens = (is_scope || found.is(Capture::Container)).then_some(is_scope);
        let is_other = found.is(Capture::Comment) || found.is(Capture::String);
        if is_other || found.is(Capture::Code) {
            return None;
        }
        Some(Self {
            node: found.whole()?,
            name: found.node(Capture::Name),
            body: found.node(Capture::Body),
            kind,
            opens,
        })
    }

    fn symbol_kind(&self, is_in_container: bool) -> SymbolKind {
        match (self.kind, self.opens) {
            (Capture::Shape, _) => SymbolKind::Type,
            (Capture::Constant, _) => SymbolKind::Constant,
            (_, Some(false)) => SymbolKind::Class,
            _ if is_in_container => SymbolKind::Method,
            _ => SymbolKind::Function,
        }
    }
}

/// The lines of a node, counted from the first one of the piece it is in.
fn lines(piece: Node<'_>, node: Node<'_>) -> (u32, u32) {
    let first = piece.start_position().row;
    let from_there = |row: usize| u32::try_from(row.saturating_sub(first)).unwrap_or(u32::MAX);
    let end = node.end_position();
    // A node that ends with its line break ends before the next line.
    let last = if end.column == 0 { end.row.saturating_sub(1) } else { end.row };
    (from_there(node.start_position().row), from_there(last.max(node.start_position().row)))
}

/// A function or container that holds the entries after it.
struct Around {
    end: usize,
    header: String,
    is_function: bool,
    /// Its own place among the definitions.
    place: Option<usize>,
}

/// The text from a node's start to its body, on one line and without what opens the body.
pub(crate) fn header(rope: &Rope, node: Node<'_>, body: Option<Node<'_>>) -> String {
    let end = header_end(node, body).min(node.start_byte() + 4 * HEADER_BYTES_MAX);
    one_line(&text::slice(rope, node.start_byte()..end))
}

/// Where the body starts, or the comments that stand between it and the header.
fn header_end(node: Node<'_>, body: Option<Node<'_>>) -> usize {
    let Some(body) = body else {
        // Nothing stands between a header and the word that closes its block.
        let last = node.child(node.child_count().saturating_sub(1));
        return last
            .filter(|last| last.kind() == "end")
            .map_or(node.end_byte(), |last| last.start_byte());
    };
    let body_start = body.start_byte();
    let mut end = body_start;
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        if child.start_byte() >= body_start {
            break;
        }
        end = if child.is_extra() { end.min(child.start_byte()) } else { body_start };
    }
    end
}

/// Collapses blanks, and cuts what opens a body.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ").replace("( ", "(").replace(", )", ")").replace(" )", ")");
    let line = line.trim_end_matches([' ', '{', ':', ';', ',']).trim_end_matches("=>").trim_end();
    text::head(line, HEADER_BYTES_MAX).to_owned()
}

/// A short type whole; a long one by its header.
fn shape(rope: &Rope, node: Node<'_>) -> String {
    if node.end_byte() - node.start_byte() <= SHAPE_BYTES_MAX {
        return text::unix_lines(text::slice(rope, node.byte_range()));
    }
    header(rope, node, node.child_by_field_name("body"))
}

fn first_line(rope: &Rope, node: Node<'_>, body: Option<Node<'_>>) -> String {
    let body_start = body.map_or(node.end_byte(), |body| body.start_byte());
    let end = text::line_end(rope, node.start_byte()).min(body_start);
    let line = text::slice(rope, node.start_byte()..end);
    text::head(line.trim_end(), HEADER_BYTES_MAX).to_owned()
}

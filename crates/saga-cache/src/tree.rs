//! The texts that begin on one line, as a radix tree.

use saga_domain::hangul;

use crate::Hit;

/// What a node costs beside its text.
const NODE_BYTES: usize = size_of::<Node>();
/// Completions of one line; when there are more, the line starts over.
const ENDS_MAX: usize = 256;
/// Completions that are compared with a syllable under composition.
const COMPARED_MAX: usize = 64;

/// The texts that begin on one line.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    root: Node,
    bytes: usize,
    ends: usize,
}

#[derive(Debug, Default)]
struct Node {
    /// From the parent to here.
    label: String,
    /// When a completion that ends here was inserted; 0 when none does.
    ends: u64,
    /// When the newest completion that ends here or below was inserted.
    newest: u64,
    children: Vec<Node>,
}

impl Tree {
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Keeps `path`; `stamp` must not be smaller than any before it.
    pub(crate) fn insert(&mut self, path: &str, stamp: u64) {
        if self.ends == ENDS_MAX {
            *self = Self::default();
        }
        self.ends += 1;
        self.bytes += self.root.insert(path, stamp);
    }

    /// What is left of the newest path that begins with `typed`.
    pub(crate) fn find(&self, typed: &str) -> Option<Hit> {
        if let Some((node, at)) = self.root.descend(typed) {
            let text = node.newest_from(at);
            if !text.is_empty() {
                return Some(Hit { text, replace_back_bytes: 0, replace_forward_bytes: 0 });
            }
        }
        self.find_composing(typed).or_else(|| self.find_unindented(typed))
    }

    /// The same when the editor indented a line that the path leaves empty.
    fn find_unindented(&self, typed: &str) -> Option<Hit> {
        let unindented = typed.trim_end_matches([' ', '\t']);
        if !unindented.ends_with('\n') {
            return None;
        }
        let (node, at) = self.root.descend(unindented)?;
        let text = node.newest_from(at);
        text.starts_with('\n').then_some(Hit {
            text,
            replace_back_bytes: 0,
            replace_forward_bytes: 0,
        })
    }

    /// The same when the last character typed is a syllable under composition.
    fn find_composing(&self, typed: &str) -> Option<Hit> {
        let partial = typed.chars().next_back().filter(|c| hangul::is_hangul(*c))?;
        let replace_back_bytes = partial.len_utf8();
        let (node, at) = self.root.descend(&typed[..typed.len() - replace_back_bytes])?;
        let mut found = Vec::new();
        node.collect(at, &mut String::new(), &mut found);
        let fitting = found.into_iter().filter(|(_, text)| hangul::composes_into(partial, text));
        let (_, text) = fitting.max_by_key(|(stamp, _)| *stamp)?;
        Some(Hit { text, replace_back_bytes, replace_forward_bytes: 0 })
    }
}

impl Node {
    /// Adds `path` below this node; gives the bytes this took.
    fn insert(&mut self, path: &str, stamp: u64) -> usize {
        self.newest = stamp;
        if path.is_empty() {
            self.ends = stamp;
            return 0;
        }
        for child in &mut self.children {
            let common = common_start(&child.label, path);
            if common == 0 {
                continue;
            }
            let mut added = 0;
            if common < child.label.len() {
                child.split(common);
                added = NODE_BYTES;
            }
            return added + child.insert(&path[common..], stamp);
        }
        self.children.push(Self {
            label: path.to_owned(),
            ends: stamp,
            newest: stamp,
            children: Vec::new(),
        });
        NODE_BYTES + path.len()
    }

    /// Puts a node into the middle of the label.
    fn split(&mut self, at: usize) {
        let rest = self.label.split_off(at);
        let below = Self {
            label: rest,
            ends: std::mem::take(&mut self.ends),
            newest: self.newest,
            children: std::mem::take(&mut self.children),
        };
        self.children.push(below);
    }

    /// The node whose label `typed` ends in, and how much of that label it takes.
    fn descend(&self, typed: &str) -> Option<(&Self, usize)> {
        let (mut node, mut rest) = (self, typed);
        loop {
            if rest.is_empty() {
                return Some((node, node.label.len()));
            }
            let child = node.children.iter().find(|child| common_start(&child.label, rest) > 0)?;
            let common = common_start(&child.label, rest);
            if common == rest.len() {
                return Some((child, common));
            }
            if common < child.label.len() {
                return None;
            }
            (node, rest) = (child, &rest[common..]);
        }
    }

    /// From `at` in this node's label to the end of the newest completion.
    fn newest_from(&self, at: usize) -> String {
        let mut text = self.label[at..].to_owned();
        let mut node = self;
        while let Some(child) = node.children.iter().max_by_key(|child| child.newest) {
            if !text.is_empty() && node.ends > child.newest {
                break;
            }
            text.push_str(&child.label);
            node = child;
        }
        text
    }

    fn collect(&self, at: usize, text: &mut String, found: &mut Vec<(u64, String)>) {
        let length = text.len();
        text.push_str(&self.label[at..]);
        if self.ends > 0 && found.len() < COMPARED_MAX {
            found.push((self.ends, text.clone()));
        }
        for child in &self.children {
            child.collect(0, text, found);
        }
        text.truncate(length);
    }
}

/// Bytes that both begin with, ending between characters.
fn common_start(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

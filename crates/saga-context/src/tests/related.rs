//! What other places say about a cursor. Files below `/disk/` are in the index only; all others
//! are open.

mod index;
mod recent;
mod signatures;
mod similar;

use expect_test::Expect;
use saga_domain::{Snippet, SnippetKind};
use saga_fixture::Fixture;

use super::Opened;
use crate::{
    ContextLimits, IndexLimits, RecentPlaces, Surroundings, WorkspaceIndex, index_file, related,
};

/// A fixture, opened and indexed, and where the user was.
pub(super) struct World {
    pub(super) opened: Opened,
    pub(super) index: WorkspaceIndex,
    pub(super) recent: RecentPlaces,
}

impl World {
    pub(super) fn new(fixture: &str) -> Self {
        let mut fixture = Fixture::parse(fixture);
        let mut index = WorkspaceIndex::new(IndexLimits::USUAL);
        for file in fixture.files.extract_if(.., |file| file.path.starts_with("disk/")) {
            let path = file.path.trim_start_matches("disk/");
            index.add(index_file(path, &file.text, &IndexLimits::USUAL).expect("a known language"));
        }
        Self { opened: Opened::from(fixture), index, recent: RecentPlaces::new() }
    }

    pub(super) fn related(&self, limits: &ContextLimits) -> Vec<Snippet> {
        let (doc, at) = self.opened.cursor();
        let open = self.opened.others();
        let around = Surroundings { open: &open, index: &self.index, recent: &self.recent };
        related(&doc, at, &around, limits)
    }
}

pub(super) fn check(fixture: &str, expected: Expect) {
    let world = World::new(fixture);
    expected.assert_eq(&show(&world.related(&ContextLimits::USUAL)));
    let world = World::new(&fixture.trim_start().replace('\n', "\r\n"));
    expected.assert_eq(&show(&world.related(&ContextLimits::USUAL)));
}

pub(super) fn show(snippets: &[Snippet]) -> String {
    let show = |snippet: &Snippet| {
        let kind = match snippet.kind {
            SnippetKind::Signature => "signature",
            SnippetKind::Similar => "similar",
            SnippetKind::RecentEdit => "edited",
            SnippetKind::Attached => "attached",
        };
        format!("{kind} {}: {}\n", snippet.path, snippet.text)
    };
    snippets.iter().map(show).collect()
}

//! Text in, text out. Every test goes through a `check` of its file.

mod context;
mod documents;
mod edits;
mod find;
mod languages;
mod merged;
mod place;
mod private;
mod proposed;
mod redact;
mod related;
mod selection;
mod smells;
mod windows;

use saga_domain::{ByteOffset, Span};
use saga_fixture::{Fixture, FixtureFile};

use crate::{DocumentLimits, Documents, Snapshot};

/// All files of a fixture, open and parsed.
pub(crate) struct Opened {
    pub(crate) documents: Documents,
    pub(crate) fixture: Fixture,
}

impl Opened {
    pub(crate) fn new(text: &str) -> Self {
        Self::from(Fixture::parse(text))
    }

    pub(crate) fn from(fixture: Fixture) -> Self {
        let mut documents = Documents::new(DocumentLimits::USUAL);
        for file in &fixture.files {
            documents
                .open(&file.path, &file.path, file.language_id(), 1, &file.text)
                .expect("a fixture is a fine document");
            parse(&mut documents, &file.path);
        }
        Self { documents, fixture }
    }

    pub(crate) fn cursor(&self) -> (Snapshot, ByteOffset) {
        let (file, at) = self.fixture.cursor();
        (self.snapshot(file), at)
    }

    pub(crate) fn selection(&self) -> (Snapshot, Span) {
        let (file, span) = self.fixture.selection();
        (self.snapshot(file), span)
    }

    pub(crate) fn others(&self) -> Vec<Snapshot> {
        self.fixture.other_files().into_iter().map(|file| self.snapshot(file)).collect()
    }

    pub(crate) fn snapshot(&self, file: &FixtureFile) -> Snapshot {
        self.documents.get(&file.path).expect("it was opened")
    }
}

/// Brings the tree up to the text.
pub(crate) fn parse(documents: &mut Documents, uri: &str) {
    if let Some(job) = documents.parse_job(uri) {
        documents.adopt(job.run());
    }
}

//! The definitions of the names used near a cursor: from the same file, from open ones, and from
//! the rest of the workspace, in that order.

use rustc_hash::FxHashSet;
use saga_domain::{Snippet, SnippetKind};

use crate::limits::ContextLimits;
use crate::names;
use crate::outline::Outline;
use crate::related::{Spot, Surroundings};
use crate::snapshot::Snapshot;

/// Definitions of one name that are shown; with more than twice as many that are equally near the
/// name says nothing.
const SAME_NAME_MAX: usize = 2;
/// Definitions of one name that are looked at in one place.
const SAME_NAME_SEEN_MAX: usize = 32;

/// Signatures for the names around the spot, in the order of their files.
pub(crate) fn find(
    spot: &Spot<'_>,
    around: &Surroundings<'_>,
    limits: &ContextLimits,
) -> Vec<Snippet> {
    let names = names::near(&spot.before, &spot.after, &spot.scopes, limits.names_max);
    let search = Search::new(spot, around, limits);
    let mut chosen: Vec<Candidate<'_>> = Vec::new();
    let mut bytes_left = limits.signatures_bytes_max;
    for candidate in names.iter().flat_map(|name| search.find(name)) {
        let is_new = chosen
            .iter()
            .all(|other| (other.path, other.place) != (candidate.path, candidate.place));
        if is_new && candidate.text.len() <= bytes_left {
            bytes_left -= candidate.text.len();
            chosen.push(candidate);
        }
        if chosen.len() >= limits.signatures_max {
            break;
        }
    }
    // By place and not by nearness: the order then stays while the cursor moves.
    chosen.sort_by_key(|candidate| (candidate.path, candidate.place));
    let snippets = chosen.into_iter().map(|candidate| Snippet {
        path: candidate.path.to_owned(),
        kind: SnippetKind::Signature,
        text: candidate.text.to_owned(),
    });
    snippets.collect()
}

/// A definition that might be shown.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    path: &'a str,
    place: (u32, u32),
    text: &'a str,
    is_open: bool,
}

/// Where names are looked up.
struct Search<'a> {
    spot: &'a Spot<'a>,
    around: &'a Surroundings<'a>,
    own: Option<&'a Outline>,
    open: Vec<(&'a Snapshot, &'a Outline)>,
    /// What the index knows of these is older than what is open.
    open_paths: FxHashSet<&'a str>,
    imported: FxHashSet<&'a str>,
}

impl<'a> Search<'a> {
    fn new(spot: &'a Spot<'a>, around: &'a Surroundings<'a>, limits: &ContextLimits) -> Self {
        let own = spot.doc.syntax.as_ref().map(|syntax| &*syntax.outline);
        let imports = own.into_iter().flat_map(Outline::imports);
        Self {
            spot,
            around,
            own,
            open: relatives(spot.doc, around.open, limits.other_files_max),
            open_paths: around.open.iter().chain([spot.doc]).map(Snapshot::path).collect(),
            imported: imports.flat_map(names::words).collect(),
        }
    }

    /// What `name` may mean: this file's own definition, else the nearest ones.
    fn find(&self, name: &str) -> Vec<Candidate<'a>> {
        let own: Vec<_> =
            self.own.into_iter().flat_map(|own| own.named(name)).take(SAME_NAME_MAX + 1).collect();
        if !own.is_empty() {
            let unseen = own.into_iter().filter(|(_, found)| !self.spot.shows(&found.first_line));
            let path = self.spot.doc.path();
            return unseen
                .take(SAME_NAME_MAX)
                .map(|(place, found)| Candidate { path, place, text: &found.text, is_open: true })
                .collect();
        }
        let all: Vec<Candidate<'a>> = self.in_open(name).chain(self.in_index(name)).collect();
        let nearness = |candidate: &Candidate<'_>| self.nearness(name, candidate.path);
        let Some(nearest) = all.iter().map(nearness).max() else { return Vec::new() };
        let mut found: Vec<_> =
            all.into_iter().filter(|candidate| nearness(candidate) == nearest).collect();
        if !self.may_be_meant(name, nearest, &found) {
            found.retain(|candidate| candidate.is_open);
        }
        if found.len() > 2 * SAME_NAME_MAX {
            return Vec::new();
        }
        found.truncate(SAME_NAME_MAX);
        found
    }

    /// Whether a name can mean definitions in files that nobody opened. Where no import leads, it
    /// must be no plain word, which a local variable may have as well; from further away than the
    /// same directory, it must also be the only one, and not be imported from somewhere else.
    fn may_be_meant(&self, name: &str, nearness: Nearness, found: &[Candidate<'_>]) -> bool {
        match nearness {
            Nearness::Elsewhere => {
                found.len() == 1 && !self.imported.contains(name) && !names::is_plain_word(name)
            }
            Nearness::SameDirectory => !names::is_plain_word(name),
            _ => true,
        }
    }

    fn in_open(&self, name: &str) -> impl Iterator<Item = Candidate<'a>> {
        self.open.iter().flat_map(move |(document, outline)| {
            let usable = outline.named(name).filter(|(_, found)| !found.is_local);
            let path = document.path();
            let candidates = usable.map(move |(place, found)| Candidate {
                path,
                place,
                text: &found.text,
                is_open: true,
            });
            candidates.take(SAME_NAME_SEEN_MAX)
        })
    }

    fn in_index(&self, name: &str) -> impl Iterator<Item = Candidate<'a>> {
        let family = self.spot.doc.language().map(|language| language.family);
        let found =
            family.into_iter().flat_map(move |family| self.around.index.named(name, family));
        let in_tests = is_of_tests(self.spot.doc.path());
        let closed = found.filter(move |found| {
            !self.open_paths.contains(found.path) && (in_tests || !is_of_tests(found.path))
        });
        closed.take(SAME_NAME_SEEN_MAX).map(|found| Candidate {
            path: found.path,
            place: (0, found.place.into()),
            text: found.text,
            is_open: false,
        })
    }

    /// How near a file is for a name.
    fn nearness(&self, name: &str, path: &str) -> Nearness {
        let is_imported = |part: &str| {
            self.imported.contains(part)
                || (part.contains('-') && self.imported.contains(part.replace('-', "_").as_str()))
        };
        let names_module = module_of(path).is_some_and(is_imported);
        if self.imported.contains(name) {
            if names_module {
                return Nearness::Imported;
            }
            if directory_of(path).split('/').any(is_imported) {
                return Nearness::PackageImported;
            }
        } else if names_module || directory_of(path).rsplit('/').next().is_some_and(is_imported) {
            return Nearness::ModuleImported;
        }
        if directory_of(path) == directory_of(self.spot.doc.path()) {
            Nearness::SameDirectory
        } else {
            Nearness::Elsewhere
        }
    }
}

/// How near a file is for a name, the nearest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Elsewhere,
    SameDirectory,
    /// Its module is imported, and the name is not: `shapes.area`.
    ModuleImported,
    /// The name is imported from somewhere above the file, which may pass it on.
    PackageImported,
    /// The name is imported from there.
    Imported,
}

/// What an import calls a file: its name, or that of its directory where the file's own says
/// nothing.
fn module_of(path: &str) -> Option<&str> {
    const NAMELESS: &[&str] = &["__init__", "index", "lib", "mod"];
    let mut parts = path.rsplit('/');
    let file = parts.next()?;
    let stem = file.split('.').next().unwrap_or(file);
    if NAMELESS.contains(&stem) { parts.next() } else { Some(stem) }
}

/// Whether a file holds tests, whose definitions nobody else uses.
fn is_of_tests(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or(path);
    let marks = [".test.", ".spec.", "_test."];
    file.starts_with("test_")
        || marks.iter().any(|mark| file.contains(mark))
        || parts.any(|directory| matches!(directory, "test" | "tests" | "__tests__" | "spec"))
}

fn directory_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// Open documents whose definitions may be used in `doc`.
fn relatives<'a>(
    doc: &Snapshot,
    open: &'a [Snapshot],
    files_max: usize,
) -> Vec<(&'a Snapshot, &'a Outline)> {
    let Some(language) = doc.language() else { return Vec::new() };
    let outlines = open.iter().filter(|other| other.uri() != doc.uri()).filter_map(|other| {
        let syntax = other.syntax.as_ref()?;
        (syntax.language.family == language.family).then_some((other, &*syntax.outline))
    });
    outlines.take(files_max).collect()
}

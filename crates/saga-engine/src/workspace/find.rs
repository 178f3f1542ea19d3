//! Looking for files and names by a few letters.

use std::cmp::Reverse;
use std::collections::HashSet;

use saga_context::{Search, Snapshot, Symbol, SymbolKind, WorkspaceIndex};

use super::Workspace;
use super::rules::Rules;

/// Bytes of a query that are looked at.
const QUERY_BYTES_MAX: usize = 256;
/// Files or names in an answer.
const FOUND_MAX: usize = 200;

/// A file that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundFile {
    /// Its path from its folder, with slashes.
    pub path: String,
    /// The folder of the workspace it is in, on disk.
    pub folder: String,
    /// How well it fits; larger is better.
    pub score: u32,
    /// Bytes of `path` at which a character begins that was looked for.
    pub positions: Vec<usize>,
}

/// A definition that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSymbol {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The path of its file from its folder, with slashes.
    pub path: String,
    /// The folder of the workspace it is in, on disk; none for an open file outside of all.
    pub folder: Option<String>,
    /// First line of the whole definition, counted from 1.
    pub start_line: u32,
    /// Its last line.
    pub end_line: u32,
    /// How well it fits; larger is better.
    pub score: u32,
    /// Bytes of `name` at which a character begins that was looked for.
    pub positions: Vec<usize>,
}

impl Workspace {
    /// The files whose paths hold the letters of the query, the best ones first.
    pub(crate) fn find_files(&self, query: &str, limit: usize) -> Vec<FoundFile> {
        let Some(run) = self.run() else { return Vec::new() };
        let mut search = search(query);
        let catalog = run.catalog().read();
        let scored = catalog.listed().filter_map(|(shown, letters)| {
            let score = search.score(shown, letters)?;
            Some(((Reverse(score), shown.len()), shown))
        });
        let best = best(scored.collect(), limit);
        let found = best.into_iter().filter_map(|((Reverse(score), _), shown)| {
            let (folder, path) = run.rules().folder_of(shown)?;
            let before = shown.len() - path.len();
            let positions = search.positions(shown).into_iter();
            Some(FoundFile {
                path: path.to_owned(),
                folder: folder.to_str()?.to_owned(),
                score,
                positions: positions.filter_map(|at| at.checked_sub(before)).collect(),
            })
        });
        found.collect()
    }

    /// The definitions whose names hold the letters of the query, the best ones first. What is open
    /// is taken as it is in the editor.
    pub(crate) fn find_symbols(
        &self,
        query: &str,
        limit: usize,
        open: &[Snapshot],
    ) -> Vec<FoundSymbol> {
        let paths: HashSet<&str> = open.iter().map(Snapshot::path).collect();
        let run = self.run();
        let rules = run.as_ref().map(|run| run.rules().as_ref());
        let look = |index: &WorkspaceIndex| {
            let indexed = index.symbols().filter(|symbol| !paths.contains(symbol.path));
            let all = open.iter().flat_map(Snapshot::symbols).chain(indexed);
            let mut search = search(query);
            let scored = all.filter_map(|symbol| {
                let score = search.score(symbol.name, symbol.letters)?;
                let key = (Reverse(score), symbol.name.len(), symbol.path, symbol.lines.0);
                Some((key, symbol))
            });
            let best = best(scored.collect(), limit);
            let found = best.into_iter().map(|((Reverse(score), ..), symbol)| FoundSymbol {
                score,
                ..found(rules, &symbol, search.positions(symbol.name))
            });
            found.collect()
        };
        self.with_index(look)
    }
}

fn search(query: &str) -> Search {
    let mut end = QUERY_BYTES_MAX.min(query.len());
    while !query.is_char_boundary(end) {
        end -= 1;
    }
    Search::new(&query[..end])
}

/// The first ones by their keys, in order.
fn best<K: Ord, T>(mut all: Vec<(K, T)>, limit: usize) -> Vec<(K, T)> {
    let limit = limit.min(FOUND_MAX);
    if limit == 0 {
        return Vec::new();
    }
    if all.len() > limit {
        all.select_nth_unstable_by(limit - 1, |(one, _), (other, _)| one.cmp(other));
        all.truncate(limit);
    }
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

fn found(rules: Option<&Rules>, symbol: &Symbol<'_>, positions: Vec<usize>) -> FoundSymbol {
    let place = rules.and_then(|rules| rules.folder_of(symbol.path));
    let (folder, path) =
        place.map_or((None, symbol.path), |(folder, path)| (folder.to_str(), path));
    FoundSymbol {
        name: symbol.name.to_owned(),
        kind: symbol.kind,
        path: path.to_owned(),
        folder: folder.map(str::to_owned),
        start_line: symbol.lines.0 + 1,
        end_line: symbol.lines.1 + 1,
        score: 0,
        positions,
    }
}

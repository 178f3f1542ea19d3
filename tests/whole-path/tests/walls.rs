//! The architecture written as absences: who must not depend on whom, and which words must not
//! stand in which files. What is deliberately not there cannot be seen by reading.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// No path of normal or build dependencies may lead from the first crate to the second.
const WALLS: &[(&str, &str)] = &[
    // The proxy sees prompts, never source trees, and shares only the protocol with the client.
    ("codesaga-proxy", "tree-sitter"),
    ("codesaga-proxy", "saga-context"),
    ("codesaga-proxy", "saga-prompt"),
    ("codesaga-proxy", "saga-client"),
    // Extraction, prompts and the cache are plain computation: no async, no sockets, no serde.
    ("saga-context", "tokio"),
    ("saga-context", "serde"),
    ("saga-context", "reqwest"),
    ("saga-prompt", "tokio"),
    ("saga-prompt", "serde"),
    ("saga-prompt", "tree-sitter"),
    ("saga-cache", "tokio"),
    ("saga-cache", "serde"),
    // Siblings never import one another; the engine is the one leaf that ties them.
    ("saga-context", "saga-prompt"),
    ("saga-context", "saga-cache"),
    ("saga-prompt", "saga-context"),
    ("saga-prompt", "saga-cache"),
    ("saga-cache", "saga-context"),
    ("saga-client", "saga-context"),
    ("saga-client", "saga-prompt"),
    // The engine runs, and is tested, without Node.
    ("saga-engine", "napi"),
];

/// Crates that only the named crates may depend on directly.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("napi", &["codesaga-native"]),
    // The evaluation cuts holes out of syntax trees; it ships with nothing.
    ("tree-sitter", &["saga-context", "evaluation"]),
    ("reqwest", &["saga-client"]),
    ("redis", &["codesaga-proxy"]),
    ("axum", &["codesaga-proxy"]),
    ("rmcp", &["codesaga-proxy"]),
    ("tonic", &["codesaga-proxy"]),
    // What walks the user's folders.
    ("ignore", &["saga-engine"]),
];

/// A word that may stand only in some files.
struct Word {
    folder: &'static str,
    endings: &'static [&'static str],
    word: &'static str,
    homes: &'static [&'static str],
    reason: &'static str,
}

const RUST: &[&str] = &["rs"];
const TYPESCRIPT: &[&str] = &["ts", "tsx"];

const WORDS: &[Word] = &[
    Word {
        folder: "native/src",
        endings: RUST,
        word: "utf16",
        homes: &["convert.rs"],
        reason: "one file knows both units, the editor's and ours",
    },
    Word {
        folder: "crates",
        endings: RUST,
        word: "utf16",
        homes: &[],
        reason: "this side of the boundary counts bytes",
    },
    Word {
        folder: "crates/saga-engine/src",
        endings: RUST,
        word: "std::fs",
        homes: &["read.rs", "walk.rs", "tests.rs"],
        reason: "files are read for the workspace's index and for nothing else",
    },
    Word {
        folder: "extension/src",
        endings: TYPESCRIPT,
        word: "getConfiguration",
        homes: &["config.ts"],
        reason: "settings are read in one file",
    },
    Word {
        folder: "extension/src",
        endings: TYPESCRIPT,
        word: "codesaga.node",
        homes: &["engine.ts"],
        reason: "one file imports the addon",
    },
    Word {
        folder: "server-proxy/src/domain",
        endings: RUST,
        word: "axum::",
        homes: &[],
        reason: "the domain knows no HTTP framework",
    },
    Word {
        folder: "server-proxy/src/domain",
        endings: RUST,
        word: "redis::",
        homes: &[],
        reason: "the domain knows no store",
    },
    Word {
        folder: "server-proxy/src/domain",
        endings: RUST,
        word: "tonic::",
        homes: &[],
        reason: "the domain knows no way in which servers ask each other",
    },
    Word {
        folder: "server-proxy/src/domain",
        endings: RUST,
        word: "rdkafka::",
        homes: &[],
        reason: "the domain knows no broker",
    },
    Word {
        folder: "server-proxy/src/domain",
        endings: RUST,
        word: "rmcp::",
        homes: &[],
        reason: "the domain knows no protocol of agents",
    },
    Word {
        folder: "server-proxy/src/domain",
        endings: RUST,
        word: "hyper::",
        homes: &[],
        reason: "the domain opens no sockets",
    },
];

#[test]
fn no_crate_reaches_over_a_wall() {
    let graph = Graph::load();
    for (from, to) in WALLS {
        assert!(graph.names.contains(*from), "{from} is not in the workspace: mend WALLS");
        if let Some(path) = graph.path(from, to) {
            panic!("{from} must not depend on {to}, but does: {}", path.join(" → "));
        }
    }
}

#[test]
fn heavy_crates_have_one_home() {
    let graph = Graph::load();
    for (name, homes) in ONLY_IN {
        let users: BTreeSet<&str> = graph
            .members
            .iter()
            .filter(|member| graph.depends_on(member, name))
            .map(String::as_str)
            .collect();
        let allowed: BTreeSet<&str> = homes.iter().copied().collect();
        assert!(!users.is_empty(), "nobody uses {name}: mend ONLY_IN");
        assert!(users.is_subset(&allowed), "{name} belongs in {allowed:?}, found in {users:?}");
    }
}

#[test]
fn words_stay_in_their_files() {
    for Word { folder, endings, word, homes, reason } in WORDS {
        let files = files_below(&root().join(folder), endings);
        assert!(!files.is_empty(), "no files in {folder}: mend WORDS");
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&file).expect("source files are UTF-8");
            assert!(
                homes.contains(&name.as_str()) || !text.contains(word),
                "{} holds `{word}`: {reason}",
                file.display()
            );
        }
    }
}

struct Graph {
    names: BTreeSet<String>,
    members: BTreeSet<String>,
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn load() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version=1", "--locked"])
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
        let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
        let list = |value: &serde_json::Value| value.as_array().expect("a list").clone();

        let name_of: BTreeMap<String, String> = list(&metadata["packages"])
            .iter()
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in list(&metadata["resolve"]["nodes"]) {
            let targets = edges.entry(name_of[&text(&node["id"])].clone()).or_default();
            for dep in list(&node["deps"]) {
                let ships = list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
                if ships {
                    targets.insert(name_of[&text(&dep["pkg"])].clone());
                }
            }
        }
        let members = list(&metadata["workspace_members"])
            .iter()
            .map(|id| name_of[&text(id)].clone())
            .filter(|name| !name.starts_with("scripted-") && name != "whole-path")
            .collect();
        Self { names: name_of.into_values().collect(), members, edges }
    }

    fn depends_on(&self, from: &str, to: &str) -> bool {
        self.edges.get(from).is_some_and(|targets| targets.contains(to))
    }

    /// The shortest chain of dependencies between two crates.
    fn path(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut seen = BTreeSet::from([from.to_owned()]);
        let mut paths = std::collections::VecDeque::from([vec![from.to_owned()]]);
        while let Some(path) = paths.pop_front() {
            for next in self.edges.get(path.last()?).into_iter().flatten() {
                let mut longer = path.clone();
                longer.push(next.clone());
                if next == to {
                    return Some(longer);
                }
                if seen.insert(next.clone()) {
                    paths.push_back(longer);
                }
            }
        }
        None
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files_below(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return files };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path, extensions));
        } else if path.extension().is_some_and(|end| extensions.iter().any(|wanted| end == *wanted))
        {
            files.push(path);
        }
    }
    files
}

//! `docs/promises.md` names each test that holds a promise, and no other.
//!
//! Such a test bears the promise's number in its name: `p4_…`, or `p10_p4_…` for two of them. The
//! lists are written by `UPDATE_EXPECT=1 cargo test -p whole-path --test promises`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/promises.md";
const PROMISES: std::ops::RangeInclusive<u32> = 1..=12;

#[test]
fn every_promise_is_held_by_the_tests_that_are_named() {
    let held = held();
    let page = std::fs::read_to_string(root().join(PAGE)).expect("the page is there");
    for number in PROMISES {
        assert!(page.contains(&format!("\n## P{number}: ")), "P{number} has no chapter");
        assert!(held.iter().any(|(of, ..)| *of == number), "no test holds P{number}");
    }
    let written = with_tests(&page, &held);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(root().join(PAGE), &written).expect("the page is written");
        return;
    }
    assert!(
        written == page,
        "{PAGE} names other tests than there are: \
         UPDATE_EXPECT=1 cargo test -p whole-path --test promises"
    );
}

/// A promise's number, the file and the name of a test that holds it.
type Held = (u32, String, String);

fn held() -> BTreeSet<Held> {
    let mut held = BTreeSet::new();
    for folder in ["crates", "server-proxy", "tests"] {
        for file in rust_files(&root().join(folder)) {
            let text = std::fs::read_to_string(&file).expect("source files are UTF-8");
            let path = file.strip_prefix(root()).expect("below the root");
            let path = path.to_string_lossy().replace('\\', "/");
            for name in text.lines().filter_map(test_name) {
                held.extend(numbers(name).map(|of| (of, path.clone(), name.to_owned())));
            }
        }
    }
    held
}

/// The name of the function that a line begins.
fn test_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "))?;
    rest.split('(').next()
}

/// The promises that a name begins with.
fn numbers(name: &str) -> impl Iterator<Item = u32> {
    let number = |part: &str| part.strip_prefix('p')?.parse().ok();
    name.split('_').map_while(number).filter(|of| PROMISES.contains(of))
}

/// The page with the lists as they should be: each chapter's tests at its end.
fn with_tests(page: &str, held: &BTreeSet<Held>) -> String {
    let is_listed = |line: &&str| !line.starts_with("- `p");
    let mut chapters = page.split("\n## ");
    let mut written = chapters.next().unwrap_or_default().to_owned();
    for chapter in chapters {
        let words: Vec<&str> = chapter.lines().filter(is_listed).collect();
        let words = words.join("\n");
        written += &format!("\n## {}\n", words.trim_end());
        let of = chapter.strip_prefix('P').and_then(|rest| rest.split(':').next()?.parse().ok());
        let tests = held.iter().filter(|(number, ..)| Some(*number) == of);
        let lines: String =
            tests.map(|(_, file, name)| format!("- `{name}` in `{file}`\n")).collect();
        if !lines.is_empty() {
            written += &format!("\n{lines}");
        }
    }
    written
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return files };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files
}

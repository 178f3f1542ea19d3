//! What the programs are built from: under licences that may be shipped, from one registry, and
//! with one way to speak TLS.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, ParseMode};

/// Licences under which a crate may be part of what ships; each asks for a notice at most.
const LICENCES: &[&str] = &[
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    // The certificates of authorities that browsers trust, as data.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

/// Crates that must not be there, and why.
const BANNED: &[(&str, &str)] = &[
    ("openssl", "TLS is rustls everywhere; a second one is a second set of weaknesses"),
    ("openssl-sys", "the same, and it needs a library that not every machine has"),
    ("native-tls", "the same"),
];

/// The only place where code may come from, besides this repository.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[test]
fn everything_may_be_shipped_and_comes_from_where_it_should() {
    let crates = crates();
    assert!(crates.len() > 100, "the list of crates is read");
    let mut wrong = BTreeSet::new();
    for one in &crates {
        let text = |field: &str| one[field].as_str();
        let name = text("name").expect("a crate has a name");
        // One of ours has no source.
        let Some(source) = text("source") else { continue };
        if source != REGISTRY {
            wrong.insert(format!("{name} comes from {source}"));
        }
        if let Some((_, why)) = BANNED.iter().find(|(banned, _)| *banned == name) {
            wrong.insert(format!("{name} must not be there: {why}"));
        }
        let licence = text("license").unwrap_or("none");
        if !may_be_shipped(licence) {
            wrong.insert(format!("{name} is under {licence}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_licence_is_read_as_it_is_meant() {
    for fine in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR GPL-2.0) AND Unicode-3.0"] {
        assert!(may_be_shipped(fine), "{fine}");
    }
    for wrong in ["GPL-3.0", "MIT AND GPL-3.0", "none", "", "Apache-2.0 AND AGPL-3.0"] {
        assert!(!may_be_shipped(wrong), "{wrong}");
    }
}

fn may_be_shipped(licence: &str) -> bool {
    let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else { return false };
    // An exception such as LLVM's only permits more.
    expression.evaluate(|one| one.license.id().is_some_and(|id| LICENCES.contains(&id.name)))
}

fn crates() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("a list").clone()
}

//! What the workspace's files say reaches prompts; what is private never does.

use std::path::Path;
use std::time::Duration;

use expect_test::expect;
use saga_domain::FailureCode;
use saga_engine::{WorkspaceAsk, WorkspaceFolder};
use saga_fixture::Fixture;
use serde_json::Value;
use tempfile::TempDir;

use crate::world::{COMPLETIONS, World, open};

const OPEN: &str = "//- /main.py\nfrom billing import charge_customer\n\ndef pay(customer):\n    charge_customer($0";

pub(crate) fn folder(files: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), files);
    folder
}

fn write(folder: &Path, files: &str) {
    for file in Fixture::parse(files).files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).expect("a folder");
        std::fs::write(path, file.text).expect("a file");
    }
}

pub(crate) fn ask(folder: &TempDir) -> WorkspaceAsk {
    let path = folder.path().to_str().expect("a path that is text").to_owned();
    let folders = vec![WorkspaceFolder { path, name: "shop".to_owned() }];
    WorkspaceAsk { folders, ..WorkspaceAsk::default() }
}

/// Waits until everything is read.
pub(crate) async fn settled(world: &World) {
    while world.stats().workspace.indexing {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The prompts that a fresh engine sends for the open file, with this folder beside it.
async fn prompts(files: &str, private: &[&str]) -> String {
    let folder = folder(files);
    let world = World::new(OPEN).await;
    let private = private.iter().map(ToString::to_string).collect();
    world.engine.set_workspace(&WorkspaceAsk { private, ..ask(&folder) }).expect("a folder");
    settled(&world).await;
    prompted(&world).await
}

/// Asks, and gives everything that was sent.
async fn prompted(world: &World) -> String {
    world.answers(&["customer", ")\n"]);
    world.complete().await;
    let sent: Vec<String> = world.server.bodies(COMPLETIONS).iter().map(Value::to_string).collect();
    sent.join("\n")
}

const BILLING: &str =
    "def charge_customer(customer, amount):\n    \"\"\"Takes money.\"\"\"\n    return amount\n";

#[tokio::test]
async fn a_definition_in_a_file_that_is_not_open_is_shown() {
    let sent = prompts(&format!("//- /lib/billing.py\n{BILLING}"), &[]).await;
    assert!(sent.contains("def charge_customer(customer, amount)"), "{sent}");
}

#[tokio::test]
async fn private_files_are_never_sent() {
    for (path, private) in [
        ("secrets/billing.py", "secrets/**"),
        ("credentials.py", ""),
        ("lib/billing.py", "lib/bill*.py"),
    ] {
        let private: Vec<&str> =
            Some(private).filter(|glob| !glob.is_empty()).into_iter().collect();
        let sent = prompts(&format!("//- /{path}\n{BILLING}"), &private).await;
        assert!(sent.contains("charge_customer"), "{sent}");
        assert!(!sent.contains("amount"), "{path}: {sent}");
    }
}

#[tokio::test]
async fn an_open_document_says_more_than_its_file() {
    let folder = folder(&format!("//- /billing.py\n{BILLING}"));
    let world = World::new(OPEN).await;
    world.engine.set_workspace(&ask(&folder)).expect("a folder");
    settled(&world).await;
    let newer = "def charge_customer(customer, currency):\n    return currency\n";
    open(&world.engine, "billing.py", "python", newer).expect("fits");
    let sent = prompted(&world).await;
    assert!(sent.contains("currency") && !sent.contains("amount"), "{sent}");
}

#[tokio::test]
async fn a_deleted_file_says_nothing_any_more() {
    let folder = folder(&format!("//- /billing.py\n{BILLING}"));
    let world = World::new(OPEN).await;
    world.engine.set_workspace(&ask(&folder)).expect("a folder");
    settled(&world).await;
    let path = folder.path().join("billing.py");
    std::fs::remove_file(&path).expect("it is there");
    world.engine.files_changed(&[path.display().to_string()]).expect("open");
    settled(&world).await;
    let sent = prompted(&world).await;
    assert!(!sent.contains("amount"), "{sent}");
}

#[tokio::test]
async fn a_workspace_that_cannot_be_read_has_a_code() {
    let world = World::new(OPEN).await;
    let wrong = WorkspaceAsk { exclude: vec!["[".to_owned()], ..ask(&folder("//- /a.py\n")) };
    let refused = world.engine.set_workspace(&wrong).expect_err("refused");
    assert_eq!(refused.code, FailureCode::InvalidSetting);
    expect!["A pattern of excluded files cannot be read: error parsing glob '[': unclosed character class; missing ']'."]
        .assert_eq(&refused.message);
    world.engine.close();
    for closed in [world.engine.set_workspace(&wrong), world.engine.files_changed(&[])] {
        assert_eq!(closed.map_err(|failure| failure.code), Err(FailureCode::ShuttingDown));
    }
}

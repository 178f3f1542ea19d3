//! Files and definitions are found by their letters, and one is read, by the rules of the index.

use std::fmt::Write as _;
use std::path::Path;

use expect_test::{Expect, expect};
use saga_engine::{FileAsk, NewDocument};
use tempfile::TempDir;

use crate::workspace::{ask, folder, settled};
use crate::world::World;

const KEY: &str = "sk-proj-Zq8vW3nB7xT2mK9rL4pY6sD1fG5hJ0aC";

const FILES: &str = "\
//- /src/cart.py
TAX = 2

class Cart:
    def total(self):
        return 1
//- /src/장바구니.py
def 합계(값):
    return 값
//- /Dockerfile
FROM scratch
//- /logo.png
x
//- /.env
TOKEN=1
//- /dist/out.js
function built() {}
//- /.ignore
dist/
//- /skipped/a.py
def skipped(): pass
";

/// The files and an engine that knows them, with `main.py` open beside them.
async fn world() -> (World, TempDir) {
    let folder = folder(FILES);
    let world = World::new("//- /main.py\ndef main():\n    cart($0)\n").await;
    let mut workspace = ask(&folder);
    workspace.exclude = vec!["skipped".to_owned()];
    world.engine.set_workspace(&workspace).expect("a folder");
    settled(&world).await;
    (world, folder)
}

/// Opens a file of the workspace as the editor does.
fn open_at(world: &World, path: &str, text: &str) {
    let uri = format!("file:///{path}");
    let document =
        NewDocument { uri: &uri, path: Some(path), language_id: "python", version: 1, text };
    world.engine.open_document(document).expect("fits");
}

async fn check_files(world: &World, query: &str, expected: Expect) {
    let mut told = String::new();
    for found in world.engine.find_files(query, 10).await.expect("an open engine") {
        let _ = writeln!(told, "{} {:?}", found.path, found.positions);
        assert!(Path::new(&found.folder).is_absolute(), "{}", found.folder);
    }
    expected.assert_eq(&told);
}

async fn check_symbols(world: &World, query: &str, expected: Expect) {
    let mut told = String::new();
    for found in world.engine.find_symbols(query, 10).await.expect("an open engine") {
        let (kind, first, last) = (found.kind.name(), found.start_line, found.end_line);
        let _ = writeln!(told, "{} {kind} {}:{first}-{last}", found.name, found.path);
    }
    expected.assert_eq(&told);
}

async fn check_read(world: &World, ask: FileAsk, expected: Expect) {
    let told = match world.engine.read_file(ask).await {
        Ok(read) => {
            let it = read.context;
            let lines = it.start_line.zip(it.end_line);
            format!(
                "{} [{}] {lines:?} {:?}, {} secrets",
                it.path, it.language, it.text, read.secrets
            )
        }
        Err(failure) => format!("{}: {}", failure.code.name(), failure.message),
    };
    expected.assert_eq(&told);
}

#[tokio::test]
async fn files_are_found_by_letters_but_never_private_ignored_or_excluded_ones() {
    let (world, folder) = world().await;
    check_files(
        &world,
        "cart",
        expect![[r#"
        src/cart.py [4, 5, 6, 7]
    "#]],
    )
    .await;
    check_files(
        &world,
        "ㅈㅂㄱ",
        expect![[r#"
        src/장바구니.py [4, 7, 10]
    "#]],
    )
    .await;
    check_files(
        &world,
        "docker",
        expect![[r#"
        Dockerfile [0, 1, 2, 3, 4, 5]
    "#]],
    )
    .await;
    check_files(
        &world,
        "",
        expect![[r#"
        Dockerfile []
        src/cart.py []
        src/장바구니.py []
    "#]],
    )
    .await;
    std::fs::remove_file(folder.path().join("Dockerfile")).expect("it is there");
    let gone = folder.path().join("Dockerfile").display().to_string();
    world.engine.files_changed(&[gone]).expect("open");
    settled(&world).await;
    check_files(&world, "docker", expect![""]).await;
}

#[tokio::test]
async fn definitions_are_found_with_their_lines_as_they_are_in_the_editor() {
    let (world, _folder) = world().await;
    check_symbols(
        &world,
        "t",
        expect![[r#"
        TAX constant src/cart.py:1-1
        total method src/cart.py:4-5
        Cart class src/cart.py:3-5
    "#]],
    )
    .await;
    check_symbols(
        &world,
        "합",
        expect![[r#"
        합계 function src/장바구니.py:1-2
    "#]],
    )
    .await;
    check_symbols(
        &world,
        "main",
        expect![[r#"
        main function main.py:1-2
    "#]],
    )
    .await;
    check_symbols(&world, "built", expect![""]).await;
    let text = "\n\nclass Cart:\n    def price(self):\n        return 1\n";
    open_at(&world, "src/cart.py", text);
    check_symbols(
        &world,
        "t",
        expect![[r#"
        Cart class src/cart.py:3-5
    "#]],
    )
    .await;
    check_symbols(
        &world,
        "price",
        expect![[r#"
        price method src/cart.py:4-5
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_file_is_read_by_the_rules_of_the_index() {
    let (world, folder) = world().await;
    let root = folder.path().display().to_string();
    let of = |path: &str| FileAsk { path: path.to_owned(), ..FileAsk::default() };
    let lines = |path: &str, start_line, end_line| FileAsk { start_line, end_line, ..of(path) };
    check_read(
        &world,
        FileAsk { folder: Some(root.clone()), ..of("Dockerfile") },
        expect![[r#"Dockerfile [] None "FROM scratch\n", 0 secrets"#]],
    )
    .await;
    check_read(
        &world,
        of(&format!("{root}/src/장바구니.py")),
        expect![[r#"src/장바구니.py [python] None "def 합계(값):\n    return 값\n", 0 secrets"#]],
    )
    .await;
    check_read(
        &world,
        lines("src/cart.py", Some(3), Some(4)),
        expect![[
            r#"src/cart.py [python] Some((3, 4)) "class Cart:\n    def total(self):\n", 0 secrets"#
        ]],
    )
    .await;
    check_read(&world, lines("src/cart.py", Some(4), Some(400)), expect![[r#"src/cart.py [python] Some((4, 5)) "    def total(self):\n        return 1\n", 0 secrets"#]]).await;
    check_read(
        &world,
        lines("src/cart.py", Some(4), Some(3)),
        expect!["invalid_request: `startLine` must be at least 1 and not after `endLine`."],
    )
    .await;
    for path in [
        ".env",
        "dist/out.js",
        "skipped/a.py",
        "none.py",
        "../out.py",
        "/etc/passwd",
        "src",
        "logo.png",
        "",
    ] {
        let read = world.engine.read_file(of(path)).await;
        let code = read.map(|it| it.context.path).map_err(|failure| failure.code.name());
        let expected = match path {
            ".env" => "private_file",
            "logo.png" => "invalid_request",
            _ => "not_found",
        };
        assert_eq!(code, Err(expected), "{path}");
    }
    // What is open is read as it is in the editor, its secrets taken out.
    open_at(&world, "src/cart.py", &format!("api_key = \"{KEY}\"\r\nx = 1"));
    check_read(
        &world,
        of("src/cart.py"),
        expect![[
            r#"src/cart.py [python] None "api_key = \"REDACTED_BY_CODESAGA\"\nx = 1", 1 secrets"#
        ]],
    )
    .await;
    check_read(
        &world,
        of("main.py"),
        expect![[r#"main.py [python] None "def main():\n    cart()\n", 0 secrets"#]],
    )
    .await;
    std::fs::write(folder.path().join("big.py"), "x = 1\n".repeat(100_000)).expect("room");
    check_read(
        &world,
        of("big.py"),
        expect!["too_large: big.py has more than 262144 bytes. Ask for some of its lines."],
    )
    .await;
    check_read(
        &world,
        lines("big.py", Some(100_000), None),
        expect![[r#"big.py [python] Some((100000, 100000)) "x = 1\n", 0 secrets"#]],
    )
    .await;
}

#[tokio::test]
async fn a_link_out_of_the_workspace_is_not_followed() {
    let (world, folder) = world().await;
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("secret.py"), "x = 1\n").expect("room");
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), folder.path().join("linked")).expect("a link");
    for path in ["linked/secret.py", "linked"] {
        let ask = FileAsk { path: path.to_owned(), ..FileAsk::default() };
        let read = world.engine.read_file(ask).await;
        assert_eq!(read.map_err(|failure| failure.code.name()), Err("not_found"), "{path}");
    }
}

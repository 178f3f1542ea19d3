//! Real folders in, the names of indexed files out.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use expect_test::{Expect, expect};
use saga_domain::FailureCode;
use saga_fixture::Fixture;
use tempfile::TempDir;

use super::{Workspace, WorkspaceAsk, WorkspaceFolder, WorkspaceLimits};

/// A folder on disk and its index.
struct World {
    folder: TempDir,
    workspace: Workspace,
    ask: WorkspaceAsk,
}

impl World {
    fn new(files: &str) -> Self {
        Self::with(files, WorkspaceLimits::USUAL)
    }

    fn with(files: &str, limits: WorkspaceLimits) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let limits = WorkspaceLimits { quiet: Duration::from_millis(1), ..limits };
        let workspace = Workspace::new(limits).expect("good patterns");
        let world = Self { folder, workspace, ask: WorkspaceAsk::default() };
        world.write(files);
        world
    }

    /// Adds a folder of the workspace.
    fn folder(mut self, name: &str) -> Self {
        let path = self.path(name).to_str().expect("a path that is text").to_owned();
        self.ask.folders.push(WorkspaceFolder { path, name: name.to_owned() });
        self
    }

    fn excluding(mut self, patterns: &[&str]) -> Self {
        self.ask.exclude = patterns.iter().map(ToString::to_string).collect();
        self
    }

    fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.folder.path().to_owned() } else { self.folder.path().join(path) }
    }

    fn write(&self, files: &str) {
        for file in Fixture::parse(files).files {
            self.write_bytes(&file.path, file.text.as_bytes());
        }
    }

    fn write_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    fn open(&self) -> &Self {
        self.workspace.set(&self.ask).expect("good folders");
        self
    }

    fn changed(&self, paths: &[&str]) {
        let paths: Vec<String> =
            paths.iter().map(|path| self.path(path).display().to_string()).collect();
        self.workspace.changed(&paths);
    }

    /// What is in the index once everything is read, and why the rest is not.
    fn told(&self) -> String {
        let Some(run) = self.workspace.run() else { return "no index\n".to_owned() };
        run.pending().wait_until_settled();
        let mut told = String::new();
        for file in run.catalog().read().files() {
            let _ = writeln!(told, "{file}");
        }
        let counts = self.workspace.counts();
        assert_eq!(counts.indexed_files as usize, told.lines().count());
        assert!(!counts.indexing);
        for (why, count) in counts.left_out {
            let _ = writeln!(told, "- {why} {count}");
        }
        told
    }

    fn check(&self, expected: Expect) {
        expected.assert_eq(&self.told());
    }
}

#[test]
fn what_ignore_files_and_the_editor_hide_is_out() {
    let world = World::new(
        r"
//- /.git/HEAD
ref: refs/heads/main
//- /.gitignore
/out
*.gen.py
//- /.codesagaignore
old/
//- /a.py
//- /b.gen.py
//- /.hidden.py
//- /out/c.py
//- /old/d.py
//- /src/e.py
//- /src/deep/.gitignore
f.py
//- /src/deep/f.py
//- /src/deep/g.py
//- /src/g.test.py
//- /vendor/h.py
//- /node_modules/i.js
//- /env/pyvenv.cfg
//- /env/lib/j.py
",
    );
    world.folder("").excluding(&["**/vendor", "**/*.test.{py,ts}", "*.none"]).open().check(
        expect![[r#"
        a.py
        src/deep/g.py
        src/e.py
        - excluded 1
    "#]],
    );
}

#[test]
fn outside_a_repository_gitignore_says_nothing() {
    let files = "//- /.gitignore\na.py\n//- /.codesagaignore\nb.py\n//- /a.py\n//- /b.py\n";
    World::new(files).folder("").open().check(expect![[r#"
        a.py
    "#]]);
}

#[test]
fn private_files_are_left_alone() {
    let files = "
//- /a.py
//- /credentials.json
//- /config/secrets.yaml
//- /config/prod.env
//- /id_rsa.py
//- /team/keys.py
";
    let mut world = World::new(files).folder("");
    world.ask.private = vec!["team/*.py".to_owned()];
    world.open().check(expect![[r#"
        a.py
        - private 5
    "#]]);
    assert!(world.workspace.is_private("team/keys.py"));
    assert!(!world.workspace.is_private("a.py"));
}

#[test]
fn only_text_that_somebody_wrote_is_taken() {
    let world =
        World::new("//- /값/이름.py\nx = 1\n//- /readme.png\n//- /crlf.py\nx = 1\r\ny = 2\r\n");
    world.write_bytes("zero.py", b"x\0y");
    world.write_bytes("euckr.py", b"# \xb0\xa1\xb3\xaa\n");
    world.write_bytes("min.js", "f();".repeat(2_000).as_bytes());
    world.write_bytes("large.py", "x = 1\n".repeat(100_000).as_bytes());
    world.folder("").open().check(expect![[r#"
        crlf.py
        값/이름.py
        - binary 1
        - generated 1
        - not_utf8 1
        - too_large 1
        - unknown_language 1
    "#]]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let world = World::new("//- /in/a.py\n//- /out/b.py\n");
    std::os::unix::fs::symlink(world.path("out"), world.path("in/folder")).expect("a link");
    std::os::unix::fs::symlink(world.path("out/b.py"), world.path("in/file.py")).expect("a link");
    let world = world.folder("in");
    world.open().check(expect![[r#"
        a.py
        - link 2
    "#]]);
    world.changed(&["in/folder/b.py", "in/file.py"]);
    world.check(expect![[r#"
        a.py
        - link 3
    "#]]);
}

#[test]
fn changes_are_read() {
    let world =
        World::new("//- /a.py\n//- /b.py\n//- /lib/c.py\n//- /lib/deep/d.py\n//- /lib.py\n");
    let world = world.folder("");
    world.open().check(expect![[r#"
        a.py
        b.py
        lib.py
        lib/c.py
        lib/deep/d.py
    "#]]);

    world.write("//- /new.py\n//- /lib/new/e.py\n");
    std::fs::remove_file(world.path("b.py")).expect("it is there");
    std::fs::rename(world.path("a.py"), world.path("z.py")).expect("it is there");
    world.changed(&["new.py", "lib/new", "b.py", "a.py", "z.py", "../outside.py", "nowhere.py"]);
    world.check(expect![[r#"
        lib.py
        lib/c.py
        lib/deep/d.py
        lib/new/e.py
        new.py
        z.py
    "#]]);

    std::fs::remove_dir_all(world.path("lib")).expect("it is there");
    world.write_bytes("z.py", b"\0");
    world.changed(&["lib", "z.py"]);
    world.check(expect![[r#"
        lib.py
        new.py
        - binary 1
    "#]]);
}

#[test]
fn a_file_that_changed_says_what_it_says_now() {
    let world = World::new("//- /a.py\ndef before():\n    pass\n").folder("");
    world.open().told();
    let bytes = || world.workspace.counts().indexed_bytes;
    let before = bytes();
    world.write("//- /a.py\ndef before():\n    pass\ndef after():\n    return 1\n");
    world.changed(&["a.py"]);
    world.told();
    assert!(bytes() > before);
}

#[test]
fn an_ignore_file_that_changed_changes_its_folder() {
    let world = World::new("//- /a/b.py\n//- /a/c.py\n//- /d.py\n").folder("");
    world.open().told();
    world.write("//- /a/.codesagaignore\nb.py\n");
    world.changed(&["a/.codesagaignore"]);
    world.check(expect![[r#"
        a/c.py
        d.py
    "#]]);
    std::fs::remove_file(world.path("a/.codesagaignore")).expect("it is there");
    world.changed(&["a/.codesagaignore"]);
    world.check(expect![[r#"
        a/b.py
        a/c.py
        d.py
    "#]]);
}

#[test]
fn after_too_many_changes_everything_is_looked_at() {
    let limits = WorkspaceLimits { changed_paths_max: 2, ..WorkspaceLimits::USUAL };
    let world = World::with("//- /a.py\n//- /b.py\n", limits).folder("");
    world.open().told();
    std::fs::remove_file(world.path("a.py")).expect("it is there");
    world.write("//- /c.py\n");
    world.changed(&["x.py", "y.py", "z.py"]);
    world.check(expect![[r#"
        b.py
        c.py
    "#]]);
}

#[test]
fn limits_hold() {
    let files = "//- /a.py\nx = 1\n//- /b.py\nx = 1\n//- /c.py\nx = 1\n//- /d.py\nx = 1\n";
    let mut few_files = WorkspaceLimits::USUAL;
    few_files.index.files_max = 2;
    let (usual, one_file) = (WorkspaceLimits::USUAL, 7);
    let few_entries = WorkspaceLimits { entries_max: 3, ..usual };
    let few_bytes = WorkspaceLimits { read_bytes_max: 2 * one_file, ..usual };
    for limits in [few_files, few_entries, few_bytes] {
        let world = World::with(files, limits).folder("");
        let told = world.open().told();
        assert_eq!(told.lines().filter(|line| line.ends_with(".py")).count(), 2, "{told}");
        assert!(told.contains("- over_limit"), "{told}");
    }
    let no_time = WorkspaceLimits { pass_time_max: Duration::ZERO, ..usual };
    assert_eq!(World::with(files, no_time).folder("").open().told(), "- over_limit 1\n");
}

#[test]
fn several_folders_have_their_names_before_their_files() {
    let world = World::new("//- /app/a.py\n//- /app/lib/b.py\n//- /other/a.py\n");
    let mut world = world.folder("app").folder("app/lib").folder("other");
    world.open().check(expect![[r#"
        app/a.py
        app/lib/b.py
        other/a.py
    "#]]);
    world.ask.folders.truncate(1);
    world.open().check(expect![[r#"
        a.py
        lib/b.py
    "#]]);
    world.ask.folders.clear();
    world.open().check(expect![[r#"
        no index
    "#]]);
    assert_eq!(world.workspace.with_index(|index| index.len()), 0);
}

#[test]
fn the_same_folders_again_are_looked_at_again() {
    let world = World::new("//- /a.py\n//- /b.py\n").folder("");
    world.open().told();
    let run = world.workspace.run().expect("an index");
    world.write("//- /c.py\n");
    std::fs::remove_file(world.path("a.py")).expect("it is there");
    world.open().check(expect![[r#"
        b.py
        c.py
    "#]]);
    let is_same = |now| std::sync::Arc::ptr_eq(&run, &now);
    assert!(world.workspace.run().is_some_and(is_same), "what is known is kept meanwhile");
}

#[test]
fn a_wrong_pattern_takes_nothing_from_what_the_others_protect() {
    let mut world = World::new("//- /a.py\n").folder("");
    world.ask.private = vec!["team/**".to_owned(), "{".to_owned()];
    assert!(world.workspace.set(&world.ask).is_err());
    assert!(world.workspace.is_private("team/keys.py") && world.workspace.is_private(".env"));
    assert!(!world.workspace.is_private("a.py"));
}

#[test]
fn folders_that_are_wrong_leave_none() {
    let world = World::new("//- /a.py\n").folder("");
    let relative = WorkspaceFolder { path: "a/b".to_owned(), name: "b".to_owned() };
    for wrong in [
        WorkspaceAsk { folders: vec![relative], ..WorkspaceAsk::default() },
        WorkspaceAsk { exclude: vec!["[".to_owned()], ..world.ask.clone() },
        WorkspaceAsk { private: vec!["{".to_owned()], ..world.ask.clone() },
        WorkspaceAsk { folders: vec![world.ask.folders[0].clone(); 65], ..world.ask.clone() },
    ] {
        world.open();
        let refused = world.workspace.set(&wrong).map_err(|failure| failure.code);
        assert_eq!(refused, Err(FailureCode::InvalidSetting), "{wrong:?}");
        assert_eq!(world.told(), "no index\n");
    }
}

#[test]
fn a_folder_that_is_gone_is_an_empty_one() {
    World::new("//- /a.py\n").folder("gone").open().check(expect![[r#"
        - unreadable 1
    "#]]);
}

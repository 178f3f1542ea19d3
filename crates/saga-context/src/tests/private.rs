//! Which paths are never read.

use saga_domain::FailureCode;

use crate::PrivateFiles;

fn check(user_globs: &[&str], paths: &[(&str, bool)]) {
    let globs: Vec<String> = user_globs.iter().map(|glob| (*glob).to_owned()).collect();
    let private = PrivateFiles::new(&globs).unwrap();
    for (path, expected) in paths {
        assert_eq!(private.is_private(path), *expected, "{path}");
    }
}

#[test]
fn keys_and_credentials_are_private_wherever_they_stand() {
    check(
        &[],
        &[
            (".env", true),
            ("app/.env", true),
            (".env.production", true),
            ("/home/somebody/project/.env.local", true),
            ("C:\\project\\.ENV", true),
            ("config/prod.env", true),
            ("certs/server.pem", true),
            ("certs/Server.KEY", true),
            ("store.p12", true),
            ("home/.ssh/config", true),
            ("id_rsa", true),
            ("id_ed25519", true),
            (".npmrc", true),
            (".netrc", true),
            (".aws/credentials", true),
            ("infra/prod.tfvars", true),
            ("secrets.yaml", true),
            ("service-account-prod.json", true),
        ],
    );
}

#[test]
fn source_and_templates_are_not() {
    check(
        &[],
        &[
            ("src/main.rs", false),
            ("src/environment.ts", false),
            ("src/env.ts", false),
            ("src/credentials_form.py", false),
            ("src/keys.py", false),
            ("monkey.js", false),
            (".env.example", false),
            ("app/.env.sample", false),
            (".env.local.template", false),
            ("id_rsa.pub", false),
            ("package.json", false),
            ("docs/secrets.md", false),
            ("", false),
        ],
    );
}

#[test]
fn the_user_names_more() {
    check(
        &["*.sqlite", "customers/", "/internal/*.csv", "docs/**/draft-*.md", " ", ".env.example"],
        &[
            ("data/local.sqlite", true),
            ("customers/list.py", true),
            ("app/customers/eu/list.py", true),
            ("customers.py", false),
            ("internal/people.csv", true),
            ("internal/deep/people.csv", false),
            ("docs/a/b/draft-1.md", true),
            ("docs/draft-1.md", true),
            ("docs/final.md", false),
            (".env.example", true),
        ],
    );
}

#[test]
fn a_glob_that_cannot_be_read_is_named() {
    let bad = PrivateFiles::new(&["*.ok".to_owned(), "a[".to_owned()]).unwrap_err();
    assert_eq!(bad.code(), FailureCode::InvalidSetting);
    let said = bad.to_string();
    assert!(said.starts_with("The pattern `a[` for private files cannot be read: "), "{said}");
}

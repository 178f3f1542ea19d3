//! Files that are never read: keys, credentials, and what the user names. Decided by the path
//! alone, before anything is opened.

use std::fmt;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use saga_domain::FailureCode;

/// Names of files that hold secrets whatever project they are in.
const ALWAYS: &[&str] = &[
    ".env",
    ".env.*",
    "*.env",
    ".envrc",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pypirc",
    ".pgpass",
    "pgpass.conf",
    ".my.cnf",
    ".git-credentials",
    ".htpasswd",
    ".dockercfg",
    ".docker/config.json",
    ".kube/config",
    "kubeconfig",
    ".aws/**",
    ".ssh/**",
    ".gnupg/**",
    ".azure/**",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "*.pem",
    "*.key",
    "*.p8",
    "*.p12",
    "*.pfx",
    "*.ppk",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.asc",
    "*.gpg",
    "*.pkcs12",
    "*.ovpn",
    "credentials",
    "credentials.*",
    "*.credentials",
    "secrets.json",
    "secrets.yml",
    "secrets.yaml",
    "secrets.toml",
    "secrets.properties",
    "client_secret*.json",
    "service[-_]account*.json",
    "application_default_credentials.json",
    "*.tfvars",
    "*.tfvars.json",
    "*.tfstate",
    "*.tfstate.*",
    "master.key",
    "local.properties",
];

/// Templates and public halves of the above, which are written to be read.
const PUBLIC: &[&str] = &[
    ".env*.example",
    ".env*.sample",
    ".env*.template",
    ".env*.dist",
    ".env*.defaults",
    "{example,sample,template}.env",
    "*.pub",
    "*.{example,sample,template}.tfvars",
];

/// Which paths are private.
#[derive(Clone, Debug)]
pub struct PrivateFiles {
    always: GlobSet,
    public: GlobSet,
    user: GlobSet,
}

impl PrivateFiles {
    /// The built-in names and the user's globs. A glob means a file or a folder with all that is
    /// in it, wherever in the workspace it stands; what the user names is private even if it is a
    /// template.
    ///
    /// # Errors
    /// [`BadGlob`] for the first glob that cannot be read.
    pub fn new(user_globs: &[String]) -> Result<Self, BadGlob> {
        let user: Vec<&str> = user_globs.iter().map(|glob| glob.trim()).collect();
        Ok(Self { always: set(ALWAYS)?, public: set(PUBLIC)?, user: set(&user)? })
    }

    /// Whether the file at that path, absolute or relative, with slashes of either kind, must not
    /// be read.
    #[must_use]
    pub fn is_private(&self, path: &str) -> bool {
        let path = path.replace('\\', "/");
        self.user.is_match(&path) || (self.always.is_match(&path) && !self.public.is_match(&path))
    }
}

/// A glob that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadGlob {
    glob: String,
    why: String,
}

impl BadGlob {
    /// The stable code to branch on.
    #[must_use]
    pub fn code(&self) -> FailureCode {
        FailureCode::InvalidSetting
    }
}

impl fmt::Display for BadGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The pattern `{}` for private files cannot be read: {}.", self.glob, self.why)
    }
}

impl std::error::Error for BadGlob {}

fn set(globs: &[&str]) -> Result<GlobSet, BadGlob> {
    let bad = |glob: &str, why: globset::Error| BadGlob {
        glob: glob.to_owned(),
        why: why.kind().to_string(),
    };
    let mut set = GlobSetBuilder::new();
    for glob in globs.iter().filter(|glob| !glob.is_empty()) {
        let path = glob.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
        let path = path.trim_start_matches("**/");
        // A folder's name stands for all that is in it.
        for whole in [format!("**/{path}"), format!("**/{path}/**")] {
            let mut built = GlobBuilder::new(&whole);
            let built = built.literal_separator(true).case_insensitive(true).build();
            set.add(built.map_err(|why| bad(glob, why))?);
        }
    }
    set.build().map_err(|why| bad(&globs.join(" "), why))
}

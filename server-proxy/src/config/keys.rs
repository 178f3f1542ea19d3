//! `codesaga-proxy keys …`: what its command line may say.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::domain::scope::Scope;

use super::caller_limits::KeyLimitOptions;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key for a user and print it; only its hash is kept.
    Add {
        /// The user's name.
        #[arg(value_parser = user_name)]
        name: String,
        /// The team the user belongs to.
        #[arg(long, default_value = "team", value_parser = user_name)]
        tenant: String,
        /// What the key opens.
        #[arg(long, value_enum, value_delimiter = ',', default_value = "complete,chat")]
        scopes: Vec<ScopeName>,
        /// How much may be used with it.
        #[command(flatten)]
        limits: KeyLimitOptions,
        /// What the key is for, in your words.
        #[arg(long, value_parser = note)]
        note: Option<String>,
        /// Where it is kept.
        #[command(flatten)]
        kept: Kept,
    },
    /// Show all keys: who, what they open, since when. Never a key itself.
    List {
        /// Where they are kept.
        #[command(flatten)]
        kept: Kept,
    },
    /// Take a key away. A running server refuses it within two seconds.
    Revoke {
        /// The key's id, or the name of a user whose keys are all taken away.
        key: String,
        /// Look in this team only.
        #[arg(long)]
        tenant: Option<String>,
        /// Where it is kept.
        #[command(flatten)]
        kept: Kept,
    },
}

/// Where keys are kept.
#[derive(Debug, Args)]
pub struct Kept {
    /// The keys file; made by `add` when it is not there.
    #[arg(long, env = "CODESAGA_KEYS_FILE", value_name = "CODESAGA_KEYS_FILE")]
    pub file: PathBuf,
}

/// A scope as it is written on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScopeName {
    /// Completions, generated edits, feedback.
    Complete,
    /// Conversations.
    Chat,
    /// The operator's views.
    Admin,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Complete => Self::Complete,
            ScopeName::Chat => Self::Chat,
            ScopeName::Admin => Self::Admin,
        }
    }
}

fn user_name(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    if (1..=64).contains(&text.chars().count()) && text.chars().all(allowed) {
        return Ok(text.to_owned());
    }
    Err("expected 1 to 64 letters, digits or any of - _ . @".to_owned())
}

fn note(text: &str) -> Result<String, String> {
    if text.chars().count() <= 200 && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err("expected at most 200 characters in one line".to_owned())
}

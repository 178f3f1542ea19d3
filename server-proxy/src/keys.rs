//! `codesaga-proxy keys add|list|revoke`: who may ask, changed and shown by the person who runs the
//! server. A key is printed once, when it is made.

use std::io::{self, Write};

use crate::config::KeysCommand;
use crate::domain::scope::{Scope, Scopes};
use crate::ops::table;
use crate::outbound::keys_file::{self, NewKey, StoredKey};

/// Does it and writes what there is to say.
///
/// # Errors
/// When the file cannot be read or written, or there is no such key.
pub fn run(command: KeysCommand, out: &mut impl Write) -> io::Result<()> {
    match command {
        KeysCommand::Add { name, tenant, scopes, limits, note, kept } => {
            let scopes = scopes.into_iter().map(Scope::from).collect::<Scopes>();
            let new = NewKey { tenant, user: name, scopes, limits: limits.into(), note };
            writeln!(out, "{}", keys_file::add_new(&kept.file, new)?)
        }
        KeysCommand::List { kept } => table(&keys_file::list(&kept.file)?, out),
        KeysCommand::Revoke { key, tenant, kept } => {
            for gone in keys_file::revoke(&kept.file, &key, tenant.as_deref())? {
                writeln!(out, "revoked {} of {} in {}", gone.id(), gone.user, gone.tenant)?;
            }
            Ok(())
        }
    }
}

fn table(keys: &[StoredKey], out: &mut impl Write) -> io::Result<()> {
    let head = ["ID", "TENANT", "NAME", "SCOPES", "CREATED", "LIMITS", "NOTE"].map(str::to_owned);
    let rows: Vec<[String; 7]> = std::iter::once(head).chain(keys.iter().map(row)).collect();
    table::write(&rows, out)
}

fn row(key: &StoredKey) -> [String; 7] {
    [
        key.id().to_owned(),
        key.tenant.clone(),
        key.user.clone(),
        key.scopes.join(","),
        key.created.clone().unwrap_or_default(),
        key.limits.to_string(),
        key.note.clone().unwrap_or_default(),
    ]
}

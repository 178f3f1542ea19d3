//! The file of hashed keys: JSON, readable by its owner alone.
//!
//! It is changed by replacing it whole, so that a crash leaves the old one and a running server
//! never reads half of it. A lock file beside it (`….lock`) makes changes wait for each other.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::domain::access::{Key, KeyRing};
use crate::domain::caller_limits::LimitOverrides;
use crate::domain::key::new_key;
use crate::domain::ports::Caller;
use crate::domain::scope::{Scope, Scopes};
use crate::outbound::stored_limits::StoredLimits;

/// Bytes of a keys file; one that is larger is not one.
const FILE_BYTES_MAX: u64 = 16 << 20;

// A word that is not known is refused: with `scope` for `scopes` a key would open too much.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysFile {
    keys: Vec<StoredKey>,
}

/// A key as the file keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredKey {
    /// The public part of the key; absent in files of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The team.
    pub tenant: String,
    /// The user's name.
    pub user: String,
    /// Names of scopes.
    #[serde(default = "editor_scopes")]
    pub scopes: Vec<String>,
    /// How much may be used, where it is not what the server says.
    #[serde(default, skip_serializing_if = "StoredLimits::is_empty")]
    pub limits: StoredLimits,
    /// BLAKE3 of the whole key, in hexadecimal.
    hash: String,
    /// The day it was made, as in 2026-01-31.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// What the key is for, in the operator's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a new key shall be.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The team.
    pub tenant: String,
    /// The user's name.
    pub user: String,
    /// What it opens.
    pub scopes: Scopes,
    /// How much may be used with it.
    pub limits: LimitOverrides,
    /// What it is for.
    pub note: Option<String>,
}

impl StoredKey {
    /// What to call the key; no secret.
    #[must_use]
    pub fn id(&self) -> &str {
        let from_hash = || self.hash.get(..8).unwrap_or(&self.hash);
        self.id.as_deref().unwrap_or_else(from_hash)
    }

    fn key(self) -> io::Result<Key> {
        let hash = blake3::Hash::from_hex(&self.hash)
            .map_err(|_| invalid(format!("the hash of user '{}' is not one", self.user)))?;
        let scope = |name: &String| {
            Scope::from_name(name)
                .ok_or_else(|| invalid(format!("'{name}' of user '{}' is not a scope", self.user)))
        };
        let scopes = self.scopes.iter().map(scope).collect::<io::Result<Scopes>>()?;
        let caller = Caller { tenant: self.tenant, user: self.user };
        let (id, limits) = (self.id.unwrap_or_default(), self.limits.overrides()?);
        Ok(Key { id, caller, scopes, limits, hash })
    }
}

/// The keys of the file.
///
/// # Errors
/// When it cannot be read or is not what [`add`] writes.
pub fn read(path: &Path) -> io::Result<KeyRing> {
    let keys = load(path)?.keys.into_iter().map(StoredKey::key);
    Ok(KeyRing::new(keys.collect::<io::Result<Vec<_>>>()?))
}

/// The keys of the file as it keeps them, in the order of their making.
///
/// # Errors
/// When it cannot be read or is not what [`add`] writes.
pub fn list(path: &Path) -> io::Result<Vec<StoredKey>> {
    Ok(load(path)?.keys)
}

/// Makes a key of an editor's user and keeps its hash. The key itself is returned and kept nowhere.
///
/// # Errors
/// When the file cannot be read or written.
pub fn add(path: &Path, tenant: &str, user: &str) -> io::Result<String> {
    let (tenant, user) = (tenant.to_owned(), user.to_owned());
    add_new(
        path,
        NewKey {
            tenant,
            user,
            scopes: Scopes::EDITOR,
            limits: LimitOverrides::default(),
            note: None,
        },
    )
}

/// Makes a key and keeps its hash. The key itself is returned and kept nowhere.
///
/// # Errors
/// When the file cannot be read or written.
pub fn add_new(path: &Path, new: NewKey) -> io::Result<String> {
    let _one_at_a_time = lock(path)?;
    let mut file = match load(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => KeysFile::default(),
        loaded => loaded?,
    };
    let (key, id) = loop {
        let (key, id) = new_key(random()?, random()?);
        if file.keys.iter().all(|known| known.id() != id) {
            break (key, id);
        }
    };
    file.keys.push(StoredKey {
        id: Some(id),
        tenant: new.tenant,
        user: new.user,
        scopes: new.scopes.iter().map(|scope| scope.name().to_owned()).collect(),
        limits: StoredLimits::from(new.limits),
        hash: blake3::hash(key.as_bytes()).to_hex().to_string(),
        created: Some(clock::day(clock::unix_millis())),
        note: new.note,
    });
    store(path, &file)?;
    Ok(key)
}

/// Takes away the key with this id, or every key of the user with this name; of one team only when
/// `tenant` is given. Returns what was taken away.
///
/// # Errors
/// When there is no such key, or the name is found in several teams; when the file cannot be read
/// or written.
pub fn revoke(path: &Path, which: &str, tenant: Option<&str>) -> io::Result<Vec<StoredKey>> {
    let _one_at_a_time = lock(path)?;
    let mut file = load(path)?;
    let in_team = |key: &StoredKey| tenant.is_none_or(|tenant| key.tenant == tenant);
    // A user may be called like an id; the id is what nobody else has.
    let is_id = file.keys.iter().any(|key| in_team(key) && key.id() == which);
    let is_meant =
        |key: &StoredKey| in_team(key) && if is_id { key.id() == which } else { key.user == which };
    let (gone, left): (Vec<_>, Vec<_>) = file.keys.into_iter().partition(is_meant);
    let Some(first) = gone.first() else {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no key '{which}'")));
    };
    if gone.iter().any(|key| key.tenant != first.tenant) {
        let message = format!("'{which}' has keys in several teams; name one with --tenant");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    file.keys = left;
    store(path, &file)?;
    Ok(gone)
}

fn load(path: &Path) -> io::Result<KeysFile> {
    if fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(invalid(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// Held while the file is changed.
fn lock(path: &Path) -> io::Result<File> {
    let lock = own_file(&beside(path, ".lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// Replaces the file in one step, so that a crash leaves the old one.
fn store(path: &Path, file: &KeysFile) -> io::Result<()> {
    let new = beside(path, ".new");
    let mut writing = own_file(&new)?;
    writing.set_len(0)?;
    serde_json::to_writer_pretty(&mut writing, file)?;
    writing.write_all(b"\n")?;
    keep_owner(path, &writing)?;
    writing.sync_all()?;
    fs::rename(&new, path)
}

/// The server runs as a user of its own and must still be able to read what root has changed.
#[cfg(unix)]
fn keep_owner(path: &Path, new: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let Ok(old) = fs::metadata(path) else { return Ok(()) };
    let made = new.metadata()?;
    if (old.uid(), old.gid()) == (made.uid(), made.gid()) {
        return Ok(());
    }
    fchown(new, Some(old.uid()), Some(old.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_path: &Path, _new: &File) -> io::Result<()> {
    Ok(())
}

/// Opens a file that nobody else may read; makes it when it is not there.
fn own_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(ending);
    beside.into()
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut random = [0; N];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(random)
}

fn editor_scopes() -> Vec<String> {
    Scopes::EDITOR.iter().map(|scope| scope.name().to_owned()).collect()
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

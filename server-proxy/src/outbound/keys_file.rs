//! The file of hashed keys: JSON, readable by its owner alone, read once at start.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::domain::access::{Access, Key, new_key};
use crate::domain::ports::Caller;

#[derive(Debug, Default, Serialize, Deserialize)]
struct KeysFile {
    keys: Vec<StoredKey>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredKey {
    tenant: String,
    user: String,
    /// BLAKE3 of the whole key, in hexadecimal.
    hash: String,
}

/// Who may ask, by the file.
///
/// # Errors
/// When it cannot be read, is not what [`add`] writes, or holds no key.
pub fn read(path: &Path) -> io::Result<Access> {
    let file: KeysFile = serde_json::from_slice(&fs::read(path)?)?;
    let key = |stored: StoredKey| {
        let hash = blake3::Hash::from_hex(&stored.hash)
            .map_err(|_| invalid(format!("the hash of user '{}' is not one", stored.user)))?;
        Ok(Key { caller: Caller { tenant: stored.tenant, user: stored.user }, hash })
    };
    let keys = file.keys.into_iter().map(key).collect::<io::Result<Vec<_>>>()?;
    if keys.is_empty() {
        return Err(invalid("it holds no key".to_owned()));
    }
    Ok(Access::Keys(keys))
}

/// Makes a key for a user and keeps its hash. The key itself is returned and kept nowhere.
///
/// # Errors
/// When the file cannot be read or written.
pub fn add(path: &Path, tenant: &str, user: &str) -> io::Result<String> {
    let mut file: KeysFile = match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => KeysFile::default(),
        Err(error) => return Err(error),
    };
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let key = new_key(random);
    file.keys.push(StoredKey {
        tenant: tenant.to_owned(),
        user: user.to_owned(),
        hash: blake3::hash(key.as_bytes()).to_hex().to_string(),
    });
    write_whole(path, &serde_json::to_vec_pretty(&file)?)?;
    Ok(key)
}

/// Replaces the file in one step, so that a crash leaves the old one.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

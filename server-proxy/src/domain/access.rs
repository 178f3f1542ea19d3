//! Who may ask. A caller is what a key says, never what a request says.
//!
//! Only hashes are held; a key itself exists at the user's side alone.

use saga_domain::{Failure, FailureCode};

use crate::domain::ports::Caller;

/// What every key begins with, so that people and secret scanners recognise one.
pub const KEY_PREFIX: &str = "cs_";

/// Decides who a token belongs to.
#[derive(Clone, Debug)]
pub enum Access {
    /// Everyone on this machine is one user: no keys are set up, only loopback may listen.
    Local,
    /// Only holders of these keys.
    Keys(Vec<Key>),
}

/// A key as it is kept.
#[derive(Clone, Debug)]
pub struct Key {
    /// Whose it is.
    pub caller: Caller,
    /// Hash of the whole key.
    pub hash: blake3::Hash,
}

impl Access {
    /// The caller a token belongs to.
    ///
    /// # Errors
    /// `unauthorized` for a missing or wrong token.
    pub fn caller(&self, token: Option<&str>) -> Result<Caller, Failure> {
        let keys = match self {
            Self::Local => return Ok(local()),
            Self::Keys(keys) => keys,
        };
        let Some(token) = token else {
            return Err(refused("a token is needed: `Authorization: Bearer cs_…`"));
        };
        let hash = blake3::hash(token.as_bytes());
        // `blake3::Hash` compares in constant time, and every key is looked at, so the time taken
        // says nothing about the keys.
        keys.iter()
            .filter(|key| key.hash == hash)
            .map(|key| key.caller.clone())
            .next_back()
            .ok_or_else(|| refused("the token is not known here"))
    }
}

/// A new key, from 256 random bits.
#[must_use]
pub fn new_key(random: [u8; 32]) -> String {
    let mut key = String::from(KEY_PREFIX);
    for byte in random {
        for nibble in [byte >> 4, byte & 15] {
            key.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    key
}

fn local() -> Caller {
    Caller { tenant: "local".to_owned(), user: "local".to_owned() }
}

fn refused(message: &str) -> Failure {
    Failure::new(FailureCode::Unauthorized, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(users: &[(&str, &str)]) -> Access {
        let key = |(user, key): &(&str, &str)| Key {
            caller: Caller { tenant: "team".to_owned(), user: (*user).to_owned() },
            hash: blake3::hash(key.as_bytes()),
        };
        Access::Keys(users.iter().map(key).collect())
    }

    fn check(access: &Access, token: Option<&str>, expected: Result<&str, FailureCode>) {
        let found = access.caller(token).map(|caller| caller.user).map_err(|failure| failure.code);
        assert_eq!(found, expected.map(str::to_owned));
    }

    #[test]
    fn a_key_names_its_user_and_nobody_else() {
        let access = access(&[("minji", "cs_one"), ("jun", "cs_two")]);
        check(&access, Some("cs_one"), Ok("minji"));
        check(&access, Some("cs_two"), Ok("jun"));
        check(&access, Some("cs_three"), Err(FailureCode::Unauthorized));
        check(&access, Some(""), Err(FailureCode::Unauthorized));
        check(&access, None, Err(FailureCode::Unauthorized));
    }

    #[test]
    fn without_keys_everyone_is_the_local_user() {
        check(&Access::Local, None, Ok("local"));
        check(&Access::Local, Some("anything"), Ok("local"));
    }

    #[test]
    fn a_new_key_is_its_prefix_and_all_its_bits() {
        let key = new_key([0xa5; 32]);
        assert_eq!(key, format!("cs_{}", "a5".repeat(32)));
    }
}

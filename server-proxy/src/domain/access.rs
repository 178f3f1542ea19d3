//! Who may ask, and for what. A caller is what a key says, never what a request says.
//!
//! Only hashes are held; a key itself exists at the user's side alone.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;
use saga_domain::{Failure, FailureCode};

use crate::domain::caller_limits::LimitOverrides;
use crate::domain::key;
use crate::domain::ports::Caller;
use crate::domain::scope::{Scope, Scopes};

/// Decides who a token belongs to.
#[derive(Debug)]
pub enum Access {
    /// Everyone on this machine is one user who may do everything: no keys are set up, only
    /// loopback may listen.
    Local,
    /// Only holders of these keys, which may change while the server runs.
    Keys(KnownRing),
}

/// The keys that are in force.
#[derive(Debug)]
pub struct KnownRing {
    ring: RwLock<Arc<KeyRing>>,
    /// What should have taken their place could not be read.
    is_stale: AtomicBool,
}

/// How the keys stand; part of `/readyz`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysState {
    /// There are none: only this machine is served.
    None,
    /// They are those of the file.
    Ok,
    /// The file changed and cannot be used; those known before are in force.
    Stale,
}

impl KeysState {
    /// The name used on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ok => "ok",
            Self::Stale => "stale",
        }
    }
}

/// A key as it is kept.
#[derive(Clone, Debug)]
pub struct Key {
    /// Tells it apart from others; no secret.
    pub id: String,
    /// Whose it is.
    pub caller: Caller,
    /// What it opens.
    pub scopes: Scopes,
    /// How much may be used with it, where that is not what the server says.
    pub limits: LimitOverrides,
    /// Hash of the whole key.
    pub hash: blake3::Hash,
}

/// Who asks, by the key that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub caller: Caller,
    /// What the user may do with this key.
    pub scopes: Scopes,
    /// How much the user may use with it, where that is not what the server says.
    pub limits: LimitOverrides,
}

impl Identity {
    /// Refuses what the key does not open.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn may(&self, scope: Scope) -> Result<(), Failure> {
        self.may_one_of(&[scope])
    }

    /// Refuses what the key does not open by any of these.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn may_one_of(&self, scopes: &[Scope]) -> Result<(), Failure> {
        if scopes.iter().any(|scope| self.scopes.contains(*scope)) {
            return Ok(());
        }
        let names: Vec<String> = scopes.iter().map(|one| format!("'{}'", one.name())).collect();
        let names = names.join(" or ");
        let message = format!("this key does not open this; it would need the scope {names}");
        Err(Failure::new(FailureCode::Forbidden, message))
    }
}

impl Access {
    /// Access for the holders of these keys.
    #[must_use]
    pub fn keys(ring: KeyRing) -> Self {
        let is_stale = AtomicBool::new(false);
        Self::Keys(KnownRing { ring: RwLock::new(Arc::new(ring)), is_stale })
    }

    /// Who a token belongs to.
    ///
    /// # Errors
    /// `unauthorized` for a missing or wrong token.
    pub fn identify(&self, token: Option<&str>) -> Result<Identity, Failure> {
        let ring = match self {
            Self::Local => return Ok(local()),
            Self::Keys(known) => Arc::clone(&known.ring.read()),
        };
        let Some(token) = token else {
            return Err(refused("a token is needed: `Authorization: Bearer cs_…`"));
        };
        ring.identify(token).ok_or_else(|| refused("the token is not known here"))
    }

    /// The id of the key that a token claims to be, if there is such a key.
    #[must_use]
    pub fn claimed(&self, token: &str) -> Option<String> {
        let Self::Keys(known) = self else { return None };
        let id = key::id_of(token)?;
        known.ring.read().by_id.contains_key(id).then(|| id.to_owned())
    }

    /// From now on only these keys are known. Requests that are being answered are not touched.
    pub fn replace(&self, ring: KeyRing) {
        if let Self::Keys(known) = self {
            *known.ring.write() = Arc::new(ring);
            known.is_stale.store(false, Ordering::Relaxed);
        }
    }

    /// What should take the place of the known keys cannot be used; they stay in force.
    pub fn keep(&self) {
        if let Self::Keys(known) = self {
            known.is_stale.store(true, Ordering::Relaxed);
        }
    }

    /// How the keys stand.
    #[must_use]
    pub fn state(&self) -> KeysState {
        match self {
            Self::Local => KeysState::None,
            Self::Keys(known) if known.is_stale.load(Ordering::Relaxed) => KeysState::Stale,
            Self::Keys(_) => KeysState::Ok,
        }
    }
}

/// The keys that are known.
#[derive(Clone, Debug)]
pub struct KeyRing {
    by_id: HashMap<String, Key>,
    /// Made before the id was part of a key.
    without_id: Vec<Key>,
    /// Compared when a token names a key that is not there, so that this takes as long.
    nobody: blake3::Hash,
}

impl KeyRing {
    /// A ring of these keys. Of two with the same id the later one counts.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = Key>) -> Self {
        let (with_id, without_id): (Vec<Key>, Vec<Key>) =
            keys.into_iter().partition(|key| key::is_id(&key.id));
        let by_id = with_id.into_iter().map(|key| (key.id.clone(), key)).collect();
        Self { by_id, without_id, nobody: blake3::hash(b"nobody") }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len() + self.without_id.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn identify(&self, token: &str) -> Option<Identity> {
        let hash = blake3::hash(token.as_bytes());
        // `blake3::Hash` compares in constant time. By its id a key is found without saying
        // anything of its secret; where there is no id, every key is looked at.
        let key = match key::id_of(token) {
            Some(id) => {
                let key = self.by_id.get(id);
                let known = key.map_or(&self.nobody, |key| &key.hash);
                key.filter(|_| *known == hash)
            }
            None => {
                let compared = |found, key| if key_is(key, &hash) { Some(key) } else { found };
                self.without_id.iter().fold(None, compared)
            }
        }?;
        Some(Identity { caller: key.caller.clone(), scopes: key.scopes, limits: key.limits })
    }
}

fn key_is(key: &Key, hash: &blake3::Hash) -> bool {
    key.hash == *hash
}

fn local() -> Identity {
    let caller = Caller { tenant: "local".to_owned(), user: "local".to_owned() };
    Identity { caller, scopes: Scopes::ALL, limits: LimitOverrides::default() }
}

fn refused(message: &str) -> Failure {
    Failure::new(FailureCode::Unauthorized, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINJI: &str = "cs_00000001_one";
    const JUN: &str = "cs_00000002_two";
    const OLD: &str = "cs_three";

    fn key(id: &str, user: &str, key: &str) -> Key {
        Key {
            id: id.to_owned(),
            caller: Caller { tenant: "team".to_owned(), user: user.to_owned() },
            scopes: Scopes::EDITOR,
            limits: LimitOverrides::default(),
            hash: blake3::hash(key.as_bytes()),
        }
    }

    fn ring() -> KeyRing {
        let keys = [
            key("00000001", "minji", MINJI),
            key("00000002", "jun", JUN),
            key("of an old key", "hana", OLD),
        ];
        KeyRing::new(keys)
    }

    fn check(access: &Access, token: Option<&str>, expected: Result<&str, FailureCode>) {
        let found = access.identify(token);
        let found = found.map(|who| who.caller.user).map_err(|failure| failure.code);
        assert_eq!(found, expected.map(str::to_owned), "{token:?}");
    }

    #[test]
    fn p9_a_key_names_its_user_and_nobody_else() {
        let access = Access::keys(ring());
        check(&access, Some(MINJI), Ok("minji"));
        check(&access, Some(JUN), Ok("jun"));
        check(&access, Some(OLD), Ok("hana"));
        let wrong = [
            "",
            "cs_",
            "cs_four",
            "cs_00000001_two",
            "cs_00000003_one",
            "cs_00000001_",
            "of an old key",
        ];
        for wrong in wrong {
            check(&access, Some(wrong), Err(FailureCode::Unauthorized));
        }
        check(&access, None, Err(FailureCode::Unauthorized));
    }

    #[test]
    fn a_key_that_was_taken_away_is_not_known_any_more() {
        let access = Access::keys(ring());
        assert_eq!(access.claimed(MINJI).as_deref(), Some("00000001"));
        access.replace(KeyRing::new([key("00000002", "jun", JUN)]));
        check(&access, Some(MINJI), Err(FailureCode::Unauthorized));
        check(&access, Some(JUN), Ok("jun"));
        assert_eq!(access.claimed(MINJI), None);
    }

    #[test]
    fn without_keys_everyone_is_the_local_user() {
        check(&Access::Local, None, Ok("local"));
        check(&Access::Local, Some("anything"), Ok("local"));
    }

    #[test]
    fn a_scope_that_a_key_lacks_is_named() {
        let who = Access::keys(ring()).identify(Some(MINJI)).expect("known");
        assert_eq!(who.may(Scope::Chat), Ok(()));
        let refusal = who.may(Scope::Admin).expect_err("not an operator's key");
        assert_eq!(refusal.code, FailureCode::Forbidden);
        assert!(refusal.message.contains("'admin'"), "{refusal}");
    }
}

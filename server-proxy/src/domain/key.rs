//! What a key looks like: `cs_ID_SECRET`.
//!
//! The id tells keys apart for people and in the keys file; it is no secret. The secret is 256
//! random bits. Keys made before they had ids are `cs_SECRET`.

/// What every key begins with, so that people and secret scanners recognise one.
pub const KEY_PREFIX: &str = "cs_";

/// Characters of an id.
pub const ID_CHARS: usize = 8;

/// A new key's text and its id.
#[must_use]
pub fn new_key(id: [u8; 4], secret: [u8; 32]) -> (String, String) {
    let id = hexadecimal(&id);
    (format!("{KEY_PREFIX}{id}_{}", hexadecimal(&secret)), id)
}

/// The id within a key's text; `None` for one without.
#[must_use]
pub fn id_of(key: &str) -> Option<&str> {
    let (id, _secret) = key.strip_prefix(KEY_PREFIX)?.split_once('_')?;
    is_id(id).then_some(id)
}

/// Whether this is an id.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == ID_CHARS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_its_prefix_its_id_and_all_its_bits() {
        let (key, id) = new_key([0, 0x1f, 0xff, 0x80], [0xa5; 32]);
        assert_eq!(id, "001fff80");
        assert_eq!(key, format!("cs_001fff80_{}", "a5".repeat(32)));
        assert_eq!(id_of(&key), Some("001fff80"));
    }

    #[test]
    fn what_has_no_id_has_none() {
        for key in ["", "cs_", "cs__", "cs_a5a5", "cs_short_x", "cs_00000000", "xx_00000000_a5"] {
            assert_eq!(id_of(key), None, "{key}");
        }
        assert_eq!(id_of("cs_00000000_"), Some("00000000"));
    }
}

//! The chain of keys: how a value made under the first key becomes the value that is stored.
//!
//! A rotation must not need the identities again, because no identity is kept. So a new key does not replace the old
//! ones: it takes what they made and hashes it once more. Whoever holds an old copy of the tables and a new one, and not
//! the new key, cannot tell which rows belong together.
//!
//! ```text
//! identity ─ HMAC under the first key ─► value ─ HMAC under the second ─► value ─ … ─► what is stored
//! ```
//!
//! Each later key hashes under a sub-key of its own, and a value keeps its length: 16 bytes for persons, records, link
//! keys and references, 32 for files.

use std::fmt;
use std::sync::Arc;

use crate::keyed::SubKey;
use crate::pseudonym::FileDigest;

/// Label of the sub-key under which a later key hashes what the keys before it made.
const REHASH: &str = "rehash/v1";

/// The later keys of a key file, oldest first; nothing at all when there is one key. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Chain(Arc<[Link]>);

/// One later key.
pub(crate) struct Link(SubKey);

impl Chain {
    /// The chain of these keys, oldest first. The first key of a key file is not among them.
    pub(crate) fn new<'a>(later: impl Iterator<Item = &'a [u8; 32]>) -> Chain {
        Chain(later.map(Link::new).collect())
    }

    /// What is stored for a digest made under the first key.
    pub(crate) fn finish(&self, digest: [u8; 16]) -> [u8; 16] {
        self.0.iter().fold(digest, |value, link| link.pass(&value))
    }

    /// What names a file whose digest under the first key is `first`.
    pub(crate) fn file(&self, first: [u8; 32]) -> FileDigest {
        FileDigest { first, load: self.0.iter().fold(first, |value, link| link.pass(&value)) }
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Chain({} later keys)", self.0.len())
    }
}

impl Link {
    pub(crate) fn new(key: &[u8; 32]) -> Link {
        Link(SubKey::derive(key, REHASH))
    }

    /// The next value: the first `N` bytes of HMAC-SHA-256(sub-key, value).
    pub(crate) fn pass<const N: usize>(&self, value: &[u8; N]) -> [u8; N] {
        const { assert!(N <= 32, "HMAC-SHA-256 gives 32 bytes") };
        let whole = self.0.hash(value);
        std::array::from_fn(|at| whole[at])
    }
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::*;

    /// HMAC-SHA-256 written out, over nothing of this crate.
    fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// The sub-key of a later key, by hand: a label after its length in eight bytes.
    fn rehash_key(key: &[u8; 32]) -> [u8; 32] {
        hmac(key, b"panoh/derive/v1\x00\x00\x00\x00\x00\x00\x00\x09rehash/v1")
    }

    #[test]
    fn one_key_changes_nothing() {
        let chain = Chain::default();
        assert_eq!(chain.finish([7; 16]), [7; 16]);
        assert_eq!(chain.file([7; 32]).load_id(), format!("load:{}", "07".repeat(32)));
        assert_eq!(chain.file([7; 32]).short(), "07".repeat(8));
    }

    #[test]
    fn later_keys_hash_in_turn_as_by_hand() {
        let (second, third) = ([2; 32], [3; 32]);
        let chain = Chain::new([&second, &third].into_iter());
        let value = [7; 16];
        let after_second = &hmac(&rehash_key(&second), &value)[..16];
        assert_eq!(chain.finish(value), hmac(&rehash_key(&third), after_second)[..16]);

        let file = [9; 32];
        let load = hmac(&rehash_key(&third), &hmac(&rehash_key(&second), &file));
        let named = chain.file(file);
        assert_eq!((named.first, named.load), (file, load));
        // The order of the keys matters.
        assert_ne!(Chain::new([&third, &second].into_iter()).finish(value), chain.finish(value));
    }

    #[test]
    fn debug_shows_how_many() {
        assert_eq!(format!("{:?}", Chain::new([&[1; 32]].into_iter())), "Chain(1 later keys)");
    }
}

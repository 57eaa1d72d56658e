//! The chain of seals: each entry is bound by HMAC-SHA-256 to all entries before it, so that without the key no entry
//! can be changed, moved, inserted or taken out unnoticed.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Where the chain stands: the number of the last entry and its seal.
///
/// It is public: every artefact carries it. A seal says nothing without the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Sequence number of the last entry, which is how many were ever made.
    pub count: u64,
    /// Seal of the last entry, 64 lower-case hexadecimal digits.
    pub mac: String,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.count, self.mac)
    }
}

/// A seal of 32 bytes.
pub(crate) type Mac = [u8; 32];

/// The key under which entries are sealed; wiped when dropped and never shown.
pub(crate) struct ChainKey(Zeroizing<[u8; 32]>);

impl ChainKey {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// The seal before the first entry. It depends on the key, so a wrong key is noticed on an empty ledger too.
    pub(crate) fn start(&self) -> Mac {
        self.hmac(&[b"panoh/ledger/v1/start"])
    }

    /// The seal of entry `seq` with `body`, after the entry sealed by `previous`. All parts but the last have a fixed
    /// length, so no two different entries give the same bytes.
    pub(crate) fn seal(&self, previous: &Mac, seq: u64, body: &str) -> Mac {
        self.hmac(&[b"panoh/ledger/v1/entry", previous, &seq.to_be_bytes(), body.as_bytes()])
    }

    fn hmac(&self, parts: &[&[u8]]) -> Mac {
        let mut hmac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes keys of every length");
        for part in parts {
            hmac.update(part);
        }
        hmac.finalize().into_bytes().into()
    }
}

/// A seal as 64 lower-case hexadecimal digits.
pub(crate) fn hex(mac: &Mac) -> String {
    use fmt::Write as _;
    mac.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_depends_on_every_part() {
        let key = ChainKey::new([7; 32]);
        let seal = key.seal(&key.start(), 1, "a");
        assert_eq!(seal, ChainKey::new([7; 32]).seal(&key.start(), 1, "a"));
        let others = [
            key.seal(&key.start(), 2, "a"),
            key.seal(&key.start(), 1, "b"),
            key.seal(&seal, 1, "a"),
            ChainKey::new([8; 32]).seal(&key.start(), 1, "a"),
        ];
        assert!(others.iter().all(|other| *other != seal));
        assert_eq!(hex(&[0xab; 32]), "ab".repeat(32));
    }
}

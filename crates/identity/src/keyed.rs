//! HMAC-SHA-256 over fields that cannot run into each other: the one primitive under every pseudonym and link key.
//!
//! Each use has a sub-key of its own, derived from the master key and a label with a version. Two uses can therefore
//! never give the same value for the same input, and a change of a rule (say, of the folding of names) raises the
//! version in its label so that old and new keys cannot be mixed up unseen.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Domain of key derivation itself, before the label.
const DERIVE: &[u8] = b"panoh/derive/v1";

/// A 32-byte key for one use and a message under it that is begun already: beginning one costs as much as hashing a
/// short one. Both are wiped from memory when dropped; that the message is, and every copy of it, is the feature
/// `zeroize` of the crates `hmac` and `sha2`.
pub(crate) struct SubKey {
    bytes: Zeroizing<[u8; 32]>,
    begun: Hmac<Sha256>,
}

impl SubKey {
    /// HMAC-SHA-256(`master`, `panoh/derive/v1` ‖ field(`label`)).
    pub(crate) fn derive(master: &[u8; 32], label: &str) -> SubKey {
        let mut mac = start(master);
        mac.update(DERIVE);
        let bytes = Zeroizing::new(Fields(mac).field(label.as_bytes()).finish());
        SubKey { begun: start(bytes.as_slice()), bytes }
    }

    /// A message of fields under this key.
    pub(crate) fn message(&self) -> Fields {
        Fields(self.stream())
    }

    /// HMAC-SHA-256 of bytes of a fixed length, with no field around them.
    pub(crate) fn hash(&self, bytes: &[u8]) -> [u8; 32] {
        let mut mac = self.stream();
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    /// A stream of bytes under this key: one field without end, for whole files.
    pub(crate) fn stream(&self) -> Hmac<Sha256> {
        self.begun.clone()
    }

    /// The key itself, for the few places that hand a derived key to another crate.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        *self.bytes
    }
}

/// A message under a key, written field by field.
///
/// Each field is preceded by its length as eight bytes, so (`ab`, `c`) and (`a`, `bc`) are different messages.
pub(crate) struct Fields(Hmac<Sha256>);

impl Fields {
    /// Adds one field.
    pub(crate) fn field(mut self, bytes: &[u8]) -> Fields {
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    /// The 32-byte result.
    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }

    /// The first 16 bytes of the result: 128 bits, so that two of 10 million persons meet with chance 2⁻⁸².
    pub(crate) fn finish_short(self) -> [u8; 16] {
        let mut short = [0; 16];
        short.copy_from_slice(&self.finish()[..16]);
        short
    }
}

/// A message of fields that is put together first and hashed in one go: for the many short ones that a row takes. The
/// same fields give the same digest as [`Fields`].
pub(crate) struct Message {
    /// Names and numbers as they were written, and so wiped like `long`.
    bytes: Zeroizing<[u8; Message::SHORT]>,
    length: usize,
    /// Everything, once it is longer than that.
    long: Zeroizing<Vec<u8>>,
}

impl Message {
    const SHORT: usize = 256;

    /// Begins anew.
    pub(crate) fn clear(&mut self) {
        self.length = 0;
        self.long.clear();
    }

    /// Adds one field.
    pub(crate) fn field(&mut self, bytes: &[u8]) {
        self.add(&(bytes.len() as u64).to_be_bytes());
        self.add(bytes);
    }

    /// HMAC-SHA-256 of the fields under a key.
    pub(crate) fn hash(&self, key: &SubKey) -> [u8; 32] {
        key.hash(if self.long.is_empty() { &self.bytes[..self.length] } else { &self.long })
    }

    fn add(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if self.long.is_empty() && end <= Message::SHORT {
            self.bytes[self.length..end].copy_from_slice(bytes);
            self.length = end;
        } else {
            if self.long.is_empty() {
                self.long.extend_from_slice(&self.bytes[..self.length]);
            }
            self.long.extend_from_slice(bytes);
        }
    }
}

impl Default for Message {
    fn default() -> Message {
        Message { bytes: Zeroizing::new([0; Message::SHORT]), length: 0, long: Zeroizing::default() }
    }
}

fn start(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudonym::write_hex;

    /// RFC 4231, test cases 1 to 3, over the same start and finish that every pseudonym goes through.
    #[test]
    fn agrees_with_rfc_4231() {
        let check = |key: &[u8], data: &[u8], expected: &str| {
            let mut mac = start(key);
            mac.update(data);
            let mut hex = String::new();
            write_hex(&mut hex, &Fields(mac).finish()).expect("a String takes everything");
            assert_eq!(hex, expected);
        };
        check(&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        check(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        check(&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    }

    #[test]
    fn a_field_is_its_length_and_its_bytes() {
        let key = SubKey::derive(&[7; 32], "test/v1");
        let mut by_hand = key.stream();
        by_hand.update(&[0, 0, 0, 0, 0, 0, 0, 2]);
        by_hand.update(b"ab");
        let by_hand: [u8; 32] = by_hand.finalize().into_bytes().into();
        assert_eq!(key.message().field(b"ab").finish(), by_hand);
    }

    #[test]
    fn a_message_in_one_go_is_a_message_of_fields() {
        let key = SubKey::derive(&[7; 32], "test/v1");
        for lengths in [&[][..], &[0], &[2, 3], &[240], &[248], &[249], &[100, 200, 300]] {
            let (mut message, mut fields) = (Message::default(), key.message());
            for length in lengths {
                let field = vec![*length as u8; *length];
                message.field(&field);
                fields = fields.field(&field);
            }
            assert_eq!(message.hash(&key), fields.finish(), "{lengths:?}");
        }
    }

    #[test]
    fn what_is_begun_under_a_key_is_wiped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let key = SubKey::derive(&[7; 32], "test/v1");
        is_wiped(&key.bytes);
        // What `begun` is made of: the type of HMAC itself does not say so.
        is_wiped(&Sha256::default());
        is_wiped(&Message::default().bytes);
    }

    #[test]
    fn labels_and_keys_separate() {
        let one = SubKey::derive(&[7; 32], "a/v1").bytes();
        assert_ne!(one, SubKey::derive(&[7; 32], "a/v2").bytes());
        assert_ne!(one, SubKey::derive(&[8; 32], "a/v1").bytes());
        assert_eq!(one, SubKey::derive(&[7; 32], "a/v1").bytes());
    }
}

//! HMAC-SHA-256 over fields that cannot run into each other: the one primitive under every pseudonym and link key.
//!
//! Each use has a sub-key of its own, derived from the master key and a label with a version. Two uses can therefore
//! never give the same value for the same input, and a change of a rule (say, of the folding of names) raises the
//! version in its label so that old and new keys cannot be mixed up unseen.

use hmac::{Hmac, KeyInit};
use sha2::Sha256;
use sha2::block_api::compress256;
use zeroize::Zeroizing;

/// Domain of key derivation itself, before the label.
const DERIVE: &[u8] = b"panoh/derive/v1";

/// Bytes that SHA-256 takes at once.
const BLOCK: usize = 64;

/// Bytes that it gives.
const HASH: usize = 32;

/// What SHA-256 begins with (FIPS 180-4, section 5.3.3).
const BEGINNING: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A 32-byte key for one use, and the two hashes of every HMAC under it after their first blocks, which are the same for
/// all messages: working them out anew costs as much as hashing a short message. All are wiped from memory when dropped.
pub(crate) struct SubKey {
    bytes: Zeroizing<[u8; 32]>,
    inner: Zeroizing<[u32; 8]>,
    outer: Zeroizing<[u32; 8]>,
}

impl SubKey {
    /// HMAC-SHA-256(`master`, `panoh/derive/v1` ‖ field(`label`)).
    pub(crate) fn derive(master: &[u8; 32], label: &str) -> SubKey {
        let master = SubKey::of(master);
        let mut message = master.message();
        message.add(DERIVE);
        message.field(label.as_bytes());
        SubKey::of(&Zeroizing::new(message.finish()))
    }

    fn of(bytes: &[u8; 32]) -> SubKey {
        let [inner, outer] = [0x36, 0x5c].map(|pad| begun(bytes, pad));
        SubKey { bytes: Zeroizing::new(*bytes), inner, outer }
    }

    /// A message under this key.
    pub(crate) fn message(&self) -> Message<'_> {
        Message { key: self, state: self.inner.clone(), block: Zeroizing::new([0; BLOCK]), length: 0 }
    }

    /// HMAC-SHA-256 of bytes of a fixed length, with no field around them.
    pub(crate) fn hash(&self, bytes: &[u8]) -> [u8; 32] {
        let mut message = self.message();
        message.add(bytes);
        message.finish()
    }

    /// A stream of bytes under this key: one field without end, for whole files.
    pub(crate) fn stream(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(self.bytes.as_slice()).expect("HMAC takes a key of any length")
    }

    /// The key itself, for the few places that hand a derived key to another crate.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        *self.bytes
    }
}

/// A message under a key, written piece by piece: HMAC-SHA-256 over the bare compression of the crate `sha2`. A row takes
/// some twenty short ones, and the general HMAC of the crate `hmac` would copy and wipe more than it hashes.
///
/// Names and numbers pass through as they were written, so all of it is wiped when dropped. Begin anew instead of making
/// another one where there are many to hash.
pub(crate) struct Message<'k> {
    key: &'k SubKey,
    state: Zeroizing<[u32; 8]>,
    /// What does not fill a block yet: as many bytes as `length` has over whole blocks.
    block: Zeroizing<[u8; BLOCK]>,
    length: usize,
}

impl<'k> Message<'k> {
    /// Begins anew, under this key.
    pub(crate) fn restart(&mut self, key: &'k SubKey) {
        self.key = key;
        *self.state = *key.inner;
        self.length = 0;
    }

    /// Adds one field: its length as eight bytes, and then its bytes. So (`ab`, `c`) and (`a`, `bc`) are different
    /// messages.
    pub(crate) fn field(&mut self, bytes: &[u8]) -> &mut Self {
        self.add(&(bytes.len() as u64).to_be_bytes());
        self.add(bytes)
    }

    /// Adds one field that is short as a rule: its length is one byte, or, when it does not fit, the byte 255 and then
    /// eight. No length begins like another one, so a row of such fields reads in one way only.
    pub(crate) fn brief_field(&mut self, bytes: &[u8]) -> &mut Self {
        match u8::try_from(bytes.len()) {
            Ok(length) if length < u8::MAX => self.add(&[length]).add(bytes),
            _ => self.add(&[u8::MAX]).field(bytes),
        }
    }

    /// Adds bytes with no length before them.
    pub(crate) fn add(&mut self, mut bytes: &[u8]) -> &mut Self {
        let mut at = self.length % BLOCK;
        self.length += bytes.len();
        while let Some((first, rest)) = bytes.split_at_checked(BLOCK - at) {
            self.block[at..].copy_from_slice(first);
            self.compress();
            (bytes, at) = (rest, 0);
        }
        self.block[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// The 32-byte result. The message must begin anew after it.
    pub(crate) fn finish(&mut self) -> [u8; 32] {
        // What is hashed last has one length: the block of the key, which is hashed before, and the hash of the message.
        const BITS: u16 = 8 * (BLOCK + HASH) as u16;
        self.pad();
        self.block[..HASH].copy_from_slice(&written(&self.state));
        self.block[HASH] = 0x80;
        self.block[HASH + 1..BLOCK - 2].fill(0);
        self.block[BLOCK - 2..].copy_from_slice(&BITS.to_be_bytes());
        *self.state = *self.key.outer;
        self.compress();
        written(&self.state)
    }

    /// The first 16 bytes of the result: 128 bits, so that two of 10 million persons meet with chance 2⁻⁸².
    pub(crate) fn finish_short(&mut self) -> [u8; 16] {
        let whole = self.finish();
        std::array::from_fn(|at| whole[at])
    }

    /// Ends the hash: a bit, zeros, and how many bits were hashed, the block of the key among them.
    fn pad(&mut self) {
        const BITS: usize = BLOCK - 8;
        let at = self.length % BLOCK;
        self.block[at] = 0x80;
        self.block[at + 1..].fill(0);
        if at >= BITS {
            self.compress();
            self.block.fill(0);
        }
        let bits = 8 * (BLOCK + self.length) as u64;
        self.block[BITS..].copy_from_slice(&bits.to_be_bytes());
        self.compress();
    }

    fn compress(&mut self) {
        compress256(&mut self.state, std::slice::from_ref(&self.block));
    }
}

/// A hash whose first block is the key, filled up with zeros, each byte changed by `pad`.
fn begun(key: &[u8], pad: u8) -> Zeroizing<[u32; 8]> {
    let mut block = Zeroizing::new([pad; BLOCK]);
    block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
    let mut state = Zeroizing::new(BEGINNING);
    compress256(&mut state, std::slice::from_ref(&block));
    state
}

fn written(state: &[u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.chunks_exact_mut(4).zip(state).for_each(|(four, word)| four.copy_from_slice(&word.to_be_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use hmac::Mac;
    use proptest::prelude::*;

    use super::*;
    use crate::pseudonym::write_hex;

    /// RFC 4231, test cases 1 to 4: those of keys that are no longer than a block.
    #[test]
    fn agrees_with_rfc_4231() {
        let check = |key: &[u8], data: &[u8], expected: &str| {
            let [inner, outer] = [0x36, 0x5c].map(|pad| begun(key, pad));
            let key = SubKey { bytes: Zeroizing::default(), inner, outer };
            let mut hex = String::new();
            write_hex(&mut hex, &key.hash(data)).expect("a String takes everything");
            assert_eq!(hex, expected);
        };
        check(&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        check(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        check(&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
        let counted: Vec<u8> = (1..=25).collect();
        check(&counted, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
    }

    /// What the general HMAC of another crate makes of the same bytes.
    fn general(key: &SubKey, bytes: &[u8]) -> [u8; 32] {
        let mut mac = key.stream();
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    #[test]
    fn a_message_of_any_length_is_hmac() {
        let key = SubKey::derive(&[7; 32], "test/v1");
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..bytes.len() {
            assert_eq!(key.hash(&bytes[..length]), general(&key, &bytes[..length]), "{length}");
        }
    }

    #[test]
    fn a_field_is_its_length_and_its_bytes() {
        let key = SubKey::derive(&[7; 32], "test/v1");
        assert_eq!(key.message().field(b"ab").finish(), general(&key, b"\0\0\0\0\0\0\0\x02ab"));
        assert_eq!(key.message().brief_field(b"ab").finish(), general(&key, b"\x02ab"));
        let long = [b'x'; 254];
        assert_eq!(key.message().brief_field(&long).finish(), general(&key, &[&[254], &long[..]].concat()));
        let longer = [b'x'; 255];
        let by_hand = [b"\xff\0\0\0\0\0\0\0\xff", &longer[..]].concat();
        assert_eq!(key.message().brief_field(&longer).finish(), general(&key, &by_hand));
    }

    #[test]
    fn what_is_begun_under_a_key_is_wiped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let key = SubKey::derive(&[7; 32], "test/v1");
        is_wiped(&key.bytes);
        is_wiped(&key.inner);
        is_wiped(&key.outer);
        is_wiped(&key.message().state);
        is_wiped(&key.message().block);
        // What a stream is made of: the type of HMAC itself does not say so.
        is_wiped(&Sha256::default());
    }

    proptest! {
        /// However a message is cut into pieces, and whatever was hashed before it.
        #[test]
        fn pieces_and_messages_before_do_not_matter(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..90), 0..6),
            before in prop::collection::vec(any::<u8>(), 0..150),
        ) {
            let [one, other] = ["one/v1", "other/v1"].map(|label| SubKey::derive(&[7; 32], label));
            let mut message = one.message();
            message.add(&before).finish();
            message.restart(&other);
            for piece in &pieces {
                message.add(piece);
            }
            prop_assert_eq!(message.finish(), general(&other, &pieces.concat()));
        }

        /// No two rows of brief fields are one message.
        #[test]
        fn brief_fields_read_in_one_way(
            one in prop::collection::vec(prop::collection::vec(0_u8..3, 0..3), 0..4),
            other in prop::collection::vec(prop::collection::vec(0_u8..3, 0..3), 0..4),
        ) {
            let key = SubKey::derive(&[7; 32], "test/v1");
            let digest = |fields: &[Vec<u8>]| {
                let mut message = key.message();
                for field in fields {
                    message.brief_field(field);
                }
                message.finish()
            };
            prop_assert_eq!(digest(&one) == digest(&other), one == other);
        }
    }

    #[test]
    fn labels_and_keys_separate() {
        let one = SubKey::derive(&[7; 32], "a/v1").bytes();
        assert_ne!(one, SubKey::derive(&[7; 32], "a/v2").bytes());
        assert_ne!(one, SubKey::derive(&[8; 32], "a/v1").bytes());
        assert_eq!(one, SubKey::derive(&[7; 32], "a/v1").bytes());
    }
}

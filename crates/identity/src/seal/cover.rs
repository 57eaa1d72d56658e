//! The cover over what stays of an erased person: a keyed permutation of 16 bytes.
//!
//! A tombstone must recognise the digests of an erased person in a later load, must not be one of them (whoever holds an
//! old copy of the register could tell from it who was erased), and must survive a change of keys. A hash would do the
//! first two; a permutation that the key can undo does all three: the digest is uncovered, rehashed and covered again.
//!
//! Four rounds of a Feistel network with HMAC-SHA-256 as the round function are a strong pseudo-random permutation
//! (Luby and Rackoff, 1988).

use crate::keyed::SubKey;

const ROUNDS: [u8; 4] = [0, 1, 2, 3];

/// The permutation under one key.
pub(crate) struct Cover(SubKey);

impl Cover {
    /// The cover under the oldest key of a key file.
    pub(crate) fn new(first: &[u8; 32]) -> Cover {
        Cover(SubKey::derive(first, "tombstone/v1"))
    }

    /// The digest, covered.
    pub(crate) fn hide(&self, digest: [u8; 16]) -> [u8; 16] {
        let value = u128::from_be_bytes(digest);
        let (mut left, mut right) = ((value >> 64) as u64, value as u64);
        for round in ROUNDS {
            (left, right) = (right, left ^ self.mix(round, right));
        }
        join(left, right)
    }

    /// The digest that was covered.
    pub(crate) fn reveal(&self, covered: [u8; 16]) -> [u8; 16] {
        let value = u128::from_be_bytes(covered);
        let (mut left, mut right) = ((value >> 64) as u64, value as u64);
        for round in ROUNDS.into_iter().rev() {
            (left, right) = (right ^ self.mix(round, left), left);
        }
        join(left, right)
    }

    fn mix(&self, round: u8, half: u64) -> u64 {
        let short = self.0.message().field(&[round]).field(&half.to_be_bytes()).finish_short();
        (u128::from_be_bytes(short) >> 64) as u64
    }
}

fn join(left: u64, right: u64) -> [u8; 16] {
    (u128::from(left) << 64 | u128::from(right)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_and_digests_are_told_apart() {
        let (one, two) = (Cover::new(&[1; 32]), Cover::new(&[2; 32]));
        let digest = [7; 16];
        assert_ne!(one.hide(digest), digest);
        assert_ne!(one.hide(digest), two.hide(digest));
        assert_ne!(two.reveal(one.hide(digest)), digest);
        // One bit in is another value in both halves.
        let mut near = digest;
        near[15] ^= 1;
        let (covered, other) = (one.hide(digest), one.hide(near));
        assert!(covered[..8] != other[..8] && covered[8..] != other[8..]);
    }

    proptest! {
        #[test]
        fn a_cover_is_lifted_by_its_key(key: [u8; 32], digest: [u8; 16]) {
            let cover = Cover::new(&key);
            prop_assert_eq!(cover.reveal(cover.hide(digest)), digest);
        }
    }
}

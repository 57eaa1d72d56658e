//! What leaves this crate in place of an identity: pseudonyms of persons and records, and keyed digests of files.

use std::fmt::{self, Write};

/// What the id of a load begins with.
pub(crate) const LOAD: &str = "load:";

/// A pseudonym of a person or a record: 16 bytes, written as 32 lower-case hexadecimal digits.
///
/// Without the key it says nothing about whom it stands for, and the same identity under another key has another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(pub(crate) [u8; 16]);

impl Pseudonym {
    /// The pseudonym that these 32 hexadecimal digits write; none when they are something else.
    pub fn of_digits(digits: &str) -> Option<Pseudonym> {
        read_hex(digits.as_bytes()).map(Pseudonym)
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(out, &self.0)
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Pseudonym({self})")
    }
}

/// The keyed digest of a whole export file: the same file gives the same value under the same key, and nobody without
/// the key can tell whether a file that they hold was loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileDigest {
    /// Under the first key alone: what digests made from this one start from.
    pub(crate) first: [u8; 32],
    /// Under the whole chain of keys.
    pub(crate) load: [u8; 32],
}

impl FileDigest {
    /// The id of the load of this file: `load:` and 64 hexadecimal digits.
    pub fn load_id(&self) -> String {
        let mut id = String::from(LOAD);
        write_hex(&mut id, &self.load).expect("a String takes everything");
        id
    }

    /// The first 16 hexadecimal digits of the id: enough to name a load in a report or a file name.
    pub fn short(&self) -> String {
        let mut short = String::new();
        write_hex(&mut short, &self.load[..8]).expect("a String takes everything");
        short
    }
}

impl fmt::Debug for FileDigest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FileDigest({})", self.short())
    }
}

/// Writes bytes as lower-case hexadecimal digits.
pub(crate) fn write_hex(out: &mut impl Write, bytes: &[u8]) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.chunks(16).try_for_each(|piece| {
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(piece) {
            pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        out.write_str(std::str::from_utf8(&digits[..2 * piece.len()]).expect("digits are ASCII"))
    })
}

/// Reads `N` bytes out of 2 × `N` hexadecimal digits; nothing else may stand around them.
pub(crate) fn read_hex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(bytes)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Chain;

    #[test]
    fn pseudonyms_are_32_lower_hexadecimal_digits() {
        let pseudonym = Pseudonym(std::array::from_fn(|place| place as u8 * 17));
        assert_eq!(pseudonym.to_string(), "00112233445566778899aabbccddeeff");
        assert_eq!(format!("{pseudonym:?}"), "Pseudonym(00112233445566778899aabbccddeeff)");
        assert_eq!(Pseudonym::of_digits("00112233445566778899AABBccddeeff"), Some(pseudonym));
        for wrong in ["", "00112233445566778899aabbccddeef", " 00112233445566778899aabbccddeeff", "no_year"] {
            assert_eq!(Pseudonym::of_digits(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_load_is_named_by_its_file() {
        let file = Chain::default().file([0xa5; 32]);
        assert_eq!(file.load_id(), format!("load:{}", "a5".repeat(32)));
        assert_eq!(file.short(), "a5".repeat(8));
    }

    #[test]
    fn what_was_written_in_digits_reads_back() {
        let bytes: [u8; 4] = [0, 0x5a, 0xff, 0x10];
        let mut text = String::new();
        write_hex(&mut text, &bytes).expect("a String takes everything");
        assert_eq!(text, "005aff10");
        assert_eq!(read_hex(text.as_bytes()), Some(bytes));
        assert_eq!(read_hex(b"005AFF10"), Some(bytes));
        for wrong in ["", "005aff1", "005aff100", "005aff1g", " 05aff10"] {
            assert_eq!(read_hex::<4>(wrong.as_bytes()), None, "{wrong}");
        }
    }
}

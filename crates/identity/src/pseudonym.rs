//! What leaves this crate in place of an identity: pseudonyms of persons and records, and keyed digests of files.

use std::fmt::{self, Write};

/// A pseudonym of a person or a record: 16 bytes, written as 32 lower-case hexadecimal digits.
///
/// Without the key it says nothing about whom it stands for, and the same identity under another key has another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(pub(crate) [u8; 16]);

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
pub struct FileDigest(pub(crate) [u8; 32]);

impl FileDigest {
    /// The id of the load of this file: `load:` and 64 hexadecimal digits.
    pub fn load_id(&self) -> String {
        let mut id = String::from("load:");
        write_hex(&mut id, &self.0).expect("a String takes everything");
        id
    }

    /// The first 16 hexadecimal digits: enough to name a load in a report or a file name.
    pub fn short(&self) -> String {
        let mut short = String::new();
        write_hex(&mut short, &self.0[..8]).expect("a String takes everything");
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
    bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_are_32_lower_hexadecimal_digits() {
        let pseudonym = Pseudonym(std::array::from_fn(|place| place as u8 * 17));
        assert_eq!(pseudonym.to_string(), "00112233445566778899aabbccddeeff");
        assert_eq!(format!("{pseudonym:?}"), "Pseudonym(00112233445566778899aabbccddeeff)");
    }

    #[test]
    fn a_load_is_named_by_its_file() {
        let file = FileDigest([0xa5; 32]);
        assert_eq!(file.load_id(), format!("load:{}", "a5".repeat(32)));
        assert_eq!(file.short(), "a5".repeat(8));
    }
}

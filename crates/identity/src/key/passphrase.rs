//! A passphrase, and a key file under it: an age file (age-encryption.org/v1) with its scrypt recipient, so that any age
//! program can open it too.

use std::fmt;
use std::io::{Read, Write};
use std::iter::once;

use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::file::LONGEST;
use super::text::Flaw;
use crate::error::IdentityError;

/// How an age file begins.
const AGE: &[u8] = b"age-encryption.org/v1\n";

/// Letters that a passphrase needs: it is all that protects the key from whoever has the file and time.
const SHORTEST: usize = 12;

/// Work of guessing one passphrase: 2¹⁸ rounds take about a second and 256 MiB. Fixed, and not measured on the machine
/// that happens to write the file. Tests write many files and guard nothing.
const WORK: u8 = if cfg!(test) { 8 } else { 18 };

/// The most work that is done to open a file: above it, a damaged or malicious head would take all memory.
const MOST_WORK: u8 = 20;

/// A passphrase. Wiped from memory when dropped, never printed.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a passphrase as it was typed. The same letters are the same passphrase however the keyboard composes them
    /// (Unicode normalization form C).
    pub fn new(typed: String) -> Secret {
        let typed = Zeroizing::new(typed);
        // Room for everything: growing would leave copies behind in memory.
        let mut composed = Zeroizing::new(String::with_capacity(typed.len() * 3));
        composed.extend(typed.nfc());
        Secret(composed)
    }

    /// Whether two passphrases are the same, as when one is typed twice.
    pub fn is(&self, other: &Secret) -> bool {
        *self.0 == *other.0
    }

    /// Refuses a passphrase that is too short to protect a key.
    pub fn refuse_short(&self) -> Result<(), IdentityError> {
        if self.0.chars().count() < SHORTEST {
            return Err(IdentityError::PassphraseShort { shortest: SHORTEST });
        }
        Ok(())
    }

    fn for_age(&self) -> SecretString {
        SecretString::from(self.0.as_str())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(..)")
    }
}

/// Whether the bytes of a key file are under a passphrase.
pub(super) fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(AGE)
}

/// The bytes of a key file under a passphrase.
pub(super) fn encrypt(text: &[u8], passphrase: &Secret) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut recipient = scrypt::Recipient::new(passphrase.for_age());
    recipient.set_work_factor(WORK);
    let encryptor = Encryptor::with_recipients(once(&recipient as _)).expect("one recipient, which fits itself");
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut writer = encryptor.wrap_output(&mut *bytes)?;
    writer.write_all(text)?;
    writer.finish()?;
    Ok(bytes)
}

/// What is under the passphrase, and why nothing can be had.
pub(super) fn decrypt(bytes: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let decryptor = Decryptor::new_buffered(bytes).map_err(|_| Flaw::Damaged)?;
    if !decryptor.is_scrypt() {
        return Err(Flaw::NoKeyFile);
    }
    let mut identity = scrypt::Identity::new(passphrase.for_age());
    identity.set_max_work_factor(MOST_WORK);
    let reader = decryptor.decrypt(once(&identity as _)).map_err(|error| match error {
        DecryptError::DecryptionFailed => Flaw::Passphrase,
        _ => Flaw::Damaged,
    })?;
    let mut text = Zeroizing::new(Vec::with_capacity(LONGEST));
    reader.take(LONGEST as u64).read_to_end(&mut text).map_err(|_| Flaw::Damaged)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn only_the_passphrase_opens_what_it_closed() {
        let bytes = encrypt(b"planted", &secret("four words make one")).expect("encrypted");
        assert!(is_encrypted(&bytes));
        assert!(!bytes.windows(7).any(|window| window == b"planted"));
        assert_eq!(**decrypt(&bytes, &secret("four words make one")).expect("opened"), *b"planted");
        assert!(matches!(decrypt(&bytes, &secret("four words make One")), Err(Flaw::Passphrase)));
    }

    #[test]
    fn every_damaged_byte_is_noticed() {
        let bytes = encrypt(b"planted", &secret("four words make one")).expect("encrypted");
        for at in AGE.len()..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(decrypt(&damaged, &secret("four words make one")).is_err(), "byte {at}");
        }
        for length in AGE.len()..bytes.len() {
            assert!(decrypt(&bytes[..length], &secret("four words make one")).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn letters_are_the_same_however_they_are_composed() {
        // й as one letter, and as и with a breve.
        assert!(secret("чай с \u{439}").is(&secret("ча\u{438}\u{306} с \u{438}\u{306}")));
        assert!(!secret("чай с \u{439}").is(&secret("чаи с и")));
    }

    #[test]
    fn a_short_passphrase_is_refused_and_none_is_shown() {
        for (text, fits) in [("", false), ("одиннадцать", false), ("двенадцать!!", true), ("correct horse", true)]
        {
            assert_eq!(secret(text).refuse_short().is_ok(), fits, "{text}");
        }
        assert_eq!(format!("{:?}", secret("four words")), "Secret(..)");
    }
}

//! Who published a release: an Ed25519 signature of `SHA256SUMS`, in the format of OpenSSH (PROTOCOL.sshsig), so that the
//! `ssh-keygen` of any machine can check it without Panoh:
//!
//! ```text
//! ssh-keygen -Y verify -f signers -I publisher -n panoh-release -s SHA256SUMS.sig < SHA256SUMS
//! ```
//!
//! where the file `signers` has the line `publisher ssh-ed25519 AAAA…`, got from the publisher by another way than the
//! release.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha512};

/// What the signature is about; one for releases is good for nothing else.
const NAMESPACE: &str = "panoh-release";
const MAGIC: &[u8] = b"SSHSIG";
const KIND: &str = "ssh-ed25519";
const HASH: &str = "sha512";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
/// Letters on a line.
const WIDTH: usize = 70;

/// Signs releases.
pub struct Signer(SigningKey);

/// The public half of a signer, shown as OpenSSH writes it: `ssh-ed25519 AAAA…`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl Signer {
    /// The signer of a secret of 32 random bytes.
    pub fn of_secret(secret: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&secret))
    }

    /// What others check its signatures by.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature of a text, armoured. Equal texts give equal signatures.
    pub(crate) fn sign(&self, text: &[u8]) -> String {
        let signature = field(&[KIND.as_bytes(), &self.0.sign(&signed(text)).to_bytes()]);
        let mut blob = [MAGIC, &1_u32.to_be_bytes()].concat();
        let key = field(&[KIND.as_bytes(), self.public_key().0.as_bytes()]);
        blob.extend(field(&[&key, NAMESPACE.as_bytes(), b"", HASH.as_bytes(), &signature]));
        armoured(&blob)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public_key())
    }
}

impl PublicKey {
    /// Reads a key as OpenSSH writes it; a comment may follow.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (KIND, Some(letters)) = (words.next()?, words.next()) else { return None };
        Self::of_field(&BASE64_STANDARD.decode(letters).ok()?)
    }

    fn of_field(bytes: &[u8]) -> Option<Self> {
        let [kind, key] = fields(bytes)?;
        let key: &[u8; 32] = key.try_into().ok()?;
        if kind == KIND.as_bytes() { VerifyingKey::from_bytes(key).ok().map(Self) } else { None }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KIND} {}", BASE64_STANDARD.encode(field(&[KIND.as_bytes(), self.0.as_bytes()])))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// Whose signature of a text this is; none when it is no good signature of just this text.
pub(crate) fn signer_of(signature: &[u8], text: &[u8]) -> Option<PublicKey> {
    let lines = std::str::from_utf8(signature).ok()?.trim_end().strip_prefix(BEGIN)?.strip_suffix(END)?;
    let blob = BASE64_STANDARD.decode(lines.split_whitespace().collect::<String>()).ok()?;
    // Written in another way it would be another file with the same meaning.
    if armoured(&blob).as_bytes() != signature {
        return None;
    }
    let rest = blob.strip_prefix(MAGIC)?.strip_prefix(&1_u32.to_be_bytes())?;
    let [key, namespace, reserved, hash, pair] = fields(rest)?;
    let [kind, pair] = fields(pair)?;
    let key = PublicKey::of_field(key)?;
    let signature = Signature::from_slice(pair).ok()?;
    let is_ours = (namespace, reserved, hash, kind) == (NAMESPACE.as_bytes(), b"", HASH.as_bytes(), KIND.as_bytes());
    (is_ours && key.0.verify_strict(&signed(text), &signature).is_ok()).then_some(key)
}

/// As OpenSSH writes it into a file.
fn armoured(blob: &[u8]) -> String {
    let letters = BASE64_STANDARD.encode(blob);
    let mut lines = vec![BEGIN];
    // Base64 is ASCII, so every place is between two letters.
    lines.extend((0..letters.len()).step_by(WIDTH).map(|at| &letters[at..letters.len().min(at + WIDTH)]));
    lines.extend([END, ""]);
    lines.join("\n")
}

/// What is signed in place of a text.
fn signed(text: &[u8]) -> Vec<u8> {
    let digest = Sha512::digest(text);
    [MAGIC, &field(&[NAMESPACE.as_bytes(), b"", HASH.as_bytes(), &digest])].concat()
}

/// Each part after its length, as SSH writes it.
fn field(parts: &[&[u8]]) -> Vec<u8> {
    let with_length = |part: &&[u8]| [&(part.len() as u32).to_be_bytes()[..], part].concat();
    parts.iter().flat_map(with_length).collect()
}

/// The parts of a field: just so many, and nothing after them.
fn fields<const N: usize>(mut bytes: &[u8]) -> Option<[&[u8]; N]> {
    let mut parts = [&bytes[..0]; N];
    for part in &mut parts {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        (*part, bytes) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    }
    bytes.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer::of_secret([7; 32])
    }

    #[test]
    fn what_was_signed_has_its_signer() {
        let signature = signer().sign(b"sums\n");
        assert_eq!(signature, signer().sign(b"sums\n"));
        assert_eq!(signer_of(signature.as_bytes(), b"sums\n"), Some(signer().public_key()));
        let shown = signer().public_key().to_string();
        assert_eq!(PublicKey::parse(&format!("{shown} the office")), Some(signer().public_key()));
        assert!(
            !format!("{:?}", signer()).contains("07, 07") && shown.starts_with("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI")
        );
    }

    #[test]
    fn nothing_else_has_one() {
        let signature = signer().sign(b"sums\n");
        assert_eq!(signer_of(signature.as_bytes(), b"sums"), None);
        assert_eq!(signer_of(b"", b"sums\n"), None);
        let letters = signature.find('\n').expect("lines") + 1..signature.rfind(END).expect("an end") - 1;
        for at in letters.filter(|at| signature.as_bytes()[*at] != b'\n') {
            let mut changed = signature.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(signer_of(&changed, b"sums\n"), None, "letter {at}");
        }
        for bad in ["", "ssh-ed25519", "ssh-rsa AAAA", "ssh-ed25519 AAAA", "ssh-ed25519 !"] {
            assert_eq!(PublicKey::parse(bad), None, "{bad}");
        }
    }

    /// OpenSSH 9.2 made key and signature of the text `sums` and a line feed, in namespace `panoh-release`.
    #[test]
    fn what_openssh_signed_is_read() {
        let key = PublicKey::parse(include_str!("signature/openssh.pub")).expect("a key");
        assert_eq!(signer_of(include_bytes!("signature/openssh.sig"), b"sums\n"), Some(key));
    }
}

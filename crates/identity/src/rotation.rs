//! From the keys in force to those with one more: gives every stored value its new one, without an identity and without
//! the older keys.

use std::fmt;
use std::sync::Arc;

use crate::chain::Link;
use crate::error::IdentityError;
use crate::key::Key;
use crate::pseudonym::{LOAD, read_hex, write_hex};
use crate::seal::cover::Cover;

/// What a new key makes of the values that were stored before it. Cheap to clone; the key is wiped from memory with the
/// last clone.
#[derive(Clone)]
pub struct Rotation(Arc<Step>);

struct Step {
    link: Link,
    /// Under the first key, as ever: what erased persons left is uncovered, mapped and covered again.
    cover: Cover,
    from: String,
    to: String,
}

impl Rotation {
    pub(crate) fn new(first: &Key, next: &Key, from: String, to: String) -> Rotation {
        Rotation(Arc::new(Step { link: Link::new(next), cover: Cover::new(first), from, to }))
    }

    /// The id of the keys in force before.
    pub fn from(&self) -> &str {
        &self.0.from
    }

    /// The id of the keys in force afterwards.
    pub fn to(&self) -> &str {
        &self.0.to
    }

    /// The new value of a pseudonym of a person or record, of a link key or of a reference: 16 bytes for 16.
    pub fn pseudonym(&self, old: [u8; 16]) -> [u8; 16] {
        self.0.link.pass(&old)
    }

    /// The new value of what is left of an erased person.
    pub(crate) fn tombstone(&self, old: [u8; 16]) -> [u8; 16] {
        self.0.cover.hide(self.pseudonym(self.0.cover.reveal(old)))
    }

    /// The new value of a pseudonym or reference that is written in 32 hexadecimal digits.
    pub fn text(&self, old: &str) -> Result<String, IdentityError> {
        let old = read_hex(old.as_bytes()).ok_or(IdentityError::NoDigest)?;
        Ok(digits("", &self.pseudonym(old)))
    }

    /// The new id of a load: `load:` and 64 hexadecimal digits.
    pub fn load_id(&self, old: &str) -> Result<String, IdentityError> {
        let old = old.strip_prefix(LOAD).and_then(|digits| read_hex::<32>(digits.as_bytes()));
        Ok(digits(LOAD, &self.0.link.pass(&old.ok_or(IdentityError::NoDigest)?)))
    }
}

impl fmt::Debug for Rotation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Rotation({} to {})", self.0.from, self.0.to)
    }
}

fn digits(before: &str, bytes: &[u8]) -> String {
    let mut text = String::with_capacity(before.len() + 2 * bytes.len());
    text.push_str(before);
    write_hex(&mut text, bytes).expect("a String takes everything");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::MasterKey;

    /// Everything that a sealer makes of the same input.
    fn values(key: &MasterKey) -> [String; 3] {
        let sealer = key.sealer();
        let mut digester = sealer.digester();
        digester.update(b"a file");
        let file = digester.finish();
        let record = sealer.record("htcds", "17", &file).to_string();
        [file.load_id(), record, sealer.unlinked("htcds", "17", &file).to_string()]
    }

    #[test]
    fn old_values_become_what_the_whole_chain_makes() {
        let steps: [(&[[u8; 32]], [u8; 32]); 2] = [(&[[1; 32]], [2; 32]), (&[[1; 32], [2; 32]], [3; 32])];
        for (keys, next) in steps {
            let before = MasterKey::of_chain(keys, Some(next));
            let after = MasterKey::of_chain(&[keys, &[next]].concat(), None);
            let rotation = before.rotation().expect("a next key");
            assert_eq!((rotation.from(), rotation.to()), (before.id().as_str(), after.id().as_str()));
            let [load, record, unlinked] = values(&before);
            let mapped = [
                rotation.load_id(&load).expect("a load id"),
                rotation.text(&record).expect("a pseudonym"),
                rotation.text(&unlinked).expect("a pseudonym"),
            ];
            assert_eq!(mapped, values(&after));
            assert_ne!(values(&before), values(&after));
            assert!(after.rotation().is_none());
        }
    }

    #[test]
    fn text_and_bytes_agree() {
        let rotation = MasterKey::of_chain(&[[1; 32]], Some([2; 32])).rotation().expect("a next key");
        assert_eq!(rotation.text(&"07".repeat(16)).expect("mapped"), digits("", &rotation.pseudonym([7; 16])));
    }

    #[test]
    fn what_is_no_digest_is_not_mapped() {
        let rotation = MasterKey::of_chain(&[[1; 32]], Some([2; 32])).rotation().expect("a next key");
        for wrong in ["", "no_year", &"0".repeat(31), &"0".repeat(33), &"g".repeat(32)] {
            assert!(matches!(rotation.text(wrong), Err(IdentityError::NoDigest)), "{wrong}");
        }
        for wrong in
            ["load:", &"0".repeat(64), &format!("load:{}", "0".repeat(63)), &format!("Load:{}", "0".repeat(64))]
        {
            assert!(matches!(rotation.load_id(wrong), Err(IdentityError::NoDigest)), "{wrong}");
        }
    }

    #[test]
    fn debug_shows_the_ids() {
        let key = MasterKey::of_chain(&[[1; 32]], Some([2; 32]));
        let rotation = key.rotation().expect("a next key");
        assert_eq!(format!("{rotation:?}"), format!("Rotation({} to {})", key.id(), rotation.to()));
    }
}

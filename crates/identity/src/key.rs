//! The master key: one or more keys in the order in which they were made, what is derived from them and which of them
//! are in force.
//!
//! Every value is made under the first key and passes through the later ones ([`crate::chain`]). A rotation writes its
//! new key to disk as the *next* one before anything is rewritten, and only when all is rewritten is it put in force, so
//! a crash in between can be taken up again and no row is ever under a key that is nowhere on disk.

mod file;
mod passphrase;
mod place;
mod text;

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

use crate::chain::Chain;
use crate::error::IdentityError;
use crate::keyed::SubKey;
use crate::pseudonym::write_hex;
use crate::rotation::Rotation;
use crate::seal::Sealer;

pub use file::KeyFile;
pub use passphrase::Secret;
pub use place::refuse_key_inside;

/// Keys that one file holds at most: a rotation each month for eight years.
pub(crate) const MOST_KEYS: usize = 100;

/// 32 random bytes. Boxed, so that moving it leaves no copy behind; wiped from memory when dropped.
pub(crate) type Key = Box<Zeroizing<[u8; 32]>>;

/// The random bytes under every pseudonym of one home folder. Wiped from memory when dropped.
pub struct MasterKey {
    /// In force, oldest first; never empty.
    keys: Vec<Key>,
    /// Added by a rotation that has not ended yet.
    next: Option<Key>,
}

impl MasterKey {
    /// A new key from the operating system's random source.
    pub fn generate() -> Result<MasterKey, IdentityError> {
        Ok(MasterKey { keys: vec![random()?], next: None })
    }

    /// Makes a new key and writes it, without a passphrase, to a new file that only its owner may read; file and folder
    /// are on disk before this returns. A file that is already there is never touched. Ask [`refuse_key_inside`] first.
    pub fn create_file(path: &Path) -> Result<MasterKey, IdentityError> {
        Ok(KeyFile::create(path, None)?.into_key())
    }

    /// Reads a key file, as [`KeyFile::open`] does.
    pub fn read_file(
        path: &Path,
        home: &Path,
        ask: &mut dyn FnMut() -> Option<Secret>,
    ) -> Result<MasterKey, IdentityError> {
        Ok(KeyFile::open(path, home, ask)?.into_key())
    }

    /// Sixteen hexadecimal digits that tell keys apart without telling anything about them. A home folder notes the id
    /// of its key, so that a wrong key is noticed before it makes wrong pseudonyms. It is the id of all keys in force;
    /// one that a rotation only added does not count yet.
    pub fn id(&self) -> String {
        id_of(self.keys.iter())
    }

    /// Refuses this key, read from `path`, when its id is not `expected`, the one that a home folder has noted.
    pub fn refuse_other(&self, path: &Path, expected: &str) -> Result<(), IdentityError> {
        let found = self.id();
        if found == expected {
            return Ok(());
        }
        if self.rotation().is_some_and(|rotation| rotation.to() == expected) {
            return Err(IdentityError::RotationUnfinished { path: path.into() });
        }
        if self.onward(expected).is_some() {
            return Err(IdentityError::KeyLater { path: path.into() });
        }
        Err(IdentityError::KeyOther { path: path.into(), found, expected: expected.to_owned() })
    }

    /// How many keys are in force: one more than there were rotations.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// A key for one other use: HMAC-SHA-256(first key, `panoh/derive/v1` ‖ field(`label`)). Labels end with a version.
    /// It is the same after a rotation, because what it protects is not rewritten.
    pub fn derive(&self, label: &str) -> [u8; 32] {
        SubKey::derive(&self.keys[0], label).bytes()
    }

    /// What turns identities into link keys, under all keys in force.
    pub fn sealer(&self) -> Sealer {
        Sealer::new(&self.keys[0], Chain::new(self.keys[1..].iter().map(|key| &***key)))
    }

    /// From the keys in force to those with the next one: while there is such a rotation, part of the home may be under
    /// either, and only what ends the rotation may write.
    pub fn rotation(&self) -> Option<Rotation> {
        let next = self.next.as_ref()?;
        Some(Rotation::new(&self.keys[0], next, self.id(), id_of(self.keys.iter().chain([next]))))
    }

    /// From the keys of a home that was put back from before a rotation, by their id, to those after it. None when the id
    /// is that of no earlier keys.
    pub fn onward(&self, id: &str) -> Option<Rotation> {
        let id_at = |count: usize| id_of(self.keys[..count].iter());
        let count = (1..self.keys.len()).find(|&count| id_at(count) == id)?;
        Some(Rotation::new(&self.keys[0], &self.keys[count], id.to_owned(), id_at(count + 1)))
    }

    /// A key of these parts. None when there is no key, or more than a file holds.
    pub(crate) fn of_parts(keys: Vec<Key>, next: Option<Key>) -> Option<MasterKey> {
        let fits = !keys.is_empty() && keys.len() + usize::from(next.is_some()) <= MOST_KEYS;
        fits.then_some(MasterKey { keys, next })
    }

    /// The keys in force, oldest first.
    pub(crate) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The key that a rotation added.
    pub(crate) fn next(&self) -> Option<&Key> {
        self.next.as_ref()
    }

    /// The id of all keys, the next one included.
    pub(crate) fn whole_id(&self) -> String {
        id_of(self.keys.iter().chain(&self.next))
    }

    #[cfg(test)]
    pub(crate) fn of_bytes(bytes: [u8; 32]) -> MasterKey {
        MasterKey::of_chain(&[bytes], None)
    }

    #[cfg(test)]
    pub(crate) fn of_chain(keys: &[[u8; 32]], next: Option<[u8; 32]>) -> MasterKey {
        let key = |bytes: &[u8; 32]| Box::new(Zeroizing::new(*bytes));
        MasterKey::of_parts(keys.iter().map(key).collect(), next.as_ref().map(key)).expect("one key or more")
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("MasterKey(..)")
    }
}

/// 32 bytes from the operating system's random source.
fn random() -> Result<Key, IdentityError> {
    let mut key = Key::default();
    getrandom::fill(key.as_mut_slice()).map_err(IdentityError::Random)?;
    Ok(key)
}

/// The id of a chain: that of the first key, hashed under a sub-key of each later one.
fn id_of<'a>(keys: impl Iterator<Item = &'a Key>) -> String {
    let mut id = [0; 8];
    for (at, key) in keys.enumerate() {
        let whole = match at {
            0 => SubKey::derive(key, "key-id/v1").bytes(),
            _ => SubKey::derive(key, "chain-id/v1").hash(&id),
        };
        id.copy_from_slice(&whole[..8]);
    }
    let mut text = String::new();
    write_hex(&mut text, &id).expect("a String takes everything");
    text
}

#[cfg(test)]
mod tests;

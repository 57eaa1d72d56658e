//! The key file: read with every refusal that it deserves, and changed without a moment in which no key is on disk.
//!
//! A change writes the whole new file beside the old one, reads it back, and puts it in the old one's place in one step.
//! It happens only to the file that was read: a lock and a look at the bytes keep two changes from undoing each other,
//! because a lost key cannot be made again.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::passphrase::{Secret, decrypt, encrypt, is_encrypted};
use super::place::{folder_of, refuse_key_inside};
use super::text::{Flaw, parse, write};
use super::{MOST_KEYS, MasterKey, random};
use crate::error::IdentityError;
use crate::rotation::Rotation;

/// Longest key file that is read, in bytes: [`MOST_KEYS`] lines of 70 and what a passphrase adds.
pub(super) const LONGEST: usize = 16 * 1024;

/// How often a person may mistype a passphrase.
const ATTEMPTS: usize = 3;

/// A key file that was opened: where it is, how it is protected and what it holds.
pub struct KeyFile {
    /// As it was named, for messages.
    path: PathBuf,
    /// All links followed: what is replaced is the file and not a link to it.
    real: PathBuf,
    /// What was read or written last.
    bytes: Zeroizing<Vec<u8>>,
    passphrase: Option<Secret>,
    key: MasterKey,
}

impl KeyFile {
    /// Makes a new key and writes it to a new file that only its owner may read, under a passphrase when there is one;
    /// file and folder are on disk before this returns. A file that is already there is never touched. Ask
    /// [`refuse_key_inside`] first.
    pub fn create(path: &Path, passphrase: Option<Secret>) -> Result<KeyFile, IdentityError> {
        KeyFile::restore(path, MasterKey::generate()?, passphrase)
    }

    /// Writes a key that was restored from its recovery form to a new file, as [`KeyFile::create`] does.
    pub fn restore(path: &Path, key: MasterKey, passphrase: Option<Secret>) -> Result<KeyFile, IdentityError> {
        let unwritten = |source| IdentityError::KeyWrite { path: path.into(), source };
        let bytes = encode(&key, passphrase.as_ref(), path)?;
        write_new(path, &bytes).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => IdentityError::KeyExists { path: path.into() },
            _ => IdentityError::KeyWrite { path: path.into(), source },
        })?;
        let real = path.canonicalize().map_err(unwritten)?;
        Ok(KeyFile { path: path.into(), real, bytes, passphrase, key })
    }

    /// Reads a key file. Refuses one that others may read or write, one that lies inside `home`, and anything that is
    /// not a key file. `ask` is called only for a file under a passphrase, and up to twice more after a wrong one, until it
    /// gives none or the same again.
    pub fn open(path: &Path, home: &Path, ask: &mut dyn FnMut() -> Option<Secret>) -> Result<KeyFile, IdentityError> {
        let unreadable = |source| IdentityError::KeyRead { path: path.into(), source };
        let mut file = File::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => IdentityError::KeyMissing { path: path.into() },
            _ => unreadable(source),
        })?;
        refuse_key_inside(path, home)?;
        // Asked of the open file, not of the path: what is checked is what is read.
        let metadata = file.metadata().map_err(unreadable)?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(IdentityError::KeyOpenToOthers { path: path.into(), mode });
        }
        if !metadata.is_file() {
            return Err(flawed(path, Flaw::NoKeyFile));
        }
        let real = path.canonicalize().map_err(unreadable)?;
        let bytes = read_all(&mut file).map_err(unreadable)?;
        let (key, passphrase) = decode(&bytes, path, ask)?;
        Ok(KeyFile { path: path.into(), real, bytes, passphrase, key })
    }

    /// The key that the file holds.
    pub fn key(&self) -> &MasterKey {
        &self.key
    }

    /// The key alone.
    pub fn into_key(self) -> MasterKey {
        self.key
    }

    /// Where the file is, as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file is under a passphrase.
    pub fn is_protected(&self) -> bool {
        self.passphrase.is_some()
    }

    /// Puts the file under a passphrase, or under another one.
    pub fn protect(&mut self, passphrase: Secret) -> Result<(), IdentityError> {
        passphrase.refuse_short()?;
        self.bytes = self.replace(Some(&passphrase))?;
        self.passphrase = Some(passphrase);
        Ok(())
    }

    /// Takes the passphrase away: the file is then protected by its mode alone.
    pub fn unprotect(&mut self) -> Result<(), IdentityError> {
        self.bytes = self.replace(None)?;
        self.passphrase = None;
        Ok(())
    }

    /// The first step of a rotation: a new key is on disk as the next one. When there is one already, from a rotation
    /// that was cut off, it stays and that rotation is taken up again.
    pub fn add_key(&mut self) -> Result<Rotation, IdentityError> {
        if self.key.next.is_none() {
            if self.key.keys.len() == MOST_KEYS {
                return Err(IdentityError::KeyChainLong { path: self.path.clone(), most: MOST_KEYS });
            }
            self.key.next = Some(random()?);
            match self.replace(self.passphrase.as_ref()) {
                Ok(bytes) => self.bytes = bytes,
                Err(error) => {
                    self.key.next = None;
                    return Err(error);
                }
            }
        }
        Ok(self.key.rotation().expect("the next key is there"))
    }

    /// The last step of a rotation, when everything is rewritten: the next key is in force. Changes nothing when there
    /// is none.
    pub fn confirm(&mut self) -> Result<(), IdentityError> {
        let Some(next) = self.key.next.take() else { return Ok(()) };
        self.key.keys.push(next);
        match self.replace(self.passphrase.as_ref()) {
            Ok(bytes) => {
                self.bytes = bytes;
                Ok(())
            }
            Err(error) => {
                self.key.next = self.key.keys.pop();
                Err(error)
            }
        }
    }

    /// Puts a new file with `self.key` in the place of the old one; gives what it holds.
    fn replace(&self, passphrase: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
        let unwritten = |source| IdentityError::KeyWrite { path: self.path.clone(), source };
        let old = self.lock()?;
        let beside = beside(&self.real);
        // Left by a change that was cut off: it was never in force.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritten(error)),
            _ => {}
        }
        let bytes = encode(&self.key, passphrase, &self.path)?;
        write_new(&beside, &bytes).map_err(unwritten)?;
        let put = prove(&beside, &bytes)
            .and_then(|()| fs::rename(&beside, &self.real))
            .and_then(|()| File::open(folder_of(&self.real))?.sync_all());
        if let Err(error) = put {
            // Not there any more when it is in place already.
            let _ = fs::remove_file(&beside);
            return Err(unwritten(error));
        }
        wipe(old);
        Ok(bytes)
    }

    /// Locks the file for a change, when it is still the one that was read.
    fn lock(&self) -> Result<File, IdentityError> {
        let unreadable = |source| IdentityError::KeyRead { path: self.path.clone(), source };
        let changed = || IdentityError::KeyChanged { path: self.path.clone() };
        // For writing too, if that may be, because it is wiped in the end.
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&self.real)
            .or_else(|_| File::open(&self.real))
            .map_err(unreadable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(changed()),
            Err(TryLockError::Error(source)) => return Err(unreadable(source)),
        }
        // Whoever held the lock before may have put another file here.
        let (held, named) = (file.metadata().map_err(unreadable)?, fs::metadata(&self.real).map_err(unreadable)?);
        let is_same = (held.dev(), held.ino()) == (named.dev(), named.ino());
        if !is_same || *read_all(&mut file).map_err(unreadable)? != *self.bytes {
            return Err(changed());
        }
        Ok(file)
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "KeyFile({}, protected: {})", self.path.display(), self.is_protected())
    }
}

/// The bytes of a file with this key.
fn encode(key: &MasterKey, passphrase: Option<&Secret>, path: &Path) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
    let text = write(key);
    let Some(passphrase) = passphrase else {
        return Ok(Zeroizing::new(text.as_bytes().to_vec()));
    };
    passphrase.refuse_short()?;
    let bytes = encrypt(text.as_bytes(), passphrase);
    let bytes = bytes.map_err(|source| IdentityError::KeyWrite { path: path.into(), source })?;
    // What cannot be opened again must never take the place of what can.
    let opens = decrypt(&bytes, passphrase).is_ok_and(|opened| *opened == *text.as_bytes());
    if opens { Ok(bytes) } else { Err(flawed(path, Flaw::Damaged)) }
}

/// The key in the bytes of a file, and the passphrase that opened it.
fn decode(
    bytes: &[u8],
    path: &Path,
    ask: &mut dyn FnMut() -> Option<Secret>,
) -> Result<(MasterKey, Option<Secret>), IdentityError> {
    if bytes.len() > LONGEST {
        return Err(flawed(path, Flaw::NoKeyFile));
    }
    if !is_encrypted(bytes) {
        return Ok((parse(bytes).map_err(|flaw| flawed(path, flaw))?, None));
    }
    let mut refused = IdentityError::PassphraseMissing { path: path.into() };
    let mut before: Option<Secret> = None;
    for _ in 0..ATTEMPTS {
        let Some(passphrase) = ask() else { break };
        // A file, unlike a person, says the same for ever.
        if before.is_some_and(|before| before.is(&passphrase)) {
            break;
        }
        match decrypt(bytes, &passphrase) {
            // Only what Panoh wrote opens to a key; something else under the right passphrase is no key file either.
            Ok(text) => return Ok((parse(&text).map_err(|flaw| flawed(path, flaw))?, Some(passphrase))),
            Err(Flaw::Passphrase) => refused = flawed(path, Flaw::Passphrase),
            Err(flaw) => return Err(flawed(path, flaw)),
        }
        before = Some(passphrase);
    }
    Err(refused)
}

fn flawed(path: &Path, flaw: Flaw) -> IdentityError {
    let path = path.into();
    match flaw {
        Flaw::NoKeyFile => IdentityError::KeyFormat { path },
        Flaw::Damaged => IdentityError::KeyDamaged { path },
        Flaw::Passphrase => IdentityError::PassphraseWrong { path },
    }
}

/// The whole file, or one byte more than the longest that is read.
fn read_all(file: &mut File) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    file.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a new file for its owner alone; it and its folder's entry are on disk when this returns.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written =
        file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| File::open(folder_of(path))?.sync_all());
    written.inspect_err(|_| {
        // Half a key would be refused on reading and would bar the next attempt. The file was made just now by this
        // call, so nothing is lost; should removal fail too, the first error is the one to report.
        let _ = fs::remove_file(path);
    })
}

/// Reads back what was written.
fn prove(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if *read_all(&mut File::open(path)?)? == *bytes {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "the disk gives back something else than was written"))
}

/// Where the new file is written before it takes the old one's place.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().expect("a file has a name"));
    name.push(".being-written");
    path.with_file_name(name)
}

/// Overwrites a file that has no name any more, so that a key whose file was put under a passphrase does not lie open in
/// free space. A best effort: flash memory and file systems that copy on writing may keep the old blocks all the same.
fn wipe(mut file: File) {
    let blank = |file: &mut File| {
        let metadata = file.metadata()?;
        if metadata.nlink() == 0 {
            io::Seek::rewind(file)?;
            file.write_all(&vec![0; metadata.len() as usize])?;
            file.sync_all()?;
        }
        io::Result::Ok(())
    };
    let _ = blank(&mut file);
}

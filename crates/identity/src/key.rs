//! The master key: how it is made, where it may lie, and what is derived from it.
//!
//! A key file is one line, `panoh-key-1` and 64 hexadecimal digits. It is refused when anybody but its owner may read
//! or write it and when it lies inside the home folder, because whoever copies the data must not get the key with it.

use std::ffi::OsString;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::IdentityError;
use crate::keyed::SubKey;
use crate::pseudonym::write_hex;
use crate::seal::Sealer;

/// First word of a key file: what it is and which format.
const FORMAT: &str = "panoh-key-1";

/// Longest key file that is read, in bytes; the format needs 77 with its line end.
const LONGEST: usize = 256;

/// The 32 random bytes under every pseudonym of one home folder. Wiped from memory when dropped.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// A new key from the operating system's random source.
    pub fn generate() -> Result<MasterKey, IdentityError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(IdentityError::Random)?;
        Ok(MasterKey(bytes))
    }

    /// Makes a new key and writes it to a new file that only its owner may read; file and folder are on disk before
    /// this returns. A file that is already there is never touched. Ask [`refuse_key_inside`] first.
    pub fn create_file(path: &Path) -> Result<MasterKey, IdentityError> {
        let key = MasterKey::generate()?;
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|source| {
                match source.kind() {
                    io::ErrorKind::AlreadyExists => IdentityError::KeyExists { path: path.into() },
                    _ => IdentityError::KeyWrite { path: path.into(), source },
                }
            })?;
        key.write(file, path).map_err(|source| {
            // Half a key would be refused on reading and would bar the next attempt. It was made just now by this
            // call, so nothing is lost; should removal fail too, the first error is the one to report.
            let _ = std::fs::remove_file(path);
            IdentityError::KeyWrite { path: path.into(), source }
        })?;
        Ok(key)
    }

    /// Reads a key file. Refuses one that others may read or write, one that lies inside `home`, and anything that is
    /// not a key file.
    pub fn read_file(path: &Path, home: &Path) -> Result<MasterKey, IdentityError> {
        let mut file = File::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => IdentityError::KeyMissing { path: path.into() },
            _ => IdentityError::KeyRead { path: path.into(), source },
        })?;
        refuse_key_inside(path, home)?;
        let unreadable = |source| IdentityError::KeyRead { path: path.into(), source };
        // Asked of the open file, not of the path: what is checked is what is read.
        let metadata = file.metadata().map_err(unreadable)?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(IdentityError::KeyOpenToOthers { path: path.into(), mode });
        }
        let wrong_format = || IdentityError::KeyFormat { path: path.into() };
        if !metadata.is_file() {
            return Err(wrong_format());
        }
        let mut text = Zeroizing::new([0; LONGEST]);
        let length = read_up_to(&mut file, text.as_mut_slice()).map_err(unreadable)?;
        parse(&text[..length]).ok_or_else(wrong_format)
    }

    /// Sixteen hexadecimal digits that tell keys apart without telling anything about them. A home folder notes the id
    /// of its key, so that a wrong key is noticed before it makes wrong pseudonyms.
    pub fn id(&self) -> String {
        let mut id = String::new();
        write_hex(&mut id, &self.derive("key-id/v1")[..8]).expect("a String takes everything");
        id
    }

    /// A key for one other use: HMAC-SHA-256(key, `panoh/derive/v1` ‖ field(`label`)). Labels end with a version.
    pub fn derive(&self, label: &str) -> [u8; 32] {
        SubKey::derive(&self.0, label).bytes()
    }

    /// What turns identities into link keys, under sub-keys of this key.
    pub fn sealer(&self) -> Sealer {
        Sealer::new(&self.0)
    }

    #[cfg(test)]
    pub(crate) fn of_bytes(bytes: [u8; 32]) -> MasterKey {
        MasterKey(Zeroizing::new(bytes))
    }

    fn write(&self, mut file: File, path: &Path) -> io::Result<()> {
        // Room for the whole line: growing would leave copies of the key behind in memory.
        let mut line = Zeroizing::new(String::with_capacity(LONGEST));
        line.push_str(FORMAT);
        line.push(' ');
        write_hex(&mut *line, self.0.as_slice()).expect("a String takes everything");
        line.push('\n');
        file.write_all(line.as_bytes())?;
        file.sync_all()?;
        File::open(folder_of(path))?.sync_all()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("MasterKey(..)")
    }
}

/// Refuses a place for a key file that lies inside the home folder, all links followed. Neither needs to exist yet.
pub fn refuse_key_inside(path: &Path, home: &Path) -> Result<(), IdentityError> {
    let follow =
        |place: &Path| canonical(place).map_err(|source| IdentityError::KeyRead { path: place.into(), source });
    let (path, home) = (follow(path)?, follow(home)?);
    if path.starts_with(&home) {
        return Err(IdentityError::KeyInsideHome { path, home });
    }
    Ok(())
}

/// The path with all links followed. What does not exist yet keeps its name below the deepest folder that does.
fn canonical(path: &Path) -> io::Result<PathBuf> {
    let mut existing = path;
    let mut missing: Vec<OsString> = Vec::new();
    loop {
        match existing.canonicalize() {
            Ok(found) => return Ok(missing.iter().rev().fold(found, |place, name| place.join(name))),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            // `a/..` where `a` does not exist has no name to keep: there is nothing to follow.
            Err(error) => match existing.components().next_back() {
                Some(Component::Normal(name)) => missing.push(name.to_owned()),
                _ => return Err(error),
            },
        }
        existing = folder_of(existing);
    }
}

/// The folder that holds `path`; the working folder for a bare name.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Reads until the buffer is full or the file ends; gives the number of bytes read.
fn read_up_to(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..])? {
            0 => break,
            more => length += more,
        }
    }
    Ok(length)
}

/// The key of one line `panoh-key-1 <64 hexadecimal digits>`, with or without a line end.
fn parse(text: &[u8]) -> Option<MasterKey> {
    let line = text.strip_suffix(b"\n").unwrap_or(text);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let digits = line.strip_prefix(FORMAT.as_bytes())?.strip_prefix(b" ")?;
    if digits.len() != 64 {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(MasterKey(key))
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
    use std::fs::{self, Permissions};
    use std::os::unix::fs::symlink;

    use super::*;

    const LINE: &str = "panoh-key-1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    struct Place {
        _folder: tempfile::TempDir,
        home: PathBuf,
        key: PathBuf,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = folder.path().join("home");
        fs::create_dir(&home).expect("a home folder");
        Place { home, key: folder.path().join("home.key"), _folder: folder }
    }

    fn put(path: &Path, text: &str, mode: u32) {
        fs::write(path, text).expect("the file is written");
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("the mode is set");
    }

    #[test]
    fn a_new_key_file_is_for_its_owner_alone_and_reads_back() {
        let place = place();
        let made = MasterKey::create_file(&place.key).expect("a key");
        assert_eq!(fs::metadata(&place.key).expect("there").permissions().mode() & 0o777, 0o600);
        let read = MasterKey::read_file(&place.key, &place.home).expect("the same key");
        assert_eq!(*made.0, *read.0);
        assert_ne!(*made.0, *MasterKey::generate().expect("another").0);
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let place = place();
        put(&place.key, LINE, 0o600);
        let refused = MasterKey::create_file(&place.key).expect_err("refused");
        assert!(matches!(refused, IdentityError::KeyExists { .. }), "{refused}");
        assert_eq!(fs::read_to_string(&place.key).expect("still there"), LINE);
    }

    #[test]
    fn a_key_that_others_may_read_or_write_is_refused() {
        let place = place();
        for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666] {
            put(&place.key, LINE, mode);
            let refused = MasterKey::read_file(&place.key, &place.home).expect_err("refused");
            assert!(
                matches!(refused, IdentityError::KeyOpenToOthers { mode: found, .. } if found == mode),
                "{refused}"
            );
        }
        for mode in [0o600, 0o400] {
            put(&place.key, LINE, 0o600);
            fs::set_permissions(&place.key, Permissions::from_mode(mode)).expect("the mode is set");
            MasterKey::read_file(&place.key, &place.home).expect("read");
        }
    }

    #[test]
    fn a_key_inside_the_home_folder_is_refused() {
        let place = place();
        let inside = place.home.join("warehouse/key");
        fs::create_dir(place.home.join("warehouse")).expect("a folder");
        put(&inside, LINE, 0o600);
        let link = place.home.with_file_name("link");
        symlink(&inside, &link).expect("a link");
        let roundabout = place.home.join("../home/warehouse/../warehouse/key");
        for path in [&inside, &link, &roundabout] {
            let refused = MasterKey::read_file(path, &place.home).expect_err("refused");
            assert!(matches!(refused, IdentityError::KeyInsideHome { .. }), "{refused}");
        }
        // A sibling whose name begins like the home folder is not inside it.
        put(&place.key, LINE, 0o600);
        MasterKey::read_file(&place.key, &place.home).expect("read");
    }

    #[test]
    fn a_place_is_judged_before_anything_exists() {
        let place = place();
        let home = place.home.join("later");
        refuse_key_inside(&home.join("key"), &home).expect_err("inside");
        refuse_key_inside(&home.with_extension("key"), &home).expect("a sibling");
        refuse_key_inside(Path::new("some.key"), &home).expect("elsewhere");
    }

    #[test]
    fn what_is_not_a_key_file_is_refused() {
        let place = place();
        let digits = &LINE[12..];
        for text in [
            String::new(),
            digits.to_owned(),
            format!("panoh-key-2 {digits}"),
            format!("panoh-key-1  {digits}"),
            format!("panoh-key-1 {}", &digits[1..]),
            format!("panoh-key-1 {digits}0"),
            format!("panoh-key-1 {}g", &digits[1..]),
            format!("{LINE}\n\n"),
            format!("{LINE}\n{LINE}\n"),
            "x".repeat(10_000),
        ] {
            put(&place.key, &text, 0o600);
            let refused = MasterKey::read_file(&place.key, &place.home).expect_err("refused");
            assert!(matches!(refused, IdentityError::KeyFormat { .. }), "{refused}");
            assert!(text.is_empty() || !refused.to_string().contains(digits), "an error must not show the key");
        }
        for end in ["", "\n", "\r\n"] {
            put(&place.key, &format!("{LINE}{end}"), 0o600);
            MasterKey::read_file(&place.key, &place.home).expect("read");
        }
        let missing = MasterKey::read_file(&place.home.with_file_name("none"), &place.home).expect_err("refused");
        assert!(matches!(missing, IdentityError::KeyMissing { .. }), "{missing}");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", MasterKey::of_bytes([0xab; 32])), "MasterKey(..)");
    }

    #[test]
    fn ids_and_derived_keys_tell_keys_and_uses_apart() {
        let (one, two) = (MasterKey::of_bytes([1; 32]), MasterKey::of_bytes([2; 32]));
        assert_eq!(one.id().len(), 16);
        assert_ne!(one.id(), two.id());
        assert_ne!(one.derive("ledger/v1"), one.derive("ledger/v2"));
        assert_ne!(one.derive("ledger/v1"), two.derive("ledger/v1"));
        assert_ne!(one.derive("ledger/v1"), [1; 32]);
    }
}

//! Key files on disk: what reads back, what is refused, and what is there after a change that was cut off.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

use super::*;

const FIRST_FORMAT: &str = "panoh-key-1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
const WORDS: &str = "four words make one";

struct Place {
    folder: tempfile::TempDir,
    home: PathBuf,
    key: PathBuf,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = folder.path().join("home");
        fs::create_dir(&home).expect("a home folder");
        Place { home, key: folder.path().join("home.key"), folder }
    }

    fn put(&self, bytes: impl AsRef<[u8]>, mode: u32) {
        // An earlier file may be closed to writing.
        let _ = fs::remove_file(&self.key);
        fs::write(&self.key, bytes).expect("the file is written");
        fs::set_permissions(&self.key, Permissions::from_mode(mode)).expect("the mode is set");
    }

    /// Opens with these passphrases, one after another.
    fn open_with(&self, typed: &[&str]) -> Result<KeyFile, IdentityError> {
        let mut typed = typed.iter();
        KeyFile::open(&self.key, &self.home, &mut || typed.next().map(|text| words(text)))
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.key).expect("the key file is there")
    }

    fn is_encrypted(&self) -> bool {
        self.bytes().starts_with(b"age-encryption.org/v1")
    }

    /// The names of everything beside the home folder, the home folder left out.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text"));
        names.filter(|name| name != "home").collect()
    }
}

fn words(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn a_new_key_file_is_for_its_owner_alone_and_reads_back() {
    for passphrase in [None, Some(words(WORDS))] {
        let place = Place::new();
        let is_protected = passphrase.is_some();
        let made = KeyFile::create(&place.key, passphrase).expect("a key");
        assert_eq!(mode(&place.key), 0o600);
        assert_eq!(place.is_encrypted(), is_protected);
        let read = place.open_with(&[WORDS]).expect("the same key");
        assert_eq!(read.key().keys(), made.key().keys());
        assert_eq!(read.is_protected(), is_protected);
        assert_ne!(made.key().id(), MasterKey::generate().expect("another").id());
        assert_eq!(place.files(), ["home.key"]);
    }
}

#[test]
fn a_key_is_never_overwritten() {
    let place = Place::new();
    place.put(FIRST_FORMAT, 0o600);
    let refused = MasterKey::create_file(&place.key).expect_err("refused");
    assert!(matches!(refused, IdentityError::KeyExists { .. }), "{refused}");
    let refused = KeyFile::restore(&place.key, MasterKey::of_bytes([1; 32]), None).expect_err("refused");
    assert!(matches!(refused, IdentityError::KeyExists { .. }), "{refused}");
    assert_eq!(place.bytes(), FIRST_FORMAT.as_bytes());
    let nowhere = MasterKey::create_file(&place.folder.path().join("none/key")).expect_err("refused");
    assert!(matches!(nowhere, IdentityError::KeyWrite { .. }), "{nowhere}");
}

#[test]
fn a_key_that_others_may_read_or_write_is_refused() {
    let place = Place::new();
    for refused_mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666] {
        place.put(FIRST_FORMAT, refused_mode);
        let refused = place.open_with(&[]).expect_err("refused");
        let is_it = matches!(refused, IdentityError::KeyOpenToOthers { mode, .. } if mode == refused_mode);
        assert!(is_it, "{refused}");
    }
    for mode in [0o600, 0o400] {
        place.put(FIRST_FORMAT, mode);
        place.open_with(&[]).expect("read");
    }
}

#[test]
fn a_key_beside_the_data_is_refused() {
    let place = Place::new();
    let inside = place.home.join("key");
    fs::write(&inside, FIRST_FORMAT).expect("written");
    fs::set_permissions(&inside, Permissions::from_mode(0o600)).expect("the mode is set");
    symlink(&inside, &place.key).expect("a link");
    for path in [&inside, &place.key] {
        let refused = KeyFile::open(path, &place.home, &mut || None).expect_err("refused");
        assert!(matches!(refused, IdentityError::KeyInsideHome { .. }), "{refused}");
    }
}

#[test]
fn what_is_missing_or_something_else_is_refused() {
    let place = Place::new();
    let missing = place.open_with(&[]).expect_err("refused");
    assert!(matches!(missing, IdentityError::KeyMissing { .. }), "{missing}");
    let digits = &FIRST_FORMAT[12..76];
    for bytes in [b"".to_vec(), digits.into(), vec![0xff; 100], b"x".repeat(100_000), FIRST_FORMAT.repeat(2).into()] {
        place.put(&bytes, 0o600);
        let refused = place.open_with(&[WORDS]).expect_err("refused");
        assert!(matches!(refused, IdentityError::KeyFormat { .. }), "{refused}");
        assert!(!refused.to_string().contains(digits), "an error must not show the key");
    }
    fs::remove_file(&place.key).expect("removed");
    fs::create_dir(&place.key).expect("a folder");
    fs::set_permissions(&place.key, Permissions::from_mode(0o700)).expect("the mode is set");
    let folder = place.open_with(&[]).expect_err("refused");
    assert!(matches!(folder, IdentityError::KeyFormat { .. }), "{folder}");
}

#[test]
fn a_damaged_key_file_is_refused() {
    let place = Place::new();
    KeyFile::create(&place.key, None).expect("a key");
    let mut plain = place.bytes();
    plain[20] = if plain[20] == b'0' { b'1' } else { b'0' };
    place.put(&plain, 0o600);
    let refused = place.open_with(&[]).expect_err("refused");
    assert!(matches!(refused, IdentityError::KeyDamaged { .. }), "{refused}");

    fs::remove_file(&place.key).expect("removed");
    KeyFile::create(&place.key, Some(words(WORDS))).expect("a key");
    let mut encrypted = place.bytes();
    *encrypted.last_mut().expect("bytes") ^= 1;
    place.put(&encrypted, 0o600);
    let refused = place.open_with(&[WORDS]).expect_err("refused");
    assert!(matches!(refused, IdentityError::KeyDamaged { .. }), "{refused}");
}

#[test]
fn another_home_s_key_is_refused() {
    let (one, two) = (MasterKey::of_bytes([1; 32]), MasterKey::of_bytes([2; 32]));
    one.refuse_other(Path::new("home.key"), &one.id()).expect("its own");
    let refused = two.refuse_other(Path::new("home.key"), &one.id()).expect_err("refused");
    assert!(matches!(refused, IdentityError::KeyOther { .. }), "{refused}");
    assert!(refused.to_string().contains(&one.id()) && refused.to_string().contains("home.key"));
    // The home is on the next key already, and the file still says that it is only the next.
    let ending = MasterKey::of_chain(&[[1; 32]], Some([2; 32]));
    let to = ending.rotation().expect("a next key").to().to_owned();
    let refused = ending.refuse_other(Path::new("home.key"), &to).expect_err("refused");
    assert!(matches!(refused, IdentityError::RotationUnfinished { .. }), "{refused}");
}

#[test]
fn a_home_from_before_a_rotation_is_led_onward() {
    let keys = [[1; 32], [2; 32], [3; 32]];
    let ids: Vec<String> = (1..=3).map(|count| MasterKey::of_chain(&keys[..count], None).id()).collect();
    let newest = MasterKey::of_chain(&keys, None);
    let onward = |id: &str| newest.onward(id).map(|rotation| (rotation.from().to_owned(), rotation.to().to_owned()));
    assert_eq!(onward(&ids[0]), Some((ids[0].clone(), ids[1].clone())));
    assert_eq!(onward(&ids[1]), Some((ids[1].clone(), ids[2].clone())));
    assert_eq!((onward(&ids[2]), onward("0123456789abcdef")), (None, None));
    let refused = newest.refuse_other(Path::new("home.key"), &ids[0]).expect_err("refused");
    assert!(matches!(refused, IdentityError::KeyLater { .. }), "{refused}");
}

#[test]
fn a_passphrase_is_asked_for_only_when_it_is_needed() {
    let place = Place::new();
    KeyFile::create(&place.key, None).expect("a key");
    let mut never = || -> Option<Secret> { panic!("asked for a plain file") };
    MasterKey::read_file(&place.key, &place.home, &mut never).expect("read");

    fs::remove_file(&place.key).expect("removed");
    KeyFile::create(&place.key, Some(words(WORDS))).expect("a key");
    let missing = place.open_with(&[]).expect_err("refused");
    assert!(matches!(missing, IdentityError::PassphraseMissing { .. }), "{missing}");
    let wrong = place.open_with(&["four words make two"]).expect_err("refused");
    assert!(matches!(wrong, IdentityError::PassphraseWrong { .. }), "{wrong}");
    place.open_with(&["four words make two", "", WORDS]).expect("the third one is right");
    // There is no fourth, and whoever says the same twice is a file.
    for typed in [["a", "b", "c", WORDS], ["a", "a", WORDS, ""]] {
        let wrong = place.open_with(&typed).expect_err("refused");
        assert!(matches!(wrong, IdentityError::PassphraseWrong { .. }), "{wrong}");
    }
}

#[test]
fn a_file_is_put_under_a_passphrase_and_taken_from_under_it() {
    let place = Place::new();
    place.put(FIRST_FORMAT, 0o600);
    let mut file = place.open_with(&[]).expect("read");
    let id = file.key().id();
    let short = file.protect(words("too short")).expect_err("refused");
    assert!(matches!(short, IdentityError::PassphraseShort { .. }), "{short}");
    assert_eq!(place.bytes(), FIRST_FORMAT.as_bytes());

    file.protect(words(WORDS)).expect("protected");
    assert!(file.is_protected() && place.is_encrypted());
    assert_eq!((mode(&place.key), place.files()), (0o600, vec!["home.key".to_owned()]));
    file.protect(words("and now some others")).expect("another passphrase");
    place.open_with(&[WORDS]).expect_err("the first one opens it no more");
    let mut again = place.open_with(&["and now some others"]).expect("read");
    assert_eq!(again.key().id(), id);
    again.unprotect().expect("plain");
    assert!(!again.is_protected());
    assert!(place.bytes().starts_with(b"panoh-key-2\n"));
    assert_eq!(place.open_with(&[]).expect("read").key().id(), id);
}

#[test]
fn a_link_stays_a_link_and_no_open_copy_stays_behind_it() {
    let place = Place::new();
    let target = place.folder.path().join("safe.key");
    let made = KeyFile::create(&target, None).expect("a key");
    symlink(&target, &place.key).expect("a link");
    place.open_with(&[]).expect("read").protect(words(WORDS)).expect("protected");
    assert!(fs::symlink_metadata(&place.key).expect("there").is_symlink());
    assert!(fs::read(&target).expect("there").starts_with(b"age-encryption.org/v1"));
    assert_eq!(place.open_with(&[WORDS]).expect("read").key().id(), made.key().id());
}

#[test]
fn the_old_blocks_are_overwritten_unless_another_name_leads_to_them() {
    let place = Place::new();
    KeyFile::create(&place.key, None).expect("a key");
    // Held open, the old file can still be read after it has lost its name.
    let mut old = fs::File::open(&place.key).expect("open");
    let mut file = place.open_with(&[]).expect("read");
    file.protect(words(WORDS)).expect("protected");
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut old, &mut bytes).expect("read");
    assert!(!bytes.is_empty() && bytes.iter().all(|byte| *byte == 0));

    // A second name is a copy that somebody keeps.
    file.unprotect().expect("plain");
    let copy = place.folder.path().join("copy");
    fs::hard_link(&place.key, &copy).expect("a second name");
    let before = place.bytes();
    file.protect(words(WORDS)).expect("protected");
    assert_eq!(fs::read(&copy).expect("there"), before);
    assert_ne!(fs::metadata(&copy).expect("there").ino(), fs::metadata(&place.key).expect("there").ino());
}

#[test]
fn a_rotation_is_on_disk_before_it_begins_and_in_force_when_it_ended() {
    for passphrase in [None, Some(WORDS)] {
        let place = Place::new();
        let mut file = KeyFile::create(&place.key, passphrase.map(words)).expect("a key");
        let (before, ledger) = (file.key().id(), file.key().derive("ledger/v1"));
        let rotation = file.add_key().expect("a next key");
        assert_eq!((rotation.from(), file.key().id()), (before.as_str(), before.clone()));
        drop(file);

        // The process ended here. The next one takes the same rotation up.
        let mut file = place.open_with(&[WORDS]).expect("read");
        assert_eq!(file.key().id(), before);
        assert_eq!(file.key().rotation().expect("still there").to(), rotation.to());
        assert_eq!(file.add_key().expect("the same").to(), rotation.to());
        assert_eq!(file.is_protected(), passphrase.is_some());
        file.confirm().expect("in force");
        file.confirm().expect("once more changes nothing");

        let after = place.open_with(&[WORDS]).expect("read");
        assert_eq!((after.key().id(), after.key().count()), (rotation.to().to_owned(), 2));
        assert!(after.key().rotation().is_none());
        assert_eq!(after.key().derive("ledger/v1"), ledger, "the ledger is not rewritten");
        assert_eq!(place.files(), ["home.key"]);
    }
}

#[test]
fn a_file_that_changed_meanwhile_is_not_undone() {
    let place = Place::new();
    KeyFile::create(&place.key, None).expect("a key");
    let mut slow = place.open_with(&[]).expect("read");
    let mut quick = place.open_with(&[]).expect("read");
    let rotation = quick.add_key().expect("a next key");
    for refused in [slow.protect(words(WORDS)), slow.add_key().map(drop), slow.unprotect()] {
        let refused = refused.expect_err("refused");
        assert!(matches!(refused, IdentityError::KeyChanged { .. }), "{refused}");
    }
    assert!(slow.key().rotation().is_none(), "what was not written is not there");
    let kept = place.open_with(&[]).expect("read");
    assert_eq!(kept.key().rotation().expect("a next key").to(), rotation.to());
    // While another process holds the file, nothing is written either.
    let held = fs::File::open(&place.key).expect("open");
    held.lock().expect("locked");
    let refused = quick.confirm().expect_err("refused");
    assert!(matches!(refused, IdentityError::KeyChanged { .. }), "{refused}");
    assert_eq!(quick.key().count(), 1, "not in force");
    held.unlock().expect("let go");
    quick.confirm().expect("in force");
}

#[test]
fn what_a_change_left_that_was_cut_off_is_in_nobody_s_way() {
    let place = Place::new();
    KeyFile::create(&place.key, None).expect("a key");
    let left = place.folder.path().join(".home.key.being-written");
    fs::write(&left, "panoh-key-2\nkey 00").expect("written");
    let mut file = place.open_with(&[]).expect("read");
    file.add_key().expect("a next key");
    assert!(!left.exists());
    assert!(place.open_with(&[]).expect("read").key().rotation().is_some());
}

#[test]
fn a_change_that_cannot_be_written_leaves_the_old_file() {
    let place = Place::new();
    KeyFile::create(&place.key, None).expect("a key");
    let before = place.bytes();
    let mut file = place.open_with(&[]).expect("read");
    // A folder where the new file should go.
    fs::create_dir(place.folder.path().join(".home.key.being-written")).expect("a folder");
    let refused = file.add_key().expect_err("refused");
    assert!(matches!(refused, IdentityError::KeyWrite { .. }), "{refused}");
    assert_eq!(place.bytes(), before);
    assert!(file.key().rotation().is_none());
}

#[test]
fn keys_are_not_added_without_end() {
    let place = Place::new();
    let keys: Vec<[u8; 32]> = (0..MOST_KEYS).map(|at| [at as u8; 32]).collect();
    let mut full = KeyFile::restore(&place.key, MasterKey::of_chain(&keys, None), None).expect("written");
    full.protect(words(WORDS)).expect("the longest file fits");
    let mut full = place.open_with(&[WORDS]).expect("and reads back");
    assert!(matches!(full.add_key().expect_err("refused"), IdentityError::KeyChainLong { .. }));
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(format!("{:?}", MasterKey::of_bytes([0xab; 32])), "MasterKey(..)");
    let place = Place::new();
    let file = KeyFile::create(&place.key, None).expect("a key");
    assert_eq!(format!("{file:?}"), format!("KeyFile({}, protected: false)", place.key.display()));
}

#[test]
fn ids_and_derived_keys_tell_keys_and_uses_apart() {
    let (one, two) = (MasterKey::of_bytes([1; 32]), MasterKey::of_bytes([2; 32]));
    assert_eq!(one.id().len(), 16);
    assert_ne!(one.derive("ledger/v1"), one.derive("ledger/v2"));
    assert_ne!(one.derive("ledger/v1"), two.derive("ledger/v1"));
    assert_ne!(one.derive("ledger/v1"), [1; 32]);
    let chains = [
        one,
        two,
        MasterKey::of_chain(&[[1; 32], [2; 32]], None),
        MasterKey::of_chain(&[[2; 32], [1; 32]], None),
        MasterKey::of_chain(&[[1; 32], [2; 32], [3; 32]], None),
        MasterKey::of_chain(&[[1; 32], [1; 32]], None),
    ];
    let ids: std::collections::BTreeSet<String> = chains.iter().map(MasterKey::id).collect();
    assert_eq!(ids.len(), chains.len());
}

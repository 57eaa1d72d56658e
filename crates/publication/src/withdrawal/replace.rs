//! The folder of a withdrawn release takes the place of its artefact: made beside it, synced, renamed. A crash in between
//! is finished by doing it again.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{Listing, Withdrawal};
use crate::definition::hex;
use crate::{ArtefactError, Audience, Day, Release, Signer};

/// In the folder of a release, and in the folder of all releases.
const WITHDRAWN: &str = "withdrawn.json";
const RELEASE: &str = "release.json";
const SUMS: &str = "SHA256SUMS";

/// Puts a small folder that says what was withdrawn in the place of a release, durably. Doing it again finishes what was
/// cut off and changes nothing else.
///
/// Title, day and audience are taken over from `release.json` if it is as it was published. The note is signed.
pub fn withdraw(published: &Path, withdrawal: &Withdrawal, signer: &Signer) -> Result<Withdrawal, ArtefactError> {
    let target = published.join(withdrawal.id.as_str());
    let [fresh, old] = ["withdrawn", "taken"].map(|word| published.join(format!(".{word}-{}", withdrawal.id)));
    if let Some(done) = read_withdrawal(&target)? {
        remove(&fresh)?;
        remove(&old)?;
        return Ok(done);
    }
    remove(&fresh)?;
    let source = if target.is_dir() { &target } else { &old };
    let kept = Kept::of(source, withdrawal);
    let told = kept.as_ref().map_or_else(|| withdrawal.clone(), |kept| kept.told(withdrawal)).signed(signer);
    fs::create_dir(&fresh).map_err(at(&fresh))?;
    put(&fresh.join(WITHDRAWN), &json(&told))?;
    put(&fresh.join("README.md"), readme(&told).as_bytes())?;
    if let Some(kept) = kept {
        put(&fresh.join(RELEASE), &kept.bytes)?;
        put(&fresh.join(SUMS), &kept.sums)?;
    }
    sync(&fresh)?;
    if target.symlink_metadata().is_ok() {
        remove(&old)?;
        fs::rename(&target, &old).map_err(at(&target))?;
    }
    fs::rename(&fresh, &target).map_err(at(&target))?;
    sync(published)?;
    remove(&old)?;
    sync(published)?;
    Ok(told)
}

/// What a folder says about the withdrawal of its release; nothing when it is not the folder of a withdrawn one.
pub fn read_withdrawal(dir: &Path) -> Result<Option<Withdrawal>, ArtefactError> {
    let path = dir.join(WITHDRAWN);
    let Some(withdrawal) = read_json::<Withdrawal>(&path)? else { return Ok(None) };
    if dir.file_name().is_some_and(|name| name == withdrawal.id.as_str()) {
        return Ok(Some(withdrawal));
    }
    Err(ArtefactError::Broken { path, rule: "names another release than its folder".to_owned() })
}

/// Replaces the public list, in one step; true when it was not as it should be.
pub fn write_listing(published: &Path, listing: &Listing) -> Result<bool, ArtefactError> {
    let path = published.join(WITHDRAWN);
    let bytes = json(listing);
    let nothing = *listing == Listing::default();
    match fs::read(&path) {
        Ok(found) if found == bytes => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound && nothing => return Ok(false),
        _ => {}
    }
    let fresh = published.join(format!(".{WITHDRAWN}.new"));
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&fresh)(error)),
        _ => {}
    }
    put(&fresh, &bytes)?;
    fs::rename(&fresh, &path).map_err(at(&path))?;
    sync(published)?;
    Ok(true)
}

/// The public list; empty when there is none.
pub fn read_listing(published: &Path) -> Result<Listing, ArtefactError> {
    Ok(read_json(&published.join(WITHDRAWN))?.unwrap_or_default())
}

/// What of an artefact stays public: the files that name it and hold no figure.
struct Kept {
    release: Release,
    bytes: Vec<u8>,
    sums: Vec<u8>,
}

impl Kept {
    /// Nothing unless the sums are those that the ledger knows and `release.json` is the file that they name.
    fn of(dir: &Path, withdrawal: &Withdrawal) -> Option<Self> {
        let sums = fs::read(dir.join(SUMS)).ok()?;
        let bytes = fs::read(dir.join(RELEASE)).ok()?;
        let line = format!("{}  {RELEASE}", hex(&Sha256::digest(&bytes)));
        let is_named = std::str::from_utf8(&sums).ok()?.lines().any(|listed| listed == line);
        if hex(&Sha256::digest(&sums)) != withdrawal.artefact_digest || !is_named {
            return None;
        }
        let release: Release = serde_json::from_slice(&bytes).ok()?;
        (release.id == withdrawal.id).then_some(Self { release, bytes, sums })
    }

    fn told(&self, withdrawal: &Withdrawal) -> Withdrawal {
        let title: Option<String> = Some(self.release.definition.title.clone());
        let released: Option<Day> = Some(self.release.day.clone());
        let audience: Option<Audience> = Some(self.release.definition.audience);
        let ledger_head = self.release.ledger_head.clone();
        let project = self.release.definition.project.clone();
        Withdrawal { title, released, audience, project, ledger_head, ..withdrawal.clone() }
    }
}

fn readme(withdrawal: &Withdrawal) -> String {
    let Withdrawal { id, title, released, withdrawn, reason, artefact_digest, .. } = withdrawal;
    let mut text = format!("# Withdrawn: {}\n\n", title.as_deref().unwrap_or(id.as_str()));
    let day = released.as_ref().map_or_else(String::new, |day| format!(" of {day}"));
    let _ = write!(
        text,
        "Release `{id}`{day} was withdrawn on {withdrawn}. {} (`{}`)\n\n\
         Its figures are no longer published. Please do not use or cite copies of them. What the release cost the \
         persons in it stays spent.\n\n\
         `release.json` and `SHA256SUMS`, where they stand beside this file, are as they were published; the digest \
         of the release was `{artefact_digest}`.\n",
        reason.sentence(),
        reason.as_str(),
    );
    text
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, ArtefactError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(source) => return Err(ArtefactError::Io { path: path.to_owned(), source }),
    };
    let broken = |error: serde_json::Error| ArtefactError::Broken { path: path.to_owned(), rule: error.to_string() };
    serde_json::from_slice(&bytes).map(Some).map_err(broken)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), ArtefactError> {
    let mut file = File::create_new(path).map_err(at(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(path))
}

fn remove(dir: &Path) -> Result<(), ArtefactError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(dir)(error)),
        _ => Ok(()),
    }
}

fn sync(dir: &Path) -> Result<(), ArtefactError> {
    File::open(dir).and_then(|folder| folder.sync_all()).map_err(at(dir))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ArtefactError {
    let path: PathBuf = path.to_owned();
    move |source| ArtefactError::Io { path, source }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("a withdrawal holds only text, numbers and lists");
    bytes.push(b'\n');
    bytes
}

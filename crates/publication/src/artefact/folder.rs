//! The artefact as files: written under a hidden name, synced, renamed; read with every hash checked.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::definition::hex;
use crate::signature::signer_of;
use crate::{ArtefactError, PublicKey, Signer, Slug};

const SUMS: &str = "SHA256SUMS";
const SIGNATURE: &str = "SHA256SUMS.sig";
/// The one folder inside an artefact.
const TABLES: &str = "tables";

/// What is known of a file that was written.
pub(super) struct FileInfo {
    /// Hex.
    pub(super) sha256: String,
    /// Bytes.
    pub(super) bytes: u64,
}

/// A folder that is being written and that nobody reads yet.
pub(super) struct Unfinished {
    published: PathBuf,
    hidden: PathBuf,
    target: PathBuf,
    files: BTreeMap<String, FileInfo>,
}

impl Unfinished {
    pub(super) fn create(published: &Path, id: &Slug) -> Result<Self, ArtefactError> {
        let target = published.join(id.as_str());
        if target.symlink_metadata().is_ok() {
            return Err(ArtefactError::Exists { path: target });
        }
        let hidden = hidden(published, id);
        fs::create_dir(&hidden).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => ArtefactError::Unfinished { path: hidden.clone() },
            _ => ArtefactError::Io { path: hidden.clone(), source },
        })?;
        let tables = hidden.join(TABLES);
        fs::create_dir(&tables).map_err(at(&tables))?;
        Ok(Self { published: published.to_owned(), hidden, target, files: BTreeMap::new() })
    }

    /// Writes and syncs one file.
    pub(super) fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), ArtefactError> {
        self.write(path, bytes)?;
        let info = FileInfo { sha256: hex(&Sha256::digest(bytes)), bytes: bytes.len() as u64 };
        self.files.insert(path.to_owned(), info);
        Ok(())
    }

    /// The files written so far, by path.
    pub(super) fn files(&self) -> &BTreeMap<String, FileInfo> {
        &self.files
    }

    /// Writes the sums and signs them, and syncs the folders; returns the digest of the sums.
    pub(super) fn close(&self, signer: &Signer) -> Result<String, ArtefactError> {
        let mut sums = String::new();
        for (path, file) in &self.files {
            sums.extend([file.sha256.as_str(), "  ", path, "\n"]);
        }
        self.write(SUMS, sums.as_bytes())?;
        self.write(SIGNATURE, signer.sign(sums.as_bytes()).as_bytes())?;
        sync(&self.hidden.join(TABLES))?;
        sync(&self.hidden)?;
        Ok(hex(&Sha256::digest(sums.as_bytes())))
    }

    /// Where the folder lies until it is shown.
    pub(super) fn path(&self) -> &Path {
        &self.hidden
    }

    /// Gives the folder its name.
    pub(super) fn show(self) -> Result<(), ArtefactError> {
        // Renaming would replace an empty folder without a word.
        if self.target.symlink_metadata().is_ok() {
            return Err(ArtefactError::Exists { path: self.target });
        }
        fs::rename(&self.hidden, &self.target).map_err(at(&self.target))?;
        sync(&self.published)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), ArtefactError> {
        let path = self.hidden.join(path);
        let mut file = File::create_new(&path).map_err(at(&path))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(&path))
    }
}

/// A folder whose files all have the hashes of its `SHA256SUMS`, which somebody signed.
pub(super) struct Folder {
    dir: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
    /// The sums and their signature.
    seals: [(String, Vec<u8>); 2],
    sums: BTreeMap<String, String>,
    /// SHA-256 of `SHA256SUMS`, hex.
    pub(super) digest: String,
    /// Who.
    pub(super) signer: PublicKey,
}

pub(super) fn read(dir: &Path) -> Result<Folder, ArtefactError> {
    let mut files = BTreeMap::new();
    read_files(dir, "", &mut files)?;
    let sums_path = dir.join(SUMS);
    let broken = |path: &Path, rule: &str| ArtefactError::Broken { path: path.to_owned(), rule: rule.to_owned() };
    let listed = files.remove(SUMS).ok_or_else(|| broken(&sums_path, "is not there, so this is no whole release"))?;
    let signature = files.remove(SIGNATURE).unwrap_or_default();
    let signer =
        signer_of(&signature, &listed).ok_or_else(|| broken(&dir.join(SIGNATURE), "is no signature of SHA256SUMS"))?;
    let digest = hex(&Sha256::digest(&listed));
    let sums =
        parse_sums(&listed).ok_or_else(|| broken(&sums_path, "is not a list of `<sha-256>  <path>` lines, sorted"))?;
    if let Some(missing) = sums.keys().find(|path| !files.contains_key(*path)) {
        return Err(broken(&dir.join(missing), "is named in SHA256SUMS and not there"));
    }
    for (path, bytes) in &files {
        match sums.get(path) {
            None => return Err(broken(&dir.join(path), "is not part of the release")),
            Some(sum) if *sum != hex(&Sha256::digest(bytes)) => {
                return Err(broken(&dir.join(path), "does not have the hash that SHA256SUMS gives for it"));
            }
            Some(_) => {}
        }
    }
    let seals = [(SUMS.to_owned(), listed), (SIGNATURE.to_owned(), signature)];
    Ok(Folder { dir: dir.to_owned(), files, seals, sums, digest, signer })
}

impl Folder {
    /// Refuses unless `files` gives exactly the hashes of all files but `except`.
    pub(super) fn check_hashes(&self, files: &BTreeMap<String, String>, except: &str) -> Result<(), ArtefactError> {
        let same = self.sums.iter().filter(|(path, _)| *path != except).eq(files.iter());
        if same { Ok(()) } else { Err(self.broken(except, "its list of files is not that of SHA256SUMS")) }
    }

    /// Hash and length of a file.
    pub(super) fn info(&self, path: &str) -> Result<FileInfo, ArtefactError> {
        let bytes = self.bytes(path)?.len() as u64;
        let sha256 = self.sums.get(path).cloned().ok_or_else(|| self.broken(path, "is not in SHA256SUMS"))?;
        Ok(FileInfo { sha256, bytes })
    }

    /// A file's bytes, as they were hashed.
    pub(super) fn bytes(&self, path: &str) -> Result<&[u8], ArtefactError> {
        self.files.get(path).map(Vec::as_slice).ok_or_else(|| self.broken(path, "is not there"))
    }

    /// All files with their bytes, by path.
    pub(super) fn into_files(self) -> Vec<(String, Vec<u8>)> {
        self.files.into_iter().chain(self.seals).collect()
    }

    /// Reads a JSON file.
    pub(super) fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, ArtefactError> {
        serde_json::from_slice(self.bytes(path)?).map_err(|error| self.broken(path, &error.to_string()))
    }

    pub(super) fn broken(&self, path: &str, rule: &str) -> ArtefactError {
        ArtefactError::Broken { path: self.dir.join(path), rule: rule.to_owned() }
    }
}

pub(super) fn discard(published: &Path, id: &Slug) -> Result<bool, ArtefactError> {
    let hidden = hidden(published, id);
    match fs::remove_dir_all(&hidden) {
        Ok(()) => sync(published).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(ArtefactError::Io { path: hidden, source }),
    }
}

fn hidden(published: &Path, id: &Slug) -> PathBuf {
    published.join(format!(".tmp-{id}"))
}

/// Reads all files of a folder and of its one sub-folder; links and other things are refused.
fn read_files(dir: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), ArtefactError> {
    for entry in fs::read_dir(dir).map_err(at(dir))? {
        let entry = entry.map_err(at(dir))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(at(&path))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_file() {
            files.insert(format!("{prefix}{name}"), fs::read(&path).map_err(at(&path))?);
        } else if kind.is_dir() && prefix.is_empty() && name == TABLES {
            read_files(&path, &format!("{TABLES}/"), files)?;
        } else {
            return Err(ArtefactError::Broken { path, rule: "is not part of the release".to_owned() });
        }
    }
    Ok(())
}

fn parse_sums(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut sums = BTreeMap::new();
    for line in text.lines() {
        let (sum, path) = line.split_once("  ")?;
        let is_hash = sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let in_order = sums.last_key_value().is_none_or(|(last, _): (&String, _)| last.as_str() < path);
        if !is_hash || !in_order {
            return None;
        }
        sums.insert(path.to_owned(), sum.to_owned());
    }
    Some(sums)
}

fn sync(dir: &Path) -> Result<(), ArtefactError> {
    File::open(dir).and_then(|folder| folder.sync_all()).map_err(at(dir))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ArtefactError {
    let path = path.to_owned();
    move |source| ArtefactError::Io { path, source }
}

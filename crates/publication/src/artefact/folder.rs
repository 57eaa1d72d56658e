//! The artefact as files: written under a hidden name, synced, renamed; read with every hash checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::definition::hex;
use crate::signature::signer_of;
use crate::{ArtefactError, PublicKey, Signer, Slug};

pub(super) const SUMS: &str = "SHA256SUMS";
pub(super) const SIGNATURE: &str = "SHA256SUMS.sig";
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

/// A folder with the files that its `SHA256SUMS` names, and no others. Whose hashes hold is known when they are read: each
/// byte is hashed and used from one reading, and no file need be in memory wholly.
pub(super) struct Folder {
    dir: PathBuf,
    sums: BTreeMap<String, String>,
    /// SHA-256 of `SHA256SUMS`, hex.
    pub(super) digest: String,
    /// Who signed the sums.
    pub(super) signer: PublicKey,
}

pub(super) fn open(dir: &Path) -> Result<Folder, ArtefactError> {
    let mut names = BTreeSet::new();
    list_files(dir, "", &mut names)?;
    let sums_path = dir.join(SUMS);
    let broken = |path: &Path, rule: &str| ArtefactError::Broken { path: path.to_owned(), rule: rule.to_owned() };
    if !names.remove(SUMS) {
        return Err(broken(&sums_path, "is not there, so this is no whole release"));
    }
    let listed = fs::read(&sums_path).map_err(at(&sums_path))?;
    let seal = dir.join(SIGNATURE);
    let signature = if names.remove(SIGNATURE) { fs::read(&seal).map_err(at(&seal))? } else { Vec::new() };
    let signer = signer_of(&signature, &listed).ok_or_else(|| broken(&seal, "is no signature of SHA256SUMS"))?;
    let sums =
        parse_sums(&listed).ok_or_else(|| broken(&sums_path, "is not a list of `<sha-256>  <path>` lines, sorted"))?;
    if let Some(missing) = sums.keys().find(|path| !names.contains(*path)) {
        return Err(broken(&dir.join(missing), "is named in SHA256SUMS and not there"));
    }
    if let Some(other) = names.iter().find(|path| !sums.contains_key(*path)) {
        return Err(broken(&dir.join(other), "is not part of the release"));
    }
    Ok(Folder { dir: dir.to_owned(), sums, digest: hex(&Sha256::digest(&listed)), signer })
}

impl Folder {
    /// Refuses unless `files` gives exactly the hashes of all files but `except`.
    pub(super) fn check_hashes(&self, files: &BTreeMap<String, String>, except: &str) -> Result<(), ArtefactError> {
        let same = self.sums.iter().filter(|(path, _)| *path != except).eq(files.iter());
        if same { Ok(()) } else { Err(self.broken(except, "its list of files is not that of SHA256SUMS")) }
    }

    /// Refuses unless these are all files, in any order.
    pub(super) fn check_names<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<(), ArtefactError> {
        let names: BTreeSet<&str> = names.collect();
        match self.sums.keys().find(|path| !names.contains(path.as_str())) {
            None => Ok(()),
            Some(path) => Err(self.broken(path, "is not part of the release")),
        }
    }

    /// All files that have a hash, with it.
    pub(super) fn sums(&self) -> &BTreeMap<String, String> {
        &self.sums
    }

    /// Hash and length of a file.
    pub(super) fn info(&self, path: &str) -> Result<FileInfo, ArtefactError> {
        let place = self.dir.join(path);
        let bytes = fs::metadata(&place).map_err(at(&place))?.len();
        Ok(FileInfo { sha256: self.sum(path)?.to_owned(), bytes })
    }

    /// A file's bytes, as they were hashed.
    pub(super) fn bytes(&self, path: &str) -> Result<Vec<u8>, ArtefactError> {
        let place = self.dir.join(path);
        let bytes = fs::read(&place).map_err(at(&place))?;
        self.check_sum(path, &Sha256::digest(&bytes))?;
        Ok(bytes)
    }

    /// Refuses a file that does not hold what `render` writes, reading it along with that.
    pub(super) fn check_text(
        &self,
        path: &str,
        rule: &str,
        render: impl FnOnce(&mut dyn Write) -> Result<(), ArtefactError>,
    ) -> Result<(), ArtefactError> {
        let place = self.dir.join(path);
        let file = File::open(&place).map_err(at(&place))?;
        let mut beside = Beside { file: BufReader::new(file), hash: Sha256::new(), differs: false, found: Vec::new() };
        render(&mut beside)?;
        let rest = hash_rest(&mut beside.file, &mut beside.hash).map_err(at(&place))?;
        // A wrong hash says more than what it leads to.
        self.check_sum(path, &beside.hash.finalize())?;
        if beside.differs || rest > 0 { Err(self.broken(path, rule)) } else { Ok(()) }
    }

    /// Refuses a file without its hash, and holds none of it.
    pub(super) fn check(&self, path: &str) -> Result<(), ArtefactError> {
        let (place, mut hash) = (self.dir.join(path), Sha256::new());
        File::open(&place).and_then(|file| hash_rest(&mut BufReader::new(file), &mut hash)).map_err(at(&place))?;
        self.check_sum(path, &hash.finalize())
    }

    /// Reads a JSON file.
    pub(super) fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, ArtefactError> {
        serde_json::from_slice(&self.bytes(path)?).map_err(|error| self.broken(path, &error.to_string()))
    }

    pub(super) fn broken(&self, path: &str, rule: &str) -> ArtefactError {
        ArtefactError::Broken { path: self.dir.join(path), rule: rule.to_owned() }
    }

    fn sum(&self, path: &str) -> Result<&str, ArtefactError> {
        self.sums.get(path).map(String::as_str).ok_or_else(|| self.broken(path, "is not there"))
    }

    fn check_sum(&self, path: &str, digest: &[u8]) -> Result<(), ArtefactError> {
        if self.sum(path)? == hex(digest) {
            return Ok(());
        }
        Err(self.broken(path, "does not have the hash that SHA256SUMS gives for it"))
    }
}

/// Takes in what a file still holds; says how many bytes that were.
fn hash_rest(file: &mut BufReader<File>, hash: &mut Sha256) -> io::Result<u64> {
    let mut count = 0;
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok(count);
        }
        hash.update(bytes);
        let taken = bytes.len();
        count += taken as u64;
        file.consume(taken);
    }
}

/// A file that is read along with what is written here, and compared with it.
struct Beside {
    file: BufReader<File>,
    hash: Sha256,
    differs: bool,
    found: Vec<u8>,
}

impl Write for Beside {
    fn write(&mut self, wanted: &[u8]) -> io::Result<usize> {
        self.found.clear();
        Read::by_ref(&mut self.file).take(wanted.len() as u64).read_to_end(&mut self.found)?;
        self.hash.update(&self.found);
        self.differs |= self.found != wanted;
        Ok(wanted.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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

/// Names all files of a folder and of its one sub-folder; links and other things are refused.
fn list_files(dir: &Path, prefix: &str, names: &mut BTreeSet<String>) -> Result<(), ArtefactError> {
    for entry in fs::read_dir(dir).map_err(at(dir))? {
        let entry = entry.map_err(at(dir))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(at(&path))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_file() {
            names.insert(format!("{prefix}{name}"));
        } else if kind.is_dir() && prefix.is_empty() && name == TABLES {
            list_files(&path, &format!("{TABLES}/"), names)?;
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

pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> ArtefactError {
    let path = path.to_owned();
    move |source| ArtefactError::Io { path, source }
}

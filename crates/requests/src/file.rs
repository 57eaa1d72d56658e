//! Shared files: read with a limit, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::RequestsError;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Everybody whom the folder lets in.
    All,
    /// The owner, and the group, so that the public server can be of it.
    Few,
}

/// Reads a JSON file of at most so many bytes; none when it is not there.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, most: u64) -> Result<Option<T>, RequestsError> {
    let mut bytes = Vec::new();
    let opened = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(RequestsError::Io { path: path.to_owned(), source }),
    };
    let failed = |source| RequestsError::Io { path: path.to_owned(), source };
    opened.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    let broken = |rule: String| RequestsError::Broken { path: path.to_owned(), rule };
    if bytes.len() as u64 > most {
        return Err(broken("it is larger than any file of its kind".to_owned()));
    }
    // The words of the reader could repeat what stands in the file; the place is enough.
    let place = |error: serde_json::Error| {
        broken(format!("it cannot be read as what it should be, line {}, column {}", error.line(), error.column()))
    };
    serde_json::from_slice(&bytes).map(Some).map_err(place)
}

/// Writes a JSON file in the place of what was there, durably and in one step.
pub(crate) fn write(path: &Path, value: &impl Serialize, readers: Readers) -> Result<(), RequestsError> {
    let failed = |source| RequestsError::Io { path: path.to_owned(), source };
    let mut bytes = serde_json::to_vec_pretty(value).expect("text, numbers and lists");
    bytes.push(b'\n');
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fresh = path.with_file_name(format!(".{name}.new"));
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let write = || {
        let mut file = create(&fresh, readers)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(failed)
}

fn create(path: &Path, readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Few {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    }
    #[cfg(not(unix))]
    let _ = readers;
    options.open(path)
}

//! The head file: the last known head of the chain, kept away from the database so that putting back an older copy of
//! the database is noticed. It is replaced in one step and is on the disk before a write returns.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::chain::Head;
use crate::error::LedgerError;

/// What stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    count: u64,
    mac: String,
    /// The latest year that the ledger knew of: should all else be lost, no clock may say an earlier one.
    #[serde(default)]
    year: Option<i16>,
}

/// The head in the file, or `None` when there is no file.
pub(crate) fn read(path: &Path) -> Result<Option<Head>, LedgerError> {
    Ok(known(path)?.map(|Known { count, mac, .. }| Head { count, mac }))
}

/// The latest year that the ledger knew of when the file was written; none when nobody can tell.
pub(crate) fn year(path: &Path) -> Option<i16> {
    known(path).ok().flatten()?.year
}

fn known(path: &Path) -> Result<Option<Known>, LedgerError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(LedgerError::HeadFile { path: path.to_owned(), source }),
    };
    match serde_json::from_str::<Known>(&text) {
        Ok(known) if known.mac.len() == 64 => Ok(Some(known)),
        _ => Err(LedgerError::HeadUnreadable { path: path.to_owned() }),
    }
}

/// Replaces the file durably. Callers hold the database's write lock, so two writers never meet here.
pub(crate) fn write(path: &Path, head: &Head, year: Option<i16>) -> Result<(), LedgerError> {
    let known = Known { count: head.count, mac: head.mac.clone(), year };
    replace(path, &known).map_err(|source| LedgerError::HeadFile { path: path.to_owned(), source })
}

/// Temporary file, fsync, rename, fsync of the folder: after a power cut the old or the new head is there, whole.
fn replace(path: &Path, known: &Known) -> io::Result<()> {
    let mut name = path.file_name().ok_or_else(|| io::Error::other("the path of the head names no file"))?.to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let mut file = File::create(&temporary)?;
    serde_json::to_writer(&mut file, known)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(folder)?.sync_all()
}

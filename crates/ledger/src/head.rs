//! The head file: the last known head of the chain, kept away from the database so that putting back an older copy of
//! the database is noticed. It is replaced in one step and is on the disk before a write returns.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::chain::Head;
use crate::error::LedgerError;

/// The head in the file, or `None` when there is no file.
pub(crate) fn read(path: &Path) -> Result<Option<Head>, LedgerError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(LedgerError::HeadFile { path: path.to_owned(), source }),
    };
    match serde_json::from_str::<Head>(&text) {
        Ok(head) if head.mac.len() == 64 => Ok(Some(head)),
        _ => Err(LedgerError::HeadUnreadable { path: path.to_owned() }),
    }
}

/// Replaces the file durably. Callers hold the database's write lock, so two writers never meet here.
pub(crate) fn write(path: &Path, head: &Head) -> Result<(), LedgerError> {
    replace(path, head).map_err(|source| LedgerError::HeadFile { path: path.to_owned(), source })
}

/// Temporary file, fsync, rename, fsync of the folder: after a power cut the old or the new head is there, whole.
fn replace(path: &Path, head: &Head) -> io::Result<()> {
    let mut name = path.file_name().ok_or_else(|| io::Error::other("the path of the head names no file"))?.to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let mut file = File::create(&temporary)?;
    serde_json::to_writer(&mut file, head)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(folder)?.sync_all()
}

//! Taking turns: whoever wants the ledger waits in a queue of the system instead of asking SQLite again and again.
//!
//! SQLite lets waiters sleep and try again, so under many processes one may lose for minutes and give up. The lock of a
//! small file beside the database wakes waiters when it is let go of, in about the order in which they came, and the
//! system lets go of it when its holder ends, however it ends. It is for fairness alone: that two never write at the same
//! time is SQLite's doing.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::LedgerError;

/// The queue of one ledger.
pub(crate) struct Turns {
    path: PathBuf,
    file: File,
}

/// The right to go on, until it is dropped.
pub(crate) struct Turn<'a>(&'a File);

impl Turns {
    /// The queue of the ledger at `database`.
    pub(crate) fn at(database: &Path) -> Result<Self, LedgerError> {
        let mut name = database.as_os_str().to_owned();
        name.push("-turn");
        let path = PathBuf::from(name);
        match OpenOptions::new().create(true).append(true).open(&path) {
            Ok(file) => Ok(Self { path, file }),
            Err(source) => Err(LedgerError::Turn { path, source }),
        }
    }

    /// Waits until everybody who came before is done.
    pub(crate) fn wait(&self) -> Result<Turn<'_>, LedgerError> {
        loop {
            match self.file.lock() {
                Ok(()) => return Ok(Turn(&self.file)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => return Err(LedgerError::Turn { path: self.path.clone(), source }),
            }
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // It cannot fail on a lock that is held; closing the file lets go of it at the latest.
        let _ = self.0.unlock();
    }
}

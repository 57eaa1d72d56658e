//! One writer at a time: a lock on a file in the home folder, which the operating system lets go when the process ends,
//! however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::CustodyError;

const NAME: &str = ".lock";

/// The right to write to a home. Held while it lives.
#[derive(Debug)]
pub struct WriterLock {
    _file: File,
}

/// Locks the home folder for writing; refuses at once when another process holds the lock.
pub fn lock(home: &Path) -> Result<WriterLock, CustodyError> {
    let path = home.join(NAME);
    let failed = |source| CustodyError::Lock { path: path.clone(), source };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(WriterLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(CustodyError::Busy { home: home.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writer_at_a_time() {
        let home = tempfile::tempdir().expect("a folder");
        let held = lock(home.path()).expect("locked");
        assert!(matches!(lock(home.path()).expect_err("refused"), CustodyError::Busy { .. }));
        drop(held);
        lock(home.path()).expect("locked again");
    }

    #[test]
    fn a_home_that_is_not_there_cannot_be_locked() {
        let home = tempfile::tempdir().expect("a folder");
        assert!(matches!(lock(&home.path().join("none")).expect_err("refused"), CustodyError::Lock { .. }));
    }
}

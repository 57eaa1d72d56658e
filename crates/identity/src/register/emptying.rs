//! Moves what a load wrote from SQLite's log into the file itself, while the load goes on.
//!
//! A commit is durable in the log (`-wal`). SQLite moves it into the file as part of some later commit, and after a first
//! load of millions that takes as long as a tenth of the load. Here a thread of its own does it, while the last rows of
//! the table are compressed and put on disk. When it fails, the log keeps what it holds and the next to open or close the
//! register moves it.

use std::path::PathBuf;
use std::thread::JoinHandle;

use rusqlite::Connection;

/// A thread that may be at it.
#[derive(Debug, Default)]
pub(super) struct Emptying(Option<JoinHandle<()>>);

impl Emptying {
    /// Begins to empty the log of this register.
    pub(super) fn begin(connection: &Connection) -> Emptying {
        let Some(path) = connection.path().map(PathBuf::from) else { return Emptying(None) };
        let thread = std::thread::Builder::new().name("register".to_owned()).spawn(move || {
            // Whatever becomes of it, nothing is lost.
            let _ = super::connect(&path).and_then(|connection| {
                connection.query_row(include_str!("../../sql/empty_wal.sql"), [], |row| row.get::<_, i64>(0))
            });
        });
        Emptying(thread.ok())
    }

    /// Waits until it is done.
    pub(super) fn end(&mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Emptying {
    fn drop(&mut self) {
        self.end();
    }
}

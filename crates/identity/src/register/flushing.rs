//! Puts on disk what a load has written so far, while the load goes on.
//!
//! Nothing of a load counts before its commit, and the commit waits until all of SQLite's log (`-wal`) is on disk: after a
//! first load of millions that is some hundred megabytes at once, with nothing else to do. Here a thread of its own asks the
//! system every while to write what it holds, so that little is left. It promises nothing: what it does not write, or what
//! fails, is the commit's.

use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

/// How often. Loads that end before hear nothing of it.
const EVERY: Duration = Duration::from_millis(500);

/// A thread that is at it until this is dropped.
#[derive(Debug)]
pub(super) struct Flushing {
    until: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Flushing {
    /// Begins to put the log of this register on disk.
    pub(super) fn begin(connection: &Connection) -> Flushing {
        let (until, ended) = mpsc::channel::<()>();
        let log = connection.path().map(|path| PathBuf::from(format!("{path}-wal")));
        let thread = log.and_then(|log| {
            let flush = move || {
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    // An error also meets the commit, which tells it.
                    let _ = File::open(&log).and_then(|log| log.sync_data());
                }
            };
            std::thread::Builder::new().name("register".to_owned()).spawn(flush).ok()
        });
        Flushing { until: Some(until), thread }
    }
}

impl Drop for Flushing {
    fn drop(&mut self) {
        drop(self.until.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

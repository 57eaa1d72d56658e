//! The identity register: which person a link key stands for, which cohort that person belongs to for ever, and who was
//! found to be one with whom.
//!
//! Register and warehouse change together. A load is staged here in one transaction, durable and *pending*, before the
//! warehouse commits; once the warehouse has (or has not) committed, the load is settled. After a crash between the two,
//! whoever opens the home asks the warehouse what happened and settles accordingly. At any moment either both know a
//! load or neither does. Everything that a load brings carries its number: digests, facts, persons, links, and persons
//! who became one; so all of it goes when the load is taken back.
//!
//! Linking is by fixed rules ([`crate::LinkRule`]). A row that links to one person is that person's, and leaves its own digests
//! with the person. A row that links to several shows that they are one, unless something speaks against it; then they
//! become a group, and nothing else changes: each keeps its own rows, digests and cohort, and [`Register::aliases`] says
//! who is whose alias. Rows earlier in the same load count like rows of earlier loads.
//!
//! A person's cohort is the earliest year of registration among the rows of the load that made the person known, or
//! `no_year` when none of those rows has a year. It is only certain after the last row, so a load asks
//! [`RegisterLoad::resolve`] for each row, and after all of them [`Decided::cohort`] for those about persons whom it
//! made known. Later loads move nobody.

mod emptying;
mod erasure;
mod flushing;
mod groups;
mod index;
mod joins;
mod linking;
mod members;
pub(crate) mod packed;
mod people;
mod pseudonyms;
mod rehash;
#[cfg(test)]
mod tests;

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::error::IdentityError;
use crate::seal::Sealer;
use emptying::Emptying;
use index::MOST_PERSONS;
use joins::log_join;

pub use erasure::{Erased, Meant};
pub use joins::{Alias, LogEvent, LogLine};
pub use linking::{Decided, Found, How, RegisterLoad, Resolved};

/// Marks the file as an identity register: the letters "PanI" as a number.
const APPLICATION: i64 = 0x5061_6e49;

/// Number of the layout in `sql/schema.sql`.
const LAYOUT: i64 = 5;

/// Rows are long ([`packed`]). In pages of this size a load spends half the time on writing them that it does in SQLite's
/// own, 4,096; an empty register takes a third of a megabyte.
const PAGE_BYTES: i64 = 32 << 10;

/// Where `about` tells which keys the digests are made with.
const KEY_ID: &str = "key_id";

/// Where `about` counts erasures.
const ERASURES: &str = "erasures";

/// The register of one home folder.
#[derive(Debug)]
pub struct Register {
    connection: Connection,
    emptying: Emptying,
    /// Where the file lies.
    folder: PathBuf,
    /// The highest number that a person may get.
    most: u32,
}

impl Register {
    /// Makes an empty register at `path` that only its owner may read, for digests made with the key of this id. Refuses
    /// when a file is there already.
    pub fn create(path: &Path, key_id: &str) -> Result<Register, IdentityError> {
        // SQLite would make the file readable by all; the files beside it get the mode of this one.
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        file.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => IdentityError::RegisterExists { path: path.into() },
            _ => IdentityError::RegisterFile { path: path.into(), source },
        })?;
        let mut connection = connect(path).map_err(failed("making a new one"))?;
        let paged = connection.pragma_update(None, "page_size", PAGE_BYTES);
        let laid_out = paged.and_then(|()| settings(&connection)).and_then(|()| lay_out(&mut connection, key_id));
        laid_out.map_err(failed("making a new one"))?;
        Ok(Register { connection, emptying: Emptying::default(), folder: folder_of(path), most: MOST_PERSONS })
    }

    /// Opens the register at `path`. Refuses when there is none: an empty one in its place would make every person
    /// known anew, in another cohort perhaps.
    pub fn open(path: &Path) -> Result<Register, IdentityError> {
        fs::metadata(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => IdentityError::RegisterMissing { path: path.into() },
            _ => IdentityError::RegisterFile { path: path.into(), source },
        })?;
        let connection = connect(path).map_err(failed("opening"))?;
        check_layout(&connection, path)?;
        settings(&connection).map_err(failed("opening"))?;
        Ok(Register { connection, emptying: Emptying::default(), folder: folder_of(path), most: MOST_PERSONS })
    }

    /// The id of the key that the digests are made with.
    pub fn key_id(&self) -> Result<String, IdentityError> {
        let found = self.connection.query_row(include_str!("../sql/find_about.sql"), [KEY_ID], |row| row.get(0));
        found.map_err(failed("looking up its key"))
    }

    /// Begins to stage the persons and link keys of one load. Nothing of it is seen by others, and nothing stays when
    /// the result is dropped, until [`RegisterLoad::stage`]. The sealer must be of the key that made the link keys; it
    /// tells the rows of erased persons.
    pub fn begin(&mut self, load_id: &str, sealer: &Sealer) -> Result<RegisterLoad<'_>, IdentityError> {
        self.refuse_pending()?;
        self.connection.execute_batch(include_str!("../sql/begin.sql")).map_err(failed("beginning a load"))?;
        let mut load = RegisterLoad::new(self);
        load.begin(load_id, sealer).map_err(failed("beginning a load"))?;
        Ok(load)
    }

    /// The ids of loads that were staged and not yet settled, oldest first.
    pub fn pending(&self) -> Result<Vec<String>, IdentityError> {
        let read = || {
            let mut statement = self.connection.prepare_cached(include_str!("../sql/pending_loads.sql"))?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()
        };
        read().map_err(failed("looking for pending loads"))
    }

    /// Ends a pending load: with `kept` everything that it brought stays, without it all of it is taken out. Durable when
    /// it returns.
    pub fn settle(&mut self, load_id: &str, kept: bool) -> Result<(), IdentityError> {
        let transaction = self.connection.transaction().map_err(failed("settling a load"))?;
        let id: Option<i64> = transaction
            .query_row(include_str!("../sql/pending_load.sql"), [load_id], |row| row.get(0))
            .optional()
            .map_err(failed("settling a load"))?;
        let id = id.ok_or(IdentityError::UnknownLoad)?;
        let steps: &[&str] = if kept {
            &[include_str!("../sql/keep_load.sql")]
        } else {
            &[
                include_str!("../sql/remove_offers.sql"),
                include_str!("../sql/remove_links.sql"),
                include_str!("../sql/remove_facts.sql"),
                include_str!("../sql/remove_records.sql"),
                include_str!("../sql/remove_joins.sql"),
                include_str!("../sql/remove_persons.sql"),
                include_str!("../sql/remove_load.sql"),
            ]
        };
        for step in steps {
            transaction.execute(step, [id]).map_err(failed("settling a load"))?;
        }
        transaction.commit().map_err(failed("settling a load"))?;
        self.emptying.end();
        Ok(())
    }

    /// How many persons the register knows, pending loads included. Persons who were found to be one count once.
    pub fn persons(&self) -> Result<u64, IdentityError> {
        let count: Result<i64, _> =
            self.connection.query_row(include_str!("../sql/count_persons.sql"), [], |row| row.get(0));
        let count = count.map_err(failed("counting persons"))?;
        Ok(count.cast_unsigned() - self.aliases()?.len() as u64)
    }

    fn refuse_pending(&self) -> Result<(), IdentityError> {
        if self.pending()?.is_empty() { Ok(()) } else { Err(IdentityError::PendingLoad) }
    }
}

/// Names what was being done when SQLite failed.
fn failed(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> IdentityError {
    move |source| IdentityError::Register { doing, source }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.into(),
        _ => ".".into(),
    }
}

/// Opens a file that is there; never makes one.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)
}

/// Marks an empty file as a register and makes its tables, all or nothing.
fn lay_out(connection: &mut Connection, key_id: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    transaction.execute_batch(include_str!("../sql/schema.sql"))?;
    transaction.execute(include_str!("../sql/add_about.sql"), [KEY_ID, key_id])?;
    transaction.commit()
}

/// Refuses a file that is something else, empty or of another version.
fn check_layout(connection: &Connection, path: &Path) -> Result<(), IdentityError> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let read = || Ok((number("application_id")?, number("user_version")?));
    let (application, layout) = read().map_err(failed("opening"))?;
    if (application, layout) != (APPLICATION, LAYOUT) {
        return Err(IdentityError::RegisterVersion { path: path.into(), found: layout, expected: LAYOUT });
    }
    Ok(())
}

fn settings(connection: &Connection) -> rusqlite::Result<()> {
    // Otherwise SQLite compiles a query anew whenever another value is bound to it: half the time of a load.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Readers and the one writer do not wait for each other, and a commit is on disk before it returns.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // A commit leaves the log as it is: what a load wrote is moved into the file by [`Emptying`], the rest on closing.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // What is taken out is overwritten: a load that was taken back leaves no digests in free pages.
    connection.pragma_update(None, "secure_delete", true)?;
    // What SQLite sets aside for a while, above all the copy that writing the file anew (`VACUUM`) makes of it, stays in
    // memory: in the system's folder for such files it would leave digests on another disk, deleted and not overwritten.
    // An erasure and a change of keys need as much memory more as the register's file is long.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // 16 MiB of pages in memory (the number is in KiB when negative): rows are written and read one after another.
    connection.pragma_update(None, "cache_size", -16_384)
}

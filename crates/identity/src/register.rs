//! The identity register: which person a link key stands for, and which cohort that person belongs to for ever.
//!
//! Register and warehouse change together. A load is staged here in one transaction, durable and *pending*, before the
//! warehouse commits; once the warehouse has (or has not) committed, the load is settled. After a crash between the two,
//! whoever opens the home asks the warehouse what happened and settles accordingly. At any moment either both know a
//! load or neither does.
//!
//! Linking is by fixed rules. Keys of one row that are known for one person mean that person, and the row's other keys
//! are added to it. Keys that are known for two persons mean the one of the strongest rule; nothing is merged and the
//! row is reported as ambiguous. Rows earlier in the same load count like rows of earlier loads.
//!
//! A person's cohort is the earliest year of registration among the rows of the load that made the person known, or
//! `no_year` when none of those rows has a year. It is only certain after the last row, so a load goes over its rows
//! twice: [`RegisterLoad::resolve`] first for all of them, then [`RegisterLoad::known`]. Later loads move nobody.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::error::IdentityError;
use crate::pseudonym::Pseudonym;
use crate::seal::{LinkKey, LinkKeys, LinkRule};

/// Marks the file as an identity register: the letters "PanI" as a number.
const APPLICATION: i64 = 0x5061_6e49;

/// Number of the layout in `sql/schema.sql`.
const LAYOUT: i64 = 1;

/// Link keys that a load keeps in memory before it writes them: about 100 MB with their persons.
const FRESH_KEYS: usize = 500_000;

/// The register of one home folder.
#[derive(Debug)]
pub struct Register {
    connection: Connection,
}

impl Register {
    /// Makes an empty register at `path` that only its owner may read. Refuses when a file is there already.
    pub fn create(path: &Path) -> Result<Register, IdentityError> {
        // SQLite would make the file readable by all; the files beside it get the mode of this one.
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        file.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => IdentityError::RegisterExists { path: path.into() },
            _ => IdentityError::RegisterFile { path: path.into(), source },
        })?;
        let mut connection = connect(path).map_err(failed("making a new one"))?;
        let laid_out = settings(&connection).and_then(|()| lay_out(&mut connection));
        laid_out.map_err(failed("making a new one"))?;
        Ok(Register { connection })
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
        Ok(Register { connection })
    }

    /// Begins to stage the persons and link keys of one load. Nothing of it is seen by others, and nothing stays when
    /// the result is dropped, until [`RegisterLoad::stage`].
    pub fn begin(&mut self, load_id: &str) -> Result<RegisterLoad<'_>, IdentityError> {
        if !self.pending()?.is_empty() {
            return Err(IdentityError::PendingLoad);
        }
        self.connection.execute_batch(include_str!("../sql/begin.sql")).map_err(failed("beginning a load"))?;
        let mut load = RegisterLoad { register: self, id: 0, is_open: true, fresh: Fresh::default(), room: FRESH_KEYS };
        let connection = &load.register.connection;
        connection.execute(include_str!("../sql/add_load.sql"), [load_id]).map_err(failed("beginning a load"))?;
        load.id = connection.last_insert_rowid();
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

    /// Ends a pending load: with `kept` its persons and keys stay, without it they are taken out. Durable when it
    /// returns.
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
                include_str!("../sql/remove_keys.sql"),
                include_str!("../sql/remove_persons.sql"),
                include_str!("../sql/remove_load.sql"),
            ]
        };
        for step in steps {
            transaction.execute(step, [id]).map_err(failed("settling a load"))?;
        }
        transaction.commit().map_err(failed("settling a load"))
    }

    /// How many persons the register knows, pending loads included.
    pub fn persons(&self) -> Result<u64, IdentityError> {
        let count: Result<i64, _> =
            self.connection.query_row(include_str!("../sql/count_persons.sql"), [], |row| row.get(0));
        count.map(i64::cast_unsigned).map_err(failed("counting persons"))
    }
}

/// The persons and link keys of one load in the making.
#[derive(Debug)]
pub struct RegisterLoad<'a> {
    register: &'a mut Register,
    id: i64,
    is_open: bool,
    fresh: Fresh,
    /// How many keys `fresh` may hold.
    room: usize,
}

/// What a load made known and the transaction does not hold yet. Keys are random: written as they come, each would
/// touch another page of the file; written sorted and in bulk, neighbours share pages.
#[derive(Default)]
struct Fresh {
    persons: HashMap<Pseudonym, String>,
    keys: HashMap<[u8; 16], (Pseudonym, LinkRule)>,
}

impl fmt::Debug for Fresh {
    /// Shows how many, never which.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Fresh({} persons, {} keys)", self.persons.len(), self.keys.len())
    }
}

/// What a row's link keys mean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolved {
    /// The person.
    pub person: Pseudonym,
    /// The cohort of this person as far as the rows up to this one say. For a person whom this load made known, a later
    /// row may still lower it; ask [`RegisterLoad::known`] after the last one.
    pub cohort: String,
    /// How the row and the person were brought together.
    pub how: How,
}

/// How a row and a person were brought together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// No key was known: this row made the person known.
    New,
    /// A key of this rule was known, and no other key spoke against it.
    Known(LinkRule),
    /// Keys were known for two persons; the key of this rule, the strongest, decided.
    Ambiguous(LinkRule),
}

impl RegisterLoad<'_> {
    /// Finds the person of a row, or makes a new one known. `cohort` is the row's: a year in four digits, or `no_year`. A
    /// person whom this load made known gets it when it is earlier than what the rows before said; `no_year` is later
    /// than every year. A person whom an earlier load made known keeps the cohort.
    ///
    /// `keys` must not be empty: a row that says nothing about who the person is has no place in the register.
    pub fn resolve(&mut self, keys: &LinkKeys, cohort: &str) -> Result<Resolved, IdentityError> {
        debug_assert!(!keys.is_empty(), "a row without link keys is a person of its own");
        self.look_up_or_add(keys, cohort).map_err(failed("linking a row"))
    }

    /// The person of a row that was resolved before, and the cohort that this person belongs to for ever once all rows
    /// were resolved. None when these keys were never resolved.
    pub fn known(&self, keys: &LinkKeys) -> Result<Option<(Pseudonym, String)>, IdentityError> {
        // Resolving gave all keys of the row a person, and that of the strongest is the one that was decided for.
        let look_up = || {
            let Some(person) = keys.keys().first().map(|key| self.find_person(key)).transpose()?.flatten() else {
                return Ok(None);
            };
            Ok(Some((person, self.find_cohort(person)?)))
        };
        look_up().map_err(failed("looking up a person"))
    }

    /// Writes everything of this load to disk as pending. From here on only [`Register::settle`] ends it.
    pub fn stage(mut self) -> Result<(), IdentityError> {
        self.write_fresh().map_err(failed("staging a load"))?;
        self.register.connection.execute_batch(include_str!("../sql/commit.sql")).map_err(failed("staging a load"))?;
        self.is_open = false;
        Ok(())
    }

    fn look_up_or_add(&mut self, keys: &LinkKeys, cohort: &str) -> rusqlite::Result<Resolved> {
        let mut found: Option<(Pseudonym, LinkRule)> = None;
        let mut is_ambiguous = false;
        let mut unknown = Vec::new();
        for key in keys.keys() {
            match self.find_person(key)? {
                Some(person) => {
                    let (first, _) = found.get_or_insert((person, key.rule));
                    is_ambiguous |= *first != person;
                }
                None => unknown.push(key),
            }
        }
        let (person, cohort, how) = match found {
            None => (keys.newcomer(), cohort.to_owned(), How::New),
            Some((person, rule)) if is_ambiguous => (person, self.lower(person, cohort)?, How::Ambiguous(rule)),
            Some((person, rule)) => (person, self.lower(person, cohort)?, How::Known(rule)),
        };
        if how == How::New {
            self.fresh.persons.insert(person, cohort.clone());
        }
        self.fresh.keys.extend(unknown.into_iter().map(|key| (key.digest, (person, key.rule))));
        if self.fresh.keys.len() >= self.room {
            self.write_fresh()?;
        }
        Ok(Resolved { person, cohort, how })
    }

    fn find_person(&self, key: &LinkKey) -> rusqlite::Result<Option<Pseudonym>> {
        if let Some((person, _)) = self.fresh.keys.get(&key.digest) {
            return Ok(Some(*person));
        }
        let mut statement = self.register.connection.prepare_cached(include_str!("../sql/find_key.sql"))?;
        statement.query_row([key.digest], |row| row.get(0).map(Pseudonym)).optional()
    }

    /// Gives a person whom this load made known the cohort of a row when that is earlier. The person's cohort then.
    fn lower(&mut self, person: Pseudonym, cohort: &str) -> rusqlite::Result<String> {
        let before = self.find_cohort(person)?;
        if !is_earlier(cohort, &before) {
            return Ok(before);
        }
        if let Some(founded) = self.fresh.persons.get_mut(&person) {
            cohort.clone_into(founded);
            return Ok(cohort.to_owned());
        }
        let mut statement = self.register.connection.prepare_cached(include_str!("../sql/lower_cohort.sql"))?;
        // No row is changed when an earlier load made the person known.
        let changed = statement.execute(params![person.0, cohort, self.id])?;
        Ok(if changed == 0 { before } else { cohort.to_owned() })
    }

    fn find_cohort(&self, person: Pseudonym) -> rusqlite::Result<String> {
        if let Some(cohort) = self.fresh.persons.get(&person) {
            return Ok(cohort.clone());
        }
        let mut statement = self.register.connection.prepare_cached(include_str!("../sql/find_cohort.sql"))?;
        statement.query_row([person.0], |row| row.get(0))
    }

    /// Moves what is fresh into the transaction, in the order of the tables.
    fn write_fresh(&mut self) -> rusqlite::Result<()> {
        let mut persons: Vec<_> = self.fresh.persons.drain().collect();
        persons.sort_unstable();
        let mut statement = self.register.connection.prepare_cached(include_str!("../sql/add_person.sql"))?;
        for (person, cohort) in persons {
            statement.execute(params![person.0, cohort, self.id])?;
        }
        let mut keys: Vec<_> = self.fresh.keys.drain().collect();
        keys.sort_unstable_by_key(|(key, _)| *key);
        let mut statement = self.register.connection.prepare_cached(include_str!("../sql/add_key.sql"))?;
        for (key, (person, rule)) in keys {
            statement.execute(params![key, person.0, rule.name(), self.id])?;
        }
        Ok(())
    }
}

impl Drop for RegisterLoad<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // Nobody is left to tell of a failure here, and none changes the outcome: what was not committed is gone
            // when the connection closes.
            let _ = self.register.connection.execute_batch(include_str!("../sql/rollback.sql"));
        }
    }
}

/// Names what was being done when SQLite failed.
fn failed(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> IdentityError {
    move |source| IdentityError::Register { doing, source }
}

/// Whether one cohort comes before another: years by their number, and no year after all of them.
fn is_earlier(cohort: &str, than: &str) -> bool {
    let year = |cohort: &str| cohort.parse::<i16>().ok();
    match (year(cohort), year(than)) {
        (Some(year), Some(than)) => year < than,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Opens a file that is there; never makes one.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)
}

/// Marks an empty file as a register and makes its tables, all or nothing.
fn lay_out(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    transaction.execute_batch(include_str!("../sql/schema.sql"))?;
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
    // What is taken out is overwritten: a load that was taken back leaves no digests in free pages.
    connection.pragma_update(None, "secure_delete", true)?;
    // 64 MiB of pages in memory (the number is in KiB when negative): keys are random, so every page is soon touched.
    connection.pragma_update(None, "cache_size", -65_536)
}

#[cfg(test)]
mod tests;

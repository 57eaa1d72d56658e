//! The ledger itself: every change is one entry in one SQLite transaction, decided from the book under the write lock,
//! and followed by the head file before the call returns.
//!
//! Order matters. The database is committed first and the head file written after it, again under the write lock and
//! always from the newest committed entry. So the file may lag behind after a crash, which is repaired on the next
//! open, and never runs ahead; a file that is ahead therefore means that the database is an older copy. A reservation
//! whose head was never written has not been returned to anybody, so no noise was drawn for it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::amount::{Budget, Limits, NanoRho, Purpose};
use crate::book::{Book, Entry, Event, State, VoidReason, WithdrawalReason};
use crate::chain::{ChainKey, Head, hex};
use crate::error::LedgerError;
use crate::head;
use crate::turn::Turns;

mod reconcile;

pub use reconcile::Reconciled;

const OPEN: &str = include_str!("../sql/open.sql");
const SCHEMA: &str = include_str!("../sql/schema.sql");
const ENTRIES_FROM: &str = include_str!("../sql/entries_from.sql");
const INSERT_ENTRY: &str = include_str!("../sql/insert_entry.sql");
const INSERT_READ: &str = include_str!("../sql/insert_read.sql");
const READS_OF: &str = include_str!("../sql/reads_of.sql");

/// How long a call waits for a transaction of somebody who does not take turns, such as a backup.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a release asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Id of the release, never used before: lower-case letters, digits, `-` and `_`.
    pub release_id: String,
    /// SHA-256 of the definition, 64 hexadecimal digits.
    pub definition_digest: String,
    /// Cohorts to charge; each pays `rho` once, however often it is named.
    pub cohorts: Vec<String>,
    /// Charged to each cohort.
    pub rho: NanoRho,
    /// Which limit it counts against, beside the total.
    pub purpose: Purpose,
    /// Warehouse versions that it will be computed from, by table. Kept beside the chain and never published.
    pub warehouse: BTreeMap<String, u64>,
    /// Now, RFC 3339.
    pub at: String,
}

/// Proof that a release is charged: its noise may be drawn.
#[derive(Debug)]
#[must_use = "a reservation is spent; publish the release or void it"]
pub struct Reservation {
    release_id: String,
    head: Head,
}

impl Reservation {
    /// The release that was charged.
    pub fn release_id(&self) -> &str {
        &self.release_id
    }

    /// Head of the chain just after the reservation; it goes into the artefact.
    pub fn head(&self) -> &Head {
        &self.head
    }
}

/// The open ledger. Several processes may have the same one open.
pub struct Ledger {
    connection: Connection,
    turns: Turns,
    path: PathBuf,
    head_file: PathBuf,
    key: ChainKey,
    limits: Limits,
    book: Book,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Begins the ledger of a new home at `path`, and its head in `head_file`. Refuses a head file that is there already:
    /// it remembers what another ledger spent.
    ///
    /// `key` is a key derived for the ledger alone.
    pub fn begin(path: &Path, head_file: &Path, key: [u8; 32], limits: Limits) -> Result<Self, LedgerError> {
        if head::read(head_file)?.is_some() {
            return Err(LedgerError::HeadExists { path: head_file.to_owned() });
        }
        let mut ledger = Self::unread(path, head_file, key, limits)?;
        ledger.locked(|parts, transaction| {
            parts.begin(transaction)?;
            parts.write_head()
        })?;
        Ok(ledger)
    }

    /// Opens the ledger at `path` and checks the whole chain and the head in `head_file`.
    ///
    /// Refuses a broken chain, another key, a database that is older than the head file, and one without a head file:
    /// every ledger is begun with one, and nobody can tell whether this is the newest.
    pub fn open(path: &Path, head_file: &Path, key: [u8; 32], limits: Limits) -> Result<Self, LedgerError> {
        let mut ledger = Self::unread(path, head_file, key, limits)?;
        ledger.locked(|parts, transaction| {
            parts.begin(transaction)?;
            parts.check_head()?;
            parts.write_head()
        })?;
        Ok(ledger)
    }

    /// Connected, and nothing read or checked yet.
    fn unread(path: &Path, head_file: &Path, key: [u8; 32], limits: Limits) -> Result<Self, LedgerError> {
        let key = ChainKey::new(key);
        let book = Book::new(&key);
        let turns = Turns::at(path)?;
        let turn = turns.wait()?;
        let connection = connect(path).map_err(|source| LedgerError::Storage { path: path.to_owned(), source })?;
        drop(turn);
        let (path, head_file) = (path.to_owned(), head_file.to_owned());
        Ok(Self { connection, turns, path, head_file, key, limits, book })
    }

    /// Charges every cohort of a release, or none. Durable, head file included, before it returns.
    ///
    /// A limit may be reached exactly. After an error that is neither [`LedgerError::OverBudget`] nor another refusal
    /// the charge may stand as an open reservation; nothing was drawn for it and recovery voids it.
    pub fn reserve(&mut self, charge: &Charge) -> Result<Reservation, LedgerError> {
        let charge = checked(charge)?;
        let head = self.append(|parts, transaction| {
            let release = charge.release_id.clone();
            if parts.book.entry(&release).is_some() {
                return Err(LedgerError::ReleaseKnown { release });
            }
            let short = parts.book.budget(parts.limits).shortfalls(&charge.cohorts, charge.purpose, charge.rho);
            if !short.is_empty() {
                return Err(LedgerError::OverBudget { short });
            }
            for (table, version) in &charge.warehouse {
                let values = params![release, table, *version as i64];
                transaction.execute(INSERT_READ, values).map_err(|source| parts.storage(source))?;
            }
            Ok(reserved(&charge))
        })?;
        let release_id = charge.release_id;
        Ok(Reservation { release_id, head })
    }

    /// Marks a reserved release as published. `artefact_digest` is the SHA-256 of its artefact in hexadecimal, `at`
    /// the time in RFC 3339.
    pub fn publish(&mut self, release_id: &str, artefact_digest: &str, at: &str) -> Result<(), LedgerError> {
        self.append(|parts, _| {
            let release = parts.book.open_entry(release_id)?.release_id.clone();
            Ok(Event::Published { release, artefact: artefact_digest.to_owned(), at: at.to_owned() })
        })?;
        Ok(())
    }

    /// Gives up a reserved release. What it cost stays spent.
    pub fn void(&mut self, release_id: &str, reason: VoidReason, at: &str) -> Result<(), LedgerError> {
        self.append(|parts, _| {
            let release = parts.book.open_entry(release_id)?.release_id.clone();
            Ok(Event::Void { release, reason, at: at.to_owned() })
        })?;
        Ok(())
    }

    /// Takes a published release out of public. What it cost stays spent.
    pub fn withdraw(&mut self, release_id: &str, reason: WithdrawalReason, at: &str) -> Result<Head, LedgerError> {
        self.append(|parts, _| {
            let release = parts.book.public_entry(release_id)?.release_id.clone();
            Ok(Event::Withdrawn { release, reason, at: at.to_owned() })
        })
    }

    /// Releases that were charged and neither published nor given up: a run that is going on, or that crashed.
    pub fn open_reservations(&mut self) -> Result<Vec<Entry>, LedgerError> {
        let all = self.releases()?;
        Ok(all.into_iter().filter(|entry| entry.state == State::Reserved).collect())
    }

    /// Every release ever reserved, oldest first.
    pub fn releases(&mut self) -> Result<Vec<Entry>, LedgerError> {
        self.refresh()?;
        Ok(self.book.entries().to_vec())
    }

    /// The limits and what each cohort has spent.
    pub fn budget(&mut self) -> Result<Budget, LedgerError> {
        self.refresh()?;
        Ok(self.book.budget(self.limits))
    }

    /// Where the chain stands.
    pub fn head(&mut self) -> Result<Head, LedgerError> {
        self.refresh()?;
        Ok(self.book.head())
    }

    /// Whether an entry of this chain has this number and this seal: what an artefact says of the ledger can be checked.
    pub fn has(&mut self, head: &Head) -> Result<bool, LedgerError> {
        self.refresh()?;
        Ok(self.book.has(head))
    }

    /// The head as it was just after an entry; none when there is no such entry, or when it was lost.
    pub fn head_at(&mut self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        self.refresh()?;
        Ok(self.book.mac(sequence).map(|mac| Head { count: sequence, mac: hex(mac) }))
    }

    /// Warehouse versions that a release was computed from, by table.
    pub fn warehouse_versions(&self, release_id: &str) -> Result<BTreeMap<String, u64>, LedgerError> {
        let read = || -> rusqlite::Result<BTreeMap<String, u64>> {
            let mut statement = self.connection.prepare_cached(READS_OF)?;
            let rows = statement
                .query_map(params![release_id], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
            rows.collect()
        };
        read().map_err(|source| LedgerError::Storage { path: self.path.clone(), source })
    }

    /// Reads the whole chain again from its start and compares it with the head file.
    pub fn check(&mut self) -> Result<(), LedgerError> {
        self.book = Book::new(&self.key);
        self.refresh()
    }

    fn refresh(&mut self) -> Result<(), LedgerError> {
        self.locked(|parts, transaction| {
            parts.follow(transaction)?;
            parts.check_head()
        })
    }

    /// Adds the entry that `decide` makes from the newest state, then brings the head file up to it.
    fn append(
        &mut self,
        decide: impl FnOnce(&mut Parts<'_>, &Transaction<'_>) -> Result<Event, LedgerError>,
    ) -> Result<Head, LedgerError> {
        let head = self.locked(|parts, transaction| {
            parts.follow(transaction)?;
            parts.check_head()?;
            let event = decide(parts, transaction)?;
            parts.insert(transaction, parts.book.count() + 1, &event)
        })?;
        self.locked(|parts, transaction| {
            parts.follow(transaction)?;
            parts.write_head()
        })?;
        Ok(head)
    }

    /// Runs `work` in one transaction that holds the write lock from its beginning; an error takes everything back.
    fn locked<T>(
        &mut self,
        work: impl FnOnce(&mut Parts<'_>, &Transaction<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let Self { connection, turns, path, head_file, key, limits, book } = self;
        let _turn = turns.wait()?;
        let mut parts = Parts { path, head_file, key, limits: *limits, book };
        let begun = Transaction::new(connection, TransactionBehavior::Immediate);
        let transaction = begun.map_err(|source| parts.storage(source))?;
        let result = work(&mut parts, &transaction)?;
        transaction.commit().map_err(|source| parts.storage(source))?;
        Ok(result)
    }
}

/// The ledger without its connection, which the running transaction borrows.
struct Parts<'a> {
    path: &'a Path,
    head_file: &'a Path,
    key: &'a ChainKey,
    limits: Limits,
    book: &'a mut Book,
}

impl Parts<'_> {
    /// Makes the tables of a new database and reads everything that an old one holds.
    fn begin(&mut self, transaction: &Transaction<'_>) -> Result<(), LedgerError> {
        transaction.execute_batch(SCHEMA).map_err(|source| self.storage(source))?;
        self.follow(transaction)
    }

    /// Reads what was added since the last look. The last entry known is read again, so that a database that was
    /// swapped or cut under a running process is noticed.
    fn follow(&mut self, transaction: &Transaction<'_>) -> Result<(), LedgerError> {
        let known = self.book.count();
        let rows = rows_from(transaction, known.max(1)).map_err(|source| self.storage(source))?;
        if known > 0 {
            let same = |row: &Row| row.seq == known && self.book.mac(known).is_some_and(|mac| mac[..] == row.mac[..]);
            if !rows.first().is_some_and(same) {
                return Err(LedgerError::OtherHistory { entry: known });
            }
        }
        for row in rows.iter().skip(usize::from(known > 0)) {
            self.book.read(self.key, row.seq, &row.body, &row.mac)?;
        }
        Ok(())
    }

    /// The head file must name an entry of this chain; entries after it are fine, entries missing before it are not.
    fn check_head(&self) -> Result<(), LedgerError> {
        let found = self.book.count();
        let Some(known) = head::read(self.head_file)? else {
            return Err(LedgerError::HeadMissing { path: self.head_file.to_owned(), entries: found });
        };
        // A head that a reconciliation has put an end to lags behind like any other: the run ended before it was written.
        if self.book.has(&known) || self.book.has_superseded(&known) {
            return Ok(());
        }
        if known.count > found {
            return Err(LedgerError::OlderThanHead { known: known.count, found });
        }
        Err(LedgerError::OtherHistory { entry: known.count })
    }

    fn write_head(&self) -> Result<(), LedgerError> {
        head::write(self.head_file, &self.book.head(), self.book.latest_year())
    }

    /// Adds one sealed entry and returns the head after it. The book itself learns of it by reading it back.
    fn insert(&self, transaction: &Transaction<'_>, count: u64, event: &Event) -> Result<Head, LedgerError> {
        let body = serde_json::to_string(event).expect("an event is plain text and numbers");
        let mac = self.key.seal(self.book.last_mac(), count, &body);
        let values = params![count as i64, body, mac];
        transaction.execute(INSERT_ENTRY, values).map_err(|source| self.storage(source))?;
        Ok(Head { count, mac: hex(&mac) })
    }

    fn storage(&self, source: rusqlite::Error) -> LedgerError {
        LedgerError::Storage { path: self.path.to_owned(), source }
    }
}

/// One stored entry.
struct Row {
    seq: u64,
    body: String,
    mac: Vec<u8>,
}

/// The stored entries from `seq` on, oldest first. SQLite has signed integers only; the schema allows none below 1.
fn rows_from(transaction: &Transaction<'_>, seq: u64) -> rusqlite::Result<Vec<Row>> {
    let mut statement = transaction.prepare_cached(ENTRIES_FROM)?;
    let read = |row: &rusqlite::Row<'_>| {
        let seq: i64 = row.get(0)?;
        Ok(Row { seq: seq.unsigned_abs(), body: row.get(1)?, mac: row.get(2)? })
    };
    let rows = statement.query_map(params![seq as i64], read)?;
    rows.collect()
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch(OPEN)?;
    Ok(connection)
}

/// A charge that makes sense: cohorts sorted, each once.
fn checked(charge: &Charge) -> Result<Charge, LedgerError> {
    let word = |text: &str| {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        !text.is_empty() && text.len() <= 200 && text.bytes().all(fits)
    };
    let digest = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let rules = [
        (word(&charge.release_id), "an id has 1 to 200 of a-z, 0-9, - and _"),
        (digest(&charge.definition_digest), "the digest of a definition has 64 hexadecimal digits"),
        (!charge.cohorts.is_empty(), "it must name at least one cohort"),
        (charge.cohorts.iter().all(|cohort| word(cohort)), "a cohort has 1 to 200 of a-z, 0-9, - and _"),
        (charge.rho > NanoRho::ZERO, "a release that draws noise costs more than nothing"),
        ((1..=64).contains(&charge.at.len()), "the time must be given, RFC 3339"),
    ];
    if let Some((_, rule)) = rules.iter().find(|(holds, _)| !holds) {
        return Err(LedgerError::BadCharge { release: charge.release_id.clone(), rule });
    }
    let mut charge = charge.clone();
    charge.cohorts.sort_unstable();
    charge.cohorts.dedup();
    Ok(charge)
}

/// The entry of a charge.
fn reserved(charge: &Charge) -> Event {
    let Charge { release_id, definition_digest, cohorts, rho, purpose, at, warehouse: _ } = charge.clone();
    let (release, definition, nano_rho) = (release_id, definition_digest, rho);
    Event::Reserved { release, definition, cohorts, purpose, nano_rho, at }
}

#[cfg(test)]
mod tests;

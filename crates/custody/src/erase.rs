//! Makes a person vanish from a home: from the register, every table with its old versions, the table of aliases, the
//! reports of refused rows of the loads that brought the person, and what queries spilled. What was published stays, and
//! so does the ledger: neither holds a pseudonym, and a release cannot be called back.
//!
//! Afterwards the register holds a keyed tombstone, so that a later load of the same export leaves the person out.
//!
//! Most persons are found by their documents and names. One about whom a row says too little for that is that row, and is
//! found by the record id that the sender gave the row, or by the pseudonym.

mod about;

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use panoh_identity::{IdentityError, LinkKeys, Meant, Pseudonym, Sealer};
use panoh_intake::record_number;
use panoh_warehouse::{Failure, Rebuild};
use serde::Serialize;

use crate::aliases;
use crate::error::CustodyError;
use crate::journal::{self, Change, Erasure};
use crate::rejections;
use crate::stores::{Stores, load_name};

const REMEDY: &str = "every command that loads finishes it, and until then the home may hold what is to go";
/// Of a person whom the register did not know: there is no journal, and tombstones may be set and not yet swept.
const AGAIN: &str = "its tombstones may be set already; erase the same person again to finish it";

/// More than one person went. Whoever asked must learn it at once: it cannot be undone from within.
const SEVERAL: &str = "more than one person fitted what was said, and all of them were erased. Rows that nothing links count \
                       as one person each, also when they are one record in several exports. If this is not what was meant, \
                       put the home back from a backup and say more about the person";

/// Nobody went although somebody has the number.
const NUMBER: &str = "nobody fits all that was said, but somebody is known by this number of a document. If that is the \
                      person, say less: the number alone, or what the export says beside it; or name the record or the \
                      pseudonym";

/// Whom an erasure is about, sealed. What is said together is taken together: everybody goes for whom one of these stands.
#[derive(Debug, Clone, Default)]
pub struct Whom {
    /// What is known of documents and names.
    pub keys: Option<LinkKeys>,
    /// The record of a sender that the person's row is.
    pub record: Option<SendersRecord>,
    /// The person's pseudonym.
    pub person: Option<Pseudonym>,
}

/// What a record id of a source stands for.
#[derive(Debug, Clone, Copy)]
pub struct SendersRecord {
    record: Pseudonym,
    /// The person of its row when nothing links the row, should later exports replace it.
    unlinked: Pseudonym,
}

impl SendersRecord {
    /// The record with this id in the exports of a source. Letter case, dashes and the like matter no more than they do in
    /// a load. None when the id is blank.
    pub fn seal(sealer: &Sealer, source: &str, id: &str) -> Option<SendersRecord> {
        let id = record_number(id)?;
        Some(SendersRecord { record: sealer.stable_record(source, &id), unlinked: sealer.stable_unlinked(source, &id) })
    }
}

/// What was deleted, without saying who.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EraseReport {
    /// What whoever asked must know; none when there is nothing.
    pub warning: Option<&'static str>,
    /// Pseudonyms that were known for the person, aliases included. None when the person was not known; the tombstone is
    /// left all the same.
    pub pseudonyms: u64,
    /// Separate persons whom these pseudonyms stood for, aliases not counted. More than one when several have rows of the
    /// record that was named, or when only what was said for this erasure showed that several are one.
    pub persons: u64,
    /// Rows of other registers that named a case of the person, and nobody: they went too.
    pub about: u64,
    /// Rows of other persons, known for themselves, that name a case of the person. They stay: with the key and the number
    /// of the case they still show that they spoke of it.
    pub naming: u64,
    /// Rows that a query saw, by table.
    pub rows: BTreeMap<String, u64>,
    /// Tables that were built anew; their old versions are gone.
    pub tables: Vec<String>,
    /// Reports of refused rows that were removed.
    pub reports: u64,
    /// Tombstones that keep the person out.
    pub tombstones: u64,
}

/// Erases the person who is meant. After [`CustodyError::Unfinished`] the next opening of the home finishes
/// it, or, for a person who was not known, the same call; its remedy says which. After any other error nothing was erased.
pub async fn erase(stores: &mut Stores, whom: &Whom, sealer: &Sealer) -> Result<EraseReport, CustodyError> {
    let mut meant = meant(stores, whom).await?;
    let mut persons = stores.register.of(&meant)?;
    let about = about::about(stores, &persons).await?;
    if !about.nobody.is_empty() {
        meant.found.extend(&about.nobody);
        persons = stores.register.of(&meant)?;
    }
    if persons.is_empty() {
        return keep_out(stores, &meant, sealer);
    }
    let nobody = about.nobody.len() as u64;
    let pseudonyms = persons.len() as u64 - nobody;
    let mut report = EraseReport { pseudonyms, about: nobody, naming: about.others, ..EraseReport::default() };
    stores.warehouse.probe_swap()?;
    // An older version of the table may hold the record from before something linked it.
    let earlier = whom.record.map(|record| record.unlinked).filter(|unlinked| !persons.contains(unlinked));
    let persons = persons.iter().chain(&earlier).map(ToString::to_string).collect();
    let erasures_before = stores.register.erasures()?;
    let erasure = look(stores, persons, erasures_before, &mut report).await?;
    journal::write(&stores.home, &Change::Erase(erasure.clone()))?;
    let erased = stores.register.erase(&meant, sealer).map_err(|error| not_erased(stores, &erasure, error.into()))?;
    (report.persons, report.tombstones) = (erased.heads.saturating_sub(nobody), erased.tombstones);
    report.warning = (report.persons > 1).then_some(SEVERAL);
    report.reports = finish(stores, &erasure).await.map_err(unfinished)?;
    report.tables = erasure.tables;
    tracing::info!(rows = report.rows.values().sum::<u64>(), tables = report.tables.len(), "a person was erased");
    Ok(report)
}

/// Leaves tombstones of a person whom no table and no register knows.
fn keep_out(stores: &mut Stores, meant: &Meant, sealer: &Sealer) -> Result<EraseReport, CustodyError> {
    let has_number = meant.keys.as_ref().map(|keys| stores.register.has_number_of(keys)).transpose()? == Some(true);
    let erased = stores.register.erase(meant, sealer).map_err(|error| match error {
        IdentityError::PendingLoad => error.into(),
        error => CustodyError::Unfinished { change: "erasure", remedy: AGAIN, source: Box::new(error.into()) },
    })?;
    let warning = has_number.then_some(NUMBER);
    Ok(EraseReport { warning, tombstones: erased.tombstones, ..EraseReport::default() })
}

/// Finishes an erasure that was cut off. Whether there was anything to finish: before the register let the person go,
/// nothing had happened.
pub(crate) async fn resume(stores: &mut Stores, erasure: &Erasure) -> Result<bool, CustodyError> {
    if stores.register.erasures()? == erasure.erasures_before {
        journal::remove(&stores.home)?;
        return Ok(false);
    }
    stores.register.sweep().map_err(|error| unfinished(error.into()))?;
    finish(stores, erasure).await.map_err(unfinished)?;
    tracing::info!("an erasure that was cut off was finished");
    Ok(true)
}

/// What the register is to look for: what was said, and the persons of rows that it finds in tables.
async fn meant(stores: &Stores, whom: &Whom) -> Result<Meant, CustodyError> {
    let mut meant = Meant {
        keys: whom.keys.clone(),
        records: whom.record.iter().map(|record| record.record).collect(),
        named: whom.person.into_iter().collect(),
        found: vec![],
    };
    for table in stores.dictionary.tables() {
        for record in &meant.records {
            let persons = stores.warehouse.persons_of(&table.name, &record.to_string()).await?;
            meant.found.extend(persons.iter().filter_map(|person| Pseudonym::of_digits(person)));
        }
        for person in &meant.named {
            let held = stores.warehouse.held(&table.name, &HashSet::from([person.to_string()])).await?;
            meant.found.extend(Some(*person).filter(|_| !held.loads.is_empty()));
        }
    }
    Ok(meant)
}

/// Looks for the persons everywhere, before anything is changed.
async fn look(
    stores: &Stores,
    persons: Vec<String>,
    erasures_before: u64,
    report: &mut EraseReport,
) -> Result<Erasure, CustodyError> {
    let wanted: HashSet<String> = persons.iter().cloned().collect();
    let (mut tables, mut reports) = (vec![], vec![]);
    for table in stores.dictionary.tables() {
        let held = stores.warehouse.held(&table.name, &wanted).await?;
        if held.rows > 0 {
            report.rows.insert(table.name.clone(), held.rows);
        }
        if held.is_traced {
            tables.push(table.name.clone());
        }
        reports.extend(held.loads.iter().map(|load| load_name(load).to_owned()));
    }
    reports.sort_unstable();
    reports.dedup();
    Ok(Erasure { persons, erasures_before, tables, reports })
}

/// What follows the register. Every step can be done twice. The number of reports that were removed.
async fn finish(stores: &mut Stores, erasure: &Erasure) -> Result<u64, CustodyError> {
    let gone: HashSet<String> = erasure.persons.iter().cloned().collect();
    for table in &erasure.tables {
        if stores.warehouse.held(table, &gone).await?.is_traced {
            rebuild(stores, table, &mut |rows| without(&rows, &gone), &|load| Ok(Some(load.to_owned()))).await?;
        }
    }
    // Old versions of the aliases name the person too. The new table begins empty and is filled from the register.
    rebuild(stores, aliases::TABLE, &mut |rows| Ok(rows.slice(0, 0)), &|_| Ok(None)).await?;
    aliases::project(stores).await?;
    let removed = rejections::remove(&stores.rejections, &erasure.reports).map_err(remains(&stores.rejections))?;
    stores.clear_spill()?;
    journal::remove(&stores.home)?;
    Ok(removed)
}

async fn rebuild(
    stores: &mut Stores,
    table: &str,
    rows: &mut (dyn FnMut(RecordBatch) -> Result<RecordBatch, Failure> + Send),
    transactions: &(dyn Fn(&str) -> Result<Option<String>, Failure> + Sync),
) -> Result<(), CustodyError> {
    let (key_id, spill) = (stores.key_id.clone(), stores.spill.clone());
    let mut change = Rebuild { key_id: &key_id, rows, transactions, spill: &spill };
    stores.warehouse.rebuild(table, &mut change).await?;
    Ok(())
}

/// The rows of everybody else.
fn without(rows: &RecordBatch, gone: &HashSet<String>) -> Result<RecordBatch, Failure> {
    let persons = rows.column_by_name("person").and_then(|column| column.as_string_opt::<i32>());
    let persons = persons.ok_or("the table has no text column person")?;
    let stays: BooleanArray =
        persons.iter().map(|person| Some(!person.is_some_and(|person| gone.contains(person)))).collect();
    Ok(filter_record_batch(rows, &stays)?)
}

/// The register refused or failed. When it counted no erasure, nothing happened and the journal goes.
fn not_erased(stores: &Stores, erasure: &Erasure, error: CustodyError) -> CustodyError {
    if stores.register.erasures().is_ok_and(|count| count == erasure.erasures_before) {
        return journal::remove(&stores.home).err().unwrap_or(error);
    }
    unfinished(error)
}

fn unfinished(error: CustodyError) -> CustodyError {
    CustodyError::Unfinished { change: "erasure", remedy: REMEDY, source: Box::new(error) }
}

pub(crate) fn remains(path: &Path) -> impl Fn(io::Error) -> CustodyError {
    let path = path.to_owned();
    move |source| CustodyError::Remains { path: path.clone(), source }
}

#[cfg(test)]
mod tests;

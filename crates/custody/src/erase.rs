//! Makes a person vanish from a home: from the register, every table with its old versions, the table of aliases, the
//! reports of refused rows of the loads that brought the person, and what queries spilled. What was published stays, and
//! so does the ledger: neither holds a pseudonym, and a release cannot be called back.
//!
//! Afterwards the register holds a keyed tombstone, so that a later load of the same export leaves the person out.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use panoh_identity::{IdentityError, LinkKeys, Sealer};
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

/// What was deleted, without saying who. A keyed digest of the person's own case number that stands as a reference in rows
/// of other persons stays there: with the key and the number it still shows which rows spoke of the case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EraseReport {
    /// Pseudonyms that the register knew for the person, aliases included. None when the person was not known; the
    /// tombstone is left all the same.
    pub pseudonyms: u64,
    /// Separate persons whom these pseudonyms stood for, aliases not counted. More than one when only what was said for
    /// this erasure showed that several are one.
    pub persons: u64,
    /// Rows that a query saw, by table.
    pub rows: BTreeMap<String, u64>,
    /// Tables that were built anew; their old versions are gone.
    pub tables: Vec<String>,
    /// Reports of refused rows that were removed.
    pub reports: u64,
    /// Tombstones that keep the person out.
    pub tombstones: u64,
}

/// Erases the person whom these keys stand for. After [`CustodyError::Unfinished`] the next opening of the home finishes
/// it, or, for a person who was not known, the same call; its remedy says which. After any other error nothing was erased.
pub async fn erase(stores: &mut Stores, keys: &LinkKeys, sealer: &Sealer) -> Result<EraseReport, CustodyError> {
    let persons = stores.register.of(keys)?;
    let mut report = EraseReport { pseudonyms: persons.len() as u64, ..EraseReport::default() };
    if persons.is_empty() {
        let erased = stores.register.erase(keys, sealer).map_err(|error| match error {
            IdentityError::PendingLoad => error.into(),
            error => CustodyError::Unfinished { change: "erasure", remedy: AGAIN, source: Box::new(error.into()) },
        });
        report.tombstones = erased?.tombstones;
        return Ok(report);
    }
    stores.warehouse.probe_swap()?;
    let persons = persons.iter().map(ToString::to_string).collect();
    let known_before = stores.register.persons()?;
    let erasure = look(stores, persons, known_before, &mut report).await?;
    journal::write(&stores.home, &Change::Erase(erasure.clone()))?;
    match stores.register.erase(keys, sealer) {
        Ok(erased) => (report.persons, report.tombstones) = (erased.heads, erased.tombstones),
        Err(error) => return Err(not_erased(stores, &erasure, error.into())),
    }
    report.reports = finish(stores, &erasure).await.map_err(unfinished)?;
    report.tables = erasure.tables;
    tracing::info!(rows = report.rows.values().sum::<u64>(), tables = report.tables.len(), "a person was erased");
    Ok(report)
}

/// Finishes an erasure that was cut off. Whether there was anything to finish: before the register let the person go,
/// nothing had happened.
pub(crate) async fn resume(stores: &mut Stores, erasure: &Erasure) -> Result<bool, CustodyError> {
    if stores.register.persons()? == erasure.known_before {
        journal::remove(&stores.home)?;
        return Ok(false);
    }
    stores.register.sweep().map_err(|error| unfinished(error.into()))?;
    finish(stores, erasure).await.map_err(unfinished)?;
    tracing::info!("an erasure that was cut off was finished");
    Ok(true)
}

/// Looks for the persons everywhere, before anything is changed.
async fn look(
    stores: &Stores,
    persons: Vec<String>,
    known_before: u64,
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
    Ok(Erasure { persons, known_before, tables, reports })
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
    let key_id = stores.key_id.clone();
    stores.warehouse.rebuild(table, &mut Rebuild { key_id: &key_id, rows, transactions }).await?;
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

/// The register refused or failed. When it still knows everybody, nothing happened and the journal goes.
fn not_erased(stores: &Stores, erasure: &Erasure, error: CustodyError) -> CustodyError {
    if stores.register.persons().is_ok_and(|known| known == erasure.known_before) {
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

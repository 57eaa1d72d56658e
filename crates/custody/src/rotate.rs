//! Puts a home under another key: every pseudonym, reference, record and load id gets a new value, made from the old one
//! by the new key. Old and new cannot be brought together without the new key, so nothing of the old may stay: each table
//! is built anew and swapped in one step, its rows in the order of their new pseudonyms, and the register is rewritten.
//!
//! What a rotation cannot change is what the rows say: whoever has an old copy of a table can still find a row in the new
//! one when no other row has the same attributes, and a load by the number of its rows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use panoh_dictionary::{Dictionary, Kind, Table};
use panoh_identity::Rotation;
use panoh_warehouse::{Failure, Rebuild};
use serde::Serialize;

use crate::erase::remains;
use crate::error::CustodyError;
use crate::journal::{self, Change, Turn};
use crate::keys::key_state;
use crate::lock::{WriterLock, lock};
use crate::rejections;
use crate::stores::{Places, Stores, load_name};

const REMEDY: &str = "run `panoh keys rotate` again; until then nothing can be loaded";

/// What a rotation did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RotateReport {
    /// Tables that this call built anew; fewer than all when an earlier call was cut off.
    pub tables: Vec<String>,
    /// Rows in them.
    pub rows: u64,
    /// Reports of refused rows that got a new name.
    pub renamed: u64,
    /// Reports of refused rows that were removed, because their load never happened and their new name is not known.
    pub removed: u64,
}

/// Rewrites everything from the rotation's old key to its new one. It opens the home itself. After
/// [`CustodyError::Unfinished`] it is to be called again with the same keys; called once more when all is done, it
/// changes nothing. Refuses a home that is on neither of the two.
pub async fn rotate(
    places: &Places<'_>,
    dictionary: &Dictionary,
    rotation: &Rotation,
) -> Result<RotateReport, CustodyError> {
    rotate_held(lock(places.home)?, places, dictionary, rotation).await
}

/// The same for whoever holds the home already, to make the new key only when nobody else is writing.
pub async fn rotate_held(
    held: WriterLock,
    places: &Places<'_>,
    dictionary: &Dictionary,
    rotation: &Rotation,
) -> Result<RotateReport, CustodyError> {
    let begun = journal::begun(places.home)?;
    let (mut stores, turn) = if let Some(Change::Rotate(turn)) = begun {
        if (turn.from.as_str(), turn.to.as_str()) != (rotation.from(), rotation.to()) {
            return Err(other_rotation(&turn, rotation));
        }
        (Stores::open_unchecked(held, places, dictionary, rotation.to()).await?, turn)
    } else {
        if key_state(places, dictionary).await?.is_on(rotation.to()) {
            return Ok(RotateReport::default());
        }
        let stores = Stores::open_locked(held, places, dictionary, rotation.from()).await?;
        stores.warehouse.probe_swap()?;
        let turn = plan(&stores, rotation).await?;
        journal::write(places.home, &Change::Rotate(turn.clone()))?;
        (stores, turn)
    };
    finish(&mut stores, &turn, rotation).await.map_err(unfinished)
}

/// Works out which reports get which name, before anything is changed.
async fn plan(stores: &Stores, rotation: &Rotation) -> Result<Turn, CustodyError> {
    let mut names = HashMap::new();
    for table in stores.dictionary.tables() {
        for load in stores.warehouse.loads(&table.name).await? {
            let new = rotation.load_id(&load)?;
            names.insert(load_name(&load).to_owned(), load_name(&new).to_owned());
        }
    }
    let (mut reports, mut unnamed) = (vec![], vec![]);
    for old in rejections::reported(&stores.rejections).map_err(remains(&stores.rejections))? {
        match names.get(&old) {
            Some(new) => reports.push((old, new.clone())),
            None => unnamed.push(old),
        }
    }
    Ok(Turn { from: rotation.from().to_owned(), to: rotation.to().to_owned(), reports, unnamed })
}

/// Every step can be done twice.
async fn finish(stores: &mut Stores, turn: &Turn, rotation: &Rotation) -> Result<RotateReport, CustodyError> {
    let mut report = RotateReport { renamed: turn.reports.len() as u64, ..RotateReport::default() };
    stores.warehouse.clear_rebuilds().await?;
    stores.clear_spill()?;
    stores.register.rehash(rotation)?;
    for table in stores.dictionary.tables().to_vec() {
        if let Some(rows) = turn_table(stores, &table, turn, rotation).await? {
            report.rows += rows;
            report.tables.push(table.name);
        }
    }
    let failed = remains(&stores.rejections);
    rejections::rename(&stores.rejections, &turn.reports).map_err(&failed)?;
    report.removed = rejections::remove(&stores.rejections, &turn.unnamed).map_err(&failed)?;
    journal::remove(&stores.home)?;
    tracing::info!(tables = report.tables.len(), rows = report.rows, "everything is on the new key");
    Ok(report)
}

/// Puts one table on the new key. Its rows; none when it was on it already.
async fn turn_table(
    stores: &mut Stores,
    table: &Table,
    turn: &Turn,
    rotation: &Rotation,
) -> Result<Option<u64>, CustodyError> {
    match stores.warehouse.key_id(&table.name).await? {
        Some(key) if key == turn.to => return Ok(None),
        Some(key) if key == turn.from => {}
        key => return Err(other_key(&table.name, key, turn)),
    }
    let mut map = Map::of(table, rotation);
    let transactions = |id: &str| new_id(id, rotation).map(Some);
    let mut rows = |rows: RecordBatch| map.rows(&rows);
    let spill = stores.spill.clone();
    let mut change = Rebuild { key_id: &turn.to, rows: &mut rows, transactions: &transactions, spill: &spill };
    Ok(Some(stores.warehouse.rebuild(&table.name, &mut change).await?))
}

/// The columns of a table that change, and how.
struct Map<'a> {
    digests: BTreeSet<String>,
    has_load: bool,
    rotation: &'a Rotation,
    /// The load ids that were mapped: many rows share each.
    loads: HashMap<String, String>,
}

impl<'a> Map<'a> {
    fn of(table: &Table, rotation: &'a Rotation) -> Map<'a> {
        let is_digest = |kind: &Kind| matches!(kind, Kind::Pseudonym | Kind::Reference);
        let digests = table.columns.iter().filter(|column| is_digest(&column.kind));
        Map {
            digests: digests.map(|column| column.name.clone()).collect(),
            has_load: table.column("load").is_some(),
            rotation,
            loads: HashMap::new(),
        }
    }

    fn rows(&mut self, rows: &RecordBatch) -> Result<RecordBatch, Failure> {
        let schema = rows.schema();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(rows.num_columns());
        for (field, column) in std::iter::zip(schema.fields(), rows.columns()) {
            let is_load = self.has_load && field.name() == "load";
            if !is_load && !self.digests.contains(field.name()) {
                columns.push(Arc::clone(column));
                continue;
            }
            let texts = column.as_string_opt::<i32>().ok_or("a column of keyed digests is no text")?;
            let mapped = texts.iter().map(|text| text.map(|text| self.value(text, is_load)).transpose());
            columns.push(Arc::new(mapped.collect::<Result<StringArray, Failure>>()?));
        }
        Ok(RecordBatch::try_new(schema, columns)?)
    }

    fn value(&mut self, text: &str, is_load: bool) -> Result<String, Failure> {
        if !is_load {
            return Ok(self.rotation.text(text)?);
        }
        if let Some(new) = self.loads.get(text) {
            return Ok(new.clone());
        }
        let new = self.rotation.load_id(text)?;
        self.loads.insert(text.to_owned(), new.clone());
        Ok(new)
    }
}

/// The new id of an application transaction. Those that are no loads are named by this program and say nothing.
fn new_id(id: &str, rotation: &Rotation) -> Result<String, Failure> {
    if id.starts_with("load:") { Ok(rotation.load_id(id)?) } else { Ok(id.to_owned()) }
}

fn other_rotation(turn: &Turn, rotation: &Rotation) -> CustodyError {
    CustodyError::OtherKey {
        what: "the rotation that was cut off".to_owned(),
        found: format!("{} and goes to {}", turn.from, turn.to),
        wanted: format!("{} and goes to {}", rotation.from(), rotation.to()),
    }
}

fn other_key(table: &str, found: Option<String>, turn: &Turn) -> CustodyError {
    CustodyError::OtherKey {
        what: format!("table {table}"),
        found: found.unwrap_or_else(|| "not noted".to_owned()),
        wanted: turn.to.clone(),
    }
}

fn unfinished(error: CustodyError) -> CustodyError {
    CustodyError::Unfinished { change: "rotation", remedy: REMEDY, source: Box::new(error) }
}

#[cfg(test)]
mod tests;

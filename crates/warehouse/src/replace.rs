//! Takes rows out of a table in the commit that adds others: a corrected export replaces what an earlier one brought.
//!
//! Files that hold such rows are named as removed and what remains of them is written anew, in one commit. No condition
//! stands in the log, because it would name records. Whether it happened to a load is asked of the rows themselves, as the
//! log may be younger than the load.

use std::collections::HashSet;
use std::error::Error;

use arrow::array::BooleanArray;
use arrow::compute::filter_record_batch;

use crate::append::{Append, as_stored};
use crate::error::store;
use crate::{Warehouse, WarehouseError, files};

/// Rows with certain records, by who brought them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Brought {
    /// Rows that the load in question brought.
    pub by_load: u64,
    /// Rows that other loads brought.
    pub by_others: u64,
}

impl Warehouse {
    /// Of the rows of this source that stand in the table with one of these records, how many this load brought and how
    /// many others did: those of its rows that were replaced since. Only the newest version of the table is looked at.
    pub async fn brought(
        &self,
        table: &str,
        source: &str,
        records: &HashSet<[u8; 16]>,
        load_id: &str,
    ) -> Result<Brought, WarehouseError> {
        let stored = self.stored(table)?;
        let failed = |source: Box<dyn Error + Send + Sync>| stored.unreadable(source);
        let mut brought = Brought::default();
        for name in files::active(&stored.newest().await?, stored)? {
            let input = stored.place.input(&name).await.map_err(failed)?;
            for batch in input.rows(Some(&["record", "source", "load"])).map_err(failed)? {
                let batch = batch.map_err(|error| failed(error.into()))?;
                let others = kept(&batch, source, records).map_err(failed)?;
                for (load, is_other) in files::text(&batch, "load").map_err(failed)?.into_iter().zip(others.values()) {
                    match (is_other, load == Some(load_id)) {
                        (true, _) => {}
                        (false, true) => brought.by_load += 1,
                        (false, false) => brought.by_others += 1,
                    }
                }
            }
        }
        Ok(brought)
    }
}

impl Append {
    /// Takes every row of this source with one of these records out of the table, with the commit of this load. How many
    /// there are. Memory is that of one batch, or of one data
    /// file when it comes from a bucket, whatever the size of the table.
    pub async fn replace(&mut self, source: &str, records: &HashSet<[u8; 16]>) -> Result<u64, WarehouseError> {
        let at = store(&self.stored.name);
        let before = self.before.clone();
        let state = before.snapshot().map_err(&at)?;
        let mut replaced = 0;
        for file in state.log_data().iter() {
            let failed = |source: Box<dyn Error + Send + Sync>| self.stored.unreadable(source);
            let input = self.stored.place.input(file.path().as_ref()).await.map_err(failed)?;
            let mut gone = 0;
            for batch in input.rows(Some(&["record", "source"])).map_err(failed)? {
                let batch = batch.map_err(|error| failed(error.into()))?;
                let kept = kept(&batch, source, records).map_err(failed)?;
                gone += kept.false_count() as u64;
            }
            if gone == 0 {
                continue;
            }
            replaced += gone;
            self.removes.push(file.remove_action(true));
            for batch in input.rows(None).map_err(failed)? {
                let batch = batch.map_err(|error| self.stored.unreadable(error))?;
                let kept = kept(&batch, source, records).map_err(|error| self.stored.unreadable(error))?;
                let rest = filter_record_batch(&batch, &kept).map_err(|error| self.stored.unreadable(error))?;
                if rest.num_rows() > 0 {
                    self.writers.write(&as_stored(&self.stored, &rest)?).await.map_err(store(&self.stored.name))?;
                }
            }
        }
        self.replaced += replaced;
        Ok(replaced)
    }
}

/// Which rows stay.
fn kept(
    batch: &arrow::array::RecordBatch,
    source: &str,
    records: &HashSet<[u8; 16]>,
) -> Result<BooleanArray, Box<dyn Error + Send + Sync>> {
    let rows = std::iter::zip(files::text(batch, "source")?, files::text(batch, "record")?);
    Ok(rows.map(|(from, record)| Some(from != Some(source) || !record.is_some_and(|r| holds(records, r)))).collect())
}

/// Whether the 32 hexadecimal digits are one of the records.
fn holds(records: &HashSet<[u8; 16]>, digits: &str) -> bool {
    u128::from_str_radix(digits, 16).is_ok_and(|record| digits.len() == 32 && records.contains(&record.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_found_by_its_digits() {
        let records = HashSet::from([[0xab; 16]]);
        assert!(holds(&records, &"ab".repeat(16)));
        for other in ["ac".repeat(16), "ab".repeat(15), "ab".repeat(17), "xy".repeat(16), String::new()] {
            assert!(!holds(&records, &other), "{other}");
        }
    }
}

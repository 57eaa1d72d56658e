//! Makes a small table equal to what another store says: the aliases, which the identity register knows best.

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;

use crate::append::{Append, as_stored};
use crate::error::store;
use crate::files::active;
use crate::{Warehouse, WarehouseError};

impl Warehouse {
    /// Makes the table hold these rows and no others, in one commit; writes nothing when it does already. Whether
    /// something was written. The commit carries the application transaction `table` with a number that rises by one, so
    /// that of two writers at once one fails.
    pub async fn project(&self, table: &str, rows: &RecordBatch) -> Result<bool, WarehouseError> {
        let stored = self.stored(table)?;
        let rows = as_stored(stored, rows)?;
        let before = stored.newest().await?;
        let mut held = vec![];
        for name in active(&before, stored)? {
            let input = stored.place.input(&name).await.map_err(|source| stored.unreadable(source))?;
            for batch in input.rows(None).map_err(|source| stored.unreadable(source))? {
                held.push(as_stored(stored, &batch.map_err(|source| stored.unreadable(source))?)?);
            }
        }
        if concat_batches(&stored.schema, &held).map_err(|source| stored.unreadable(source))? == rows {
            return Ok(false);
        }
        let number = stored.transaction(table).await?.unwrap_or_default() + 1;
        let mut append = Append::begin(stored, table, number).await?;
        let state = before.snapshot().map_err(store(table))?;
        append.removes = state.log_data().iter().map(|file| file.remove_action(true)).collect();
        if rows.num_rows() > 0 {
            append.write(&rows).await?;
        }
        append.commit().await?;
        Ok(true)
    }
}

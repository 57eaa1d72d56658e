//! Makes many small data files of a table into few large ones, in the order in which questions narrow them.
//!
//! Every load writes files of its own, and every file costs a query a look at its end. What the files hold does not
//! change; neither does what an older version of the table shows, until [`Warehouse::vacuum`].
//!
//! Rows are put in the order of the table's years and months, then of their source: what statistics are narrowed by.
//! Parquet keeps the smallest and the largest value of each row group, so a question about some years passes over the
//! others. Pseudonyms and their order have no part in it.

use std::sync::Arc;

use datafusion::common::config::TableParquetOptions;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::{SortExpr, col};
use deltalake::DeltaTable;
use deltalake::kernel::Remove;
use deltalake::protocol::DeltaOperation;
use futures::StreamExt as _;
use panoh_dictionary::{Kind, Table};

use crate::append::{FILE_BYTES, ROW_GROUP_ROWS, as_stored, writer};
use crate::commit::{self, Change};
use crate::error::{plan as planning, run, store};
use crate::session::{Limits, stream};
use crate::stored::Stored;
use crate::writers::Writers;
use crate::{Warehouse, WarehouseError, context};

/// What compacting a table did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compacted {
    /// Small files that were taken together.
    pub files_before: u64,
    /// Files that hold their rows now.
    pub files_after: u64,
    /// These rows.
    pub rows: u64,
    /// The version that has the new files.
    pub version: u64,
}

/// The small files of a table.
struct Small {
    urls: Vec<ListingTableUrl>,
    removes: Vec<Remove>,
    rows: u64,
}

impl Warehouse {
    /// Takes the small files of a table together: those of less than half the size at which a file is closed. None when
    /// there are fewer than two. One commit; after an error the table is as it was. Only for whoever holds the home's
    /// lock. Memory and spill are those of `limits`.
    pub async fn compact(&self, table: &str, limits: &Limits) -> Result<Option<Compacted>, WarehouseError> {
        let stored = self.stored(table)?;
        let at = store(&stored.name);
        let before = stored.newest().await?;
        let small = small(stored, &before)?;
        if small.removes.len() < 2 {
            return Ok(None);
        }
        let described = self.dictionary.table(table).expect("a stored table is in the dictionary");
        let context = context::bare(&[(stored.name.clone(), before.clone())], limits)?;
        let rows = sorted(&context, stored, described, small.urls)?;
        let mut rows = stream(context.state(), rows.into_unoptimized_plan()).await?;
        let state = before.snapshot().map_err(&at)?;
        let mut writers = Writers::new(ROW_GROUP_ROWS, || writer(stored, before.object_store(), state));
        writers.expect(small.rows);
        let mut written = 0;
        while let Some(batch) = rows.next().await {
            let done = match batch.and_then(|batch| as_stored(stored, &batch)) {
                Ok(batch) => writers.write(&batch).await.map(|()| batch.num_rows() as u64).map_err(&at),
                Err(error) => Err(error),
            };
            match done {
                Ok(rows) => written += rows,
                Err(error) => {
                    commit::clear(&before, &writers.close().await.0).await;
                    return Err(error);
                }
            }
        }
        let adds = commit::finish(stored, &before, writers).await?;
        if written != small.rows {
            commit::clear(&before, &adds).await;
            let reason = format!("its log tells of {} rows, its files hold {written}; nothing was changed", small.rows);
            return Err(stored.unreadable(reason));
        }
        let (files_before, files_after) = (small.removes.len() as u64, adds.len() as u64);
        let metrics = serde_json::json!({
            "num_added_files": files_after, "num_removed_files": files_before, "num_added_rows": 0,
        });
        // Nothing was added or taken away: readers who follow a table's changes have nothing to do.
        let adds: Vec<_> = adds
            .into_iter()
            .map(|mut add| {
                add.data_change = false;
                add
            })
            .collect();
        let change = Change {
            adds: &adds,
            removes: small.removes,
            properties: commit::properties(metrics),
            operation: DeltaOperation::Optimize { predicate: None, target_size: FILE_BYTES.get().cast_signed() },
        };
        match commit::publish(&before, change).await {
            Ok(version) => {
                commit::keep(stored, &before, version).await?;
                Ok(Some(Compacted { files_before, files_after, rows: written, version }))
            }
            // Whether the log has the entry is not known for certain; files that no version has go with a vacuum.
            Err(error) => Err(at(error)),
        }
    }
}

fn small(stored: &Stored, table: &DeltaTable) -> Result<Small, WarehouseError> {
    let mut small = Small { urls: vec![], removes: vec![], rows: 0 };
    for file in table.snapshot().map_err(store(&stored.name))?.log_data().iter() {
        if file.size().cast_unsigned() >= FILE_BYTES.get() / 2 {
            continue;
        }
        let url = table.table_url().join(file.path().as_ref()).map_err(|error| stored.unreadable(error))?;
        small.urls.push(ListingTableUrl::parse(url).map_err(planning)?);
        small.removes.push(file.remove_action(false));
        let rows = file.num_records().ok_or_else(|| stored.unreadable("its log does not tell the rows of a file"))?;
        small.rows += rows as u64;
    }
    Ok(small)
}

/// The rows of these files in the table's order.
fn sorted(
    context: &SessionContext,
    stored: &Stored,
    described: &Table,
    files: Vec<ListingTableUrl>,
) -> Result<DataFrame, WarehouseError> {
    let options = TableParquetOptions {
        global: context.copied_config().options().execution.parquet.clone(),
        ..Default::default()
    };
    let options = ListingOptions::new(Arc::new(ParquetFormat::default().with_options(options)));
    let listing = ListingTableConfig::new_with_multi_paths(files).with_listing_options(options);
    let listing = ListingTable::try_new(listing.with_schema(stored.schema.clone())).map_err(planning)?;
    let rows = context.read_table(Arc::new(listing)).map_err(planning)?;
    rows.sort(order(described)).map_err(run)
}

/// Years and months first, then where the rows come from.
fn order(table: &Table) -> Vec<SortExpr> {
    let of = |is_wanted: fn(&Kind) -> bool| table.columns.iter().filter(move |column| is_wanted(&column.kind));
    let names = of(|kind| matches!(kind, Kind::Year)).chain(of(|kind| matches!(kind, Kind::Month)));
    let names = names.chain(table.column("source"));
    names.map(|column| col(&column.name).sort(true, true)).collect()
}

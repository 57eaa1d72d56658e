//! `panoh warehouse compact` and `panoh warehouse vacuum`: fewer files, less disk, the same answers.

use anyhow::Result;
use panoh_custody::{WriterLock, lock, unfinished_change};
use panoh_warehouse::Warehouse;
use serde::Serialize;

use crate::commands::stats::limits;
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::output::{json, note, say, table, thousands};
use crate::world::{World, now_ms};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// One table that was compacted, as it is printed.
#[derive(Debug, Serialize)]
struct Compacted {
    table: String,
    rows: u64,
    files_before: u64,
    files_after: u64,
    version: u64,
}

/// One table that was cleared, as it is printed.
#[derive(Debug, Serialize)]
struct Vacuumed {
    table: String,
    oldest_version: u64,
    files: u64,
    bytes: u64,
}

pub(super) async fn compact(
    home: &Home,
    store: &Warehouse,
    world: &World,
    tables: &[String],
    as_json: bool,
) -> Result<()> {
    let _lock = exclusive(home)?;
    let limits = limits(home, world);
    let mut done = Vec::new();
    for name in chosen(store, tables).await? {
        if let Some(found) = store.compact(&name, &limits).await? {
            let (files_before, files_after) = (found.files_before, found.files_after);
            done.push(Compacted { table: name, rows: found.rows, files_before, files_after, version: found.version });
        }
    }
    if as_json {
        return json(&done);
    }
    if done.is_empty() {
        note("Nothing to do: no table has two small files.");
        return Ok(());
    }
    let row = |d: Compacted| {
        let numbers = [d.rows, d.files_before, d.files_after, d.version].map(|number| number.to_string());
        std::iter::once(d.table).chain(numbers).collect()
    };
    let rows: Vec<Vec<String>> = done.into_iter().map(row).collect();
    say(table(&["table", "rows", "small files", "files now", "version"], &rows))?;
    note("The small files stay for older versions until panoh warehouse vacuum.");
    Ok(())
}

pub(super) async fn vacuum(home: &Home, store: &Warehouse, tables: &[String], days: u16, as_json: bool) -> Result<()> {
    let _lock = exclusive(home)?;
    let moment = now_ms() - i64::from(days) * DAY_MS;
    let mut done = Vec::new();
    for name in chosen(store, tables).await? {
        let found = store.vacuum(&name, moment).await?;
        done.push(Vacuumed { table: name, oldest_version: found.oldest, files: found.files, bytes: found.bytes });
    }
    if as_json {
        return json(&done);
    }
    let bytes: u64 = done.iter().map(|table| table.bytes).sum();
    let row = |d: Vacuumed| vec![d.table, d.oldest_version.to_string(), d.files.to_string(), d.bytes.to_string()];
    let rows: Vec<Vec<String>> = done.into_iter().map(row).collect();
    say(table(&["table", "oldest version", "files removed", "bytes removed"], &rows))?;
    note(format!("{} bytes were freed.", thousands(bytes)));
    Ok(())
}

/// Nobody else changes the home meanwhile, and no change was cut off that still needs what lies there.
fn exclusive(home: &Home) -> Result<WriterLock> {
    let lock = lock(home.root())?;
    if let Some(change) = unfinished_change(home.root())? {
        let message = format!(
            "an unfinished {change} stands in this home; finish it first: panoh keys rotate for a rotation, panoh persons \
             log or any load for an erasure"
        );
        return Err(Failure::new(Code::Usage, message).into());
    }
    Ok(lock)
}

/// The tables that were named, or all.
async fn chosen(store: &Warehouse, named: &[String]) -> Result<Vec<String>> {
    let all: Vec<String> = store.status().await?.into_iter().map(|status| status.table).collect();
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        let message = format!("there is no table {unknown:?}; there are {}", all.join(", "));
        return Err(Failure::new(Code::Usage, message).into());
    }
    Ok(if named.is_empty() { all } else { named.to_vec() })
}

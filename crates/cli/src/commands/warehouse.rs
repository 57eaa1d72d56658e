//! `panoh warehouse`: upkeep of the Delta tables.

mod upkeep;

use anyhow::Result;
use jiff::Timestamp;
use panoh_warehouse::{TableStatus, Warehouse as Store};
use serde::Serialize;

use crate::args::Warehouse;
use crate::failure::Code;
use crate::output::{json, say, table};
use crate::world::{World, warehouse_of};

/// One version of the cases, as it is printed.
#[derive(Debug, Serialize)]
struct Row {
    version: u64,
    time: String,
    operation: String,
    rows_added: u64,
}

/// One table, as it is printed.
#[derive(Debug, Serialize)]
struct Status {
    table: String,
    version: u64,
    rows: Option<u64>,
    files: u64,
    bytes: u64,
    other_bytes: u64,
}

pub(crate) async fn run(command: &Warehouse, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let store = Store::open(warehouse_of(&home)?, &world.dictionary()?).await?;
    match command {
        Warehouse::Status { json } => status(&store, *json).await?,
        Warehouse::Versions { json } => versions(&store, *json).await?,
        Warehouse::Compact { tables, json } => upkeep::compact(&home, &store, world, tables, *json).await?,
        Warehouse::Vacuum { tables, days, json } => upkeep::vacuum(&home, &store, tables, *days, *json).await?,
    }
    Ok(Code::Ok)
}

async fn status(store: &Store, as_json: bool) -> Result<()> {
    let found = store.status().await?.into_iter();
    let tables: Vec<Status> = found
        .map(|TableStatus { table, version, rows, files, bytes, other_bytes }| Status {
            table,
            version,
            rows,
            files,
            bytes,
            other_bytes,
        })
        .collect();
    if as_json {
        return json(&tables);
    }
    let cells = tables.into_iter().map(|t| {
        let rows = t.rows.map(|rows| rows.to_string()).unwrap_or_default();
        vec![t.table, t.version.to_string(), rows, t.files.to_string(), t.bytes.to_string(), t.other_bytes.to_string()]
    });
    say(table(
        &["table", "version", "rows", "files", "bytes", "bytes of old versions and log"],
        &cells.collect::<Vec<_>>(),
    ))?;
    Ok(())
}

async fn versions(store: &Store, as_json: bool) -> Result<()> {
    let mut rows = Vec::new();
    for version in store.versions("cases").await?.into_iter().rev() {
        let time = Timestamp::from_millisecond(version.time_ms)?.round(jiff::Unit::Second)?;
        rows.push(Row {
            version: version.version,
            time: time.to_string(),
            operation: version.operation,
            rows_added: version.rows_added,
        });
    }
    if as_json {
        return json(&rows);
    }
    let cells: Vec<Vec<String>> =
        rows.into_iter().map(|r| vec![r.version.to_string(), r.time, r.operation, r.rows_added.to_string()]).collect();
    say(table(&["version", "time", "operation", "rows added"], &cells))?;
    Ok(())
}

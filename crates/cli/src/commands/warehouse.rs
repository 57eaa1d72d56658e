//! `panoh warehouse`: upkeep of the Delta tables.

use anyhow::Result;
use jiff::Timestamp;
use panoh_warehouse::Warehouse as Store;
use serde::Serialize;

use crate::args::Warehouse;
use crate::failure::Code;
use crate::output::{json, say, table};
use crate::world::World;

/// One version of the cases, as it is printed.
#[derive(Debug, Serialize)]
struct Row {
    version: u64,
    time: String,
    operation: String,
    rows_added: u64,
}

pub(crate) async fn run(command: &Warehouse, world: &World) -> Result<Code> {
    let Warehouse::Versions { json: as_json } = command;
    let home = world.open_home()?;
    let store = Store::open(&home.warehouse(), &world.dictionary()?).await?;
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
    if *as_json {
        json(&rows)?;
        return Ok(Code::Ok);
    }
    let cells: Vec<Vec<String>> =
        rows.into_iter().map(|r| vec![r.version.to_string(), r.time, r.operation, r.rows_added.to_string()]).collect();
    say(table(&["version", "time", "operation", "rows added"], &cells))?;
    Ok(Code::Ok)
}

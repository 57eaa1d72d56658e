//! How fast the named statistics answer, and whether a second engine gives the same numbers.
//!
//! The peer runs the same questions, in its own SQL, on the very Parquet files of the warehouse. Rows and the sum of
//! persons must agree, or the bench fails.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use panoh_benches::{Home, Peer, SEED, cores, median, ratio, say, skipped, wait};
use panoh_simulator::{CtdcScenario, Scenario, write, write_ctdc};
use panoh_warehouse::{Arguments, Session, Statistic, statistics};

const RUNS: usize = 5;
const PERSONS: u64 = 200_000;
const CTDC_ROWS: u64 = 400_000;

/// What one engine says about one statistic.
struct Answer {
    seconds: f64,
    rows: u64,
    persons: u64,
}

fn main() -> Result<()> {
    let home = wait(filled())?;
    let runtime = tokio::runtime::Runtime::new()?;
    let session = runtime.block_on(home.session())?;
    let peer = Peer::find().map(|peer| ask_duckdb(&peer, &home)).transpose()?;
    for statistic in statistics()? {
        let ours = ask_panoh(&runtime, &session, &statistic)?;
        let Answer { seconds, rows, persons } = ours;
        say(&format!("{}: {:.1} ms, {rows} rows, {persons} persons", statistic.name, seconds * 1e3));
        let name = format!("duckdb-{}", statistic.name);
        let Some(theirs) = peer.as_ref().map(|answers| answers.get(&statistic.name)) else {
            skipped(&name);
            continue;
        };
        // Of a register without rows there is nothing to compare; the peer says nothing about it.
        if rows == 0 && theirs.is_none() {
            skipped(&name);
            continue;
        }
        let theirs = theirs.with_context(|| format!("peers/duckdb_statistics.sql has no {}", statistic.name))?;
        let same = (rows, persons) == (theirs.rows, theirs.persons);
        ensure!(same, "{name}: {} rows and {} persons, not the same", theirs.rows, theirs.persons);
        ratio(&name, theirs.seconds / seconds);
    }
    Ok(())
}

/// A home with the three lists of a scenario and a file in the CTDC layout.
async fn filled() -> Result<Home> {
    let dir = tempfile::tempdir()?;
    let home = Home::create().await?;
    for file in write(&Scenario::demo(SEED, PERSONS), dir.path())?.files {
        home.load(&file.path, file.list.source()).await?;
    }
    let ctdc = dir.path().join("synthetic-ctdc.csv");
    write_ctdc(&CtdcScenario { seed: SEED, rows: CTDC_ROWS }, &ctdc)?;
    home.load(&ctdc, "ctdc-2021").await?;
    Ok(home)
}

fn ask_panoh(runtime: &tokio::runtime::Runtime, session: &Session, statistic: &Statistic) -> Result<Answer> {
    let (mut rows, mut persons) = (0, 0);
    let everything = Arguments::default();
    let time = median(RUNS, || {
        let answer = session.statistic(statistic, &everything);
        let batches = runtime.block_on(async { answer.await?.collect().await })?;
        rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        persons = batches.iter().filter_map(|batch| batch.column_by_name("persons")).map(|c| sum(c.as_ref())).sum();
        Ok(())
    })?;
    Ok(Answer { seconds: time.as_secs_f64(), rows, persons })
}

fn sum(column: &dyn Array) -> u64 {
    let counts = column.as_primitive_opt::<Int64Type>();
    counts.and_then(arrow::compute::sum).map_or(0, i64::cast_unsigned)
}

/// The same questions to DuckDB over the files of the warehouse, by name.
fn ask_duckdb(peer: &Peer, home: &Home) -> Result<HashMap<String, Answer>> {
    let (threads, runs) = (cores().to_string(), RUNS.to_string());
    let arguments = [&home.path("warehouse"), Path::new(&threads), Path::new(&runs)];
    let printed = peer.run("duckdb_statistics.py", &arguments)?;
    printed.lines().map(|line| answer(line).with_context(|| format!("the peer printed {line:?}"))).collect()
}

/// Reads `name seconds rows persons`.
fn answer(line: &str) -> Option<(String, Answer)> {
    let mut words = line.split_whitespace();
    let name = words.next()?.to_owned();
    let seconds = words.next()?.parse().ok()?;
    let (rows, persons) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((name, Answer { seconds, rows, persons }))
}

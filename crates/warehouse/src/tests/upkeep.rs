//! Small files become few without changing an answer, and what no kept version needs goes without taking anything else.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::fixture::{CASES, Home, KEY, batch, dictionary, empty};
use crate::{AsOf, Limits, Vacuumed, Warehouse, WarehouseError};

const ALL: &str = "SELECT person, source, registered_year, gender, journey FROM stored.cases ORDER BY record";

/// One load for each of the first `loads` cases.
async fn loaded(loads: usize) -> Home {
    let home = empty().await;
    for at in 0..loads {
        home.load("cases", &format!("load:{at:02}"), &batch(&CASES[at..=at], at as u32)).await;
    }
    home
}

fn data_files(home: &Home) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(home.folder.path().join("cases")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).collect()
}

fn log_files(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.folder.path().join("cases/_delta_log")).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn at(home: &Home, version: u64) -> Result<Vec<String>, WarehouseError> {
    let session = home.warehouse.session(AsOf::Version(version), &Limits::default()).await?;
    Ok(super::fixture::lines(session.query(ALL).await?).await)
}

async fn files_of_the_newest(home: &Home) -> u64 {
    home.warehouse.status().await.unwrap().into_iter().find(|table| table.table == "cases").unwrap().files
}

#[tokio::test]
async fn compacting_changes_files_and_no_answer() {
    let home = loaded(11).await;
    let before = home.lines(ALL).await;
    let done = home.warehouse.compact("cases", &Limits::default()).await.unwrap().unwrap();
    assert_eq!((done.files_before, done.files_after, done.rows, done.version), (11, 1, 11, 12));
    assert_eq!(files_of_the_newest(&home).await, 1);
    assert_eq!(home.lines(ALL).await, before);
    assert_eq!(at(&home, 5).await.unwrap().len(), 5, "older versions stay");
    assert!(home.warehouse.compact("cases", &Limits::default()).await.unwrap().is_none(), "one file is enough");
    assert!(home.warehouse.compact("contacts", &Limits::default()).await.unwrap().is_none(), "so is none");
    // Loads are remembered, and go on.
    assert!(matches!(home.warehouse.append("cases", "load:03").await, Err(WarehouseError::AlreadyLoaded { .. })));
    home.load("cases", "load:90", &batch(&CASES[..2], 90)).await;
    assert_eq!(home.lines("SELECT count(*) FROM stored.cases").await, ["13"]);
    assert!(matches!(home.warehouse.compact("none", &Limits::default()).await, Err(WarehouseError::UnknownTable(..))));
}

#[tokio::test]
async fn compacted_rows_stand_in_the_order_of_their_years() {
    let home = loaded(11).await;
    home.warehouse.compact("cases", &Limits::default()).await.unwrap();
    let years = home.lines("SELECT registered_year, source FROM stored.cases").await;
    assert!(years.is_sorted(), "no year first: {years:?}");
    assert!(years[0].starts_with(',') && years[10].starts_with("2019"), "{years:?}");
}

#[tokio::test]
async fn a_compacted_file_tells_nothing_of_pseudonyms() {
    let home = loaded(3).await;
    let before = data_files(&home);
    home.warehouse.compact("cases", &Limits::default()).await.unwrap();
    let made: Vec<_> = data_files(&home).difference(&before).cloned().collect();
    let builder = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&made[0]).unwrap()).unwrap();
    let (mut told, mut hidden) = (0, 0);
    for column in builder.metadata().row_group(0).columns() {
        let name = column.column_path().string();
        let is_pseudonym = ["record", "person", "case_reference"].contains(&name.as_str());
        let has_bounds = column.statistics().is_some_and(|statistics| statistics.min_bytes_opt().is_some());
        assert!(!(is_pseudonym && has_bounds), "{name}");
        told += u32::from(has_bounds);
        hidden += u32::from(is_pseudonym);
    }
    assert!(told > 3 && hidden == 3, "{told} columns tell their bounds, {hidden} must not");
}

#[tokio::test]
async fn a_vacuum_of_everything_old_leaves_the_newest_version_alone() {
    let home = loaded(11).await;
    home.warehouse.compact("cases", &Limits::default()).await.unwrap();
    let answer = home.lines(ALL).await;
    let foreign = home.folder.path().join("cases/part-of-a-load-that-was-killed.parquet");
    fs::write(&foreign, b"half").unwrap();
    let gone = home.warehouse.vacuum("cases", i64::MAX).await.unwrap();
    assert_eq!((gone.oldest, gone.files), (12, 12), "eleven of loads and one that no version had");
    assert!(gone.bytes > 12);
    assert_eq!(data_files(&home).len(), 1);
    let log = log_files(&home);
    assert!(log.iter().all(|name| name.starts_with("00000000000000000012.") || name == "_last_checkpoint"), "{log:?}");
    // Opened anew, from the checkpoint alone.
    let opened = Warehouse::open(home.folder.path(), &dictionary()).await.unwrap();
    assert_eq!(opened.key_id("cases").await.unwrap().as_deref(), Some(KEY));
    assert!(opened.loaded("cases", "load:00").await.unwrap() && opened.loads("cases").await.unwrap().len() == 11);
    assert_eq!(opened.versions("cases").await.unwrap().len(), 1);
    let home = Home { warehouse: opened, ..home };
    assert_eq!(home.lines(ALL).await, answer);
    assert!(matches!(at(&home, 5).await, Err(WarehouseError::VersionGone { oldest: 12, .. })));
    let newest = home.warehouse.versions("cases").await.unwrap().last().unwrap().version;
    let missing = at(&home, newest + 1).await;
    assert!(matches!(missing, Err(WarehouseError::VersionMissing { newest: told, .. }) if told == newest));
    assert_eq!(home.load("cases", "load:90", &batch(&CASES[..2], 90)).await, 13);
    assert_eq!(home.lines("SELECT count(*) FROM stored.cases").await, ["13"]);
}

#[tokio::test]
async fn a_vacuum_keeps_every_version_that_was_the_newest_since() {
    let home = loaded(4).await;
    // The clock of these commits, one apart at least.
    let versions = home.warehouse.versions("cases").await.unwrap();
    let moment = versions[2].time_ms;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    home.warehouse.compact("cases", &Limits::default()).await.unwrap();
    let oldest = versions.iter().rev().find(|version| version.time_ms <= moment).unwrap().version;
    let gone = home.warehouse.vacuum("cases", moment).await.unwrap();
    assert_eq!((gone.oldest, gone.files), (oldest, 0), "every file is needed by a kept version");
    for version in oldest..=5 {
        assert_eq!(at(&home, version).await.unwrap().len() as u64, version.min(4), "version {version}");
    }
    assert!(matches!(at(&home, oldest - 1).await, Err(WarehouseError::VersionGone { .. })));
    // Again, it finds nothing to do.
    assert_eq!(home.warehouse.vacuum("cases", moment).await.unwrap(), Vacuumed { oldest, files: 0, bytes: 0 });
}

#[tokio::test]
async fn a_vacuum_from_before_the_first_version_removes_only_what_no_version_has() {
    let home = loaded(3).await;
    let (files, log) = (data_files(&home), log_files(&home));
    fs::write(home.folder.path().join("cases/left.parquet"), b"half").unwrap();
    let gone = home.warehouse.vacuum("cases", 0).await.unwrap();
    assert_eq!((gone.oldest, gone.files, gone.bytes), (0, 1, 4));
    assert_eq!((data_files(&home), log_files(&home)), (files, log));
}

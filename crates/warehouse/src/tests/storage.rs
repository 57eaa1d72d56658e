//! Loads: wholly or not at all, once, readable at any version, and without pseudonyms in the log.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::fixture::{CASES, KEY, batch, dictionary, empty, filled, lines, pseudonym};
use crate::{Arguments, AsOf, Limits, TableStatus, Warehouse, WarehouseError, statistics};

fn log(folder: &Path, table: &str, version: u64) -> Vec<Value> {
    let path = folder.join(table).join("_delta_log").join(format!("{version:020}.json"));
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn data_files(folder: &Path, table: &str) -> usize {
    let files = fs::read_dir(folder.join(table)).unwrap();
    files.filter(|file| file.as_ref().unwrap().path().is_file()).count()
}

#[tokio::test]
async fn a_table_uses_no_feature_that_other_readers_lack() {
    let home = filled().await;
    for table in ["cases", "aliases"] {
        let actions = log(home.folder.path(), table, 0);
        let metadata = actions.iter().find_map(|action| action.get("metaData")).unwrap();
        let protocol = actions.iter().find_map(|action| action.get("protocol")).unwrap();
        assert_eq!(metadata["partitionColumns"], Value::Array(vec![]));
        let set: Vec<_> = metadata["configuration"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(set, ["delta.checkpointInterval", "delta.dataSkippingStatsColumns", "panoh.key"]);
        assert_eq!(protocol["minReaderVersion"], 1);
        assert!(protocol["minWriterVersion"].as_u64().unwrap() <= 2, "{protocol}");
    }
    let add = &log(home.folder.path(), "cases", 1).into_iter().find_map(|action| action.get("add").cloned()).unwrap();
    assert!(add["deletionVector"].is_null());
}

#[tokio::test]
async fn the_status_tells_rows_files_and_bytes() {
    let home = filled().await;
    home.load("cases", "load:01", &batch(&CASES[4..6], 100)).await;
    let told = home.warehouse.status().await.unwrap();
    assert!(told.iter().map(|status| &status.table).is_sorted() && told.len() == home.warehouse.tables.len());
    let of_cases = |told: Vec<TableStatus>| told.into_iter().find(|status| status.table == "cases").unwrap();
    let files = |folder: &str| -> u64 {
        let entries =
            fs::read_dir(home.folder.path().join(folder)).unwrap().map(|entry| entry.unwrap().metadata().unwrap());
        entries.filter(fs::Metadata::is_file).map(|metadata| metadata.len()).sum()
    };
    let cases = of_cases(told);
    assert_eq!((cases.version, cases.rows, cases.files), (2, Some(13), 2));
    assert_eq!((cases.bytes, cases.other_bytes), (files("cases"), files("cases/_delta_log")));
    assert!(cases.bytes > 0 && cases.other_bytes > 0);
    let mut append = home.warehouse.append("cases", "load:02").await.unwrap();
    append.write(&batch(&CASES[9..10], 200)).await.unwrap();
    let record = u128::from_str_radix(&pseudonym(1_000_000), 16).unwrap().to_be_bytes();
    assert_eq!(append.replace("ctdc-2021", &HashSet::from([record])).await.unwrap(), 1);
    append.commit().await.unwrap();
    let replaced = of_cases(home.warehouse.status().await.unwrap());
    assert_eq!(replaced.rows, Some(13), "one row for another");
    assert_eq!(replaced.bytes + replaced.other_bytes, files("cases") + files("cases/_delta_log"));
    assert!(replaced.other_bytes > files("cases/_delta_log"), "the file that the row stood in is an old version's");
}

#[tokio::test]
async fn the_log_measures_codes_and_never_pseudonyms() {
    let home = filled().await;
    let add = log(home.folder.path(), "cases", 1).into_iter().find_map(|action| action.get("add").cloned()).unwrap();
    let stats: Value = serde_json::from_str(add["stats"].as_str().unwrap()).unwrap();
    assert_eq!(stats["numRecords"], 11);
    for bound in ["minValues", "maxValues", "nullCount"] {
        let mut measured: Vec<_> = stats[bound].as_object().unwrap().keys().cloned().collect();
        measured.retain(|name| name != "registered_month");
        assert!(measured.contains(&"registered_year".to_owned()) && measured.contains(&"status".to_owned()));
        for name in ["record", "person", "alias", "journey", "citizenships", "element", "country"] {
            assert!(!measured.contains(&name.to_owned()), "{bound} has {name}");
        }
    }
    assert_eq!(stats["minValues"]["registered_year"], 2018);
    for version in 0..=1 {
        let path = home.folder.path().join(format!("cases/_delta_log/{version:020}.json"));
        assert!(!fs::read_to_string(path).unwrap().contains("feed0000"), "a pseudonym is in commit {version}");
    }
}

#[tokio::test]
async fn a_checkpoint_holds_no_pseudonym_and_opens_to_the_same_rows() {
    let home = empty().await;
    for load in 0..20 {
        home.load("cases", &format!("load:{load:02}"), &batch(&CASES[..2], load * 2)).await;
    }
    let path = home.folder.path().join("cases/_delta_log/00000000000000000019.checkpoint.parquet");
    let text = parquet_text(&path);
    assert!(text.contains("load:05") && text.contains("registered_year"), "the scan finds what must be there");
    assert!(!text.contains("feed0000"));
    let reopened = Warehouse::open(home.folder.path(), &dictionary()).await.unwrap();
    assert!(reopened.loaded("cases", "load:00").await.unwrap(), "old loads are remembered");
    let session = reopened.session(AsOf::Newest, &Limits::default()).await.unwrap();
    assert_eq!(lines(session.query("SELECT count(*) FROM cases").await.unwrap()).await, ["40"]);
}

fn parquet_text(path: &Path) -> String {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().unwrap();
    arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string()
}

/// Three threads write a load that is larger than one row group, and one file holds a small one.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn several_writers_make_one_load() {
    let home = empty().await;
    let few = batch(&CASES[..4], 0);
    home.load("cases", "load:small", &few).await;
    assert_eq!(data_files(home.folder.path(), "cases"), 1);
    let many = arrow::compute::concat_batches(&few.schema(), std::iter::repeat_n(&few, 2_500)).unwrap();
    let mut append = home.warehouse.append("cases", "load:large").await.unwrap();
    for _ in 0..20 {
        append.write(&many).await.unwrap();
    }
    append.commit().await.unwrap();
    let files = data_files(home.folder.path(), "cases") - 1;
    assert_eq!(files, 3, "each of three writers made a file");
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["200004"]);
    let abandoned = {
        let mut append = home.warehouse.append("cases", "load:abandoned").await.unwrap();
        for _ in 0..20 {
            append.write(&many).await.unwrap();
        }
        append.abandon().await
    };
    abandoned.unwrap();
    assert_eq!(data_files(home.folder.path(), "cases"), 4, "an abandoned load leaves no file of any writer");
}

#[tokio::test]
async fn a_writer_that_fails_leaves_no_file() {
    let home = empty().await;
    let good = batch(CASES, 0);
    let short = good.project(&[0]).unwrap();
    for is_seen in [false, true] {
        let mut append = home.warehouse.append("cases", "load:00").await.unwrap();
        append.write(&good).await.unwrap();
        append.writers.write(&short).await.unwrap();
        if is_seen {
            while append.write(&good).await.is_ok() {}
        }
        let (adds, closed) = append.writers.close().await;
        assert_eq!(adds.len(), 1, "the file that was written is known");
        assert_eq!(closed.is_err(), !is_seen, "an error is told once");
        fs::remove_file(home.folder.path().join("cases").join(&adds[0].path)).unwrap();
        let mut append = home.warehouse.append("cases", "load:00").await.unwrap();
        append.write(&good).await.unwrap();
        append.writers.write(&short).await.unwrap();
        append.abandon().await.unwrap_err();
        assert_eq!(data_files(home.folder.path(), "cases"), 0);
    }
}

#[tokio::test]
async fn create_overwrites_nothing() {
    let home = filled().await;
    let again = Warehouse::create(home.folder.path(), &dictionary(), KEY).await;
    assert!(matches!(again, Err(WarehouseError::Exists { .. })));
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["11"]);
}

#[tokio::test]
async fn create_takes_no_place_that_a_vacuum_would_clear() {
    let home = filled().await;
    for within in ["cases", "cases/deep/below"] {
        let place = home.folder.path().join(within);
        fs::create_dir_all(&place).unwrap();
        let refused = Warehouse::create(&place, &dictionary(), KEY).await.unwrap_err();
        assert!(refused.to_string().contains("within a table of another warehouse"), "{refused}");
    }
    // The other way round: a table of the new one would hold the old one.
    let above = tempfile::tempdir().unwrap();
    fs::create_dir_all(above.path().join("cases/cases/_delta_log")).unwrap();
    let refused = Warehouse::create(above.path(), &dictionary(), KEY).await.unwrap_err();
    assert!(refused.to_string().contains("something lies there"), "{refused}");
}

#[tokio::test]
async fn open_names_what_is_absent() {
    let folder = tempfile::tempdir().unwrap();
    let opened = Warehouse::open(folder.path(), &dictionary()).await;
    assert!(matches!(opened, Err(WarehouseError::Absent { .. })), "{opened:?}");
}

#[tokio::test]
async fn open_names_the_column_that_differs() {
    let home = empty().await;
    let mut log = home.folder.path().join("cases/_delta_log/00000000000000000000.json");
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains(r#"\"name\":\"age_band\",\"type\":\"string\""#), "{text}");
    fs::write(
        &log,
        text.replace(r#"\"name\":\"age_band\",\"type\":\"string\""#, r#"\"name\":\"age_band\",\"type\":\"long\""#),
    )
    .unwrap();
    let error = Warehouse::open(home.folder.path(), &dictionary()).await.unwrap_err().to_string();
    assert!(error.contains("table cases, column age_band") && error.contains("Int64"), "{error}");
    log.set_file_name("00000000000000000000.json");
    fs::write(&log, text.replace(r#"\"name\":\"age_band\""#, r#"\"name\":\"band\""#)).unwrap();
    let error = Warehouse::open(home.folder.path(), &dictionary()).await.unwrap_err().to_string();
    assert!(error.contains("column age_band") && error.contains("nothing"), "{error}");
}

#[tokio::test]
async fn a_load_is_remembered_and_not_repeated() {
    let home = filled().await;
    assert!(home.warehouse.loaded("cases", "load:00").await.unwrap());
    assert!(!home.warehouse.loaded("cases", "load:01").await.unwrap());
    assert!(!home.warehouse.loaded("aliases", "load:00").await.unwrap(), "each table remembers its own");
    let again = home.warehouse.append("cases", "load:00").await;
    assert!(matches!(again, Err(WarehouseError::AlreadyLoaded { .. })));
    assert!(matches!(home.warehouse.append("nothing", "load:00").await, Err(WarehouseError::UnknownTable(..))));
}

#[tokio::test]
async fn of_two_racing_loads_of_one_file_one_wins() {
    let home = empty().await;
    let mut first = home.warehouse.append("cases", "load:00").await.unwrap();
    let mut second = home.warehouse.append("cases", "load:00").await.unwrap();
    let mut other = home.warehouse.append("cases", "load:01").await.unwrap();
    first.write(&batch(CASES, 0)).await.unwrap();
    second.write(&batch(CASES, 0)).await.unwrap();
    other.write(&batch(CASES, 100)).await.unwrap();
    assert_eq!(first.commit().await.unwrap(), 1);
    assert!(matches!(second.commit().await, Err(WarehouseError::AlreadyLoaded { .. })));
    assert_eq!(other.commit().await.unwrap(), 2, "a load of another file is not in the way");
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["22"]);
    assert_eq!(data_files(home.folder.path(), "cases"), 2, "the loser's file is removed");
}

#[tokio::test]
async fn a_commit_that_fails_leaves_no_files() {
    let home = empty().await;
    let mut append = home.warehouse.append("cases", "load:00").await.unwrap();
    append.write(&batch(CASES, 0)).await.unwrap();
    let metadata = log(home.folder.path(), "cases", 0).into_iter().find(|action| action.get("metaData").is_some());
    let changed = home.folder.path().join("cases/_delta_log/00000000000000000001.json");
    fs::write(changed, format!("{}\n", metadata.unwrap())).unwrap();
    let failed = append.commit().await;
    assert!(matches!(failed, Err(WarehouseError::Store { .. })), "{failed:?}");
    assert!(!home.warehouse.loaded("cases", "load:00").await.unwrap());
    assert_eq!(data_files(home.folder.path(), "cases"), 0);
}

#[tokio::test]
async fn nothing_shows_before_the_commit_or_after_giving_up() {
    let home = empty().await;
    let mut append = home.warehouse.append("cases", "load:00").await.unwrap();
    append.write(&batch(CASES, 0)).await.unwrap();
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["0"]);
    append.abandon().await.unwrap();
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["0"]);
    assert_eq!(data_files(home.folder.path(), "cases"), 0);
    assert!(!home.warehouse.loaded("cases", "load:00").await.unwrap());
    assert_eq!(home.load("cases", "load:00", &batch(CASES, 0)).await, 1, "it can be loaded afterwards");
}

#[tokio::test]
async fn a_load_without_rows_is_remembered_too() {
    let home = empty().await;
    let append = home.warehouse.append("cases", "load:00").await.unwrap();
    append.commit().await.unwrap();
    assert!(home.warehouse.loaded("cases", "load:00").await.unwrap());
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["0"]);
}

#[tokio::test]
async fn a_batch_that_does_not_fit_is_refused() {
    let home = empty().await;
    let mut append = home.warehouse.append("cases", "load:00").await.unwrap();
    let good = batch(CASES, 0);
    let short = good.project(&(0..good.num_columns() - 1).collect::<Vec<_>>()).unwrap();
    assert!(matches!(append.write(&short).await, Err(WarehouseError::BatchDiffers { .. })));
    append.write(&good).await.unwrap();
    append.commit().await.unwrap();
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["11"]);
}

#[tokio::test]
async fn versions_can_be_listed_and_read() {
    let home = filled().await;
    home.load("cases", "load:01", &batch(&CASES[..3], 100)).await;
    let versions = home.warehouse.versions("cases").await.unwrap();
    let told: Vec<_> = versions.iter().map(|v| (v.version, v.operation.as_str(), v.rows_added)).collect();
    assert_eq!(told, [(0, "CREATE TABLE", 0), (1, "WRITE", 11), (2, "WRITE", 3)]);
    assert!(versions.iter().all(|version| version.time_ms > 1_600_000_000_000));
    for (at, rows) in
        [(AsOf::Version(0), "0"), (AsOf::Version(1), "11"), (AsOf::Version(2), "14"), (AsOf::Newest, "14")]
    {
        let session = home.warehouse.session(at, &Limits::default()).await.unwrap();
        assert_eq!(lines(session.query("SELECT count(*) FROM cases").await.unwrap()).await, [rows], "{at:?}");
    }
    assert!(home.warehouse.session(AsOf::Version(3), &Limits::default()).await.is_err());
}

#[tokio::test]
async fn a_version_of_the_cases_answers_only_what_reads_cases() {
    let session = filled().await.warehouse.session(AsOf::Version(0), &Limits::default()).await.unwrap();
    for sql in [
        "SELECT count(*) FROM journeys",
        "SELECT * FROM stored.cases",
        "SELECT * FROM countries",
        "DESCRIBE cases",
        "SELECT 1",
    ] {
        assert!(session.query(sql).await.is_ok(), "{sql}");
    }
    for sql in [
        "SELECT count(*) FROM contacts",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM stored.proceedings)",
        "SELECT 1 FROM contacts WHERE EXISTS (SELECT 1 FROM cases)",
    ] {
        let refused = session.query(sql).await.map(|_| ()).unwrap_err();
        assert!(matches!(refused, WarehouseError::VersionOfCases { version: 0, .. }), "{sql}: {refused}");
    }
    let mut others = Vec::new();
    for statistic in statistics().unwrap() {
        let asked = session.statistic(&statistic, &Arguments::default()).await;
        others.extend(matches!(asked, Err(WarehouseError::VersionOfCases { .. })).then_some(statistic.name));
    }
    let told = "campaigns campaigns_by_channel grants hotline hotline_topics proceedings referral_network returnees services \
                time_to_assistance trainings trainings_by_body";
    assert_eq!(others.join(" "), told);
}

#[tokio::test]
async fn a_session_keeps_the_versions_that_it_began_with() {
    let home = filled().await;
    let session = home.session().await;
    home.load("cases", "load:01", &batch(CASES, 100)).await;
    assert_eq!(lines(session.query("SELECT count(*) FROM cases").await.unwrap()).await, ["11"]);
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["22"]);
}

#[tokio::test]
async fn one_person_can_be_looked_up() {
    let home = filled().await;
    let sql = format!("SELECT count(*) FROM stored.cases WHERE person = '{}'", pseudonym(1));
    assert_eq!(home.lines(&sql).await, ["2"]);
}

/// Columns of codes may come as numbers with the texts they stand for; they are stored as texts all the same.
#[tokio::test]
async fn texts_may_come_as_numbers() {
    let home = empty().await;
    let plain = batch(&CASES[..3], 0);
    let keyed = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
    let by_number = |(column, field): (&ArrayRef, &FieldRef)| match field.data_type() {
        DataType::Utf8 => (field.as_ref().clone().with_data_type(keyed.clone()), cast(column, &keyed).unwrap()),
        _ => (field.as_ref().clone(), column.clone()),
    };
    let (fields, columns): (Vec<_>, Vec<_>) =
        plain.columns().iter().zip(plain.schema_ref().fields()).map(by_number).unzip();
    let numbers = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    let mut stored = Vec::new();
    for (load, batch, times) in [("load:plain", &plain, 2), ("load:numbers", &numbers, 1)] {
        home.load("cases", load, batch).await;
        let session = home.warehouse.session(AsOf::Newest, &Limits::default()).await.unwrap();
        let columns = format!("SELECT gender, status, registered_year, {times} * count(*) AS persons FROM cases");
        stored.push(lines(session.query(&format!("{columns} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")).await.unwrap()).await);
    }
    assert!(stored[0].len() > 1);
    assert_eq!(stored[0], stored[1]);
}

#[tokio::test]
async fn no_row_follows_the_end() {
    let home = empty().await;
    let mut append = home.warehouse.append("cases", "load:a").await.unwrap();
    append.write(&batch(&CASES[..2], 0)).await.unwrap();
    append.end();
    assert!(append.write(&batch(&CASES[2..3], 2)).await.is_err());
    append.abandon().await.unwrap();
    let mut append = home.warehouse.append("cases", "load:b").await.unwrap();
    append.write(&batch(&CASES[..2], 0)).await.unwrap();
    append.end();
    append.commit().await.unwrap();
    let session = home.warehouse.session(AsOf::Newest, &Limits::default()).await.unwrap();
    assert_eq!(lines(session.query("SELECT count(*) FROM cases").await.unwrap()).await, ["2"]);
}

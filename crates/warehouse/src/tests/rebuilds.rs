//! Tables that are built anew, rows that are replaced, and the aliases that follow the register.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{AsArray as _, BooleanArray, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use serde_json::Value;

use super::fixture::{CASES, Home, KEY, aliases, batch, dictionary, empty, filled, lines, pseudonym};
use crate::{AsOf, Brought, Failure, Held, Limits, Rebuild, Warehouse, WarehouseError};

const OTHER_KEY: &str = "fedcba9876543210";

/// The rows of everybody but one.
fn without(rows: &RecordBatch, person: &str) -> Result<RecordBatch, Failure> {
    let persons = rows.column_by_name("person").ok_or("no persons")?.as_string::<i32>();
    let stays: BooleanArray = persons.iter().map(|found| Some(found != Some(person))).collect();
    Ok(filter_record_batch(rows, &stays)?)
}

async fn rebuild(home: &mut Home, table: &str, key_id: &str, person: &str) -> Result<u64, WarehouseError> {
    let mut rows = |rows: RecordBatch| without(&rows, person);
    let transactions = |id: &str| Ok(Some(id.replace("load:", "load:new-")));
    let spill = home.folder.path().join("spill");
    let mut change = Rebuild { key_id, rows: &mut rows, transactions: &transactions, spill: &spill };
    home.warehouse.rebuild(table, &mut change).await
}

fn log_files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder.join("cases/_delta_log")).unwrap();
    let mut names: Vec<_> = names.map(|name| name.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_rebuilt_table_forgets_what_was_left_out_and_remembers_its_loads() {
    let mut home = filled().await;
    for load in 1..22 {
        home.load("cases", &format!("load:{load:02}"), &batch(&CASES[2..3], 100 + load)).await;
    }
    let rows = rebuild(&mut home, "cases", KEY, &pseudonym(1)).await.unwrap();
    assert_eq!(rows, 11 - 2 + 21);
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["30"]);
    assert_eq!(home.lines("SELECT count(*) FROM cases WHERE gender = 'man'").await, ["26"]);
    for load in 0..22 {
        let loaded = home.warehouse.loaded("cases", &format!("load:new-{load:02}")).await.unwrap();
        assert!(loaded, "load {load} is remembered, before the old checkpoint and after it");
    }
    assert!(!home.warehouse.loaded("cases", "load:00").await.unwrap());
    assert_eq!(home.warehouse.loads("cases").await.unwrap().len(), 22);
    let told: Vec<_> = home.warehouse.versions("cases").await.unwrap();
    assert_eq!(told.iter().map(|v| (v.version, v.rows_added)).collect::<Vec<_>>(), [(23, 30)], "numbers go on");
    let number = format!("{:020}", 23);
    let expected = [format!("{number}.checkpoint.parquet"), format!("{number}.json"), "_last_checkpoint".to_owned()];
    assert_eq!(log_files(home.folder.path()), expected);
    assert!(!home.folder.path().join(".rebuild").exists());
    // It can be opened anew, added to, and read at its versions.
    let reopened = Warehouse::open(home.folder.path(), &dictionary()).await.unwrap();
    let home = Home { warehouse: reopened, ..home };
    assert_eq!(home.load("cases", "load:99", &batch(&CASES[..1], 500)).await, 24);
    for (version, count) in [(23, "30"), (24, "31")] {
        let session = home.warehouse.session(AsOf::Version(version), &Limits::default()).await.unwrap();
        assert_eq!(lines(session.query("SELECT count(*) FROM cases").await.unwrap()).await, [count]);
    }
    let gone = home.warehouse.session(AsOf::Version(22), &Limits::default()).await.unwrap_err();
    assert!(matches!(gone, WarehouseError::VersionGone { version: 22, oldest: 23, .. }), "{gone}");
}

#[tokio::test]
async fn checkpoints_after_a_rebuild_are_made_as_before() {
    let mut home = filled().await;
    rebuild(&mut home, "cases", KEY, "nobody").await.unwrap();
    for load in 1..40 {
        home.load("cases", &format!("load:{load:02}"), &batch(&CASES[..1], 100 + load)).await;
    }
    let made: Vec<_> = log_files(home.folder.path()).into_iter().filter(|name| name.contains("checkpoint")).collect();
    assert!(made.len() > 2, "{made:?}");
    let reopened = Warehouse::open(home.folder.path(), &dictionary()).await.unwrap();
    assert!(
        reopened.loaded("cases", "load:new-00").await.unwrap() && reopened.loaded("cases", "load:39").await.unwrap()
    );
}

#[tokio::test]
async fn a_rebuild_that_fails_leaves_the_table_as_it_was() {
    let mut home = filled().await;
    let before = log_files(home.folder.path());
    let mut broken = |_: RecordBatch| Err(Failure::from("this row cannot be carried over"));
    let keep = |id: &str| Ok(Some(id.to_owned()));
    let spill = home.folder.path().join("spill");
    let mut change = Rebuild { key_id: KEY, rows: &mut broken, transactions: &keep, spill: &spill };
    let failed = home.warehouse.rebuild("cases", &mut change).await;
    assert!(matches!(failed, Err(WarehouseError::Files { .. })), "{failed:?}");
    assert_eq!(log_files(home.folder.path()), before);
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["11"]);
    assert!(!home.folder.path().join(".rebuild").exists());
}

#[tokio::test]
async fn an_empty_table_can_be_rebuilt() {
    let mut home = empty().await;
    assert_eq!(rebuild(&mut home, "cases", OTHER_KEY, "nobody").await.unwrap(), 0);
    assert_eq!(home.warehouse.key_id("cases").await.unwrap().as_deref(), Some(OTHER_KEY));
    assert_eq!(home.warehouse.versions("cases").await.unwrap().len(), 1);
}

#[tokio::test]
async fn tables_on_different_keys_answer_nothing() {
    let mut home = filled().await;
    assert_eq!(home.warehouse.key_id("cases").await.unwrap().as_deref(), Some(KEY));
    rebuild(&mut home, "cases", OTHER_KEY, "nobody").await.unwrap();
    let refused = home.warehouse.session(AsOf::Newest, &Limits::default()).await.unwrap_err();
    assert!(matches!(refused, WarehouseError::MixedKeys { .. }), "{refused}");
    for table in dictionary().tables() {
        let mut same = Ok;
        let keep = |id: &str| Ok(Some(id.to_owned()));
        let spill = home.folder.path().join("spill");
        let mut change = Rebuild { key_id: OTHER_KEY, rows: &mut same, transactions: &keep, spill: &spill };
        home.warehouse.rebuild(&table.name, &mut change).await.unwrap();
    }
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["11"]);
}

#[tokio::test]
async fn what_a_cut_off_rebuild_left_is_cleared() {
    let mut home = filled().await;
    let scratch = home.folder.path().join(".rebuild/cases");
    fs::create_dir_all(&scratch).unwrap();
    fs::write(scratch.join("half.parquet"), "half").unwrap();
    home.warehouse.clear_rebuilds().await.unwrap();
    home.warehouse.clear_rebuilds().await.unwrap();
    assert!(!home.folder.path().join(".rebuild").exists());
    home.warehouse.probe_swap().unwrap();
    assert!(!home.folder.path().join(".rebuild").exists(), "the probe leaves nothing");
}

#[tokio::test]
async fn persons_are_found_in_every_file_of_a_table() {
    let home = filled().await;
    let one = HashSet::from([pseudonym(1)]);
    let held = home.warehouse.held("cases", &one).await.unwrap();
    let loads = BTreeSet::from(["load:00".to_owned()]);
    assert_eq!(held, Held { rows: 2, loads: loads.clone(), is_traced: true });
    assert_eq!(home.warehouse.held("cases", &HashSet::from([pseudonym(99)])).await.unwrap(), Held::default());
    assert_eq!(home.warehouse.held("aliases", &one).await.unwrap(), Held::default());
    // Files that no query sees count as traces, readable or not.
    let folder = home.folder.path().join("cases");
    let data = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_file()).unwrap();
    fs::copy(&data, folder.join("left.parquet")).unwrap();
    assert_eq!(home.warehouse.held("cases", &one).await.unwrap(), Held { rows: 2, loads, is_traced: true });
    fs::write(folder.join("left.parquet"), "half a file").unwrap();
    let held = home.warehouse.held("cases", &HashSet::from([pseudonym(99)])).await.unwrap();
    assert_eq!(held, Held { rows: 0, loads: BTreeSet::new(), is_traced: true });
}

/// The digests of records as the fixture numbers them.
fn records(numbers: &[u32]) -> HashSet<[u8; 16]> {
    numbers
        .iter()
        .map(|number| u128::from_str_radix(&pseudonym(1_000_000 + number), 16).unwrap().to_be_bytes())
        .collect()
}

#[tokio::test]
async fn rows_are_replaced_in_one_commit() {
    let home = filled().await;
    home.load("cases", "load:01", &batch(&CASES[4..6], 100)).await;
    let mut append = home.warehouse.append("cases", "load:02").await.unwrap();
    append.write(&batch(&CASES[9..10], 200)).await.unwrap();
    // Records 0 and 1 are one person's in two sources; 7 does not stand under this source's name, 500 nowhere.
    let wanted = records(&[0, 1, 2, 500]);
    let brought = async |source: &str, load: &str| {
        let Brought { by_load, by_others } = home.warehouse.brought("cases", source, &wanted, load).await.unwrap();
        (by_load, by_others)
    };
    assert_eq!(brought("ctdc-2021", "load:00").await, (2, 0));
    assert_eq!(brought("ctdc-2021", "load:07").await, (0, 2), "they are another load's");
    assert_eq!(brought("htcds", "load:00").await, (1, 0));
    let replaced = append.replace("ctdc-2021", &wanted).await.unwrap();
    assert_eq!(replaced, 2, "record 1 is another source's");
    assert_eq!(brought("ctdc-2021", "load:00").await, (2, 0), "nothing is replaced before the commit");
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["13"], "nothing shows before the commit");
    assert_eq!(append.commit().await.unwrap(), 3);
    assert_eq!(brought("ctdc-2021", "load:00").await, (0, 0));
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["12"]);
    for (record, count) in [(0, "0"), (1, "1"), (2, "0"), (3, "1"), (100, "1"), (200, "1")] {
        let sql = format!("SELECT count(*) FROM stored.cases WHERE record = '{}'", pseudonym(1_000_000 + record));
        assert_eq!(home.lines(&sql).await, [count], "record {record}");
    }
    let text = fs::read_to_string(home.folder.path().join("cases/_delta_log/00000000000000000003.json")).unwrap();
    let actions: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |kind: &str| actions.iter().filter(|action| action.get(kind).is_some()).count();
    assert_eq!((count("remove"), count("txn")), (1, 1), "the untouched file stays: {text}");
    assert!(!text.contains("feed0000") && !text.contains("\"predicate\""), "{text}");
    let session = home.warehouse.session(AsOf::Version(2), &Limits::default()).await.unwrap();
    assert_eq!(lines(session.query("SELECT count(*) FROM cases").await.unwrap()).await, ["13"], "versions stay");
    let told = home.warehouse.versions("cases").await.unwrap();
    assert_eq!((told[3].operation.as_str(), told[3].rows_added), ("WRITE", 1));
}

#[tokio::test]
async fn a_replacement_that_is_given_up_changes_nothing() {
    let home = filled().await;
    let mut append = home.warehouse.append("cases", "load:01").await.unwrap();
    append.write(&batch(&CASES[..1], 100)).await.unwrap();
    assert_eq!(append.replace("ctdc-2021", &records(&[0])).await.unwrap(), 1);
    append.abandon().await.unwrap();
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["11"]);
    let files = fs::read_dir(home.folder.path().join("cases")).unwrap();
    assert_eq!(files.filter(|file| file.as_ref().unwrap().path().is_file()).count(), 1);
}

#[tokio::test]
async fn the_aliases_follow_and_nothing_is_written_when_they_are_equal() {
    let home = filled().await;
    let versions = async || home.warehouse.versions("aliases").await.unwrap().len();
    for (pairs, writes) in [
        (&[] as &[(u32, u32)], false),
        (&[(2, 3)], true),
        (&[(2, 3)], false),
        (&[(2, 3), (5, 6)], true),
        (&[(5, 6)], true),
        (&[], true),
        (&[], false),
    ] {
        let before = versions().await;
        assert_eq!(home.warehouse.project("aliases", &aliases(pairs)).await.unwrap(), writes, "{pairs:?}");
        assert_eq!(versions().await, before + usize::from(writes));
        let expected: Vec<_> =
            pairs.iter().map(|(alias, person)| format!("{},{}", pseudonym(*alias), pseudonym(*person))).collect();
        assert_eq!(home.lines("SELECT alias, person FROM stored.aliases ORDER BY alias").await, expected);
    }
    let wrong = RecordBatch::try_from_iter([("alias", Arc::new(StringArray::from(vec!["x"])) as _)]).unwrap();
    assert!(matches!(home.warehouse.project("aliases", &wrong).await, Err(WarehouseError::BatchDiffers { .. })));
}

//! A warehouse in a bucket does what one in a folder does, and stays whole whatever the line to its server does.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow::array::{AsArray as _, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;

use super::faulty::Faulty;
use super::fixture::{CASES, Home, KEY, aliases, batch, dictionary, filled, lines, pseudonym};
use crate::{AsOf, Bucket, Failure, Limits, Place, Rebuild, Vacuumed, Warehouse, WarehouseError};

const ALL: &str = "SELECT person, source, registered_year, gender, journey FROM stored.cases ORDER BY record";
const URL: &str = "s3://bucket/some/prefix/";

fn place(objects: &Arc<Faulty>) -> Place {
    Place::Bucket(Bucket::over(Arc::clone(objects) as _, URL))
}

async fn opened(objects: &Arc<Faulty>) -> Warehouse {
    Warehouse::open(place(objects), &dictionary()).await.unwrap()
}

/// A home whose tables lie in a bucket, with all cases in it.
async fn in_bucket() -> (Home, Arc<Faulty>) {
    let objects = Faulty::new();
    let warehouse = Warehouse::create(place(&objects), &dictionary(), KEY).await.unwrap();
    let home = Home { folder: tempfile::tempdir().unwrap(), warehouse };
    home.load("cases", "load:00", &batch(CASES, 0)).await;
    (home, objects)
}

async fn count(warehouse: &Warehouse) -> Result<String, WarehouseError> {
    let session = warehouse.session(AsOf::Newest, &Limits::default()).await?;
    Ok(lines(session.query("SELECT count(*) FROM stored.cases").await?).await.remove(0))
}

/// Takes one person out.
async fn rebuild(home: &mut Home, person: &str) -> Result<u64, WarehouseError> {
    let mut rows = |rows: RecordBatch| {
        let persons = rows.column_by_name("person").ok_or("no persons")?.as_string::<i32>();
        let stays: BooleanArray = persons.iter().map(|found| Some(found != Some(person))).collect();
        Ok::<_, Failure>(filter_record_batch(&rows, &stays)?)
    };
    let transactions = |id: &str| Ok(Some(id.replace("load:", "load:new-")));
    let spill = home.folder.path().join("spill");
    let mut change = Rebuild { key_id: KEY, rows: &mut rows, transactions: &transactions, spill: &spill };
    home.warehouse.rebuild("cases", &mut change).await
}

#[tokio::test]
async fn answers_are_those_of_a_folder() {
    let (folder, (bucket, objects)) = (filled().await, in_bucket().await);
    for sql in [ALL, "SELECT count(*), count(DISTINCT person) FROM cases", "SELECT count(*) FROM stored.aliases"] {
        assert_eq!(bucket.lines(sql).await, folder.lines(sql).await, "{sql}");
    }
    let again = Warehouse::create(place(&objects), &dictionary(), KEY).await;
    assert!(matches!(again, Err(WarehouseError::Exists { .. })), "{again:?}");
    let again = bucket.warehouse.append("cases", "load:00").await;
    assert!(matches!(again, Err(WarehouseError::AlreadyLoaded { .. })));
    let persons = HashSet::from([pseudonym(1)]);
    assert_eq!(
        bucket.warehouse.held("cases", &persons).await.unwrap(),
        folder.warehouse.held("cases", &persons).await.unwrap()
    );
    assert!(bucket.warehouse.project("aliases", &aliases(&[(1, 2)])).await.unwrap());
    assert!(!bucket.warehouse.project("aliases", &aliases(&[(1, 2)])).await.unwrap());
    assert!(objects.names().await.iter().all(|name| name.starts_with("some/prefix/")));
}

#[tokio::test]
async fn nothing_but_the_tables_can_be_read() {
    let (home, _) = in_bucket().await;
    let session = home.session().await;
    for table in ["s3://bucket/some/prefix/cases/", "s3://other/a.parquet", "file:///etc/passwd"] {
        assert!(session.query(&format!("SELECT * FROM '{table}'")).await.is_err(), "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_loads_of_one_file_one_wins() {
    let (home, objects) = in_bucket().await;
    let other = opened(&objects).await;
    let mut racing = vec![];
    for warehouse in [&home.warehouse, &other] {
        let mut append = warehouse.append("cases", "load:01").await.unwrap();
        append.write(&batch(&CASES[..3], 100)).await.unwrap();
        racing.push(append.commit());
    }
    let results = futures::future::join_all(racing).await;
    let lost = |result: &&Result<u64, _>| matches!(result, Err(WarehouseError::AlreadyLoaded { .. }));
    assert_eq!(results.iter().filter(lost).count(), 1, "{results:?}");
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert_eq!(count(&home.warehouse).await.unwrap(), "14");
    let files = objects.names().await.into_iter().filter(|name| name.contains("cases/part-"));
    assert_eq!(files.count(), 2, "the files of the load that lost are gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn different_loads_at_once_are_both_kept() {
    let (home, objects) = in_bucket().await;
    let handles: Vec<_> = futures::future::join_all((0..4).map(|_| opened(&objects))).await;
    let loads = handles.iter().enumerate().map(|(at, warehouse)| async move {
        let mut append = warehouse.append("cases", &format!("load:1{at}")).await.unwrap();
        append.write(&batch(&CASES[..1], 100 + at as u32)).await.unwrap();
        append.commit().await.unwrap()
    });
    let versions: BTreeSet<u64> = futures::future::join_all(loads).await.into_iter().collect();
    assert_eq!(versions, BTreeSet::from([2, 3, 4, 5]), "no version twice");
    assert_eq!(count(&home.warehouse).await.unwrap(), "15");
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_a_commit() {
    let (home, objects) = in_bucket().await;
    objects.loses_an_answer.store(true, Ordering::SeqCst);
    assert_eq!(home.load("cases", "load:01", &batch(&CASES[..3], 100)).await, 2);
    assert!(!objects.loses_an_answer.load(Ordering::SeqCst), "an answer was lost");
    assert_eq!(count(&home.warehouse).await.unwrap(), "14");
}

#[tokio::test]
async fn a_server_that_overwrites_is_refused() {
    let objects = Faulty::new();
    objects.overwrites.store(true, Ordering::SeqCst);
    let refused = Warehouse::create(place(&objects), &dictionary(), KEY).await.unwrap_err();
    assert!(refused.to_string().contains("conditional writes"), "{refused}");
    assert_eq!(objects.names().await, Vec::<String>::new(), "nothing was made");
}

#[tokio::test]
async fn upkeep_changes_no_answer() {
    let (home, objects) = in_bucket().await;
    for load in 1..25 {
        home.load("cases", &format!("load:{load:02}"), &batch(&CASES[2..3], 100 + load)).await;
    }
    let before = home.lines(ALL).await;
    let compacted = home.warehouse.compact("cases", &Limits::default()).await.unwrap().unwrap();
    assert_eq!((compacted.files_before, compacted.files_after, compacted.rows), (25, 1, 11 + 24));
    let status = home.warehouse.status().await.unwrap().into_iter().find(|status| status.table == "cases").unwrap();
    assert_eq!((status.version, status.rows, status.files), (26, Some(35), 1));
    assert!(status.other_bytes > status.bytes);
    let vacuumed = home.warehouse.vacuum("cases", i64::MAX).await.unwrap();
    assert!(matches!(vacuumed, Vacuumed { oldest: 26, files: 25, bytes: 1.. }), "{vacuumed:?}");
    assert_eq!(home.lines(ALL).await, before);
    let home = Home { warehouse: opened(&objects).await, ..home };
    assert_eq!(home.lines(ALL).await, before);
    let gone = home.warehouse.session(AsOf::Version(25), &Limits::default()).await.unwrap_err();
    assert!(matches!(gone, WarehouseError::VersionGone { version: 25, oldest: 26, .. }), "{gone}");
    assert!(home.warehouse.loaded("cases", "load:24").await.unwrap());
    assert_eq!(home.load("cases", "load:99", &batch(&CASES[..1], 500)).await, 27);
}

#[tokio::test]
async fn a_corrected_export_replaces_what_an_earlier_one_brought() {
    let (home, _) = in_bucket().await;
    let rows =
        home.lines("SELECT record, source FROM stored.cases WHERE registered_year = 2019 LIMIT 1").await.remove(0);
    let (record, source) = rows.split_once(',').unwrap();
    let records = HashSet::from([u128::from_str_radix(record, 16).unwrap().to_be_bytes()]);
    let mut append = home.warehouse.append("cases", "load:01").await.unwrap();
    assert_eq!(append.replace(source, &records).await.unwrap(), 1);
    append.commit().await.unwrap();
    assert_eq!(count(&home.warehouse).await.unwrap(), "10");
    let brought = home.warehouse.brought("cases", source, &records, "load:00").await.unwrap();
    assert_eq!((brought.by_load, brought.by_others), (0, 0));
}

#[tokio::test]
async fn a_rebuilt_table_leaves_nothing_of_the_old_one() {
    let (mut home, objects) = in_bucket().await;
    for load in 1..22 {
        home.load("cases", &format!("load:{load:02}"), &batch(&CASES[2..3], 100 + load)).await;
    }
    let (watching, before) = (opened(&objects).await, objects.names().await);
    assert_eq!(count(&watching).await.unwrap(), "32");
    assert_eq!(rebuild(&mut home, &pseudonym(1)).await.unwrap(), 11 - 2 + 21);
    assert_eq!(count(&home.warehouse).await.unwrap(), "30");
    assert_eq!(count(&watching).await.unwrap(), "30", "whoever has it open sees the new table");
    let after = objects.names().await;
    let kept = |name: &&String| name.contains("/cases/") && before.contains(name);
    assert_eq!(after.iter().filter(kept).collect::<Vec<_>>(), ["some/prefix/cases/_delta_log/_last_checkpoint"]);
    assert!(!after.iter().any(|name| name.contains(".rebuild")), "{after:?}");
    assert!(!home.warehouse.held("cases", &HashSet::from([pseudonym(1)])).await.unwrap().is_traced);
    assert_eq!(home.warehouse.loads("cases").await.unwrap().len(), 22);
    assert!(home.warehouse.loaded("cases", "load:new-21").await.unwrap());
    let home = Home { warehouse: opened(&objects).await, ..home };
    assert_eq!(home.load("cases", "load:99", &batch(&CASES[..1], 500)).await, 24, "numbers go on");
    assert_eq!(count(&home.warehouse).await.unwrap(), "31");
}

#[tokio::test]
async fn a_rebuild_that_is_cut_off_anywhere_is_the_old_table_or_becomes_the_new_one() {
    let gone = HashSet::from([pseudonym(1)]);
    let (mut old, mut new, mut unfinished) = (0, 0, 0);
    for changes in 0.. {
        let (mut home, objects) = in_bucket().await;
        objects.with_changes(changes);
        let cut = rebuild(&mut home, &pseudonym(1)).await;
        let seen = count(&opened(&objects).await).await;
        match &seen {
            Ok(rows) => assert!(rows == "11" || rows == "9", "{changes}: {rows}"),
            Err(WarehouseError::Unfinished { .. }) => unfinished += 1,
            Err(error) => panic!("{changes}: {error}"),
        }
        objects.with_changes(i64::MAX);
        if cut.is_ok() {
            assert_eq!(seen.unwrap(), "9");
            break;
        }
        // Cut off once more while it is finished, at every step.
        for changes in [0, 2, 5, 9] {
            let mut next = opened(&objects).await;
            objects.with_changes(changes);
            let _ = next.clear_rebuilds().await;
            objects.with_changes(i64::MAX);
        }
        let mut next = opened(&objects).await;
        next.clear_rebuilds().await.unwrap();
        let rows = count(&next).await.unwrap();
        assert_eq!(rows, count(&opened(&objects).await).await.unwrap(), "{changes}");
        assert!(!objects.names().await.iter().any(|name| name.contains(".rebuild")), "{changes}");
        let is_traced = next.held("cases", &gone).await.unwrap().is_traced;
        match (rows.as_str(), seen.is_err()) {
            ("11", false) => old += 1,
            ("9", _) => new += 1,
            other => panic!("{changes}: {other:?}"),
        }
        assert_eq!(is_traced, rows == "11", "{changes}");
    }
    assert!(old > 3 && new > 5 && unfinished > 5, "{old} {new} {unfinished}");
}

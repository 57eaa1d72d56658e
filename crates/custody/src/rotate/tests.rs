//! After a rotation nothing in the home is on the old key, everything still fits together, and a rotation that was cut off
//! goes on where it stopped.

use std::collections::BTreeSet;
use std::fs;

use panoh_identity::IdentityError;

use super::*;
use crate::journal::Change;
use crate::tests::home::{Home, files};
use crate::{Keep, Outcome, Recovered, key_state};

const FIRST: &[&str] = &[
    "1,Jamshed,Rahmonov,1985-03-09,,M,2016-02-01",
    "2,,,,A100201,M,2018-02-01",
    "3,Zarina,Karimova,1990-01-02,,F,2019-02-31",
];
const SECOND: &[&str] = &["4,Jamshed,Rahmonov,1985-03-09,A100201,M,2019-02-01"];

/// Two case lists with a merge, three other tables, a report of refused rows, and one of a load that never happened.
async fn filled() -> Home {
    let home = Home::new().await;
    home.load("mission-en", &Home::cases(FIRST), Keep::Rows).await;
    home.load("mission-en", &Home::cases(SECOND), Keep::Rows).await;
    for (source, file) in [
        ("proceedings", "proceedings-small.csv"),
        ("hotline-log", "hotline-log-small.csv"),
        ("activities", "activities-small.csv"),
    ] {
        home.load(source, &Home::fixture(file), Keep::Rows).await;
    }
    let refused = Home::cases(&["9,Ali,Valiev,1970-01-01,,M,2019-02-31"]);
    let (report, _) = home.load("mission-en", &refused, Keep::Rows).await;
    assert_eq!(report.outcome, Outcome::RefusedWhole);
    fs::write(home.path("spill/left.arrow"), "what a query put on disk").expect("written");
    home
}

/// Every keyed digest of the home that a query can see.
async fn digests(home: &Home) -> BTreeSet<String> {
    let mut digests = BTreeSet::new();
    for table in home.dictionary.tables() {
        for column in &table.columns {
            let is_digest = matches!(column.kind, Kind::Pseudonym | Kind::Reference) || column.name == "load";
            if is_digest {
                let name = &column.name;
                let sql = format!("SELECT DISTINCT {name} FROM stored.{} WHERE {name} IS NOT NULL", table.name);
                digests.extend(home.lines(&sql).await);
            }
        }
    }
    assert!(digests.iter().all(|digest| digest.len() == 32 || digest.starts_with("load:")), "{digests:?}");
    digests
}

/// Tables as they are but for their digests.
async fn shape(home: &Home) -> Vec<Vec<String>> {
    let mut shape = vec![];
    for sql in [
        "SELECT cohort, source, registered_year, gender, status FROM cases ORDER BY 1, 2, 3, 4, 5",
        "SELECT count(DISTINCT person), count(DISTINCT record), count(DISTINCT load) FROM cases",
        "SELECT count(DISTINCT person), count(DISTINCT record), count(DISTINCT case_reference) FROM stored.proceedings",
        "SELECT count(*), count(DISTINCT record) FROM stored.contacts",
        "SELECT count(*) FROM stored.activities",
        "SELECT rule FROM stored.aliases",
    ] {
        shape.push(home.lines(sql).await);
    }
    shape
}

async fn is_turned(home: &mut Home, rotation: &Rotation, before: &BTreeSet<String>, shape_before: &[Vec<String>]) {
    assert_eq!(home.found(before), BTreeSet::new(), "nothing of the old key is left");
    assert_eq!(shape(home).await, shape_before);
    home.confirm();
    assert_eq!(home.key.key().id(), rotation.to());
    let state = key_state(&home.paths().places(), &home.dictionary).await.expect("a state");
    assert!(state.is_on(rotation.to()), "{state:?}");
    assert_eq!(fs::read_dir(home.path("spill")).expect("the folder stays").count(), 0);
    // The same files are remembered, and new ones find their persons.
    for rows in [FIRST, SECOND] {
        let (report, _) = home.load("mission-en", &Home::cases(rows), Keep::Rows).await;
        assert_eq!(report.outcome, Outcome::AlreadyLoaded);
        let reported = home.path("rejections").join(format!("{}.jsonl", report.load));
        assert_eq!(reported.exists(), rows == FIRST, "the report goes by the load's new name");
    }
    let (report, _) = home.load("mission-en", &Home::cases(&["7,,,,A100201,M,2020-02-01"]), Keep::Rows).await;
    assert_eq!((report.persons_new, report.persons_known), (0, 1));
    assert_eq!(home.lines("SELECT count(DISTINCT person) FROM cases").await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_on_the_new_key_and_nothing_on_the_old() {
    let mut home = filled().await;
    let (before, shape_before) = (digests(&home).await, shape(&home).await);
    assert_eq!(home.found(&before), before, "the search finds what is there");
    let rotation = home.add_key();
    let report = rotate(&home.paths().places(), &home.dictionary, &rotation).await.expect("rotated");
    assert_eq!(report.tables.len(), home.dictionary.tables().len());
    assert_eq!((report.renamed > 0, report.removed), (true, 1));
    let again = rotate(&home.paths().places(), &home.dictionary, &rotation).await.expect("nothing left to do");
    assert_eq!(again, RotateReport::default());
    let refused = home.open().await.expect_err("the old key is out of use");
    assert!(matches!(refused, CustodyError::OtherKey { .. }), "{refused}");
    is_turned(&mut home, &rotation, &before, &shape_before).await;
    // A second turn of the key, from two keys to three.
    let (before, rotation) = (digests(&home).await, home.add_key());
    rotate(&home.paths().places(), &home.dictionary, &rotation).await.expect("rotated");
    assert_eq!(home.found(&before), BTreeSet::new());
}

/// The year of registration of every row, in the order in which the data files hold them.
fn years(home: &Home) -> Vec<i16> {
    let mut years = vec![];
    for path in files(&home.path("warehouse/cases")) {
        if path.extension().is_some_and(|extension| extension == "parquet")
            && !path.to_string_lossy().contains("_delta")
        {
            let file = fs::File::open(path).expect("a file");
            let rows = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
            for batch in rows.build().expect("a reader") {
                let batch = batch.expect("rows");
                let column = batch.column_by_name("registered_year").expect("there");
                years.extend(column.as_primitive::<arrow::datatypes::Int16Type>().iter().flatten());
            }
        }
    }
    years
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_do_not_keep_their_places() {
    let mut home = Home::new().await;
    let lines: Vec<_> = (0..96).map(|at| format!("{at},,,,A{:06},F,{}-02-01", 300_000 + at, 2015 + at / 12)).collect();
    let text = Home::cases(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    home.load("mission-en", &text, Keep::Rows).await;
    let mut before = years(&home);
    assert_eq!(before.len(), 96, "one file, in the order of the export");
    let rotation = home.add_key();
    rotate(&home.paths().places(), &home.dictionary, &rotation).await.expect("rotated");
    let mut after = years(&home);
    assert_ne!(after, before);
    let is_same = std::iter::zip(&before, &after).filter(|(old, new)| old == new).count();
    assert!(is_same < 48, "a year stays in its place only by chance: {is_same} of 96");
    before.sort_unstable();
    after.sort_unstable();
    assert_eq!(after, before, "the same rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_was_cut_off_goes_on() {
    for cut in 0..4 {
        let mut home = filled().await;
        let (before, shape_before) = (digests(&home).await, shape(&home).await);
        let rotation = home.add_key();
        let mut stores = home.open().await.expect("open");
        let turn = plan(&stores, &rotation).await.expect("planned");
        journal::write(&stores.home, &Change::Rotate(turn.clone())).expect("written");
        if cut > 0 {
            stores.register.rehash(&rotation).expect("rehashed");
        }
        if cut > 1 {
            let table = home.dictionary.table("cases").expect("there");
            assert!(turn_table(&mut stores, table, &turn, &rotation).await.expect("turned").is_some());
            assert!(turn_table(&mut stores, table, &turn, &rotation).await.expect("there").is_none());
            let half = home.path("warehouse/.rebuild/contacts");
            fs::create_dir_all(&half).expect("a folder");
            fs::write(half.join("half"), before.first().expect("one")).expect("written");
        }
        if cut > 2 {
            rejections::rename(&stores.rejections, &turn.reports[..1]).expect("renamed");
        }
        drop(stores);
        let refused = home.open().await.expect_err("nothing else may write");
        assert!(matches!(refused, CustodyError::RotationPending { .. }), "{refused}");
        let state = key_state(&home.paths().places(), &home.dictionary).await.expect("a state");
        assert_eq!(state.pending, Some((rotation.from().to_owned(), rotation.to().to_owned())));
        if cut > 1 {
            let warehouse = panoh_warehouse::Warehouse::open(&home.path("warehouse"), &home.dictionary).await;
            let session = warehouse
                .expect("opens")
                .session(panoh_warehouse::AsOf::Newest, &panoh_warehouse::Limits::default())
                .await;
            assert!(matches!(session, Err(panoh_warehouse::WarehouseError::MixedKeys { .. })), "no wrong answers");
        }
        let report = rotate(&home.paths().places(), &home.dictionary, &rotation).await.expect("finished");
        assert_eq!(report.tables.len() + usize::from(cut > 1), home.dictionary.tables().len());
        is_turned(&mut home, &rotation, &before, &shape_before).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_another_home_are_refused_before_anything_changes() {
    let (home, mut other) = (Home::new().await, Home::new().await);
    home.load("mission-en", &Home::cases(FIRST), Keep::Rows).await;
    let before: Vec<_> = files(&home.path("warehouse"));
    let foreign = other.add_key();
    let refused = rotate(&home.paths().places(), &home.dictionary, &foreign).await.expect_err("refused");
    assert!(matches!(refused, CustodyError::OtherKey { .. }), "{refused}");
    let paths = home.paths();
    let refused = Stores::open(&paths.places(), &home.dictionary, &other.key.key().id()).await.expect_err("refused");
    assert!(matches!(refused, CustodyError::OtherKey { .. }), "{refused}");
    assert_eq!(files(&home.path("warehouse")), before);
    assert_eq!(home.open().await.expect("open").recovered(), Recovered::default());
}

#[test]
fn what_is_no_digest_stops_a_rotation() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut key = panoh_identity::KeyFile::create(&folder.path().join("a.key"), None).expect("a key");
    let rotation = key.add_key().expect("a new key");
    let dictionary = Dictionary::builtin().expect("sound");
    let mut map = Map::of(dictionary.table("cases").expect("there"), &rotation);
    for (text, is_load) in [("no_year", false), ("load:00", true), ("", false)] {
        let refused = map.value(text, is_load).expect_err("refused");
        assert!(refused.downcast_ref::<IdentityError>().is_some(), "{text}");
    }
    assert_eq!(new_id("aliases", &rotation).expect("kept"), "aliases");
}

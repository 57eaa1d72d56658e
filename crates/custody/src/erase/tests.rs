//! After an erasure no byte of the home names the person, however the erasure was cut off.

mod about;
mod rows;

use std::collections::BTreeSet;
use std::fs;

use panoh_identity::{BirthDate, Identity, Sex};

use super::*;
use crate::tests::home::{Home, files};
use crate::{Keep, Outcome};

/// Whom the tests erase: in two lists, under two pseudonyms, once under a passport alone.
const ZARINA: Identity<'static> = Identity {
    document: Some("A100702"),
    document_country: None,
    full_name: None,
    given_name: Some("Zarina"),
    family_name: Some("Karimova"),
    father_name: None,
    birth: Some(BirthDate { year: 1990, month: Some(1), day: Some(2) }),
    sex: Some(Sex::Female),
};

/// The same person as an officer says it who has the documents.
fn whom(home: &Home) -> Whom {
    Whom { keys: Some(home.victim(&ZARINA)), ..Whom::default() }
}

/// Loads of four exports. The person is in three; the row of the second is refused in another column.
async fn filled() -> Home {
    let home = Home::new().await;
    let others = "1,Jamshed,Rahmonov,1985-03-09,A100701,M,2016-02-01";
    for rows in [
        [others, "2,Zarina,Karimova,1990-01-02,,F,2017-02-01"],
        ["3,Firuz,Sharipov,1979-05-06,A100703,M,2018-02-31", "4,,,,A100702,F,2018-03-01"],
        ["5,Zarina,Karimova,1990-01-02,A100702,F,2019-02-01", "6,Manija,Nazarova,1991-07-08,,F,2019-03-01"],
        ["7,Ali,Valiev,1970-01-01,,M,2019-02-31", "8,Shahlo,Aminova,1988-09-10,,F,2020-02-01"],
    ] {
        home.load("mission-en", &Home::cases(&rows), Keep::Rows).await;
    }
    fs::write(home.path("spill/left.arrow"), "what a query put on disk").expect("written");
    home
}

/// What must vanish: names, passport, pseudonyms and records of the person.
async fn needles(home: &Home) -> BTreeSet<String> {
    let stores = home.open().await.expect("open");
    let persons: Vec<_> =
        stores.register.of(&Meant::by(&home.victim(&ZARINA))).expect("known").iter().map(ToString::to_string).collect();
    drop(stores);
    assert_eq!(persons.len(), 2, "two pseudonyms that were found to be one person");
    let listed = persons.iter().map(|person| format!("'{person}'")).collect::<Vec<_>>().join(", ");
    let records = home.lines(&format!("SELECT record FROM stored.cases WHERE person IN ({listed})")).await;
    assert_eq!(records.len(), 3);
    let told = ["Zarina", "Karimova", "A100702"].map(str::to_owned);
    persons.into_iter().chain(records).chain(told).collect()
}

async fn is_erased(home: &Home, needles: &BTreeSet<String>) {
    assert_eq!(home.found(needles), BTreeSet::new(), "nothing of the person is left");
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["3"], "everybody else is still there");
    assert_eq!(home.lines("SELECT count(*) FROM stored.aliases").await, ["0"]);
    assert!(!home.path(".change.json").exists() && !home.path("warehouse/.rebuild").exists());
    assert_eq!(fs::read_dir(home.path("spill")).expect("the folder stays").count(), 0);
    let reports = files(&home.path("rejections"));
    assert_eq!(reports.len(), 1, "only the report of the load without the person is left: {reports:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_byte_of_the_home_names_an_erased_person() {
    let home = filled().await;
    let needles = needles(&home).await;
    let before = home.found(&needles);
    assert_eq!(before.len(), 5, "pseudonyms and records are found where they are, names never were there: {before:?}");
    let mut stores = home.open().await.expect("open");
    let version = stores.warehouse().versions("cases").await.expect("versions").len() as u64;
    let report = erase(&mut stores, &whom(&home), &home.sealer).await.expect("erased");
    assert_eq!((report.pseudonyms, report.rows["cases"], report.reports), (2, 3, 1));
    assert_eq!(report.tables, ["cases"]);
    assert!(report.tombstones > 0);
    let versions = stores.warehouse().versions("cases").await.expect("versions");
    assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [version], "numbers go on");
    drop(stores);
    is_erased(&home, &needles).await;
    let told = serde_json::to_string(&report).expect("plain data");
    assert!(needles.iter().all(|needle| !told.contains(needle.as_str())), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_load_does_not_bring_the_person_back() {
    let home = filled().await;
    let mut stores = home.open().await.expect("open");
    erase(&mut stores, &whom(&home), &home.sealer).await.expect("erased");
    drop(stores);
    let loaded = Home::cases(&[
        "1,Jamshed,Rahmonov,1985-03-09,A100701,M,2016-02-01",
        "2,Zarina,Karimova,1990-01-02,,F,2017-02-01",
    ]);
    let (same, _) = home.load("mission-en", &loaded, Keep::Rows).await;
    assert_eq!(same.outcome, Outcome::AlreadyLoaded, "the tables still remember their loads");
    let both =
        Home::cases(&["9,Zarina,Karimova,1990-01-02,,F,2021-02-01", "10,Rustam,Azizov,1983-04-05,,M,2021-02-01"]);
    let (report, _) = home.load("mission-en", &both, Keep::Rows).await;
    assert_eq!((report.outcome, report.rows_read, report.loaded, report.left_out_erased), (Outcome::Loaded, 2, 1, 1));
    assert_eq!((report.persons_new, report.refused), (1, 0));
    let alone = Home::cases(&["11,,,,A100702,F,2021-02-01"]);
    let (report, _) = home.load("mission-en", &alone, Keep::Rows).await;
    assert_eq!((report.outcome, report.loaded, report.left_out_erased), (Outcome::LeftOut, 0, 1));
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_was_never_loaded_is_kept_out_all_the_same() {
    let home = Home::new().await;
    let mut stores = home.open().await.expect("open");
    let report = erase(&mut stores, &whom(&home), &home.sealer).await.expect("erased");
    assert_eq!((report.pseudonyms, report.rows.len(), report.tables.len()), (0, 0, 0));
    assert!(report.tombstones > 0);
    drop(stores);
    let (report, _) = home.load("mission-en", &Home::cases(&["4,,,,A100702,F,2018-03-01"]), Keep::Rows).await;
    assert_eq!(report.outcome, Outcome::LeftOut);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_was_cut_off_is_finished_by_the_next_opening() {
    for cut in 0..4 {
        let home = filled().await;
        let needles = needles(&home).await;
        let mut stores = home.open().await.expect("open");
        let meant = Meant::by(&home.victim(&ZARINA));
        let persons = stores.register.of(&meant).expect("known").iter().map(ToString::to_string).collect();
        let erasures = stores.register.erasures().expect("a count");
        let erasure = look(&stores, persons, erasures, &mut EraseReport::default()).await.expect("found");
        journal::write(&stores.home, &Change::Erase(erasure.clone())).expect("written");
        if cut > 0 {
            stores.register.erase(&meant, &home.sealer).expect("erased");
        }
        if cut > 1 {
            // What a process leaves that is killed while it builds: half a table and half a data file.
            let half = home.path("warehouse/.rebuild/cases");
            fs::create_dir_all(&half).expect("a folder");
            let data = files(&home.path("warehouse/cases"))
                .into_iter()
                .find(|path| path.extension().is_some_and(|e| e == "parquet"));
            fs::copy(data.expect("a data file"), half.join("part-0.parquet")).expect("copied");
            fs::write(home.path("warehouse/cases/part-1.parquet#1"), needles.first().expect("one")).expect("written");
        }
        if cut > 2 {
            let gone: HashSet<String> = erasure.persons.iter().cloned().collect();
            rebuild(&mut stores, "cases", &mut |rows| without(&rows, &gone), &|load| Ok(Some(load.to_owned())))
                .await
                .expect("rebuilt");
        }
        drop(stores);
        let stores = home.open().await.expect("open");
        assert_eq!(stores.recovered().erased, cut > 0, "cut {cut}");
        drop(stores);
        if cut > 0 {
            is_erased(&home, &needles).await;
        } else {
            assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["6"], "nothing had happened");
            assert!(!home.path(".change.json").exists());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_no_query_sees_are_erased_too() {
    let home = filled().await;
    let needles = needles(&home).await;
    // A copy of a data file that no commit names, as a killed load leaves it.
    let data = files(&home.path("warehouse/cases"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "parquet"));
    for (at, path) in data.enumerate() {
        fs::copy(path, home.path(&format!("warehouse/cases/left-{at}.parquet"))).expect("copied");
    }
    let mut stores = home.open().await.expect("open");
    let report = erase(&mut stores, &whom(&home), &home.sealer).await.expect("erased");
    assert_eq!(report.rows["cases"], 3, "rows that a query saw are counted");
    drop(stores);
    is_erased(&home, &needles).await;
}

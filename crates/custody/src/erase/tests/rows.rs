//! Erasing a person who is one row and no more: by the sender's record id, or by pseudonym.

use panoh_dictionary::Source;

use super::*;

/// Nothing links rows 1, 2 and 4: one word of a name, or none. The third has a name and a birth date; the second is refused.
const LIST: &[&str] = &[
    "SYN-1,Zulfiya,,1990-01-01,,F,2016-02-01",
    "SYN-2,,,,,M,2017-02-31",
    "SYN-3,Zarina,Karimova,1990-01-02,,F,2018-02-01",
    "SYN-4,Jamshed,,,,M,2019-02-01",
];

/// What the officer says who knows the source and the record id.
fn record(home: &Home, source: &str, id: &str) -> Whom {
    Whom { record: SendersRecord::seal(&home.sealer, source, id), ..Whom::default() }
}

async fn erased(home: &Home, whom: &Whom) -> EraseReport {
    let mut stores = home.open().await.expect("open");
    erase(&mut stores, whom, &home.sealer).await.expect("erased")
}

/// Person and record of the rows that were registered in a year, as they are stored.
async fn digests(home: &Home, year: u16) -> BTreeSet<String> {
    let rows = home.lines(&format!("SELECT person, record FROM stored.cases WHERE registered_year = {year}")).await;
    rows.iter().flat_map(|row| row.split(',')).map(str::to_owned).collect()
}

async fn count(home: &Home) -> String {
    home.lines("SELECT count(*) FROM stored.cases").await.remove(0)
}

/// The list with one row more, which makes it another file.
fn longer_list() -> String {
    Home::cases(&[LIST, &["SYN-5,,,,,M,2020-02-01"]].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_nothing_links_goes_by_its_record_id() {
    let home = Home::new().await;
    let (loaded, _) = home.load("mission-en", &Home::cases(LIST), Keep::Rows).await;
    assert_eq!((loaded.loaded, loaded.persons_unlinked, loaded.refused), (3, 2, 1));
    let needles = digests(&home, 2016).await;
    assert_eq!((needles.len(), home.found(&needles).len()), (2, 2), "person and record are found where they are");
    // However the officer types the id.
    let report = erased(&home, &record(&home, "mission-en", " syn–1")).await;
    assert_eq!((report.persons, report.pseudonyms, report.rows["cases"], report.reports), (1, 1, 1, 1));
    assert_eq!((report.warning, report.tombstones), (None, 2), "the record and the pseudonym");
    assert_eq!(home.found(&needles), BTreeSet::new(), "nothing of the person is left");
    assert_eq!(count(&home).await, "2");
    // In another file every pseudonym of a row is another one.
    let (again, _) = home.load("mission-en", &longer_list(), Keep::Rows).await;
    assert_eq!((again.loaded, again.left_out_erased, again.persons_unlinked), (3, 1, 2));
    assert_eq!(home.lines("SELECT count(*) FROM cases WHERE registered_year = 2016").await, ["0"]);
    // An equal number of another source is another record.
    let (other, _) = home.load_with(&home.replacing(), &Home::cases(&LIST[..1]), Keep::Rows).await;
    assert_eq!((other.loaded, other.left_out_erased), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_later_exports_replace_goes_by_its_record_id() {
    let home = Home::new().await;
    let source = home.replacing();
    home.load_with(&source, &Home::cases(LIST), Keep::Rows).await;
    let needles = digests(&home, 2016).await;
    // A corrected export links the record; the table's older version still holds it as it was.
    let corrected = ["SYN-1,Zulfiya,Aminova,1988-09-10,,F,2015-02-01", "SYN-4,Jamshed,,,,M,2019-03-01"];
    home.load_with(&source, &Home::cases(&corrected), Keep::Rows).await;
    let needles: BTreeSet<String> = needles.into_iter().chain(digests(&home, 2015).await).collect();
    assert_eq!((needles.len(), home.found(&needles).len()), (3, 3), "one record and two persons");
    let report = erased(&home, &record(&home, "replacing", "SYN-1")).await;
    assert_eq!((report.persons, report.rows["cases"], report.warning), (1, 1, None));
    assert_eq!(report.reports, 1, "that of the load that brought the record first");
    assert_eq!(home.found(&needles), BTreeSet::new());
    let later =
        ["SYN-1,,,,,F,2015-02-02", "SYN-4,Jamshed,,,,M,2019-04-01", "SYN-9,Zulfiya,Aminova,1988-09-10,,F,2015-02-01"];
    let (again, _) = home.load_with(&source, &Home::cases(&later), Keep::Rows).await;
    assert_eq!((again.loaded, again.left_out_erased, again.replaced), (1, 2, 1), "by record id, and by name and date");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_person_goes_by_record_id_from_all_lists() {
    let home = filled().await;
    let needles = needles(&home).await;
    let report = erased(&home, &record(&home, "mission-en", "5")).await;
    assert_eq!((report.pseudonyms, report.persons, report.rows["cases"]), (2, 1, 3));
    is_erased(&home, &needles).await;
    let again = Home::cases(&["9,Zarina,Karimova,1990-01-02,,F,2021-02-01", "5,,,,,M,2021-02-01"]);
    let (again, _) = home.load("mission-en", &again, Keep::Rows).await;
    assert_eq!((again.outcome, again.left_out_erased), (Outcome::LeftOut, 2), "by what links, and by the record id");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_under_one_case_number_goes_and_it_is_said() {
    let home = Home::new().await;
    let family = ["SYN-1,Zulfiya,,,,F,2016-02-01", "SYN-1,Ali,,,,M,2016-02-01", "SYN-2,Vali,,,,M,2017-02-01"];
    home.load("mission-en", &Home::cases(&family), Keep::Rows).await;
    let report = erased(&home, &record(&home, "mission-en", "SYN-1")).await;
    assert_eq!((report.persons, report.rows["cases"]), (2, 2));
    let told = serde_json::to_value(&report).expect("plain data");
    assert!(told["warning"].as_str().expect("a warning").starts_with("more than one person"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_record_id_together_mean_everybody_of_either() {
    let home = Home::new().await;
    home.load("mission-en", &Home::cases(LIST), Keep::Rows).await;
    let both = Whom { keys: whom(&home).keys, ..record(&home, "mission-en", "SYN-1") };
    let report = erased(&home, &both).await;
    assert_eq!((report.persons, report.rows["cases"], report.warning), (2, 2, Some(SEVERAL)));
    let (again, _) = home.load("mission-en", &Home::cases(&LIST[..3]), Keep::Rows).await;
    assert_eq!((again.outcome, again.left_out_erased), (Outcome::LeftOut, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_nobody_has_is_kept_out_all_the_same() {
    let home = Home::new().await;
    let report = erased(&home, &record(&home, "mission-en", "SYN-1")).await;
    assert_eq!((report.pseudonyms, report.persons, report.tombstones), (0, 0, 1));
    let (loaded, _) = home.load("mission-en", &Home::cases(LIST), Keep::Rows).await;
    assert_eq!((loaded.loaded, loaded.left_out_erased), (2, 1));
    assert!(SendersRecord::seal(&home.sealer, "mission-en", " ").is_none());
}

/// A mapping whose rows carry no record id and say nothing about who a person is, so that they are gone over once.
fn numberless(home: &Home) -> Source {
    let mapping = "name = \"numberless\"\ntitle = \"No numbers\"\ntable = \"cases\"\n\
                   [columns]\nyear = { year = \"registered_year\" }\n";
    home.dictionary.parse_source("numberless.toml", mapping).expect("a sound mapping")
}

/// Warehouse and register as they were before the first load, as from a backup.
async fn empty(home: &Home) {
    fs::remove_dir_all(home.path("warehouse")).expect("removed");
    fs::remove_file(home.path("identity.sqlite")).expect("removed");
    let key_id = home.key.key().id();
    panoh_warehouse::Warehouse::create(&home.path("warehouse"), &home.dictionary, &key_id).await.expect("a warehouse");
    panoh_identity::Register::create(&home.path("identity.sqlite"), &key_id).expect("a register");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_without_a_record_id_goes_by_its_pseudonym() {
    let (home, text) = (Home::new().await, "year\n2016\n2017\n2017\n");
    let source = numberless(&home);
    let (loaded, _) = home.load_with(&source, text, Keep::Rows).await;
    assert_eq!((loaded.loaded, loaded.persons_unlinked), (3, 3));
    let needles = digests(&home, 2016).await;
    let person = home.lines("SELECT person FROM cases WHERE registered_year = 2016").await.remove(0);
    let whom = Whom { person: Pseudonym::of_digits(&person), ..Whom::default() };
    let report = erased(&home, &whom).await;
    assert_eq!((report.persons, report.rows["cases"], report.tombstones), (1, 1, 1));
    assert_eq!(home.found(&needles), BTreeSet::new());
    assert_eq!(erased(&home, &whom).await.pseudonyms, 0, "nobody is known any more");
    // The home is put back as it was before the load, and the erasure done again: nobody is known, and the same file does
    // not bring the row.
    empty(&home).await;
    assert_eq!(erased(&home, &whom).await.pseudonyms, 0);
    let (again, _) = home.load_with(&source, text, Keep::Rows).await;
    assert_eq!((again.outcome, again.loaded, again.left_out_erased), (Outcome::Loaded, 2, 1));
    assert_eq!(home.found(&needles), BTreeSet::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn rotations_keep_records_findable_and_erased_ones_out() {
    let mut home = Home::new().await;
    home.load("mission-en", &Home::cases(LIST), Keep::Rows).await;
    erased(&home, &record(&home, "mission-en", "SYN-1")).await;
    for _ in 0..2 {
        let rotation = home.add_key();
        crate::rotate(&home.paths().places(), &home.dictionary, &rotation).await.expect("rotated");
        home.confirm();
    }
    let (again, _) = home.load("mission-en", &longer_list(), Keep::Rows).await;
    assert_eq!((again.loaded, again.left_out_erased), (3, 1), "what was erased before stays out");
    let needles = digests(&home, 2019).await;
    assert_eq!(needles.len(), 4, "two loads of one row that nothing links");
    let report = erased(&home, &record(&home, "mission-en", "SYN-4")).await;
    assert_eq!((report.persons, report.rows["cases"], report.warning), (2, 2, Some(SEVERAL)));
    assert_eq!(home.found(&needles), BTreeSet::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_of_one_row_that_was_cut_off_is_finished() {
    for cut in 0..3 {
        let home = Home::new().await;
        home.load("mission-en", &Home::cases(LIST), Keep::Rows).await;
        let needles = digests(&home, 2016).await;
        let gone = home.lines("SELECT person FROM cases WHERE registered_year = 2016").await.into_iter().collect();
        let mut stores = home.open().await.expect("open");
        let meant = meant(&stores, &record(&home, "mission-en", "SYN-1")).await.expect("looked up");
        let persons: Vec<_> = stores.register.of(&meant).expect("known").iter().map(ToString::to_string).collect();
        assert_eq!(persons.len(), 1);
        let before = stores.register.erasures().expect("a count");
        let erasure = look(&stores, persons, before, &mut EraseReport::default()).await.expect("found");
        journal::write(&stores.home, &Change::Erase(erasure)).expect("written");
        if cut > 0 {
            // The register numbers nobody whom nothing links: its count of persons stays as it is.
            let known = stores.register.persons().expect("a count");
            stores.register.erase(&meant, &home.sealer).expect("erased");
            assert_eq!(stores.register.persons().expect("a count"), known);
        }
        if cut > 1 {
            rebuild(&mut stores, "cases", &mut |rows| without(&rows, &gone), &|load| Ok(Some(load.to_owned())))
                .await
                .expect("rebuilt");
        }
        drop(stores);
        assert_eq!(home.open().await.expect("open").recovered().erased, cut > 0, "cut {cut}");
        assert_eq!(home.found(&needles).is_empty(), cut > 0, "cut {cut}");
        assert!(!home.path(".change.json").exists());
        assert_eq!(count(&home).await, if cut > 0 { "2" } else { "3" });
    }
}

//! What a load does with persons and cohorts, and with rows that wait for them.

use panoh_dictionary::{Dictionary, FileShape};
use panoh_identity::{IdentityError, LinkRule};

mod withdrawals;

use super::*;
use crate::tests::home::{Home, case_list};

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_cohort_is_the_earliest_year_of_the_founding_file() {
    let home = Home::new().await;
    let rows = [("A100001", "2019-05-01"), ("A100002", ""), ("A100001", "2016-05-01"), ("A100002", "2021-03-01")];
    let (report, _) = home.load("mission-en", &case_list(&rows), Keep::Rows).await;
    assert_eq!((report.outcome, report.rows_read, report.loaded), (Outcome::Loaded, 4, 4));
    assert_eq!((report.persons_new, report.persons_known, report.persons_unlinked), (2, 2, 0));
    assert_eq!(report.earlier_registrations, 0, "within the founding file nothing is late");
    assert_eq!(home.cohorts().await, ["2016", "2021"], "all rows of a person hold one cohort");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_known_from_an_earlier_load_keeps_the_cohort() {
    let home = Home::new().await;
    home.load("mission-en", &case_list(&[("A100001", "2019-05-01"), ("A100002", "")]), Keep::Rows).await;
    let (report, _) =
        home.load("mission-en", &case_list(&[("A100001", "2015-05-01"), ("A100002", "2015-05-01")]), Keep::Rows).await;
    assert_eq!((report.persons_new, report.persons_known, report.earlier_registrations), (0, 2, 1));
    assert_eq!(home.cohorts().await, ["2019", "no_year"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_wait_are_told_as_any_others() {
    let home = Home::new().await;
    let rows = [("A100001", "2019-05-01"), ("A100002", "2019-02-31"), ("", "2018-01-01")];
    let (tried, _) = home.load("mission-en", &case_list(&rows), Keep::Nothing).await;
    assert_eq!((tried.outcome, tried.rows_read, tried.loaded), (Outcome::DryRun, 3, 2));
    assert!(home.cohorts().await.is_empty());
    let (report, steps) = home.load("mission-en", &case_list(&rows), Keep::Rows).await;
    assert_eq!((report.rows_read, report.loaded, report.refused), (3, 2, 1));
    assert_eq!((report.persons_new, report.persons_known, report.persons_unlinked), (1, 0, 1));
    assert_eq!(report.refused_by_rule.values().sum::<u64>(), 1);
    let name = report.rejections.expect("a report of refused rows");
    let text = fs::read_to_string(home.path("rejections").join(name)).expect("text");
    assert_eq!(text.lines().count(), 1);
    let (first, last) = (steps[0], steps[steps.len() - 1]);
    assert_eq!((first.rows, last.rows, last.refused), (3, 3, 1));
    assert!(steps.is_sorted_by_key(|step| step.bytes) && steps.iter().all(|step| step.total_bytes == last.bytes));
    assert_eq!(first.bytes + first.bytes / 2, last.bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_while_it_is_read_leaves_nothing() {
    let home = Home::new().await;
    let file = home.path("export.csv");
    let rows = case_list(&[("A100001", "2019-05-01")]);
    fs::write(&file, &rows).expect("written");
    let source = home.dictionary.source("mission-en").expect("there");
    let options = Options::default();
    let this = home.job(&file, source, Keep::Rows, &options);
    let mut stores = home.open().await.expect("open");
    let mut change = |_| fs::write(&file, format!("{rows}{}", rows.lines().last().expect("a row"))).expect("written");
    let refused = load(&mut stores, &this, &mut change).await.expect_err("refused");
    assert!(matches!(refused, CustodyError::Changed { .. }), "{refused}");
    assert_eq!(stores.register().persons().expect("a count"), 0);
    drop(stores);
    assert!(home.cohorts().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_register_is_not_replaced_by_an_empty_one() {
    let home = Home::new().await;
    fs::remove_file(home.path("identity.sqlite")).expect("lost");
    let refused = home.open().await.expect_err("refused");
    assert!(matches!(refused, CustodyError::Identity(IdentityError::RegisterMissing { .. })), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_persons_needs_no_register() {
    let home = Home::new().await;
    let export = Home::fixture("activities-small.csv");
    let (report, _) = home.load("activities", &export, Keep::Rows).await;
    assert_eq!(report.outcome, Outcome::Loaded);
    assert!(report.loaded > 0);
    assert_eq!((report.persons_new, report.persons_known, report.persons_unlinked), (0, 0, 0));
    let stores = home.open().await.expect("open");
    assert_eq!(stores.register().persons().expect("a count"), 0);
    assert_eq!(stores.recovered(), crate::Recovered::default(), "nothing was left to settle");
    drop(stores);
    let (again, _) = home.load("activities", &export, Keep::Rows).await;
    assert_eq!(again.outcome, Outcome::AlreadyLoaded);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worst_places_come_first_and_name_their_lines() {
    let home = Home::new().await;
    let rows: Vec<_> = (0..5).map(|_| ("A100001", "2019-02-31")).chain([("A100002", "2019-02-01")]).collect();
    let (report, _) = home.load("mission-en", &case_list(&rows), Keep::Rows).await;
    let worst = &report.worst[0];
    assert_eq!((worst.rule, worst.column.as_deref(), worst.count), ("not_a_date", Some("date_of_registration"), 5));
    assert_eq!(worst.first.len(), 3);
    assert!(worst.first[0].contains('2'), "{worst:?}: the first row is line 2");
    assert_eq!(report.refused_by_rule["not_a_date"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_written_in_the_language_asked_for() {
    for (language, word) in [(Language::En, "line"), (Language::Ru, "строка"), (Language::Tg, "сатри")] {
        let home = Home { language, ..Home::new().await };
        let (report, _) = home.load("mission-en", &case_list(&[("A100001", "2019-02-31")]), Keep::Nothing).await;
        let name = report.rejections.expect("a report");
        let text = fs::read_to_string(home.path("rejections").join(name)).expect("text");
        let line: serde_json::Value = serde_json::from_str(text.trim()).expect("JSON");
        assert_eq!(line["rule"], "not_a_date");
        assert!(line["place"].as_str().expect("a place").starts_with(word), "{line}");
        assert!(!line["remedy"].as_str().expect("a remedy").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_persons_found_to_be_one_become_aliases_and_can_be_told_apart_again() {
    let home = Home::new().await;
    // One list knows the passport, another the name; the third knows both.
    let rows = [
        "1,Jamshed,Rahmonov,1985-03-09,,M,2016-02-01",
        "2,,,,A100201,M,2018-02-01",
        "3,Jamshed,Rahmonov,1985-03-09,A100201,M,2019-02-01",
    ];
    for (at, row) in rows.iter().enumerate() {
        let (report, _) = home.load("mission-en", &Home::cases(&[row]), Keep::Rows).await;
        assert_eq!(report.merged, u64::from(at == 2), "row {at}");
    }
    let count = |sql: &'static str| home.lines(sql);
    assert_eq!(count("SELECT count(*) FROM stored.aliases").await, ["1"]);
    assert_eq!(count("SELECT count(DISTINCT person) FROM stored.cases").await, ["2"], "rows keep their own person");
    assert_eq!(count("SELECT count(DISTINCT person) FROM cases").await, ["1"], "views resolve the alias");
    let alias = count("SELECT alias FROM stored.aliases").await.remove(0);
    let mut stores = home.open().await.expect("open");
    let versions = stores.warehouse().versions("aliases").await.expect("versions").len();
    assert!(LinkRule::ALL.iter().any(|rule| rule.name() == crate_rule(&stores)));
    let wrong = crate::unlink(&mut stores, &"0".repeat(32)).await.expect_err("refused");
    assert!(matches!(wrong, CustodyError::Identity(IdentityError::NoAlias)), "{wrong}");
    crate::unlink(&mut stores, &alias).await.expect("unlinked");
    drop(stores);
    assert_eq!(count("SELECT count(*) FROM stored.aliases").await, ["0"]);
    assert_eq!(count("SELECT count(DISTINCT person) FROM cases").await, ["2"]);
    let stores = home.open().await.expect("open");
    let after = stores.warehouse().versions("aliases").await.expect("versions").len();
    assert_eq!(after, versions + 1, "opening writes nothing when table and register are equal");
}

fn crate_rule(stores: &Stores) -> &'static str {
    stores.register().aliases().expect("aliases")[0].rule.name()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_export_replaces_its_rows_by_record_number() {
    let home = Home::new().await;
    let source = home.replacing();
    let first = Home::cases(&[
        "1,Jamshed,Rahmonov,1985-03-09,,M,2016-02-01",
        "2,Zarina,Karimova,1990-01-02,,F,2017-02-01",
        "3,Firuz,Sharipov,1979-05-06,,M,2018-02-01",
    ]);
    let (report, _) = home.load_with(&source, &first, Keep::Rows).await;
    assert_eq!((report.loaded, report.replaced), (3, 0));
    // Another list of the same layout whose numbers happen to be the same is left alone.
    home.load("mission-en", &Home::cases(&["2,Manija,Nazarova,1991-07-08,,F,2017-03-01"]), Keep::Rows).await;
    let second =
        Home::cases(&["2,Zarina,Karimova,1990-01-02,,F,2015-02-01", "4,Shahlo,Aminova,1988-09-10,,F,2019-02-01"]);
    let (tried, _) = home.load_with(&source, &second, Keep::Nothing).await;
    assert_eq!((tried.outcome, tried.replaced), (Outcome::DryRun, 0));
    let (report, _) = home.load_with(&source, &second, Keep::Rows).await;
    assert_eq!((report.outcome, report.loaded, report.replaced), (Outcome::Loaded, 2, 1));
    assert_eq!(report.persons_new, 1, "the corrected row is about the same person");
    let years = "SELECT registered_year FROM cases WHERE source = 'replacing' ORDER BY registered_year";
    assert_eq!(home.lines(years).await, ["2015", "2016", "2018", "2019"]);
    assert_eq!(home.lines("SELECT count(*) FROM cases").await, ["5"]);
    let (again, _) = home.load_with(&source, &second, Keep::Rows).await;
    assert_eq!((again.outcome, again.replaced_since), (Outcome::AlreadyLoaded, 0), "its rows are all there");
    let log = fs::read_dir(home.path("warehouse/cases/_delta_log")).expect("a log");
    for entry in log {
        let text = fs::read(entry.expect("an entry").path()).expect("bytes");
        assert!(!String::from_utf8_lossy(&text).contains("record = "), "no condition stands in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_rows_were_replaced_since_says_so_and_does_not_come_back_by_itself() {
    let home = Home::new().await;
    let source = home.replacing();
    let first = Home::cases(&[
        "1,Jamshed,Rahmonov,1985-03-09,,M,2016-02-01",
        "2,Zarina,Karimova,1990-01-02,,F,2017-02-01",
        "3,Firuz,Sharipov,1979-05-06,,M,2018-02-01",
        "4,Shahlo,Aminova,1988-09-10,,F,2019-02-31",
    ]);
    let second =
        Home::cases(&["2,Zarina,Karimova,1990-01-02,,F,2015-02-01", "3,Firuz,Sharipov,1979-05-06,,M,2018-02-01"]);
    let years = || home.lines("SELECT registered_year FROM cases ORDER BY registered_year");
    home.load_with(&source, &first, Keep::Rows).await;
    home.load_with(&source, &second, Keep::Rows).await;
    assert_eq!(years().await, ["2015", "2016", "2018"]);
    for keep in [Keep::Rows, Keep::Nothing] {
        let (again, steps) = home.load_with(&source, &first, keep).await;
        assert_eq!((again.outcome, again.replaced_since, again.still_there), (Outcome::ReplacedSince, 2, 1));
        assert_eq!((again.loaded, again.refused, again.version), (0, 0, None), "nothing was loaded or refused");
        assert_eq!(again.refused_before, 1, "the row of 31 February is not in the table");
        assert_eq!(steps.last().map(|step| step.bytes), steps.last().map(|step| step.total_bytes));
        assert_eq!(years().await, ["2015", "2016", "2018"], "and nothing was changed");
    }
    // The way back that the report names: the same rows in a file that is not the same byte for byte.
    let blind = Source { file: FileShape { header_row: 2, ..source.file.clone() }, ..source.clone() };
    let unread = home.try_load(&blind, &first, Keep::Rows).await.expect_err("no such header");
    assert!(matches!(unread, CustodyError::Reread(_)), "{unread}");
    let (back, _) = home.load_with(&source, &format!("{first}\n"), Keep::Rows).await;
    assert_eq!((back.outcome, back.loaded, back.replaced), (Outcome::Loaded, 3, 3));
    assert_eq!(years().await, ["2016", "2017", "2018"]);
    let (later, _) = home.load_with(&source, &second, Keep::Rows).await;
    assert_eq!((later.outcome, later.replaced_since, later.still_there), (Outcome::ReplacedSince, 2, 0));
    let (first_again, _) = home.load_with(&source, &first, Keep::Rows).await;
    assert_eq!((first_again.replaced_since, first_again.still_there), (3, 0), "the rows are there as another load's");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_tells_what_rows_could_be_linked_by_and_why_not() {
    let home = Home::new().await;
    let rows = [
        "1,Jamshed,Rahmonov,1985-03-09,A4071536,M,2016-02-01",
        "2,Jamshed,Rahmonov,1985-03-09,,M,2016-02-01",
        "3,Zarina,Karimova,1990-01-01,A4071537,F,2017-02-01",
        "4,Firuz,Sharipov,1979-05-06,1234567,M,2018-02-01",
        "5,Zarina,Karimova,1990-01-01,,F,2017-02-01",
        "6,Shahlo,,1988-09-10,0000000,F,2019-02-01",
        "7,Anonym Anonymous,Unknown Unknown,1988-09-10,,F,2019-02-01",
        "8,Anonym Anonymous,Unknown Unknown,1988-09-10,,F,2019-02-01",
        "9,,,,,F,2019-02-01",
        "10,Shahlo,Aminova,,,F,2019-02-31",
    ];
    let (report, _) = home.load("mission-en", &Home::cases(&rows), Keep::Rows).await;
    let linkable = &report.linkable;
    let told = (linkable.by_document_and_name, linkable.by_document, linkable.by_name, linkable.by_nothing);
    assert_eq!(told, (1, 1, 2, 5));
    assert_eq!((report.loaded, report.refused, report.persons_unlinked), (9, 1, 5), "two without a name are two");
    let lacking = linkable.lacking.iter().map(|(lack, count)| (*lack, count.rows, count.by_nothing));
    assert_eq!(
        lacking.collect::<Vec<_>>(),
        [
            ("born_on_first_of_january", 2, 1),
            ("name_not_known", 2, 2),
            ("name_of_one_word", 1, 1),
            ("no_birth_date", 1, 1),
            ("no_document", 5, 4),
            ("no_name", 1, 1),
            ("placeholder_document", 2, 1),
        ]
    );
    let (tried, _) = home.load("mission-en", &Home::cases(&rows[..1]), Keep::Nothing).await;
    assert_eq!((tried.linkable.by_document_and_name, tried.linkable.lacking.len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_names_nobody_links_by_nothing() {
    let home = Home::new().await;
    let (report, _) = home.load("ctdc-2021", &Home::fixture("ctdc-small.csv"), Keep::Rows).await;
    assert_eq!((report.linkable.by_nothing, report.loaded), (40, 40));
    let lacking: Vec<_> = report.linkable.lacking.keys().copied().collect();
    assert_eq!(lacking, ["no_document", "no_name"]);
    let (trainings, _) = home.load("activities", &Home::fixture("activities-small.csv"), Keep::Rows).await;
    assert_eq!(trainings.linkable, crate::Linkable::default(), "a table about nobody");
}

#[test]
fn only_rows_that_link_can_wait() {
    let dictionary = Dictionary::builtin().expect("sound");
    let can_wait = |name| links(dictionary.source(name).expect("there"));
    assert_eq!(["ctdc-2021", "mission-en", "ngo-assistance", "htcds"].map(can_wait), [false, true, true, true]);
}

/// Persons of before do not wait, new ones do, rows that nothing links do not by themselves: all of them in one file, over
/// more than one batch, so that some rows are in the table before others are back.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_new_and_known_persons_of_one_file_all_arrive_with_their_cohorts() {
    let home = Home::new().await;
    let number = |person: usize| format!("A5{:02}83{:02}2", person / 100, person % 100);
    let known: Vec<String> = (0..20).map(number).collect();
    let rows: Vec<(&str, &str)> = known.iter().map(|number| (number.as_str(), "2012-03-01")).collect();
    home.load("mission-en", &case_list(&rows), Keep::Rows).await;
    // First a batch of known persons only, then one of new persons who come again at the end, two years earlier.
    let new: Vec<String> = (20..3_020).map(number).collect();
    let first = (0..8_192).map(|row| (known[row % 20].as_str(), "2018-03-01"));
    let second = new.iter().map(|number| (number.as_str(), "2017-03-01"));
    let last = new.iter().map(|number| (number.as_str(), "2015-03-01"));
    let nobody = std::iter::repeat_n(("", "2016-03-01"), 5);
    let rows: Vec<(&str, &str)> = first.chain(second).chain(nobody).chain(last).collect();
    let (report, steps) = home.load("mission-en", &case_list(&rows), Keep::Rows).await;
    assert_eq!((report.loaded, report.persons_new, report.persons_unlinked), (14_197, 3_000, 5));
    assert_eq!(report.earlier_registrations, 0);
    assert_eq!(steps.last().map(|step| step.bytes), steps.last().map(|step| step.total_bytes));
    let by_cohort =
        "SELECT cohort || ' ' || count(*) || ' ' || count(DISTINCT person) FROM stored.cases GROUP BY cohort";
    let mut by_cohort = home.lines(by_cohort).await;
    by_cohort.sort();
    assert_eq!(by_cohort, ["2012 8212 20", "2015 6000 3000", "2016 5 5"]);
    let left = fs::read_dir(home.path("spill")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "what waited is gone");
}

/// A disk that takes nothing: the load says where, keeps nothing, and works when the disk does.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_wait_stop_the_load() {
    let home = Home::new().await;
    let spill = home.path("spill");
    if spill.exists() {
        fs::remove_dir_all(&spill).expect("removed");
    }
    fs::write(&spill, "a file in the place of the folder").expect("written");
    let rows = case_list(&[("A100001", "2019-05-01")]);
    let source = home.dictionary.source("mission-en").expect("there");
    let refused = home.try_load(source, &rows, Keep::Rows).await.expect_err("refused");
    assert!(matches!(&refused, CustodyError::Aside { folder, .. } if *folder == spill), "{refused}");
    assert!(home.cohorts().await.is_empty());
    fs::remove_file(&spill).expect("removed");
    let (report, _) = home.load("mission-en", &rows, Keep::Rows).await;
    assert_eq!((report.loaded, report.persons_new), (1, 1), "nobody was left behind");
}

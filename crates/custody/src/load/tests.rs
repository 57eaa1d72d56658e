//! What a load does with persons and cohorts: two passes over one file, told as one.

use std::fs;

use arrow::array::{AsArray, RecordBatch};
use panoh_dictionary::Dictionary;
use panoh_identity::{IdentityError, MasterKey, Register};
use panoh_warehouse::{AsOf, Limits, Warehouse};

use super::*;
use crate::stores::Places;

const HEADER: &str = "case_no,first_name,last_name,date_of_birth,passport_no,sex,citizenship,date_of_registration,\
                      recruitment_country,recruitment_region,exploitation_country,exploitation_type,services,status";

struct Home {
    folder: tempfile::TempDir,
    dictionary: Dictionary,
    sealer: Sealer,
}

impl Home {
    async fn new() -> Home {
        let folder = tempfile::tempdir().expect("a folder");
        let dictionary = Dictionary::builtin().expect("sound");
        Warehouse::create(&folder.path().join("warehouse"), &dictionary).await.expect("a warehouse");
        Register::create(&folder.path().join("identity.sqlite")).expect("a register");
        let sealer = MasterKey::generate().expect("random bytes").sealer();
        Home { folder, dictionary, sealer }
    }

    async fn open(&self) -> Result<Stores, CustodyError> {
        let at = |name: &str| self.folder.path().join(name);
        let (warehouse, register, rejections) = (at("warehouse"), at("identity.sqlite"), at("rejections"));
        let places =
            Places { home: self.folder.path(), warehouse: &warehouse, register: &register, rejections: &rejections };
        Stores::open(&places, &self.dictionary).await
    }

    /// Loads rows of passport number and date of registration. The report, and every step of progress.
    async fn load(&self, rows: &[(&str, &str)], keep: Keep) -> (LoadReport, Vec<Progress>) {
        let line = |(number, (passport, date)): (usize, &(&str, &str))| {
            format!("SYN-{number},,,,{passport},F,Tajikistan,{date},Tajikistan,Sughd,Russia,labour,,victim\n")
        };
        let text: String = rows.iter().enumerate().map(line).collect();
        let file = self.folder.path().join("export.csv");
        fs::write(&file, format!("{HEADER}\n{text}")).expect("written");
        let source = self.dictionary.source("mission-en").expect("there");
        let mut stores = self.open().await.expect("open");
        let mut steps = Vec::new();
        let this = Load { file: &file, source, sealer: &self.sealer, keep };
        let report = load(&mut stores, &this, &mut |step| steps.push(step)).await.expect("loads");
        (report, steps)
    }

    /// The cohort of each person, as the rows in the warehouse have it.
    async fn cohorts(&self) -> Vec<String> {
        let stores = self.open().await.expect("open");
        let session = stores.warehouse().session(AsOf::Newest, &Limits::default()).await.expect("a session");
        let sql = "SELECT DISTINCT person, cohort FROM cases ORDER BY cohort";
        let rows = session.query(sql).await.expect("rows");
        let batches: Vec<RecordBatch> = rows.collect().await.expect("rows");
        let texts = batches.iter().flat_map(|batch| {
            let column = arrow::compute::cast(batch.column(1), &arrow::datatypes::DataType::Utf8).expect("text");
            column.as_string::<i32>().iter().map(|text| text.expect("never empty").to_owned()).collect::<Vec<_>>()
        });
        texts.collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_cohort_is_the_earliest_year_of_the_founding_file() {
    let home = Home::new().await;
    let rows = [("A100001", "2019-05-01"), ("A100002", ""), ("A100001", "2016-05-01"), ("A100002", "2021-03-01")];
    let (report, _) = home.load(&rows, Keep::Rows).await;
    assert_eq!((report.outcome, report.rows_read, report.loaded), (Outcome::Loaded, 4, 4));
    assert_eq!((report.persons_new, report.persons_known, report.persons_unlinked), (2, 2, 0));
    assert_eq!(report.earlier_registrations, 0, "within the founding file nothing is late");
    assert_eq!(home.cohorts().await, ["2016", "2021"], "all rows of a person hold one cohort");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_known_from_an_earlier_load_keeps_the_cohort() {
    let home = Home::new().await;
    home.load(&[("A100001", "2019-05-01"), ("A100002", "")], Keep::Rows).await;
    let (report, _) = home.load(&[("A100001", "2015-05-01"), ("A100002", "2015-05-01")], Keep::Rows).await;
    assert_eq!((report.persons_new, report.persons_known, report.earlier_registrations), (0, 2, 1));
    assert_eq!(home.cohorts().await, ["2019", "no_year"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_passes_are_told_as_one() {
    let home = Home::new().await;
    let rows = [("A100001", "2019-05-01"), ("A100002", "2019-02-31"), ("", "2018-01-01")];
    let (tried, _) = home.load(&rows, Keep::Nothing).await;
    assert_eq!((tried.outcome, tried.rows_read, tried.loaded), (Outcome::DryRun, 3, 2));
    assert!(home.cohorts().await.is_empty());
    let (report, steps) = home.load(&rows, Keep::Rows).await;
    assert_eq!((report.rows_read, report.loaded, report.refused), (3, 2, 1));
    assert_eq!((report.persons_new, report.persons_known, report.persons_unlinked), (1, 0, 1));
    assert_eq!(report.refused_by_rule.values().sum::<u64>(), 1);
    let name = report.rejections.expect("a report of refused rows");
    let text = fs::read_to_string(home.folder.path().join("rejections").join(name)).expect("text");
    assert_eq!(text.lines().count(), 1);
    let (first, last) = (steps[0], steps[steps.len() - 1]);
    assert_eq!((steps.len(), first.rows, last.rows, last.refused), (2, 0, 3, 1));
    assert!(steps.is_sorted_by_key(|step| step.bytes) && steps.iter().all(|step| step.total_bytes == last.bytes));
    assert_eq!(first.bytes * 2, last.bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_between_the_passes_leaves_nothing() {
    let home = Home::new().await;
    let file = home.folder.path().join("export.csv");
    let line = "SYN-1,,,,A100001,F,Tajikistan,2019-05-01,Tajikistan,Sughd,Russia,labour,,victim\n";
    fs::write(&file, format!("{HEADER}\n{line}")).expect("written");
    let source = home.dictionary.source("mission-en").expect("there");
    let this = Load { file: &file, source, sealer: &home.sealer, keep: Keep::Rows };
    let mut stores = home.open().await.expect("open");
    let mut change = |_| fs::write(&file, format!("{HEADER}\n{line}{line}")).expect("written");
    let refused = load(&mut stores, &this, &mut change).await.expect_err("refused");
    assert!(matches!(refused, CustodyError::Changed { .. }), "{refused}");
    assert_eq!(stores.register().persons().expect("a count"), 0);
    drop(stores);
    assert!(home.cohorts().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_register_is_not_replaced_by_an_empty_one() {
    let home = Home::new().await;
    fs::remove_file(home.folder.path().join("identity.sqlite")).expect("lost");
    let refused = home.open().await.expect_err("refused");
    assert!(matches!(refused, CustodyError::Identity(IdentityError::RegisterMissing { .. })), "{refused}");
}

#[test]
fn only_columns_that_link_need_two_passes() {
    let dictionary = Dictionary::builtin().expect("sound");
    let twice = |name| links(dictionary.source(name).expect("there"));
    assert_eq!(["ctdc-2021", "mission-en", "ngo-assistance", "htcds"].map(twice), [false, true, true, true]);
}

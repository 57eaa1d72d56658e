//! The published file of CTDC, release of 15 July 2021, when it is there: nothing is lost, the counts are the known ones.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::{Array, AsArray, RecordBatch};
use panoh_dictionary::Absence;

use super::fixture::{DICTIONARY, LATEST_YEAR, SEALER, cell};
use crate::{Batch, Intake, Options, Tally, digest, open};

fn batches(file_name: &str) -> Option<Vec<Batch>> {
    #[expect(clippy::disallowed_methods, reason = "the folder of real files is named by the one who runs the tests")]
    let Ok(folder) = std::env::var("PANOH_TEST_DATA") else {
        eprintln!("skipped: PANOH_TEST_DATA does not name a folder with real files");
        return None;
    };
    let path = PathBuf::from(folder).join("ctdc-2021").join(file_name);
    let source = DICTIONARY.source("ctdc-2021").expect("the mapping is built in");
    let file = digest(&path, &SEALER).expect("the file is there");
    let (dictionary, sealer, options) = (&*DICTIONARY, &*SEALER, &Options::default());
    let intake = Intake { dictionary, source, sealer, batch_rows: 8192, latest_year: LATEST_YEAR, options };
    let reader = open(&path, &file, intake).expect("the header fits the mapping");
    Some(reader.map(|batch| batch.expect("the file is sound")).collect())
}

fn count(batches: &[Batch], column: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for batch in batches {
        for row in 0..batch.rows.num_rows() {
            *counts.entry(cell(&batch.rows, column, row)).or_default() += 1;
        }
    }
    counts
}

// Citizenship and country of exploitation of a row, where both are known.
fn route(rows: &RecordBatch, row: usize) -> Option<(String, String)> {
    let citizenships = rows.column_by_name("citizenships")?.as_list::<i32>().value(row);
    let journey = rows.column_by_name("journey")?.as_list::<i32>().value(row);
    let countries = journey.as_struct().column_by_name("country")?.clone();
    let known = |codes: &dyn Array| {
        let codes = codes.as_string::<i32>();
        (codes.len() == 1).then(|| codes.value(0).to_owned()).filter(|code| Absence::from_code(code).is_none())
    };
    Some((known(&citizenships)?, known(&countries)?))
}

#[test]
fn every_row_is_taken_and_the_golden_numbers_come_out() {
    let Some(batches) = batches("ctdc_kanon_20210715.csv") else { return };
    let total = |of: fn(&Batch) -> u64| batches.iter().map(of).sum::<u64>();
    assert_eq!(total(|batch| batch.rows_read), 97_750);
    assert_eq!(total(|batch| batch.rows_refused), 0);
    assert_eq!(total(|batch| batch.rows.num_rows() as u64), 97_750);

    let mut tally = Tally::default();
    for batch in &batches {
        tally.add(&batch.tally);
    }
    // Agriculture without forced labour: 13 rows deny it and 31 say nothing about it.
    assert_eq!(tally.noted.values().collect::<Vec<_>>(), [&(13 + 31)], "{tally:?}");
    assert_eq!((tally.empty_rows, tally.total_rows), (0, 0));

    let gender = count(&batches, "gender");
    let expected = [("man", 21_465), ("missing", 8_138), ("trans_or_non_conforming", 64), ("woman", 68_083)];
    assert_eq!(gender, expected.map(|(code, rows)| (code.to_owned(), rows)).into());

    let years = count(&batches, "registered_year");
    assert_eq!((years["NULL"], years["2019"]), (2_011, 21_312));
    assert_eq!(years.keys().map(String::as_str).collect::<Vec<_>>()[..2], ["2002", "2003"]);
    assert_eq!((years.len(), years.contains_key("2021")), (21, true));
    assert_eq!(years.iter().filter(|(year, _)| *year != "NULL").map(|(_, rows)| rows).max(), Some(&21_312));

    assert_eq!(count(&batches, "age_band")["missing"], 46_783);
    assert_eq!(count(&batches, "record_system")["direct_assistance"], 45_143);
    assert_eq!(count(&batches, "record_system")["hotline"], 52_607);
    let citizenships = count(&batches, "citizenships");
    assert_eq!((citizenships["[]"], citizenships.len()), (44_460, 62));
    let journeys = count(&batches, "journey");
    assert_eq!((journeys["[]"], journeys.len()), (24_258, 78));
}

#[test]
fn routes_are_the_known_ones() {
    let Some(batches) = batches("ctdc_kanon_20210715.csv") else { return };
    let mut routes = BTreeMap::<(String, String), u64>::new();
    for batch in &batches {
        for row in 0..batch.rows.num_rows() {
            if let Some(route) = route(&batch.rows, row) {
                *routes.entry(route).or_default() += 1;
            }
        }
    }
    assert_eq!((routes.len(), routes.values().sum::<u64>()), (155, 31_435));
    assert_eq!(routes.iter().filter(|((from, to), _)| from == to).map(|(_, rows)| rows).sum::<u64>(), 12_410);
    for (from, to, rows) in [
        ("USA", "USA", 6_366),
        ("UKR", "RUS", 4_499),
        ("MEX", "USA", 2_351),
        ("PHL", "PHL", 1_988),
        ("MMR", "IDN", 1_229),
        ("KHM", "KHM", 912),
        ("BLR", "RUS", 800),
        ("UKR", "POL", 709),
        ("KGZ", "RUS", 201),
        ("KGZ", "KAZ", 94),
        ("TJK", "TJK", 77),
        ("UZB", "KAZ", 64),
        ("UZB", "RUS", 23),
    ] {
        assert_eq!(routes.get(&(from.to_owned(), to.to_owned())), Some(&rows), "{from} → {to}");
    }
}

#[test]
fn the_parquet_twin_gives_the_same_rows() {
    let Some(csv) = batches("ctdc_kanon_20210715.csv") else { return };
    let parquet = batches("ctdc_kanon_20210715.parquet").expect("the folder is there");
    assert_eq!(csv.len(), parquet.len());
    for (one, other) in csv.iter().zip(&parquet) {
        for (at, field) in one.rows.schema().fields().iter().enumerate() {
            // The pseudonym of a record without a number depends on the digest of its file.
            if field.name() != "record" {
                assert_eq!(one.rows.column(at), other.rows.column(at), "{}", field.name());
            }
        }
        assert_eq!((one.rows_read, one.rows_refused), (other.rows_read, other.rows_refused));
    }
}

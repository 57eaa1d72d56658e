//! What is read does not depend on the number of threads that read it.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::Path;

use arrow::array::RecordBatch;
use panoh_dictionary::Source;
use panoh_identity::Pseudonym;

use super::fixture::{DICTIONARY, LATEST_YEAR, REGISTER, SEALER, SOURCE};
use crate::{Batch, Intake, IntakeError, Options, RefusedRecord, Rejection, Rule, Sealed, Tally};
use crate::{digest, open};

fn batches(path: &Path, threads: usize) -> Result<Vec<Batch>, IntakeError> {
    batches_as(&SOURCE, path, threads)
}

fn batches_as(source: &Source, path: &Path, threads: usize) -> Result<Vec<Batch>, IntakeError> {
    let options = Options { threads, ..Options::default() };
    let intake = Intake {
        dictionary: &DICTIONARY,
        source,
        sealer: &SEALER,
        batch_rows: 7,
        latest_year: LATEST_YEAR,
        options: &options,
    };
    open(path, &digest(path, &SEALER)?, intake)?.collect()
}

/// Everything that a batch says.
type Said<'a> =
    (&'a RecordBatch, &'a [Sealed], &'a [Pseudonym], &'a [RefusedRecord], &'a [Rejection], &'a Tally, [u64; 3]);

fn said(batch: &Batch) -> Said<'_> {
    // Named one by one, so that a part that is added later is not forgotten here.
    let Batch { rows, people, records, refused, rejections, tally, rows_read, rows_refused, bytes_read } = batch;
    (rows, people, records, refused, rejections, tally, [*rows_read, *rows_refused, *bytes_read])
}

fn all_said(batches: &[Batch]) -> Vec<Said<'_>> {
    batches.iter().map(said).collect()
}

/// Good rows, rows to refuse, empty rows and mended cells, in turn.
fn register(rows: usize) -> String {
    let mut text = String::from("case,name,born,sex,year,purpose\n");
    for row in 0..rows {
        let line = match row % 5 {
            0 => format!("C-{row},Раҳмонов Ҷамшед,0{}.05.1990,ж,2018,both", row % 9 + 1),
            1 => format!("C-{row},Каримова Зулфия,,woman,20{:02},forced_labour", row % 20),
            2 => format!("C-{row},,,lorry,1812,"),
            3 => " , , , , , ".to_owned(),
            _ => format!("C-{row}, Саидов  Али ,31.12.1985,м,2019.0,Sexual exploitation"),
        };
        writeln!(text, "{line}").expect("a String takes everything");
    }
    text
}

#[test]
fn any_number_of_threads_gives_the_same_batches_in_the_same_order() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("export.csv");
    for rows in [0, 1, 7, 8, 400] {
        std::fs::write(&path, register(rows)).expect("the folder is writable");
        let alone = batches(&path, 1).expect("the file is read");
        for threads in [0, 2, 3, 8] {
            let together = batches(&path, threads).expect("the file is read");
            assert_eq!(all_said(&together), all_said(&alone), "{rows} rows, {threads} threads");
        }
        let read: u64 = alone.iter().map(|batch| batch.rows_read).sum();
        let empty: u64 = alone.iter().map(|batch| batch.tally.empty_rows).sum();
        assert_eq!(read + empty, rows as u64);
        if rows == 400 {
            let refused: u64 = alone.iter().map(|batch| batch.rows_refused).sum();
            assert_eq!((read, refused), (320, 80));
            assert!(alone.iter().all(|batch| !batch.tally.mended.is_empty()), "each batch has a mended cell");
        }
    }
}

/// The first row of two with one record id is taken and the second refused, whichever thread reads them.
#[test]
fn rows_with_equal_record_ids_are_told_in_the_order_of_the_file() {
    let mapping = REGISTER
        .replace("[file]\n", "[file]\nreplace_by_record_id = true\n")
        .replace(r#"case = { identity = "record_id", optional = true }"#, r#"case = { identity = "record_id" }"#);
    let source = DICTIONARY.parse_source("register.toml", &mapping).expect("the mapping is sound");
    // Every id stands twice, far apart and in other letters, and every seventh row has none.
    let mut text = String::from("case,name,born,sex,year\n");
    for row in 0..200 {
        let id = if row % 7 == 6 { String::new() } else { format!("{}-{}", ["C", "с"][row / 100], row % 100) };
        writeln!(text, "{id},Каримова Зулфия,0{}.05.1990,ж,20{:02}", row % 9 + 1, row % 20).expect("a String");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("export.csv");
    std::fs::write(&path, text).expect("the folder is writable");
    let alone = batches_as(&source, &path, 1).expect("the file is read");
    for threads in [0, 2, 3, 8] {
        let together = batches_as(&source, &path, threads).expect("the file is read");
        assert_eq!(all_said(&together), all_said(&alone), "{threads} threads");
    }
    let records: Vec<Pseudonym> = alone.iter().flat_map(|batch| batch.records.iter().copied()).collect();
    assert_eq!(records.iter().collect::<HashSet<_>>().len(), records.len(), "no record stands twice");
    let broken = |rule: Rule| {
        let rejections = alone.iter().flat_map(|batch| &batch.rejections);
        rejections.filter(|rejection| rejection.rule == rule).map(|rejection| rejection.line).collect::<Vec<_>>()
    };
    let missing = (0..200).filter(|row| row % 7 == 6).count();
    // Of the ids of the second hundred those are new whose row in the first had none.
    let is_repeated = |row: &u64| row % 7 != 6 && (row - 100) % 7 != 6;
    let repeated: Vec<u64> = (100..200).filter(is_repeated).map(|row| row + 2).collect();
    assert_eq!(broken(Rule::RecordIdMissing).len(), missing);
    assert_eq!(broken(Rule::RecordIdRepeated), repeated);
    assert_eq!(records.len(), 200 - missing - repeated.len());
}

#[test]
fn a_reader_that_is_dropped_half_way_leaves_nothing_waiting() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("export.csv");
    std::fs::write(&path, register(5_000)).expect("the folder is writable");
    let options = Options { threads: 3, ..Options::default() };
    let intake = Intake {
        dictionary: &DICTIONARY,
        source: &SOURCE,
        sealer: &SEALER,
        batch_rows: 7,
        latest_year: LATEST_YEAR,
        options: &options,
    };
    let file = digest(&path, &SEALER).expect("the file is read");
    let mut reader = open(&path, &file, intake).expect("the file is opened");
    assert_eq!(reader.by_ref().take(2).flatten().count(), 2);
    assert_eq!(reader.rows_read(), 11, "three of fourteen rows are empty");
}

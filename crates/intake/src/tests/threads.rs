//! What is read does not depend on the number of threads that read it, nor on the number of passes.

use std::fmt::Write;
use std::path::Path;

use super::fixture::{DICTIONARY, LATEST_YEAR, SEALER, SOURCE};
use crate::{Batch, Intake, IntakeError, Options, Pass, Sealed, SealedIdentity, digest, open};

fn batches(path: &Path, threads: usize) -> Result<Vec<Batch>, IntakeError> {
    pass(path, threads, Pass::Whole)
}

fn pass(path: &Path, threads: usize, pass: Pass) -> Result<Vec<Batch>, IntakeError> {
    let options = Options { threads, ..Options::default() };
    let intake = Intake {
        dictionary: &DICTIONARY,
        source: &SOURCE,
        sealer: &SEALER,
        batch_rows: 7,
        latest_year: LATEST_YEAR,
        options: &options,
        pass,
    };
    open(path, &digest(path, &SEALER)?, intake)?.collect()
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
            assert_eq!(format!("{together:?}"), format!("{alone:?}"), "{rows} rows, {threads} threads");
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
        pass: Pass::Whole,
    };
    let file = digest(&path, &SEALER).expect("the file is read");
    let mut reader = open(&path, &file, intake).expect("the file is opened");
    assert_eq!(reader.by_ref().take(2).flatten().count(), 2);
    assert_eq!(reader.rows_read(), 11, "three of fourteen rows are empty");
}

#[test]
fn two_passes_say_together_what_one_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("export.csv");
    std::fs::write(&path, register(100)).expect("the folder is writable");
    let whole = batches(&path, 2).expect("the file is read");
    let people = pass(&path, 3, Pass::People).expect("the file is read");
    let rows = pass(&path, 1, Pass::Rows).expect("the file is read");
    assert_eq!((people.len(), rows.len()), (whole.len(), whole.len()));
    for ((whole, people), rows) in whole.iter().zip(&people).zip(&rows) {
        assert_eq!(people.rows.num_rows(), 0);
        assert_eq!((&people.people, &people.records), (&whole.people, &whole.records));
        assert_eq!((&rows.rows, &rows.records), (&whole.rows, &whole.records));
        let is_sealed = |person: &Sealed| matches!(person.identity, SealedIdentity::Linked(_));
        assert!(whole.people.iter().any(is_sealed) && !rows.people.iter().any(is_sealed));
        for batch in [people, rows] {
            assert_eq!((&batch.rejections, &batch.tally), (&whole.rejections, &whole.tally));
            assert!(batch.mark == whole.mark, "the same bytes have the same mark");
        }
    }
    let changed = register(100).replace("C-57,", "C-75,");
    std::fs::write(&path, changed).expect("the folder is writable");
    let other = pass(&path, 2, Pass::Rows).expect("the file is read");
    let differ: Vec<usize> = (0..other.len()).filter(|&at| other[at].mark != whole[at].mark).collect();
    assert_eq!(differ, [57 / 7], "the batch of the row that changed, and no other");
}

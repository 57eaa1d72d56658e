//! Nothing that a cell holds leaves intake: a planted text is looked for in everything that can be printed or written.

use arrow::array::RecordBatch;

use super::fixture::{Loaded, SOURCE, cell, load};
use crate::RawRow;

const PLANTED: &str = "Загадка-Zulfiya";

/// A sound value for each column of the mapping of the tests.
const SOUND: [(&str, &str); 24] = [
    ("case", "K-1"),
    ("name", "Шарипов Далер"),
    ("given", "Далер"),
    ("family", "Шарипов"),
    ("passport", "A4071536"),
    ("born", "02.05.1990"),
    ("consent", "yes"),
    ("year", "2018"),
    ("contact", "01.02.2018"),
    ("age", "17"),
    ("status", "identified"),
    ("citizens", "TJ"),
    ("purpose", "both"),
    ("begging", "1"),
    ("abducted", "no"),
    ("from", "TJ"),
    ("from_region", "TJ-SU"),
    ("to", "RU"),
    ("stop", "transit"),
    ("stop_country", "KZ"),
    ("stop_region", ""),
    ("notes", "x"),
    ("office", "Khujand"),
    ("sex", "ж"),
];

/// The sound row with another text in one column.
fn file_with(at: usize, text: &str) -> String {
    let header: Vec<_> = SOUND.iter().map(|(name, _)| *name).collect();
    let row: Vec<_> =
        SOUND.iter().enumerate().map(|(place, (_, sound))| if place == at { text } else { *sound }).collect();
    format!("{}\n{}\n", header.join(","), row.join(","))
}

/// Everything of a load that anybody could print, log or write.
fn everything(loaded: &Loaded) -> String {
    // Codes are shown cell by cell: a batch that is printed whole leaves out most of their texts.
    let cells = |batch: &RecordBatch| -> String {
        let names = batch.schema_ref().fields().iter().map(|field| field.name());
        names.flat_map(|name| (0..batch.num_rows()).map(|row| cell(batch, name, row) + " ")).collect()
    };
    let batches: Vec<_> = loaded.batches.iter().map(|batch| format!("{batch:?} {}", cells(batch))).collect();
    let rejections = serde_json::to_string(&loaded.rejections).expect("rejections are plain data");
    format!("{} {:?} {:?} {rejections}", batches.concat(), loaded.people, loaded.rejections)
}

#[test]
fn the_scanner_finds_what_is_there() {
    let loaded = load(file_with(usize::MAX, "")).expect("the header fits");
    assert!(loaded.rejections.is_empty(), "the sound row is taken: {:?}", loaded.rejections);
    let shown = everything(&loaded);
    for code in ["woman", "TJ-SU", "KAZ", "forced_begging", "test-register"] {
        assert!(shown.contains(code), "{code} is handed on, so a planted text would be seen: {shown}");
    }
    for raw in SOUND
        .map(|(_, sound)| sound)
        .iter()
        .filter(|raw| raw.chars().count() > 6 && **raw != "transit" && **raw != "identified")
    {
        assert!(!shown.contains(raw), "{raw}");
    }
}

#[test]
fn a_text_planted_in_any_column_is_not_shown_anywhere() {
    assert_eq!(SOUND.len(), SOURCE.columns.len(), "every column of the mapping is tried");
    for (at, (column, _)) in SOUND.iter().enumerate() {
        let loaded = load(file_with(at, PLANTED)).expect("the header fits");
        let shown = everything(&loaded);
        for part in ["Загадка", "Zulfiya"] {
            assert!(!shown.contains(part), "column {column}: {shown}");
        }
    }
}

#[test]
fn a_text_planted_in_a_broken_row_or_header_is_not_shown_anywhere() {
    for body in [
        format!("{PLANTED}\n"),
        format!("{PLANTED},\"{PLANTED}\n"),
        format!("{PLANTED}\",x\n"),
        format!("{PLANTED}\0,x\n"),
    ] {
        let loaded = load(format!("year,notes\n{body}")).expect("the header fits");
        assert_eq!(loaded.rows_refused, 1, "{body}");
        assert!(!everything(&loaded).contains("Zulfiya"), "{body}");
    }
    for file in [
        format!("{PLANTED},{PLANTED}\n"),
        format!("year,{PLANTED}1234\n"),
        format!("year,\"{PLANTED}\n"),
        format!("PAR1{PLANTED}PAR1"),
    ] {
        let error = load(&file).expect_err("the file is refused");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("Zulfiya"), "{file}: {shown}");
    }
}

#[test]
fn a_raw_row_shows_its_shape() {
    let mut row = RawRow::default();
    row.push_bytes(PLANTED.as_bytes());
    row.end_cell();
    assert_eq!(format!("{row:?}"), "RawRow { line: 0, cells: 1, bytes: 23, .. }");
}

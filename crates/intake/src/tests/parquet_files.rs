//! Parquet files give the same rows as CSV files with the same cells.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int16Array, Int64Array, ListArray, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use arrow::datatypes::Int32Type;
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;

use super::fixture::load;
use crate::IntakeError;

/// A Parquet file of these columns.
pub(super) fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).expect("plain types");
    writer.write(&batch).expect("memory takes everything");
    writer.close().expect("memory takes everything");
    file
}

#[test]
fn values_of_every_plain_type_are_read_like_their_text() {
    let file = parquet(vec![
        ("year", Arc::new(Int16Array::from(vec![Some(2018), None, Some(18), Some(2020)]))),
        ("age", Arc::new(Float64Array::from(vec![Some(17.0), Some(f64::NAN), Some(17.5), None]))),
        ("abducted", Arc::new(StringArray::from(vec!["yes", "", "?", "no"]))),
        ("contact", Arc::new(Date32Array::from(vec![Some(17563), None, Some(0), Some(-200_000)]))),
        ("notes", Arc::new(BooleanArray::from(vec![Some(true), None, None, None]))),
    ]);
    let loaded = load(file).expect("the columns are known");
    assert_eq!(
        loaded.shown("registered_year majority_at_exploitation abduction registered_month"),
        [
            "2018 minor yes 2018-02",
            "NULL missing missing NULL",
            "line 3 year not_a_year",
            "line 3 age not_an_age",
            "line 4 contact not_a_date",
        ]
    );
}

#[test]
fn moments_are_dates_when_they_are_midnight() {
    let day = 86_400_000;
    let moments =
        TimestampMillisecondArray::from(vec![Some(17563 * day), Some(17563 * day + 3_600_000), Some(i64::MAX)]);
    let loaded = load(parquet(vec![("contact", Arc::new(moments))])).expect("the column is known");
    assert_eq!(
        loaded.shown("registered_month"),
        ["2018-02", "2018-02", "line 3 contact not_a_date"],
        "a typed date needs no declared format"
    );
}

#[test]
fn a_wanted_column_must_be_plain_and_others_are_not_even_decoded() {
    let list = || Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])])) as ArrayRef;
    let year = || Arc::new(Int64Array::from(vec![2018])) as ArrayRef;
    let loaded = load(parquet(vec![("notes", list()), ("year", year())])).expect("notes are dropped");
    assert_eq!(loaded.shown("registered_year"), ["2018"]);
    let error = load(parquet(vec![("year", year()), ("sex", list())])).expect_err("a list is no word");
    assert!(matches!(&error, IntakeError::ParquetType { column, .. } if column == "sex"), "{error}");
    let loaded = load(parquet(vec![("notes", list())])).expect("nothing is decoded");
    assert_eq!(loaded.shown("gender"), ["missing"]);
}

#[test]
fn columns_are_checked_as_in_csv() {
    let one = || Arc::new(StringArray::from(vec!["x"])) as ArrayRef;
    let error = load(parquet(vec![("year", one()), ("phone", one())])).expect_err("phone is not known");
    assert!(error.to_string().contains("number 2"), "{error}");
    let nothing =
        load(parquet(vec![("year", Arc::new(Int64Array::from(Vec::<i64>::new())))])).expect("the column is known");
    assert_eq!((nothing.rows_read, nothing.batches.len()), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The same cells give the same rows, people apart (their stand-ins depend on the file) and lines apart.
    #[test]
    fn twins_give_equal_rows(
        rows in proptest::collection::vec(
            (
                prop::sample::select(vec!["2018", "2019.0", "-", "", "18"]),
                prop::sample::select(vec!["ж", "man", "?", "", "femme"]),
                prop::sample::select(vec!["TJ;UZ", "RU", "", "?", "Atlantis"]),
                prop::sample::select(vec!["a", "b c"]),
            ),
            0..12,
        ),
    ) {
        let columns = [
            ("year", rows.iter().map(|row| row.0).collect::<Vec<_>>()),
            ("sex", rows.iter().map(|row| row.1).collect()),
            ("citizens", rows.iter().map(|row| row.2).collect()),
            ("notes", rows.iter().map(|row| row.3).collect()),
        ];
        let lines = rows.iter().map(|(year, sex, citizens, notes)| format!("{year},\"{sex}\",{citizens},{notes}\n"));
        let csv = lines.fold(String::from("year,sex,citizens,notes\n"), |csv, line| csv + &line);
        let columns = columns.map(|(name, cells)| (name, Arc::new(StringArray::from(cells)) as ArrayRef));
        let from_csv = load(csv).expect("the header fits");
        let from_parquet = load(parquet(columns.into())).expect("the columns are known");
        let shown = "registered_year gender gender_basis citizenships journey source";
        let taken = |loaded: &super::fixture::Loaded| {
            loaded.shown(shown).into_iter().filter(|line| !line.starts_with("line")).collect::<Vec<_>>()
        };
        prop_assert_eq!(taken(&from_csv), taken(&from_parquet));
        let rules = |loaded: &super::fixture::Loaded, header: u64| {
            loaded.rejections.iter().map(|said| (said.line - header, said.column.clone(), said.rule)).collect::<Vec<_>>()
        };
        prop_assert_eq!(rules(&from_csv, 1), rules(&from_parquet, 0));
    }

    /// A damaged file is refused or read, never a panic.
    #[test]
    fn damage_is_survived(at in 4_usize..600, byte in any::<u8>(), cut in 0_usize..80) {
        let mut file = parquet(vec![
            ("year", Arc::new(Int64Array::from(vec![2018, 2019, 2020]))),
            ("sex", Arc::new(StringArray::from(vec!["ж", "man", "woman"]))),
        ]);
        let at = at % file.len();
        file[at] = byte;
        file.truncate(file.len() - cut % file.len());
        if let Err(error) = load(file) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}

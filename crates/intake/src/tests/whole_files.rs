//! The shape of a file: headers, line ends, encodings, broken rows, batches.

use proptest::prelude::*;

use super::fixture::{SOURCE, load};
use crate::{IntakeError, Rule};

#[track_caller]
fn check(bytes: &[u8], expected: &[&str]) {
    let loaded = load(bytes).expect("the header fits");
    assert_eq!(loaded.shown("registered_year"), expected, "{}", String::from_utf8_lossy(bytes));
}

#[track_caller]
fn refused(bytes: impl AsRef<[u8]>) -> IntakeError {
    load(bytes).expect_err("the file is refused whole")
}

#[test]
fn byte_order_mark_line_ends_quotes_and_blanks_do_not_matter() {
    check(b"year,notes\n2018,x\n", &["2018"]);
    check(b"\xef\xbb\xbfyear,notes\r\n2018,x\r\n2019,y", &["2018", "2019"]);
    check(b"\xef\xbb\xbf\"year\" , notes \n\"2018\",\"a\n\nb\"\n\n\n2019,\n", &["2018", "2019"]);
    check(b"year,notes\r2018,x\r2019,\"a\rb\"\r", &["2018", "2019"]);
    check("notes,year\n,\u{a0}2018\u{2003}\n".as_bytes(), &["2018"]);
    check(b"year\n", &[]);
    check(b"year", &[]);
}

#[test]
fn a_line_that_tells_spreadsheets_the_separator_is_no_header() {
    for first in ["sep=;", "SEP=;", "\"sep=;\"", "\u{feff}sep=;\r"] {
        check(format!("{first}\nyear;notes\n2018;x\nold;\n").as_bytes(), &["2018", "line 4 year not_a_year"]);
    }
    check(b"sep=\t\nyear\tnotes\n2018\tx\n", &["2018"]);
    assert!(matches!(refused("sep=;"), IntakeError::NoHeaderRow { .. }));
    assert!(matches!(refused("sep=ab;\nyear;notes\n2018;x\n"), IntakeError::NoHeader { .. }));
}

#[test]
fn rows_that_cannot_be_read_are_refused_one_by_one() {
    check(
        b"year,notes\n2018\n2018,a,b\n2018,a\n",
        &["2018", "line 2 row wrong_number_of_cells", "line 3 row wrong_number_of_cells"],
    );
    check(
        b"year,notes\n2018,\xd0\n2018,a\0b\n\xff,\n",
        &["line 2 notes not_utf8", "line 3 notes nul_byte", "line 4 year not_utf8"],
    );
    // Half a letter at the end of one cell and half at the start of the next are not a letter.
    check(b"year,notes\n\"\xd0\",\"\x90\"\n", &["line 2 year not_utf8"]);
    check(b"year,notes\n2018,a\"b\n2019,\n", &["2019", "line 2 row stray_quote"]);
    check(b"year,notes\n2019,\n2018,\"a\n2020,b\n", &["2019", "line 3 row unclosed_quote"]);
    let long = [&b"year,notes\n2018,"[..], &vec![b'x'; (1 << 20) + 1], b"\n2019,x\n"].concat();
    check(&long, &["2019", "line 2 notes cell_too_large"]);
}

#[test]
fn empty_columns_behind_the_table_are_left_out() {
    check(b"year,notes,,\n2018,x,,\n2019,, ,\n", &["2018", "2019"]);
    // A cell there, or another number of cells, may be a comma in a cell without quotes.
    check(
        b"year,notes,,\n2018,x,y,\n2018,x\n2018,x,,,\n",
        &[2, 3, 4].map(|line| format!("line {line} row wrong_number_of_cells")).each_ref().map(String::as_str),
    );
}

#[test]
fn a_refused_row_names_all_its_lines() {
    let loaded = load("year,notes\n2018,\"a\nb\nc\"d\n2019,\n").expect("the header fits");
    let rejection = &loaded.rejections[0];
    assert_eq!((rejection.line, rejection.last_line, rejection.rule), (2, 4, Rule::StrayQuote));
}

#[test]
fn an_empty_or_wrongly_encoded_file_is_refused_whole() {
    assert!(matches!(refused(""), IntakeError::Empty));
    assert!(matches!(refused("\u{feff}\n\n"), IntakeError::Empty));
    assert!(matches!(refused(b"year,\xcf\xee\xeb\n"), IntakeError::BrokenHeader { rule: Rule::NotUtf8 }));
    assert!(matches!(refused("[\n  {\"year\": 2018}\n]"), IntakeError::JsonArray));
    assert!(matches!(refused("year,\"notes\n2018,x\n"), IntakeError::BrokenHeader { rule: Rule::UnclosedQuote }));
}

#[test]
fn all_problems_of_a_header_are_told_at_once() {
    let error = refused("year,phone,Год,Passport 1234567,notes,notes\n");
    assert_eq!(
        error.to_string(),
        "the header does not fit the mapping test-register; columns that it does not know: number 2, number 4; \
         add them to the mapping, if only as dropped; columns that are there more than once: year, notes; keep one"
    );
    let needed = super::fixture::REGISTER.replace(
        "office = { ignore = \"always the same\", optional = true }",
        "office = { ignore = \"always the same\" }",
    );
    let source = super::fixture::DICTIONARY.parse_source("register.toml", &needed).expect("sound");
    let error = super::fixture::load_as("year\n2018\n", &source).expect_err("a column is missing");
    assert_eq!(
        error.to_string(),
        "the header does not fit the mapping test-register; columns that are missing: office; export them too"
    );
}

#[test]
fn a_file_without_header_shows_none_of_its_cells() {
    let error = refused("Рахмонова Зарина,TJ\nШарипов Далер,RU\n");
    assert!(matches!(&error, IntakeError::NoHeader { columns: 2, mapping } if *mapping == SOURCE.name));
    let said = format!("{error} {error:?}");
    assert!(!said.contains("Рахмонова") && !said.contains("TJ"), "{said}");
}

#[test]
fn a_missing_file_is_an_error_with_its_path() {
    let path = std::path::Path::new("no-such-folder/export.csv");
    let error = super::fixture::load_path(path, &SOURCE).expect_err("there is no file");
    assert!(error.to_string().contains("no-such-folder/export.csv"), "{error}");
}

#[test]
fn batches_are_bounded_and_nothing_is_lost_between_them() {
    let rows: String =
        (0..10).map(|at| if at % 4 == 1 { "bad,\n".to_owned() } else { format!("{},\n", 2000 + at) }).collect();
    let loaded = load(format!("year,notes\n{rows}")).expect("the header fits");
    assert_eq!(loaded.batches.iter().map(arrow::array::RecordBatch::num_rows).collect::<Vec<_>>(), [2, 2, 3, 0]);
    assert_eq!((loaded.rows_read, loaded.rows_refused), (10, 3));
}

fn cells() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "2018",
        "18",
        "woman",
        "ж",
        "TJ;RU",
        "TJ",
        "TJ-SU",
        "01.02.2018",
        "1",
        "?",
        "-",
        "",
        ",",
        ",,",
        ";",
        "\n",
        "\r\n",
        "\"",
        "\"\"",
        "Раҳмонов Ҷамшед",
        "recruitment;transit",
        "\0",
        "\u{feff}",
        "é",
        "999999999999999999999999",
        "prevented",
    ];
    let word = prop::sample::select(words.map(str::as_bytes).to_vec()).prop_map(<[u8]>::to_vec);
    let any = proptest::collection::vec(any::<u8>(), 0..8);
    proptest::collection::vec(prop_oneof![8 => word, 1 => any], 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the bytes, intake ends, and each row is either taken or refused; the fixture checks each batch.
    #[test]
    fn every_row_is_taken_or_refused(
        header in prop::sample::subsequence(
            vec!["case", "name", "passport", "born", "consent", "year", "contact", "age", "sex", "status", "citizens", "purpose",
                 "begging", "abducted", "from", "from_region", "to", "stop", "stop_country", "stop_region", "notes"],
            1..8,
        ),
        body in cells(),
    ) {
        let bytes = [header.join(",").as_bytes(), b"\n", &body].concat();
        let loaded = load(bytes).expect("the header fits");
        let taken: usize = loaded.batches.iter().map(arrow::array::RecordBatch::num_rows).sum();
        prop_assert_eq!(taken as u64 + loaded.rows_refused, loaded.rows_read);
        let mut lines: Vec<u64> = loaded.rejections.iter().map(|rejection| rejection.line).collect();
        lines.dedup();
        prop_assert_eq!(lines.len() as u64, loaded.rows_refused, "each refused row is named at its own line");
    }

    /// Bytes that are no export at all are refused or read, never a panic.
    #[test]
    fn any_bytes_are_survived(bytes in cells()) {
        if let Ok(loaded) = load(bytes) {
            prop_assert!(loaded.rows_refused <= loaded.rows_read);
        }
    }
}

#[test]
fn a_reader_can_be_handed_to_another_thread() {
    fn sendable<T: Send + 'static>() {}
    sendable::<crate::Reader>();
    sendable::<crate::Batch>();
    sendable::<IntakeError>();
}

#[test]
fn a_mapping_of_another_dictionary_is_refused() {
    let mut source = SOURCE.clone();
    source.constants[0].code = "no_such_code".to_owned();
    let error = super::fixture::load_as("year\n2018\n", &source).expect_err("no list has the code");
    assert_eq!(
        error.to_string(),
        "the mapping test-register names the code no_such_code, which this dictionary does not have; use them together"
    );
    source.table = "nowhere".to_owned();
    let error = super::fixture::load_as("year\n2018\n", &source).expect_err("there is no such table");
    assert!(matches!(error, IntakeError::Mapping { what: "table", .. }));
}

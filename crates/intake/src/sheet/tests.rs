//! Tests of what is made of a child's answer, with the answer in memory; and of what happens when there is no child.

use super::*;
use crate::specimens::{XlsxSheet, xlsx, xlsx_merged, xlsx_of, xlsx_rows};
use panoh_dictionary::Separator;

pub(crate) fn shape(sheets: &[&str], header_row: u32, first_row: u32) -> FileShape {
    FileShape {
        encoding: None,
        separator: Separator::Auto,
        quote: b'"',
        sheets: sheets.iter().map(|name| (*name).to_owned()).collect(),
        header_row,
        first_row,
        total_rows: Vec::new(),
        replace_by_record_id: false,
    }
}

fn answer(workbook: &[u8], shape: &FileShape) -> Result<SheetAnswer, IntakeError> {
    heard(said(workbook, shape), shape)
}

/// What a child says of a workbook.
pub(crate) fn said(workbook: &[u8], shape: &FileShape) -> Vec<u8> {
    let mut request = Vec::new();
    frames::write_request(&mut request, &shape.sheets).expect("memory takes everything");
    request.extend(workbook);
    let mut said = Vec::new();
    crate::workbook::answer(&request[..], &mut said).expect("memory takes everything");
    said
}

/// What its parent makes of it.
pub(crate) fn heard(said: Vec<u8>, shape: &FileShape) -> Result<SheetAnswer, IntakeError> {
    let input = Box::new(io::Cursor::new(said));
    SheetAnswer::read(Frames { input, running: None, cells: Vec::new(), path: PathBuf::new() }, shape)
}

/// Header and rows as text, `1: a|b`, or the rule with the place of its cell.
fn read(workbook: &[u8], shape: &FileShape, wanted: &[Option<&str>]) -> Result<Vec<String>, IntakeError> {
    rows_of(answer(workbook, shape)?, shape, wanted)
}

/// The same of an answer of a child.
pub(crate) fn rows_of(
    answer: SheetAnswer,
    shape: &FileShape,
    wanted: &[Option<&str>],
) -> Result<Vec<String>, IntakeError> {
    let file = SheetFile::new(answer, shape, false)?;
    let mut seen = vec![file.header.join("|")];
    let mut rows = file.rows(wanted);
    let mut row = RawRow::default();
    while let Some(split) = rows.next(&mut row)? {
        let cells = || (0..row.len()).map(|at| String::from_utf8_lossy(row.cell(at)).into_owned()).collect::<Vec<_>>();
        let said = match (split, row.broken(wanted.len())) {
            (Err(rule), _) => rule.id().to_owned(),
            (_, Some((rule, at))) => format!("{} {at:?}", rule.id()),
            _ => cells().join("|"),
        };
        seen.push(format!("{}: {said}", row.place.line));
    }
    Ok(seen)
}

#[test]
fn rows_are_as_wide_as_the_header() {
    let rows = r#"<row r="1"><c r="B1"><v>1</v></c></row>
        <row r="3"><c r="B3" t="str"><v>id</v></c><c r="D3" t="str"><v>year</v></c></row>
        <row r="4"><c r="B4" t="str"><v>key</v></c></row>
        <row r="5"><c r="D5"><v>2020</v></c></row>
        <row r="7"><c r="A7" t="str"><v>note</v></c><c r="B7"><v>7</v></c></row>
        <row r="8"><c r="B8"><v>8</v></c><c r="E8"><v>9</v></c></row>
        <row r="9"><c r="B9"><v>9</v></c><c r="E9" t="str"><v> </v></c></row>"#;
    let book = xlsx_of(rows);
    let wanted = [Some("id"), Some(""), Some("year")];
    let seen = read(&book, &shape(&[], 3, 5), &wanted).expect("a sound workbook");
    let too_wide = "wrong_number_of_cells None";
    assert_eq!(seen, ["id||year", "5: ||2020", &format!("7: {too_wide}"), &format!("8: {too_wide}"), "9: 9||"]);
    let file = SheetFile::new(answer(&book, &shape(&[], 3, 5)).expect("a sheet"), &shape(&[], 3, 5), false);
    assert_eq!(file.expect("a header").first_column, 1);
}

/// Templates number their rows in a column without a name.
#[test]
fn a_column_without_a_name_is_read_where_the_mapping_knows_one() {
    let rows = r#"<row r="2"><c r="B2" t="str"><v>id</v></c></row>
        <row r="3"><c r="A3"><v>1</v></c><c r="B3"><v>7</v></c></row>
        <row r="4"><c r="A4"><v>2</v></c></row>"#;
    let shape = shape(&[], 2, 3);
    let file = SheetFile::new(answer(&xlsx_of(rows), &shape).expect("a sheet"), &shape, true).expect("a header");
    assert_eq!((file.header.join("|"), file.first_column), ("|id".to_owned(), 0));
    let mut rows = file.rows(&[None, Some("id")]);
    let mut row = RawRow::default();
    for expected in [[&b"1"[..], b"7"], [b"2", b""]] {
        assert!(matches!(rows.next(&mut row), Ok(Some(Ok(())))));
        assert_eq!((row.broken(2), row.cell(0), row.cell(1)), (None, expected[0], expected[1]));
    }
}

#[test]
fn an_error_refuses_its_row_where_something_looks_at_it() {
    let rows = r#"<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>
        <row r="2"><c r="A2" t="e"><v>#REF!</v></c><c r="B2"><v>1</v></c></row>
        <row r="3"><c r="A3"><v>1</v></c><c r="B3" t="e"><v>#N/A</v></c></row>"#;
    let seen = read(&xlsx_of(rows), &shape(&[], 1, 2), &[Some("a"), None]).expect("a sound workbook");
    assert_eq!(seen, ["a|b", "2: error_cell Some(0)", "3: 1|"]);
}

#[test]
fn a_formula_without_a_value_refuses_its_row_where_something_looks_at_it() {
    let rows = r#"<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>
        <row r="2"><c r="A2"><f>B2</f></c><c r="B2"><v>1</v></c></row>
        <row r="3"><c r="A3"><v>1</v></c><c r="B3"><f>A3</f></c></row>
        <row r="4"><c r="A4"><v>1</v></c><c r="D4"><f>A3</f></c></row>"#;
    let seen = read(&xlsx_of(rows), &shape(&[], 1, 2), &[Some("a"), None]).expect("a sound workbook");
    assert_eq!(seen, ["a|b", "2: formula_without_value Some(0)", "3: 1|", "4: wrong_number_of_cells None"]);
    let broken = xlsx_of(r#"<row r="1"><c r="A1"><f>B1</f></c></row>"#);
    let read = read(&broken, &shape(&[], 1, 2), &[]);
    assert!(matches!(read, Err(IntakeError::BrokenHeader { rule: Rule::FormulaWithoutValue })));
}

#[test]
fn a_cell_under_a_merged_one_refuses_its_row_where_something_looks_at_it() {
    let cells = |row: u8, places: &str| {
        let cells = places.chars().map(|place| format!(r#"<c r="{place}{row}" t="str"><v>{place}{row}</v></c>"#));
        format!(r#"<row r="{row}">{}</row>"#, cells.collect::<String>())
    };
    let rows =
        [(1, "A"), (2, "ABC"), (3, "ABC"), (4, "A"), (5, "C"), (6, "ABC"), (7, "AC")].map(|(row, at)| cells(row, at));
    // A title over the table and beyond it, a unit of three rows whose last shows nothing else, a pair sideways.
    let book = xlsx_merged(&rows.concat(), &["A1:F1", "B3:B5", "C3:C4", "C6:E6", "A7:B7"]);
    let all = [Some("A2"), Some("B2"), Some("C2")];
    let seen = read(&book, &shape(&[], 2, 3), &all).expect("a sound workbook");
    let under = |at: u8| format!("merged_cells Some({at})");
    let expected = ["A2|B2|C2", "3: A3|B3|C3", &format!("4: {}", under(1)), &format!("5: {}", under(1)), "6: A6|B6|C6"];
    assert_eq!(seen[..5], expected);
    assert_eq!(seen[5..], [format!("7: {}", under(1))]);
    let seen = read(&book, &shape(&[], 2, 3), &[Some("A2"), None, Some("C2")]).expect("a sound workbook");
    assert_eq!(seen[2..4], ["4: merged_cells Some(2)", "5: ||C5"]);
    let seen = read(&book, &shape(&[], 2, 3), &[Some("A2"), None, None]).expect("a sound workbook");
    assert_eq!(seen[2..], ["4: A4||", "5: ||C5", "6: A6|B6|C6", "7: A7||C7"]);
}

#[test]
fn the_names_of_merged_columns_are_those_of_the_header_row() {
    let rows = xlsx_rows(&[&["id", "place", ""], &["", "from", "to"], &["1", "TJ", "RU"]]);
    let book = xlsx_merged(&rows, &["A1:A2", "B1:C1"]);
    let seen = read(&book, &shape(&[], 1, 3), &[None, None]).expect("a sound workbook");
    assert_eq!(seen, ["id|place", "3: wrong_number_of_cells None"]);
    let below = SheetFile::new(answer(&book, &shape(&[], 2, 3)).expect("a sheet"), &shape(&[], 2, 3), true);
    assert_eq!(below.expect("a header").header, ["", "from", "to"]);
}

#[test]
fn the_count_of_days_comes_with_the_sheet() {
    let rows = xlsx_rows(&[&["a"]]);
    for (from_1904, expected) in [(false, DayCount::From1900), (true, DayCount::From1904)] {
        let sheet = XlsxSheet { name: "Sheet1", shown: true, rows: rows.clone(), merged: &[] };
        let answer = answer(&xlsx(&[sheet], "", from_1904), &shape(&[], 1, 2)).expect("a sheet");
        assert_eq!(SheetFile::new(answer, &shape(&[], 1, 2), false).expect("a header").days, expected);
    }
}

#[test]
fn a_sheet_without_its_header_row_is_empty() {
    let book = xlsx_of(&xlsx_rows(&[&["a"], &["b"]]));
    let behind = read(&book, &shape(&[], 5, 6), &[]);
    assert!(matches!(behind, Err(IntakeError::NoHeaderRow { header_row: 5, last: Some(_) })), "{behind:?}");
    let broken = xlsx_of(r#"<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>"#);
    let read = read(&broken, &shape(&[], 1, 2), &[]);
    assert!(matches!(read, Err(IntakeError::BrokenHeader { rule: Rule::ErrorCell })));
}

#[test]
fn the_name_of_a_sheet_is_known_only_when_the_mapping_says_it() {
    let book = xlsx_of(&xlsx_rows(&[&["a"]]));
    let name = |sheets| answer(&book, &shape(sheets, 1, 2)).expect("a sheet").name;
    assert_eq!(name(&[]), None);
    assert_eq!(name(&["Cases", "Sheet1"]).as_deref(), Some("Sheet1"));
}

#[test]
fn the_sheets_that_are_not_read_are_counted() {
    let sheet = |name| XlsxSheet { name, shown: true, rows: xlsx_rows(&[&["a"], &["1"]]), merged: &[] };
    let book = xlsx(&[sheet("2022"), sheet("2023"), sheet("2024")], "", false);
    let shape = shape(&["2023"], 1, 2);
    let file = SheetFile::new(answer(&book, &shape).expect("a sheet"), &shape, false).expect("a header");
    assert_eq!((file.name.as_deref(), file.others), (Some("2023"), 2));
    let top = answer(&book, &shape).and_then(|answer| answer.top(1)).expect("a sound workbook");
    assert_eq!(top, [(1, vec!["a".to_owned()])]);
}

#[test]
fn the_first_rows_are_shown_as_they_are() {
    let book = xlsx_of(&xlsx_rows(&[&["a title"], &["id", "year"], &["1", "2020"]]));
    let top = answer(&book, &shape(&[], 1, 2)).and_then(|answer| answer.top(2)).expect("a sound workbook");
    assert_eq!(top, [(1, vec!["a title".to_owned()]), (2, vec!["id".to_owned(), "year".to_owned()])]);
}

#[test]
fn a_child_that_ends_too_early_is_no_end_of_the_sheet() {
    let shape = shape(&[], 1, 2);
    let mut said = Vec::new();
    frames::write_request(&mut said, &[]).expect("memory takes everything");
    said.extend(xlsx_of(&xlsx_rows(&[&["a"], &["1"], &["2"]])));
    let mut answer = Vec::new();
    crate::workbook::answer(&said[..], &mut answer).expect("memory takes everything");
    for cut in 0..answer.len() {
        let read = || -> Result<(), IntakeError> {
            let file = SheetFile::new(heard(answer[..cut].to_vec(), &shape)?, &shape, false)?;
            let mut rows = file.rows(&[Some("a")]);
            while rows.next(&mut RawRow::default())?.is_some() {}
            Ok(())
        };
        assert!(matches!(read(), Err(IntakeError::Workbook { .. })), "cut after {cut} bytes");
    }
}

fn reader(program: &str, arguments: &[&str], seconds: u64) -> SheetReader {
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    SheetReader { program: PathBuf::from(program), arguments, memory_bytes: 1 << 30, seconds }
}

/// What comes of a child that is another program.
fn problem(reader: &SheetReader) -> WorkbookProblem {
    let workbook: Input = Box::new(io::repeat(b'x').take(1 << 20));
    match reader.start(workbook, &shape(&[], 1, 2), Path::new("cases.xlsx")) {
        Err(IntakeError::Workbook { problem }) => problem,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("no workbook was read"),
    }
}

#[test]
fn a_child_that_is_none_is_told_by_how_it_ends() {
    assert_eq!(problem(&reader("/no/such/program", &[], 5)), WorkbookProblem::Child);
    for (script, expected) in [
        ("exit 101", WorkbookProblem::Damaged),
        ("kill -ABRT $$", WorkbookProblem::Memory),
        ("kill -KILL $$", WorkbookProblem::Memory),
        ("kill -XCPU $$", WorkbookProblem::Time),
        ("echo the cells of a person", WorkbookProblem::Child),
        ("exec sleep 60", WorkbookProblem::Time),
    ] {
        assert_eq!(problem(&reader("/bin/sh", &["-c", script], 1)), expected, "{script}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_the_problem_and_not_the_child() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other(crate::archive::ArchiveProblem::Damaged))
        }
    }
    let cat = reader("/bin/sh", &["-c", "cat > /dev/null"], 5);
    let read = cat.start(Box::new(Broken), &shape(&[], 1, 2), Path::new("cases.zip"));
    assert!(matches!(read.err(), Some(IntakeError::Archive { .. })));
}

//! Tests of what the child answers, run in this process: its limits are tested with the real binary.

mod flaws;

use super::*;
use crate::frames::Cell;
use crate::row::ROW_LIMIT;
use crate::specimens::{XlsCell, XlsxSheet, ods, xls, xlsx, xlsx_of, xlsx_rows, zipped};

/// The answer as lines: `sheet N`, `row: A=text|C=(error)`, `end` or the problem.
fn answered(bytes: &[u8], names: &[&str]) -> Vec<String> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut request = Vec::new();
    frames::write_request(&mut request, &names).expect("memory takes everything");
    request.extend(bytes);
    let mut out = Vec::new();
    answer(&request[..], &mut out).expect("memory takes everything");
    let mut input = &out[..];
    let mut cells = Vec::new();
    let mut lines = Vec::new();
    while !input.is_empty() {
        let frame = frames::read(&mut input, &mut cells).expect("frames are whole");
        lines.push(match frame {
            Frame::Others(sheets) => format!("{sheets} others"),
            Frame::Sheet(asked, DayCount::From1900) => format!("sheet {asked:?}"),
            Frame::Sheet(asked, days) => format!("sheet {asked:?} {days:?}"),
            Frame::Row(number) => {
                let cells = frames::cells(&cells).expect("cells are in order");
                let shown: Vec<_> = cells.iter().map(shown).collect();
                format!("{number}: {}", shown.join("|"))
            }
            Frame::LargeRow(number) => format!("{number}: too large"),
            Frame::End => "end".to_owned(),
            Frame::Problem(problem) => format!("{problem:?}"),
        });
    }
    lines
}

fn shown(cell: &Cell<'_>) -> String {
    let text = match cell.flaw {
        None => String::from_utf8_lossy(cell.text),
        Some(Flaw::Error) => "(error)".into(),
        Some(Flaw::FormulaWithoutValue) => "(formula)".into(),
        Some(Flaw::Merged) => "(merged)".into(),
    };
    format!("{}={text}", crate::rejection::letters(cell.column as usize))
}

#[test]
fn cells_of_an_xlsx_workbook_become_text() {
    let cells = r#"<row r="2"><c r="B2" t="inlineStr"><is><t>Ҷамшед</t></is></c><c r="C2"><v>2002.0</v></c><c r="D2"><v>-0.5</v></c></row>
        <row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4" t="e"><v>#N/A</v></c><c r="C4" s="1"><v>43221</v></c><c r="D4" s="1"><v>43221.75</v></c></row>
        <row r="5"><c r="A5" s="1"><v>60</v></c><c r="B5" s="1"><v>0.25</v></c><c r="C5" s="2"><v>1.5</v></c><c r="D5" s="1"><v>-1</v></c><c r="E5" t="d"><v>2018-05-01T10:00:00.000</v></c></row>
        <row r="6"><c r="A6" s="1"/></row>"#;
    assert_eq!(
        answered(&xlsx_of(cells), &[]),
        [
            "sheet None",
            "2: B=Ҷамшед|C=2002|D=-0.5",
            "4: A=TRUE|B=(error)|C=2018-05-01|D=2018-05-01 18:00:00",
            "5: A=1900-02-29|B=06:00:00|C=1.5|D=-1|E=2018-05-01 10:00:00",
            "end",
        ]
    );
    let from_1904 = r#"<row r="1"><c r="A1" s="1"><v>41759</v></c><c r="B1" s="1"><v>0</v></c></row>"#.to_owned();
    let sheet = XlsxSheet { name: "Sheet1", shown: true, rows: from_1904, merged: &[] };
    let lines = answered(&xlsx(&[sheet], "", true), &[]);
    assert_eq!(lines[..2], ["sheet None From1904", "1: A=2018-05-01|B=1904-01-01"]);
}

/// A former version of the reader left empty strings out of the list, so that every later one moved up by a place.
#[test]
fn an_empty_shared_string_keeps_its_place() {
    let strings = "<si/><si><t>woman</t></si><si><t></t></si><si><r><t>ma</t></r><r><t>n</t></r></si>";
    let cell = |place: char, at: u8| format!(r#"<c r="{place}1" t="s"><v>{at}</v></c>"#);
    let rows = ('A'..).zip(0..4).map(|(place, at)| cell(place, at)).collect::<String>();
    let sheet = XlsxSheet { name: "Sheet1", shown: true, rows: format!(r#"<row r="1">{rows}</row>"#), merged: &[] };
    assert_eq!(answered(&xlsx(&[sheet], strings, false), &[])[1], "1: B=woman|D=man");
}

/// Seven kilobytes that a reader without limits answers with 17,179,869,184 cells.
#[test]
fn two_cells_far_apart_cost_no_more_than_any_two() {
    let corners = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#;
    let book = xlsx_of(corners);
    assert!(book.len() < 7_000);
    let lines = answered(&book, &[]);
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1], "1: A=1");
    assert_eq!(lines[2], "1048576: XFD=2");
}

#[test]
fn cells_out_of_order_are_not_read() {
    for rows in [
        r#"<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>"#,
        r#"<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>"#,
        r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>"#,
    ] {
        assert_eq!(answered(&xlsx_of(rows), &[]).last().map(String::as_str), Some("Damaged"), "{rows}");
    }
}

#[test]
fn the_sheet_is_the_one_named_or_the_only_one() {
    let sheet = |name, shown, text| XlsxSheet { name, shown, rows: xlsx_rows(&[&[text]]), merged: &[] };
    let empty = |name| XlsxSheet { name, shown: true, rows: String::new(), merged: &[] };
    let book = |sheets: &[XlsxSheet]| xlsx(sheets, "", false);
    let two = book(&[sheet("Case Sheet", true, "a"), sheet("about", true, "b"), sheet("keys", false, "c")]);
    assert_eq!(answered(&two, &[]), ["ManySheets"]);
    assert_eq!(answered(&two, &["Sheet1", "about"]), ["1 others", "sheet Some(1)", "1: A=b", "end"]);
    let hidden = ["2 others", "sheet Some(0)", "1: A=c", "end"];
    assert_eq!(answered(&two, &["keys"]), hidden, "hidden, but asked for");
    assert_eq!(answered(&two, &["Sheet1"]), ["NoSheet"]);
    let one = book(&[empty("blank"), sheet("cases", true, "a"), sheet("keys", false, "c")]);
    assert_eq!(answered(&one, &[]), ["sheet None", "1: A=a", "end"]);
    assert_eq!(answered(&one, &["cases"]), ["sheet Some(0)", "1: A=a", "end"], "no cells, or nobody sees them");
    assert_eq!(answered(&book(&[empty("blank")]), &[]), ["Empty"]);
}

#[test]
fn cells_of_an_ods_workbook_become_text() {
    let table = r#"<table:table table:name="cases">
        <table:table-row><table:table-cell office:value-type="string"><text:p>Ҷамшед</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="2002"/><table:table-cell table:number-columns-repeated="2"/><table:table-cell office:value-type="boolean" office:boolean-value="true"/></table:table-row>
        <table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>
        <table:table-row><table:table-cell office:value-type="date" office:date-value="2018-05-01"/><table:table-cell office:value-type="date" office:date-value="2018-05-01T10:00:00"/><table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell></table:table-row>
        </table:table>"#
        .replace(">\n        <", "><");
    let hidden = r#"<table:table table:name="keys" table:style-name="hid"><table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row></table:table>"#;
    assert_eq!(
        answered(&ods(&(table + hidden)), &[]),
        ["sheet None", "1: A=Ҷамшед|B=2002|E=TRUE", "5: A=2018-05-01|B=2018-05-01 10:00:00|C=(error)", "end"]
    );
}

#[test]
fn cells_of_an_xls_workbook_become_text() {
    let cells = [
        (0, 0, XlsCell::Text("Ҷамшед")),
        (0, 1, XlsCell::Number(2002.0, 0)),
        (3, 0, XlsCell::Number(43221.0, 1)),
        (3, 1, XlsCell::Bool(false)),
        (3, 2, XlsCell::Error),
    ];
    let expected = ["sheet None", "1: A=Ҷамшед|B=2002", "4: A=2018-05-01|B=FALSE|C=(error)", "end"];
    assert_eq!(answered(&xls("Лист1", &cells, false), &[]), expected);
    let day = [(0, 0, XlsCell::Number(41759.0, 1))];
    let expected = ["sheet Some(0) From1904", "1: A=2018-05-01", "end"];
    assert_eq!(answered(&xls("Лист1", &day, true), &["Лист1"]), expected);
}

#[test]
fn what_is_no_workbook_is_named() {
    let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, expected) in [
        (zipped(&[("a.csv", "a,b")]), "NoWorkbook"),
        (zipped(&[("[Content_Types].xml", ""), ("xl/workbook.bin", "")]), "Xlsb"),
        (zipped(&[("[Content_Types].xml", "")]), "Damaged"),
        (
            zipped(&[
                ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
                ("META-INF/manifest.xml", "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"),
                ("content.xml", "what was XML"),
            ]),
            "Password",
        ),
        (b"PK\x03\x04".to_vec(), "Damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "Damaged"),
        ([b"\xd0\xcf\x11\xe0".to_vec(), encrypted].concat(), "Password"),
    ] {
        assert_eq!(answered(&bytes, &[]), [expected]);
    }
}

#[test]
fn a_row_that_is_too_large_is_named_only() {
    let long = "x".repeat(ROW_LIMIT / 2 + 1);
    let rows = xlsx_rows(&[&["a"], &[&long, &long], &["b"]]);
    assert_eq!(answered(&xlsx_of(&rows), &[]), ["sheet None", "1: A=a", "2: too large", "3: A=b", "end"]);
}

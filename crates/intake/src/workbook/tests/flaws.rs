//! Tests of what a workbook does not show as it is: formulas without a value, merged cells, the day from which it counts.

use super::*;
use crate::specimens::{xls_merged, xlsx_merged};

/// A table of an ODS workbook with these rows.
fn table(rows: &str) -> String {
    format!(r#"<table:table table:name="cases">{rows}</table:table>"#)
}

fn ods_rows(rows: &[&str]) -> Vec<u8> {
    let rows: Vec<String> = rows.iter().map(|cells| format!("<table:table-row>{cells}</table:table-row>")).collect();
    ods(&table(&rows.concat()))
}

const A: &str = r#"<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>"#;
const EMPTY: &str = "<table:table-cell/>";
const COVERED: &str = "<table:covered-table-cell/>";

/// A filled cell that is merged over so many columns and rows.
fn wide(columns: u8, rows: u8) -> String {
    A.replacen(
        "<table:table-cell ",
        &format!(r#"<table:table-cell table:number-columns-spanned="{columns}" table:number-rows-spanned="{rows}" "#),
        1,
    )
}

#[test]
fn a_formula_without_a_value_is_no_empty_cell_in_xlsx() {
    let rows = r#"<row r="1"><c r="A1"><f>"Ro"&amp;"ssia"</f><v></v></c><c r="B1"><f>H2</f></c><c r="C1"><f>1+1</f><v>2</v></c></row>
        <row r="2"><c r="A2" t="str"><f>""</f><v></v></c><c r="B2" t="str"><f>H2</f><v>x</v></c><c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>
        <row r="3"><c r="A3"><f t="shared" ref="A3:A4" si="0">B3</f></c></row><row r="4"><c r="A4"><f t="shared" si="0"/><v/></c></row>"#;
    assert_eq!(
        answered(&xlsx_of(rows), &[]),
        ["sheet None", "1: A=(formula)|B=(formula)|C=2", "2: B=x|C=(error)", "3: A=(formula)", "4: A=(formula)", "end"]
    );
}

#[test]
fn a_formula_without_a_value_is_no_empty_cell_in_ods() {
    let rows = [
        r#"<table:table-cell table:formula="of:=[.B1]"/><table:table-cell table:formula="of:=1" office:value-type="float" office:value="1"/>"#,
        r#"<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string" office:string-value=""><text:p/></table:table-cell>"#,
        r#"<table:table-cell/><table:table-cell/><table:table-cell table:formula="of:=[.A1]"/>"#,
    ];
    assert_eq!(answered(&ods_rows(&rows), &[]), ["sheet None", "1: A=(formula)|B=1", "3: C=(formula)", "end"]);
}

#[test]
fn a_formula_without_a_value_is_no_empty_cell_in_xls() {
    let cells = [
        (1, 1, XlsCell::Formula(Some("woman"))),
        (1, 2, XlsCell::Formula(Some(""))),
        (2, 1, XlsCell::Text("a")),
        (4, 3, XlsCell::Formula(None)),
    ];
    let expected = ["sheet None", "2: B=woman", "3: B=a", "5: D=(formula)", "end"];
    assert_eq!(answered(&xls("Sheet1", &cells, false), &[]), expected);
}

/// Otherwise a sheet would be passed over whose cells people see.
#[test]
fn a_sheet_of_formulas_holds_cells() {
    let formulas = r#"<row r="1"><c r="A1"><f>B1</f></c></row>"#;
    assert_eq!(answered(&xlsx_of(formulas), &[]), ["sheet None", "1: A=(formula)", "end"]);
    let alone = [(0, 0, XlsCell::Formula(None))];
    assert_eq!(answered(&xls("Sheet1", &alone, false), &[]), ["sheet None", "1: A=(formula)", "end"]);
    let sheet = |name, rows: &str| XlsxSheet { name, shown: true, rows: rows.to_owned(), merged: &[] };
    let two = [sheet("cases", &xlsx_rows(&[&["a"]])), sheet("more", formulas)];
    assert_eq!(answered(&xlsx(&two, "", false), &[]), ["ManySheets"]);
}

#[test]
fn what_lies_under_a_filled_cell_is_told_in_xlsx() {
    let cell = |place: &str| format!(r#"<c r="{place}" t="str"><v>a</v></c>"#);
    let row = |number: u8, cells: &str| format!(r#"<row r="{number}">{cells}</row>"#);
    let rows = [
        row(1, &cell("A1")),
        row(2, &["A2", "B2", "C2", "D2"].map(cell).concat()),
        row(3, &[cell("A3"), cell("B3"), cell("D3")].concat()),
        row(4, &cell("A4")),
        // The merged cells reach into a row without any, and over an empty cell into the next one.
        row(6, &[cell("A6"), r#"<c r="B6" s="1"/>"#.to_owned()].concat()),
        row(7, &[cell("A7"), cell("C7")].concat()),
        row(8, &[cell("A8"), cell("D8")].concat()),
    ]
    .concat();
    let book = xlsx_merged(&rows, &["A1:Z1", "B3:B6", "C7:D7", "B8:C8", "A9:A9"]);
    assert_eq!(
        answered(&book, &[]),
        [
            "sheet None",
            "1: A=a",
            "2: A=a|B=a|C=a|D=a",
            "3: A=a|B=a|D=a",
            "4: A=a|B=(merged)",
            "6: A=a|B=(merged)",
            "7: A=a|C=a|D=(merged)",
            "8: A=a|D=a",
            "end"
        ]
    );
}

#[test]
fn what_lies_under_a_filled_cell_is_told_in_xls() {
    let a = || XlsCell::Text("a");
    let cells =
        [(0, 0, a()), (0, 1, a()), (0, 2, a()), (1, 0, a()), (1, 1, a()), (2, 0, a()), (4, 0, a()), (4, 1, a())];
    let book = xls_merged(&cells, &[[1, 3, 1, 1], [4, 4, 1, 2]]);
    assert_eq!(
        answered(&book, &[]),
        ["sheet None", "1: A=a|B=a|C=a", "2: A=a|B=a", "3: A=a|B=(merged)", "5: A=a|B=a|C=(merged)", "end"]
    );
}

#[test]
fn what_lies_under_a_filled_cell_is_told_in_ods() {
    let rows = [
        [&wide(3, 1), COVERED, COVERED].concat(),
        [A, A, A].concat(),
        [A, &wide(1, 2), A].concat(),
        [A, COVERED, A].concat(),
        [A, &wide(2, 1), COVERED].concat(),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert_eq!(
        answered(&ods_rows(&rows), &[]),
        [
            "sheet None",
            "1: A=a",
            "2: A=a|B=a|C=a",
            "3: A=a|B=a|C=a",
            "4: A=a|B=(merged)|C=a",
            "5: A=a|B=a|C=(merged)",
            "end"
        ]
    );
}

/// Rows and columns that are there several times stand in the file once.
#[test]
fn merged_cells_of_ods_are_found_behind_repeated_rows_and_columns() {
    let header = [A, A, A, A].concat();
    let gap = EMPTY.replace("/>", r#" table:number-columns-repeated="2"/>"#);
    let repeated = |rows: u8, cells: &str| {
        format!(r#"<table:table-row table:number-rows-repeated="{rows}">{cells}</table:table-row>"#)
    };
    let rows = [
        repeated(1, &header),
        repeated(3, EMPTY),
        repeated(2, &[A, &wide(2, 1), COVERED].concat()),
        repeated(1, &[A, &gap, &wide(1, 2)].concat()),
        repeated(1, &[A, &gap, COVERED].concat()),
    ];
    assert_eq!(
        answered(&ods(&table(&rows.concat())), &[]),
        [
            "sheet None",
            "1: A=a|B=a|C=a|D=a",
            "5: A=a|B=a|C=(merged)",
            "6: A=a|B=a|C=(merged)",
            "7: A=a|D=a",
            "8: A=a|D=(merged)",
            "end"
        ]
    );
}

#[test]
fn a_value_that_nobody_sees_is_not_handed_on() {
    let hidden = A.replace("table:table-cell", "table:covered-table-cell");
    let rows = [[A, A].concat(), [A, &wide(1, 2)].concat(), [EMPTY, &hidden].concat()];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert_eq!(answered(&ods_rows(&rows), &[]), ["sheet None", "1: A=a|B=a", "2: A=a|B=a", "3: B=(merged)", "end"]);
    let over_nothing = wide(1, 2).replace("<text:p>a</text:p>", "");
    let rows = [[A, A].concat(), [A, &over_nothing].concat(), [A, &hidden].concat()];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert_eq!(answered(&ods_rows(&rows), &[]), ["sheet None", "1: A=a|B=a", "2: A=a", "3: A=a|B=(merged)", "end"]);
    let rows = xlsx_rows(&[&["a", "b"], &["c", "d"], &["e", "f"]]);
    let lines = answered(&xlsx_merged(&rows, &["B2:B3"]), &[]);
    assert_eq!(lines, ["sheet None", "1: A=a|B=b", "2: A=c|B=d", "3: A=e|B=(merged)", "end"]);
}

#[test]
fn merged_cells_count_for_the_sheet_that_is_read_only() {
    let other =
        table(&[&wide(1, 2), COVERED].map(|cell| format!("<table:table-row>{A}{cell}</table:table-row>")).concat())
            .replace("cases", "other");
    let own = table(&[A, EMPTY].map(|cell| format!("<table:table-row>{A}{cell}</table:table-row>")).concat());
    let expected = ["1 others", "sheet Some(0)", "1: A=a|B=a", "2: A=a", "end"];
    assert_eq!(answered(&ods(&(own.clone() + &other)), &["cases"]), expected);
    assert_eq!(answered(&ods(&(other + &own)), &["cases"]), expected);
}

#[test]
fn the_count_of_days_of_an_ods_workbook_is_told() {
    let row = table(&format!("<table:table-row>{A}</table:table-row>"));
    let with = |day: &str| {
        let null = format!(r#"<table:null-date table:date-value="{day}"/>"#);
        let settings = format!("<table:calculation-settings>{null}</table:calculation-settings>");
        answered(&ods(&(settings + &row)), &[]).swap_remove(0)
    };
    assert_eq!(with("1899-12-30"), "sheet None");
    assert_eq!(with("1904-01-01"), "sheet None From1904");
    assert_eq!(with("1900-01-01"), "sheet None Other");
}

/// The reader of the cells would look for its end for ever.
#[test]
fn an_ods_sheet_that_was_cut_off_is_damaged() {
    let row = format!("<table:table-row>{A}</table:table-row>");
    let open = r#"<table:table table:name="cases">"#;
    for (tables, expected) in [
        (format!("{open}{row}</table:table>"), "end"),
        (format!("{open}{row}"), "Damaged"),
        (
            format!(
                "{open}<table:table-row><table:table-cell><office:annotation></table:table-cell></table:table-row></table:table>"
            ),
            "Damaged",
        ),
    ] {
        assert_eq!(answered(&ods(&tables), &[]).last().map(String::as_str), Some(expected), "{tables}");
    }
}

/// Of two parts with one name each program may read another one.
#[test]
fn a_workbook_with_two_parts_of_one_name_is_not_read() {
    let mut book = zipped(&[("[Content_Types].xml", "<Types/>"), ("xl/a.xml", "1"), ("xl/b.xml", "2")]);
    for at in 0..book.len() {
        if book[at..].starts_with(b"xl/b.xml") {
            book[at + 3] = b'a';
        }
    }
    assert_eq!(answered(&book, &[]), ["Damaged"]);
}

#[test]
fn an_ods_cell_with_text_and_no_type_is_no_empty_cell() {
    let note = "<office:annotation><text:p>ask again</text:p></office:annotation>";
    for (cell, expected) in [
        ("<table:table-cell><text:p>woman</text:p></table:table-cell>".to_owned(), "Damaged"),
        ("<table:table-cell><text:p><text:span>Ҳ</text:span></text:p></table:table-cell>".to_owned(), "Damaged"),
        (format!("<table:table-cell>{note}</table:table-cell>"), "end"),
        ("<table:table-cell><text:p/></table:table-cell>".to_owned(), "end"),
    ] {
        let answer = answered(&ods_rows(&[&format!("{A}{cell}{A}")]), &[]);
        assert_eq!(answer.last().map(String::as_str), Some(expected), "{cell}");
    }
}

#[test]
fn an_ods_cell_with_text_and_no_value_is_no_empty_cell() {
    let cell =
        |said: &str, shown: &str| format!("<table:table-cell {said}><text:p>{shown}</text:p></table:table-cell>");
    for (said, shown, expected) in [
        (r#"office:value-type="float""#, "7", "Damaged"),
        (r#"office:value-type="percentage" office:string-value="7""#, "7", "Damaged"),
        (r#"office:value-type="currency" office:value="7""#, "7 TJS", "end"),
        (r#"office:value-type="date""#, "05.06.2023", "Damaged"),
        (r#"office:value-type="date" office:date-value="""#, "05.06.2023", "Damaged"),
        (r#"office:value-type="time""#, "10:00", "Damaged"),
        (r#"office:value-type="boolean""#, "TRUE", "Damaged"),
        (r#"office:value-type="boolean" office:boolean-value="true""#, "TRUE", "end"),
        (r#"office:value-type="void""#, "7", "Damaged"),
        (r#"office:value-type="void""#, "", "end"),
        (r#"office:value-type="string""#, "<![CDATA[17]]>", "Damaged"),
        (r#"office:value-type="string" office:string-value="""#, "woman", "Damaged"),
        (r#"office:value-type="string""#, "R&amp;D", "end"),
    ] {
        let answer = answered(&ods_rows(&[&[A, &cell(said, shown)].concat()]), &[]);
        assert_eq!(answer.last().map(String::as_str), Some(expected), "{said} {shown}");
    }
}

/// Old spreadsheets wrote nought, or an empty text, beside what they show.
#[test]
fn an_ods_formula_that_shows_an_error_has_no_value() {
    let cell = |said: &str, shown: &str| {
        format!(r#"<table:table-cell table:formula="of:=1/0" {said}><text:p>{shown}</text:p></table:table-cell>"#)
    };
    let nought = r#"office:value-type="float" office:value="0""#;
    let nothing = r#"office:value-type="string" office:string-value="""#;
    let row = [
        A.to_owned(),
        cell(nought, "#DIV/0!"),
        cell(&format!(r#"{nought} table:number-columns-repeated="2""#), "Err:508"),
        cell(nothing, "#REF!"),
        cell(nought, "0"),
        cell("", "#NAME?"),
        cell(nothing, ""),
    ]
    .concat();
    let rows = format!(
        r#"<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row><table:table-row table:number-rows-repeated="2">{row}</table:table-row><table:table-row>{A}{A}</table:table-row>"#
    );
    let flawed = "A=a|B=(error)|C=(error)|D=(error)|E=(error)|F=0|G=(error)";
    let expected = ["sheet None", &format!("3: {flawed}"), &format!("4: {flawed}"), "5: A=a|B=a", "end"];
    assert_eq!(answered(&ods(&table(&rows)), &[]), expected);
}

#[test]
fn an_xlsx_sheet_with_markup_that_hides_values_is_damaged() {
    let row = |value: &str| format!(r#"<row r="1"><c r="A1">{value}</c></row>"#);
    for value in ["<v>1&#55;</v>", "<v>1<!-- x -->7</v>", "<v><![CDATA[17]]></v>"] {
        assert_eq!(answered(&xlsx_of(&row(value)), &[]), ["Damaged"], "{value}");
    }
    let second = r#"</sheetData><sheetData><row r="2"><c r="A2"><v>2</v></c></row>"#;
    assert_eq!(answered(&xlsx_of(&(row("<v>1</v>") + second)), &[]), ["Damaged"]);
    let text = r#"<row r="1"><c r="A1" t="str"><f>"R"&amp;"D"</f><v>R&amp;&#68;</v></c></row>"#;
    assert_eq!(answered(&xlsx_of(text), &[]), ["sheet None", "1: A=R&D", "end"]);
}

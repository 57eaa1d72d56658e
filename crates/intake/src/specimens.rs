//! Workbooks made by hand for tests, small enough to see every cell.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip file of these parts.
pub(crate) fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    zipped_bytes(&parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>())
}

/// A zip file of these parts, which may be no text.
pub(crate) fn zipped_bytes(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).expect("a new name");
        writer.write_all(bytes).expect("memory takes everything");
    }
    writer.finish().expect("memory takes everything").into_inner()
}

/// A sheet of an XLSX workbook: name, whether it is shown, what stands in `sheetData`, and ranges such as `A1:B2`.
pub(crate) struct XlsxSheet {
    pub(crate) name: &'static str,
    pub(crate) shown: bool,
    pub(crate) rows: String,
    pub(crate) merged: &'static [&'static str],
}

/// An XLSX workbook. Style 1 is a date, style 2 a span of hours.
pub(crate) fn xlsx(sheets: &[XlsxSheet], strings: &str, from_1904: bool) -> Vec<u8> {
    let mut listed = String::new();
    let mut related = String::new();
    let mut parts: Vec<(String, String)> = Vec::new();
    for (at, sheet) in (1..).zip(sheets) {
        let state = if sheet.shown { "visible" } else { "hidden" };
        write!(listed, r#"<sheet name="{}" sheetId="{at}" state="{state}" r:id="rId{at}"/>"#, sheet.name)
            .expect("text");
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
        write!(related, r#"<Relationship Id="rId{at}" Type="{kind}" Target="worksheets/sheet{at}.xml"/>"#)
            .expect("text");
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let mut merged = String::new();
        for range in sheet.merged {
            write!(merged, r#"<mergeCell ref="{range}"/>"#).expect("text");
        }
        let merged = if merged.is_empty() { merged } else { format!("<mergeCells>{merged}</mergeCells>") };
        let text = format!(r#"<worksheet xmlns="{main}"><sheetData>{}</sheetData>{merged}</worksheet>"#, sheet.rows);
        parts.push((format!("xl/worksheets/sheet{at}.xml"), text));
    }
    let book = format!(
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="{from_1904}"/><sheets>{listed}</sheets></workbook>"#
    );
    let related = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>"#
    );
    let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="170" formatCode="[h]:mm"/></numFmts><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>"#;
    let strings = format!(r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{strings}</sst>"#);
    let package = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let fixed = [
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), package.to_owned()),
        ("xl/workbook.xml".to_owned(), book),
        ("xl/_rels/workbook.xml.rels".to_owned(), related),
        ("xl/styles.xml".to_owned(), styles.to_owned()),
        ("xl/sharedStrings.xml".to_owned(), strings),
    ];
    parts.extend(fixed);
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    zipped(&parts)
}

/// An XLSX workbook of one sheet.
pub(crate) fn xlsx_of(rows: &str) -> Vec<u8> {
    xlsx_merged(rows, &[])
}

/// An XLSX workbook of one sheet with merged cells.
pub(crate) fn xlsx_merged(rows: &str, merged: &'static [&'static str]) -> Vec<u8> {
    xlsx(&[XlsxSheet { name: "Sheet1", shown: true, rows: rows.to_owned(), merged }], "", false)
}

/// The rows of a sheet with a text in every cell.
pub(crate) fn xlsx_rows(rows: &[&[&str]]) -> String {
    let mut text = String::new();
    for (number, row) in (1..).zip(rows) {
        write!(text, r#"<row r="{number}">"#).expect("text");
        for (column, cell) in ('A'..).zip(*row) {
            write!(text, r#"<c r="{column}{number}" t="inlineStr"><is><t>{cell}</t></is></c>"#).expect("text");
        }
        text.push_str("</row>");
    }
    text
}

/// An ODS workbook; `tables` is what stands in `office:spreadsheet`.
pub(crate) fn ods(tables: &str) -> Vec<u8> {
    let content = format!(
        r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:automatic-styles><style:style style:name="hid" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest/>"),
        ("content.xml", &content),
    ])
}

/// A cell of an XLS workbook.
pub(crate) enum XlsCell {
    Text(&'static str),
    /// Style 1 is a date.
    Number(f64, u16),
    Bool(bool),
    /// `#N/A`.
    Error,
    /// A formula that gives a text; none where nobody has worked it out.
    Formula(Option<&'static str>),
}

/// An XLS workbook of one sheet: row, column, cell.
pub(crate) fn xls(name: &str, cells: &[(u16, u16, XlsCell)], from_1904: bool) -> Vec<u8> {
    container(&biff(name, cells, &[], from_1904))
}

/// An XLS workbook of one sheet with merged cells: first and last row, first and last column.
pub(crate) fn xls_merged(cells: &[(u16, u16, XlsCell)], merged: &[[u16; 4]]) -> Vec<u8> {
    container(&biff("Sheet1", cells, merged, false))
}

fn biff(name: &str, cells: &[(u16, u16, XlsCell)], merged: &[[u16; 4]], from_1904: bool) -> Vec<u8> {
    let bof = |kind: u16| [&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat();
    let mut globals = record(0x0809, &bof(0x0005));
    globals.extend(record(0x0022, &u16::from(from_1904).to_le_bytes()));
    for format in [0_u16, 14] {
        globals.extend(record(0x00e0, &[&[0; 2][..], &format.to_le_bytes(), &[0; 16]].concat()));
    }
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let sheet_head = |at: u32| {
        let count = name.encode_utf16().count() as u8;
        record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, count, 1], &wide].concat())
    };
    let end = record(0x000a, &[]);
    let at = globals.len() + sheet_head(0).len() + end.len();
    globals.extend(sheet_head(at as u32));
    globals.extend(&end);
    let mut sheet = record(0x0809, &bof(0x0010));
    for (row, column, cell) in cells {
        let head = |style: u16| [row.to_le_bytes(), column.to_le_bytes(), style.to_le_bytes()].concat();
        sheet.extend(match cell {
            XlsCell::Text(text) => record(0x0204, &[&head(0)[..], &counted(text)].concat()),
            XlsCell::Number(number, style) => record(0x0203, &[&head(*style)[..], &number.to_le_bytes()].concat()),
            XlsCell::Bool(truth) => record(0x0205, &[&head(0)[..], &[u8::from(*truth), 0]].concat()),
            XlsCell::Error => record(0x0205, &[&head(0)[..], &[0x2a, 1]].concat()),
            XlsCell::Formula(text) => {
                // The empty text has a number of its own; any other stands in a record of its own. The formula is a 7.
                let value = [if *text == Some("") { 3 } else { 0 }, 0, 0, 0, 0, 0, 0xff, 0xff];
                let formula = record(0x0006, &[&head(0)[..], &value, &[0; 6], &[3, 0, 0x1e, 7, 0]].concat());
                let text = text.filter(|text| !text.is_empty()).map(|text| record(0x0207, &counted(text)));
                [formula, text.unwrap_or_default()].concat()
            }
        });
    }
    if !merged.is_empty() {
        let ranges = merged.iter().flatten().flat_map(|number| number.to_le_bytes());
        let count = (merged.len() as u16).to_le_bytes();
        sheet.extend(record(0x00e5, &count.into_iter().chain(ranges).collect::<Vec<_>>()));
    }
    sheet.extend(&end);
    [globals, sheet].concat()
}

// A text with its length in front.
fn counted(text: &str) -> Vec<u8> {
    let wide: Vec<u16> = text.encode_utf16().collect();
    let count = (wide.len() as u16).to_le_bytes();
    count.into_iter().chain([1]).chain(wide.into_iter().flat_map(u16::to_le_bytes)).collect()
}

fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat()
}

/// The compound file around a stream: sector 0 is the allocation table, sector 1 the directory, then the stream, which is
/// made so long that it is no small one.
fn container(stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    let mut stream = stream.to_vec();
    stream.resize(stream.len().max(4096).next_multiple_of(SECTOR), 0);
    let sectors = stream.len() / SECTOR;
    let mut head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    head.extend([0; 16]);
    for number in [0x3e_u16, 3, 0xfffe, 9, 6] {
        head.extend(number.to_le_bytes());
    }
    head.extend([0; 6]);
    // No directory count, one table sector, directory at 1, no transaction, small streams below 4096, none of them.
    for number in [0, 1, 1, 0, 4096, u32::MAX - 1, 0, u32::MAX - 1, 0, 0] {
        head.extend(number.to_le_bytes());
    }
    head.resize(SECTOR, 0xff);
    let mut table: Vec<u8> = [u32::MAX - 2, u32::MAX - 1].into_iter().flat_map(u32::to_le_bytes).collect();
    for at in 0..sectors {
        let next = if at + 1 == sectors { u32::MAX - 1 } else { at as u32 + 3 };
        table.extend(next.to_le_bytes());
    }
    table.resize(SECTOR, 0xff);
    let entry = |name: &str, kind: u8, child: u32, start: u32, size: usize| {
        let mut entry: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        let bytes = entry.len() as u16;
        entry.resize(64, 0);
        entry.extend(bytes.to_le_bytes());
        entry.extend([kind, 1]);
        for link in [u32::MAX, u32::MAX, child] {
            entry.extend(link.to_le_bytes());
        }
        entry.resize(116, 0);
        entry.extend(start.to_le_bytes());
        entry.extend((size as u64).to_le_bytes());
        entry
    };
    let mut directory = entry("Root Entry", 5, 1, u32::MAX - 1, 0);
    directory.extend(entry("Workbook", 2, u32::MAX, 2, stream.len()));
    directory.resize(SECTOR, 0);
    [head, table, directory, stream].concat()
}

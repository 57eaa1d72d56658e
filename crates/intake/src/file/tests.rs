//! Tests of files of every kind: the same rows in each of them, and files that were changed at random.

use std::fs;
use std::io::Write;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use flate2::Compression;
use flate2::write::GzEncoder;
use panoh_dictionary::Separator;
use parquet::arrow::ArrowWriter;

use super::*;
use crate::specimens::{ods, xlsx_of, xlsx_rows, zipped};

const NAMES: [&str; 3] = ["ФИО", "year", "story"];

const ROWS: [[&str; 3]; 3] =
    [["Анвар Раҳимов", "2018", "уехал"], ["Зулфия, Ҷ.", "2019", "ба; «Маскав»"], ["Нур", "2020", ""]];

fn shape() -> FileShape {
    FileShape {
        encoding: None,
        separator: Separator::Auto,
        quote: b'"',
        sheets: Vec::new(),
        header_row: 1,
        first_row: 2,
        total_rows: Vec::new(),
        replace_by_record_id: false,
    }
}

fn csv(separator: &str, title: &str) -> String {
    let cell = |cell: &&str| if cell.contains([',', ';']) { format!("\"{cell}\"") } else { (*cell).to_owned() };
    let line = |cells: &[&str; 3]| cells.iter().map(cell).collect::<Vec<_>>().join(separator) + "\n";
    std::iter::once(title.to_owned()).chain([line(&NAMES)]).chain(ROWS.iter().map(line)).collect()
}

fn json_lines() -> String {
    let entry = |row: &[&str; 3]| {
        let pair = |(name, cell): (&&str, &&str)| format!("{name:?}: {cell:?}");
        format!("{{{}}}\n", NAMES.iter().zip(row).map(pair).collect::<Vec<_>>().join(", "))
    };
    ROWS.iter().map(entry).collect()
}

fn parquet() -> Vec<u8> {
    let text = |at: usize| StringArray::from_iter_values(ROWS.iter().map(|row| row[at]));
    let years = Int64Array::from_iter_values([2018, 2019, 2020]);
    let columns: [(&str, ArrayRef); 3] =
        [(NAMES[0], Arc::new(text(0))), (NAMES[1], Arc::new(years)), (NAMES[2], Arc::new(text(2)))];
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a plain schema");
    writer.write(&batch).expect("memory takes everything");
    writer.into_inner().expect("memory takes everything")
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
    writer.write_all(bytes).expect("memory takes everything");
    writer.finish().expect("memory takes everything")
}

fn in_encoding(encoding: Encoding, text: &str) -> Vec<u8> {
    let half = encoding.upper_half().expect("an encoding of one byte a letter");
    let byte = |letter: char| match half.iter().position(|sign| *sign == letter) {
        Some(at) => at as u8 + 0x80,
        None => u8::try_from(letter).unwrap_or(b'?'),
    };
    text.chars().map(byte).collect()
}

/// Header and rows of a file; the rule in the place of a row that cannot be read.
fn read(bytes: &[u8], shape: &FileShape) -> Result<Vec<String>, IntakeError> {
    let folder = tempfile::tempdir().expect("a folder");
    // Its name says nothing, or something wrong.
    let path = folder.path().join("export.pdf");
    fs::write(&path, bytes).expect("the disk has room");
    let expected = Expected { shape, knows: &|name| NAMES.contains(&name), keys: None };
    let (opened, header) = open(&path, &expected, &Options::default())?;
    let wanted: Vec<_> = header.iter().map(|name| Some(name.as_str())).collect();
    let mut seen = vec![header.join("|")];
    let mut rows = opened.rows(&wanted)?;
    let mut row = RawRow::default();
    while let Some(split) = rows.next(&mut row)? {
        let cells = || (0..row.len()).map(|at| String::from_utf8_lossy(row.cell(at)).into_owned()).collect::<Vec<_>>();
        seen.push(match (split, row.broken(header.len())) {
            (Err(rule), _) | (_, Some((rule, _))) => rule.id().to_owned(),
            _ => cells().join("|"),
        });
    }
    assert!(rows.bytes_read() <= bytes.len() as u64 || header.is_empty());
    Ok(seen)
}

fn expected() -> Vec<String> {
    std::iter::once(&NAMES).chain(&ROWS).map(|row| row.join("|")).collect()
}

/// Every kind of file that this process reads itself, with the same rows.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let (comma, semicolon) = (csv(",", ""), csv(";", ""));
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    vec![
        ("UTF-8", comma.clone().into_bytes()),
        ("UTF-8 with mark", format!("\u{feff}{semicolon}").into_bytes()),
        ("tab", csv("\t", "").into_bytes()),
        ("bar", csv("|", "").into_bytes()),
        ("UTF-16", wide(&comma)),
        ("UTF-16 with mark", wide(&format!("\u{feff}{semicolon}"))),
        ("KOI8-T", in_encoding(Encoding::Koi8T, &semicolon)),
        ("JSON Lines", json_lines().into_bytes()),
        ("Parquet", parquet()),
        ("gzip of CSV", gzipped(comma.as_bytes())),
        ("gzip of JSON Lines", gzipped(json_lines().as_bytes())),
        ("gzip of Parquet", gzipped(&parquet())),
        ("zip of CSV", zipped(&[("folder/cases.csv", &semicolon), ("__MACOSX/folder/._cases.csv", "x")])),
        ("zip of KOI8-T", gzipped(&in_encoding(Encoding::Koi8T, &comma))),
    ]
}

#[test]
fn the_same_rows_come_from_every_kind_of_file() {
    for (kind, bytes) in files() {
        assert_eq!(read(&bytes, &shape()).expect(kind), expected(), "{kind}");
    }
}

#[test]
fn titles_above_the_header_and_keys_below_it_are_read_over() {
    let text = csv(",", "Ministry, \"cases\"\n\"a stray quote\n\n");
    let titled = FileShape { header_row: 4, first_row: 6, ..shape() };
    let mut rows = expected();
    rows.remove(1);
    assert_eq!(read(text.as_bytes(), &titled).expect("a sound file"), rows);
    assert_eq!(read(&gzipped(text.as_bytes()), &titled).expect("a sound file"), rows);
}

#[test]
fn a_declared_separator_and_encoding_are_kept_to() {
    let declared = FileShape { separator: Separator::Byte(b';'), ..shape() };
    assert_eq!(read("year,a;story\n1;2\n".as_bytes(), &declared).expect("a sound file"), ["year,a|story", "1|2"]);
    let latin = FileShape { encoding: Some("windows-1252".to_owned()), ..shape() };
    assert_eq!(read(b"year,story\n1,Ren\xe9\n", &latin).expect("a sound file"), ["year|story", "1|René"]);
    let undeclared = read(b"year,story\n1,Ren\xe9\n", &shape());
    assert!(matches!(undeclared, Err(IntakeError::AmbiguousEncoding { .. })));
    assert_eq!(read(b"year,story\n1,\xef\xbf\xbd\n", &shape()).expect("a file")[1], "not_in_encoding");
}

#[test]
fn what_is_wrong_with_an_archive_is_said() {
    let problem = |bytes: &[u8]| match read(bytes, &shape()) {
        Err(IntakeError::Archive { problem }) => Some(problem),
        _ => None,
    };
    let text = csv(",", "");
    let gzip = gzipped(text.as_bytes());
    assert_eq!(problem(&gzip[..gzip.len() - 9]), Some(ArchiveProblem::Damaged), "cut off");
    assert_eq!(problem(&gzipped(&gzip)), Some(ArchiveProblem::Nested));
    let two = zipped(&[("a.csv", &text), ("b.csv", &text)]);
    assert_eq!(problem(&two), Some(ArchiveProblem::Files { files: 2 }));
    assert_eq!(problem(&zipped(&[])), Some(ArchiveProblem::Files { files: 0 }));
    // Longer than what is looked at first, so that its rows are on the way when it breaks.
    let long = csv(",", "").repeat(20_000);
    let gzip = gzipped(long.as_bytes());
    assert_eq!(problem(&gzip[..gzip.len() / 2]), Some(ArchiveProblem::Damaged), "cut in the middle");
}

#[test]
fn a_workbook_needs_its_reader() {
    let book = xlsx_of(&xlsx_rows(&[&NAMES]));
    assert!(matches!(read(&book, &shape()), Err(IntakeError::NoSheetReader)));
    assert!(matches!(read(&gzipped(&book), &shape()), Err(IntakeError::NoSheetReader)));
}

#[test]
fn empty_files_are_empty() {
    for bytes in [&b""[..], b"\n\r\n", b"\xef\xbb\xbf"] {
        assert!(matches!(read(bytes, &shape()), Err(IntakeError::Empty)), "{bytes:?}");
    }
    assert!(read(b"\xff\xfe", &shape()).is_err());
}

#[test]
fn a_header_row_behind_the_end_is_told_with_the_rows_that_there_are() {
    let at = |header_row: u32| FileShape { header_row, first_row: header_row + 1, ..shape() };
    let text = csv(",", "");
    for (text, header_row, rows) in [(text.as_str(), 90, 4), (text.trim_end(), 5, 4), ("year,story\n\n\n", 4, 3)] {
        let refused = read(text.as_bytes(), &at(header_row)).expect_err("no such row");
        assert!(matches!(refused, IntakeError::NoHeaderRow { last: Some(last), .. } if last == rows), "{refused}");
        let said = refused.to_string();
        assert!(said.contains(&format!("row {header_row},")) && said.contains(&format!("only {rows} rows")), "{said}");
    }
    let blank = read(b"year,story\n\n\n", &at(2)).expect_err("no such row").to_string();
    assert!(blank.contains("nothing stands there"), "{blank}");
    assert!(matches!(read(b"", &at(3)), Err(IntakeError::Empty)));
}

#[test]
fn the_top_of_a_file_is_shown_under_the_right_separator() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("export");
    fs::write(&path, csv(";", "a title, with commas, many\n\n")).expect("the disk has room");
    let shape = shape();
    let expected = Expected { shape: &shape, knows: &|name| NAMES.contains(&name), keys: None };
    let top = top_rows(&path, &expected, &Options::default(), 3).expect("a sound file");
    assert_eq!(top[0].0, 1);
    assert_eq!(top[1], (3, NAMES.map(str::to_owned).to_vec()));
    assert_eq!(top.len(), 2);
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    /// A file with a few bytes changed, doubled, taken out or cut off.
    fn changed(&mut self, bytes: &[u8]) -> Vec<u8> {
        const TELLING: [u8; 12] = [0, 1, 0x7f, 0x80, 0xfe, 0xff, b'"', b'\n', b',', b'{', b'<', b'9'];
        let mut changed = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(changed.len());
            let to = (at + self.below(20)).min(changed.len());
            match self.below(6) {
                0 if changed.len() > 1 => changed.truncate(at.max(1)),
                1 => drop(changed.drain(at..to)),
                2 => {
                    let piece = changed[at..to].to_vec();
                    changed.splice(at..at, piece);
                }
                3 => changed[at] = self.below(256) as u8,
                _ => changed[at] = TELLING[self.below(TELLING.len())],
            }
            if changed.is_empty() {
                return changed;
            }
        }
        changed
    }
}

/// A changed file gives rows or a reason; it never ends the program.
#[test]
fn changed_files_are_read_or_refused() {
    let mut dice = Dice(0x5eed_0001);
    let (mut read_on, mut refused) = (0, 0);
    for (kind, bytes) in files() {
        for _ in 0..200 {
            match read(&dice.changed(&bytes), &shape()) {
                Ok(rows) => {
                    assert!(rows.len() < 100, "{kind}: {} rows", rows.len());
                    read_on += 1;
                }
                Err(error) => {
                    assert!(!matches!(error, IntakeError::Read { .. }), "{kind}: the disk is sound");
                    refused += 1;
                }
            }
        }
    }
    assert!(read_on > 300 && refused > 300, "{read_on} read, {refused} refused");
}

/// The same for workbooks whose reader stays within bounds by itself: an answer of any kind is an answer. Changed XLS
/// workbooks ask for more memory than there is, so they are for the child, which has a limit.
#[test]
fn changed_workbooks_are_answered() {
    let rows: Vec<&[&str]> = std::iter::once(&NAMES[..]).chain(ROWS.iter().map(|row| &row[..])).collect();
    let mut table = r#"<table:table table:name="a">"#.to_owned();
    for row in &rows {
        table.push_str("<table:table-row>");
        for text in *row {
            let cell = r#"<table:table-cell office:value-type="string"><text:p>"#;
            table.extend([cell, text, "</text:p></table:table-cell>"]);
        }
        table.push_str("</table:table-row>");
    }
    table.push_str("</table:table>");
    let mut dice = Dice(0x5eed_0002);
    for book in [xlsx_of(&xlsx_rows(&rows)), ods(&table)] {
        let mut answers = std::collections::BTreeSet::new();
        for _ in 0..300 {
            let request = [vec![0; 4], dice.changed(&book)].concat();
            let mut out = Vec::new();
            let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                crate::workbook::answer(&request[..], &mut out).expect("memory takes everything");
            }));
            // A panic of the reader ends the child, which the parent takes for a damaged workbook.
            if answered.is_ok() {
                answers.insert(out);
            }
        }
        assert!(answers.len() > 1);
    }
}

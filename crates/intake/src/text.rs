//! Opens files of text, CSV and JSON Lines: tells encoding, kind and separator from the beginning of the file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::path::Path;

use panoh_dictionary::{Does, Separator};

use crate::archive::Input;
use crate::csv::{CsvRows, Signs};
use crate::encoding::Encoding;
use crate::error::IntakeError;
use crate::file::{About, Expected, Kind, fault};
use crate::json_lines::{self, JsonRows, Keys};
use crate::row::RawRow;
use crate::telling::{self, Fit};

/// Bytes at the beginning of a file by which everything is told.
const HEAD: u64 = 1 << 18;

/// Entries whose keys are gathered when no mapping gives them.
const KEYS_FROM: usize = 1000;

/// Separators that are tried, in this order when the header does not decide.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The beginning of a file, and its whole text in UTF-8.
pub(crate) struct Text {
    head: String,
    input: Input,
    encoding: Encoding,
}

/// A file of text whose column names were read.
pub(crate) type Named = (Kind, Vec<String>, About);

impl Text {
    /// Tells the encoding; `declared` is the one that was asked for.
    pub(crate) fn new(
        mut input: Input,
        declared: Option<Encoding>,
        expected: &Expected<'_>,
        path: &Path,
    ) -> Result<Self, IntakeError> {
        let mut head = Vec::new();
        input.by_ref().take(HEAD).read_to_end(&mut head).map_err(|error| fault(path, error))?;
        let whole = (head.len() as u64) < HEAD;
        let (encoding, mark) = telling::tell(&head, whole, declared, &|text| best_signs(&in_lines(text), expected).1)?;
        let text = encoding.text_of(&head[mark..]);
        let mut rest = Cursor::new(head);
        rest.set_position(mark as u64);
        let input = encoding.decoded(Box::new(rest.chain(input)));
        match in_lines(&text) {
            Cow::Borrowed(_) => Ok(Self { head: text, input, encoding }),
            Cow::Owned(head) => Ok(Self { head, input: Box::new(Returns(input)), encoding }),
        }
    }

    /// Reads the names of the columns.
    pub(crate) fn open(self, expected: &Expected<'_>, path: &Path) -> Result<Named, IntakeError> {
        let about = About { encoding: Some(self.encoding), ..About::new("JSON Lines") };
        if json_lines::begins_entry(&self.head) {
            let (rows, header) = open_json(self.input, &self.head, expected)?;
            return Ok((Kind::JsonLines(rows), header, about));
        }
        if json_lines::begins_array(&self.head) {
            return Err(IntakeError::JsonArray);
        }
        let failed = |error| fault(path, error);
        let (signs, _) = best_signs(&self.head, expected);
        let about = About { kind: "CSV", separator: Some(signs.separator), ..about };
        let mut rows = CsvRows::new(self.input, signs).map_err(failed)?;
        let header_row = header_row(&self.head, expected);
        rows.skip_to_line(u64::from(header_row)).map_err(failed)?;
        let mut first = RawRow::default();
        rows.end_at_large(true);
        let Some(read) = rows.next(&mut first).map_err(failed)? else {
            let last = Some(rows.lines()).filter(|lines| *lines > 0 && header_row > 1);
            return Err(last.map_or(IntakeError::Empty, |_| IntakeError::NoHeaderRow { header_row, last }));
        };
        rows.end_at_large(false);
        let broken = read.err().or_else(|| first.broken(first.len()).map(|(rule, _)| rule));
        if let Some(rule) = broken {
            return Err(IntakeError::BrokenHeader { rule });
        }
        rows.skip_to_line(u64::from(expected.shape.first_row)).map_err(failed)?;
        let mut names = cells(&first);
        rows.expect_cells(names.len());
        if !(expected.knows)("") {
            let named = names.iter().rposition(|name| !name.trim().is_empty()).map_or(names.len(), |last| last + 1);
            rows.leave_out_behind(named, names.len() - named);
            names.truncate(named);
        }
        Ok((Kind::Csv(rows), names, about))
    }

    /// The first rows with their lines, under the separator that gives one of them the most known names.
    pub(crate) fn top(&self, expected: &Expected<'_>, most: u32) -> Vec<(u64, Vec<String>)> {
        if json_lines::begins_entry(&self.head) {
            return vec![(1, Keys::of_text(&self.head, KEYS_FROM))];
        }
        let known = |row: &(u64, Vec<String>)| row.1.iter().filter(|name| is_known(name, expected)).count();
        let rows = |&separator: &u8| {
            let signs = Signs { separator, quote: expected.shape.quote };
            let mut row = RawRow::default();
            let mut rows = Vec::new();
            let Ok(mut read) = CsvRows::new(self.head.as_bytes(), signs) else { return rows };
            while let Ok(Some(split)) = read.next(&mut row)
                && row.place.line <= u64::from(most)
            {
                rows.extend(split.is_ok().then(|| (row.place.line, cells(&row))));
            }
            rows
        };
        let tried = SEPARATORS.iter().filter(|separator| **separator != expected.shape.quote).map(rows);
        let best = |rows: &Vec<_>| (rows.iter().map(known).max(), rows.iter().map(|row| row.1.len()).max());
        tried.reduce(|one, other| if best(&other) > best(&one) { other } else { one }).unwrap_or_default()
    }
}

/// Text in lines. Spreadsheet programs of old Macintoshes end them by a carriage return alone.
fn in_lines(text: &str) -> Cow<'_, str> {
    let returns_alone = text.contains('\r') && !text.contains('\n');
    if returns_alone { Cow::Owned(text.replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

/// Text in which each carriage return ends a line.
struct Returns(Input);

impl Read for Returns {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.0.read(into)?;
        into[..bytes].iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        Ok(bytes)
    }
}

fn open_json(input: Input, text: &str, expected: &Expected<'_>) -> Result<(JsonRows<Input>, Vec<String>), IntakeError> {
    let Some(source) = expected.keys else {
        let header = Keys::of_text(text, KEYS_FROM);
        let keys = Keys::alone(&header);
        return Ok((JsonRows::new(input, keys), header));
    };
    // An entry may lack a key, so the columns are those of the mapping; but a file without any of them is another one.
    let first = Keys::of_text(text, 1);
    if !first.is_empty() && !first.iter().any(|key| (expected.knows)(key)) {
        return Err(IntakeError::NoHeader { columns: first.len(), mapping: source.name.clone() });
    }
    let mut places = HashMap::new();
    for (at, column) in source.columns.iter().enumerate() {
        places.extend(std::iter::once(&column.header).chain(&column.also).map(|key| (key.clone(), at)));
    }
    let joiners = source.columns.iter().map(|column| match &column.does {
        Does::Codes { separator, .. } => *separator,
        Does::Place { place, .. } => source.places[*place].separator,
        _ => None,
    });
    let keys = Keys { places, joiners: joiners.collect() };
    let header = source.columns.iter().map(|column| column.header.clone()).collect();
    Ok((JsonRows::new(input, keys), header))
}

/// The signs under which the header row of a text holds the most known names, and how many.
fn best_signs(text: &str, expected: &Expected<'_>) -> (Signs, Fit) {
    let quote = expected.shape.quote;
    let tried = match &expected.shape.separator {
        Separator::Byte(separator) => std::slice::from_ref(separator),
        Separator::Auto => &SEPARATORS[..],
    };
    let fitted = tried.iter().filter(|separator| **separator != quote).map(|&separator| {
        let signs = Signs { separator, quote };
        let names = names(text, signs, expected).unwrap_or_default();
        let known: Vec<_> = names.iter().filter(|name| is_known(name, expected)).collect();
        let fit = Fit { known: known.len(), telling: known.iter().filter(|name| !name.is_ascii()).count() };
        (signs, fit, names.len())
    });
    // The first of equals; when no name is known, the separator that parts the most names says what is wrong best.
    let best = fitted.reduce(|best, next| {
        let better = (next.1.known, next.1.telling, next.2) > (best.1.known, best.1.telling, best.2);
        if better { next } else { best }
    });
    best.map_or((Signs { separator: b',', quote }, Fit::default()), |(signs, fit, _)| (signs, fit))
}

// A column without a name says nothing about the file, even where the mapping knows one.
fn is_known(name: &str, expected: &Expected<'_>) -> bool {
    !name.trim().is_empty() && (expected.knows)(name)
}

/// The line of the names. A line before the table may say `sep=;`: spreadsheet programs read their separator there, and show
/// it to nobody, so that whoever counts lines in one does not count it.
fn header_row(text: &str, expected: &Expected<'_>) -> u32 {
    let line = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    let said = line.trim_matches(['"', '\r', ' ']).as_bytes();
    let says_separator = matches!(said, [sep @ .., _] if sep.eq_ignore_ascii_case(b"sep="));
    let declared = expected.shape.header_row;
    if says_separator && declared == 1 { 2 } else { declared }
}

// None when the text has no such row or it cannot be split.
fn names(text: &str, signs: Signs, expected: &Expected<'_>) -> Option<Vec<String>> {
    let mut rows = CsvRows::new(text.as_bytes(), signs).ok()?;
    rows.skip_to_line(u64::from(header_row(text, expected))).ok()?;
    let mut first = RawRow::default();
    rows.next(&mut first).ok()??.ok()?;
    Some(cells(&first))
}

fn cells(row: &RawRow) -> Vec<String> {
    (0..row.len()).map(|at| String::from_utf8_lossy(row.cell(at)).into_owned()).collect()
}

//! What the reader of ODS workbooks does not tell: which cells are merged or show an error, whether each value is where it
//! belongs, and from which day the workbook counts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::About;
use super::cell_text::is_error;
use super::merged::Span;
use crate::frames::DayCount;

/// The most rows of a sheet. What an empty row says about its repetitions may be any number.
const ROWS: u32 = 1 << 20;

/// The most columns of a sheet.
const COLUMNS: u32 = 1 << 14;

/// The most bytes that are looked at of a list of parts.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// The most bytes that are kept of what a cell shows. A message of an error is shorter.
const SHOWN_LIMIT: usize = 64;

/// What the content of a workbook says beside the values of its cells.
pub(super) struct Content {
    sheets: BTreeMap<String, Sheet>,
    days: DayCount,
}

impl Content {
    /// What it says of a sheet.
    pub(super) fn about(&mut self, sheet: &str) -> About {
        let (merged, errors) = self.sheets.remove(sheet).map(|sheet| (sheet.merged, sheet.errors)).unwrap_or_default();
        About { merged, errors, days: self.days }
    }
}

/// Whether the workbook is protected by a password; its content is no XML then.
pub(super) fn is_encrypted(archive: &mut ZipArchive<Cursor<&[u8]>>) -> bool {
    let Ok(manifest) = archive.by_name("META-INF/manifest.xml") else { return false };
    let mut bytes = Vec::new();
    let read = manifest.take(MANIFEST_LIMIT).read_to_end(&mut bytes);
    read.is_ok() && memchr::memmem::find(&bytes, b"manifest:encryption-data").is_some()
}

/// Goes through the content of a workbook. None when it is no sound XML: the reader of the cells would look for the end of
/// a sheet that was cut off until its time is over. None too when a cell shows text and holds no value of its type: the
/// reader of the cells takes it for empty.
pub(super) fn look_through(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Option<Content> {
    let content = archive.by_name("content.xml").ok()?;
    let mut reader = Reader::from_reader(BufReader::new(content));
    reader.config_mut().expand_empty_elements = true;
    let (mut buffer, mut inside) = (Vec::new(), Vec::new());
    let mut found = Content { sheets: BTreeMap::new(), days: DayCount::From1900 };
    let mut sheet: Option<(String, Sheet)> = None;
    let mut depth = 0_u32;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(element) => {
                depth += 1;
                match (element.name().0, &mut sheet) {
                    ("table:null-date", _) => found.days = day_count(&element)?,
                    ("table:table", None) => {
                        // The reader of the cells passes over a table without a name.
                        let name = element.try_get_attribute("table:name").ok()?;
                        let name = name.map(|name| unescape(&name.value).map(Cow::into_owned)).transpose().ok()?;
                        sheet = name.map(|name| (name, Sheet::default()));
                    }
                    ("table:table-row", Some((_, sheet))) => sheet.begin_row(&element)?,
                    ("table:table-cell" | "table:covered-table-cell", Some((_, sheet))) => {
                        let shown = shown_text(&mut reader, &mut inside)?;
                        sheet.add_cell(&element, &shown)?;
                        depth -= 1;
                    }
                    _ => {}
                }
            }
            Event::End(element) => {
                depth = depth.checked_sub(1)?;
                if element.name().0 == "table:table" {
                    // Of two sheets with one name the reader of the cells keeps the last.
                    found.sheets.extend(sheet.take());
                }
            }
            Event::Eof => return (depth == 0).then_some(found),
            _ => {}
        }
    }
}

/// Goes to the end of a cell. What paragraphs of the cell itself, and not of a note beside it, show, without blanks around
/// it; none when the XML is not sound, or a marked section stands there, which the reader of the cells passes over.
fn shown_text(reader: &mut Reader<impl BufRead>, buffer: &mut Vec<u8>) -> Option<String> {
    let (mut depth, mut in_paragraph, mut shown) = (0_u32, false, String::new());
    loop {
        buffer.clear();
        match reader.read_event_into(buffer).ok()? {
            Event::Start(element) => {
                in_paragraph |= depth == 0 && element.name().0 == "text:p";
                depth += 1;
            }
            Event::End(_) if depth == 0 => return Some(shown),
            Event::End(_) => {
                depth -= 1;
                in_paragraph &= depth > 0;
            }
            Event::Text(text) if in_paragraph && shown.len() < SHOWN_LIMIT => shown.push_str(text.trim()),
            // Which sign it stands for makes no difference.
            Event::GeneralRef(_) if in_paragraph && shown.len() < SHOWN_LIMIT => shown.push('&'),
            Event::CData(_) if in_paragraph => return None,
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// What the reader of the cells makes of a cell that shows something.
#[derive(PartialEq, Eq)]
enum Holds {
    /// What it shows.
    Value,
    /// Nought or nothing, where it shows an error.
    Error,
    /// Nothing.
    Nothing,
}

fn holds(cell: &BytesStart<'_>, shown: &str) -> Option<Holds> {
    let said = |name: &str| cell.try_get_attribute(name).ok();
    let has = |name: &str| Some(said(name)?.is_some_and(|value| !value.value.trim().is_empty()));
    let is_formula = said("table:formula")?.is_some();
    if is_formula && is_error(shown) {
        return Some(Holds::Error);
    }
    let kind = said("office:value-type")?;
    let holds_value = match kind.as_ref().map(|kind| kind.value.as_ref()) {
        Some("float" | "percentage" | "currency") => has("office:value")?,
        Some("date") => has("office:date-value")?,
        Some("time") => has("office:time-value")?,
        Some("boolean") => has("office:boolean-value")?,
        Some("string") => return string_holds(cell, is_formula || is_error(shown)),
        _ => false,
    };
    Some(if holds_value { Holds::Value } else { Holds::Nothing })
}

// A text stands in the attribute, or else is what is shown. Some spreadsheets show a message beside an empty one.
fn string_holds(cell: &BytesStart<'_>, may_be_error: bool) -> Option<Holds> {
    let text = cell.try_get_attribute("office:string-value").ok()?;
    Some(match text {
        Some(text) if text.value.is_empty() && may_be_error => Holds::Error,
        Some(text) if text.value.is_empty() => Holds::Nothing,
        _ => Holds::Value,
    })
}

/// A sheet in the making, and where in it the next cell stands.
#[derive(Default)]
struct Sheet {
    merged: Vec<Span>,
    /// The cells that show an error in place of their value.
    errors: Vec<Span>,
    row: u32,
    /// How often the row is there.
    rows: u32,
    column: u32,
}

impl Sheet {
    fn begin_row(&mut self, row: &BytesStart<'_>) -> Option<()> {
        self.row = self.row.saturating_add(self.rows).min(ROWS);
        self.rows = number(row, "table:number-rows-repeated", ROWS)?;
        self.column = 0;
        Some(())
    }

    // None when it shows something and holds nothing.
    fn add_cell(&mut self, cell: &BytesStart<'_>, shown: &str) -> Option<()> {
        let columns = number(cell, "table:number-columns-repeated", COLUMNS)?;
        let wide = number(cell, "table:number-columns-spanned", COLUMNS)?.max(1);
        let high = number(cell, "table:number-rows-spanned", ROWS)?.max(1);
        let (top, left) = (self.row, self.column);
        self.column = left.saturating_add(columns).min(COLUMNS);
        let holds = if shown.is_empty() { Holds::Value } else { holds(cell, shown)? };
        if holds == Holds::Nothing {
            return None;
        }
        if holds == Holds::Error && self.rows > 0 && columns > 0 {
            let (bottom, right) = (top + (self.rows - 1), left + (columns - 1));
            self.errors.push(Span { top, bottom, left, right, in_each_row: true });
        }
        if (wide, high) != (1, 1) && self.rows > 0 && columns > 0 {
            // A repeated cell that reaches over its repetitions is no sound ODS: all but the first then lie under it.
            let bottom = top + (self.rows - 1) + (high - 1);
            let right = left + (columns - 1) + (wide - 1);
            self.merged.push(Span { top, bottom, left, right, in_each_row: high == 1 });
        }
        Some(())
    }
}

fn day_count(null_date: &BytesStart<'_>) -> Option<DayCount> {
    let day = null_date.try_get_attribute("table:date-value").ok()?;
    Some(match day.as_ref().map(|day| day.value.as_ref()) {
        None | Some("1899-12-30") => DayCount::From1900,
        Some("1904-01-01") => DayCount::From1904,
        Some(_) => DayCount::Other,
    })
}

// One where nothing is said.
fn number(element: &BytesStart<'_>, attribute: &str, most: u32) -> Option<u32> {
    let Some(said) = element.try_get_attribute(attribute).ok()? else { return Some(1) };
    let said: u64 = said.value.trim().parse().ok()?;
    Some(said.min(u64::from(most)) as u32)
}

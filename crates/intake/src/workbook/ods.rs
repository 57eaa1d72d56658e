//! What the reader of ODS workbooks does not tell: which cells are merged, and from which day the workbook counts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::merged::Span;
use crate::frames::DayCount;

/// The most rows of a sheet. What an empty row says about its repetitions may be any number.
const ROWS: u32 = 1 << 20;

/// The most columns of a sheet.
const COLUMNS: u32 = 1 << 14;

/// The most bytes that are looked at of a list of parts.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// What the content of a workbook says beside the values of its cells.
pub(super) struct Content {
    /// The merged cells of each sheet.
    sheets: BTreeMap<String, Vec<Span>>,
    /// From when days are counted.
    pub(super) days: DayCount,
}

impl Content {
    /// The merged cells of a sheet.
    pub(super) fn take_merged(&mut self, sheet: &str) -> Vec<Span> {
        self.sheets.remove(sheet).unwrap_or_default()
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
/// a sheet that was cut off until its time is over. None too when a cell shows text and does not say of what type it is:
/// the reader of the cells takes it for empty.
pub(super) fn look_through(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Option<Content> {
    let content = archive.by_name("content.xml").ok()?;
    let mut reader = Reader::from_reader(BufReader::new(content));
    reader.config_mut().expand_empty_elements = true;
    let (mut buffer, mut inside) = (Vec::new(), Vec::new());
    let mut found = Content { sheets: BTreeMap::new(), days: DayCount::From1900 };
    let mut sheet: Option<Sheet> = None;
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
                        sheet = name.map(Sheet::new);
                    }
                    ("table:table-row", Some(sheet)) => sheet.begin_row(&element)?,
                    ("table:table-cell" | "table:covered-table-cell", Some(sheet)) => {
                        sheet.add_cell(&element)?;
                        let is_typed = element.try_get_attribute("office:value-type").ok()?.is_some();
                        if shows_text(&mut reader, &mut inside)? && !is_typed {
                            return None;
                        }
                        depth -= 1;
                    }
                    _ => {}
                }
            }
            Event::End(element) => {
                depth = depth.checked_sub(1)?;
                if element.name().0 == "table:table" {
                    // Of two sheets with one name the reader of the cells keeps the last.
                    found.sheets.extend(sheet.take().map(|sheet| (sheet.name, sheet.merged)));
                }
            }
            Event::Eof => return (depth == 0).then_some(found),
            _ => {}
        }
    }
}

/// Goes to the end of a cell. Whether a paragraph of the cell itself, and not of a note beside it, holds text; none when
/// the XML is not sound.
fn shows_text(reader: &mut Reader<impl BufRead>, buffer: &mut Vec<u8>) -> Option<bool> {
    let (mut depth, mut in_paragraph, mut shows) = (0_u32, false, false);
    loop {
        buffer.clear();
        match reader.read_event_into(buffer).ok()? {
            Event::Start(element) => {
                in_paragraph |= depth == 0 && element.name().0 == "text:p";
                depth += 1;
            }
            Event::End(_) if depth == 0 => return Some(shows),
            Event::End(_) => {
                depth -= 1;
                in_paragraph &= depth > 0;
            }
            Event::Text(text) => shows |= in_paragraph && !text.trim().is_empty(),
            Event::CData(_) | Event::GeneralRef(_) => shows |= in_paragraph,
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// A sheet in the making, and where in it the next cell stands.
struct Sheet {
    name: String,
    merged: Vec<Span>,
    row: u32,
    /// How often the row is there.
    rows: u32,
    column: u32,
}

impl Sheet {
    fn new(name: String) -> Self {
        Self { name, merged: Vec::new(), row: 0, rows: 0, column: 0 }
    }

    fn begin_row(&mut self, row: &BytesStart<'_>) -> Option<()> {
        self.row = self.row.saturating_add(self.rows).min(ROWS);
        self.rows = number(row, "table:number-rows-repeated", ROWS)?;
        self.column = 0;
        Some(())
    }

    fn add_cell(&mut self, cell: &BytesStart<'_>) -> Option<()> {
        let columns = number(cell, "table:number-columns-repeated", COLUMNS)?;
        let wide = number(cell, "table:number-columns-spanned", COLUMNS)?.max(1);
        let high = number(cell, "table:number-rows-spanned", ROWS)?.max(1);
        let (top, left) = (self.row, self.column);
        self.column = left.saturating_add(columns).min(COLUMNS);
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

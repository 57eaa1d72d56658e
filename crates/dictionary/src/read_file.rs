//! Reads the part `[file]` of a mapping: the shape of the export file.

use std::ops::Range;

use toml::Spanned;

use crate::error::{DictionaryError, Problem};
use crate::files::Text;
use crate::raw_source::{OneOrMore, RawFile};
use crate::shape::{FileShape, Separator, encoding};
use crate::words::fold;

/// Words for a total, folded, of mappings that name none.
const TOTALS: [&str; 9] =
    ["total", "totals", "grand total", "итого", "всего", "общий итог", "ҷамъ", "ҳамагӣ", "ҷамъи умумӣ"];

/// Reads the shape; what is not said has its default.
pub(crate) fn read_file(text: Text<'_>, raw: &RawFile) -> Result<FileShape, DictionaryError> {
    let at = |span: Range<usize>| move |problem| text.error(&span, problem);
    let encoding = match &raw.encoding {
        None => None,
        Some(said) => Some(encoding(said.get_ref()).map(str::to_owned).ok_or_else(|| {
            let remedy =
                "write utf-8, utf-16le, utf-16be, windows-1251, koi8-r, koi8-t, ibm866, iso-8859-5, x-mac-cyrillic, windows-1252 or windows-1254";
            text.error(&said.span(), bad_cell("encoding", said.get_ref(), remedy))
        })?),
    };
    let separator = match &raw.separator {
        None => Separator::Auto,
        Some(said) => separator(said.get_ref()).map_err(at(said.span()))?,
    };
    let quote = match &raw.quote {
        None => b'"',
        Some(said) => quote(said.get_ref(), separator).map_err(at(said.span()))?,
    };
    let (header_row, first_row) = rows(text, raw)?;
    let mut total_rows = Vec::new();
    if raw.total_rows.is_none() {
        total_rows.extend(TOTALS.map(str::to_owned));
    }
    for word in raw.total_rows.iter().flatten() {
        total_rows.push(not_blank("total_rows", word.get_ref()).map(fold).map_err(at(word.span()))?);
    }
    let replace_by_record_id = raw.replace_by_record_id.as_ref().is_some_and(|said| *said.get_ref());
    let sheets = sheets(text, raw)?;
    Ok(FileShape { encoding, separator, quote, sheets, header_row, first_row, total_rows, replace_by_record_id })
}

/// The one ASCII sign of a text, no letter, no digit and no end of a line.
pub(crate) fn one_sign(said: &str) -> Option<u8> {
    match *said.as_bytes() {
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != b'\n' && byte != b'\r' => Some(byte),
        _ => None,
    }
}

/// A cell of the mapping that allows few words only.
pub(crate) fn bad_cell(cell: &'static str, value: &str, remedy: &'static str) -> Problem {
    Problem::BadCell { cell, value: value.to_owned(), remedy }
}

/// A word that a cell could hold.
pub(crate) fn not_blank<'a>(cell: &'static str, word: &'a str) -> Result<&'a str, Problem> {
    if word.trim().is_empty() {
        Err(bad_cell(cell, word, "write a word; a blank cell is always missing"))
    } else {
        Ok(word)
    }
}

fn separator(said: &str) -> Result<Separator, Problem> {
    match said {
        "auto" => Ok(Separator::Auto),
        "tab" => Ok(Separator::Byte(b'\t')),
        _ => one_sign(said).map(Separator::Byte).ok_or_else(|| {
            bad_cell("separator", said, "write one sign that is no letter and no digit, or tab, or auto")
        }),
    }
}

fn quote(said: &str, separator: Separator) -> Result<u8, Problem> {
    let sign =
        one_sign(said).ok_or_else(|| bad_cell("quote", said, "write one sign that is no letter and no digit"))?;
    // Auto tries these signs, so none of them can be a quote.
    let taken = match separator {
        Separator::Auto => b",;\t|".contains(&sign),
        Separator::Byte(separator) => separator == sign,
    };
    if taken { Err(bad_cell("quote", said, "write another sign than the separator")) } else { Ok(sign) }
}

fn rows(text: Text<'_>, raw: &RawFile) -> Result<(u32, u32), DictionaryError> {
    let bad = |said: &Spanned<u32>, cell, remedy| {
        Err(text.error(&said.span(), bad_cell(cell, &said.get_ref().to_string(), remedy)))
    };
    let header = match &raw.header_row {
        Some(said) if *said.get_ref() == 0 || *said.get_ref() == u32::MAX => {
            return bad(said, "header_row", "rows are counted from 1");
        }
        said => said.as_ref().map_or(1, |said| *said.get_ref()),
    };
    match &raw.first_row {
        Some(said) if *said.get_ref() <= header => bad(said, "first_row", "data begin below the header row"),
        said => Ok((header, said.as_ref().map_or(header + 1, |said| *said.get_ref()))),
    }
}

fn sheets(text: Text<'_>, raw: &RawFile) -> Result<Vec<String>, DictionaryError> {
    let Some(said) = &raw.sheet else { return Ok(Vec::new()) };
    let names = match said.get_ref() {
        OneOrMore::One(name) => std::slice::from_ref(name),
        OneOrMore::More(names) => names,
    };
    if names.is_empty() || names.iter().any(|name| name.trim().is_empty()) {
        let remedy = "name one sheet or several; without the key the only visible sheet with cells is read";
        return Err(text.error(&said.span(), bad_cell("sheet", "", remedy)));
    }
    Ok(names.to_vec())
}

//! The shape of an export file: how its text is coded, where its columns are named and where its rows begin.

/// The shape of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileShape {
    /// One of [`ENCODINGS`]; none when the bytes tell it. An encoding that they do not tell must be asked for.
    pub encoding: Option<String>,
    /// What stands between two cells.
    pub separator: Separator,
    /// Around a cell, one ASCII byte; a double quote unless declared. It is doubled inside a quoted cell.
    pub quote: u8,
    /// Names of sheets as declared: the first that the workbook has is read. None declared means the only visible sheet with
    /// cells.
    pub sheets: Vec<String>,
    /// The row (in a CSV file the line) that holds the names of the columns, counted from 1.
    pub header_row: u32,
    /// The first row of data, counted from 1; always after `header_row`.
    pub first_row: u32,
    /// Folded words: a row whose first filled cell is one of them is a total and left out.
    pub total_rows: Vec<String>,
    /// Whether a later export replaces the rows with the same record ids. Then a column is [`crate::Identity::RecordId`].
    pub replace_by_record_id: bool,
}

/// What stands between two cells of a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// Comma, semicolon, tab or bar: the one under which the header row holds the columns of the mapping.
    Auto,
    /// One ASCII byte, never the quote.
    Byte(u8),
}

/// The names of encodings that a mapping may declare.
pub const ENCODINGS: [&str; 11] = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "windows-1251",
    "koi8-r",
    "koi8-t",
    "ibm866",
    "iso-8859-5",
    "x-mac-cyrillic",
    "windows-1252",
    "windows-1254",
];

/// The encoding of that name among [`ENCODINGS`]; letter case does not matter, `cp866` is `ibm866`, and `iso-8859-9` is
/// `windows-1254`, which has all its letters.
pub fn encoding(name: &str) -> Option<&'static str> {
    let name = name.trim().to_ascii_lowercase();
    let name = match name.as_str() {
        "cp866" => "ibm866",
        "iso-8859-9" => "windows-1254",
        name => name,
    };
    ENCODINGS.into_iter().find(|known| *known == name)
}

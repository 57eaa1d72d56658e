//! Printing: rows and reports on standard output, words on standard error.

use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Result;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde::Serialize;

/// A line under the header and no other: columns are told apart by their alignment.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table for people: header, rows; columns whose every cell is a number stand to the right.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().enumerate().map(|(at, name)| aligned(name, is_numeric(rows, at))));
    for row in rows {
        table.add_row(row.iter().enumerate().map(|(at, text)| aligned(text, is_numeric(rows, at))));
    }
    table.trim_fmt()
}

fn aligned(text: &str, right: bool) -> Cell {
    Cell::new(text).set_alignment(if right { CellAlignment::Right } else { CellAlignment::Left })
}

fn is_numeric(rows: &[Vec<String>], at: usize) -> bool {
    let digits = |text: &String| {
        text.chars().any(|c| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || "±-+.,".contains(c))
    };
    !rows.is_empty() && rows.iter().all(|row| row.get(at).is_some_and(digits))
}

/// Writes a line to standard output.
pub(crate) fn say(text: impl AsRef<str>) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{}", text.as_ref())?;
    Ok(())
}

/// Writes a line to standard error; when that is closed there is nobody to tell.
pub(crate) fn note(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
}

/// Writes one JSON object to standard output.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    say(serde_json::to_string_pretty(value)?)
}

/// 12345 as "12,345".
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 row", "2 rows".
pub(crate) fn counted(count: u64, one: &str) -> String {
    format!("{} {one}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// A path as a POSIX shell takes it for one word.
pub(crate) fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let text = if text.starts_with('-') { format!("./{text}") } else { text };
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+=:,@%".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// An error and its causes in one line. Some libraries repeat the cause in their own message; it is said once.
pub(crate) fn causes(error: &anyhow::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if !said.last().is_some_and(|last| last.contains(&cause)) {
            said.push(cause);
        }
    }
    said.join(": ")
}

/// True when the reader of our output went away, as `head` does.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == ErrorKind::BrokenPipe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_can_be_pasted_into_a_shell() {
        for (path, word) in [
            ("cases.xlsx", "cases.xlsx"),
            ("/data/случаи_2024.csv", "/data/случаи_2024.csv"),
            ("filled cases.xlsx", "'filled cases.xlsx'"),
            ("it's.csv", r"'it'\''s.csv'"),
            ("$(reboot).csv", "'$(reboot).csv'"),
            ("cases(1)&more;*.csv", "'cases(1)&more;*.csv'"),
            ("~/a.csv", "'~/a.csv'"),
            ("-x.csv", "./-x.csv"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(Path::new(path)), word);
        }
    }

    #[test]
    fn counts_read_well() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (97_750, "97,750"), (1_234_567, "1,234,567")];
        for (count, text) in cases {
            assert_eq!(thousands(count), text);
        }
        assert_eq!((counted(1, "row"), counted(2, "row")), ("1 row".into(), "2 rows".into()));
    }
}

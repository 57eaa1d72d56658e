//! Where an answer of the prompt goes: to the screen, through the pager when it does not fit, or to a file.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use panoh_warehouse::{RowFormat, Rows};

use crate::args::Format;
use crate::commands::stats::{SCREEN_ROWS, print_rows};
use crate::output::{note, say, table};

/// Shows an answer. `size` is that of the terminal in columns and rows, when there is one.
pub(super) async fn show(rows: Rows, format: Format, size: Option<(usize, usize)>, pager: &str) -> Result<()> {
    if format == Format::Parquet {
        bail!("Parquet is for files: name one with \\o FILE first");
    }
    if format != Format::Table {
        return print_rows(rows, format).await.map(|_| ());
    }
    let page = rows.page(SCREEN_ROWS).await?;
    let header: Vec<&str> = page.header.iter().map(String::as_str).collect();
    let text = table(&header, &page.rows);
    let fits = size.is_none_or(|(columns, lines)| {
        text.lines().count() + 2 < lines && text.lines().all(|line| line.chars().count() <= columns)
    });
    if fits || through(pager, &text).is_err() {
        say(&text)?;
    }
    let more = if page.more { format!("only the first {SCREEN_ROWS}; \\o FILE gives all") } else { String::new() };
    let count = page.rows.len();
    note(match (count, page.more) {
        (_, true) => format!("({more})"),
        (1, _) => "(1 row)".to_owned(),
        _ => format!("({count} rows)"),
    });
    Ok(())
}

/// Writes an answer to a new file that only its owner may read.
pub(super) async fn write(rows: Rows, format: Format, path: &Path) -> Result<()> {
    let format = match format {
        Format::Csv | Format::Table => RowFormat::Csv,
        Format::Json => RowFormat::Json,
        Format::Parquet => RowFormat::Parquet,
    };
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = file.with_context(|| format!("cannot write to the new file {}", path.display()))?;
    let mut out = BufWriter::new(file);
    let written = rows.write(format, &mut out).await?;
    out.flush()?;
    note(format!("({written} rows written to {})", path.display()));
    Ok(())
}

/// Hands a text to the pager and waits until its reader has read.
fn through(pager: &str, text: &str) -> Result<()> {
    let mut child = Command::new("sh").args(["-c", pager]).stdin(Stdio::piped()).spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        // A reader who has seen enough closes the pipe.
        let _ = pipe.write_all(text.as_bytes());
    }
    if child.wait()?.success() { Ok(()) } else { bail!("the pager failed") }
}

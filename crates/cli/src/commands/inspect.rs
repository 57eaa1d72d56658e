//! `panoh inspect`: what is in an export, which mapping fits, and a proposal for one. Prints no cell.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use panoh_intake::{Inspection, Look, Sure};

use crate::args::Inspect;
use crate::commands::intake::refuse_no_file;
use crate::failure::{Code, Failure};
use crate::home::{Home, chosen};
use crate::output::{counted, json, note, say, shell_word, table};
use crate::world::World;

pub(crate) fn run(options: &Inspect, world: &World) -> Result<Code> {
    refuse_no_file(&options.file)?;
    let dictionary = world.dictionary()?;
    let look =
        Look { table: options.table.as_deref(), header_row: options.header_row, sheet: options.sheet.as_deref() };
    let intake = world.intake(options.encoding.clone())?;
    let seen = panoh_intake::inspect(&options.file, &dictionary, &intake, &look)
        .with_context(|| format!("{} cannot be inspected", options.file.display()))?;
    if let Some(path) = &options.mapping {
        write_mapping(&seen, path)?;
    }
    if options.json {
        json(&seen)?;
    } else {
        print(&seen, options)?;
        advise(&seen, options, world);
    }
    Ok(Code::Ok)
}

fn print(seen: &Inspection, options: &Inspect) -> Result<()> {
    let more = if seen.whole { "" } else { " (there are more)" };
    say(format!("{}; {} looked at{more}", seen.file, counted(seen.rows_seen, "row")))?;
    if seen.header_known {
        say(format!("column names in row {}", seen.header_row))?;
    }
    if seen.rows_broken > 0 {
        say(format!("{} with another number of cells or damaged", counted(seen.rows_broken, "row")))?;
    }
    let row = |(at, column): (usize, &panoh_intake::ColumnSeen)| {
        let hidden = || options.header_row.map_or(String::new(), |_| format!("(column {})", at + 1));
        vec![
            column.place.clone(),
            column.name.clone().unwrap_or_else(hidden),
            format!("{:.0} %", 100.0 * column.filled),
            column.proposal.clone(),
            sure(column.sure).into(),
            column.why.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = seen.columns.iter().enumerate().map(row).collect();
    say(table(&["", "column", "filled", &format!("for table {}", seen.table), "how sure", "why"], &rows))
}

fn sure(sure: Sure) -> &'static str {
    match sure {
        Sure::Sure => "sure",
        Sure::Likely => "likely",
        Sure::Guess => "a guess",
        Sure::Unknown => "unknown",
    }
}

/// What to do next.
fn advise(seen: &Inspection, options: &Inspect, world: &World) {
    let file = shell_word(&options.file);
    let init = if Home::exists(&chosen(world.home.as_deref())) { "" } else { " --init" };
    if !seen.header_known {
        note(
            "No row of column names was recognised, so no cell of the first rows is shown and no mapping is proposed.",
        );
        note("If the names stand in row N, say so: --header-row N. A file without names needs a row of names first.");
        return;
    }
    let hidden = seen.columns.iter().filter(|column| column.name.is_none()).count();
    if hidden > 0 && options.header_row.is_some() {
        note(format!(
            "{} of row {} {} not shown: a cell of it looks like a telephone number, an address, a date or a number, and not \
             like a name. Check that this row holds the column names.",
            counted(hidden as u64, "cell"),
            seen.header_row,
            if hidden == 1 { "is" } else { "are" }
        ));
    } else if hidden > 0 {
        note(format!(
            "{} {} not recognised and not shown, because a cell could stand there. If row {2} holds names only, say so: \
             --header-row {2}",
            counted(hidden as u64, "column name"),
            if hidden == 1 { "is" } else { "are" },
            seen.header_row
        ));
    }
    if let Some(fit) = seen.fits.iter().find(|fit| fit.is_whole()) {
        note(format!("The mapping {} knows every column. Load it:", fit.source));
        note(format!("  panoh intake {file} --source {}{init}", fit.source));
        return;
    }
    if let Some(fit) = seen.fits.first() {
        let panoh_intake::Fit { known, unknown, missing, .. } = fit;
        note(format!(
            "The nearest mapping is {}: {known} columns known, {unknown} not, {missing} missing.",
            fit.source
        ));
    }
    match &options.mapping {
        Some(path) => {
            note(format!("A proposal was written to {0}. Check every line, then try it:", path.display()));
            note(format!("  panoh intake {file} --source {} --dry-run{init}", shell_word(path)));
        }
        None => note("To get a mapping to correct: add --mapping mine.toml"),
    }
}

fn write_mapping(seen: &Inspection, path: &Path) -> Result<()> {
    let Some(mapping) = &seen.mapping else {
        let message =
            "no row of column names was recognised, so there is no mapping to write; say where: --header-row N";
        return Err(Failure::new(Code::RefusedWhole, message).into());
    };
    let mut file = File::create_new(path).map_err(|error| {
        let message =
            format!("cannot write the mapping {}: {error}; name a file that is not there yet", path.display());
        Failure::new(Code::Usage, message)
    })?;
    file.write_all(mapping.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

//! `panoh erase`: deletes a person from a home. Who it is comes from a file or is asked on the terminal and is never an
//! argument, because arguments stand in the shell's history and in the list of processes. What was deleted is told in
//! numbers.

mod said;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use panoh_custody::{EraseReport, erase};

use crate::failure::Code;
use crate::output::{counted, json, note, say};
use crate::world::{World, open_stores};
use said::Said;

/// Options of `panoh erase`.
#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// TOML file that says who: document, document_country, full_name or given_name, family_name and father_name,
    /// birth_date, sex (female or male), population (victims or suspects); instead or as well source (name of a mapping)
    /// and record (the sender's record id); or pseudonym (column person of a query) [default: asked on the terminal]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(options: &Erase, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let said = match &options.from {
        Some(file) => Said::read(file, &home)?,
        None => Said::ask()?,
    };
    let mut opened = open_stores(&home, world).await?;
    if opened.stores.recovered().erased {
        note("An erasure that was cut off before has been finished now.");
    }
    let whom = said.seal(&opened.sealer, &world.dictionary()?)?;
    drop(said);
    let report = erase(&mut opened.stores, &whom, &opened.sealer).await?;
    if options.json {
        json(&report)?;
        if let Some(warning) = report.warning {
            note(format!("WARNING: {warning}."));
        }
    } else {
        print(&report)?;
    }
    if report.pseudonyms == 0 && whom.person.is_some() {
        note(
            "No row has this pseudonym. Take it from the column person, not from the column record, and from a query made \
             after the last change of keys.",
        );
    }
    if report.pseudonyms == 0 && whom.record.is_some() {
        note(
            "No row of this source carries this record id. Check both: from now on a row that comes with it is left out, \
             and that cannot be taken back.",
        );
    }
    if let Some(file) = &options.from {
        note(format!("Delete {} now: it says who the person is.", file.display()));
    }
    Ok(Code::Ok)
}

fn print(report: &EraseReport) -> Result<()> {
    if report.pseudonyms == 0 {
        return say("nobody like this is known; rows of a later export that say the same will be left out");
    }
    if let Some(warning) = report.warning {
        say(format!("WARNING: {warning}."))?;
    }
    say(format!("{} erased, with {}", counted(report.persons, "person"), counted(report.pseudonyms, "pseudonym")))?;
    for (table, rows) in &report.rows {
        say(format!("  {table}: {} deleted", counted(*rows, "row")))?;
    }
    if report.about > 0 {
        say(format!(
            "  {} of other registers among them that named a case of the person, and nobody",
            counted(report.about, "row")
        ))?;
    }
    if report.naming > 0 {
        let rows = counted(report.naming, "row");
        say(format!("  {rows} of other persons name a case of the person by a digest, and stay"))?;
    }
    let (tables, reports) = (counted(report.tables.len() as u64, "table"), counted(report.reports, "report"));
    say(format!("  {tables} built anew without old versions, {reports} of refused rows removed"))?;
    say(format!("  {} keep a later export from bringing the person back", counted(report.tombstones, "tombstone")))?;
    note(format!("Earlier versions of these tables cannot be asked any more. Releases already published stay: {STAY}"));
    Ok(())
}

/// Why a published release is not called back.
const STAY: &str = "they hold noisy counts of which no one person is a readable part, and copies are in other hands";

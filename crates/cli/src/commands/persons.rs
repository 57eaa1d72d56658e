//! `panoh persons`: who was found to be one person, and taking such a finding back. Pseudonyms only; a name is nowhere.

use anyhow::Result;
use clap::Subcommand;
use panoh_custody::unlink;
use panoh_identity::{LogEvent, Pseudonym};
use serde::Serialize;

use crate::failure::{Code, Failure};
use crate::output::{counted, json, note, say, table};
use crate::world::{World, open_stores};

/// Commands of `panoh persons`.
#[derive(Debug, Subcommand)]
pub(crate) enum Persons {
    /// List the pseudonyms that stand for the same person as another
    Aliases {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// List what was found and what was taken back, oldest first
    Log {
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Take back that a pseudonym stands for the same person as another; no later load joins the two again
    Unlink {
        /// The alias: 32 hexadecimal digits, as `panoh persons aliases` shows them
        alias: String,
    },
}

#[derive(Debug, Serialize)]
struct AliasRow {
    alias: String,
    person: String,
    rule: &'static str,
}

#[derive(Debug, Serialize)]
struct LogRow {
    number: i64,
    what: &'static str,
    one: String,
    other: String,
    rule: &'static str,
    /// The load whose row showed it; none when somebody took the finding back.
    load: Option<String>,
}

pub(crate) async fn run(command: &Persons, world: &World) -> Result<Code> {
    let mut opened = open_stores(&world.open_home()?, world).await?;
    match command {
        Persons::Aliases { json: as_json } => {
            let aliases = opened.stores.register().aliases()?.into_iter();
            let rows = aliases.map(|one| AliasRow {
                alias: one.alias.to_string(),
                person: one.person.to_string(),
                rule: one.rule.name(),
            });
            let cells = |row: &AliasRow| vec![row.alias.clone(), row.person.clone(), row.rule.to_owned()];
            list(&rows.collect::<Vec<_>>(), &["alias", "person", "rule"], cells, *as_json)?;
        }
        Persons::Log { json: as_json } => {
            let lines = opened.stores.register().log()?.into_iter();
            let rows = lines.map(|line| LogRow {
                number: line.number,
                what: if line.what == LogEvent::Merged { "merged" } else { "unlinked" },
                one: line.one.to_string(),
                other: line.other.to_string(),
                rule: line.rule.name(),
                load: line.load,
            });
            let cells = |row: &LogRow| {
                let load = row.load.as_deref().unwrap_or_default();
                let short = load.get(..21).unwrap_or(load).to_owned();
                let (number, what, rule) = (row.number.to_string(), row.what.to_owned(), row.rule.to_owned());
                vec![number, what, row.one.clone(), row.other.clone(), rule, short]
            };
            let header = ["number", "what", "one", "other", "rule", "load"];
            list(&rows.collect::<Vec<_>>(), &header, cells, *as_json)?;
        }
        Persons::Unlink { alias } => {
            if Pseudonym::of_digits(alias.trim()).is_none() {
                let message = "a pseudonym has 32 hexadecimal digits; `panoh persons aliases` lists those of aliases";
                return Err(Failure::new(Code::Usage, message).into());
            }
            let taken_back = unlink(&mut opened.stores, alias).await?;
            say(format!("{} and {} are two persons again", taken_back.alias, taken_back.person))?;
            note("No later load joins them. Releases that were published before stay as they are.");
        }
    }
    Ok(Code::Ok)
}

fn list<R: Serialize>(rows: &[R], header: &[&str], cells: impl Fn(&R) -> Vec<String>, as_json: bool) -> Result<()> {
    if as_json {
        return json(&rows);
    }
    if !rows.is_empty() {
        say(table(header, &rows.iter().map(cells).collect::<Vec<_>>()))?;
    }
    note(counted(rows.len() as u64, "line"));
    Ok(())
}

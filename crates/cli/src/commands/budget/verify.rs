//! `panoh budget verify`: the chain, and everything that can be worked out again from what is published.

use anyhow::Result;
use panoh_release::{Audit, audit};

use super::ledger_under;
use crate::commands::release::signer;
use crate::failure::Code;
use crate::output::{counted, json, say, table};
use crate::world::{World, read_key};

/// Exit code 0 when everything agrees, 4 when ledger and releases do not; a ledger that cannot be trusted at all ends in
/// 5, as for every command.
pub(super) fn run(as_json: bool, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let key = read_key(&home, world)?;
    let found = audit(&mut ledger_under(&key, &home)?, &home.published(), &signer(&key).public_key())?;
    if as_json {
        json(&found)?;
    } else {
        print(&found)?;
    }
    Ok(if found.findings.is_empty() { Code::Ok } else { Code::RefusedWhole })
}

fn print(audit: &Audit) -> Result<()> {
    say(format!("Every entry of the ledger carries its seal. Number of the last: {}", audit.head.count))?;
    say(format!("Head  {}", audit.head))?;
    let states: Vec<String> = audit.releases.iter().map(|(state, count)| format!("{count} {state}")).collect();
    let total: u64 = audit.releases.values().sum();
    if states.is_empty() {
        say("No release was ever charged.")?;
    } else {
        say(format!("{}: {}", counted(total, "release"), states.join(", ")))?;
    }
    if !audit.cohorts.is_empty() {
        let rows: Vec<Vec<String>> = audit
            .cohorts
            .iter()
            .map(|cohort| {
                let parts = [cohort.ledger, cohort.published, cohort.withdrawn, cohort.not_public, cohort.counted];
                let mut row = vec![cohort.cohort.clone()];
                row.extend(parts.map(|part| part.to_string()));
                row
            })
            .collect();
        let header = ["cohort", "ledger", "published", "withdrawn", "not public", "counted as lost"];
        say(table(&header, &rows))?;
    }
    if audit.findings.is_empty() {
        say("Ledger and published releases agree.")?;
    }
    audit.findings.iter().try_for_each(|finding| say(format!("  wrong      {}: {}", finding.place, finding.rule)))?;
    audit.not_shown.iter().try_for_each(|line| say(format!("  not shown  {line}")))
}

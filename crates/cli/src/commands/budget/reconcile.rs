//! `panoh budget reconcile`: says what an older copy of the ledger has lost and what is counted for it, and writes that
//! down when it is told to.

use anyhow::Result;
use panoh_ledger::{Budget, Damage, Ledger, Limits, NanoRho, Reconciled, Reconciliation};
use panoh_release::{evidence, hold, recover};
use serde::Serialize;

use super::LEDGER_KEY;
use crate::args::Reconcile;
use crate::commands::release::signer;
use crate::failure::Code;
use crate::home::Home;
use crate::output::{json, note, say, table, thousands};
use crate::world::{World, now, read_key, this_year};

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    /// Whether it was written down.
    written: bool,
    #[serde(flatten)]
    reconciled: Option<&'a Reconciled>,
}

pub(super) fn run(options: &Reconcile, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let master = read_key(&home, world)?;
    let (key, signer) = (master.derive(LEDGER_KEY), signer(&master));
    let held = hold(&home.published())?;
    let evidence = evidence(&home.published(), options.entries, this_year(), &signer.public_key())?;
    let (ledger, head) = (home.ledger(), home.ledger_head());
    let Some(expected) = Ledger::assess(&ledger, head, key, Limits::STANDARD, &evidence)? else {
        return nothing_missing(options.json);
    };
    if !options.yes {
        if options.json {
            json(&Report { written: false, reconciled: Some(&expected) })?;
        } else {
            describe(&expected)?;
            note(ADVICE);
        }
        return Ok(Code::Key);
    }
    if !options.json {
        describe(&expected)?;
    }
    let Some(done) = Ledger::reconcile(&ledger, head, key, Limits::STANDARD, &evidence, &now())? else {
        return nothing_missing(options.json);
    };
    drop(held);
    let mut opened = Ledger::open(&ledger, head, key, Limits::STANDARD)?;
    for settled in recover(&mut opened, &home.published(), &signer, &now)? {
        note(format!("a run that was open is settled: {} is {:?}", settled.release_id, settled.outcome));
    }
    if options.json {
        json(&Report { written: true, reconciled: Some(&done) })?;
    } else {
        say(format!("Written down as entry {} of the ledger. It can be used again.", done.reconciliation.sequence))?;
        note(format!("The head file {} is new. Keep a copy of it away from this machine.", shown(&home)));
    }
    Ok(Code::Ok)
}

const ADVICE: &str = "\
Nothing was written. Before you go on:
- If there is a newer copy of the ledger, put it in place instead: nothing is then counted twice.
- Copy every release that is public back into published/, for example from the public host: what stands there is
  charged as what it cost, what does not may be counted at the limits of every cohort.
- If you know from a record kept elsewhere how many entries the ledger had (`panoh budget verify` shows it), say so
  with --entries.
Then write it down: panoh budget reconcile --yes. It cannot be taken back.";

fn nothing_missing(as_json: bool) -> Result<Code> {
    if as_json {
        json(&Report { written: false, reconciled: None })?;
    } else {
        say("Nothing is missing: the ledger is as new as its head file and knows every release that is public.")?;
    }
    Ok(Code::Ok)
}

fn shown(home: &Home) -> String {
    home.ledger_head().display().to_string()
}

/// What is wrong, what is counted for it, and what that does to the budget.
fn describe(reconciled: &Reconciled) -> Result<()> {
    let Reconciled { reconciliation, before, after } = reconciled;
    say(damage(reconciliation))?;
    if !reconciliation.restored.is_empty() {
        say("Public, and charged again for what they cost:")?;
        let rows: Vec<Vec<String>> = reconciliation
            .restored
            .iter()
            .map(|release| {
                let cohorts = match (release.cohorts.first(), release.cohorts.last()) {
                    (Some(first), Some(last)) if first != last => format!("{first} … {last}"),
                    (only, _) => only.cloned().unwrap_or_default(),
                };
                let state = if release.withdrawn.is_some() { "withdrawn" } else { "published" };
                let purpose = release.purpose.name().to_owned();
                vec![release.release.clone(), state.into(), cohorts, purpose, release.nano_rho.to_string()]
            })
            .collect();
        say(table(&["release", "state", "cohorts", "purpose", "ρ"], &rows))?;
    }
    for taken in &reconciliation.withdrawn {
        say(format!("{} was withdrawn; the ledger will say so again.", taken.release))?;
    }
    say(unknown(reconciliation))?;
    let rows = changes(before, after);
    if !rows.is_empty() {
        say(table(&["cohort", "spent before", "spent after", "left after"], &rows))?;
    }
    Ok(())
}

fn damage(reconciliation: &Reconciliation) -> String {
    let found = match reconciliation.found {
        0 => "no entry".to_owned(),
        1 => "1 entry".to_owned(),
        many => format!("{} entries", thousands(many)),
    };
    let what = match reconciliation.damage {
        Damage::OlderThanHead => "it is an older copy: its head file knows of later entries",
        Damage::HeadMissing => "its head file is gone, so nobody can tell whether it is the newest copy",
        Damage::HeadUnreadable => {
            "its head file holds something else, so nobody can tell whether it is the newest copy"
        }
        Damage::OtherHistory => "it is not the ledger that was used last: head file or releases belong to another one",
        Damage::ReleasesMissing => "it does not know everything that is public, so it is an older copy",
    };
    let known = match reconciliation.known {
        Some(known) => format!(" There were {known}."),
        None => " How many there were cannot be known.".to_owned(),
    };
    format!("The ledger has {found}, and {what}.{known}")
}

fn unknown(reconciliation: &Reconciliation) -> String {
    let Some(floor) = &reconciliation.floor else {
        return "Everything that is missing stands in public, so nothing else is counted.".to_owned();
    };
    let which = match reconciliation.unexplained.len() {
        0 => "What else was charged cannot be known.".to_owned(),
        1..=8 => {
            let numbers: Vec<String> = reconciliation.unexplained.iter().map(u64::to_string).collect();
            format!("Nothing is left of entry {}.", numbers.join(", "))
        }
        many => format!("Nothing is left of {many} entries."),
    };
    format!(
        "{which} Such an entry may have charged any cohort up to the limit of any purpose. So every cohort up to {} counts \
         as spent: {} for first figures, {} for a revision, {} for projects. Later cohorts are not touched.",
        floor.through, floor.first, floor.revision, floor.project
    )
}

/// One row for each cohort that counts as having spent more than before.
fn changes(before: &Budget, after: &Budget) -> Vec<Vec<String>> {
    let row = |name: &str, before: NanoRho, spent: NanoRho| {
        let left = after.limits.total.minus(spent);
        vec![name.to_owned(), before.to_string(), spent.to_string(), left.to_string()]
    };
    let changed = after.cohorts.iter().filter_map(|account| {
        let spent = before.cohort(&account.cohort).spent();
        (spent != account.spent()).then(|| row(&account.cohort, spent, account.spent()))
    });
    let rest = after.floor.as_ref().filter(|floor| before.floor.as_ref() != Some(*floor)).map(|floor| {
        let spent = floor.first.plus(floor.revision).plus(floor.project);
        row(&format!("others to {}", floor.through), NanoRho::ZERO, spent)
    });
    changed.chain(rest).collect()
}

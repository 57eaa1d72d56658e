//! `panoh budget`: what each cohort has spent, by purpose.

use anyhow::Result;
use panoh_identity::MasterKey;
use panoh_ledger::{Ledger, Limits, NanoRho, Purpose};

use crate::args::Budget;
use crate::failure::Code;
use crate::home::Home;
use crate::output::{json, note, say, table};
use crate::world::{World, read_key};

/// Label under which the ledger's own key is derived from the master key.
const LEDGER_KEY: &str = "panoh/ledger/v1";

/// Opens the ledger of a home with its own key, and checks its chain.
pub(crate) fn open_ledger(home: &Home, world: &World) -> Result<Ledger> {
    ledger_under(&read_key(home, world)?, home)
}

/// Opens the ledger of a home whose key was read already.
pub(crate) fn ledger_under(key: &MasterKey, home: &Home) -> Result<Ledger> {
    Ok(Ledger::open(&home.ledger(), home.ledger_head(), key.derive(LEDGER_KEY), Limits::STANDARD)?)
}

pub(crate) fn run(options: &Budget, world: &World) -> Result<Code> {
    let budget = open_ledger(&world.open_home()?, world)?.budget()?;
    if options.json {
        json(&budget)?;
        return Ok(Code::Ok);
    }
    let limits = &budget.limits;
    note(format!(
        "Each cohort (persons first registered in one year) may spend ρ {}: {}.",
        limits.total,
        Purpose::ALL.map(|p| format!("{} {}", limits.of(p), p.name())).join(", ")
    ));
    if budget.cohorts.is_empty() {
        note("No release has been charged yet.");
        return Ok(Code::Ok);
    }
    let rows: Vec<Vec<String>> = budget
        .cohorts
        .iter()
        .map(|cohort| {
            let mut row = vec![cohort.cohort.clone()];
            row.extend(Purpose::ALL.map(|p| cohort.spent_on(p).to_string()));
            row.push(cohort.spent().to_string());
            row.push(limits.total.minus(cohort.spent()).to_string());
            row.push(bar(cohort.spent(), limits.total));
            row
        })
        .collect();
    say(table(&["cohort", "first", "revision", "project", "spent", "left", "of the limit"], &rows))?;
    Ok(Code::Ok)
}

/// Twenty places that fill as the budget is spent.
fn bar(spent: NanoRho, limit: NanoRho) -> String {
    const PLACES: usize = 20;
    let share = spent.rho() / limit.rho();
    let filled = ((share * PLACES as f64).ceil() as usize).min(PLACES);
    format!("{}{}", "█".repeat(filled), "░".repeat(PLACES - filled))
}

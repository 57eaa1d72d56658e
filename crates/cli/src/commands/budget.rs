//! `panoh budget`: what each cohort has spent, by purpose; whether ledger and releases agree; and how a ledger of which a
//! part was lost is brought back.

mod page;
mod reconcile;
mod verify;

use anyhow::{Context, Result};
use panoh_identity::MasterKey;
use panoh_ledger::{CohortBudget, Ledger, Limits, NanoRho, Purpose};

use crate::args::{Budget, BudgetCommand};
use crate::failure::Code;
use crate::home::Home;
use crate::output::{json, note, say, table};
use crate::world::{World, read_key};

/// Label under which the ledger's own key is derived from the master key.
const LEDGER_KEY: &str = "panoh/ledger/v1";

/// Begins the ledger of a new home.
pub(crate) fn begin_ledger(key: &MasterKey, home: &Home) -> Result<()> {
    Ledger::begin(&home.ledger(), home.ledger_head(), key.derive(LEDGER_KEY), Limits::STANDARD)?;
    Ok(())
}

/// Opens the ledger of a home with its own key, and checks its chain.
pub(crate) fn open_ledger(home: &Home, world: &World) -> Result<Ledger> {
    ledger_under(&read_key(home, world)?, home)
}

/// Opens the ledger of a home whose key was read already.
pub(crate) fn ledger_under(key: &MasterKey, home: &Home) -> Result<Ledger> {
    Ok(Ledger::open(&home.ledger(), home.ledger_head(), key.derive(LEDGER_KEY), Limits::STANDARD)?)
}

pub(crate) fn run(options: &Budget, world: &World) -> Result<Code> {
    match &options.command {
        None => show(options, world),
        Some(BudgetCommand::Reconcile(options)) => reconcile::run(options, world),
        Some(BudgetCommand::Verify { json }) => verify::run(*json, world),
    }
}

fn show(options: &Budget, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let mut ledger = open_ledger(&home, world)?;
    let budget = ledger.budget()?;
    let strangers = panoh_release::strangers(&mut ledger, &home.published())?.len();
    if strangers > 0 {
        let are =
            if strangers == 1 { "1 public release is".to_owned() } else { format!("{strangers} public releases are") };
        note(format!(
            "Warning: {are} not in this ledger, so more is spent than it says. It may be an older copy: bring the newest one \
             back, or run panoh budget reconcile, which counts what is missing."
        ));
    }
    if let Some(file) = &options.html {
        let page = page::page(&budget, &ledger.releases()?)?;
        std::fs::write(file, page).with_context(|| format!("{}: the page cannot be written", file.display()))?;
    }
    if options.json {
        json(&budget)?;
        return Ok(Code::Ok);
    }
    note(limits_sentence(&budget.limits));
    if budget.cohorts.is_empty() && budget.floor.is_none() {
        note("No release has been charged yet.");
        return Ok(Code::Ok);
    }
    let accounts = accounts(&budget);
    let rows: Vec<Vec<String>> = accounts
        .iter()
        .map(|(name, account)| {
            let mut row = vec![name.clone()];
            row.extend(Purpose::ALL.map(|p| account.spent_on(p).to_string()));
            row.push(account.spent().to_string());
            row.push(budget.limits.total.minus(account.spent()).to_string());
            row.push(bar(account.spent(), budget.limits.total));
            row
        })
        .collect();
    say(table(&["cohort", "first", "revision", "project", "spent", "left", "of the limit"], &rows))?;
    Ok(Code::Ok)
}

fn limits_sentence(limits: &Limits) -> String {
    format!(
        "Each cohort (persons first registered in one year) may spend ρ {}: {}.",
        limits.total,
        Purpose::ALL.map(|p| format!("{} {}", limits.of(p), p.name())).join(", ")
    )
}

/// Every cohort with a name for people; the last stands for those that count as spent because a part was lost.
fn accounts(budget: &panoh_ledger::Budget) -> Vec<(String, CohortBudget)> {
    let known = budget.cohorts.iter().map(|account| (account.cohort.clone(), account.clone()));
    let rest = budget.floor.as_ref().map(|floor| {
        let account = budget.cohort(&floor.through.to_string());
        let lifted = CohortBudget { first: floor.first, revision: floor.revision, project: floor.project, ..account };
        (format!("others to {}", floor.through), lifted)
    });
    known.chain(rest).collect()
}

/// Twenty places that fill as the budget is spent.
fn bar(spent: NanoRho, limit: NanoRho) -> String {
    const PLACES: usize = 20;
    let share = spent.rho() / limit.rho();
    let filled = ((share * PLACES as f64).ceil() as usize).min(PLACES);
    format!("{}{}", "█".repeat(filled), "░".repeat(PLACES - filled))
}

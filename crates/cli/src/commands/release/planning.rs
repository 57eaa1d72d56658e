//! `panoh release plan`: what a release would cost and how exact it would be, before any table is opened.

mod page;

use anyhow::{Context, Result};
use panoh_dictionary::Dictionary;
use panoh_ledger::{Budget, Limits, Shortfall};
use panoh_publication::Definition;
use panoh_release::{CohortPlan, PlanReport, TablePlan, outlook, plan, rho_for, with_rho};

use super::definition;
use crate::args::{PlanOptions, Target};
use crate::commands::budget::open_ledger;
use crate::failure::{Code, Failure};
use crate::home::{Home, chosen};
use crate::output::{json, note, say, table, thousands};
use crate::world::{World, this_year};

/// The plan with what the home's ledger has left; without a home, with an untouched budget. Opens no table.
pub(crate) fn show(options: &PlanOptions, world: &World) -> Result<Code> {
    let dictionary = world.dictionary()?;
    let mut definition = definition(&options.definition)?;
    if let Some(target) = options.target {
        definition = reaching(&definition, target, options.of, &dictionary)?;
    }
    let budget = match world.open_home() {
        Ok(home) => open_ledger(&home, world)?.budget()?,
        Err(_) if world.home.is_none() && !Home::exists(&chosen(None)) => {
            note("No home here: the plan is made with an untouched budget.");
            Budget::untouched(Limits::STANDARD)
        }
        Err(error) => return Err(error),
    };
    let plan = plan(&definition, &dictionary, &budget)?;
    if options.json {
        json(plan.report())?;
    } else {
        print_plan(plan.report())?;
    }
    if let Some(file) = &options.html {
        let page = page::page(plan.report(), &outlook(&definition, &dictionary)?)?;
        std::fs::write(file, page).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let last = definition.cohorts.to;
    if last > this_year() {
        note(format!("note: cohort {last} lies in the future; nothing is published about it before it has come"));
    }
    // What would be refused when it is published is no success for a script either.
    let is_refused = !plan.report().refusals.is_empty() || !plan.report().shortfalls.is_empty();
    Ok(if is_refused { Code::Budget } else { Code::Ok })
}

/// The definition with the least ρ that reaches the target.
fn reaching(definition: &Definition, target: Target, of: Option<u32>, dictionary: &Dictionary) -> Result<Definition> {
    let count = of.unwrap_or(definition.smallest_count_of_interest);
    let half_width = match target {
        Target::Percent(percent) => f64::from(count) * percent / 100.0,
        Target::Persons(persons) => persons,
    };
    let rho = rho_for(definition, dictionary, half_width, None).map_err(|error| {
        let message = format!("no rho that a definition may have brings every table to ±{half_width}: {error}");
        Failure::new(Code::Usage, message)
    })?;
    let rounded = "the least, rounded up to a thousandth, that brings every table";
    note(format!("rho {} is {rounded} to ±{half_width} or less.", rho.value()));
    Ok(with_rho(definition, rho.value())?)
}

/// The plan as tables for a person.
pub(crate) fn print_plan(report: &PlanReport) -> Result<()> {
    note(format!("{} ({})", report.title, report.name));
    let rows: Vec<Vec<String>> = report.tables.iter().map(table_row).collect();
    let header = ["table", "dimensions", "cells", "σ", "95 % half-width", "of 10", "of 100", "of 1,000", "quality"];
    say(table(&header, &rows))?;
    note(format!(
        "ρ {} for each person, which is ε {:.2} at δ {:e}; the total comes out within ±{:.1}.",
        report.rho,
        super::up(report.epsilon),
        report.delta,
        report.total.half_width
    ));
    say(table(&["cohorts", "ρ of this release", "spent before", "left for this purpose"], &paid(&report.cohorts)))?;
    for warning in &report.warnings {
        note(format!("note: {warning}"));
    }
    for refusal in &report.refusals {
        note(format!("refused: {refusal}"));
    }
    for short in short(&report.shortfalls) {
        note(format!("over budget: {short}"));
    }
    Ok(())
}

fn table_row(t: &TablePlan) -> Vec<String> {
    let (name, dimensions, cells) = (t.name.clone(), t.dimensions.join(" × "), thousands(t.cells));
    let errors = [format!("{:.2}", t.standard_error), format!("±{:.1}", t.half_width)];
    let shares =
        t.of_counts.iter().map(|of| if of.percent < 100.0 { format!("±{:.1} %", of.percent) } else { "—".into() });
    let quality = t.quality.as_str().replace('_', " ");
    [name, dimensions, cells].into_iter().chain(errors).chain(shares).chain([quality]).collect()
}

/// One sentence for each run of cohorts that lack the same.
pub(super) fn short(shortfalls: &[Shortfall]) -> Vec<String> {
    let same =
        |a: &Shortfall, b: &Shortfall| (a.kind, a.limit, a.spent, a.asked) == (b.kind, b.limit, b.spent, b.asked);
    // One limit after the other, each over all cohorts, so that runs are as long as they can be.
    let mut shortfalls = shortfalls.to_vec();
    shortfalls.sort_by_key(|short| short.limit);
    let runs = shortfalls.chunk_by(same).filter_map(|run| run.first().zip(run.last()));
    runs.map(|(first, last)| {
        if first.cohort == last.cohort {
            return first.to_string();
        }
        format!("cohorts {} to {}, each: {}", first.cohort, last.cohort, first.amounts())
    })
    .collect()
}

/// One row for each run of cohorts that pay and have the same.
fn paid(cohorts: &[CohortPlan]) -> Vec<Vec<String>> {
    let same = |a: &CohortPlan, b: &CohortPlan| {
        (a.charge, a.spent, a.left, a.purpose_left) == (b.charge, b.spent, b.left, b.purpose_left)
    };
    let runs = cohorts.chunk_by(same).filter_map(|run| run.first().zip(run.last()));
    runs.map(|(first, last)| {
        let name = if first.cohort == last.cohort {
            first.cohort.clone()
        } else {
            format!("{} to {}", first.cohort, last.cohort)
        };
        vec![name, first.charge.to_string(), first.spent.to_string(), first.left.min(first.purpose_left).to_string()]
    })
    .collect()
}

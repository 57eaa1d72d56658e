//! The report of a load for people: as text on standard output, or as an HTML page that can be sent to whoever keeps the
//! spreadsheet. It holds counts, places, rules and remedies, in English, Russian or Tajik; never a cell.

mod html;
mod linking;
mod phrases;

use std::path::Path;

use anyhow::Result;
use panoh_custody::{LoadReport, Outcome};
use panoh_intake::{Language, Mend, Rule};

use crate::output::{counted, say, thousands};

pub(crate) use html::page;
use phrases::Phrases;

/// Prints what a load came to.
pub(crate) fn print(report: &LoadReport, file: &Path, language: Language) -> Result<()> {
    say(format!("{}: {}", file.display(), headline(report, language)))?;
    if language == Language::En && is_sum(report.outcome) {
        say(format!(
            "  {} made known; {} of persons known before",
            counted(report.persons_new + report.persons_unlinked, "person"),
            counted(report.persons_known, "row")
        ))?;
    }
    for line in facts(report, language) {
        say(format!("  {line}"))?;
    }
    for advice in advice(report, language) {
        say(format!("  {advice}"))?;
    }
    for (title, counts) in sections(report, language) {
        say(format!("  {title}:"))?;
        counts.iter().try_for_each(|(what, count)| say(format!("    {what}: {count}")))?;
    }
    refused(report, language)
}

/// What happened, in one line.
fn headline(report: &LoadReport, language: Language) -> String {
    let said = Phrases::of(language);
    match report.outcome {
        Outcome::AlreadyLoaded => said.already_loaded.to_owned(),
        Outcome::ReplacedSince => said.replaced_since.to_owned(),
        Outcome::NoRows => said.no_rows.to_owned(),
        Outcome::LeftOut => said.only_left_out.to_owned(),
        Outcome::RefusedWhole | Outcome::Withdrawn | Outcome::DryRun | Outcome::Loaded => sum(report, language),
    }
}

fn is_sum(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::RefusedWhole | Outcome::Withdrawn | Outcome::DryRun | Outcome::Loaded)
}

/// How to bring rows in that are not there although their file was loaded: replaced by a later export, or refused.
fn advice(report: &LoadReport, language: Language) -> Vec<&'static str> {
    let said = Phrases::of(language);
    let way_back = (report.outcome == Outcome::ReplacedSince).then_some(said.way_back);
    way_back.into_iter().chain((report.refused_before > 0).then_some(said.bring_in)).collect()
}

/// Rows read, loaded and refused, in one line.
fn sum(report: &LoadReport, language: Language) -> String {
    let (read, loaded, refused) = (thousands(report.rows_read), thousands(report.loaded), thousands(report.refused));
    match (language, report.outcome) {
        (Language::En, Outcome::RefusedWhole) => {
            format!("{} read, all refused; nothing was changed", counted(report.rows_read, "row"))
        }
        (Language::En, Outcome::DryRun) => {
            format!("{} read, {loaded} would be loaded, {refused} refused", counted(report.rows_read, "row"))
        }
        (Language::En, _) => format!("{} read, {loaded} loaded, {refused} refused", counted(report.rows_read, "row")),
        _ => {
            let said = Phrases::of(language);
            let loaded_word = if report.outcome == Outcome::DryRun { said.would_be_loaded } else { said.loaded };
            format!("{}: {read} · {loaded_word}: {loaded} · {}: {refused}", said.rows_read, said.refused)
        }
    }
}

/// Everything else that was counted and is not nought.
fn facts(report: &LoadReport, language: Language) -> Vec<String> {
    let said = Phrases::of(language);
    let counts = [
        (
            said.persons_made_known,
            if language == Language::En { 0 } else { report.persons_new + report.persons_unlinked },
        ),
        (said.rows_of_known, if language == Language::En { 0 } else { report.persons_known }),
        (said.merged, report.merged),
        (said.ambiguous, report.ambiguous),
        (said.replaced, report.replaced),
        (said.withdrawn, report.withdrawn),
        (said.outdated, report.outdated),
        (said.rows_replaced_since, report.replaced_since),
        (said.still_there, report.still_there),
        (said.refused_before, report.refused_before),
        (said.empty_rows, report.empty_rows),
        (said.total_rows, report.total_rows),
        (said.other_sheets, report.other_sheets),
        (said.erased, report.left_out_erased),
    ];
    let told = counts.into_iter().filter(|(_, count)| *count > 0);
    told.map(|(what, count)| format!("{what}: {}", thousands(count))).collect()
}

/// A title, and what was counted under it.
type Section = (&'static str, Vec<(String, String)>);

/// What was counted kind by kind, without the kinds of refusals; no section is empty.
fn sections(report: &LoadReport, language: Language) -> Vec<Section> {
    let (said, words) = (Phrases::of(language), linking::Words::of(language));
    let mut sections = vec![
        (words.grounds, linking::grounds(report, language)),
        (words.lacking, linking::lacking(report, language)),
        (said.mended, mended(report, language)),
        (said.noted, noted(report)),
    ];
    sections.retain(|(_, counts)| !counts.is_empty());
    sections
}

fn mended(report: &LoadReport, language: Language) -> Vec<(String, String)> {
    let title = |id: &str| {
        Mend::ALL.into_iter().find(|mend| mend.id() == id).map_or(id, |mend| mend.title(language)).to_owned()
    };
    report.mended_by_rule.iter().map(|(mend, count)| (title(mend), thousands(*count))).collect()
}

fn noted(report: &LoadReport) -> Vec<(String, String)> {
    report.noted.iter().map(|(note, count)| (note.clone(), thousands(*count))).collect()
}

/// Each broken rule with what is wrong and what to do, and the places that are worst.
fn refused(report: &LoadReport, language: Language) -> Result<()> {
    let said = Phrases::of(language);
    for (id, count) in &report.refused_by_rule {
        say(format!("  {} {id}: {}", said.refused_by, thousands(*count)))?;
        if let Some(rule) = rule(id) {
            say(format!("    {} {}", rule.title(language), rule.remedy(language)))?;
        }
    }
    if report.worst.is_empty() {
        return Ok(());
    }
    say(format!("  {}:", said.worst))?;
    for worst in &report.worst {
        say(format!("    {}", place(worst, language)))?;
    }
    Ok(())
}

fn place(worst: &panoh_custody::Worst, language: Language) -> String {
    let said = Phrases::of(language);
    let column =
        worst.column.as_ref().map_or(said.whole_row.to_owned(), |column| format!("{} “{column}”", said.column));
    let more = if worst.count > worst.first.len() as u64 { "; …" } else { "" };
    format!("{column}, {}: {} ({}{more})", worst.rule, thousands(worst.count), worst.first.join("; "))
}

fn rule(id: &str) -> Option<Rule> {
    Rule::ALL.into_iter().find(|rule| rule.id() == id)
}

//! The budget as one HTML page with a picture: no script, no request to anybody, readable in print.

use anyhow::Result;
use askama::Template;
use panoh_ledger::{Budget, Entry, NanoRho, Purpose, State};

use super::{accounts, limits_sentence};

/// Width of the bars, in the units of the picture.
const WIDTH: f64 = 480.0;

#[derive(Template)]
#[template(path = "budget.html")]
struct Page {
    limits: String,
    limit: String,
    /// Of the picture.
    height: usize,
    bars: Vec<Bar>,
    lost: Option<String>,
    releases: Vec<Release>,
}

struct Bar {
    cohort: String,
    /// Distance of the bar from the top of the picture.
    top: usize,
    parts: Vec<Part>,
    amounts: Vec<String>,
    spent: String,
    left: String,
}

/// One purpose in a bar.
struct Part {
    purpose: &'static str,
    x: String,
    width: String,
    amount: String,
}

struct Release {
    id: String,
    state: String,
    cohorts: String,
    purpose: &'static str,
    rho: String,
    day: String,
}

/// The page about a budget and the releases that spent it.
pub(super) fn page(budget: &Budget, releases: &[Entry]) -> Result<String> {
    const ROW: usize = 30;
    let limit = budget.limits.total;
    let bars: Vec<Bar> = accounts(budget)
        .into_iter()
        .enumerate()
        .map(|(at, (cohort, account))| {
            let amounts = Purpose::ALL.map(|purpose| account.spent_on(purpose));
            Bar {
                cohort,
                top: at * ROW,
                parts: parts(amounts, limit),
                amounts: amounts.iter().map(NanoRho::to_string).collect(),
                spent: account.spent().to_string(),
                left: limit.minus(account.spent()).to_string(),
            }
        })
        .collect();
    let lost = budget.floor.as_ref().map(|floor| {
        format!(
            "A part of the ledger was lost. Nobody can tell what it had charged, so every cohort up to {} counts as spent.",
            floor.through
        )
    });
    let page = Page {
        limits: limits_sentence(&budget.limits),
        limit: limit.to_string(),
        height: bars.len() * ROW + 24,
        bars,
        lost,
        releases: releases.iter().map(release).collect(),
    };
    Ok(page.render()?)
}

/// The purposes one after the other, as long as what they spent. What is over the limit ends at the limit.
fn parts(amounts: [NanoRho; 3], limit: NanoRho) -> Vec<Part> {
    let place = |rho: NanoRho| (rho.rho() / limit.rho() * WIDTH).min(WIDTH);
    let mut before = NanoRho::ZERO;
    let parts = Purpose::ALL.into_iter().zip(amounts).map(|(purpose, amount)| {
        let (from, to) = (place(before), place(before.plus(amount)));
        before = before.plus(amount);
        Part {
            purpose: purpose.name(),
            x: format!("{from:.1}"),
            width: format!("{:.1}", to - from),
            amount: amount.to_string(),
        }
    });
    parts.filter(|part| part.width != "0.0").collect()
}

fn release(entry: &Entry) -> Release {
    let state = match &entry.state {
        State::Withdrawn { reason, .. } => format!("withdrawn ({})", reason.name()),
        State::Void { reason, .. } => format!("void ({})", reason.name()),
        other => other.name().to_owned(),
    };
    let cohorts = match (entry.cohorts.first(), entry.cohorts.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} … {last}"),
        (only, _) => only.cloned().unwrap_or_default(),
    };
    Release {
        id: entry.release_id.clone(),
        state,
        cohorts,
        purpose: entry.purpose.name(),
        rho: entry.nano_rho.to_string(),
        day: entry.reserved_at.chars().take(10).collect(),
    }
}

#[cfg(test)]
mod tests {
    use panoh_ledger::{CohortBudget, Floor, Limits};

    use super::*;

    #[test]
    fn bars_are_as_long_as_what_was_spent_and_end_at_the_limit() {
        let tenth = NanoRho::new(100_000_000);
        let drawn = parts([tenth, NanoRho::ZERO, NanoRho::new(2_000_000_000)], Limits::STANDARD.total);
        let found: Vec<_> = drawn.iter().map(|part| (part.purpose, part.x.as_str(), part.width.as_str())).collect();
        assert_eq!(found, [("first", "0.0", "48.0"), ("project", "48.0", "432.0")]);
    }

    #[test]
    fn the_page_asks_nobody_for_anything() {
        let half = NanoRho::new(500_000_000);
        let mut budget = Budget::untouched(Limits::STANDARD);
        budget.cohorts.push(CohortBudget { first: half, ..CohortBudget::untouched("2019") });
        budget.floor = Some(Floor::at_limits(&Limits::STANDARD, 2026));
        let page = page(&budget, &[]).expect("the page can be written");
        assert!(page.contains("<svg") && page.contains("2019") && page.contains("others to 2026"), "{page}");
        for asked in ["<script", "http://", "https://", "url(", "@import"] {
            assert!(!page.contains(asked), "{asked}");
        }
    }
}

//! The comparison as people and programs read it: three tables, then ratios.

use crate::{Score, Size, Workload, ratio, say};

/// What one engine did on a workload.
#[derive(Debug)]
pub struct Entry {
    /// The engine and its setting.
    pub name: String,
    /// Who knew the keys: `given` to the engine, `discovered` by it, or taken from the `data`.
    pub keys: String,
    /// Its account.
    pub score: Score,
}

/// Prints everything; ratios stand against the engine `ours`.
pub fn print(workload: &Workload, ours: &str, entries: &[Entry]) {
    print_errors(workload, entries);
    print_sizes(entries);
    print_honesty(entries);
    print_ratios(workload, ours, entries);
}

fn print_errors(workload: &Workload, entries: &[Entry]) {
    let lengths: Vec<usize> = (0..=workload.longest).collect();
    let head = |what: &str| lengths.iter().map(|length| format!("{what}{length}-way")).collect::<Vec<_>>();
    say(
        "\nmean absolute error over cells that hold somebody, by columns of the table; left: what is not released counts \
         as zero, right: it is left out",
    );
    row("engine", &[head(""), head("/")].concat());
    for Entry { name, score, .. } in entries {
        let tallies: Vec<_> = lengths.iter().map(|&length| score.tally(Some(length), &Size::HELD)).collect();
        let as_zero = tallies.iter().map(|tally| number(tally.error()));
        row(name, &as_zero.chain(tallies.iter().map(|tally| number(tally.released_error()))).collect::<Vec<_>>());
    }
}

fn print_sizes(entries: &[Entry]) {
    say("\nmean absolute error by true count, all tables together (what is not released counts as zero)");
    let sizes = Size::ALL.iter().map(ToString::to_string);
    row("engine", &sizes.chain(["all", "held", "RMSE all"].map(str::to_owned)).collect::<Vec<_>>());
    for Entry { name, score, .. } in entries {
        let by_size = Size::ALL.iter().map(|&size| number(score.tally(None, &[size]).error()));
        let (all, held) = (score.tally(None, &Size::ALL), score.tally(None, &Size::HELD));
        let sums = [number(all.error()), number(held.error()), number(all.rmse())];
        row(name, &by_size.chain(sums).collect::<Vec<_>>());
    }
}

fn print_honesty(entries: &[Entry]) {
    say(
        "\nby run: cells that hold somebody and are suppressed, empty cells shown as one person or more, empty cells that \
         the release claims are not empty; part of the 95 % intervals that hold the truth; who knew the keys",
    );
    let head = ["suppressed", "invented", "claimed", "coverage", "keys", "runs", "seconds"];
    row("engine", &head.map(str::to_owned));
    for Entry { name, keys, score } in entries {
        let all = score.tally(None, &Size::ALL);
        let by_run = |count: u64| format!("{:.0}", count as f64 / score.runs() as f64);
        let coverage = if all.bounded == 0 { "none".into() } else { format!("{:.2} %", 100.0 * all.coverage()) };
        let (runs, seconds) = (score.runs().to_string(), format!("{:.2}", score.seconds()));
        let counts = [all.suppressed, all.invented, all.claimed].map(by_run);
        row(name, &[&counts[..], &[coverage, keys.clone(), runs, seconds]].concat());
    }
}

/// How many times larger the error of each engine is than that of Panoh as it comes, by length and for empty cells.
fn print_ratios(workload: &Workload, ours: &str, entries: &[Entry]) {
    let Some(panoh) = entries.iter().find(|entry| entry.name == ours) else { return };
    say("");
    for entry in entries.iter().filter(|entry| entry.name != ours) {
        let against = |what: &str, length: Option<usize>, sizes: &[Size]| {
            let better = entry.score.tally(length, sizes).error() / panoh.score.tally(length, sizes).error();
            // Not every workload has cells of every kind.
            if better.is_finite() {
                ratio(&format!("{}-{}-{what}", workload.name, entry.name), better);
            }
        };
        (0..=workload.longest).for_each(|length| against(&format!("{length}-way"), Some(length), &Size::HELD));
        against("held", None, &Size::HELD);
        against("empty", None, &[Size::Empty]);
    }
}

fn number(value: f64) -> String {
    if value.is_nan() { "-".into() } else { format!("{value:.2}") }
}

fn row(name: &str, values: &[String]) {
    let values: Vec<String> = values.iter().map(|value| format!("{value:>10}")).collect();
    say(&format!("{name:<28} {}", values.join(" ")));
}

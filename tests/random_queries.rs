//! Random queries over every view, answered by Panoh's engine and by DuckDB from the same Parquet files: no cell may
//! differ.
//!
//! ```text
//! seed, number ─► query ─┬─► a session of Panoh ─────────────────────┐
//!                        │                                           ├─► compare.py: row by row, cell by cell
//!                        └─► DuckDB, over the same stored files ─────┘
//! ```
//!
//! DuckDB makes every view from the text of `queries/views`, so the meaning of the views is compared as well; of the views
//! that do more than choose columns, `random_queries/views.sql` has a second wording, which must give the same rows. Only
//! what the SQL standard defines is generated: where the engines may differ by right, the place in the generator says why.
//!
//! The comparison needs Python with DuckDB's wheel, so it is left out of a plain `cargo test`, which must hold without
//! network. `.ci/run` does it:
//!
//! ```sh
//! python3 -m venv peer && peer/bin/pip install duckdb==2.0.0
//! PANOH_TEST_PYTHON=$PWD/peer/bin/python PANOH_RANDOM_QUERIES=10000 \
//!   cargo test -p panoh-tests random_queries -- --ignored --nocapture
//! ```

mod answers;
mod catalog;
mod combined;
mod dice;
mod homes;
mod predicates;
mod query;
mod single;
mod terms;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use panoh_warehouse::views;
use serde_json::{Value, json};

use answers::{ask, tells_something};
use catalog::Relation;
use dice::Dice;
use homes::Home;
use query::Query;

/// Queries of a run for which `PANOH_RANDOM_QUERIES` says nothing.
const QUERIES: u64 = 500;

/// Answers of a hundred that must say something: nothing equals nothing too easily.
const TELLING: usize = 60;

/// How a kind of query is made.
type Make = fn(&mut Dice, &[Relation]) -> Query;

/// The kinds, each as many times as it has shares.
const KINDS: [(usize, Make); 12] = [
    (14, single::listing),
    (6, single::distinct),
    (18, single::grouping),
    (5, single::grouping_sets),
    (6, single::nested),
    (9, single::unnested),
    (10, single::windowed),
    (14, combined::join),
    (8, combined::sets),
    (6, combined::common_tables),
    (8, combined::subquery),
    (6, combined::scalar_subquery),
];

/// The query of a number; the same for the same seed and the same rows.
fn query(seed: u64, number: u64, relations: &[Relation]) -> Query {
    let mut dice = Dice::new(seed, number);
    let mut at = dice.below(KINDS.iter().map(|(share, _)| share).sum());
    for (share, make) in KINDS {
        match at.checked_sub(share) {
            Some(left) => at = left,
            None => return make(&mut dice, relations),
        }
    }
    unreachable!("the shares add up")
}

/// Whole views, so that no row of a small home stays unseen; then random queries, by the homes' shares.
fn queries(seed: u64, number: u64, homes: &[Home]) -> Vec<(&Home, Query)> {
    let whole = homes.iter().flat_map(|home| home.relations.iter().map(move |relation| (home, relation)));
    let whole = whole.filter(|(home, _)| home.whole).map(|(home, relation)| (home, single::whole(relation)));
    let homes: Vec<&Home> = homes.iter().flat_map(|home| std::iter::repeat_n(home, home.share)).collect();
    let random = (0..number).map(|number| {
        let home = *Dice::new(!seed, number).pick(&homes);
        (home, query(seed, number, &home.relations))
    });
    whole.chain(random).collect()
}

/// What became of the queries of one kind.
#[derive(Debug, Default)]
struct Tally {
    asked: usize,
    telling: usize,
}

/// Answers all queries, and writes each with its answer as one line.
async fn answer(queries: &[(&Home, Query)], to: &Path) -> BTreeMap<&'static str, Tally> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut lines = String::new();
    for (number, (home, query)) in queries.iter().enumerate() {
        let (ours, theirs) = (query.ours(), query.theirs());
        let answer = ask(&home.session, &ours).await;
        let tally = tallies.entry(query.kind).or_default();
        tally.asked += 1;
        tally.telling += usize::from(answer.as_deref().is_ok_and(tells_something));
        let (rows, failed) = match answer {
            Ok(rows) => (Some(rows), None),
            Err(error) => (None, Some(error)),
        };
        let line = json!({
            "number": number, "kind": query.kind, "home": home.name, "ordered": query.ordered,
            "ours": ours, "theirs": theirs, "rows": rows, "failed": failed,
        });
        let _ = writeln!(lines, "{line}");
    }
    std::fs::write(to, lines).expect("a file can be written");
    tallies
}

/// Has DuckDB answer the same; each difference as it says it, and what it says beside them.
fn compare(python: &Path, folder: &Path, answers: &Path) -> (Vec<Value>, String) {
    let place = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [script, second] = ["compare.py", "views.sql"].map(|name| place.join("random_queries").join(name));
    let views = place.join("../queries/views");
    let mut command = Command::new(python);
    command.arg("-B").args([&script, &folder.join("homes.json"), &views, &second]).arg(answers);
    let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8(output.stdout).expect("differences are text");
    (text.lines().map(|line| serde_json::from_str(line).expect("a difference is JSON")).collect(), said)
}

/// Tells DuckDB where the files of the homes are.
async fn described(homes: &[Home], folder: &Path) {
    let mut described = Vec::new();
    for home in homes {
        described.push(home.described(folder).await);
    }
    let described = serde_json::to_string(&described).expect("paths are text");
    std::fs::write(folder.join("homes.json"), described).expect("a file can be written");
}

#[expect(clippy::disallowed_methods, reason = "a run of any length, with any Python, is asked for in the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn python() -> PathBuf {
    let remedy = "set PANOH_TEST_PYTHON to a Python that has the package duckdb; see random_queries.rs";
    PathBuf::from(environment("PANOH_TEST_PYTHON").expect(remedy))
}

/// A number that the environment gives.
fn number(name: &str, otherwise: u64) -> u64 {
    environment(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is not a whole number")))
}

/// Plans of some views are deep, and unoptimised code needs far more stack for each step.
fn on_a_large_stack(work: impl AsyncFnOnce() + Send + 'static) {
    let run = || {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        runtime.enable_all().thread_stack_size(32 << 20).build().expect("a runtime starts").block_on(work());
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(run).expect("a thread starts");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
#[ignore = "needs PANOH_TEST_PYTHON, a Python with DuckDB's wheel; .ci/run sets it"]
fn random_queries_have_the_answers_of_duckdb() {
    let python = python();
    let (seed, asked) = (number("PANOH_RANDOM_SEED", 1), number("PANOH_RANDOM_QUERIES", QUERIES));
    on_a_large_stack(async move || {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let homes = homes::all(folder.path()).await;
        described(&homes, folder.path()).await;
        for view in views().expect("the views are sound") {
            assert!(homes[0].relations.iter().any(|relation| relation.name == view.name), "{} is empty", view.name);
        }
        let queries = queries(seed, asked, &homes);
        let answers = folder.path().join("answers.jsonl");
        let tallies = answer(&queries, &answers).await;
        let (differences, said) = compare(&python, folder.path(), &answers);
        print!("{said}");
        for (kind, Tally { asked, telling }) in &tallies {
            println!("{kind}: {asked} asked, {telling} say something");
        }
        let telling: usize = tallies.values().map(|tally| tally.telling).sum();
        println!("seed {seed}: {} asked, {telling} say something, {} differ", queries.len(), differences.len());
        for difference in differences.iter().take(100) {
            println!("\n{difference:#}");
        }
        assert!(differences.is_empty(), "{} of {} answers differ", differences.len(), queries.len());
        assert!(telling * 100 >= TELLING * queries.len(), "too many answers say nothing");
        assert!(tallies.len() > KINDS.len(), "not every kind was asked: {:?}", tallies.keys());
    });
}

#[test]
#[ignore = "needs PANOH_TEST_PYTHON, a Python with DuckDB's wheel; .ci/run sets it"]
fn a_wrong_answer_is_found() {
    let python = python();
    on_a_large_stack(async move || {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let homes = [homes::registers(folder.path()).await];
        described(&homes, folder.path()).await;
        let queries: Vec<_> = (0..40).map(|number| (&homes[0], query(1, number, &homes[0].relations))).collect();
        let answers = folder.path().join("answers.jsonl");
        answer(&queries, &answers).await;
        let text = std::fs::read_to_string(&answers).expect("it was written");
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let long: Vec<usize> =
            (0..lines.len()).filter(|at| lines[*at]["rows"].as_array().map_or(0, Vec::len) > 1).collect();
        let [lost, changed, failed] = [long[0], long[1], long[2]];
        lines[lost]["rows"].as_array_mut().expect("rows").pop();
        lines[changed]["rows"][0]["c1"] = "another word".into();
        lines[failed]["failed"] = "the engine gave up".into();
        let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
        std::fs::write(&answers, text.join("\n")).expect("a file can be written");
        let (differences, _) = compare(&python, folder.path(), &answers);
        let found: Vec<usize> = differences.iter().map(|d| d["number"].as_u64().expect("a number") as usize).collect();
        assert_eq!(found, [lost, changed, failed], "{differences:#?}");
    });
}

#[test]
fn every_view_and_every_kind_is_asked_and_the_same_seed_asks_the_same() {
    on_a_large_stack(async || {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let homes = [homes::registers(folder.path()).await];
        let [one, again] = [1, 1].map(|seed| queries(seed, QUERIES, &homes));
        assert!(std::iter::zip(&one, &again).all(|((_, one), (_, again))| one.ours() == again.ours()));
        let random = || one.iter().map(|(_, query)| query).filter(|query| query.kind != "whole view");
        for view in views().expect("the views are sound") {
            let named = format!(" {} AS ", view.name);
            assert!(random().any(|query| query.ours().contains(&named)), "nothing is asked about {}", view.name);
        }
        let kinds: std::collections::BTreeSet<&str> = random().map(|query| query.kind).collect();
        assert!(kinds.len() >= KINDS.len(), "{kinds:?}");
        for query in random().take(60) {
            let failed = ask(&homes[0].session, &query.ours()).await.err();
            assert_eq!(failed, None, "{}", query.ours());
        }
    });
}

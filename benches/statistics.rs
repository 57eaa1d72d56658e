//! How fast the named statistics answer, and whether other engines give the same numbers.
//!
//! The peers run the same questions, in their own words, on the very Parquet files of the warehouse, with as many threads,
//! and each hands its rows over in columns. Rows and the sum of what is counted must agree, or the bench fails in the end,
//! after it measured the others. A machine is quicker at one time than at another, so all are asked in turn, round after
//! round, and a ratio is the middle one of the rounds. Every engine is asked once before, and stays: files and code are in
//! memory then.
//!
//! The home holds the three lists of a scenario, a file in the CTDC layout with twice as many rows, and registers of which
//! each has a twentieth of the rows of the cases. At the end the first answer of the program is measured: a process that
//! starts, opens a home with the CTDC file, answers and ends.
//!
//! Options, after `--`:
//! * `--rows N`: rows of the cases, 600,000 when it is left out. 20,000,000 take a while to load, so
//! * `--home DIR` keeps the home that was made, and takes it when it is there and was made of the same;
//! * `--only NAME,NAME`: these statistics and no others;
//! * `--peers duckdb,polars`: whom to compare with; `none` for nobody;
//! * `--panoh PATH`: the program to start; the one beside this bench in the target folder when it is left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use panoh_benches::{
    Answer, Engine, Home, REGISTERS, SEED, ask, median, middle, number, option, ratio, say, test_data, timed, wait,
    write_files,
};
use panoh_dictionary::Dictionary;
use panoh_simulator::{CtdcScenario, Scenario, write, write_ctdc};
use panoh_warehouse::{Session, Statistic, statistics};
use tokio::runtime::Runtime;

const ROWS: u64 = 600_000;
const RUNS: usize = 5;
const PEERS: &str = "duckdb,polars";

/// Of so many rows of the cases one is in a list of the scenario; the others have the CTDC layout.
const LISTS: u64 = 3;
/// Of so many rows of the cases there is one in each register.
const REGISTER: u64 = 20;

/// Processes for the first answer.
const STARTS: usize = 15;
/// Rows of the real CTDC file.
const CTDC_ROWS: u64 = 97_750;
const CTDC: &str = "ctdc-2021";

/// Runs the bench with what stands behind its name.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let rows = number(arguments, "--rows", ROWS)?;
    let home = wait(home(rows, option(arguments, "--home").map(Path::new)))?;
    let names = option(arguments, "--peers").unwrap_or(PEERS);
    let only: Option<Vec<&str>> = option(arguments, "--only").map(|names| names.split(',').collect());
    let mut asked = statistics()?;
    asked.retain(|statistic| only.as_ref().is_none_or(|only| only.contains(&statistic.name.as_str())));
    let failed = compare(&home, names.split(',').filter(|name| *name != "none"), asked)?;
    drop(home);
    match option(arguments, "--panoh").map(PathBuf::from).or_else(beside) {
        Some(panoh) => first_answer(&panoh)?,
        None => say("first answer skipped: there is no panoh in the target folder (--panoh PATH names one)"),
    }
    ensure!(failed.is_empty(), "no right answer to {}; see above", failed.join(", "));
    Ok(())
}

/// A home with so many cases, made now or before.
async fn home(rows: u64, keep: Option<&Path>) -> Result<Home> {
    let note = format!("{rows} rows of cases, one in {LISTS} of lists, one in {REGISTER} in registers, seed {SEED}\n");
    let Some(root) = keep else { return filled(Home::create().await?, rows).await };
    if let Some(home) = Home::kept(root, Dictionary::builtin()?, &note)? {
        return Ok(home);
    }
    let home = filled(Home::keep(root, Dictionary::builtin()?).await?, rows).await?;
    home.note(&note)?;
    Ok(home)
}

async fn filled(home: Home, rows: u64) -> Result<Home> {
    let dir = tempfile::tempdir()?;
    // About eight persons in a hundred are in two lists.
    let scenario = Scenario { bad_rows: 0, ..Scenario::demo(SEED, (rows / LISTS * 23 / 25).max(1)) };
    let mut cases = 0;
    for file in write(&scenario, dir.path())?.files {
        cases += loaded(&home, &file.path, file.list.source()).await?;
    }
    let ctdc = dir.path().join("synthetic-ctdc.csv");
    write_ctdc(&CtdcScenario { seed: SEED, rows: rows.saturating_sub(cases) }, &ctdc)?;
    loaded(&home, &ctdc, CTDC).await?;
    for register in &REGISTERS {
        let file = register.write(rows / REGISTER, home.dictionary(), dir.path())?;
        loaded(&home, &file, register.source).await?;
    }
    Ok(home)
}

/// Loads a file of which every row is good, and removes it: the largest home needs the room.
async fn loaded(home: &Home, file: &Path, source: &str) -> Result<u64> {
    let report = home.load(file, source).await?;
    ensure!(report.refused == 0, "{source}: {} of {} rows were refused", report.refused, report.rows_read);
    say(&format!("{source}: {} rows loaded", report.loaded));
    fs::remove_file(file)?;
    Ok(report.loaded)
}

/// Asks every statistic of Panoh and the peers, and says how they compare. Gives those to which an answer was missing or
/// wrong.
fn compare<'a>(home: &Home, names: impl Iterator<Item = &'a str>, asked: Vec<Statistic>) -> Result<Vec<String>> {
    let runtime = Runtime::new()?;
    let session = runtime.block_on(home.session())?;
    let dir = tempfile::tempdir()?;
    let files = dir.path().join("files.json");
    runtime.block_on(write_files(home, &files))?;
    let mut peers = Vec::new();
    for name in names {
        match Engine::start(name, &files)? {
            Some(engine) => peers.push((engine, Vec::new())),
            None => say(&format!("peer skipped: {name} (no interpreter of PANOH_BENCH_PYTHON has the package)")),
        }
    }
    let mut failed = Vec::new();
    for statistic in asked {
        match measure(&runtime, &session, &mut peers, &statistic) {
            Ok(measured) => tell(&statistic.name, &measured, &mut peers),
            Err(error) => {
                say(&format!("{}: {error:#}", statistic.name));
                failed.push(statistic.name);
            }
        }
    }
    for (engine, ratios) in peers {
        summary(&engine.name, ratios)?;
    }
    Ok(failed)
}

/// A peer, and how many times better Panoh was at the statistics so far.
type Measured = (Engine, Vec<(f64, String)>);

/// The seconds of one round: Panoh's, then those of the peers.
type Round = Vec<f64>;

/// Asks all in turn, once to compare what they say, and then round after round.
fn measure(
    runtime: &Runtime,
    session: &Session,
    peers: &mut [Measured],
    statistic: &Statistic,
) -> Result<(Answer, Vec<Round>)> {
    let first = ask(runtime, session, statistic)?;
    for (engine, _) in &mut *peers {
        let theirs = engine.ask(statistic)?;
        let name = &statistic.name;
        ensure!(theirs.agrees(&first), "{name}: {} says {theirs:?}, and Panoh {first:?}", engine.name);
    }
    let mut rounds = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let mut round = vec![ask(runtime, session, statistic)?.seconds];
        for (engine, _) in &mut *peers {
            round.push(engine.ask(statistic)?.seconds);
        }
        rounds.push(round);
    }
    Ok((first, rounds))
}

/// Prints one statistic and keeps its ratios. Answers without rows compare nothing.
fn tell(name: &str, (answer, rounds): &(Answer, Vec<Round>), peers: &mut [Measured]) {
    let of = |number: &dyn Fn(&Round) -> f64| middle(rounds.iter().map(number).collect()).unwrap_or(f64::NAN);
    let milliseconds = |engine: &str, at: usize| format!("{engine} {:.1} ms", of(&|round| round[at]) * 1e3);
    let mut times = vec![milliseconds("panoh", 0)];
    times.extend(peers.iter().zip(1..).map(|((engine, _), at)| milliseconds(&engine.name, at)));
    say(&format!("{name}: {} rows of {}, {}", answer.rows, answer.counted, times.join(", ")));
    let ratios: Vec<f64> = (1..=peers.len()).map(|at| of(&|round| round[at] / round[0])).collect();
    if answer.rows == 0 {
        return;
    }
    for ((engine, all), better) in peers.iter_mut().zip(ratios) {
        ratio(&format!("{}-{name}", engine.name), better);
        all.push((better, name.to_owned()));
    }
}

fn summary(peer: &str, mut ratios: Vec<(f64, String)>) -> Result<()> {
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (least, name) = ratios.first().context("no statistic had rows")?;
    say(&format!("ratio {peer}-least {least:.2} {name}"));
    ratio(&format!("{peer}-median"), middle(ratios.iter().map(|(better, _)| *better).collect())?);
    Ok(())
}

/// The program that was built into the folder of this bench.
fn beside() -> Option<PathBuf> {
    let bench = std::env::current_exe().ok()?;
    Some(bench.parent()?.parent()?.join("panoh")).filter(|panoh| panoh.is_file())
}

/// How long a process takes from its start to its end, answering once.
fn first_answer(panoh: &Path) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let home = dir.path().join("home");
    let real = test_data().map(|folder| folder.join("ctdc-2021/ctdc_kanon_20210715.csv")).filter(|file| file.is_file());
    let file = if let Some(file) = real {
        file
    } else {
        let file = dir.path().join("synthetic-ctdc.csv");
        write_ctdc(&CtdcScenario { seed: SEED, rows: CTDC_ROWS }, &file)?;
        file
    };
    let asked = ["stats", "gender_trend"];
    start(Command::new(panoh).arg("--home").arg(&home).args(["intake", "--init", "--source", CTDC]).arg(file))?;
    start(Command::new(panoh).arg("--home").arg(&home).args(asked))?;
    let time = median(STARTS, || start(Command::new(panoh).arg("--home").arg(&home).args(asked)))?;
    // What starting any process costs is in it too.
    let ((), nothing) = timed(|| start(Command::new(panoh).arg("--version")))?;
    let (time, nothing) = (time.as_secs_f64() * 1e3, nothing.as_secs_f64() * 1e3);
    say(&format!("first answer: panoh {} takes {time:.0} ms ({nothing:.0} ms for --version)", asked.join(" ")));
    Ok(())
}

fn start(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

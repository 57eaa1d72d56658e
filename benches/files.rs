//! Whether small files after many loads slow the answers: one load of all rows against many loads of parts of them, before
//! and after the files of both were taken together.
//!
//! A ratio is the time over one load divided by that over many, so 1.00 says that many loads cost nothing. The rows are
//! made up in the CTDC layout; statistics of other tables have nothing to answer and are left out.
//!
//! Options, after `--`: `--rows N` (1,000,000 when it is left out) and `--loads N` (500).

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use panoh_benches::{Home, SEED, ask, middle, number, ratio, say, timed};
use panoh_simulator::{CtdcScenario, write_ctdc};
use panoh_warehouse::{Session, Statistic, statistics};
use tokio::runtime::Runtime;

const ROWS: u64 = 1_000_000;
const LOADS: u64 = 500;
const RUNS: usize = 5;
const SOURCE: &str = "ctdc-2021";
const TABLE: &str = "cases";

/// Runs the bench with what stands behind its name.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (rows, loads) = (number(arguments, "--rows", ROWS)?, number(arguments, "--loads", LOADS)?);
    ensure!((1..=rows).contains(&loads), "--loads must be 1 to the number of rows");
    let runtime = Runtime::new()?;
    let dir = tempfile::tempdir()?;
    let whole = dir.path().join("synthetic-ctdc.csv");
    write_ctdc(&CtdcScenario { seed: SEED, rows }, &whole)?;
    let parts = split(&whole, rows.div_ceil(loads), dir.path())?;
    let one = load(&runtime, "one load", &[whole])?;
    let many = load(&runtime, "many loads", &parts)?;
    compare(&runtime, "many-loads", [&one, &many])?;
    for (name, home) in [("one load", &one), ("many loads", &many)] {
        compact(&runtime, name, home)?;
    }
    compare(&runtime, "many-loads-compacted", [&one, &many])
}

/// Copies of a file's header with so many of its lines below each.
fn split(whole: &Path, lines_each: u64, dir: &Path) -> Result<Vec<PathBuf>> {
    let mut lines = BufReader::new(File::open(whole)?).lines();
    let header = lines.next().context("the file has a header")??;
    let mut parts: Vec<PathBuf> = Vec::new();
    let mut part = None;
    for (at, line) in (0..).zip(lines) {
        if u64::is_multiple_of(at, lines_each) {
            parts.push(dir.join(format!("part-{at}.csv")));
            let mut file = BufWriter::new(File::create(&parts[parts.len() - 1])?);
            writeln!(file, "{header}")?;
            if let Some(mut full) = part.replace(file) {
                full.flush()?;
            }
        }
        writeln!(part.as_mut().context("a part was begun")?, "{}", line?)?;
    }
    if let Some(mut last) = part {
        last.flush()?;
    }
    Ok(parts)
}

/// A new home with these files, each by a load of its own.
fn load(runtime: &Runtime, name: &str, files: &[PathBuf]) -> Result<Home> {
    let home = runtime.block_on(Home::create())?;
    let (rows, time) = timed(|| {
        let mut rows = 0;
        for file in files {
            let report = runtime.block_on(home.load(file, SOURCE))?;
            ensure!(report.refused == 0, "{} rows were refused", report.refused);
            rows += report.loaded;
        }
        Ok(rows)
    })?;
    say(&format!("{name}: {rows} rows by {} loads in {:.1} s", files.len(), time.as_secs_f64()));
    Ok(home)
}

fn compact(runtime: &Runtime, name: &str, home: &Home) -> Result<()> {
    let warehouse = runtime.block_on(home.warehouse())?;
    let (done, time) = timed(|| Ok(runtime.block_on(warehouse.compact(TABLE, &home.limits()?))?))?;
    let told = done.map_or_else(
        || "nothing to take together".to_owned(),
        |done| format!("{} files became {}", done.files_before, done.files_after),
    );
    say(&format!("{name}: {told} in {:.1} s", time.as_secs_f64()));
    Ok(())
}

/// All statistics over both homes in turn, round after round.
fn compare(runtime: &Runtime, name: &str, homes: [&Home; 2]) -> Result<()> {
    let open = |home: &Home| timed(|| runtime.block_on(home.session()));
    let ((one, opened_one), (many, opened_many)) = (open(homes[0])?, open(homes[1])?);
    let (opened_one, opened_many) = (opened_one.as_secs_f64() * 1e3, opened_many.as_secs_f64() * 1e3);
    say(&format!("{name}: a session opens in {opened_many:.1} ms, after one load in {opened_one:.1} ms"));
    let mut ratios = Vec::new();
    for statistic in statistics()? {
        if let Some(better) = one_statistic(runtime, [&one, &many], &statistic)? {
            ratio(&format!("{name}-{}", statistic.name), better);
            ratios.push(better);
        }
    }
    ratio(&format!("{name}-median"), middle(ratios)?);
    Ok(())
}

/// How the time over one load compares with that over many; none when there is nothing to answer.
fn one_statistic(runtime: &Runtime, [one, many]: [&Session; 2], statistic: &Statistic) -> Result<Option<f64>> {
    let name = &statistic.name;
    let (first, other) = (ask(runtime, one, statistic)?, ask(runtime, many, statistic)?);
    ensure!(first.agrees(&other), "{name}: one load says {first:?}, many say {other:?}");
    if first.rows == 0 {
        return Ok(None);
    }
    let mut rounds = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        rounds.push((ask(runtime, one, statistic)?.seconds, ask(runtime, many, statistic)?.seconds));
    }
    let of = |number: fn(&(f64, f64)) -> f64| middle(rounds.iter().map(number).collect());
    let (of_one, of_many) = (of(|round| round.0 * 1e3)?, of(|round| round.1 * 1e3)?);
    say(&format!("{name}: {of_many:.1} ms, after one load {of_one:.1} ms"));
    Ok(Some(of(|round| round.0 / round.1)?))
}

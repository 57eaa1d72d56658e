//! How near released tables are to the truth, beside every other engine that makes such tables, for the same privacy.
//!
//! One judge, the same rows, tables, ε and δ for all; add or remove one row is the neighbour relation of all. Engines of
//! this process come first; Python packages follow, each by a script `peers/accuracy_*.py`, and one that is not
//! installed is named. Options behind `--`:
//!
//! ```text
//! cargo bench -p panoh-benches -- accuracy --repetitions 20 --minutes 30 --workload ctdc --peer opendp
//! ```
//!
//! `--minutes` bounds each script on each workload; it stops repeating in time and the output says how often it ran.
//! The CTDC file is looked for under `PANOH_TEST_DATA`; how to install the packages stands in `peers/README.md`.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use panoh_benches::{
    Answers, Entry, EqualSplit, Judge, Peer, Release, SEED, Size, Workload, print, say, skipped, test_data, timed,
};
use panoh_privacy::{
    NoisePlan, NonNegative, Objective, Rho, Subset, Wanted, Weight, can_be_whole, half_width, measure, non_negative,
    opendp_noise, plan, rebuild, whole,
};
use serde_json::json;

/// The package as the output names it, and the script that runs it.
const PEERS: [(&str, &str); 5] = [
    ("showcase", "accuracy_showcase.py"),
    ("opendp", "accuracy_opendp.py"),
    ("opendp-mbi", "accuracy_opendp_mbi.py"),
    ("smartnoise-sql", "accuracy_smartnoise.py"),
    ("tumult", "accuracy_tumult.py"),
];
/// The name against which the ratios stand.
const PANOH: &str = "panoh";
/// Part of the intervals that may miss.
const ALPHA: f64 = 0.05;

/// What to run.
struct Options {
    repetitions: usize,
    minutes: usize,
    workload: Option<String>,
    peer: Option<String>,
}

/// Runs the bench with what stands behind its name.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let options = Options::read(arguments)?;
    if cfg!(debug_assertions) {
        say("built without optimisation: errors are right, seconds of panoh and equal-split are not");
    }
    let ctdc = test_data().map(|folder| folder.join("ctdc-2021/ctdc_kanon_20210715.csv"));
    match ctdc {
        Some(file) => compare(&Workload::ctdc(&file)?, &options)?,
        None => say("workload skipped: ctdc (PANOH_TEST_DATA does not name the folder with its file)"),
    }
    compare(&Workload::showcase(SEED)?, &options)
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self> {
        let mut options = Self { repetitions: 20, minutes: 30, workload: None, peer: None };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let value = words.next().with_context(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--repetitions" => options.repetitions = value.parse()?,
                "--minutes" => options.minutes = value.parse()?,
                "--workload" => options.workload = Some(value.clone()),
                "--peer" => options.peer = Some(value.clone()),
                _ => bail!("unknown option {word}: known are --repetitions, --minutes, --workload, --peer"),
            }
        }
        ensure!(options.repetitions > 0, "--repetitions must be at least 1");
        Ok(options)
    }
}

/// Runs every engine on a workload and prints what came out.
fn compare(workload: &Workload, options: &Options) -> Result<()> {
    if options.workload.as_deref().is_some_and(|name| name != workload.name) {
        return Ok(());
    }
    let judge = Judge::new(workload)?;
    let rho = workload.rho(workload.delta)?;
    introduce(workload, &judge, rho)?;
    let mut entries = our_engines(workload, &judge, rho, options.repetitions)?;
    for (name, script) in PEERS.iter().filter(|(name, _)| options.peer.as_deref().is_none_or(|peer| peer == *name)) {
        entries.extend(ask(workload, &judge, rho, options, (name, script))?);
    }
    print(workload, PANOH, &entries);
    Ok(())
}

fn introduce(workload: &Workload, judge: &Judge, rho: Rho) -> Result<()> {
    let all = |sizes: &[Size]| -> Result<u64> {
        let mut score = judge.score();
        let nothing = Release { values: vec![f64::NAN; judge.cells()], half_widths: Vec::new() };
        judge.add(&mut score, &nothing, std::time::Duration::ZERO)?;
        Ok(score.tally(None, sizes).cells)
    };
    let codes: Vec<String> = workload.shape.sizes().iter().map(u32::to_string).collect();
    say(&format!(
        "\n{}: {} rows, columns of {} codes, {} tables of up to {} columns, {} cells judged, {} of them hold somebody\n\
         epsilon {} at delta {:.3e} is rho {:.6}",
        workload.name,
        workload.rows.len(),
        codes.join(", "),
        workload.tables()?.len(),
        workload.longest,
        all(&Size::ALL)?,
        all(&Size::HELD)?,
        workload.epsilon,
        workload.delta,
        rho.value()
    ));
    Ok(())
}

/// Panoh with three objectives, and equal-split zCDP with and without the best reconstruction.
fn our_engines(workload: &Workload, judge: &Judge, rho: Rho, repetitions: usize) -> Result<Vec<Entry>> {
    let entry = |name: &str| Entry { name: name.into(), keys: "given".into(), score: judge.score() };
    let mut entries = Vec::new();
    // By length of table; the last weight serves all longer ones.
    let objectives = [
        (PANOH, Objective::Tables, &[1.0][..]),
        ("panoh-short-first", Objective::Tables, &[2.0, 2.0, 1.0]),
        ("residualplanner", Objective::Cells, &[1.0]),
    ];
    for (name, objective, weights) in objectives {
        let (mut unbiased, mut second) = (entry(name), entry(&format!("{name}-non-negative")));
        let mut rounded = entry(&format!("{name}-whole"));
        let has_whole = can_be_whole(planned(workload, objective, weights, rho)?.wanted()).is_ok();
        for run in 0..repetitions {
            let (measured, took) = timed(|| measured(workload, objective, weights, rho))?;
            let (release, longer) = timed(|| unbiased_tables(&measured))?;
            judge.add(&mut unbiased.score, &release, took + longer)?;
            // The second column takes far longer than the first, and every fourth run tells enough of it.
            if name == PANOH && run % 4 == 0 {
                let (found, longer) = timed(|| Ok(non_negative(&measured.0, &measured.1)?))?;
                judge.add(&mut second.score, &without_errors(&found.tables), took + longer)?;
                if has_whole {
                    let (tables, rounding) = timed(|| whole_persons(&measured.0, &found))?;
                    judge.add(&mut rounded.score, &without_errors(&tables), took + longer + rounding)?;
                }
            }
        }
        entries.push(unbiased);
        if name == PANOH {
            entries.push(second);
            entries.extend(has_whole.then_some(rounded));
        }
    }
    let (mut drawn, mut rebuilt) = (entry("equal-split"), entry("equal-split-rebuilt"));
    for _ in 0..repetitions {
        let (split, took) = timed(|| EqualSplit::draw(workload, rho))?;
        judge.add(&mut drawn.score, &split.as_drawn()?, took)?;
        let (release, longer) = timed(|| split.reconstructed())?;
        judge.add(&mut rebuilt.score, &release, took + longer)?;
    }
    entries.extend([drawn, rebuilt]);
    let cells = planned(workload, Objective::Cells, &[1.0], rho)?;
    say(&format!(
        "RMSE over all cells: {:.6} is the least that any unbiased Gaussian mechanism reaches (ResidualPlanner), {:.6} \
         is planned with whole numbers, factor {:.6}",
        cells.optimum_rmse(),
        cells.rmse(),
        cells.rmse() / cells.optimum_rmse()
    ));
    Ok(entries)
}

fn planned(workload: &Workload, objective: Objective, weights: &[f64], rho: Rho) -> Result<NoisePlan> {
    let weight = |table: Subset| weights.get(table.len()).or(weights.last()).copied().unwrap_or(1.0);
    let wanted = workload.tables()?.into_iter();
    let wanted =
        wanted.map(|dimensions| Ok(Wanted { weight: Weight::new(weight(dimensions))?, ..Wanted::new(dimensions) }));
    Ok(plan(&workload.shape, &wanted.collect::<Result<Vec<_>>>()?, objective, rho)?)
}

/// From rows to a plan and its noisy measurements.
fn measured(
    workload: &Workload,
    objective: Objective,
    weights: &[f64],
    rho: Rho,
) -> Result<(NoisePlan, Vec<Vec<i64>>)> {
    let plan = planned(workload, objective, weights, rho)?;
    let measured = measure(&plan, &|table| workload.count(table), &mut opendp_noise)?;
    Ok((plan, measured))
}

/// The tables of a release, with their error bars.
fn unbiased_tables((plan, measured): &(NoisePlan, Vec<Vec<i64>>)) -> Result<Release> {
    let tables = rebuild(plan, measured)?;
    let mut half_widths = Vec::new();
    for (table, values) in plan.wanted().iter().zip(&tables) {
        let bound = half_width(plan.cell_standard_error(table.dimensions)?, ALPHA)?;
        half_widths.extend(vec![bound; values.len()]);
    }
    Ok(Release { values: tables.concat(), half_widths })
}

/// The second column of a release as whole persons.
fn whole_persons(plan: &NoisePlan, found: &NonNegative) -> Result<Vec<Vec<f64>>> {
    let tables = whole(plan, found)?;
    Ok(tables.iter().map(|table| table.iter().map(|&number| number as f64).collect()).collect())
}

/// Tables without negative numbers, which have no error bars.
fn without_errors(tables: &[Vec<f64>]) -> Release {
    Release { values: tables.concat(), half_widths: Vec::new() }
}

/// Runs the script of a package and judges what it released.
fn ask(
    workload: &Workload,
    judge: &Judge,
    rho: Rho,
    options: &Options,
    (name, script): (&str, &str),
) -> Result<Vec<Entry>> {
    let dir = tempfile::tempdir()?;
    hand_over(workload, rho, options, dir.path())?;
    let Some(Answers { printed, failure }) = answers(script, dir.path())? else {
        skipped(name);
        return Ok(Vec::new());
    };
    let mut entries: Vec<Entry> = Vec::new();
    for line in printed.lines() {
        let Some((kind, rest)) = line.split_once(' ') else { continue };
        match kind {
            "release" => {
                let judged = judge_line(judge, rest, dir.path(), &mut entries);
                judged.with_context(|| format!("{name}: {rest}"))?;
            }
            "absent" => say(&format!("peer not installed: {name} ({rest})")),
            "note" => say(&format!("{name}: {rest}")),
            _ => {}
        }
    }
    if let Some(failure) = failure {
        say(&format!("peer failed: {name} ({})", reason(&failure, options.minutes)));
    }
    Ok(entries)
}

/// Why a script ended, in one line: the last of its error output, unless it was stopped.
fn reason(failure: &str, minutes: usize) -> String {
    if failure.contains("Timeout (") {
        return format!("a run took longer than {} minutes", minutes + 1);
    }
    failure.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").trim().to_owned()
}

/// What the script printed in the first interpreter that has its package, or in the last one.
fn answers(script: &str, dir: &Path) -> Result<Option<Answers>> {
    let mut last = None;
    for peer in Peer::all() {
        let answers = peer.ask(script, &[dir])?;
        let absent = answers.printed.lines().any(|line| line.starts_with("absent "));
        last = Some(answers);
        if !absent {
            break;
        }
    }
    Ok(last)
}

/// Writes what a script reads: `workload.json` and `rows.csv`.
fn hand_over(workload: &Workload, rho: Rho, options: &Options, dir: &Path) -> Result<()> {
    let tables: Vec<Vec<usize>> = workload.tables()?.into_iter().map(Vec::from).collect();
    let description = json!({
        "name": workload.name, "columns": workload.columns, "sizes": workload.shape.sizes(), "tables": tables,
        "longest": workload.longest, "blanks": workload.blanks, "epsilon": workload.epsilon, "delta": workload.delta,
        "rho": rho.value(), "rho_at_half_delta": workload.rho(workload.delta / 2.0)?.value(),
        "repetitions": options.repetitions, "minutes": options.minutes,
    });
    std::fs::write(dir.join("workload.json"), description.to_string())?;
    let mut rows = csv::Writer::from_path(dir.join("rows.csv"))?;
    rows.write_record(&workload.columns)?;
    for row in &workload.rows {
        rows.write_record(row.iter().map(u32::to_string))?;
    }
    rows.flush()?;
    Ok(())
}

/// Takes `VARIANT KEYS SECONDS FILE` to the account of the variant. The file holds the values of all cells as
/// little-endian doubles and, if the package states errors, as many half-widths behind them.
fn judge_line(judge: &Judge, line: &str, dir: &Path, entries: &mut Vec<Entry>) -> Result<()> {
    let [name, keys, seconds, file] = line.split_whitespace().collect::<Vec<_>>()[..] else {
        bail!("not VARIANT KEYS SECONDS FILE");
    };
    let bytes = std::fs::read(dir.join(file))?;
    let (doubles, rest) = bytes.as_chunks::<8>();
    ensure!(rest.is_empty(), "{file} does not hold doubles");
    let mut values: Vec<f64> = doubles.iter().map(|&double| f64::from_le_bytes(double)).collect();
    ensure!(values.len() >= judge.cells(), "{file} holds {} values for {} cells", values.len(), judge.cells());
    let half_widths = values.split_off(judge.cells());
    let at = entries.iter().position(|entry| entry.name == name).unwrap_or_else(|| {
        entries.push(Entry { name: name.into(), keys: keys.into(), score: judge.score() });
        entries.len() - 1
    });
    let took = std::time::Duration::try_from_secs_f64(seconds.parse()?)?;
    judge.add(&mut entries[at].score, &Release { values, half_widths }, took)
}

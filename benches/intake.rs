//! How fast an export becomes checked, pseudonymised Parquet, and how much memory that takes.
//!
//! The file has 69 columns, six of which say who the person is; the simulator writes it. The mappings in `dictionary/`
//! keep every other column.
//!
//! * `wide-plain` against DuckDB, which reads the same file with every column as text, makes three hashes a row and
//!   writes Parquet with the same compression; it validates nothing. Panoh checks every cell against the mapping, makes
//!   three keyed hashes a row, and commits the rows to Delta Lake.
//! * `wide-linked` also seals names, birth dates and documents, and links the rows through the register: first all persons
//!   are new, then all are known. There is no peer.
//!
//! A machine is quicker at one time than at another, so all are measured in turn, round after round, and a ratio is the
//! middle one of the rounds.
//!
//! Options, after `--`: `--rows N` (500,000 when it is left out; the file of 2,000,000 has 547 MB), `--sizes N,N,...` for
//! the time per row of files of several sizes, `--runs N`. Every measurement is a process of its own, so that its memory
//! is its own.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail, ensure};
use panoh_benches::{Home, Peer, SEED, cores, largest_memory, median, ratio, say, skipped, wait};
use panoh_dictionary::Dictionary;
use panoh_simulator::{WideScenario, write_wide};

const RUNS: usize = 3;
const ROWS: u64 = 500_000;
const SIZES: &str = "100000,500000";

/// What three hashes DuckDB makes.
const HASHED: &str = "recordId,documentNumber,familyName+givenName+fatherName+birthDate";

/// One load in a process of its own.
struct Measured {
    seconds: f64,
    /// Largest resident memory in kibibytes.
    memory: u64,
}

/// Runs the bench with what stands behind its name.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let value = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1);
    let number = |name: &str, otherwise: u64| value(name).map_or(Ok(otherwise), |text| text.parse());
    if let Some(case) = value("--load") {
        let path = |name: &str| value(name).map(Path::new).with_context(|| format!("--load needs {name}"));
        return load(case, path("--file")?, path("--home")?);
    }
    let dir = tempfile::tempdir()?;
    let (rows, runs) = (number("--rows", ROWS)?, usize::try_from(number("--runs", RUNS as u64)?)?);
    let csv = write_file(rows, dir.path())?;
    compare(&csv, rows, runs, dir.path())?;
    fs::remove_file(csv)?;
    for size in value("--sizes").map_or(SIZES, String::as_str).split(',') {
        one_size(size.parse()?, dir.path())?;
    }
    Ok(())
}

fn write_file(rows: u64, dir: &Path) -> Result<PathBuf> {
    let csv = dir.join(format!("wide-{rows}.csv"));
    let bytes = write_wide(&WideScenario { seed: SEED, rows }, &csv)?;
    say(&format!("{rows} rows, {} MB", bytes / 1_000_000));
    Ok(csv)
}

/// What one round measured.
struct Round {
    plain: Measured,
    duckdb: Option<Measured>,
    /// New persons, known persons.
    linked: [Measured; 2],
}

/// Panoh without register, DuckDB, and Panoh with register, in turn. With register the file of new persons comes first, and
/// then the same persons again in a file that lacks its last line.
fn compare(csv: &Path, rows: u64, runs: usize, dir: &Path) -> Result<()> {
    let peer = Peer::find();
    let mut rounds = Vec::with_capacity(runs);
    for _ in 0..runs {
        let [plain] = measure("wide-plain", csv)?;
        let duckdb = peer.as_ref().map(|peer| duckdb(peer, csv, dir)).transpose()?;
        rounds.push(Round { plain, duckdb, linked: measure("wide-linked", csv)? });
    }
    tell_middle("wide-plain", rows, rounds.iter().map(|round| &round.plain))?;
    if peer.is_some() {
        tell_middle("DuckDB", rows, rounds.iter().filter_map(|round| round.duckdb.as_ref()))?;
        let ratios = rounds.iter().filter_map(|round| Some(round.duckdb.as_ref()?.seconds / round.plain.seconds));
        ratio("duckdb-intake", middle(ratios.collect(), f64::total_cmp)?);
    } else {
        skipped("duckdb-intake");
    }
    for (at, persons) in ["new persons", "known persons"].into_iter().enumerate() {
        tell_middle(&format!("wide-linked, {persons}"), rows, rounds.iter().map(|round| &round.linked[at]))?;
        let ratios = rounds.iter().map(|round| round.plain.seconds / round.linked[at].seconds);
        let of_plain = middle(ratios.collect(), f64::total_cmp)?;
        say(&format!("wide-linked, {persons}: {of_plain:.2} times the speed of wide-plain"));
    }
    Ok(())
}

fn duckdb(peer: &Peer, csv: &Path, dir: &Path) -> Result<Measured> {
    let (out, threads) = (dir.join("duckdb.parquet"), cores().to_string());
    let printed = peer.run("duckdb_intake.py", &[csv, &out, Path::new(&threads), Path::new(HASHED)])?;
    fs::remove_file(out)?;
    read(&printed)
}

/// Time per row and memory of one size of file.
fn one_size(rows: u64, dir: &Path) -> Result<()> {
    let csv = write_file(rows, dir)?;
    let [plain] = measure("wide-plain", &csv)?;
    tell("wide-plain", rows, &plain);
    for measured in measure::<2>("wide-linked", &csv)? {
        tell("wide-linked", rows, &measured);
    }
    Ok(fs::remove_file(csv)?)
}

/// Loads the file, each load in a process of its own; one measurement for each. A linked file is loaded again without its
/// last line, into the same home.
fn measure<const N: usize>(case: &str, csv: &Path) -> Result<[Measured; N]> {
    let dir = tempfile::tempdir()?;
    let mut files = vec![csv.to_owned()];
    if case == "wide-linked" {
        files.push(shorter(csv, dir.path())?);
    }
    let mut loads = Vec::with_capacity(N);
    for file in files {
        let mut process = Command::new(std::env::current_exe()?);
        let output = process
            .args(["intake", "--load", case, "--file"])
            .arg(file)
            .arg("--home")
            .arg(dir.path().join("home"))
            .output()?;
        if !output.status.success() {
            bail!("{case} failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        loads.push(read(&String::from_utf8(output.stdout)?)?);
    }
    loads.try_into().map_err(|loads: Vec<_>| anyhow!("{case} told of {} loads", loads.len()))
}

/// What such a process does: loads the file into the home, which the first one makes, and prints seconds and memory.
fn load(case: &str, csv: &Path, root: &Path) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let dictionary = dictionary(dir.path())?;
    let home = if let Some(home) = Home::kept(root, dictionary.clone(), case)? {
        home
    } else {
        let home = wait(Home::keep(root, dictionary))?;
        home.note(case)?;
        home
    };
    let time = median(1, || {
        let report = wait(home.load(csv, case))?;
        ensure!(report.refused == 0 && report.loaded > 0, "{} rows were refused", report.refused);
        Ok(())
    })?;
    say(&format!("{} {}", time.as_secs_f64(), largest_memory()?));
    Ok(())
}

/// The codes of the built-in dictionary with the bench's own table and mappings.
fn dictionary(dir: &Path) -> Result<Dictionary> {
    let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
    let builtin = benches.join("../data-dictionary");
    let own = benches.join("dictionary");
    for (from, name) in
        [(builtin.join("codes"), "codes"), (own.join("tables"), "tables"), (own.join("sources"), "sources")]
    {
        fs::create_dir(dir.join(name))?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            fs::copy(entry.path(), dir.join(name).join(entry.file_name()))?;
        }
    }
    fs::copy(builtin.join("tables/aliases.toml"), dir.join("tables/aliases.toml"))?;
    Ok(Dictionary::load(dir)?)
}

/// A copy of a file without its last line.
fn shorter(csv: &Path, dir: &Path) -> Result<PathBuf> {
    let copy = dir.join("shorter.csv");
    let bytes = fs::copy(csv, &copy)?;
    let last = last_line(csv, bytes)?;
    fs::OpenOptions::new().write(true).open(&copy)?.set_len(bytes - last)?;
    Ok(copy)
}

/// Bytes of the last line with its line end.
fn last_line(csv: &Path, bytes: u64) -> Result<u64> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = fs::File::open(csv)?;
    file.seek(SeekFrom::Start(bytes.saturating_sub(1 << 16)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let line = end.strip_suffix(b"\n").unwrap_or(&end);
    let before = line.iter().rposition(|&byte| byte == b'\n').context("the file has lines")?;
    Ok((end.len() - before - 1) as u64)
}

/// Reads `seconds kibibytes`.
fn read(line: &str) -> Result<Measured> {
    let (seconds, memory) = line.trim().split_once(' ').with_context(|| format!("a load printed {line:?}"))?;
    Ok(Measured { seconds: seconds.parse()?, memory: memory.parse()? })
}

/// The middle one of several.
fn middle<T>(mut several: Vec<T>, order: impl FnMut(&T, &T) -> Ordering) -> Result<T> {
    several.sort_by(order);
    let at = several.len() / 2;
    several.into_iter().nth(at).context("at least one run")
}

fn tell_middle<'a>(name: &str, rows: u64, measured: impl Iterator<Item = &'a Measured>) -> Result<()> {
    let by_time = |one: &&Measured, other: &&Measured| one.seconds.total_cmp(&other.seconds);
    tell(name, rows, middle(measured.collect(), by_time)?);
    Ok(())
}

fn tell(name: &str, rows: u64, Measured { seconds, memory }: &Measured) {
    let rate = rows as f64 / seconds;
    let each = seconds * 1e6 / rows as f64;
    say(&format!("{name}: {rows} rows in {seconds:.2} s, {rate:.0} rows/s, {each:.2} µs a row, {} MiB", memory / 1024));
}

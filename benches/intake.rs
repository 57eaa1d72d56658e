//! How fast an export becomes checked, pseudonymised Parquet.
//!
//! The peer reads the same CSV file with every column as text, hashes the identifying columns and writes Parquet; it
//! validates nothing. Panoh checks every cell against the mapping, codes it, seals the identities by keyed hashes and
//! drops free text. Both write zstd at its third level. With register and Delta commit there is no peer: rows per second.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result};
use panoh_benches::{Home, Peer, SEED, cores, median, ratio, say, skipped, wait};
use panoh_dictionary::{Dictionary, Source};
use panoh_identity::{MasterKey, Sealer};
use panoh_intake::{Intake, digest, open};
use panoh_simulator::{CtdcScenario, List, Scenario, write, write_ctdc};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

const RUNS: usize = 3;
const PERSONS: u64 = 400_000;
const CTDC_ROWS: u64 = 400_000;

fn main() -> Result<()> {
    let dir = tempfile::tempdir()?;
    write(&Scenario::demo(SEED, PERSONS), dir.path())?;
    let ctdc = dir.path().join("synthetic-ctdc.csv");
    write_ctdc(&CtdcScenario { seed: SEED, rows: CTDC_ROWS }, &ctdc)?;
    let mission = dir.path().join(List::MissionEn.file_name());
    against_duckdb("ctdc-2021", &ctdc, "duckdb-flags", "", dir.path())?;
    let identities = "first_name+last_name,date_of_birth,passport_no";
    against_duckdb(List::MissionEn.source(), &mission, "duckdb-identities", identities, dir.path())?;
    with_register(List::MissionEn.source(), &mission)
}

/// The same file through intake into one Parquet file, and through DuckDB.
fn against_duckdb(source: &str, csv: &Path, name: &str, identities: &str, dir: &Path) -> Result<()> {
    let dictionary = Dictionary::builtin()?;
    let mapping = dictionary.source(source).context("the mapping is built in")?;
    let sealer = MasterKey::generate()?.sealer();
    let out = dir.join("panoh.parquet");
    let mut rows = 0;
    let ours = median(RUNS, || {
        rows = to_parquet(csv, &dictionary, mapping, &sealer, &out)?;
        Ok(())
    })?;
    say(&format!("{source}: {rows} rows in {:.2} s", ours.as_secs_f64()));
    let Some(peer) = Peer::find() else {
        skipped(name);
        return Ok(());
    };
    let (out, threads, runs) = (dir.join("duckdb.parquet"), cores().to_string(), RUNS.to_string());
    let arguments = [csv, &out, Path::new(&threads), Path::new(&runs), Path::new(identities)];
    let seconds: f64 = peer.run("duckdb_intake.py", &arguments)?.trim().parse()?;
    say(&format!("{source}: DuckDB {seconds:.2} s"));
    ratio(name, seconds / ours.as_secs_f64());
    Ok(())
}

/// Both passes of intake, every checked row written with zstd. Returns the rows written.
fn to_parquet(csv: &Path, dictionary: &Dictionary, source: &Source, sealer: &Sealer, out: &Path) -> Result<u64> {
    let file = digest(csv, sealer)?;
    let intake = Intake { dictionary, source, sealer, batch_rows: 16_384 };
    let level = Compression::ZSTD(ZstdLevel::try_new(3)?);
    let properties = WriterProperties::builder().set_compression(level).build();
    let mut writer: Option<ArrowWriter<File>> = None;
    let mut rows = 0;
    for batch in open(csv, &file, intake)? {
        let batch = batch?.rows;
        rows += batch.num_rows() as u64;
        let writer = match &mut writer {
            Some(writer) => writer,
            none => none.insert(ArrowWriter::try_new(File::create(out)?, batch.schema(), Some(properties.clone()))?),
        };
        writer.write(&batch)?;
    }
    writer.context("the file has rows")?.close()?;
    Ok(rows)
}

/// The whole load: intake, linkage, register, Delta commit; first with new persons, then the same persons again in a
/// file that differs by its last line only.
fn with_register(source: &str, csv: &Path) -> Result<()> {
    let home = wait(Home::create())?;
    for (persons, file) in [("new", csv.to_owned()), ("known", shorter(csv)?)] {
        let mut rows = 0;
        let time = median(1, || {
            rows = wait(home.load(&file, source))?.loaded;
            Ok(())
        })?;
        say(&format!("{source} with register, {persons} persons: {:.0} rows/s", rows as f64 / time.as_secs_f64()));
    }
    Ok(())
}

/// A copy of a file without its last line.
fn shorter(csv: &Path) -> Result<std::path::PathBuf> {
    let text = std::fs::read_to_string(csv)?;
    let end = text.trim_end().rfind('\n').context("the file has lines")?;
    let path = csv.with_extension("shorter.csv");
    std::fs::write(&path, &text[..=end])?;
    Ok(path)
}

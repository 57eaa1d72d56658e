//! How exact the released tables are for the same privacy, and how long a release takes from its definition to its folder.
//!
//! Nothing is drawn for the ratios: they compare expected errors, which follow from the plan alone. The peer is
//! equal-split zCDP: each of T tables is noised by itself with ρ/T, so that every cell of every table has the variance
//! T/(2ρ) under adding or removing one person. This is what asking an OpenDP or Tumult session for table after table
//! amounts to.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use divan::Bencher;
use panoh_benches::{SEED, largest_memory, ratio, say, timed};
use panoh_dictionary::Dictionary;
use panoh_ledger::{Budget, Ledger, Limits};
use panoh_privacy::{
    HalfWidth, Noise, NoisePlan, Objective, Rho, Shape, Subset, Wanted, can_be_whole, measure, non_negative,
    opendp_noise, plan, rebuild, whole,
};
use panoh_publication::{Day, Definition, NO_YEAR};
use panoh_release::{Persons, Published, ReleasePlan, Run, publish, verify};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Codes of the six columns that the published comparison uses: year, gender, age, citizenship, exploitation, purpose.
const SIX: [u32; 6] = [21, 4, 10, 41, 41, 10];
/// Two columns of one small country: year and gender.
const SMALL: [u32; 2] = [9, 3];
/// Persons of the releases that are timed.
const PERSONS: usize = 100_000;

/// Runs the bench with what stands behind its name.
pub(crate) fn run(_: &[String]) -> Result<()> {
    divan::Divan::default().run_benches();
    for (name, sizes, longest) in [("six-columns", &SIX[..], 2), ("six-columns", &SIX, 3), ("small-country", &SMALL, 2)]
    {
        compare(name, sizes, longest)?;
    }
    for longest in [2, 3] {
        clipping(longest)?;
    }
    twenty_dimensions()?;
    for (countries, cells, allowed) in [(39, 142_095, 3.0), (153, 1_280_000, 25.0)] {
        release(countries, cells, allowed)?;
    }
    Ok(())
}

/// Expected errors of both at ρ 0.5, over all tables of up to `longest` of the columns.
fn compare(name: &str, sizes: &[u32], longest: usize) -> Result<()> {
    let rho = Rho::new(0.5)?;
    let wanted = tables(sizes.len(), longest)?;
    let shape = Shape::new(sizes.to_vec())?;
    let equal_split = (wanted.len() as f64 / (2.0 * rho.value())).sqrt();
    let cells = plan(&shape, &wanted, Objective::Cells, rho)?;
    let tables = plan(&shape, &wanted, Objective::Tables, rho)?;
    let per_table = table_rmse(&tables, &wanted)?;
    say(&format!(
        "{name} up to {longest}: RMSE over cells {:.3} (optimum {:.3}), mean over tables {per_table:.3}, equal split \
         {equal_split:.3}",
        cells.rmse(),
        cells.optimum_rmse()
    ));
    ratio(&format!("equal-split-cells-{name}-{longest}"), equal_split / cells.rmse());
    ratio(&format!("equal-split-tables-{name}-{longest}"), equal_split / per_table);
    ratio(&format!("optimum-{name}-{longest}"), cells.optimum_rmse() / cells.rmse());
    Ok(())
}

/// Planning twenty dimensions of ten codes up to three, with every objective and with headline tables.
fn twenty_dimensions() -> Result<()> {
    let shape = Shape::new(vec![10; 20])?;
    let mut headlines = tables(20, 3)?;
    for table in headlines.iter_mut().filter(|table| table.dimensions.len() < 2) {
        table.half_width = Some(HalfWidth::new(25.0)?);
    }
    for (name, wanted, objective) in [
        ("equal tables", tables(20, 3)?, Objective::Tables),
        ("smallest maximum", tables(20, 3)?, Objective::Maximum),
        ("equal tables with 21 headlines", headlines.clone(), Objective::Tables),
        ("smallest maximum with 21 headlines", headlines, Objective::Maximum),
    ] {
        let (plan, time) = timed(|| Ok(plan(&shape, &wanted, objective, Rho::new(0.5)?)?))?;
        let (tables, cells) = (wanted.len(), plan.cells());
        say(&format!("plan 20 dimensions up to 3, {name}: {tables} tables, {cells} cells in {time:.3?} (2 s allowed)"));
    }
    Ok(())
}

/// Whole release of made-up persons: plan, charge, count, draw, rebuild, write; then what anyone does to check it.
fn release(countries: usize, cells: u64, allowed: f64) -> Result<()> {
    let (made, planning) = timed(|| MadeUp::of(countries))?;
    ensure!(made.plan.noise().cells() >= cells, "{} cells", made.plan.noise().cells());
    let home = tempfile::tempdir()?;
    let drawing = std::cell::Cell::new(std::time::Duration::ZERO);
    let mut noise = |values: &[i64], sigma: f64| {
        let (noisy, time) = timed(|| Ok(opendp_noise(values, sigma))).expect("nothing else can fail");
        drawing.set(drawing.get() + time);
        noisy
    };
    let (done, publishing) = timed(|| made.publish(home.path(), &mut noise))?;
    let (verified, verifying) = timed(|| Ok(verify(&done.path)?))?;
    say(&format!(
        "release of {} cells: planned and read in {planning:.2?}, published in {publishing:.2?} ({allowed} s allowed; {:.2?} \
         of it noise), verified in {verifying:.2?}, largest memory {} MiB",
        verified.cells,
        drawing.get(),
        largest_memory()? / 1024
    ));
    Ok(())
}

/// A plan, and the made-up persons of its release.
pub(crate) struct MadeUp {
    plan: ReleasePlan,
    persons: Persons,
}

impl MadeUp {
    /// All tables of up to three of six columns, two of them with so many countries.
    pub(crate) fn of(countries: usize) -> Result<Self> {
        let dictionary = Dictionary::builtin()?;
        let definition = Definition::from_toml(&definition(&dictionary, countries)?)?;
        let plan = panoh_release::plan(&definition, &dictionary, &Budget::untouched(Limits::STANDARD))?;
        let rows = rows(&definition)?;
        let mut persons = Persons::new(&plan, &rows.schema(), [1; 32])?;
        persons.add(&rows)?;
        Ok(Self { plan, persons })
    }

    /// Publishes it into `published` of a new home, with a ledger of its own.
    pub(crate) fn publish(&self, home: &Path, noise: &mut Noise<'_>) -> Result<Published> {
        let mut ledger = Ledger::begin(&home.join("ledger"), &home.join("head"), [9; 32], Limits::STANDARD)?;
        let published = home.join("published");
        std::fs::create_dir_all(&published)?;
        let clock = || "2026-11-22T00:00:00Z".to_owned();
        let signer = panoh_publication::Signer::of_secret([5; 32]);
        let run = Run {
            published: &published,
            day: Day::new("2026-11-22")?,
            synthetic: true,
            warehouse: [].into(),
            clock: &clock,
            signer: &signer,
            again: true,
        };
        Ok(publish(&self.plan, &self.persons, &mut ledger, &run, noise)?)
    }
}

/// All tables of one to three of six columns; two of them have so many countries, which are written down.
fn definition(dictionary: &Dictionary, countries: usize) -> Result<String> {
    let mut text = r#"
        name = "timed"
        title = "Made-up persons"
        description = "To take the time."
        frame = "victims"
        author = "Nobody"
        date = "2026-11-22"
        audience = "public"
        purpose = "first"
        rho = 0.5
        smallest_count_of_interest = 50
        cohorts = { from = 2002, to = 2021, no_year = true }
    "#
    .to_owned();
    let columns = [("gender", "gender", 2), ("age_band", "age_band", 8), ("citizenship", "country", countries)];
    let columns =
        columns.into_iter().chain([("destination", "country", countries), ("reporting_country", "country", 8)]);
    let mut names = vec!["year"];
    for (column, list, codes) in columns {
        let known = dictionary.list(list).with_context(|| format!("no list {list}"))?;
        let codes: Vec<&str> = known.codes.iter().take(codes).map(|code| code.code.as_str()).collect();
        names.push(column);
        write!(
            text,
            "\n[[dimension]]\nname = {column:?}\ntitle = {column:?}\ncolumn = {column:?}\nlist = {list:?}\ncodes = \
             {codes:?}\nreason = \"for the time\"\ndate = \"2001-01-01\"\n"
        )?;
    }
    for (number, table) in tables(names.len(), 3)?.iter().filter(|table| !table.dimensions.is_empty()).enumerate() {
        let names: Vec<&str> = table.dimensions.dimensions().map(|dimension| names[dimension]).collect();
        write!(text, "\n[[table]]\nname = \"t{number}\"\ntitle = \"Table\"\ndimensions = {names:?}\n")?;
    }
    Ok(text)
}

/// Made-up persons of the columns of a definition.
fn rows(definition: &Definition) -> Result<RecordBatch> {
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    let cohorts = definition.cohorts();
    let mut names = vec!["person".to_owned(), "cohort".to_owned()];
    let cohort = || cohorts.iter().map(String::as_str).filter(|cohort| *cohort != NO_YEAR).collect::<Vec<_>>();
    let mut pick = |codes: &[&str]| -> ArrayRef {
        let skewed = |rng: &mut ChaCha20Rng| (codes.len() as f64 * rng.random::<f64>().powi(4)) as usize;
        Arc::new((0..PERSONS).map(|_| Some(codes[skewed(&mut rng)])).collect::<StringArray>())
    };
    let mut columns: Vec<ArrayRef> =
        vec![Arc::new((0..PERSONS).map(|person| Some(person.to_string())).collect::<StringArray>()), pick(&cohort())];
    for dimension in &definition.dimensions {
        let panoh_publication::Codes::Written(codes) = &dimension.codes else { continue };
        names.push(dimension.column.clone());
        columns.push(pick(&codes.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    let fields: Vec<Field> = names.into_iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

/// Mean absolute error of the tables without negative numbers beside that of clipped and of unbiased ones, for made-up
/// persons who fill a few of many cells; where whole numbers can be had, of those too. Said here only: an artefact
/// cannot know it.
fn clipping(longest: usize) -> Result<()> {
    let plan = six_columns(longest)?;
    let counts = sparse_counts();
    let exact = |table: Subset| counts(plan.shape(), table);
    let measured = measure(&plan, &exact, &mut opendp_noise)?;
    let unbiased = rebuild(&plan, &measured)?;
    let clipped: Vec<Vec<f64>> =
        unbiased.iter().map(|table| table.iter().map(|value| value.max(0.0)).collect()).collect();
    let (found, time) = timed(|| Ok(non_negative(&plan, &measured)?))?;
    let rounded = match can_be_whole(plan.wanted()) {
        Ok(()) => Some(timed(|| Ok(whole(&plan, &found)?))?),
        Err(_) => None,
    };
    let persons = |tables: &Vec<Vec<u64>>| -> Vec<Vec<f64>> {
        tables.iter().map(|table| table.iter().map(|&number| number as f64).collect()).collect()
    };
    let rounded = rounded.map(|(tables, time)| (persons(&tables), time));
    for length in 1..=longest {
        let error = |tables: &[Vec<f64>]| {
            let (mut sum, mut cells) = (0.0, 0.0);
            for (table, values) in
                plan.wanted().iter().zip(tables).filter(|(table, _)| table.dimensions.len() == length)
            {
                let truth = exact(table.dimensions);
                sum += values.iter().zip(&truth).map(|(value, truth)| (value - *truth as f64).abs()).sum::<f64>();
                cells += values.len() as f64;
            }
            sum / cells
        };
        let (raw, clipped, found) = (error(&unbiased), error(&clipped), error(&found.tables));
        let whole =
            rounded.as_ref().map_or_else(|| "refused".to_owned(), |(tables, _)| format!("{:.3}", error(tables)));
        say(&format!(
            "mean error, {length} of up to {longest} columns: unbiased {raw:.3}, clipped {clipped:.3}, non-negative \
             {found:.3}, whole {whole}"
        ));
        if longest == 3 {
            ratio(&format!("clipped-{length}"), clipped / found);
        }
    }
    say(&format!("non-negative tables: {} rounds, {time:.2?}, distance {:.1e}", found.rounds, found.distance));
    if let Some((_, time)) = rounded {
        say(&format!("whole persons from them: {time:.2?}"));
    }
    Ok(())
}

/// Exact tables of made-up persons.
fn sparse_counts() -> impl Fn(&Shape, Subset) -> Vec<i64> {
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    let person = |_| SIX.map(|size| (f64::from(size) * rng.random::<f64>().powi(4)) as usize);
    let people: Vec<[usize; 6]> = (0..PERSONS / 2).map(person).collect();
    move |shape, table| {
        let mut counts = vec![0; usize::try_from(shape.cells(table)).unwrap_or_default()];
        for person in &people {
            let cell = table.dimensions().fold(0, |cell, column| cell * SIX[column] as usize + person[column]);
            counts[cell] += 1;
        }
        counts
    }
}

/// Root of the mean over tables of the variance of a cell.
fn table_rmse(plan: &NoisePlan, wanted: &[Wanted]) -> Result<f64> {
    let variances = wanted.iter().map(|table| Ok(plan.cell_standard_error(table.dimensions)?.powi(2)));
    let variances = variances.collect::<Result<Vec<f64>>>()?;
    Ok((variances.iter().sum::<f64>() / variances.len() as f64).sqrt())
}

/// Every table of up to `longest` columns, the total included, each of the same weight.
fn tables(columns: usize, longest: usize) -> Result<Vec<Wanted>> {
    let all = Subset::new(&(0..columns).collect::<Vec<_>>())?;
    let chosen = all.subsets().filter(|table| table.len() <= longest);
    Ok(chosen.map(Wanted::new).collect())
}

fn six_columns(longest: usize) -> Result<NoisePlan> {
    Ok(plan(&Shape::new(SIX.to_vec())?, &tables(SIX.len(), longest)?, Objective::Tables, Rho::new(0.5)?)?)
}

/// From a definition to every noise scale and expected error.
#[divan::bench(args = [2, 3])]
fn plan_six_columns(longest: usize) -> Result<NoisePlan> {
    six_columns(longest)
}

/// From noisy integers to consistent tables.
#[divan::bench(args = [2, 3], sample_count = 10)]
fn rebuild_six_columns(bencher: Bencher, longest: usize) {
    let plan = six_columns(longest).expect("the shape of this bench can be planned");
    let zeros = |table: Subset| vec![0; usize::try_from(plan.shape().cells(table)).unwrap_or_default()];
    let measurements = measure(&plan, &zeros, &mut |values, _| Ok(values.to_vec())).expect("zeros can be measured");
    bencher.bench(|| rebuild(&plan, &measurements));
}

/// OpenDP's noise for the whole cube, on all cores.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn draw_six_columns(bencher: Bencher) {
    let plan = six_columns(3).expect("the shape of this bench can be planned");
    let zeros = |table: Subset| vec![0; usize::try_from(plan.shape().cells(table)).unwrap_or_default()];
    bencher.bench_local(|| measure(&plan, &zeros, &mut opendp_noise));
}

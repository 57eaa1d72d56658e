//! How exact the released tables are for the same privacy, and how long the arithmetic takes.
//!
//! Nothing is drawn for the ratios: they compare expected errors, which follow from the plan alone. The peer is
//! equal-split zCDP: each of T tables is noised by itself with ρ/T, so that every cell of every table has the variance
//! T/(2ρ) under adding or removing one person. This is what asking an OpenDP or Tumult session for table after table
//! amounts to.

use anyhow::Result;
use divan::Bencher;
use panoh_benches::{ratio, say};
use panoh_privacy::{NoisePlan, Objective, Rho, Shape, Subset, Wanted, Weight, measure, plan, rebuild};

/// Codes of the six columns that the published comparison uses: year, gender, age, citizenship, exploitation, purpose.
const SIX: [u32; 6] = [21, 4, 10, 41, 41, 10];
/// Two columns of one small country: year and gender.
const SMALL: [u32; 2] = [9, 3];

fn main() -> Result<()> {
    divan::main();
    for (name, sizes, longest) in [("six-columns", &SIX[..], 2), ("six-columns", &SIX, 3), ("small-country", &SMALL, 2)]
    {
        compare(name, sizes, longest)?;
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
    Ok(chosen.map(|dimensions| Wanted { dimensions, weight: Weight::ONE }).collect())
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

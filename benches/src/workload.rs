//! The same rows, tables and privacy for every engine of the accuracy bench.
//!
//! A row is one person. Every code of every column is declared, so the cells of a table are known before any row is seen.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use panoh_privacy::{Rho, Shape, Subset, epsilon};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Columns of the CTDC file that are compared: year, gender, age, citizenship, country of exploitation, purpose.
const CTDC_COLUMNS: [&str; 6] =
    ["yearOfRegistration", "gender", "ageBroad", "citizenship", "CountryOfExploitation", "typeOfExploitConcatenated"];
/// Countries that keep a code of their own; the others are `other`. They are learned from the data, which a release of
/// Panoh would not do: the published comparison did, and all engines here get the same list.
const COUNTRIES: usize = 39;
/// Rows of the example that the Showcase ships with its notebooks.
const SHOWCASE_ROWS: usize = 6_000;
/// Codes of its ten columns beside the blank.
const SHOWCASE_CODES: [u32; 10] = [2, 6, 10, 1, 1, 1, 1, 1, 1, 1];

/// What every engine is given.
#[derive(Debug)]
pub struct Workload {
    /// The word for it in the output.
    pub name: &'static str,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Codes of each column.
    pub shape: Shape,
    /// One code for each column and person, row by row.
    pub rows: Vec<Vec<u32>>,
    /// All tables of up to so many columns are asked for.
    pub longest: usize,
    /// Whether code 0 of each column is a blank that nobody asked for: cells with a blank are not judged.
    pub blanks: bool,
    /// The privacy loss that no engine may exceed, under adding or removing one row.
    pub epsilon: f64,
    /// The δ that belongs to ε.
    pub delta: f64,
}

impl Workload {
    /// The six columns of the CTDC file that the published figures use, up to three at a time. What is missing is a code.
    pub fn ctdc(file: &Path) -> Result<Self> {
        let mut reader = csv::Reader::from_path(file).with_context(|| format!("cannot read {}", file.display()))?;
        let header = reader.headers()?.clone();
        let place =
            |name: &&str| header.iter().position(|column| column == *name).with_context(|| format!("no {name}"));
        let places = CTDC_COLUMNS.iter().map(place).collect::<Result<Vec<_>>>()?;
        let mut columns: Vec<Vec<String>> = vec![Vec::new(); places.len()];
        for record in reader.records() {
            let record = record?;
            for (column, &place) in columns.iter_mut().zip(&places) {
                column.push(record[place].to_owned());
            }
        }
        let coded: Vec<(u32, Vec<u32>)> = columns.iter().map(|column| code(column)).collect();
        Ok(Self {
            name: "ctdc",
            columns: CTDC_COLUMNS.map(str::to_owned).to_vec(),
            shape: Shape::new(coded.iter().map(|(codes, _)| *codes).collect())?,
            rows: (0..columns[0].len()).map(|row| coded.iter().map(|(_, column)| column[row]).collect()).collect(),
            longest: 3,
            blanks: false,
            epsilon: 5.2,
            delta: 1e-6,
        })
    }

    /// Rows like those of the example that the Showcase shows its accuracy with: 6,000 rows, ten columns, up to four at
    /// a time, blanks not counted, its ε and its δ of 1 / (n ln n). Later codes are likelier, as they look there.
    pub fn showcase(seed: u64) -> Result<Self> {
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let mut pick = |codes: u32| {
            let weights = (codes + 1) * (codes + 2) / 2;
            let drawn = random.random_range(0..weights);
            (0..=codes).find(|code| drawn < (code + 1) * (code + 2) / 2).unwrap_or(codes)
        };
        let rows = (0..SHOWCASE_ROWS).map(|_| SHOWCASE_CODES.iter().map(|&codes| pick(codes)).collect()).collect();
        let n = SHOWCASE_ROWS as f64;
        Ok(Self {
            name: "showcase",
            columns: (1..=SHOWCASE_CODES.len()).map(|column| format!("H{column}")).collect(),
            shape: Shape::new(SHOWCASE_CODES.iter().map(|codes| codes + 1).collect())?,
            rows,
            longest: 4,
            blanks: true,
            epsilon: 4.0,
            delta: 1.0 / (n * n.ln()),
        })
    }

    /// The tables asked for, the total first, in the order in which every engine answers.
    pub fn tables(&self) -> Result<Vec<Subset>> {
        let all = Subset::new(&(0..self.columns.len()).collect::<Vec<_>>())?;
        let mut tables: Vec<Subset> = all.subsets().filter(|table| table.len() <= self.longest).collect();
        tables.sort_unstable();
        Ok(tables)
    }

    /// The exact table: dense, row-major, columns ascending.
    pub fn count(&self, table: Subset) -> Vec<i64> {
        let mut counts = vec![0; usize::try_from(self.shape.cells(table)).unwrap_or_default()];
        let columns: Vec<(usize, usize)> = table.dimensions().map(|i| (i, self.shape.sizes()[i] as usize)).collect();
        for row in &self.rows {
            counts[columns.iter().fold(0, |cell, &(i, codes)| cell * codes + row[i] as usize)] += 1;
        }
        counts
    }

    /// Whether each cell of the table is judged.
    pub fn asked(&self, table: Subset) -> Vec<bool> {
        let sizes: Vec<usize> = table.dimensions().map(|i| self.shape.sizes()[i] as usize).collect();
        let has_blank = |mut cell: usize| {
            sizes.iter().rev().any(|&codes| {
                let code = cell % codes;
                cell /= codes;
                code == 0
            })
        };
        let cells = sizes.iter().product();
        (0..cells).map(|cell| !self.blanks || !has_blank(cell)).collect()
    }

    /// The largest ρ whose ε at this δ, by OpenDP's tight conversion, is not above the ε of the workload.
    pub fn rho(&self, delta: f64) -> Result<Rho> {
        let (mut fits, mut too_much) = (1_u64, 100_000_000_000_u64);
        ensure!(epsilon(Rho::from_nanos(fits), delta)? <= self.epsilon, "no rho fits");
        // Fifty halvings of a hundred would be finer than a nano-rho; a micro-rho is enough and quicker.
        while too_much - fits > 1_000 {
            let middle = u64::midpoint(fits, too_much);
            let inside = epsilon(Rho::from_nanos(middle), delta)? <= self.epsilon;
            *(if inside { &mut fits } else { &mut too_much }) = middle;
        }
        Ok(Rho::from_nanos(fits))
    }
}

/// Codes of a column in the order of its values: the missing one first, `other` last where there are too many values.
fn code(column: &[String]) -> (u32, Vec<u32>) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for value in column {
        *seen.entry(value).or_default() += 1;
    }
    seen.entry("").or_default();
    let mut values: Vec<(&str, usize)> = seen.into_iter().filter(|(value, _)| !value.is_empty()).collect();
    values.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let many = values.len() > COUNTRIES + 1;
    values.truncate(if many { COUNTRIES } else { values.len() });
    let mut names: Vec<&str> = values.into_iter().map(|(value, _)| value).collect();
    names.sort_unstable();
    let codes: HashMap<&str, u32> =
        std::iter::once("").chain(names).enumerate().map(|(code, value)| (value, code as u32)).collect();
    let other = codes.len() as u32;
    (other + u32::from(many), column.iter().map(|value| codes.get(value.as_str()).copied().unwrap_or(other)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Result<Workload> {
        Ok(Workload {
            name: "small",
            columns: vec!["a".into(), "b".into()],
            shape: Shape::new(vec![2, 3])?,
            rows: vec![vec![0, 1], vec![1, 2], vec![1, 2], vec![1, 0]],
            longest: 2,
            blanks: true,
            epsilon: 5.2,
            delta: 1e-6,
        })
    }

    #[test]
    fn counts_cells_row_major_and_leaves_blanks_out() -> Result<()> {
        let small = small()?;
        let tables = small.tables()?;
        assert_eq!(
            tables.iter().map(|&table| small.count(table)).collect::<Vec<_>>(),
            [vec![4], vec![1, 3], vec![1, 1, 2], vec![0, 1, 0, 1, 0, 2],]
        );
        assert_eq!(small.asked(tables[0]), [true]);
        assert_eq!(small.asked(tables[3]), [false, false, false, false, true, true]);
        Ok(())
    }

    #[test]
    fn rho_is_the_largest_that_fits() -> Result<()> {
        let small = small()?;
        let rho = small.rho(small.delta)?;
        assert!(epsilon(rho, small.delta)? <= small.epsilon);
        assert!(epsilon(Rho::from_nanos(rho.nanos() + 2_000), small.delta)? > small.epsilon);
        Ok(())
    }

    #[test]
    fn rare_values_share_a_code() {
        let column: Vec<String> = (0..50).flat_map(|value| vec![format!("{value:02}"); 51 - value]).collect();
        let (codes, coded) = code(&column);
        assert_eq!(codes, 41, "39 of their own, other, and missing");
        assert_eq!(coded.iter().filter(|&&code| code == 40).count(), (1..=12).sum::<usize>() - 1);
        assert_eq!(coded[0], 1);
    }
}

//! What changed from one release to another of the same kind, with error bars: the noise of two releases is independent,
//! so variances add.
//!
//! Releases of other cohorts (next year's) are compared as sums over their years. A release of the same cohorts (a
//! revision) is compared year by year.

use serde::Serialize;

use crate::{Artefact, Cube, CubeError, CubeTable, Dimension, Release, Value, YEAR};

/// One table of two releases, cell by cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Name of the table in both.
    pub table: String,
    /// Names of the dimensions of its rows.
    pub dimensions: Vec<String>,
    /// Whether rows are sums over the years of each release.
    pub over_years: bool,
    /// In the order of cells.
    pub rows: Vec<Change>,
}

/// One cell in two releases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// One code of each dimension.
    pub codes: Vec<String>,
    /// Persons in the first release, with the standard error.
    pub before: Value,
    /// Persons in the second.
    pub after: Value,
    /// `after` minus `before`.
    pub difference: Value,
    /// Whether the difference is larger than noise explains, all rows of the comparison read together.
    pub is_larger_than_noise: bool,
}

/// Compares the tables of this name.
pub fn compare(before: &Artefact, after: &Artefact, table: &str) -> Result<Comparison, CubeError> {
    if before.release.id == after.release.id {
        return Err(CubeError::Asked(format!("{} is one release; name two", before.release.id)));
    }
    let find = |artefact: &Artefact| {
        let known = artefact.cube.tables().iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ");
        let missing = || CubeError::Asked(format!("{} has no table {table:?}; it has {known}", artefact.release.id));
        artefact.cube.table(table).cloned().ok_or_else(missing)
    };
    let (one, other) = (find(before)?, find(after)?);
    if let Some(other) = counts_otherwise(&before.release, &after.release, table) {
        let rule = format!("{} and {} count different things: {other}", before.release.id, after.release.id);
        return Err(CubeError::Asked(rule));
    }
    let over_years = before.release.definition.cohorts() != after.release.definition.cohorts();
    let (one, other) = (side(&before.cube, &one, over_years)?, side(&after.cube, &other, over_years)?);
    if one.lists != other.lists {
        let rule = "the table has other dimensions or code lists in one release than in the other; compare releases of one series";
        return Err(CubeError::Asked(rule.to_owned()));
    }
    let rows = std::iter::zip(&one.values, &other.values).enumerate().map(|(cell, (&before, &after))| {
        let standard_error = before.standard_error.hypot(after.standard_error);
        let difference = Value { estimate: after.estimate - before.estimate, standard_error };
        let is_larger_than_noise = difference.is_larger_than_noise(one.values.len());
        Change { codes: one.codes(cell), before, after, difference, is_larger_than_noise }
    });
    let dimensions = one.lists.iter().map(|(name, _)| name.clone()).collect();
    Ok(Comparison { table: table.to_owned(), dimensions, over_years, rows: rows.collect() })
}

/// In which words two releases count a table otherwise; code lists are compared apart.
fn counts_otherwise(one: &Release, other: &Release, table: &str) -> Option<&'static str> {
    if (&one.definition.frame, &one.frame_digest) != (&other.definition.frame, &other.frame_digest) {
        return Some("their rows were made by different SQL");
    }
    let columns = |release: &Release| -> Vec<(String, String)> {
        let tables = release.definition.tables.iter().filter(|wanted| wanted.name.as_str() == table);
        let names: Vec<&str> = tables.flat_map(|wanted| &wanted.dimensions).map(crate::Slug::as_str).collect();
        let dimensions = release.definition.dimensions.iter().filter(|wanted| names.contains(&wanted.name.as_str()));
        let mut columns: Vec<_> = dimensions.map(|wanted| (wanted.name.to_string(), wanted.column.clone())).collect();
        columns.sort();
        columns
    };
    (columns(one) != columns(other)).then_some("their dimensions come from different columns")
}

/// The rows of one release.
struct Side {
    /// Names of dimensions with their codes.
    lists: Vec<(String, Vec<String>)>,
    values: Vec<Value>,
}

impl Side {
    fn codes(&self, cell: usize) -> Vec<String> {
        let mut stride = self.values.len();
        let code = |(_, codes): &(String, Vec<String>)| {
            stride /= codes.len();
            codes[cell / stride % codes.len()].clone()
        };
        self.lists.iter().map(code).collect()
    }
}

fn side(cube: &Cube, table: &CubeTable, over_years: bool) -> Result<Side, CubeError> {
    let all: &[Dimension] = cube.dimensions();
    let keep: Vec<usize> =
        table.dimensions.iter().copied().filter(|at| !(over_years && all[*at].name == YEAR)).collect();
    let sums = cube.roll_up(&keep, &cube.slice(&[])?)?;
    let codes = |at: &usize| all[*at].codes.iter().map(|code| code.code.clone()).collect();
    let lists = keep.iter().map(|at| (all[*at].name.clone(), codes(at))).collect();
    let value = |estimate: &f64| Value { estimate: *estimate, standard_error: sums.standard_error };
    Ok(Side { lists, values: sums.estimates.iter().map(value).collect() })
}

//! One CSV file for each table: codes, English labels, estimate, error, interval and quality word. A number is a
//! number, also when it is negative; text that a spreadsheet could run is guarded.

use std::io::Write;

use crate::{ArtefactError, Cube, CubeTable, SecondColumn, Value, guarded, quality, rounded};

/// Path of a table's file inside the artefact.
pub(super) fn path(table: &str) -> String {
    format!("tables/{table}.csv")
}

/// Names of the number columns, after those of the dimensions.
pub(super) const NUMBER_COLUMNS: [&str; 5] = ["estimate", "standard_error", "lower", "upper", "quality"];

/// Name of the column without negative numbers, the last one where a release has it.
pub(super) const NON_NEGATIVE: &str = "non_negative";

pub(super) fn csv(
    cube: &Cube,
    table: &CubeTable,
    smallest_count: u32,
    out: &mut dyn Write,
) -> Result<(), ArtefactError> {
    let standard_error = cube.cell_standard_error(&table.dimensions)?;
    let word = quality(standard_error, smallest_count).as_str();
    let dimensions: Vec<_> = table.dimensions.iter().map(|d| &cube.dimensions()[*d]).collect();
    let mut writer = csv::Writer::from_writer(out);
    let mut write = || -> Result<(), csv::Error> {
        for dimension in &dimensions {
            writer.write_field(&dimension.name)?;
            writer.write_field(format!("{}_label", dimension.name))?;
        }
        writer.write_record(NUMBER_COLUMNS.into_iter().chain(table.non_negative.as_ref().map(|_| NON_NEGATIVE)))?;
        for (cell, estimate) in table.estimates.iter().enumerate() {
            let mut stride = table.estimates.len();
            for dimension in &dimensions {
                stride /= dimension.codes.len();
                let code = &dimension.codes[cell / stride % dimension.codes.len()];
                writer.write_field(guarded(&code.code).as_bytes())?;
                writer.write_field(guarded(&code.labels.en).as_bytes())?;
            }
            let (lower, upper) = Value { estimate: *estimate, standard_error }.interval();
            for number in [*estimate, standard_error, lower, upper] {
                writer.write_field(rounded(number).to_string())?;
            }
            let second = table.non_negative.as_ref().map(|column| match column {
                SecondColumn::Fractional(numbers) => rounded(numbers[cell]).to_string(),
                SecondColumn::Whole(numbers) => numbers[cell].to_string(),
            });
            writer.write_record(std::iter::once(word.to_owned()).chain(second))?;
        }
        Ok(writer.flush()?)
    };
    write().map_err(|error| ArtefactError::Draft(format!("table {:?} cannot be written as CSV: {error}", table.name)))
}

//! Compares the first row of a file with the columns of its mapping, before any row is read.

use panoh_dictionary::{Source, SourceColumn};

use crate::error::{ColumnName, HeaderProblems, IntakeError};

/// A header that fits its mapping.
#[derive(Debug)]
pub(crate) struct Header {
    /// For each column of the file, the place of its column in the mapping.
    pub(crate) mapped: Vec<usize>,
    /// For each column of the mapping, its place in the file; none for optional columns that the file lacks.
    pub(crate) at: Vec<Option<usize>>,
}

/// Looks up every column of a file. All problems are reported at once; a file without any known column is taken for one
/// without a header, and none of its cells is shown.
pub(crate) fn fit(names: &[String], source: &Source) -> Result<Header, IntakeError> {
    let mut header = Header { mapped: Vec::new(), at: vec![None; source.columns.len()] };
    let mut problems = HeaderProblems::default();
    for (place, name) in names.iter().enumerate() {
        let known =
            source.column(name).and_then(|column| source.columns.iter().position(|c| c.header == column.header));
        match known {
            None => problems.unknown.push(ColumnName::new(place + 1, name.trim())),
            Some(known) if header.at[known].is_some() => problems.doubled.push(source.columns[known].header.clone()),
            Some(known) => {
                header.at[known] = Some(place);
                header.mapped.push(known);
            }
        }
    }
    if header.mapped.is_empty() {
        return Err(IntakeError::NoHeader { columns: names.len(), mapping: source.name.clone() });
    }
    let needed = source.columns.iter().zip(&header.at).filter(|(column, at)| at.is_none() && !column.optional);
    problems.missing = needed.map(|(column, _)| column.header.clone()).collect();
    if problems.any() {
        return Err(IntakeError::Header { mapping: source.name.clone(), problems });
    }
    Ok(header)
}

impl Header {
    /// The columns that the file has, in the order of the mapping, with their places in the file.
    pub(crate) fn columns<'a>(&'a self, source: &'a Source) -> impl Iterator<Item = (&'a SourceColumn, usize)> {
        source.columns.iter().zip(&self.at).filter_map(|(column, at)| Some((column, (*at)?)))
    }
}

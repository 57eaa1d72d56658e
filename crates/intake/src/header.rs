//! Compares the first row of a file with the columns of its mapping, before any row is read.

use panoh_dictionary::{Does, Source, SourceColumn};

use crate::error::{ColumnName, HeaderProblems, IntakeError};

/// A header that fits its mapping.
#[derive(Debug)]
pub(crate) struct Header {
    /// The columns of the file as it names them; each name stands in the mapping.
    pub(crate) names: Vec<String>,
    /// For each column of the file, the place of its column in the mapping.
    pub(crate) mapped: Vec<usize>,
    /// For each column of the mapping, its place in the file; none for optional columns that the file lacks.
    pub(crate) at: Vec<Option<usize>>,
}

/// Looks up every column of a file. All problems are reported at once; a file without any known column is taken for one
/// without a header, and none of its cells is shown.
///
/// A row of people may be glued to the header: by a lost line end, or by the lone carriage returns of old programs. The
/// column at the seam is then missing, so names of unknown columns are shown only when every column of the mapping, the
/// optional ones too, is there. Otherwise their places are.
///
/// Spreadsheets leave several columns without a name. They are no column twice when the mapping reads over them.
pub(crate) fn fit(names: &[String], source: &Source) -> Result<Header, IntakeError> {
    let mut header = Header { names: Vec::new(), mapped: Vec::new(), at: vec![None; source.columns.len()] };
    let mut problems = HeaderProblems::default();
    for (place, name) in names.iter().enumerate() {
        let known =
            source.column(name).and_then(|column| source.columns.iter().position(|c| c.header == column.header));
        match known {
            None => problems.unknown.push(ColumnName::new(place + 1, name.trim())),
            Some(known) if header.at[known].is_some() && !is_read_over(name, &source.columns[known]) => {
                problems.doubled.push(source.columns[known].header.clone());
            }
            Some(known) => {
                header.names.push(shown(name).to_owned());
                header.at[known].get_or_insert(place);
                header.mapped.push(known);
            }
        }
    }
    if header.mapped.is_empty() {
        return Err(IntakeError::NoHeader { columns: names.len(), mapping: source.name.clone() });
    }
    let needed = source.columns.iter().zip(&header.at).filter(|(column, at)| at.is_none() && !column.optional);
    problems.missing = needed.map(|(column, _)| column.header.clone()).collect();
    if header.at.contains(&None) || problems.unknown.len() >= header.mapped.len() {
        problems.hide_names();
    }
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

fn is_read_over(name: &str, column: &SourceColumn) -> bool {
    shown(name).is_empty() && matches!(column.does, Does::Ignore { .. } | Does::Drop { .. })
}

/// The name without what spreadsheets put around it.
fn shown(name: &str) -> &str {
    name.trim_start_matches('\u{feff}').trim()
}

#[cfg(test)]
mod tests {
    use panoh_dictionary::Dictionary;

    use super::*;

    fn problems(header: &[&str]) -> String {
        let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
        let source = dictionary.source("mission-en").expect("the mapping exists");
        let names: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        fit(&names, source).expect_err("the header does not fit").to_string()
    }

    fn columns() -> Vec<String> {
        let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
        let source = dictionary.source("mission-en").expect("the mapping exists");
        source.columns.iter().map(|column| column.header.clone()).collect()
    }

    #[test]
    fn an_unknown_column_beside_a_whole_mapping_is_named() {
        let columns = columns();
        let mut header: Vec<&str> = columns.iter().map(String::as_str).collect();
        header.push("shoe size");
        assert!(problems(&header).contains("`shoe size`"));
    }

    #[test]
    fn columns_without_a_name_may_be_several_when_the_mapping_reads_over_them() {
        let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
        let template = dictionary.source("htcds-spreadsheet").expect("the mapping exists");
        let mut names: Vec<String> = template.columns.iter().map(|column| column.header.clone()).collect();
        names.push(" ".to_owned());
        let header = fit(&names, template).expect("two columns without a name");
        assert_eq!((header.mapped.first(), header.at[0], header.mapped.last()), (Some(&0), Some(0), Some(&0)));
        names.push("Consent".to_owned());
        assert!(fit(&names, template).expect_err("a column twice").to_string().contains("Consent"));
        let nameless: Vec<String> = columns().into_iter().chain([String::new()]).collect();
        let nameless: Vec<&str> = nameless.iter().map(String::as_str).collect();
        assert!(!problems(&nameless).is_empty(), "a mapping that does not know of it refuses it");
    }

    #[test]
    fn columns_are_called_as_the_file_calls_them() {
        let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
        let source = dictionary.source("activities").expect("the mapping exists");
        let names: Vec<String> = source
            .columns
            .iter()
            .map(|column| column.also.last().map_or_else(|| column.header.clone(), |name| format!("\u{feff}{name} ")))
            .collect();
        let header = fit(&names, source).expect("the English names are in the mapping");
        assert_eq!(header.names[..3], ["No", "Topic", "Channels"]);
    }

    /// A lost line end glues the first person to the last column name.
    #[test]
    fn a_person_glued_to_the_header_is_not_shown() {
        let columns = columns();
        let mut header: Vec<&str> = columns.iter().map(String::as_str).collect();
        header.pop();
        header.extend(["storyC-1", "Зулфия", "Раҳмонова", "+992 66 762 99 65"]);
        let said = problems(&header);
        for cell in ["Зулфия", "Раҳмонова", "762", "storyC"] {
            assert!(!said.contains(cell), "a cell is shown");
        }
        assert!(said.contains("number"), "places are shown: {said}");
    }
}

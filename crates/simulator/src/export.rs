//! Writes the files of a scenario: one CSV a list, the truth beside them, and a note that says what they are.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use crate::entry::List;
use crate::error::SimulatorError;
use crate::plan::{Plan, Row};
use crate::scenario::Scenario;
use crate::truth::{Counts, FileTruth, Truth};

/// Writes `synthetic-*.csv`, `truth.csv` and `README.txt` into a folder, which is made when it is not there, and
/// returns what was planted. The same scenario gives the same bytes. Memory does not grow with the scenario.
pub fn write(scenario: &Scenario, dir: &Path) -> Result<Truth, SimulatorError> {
    let plan = Plan::new(scenario)?;
    std::fs::create_dir_all(dir).map_err(|source| SimulatorError::Write { path: dir.to_owned(), source })?;
    let mut truth = Truth::new(plan.clone(), List::ALL.map(|list| (list, dir.join(list.file_name()))).into_iter());
    let mut files = List::ALL
        .map(|list| Table::create(dir.join(list.file_name()), plan.layout(list).header()))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let mut key = Table::create(dir.join("truth.csv"), &TRUTH_HEADER)?;
    for rows in plan.rows_by_person() {
        let rows = rows?;
        for row in &rows {
            files[row.list as usize].write(&row.cells)?;
            key.write(&truth_cells(row))?;
        }
        truth.count(&rows);
    }
    for table in files.into_iter().chain([key]) {
        table.finish()?;
    }
    let path = dir.join("README.txt");
    std::fs::write(&path, readme(&truth)).map_err(|source| SimulatorError::Write { path, source })?;
    Ok(truth)
}

const TRUTH_HEADER: [&str; 6] = ["record", "file", "line", "person", "variant", "refused"];

fn truth_cells(row: &Row) -> [String; TRUTH_HEADER.len()] {
    [
        row.record.clone(),
        row.list.file_name(),
        row.line.to_string(),
        row.person.to_string(),
        row.variant.clone(),
        row.defect.map_or("", crate::Defect::name).to_owned(),
    ]
}

/// A CSV file that is being written.
pub(crate) struct Table {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl Table {
    pub(crate) fn create(path: PathBuf, header: &[&str]) -> Result<Self, SimulatorError> {
        let file = match File::create(&path) {
            Ok(file) => BufWriter::with_capacity(1 << 18, file),
            Err(source) => return Err(SimulatorError::Write { path, source }),
        };
        let mut table = Self { path, writer: csv::Writer::from_writer(file) };
        table.write(header)?;
        Ok(table)
    }

    pub(crate) fn write(&mut self, cells: &[impl AsRef<[u8]>]) -> Result<(), SimulatorError> {
        let written = self.writer.write_record(cells);
        written.map_err(|source| SimulatorError::Record { path: self.path.clone(), source })
    }

    pub(crate) fn finish(mut self) -> Result<(), SimulatorError> {
        self.writer.flush().map_err(|source| SimulatorError::Write { path: self.path, source })
    }
}

fn readme(truth: &Truth) -> String {
    let Scenario { seed, from_year, to_year, .. } = truth.scenario;
    let Counts { persons, persons_in_several_lists: several, .. } = truth.counts;
    let file_line = |file: &FileTruth| {
        let FileTruth { list, rows, refused, .. } = file;
        format!("{}: {rows} rows, {refused} of them must be refused (mapping {})", list.file_name(), list.source())
    };
    let files: Vec<String> = truth.files.iter().map(file_line).collect();
    format!(
        "Synthetic exports. No person in these files is real: names, dates, document and phone numbers were drawn at\n\
         random, and any likeness is chance. Made for trying and testing Panoh.\n\n\
         seed {seed}, {persons} persons first registered in {from_year} to {to_year}, {several} of them in several \
         lists\n\n{}\ntruth.csv: for each row the person behind it and how the name was spelled; for tests only\n",
        files.join("\n")
    )
}

//! The defects that real exports were seen to have: for each a file, a mapping and the stated outcome. What a mapping
//! declares is mended and counted; everything else is refused at its place.

mod cells;
mod files;

use std::path::Path;

use super::fixture::{DICTIONARY, Loaded, cell, load_path};
use crate::{Language, Mend};

/// One defect, its file and what comes of it.
struct Defect {
    /// Name of the file in `tests/fixtures/defects`; it begins with the number of the defect.
    file: &'static str,
    /// What the mapping says beside its name and title.
    mapping: &'static str,
    /// Columns that are compared.
    columns: &'static str,
    /// The rows that are loaded, then the rejections as `line column rule`.
    outcome: &'static [&'static str],
    mended: &'static [(Mend, u64)],
    noted: &'static [(&'static str, u64)],
    /// Rows left out because they are empty, or totals.
    left_out: (u64, u64),
}

const PLAIN: Defect =
    Defect { file: "", mapping: "", columns: "", outcome: &[], mended: &[], noted: &[], left_out: (0, 0) };

fn all() -> impl Iterator<Item = &'static Defect> {
    cells::DEFECTS.iter().chain(files::DEFECTS)
}

impl Defect {
    fn load(&self) -> Loaded {
        let text = format!("name = \"defect\"\ntitle = \"A file with one defect\"\n{}", self.mapping);
        let source = DICTIONARY.parse_source("defect.toml", &text);
        let source = source.unwrap_or_else(|error| panic!("{}: {error}", self.file));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/defects");
        load_path(&folder.join(self.file), &source).unwrap_or_else(|error| panic!("{}: {error}", self.file))
    }
}

#[test]
fn every_defect_is_mended_and_counted_or_refused_at_its_place() {
    let mut wrong = Vec::new();
    for defect in all() {
        let loaded = defect.load();
        let noted: Vec<_> = loaded.tally.noted.iter().map(|(note, rows)| (note.as_str(), *rows)).collect();
        let left_out = (loaded.tally.empty_rows, loaded.tally.total_rows);
        let found = format!("{:?} {:?} {noted:?} {left_out:?}", loaded.shown(defect.columns), loaded.mended());
        let Defect { outcome, mended, noted, left_out, .. } = defect;
        let stated = format!("{outcome:?} {mended:?} {noted:?} {left_out:?}");
        if found != stated {
            wrong.push(format!("{}\n  stated {stated}\n  found  {found}", defect.file));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_nineteen_defects_have_a_file() {
    for number in 1..=19 {
        let file = format!("{number:02}-");
        assert!(all().any(|defect| defect.file.starts_with(&file)), "defect {number}");
    }
}

/// Equal rows are different people: each has a record and a person of its own.
#[test]
fn no_two_rows_of_a_file_are_one_record() {
    for defect in all() {
        let loaded = defect.load();
        let rows = loaded.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        let mut records: Vec<_> = rows.map(|(batch, row)| cell(batch, "record", row)).collect();
        let count = records.len();
        records.sort_unstable();
        records.dedup();
        assert_eq!(records.len(), count, "{}", defect.file);
    }
}

#[test]
fn no_text_of_a_defective_file_leaves_intake() {
    for defect in all() {
        let loaded = defect.load();
        let mut said = format!("{:?} {:?} {:?}", loaded.batches, loaded.people, loaded.rejections);
        for language in Language::ALL {
            for rejection in &loaded.rejections {
                said += &serde_json::to_string(&rejection.written(language)).expect("plain data");
            }
        }
        for planted in ["Шарипов", "Зулфия", "Ҷамшед", "Rustam", "Khujand", "+992", "story"] {
            assert!(!said.contains(planted), "{}: {planted}", defect.file);
        }
    }
}

#[test]
fn rejections_tell_their_column_as_spreadsheets_do() {
    let defect = all().find(|defect| defect.file == "15-dates.csv").expect("it is there");
    let loaded = defect.load();
    let places: Vec<_> = loaded.rejections.iter().map(|said| said.place_text(Language::En)).collect();
    assert_eq!(places[..2], ["line 9, column B", "line 10, column B"]);
}

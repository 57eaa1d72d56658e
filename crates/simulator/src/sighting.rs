//! What the lists say about who a person is, without the files around it: for holding a linker against the truth.

use std::fmt;

use jiff::civil::Date;

use crate::entry::{Entry, List};
use crate::error::SimulatorError;
use crate::plan::Plan;
use crate::scenario::Scenario;

/// One row as a linker sees it, and the truth about it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Number of the person behind the row.
    pub person: u64,
    /// The list that the row stands in.
    pub list: List,
    /// How the name was spelled and what went wrong: `style+change+change`, as in `truth.csv`.
    pub variant: String,
    /// The whole name in one cell, in lists that have such a column.
    pub full_name: Option<String>,
    /// Given name, in lists that have a column for it.
    pub given_name: Option<String>,
    /// Family name, in lists that have a column for it.
    pub family_name: Option<String>,
    /// Year, month and day of birth.
    pub birth: Option<(i16, i8, i8)>,
    /// Document number as written.
    pub document: Option<String>,
    /// Whether the person is recorded as a woman; none when not recorded, or as neither.
    pub is_woman: Option<bool>,
}

impl Sighting {
    pub(crate) fn of(entry: &Entry<'_>) -> Sighting {
        let in_one_cell = entry.list == List::NgoAssistance;
        let column = |name: &String| (!in_one_cell).then(|| name.clone());
        let date = |date: Date| (date.year(), date.month(), date.day());
        Sighting {
            person: entry.person.number,
            list: entry.list,
            variant: entry.spelling.to_string(),
            full_name: in_one_cell.then(|| entry.name.in_one_cell()),
            given_name: column(&entry.name.given),
            family_name: column(&entry.name.family),
            birth: entry.birth.map(date),
            document: entry.document.clone(),
            is_woman: entry.gender.and_then(|gender| match gender {
                "woman" => Some(true),
                "man" => Some(false),
                _ => None,
            }),
        }
    }
}

impl fmt::Debug for Sighting {
    /// The truth and no cell: a failing test must not become the leak that it looks for.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Sighting(person {}, {:?}, {})", self.person, self.list, self.variant)
    }
}

/// All rows of a scenario, list by list in the order in which the lists are meant to be loaded. Rows that must be refused
/// are not among them.
pub fn sightings(scenario: &Scenario) -> Result<Vec<Sighting>, SimulatorError> {
    let mut all = Vec::new();
    for rows in Plan::new(scenario)?.rows_by_person() {
        all.extend(rows?.into_iter().filter(|row| row.defect.is_none()).map(|row| row.sighting));
    }
    // Stable: within a list, the order of the file.
    all.sort_by_key(|sighting| sighting.list);
    Ok(all)
}

//! What a load did, in numbers and names of rules; nothing in it says anything about one person.

use std::collections::BTreeMap;

use panoh_identity::{Cohort, Grounds, How, LinkRule};
use panoh_intake::{Language, Rejection, Tally};
use panoh_warehouse::Brought;
use serde::Serialize;

/// How many of the worst places a report names, and how many examples of each.
const WORST: usize = 10;
const EXAMPLES: usize = 3;

/// What became of one export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadReport {
    /// Name of the mapping.
    pub source: String,
    /// The table that the rows went to.
    pub table: String,
    /// The load's short id, 16 hexadecimal digits.
    pub load: String,
    /// What happened.
    pub outcome: Outcome,
    /// Rows in the file; header, empty rows and rows of totals are not counted.
    pub rows_read: u64,
    /// Rows that held nothing, left out.
    pub empty_rows: u64,
    /// Rows of totals, left out.
    pub total_rows: u64,
    /// Sheets of the workbook that people see, that hold cells and were not read.
    pub other_sheets: u64,
    /// Rows that are in the table now (in a dry run: would be).
    pub loaded: u64,
    /// Rows that were refused.
    pub refused: u64,
    /// Rows about persons who were erased: read, not refused, and left out.
    pub left_out_erased: u64,
    /// Rows of earlier loads of this source that rows of this one replaced.
    pub replaced: u64,
    /// Rows of earlier loads of this source that were taken out because the row of the same record is now refused for want
    /// of consent or legal basis (in a dry run: would be).
    pub withdrawn: u64,
    /// Rows of earlier loads of this source that stay although the row of the same record was refused: they say what an
    /// earlier export said.
    pub outdated: u64,
    /// Of a file that was loaded before: its rows in whose place rows of a later load stand now.
    pub replaced_since: u64,
    /// Of a file some of whose rows were replaced since: its rows that are still in the table.
    pub still_there: u64,
    /// Of a file that was loaded before: its rows that were refused then, and are not in the table.
    pub refused_before: u64,
    /// Rows that made a person known. With `persons_known` and `persons_unlinked` this sums to `loaded`.
    pub persons_new: u64,
    /// Rows about a person known before, from an earlier load or an earlier row of this file.
    pub persons_known: u64,
    /// Rows that say too little to link them; each counts as one person.
    pub persons_unlinked: u64,
    /// Of the known: rows that showed that two persons are one.
    pub merged: u64,
    /// Of the known: rows whose link keys stand for two persons that cannot be one. The stronger rule decided and nothing
    /// was merged.
    pub ambiguous: u64,
    /// Of the known: rows with an earlier year than the cohort of a person whom an earlier load made known. The cohort
    /// stays.
    pub earlier_registrations: u64,
    /// What the rows that are in had to be linked by.
    pub linkable: Linkable,
    /// Rows about known persons by the rule that linked them.
    pub linked_by_rule: BTreeMap<&'static str, u64>,
    /// Rejections by the rule that was broken; a row may have several.
    pub refused_by_rule: BTreeMap<&'static str, u64>,
    /// Cells that a declared rule mended, by rule; of loaded rows only.
    pub mended_by_rule: BTreeMap<&'static str, u64>,
    /// Rows that the mapping wanted noted, by its condition.
    pub noted: BTreeMap<String, u64>,
    /// The ten combinations of rule and column with the most rejections, the worst first.
    pub worst: Vec<Worst>,
    /// Version of the table that first holds the rows; none when nothing was committed.
    pub version: Option<u64>,
    /// Name of the report of refused rows in the folder for rejections; none when no row was refused.
    pub rejections: Option<String>,
}

/// What rows had to be linked by, whether anybody was found or not. The first four sum to the rows loaded into a table
/// about persons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Linkable {
    /// Rows with the number of a document, and with a name and enough of the birth date.
    pub by_document_and_name: u64,
    /// Rows with the number of a document alone.
    pub by_document: u64,
    /// Rows with a name and enough of the birth date alone.
    pub by_name: u64,
    /// Rows with neither: each counts as one person.
    pub by_nothing: u64,
    /// What rows lacked that would have linked them, or linked them better, by its name. A row may lack several.
    pub lacking: BTreeMap<&'static str, Lacking>,
}

/// Rows that lack one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Lacking {
    /// All of them.
    pub rows: u64,
    /// Those among them that nothing links.
    pub by_nothing: u64,
}

/// Rejections that break one rule in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Worst {
    /// The rule.
    pub rule: &'static str,
    /// Header of the column; none when whole rows are meant.
    pub column: Option<String>,
    /// How many there are.
    pub count: u64,
    /// Where the first of them are, in the language of the report.
    pub first: Vec<String>,
}

/// What happened to an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The accepted rows are in the table.
    Loaded,
    /// The same file was loaded before; nothing was changed.
    AlreadyLoaded,
    /// The same file was loaded before, and a later load replaced some of its rows or all; nothing was changed. To bring
    /// them back unasked would undo what somebody corrected.
    ReplacedSince,
    /// Every row was refused; nothing was changed.
    RefusedWhole,
    /// No row was loaded, and rows of earlier loads were taken out because consent is no longer given.
    Withdrawn,
    /// The file has a header and no rows; nothing was changed.
    NoRows,
    /// Every row that was not refused is about a person who was erased; nothing was changed.
    LeftOut,
    /// The load was tried and nothing was kept, as asked.
    DryRun,
}

impl Outcome {
    /// Whether the load changes the table.
    pub(crate) fn is_commit(self) -> bool {
        matches!(self, Self::Loaded | Self::Withdrawn)
    }
}

impl LoadReport {
    /// A report of a load that has read nothing yet.
    pub(crate) fn new(source: &str, table: &str, load: String) -> LoadReport {
        LoadReport {
            source: source.to_owned(),
            table: table.to_owned(),
            load,
            outcome: Outcome::AlreadyLoaded,
            rows_read: 0,
            empty_rows: 0,
            total_rows: 0,
            other_sheets: 0,
            loaded: 0,
            refused: 0,
            left_out_erased: 0,
            replaced: 0,
            withdrawn: 0,
            outdated: 0,
            replaced_since: 0,
            still_there: 0,
            refused_before: 0,
            persons_new: 0,
            persons_known: 0,
            persons_unlinked: 0,
            merged: 0,
            ambiguous: 0,
            earlier_registrations: 0,
            linkable: Linkable::default(),
            linked_by_rule: BTreeMap::new(),
            refused_by_rule: BTreeMap::new(),
            mended_by_rule: BTreeMap::new(),
            noted: BTreeMap::new(),
            worst: Vec::new(),
            version: None,
            rejections: None,
        }
    }

    /// The report with nothing but the outcome, for a load that changed nothing after all.
    pub(crate) fn already_loaded(&self) -> LoadReport {
        LoadReport::new(&self.source, &self.table, self.load.clone())
    }

    /// The report of a load that changed nothing because the file was loaded before, with what became of its rows since.
    pub(crate) fn loaded_before(self, rows: Brought) -> LoadReport {
        match rows {
            Brought { by_others: 0, .. } => self.already_loaded(),
            Brought { by_load, by_others } => LoadReport {
                outcome: Outcome::ReplacedSince,
                replaced_since: by_others,
                still_there: by_load,
                ..self.already_loaded()
            },
        }
    }

    /// Counts a row that was brought together with a person. A row about an erased person is counted when it is left out.
    pub(crate) fn count_linked(&mut self, how: How) {
        match how {
            How::Erased => {}
            How::New => self.persons_new += 1,
            How::Known(rule) => self.count_known(rule),
            How::Merged(rule) => {
                self.merged += 1;
                self.count_known(rule);
            }
            How::Ambiguous(rule) => {
                self.ambiguous += 1;
                self.count_known(rule);
            }
        }
    }

    /// Counts a row whose person belongs to another cohort than the row's year says, when the row's comes first.
    pub(crate) fn count_cohort(&mut self, row: Cohort, person: Cohort) {
        self.earlier_registrations += u64::from(is_earlier(row, person));
    }

    /// Counts what intake mended, noted and left out.
    pub(crate) fn count_tally(&mut self, tally: &Tally) {
        self.empty_rows += tally.empty_rows;
        self.total_rows += tally.total_rows;
        for (mend, count) in &tally.mended {
            *self.mended_by_rule.entry(mend.id()).or_default() += count;
        }
        for (note, count) in &tally.noted {
            *self.noted.entry(note.clone()).or_default() += count;
        }
    }

    fn count_known(&mut self, rule: LinkRule) {
        self.persons_known += 1;
        *self.linked_by_rule.entry(rule.name()).or_default() += 1;
    }
}

impl Linkable {
    /// Counts a row.
    pub(crate) fn count(&mut self, grounds: Grounds) {
        let place = match (grounds.by_document, grounds.by_name) {
            (true, true) => &mut self.by_document_and_name,
            (true, false) => &mut self.by_document,
            (false, true) => &mut self.by_name,
            (false, false) => &mut self.by_nothing,
        };
        *place += 1;
        for lack in grounds.lacks() {
            let lacking = self.lacking.entry(lack.name()).or_default();
            lacking.rows += 1;
            lacking.by_nothing += u64::from(grounds.is_nothing());
        }
    }
}

/// How many rejections there are, and where the first are.
type Seen = (u64, Vec<String>);

/// Rejections by rule and column, in the making.
#[derive(Debug)]
pub(crate) struct Places {
    language: Language,
    found: BTreeMap<(&'static str, Option<String>), Seen>,
}

impl Places {
    /// Nothing yet. Places will be told in the language.
    pub(crate) fn new(language: Language) -> Places {
        Places { language, found: BTreeMap::new() }
    }

    /// Counts rejections.
    pub(crate) fn count(&mut self, rejections: &[Rejection]) {
        for rejection in rejections {
            let (count, first) = self.found.entry((rejection.rule.id(), rejection.column.clone())).or_default();
            *count += 1;
            if first.len() < EXAMPLES {
                first.push(rejection.place_text(self.language));
            }
        }
    }

    /// Puts the numbers into the report.
    pub(crate) fn tell(self, report: &mut LoadReport) {
        let mut worst = Vec::with_capacity(self.found.len());
        for ((rule, column), (count, first)) in self.found {
            *report.refused_by_rule.entry(rule).or_default() += count;
            worst.push(Worst { rule, column, count, first });
        }
        // Stable: of equally many, by the names of rule and column.
        worst.sort_by_key(|place| std::cmp::Reverse(place.count));
        worst.truncate(WORST);
        report.worst = worst;
    }
}

/// Whether both are years and the row's comes first. A person without a year stays without one.
fn is_earlier(row: Cohort, person: Cohort) -> bool {
    row.year().zip(person.year()).is_some_and(|(row, person)| row < person)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_about_persons_are_counted_by_how_they_were_linked() {
        let mut report = LoadReport::new("htcds", "cases", "0123456789abcdef".into());
        for how in [
            How::New,
            How::Known(LinkRule::Document),
            How::Merged(LinkRule::TwoNames),
            How::Ambiguous(LinkRule::Document),
            How::Known(LinkRule::Document),
        ] {
            report.count_linked(how);
        }
        for (row, person) in
            [("2018", "2018"), ("2019", "2018"), ("2017", "2018"), ("no_year", "2018"), ("2018", "no_year")]
        {
            report.count_cohort(row.into(), person.into());
        }
        report.count_linked(How::Erased);
        assert_eq!((report.persons_new, report.persons_known, report.ambiguous, report.merged), (1, 4, 1, 1));
        assert_eq!(report.earlier_registrations, 1);
        assert_eq!(report.linked_by_rule, BTreeMap::from([("document", 3), (LinkRule::TwoNames.name(), 1)]));
    }

    #[test]
    fn the_report_is_plain_json() {
        let report = LoadReport::new("htcds", "cases", "0123456789abcdef".into());
        let json = serde_json::to_value(&report).expect("plain data");
        assert_eq!(json["outcome"], "already_loaded");
        assert_eq!(json["version"], serde_json::Value::Null);
        assert_eq!(report.already_loaded(), report);
    }
}

//! What a load did, in numbers and names of rules; nothing in it says anything about one person.

use std::collections::BTreeMap;

use panoh_identity::{How, LinkRule};
use panoh_intake::Rejection;
use serde::Serialize;

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
    /// Rows in the file, the header not counted.
    pub rows_read: u64,
    /// Rows that are in the table now (in a dry run: would be).
    pub loaded: u64,
    /// Rows that were refused.
    pub refused: u64,
    /// Rows that made a person known. With `persons_known` and `persons_unlinked` this sums to `loaded`.
    pub persons_new: u64,
    /// Rows about a person known before, from an earlier load or an earlier row of this file.
    pub persons_known: u64,
    /// Rows that say too little to link them; each counts as one person.
    pub persons_unlinked: u64,
    /// Of the known: rows whose link keys stand for two persons. The stronger rule decided and nothing was merged.
    pub ambiguous: u64,
    /// Of the known: rows with an earlier year than the cohort of a person whom an earlier load made known. The cohort
    /// stays.
    pub earlier_registrations: u64,
    /// Rows about known persons by the rule that linked them.
    pub linked_by_rule: BTreeMap<&'static str, u64>,
    /// Rejections by the rule that was broken; a row may have several.
    pub refused_by_rule: BTreeMap<&'static str, u64>,
    /// Version of the table that first holds the rows; none when nothing was committed.
    pub version: Option<u64>,
    /// Name of the report of refused rows in the folder for rejections; none when no row was refused.
    pub rejections: Option<String>,
}

/// What happened to an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The accepted rows are in the table.
    Loaded,
    /// The same file was loaded before; nothing was changed.
    AlreadyLoaded,
    /// Every row was refused; nothing was changed.
    RefusedWhole,
    /// The file has a header and no rows; nothing was changed.
    NoRows,
    /// The load was tried and nothing was kept, as asked.
    DryRun,
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
            loaded: 0,
            refused: 0,
            persons_new: 0,
            persons_known: 0,
            persons_unlinked: 0,
            ambiguous: 0,
            earlier_registrations: 0,
            linked_by_rule: BTreeMap::new(),
            refused_by_rule: BTreeMap::new(),
            version: None,
            rejections: None,
        }
    }

    /// The report with nothing but the outcome, for a load that changed nothing after all.
    pub(crate) fn already_loaded(&self) -> LoadReport {
        LoadReport::new(&self.source, &self.table, self.load.clone())
    }

    /// Counts a row that was brought together with a person.
    pub(crate) fn count_linked(&mut self, how: How) {
        match how {
            How::New => self.persons_new += 1,
            How::Known(rule) => self.count_known(rule),
            How::Ambiguous(rule) => {
                self.ambiguous += 1;
                self.count_known(rule);
            }
        }
    }

    /// Counts a row whose person belongs to another cohort than the row's year says, when the row's comes first.
    pub(crate) fn count_cohort(&mut self, row: &str, person: &str) {
        self.earlier_registrations += u64::from(is_earlier(row, person));
    }

    /// Counts rejections.
    pub(crate) fn count_rejections(&mut self, rejections: &[Rejection]) {
        for rejection in rejections {
            *self.refused_by_rule.entry(rejection.rule.id()).or_default() += 1;
        }
    }

    fn count_known(&mut self, rule: LinkRule) {
        self.persons_known += 1;
        *self.linked_by_rule.entry(rule.name()).or_default() += 1;
    }
}

/// Whether both are years and the row's comes first. A person without a year stays without one.
fn is_earlier(row: &str, person: &str) -> bool {
    let year = |cohort: &str| cohort.parse::<i16>().ok();
    year(row).zip(year(person)).is_some_and(|(row, person)| row < person)
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
            How::Known(LinkRule::NameBirthSex),
            How::Ambiguous(LinkRule::Document),
            How::Known(LinkRule::Document),
        ] {
            report.count_linked(how);
        }
        for (row, person) in
            [("2018", "2018"), ("2019", "2018"), ("2017", "2018"), ("no_year", "2018"), ("2018", "no_year")]
        {
            report.count_cohort(row, person);
        }
        assert_eq!((report.persons_new, report.persons_known, report.ambiguous), (1, 4, 1));
        assert_eq!(report.earlier_registrations, 1);
        assert_eq!(report.linked_by_rule, BTreeMap::from([("document", 3), ("name_birth_sex", 1)]));
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

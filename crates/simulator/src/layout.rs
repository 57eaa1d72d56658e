//! How each list writes what it knows: its header, its words for codes, and which of its cells identify somebody. The
//! words in `words/` are the organisations' own; that the engine's mappings read them rightly is for tests to show.

mod htcds;
mod mission_en;
mod ngo_assistance;

use panoh_dictionary::Dictionary;

use crate::defect::Defect;
use crate::entry::{Entry, List};
use crate::error::SimulatorError;
use crate::words::Words;

/// One list's way of writing rows.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    list: List,
    words: Words,
}

/// A raw string in a file that identifies a made-up person and must not be found anywhere outside of the exports.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planted {
    /// What the string is.
    pub kind: PlantedKind,
    /// The string, exactly as in the file.
    pub text: String,
}

/// What a planted string is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlantedKind {
    /// A full name, or one of its parts of at least six letters.
    Name,
    /// A passport or other document number.
    Document,
    /// A phone number.
    Phone,
    /// A date of birth; a day that is no secret may be written the same.
    BirthDate,
    /// The list's own case number.
    Record,
    /// A whole free text with a name and a phone number in it.
    Note,
}

impl std::fmt::Debug for Planted {
    /// The kind alone: a failing test must not become the leak that it looks for.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Planted({:?})", self.kind)
    }
}

impl Layout {
    /// Reads the words of a list and checks their codes against the dictionary.
    pub(crate) fn new(list: List, dictionary: &Dictionary) -> Result<Self, SimulatorError> {
        let (table, text) = match list {
            List::NgoAssistance => ("words/ngo-assistance.csv", include_str!("../words/ngo-assistance.csv")),
            List::MissionEn => ("words/mission-en.csv", include_str!("../words/mission-en.csv")),
            List::Htcds => ("words/htcds.csv", include_str!("../words/htcds.csv")),
        };
        let words = Words::read(table, text, dictionary)?;
        Ok(Self { list, words })
    }

    /// The header row.
    pub(crate) fn header(&self) -> &'static [&'static str] {
        match self.list {
            List::NgoAssistance => &ngo_assistance::HEADER,
            List::MissionEn => &mission_en::HEADER,
            List::Htcds => &htcds::HEADER,
        }
    }

    /// The case number of the `count`th row. It says that it is synthetic.
    pub(crate) fn record(&self, count: u64) -> String {
        let prefix = match self.list {
            List::NgoAssistance => "SYN-NGO",
            List::MissionEn => "SYN-MIS",
            List::Htcds => "SYN-HTC",
        };
        format!("{prefix}-{count:07}")
    }

    /// The cells of a row, in the order of the header.
    pub(crate) fn cells(&self, entry: &Entry<'_>, record: &str) -> Vec<String> {
        match self.list {
            List::NgoAssistance => ngo_assistance::cells(self, entry, record).to_vec(),
            List::MissionEn => mission_en::cells(self, entry, record).to_vec(),
            List::Htcds => htcds::cells(self, entry, record).to_vec(),
        }
    }

    /// The identifying strings among a row's cells.
    pub(crate) fn planted(&self, entry: &Entry<'_>, record: &str, cells: &[String]) -> Vec<Planted> {
        let columns: &[(&str, PlantedKind)] = match self.list {
            List::NgoAssistance => &ngo_assistance::PLANTED,
            List::MissionEn => &mission_en::PLANTED,
            List::Htcds => &htcds::PLANTED,
        };
        let cell = |header: &str| self.header().iter().position(|name| *name == header).map(|at| &cells[at]);
        let mut planted = Vec::new();
        for (header, kind) in columns {
            planted.extend(cell(header).map(|text| Planted { kind: *kind, text: text.clone() }));
        }
        planted.push(Planted { kind: PlantedKind::Record, text: record.to_owned() });
        planted.push(Planted { kind: PlantedKind::Phone, text: entry.person.phone.clone() });
        let parts = [&entry.name.given, &entry.name.family].into_iter().chain(&entry.name.father);
        planted.extend(parts.map(|text| Planted { kind: PlantedKind::Name, text: text.clone() }));
        // Shorter names occur inside of ordinary words.
        planted.retain(|planted| match planted.kind {
            PlantedKind::Name => planted.text.chars().count() >= 6,
            _ => !planted.text.is_empty(),
        });
        planted
    }

    /// The column and the text that make a row break one rule.
    pub(crate) fn spoiled(&self, defect: Defect) -> (&'static str, &'static str) {
        match self.list {
            List::NgoAssistance => ngo_assistance::spoiled(defect),
            List::MissionEn => mission_en::spoiled(defect),
            List::Htcds => htcds::spoiled(defect),
        }
    }

    /// The word for a code that the row records. A code without a word stays as it is, and the mapping will refuse it.
    fn word<'a>(&'a self, list: &str, code: &'a str, entry: &Entry<'_>) -> &'a str {
        self.words.get(list, code, entry.person.number).unwrap_or(code)
    }

    /// The word for a code that the row may not record.
    fn maybe<'a>(&'a self, list: &str, code: Option<&'a str>, entry: &Entry<'_>) -> &'a str {
        code.map_or("", |code| self.word(list, code, entry))
    }

    /// The words for several codes, joined by semicolons. Codes that the list has no word for are not recorded.
    fn joined(&self, list: &str, codes: &[&str], entry: &Entry<'_>) -> String {
        let words = codes.iter().filter_map(|code| self.words.get(list, code, entry.person.number));
        words.collect::<Vec<_>>().join(";")
    }
}

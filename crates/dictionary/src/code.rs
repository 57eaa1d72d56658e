//! Code lists: the closed vocabularies, their labels in three languages and their names in other standards.

use crate::read_words::Index;
use crate::words::{Accept, fold};

/// Names in the three languages of the interface. None is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
    /// Tajik, in Cyrillic letters.
    pub tg: String,
}

/// A standard whose words are written beside our codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standard {
    /// The k-anonymised data set of the Counter-Trafficking Data Collaborative, codebook of 2021.
    Ctdc,
    /// The Human Trafficking Case Data Standard 2.0.
    Htcds,
}

/// One closed vocabulary.
#[derive(Debug, Clone)]
pub struct CodeList {
    /// Name, lower snake case; the file is `codes/NAME.csv`.
    pub name: String,
    /// What the list is about.
    pub title: Labels,
    /// The list that the parents of these codes belong to; none when the codes have no parents.
    pub parent: Option<String>,
    /// The codes in the order of the file, which is the order in which people expect to read them.
    pub codes: Vec<Code>,
    // Folded word → the ways in which it is written, each with the position of its code.
    pub(crate) index: Index,
}

/// One code of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The code itself, unique in its list: lower snake case, ISO 3166-1 alpha-3 or ISO 3166-2.
    pub code: String,
    /// Names for people.
    pub labels: Labels,
    /// The code above it, in the list that [`CodeList::parent`] names.
    pub parent: Option<String>,
    /// Words of CTDC for it; the first is the one to write.
    pub ctdc: Vec<String>,
    /// Words of HTCDS for it; the first is the one to write.
    pub htcds: Vec<String>,
    /// Other exact spellings met in exports, such as the alpha-2 code of a country.
    pub aliases: Vec<String>,
    /// A standard's word says more or less than the code, so that going there and back loses something.
    pub lossy: bool,
    /// For codes that stand for ages: completed years, first and last, both included; no last means no upper end.
    pub ages: Option<(u8, Option<u8>)>,
}

impl Standard {
    /// The word for it in mappings and file headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ctdc => "ctdc",
            Self::Htcds => "htcds",
        }
    }
}

impl CodeList {
    /// The entry of a code, written exactly.
    pub fn code(&self, code: &str) -> Option<&Code> {
        self.by_word(&[Accept::Code], code).filter(|found| found.code == code)
    }

    /// The entry that a standard names so; blanks around and letter case do not matter.
    pub fn by_name(&self, standard: Standard, name: &str) -> Option<&Code> {
        let kind = match standard {
            Standard::Ctdc => Accept::Ctdc,
            Standard::Htcds => Accept::Htcds,
        };
        self.by_word(&[kind], name)
    }

    /// The entry that is written so in one of the accepted ways, tried in their order. See [`fold()`] for what does not
    /// matter.
    pub fn by_word(&self, accept: &[Accept], word: &str) -> Option<&Code> {
        let written = self.index.get(&fold(word))?;
        let (_, at) = accept.iter().find_map(|kind| written.iter().find(|(way, _)| way == kind))?;
        Some(&self.codes[*at])
    }

    /// The entry whose ages hold this number of completed years.
    pub fn by_age(&self, years: u8) -> Option<&Code> {
        self.codes
            .iter()
            .find(|code| code.ages.is_some_and(|(first, last)| first <= years && last.is_none_or(|last| years <= last)))
    }
}

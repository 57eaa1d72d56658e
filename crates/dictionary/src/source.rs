//! Source mappings: how the columns of one organisation's export become columns of a table.
//!
//! A mapping is data. Every construct below is declared in `sources/NAME.toml`, checked against the tables and code
//! lists when it is loaded, and carried out by intake as it stands.

use std::sync::Arc;

use crate::code::{CodeList, Standard};
use crate::date_format::DateFormat;
use crate::rules::{Days, Implies, Sums};
use crate::shape::FileShape;
use crate::words::{AbsenceWords, CodeWords};

/// The mapping of one kind of export file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Name, lower case with hyphens; the file is `sources/NAME.toml`. Stored in the column `source`.
    pub name: String,
    /// What the export is and who makes it.
    pub title: String,
    /// The table that the rows go to.
    pub table: String,
    /// The standard whose words the export uses.
    pub standard: Option<Standard>,
    /// How a file of this source is written. What does not arise in a format (a separator in a workbook, a sheet in a
    /// CSV file) is passed over.
    pub file: FileShape,
    /// Columns of the table that have one code in every row.
    pub constants: Vec<Constant>,
    /// The stops of the journey in their order; columns fill their parts in.
    pub places: Vec<SourcePlace>,
    /// Columns derived from the age at a date.
    pub age: Option<AgeFromBirth>,
    /// The columns of the export in the order of the mapping. An export column that is not here is refused by name.
    pub columns: Vec<SourceColumn>,
    /// Lengths of time between two dates of a row.
    pub days: Vec<Days>,
    /// Numbers of a row that must add up.
    pub sums: Vec<Sums>,
    /// Rules between two columns of the table, carried out in their order when everything else is filled in.
    pub implies: Vec<Implies>,
}

/// A column of the table with one code in every row of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// A column of kind `Code`.
    pub target: String,
    /// A code of its list.
    pub code: String,
}

/// One stop of the journey, or with a separator a run of stops. Its parts come from columns with [`Does::Place`].
///
/// A stop with neither country nor region is left out. A region without a country gives the country above it; a region
/// outside the country is an error of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePlace {
    /// Name inside the mapping.
    pub name: String,
    /// Code of `place_role`; none when a column gives it ([`PlacePart::Role`]).
    pub role: Option<String>,
    /// Code of `place_basis`.
    pub basis: String,
    /// Another basis for rows where a column of the table has a certain code.
    pub basis_when: Option<BasisWhen>,
    /// When declared, every part is split at it; all parts that are not empty must have equally many pieces, and each
    /// set of pieces is one stop.
    pub separator: Option<char>,
}

/// A basis that depends on another column of the same row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasisWhen {
    /// A column of the table of kind `Code`, for example `status`.
    pub column: String,
    /// Code of that column → code of `place_basis`.
    pub codes: Vec<(String, String)>,
}

/// Age in completed years at a date, made into codes whose lists declare ages.
#[derive(Debug, Clone)]
pub struct AgeFromBirth {
    /// Header of the column with [`Identity::BirthDate`].
    pub birth: String,
    /// Header of a column with [`Does::Date`] whose formats all have a day.
    pub at: String,
    /// The columns of kind `Code` to fill in. `missing` when one of the dates is missing, and `unknown` when the birth date
    /// is unknown or lacks day or month.
    pub targets: Vec<AgeTarget>,
}

/// A column that holds a code for an age.
#[derive(Debug, Clone)]
pub struct AgeTarget {
    /// A column of kind `Code`.
    pub target: String,
    /// Its list; [`CodeList::by_age`] covers every age from 0 to 255.
    pub list: Arc<CodeList>,
}

/// One column of the export.
#[derive(Debug, Clone)]
pub struct SourceColumn {
    /// The name in the header row. Compared exactly, after blanks around it and a byte-order mark are removed.
    pub header: String,
    /// Other names under which the same column is known.
    pub also: Vec<String>,
    /// Whether an export may lack the column; its targets are then missing.
    pub optional: bool,
    /// Whether an absent cell refuses the row. Never together with `optional`.
    pub required: bool,
    /// The words that mean that nothing is known, in this column. Always asked before the cell is read in another way.
    pub absence: AbsenceWords,
    /// What is done with a cell.
    pub does: Does,
}

/// What is done with the cells of a column.
#[derive(Debug, Clone)]
pub enum Does {
    /// Read over; the facts are elsewhere.
    Ignore {
        /// Why nothing is lost.
        reason: String,
    },
    /// Free text, contact data, anything that must never leave intake.
    Drop {
        /// What it holds.
        reason: String,
    },
    /// The row is refused when the cell holds one of the words.
    RefuseRow {
        /// Folded words, compared with [`crate::fold()`] of the cell.
        words: Vec<String>,
        /// Why such rows must not be loaded.
        reason: String,
    },
    /// Sealed for linking; never stored.
    Identity(Identity),
    /// A year in digits ("2018", also "2018.0") into a column of kind `Year`.
    Year {
        /// The column to fill in.
        target: String,
    },
    /// A date, made coarser. With neither year nor month it is read for [`Source::age`] or [`Source::days`] only.
    Date {
        /// A column of kind `Year`.
        year: Option<String>,
        /// A column of kind `Month`.
        month: Option<String>,
        /// Tried in their order.
        formats: Vec<DateFormat>,
    },
    /// An age in completed years into a column of kind `Code` whose list declares ages.
    Age(AgeTarget),
    /// One code.
    Code(CodeRule),
    /// Codes of a list column. Codes are collected over all source columns with the same target, each once, in the
    /// order of the mapping; codes of `absence` go when any other code is there.
    Codes {
        /// A column of kind `Codes`.
        target: String,
        /// Splits the cell; without it the cell is one word.
        separator: Option<char>,
        /// How a word becomes codes; [`CodeWords::each`] splits the cell and reads it.
        words: CodeWords,
    },
    /// Yes or no. Absent cells add nothing to a list column, and give their absence to a column of kind `Code`.
    Flag {
        /// A column of kind `Codes` or `Code`.
        target: String,
        /// Codes to add (or, one code, to set) when the cell is a true word.
        on: Vec<String>,
        /// The same for a false word.
        off: Vec<String>,
        /// Folded words for yes.
        true_words: Vec<String>,
        /// Folded words for no.
        false_words: Vec<String>,
    },
    /// Part of a stop of the journey.
    Place {
        /// Index into [`Source::places`].
        place: usize,
        /// Which part.
        part: PlacePart,
        /// How a word becomes a code of `place_role`, `country` or `region`.
        words: CodeWords,
    },
    /// A whole number that is not negative, also written with a decimal nought ("3.0").
    Count {
        /// A column of kind `Integer`.
        target: String,
        /// The column of the table that says why the number is NULL, where there is one.
        state: Option<String>,
        /// Signs between groups of three digits, read over. A blank stands for blanks of any kind.
        thousands: Vec<char>,
        /// A larger number refuses the row.
        largest: Option<i32>,
    },
    /// The row is refused unless the cell holds one of the words; so it is when the cell is blank.
    Consent {
        /// Folded words, compared with [`crate::fold()`] of the cell.
        words: Vec<String>,
    },
    /// A sender's number, stored as a keyed digest; NULL when absent.
    Reference(Reference),
    /// The same column once more: read as that one is, it fills in when that one is absent. When both say different things
    /// the row is refused.
    SameAs {
        /// [`SourceColumn::header`] of the first column; it is neither left out (`ignore`, `drop`) nor itself a second one.
        header: String,
    },
}

/// What a cell says about who the person is.
#[derive(Debug, Clone)]
pub enum Identity {
    /// Given, family and father's name in any order.
    FullName,
    /// Given name.
    GivenName,
    /// Family name.
    FamilyName,
    /// Father's name.
    FatherName,
    /// Date of birth; a format may lack the day or the month.
    BirthDate {
        /// Tried in their order.
        formats: Vec<DateFormat>,
    },
    /// Number of a passport or other identity document.
    Document,
    /// The country that gave the document out; there is always a [`Identity::Document`] beside it.
    DocumentCountry {
        /// How a word becomes a code of the list `country`.
        words: CodeWords,
    },
    /// The sender's number of the record; gives its pseudonym.
    RecordId {
        /// Where the number is kept as a digest as well, so that other registers can refer to the record.
        reference: Option<Reference>,
    },
}

/// Where a sender's number goes as a keyed digest, and whose number it is. Equal numbers of one register have one digest,
/// whatever table they stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// A column of kind `Reference`.
    pub target: String,
    /// Whose numbers they are: the name of a source whose record ids are meant, or a name for the register.
    pub register: String,
}

/// A column that holds one code.
#[derive(Debug, Clone)]
pub struct CodeRule {
    /// A column of kind `Code`.
    pub target: String,
    /// How a word becomes the code.
    pub words: CodeWords,
    /// Further columns of kind `Code` that follow from the code.
    pub sets: Vec<Sets>,
    /// Codes that stand for a sex in linking; other codes say nothing about it.
    pub sex: Vec<(String, Sex)>,
}

/// A column that follows from another column's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sets {
    /// A column of kind `Code`.
    pub target: String,
    /// Code of the first column → code of this one. A code of `absence` that is not named is passed on; any other code
    /// that is not named gives `missing`.
    pub codes: Vec<(String, String)>,
}

/// Sex as registers write it, used in linking only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// The parts of a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlacePart {
    /// What happened there.
    Role,
    /// The country.
    Country,
    /// The first-level region.
    Region,
}

impl Source {
    /// The column that a header names, by its name or one of its other names.
    pub fn column(&self, header: &str) -> Option<&SourceColumn> {
        let header = header.trim_start_matches('\u{feff}').trim();
        self.columns.iter().find(|column| column.header == header || column.also.iter().any(|also| also == header))
    }
}

impl Identity {
    /// The word for it in mappings.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::FatherName => "father_name",
            Self::BirthDate { .. } => "birth_date",
            Self::Document => "document",
            Self::DocumentCountry { .. } => "document_country",
            Self::RecordId { .. } => "record_id",
        }
    }
}

impl Sets {
    /// The code that follows from a code of the first column.
    pub fn code<'a>(&'a self, from: &'a str) -> &'a str {
        if let Some((_, to)) = self.codes.iter().find(|(code, _)| code == from) {
            return to;
        }
        if crate::Absence::from_code(from).is_some() { from } else { crate::Absence::Missing.code() }
    }
}

//! Words of header rows: how exports name their columns in English, Russian and Tajik. They are used to propose a mapping,
//! never to read a file.

use crate::source::PlacePart;

/// One meaning that a column of an export can have, with the words by which headers name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderWords {
    /// What such a column is.
    pub means: HeaderMeans,
    /// Folded words and phrases, at least one.
    pub words: Vec<String>,
}

/// What a column of an export can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderMeans {
    /// It fills in a column of a table.
    Column {
        /// The table.
        table: String,
        /// The column, filled in by exports.
        column: String,
    },
    /// It says who the person is; the word for it in mappings, such as `full_name`.
    Identity(&'static str),
    /// It is part of a stop of the journey.
    Place {
        /// Code of `place_role`.
        role: String,
        /// Country or region.
        part: PlacePart,
    },
    /// It says whether the person agrees.
    Consent,
    /// It must never leave intake; what it holds, such as "contact data".
    Drop(String),
    /// Its facts are elsewhere or say nothing; why.
    Ignore(String),
}

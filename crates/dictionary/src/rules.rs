//! Rules of a mapping over several columns of one row: lengths of time, sums and what one code implies about another.

use serde::Deserialize;

use crate::words::Absence;

/// Completed days between two dates of a row. A row in which the second date comes first is refused; when one of them is
/// absent or lacks a day the number is NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// Header of a column with [`crate::Does::Date`] whose formats all have a day.
    pub from: String,
    /// Header of another such column.
    pub to: String,
    /// A column of kind `Integer`.
    pub target: String,
    /// The column of the table that says why the number is NULL, where there is one.
    pub state: Option<String>,
}

/// Numbers that must add up. Checked when all are recorded; a row that breaks it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    /// A column of kind `Integer` that the mapping fills in.
    pub total: String,
    /// At least two other such columns.
    pub parts: Vec<String>,
}

/// A rule between two columns of the table: when the first holds one of its codes, the second should hold one of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implies {
    /// What must be there for the rule to apply; the mapping fills this column in.
    pub when: Holds,
    /// What should be there then. Its codes are named, never "any"; with [`Otherwise::Add`] there is exactly one, and the
    /// column is of kind `Codes`.
    pub then: Holds,
    /// What is done when it is not.
    pub otherwise: Otherwise,
}

/// That a column of kind `Code` or `Codes` holds one of some codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holds {
    /// The column of the table.
    pub column: String,
    /// Codes of its list; none means any code that is not an absence.
    pub codes: Vec<String>,
}

/// What is done with a row that breaks a rule between two columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// The row is loaded as it is, and counted.
    Note,
    /// The code is added, and counted.
    Add,
    /// The row is refused.
    Refuse,
}

impl Holds {
    /// Whether the column, with these codes in the row, holds one of the codes.
    pub fn is_met<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> bool {
        codes.into_iter().any(|code| {
            let any = self.codes.is_empty() && Absence::from_code(code).is_none();
            any || self.codes.iter().any(|wanted| wanted == code)
        })
    }
}

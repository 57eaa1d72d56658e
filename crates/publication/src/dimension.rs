//! A dimension of a release: a public, whole list of codes with their names. Every code has its cells in every table,
//! so the presence of a row says nothing about anybody.

use serde::{Deserialize, Serialize};

use crate::{CubeError, Labels};

/// The code under which a frame counts values that the list does not have.
pub const OTHER: &str = "other";
/// The code under which a frame counts values that are missing, unknown, not applicable or suppressed.
pub const NOT_KNOWN: &str = "not_known";

/// One dimension with all its codes, in the order in which tables hold them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Short name: column in tables, parameter in addresses.
    pub name: String,
    /// What people read above the column.
    pub title: Labels,
    /// The codes; at least two.
    pub codes: Vec<DimensionCode>,
}

/// One code of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimensionCode {
    /// The code itself.
    pub code: String,
    /// What people read.
    pub labels: Labels,
    /// The coarser code that this one belongs to, for roll-ups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

impl Dimension {
    /// Position of a code in the list.
    pub fn position(&self, code: &str) -> Option<usize> {
        self.codes.iter().position(|c| c.code == code)
    }

    /// Refuses fewer than two codes, double codes, and codes or labels that cannot be printed.
    pub(crate) fn check(&self) -> Result<(), CubeError> {
        let refuse = |what: &str| Err(CubeError::Shape(format!("dimension {:?} {what}", self.name)));
        if self.codes.len() < 2 {
            return refuse("has fewer than two codes");
        }
        if !self.title.is_printable() || !self.codes.iter().all(|c| c.labels.is_printable()) {
            return refuse("has a title or label that is empty or holds control characters");
        }
        let mut seen: Vec<&str> = self.codes.iter().map(|c| c.code.as_str()).collect();
        seen.sort_unstable();
        if seen.iter().any(|code| code.trim().is_empty() || code.chars().any(char::is_control)) {
            return refuse("has a code that is empty or holds control characters");
        }
        if seen.windows(2).any(|pair| pair[0] == pair[1]) {
            return refuse("has a code twice");
        }
        Ok(())
    }
}

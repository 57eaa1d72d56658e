//! A dimension of a release: a public, whole list of codes with their names. Every code has its cells in every table,
//! so the presence of a row says nothing about anybody.

use serde::{Deserialize, Serialize};

use crate::{CubeError, Labels};

/// The code under which a frame counts values that the list does not have.
pub const OTHER: &str = "other";
/// The code under which a frame counts values that are missing, unknown, not applicable or suppressed.
pub const NOT_KNOWN: &str = "not_known";
/// Code of an outcome for persons whose twelve months are not over: what has happened by now would make recent years
/// look lower.
pub const WINDOW_NOT_COMPLETE: &str = "window_not_complete";

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
    /// Coarser levels, the finest of them first. What a level counts is a sum of what the codes count, with an exact error;
    /// no noise is spent on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
}

/// A coarser level of a dimension: the parts of the world of a list of countries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its code list.
    pub name: String,
    /// What people read.
    pub title: Labels,
    /// Its codes; each code of the level below has one of them as its parent.
    pub codes: Vec<DimensionCode>,
}

/// One code of a level, and the codes of the dimension that it takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    /// The code; `other` and `not_known` are groups of their own.
    pub code: &'a DimensionCode,
    /// Positions in the dimension, ascending.
    pub members: Vec<usize>,
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

    /// The groups of a level, in its order, those without a member left out; none when there is no such level. Each code of
    /// the dimension is in one of them.
    pub fn groups(&self, level: &str) -> Option<Vec<Group<'_>>> {
        let depth = self.levels.iter().position(|known| known.name == level)?;
        let above: Vec<Option<&DimensionCode>> = self.codes.iter().map(|code| self.above(code, depth)).collect();
        let groups = self.levels[depth].codes.iter().map(|code| Group {
            code,
            members: (0..self.codes.len())
                .filter(|&at| above[at].is_some_and(|found| found.code == code.code))
                .collect(),
        });
        let alone = (0..self.codes.len()).filter(|&at| above[at].is_none());
        let alone = alone.map(|at| Group { code: &self.codes[at], members: vec![at] });
        Some(groups.filter(|group| !group.members.is_empty()).chain(alone).collect())
    }

    /// The code of the level at this depth that a code belongs to.
    fn above(&self, code: &DimensionCode, depth: usize) -> Option<&DimensionCode> {
        let parent = code.parent.as_ref()?;
        let first = self.levels[0].codes.iter().find(|known| known.code == *parent)?;
        self.levels[1..=depth].iter().try_fold(first, |code, level| {
            let parent = code.parent.as_ref()?;
            level.codes.iter().find(|known| known.code == *parent)
        })
    }

    /// Refuses fewer than two codes, double codes, codes or labels that cannot be printed, and levels that leave a code out.
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
        for (depth, level) in self.levels.iter().enumerate() {
            let mut parts = level.codes.iter();
            if !level.title.is_printable() || !parts.all(|code| code.labels.is_printable() && is_printable(&code.code))
            {
                return refuse("has a level whose title, codes or labels cannot be printed");
            }
            let of_list =
                |code: &&DimensionCode| ![OTHER, NOT_KNOWN, WINDOW_NOT_COMPLETE].contains(&code.code.as_str());
            if self.levels[..depth].iter().any(|other| other.name == level.name)
                || self.codes.iter().filter(of_list).any(|code| self.above(code, depth).is_none())
            {
                return refuse("has a level that is there twice or does not take in each of its codes");
            }
        }
        Ok(())
    }
}

fn is_printable(code: &str) -> bool {
    !code.trim().is_empty() && !code.chars().any(char::is_control)
}

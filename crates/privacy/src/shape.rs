//! How many codes each dimension has: all that a plan may know about the data.

use serde::{Deserialize, Serialize};

use crate::{PrivacyError, Subset};

/// The number of codes of each dimension, at least two each, for 1 to 64 dimensions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u32>", into = "Vec<u32>")]
pub struct Shape(Vec<u32>);

impl Shape {
    /// Checks the sizes. A dimension of one code is refused: it says nothing, and its share of noise would be zero.
    pub fn new(sizes: Vec<u32>) -> Result<Self, PrivacyError> {
        if sizes.is_empty() || sizes.len() > 64 {
            return Err(PrivacyError::DimensionCount(sizes.len()));
        }
        match sizes.iter().position(|&codes| codes < 2) {
            Some(dimension) => Err(PrivacyError::TooFewCodes { dimension, codes: sizes[dimension] }),
            None => Ok(Self(sizes)),
        }
    }

    /// The sizes, by dimension number.
    pub fn sizes(&self) -> &[u32] {
        &self.0
    }

    /// Cells of the table over these dimensions: Π n_i, 1 for the total, `u64::MAX` when it does not fit.
    ///
    /// # Panics
    /// When the set names a dimension that the shape lacks; [`crate::plan()`] checks every table that it is given.
    pub fn cells(&self, table: Subset) -> u64 {
        table.dimensions().fold(1, |cells: u64, dimension| cells.saturating_mul(u64::from(self.0[dimension])))
    }

    /// n_i as a float, for formulas.
    pub(crate) fn size(&self, dimension: usize) -> f64 {
        f64::from(self.0[dimension])
    }

    /// Refuses a set that names a dimension which the shape lacks.
    pub(crate) fn check(&self, table: Subset) -> Result<(), PrivacyError> {
        match table.last() {
            Some(dimension) if dimension >= self.0.len() => {
                Err(PrivacyError::UnknownDimension { dimension, last: self.0.len() - 1 })
            }
            _ => Ok(()),
        }
    }
}

impl TryFrom<Vec<u32>> for Shape {
    type Error = PrivacyError;

    fn try_from(sizes: Vec<u32>) -> Result<Self, PrivacyError> {
        Self::new(sizes)
    }
}

impl From<Shape> for Vec<u32> {
    fn from(shape: Shape) -> Self {
        shape.0
    }
}

//! A set of dimensions, which is what names a table or a query. It is a bit mask, so that "all subsets" and "is a subset
//! of" are exact and cheap; in files it is a list of numbers, so that people can read it.

use std::cmp::{Ordering, Reverse};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::PrivacyError;

/// A set of dimension numbers from 0 to 63. Ordered by size, then dimension by dimension: the total first, then the
/// one-way tables, `{0, 3}` before `{1, 2}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<usize>", into = "Vec<usize>")]
pub struct Subset(u64);

impl Subset {
    /// The table without dimensions: the total.
    pub const EMPTY: Self = Self(0);

    /// The set of these dimension numbers, in any order. Refuses numbers over 63 and repetitions.
    pub fn new(dimensions: &[usize]) -> Result<Self, PrivacyError> {
        let mut mask = 0_u64;
        for &dimension in dimensions {
            if dimension > 63 {
                return Err(PrivacyError::UnknownDimension { dimension, last: 63 });
            }
            if mask >> dimension & 1 == 1 {
                return Err(PrivacyError::RepeatedDimension(dimension));
            }
            mask |= 1 << dimension;
        }
        Ok(Self(mask))
    }

    /// How many dimensions the set holds.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether this is the total.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the dimension is in the set.
    pub fn contains(self, dimension: usize) -> bool {
        dimension < 64 && self.0 >> dimension & 1 == 1
    }

    /// Whether every dimension of this set is in the other.
    pub fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The dimension numbers, ascending: the order of axes in every dense table.
    pub fn dimensions(self) -> impl DoubleEndedIterator<Item = usize> {
        (0..64).filter(move |&dimension| self.contains(dimension))
    }

    /// All 2^len subsets, the set itself first and the empty set last.
    pub fn subsets(self) -> impl Iterator<Item = Self> {
        // The classic walk: subtracting one from a masked number and masking again meets every submask once.
        std::iter::successors(Some(self.0), move |&mask| (mask != 0).then(|| (mask - 1) & self.0)).map(Self)
    }

    /// The largest dimension number, if there is one.
    pub(crate) fn last(self) -> Option<usize> {
        (self.0 != 0).then(|| 63 - self.0.leading_zeros() as usize)
    }

    /// The set with this dimension too.
    pub(crate) fn with(self, dimension: usize) -> Self {
        Self(self.0 | 1 << dimension)
    }

    /// The set without this dimension.
    pub(crate) fn without(self, dimension: usize) -> Self {
        Self(self.0 & !(1 << dimension))
    }

    /// The dimensions that both sets have.
    pub(crate) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The dimensions of both sets.
    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Ord for Subset {
    fn cmp(&self, other: &Self) -> Ordering {
        // With the bits reversed, the set whose first differing dimension is smaller is the larger number.
        let key = |set: &Self| (set.len(), Reverse(set.0.reverse_bits()));
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Subset {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl TryFrom<Vec<usize>> for Subset {
    type Error = PrivacyError;

    fn try_from(dimensions: Vec<usize>) -> Result<Self, PrivacyError> {
        Self::new(&dimensions)
    }
}

impl From<Subset> for Vec<usize> {
    fn from(set: Subset) -> Self {
        set.dimensions().collect()
    }
}

impl fmt::Display for Subset {
    /// "the total", "dimension 2" or "dimensions 0, 2".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.len() {
            0 => f.write_str("the total"),
            1 => f.write_str("dimension "),
            _ => f.write_str("dimensions "),
        }?;
        for (position, dimension) in self.dimensions().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{dimension}")?;
        }
        Ok(())
    }
}

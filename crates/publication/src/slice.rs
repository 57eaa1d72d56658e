//! A slice is a question with one number as its answer: a set of codes for some dimensions, everything summed over the
//! rest.

/// A set of codes for some dimensions of a cube; dimensions that it does not name are summed over.
///
/// Built by [`crate::Cube::slice`] only, so its sets are never empty, hold no code twice and never the whole list
/// (taking all codes is the same as summing over the dimension).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slice {
    /// Ascending by dimension; codes ascending.
    sets: Vec<(usize, Vec<usize>)>,
}

impl Slice {
    pub(crate) fn from_sorted(sets: Vec<(usize, Vec<usize>)>) -> Self {
        Self { sets }
    }

    /// The codes taken of a dimension, ascending; `None` when the dimension is summed over.
    pub fn codes(&self, dimension: usize) -> Option<&[usize]> {
        self.sets.binary_search_by_key(&dimension, |(d, _)| *d).ok().map(|at| self.sets[at].1.as_slice())
    }

    /// The dimensions that the slice restricts, ascending.
    pub fn dimensions(&self) -> impl Iterator<Item = usize> + '_ {
        self.sets.iter().map(|(dimension, _)| *dimension)
    }
}

/// How many codes two ascending lists share.
pub(crate) fn shared(one: &[usize], other: &[usize]) -> usize {
    one.iter().filter(|code| other.binary_search(code).is_ok()).count()
}

#[cfg(test)]
mod tests {
    use super::shared;

    #[test]
    fn shared_codes_are_counted_once() {
        assert_eq!(shared(&[0, 2, 5], &[2, 3, 5, 9]), 2);
        assert_eq!(shared(&[], &[1]), 0);
    }
}

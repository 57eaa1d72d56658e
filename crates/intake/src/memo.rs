//! Remembers what a cell means, so that each spelling of a column is worked out once and found again by its bytes.
//!
//! Columns of codes have few spellings; those of dates have thousands. Memory is bounded: where a column has more
//! spellings than fit, the others are read anew. What is remembered is raw text, so the type has no `Debug`.

use std::collections::HashMap;

use foldhash::fast::RandomState;

const SPELLINGS: usize = 4096;
const LONGEST: usize = 256;

/// Meanings by the bytes of a cell.
pub(crate) struct Memo<T> {
    places: HashMap<Box<[u8]>, usize, RandomState>,
    known: Vec<T>,
    /// Places of the cells of one byte, by the byte: most columns of flags have no others.
    single: [Option<u16>; 256],
    /// The empty cell, the most frequent of all.
    empty: Option<T>,
    /// The meaning that was worked out last and not kept.
    passing: Option<T>,
}

impl<T> Memo<T> {
    pub(crate) fn new() -> Self {
        Self { places: HashMap::default(), known: Vec::new(), single: [None; 256], empty: None, passing: None }
    }

    /// What the cell means; `read` works it out when that is not known.
    pub(crate) fn get(&mut self, cell: &[u8], read: impl FnOnce() -> T) -> &T {
        if cell.is_empty() {
            return self.empty.get_or_insert_with(read);
        }
        if let &[byte] = cell {
            return self.single(byte, read);
        }
        if let Some(&place) = self.places.get(cell) {
            return &self.known[place];
        }
        if self.known.len() >= SPELLINGS || cell.len() > LONGEST {
            return self.passing.insert(read());
        }
        self.places.insert(cell.into(), self.known.len());
        self.known.push(read());
        &self.known[self.known.len() - 1]
    }

    // There are 256 at most, so they are kept even when no other spelling is.
    fn single(&mut self, byte: u8, read: impl FnOnce() -> T) -> &T {
        let place = *self.single[usize::from(byte)].get_or_insert_with(|| {
            self.known.push(read());
            (self.known.len() - 1) as u16
        });
        &self.known[usize::from(place)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_is_read_once_and_the_number_of_spellings_is_bounded() {
        let mut memo = Memo::new();
        let mut reads = 0;
        for round in 0..2 {
            for cell in 0..SPELLINGS + 10 {
                let text = if cell == 0 { String::new() } else { cell.to_string() };
                assert_eq!(
                    *memo.get(text.as_bytes(), || {
                        reads += 1;
                        cell
                    }),
                    cell
                );
            }
            assert_eq!(memo.known.len(), SPELLINGS, "after round {round}");
        }
        assert_eq!(
            reads,
            SPELLINGS + 10 + 9,
            "the empty cell is beside the others; nine did not fit and were read twice"
        );
        let long = vec![b'x'; LONGEST + 1];
        let mut memo = Memo::new();
        assert_eq!((*memo.get(&long, || 1), *memo.get(&long, || 2)), (1, 2));
    }
}

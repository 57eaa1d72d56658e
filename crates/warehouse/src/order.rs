//! Puts the rows of a rebuilt table into the order of their pseudonyms. Where row after row kept its place, whoever has a
//! copy of the old table could tell which new pseudonym belongs to which old one by counting.
//!
//! Rows are held in memory as long as there are few. Those of a larger table are first dealt into piles by the first
//! digits of their pseudonym, each in a file of its own beside the new table; one pile after the other is then sorted.
//! Digests are spread evenly, so piles are of about one size.

use std::fs::{self, File};
use std::io::BufWriter;
use std::iter::zip;
use std::path::Path;

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray, UInt64Array};
use arrow::compute::{interleave_record_batch, take_record_batch};
use arrow::datatypes::SchemaRef;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;

use crate::Failure;

/// Rows that are held in memory at once.
pub(crate) const ROWS_HELD: u64 = 1 << 18;
/// More piles would be more open files than a process may have. A table of more than 2^25 rows has larger piles.
const MOST_PILES: u64 = 256;
/// Rows that are handed on at once.
const SLICE_ROWS: usize = 1 << 13;

/// Rows that wait for their order.
pub(crate) struct Order {
    /// The columns to order by, first that which counts most.
    keys: Vec<usize>,
    /// All rows, as long as there are no piles.
    held: Vec<RecordBatch>,
    piles: Vec<StreamWriter<BufWriter<File>>>,
}

/// Rows that are sorted together: all that come before those of the next pile.
pub(crate) struct Pile {
    keys: Vec<usize>,
    rows: Vec<RecordBatch>,
    file: Option<File>,
}

impl Order {
    /// Prepares for `rows` rows of this schema, of which `held` may be in memory. Piles go into `folder`, which is made
    /// when it is needed and must hold nothing.
    pub(crate) fn new(
        schema: &SchemaRef,
        keys: &[String],
        rows: u64,
        held: u64,
        folder: &Path,
    ) -> Result<Order, Failure> {
        let keys = keys.iter().map(|name| schema.index_of(name)).collect::<Result<_, _>>()?;
        let mut piles = vec![];
        if rows > held {
            fs::create_dir_all(folder)?;
            // Half of what fits, because piles are not of exactly one size.
            for at in 0..rows.div_ceil((held / 2).max(1)).min(MOST_PILES) {
                let path = folder.join(at.to_string());
                let file = File::options().read(true).write(true).create_new(true).open(&path)?;
                // Without a name it is gone when the process ends, however that ends.
                fs::remove_file(&path)?;
                piles.push(StreamWriter::try_new(BufWriter::new(file), schema)?);
            }
        }
        Ok(Order { keys, held: vec![], piles })
    }

    /// Takes rows in.
    pub(crate) fn add(&mut self, batch: RecordBatch) -> Result<(), Failure> {
        if self.piles.is_empty() {
            self.held.push(batch);
            return Ok(());
        }
        let first = *self.keys.first().ok_or("the table has no column of keyed digests")?;
        let mut dealt = vec![vec![]; self.piles.len()];
        for (row, text) in (0..).zip(texts(&batch, first)?) {
            dealt[pile_of(text, self.piles.len())].push(row);
        }
        for (rows, pile) in zip(dealt, &mut self.piles) {
            if !rows.is_empty() {
                pile.write(&take_record_batch(&batch, &UInt64Array::from(rows))?)?;
            }
        }
        Ok(())
    }

    /// The piles in their order.
    pub(crate) fn piles(self) -> Result<Vec<Pile>, Failure> {
        let Order { keys, held, piles } = self;
        if piles.is_empty() {
            return Ok(vec![Pile { keys, rows: held, file: None }]);
        }
        let pile = |writer: StreamWriter<BufWriter<File>>| {
            let file = writer.into_inner()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            Ok(Pile { keys: keys.clone(), rows: vec![], file: Some(file) })
        };
        piles.into_iter().map(pile).collect()
    }
}

impl Pile {
    /// Reads what is on disk.
    pub(crate) fn read(mut self) -> Result<Pile, Failure> {
        use std::io::Seek as _;
        if let Some(mut file) = self.file.take() {
            file.rewind()?;
            for batch in StreamReader::try_new_buffered(file, None)? {
                self.rows.push(batch?);
            }
        }
        Ok(self)
    }

    /// The rows in their order, some at a time.
    pub(crate) fn sorted(&self) -> Result<impl Iterator<Item = Result<RecordBatch, Failure>>, Failure> {
        let mut places = Vec::new();
        let mut columns: Vec<Vec<&StringArray>> = Vec::with_capacity(self.rows.len());
        for (at, batch) in self.rows.iter().enumerate() {
            places.extend((0..batch.num_rows()).map(|row| (at, row)));
            columns.push(self.keys.iter().map(|key| texts(batch, *key)).collect::<Result<_, _>>()?);
        }
        let key = |(at, row): (usize, usize)| {
            columns[at].iter().map(move |column| column.is_valid(row).then(|| column.value(row)))
        };
        places.sort_unstable_by(|one, other| key(*one).cmp(key(*other)));
        let batches: Vec<&RecordBatch> = self.rows.iter().collect();
        let slices: Vec<_> = places.chunks(SLICE_ROWS).map(<[_]>::to_vec).collect();
        Ok(slices.into_iter().map(move |slice| Ok(interleave_record_batch(&batches, &slice)?)))
    }
}

/// The pile of a digest, by its first four digits.
fn pile_of(digest: Option<&str>, piles: usize) -> usize {
    let first = digest.and_then(|digest| digest.get(..4)).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    (usize::from(first.unwrap_or(0)) * piles) >> u16::BITS
}

fn texts(batch: &RecordBatch, column: usize) -> Result<&StringArray, Failure> {
    batch.column(column).as_string_opt::<i32>().ok_or_else(|| "a column of keyed digests is no text".into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array};
    use arrow::compute::concat_batches;
    use arrow::datatypes::Int64Type;

    use super::*;

    /// Row i has a digest that depends on i in no simple way.
    fn rows(numbers: std::ops::Range<i64>) -> RecordBatch {
        let digest =
            |i: i64| format!("{:032x}", (i as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let digests: StringArray = numbers.clone().map(|i| Some(digest(i))).collect();
        let numbers = Int64Array::from_iter_values(numbers);
        RecordBatch::try_from_iter([("number", Arc::new(numbers) as ArrayRef), ("record", Arc::new(digests) as _)])
            .expect("two columns")
    }

    #[test]
    fn rows_come_in_the_order_of_their_digests_however_few_are_held() {
        for (held, piles) in [(1000, 1), (300, 1), (299, 3), (64, 10), (1, 256)] {
            let folder = tempfile::tempdir().expect("a folder");
            let schema = rows(0..1).schema();
            let mut order =
                Order::new(&schema, &["record".to_owned()], 300, held, &folder.path().join("piles")).expect("made");
            for from in [0, 100, 200] {
                order.add(rows(from..from + 100)).expect("taken");
            }
            let made = order.piles().expect("piles");
            assert_eq!(made.len(), piles, "{held} held");
            let mut sorted = vec![];
            for pile in made {
                let pile = pile.read().expect("read");
                sorted.extend(pile.sorted().expect("sorted").map(|batch| batch.expect("a batch")));
            }
            let sorted = concat_batches(&schema, &sorted).expect("one batch");
            let digests: Vec<_> = sorted.column(1).as_string::<i32>().iter().flatten().collect();
            assert!(digests.is_sorted(), "{held} held");
            let mut numbers = sorted.column(0).as_primitive::<Int64Type>().values().to_vec();
            assert!(!numbers.is_sorted(), "the old order is gone");
            numbers.sort_unstable();
            assert!(numbers.into_iter().eq(0..300), "each row once, {held} held");
        }
    }
}

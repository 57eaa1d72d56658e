//! Passes over one axis of a dense row-major table. A Kronecker product of small matrices is applied one axis at a time,
//! so that no matrix is ever built and the work is (cells × dimensions).

use std::ops::AddAssign;

use crate::{Shape, Subset};

/// Where an axis lies in a dense table: `length` entries that stand `stride` apart, in blocks of `length * stride`.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    length: usize,
    stride: usize,
}

impl Axis {
    /// The axis of `dimension` in the table over `table`. The table must fit in memory, which planning has checked.
    pub(crate) fn of(shape: &Shape, table: Subset, dimension: usize) -> Self {
        let length = |d: usize| shape.sizes()[d] as usize;
        Self { length: length(dimension), stride: table.dimensions().filter(|&d| d > dimension).map(length).product() }
    }

    fn block(self) -> usize {
        self.length * self.stride
    }
}

/// The table summed over one axis.
pub(crate) fn sum_out<T: Copy + Default + AddAssign>(values: &[T], axis: Axis) -> Vec<T> {
    let mut sums = vec![T::default(); values.len() / axis.length];
    for (sums, block) in sums.chunks_exact_mut(axis.stride).zip(values.chunks_exact(axis.block())) {
        add_rows(sums, block);
    }
    sums
}

/// The table over `table` summed down to some of its dimensions.
pub(crate) fn sum_onto<T: Copy + Default + AddAssign>(
    shape: &Shape,
    table: Subset,
    mut values: Vec<T>,
    onto: Subset,
) -> Vec<T> {
    let mut left = table;
    for dimension in table.dimensions().filter(|&dimension| !onto.contains(dimension)) {
        values = sum_out(&values, Axis::of(shape, left, dimension));
        left = left.without(dimension);
    }
    values
}

/// Applies n·I − J along one axis. The caller has checked that nothing overflows.
pub(crate) fn centre_counts(values: &mut [i64], axis: Axis) {
    each_with_sum(values, axis, |value, sum| *value = axis.length as i64 * *value - sum);
}

/// Applies I − J/n along one axis.
pub(crate) fn centre(values: &mut [f64], axis: Axis) {
    let share = 1.0 / axis.length as f64;
    each_with_sum(values, axis, |value, sum| *value -= sum * share);
}

/// Adds a table that lacks the axis, spread evenly over its codes.
pub(crate) fn add_spread(values: &mut [f64], axis: Axis, smaller: &[f64]) {
    let part = 1.0 / axis.length as f64;
    for (block, shares) in values.chunks_exact_mut(axis.block()).zip(smaller.chunks_exact(axis.stride)) {
        if let [share] = shares {
            for value in block {
                *value += share * part;
            }
        } else {
            for row in block.chunks_exact_mut(axis.stride) {
                row.iter_mut().zip(shares).for_each(|(value, share)| *value += share * part);
            }
        }
    }
}

/// Changes each entry, given the sum along the axis through it.
fn each_with_sum<T: Copy + Default + AddAssign>(values: &mut [T], axis: Axis, change: impl Fn(&mut T, T)) {
    let mut sums = vec![T::default(); axis.stride];
    for block in values.chunks_exact_mut(axis.block()) {
        sums.fill(T::default());
        add_rows(&mut sums, block);
        if let [sum] = sums[..] {
            for value in block {
                change(value, sum);
            }
        } else {
            for row in block.chunks_exact_mut(axis.stride) {
                row.iter_mut().zip(&sums).for_each(|(value, &sum)| change(value, sum));
            }
        }
    }
}

/// Adds the rows of a block to sums as long as one row. A row of one entry is worth a loop of its own.
fn add_rows<T: Copy + AddAssign>(sums: &mut [T], block: &[T]) {
    if let [sum] = sums {
        for &value in block {
            *sum += value;
        }
    } else {
        for row in block.chunks_exact(sums.len()) {
            sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += value);
        }
    }
}

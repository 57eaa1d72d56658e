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
    values.chunks_exact(axis.block()).flat_map(|block| block_sums(block, axis.stride)).collect()
}

/// Applies n·I − J along one axis. The caller has checked that nothing overflows.
pub(crate) fn centre_counts(values: &mut [i64], axis: Axis) {
    for block in values.chunks_exact_mut(axis.block()) {
        let sums = block_sums(block, axis.stride);
        for row in block.chunks_exact_mut(axis.stride) {
            for (value, sum) in row.iter_mut().zip(&sums) {
                *value = axis.length as i64 * *value - sum;
            }
        }
    }
}

/// Applies I − J/n along one axis.
pub(crate) fn centre(values: &mut [f64], axis: Axis) {
    for block in values.chunks_exact_mut(axis.block()) {
        let sums = block_sums(block, axis.stride);
        for row in block.chunks_exact_mut(axis.stride) {
            for (value, sum) in row.iter_mut().zip(&sums) {
                *value -= sum / axis.length as f64;
            }
        }
    }
}

/// Adds a table that lacks the axis, spread evenly over its codes.
pub(crate) fn add_spread(values: &mut [f64], axis: Axis, smaller: &[f64]) {
    for (block, shares) in values.chunks_exact_mut(axis.block()).zip(smaller.chunks_exact(axis.stride)) {
        for row in block.chunks_exact_mut(axis.stride) {
            for (value, share) in row.iter_mut().zip(shares) {
                *value += share / axis.length as f64;
            }
        }
    }
}

fn block_sums<T: Copy + Default + AddAssign>(block: &[T], stride: usize) -> Vec<T> {
    let mut sums = vec![T::default(); stride];
    for row in block.chunks_exact(stride) {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
    sums
}

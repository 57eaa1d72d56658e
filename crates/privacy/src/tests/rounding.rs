//! Rounding one line and one matrix: cases to read, and everything that a small matrix can be tried for.

use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::rounding::{Grain, PERSON, fit, grains, share_out};

fn in_grains(persons: &[f64]) -> Vec<Grain> {
    persons.iter().map(|&persons| grains(persons)).collect()
}

#[test]
fn a_line_is_rounded_by_largest_remainders() {
    let cases: &[(u64, &[f64], &[u64])] = &[
        (10, &[3.3, 3.4, 3.3], &[3, 4, 3]),
        (2, &[0.5, 0.5, 0.5, 0.5], &[1, 1, 0, 0]), // the earlier of equals
        (7, &[4.0, 0.0, 3.0], &[4, 0, 3]),
        (0, &[0.2, 0.2], &[0, 0]),
        (1, &[0.2, 0.2], &[1, 0]),
        (5, &[1.9, 1.1], &[3, 2]), // a sum that is far above
        (1, &[2.9, 1.1], &[1, 0]), // and one below: the smallest remainders give first
    ];
    for (sum, real, expected) in cases {
        assert_eq!(share_out(*sum, &in_grains(real)), *expected, "{sum} over {real:?}");
    }
}

#[test]
fn a_matrix_keeps_the_sums_that_it_is_given() {
    type Case = (&'static [f64], &'static [u64], &'static [u64], &'static [u64]);
    let cases: &[Case] = &[
        // Whole numbers with their own sums.
        (&[1.0, 2.0, 3.0, 0.0], &[3, 3], &[4, 2], &[1, 2, 3, 0]),
        // The largest remainders that fit.
        (&[0.6, 0.4, 0.4, 0.6], &[1, 1], &[1, 1], &[1, 0, 0, 1]),
        // The largest one, 0.9, is in the way of both others: it must give way along a path.
        (&[0.8, 0.9, 0.0, 0.4], &[1, 1], &[1, 1], &[1, 0, 0, 1]),
        // Only an empty cell has the row and the column that were rounded up.
        (&[0.5, 0.0, 0.0, 0.5], &[1, 0], &[0, 1], &[0, 1, 0, 0]),
        // Sums that no cell near its number has.
        (&[0.5, 0.5, 0.5, 0.5], &[4, 0], &[4, 0], &[4, 0, 0, 0]),
    ];
    for (real, rows, columns, expected) in cases {
        assert_eq!(fit(&in_grains(real), rows, columns), *expected, "{real:?} {rows:?} {columns:?}");
    }
}

fn sums(whole: &[u64], width: usize) -> (Vec<u64>, Vec<u64>) {
    let rows = whole.chunks_exact(width).map(|row| row.iter().sum()).collect();
    let columns = (0..width).map(|column| whole.iter().skip(column).step_by(width).sum()).collect();
    (rows, columns)
}

/// Whether any matrix has these sums, with each cell between its two numbers. Tries them all.
fn any_fits(ranges: &[(u64, u64)], rows: &[u64], columns: &[u64]) -> bool {
    let mut cells: Vec<u64> = ranges.iter().map(|range| range.0).collect();
    loop {
        if sums(&cells, columns.len()) == (rows.to_vec(), columns.to_vec()) {
            return true;
        }
        let Some(next) = (0..cells.len()).find(|&cell| cells[cell] < ranges[cell].1) else { return false };
        cells[next] += 1;
        cells[..next].iter_mut().zip(ranges).for_each(|(cell, range)| *cell = range.0);
    }
}

/// A matrix of small numbers, some of them whole, with sums that are its own, each rounded up or down.
fn rounded_sums(rng: &mut ChaCha20Rng, height: usize, width: usize) -> (Vec<Grain>, Vec<u64>, Vec<u64>) {
    let cell = |_| if rng.random_bool(0.3) { PERSON * rng.random_range(0..2) } else { rng.random_range(0..2 * PERSON) };
    let real: Vec<Grain> = (0..height * width).map(cell).collect();
    let (rows, columns) = sums(&real, width);
    let total = (real.iter().sum::<Grain>() + PERSON / 2) / PERSON;
    (real, share_out(total, &rows), share_out(total, &columns))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Neighbouring numbers if there are any, else numbers within one person if there are any.
    #[test]
    fn a_matrix_is_as_near_as_its_sums_allow(seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (real, rows, columns) = rounded_sums(&mut rng, 3, 3);
        let whole = fit(&real, &rows, &columns);
        prop_assert_eq!(sums(&whole, 3), (rows.clone(), columns.clone()));
        let near = |ranges: &[(u64, u64)]| whole.iter().zip(ranges).all(|(w, range)| (range.0..=range.1).contains(w));
        let neighbours: Vec<_> = real.iter().map(|real| (real / PERSON, real.div_ceil(PERSON))).collect();
        let one: Vec<_> = neighbours.iter().map(|(floor, up)| (up.saturating_sub(1), floor + 1)).collect();
        prop_assert_eq!(near(&neighbours), any_fits(&neighbours, &rows, &columns));
        prop_assert_eq!(near(&one), any_fits(&one, &rows, &columns));
    }

    /// Whatever sums it is given, as long as both have one total.
    #[test]
    fn a_matrix_has_any_sums_of_one_total(seed: u64, height in 1_usize..6, width in 1_usize..6) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let random = |rng: &mut ChaCha20Rng, cells| -> Vec<Grain> {
            (0..cells).map(|_| rng.random_range(0..9 * PERSON)).collect()
        };
        let (real, likeness) = (random(&mut rng, height * width), random(&mut rng, height * width));
        let (rows, _) = sums(&likeness, width);
        let total = rng.random_range(0..100);
        let (rows, columns) = (share_out(total, &rows), share_out(total, &real[..width]));
        prop_assert_eq!(sums(&fit(&real, &rows, &columns), width), (rows, columns));
    }
}

/// The size of two long lists of countries, sparse and full: nothing leaves the neighbouring numbers.
#[test]
fn a_large_matrix_is_fitted() {
    const SIDE: usize = 300;
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    for most in [0.02, 1.0, 50.0] {
        let real: Vec<Grain> = (0..SIDE * SIDE).map(|_| grains(most * rng.random::<f64>().powi(4))).collect();
        let (rows, columns) = sums(&real, SIDE);
        let total = (real.iter().sum::<Grain>() + PERSON / 2) / PERSON;
        let (rows, columns) = (share_out(total, &rows), share_out(total, &columns));
        let whole = fit(&real, &rows, &columns);
        assert_eq!(sums(&whole, SIDE), (rows, columns));
        assert!(whole.iter().zip(&real).all(|(whole, real)| whole.abs_diff(real / PERSON) <= 1));
    }
}

//! The closed formulas against a covariance matrix that is built cell by cell from the definition of the mechanism.

use super::*;
use crate::{DimensionCode, NORMAL_QUANTILE};
use proptest::prelude::*;

fn dimensions(sizes: &[usize]) -> Vec<Dimension> {
    let code =
        |c: usize| DimensionCode { code: format!("c{c}"), labels: Labels::same(&format!("code {c}")), parent: None };
    let dimension = |(at, size): (usize, &usize)| Dimension {
        name: format!("d{at}"),
        title: Labels::same(&format!("dimension {at}")),
        codes: (0..*size).map(code).collect(),
        levels: vec![],
    };
    sizes.iter().enumerate().map(dimension).collect()
}

fn members(mask: usize, sizes: &[usize]) -> Vec<usize> {
    (0..sizes.len()).filter(|d| mask & (1 << d) != 0).collect()
}

fn cells(dimensions: &[usize], sizes: &[usize]) -> usize {
    dimensions.iter().map(|d| sizes[*d]).product()
}

/// A cube with one table over all dimensions, estimates 0, 1, 2, …, and the given s_A² by mask of A.
fn full_cube(sizes: &[usize], variances: &[f64]) -> Cube {
    let query = |mask: usize| {
        let dimensions = members(mask, sizes);
        Query { dimensions, variance: variances[mask], sigma: 1.0, sensitivity: 1.0 }
    };
    let queries: Vec<Query> = (0..1 << sizes.len()).map(query).collect();
    let all: Vec<usize> = (0..sizes.len()).collect();
    let estimates = (0..cells(&all, sizes)).map(|cell| cell as f64).collect();
    let table =
        CubeTable { name: "all".into(), title: Labels::same("All"), dimensions: all, estimates, non_negative: None };
    Cube::new(dimensions(sizes), &queries, vec![table]).expect("the parts fit")
}

/// The weight of each cell of the residual of A in a slice: est_B = Σ_A expand(residual_A) / Π_{j∈B\A} n_j, summed over
/// the slice's cells of the whole table B.
fn weights(a: &[usize], sizes: &[usize], sets: &[Vec<usize>]) -> Vec<f64> {
    let all: Vec<usize> = (0..sizes.len()).collect();
    let scale: f64 = all.iter().filter(|d| !a.contains(d)).map(|d| sizes[*d] as f64).product();
    let mut weights = vec![0.0; cells(a, sizes)];
    for cell in 0..cells(&all, sizes) {
        let (mut rest, mut codes) = (cell, vec![0; sizes.len()]);
        for d in (0..sizes.len()).rev() {
            codes[d] = rest % sizes[d];
            rest /= sizes[d];
        }
        if codes.iter().zip(sets).all(|(code, set)| set.contains(code)) {
            weights[a.iter().fold(0, |at, d| at * sizes[*d] + codes[*d])] += 1.0 / scale;
        }
    }
    weights
}

/// w' ⊗(I − J/n_i) v, entry by entry.
fn projected_product(w: &[f64], v: &[f64], a: &[usize], sizes: &[usize]) -> f64 {
    let mut sum = 0.0;
    for (i, left) in w.iter().enumerate() {
        for (j, right) in v.iter().enumerate() {
            let (mut x, mut y, mut entry) = (i, j, 1.0);
            for d in a.iter().rev() {
                let n = sizes[*d];
                entry *= f64::from(u8::from(x % n == y % n)) - 1.0 / n as f64;
                (x, y) = (x / n, y / n);
            }
            sum += left * entry * right;
        }
    }
    sum
}

fn brute_force(sizes: &[usize], variances: &[f64], one: &[Vec<usize>], other: &[Vec<usize>]) -> f64 {
    let term = |mask: usize| {
        let a = members(mask, sizes);
        variances[mask] * projected_product(&weights(&a, sizes, one), &weights(&a, sizes, other), &a, sizes)
    };
    (0..1 << sizes.len()).map(term).sum()
}

fn named(sets: &[Vec<usize>]) -> Vec<(usize, Vec<usize>)> {
    sets.iter().cloned().enumerate().collect()
}

/// One dimension with two codes, s_∅² = 8, s_0² = 6: a cell has 8/4 + 6/2 = 5, two cells share 8/4 − 6/2 = −1, their
/// difference has 12, their sum 8.
#[test]
fn by_hand() {
    let cube = full_cube(&[2], &[8.0, 6.0]);
    let first = cube.slice(&[(0, vec![0])]).expect("a code");
    let second = cube.slice(&[(0, vec![1])]).expect("a code");
    let both = cube.slice(&[(0, vec![1, 0])]).expect("all codes");
    assert!((cube.variance(&first).expect("released") - 5.0).abs() < 1e-12);
    assert!((cube.covariance(&first, &second).expect("released") + 1.0).abs() < 1e-12);
    let change = cube.difference(&second, &first).expect("released");
    assert!((change.estimate - 1.0).abs() < 1e-12 && (change.standard_error.powi(2) - 12.0).abs() < 1e-12);
    assert!((cube.variance(&both).expect("released") - 8.0).abs() < 1e-12);
    let value = cube.value(&both).expect("released");
    let (lower, upper) = value.interval();
    assert!((value.estimate - 1.0).abs() < 1e-12);
    assert!((upper - lower - 2.0 * NORMAL_QUANTILE * 8.0_f64.sqrt()).abs() < 1e-9);
}

#[test]
fn adding_up_cell_variances_is_wrong() {
    let sizes = [6, 5, 4];
    let variances = [3.0, 4.0, 5.0, 9.0, 4.0, 8.0, 9.0, 20.0];
    let cube = full_cube(&sizes, &variances);
    let all = cube.slice(&[]).expect("everything");
    assert!((cube.variance(&all).expect("released") - 3.0).abs() < 1e-12, "the total has the variance of the total");
    let cell = cube.slice(&[(0, vec![0]), (1, vec![0]), (2, vec![0])]).expect("a cell");
    let added = 120.0 * cube.variance(&cell).expect("released");
    assert!(added > 100.0 * 3.0, "{added}");
    let rows = cube.roll_up(&[1], &all).expect("released");
    assert_eq!(rows.estimates.len(), 5);
    let one_way = cube.slice(&[(1, vec![3])]).expect("a code");
    assert!((rows.standard_error.powi(2) - cube.variance(&one_way).expect("released")).abs() < 1e-12);
}

/// A total without one code is the sum of the other codes, in value and error.
#[test]
fn a_combination_is_what_it_adds_up_to() {
    let cube = full_cube(&[3, 2], &[7.0, 4.0, 5.0, 9.0]);
    let total = cube.slice(&[]).expect("everything");
    let (first, rest) = (cube.slice(&[(0, vec![0])]).expect("a code"), cube.slice(&[(0, vec![1, 2])]).expect("codes"));
    let (left, summed) =
        (cube.combination(&[(1.0, &total), (-1.0, &first)]).expect("released"), cube.value(&rest).expect("released"));
    assert!(
        (left.estimate - summed.estimate).abs() < 1e-9 && (left.standard_error - summed.standard_error).abs() < 1e-9
    );
    assert_eq!(cube.combination(&[]).expect("nothing"), Value { estimate: 0.0, standard_error: 0.0 });
}

#[test]
fn a_roll_up_keeps_order_and_sums() {
    // Cells of a 2 × 3 table: 0 1 2 / 3 4 5.
    let cube = full_cube(&[2, 3], &[1.0; 4]);
    let all = cube.slice(&[]).expect("everything");
    assert_eq!(cube.roll_up(&[1, 0], &all).expect("released").estimates, [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    let some = cube.slice(&[(1, vec![2, 0])]).expect("two codes");
    assert_eq!(cube.roll_up(&[0], &some).expect("released").estimates, [2.0, 8.0]);
    let rows = cube.roll_up(&[1], &some).expect("released");
    assert_eq!((rows.codes, rows.estimates), (vec![vec![0, 2]], vec![3.0, 7.0]));
    assert_eq!(cube.roll_up(&[], &all).expect("released").estimates, [15.0]);
}

#[test]
fn questions_that_were_not_released_are_refused() {
    let sizes = [2, 2, 2];
    let queries: Vec<Query> = [vec![], vec![0], vec![1], vec![2], vec![0, 1]]
        .map(|dimensions| Query { dimensions, variance: 1.0, sigma: 1.0, sensitivity: 1.0 })
        .to_vec();
    let table = |name: &str, dimensions: Vec<usize>, cells| CubeTable {
        name: name.into(),
        title: Labels::same(name),
        dimensions,
        estimates: vec![1.0; cells],
        non_negative: None,
    };
    let cube =
        Cube::new(dimensions(&sizes), &queries, vec![table("a", vec![0, 1], 4), table("b", vec![2], 2)]).expect("fits");
    let across = cube.slice(&[(0, vec![0]), (2, vec![1])]).expect("codes");
    let refused = CubeError::NotReleased { dimensions: vec!["d0".into(), "d2".into()] };
    assert_eq!(cube.value(&across).expect_err("not released"), refused);
    assert_eq!(cube.variance(&across).expect_err("not released"), refused);
    // Two released slices of different tables share the noise of the total alone: s_∅² · 1/2 · 1/2.
    let (one, other) = (cube.slice(&[(0, vec![0])]).expect("a code"), cube.slice(&[(2, vec![1])]).expect("a code"));
    assert!((cube.covariance(&one, &other).expect("each is released") - 0.25).abs() < 1e-12);
    for bad in [vec![(0, vec![])], vec![(0, vec![2])], vec![(0, vec![1, 1])], vec![(0, vec![0]), (0, vec![1])]] {
        assert!(matches!(cube.slice(&bad), Err(CubeError::Codes { .. })), "{bad:?}");
    }
    assert!(matches!(cube.slice(&[(3, vec![0])]), Err(CubeError::NoDimension { .. })));
    assert!(matches!(cube.roll_up(&[0, 0], &one), Err(CubeError::Codes { .. })));
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let query = |dimensions| Query { dimensions, variance: 1.0, sigma: 1.0, sensitivity: 1.0 };
    let whole = vec![query(vec![]), query(vec![0])];
    let table = |dimensions, estimates| CubeTable {
        name: "t".into(),
        title: Labels::same("T"),
        dimensions,
        estimates,
        non_negative: None,
    };
    let good = || table(vec![0], vec![0.0, 1.0]);
    let build = |queries: &[Query], tables: Vec<CubeTable>| Cube::new(dimensions(&[2]), queries, tables);
    assert!(build(&whole, vec![good()]).is_ok());
    let mut negative = whole.clone();
    negative[1].variance = -1.0;
    for (queries, tables) in [
        (&whole, vec![good(), good()]),
        (&whole, vec![table(vec![], vec![0.0])]),
        (&whole, vec![table(vec![1], vec![0.0])]),
        (&whole, vec![table(vec![0, 0], vec![0.0; 4])]),
        (&whole, vec![table(vec![0], vec![0.0])]),
        (&whole, vec![table(vec![0], vec![0.0, f64::NAN])]),
        (&vec![query(vec![0])], vec![good()]),
        (&vec![query(vec![]), query(vec![0]), query(vec![0])], vec![good()]),
        (&negative, vec![good()]),
    ] {
        assert!(build(queries, tables).is_err());
    }
    let mut twice = dimensions(&[2]);
    twice[0].codes[1].code = "c0".into();
    assert!(Cube::new(twice, &whole, vec![good()]).is_err());
}

/// Sizes, variances by mask, and two slices as one set of codes for each dimension.
type Case = (Vec<usize>, Vec<f64>, Vec<Vec<usize>>, Vec<Vec<usize>>);

/// Two to four codes in each of one to three dimensions, any variances, and for each dimension two non-empty sets.
fn cases() -> impl Strategy<Value = Case> {
    prop::collection::vec(2_usize..5, 1..4).prop_flat_map(|sizes| {
        let sets = |sizes: &[usize]| -> Vec<_> {
            sizes.iter().map(|n| prop::sample::subsequence((0..*n).collect::<Vec<_>>(), 1..=*n)).collect()
        };
        let variances = prop::collection::vec(0.1_f64..50.0, 1 << sizes.len());
        (Just(sizes.clone()), variances, sets(&sizes), sets(&sizes))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn formulas_equal_brute_force((sizes, variances, one, other) in cases()) {
        let cube = full_cube(&sizes, &variances);
        let (s, t) = (cube.slice(&named(&one)).expect("codes"), cube.slice(&named(&other)).expect("codes"));
        let close = |found: f64, expected: f64| (found - expected).abs() <= 1e-9 * (1.0 + expected.abs());
        let covariance = cube.covariance(&s, &t).expect("released");
        let expected = brute_force(&sizes, &variances, &one, &other);
        prop_assert!(close(covariance, expected), "{covariance} is not {expected}");
        prop_assert!(close(covariance, cube.covariance(&t, &s).expect("released")), "not symmetric");
        prop_assert!(close(cube.variance(&s).expect("released"), brute_force(&sizes, &variances, &one, &one)));
        let difference = cube.difference(&s, &t).expect("released").standard_error.powi(2);
        let expected = brute_force(&sizes, &variances, &one, &one) + brute_force(&sizes, &variances, &other, &other)
            - 2.0 * brute_force(&sizes, &variances, &one, &other);
        prop_assert!((difference - expected).abs() <= 1e-7 * (1.0 + expected.abs()), "{difference} is not {expected}");
    }

    #[test]
    fn rows_of_a_roll_up_are_slices((sizes, variances, one, _) in cases()) {
        let cube = full_cube(&sizes, &variances);
        let within = cube.slice(&named(&one)).expect("codes");
        let rows = cube.roll_up(&[0], &within).expect("released");
        for (code, estimate) in rows.codes[0].iter().zip(&rows.estimates) {
            let mut sets = named(&one);
            sets[0].1 = vec![*code];
            let value = cube.value(&cube.slice(&sets).expect("codes")).expect("released");
            prop_assert!((value.estimate - estimate).abs() < 1e-9);
            prop_assert!((value.standard_error - rows.standard_error).abs() < 1e-9);
        }
        let total: f64 = rows.estimates.iter().sum();
        prop_assert!((cube.value(&within).expect("released").estimate - total).abs() < 1e-9);
    }
}

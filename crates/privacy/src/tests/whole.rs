//! Tables of whole persons: they agree to the person, stay near the fractions, and are refused where they might not
//! agree.

use proptest::prelude::*;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::mechanism::random_counts;
use super::{marginals_of, planned, random_workload, seeded_noise, shape, subset, up_to, wanted};
use crate::axes::sum_onto;
use crate::{
    NoisePlan, NonNegative, Objective, PrivacyError, Shape, Subset, Wanted, can_be_whole, measure, non_negative, whole,
};

/// Which tables can be whole together; of the others, the tables that the refusal names.
#[test]
fn tables_that_overlap_crosswise_are_refused() {
    type Case = (&'static [&'static [usize]], &'static [&'static [usize]]);
    let cases: &[Case] = &[
        (&[&[0]], &[]),
        (&[&[]], &[]),
        (&[&[0, 1, 2, 3], &[0, 1, 2], &[1, 2, 3], &[0, 2, 3]], &[]), // one contains all others
        (&[&[0, 1], &[1, 2], &[0, 2], &[3]], &[]),                   // a circle of pairs
        (&[&[0, 3], &[0, 1, 2], &[1, 2]], &[]),                      // year × gender, year × route
        (&[&[0, 1, 2], &[0, 1, 3], &[0, 4], &[1, 5], &[2, 3]], &[]), // shared: {0, 1}, {2} and {3}
        (&[&[0, 1, 2], &[0, 1, 3], &[1, 2, 3]], &[&[0, 1, 2], &[0, 1, 3], &[1, 2, 3]]),
        (&[&[0, 1, 2], &[4], &[0, 1, 3], &[1, 2, 4], &[4, 5]], &[&[0, 1, 2], &[0, 1, 3], &[1, 2, 4]]),
    ];
    for (tables, named) in cases {
        match can_be_whole(&wanted(tables)) {
            Ok(()) => assert!(named.is_empty(), "{tables:?}"),
            Err(PrivacyError::NotWhole { tables: found }) => {
                assert_eq!(found, named.iter().map(|table| subset(table)).collect::<Vec<_>>(), "{tables:?}");
            }
            Err(error) => panic!("{error}"),
        }
    }
    let error = can_be_whole(&up_to(4, 3)).unwrap_err().to_string();
    assert!(error.starts_with("whole tables of dimensions 0, 1, 3 and dimensions 0, 2, 3 and"), "{error}");
    assert!(error.ends_with("want one table over all of their dimensions, or numbers that are not whole"), "{error}");
    let plan = planned(&[2, 2, 2, 2], &up_to(4, 3), Objective::Tables, 0.01);
    let zeros = plan.wanted().iter().map(|table| vec![0.0; plan.shape().cells(table.dimensions) as usize]);
    let zeros = NonNegative { tables: zeros.collect(), distance: 0.0, rounds: 0 };
    assert!(matches!(whole(&plan, &zeros), Err(PrivacyError::NotWhole { .. })));
}

/// Year × gender beside year × destination, three years; the fractions agree, and so do the whole numbers.
#[test]
fn two_tables_share_their_years() {
    let plan = planned(&[3, 2, 2], &wanted(&[&[0, 1], &[0, 2], &[0]]), Objective::Tables, 0.01);
    let tables = vec![
        vec![3.5, 1.0, 0.4, 0.4, 6.6, 5.5], // sums 4.5, 0.8, 12.1
        vec![2.25, 2.25, 0.8, 0.0, 6.05, 6.05],
        vec![4.5, 0.8, 12.1],
    ];
    let found = whole(&plan, &NonNegative { tables, distance: 0.0, rounds: 0 }).unwrap();
    // The total 17.4 is 17, so the years are 4, 1 and 12.
    assert_eq!(found, [vec![3, 1, 1, 0, 7, 5], vec![2, 2, 1, 0, 6, 6], vec![4, 1, 12]]);
}

/// A circle of pairs: each table is a matrix of which both sums are given.
#[test]
fn three_pairs_agree_in_a_circle() {
    let plan = planned(&[2, 2, 2], &wanted(&[&[0, 1], &[1, 2], &[0, 2]]), Objective::Tables, 0.01);
    // Eight cells of half a person each, then of a quarter.
    let found = whole(&plan, &NonNegative { tables: vec![vec![1.0; 4]; 3], distance: 0.0, rounds: 0 }).unwrap();
    assert_eq!(found, vec![vec![1; 4]; 3]);
    let found = whole(&plan, &NonNegative { tables: vec![vec![0.5; 4]; 3], distance: 0.0, rounds: 0 }).unwrap();
    assert_eq!(found, vec![vec![1, 0, 0, 1]; 3]);
}

fn real_tables(shape: &Shape, wanted: &[Wanted], cells: &[f64]) -> Vec<Vec<f64>> {
    let all = subset(&(0..shape.sizes().len()).collect::<Vec<_>>());
    wanted.iter().map(|table| sum_onto(shape, all, cells.to_vec(), table.dimensions)).collect()
}

/// Cells of a full table, many of them empty or small.
fn random_cells(rng: &mut ChaCha20Rng, sizes: &[u32]) -> Vec<f64> {
    let most = 10_f64.powf(rng.random_range(-2.0..3.0));
    random_counts(rng, sizes).iter().map(|count| most * *count as f64 / 2_500.0 * rng.random::<f64>()).collect()
}

/// Any two tables have the same sums over what they share, and all have the total of the fractions, rounded.
fn agree(plan: &NoisePlan, real: &[Vec<f64>], found: &[Vec<u64>]) -> Result<(), TestCaseError> {
    let onto = |at: usize, dimensions: Subset| {
        sum_onto(plan.shape(), plan.wanted()[at].dimensions, found[at].clone(), dimensions)
    };
    let total = real[0].iter().sum::<f64>().round() as u64;
    for (one, table) in plan.wanted().iter().enumerate() {
        prop_assert_eq!(found[one].len() as u64, plan.shape().cells(table.dimensions));
        prop_assert_eq!(found[one].iter().sum::<u64>(), total);
        for (other, with) in plan.wanted().iter().enumerate().take(one) {
            let common = table.dimensions.intersection(with.dimensions);
            prop_assert_eq!(onto(one, common), onto(other, common), "{} and {}", table.dimensions, with.dimensions);
        }
    }
    Ok(())
}

/// Tables of at most one dimension are rounded up or down.
fn singles_are_near(wanted: &[Wanted], real: &[Vec<f64>], found: &[Vec<u64>]) -> Result<(), TestCaseError> {
    for (table, (real, found)) in wanted.iter().zip(real.iter().zip(found)) {
        for (real, found) in real.iter().zip(found).filter(|_| table.dimensions.len() <= 1) {
            prop_assert!((*found as f64 - real).abs() < 1.0 + 1e-6, "{} {} {}", table.dimensions, real, found);
        }
    }
    Ok(())
}

/// Single dimensions and pairs of them, in any number and order.
fn random_pairs(rng: &mut ChaCha20Rng) -> (Vec<u32>, Vec<Wanted>) {
    let sizes: Vec<u32> = (0..rng.random_range(2..=5)).map(|_| rng.random_range(2..=9)).collect();
    let mut tables = up_to(sizes.len(), 2);
    tables.shuffle(rng);
    tables.truncate(rng.random_range(1..=tables.len()));
    (sizes, tables)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Each table inside the next one, in any order of dimensions: all numbers are rounded up or down.
    #[test]
    fn tables_inside_each_other_are_rounded_up_or_down(seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let sizes: Vec<u32> = (0..rng.random_range(1..=5)).map(|_| rng.random_range(2..=6)).collect();
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.shuffle(&mut rng);
        let mut wanted: Vec<Wanted> = (0..=sizes.len()).map(|length| Wanted::new(subset(&order[..length]))).collect();
        wanted.shuffle(&mut rng);
        let plan = planned(&sizes, &wanted, Objective::Tables, 0.001);
        let real = real_tables(&shape(&sizes), &wanted, &random_cells(&mut rng, &sizes));
        let found = whole(&plan, &NonNegative { tables: real.clone(), distance: 0.0, rounds: 0 }).unwrap();
        agree(&plan, &real, &found)?;
        for (table, (real, found)) in wanted.iter().zip(real.iter().zip(&found)) {
            for (real, found) in real.iter().zip(found) {
                prop_assert!((*found as f64 - real).abs() < 1.0 + 1e-6, "{} {} {}", table.dimensions, real, found);
            }
        }
    }

    /// One table that contains all others, whatever these are: single dimensions are rounded up or down.
    #[test]
    fn tables_under_one_table_agree(seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (sizes, mut wanted) = random_workload(&mut rng);
        let sizes: Vec<u32> = sizes.iter().map(|size| size.div_ceil(3) + 1).collect();
        let all = subset(&(0..sizes.len()).collect::<Vec<_>>());
        if wanted.iter().all(|table| table.dimensions != all) {
            wanted.push(Wanted::new(all));
        }
        let plan = planned(&sizes, &wanted, Objective::Tables, 0.001);
        let real = real_tables(&shape(&sizes), &wanted, &random_cells(&mut rng, &sizes));
        let found = whole(&plan, &NonNegative { tables: real.clone(), distance: 0.0, rounds: 0 }).unwrap();
        agree(&plan, &real, &found)?;
        singles_are_near(&wanted, &real, &found)?;
    }

    /// Single dimensions are rounded up or down, and pairs agree with each other whatever circles they form.
    #[test]
    fn pairs_agree(seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (sizes, wanted) = random_pairs(&mut rng);
        let plan = planned(&sizes, &wanted, Objective::Tables, 0.001);
        let real = real_tables(&shape(&sizes), &wanted, &random_cells(&mut rng, &sizes));
        let found = whole(&plan, &NonNegative { tables: real.clone(), distance: 0.0, rounds: 0 }).unwrap();
        agree(&plan, &real, &found)?;
        singles_are_near(&wanted, &real, &found)?;
    }

    /// Whatever may be whole agrees, also from real noise; whole tables stay; equal arguments give equal tables.
    #[test]
    fn tables_agree_and_whole_tables_stay(seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (sizes, wanted) = random_workload(&mut rng);
        prop_assume!(can_be_whole(&wanted).is_ok());
        let plan = planned(&sizes, &wanted, Objective::Tables, 0.001);
        let counts: Vec<i64> = random_counts(&mut rng, &sizes).iter().map(|count| count / 500).collect();
        let exact = marginals_of(&sizes, counts.clone());
        let found = non_negative(&plan, &measure(&plan, &exact, &mut seeded_noise(&mut rng)).unwrap()).unwrap();
        let rounded = whole(&plan, &found).unwrap();
        agree(&plan, &found.tables, &rounded)?;
        prop_assert_eq!(whole(&plan, &found).unwrap(), rounded);
        let cells: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
        let tables = real_tables(&shape(&sizes), &wanted, &cells);
        let kept: Vec<Vec<u64>> =
            tables.iter().map(|table| table.iter().map(|persons| *persons as u64).collect()).collect();
        prop_assert_eq!(whole(&plan, &NonNegative { tables, distance: 0.0, rounds: 0 }).unwrap(), kept);
    }
}

#[test]
fn what_is_not_persons_is_refused() {
    let plan = planned(&[2, 3], &wanted(&[&[0, 1]]), Objective::Tables, 0.01);
    let refused = |tables: Vec<Vec<f64>>| whole(&plan, &NonNegative { tables, distance: 0.0, rounds: 0 }).unwrap_err();
    assert!(matches!(refused(Vec::new()), PrivacyError::BadStoredPlan(_)));
    assert!(matches!(refused(vec![vec![0.0; 5]]), PrivacyError::WrongLength { expected: 6, found: 5, .. }));
    for bad in [-0.1, f64::NAN, f64::INFINITY, 1e10] {
        assert!(matches!(refused(vec![vec![0.0, 0.0, bad, 0.0, 0.0, 0.0]]), PrivacyError::NotCounts(_)), "{bad}");
    }
}

//! Scales: the published optimum, the closed form against brute force, the budget, and every refusal.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::{CTDC, FLAGS, planned, random_workload, shape, subset, up_to, wanted};
use crate::{Objective, PrivacyError, Rho, Shape, Subset, Wanted, Weight, epsilon, half_width, plan, rebuild};

fn rho(value: f64) -> Rho {
    Rho::new(value).unwrap()
}

/// Figures of the published ResidualPlanner program at ρ 0.5, every cell of equal weight.
#[test]
fn reference_workloads_reach_the_published_optimum() {
    let check = |sizes: &[u32], most: usize, cells: u64, published: f64, digits: f64| {
        let plan = planned(sizes, &up_to(sizes.len(), most), Objective::Cells, 0.5);
        assert_eq!(plan.cells(), cells);
        assert!((plan.optimum_rmse() - published).abs() < digits, "{} {published}", plan.optimum_rmse());
        assert!(plan.rmse() / published <= 1.0001, "{} {published}", plan.rmse());
        assert_eq!(plan.rho(), rho(0.5));
    };
    check(&CTDC, 2, 6_183, 3.332_388_6, 1e-7);
    check(&CTDC, 3, 142_096, 3.826_741_4, 1e-7);
    check(&FLAGS, 3, 68_120, 6.497_129_9, 1e-7);
    check(&FLAGS, 2, up_to(14, 2).iter().map(|t| shape(&FLAGS).cells(t.dimensions)).sum(), 4.4423, 1e-4);
}

/// 95 % half-widths of total, one-, two- and three-way cells under both objectives.
#[test]
fn equal_tables_keep_small_tables_accurate() {
    let widths = |objective| {
        let plan = planned(&CTDC, &up_to(6, 3), objective, 0.5);
        let width = |table: Subset| half_width(plan.cell_standard_error(table).unwrap(), 0.05).unwrap();
        let mut mean = [(0.0, 0.0); 4];
        for table in plan.wanted() {
            let (sum, cells) = &mut mean[table.dimensions.len()];
            *sum += width(table.dimensions);
            *cells += 1.0;
        }
        mean.map(|(sum, tables)| sum / tables)
    };
    let near = |found: [f64; 4], expected: [f64; 4]| {
        assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() <= 0.1 * e), "{found:?} {expected:?}");
    };
    near(widths(Objective::Tables), [11.0, 11.0, 11.0, 10.0]);
    near(widths(Objective::Cells), [66.0, 34.0, 18.0, 9.0]);
}

#[test]
fn equal_cells_are_optimal_and_within_budget_for_random_workloads() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for _ in 0..200 {
        let (sizes, mut wanted) = random_workload(&mut rng);
        let asked = rho(rng.random_range(0.001..0.2));
        let weighted = plan(&shape(&sizes), &wanted, Objective::Tables, asked).unwrap();
        assert!(weighted.rho() <= asked && asked.nanos() - weighted.rho().nanos() <= 1);
        for table in &mut wanted {
            table.weight = Weight::ONE;
        }
        let equal = plan(&shape(&sizes), &wanted, Objective::Cells, asked).unwrap();
        assert!(equal.rho() <= asked);
        assert!((1.0 - 1e-9..=1.0001).contains(&(equal.rmse() / equal.optimum_rmse())));
        assert!(weighted.rmse() >= equal.rmse() * (1.0 - 1e-9));
    }
}

/// The coefficients v_A found by pushing unit noise through the reconstruction, without any formula.
fn brute_force_influence(plan: &crate::NoisePlan) -> Vec<f64> {
    let cells = |table: Subset| plan.shape().cells(table) as usize;
    let zero: Vec<Vec<i64>> = plan.queries().iter().map(|query| vec![0; cells(query.dimensions)]).collect();
    let influence_of = |position: usize| {
        let query = plan.queries()[position].dimensions;
        let mut sum = 0.0;
        for entry in 0..cells(query) {
            let mut measured = zero.clone();
            // One standard deviation of s_A = 1 is Π n_i in units of the query.
            measured[position][entry] = cells(query) as i64;
            for (table, values) in plan.wanted().iter().zip(rebuild(plan, &measured).unwrap()) {
                let each = match plan.objective() {
                    Objective::Tables => table.weight.value() / values.len() as f64,
                    Objective::Cells | Objective::Maximum => table.weight.value(),
                };
                sum += each * values.iter().map(|value| value * value).sum::<f64>();
            }
        }
        sum
    };
    (0..plan.queries().len()).map(influence_of).collect()
}

#[test]
fn closed_form_is_the_minimum_of_the_true_objective() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let cases: [(&[u32], Vec<Wanted>); 3] = [
        (&[3, 4, 2], up_to(3, 2)),
        (&[2, 5, 3], wanted(&[&[0, 1, 2], &[1]])),
        (&[6, 2], vec![Wanted { weight: Weight::new(0.3).unwrap(), ..Wanted::new(subset(&[0, 1])) }, up_to(1, 1)[1]]),
    ];
    for (sizes, wanted) in &cases {
        for objective in [Objective::Tables, Objective::Cells] {
            let plan = planned(sizes, wanted, objective, 0.1);
            let influence = brute_force_influence(&plan);
            let costs: Vec<f64> =
                plan.queries().iter().map(|q| (q.sensitivity / q.sigma).powi(2) * q.variance).collect();
            let value = |variances: &[f64]| -> f64 { influence.iter().zip(variances).map(|(v, s)| v * s).sum() };
            let spent = |variances: &[f64]| -> f64 { costs.iter().zip(variances).map(|(p, s)| p / s).sum() };
            let variances: Vec<f64> = plan.queries().iter().map(|query| query.variance).collect();
            // Lagrange: v_A s_A⁴ / p_A is one number.
            let multiplier = |a: usize| influence[a] * variances[a].powi(2) / costs[a];
            assert!((1..costs.len()).all(|a| (multiplier(a) / multiplier(0) - 1.0).abs() < 1e-7));
            for _ in 0..200 {
                let moved: Vec<f64> = variances.iter().map(|s| s * rng.random_range(0.8_f64..1.25)).collect();
                let excess = spent(&moved) / spent(&variances);
                let moved: Vec<f64> = moved.iter().map(|s| s * excess).collect();
                assert!(value(&moved) >= value(&variances) * (1.0 - 1e-9));
            }
        }
    }
}

#[test]
fn twenty_dimensions_up_to_three_are_planned() {
    let plan = planned(&[3; 20], &up_to(20, 3), Objective::Tables, 0.5);
    assert_eq!(plan.queries().len(), 1_351);
    assert_eq!(plan.rho(), rho(0.5));
}

#[test]
fn budget_is_never_exceeded_by_a_plan_of_any_size() {
    for nanos in [1, 7, 1_000, 333_333_333, 999_999_999] {
        let asked = Rho::from_nanos(nanos);
        let plan = plan(&shape(&[9, 3, 4]), &up_to(3, 3), Objective::Tables, asked).unwrap();
        assert_eq!(plan.rho(), asked);
    }
}

#[test]
fn too_little_noise_is_refused() {
    let refused = plan(&shape(&[2]), &wanted(&[&[0]]), Objective::Tables, rho(100.0));
    assert!(matches!(refused, Err(PrivacyError::SmallScale { sigma, .. }) if sigma < 0.7), "{refused:?}");
}

#[test]
fn tables_that_could_leave_64_bits_are_refused() {
    let large = plan(&shape(&[65_536, 65_536]), &wanted(&[&[0, 1]]), Objective::Tables, rho(0.5));
    assert!(matches!(large, Err(PrivacyError::Overflow(_))), "{large:?}");
    let wide = plan(&shape(&[2; 64]), &wanted(&[&(0..64).collect::<Vec<_>>()]), Objective::Tables, rho(0.5));
    assert!(matches!(wide, Err(PrivacyError::Overflow(_))), "{wide:?}");
    // Counts fit under 2^63, but beside them there is room for noise of a usual budget only, not for that of one nano-ρ.
    let ask = |rho| plan(&shape(&[32_768, 32_767]), &wanted(&[&[0, 1]]), Objective::Tables, rho);
    assert!(matches!(ask(Rho::from_nanos(1)), Err(PrivacyError::Overflow(_))));
    assert!(matches!(ask(rho(0.5)), Err(PrivacyError::TooManyValues(_))));
}

#[test]
fn workloads_that_cannot_be_carried_out_are_refused() {
    let values = plan(&shape(&[20_000, 20_000]), &wanted(&[&[0, 1]]), Objective::Tables, rho(0.5));
    assert!(matches!(values, Err(PrivacyError::TooManyValues(_))), "{values:?}");
    let queries = plan(&shape(&[2; 17]), &wanted(&[&(0..17).collect::<Vec<_>>()]), Objective::Tables, rho(0.5));
    assert!(matches!(queries, Err(PrivacyError::TooManyQueries(_))), "{queries:?}");
}

#[test]
fn meaningless_requests_are_refused() {
    let ask = |tables: &[&[usize]]| plan(&shape(&[2, 3]), &wanted(tables), Objective::Tables, rho(0.5));
    assert!(matches!(ask(&[]), Err(PrivacyError::NothingWanted)));
    assert!(matches!(ask(&[&[0], &[0]]), Err(PrivacyError::RepeatedTable(_))));
    assert!(matches!(ask(&[&[2]]), Err(PrivacyError::UnknownDimension { dimension: 2, last: 1 })));
    let free = plan(&shape(&[2]), &wanted(&[&[0]]), Objective::Tables, Rho::from_nanos(0));
    assert!(matches!(free, Err(PrivacyError::BadRho(_))));
    assert!(matches!(Shape::new(vec![2, 1]), Err(PrivacyError::TooFewCodes { dimension: 1, codes: 1 })));
    assert!(matches!(Shape::new(vec![]), Err(PrivacyError::DimensionCount(0))));
    assert!(matches!(Shape::new(vec![2; 65]), Err(PrivacyError::DimensionCount(65))));
    assert!(matches!(Subset::new(&[1, 1]), Err(PrivacyError::RepeatedDimension(1))));
    assert!(matches!(Subset::new(&[64]), Err(PrivacyError::UnknownDimension { dimension: 64, .. })));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(Rho::new(bad).is_err() && Weight::new(bad).is_err());
    }
    let plan = ask(&[&[0]]).unwrap();
    assert!(matches!(plan.cell_standard_error(subset(&[1])), Err(PrivacyError::NotPlanned(_))));
    assert!(matches!(plan.slice_variance(subset(&[0]), &[3]), Err(PrivacyError::BadSlice(_))));
    assert!(matches!(plan.slice_variance(subset(&[0]), &[]), Err(PrivacyError::BadSlice(_))));
}

/// A whole axis taken is the table without it, and everything taken is the total.
#[test]
fn roll_ups_have_the_error_of_the_smaller_table() {
    let plan = planned(&[5, 3, 4], &wanted(&[&[0, 1, 2]]), Objective::Tables, 0.1);
    let table = subset(&[0, 1, 2]);
    let agree = |taken: [u32; 3], smaller: &[usize]| {
        let (slice, cell) = (plan.slice_variance(table, &taken), plan.cell_standard_error(subset(smaller)));
        assert!((slice.unwrap().sqrt() / cell.unwrap() - 1.0).abs() < 1e-12);
    };
    agree([1, 3, 1], &[0, 2]);
    agree([5, 1, 4], &[1]);
    agree([5, 3, 4], &[]);
}

/// The tight conversion against its defining formula, minimised over a fine grid of orders (arXiv 2004.00010).
#[test]
fn epsilon_is_the_tight_conversion() {
    let delta_at = |rho: f64, epsilon: f64| {
        let orders = (1..4_000_000).map(|step| 1.0 + f64::from(step) * 1e-5);
        let exponent = |a: f64| (a - 1.0) * (a * rho - epsilon) + a * (-1.0 / a).ln_1p() - (a - 1.0).ln();
        orders.map(exponent).fold(f64::INFINITY, f64::min).exp()
    };
    for (amount, delta) in [(0.5, 1e-6), (0.5, 1e-9), (0.1, 1e-9)] {
        let epsilon = epsilon(rho(amount), delta).unwrap();
        assert!((delta_at(amount, epsilon) / delta - 1.0).abs() < 1e-4, "{amount} {delta} {epsilon}");
    }
    assert!((epsilon(rho(0.5), 1e-6).unwrap() - 5.2).abs() < 0.1);
    assert!(epsilon(Rho::from_nanos(0), 1e-9).unwrap() == 0.0);
    for bad in [0.0, 1.0, -1e-9, f64::NAN] {
        assert!(matches!(epsilon(rho(0.5), bad), Err(PrivacyError::BadProbability { .. })));
    }
}

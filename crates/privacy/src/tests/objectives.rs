//! The smallest maximum and headline tables: published figures, brute force, and what must hold for any workload.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::{CTDC, planned, random_workload, shape, subset, up_to, wanted};
use crate::{HalfWidth, NoisePlan, Objective, PrivacyError, Rho, Subset, Wanted, Weight, half_width, plan, rebuild};

fn rho(value: f64) -> Rho {
    Rho::new(value).unwrap()
}

fn headline(dimensions: Subset, persons: f64) -> Wanted {
    Wanted { half_width: Some(HalfWidth::new(persons).unwrap()), ..Wanted::new(dimensions) }
}

fn cell_variance(plan: &NoisePlan, table: &Wanted) -> f64 {
    plan.cell_standard_error(table.dimensions).unwrap().powi(2)
}

fn largest(plan: &NoisePlan) -> f64 {
    plan.wanted().iter().map(|table| table.weight.value() * cell_variance(plan, table)).fold(0.0, f64::max)
}

/// Figures that ResidualPlanner prints for the largest variance over five columns of the Current Population Survey at
/// privacy cost 1, which is ρ 0.5 (arXiv 2305.08175).
#[test]
fn the_published_smallest_maximum_is_reached() {
    let tables = |lengths: std::ops::RangeInclusive<usize>| {
        let tables = up_to(5, 3).into_iter().filter(|table| lengths.contains(&table.dimensions.len()));
        planned(&[100, 50, 7, 4, 2], &tables.collect::<Vec<_>>(), Objective::Maximum, 0.5)
    };
    for (lengths, published) in [(1..=1, 4.346), (2..=2, 7.897), (3..=3, 7.706), (0..=3, 13.216)] {
        let found = largest(&tables(lengths.clone()));
        assert!((found - published).abs() < 6e-4, "{lengths:?}: {found} {published}");
    }
}

/// What unit noise on each query (s_A = 1) adds to a cell of each table, found by pushing it through the reconstruction.
fn brute_force_shares(plan: &NoisePlan) -> Vec<Vec<f64>> {
    let cells = |table: Subset| plan.shape().cells(table) as usize;
    let zero: Vec<Vec<i64>> = plan.queries().iter().map(|query| vec![0; cells(query.dimensions)]).collect();
    let of_query = |position: usize| {
        let query = plan.queries()[position].dimensions;
        let mut shares = vec![0.0; plan.wanted().len()];
        for entry in 0..cells(query) {
            let mut measured = zero.clone();
            measured[position][entry] = cells(query) as i64;
            for (share, values) in shares.iter_mut().zip(rebuild(plan, &measured).unwrap()) {
                *share += values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64;
            }
        }
        shares
    };
    (0..plan.queries().len()).map(of_query).collect()
}

/// The least value of a convex function over all splits of the budget between at most four queries: a grid that closes in
/// on its best point.
fn least_over_splits(queries: usize, value: &dyn Fn(&[f64]) -> f64) -> f64 {
    const STEPS: i32 = 6;
    let (mut centre, mut reach, mut best) = (vec![1.0 / queries as f64; queries - 1], 0.5, f64::INFINITY);
    let grid = (2 * STEPS + 1).pow(queries as u32 - 1);
    for _ in 0..50 {
        let mut next = centre.clone();
        for point in 0..grid {
            let step = |dimension: usize| point / (2 * STEPS + 1).pow(dimension as u32) % (2 * STEPS + 1) - STEPS;
            let mut split: Vec<f64> = (0..queries - 1)
                .map(|dimension| centre[dimension] + reach * f64::from(step(dimension)) / f64::from(STEPS))
                .collect();
            let rest = 1.0 - split.iter().sum::<f64>();
            split.push(rest);
            if split.iter().all(|share| *share > 0.0) && value(&split) < best {
                best = value(&split);
                split.pop();
                next = split;
            }
        }
        (centre, reach) = (next, reach * 0.75);
    }
    best
}

/// Plans against the best that a grid over all splits of the budget finds, for every objective with and without headlines.
#[test]
fn no_split_of_the_budget_is_better() {
    let weighted =
        |table: &[usize], weight: f64| Wanted { weight: Weight::new(weight).unwrap(), ..Wanted::new(subset(table)) };
    let cases: [(&[u32], Vec<Wanted>); 6] = [
        (&[3, 4], up_to(2, 2)),
        (&[2, 5], wanted(&[&[0, 1], &[1]])),
        (&[6, 2], vec![weighted(&[0], 1.0), weighted(&[1], 5.0)]),
        (&[3, 4], vec![headline(subset(&[0]), 11.0), weighted(&[0, 1], 1.0), weighted(&[1], 3.0)]),
        (&[6, 2], vec![headline(subset(&[0]), 9.5), weighted(&[1], 1.0)]),
        (&[2, 5], vec![headline(Subset::EMPTY, 5.5), headline(subset(&[1]), 12.0), weighted(&[0, 1], 1.0)]),
    ];
    for (sizes, tables) in &cases {
        for objective in [Objective::Tables, Objective::Cells, Objective::Maximum] {
            let plan = planned(sizes, tables, objective, 0.1);
            let shares = brute_force_shares(&plan);
            let costs: Vec<f64> =
                plan.queries().iter().map(|q| (q.sensitivity / q.sigma).powi(2) * q.variance).collect();
            let value = |split: &[f64]| {
                let variances = costs.iter().zip(split).map(|(cost, share)| cost / (2.0 * 0.1 * share));
                let mut of_tables = vec![0.0; tables.len()];
                for (variance, shares) in variances.zip(&shares) {
                    of_tables.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share * variance);
                }
                let (mut sum, mut maximum) = (0.0_f64, 0.0_f64);
                for (table, variance) in tables.iter().zip(of_tables) {
                    let cells = plan.shape().cells(table.dimensions) as f64;
                    if table.half_width.is_some_and(|asked| variance.sqrt() > asked.standard_error()) {
                        return f64::INFINITY;
                    }
                    match objective {
                        Objective::Cells => sum += table.weight.value() * cells * variance,
                        Objective::Tables => sum += table.weight.value() * variance,
                        Objective::Maximum => maximum = maximum.max(table.weight.value() * variance),
                    }
                }
                sum.max(maximum)
            };
            let planned: Vec<f64> =
                plan.queries().iter().zip(&costs).map(|(q, cost)| cost / (2.0 * 0.1 * q.variance)).collect();
            let (found, best) = (value(&planned), least_over_splits(costs.len(), &value));
            assert!(found <= best * (1.0 + 3e-6), "{sizes:?} {objective:?}: {found} {best}");
            assert!(best <= found * 1.02, "the grid came nowhere near: {sizes:?} {objective:?}: {found} {best}");
        }
    }
}

#[test]
fn no_other_objective_has_a_smaller_maximum() {
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    for _ in 0..100 {
        let (sizes, tables) = random_workload(&mut rng);
        let maximum = largest(&planned(&sizes, &tables, Objective::Maximum, 0.1));
        for objective in [Objective::Tables, Objective::Cells] {
            let other = largest(&planned(&sizes, &tables, objective, 0.1));
            assert!(maximum <= other * (1.0 + 1e-6), "{sizes:?} {objective:?}: {maximum} {other}");
        }
    }
}

/// Headlines get what they ask for exactly when the budget is enough, one that asks alone is never wider than without asking,
/// the budget is used up, and asking for less makes the whole better.
#[test]
fn headlines_are_kept_or_refused_with_the_rho_that_is_enough() {
    let mut rng = ChaCha20Rng::seed_from_u64(12);
    let (mut refusals, mut plans, mut alone) = (0, 0, 0);
    for round in 0..150 {
        let (sizes, mut tables) = random_workload(&mut rng);
        let objective = [Objective::Tables, Objective::Cells, Objective::Maximum][round % 3];
        let without = planned(&sizes, &tables, objective, 0.1);
        for table in &mut tables {
            if rng.random_bool(0.4) {
                let width = half_width(cell_variance(&without, table).sqrt(), 0.05).unwrap();
                table.half_width = Some(HalfWidth::new(width * rng.random_range(0.4..1.2)).unwrap());
            }
        }
        let ask = |tables: &[Wanted], rho| plan(&shape(&sizes), tables, objective, rho);
        let made = match ask(&tables, rho(0.1)) {
            Err(PrivacyError::HalfWidthsNeedMore { enough, given }) => {
                refusals += 1;
                assert!(given == rho(0.1) && given < enough);
                assert!(ask(&tables, Rho::from_nanos(enough.nanos() - 1)).is_err());
                ask(&tables, enough).unwrap()
            }
            other => other.unwrap(),
        };
        plans += 1;
        let unasked: Vec<Wanted> = tables.iter().map(|table| Wanted { half_width: None, ..*table }).collect();
        let unasked = ask(&unasked, made.requested()).unwrap();
        let asked: Vec<&Wanted> = tables.iter().filter(|table| table.half_width.is_some()).collect();
        // Where several ask, one may pay for another, up to its own bound.
        for table in asked.iter().filter(|_| asked.len() == 1) {
            alone += 1;
            let (with, without) = (cell_variance(&made, table), cell_variance(&unasked, table));
            let room = if objective == Objective::Maximum { 1.01 } else { 1.0 + 1e-3 };
            assert!(with <= without * room, "{round} {objective:?}: {with} {without} {table:?}");
        }
        assert!(made.rho() <= made.requested() && made.requested().nanos() - made.rho().nanos() <= 1);
        for table in made.wanted() {
            let width = half_width(cell_variance(&made, table).sqrt(), 0.05).unwrap();
            assert!(table.half_width.is_none_or(|asked| width <= asked.value()), "{width} {table:?}");
        }
        for table in &mut tables {
            table.half_width = table.half_width.map(|asked| HalfWidth::new(asked.value() * 1.3).unwrap());
        }
        let looser = ask(&tables, made.requested()).unwrap();
        let objective_of = |plan: &NoisePlan| {
            let terms = plan.wanted().iter().map(|table| {
                let cells =
                    if objective == Objective::Cells { plan.shape().cells(table.dimensions) as f64 } else { 1.0 };
                table.weight.value() * cells * cell_variance(plan, table)
            });
            if objective == Objective::Maximum { terms.fold(0.0, f64::max) } else { terms.sum::<f64>() }
        };
        assert!(objective_of(&looser) <= objective_of(&made) * (1.0 + 1e-6), "{round}");
    }
    assert!(refusals > 20 && plans > 100 && alone > 20, "{refusals} {plans} {alone}");
}

/// A half-width with room changes nothing.
#[test]
fn a_headline_with_room_changes_nothing() {
    for objective in [Objective::Tables, Objective::Cells, Objective::Maximum] {
        let mut tables = up_to(6, 2);
        let alone = planned(&CTDC, &tables, objective, 0.5);
        tables[0] = headline(Subset::EMPTY, 500.0);
        let asked = planned(&CTDC, &tables, objective, 0.5);
        for (one, other) in alone.queries().iter().zip(asked.queries()) {
            assert!((one.variance / other.variance - 1.0).abs() < 1e-3, "{objective:?}: {one:?} {other:?}");
        }
    }
}

/// Where every table asks, budget to spare goes where the objective puts it, and every bound holds still.
#[test]
fn headlines_alone_keep_their_bounds() {
    let all = [headline(subset(&[0]), 8.0), headline(subset(&[1]), 4.0)];
    for objective in [Objective::Tables, Objective::Cells, Objective::Maximum] {
        let least = match plan(&shape(&[5, 3]), &all, objective, rho(1e-6)) {
            Err(PrivacyError::HalfWidthsNeedMore { enough, .. }) => enough,
            other => panic!("{other:?}"),
        };
        for rho in [least, Rho::from_nanos(least.nanos() * 3)] {
            let plan = plan(&shape(&[5, 3]), &all, objective, rho).unwrap();
            for table in all {
                let width = half_width(cell_variance(&plan, &table).sqrt(), 0.05).unwrap();
                assert!(width <= table.half_width.unwrap().value(), "{objective:?} {rho:?}: {width}");
            }
        }
    }
}

/// Twenty dimensions up to three with the total and all single dimensions as headlines.
#[test]
fn large_workloads_with_headlines_are_planned() {
    for objective in [Objective::Tables, Objective::Maximum] {
        let mut tables = up_to(20, 3);
        for table in tables.iter_mut().filter(|table| table.dimensions.len() <= 1) {
            table.half_width = Some(HalfWidth::new(30.0).unwrap());
        }
        let plan = planned(&[3; 20], &tables, objective, 0.5);
        let mut headlines = plan.wanted().iter().filter(|table| table.half_width.is_some());
        assert_eq!(headlines.clone().count(), 21);
        assert!(headlines.all(|table| half_width(cell_variance(&plan, table).sqrt(), 0.05).unwrap() <= 30.0));
    }
}

#[test]
fn half_widths_are_numbers_and_survive_a_file() {
    for bad in [0.0, -1.0, 1e-4, 2e9, f64::NAN] {
        assert!(matches!(HalfWidth::new(bad), Err(PrivacyError::BadHalfWidth(_))));
    }
    let asked = HalfWidth::new(6.0).unwrap();
    assert!((half_width(asked.standard_error(), 0.05).unwrap() - 6.0).abs() < 1e-6);
    let made = planned(&[4, 3], &[headline(subset(&[0]), 20.0), Wanted::new(subset(&[0, 1]))], Objective::Maximum, 0.1);
    let text = serde_json::to_string(&made).unwrap();
    assert!(text.contains("\"half_width\":20.0") && text.contains("\"objective\":\"maximum\""), "{text}");
    assert_eq!(serde_json::from_str::<NoisePlan>(&text).unwrap(), made);
}

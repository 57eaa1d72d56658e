//! Tables without negative numbers, from the plan and the noisy measurements alone.
//!
//! Unbiased estimates of small counts are negative about as often as positive. Setting negative cells to zero makes sums
//! far too large and lets tables disagree. Here all tables are moved together instead: among all families of tables that
//! agree with each other and have no negative cell, the one that is nearest to the measurements in weighted least squares
//! is taken (GReM-LNN of arXiv 2410.01091, with other weights). It is post-processing: it costs no privacy.
//!
//! The result is for readers who cannot use negative numbers. It is nearer to the truth than the unbiased estimates
//! wherever many cells are empty, and it is biased: cells that are zero in truth can only err upwards, and others pay
//! for it. No error bar belongs to it. Cells of large counts are better served by [`crate::rebuild()`]. Values are
//! fractions of persons; where whole numbers can agree, [`crate::whole()`] makes them.
//!
//! # The computation
//! The unknowns are the residuals r_A of the closure. Those that were measured, y_A, have independent errors with variance
//! s_A² in each of their directions. The sum Σ_A κ_A ‖r_A − y_A‖² / (2 s_A²) is minimised subject to T_B(r) ≥ 0 for the
//! largest tables B; smaller ones are sums of those. With every κ_A = 1 this is GReM-LNN. Cells that cannot go below zero
//! push sums over them upwards, though, and single dimensions would end up worse than they were measured. Here each
//! dimension that a residual lacks makes it [`FIRMER`] times as firm, which keeps the sums where they were measured and
//! brings the large tables nearer to the truth as well. Alternating directions (ADMM) with one penalty for each table fit
//! residuals exactly, because the parts of a table that belong to different A are orthogonal: both steps are closed forms
//! of a few passes over the cells.
//!
//! Multipliers μ_B ≥ 0 come with it, and any multipliers prove a bound: no family of tables has a smaller sum than
//! −Σ_A (s_A² ‖g_A‖² / 2κ_A + ⟨g_A, y_A⟩), where g_A = Σ_B (residual of μ_B) / N_{B\A}. The rounds end when the tables
//! found are so near to that bound that they lie within [`TOLERANCE`] of the optimum.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

use crate::axes::{Axis, centre, sum_out};
use crate::rebuild::{estimate, residuals};
use crate::{NoisePlan, PrivacyError, Subset};

/// By how much one dimension less makes a residual firmer. Chosen on invented sparse cubes of 500 to 50,000 persons: at 3
/// single dimensions are within a few percent of as exact as they were measured, and pairs and triples nearly as exact as
/// for any factor.
const FIRMER: f64 = 3.0;
/// How far from the optimum the result may be: root mean square over all measured numbers, in standard deviations of the
/// noise.
const TOLERANCE: f64 = 2e-3;
/// Rounds after which the result is taken as it is; [`NonNegative::distance`] then says how far it may be off.
const MOST_ROUNDS: usize = 5_000;
/// Rounds between two looks at the bound.
const BETWEEN_LOOKS: usize = 10;
/// Rounds after which penalties stay as they are, as convergence asks for.
const BALANCING: usize = 1_000;
/// Over-relaxation, between 1 and 2; the usual choice.
const RELAXATION: f64 = 1.6;
/// Fewest cells for which a second thread is worth its start.
const MANY_CELLS: usize = 20_000;

/// Tables without negative numbers, and how near they are to the best ones.
#[derive(Clone, Debug, PartialEq)]
pub struct NonNegative {
    /// The tables in the order of [`NoisePlan::wanted`], dense and row-major, in persons. None is negative, and sums of any
    /// two over what they share agree.
    pub tables: Vec<Vec<f64>>,
    /// The computation's own error: a proven bound on the root mean square distance from the exact optimum over all
    /// measured numbers, in standard deviations of the noise. It says nothing about the distance from the truth.
    pub distance: f64,
    /// Rounds of the computation.
    pub rounds: usize,
}

/// The nearest tables without negative cells. `measurements` are those of [`crate::measure()`], as for
/// [`crate::rebuild()`]; equal arguments give equal tables.
pub fn non_negative(plan: &NoisePlan, measurements: &[Vec<i64>]) -> Result<NonNegative, PrivacyError> {
    let measured = residuals(plan, measurements)?;
    let mut search = Search::new(plan, &measured);
    let mut rounds = 0;
    let (found, distance) = loop {
        for _ in 0..BETWEEN_LOOKS {
            search.improve();
        }
        rounds += BETWEEN_LOOKS;
        let found = search.repaired();
        let distance = search.distance(&found);
        if distance <= TOLERANCE || rounds >= MOST_ROUNDS {
            break (found, distance);
        }
        if rounds <= BALANCING {
            search.balance();
        }
    };
    tracing::debug!(rounds, distance, "tables without negative numbers found");
    // What is left below zero is the last digit of a sum.
    let table =
        |dimensions| estimate(plan, &found, dimensions, Subset::EMPTY).iter().map(|value| value.max(0.0)).collect();
    let tables = plan.wanted().iter().map(|wanted| table(wanted.dimensions)).collect();
    Ok(NonNegative { tables, distance, rounds })
}

/// One of the largest tables with its side of the alternation.
struct Largest {
    dimensions: Subset,
    /// Its part of each subset: where that stands in the closure, and N_{B\A}.
    parts: Vec<(usize, f64)>,
    /// The penalty for standing apart from the residuals, about one over the variance of a cell at first.
    penalty: f64,
    /// The table, without negative cells.
    cells: Vec<f64>,
    /// Multipliers over the penalty, none positive.
    pressure: Vec<f64>,
}

struct Search<'a> {
    plan: &'a NoisePlan,
    measured: &'a [Vec<f64>],
    /// κ_A / s_A².
    precisions: Vec<f64>,
    /// The residuals now.
    residuals: Vec<Vec<f64>>,
    largest: Vec<Largest>,
    /// Squared distances of the last round: of the two sides from each other, and of the tables from the round before.
    apart: f64,
    moved: f64,
}

impl<'a> Search<'a> {
    fn new(plan: &'a NoisePlan, measured: &'a [Vec<f64>]) -> Self {
        let wanted = plan.wanted().iter().map(|table| table.dimensions);
        let is_largest = |table: &Subset| wanted.clone().all(|other| other == *table || !table.is_subset_of(other));
        let largest = wanted.clone().filter(is_largest).map(|dimensions| Largest::new(plan, measured, dimensions));
        let longest = wanted.clone().map(Subset::len).max().unwrap_or_default();
        let firmness = |query: Subset| (query.len()..longest).map(|_| FIRMER).product::<f64>();
        let precisions = plan.queries().iter().map(|query| firmness(query.dimensions) / query.variance).collect();
        let (largest, residuals) = (largest.collect(), measured.to_vec());
        Self { plan, measured, precisions, residuals, largest, apart: 0.0, moved: 0.0 }
    }

    /// One round: residuals from tables, tables from residuals.
    fn improve(&mut self) {
        let mut weights = self.precisions.clone();
        let scaled = |(values, weight): (&Vec<f64>, &f64)| values.iter().map(|value| value * weight).collect();
        let mut sums: Vec<Vec<f64>> = self.measured.iter().zip(&weights).map(scaled).collect();
        let targets = self.parts_of(|table| {
            table.cells.iter().zip(&table.pressure).map(|(cell, pressure)| cell - pressure).collect()
        });
        for (table, parts) in self.largest.iter().zip(targets) {
            for (&(position, spread), part) in table.parts.iter().zip(parts) {
                let weight = table.penalty / spread;
                weights[position] += weight;
                sums[position].iter_mut().zip(part).for_each(|(sum, value)| *sum += weight * value);
            }
        }
        for (sum, weight) in sums.iter_mut().zip(&weights) {
            for value in sum {
                *value /= weight;
            }
        }
        self.residuals = sums;
        let (plan, residuals) = (self.plan, &self.residuals);
        let many = self.are_many();
        let distances = each(&mut self.largest, many, |table| {
            let values = estimate(plan, residuals, table.dimensions, Subset::EMPTY);
            table.follow(&values)
        });
        self.apart = distances.iter().map(|(apart, _)| apart).sum();
        self.moved = distances.iter().map(|(_, moved)| moved).sum();
    }

    fn are_many(&self) -> bool {
        self.largest.iter().map(|table| table.cells.len()).sum::<usize>() >= MANY_CELLS
    }

    /// Penalties are right when both distances shrink alike; the larger one says which way to go.
    fn balance(&mut self) {
        let ratio = (self.apart / self.moved.max(f64::MIN_POSITIVE)).sqrt();
        let factor = if ratio > 4.0 {
            2.0
        } else if ratio < 0.25 {
            0.5
        } else {
            return;
        };
        for table in &mut self.largest {
            table.penalty *= factor;
            table.pressure.iter_mut().for_each(|pressure| *pressure /= factor);
        }
    }

    /// The residuals, drawn towards even tables of the same total just so far that no cell is negative.
    fn repaired(&self) -> Vec<Vec<f64>> {
        // The order of the closure puts the total first.
        let total = self.residuals[0][0].max(0.0);
        let mut drawn: f64 = 0.0;
        let mut tables: Vec<&Largest> = self.largest.iter().collect();
        let leasts = each(&mut tables, self.are_many(), |table| {
            let values = estimate(self.plan, &self.residuals, table.dimensions, Subset::EMPTY);
            values.into_iter().fold(f64::INFINITY, f64::min)
        });
        for (table, least) in self.largest.iter().zip(leasts) {
            let even = total / table.cells.len() as f64;
            if least < 0.0 {
                drawn = drawn.max(least / (least - even));
            }
        }
        let mut found = self.residuals.clone();
        found[0][0] = total;
        for residual in &mut found[1..] {
            for value in residual {
                *value *= 1.0 - drawn;
            }
        }
        found
    }

    /// The distance that the bound of the head of this file proves: the sum is strongly convex, so its excess over the bound
    /// is at least half the squared distance from the optimum.
    fn distance(&self, found: &[Vec<f64>]) -> f64 {
        let mut gradient: Vec<Vec<f64>> = self.measured.iter().map(|part| vec![0.0; part.len()]).collect();
        let multipliers =
            self.parts_of(|table| table.pressure.iter().map(|pressure| -table.penalty * pressure).collect());
        for (table, parts) in self.largest.iter().zip(multipliers) {
            for (&(position, spread), part) in table.parts.iter().zip(parts) {
                gradient[position].iter_mut().zip(part).for_each(|(sum, value)| *sum += value / spread);
            }
        }
        let mut excess = 0.0;
        for (position, precision) in self.precisions.iter().enumerate() {
            let sides = found[position].iter().zip(&self.measured[position]).zip(&gradient[position]);
            for ((r, y), g) in sides {
                // Both sums in one, with p for κ/s²: p(r − y)²/2 + g²/2p + gy = p(r − y − g/p)²/2 + gr does not cancel.
                excess += precision * (r - y - g / precision).powi(2) / 2.0 + g * r;
            }
        }
        // Precisions are at least those of the noise, so this holds in its standard deviations too.
        (2.0 * excess.max(0.0) / self.plan.values() as f64).sqrt()
    }

    /// The residuals of a vector over each of the largest tables, in the order of its parts.
    fn parts_of(&self, values: impl Fn(&Largest) -> Vec<f64> + Sync) -> Vec<Vec<Vec<f64>>> {
        let mut tables: Vec<&Largest> = self.largest.iter().collect();
        each(&mut tables, self.are_many(), |table| {
            let mut parts = Vec::with_capacity(table.parts.len());
            take_apart(self.plan, values(table), table.dimensions, Subset::EMPTY, &mut |_, part| parts.push(part));
            parts
        })
    }
}

impl Largest {
    fn new(plan: &NoisePlan, measured: &[Vec<f64>], dimensions: Subset) -> Self {
        let cells: Vec<f64> = estimate(plan, measured, dimensions, Subset::EMPTY);
        let mut parts = Vec::new();
        take_apart(plan, cells.clone(), dimensions, Subset::EMPTY, &mut |subset, part| {
            let position = plan.position(subset).expect("every subset of a wanted table has a query");
            parts.push((position, cells.len() as f64 / part.len() as f64));
        });
        let variance: f64 =
            parts.iter().map(|&(position, spread)| plan.queries()[position].variance / spread.powi(2)).sum();
        let pressure = vec![0.0; cells.len()];
        let cells = cells.into_iter().map(|value| value.max(0.0)).collect();
        Self { dimensions, parts, penalty: 1.0 / variance, cells, pressure }
    }

    /// Takes the nearest cells without negative numbers to the table of the residuals and lets the pressure follow. Returns
    /// squared distances: from that table, and from the cells before.
    fn follow(&mut self, values: &[f64]) -> (f64, f64) {
        let (mut apart, mut moved) = (0.0, 0.0);
        for ((cell, pressure), value) in self.cells.iter_mut().zip(&mut self.pressure).zip(values) {
            let aim = RELAXATION * value + (1.0 - RELAXATION) * *cell + *pressure;
            let next = aim.max(0.0);
            moved += (next - *cell).powi(2);
            apart += (next - value).powi(2);
            (*cell, *pressure) = (next, aim - next);
        }
        (self.penalty * apart, self.penalty * moved)
    }
}

/// The reverse of [`estimate`]: gives the residual of every subset of `full` and `centred` together.
fn take_apart(
    plan: &NoisePlan,
    mut values: Vec<f64>,
    full: Subset,
    centred: Subset,
    give: &mut dyn FnMut(Subset, Vec<f64>),
) {
    let Some(dimension) = full.last() else { return give(centred, values) };
    let (axis, rest) = (Axis::of(plan.shape(), full.union(centred), dimension), full.without(dimension));
    take_apart(plan, sum_out(&values, axis), rest, centred, give);
    centre(&mut values, axis);
    take_apart(plan, values, rest, centred.with(dimension), give);
}

/// The work for each item, in their order whatever the threads do; on all cores where it is much.
fn each<T: Send, R: Send>(items: &mut [T], many: bool, work: impl Fn(&mut T) -> R + Sync) -> Vec<R> {
    let cores = if many { thread::available_parallelism().map_or(1, NonZero::get).min(items.len()) } else { 1 };
    if cores <= 1 {
        return items.iter_mut().map(work).collect();
    }
    let queue = Mutex::new(items.iter_mut().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let drain = || std::iter::from_fn(next).map(|(at, item)| (at, work(item))).collect::<Vec<_>>();
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(drain)).collect();
        let join = |thread: ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        threads.into_iter().flat_map(join).collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

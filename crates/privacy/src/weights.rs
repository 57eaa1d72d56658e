//! Which weights of tables serve an objective. For sums they are given. For the smallest maximum and for headline tables
//! they are the Lagrange multipliers of a convex problem, found by a search.
//!
//! # The search
//! Let V_b be the variance of a cell of table b times a scale, and D(m) = min_s Σ m_b V_b(s) over all noise of budget ρ,
//! which the closed form gives: D = (Σ_A √(v_A p_A))² / (2ρ). D is concave in the multipliers m.
//! - *Smallest maximum*: max D(m) over multipliers that sum to one is the least largest V_b.
//! - *Headlines*: with V_b ≤ 1 asked for besides, max D(m) − Σ_headlines m_b is the least objective under these bounds. A
//!   headline keeps its part in the objective, so a bound makes its own table better or changes nothing.
//!
//! A table thus has one term or two, each with a multiplier of its own.
//!
//! Bounding each square root from below by the tangent that Jensen's inequality gives (√Σ_b x_b is at least
//! Σ_b √(x_b x'_b) / √Σ x_b for new x') leaves a problem that is solved in closed form: tables of a maximum get
//! m_b ← m_b V_b² / Σ m V², headlines m_b ← m_b (c V_b)² with one common factor c. Each round therefore improves D and none
//! overshoots; no step size is chosen. The rounds end when the largest V is within [`TOLERANCE`] of the bound D, which
//! proves that it is that near to the optimum, usually after ten to a hundred.

use crate::parts::{Parts, cell_weights};
use crate::{Objective, PrivacyError, Rho, Shape, Wanted};

/// How near to the optimum the search ends.
const TOLERANCE: f64 = 1e-7;
/// By how much bounds are tightened, so that what the tolerance and the rounding of scales leave is inside them.
const MARGIN: f64 = 1e-6;
/// Rounds after which the search gives up; the hardest of thousands of random workloads take a few hundred.
const MOST_ROUNDS: usize = 100_000;
/// Least multiplier: a table of no importance keeps so much of a voice that it can come back.
const LEAST: f64 = 1e-13;
/// Share of the budget that the bounds of headline tables leave free; without any the search would have nothing to weigh.
const LEFT: f64 = 0.01;

/// The weight of the variance of one cell of each table.
pub(crate) fn weights(
    parts: &Parts,
    shape: &Shape,
    wanted: &[Wanted],
    objective: Objective,
    rho: Rho,
) -> Result<Vec<f64>, PrivacyError> {
    let given = cell_weights(shape, wanted, objective);
    let headlines = wanted.iter().filter(|table| table.half_width.is_some()).count();
    if headlines == 0 && objective != Objective::Maximum {
        return Ok(given);
    }
    if headlines > 0 {
        let enough = enough(parts, wanted)?;
        if rho < enough {
            return Err(PrivacyError::HalfWidthsNeedMore { enough, given: rho });
        }
    }
    let part = |weight| if objective == Objective::Maximum { Role::Shared(weight) } else { Role::Fixed(weight) };
    let mut terms: Vec<Term> = given.into_iter().enumerate().map(|(table, w)| Term { table, role: part(w) }).collect();
    terms.extend(bounds(wanted).map(|(table, bound)| Term { table, role: Role::Bounded(bound) }));
    Search { parts, tables: wanted.len(), terms, rho: rho.value() }.run()
}

/// The least budget that gives the headline tables their half-widths and leaves something besides.
fn enough(parts: &Parts, wanted: &[Wanted]) -> Result<Rho, PrivacyError> {
    let terms = bounds(wanted).map(|(table, bound)| Term { table, role: Role::Shared(1.0 / bound) }).collect();
    let search = Search { parts, tables: wanted.len(), terms, rho: 1.0 };
    let cells = parts.cell_variances(&parts.variances(&search.run()?, 1.0));
    // Variances fall as the budget rises, so the largest share of a bound at budget one is the budget at which all hold.
    let least = bounds(wanted).map(|(table, bound)| cells[table] / bound).fold(0.0, f64::max);
    Ok(Rho::from_nanos((least / (1.0 - LEFT) * 1e9).ceil() as u64))
}

/// The headline tables with their bounds.
fn bounds(wanted: &[Wanted]) -> impl Iterator<Item = (usize, f64)> {
    wanted.iter().enumerate().filter_map(|(table, wanted)| Some((table, bound(wanted)?)))
}

/// The largest variance of a cell that a headline table allows, a hair less than asked for.
fn bound(table: &Wanted) -> Option<f64> {
    table.half_width.map(|half_width| half_width.standard_error().powi(2) * (1.0 - MARGIN))
}

/// What one table asks of the search.
struct Term {
    table: usize,
    role: Role,
}

/// How a table is asked for.
enum Role {
    /// A term of a sum, with this weight.
    Fixed(f64),
    /// One of those whose largest variance times this scale shall be small.
    Shared(f64),
    /// A headline: its variance is at most this.
    Bounded(f64),
}

struct Search<'a> {
    parts: &'a Parts,
    tables: usize,
    terms: Vec<Term>,
    rho: f64,
}

impl Search<'_> {
    fn run(&self) -> Result<Vec<f64>, PrivacyError> {
        let mut multipliers = self.start();
        for round in 0..MOST_ROUNDS {
            let variances = self.scaled_variances(&multipliers);
            if self.is_settled(&multipliers, &variances) {
                tracing::debug!(rounds = round, "weights of tables found");
                return Ok(self.weights(&multipliers));
            }
            self.improve(&mut multipliers, &variances);
        }
        Err(PrivacyError::NoWeights)
    }

    /// Equal shares, and headlines that together weigh as much as all else.
    fn start(&self) -> Vec<f64> {
        let shared = self.terms.iter().filter(|term| term.role.is_shared()).count() as f64;
        let with = |headline: f64| {
            let multiplier = |term: &Term| match term.role {
                Role::Fixed(_) => 1.0,
                Role::Shared(_) => 1.0 / shared,
                Role::Bounded(_) => headline,
            };
            self.terms.iter().map(multiplier).collect::<Vec<f64>>()
        };
        let influence = self.parts.influence(&self.weights(&with(0.0)));
        with(self.parts.root_sum(&influence).powi(2) / (2.0 * self.rho) / self.tables as f64)
    }

    /// Weights on the plain variances of cells.
    fn weights(&self, multipliers: &[f64]) -> Vec<f64> {
        let mut weights = vec![0.0; self.tables];
        for (multiplier, term) in multipliers.iter().zip(&self.terms) {
            weights[term.table] += multiplier * term.role.scale();
        }
        weights
    }

    /// V_b under the best noise for these multipliers.
    fn scaled_variances(&self, multipliers: &[f64]) -> Vec<f64> {
        let variances = self.parts.variances(&self.weights(multipliers), self.rho);
        let cells = self.parts.cell_variances(&variances);
        self.terms.iter().map(|term| cells[term.table] * term.role.scale()).collect()
    }

    /// One round; the head of this file has the formulas.
    fn improve(&self, multipliers: &mut [f64], variances: &[f64]) {
        let sum = |which: fn(&Role) -> bool, term: fn(f64, f64) -> f64| -> f64 {
            let terms = multipliers.iter().zip(variances).zip(&self.terms);
            terms.filter(|(_, of)| which(&of.role)).map(|((&m, &v), _)| term(m, v)).sum()
        };
        let whole = sum(|_| true, |m, v| m * v);
        let root = sum(Role::is_shared, |m, v| m * v * v).sqrt();
        let objective = root + sum(Role::is_fixed, |m, v| m * v);
        // Below one whenever the bounds can be met, which was made sure of; kept from one where digits run out.
        let bounded = (sum(Role::is_bounded, |m, v| m * v * v) / whole).min(0.999);
        let factor = objective / (whole * (1.0 - bounded));
        for ((multiplier, &variance), term) in multipliers.iter_mut().zip(variances).zip(&self.terms) {
            let ratio = match term.role {
                Role::Fixed(_) => continue,
                Role::Shared(_) => variance / root,
                Role::Bounded(_) => variance * factor,
            };
            *multiplier = (*multiplier * ratio * ratio).max(LEAST);
        }
    }

    /// Whether bounds hold, the largest variance meets the bound from below, and headlines with room have no say.
    fn is_settled(&self, multipliers: &[f64], variances: &[f64]) -> bool {
        let (mut objective, mut slack) = (0.0, 0.0);
        for ((multiplier, variance), term) in multipliers.iter().zip(variances).zip(&self.terms) {
            match term.role {
                Role::Bounded(_) => slack += multiplier * (1.0 - variance),
                _ => objective += multiplier * variance,
            }
        }
        let holds = |(variance, term): (&f64, &Term)| match term.role {
            Role::Shared(_) => *variance <= objective * (1.0 + TOLERANCE),
            Role::Bounded(_) => *variance <= 1.0 + TOLERANCE,
            Role::Fixed(_) => true,
        };
        slack.abs() <= TOLERANCE * objective && variances.iter().zip(&self.terms).all(holds)
    }
}

impl Role {
    fn scale(&self) -> f64 {
        match self {
            Self::Fixed(scale) | Self::Shared(scale) => *scale,
            Self::Bounded(bound) => 1.0 / bound,
        }
    }

    fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }

    fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    fn is_bounded(&self) -> bool {
        matches!(self, Self::Bounded(_))
    }
}

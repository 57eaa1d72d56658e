//! Plans noise for a set of tables, adds it, and rebuilds consistent tables with exact variances.
//!
//! # What it is for
//! Many small tables of counts of persons are to be published together, each as near to the truth as one privacy budget
//! allows. Noise added to every table by itself would waste budget on what tables share and would make their totals
//! disagree. This crate measures each piece of information once, with the scale that it deserves, and puts the tables
//! together again. It is the optimal matrix mechanism for marginals of ResidualPlanner (arXiv 2305.08175) with the
//! plain reconstruction of ReM (arXiv 2410.01091), over integers so that the exact discrete Gaussian
//! (arXiv 2004.00010) of OpenDP can be used.
//!
//! # The mechanism
//! Dimension i has n_i codes. The *closure* C of the tables wanted is every subset of every one of them, the empty set
//! (the total) included. J is the square matrix of ones.
//!
//! 1. **Measure**, for each A in C, the vector q_A = ⊗_{i∈A} (n_i·I − J) · marginal_A of Π n_i whole numbers. One person
//!    more or less moves it by √Π n_i(n_i−1) in L2 norm, whichever cell the person is in. Discrete Gaussian noise of
//!    scale σ_A = s_A·Π n_i is added to each entry ([`measure()`]). The cost is ρ_A = p_A / (2 s_A²) with
//!    p_A = Π (n_i−1)/n_i.
//! 2. **Choose** all s_A² together, in closed form ([`plan()`]). Let w_B be what a unit of variance in each of the N_B
//!    cells of table B weighs. Table cells add up to Σ_A v_A s_A² with
//!    v_A = Σ_{B⊇A} w_B N_B Π_{i∈A} (n_i−1)/n_i Π_{j∈B\A} 1/n_j², and the least weighted sum for a budget ρ is reached
//!    (Lagrange: all v_A s_A⁴ / p_A are equal) by s_A² = √(p_A/v_A) · Σ_{A'} √(v_A' p_A') / (2ρ). The smallest maximum
//!    and required half-widths are reached by the same formula, with weights found by a search.
//! 3. **Rebuild** ([`rebuild()`]). The noisy q_A divided by Π n_i and projected by ⊗(I − J/n_i) is the residual of A;
//!    table B is Σ_{A⊆B} residual_A spread evenly over the dimensions that A lacks. Tables agree on every total.
//! 4. **State the error**. The variance of a sum over k_i of the n_i codes of each dimension of B is
//!    Σ_{A⊆B} s_A² Π_{i∈A} (k_i − k_i²/n_i) Π_{j∈B\A} (k_j/n_j)²: [`NoisePlan::slice_variance`].
//!
//! [`non_negative()`] gives tables without negative numbers from the same measurements, for readers who cannot use
//! them. They are closer to the truth on sparse tables and have no error bars: see there. [`whole()`] makes them whole
//! numbers of persons that still agree, where [`can_be_whole()`] allows it.
//!
//! # What is guarded
//! - The neighbour relation is one person added or removed; a person is in exactly one cell of every table.
//! - The plan depends on shape, tables wanted, objective and budget alone, never on counts.
//! - The budget is counted by OpenDP's own privacy maps, added with rounding up; [`plan()`] never exceeds what was asked.
//! - The noise is a function handed to [`measure()`]; [`opendp_noise`] is the one for production, and there is none here
//!   that adds nothing.
//! - Scales under 0.7 and sums that could leave 64 bits are refused before any data is touched.

mod axes;
mod error;
mod measure;
mod noise;
mod nonnegative;
mod parts;
mod plan;
mod rebuild;
mod rho;
mod rounding;
mod shape;
mod subset;
#[cfg(test)]
mod tests;
mod variance;
mod weights;
mod whole;
mod workload;

pub use error::PrivacyError;
pub use measure::{Noise, marginal, measure};
pub use noise::{accuracy, epsilon, half_width, opendp_noise};
pub use nonnegative::{NonNegative, non_negative};
pub use plan::{NoisePlan, Query, plan};
pub use rebuild::rebuild;
pub use rho::Rho;
pub use shape::Shape;
pub use subset::Subset;
pub use whole::{can_be_whole, whole};
pub use workload::{HalfWidth, Objective, Wanted, Weight};

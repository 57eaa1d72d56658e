//! A share or a ratio of two released numbers, with the interval that is right for small ones.
//!
//! An estimate of a ratio θ = X/Y is not normal when Y is a few times its error, and Y is a dozen persons here. Fieller's
//! interval does not divide: X − θY is normal for every θ, so the interval is every θ that this difference does not speak
//! against,
//!
//! ```text
//! (x − θy)² ≤ z² (V_x − 2θ C_xy + θ² V_y)
//! ```
//!
//! with the exact covariance of the two (they share their noise). When Y itself cannot be told from zero, no such set is
//! an interval, and the honest answer is that there is none. E. C. Fieller, J. R. Stat. Soc. B 16 (1954) 175–185.

use serde::{Deserialize, Serialize};

use crate::NORMAL_QUANTILE;

/// The widest interval of a share that says anything.
const WIDEST: f64 = 0.5;

/// Two estimates that share their noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The number above, persons.
    pub above: f64,
    /// The number below, persons.
    pub below: f64,
    /// Variance of the number above, persons².
    pub variance_above: f64,
    /// Variance of the number below, persons².
    pub variance_below: f64,
    /// Their covariance, persons².
    pub covariance: f64,
}

/// What can be said about a ratio.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Ratio {
    /// The estimate with its 95 % interval, which need not lie evenly about it.
    Known {
        /// x/y.
        estimate: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// No interval, or one so wide that it says nothing.
    TooUncertain,
}

impl Pair {
    /// The ratio, however wide its interval; too uncertain when the number below cannot be told from zero.
    pub fn ratio(&self) -> Ratio {
        let Pair { above: x, below: y, variance_above, variance_below, covariance } = *self;
        let z2 = NORMAL_QUANTILE * NORMAL_QUANTILE;
        // The set is where a θ² − 2b θ + c ≤ 0.
        let (a, b, c) = (y * y - z2 * variance_below, x * y - z2 * covariance, x * x - z2 * variance_above);
        if a <= 0.0 {
            return Ratio::TooUncertain;
        }
        // x/y is in the set, so the root is real but for rounding.
        let root = (b * b - a * c).max(0.0).sqrt();
        let (low, high) = ((b - root) / a, (b + root) / a);
        if low.is_finite() && high.is_finite() {
            Ratio::Known { estimate: x / y, low, high }
        } else {
            Ratio::TooUncertain
        }
    }

    /// The ratio as a share of a whole: too uncertain as well when the interval is wider than 0.5. What of the interval lies
    /// under 0 or over 1 is cut off, as no share does; the estimate stays as it is, so that means of many are right.
    pub fn share(&self) -> Ratio {
        match self.ratio() {
            Ratio::Known { estimate, low, high } if high - low <= WIDEST && high >= 0.0 && low <= 1.0 => {
                Ratio::Known { estimate, low: low.clamp(0.0, 1.0), high: high.clamp(0.0, 1.0) }
            }
            _ => Ratio::TooUncertain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inverse_normal;

    fn pair(above: f64, below: f64, variances: [f64; 2], covariance: f64) -> Pair {
        Pair { above, below, variance_above: variances[0], variance_below: variances[1], covariance }
    }

    #[test]
    fn an_interval_follows_the_formula() {
        // Without noise below, a ratio is a number over a constant: 10 ± 1.96·2 over 20.
        let Ratio::Known { estimate, low, high } = pair(10.0, 20.0, [4.0, 0.0], 0.0).ratio() else { panic!("known") };
        assert!((estimate - 0.5).abs() < 1e-12);
        assert!((low - (10.0 - 3.919_928) / 20.0).abs() < 1e-6 && (high - (10.0 + 3.919_928) / 20.0).abs() < 1e-6);
        // Both ends solve the equation.
        let one = pair(30.0, 50.0, [9.0, 16.0], 7.0);
        let Ratio::Known { low, high, .. } = one.ratio() else { panic!("known") };
        for end in [low, high] {
            let spread = one.variance_above - 2.0 * end * one.covariance + end * end * one.variance_below;
            let distance = (one.above - end * one.below).powi(2) / spread;
            assert!((distance.sqrt() - NORMAL_QUANTILE).abs() < 1e-6, "{distance}");
        }
    }

    #[test]
    fn what_cannot_be_told_from_zero_has_no_ratio() {
        assert_eq!(pair(5.0, 3.9, [4.0, 4.0], 0.0).ratio(), Ratio::TooUncertain);
        assert!(matches!(pair(5.0, 4.0, [4.0, 4.0], 0.0).ratio(), Ratio::Known { .. }));
        assert_eq!(pair(0.0, 0.0, [0.0, 0.0], 0.0).ratio(), Ratio::TooUncertain);
        assert_eq!(pair(f64::NAN, 10.0, [1.0, 1.0], 0.0).ratio(), Ratio::TooUncertain);
    }

    #[test]
    fn a_share_that_says_nothing_is_not_shown() {
        // ±0.26 about a half.
        assert_eq!(pair(10.0, 20.0, [7.0, 0.0], 0.0).share(), Ratio::TooUncertain);
        let Ratio::Known { low, high, .. } = pair(0.5, 20.0, [4.0, 0.0], 0.0).share() else { panic!("known") };
        assert!(low.abs() < 1e-12, "no share is negative");
        assert!((high - 0.221).abs() < 1e-3);
        assert_eq!(pair(-9.0, 20.0, [4.0, 0.0], 0.0).share(), Ratio::TooUncertain, "an interval outside of 0 to 1");
    }

    /// Coverage over seeded runs with the true numbers of a small country: 12, 20 and 60 persons, a share of 30 %, errors
    /// of 2 persons that are shared as in a table of two codes. A set without ends covers whatever is true.
    #[test]
    fn ninety_five_of_a_hundred_intervals_hold_the_true_share() {
        const RUNS: u32 = 20_000;
        let mut uniform = uniform(2_024);
        for whole in [12.0, 20.0, 60.0] {
            let part = 0.3 * whole;
            let (mut covered, mut known) = (0, 0);
            for _ in 0..RUNS {
                let [one, two] = [(); 2].map(|()| 2.0 * inverse_normal(uniform()));
                // The whole is the sum of two codes of which the part is one.
                let ratio = pair(part + one, whole + one + two, [4.0, 8.0], 4.0).ratio();
                covered += u32::from(match ratio {
                    Ratio::Known { low, high, .. } => low <= 0.3 && 0.3 <= high,
                    Ratio::TooUncertain => true,
                });
                known += u32::from(ratio != Ratio::TooUncertain);
            }
            let [covered, known] = [covered, known].map(|count| f64::from(count) / f64::from(RUNS));
            assert!((0.945..=0.962).contains(&covered), "{whole} persons: {covered}");
            assert!(known > 0.95, "{whole} persons: only {known} have an interval");
        }
    }

    /// Numbers between 0 and 1, neither included, from a seed (splitmix64).
    fn uniform(mut state: u64) -> impl FnMut() -> f64 {
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + f64::EPSILON / 4.0
        }
    }
}

//! What a reader needs beside every number: its error, its interval, and a word for both.
//!
//! All of it follows from the public noise scale. Nothing here looks at how large a count is, so none of it can say
//! anything about anybody.

use serde::{Deserialize, Serialize};

use crate::inverse_normal;

/// Share of intervals that hold the true count.
pub const CONFIDENCE: f64 = 0.95;
/// The normal quantile of a two-sided 95 % interval.
pub const NORMAL_QUANTILE: f64 = 1.959_964;

/// An estimate of a number of persons, or of a difference of two, with its standard error.
///
/// The estimate is unbiased, so it may be negative or fractional. The error is that of the noise alone: the noise is
/// the only thing that stands between the estimate and the count of registered persons.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// Persons.
    pub estimate: f64,
    /// Persons.
    pub standard_error: f64,
}

impl Value {
    /// The 95 % interval, lower and upper end.
    pub fn interval(&self) -> (f64, f64) {
        let half = half_width(self.standard_error);
        (self.estimate - half, self.estimate + half)
    }

    /// Whether the estimate is farther from zero than noise explains when `comparisons` values are read together.
    pub fn is_larger_than_noise(&self, comparisons: usize) -> bool {
        self.estimate.abs() > simultaneous_threshold(self.standard_error, comparisons)
    }
}

/// How well a number can be used, from the width of its interval and the smallest count of interest alone.
///
/// With h the half-width of the 95 % interval and c the smallest count that a reader wants to tell from zero:
///
/// | word | h |
/// |---|---|
/// | precise | at most c/4 |
/// | usable | at most c/2, the limit beyond which no table is planned unless forced |
/// | uncertain | at most c |
/// | too uncertain | more than c: not to be read on its own, only inside a larger sum |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// h ≤ c/4.
    Precise,
    /// h ≤ c/2.
    Usable,
    /// h ≤ c.
    Uncertain,
    /// h > c.
    TooUncertain,
}

impl Quality {
    /// The word as files and answers hold it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Precise => "precise",
            Self::Usable => "usable",
            Self::Uncertain => "uncertain",
            Self::TooUncertain => "too_uncertain",
        }
    }
}

/// Half the width of a 95 % interval, in the unit of the standard error.
pub fn half_width(standard_error: f64) -> f64 {
    NORMAL_QUANTILE * standard_error
}

/// The quality word of every value with this standard error (persons); see [`Quality`].
pub fn quality(standard_error: f64, smallest_count_of_interest: u32) -> Quality {
    let share = half_width(standard_error) / f64::from(smallest_count_of_interest);
    if share <= 0.25 {
        Quality::Precise
    } else if share <= 0.5 {
        Quality::Usable
    } else if share <= 1.0 {
        Quality::Uncertain
    } else {
        Quality::TooUncertain
    }
}

/// How far from zero an estimate must be so that, of `comparisons` values that are all zero, none passes with
/// probability 95 % (Bonferroni, two-sided; union bound, so it holds for dependent values too).
///
/// Zero comparisons count as one.
pub fn simultaneous_threshold(standard_error: f64, comparisons: usize) -> f64 {
    let share = (1.0 - CONFIDENCE) / (2.0 * comparisons.max(1) as f64);
    -inverse_normal(share) * standard_error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_from_the_error_alone() {
        // c = 20: the borders of h are 5, 10 and 20.
        for (half, word) in [
            (4.9, Quality::Precise),
            (5.1, Quality::Usable),
            (9.9, Quality::Usable),
            (10.1, Quality::Uncertain),
            (20.1, Quality::TooUncertain),
        ] {
            assert_eq!(quality(half / NORMAL_QUANTILE, 20), word, "{half}");
            assert_eq!(serde_json::to_value(word).expect("writes"), word.as_str());
        }
    }

    #[test]
    fn many_comparisons_need_a_larger_distance() {
        assert!((simultaneous_threshold(1.0, 1) - NORMAL_QUANTILE).abs() < 1e-6);
        // 62,001 routes: about 1,550 would pass the single interval by chance (0.025 × 62,001).
        let many = simultaneous_threshold(1.0, 62_001);
        assert!((many - 4.93).abs() < 0.02, "{many}");
        let value = Value { estimate: -4.0, standard_error: 1.0 };
        assert!(value.is_larger_than_noise(1) && !value.is_larger_than_noise(62_001));
    }
}

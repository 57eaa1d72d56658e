//! From persons to places in a picture, with ticks at round numbers.

/// A linear scale with round ticks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    /// Ticks, ascending; the last is the upper end of the scale.
    pub(super) ticks: Vec<f64>,
    /// The lowest value, or zero: the lower end, so that a small negative estimate does not cost a whole step.
    low: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale that holds zero and all of `values`, drawn from place `from` to place `to`, with about `wanted` ticks.
    pub(super) fn new(values: impl Iterator<Item = f64>, from: f64, to: f64, wanted: usize) -> Self {
        let (low, high) = values.fold((0.0_f64, 1.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let step = round_step((high - low) / wanted.max(1) as f64);
        let (first, last) = ((low / step).ceil() as i64, (high / step).ceil() as i64);
        let ticks = (first..=last).map(|tick| tick as f64 * step).collect();
        Self { ticks, low, from, to }
    }

    /// The place of a number of persons.
    pub(super) fn at(&self, persons: f64) -> f64 {
        let high = self.ticks[self.ticks.len() - 1];
        self.from + (persons - self.low) / (high - self.low) * (self.to - self.from)
    }
}

/// The next of 1, 2, 5, 10, 20, … that is not smaller; persons are whole, so never below 1.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power).find(|step| *step >= least).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_everything() {
        for (values, ticks) in [
            (vec![97.0], vec![0.0, 20.0, 40.0, 60.0, 80.0, 100.0]),
            (vec![-7.0, 31.0], vec![0.0, 10.0, 20.0, 30.0, 40.0]),
            (vec![], vec![0.0, 1.0]),
            (vec![0.3], vec![0.0, 1.0]),
            (vec![21_000.0], vec![0.0, 5000.0, 10_000.0, 15_000.0, 20_000.0, 25_000.0]),
        ] {
            assert_eq!(Scale::new(values.into_iter(), 0.0, 1.0, 5).ticks, ticks);
        }
    }

    #[test]
    fn places_are_linear() {
        let scale = Scale::new([100.0].into_iter(), 300.0, 100.0, 5);
        assert!((scale.at(0.0) - 300.0).abs() < 1e-9 && (scale.at(50.0) - 200.0).abs() < 1e-9);
        let below = Scale::new([-25.0, 100.0].into_iter(), 300.0, 50.0, 5);
        assert!((below.at(-25.0) - 300.0).abs() < 1e-9 && (below.at(0.0) - 250.0).abs() < 1e-9);
    }
}

//! One judge for every engine of the accuracy bench: how far released tables are from the truth, and what they hide.

use std::fmt;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::Workload;

/// One run of one engine: every cell of every table, in the order of [`Workload::tables`].
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    /// Released counts; not a number where the engine released nothing for the cell.
    pub values: Vec<f64>,
    /// Half the width of the 95 % interval that the engine itself states; empty when it states none.
    pub half_widths: Vec<f64>,
}

/// How large the true count of a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Nobody.
    Empty,
    /// 1 to 9 persons.
    Few,
    /// 10 to 99 persons.
    Tens,
    /// 100 persons or more.
    Hundreds,
}

impl Size {
    /// From empty to large.
    pub const ALL: [Self; 4] = [Self::Empty, Self::Few, Self::Tens, Self::Hundreds];
    /// Those of cells that hold somebody.
    pub const HELD: [Self; 3] = [Self::Few, Self::Tens, Self::Hundreds];

    fn of(count: i64) -> Self {
        match count {
            ..1 => Self::Empty,
            1..10 => Self::Few,
            10..100 => Self::Tens,
            _ => Self::Hundreds,
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "0",
            Self::Few => "1-9",
            Self::Tens => "10-99",
            Self::Hundreds => "100+",
        })
    }
}

/// The truth of a workload, and which of its cells count.
#[derive(Debug)]
pub struct Judge {
    cells: Vec<Option<(usize, i64)>>,
    longest: usize,
}

impl Judge {
    /// Counts every table exactly.
    pub fn new(workload: &Workload) -> Result<Self> {
        let mut cells = Vec::new();
        for table in workload.tables()? {
            let counts = workload.count(table).into_iter().zip(workload.asked(table));
            cells.extend(counts.map(|(count, asked)| asked.then_some((table.len(), count))));
        }
        Ok(Self { cells, longest: workload.longest })
    }

    /// An account for one engine.
    pub fn score(&self) -> Score {
        Score { seconds: Vec::new(), tallies: vec![[Tally::default(); 4]; self.longest + 1] }
    }

    /// How many cells all tables have, judged or not.
    pub fn cells(&self) -> usize {
        self.cells.len()
    }

    /// Adds one run to the account.
    pub fn add(&self, score: &mut Score, release: &Release, took: Duration) -> Result<()> {
        let Release { values, half_widths } = release;
        ensure!(values.len() == self.cells.len(), "{} values for {} cells", values.len(), self.cells.len());
        ensure!(half_widths.is_empty() || half_widths.len() == values.len(), "not one half-width for each value");
        let bounds = half_widths.iter().copied().chain(std::iter::repeat(f64::NAN));
        for ((cell, &value), half_width) in self.cells.iter().zip(values).zip(bounds) {
            if let Some((length, truth)) = *cell {
                score.tallies[length][Size::of(truth) as usize].add(truth, value, half_width);
            }
        }
        score.seconds.push(took.as_secs_f64());
        Ok(())
    }
}

/// What was seen of one engine over its runs.
#[derive(Clone, Debug)]
pub struct Score {
    seconds: Vec<f64>,
    tallies: Vec<[Tally; 4]>,
}

impl Score {
    /// Runs so far.
    pub fn runs(&self) -> usize {
        self.seconds.len()
    }

    /// The middle time of a run.
    pub fn seconds(&self) -> f64 {
        let mut seconds = self.seconds.clone();
        seconds.sort_unstable_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// Cells of these lengths and sizes, over all runs together.
    pub fn tally(&self, length: Option<usize>, sizes: &[Size]) -> Tally {
        let mut sum = Tally::default();
        let rows = self.tallies.iter().enumerate().filter(|(own, _)| length.is_none_or(|length| length == *own));
        for (_, row) in rows {
            for &size in sizes {
                sum.merge(&row[size as usize]);
            }
        }
        sum
    }
}

/// Sums over cells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Cells.
    pub cells: u64,
    /// Cells for which a value was released.
    pub released: u64,
    /// Cells that hold somebody and for which nothing was released.
    pub suppressed: u64,
    /// Empty cells with a value that rounds to a person or more.
    pub invented: u64,
    /// Empty cells that the release says are not empty: the interval lies above zero, or there is none and a value rounds
    /// to a person or more.
    pub claimed: u64,
    /// Cells with an interval.
    pub bounded: u64,
    /// Cells whose interval holds the truth.
    pub covered: u64,
    error: f64,
    released_error: f64,
    square: f64,
}

impl Tally {
    /// Mean absolute error, what was not released counted as zero.
    pub fn error(&self) -> f64 {
        self.error / self.cells as f64
    }

    /// Mean absolute error over what was released.
    pub fn released_error(&self) -> f64 {
        self.released_error / self.released as f64
    }

    /// Root mean square error, what was not released counted as zero.
    pub fn rmse(&self) -> f64 {
        (self.square / self.cells as f64).sqrt()
    }

    /// Part of the intervals that hold the truth; not a number without intervals.
    pub fn coverage(&self) -> f64 {
        self.covered as f64 / self.bounded as f64
    }

    fn add(&mut self, truth: i64, value: f64, half_width: f64) {
        self.cells += 1;
        let shown = if value.is_nan() { 0.0 } else { value };
        let error = (shown - truth as f64).abs();
        self.error += error;
        self.square += error * error;
        if value.is_nan() {
            self.suppressed += u64::from(truth > 0);
            return;
        }
        self.released += 1;
        self.released_error += error;
        let (empty, bounded) = (truth == 0, !half_width.is_nan());
        self.invented += u64::from(empty && value >= 0.5);
        self.claimed += u64::from(empty && if bounded { value - half_width > 0.0 } else { value >= 0.5 });
        self.bounded += u64::from(bounded);
        self.covered += u64::from(bounded && error <= half_width);
    }

    fn merge(&mut self, other: &Self) {
        self.cells += other.cells;
        self.released += other.released;
        self.suppressed += other.suppressed;
        self.invented += other.invented;
        self.claimed += other.claimed;
        self.bounded += other.bounded;
        self.covered += other.covered;
        self.error += other.error;
        self.released_error += other.released_error;
        self.square += other.square;
    }
}

#[cfg(test)]
mod tests {
    use panoh_privacy::Shape;

    use super::*;

    #[test]
    fn judges_what_is_hidden_and_what_is_made_up() -> Result<()> {
        let workload = Workload {
            name: "small",
            columns: vec!["a".into()],
            shape: Shape::new(vec![3])?,
            rows: [vec![vec![0]; 4], vec![vec![1]; 12]].concat(),
            longest: 1,
            blanks: false,
            epsilon: 1.0,
            delta: 1e-6,
        };
        let judge = Judge::new(&workload)?;
        let mut score = judge.score();
        // The total, then four, twelve and nobody.
        let hidden = Release { values: vec![15.0, f64::NAN, 10.0, 2.0], half_widths: Vec::new() };
        let bounded = Release { values: vec![16.0, 4.5, 9.0, 2.0], half_widths: vec![2.0; 4] };
        judge.add(&mut score, &hidden, Duration::from_secs(1))?;
        judge.add(&mut score, &bounded, Duration::from_secs(3))?;
        let all = score.tally(Some(1), &Size::ALL);
        assert_eq!((all.cells, all.released, all.suppressed), (6, 5, 1));
        assert_eq!((all.invented, all.claimed), (2, 1), "an interval that reaches zero claims nothing");
        assert_eq!((all.bounded, all.covered), (3, 2));
        assert!((all.error() - (4.0 + 2.0 + 2.0 + 0.5 + 3.0 + 2.0) / 6.0).abs() < 1e-12);
        assert!((all.released_error() - (2.0 + 2.0 + 0.5 + 3.0 + 2.0) / 5.0).abs() < 1e-12);
        assert_eq!(score.tally(None, &[Size::Tens]).cells, 4);
        assert!((score.tally(Some(0), &Size::ALL).rmse() - 0.5_f64.sqrt()).abs() < 1e-12);
        let wrong = Release { values: vec![0.0], half_widths: Vec::new() };
        assert!(judge.add(&mut score, &wrong, Duration::ZERO).is_err());
        Ok(())
    }
}

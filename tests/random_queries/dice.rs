//! Draws that follow from a seed and a number alone, so that any query of any run can be made again.

/// The generator SplitMix64 of Steele, Lea and Flood (2014): short, and even enough for choosing among a few things.
#[derive(Debug)]
pub(super) struct Dice(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// The draws of one query of one run.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        let mut dice = Self(seed);
        dice.0 = dice.throw() ^ number;
        dice.0 = dice.throw();
        dice
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0, less than `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.throw() % end as u64).expect("it is less than a usize")
    }

    /// A number of the two ends or between them.
    pub(super) fn within(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last - first + 1)
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Some of them in any order, none twice.
    pub(super) fn some<'a, T>(&mut self, of: &'a [T], at_most: usize) -> Vec<&'a T> {
        let mut left: Vec<&T> = of.iter().collect();
        let number = at_most.min(left.len());
        (0..number).map(|_| left.swap_remove(self.below(left.len()))).collect()
    }
}

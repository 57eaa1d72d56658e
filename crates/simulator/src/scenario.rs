//! The knobs of a simulation. Everything that is written follows from these numbers: two runs with the same scenario
//! give the same bytes, whatever the machine or the day.

use crate::error::SimulatorError;

/// What to make up. Checked by [`crate::write()`] before the first file is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// Seed of every draw.
    pub seed: u64,
    /// Distinct persons over all years and lists, 1 to 50,000,000.
    pub persons: u64,
    /// First year of registration, 2014 or later.
    pub from_year: i16,
    /// Last year of registration, 2025 or earlier, included.
    pub to_year: i16,
    /// Persons in more than one list, per thousand persons, 0 to 1,000. Measured lists overlap by 52 to 92.
    pub overlap_per_mille: u16,
    /// Rows that must be refused, over all files, on top of the rows of the persons, 0 to 100.
    pub bad_rows: u16,
    /// How much goes wrong on the way from a person to a list.
    pub slips: Slips,
    /// Whether persons may look like each other by chance.
    pub crowd: Crowd,
}

/// What clerks get wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slips {
    /// Whatever spelling a list has for a person in several lists, some fixed rule over two records still reaches it: a
    /// name out of reach comes with its document number, and birth date and gender are always known. So counts of
    /// persons are exact.
    WithinReach,
    /// Names are misspelled whether or not a document comes with them, passports are renewed, days and months change
    /// places, dates and numbers are left out, and twins are registered together. For measuring linkage.
    AsTheyCome,
}

/// Whether persons may look like each other by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowd {
    /// Persons of one sex and one name are never born on one day, so that counts of persons are exact.
    Apart,
    /// Names are as frequent as they are in a country (the commonest given name and the commonest family name have more
    /// than one person in a hundred each), people are born on any day, and nobody looks at who else there is.
    AsItComes,
}

impl Scenario {
    /// The story of the demo: eleven years, an overlap of eight in a hundred, and three rows that must be refused.
    pub const fn demo(seed: u64, persons: u64) -> Self {
        Self {
            seed,
            persons,
            from_year: 2014,
            to_year: 2024,
            overlap_per_mille: 80,
            bad_rows: 3,
            slips: Slips::WithinReach,
            crowd: Crowd::Apart,
        }
    }

    /// The same with everything that goes wrong between lists, people who look alike, and no row that must be refused.
    pub const fn linkage(seed: u64, persons: u64) -> Self {
        Self { bad_rows: 0, slips: Slips::AsTheyCome, crowd: Crowd::AsItComes, ..Self::demo(seed, persons) }
    }

    /// Refuses numbers that the story does not cover.
    pub(crate) fn check(&self) -> Result<(), SimulatorError> {
        let refuse = |field, rule: &str| Err(SimulatorError::Scenario { field, rule: rule.to_owned() });
        if !(1..=50_000_000).contains(&self.persons) {
            return refuse("persons", "must be 1 to 50,000,000");
        }
        if self.from_year > self.to_year {
            return refuse("from_year", "must not be after to_year");
        }
        if self.overlap_per_mille > 1000 {
            return refuse("overlap_per_mille", "must be at most 1,000");
        }
        if self.bad_rows > 100 {
            return refuse("bad_rows", "must be at most 100");
        }
        Ok(())
    }
}

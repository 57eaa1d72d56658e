//! The cohort of a person: the year of first registration, or none.

use std::fmt;

/// Written for a person none of whose founding rows has a year.
const NO_YEAR: &str = "no_year";

/// A cohort: a year, or no year, which comes after all of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cohort(i16);

impl Cohort {
    /// That of persons without a year.
    pub const NO_YEAR: Cohort = Cohort(i16::MAX);

    /// The cohort of a year.
    pub fn of_year(year: i16) -> Cohort {
        Cohort(year)
    }

    /// The two bytes by which a register remembers it.
    pub(crate) fn to_bytes(self) -> [u8; 2] {
        self.0.to_le_bytes()
    }

    /// The cohort that these bytes remember.
    pub(crate) fn of_bytes(bytes: [u8; 2]) -> Cohort {
        Cohort(i16::from_le_bytes(bytes))
    }

    /// The year, when there is one.
    pub fn year(self) -> Option<i16> {
        (self != Self::NO_YEAR).then_some(self.0)
    }
}

impl From<&str> for Cohort {
    /// The cohort of a year in digits, or of anything else: none.
    fn from(text: &str) -> Cohort {
        text.parse().map_or(Self::NO_YEAR, Cohort)
    }
}

impl fmt::Display for Cohort {
    /// A year in four digits, or `no_year`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year() {
            Some(year) => write!(out, "{year:04}"),
            None => out.write_str(NO_YEAR),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cohort_is_read_as_it_is_written() {
        for (text, year) in [("2018", Some(2018)), ("0987", Some(987)), ("no_year", None)] {
            let cohort = Cohort::from(text);
            assert_eq!((cohort.to_string().as_str(), cohort.year()), (text, year));
            assert_eq!(year.map_or(Cohort::NO_YEAR, Cohort::of_year), cohort);
            assert_eq!(Cohort::of_bytes(cohort.to_bytes()), cohort);
        }
        assert!(Cohort::of_year(2024) < Cohort::NO_YEAR && Cohort::of_year(2016) < Cohort::of_year(2017));
    }
}

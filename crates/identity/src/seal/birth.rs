//! Birth dates as link keys need them: how much a date tells depends on how it came to be.

/// A date of birth, as much of it as a source says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BirthDate {
    /// Year.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: Option<u8>,
    /// Day of the month, 1 to 31; says nothing without a month.
    pub day: Option<u8>,
}

impl std::fmt::Debug for BirthDate {
    /// Shows how much is known, never what.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "BirthDate(month {}, day {})", self.month.is_some(), self.day.is_some())
    }
}

/// What a birth date is worth for linking. The bytes are year (two), month and day, zero for what is not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Birth {
    /// A day of birth.
    Day([u8; 4]),
    /// Little more than the year. The 1st of January is among these: registry offices and forms write it when only the
    /// year is known, and in some years every tenth person of the region has it.
    Year([u8; 4]),
}

impl Birth {
    /// Reads a date. `None` for what is no birth date of anybody: years that spreadsheets and databases write for an
    /// empty cell, and years to come.
    pub(crate) fn of(date: BirthDate) -> Option<Birth> {
        let BirthDate { year, month, day } = date;
        if !(1901..=2100).contains(&year) {
            return None;
        }
        let [high, low] = year.to_be_bytes();
        Some(match (month, day) {
            (None, _) | (Some(1), Some(1)) => Birth::Year([high, low, 0, 0]),
            (Some(month), None) => Birth::Year([high, low, month, 0]),
            (Some(month), Some(day)) => Birth::Day([high, low, month, day]),
        })
    }

    /// The bytes that go into a digest.
    pub(crate) fn bytes(self) -> [u8; 4] {
        match self {
            Birth::Day(bytes) | Birth::Year(bytes) => bytes,
        }
    }

    /// The bytes of a day of birth, none when only the year is known.
    pub(crate) fn day(self) -> Option<[u8; 4]> {
        match self {
            Birth::Day(bytes) => Some(bytes),
            Birth::Year(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn birth(year: i16, month: u8, day: u8) -> Option<Birth> {
        let some = |number: u8| (number > 0).then_some(number);
        Birth::of(BirthDate { year, month: some(month), day: some(day) })
    }

    #[test]
    fn dates_are_worth_what_they_tell() {
        assert!(matches!(birth(1985, 3, 9), Some(Birth::Day(_))));
        assert_eq!(birth(1985, 1, 1), birth(1985, 0, 0), "the 1st of January is a year");
        assert!(matches!(birth(1985, 1, 1), Some(Birth::Year(_))));
        assert!(matches!(birth(1985, 3, 0), Some(Birth::Year(_))));
        assert_ne!(birth(1985, 3, 0), birth(1985, 0, 0));
        for placeholder in [birth(1899, 12, 30), birth(1900, 1, 1), birth(1111, 11, 11), birth(9999, 9, 9)] {
            assert_eq!(placeholder, None);
        }
    }

    #[test]
    fn debug_shows_no_date() {
        let date = BirthDate { year: 1985, month: Some(3), day: None };
        assert_eq!(format!("{date:?}"), "BirthDate(month true, day false)");
    }
}

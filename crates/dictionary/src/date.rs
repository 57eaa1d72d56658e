//! Dates, or what is known of them, in the Gregorian calendar; and the lengths of time that tables hold.

/// A date, or a part of one when the export has no day or no month. Always a day that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Gregorian year.
    pub year: i16,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to 31.
    pub day: Option<u8>,
}

impl Date {
    /// Completed years from this birth date until another date; none when a day is missing or birth comes later. Someone
    /// born on 29 February completes a year on 1 March of other years.
    pub fn age_at(self, other: Self) -> Option<u8> {
        let birth = (self.month?, self.day?);
        let then = (other.month?, other.day?);
        let years = i32::from(other.year) - i32::from(self.year) - i32::from(then < birth);
        u8::try_from(years).ok()
    }

    /// Days from this date until another one, negative when that one comes first; none when a day is missing.
    pub fn days_until(self, other: Self) -> Option<i32> {
        Some(other.day_number()? - self.day_number()?)
    }

    /// Whether day and month are known.
    pub fn is_whole(self) -> bool {
        self.day.is_some()
    }

    /// A cell that a workbook or Parquet file itself types as a date, in the one form that intake gives it:
    /// `YYYY-MM-DD`, or the same with `HH:MM:SS` behind one blank, which is read over.
    pub fn typed(cell: &str) -> Option<Self> {
        let (date, time) = cell.split_once(' ').unwrap_or((cell, "00:00:00"));
        let mut date = date.splitn(3, '-');
        let year = digits(date.next()?, 4)?;
        let month = u8::try_from(digits(date.next()?, 2)?).ok()?;
        let day = u8::try_from(digits(date.next()?, 2)?).ok()?;
        let mut clock = time.splitn(3, ':');
        for largest in [23, 59, 59] {
            digits(clock.next()?, 2).filter(|&read| read <= largest)?;
        }
        Self { year, month: Some(month), day: Some(day) }.checked()
    }

    /// The date when it exists.
    pub(crate) fn checked(self) -> Option<Self> {
        let exists = match (self.month, self.day) {
            (None, day) => day.is_none(),
            (Some(month), None) => (1..=12).contains(&month),
            (Some(month), Some(day)) => (1..=days_in(self.year, month)).contains(&day),
        };
        (self.year > 0 && exists).then_some(self)
    }

    /// The date that many days after 1 January of a year.
    pub(crate) fn days_after(year: i16, days: u32) -> Option<Self> {
        let (mut year, mut left) = (year, days);
        while left >= days_in_year(year) {
            left -= days_in_year(year);
            year = year.checked_add(1)?;
        }
        for month in 1..=12 {
            let length = days_in(year, month);
            match u8::try_from(left) {
                Ok(day) if day < length => return Self { year, month: Some(month), day: Some(day + 1) }.checked(),
                _ => left -= u32::from(length),
            }
        }
        None
    }

    // Days since 1 March of the year 0, when leap days fall at the end of a year; differences are all that matters.
    fn day_number(self) -> Option<i32> {
        let (month, day) = (i32::from(self.month?), i32::from(self.day?));
        let year = i32::from(self.year) - i32::from(month < 3);
        let months = (month + 9) % 12;
        Some(365 * year + year / 4 - year / 100 + year / 400 + (153 * months + 2) / 5 + day)
    }
}

fn is_leap(year: i16) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_year(year: i16) -> u32 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_in(year: i16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i16> {
    let sound = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if sound { text.parse().ok() } else { None }
}

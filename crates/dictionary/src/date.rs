//! Dates as exports write them, in formats that a mapping declares. No format is guessed from the data.

/// A date format such as `%d.%m.%Y`: `%Y` is a year in four digits, `%m` and `%d` are one or two digits, `%H`, `%M` and `%S`
/// are read over, everything else stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    pattern: String,
    parts: Vec<Part>,
}

/// A date, or a part of one when the format has no day or no month. Always a day that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Gregorian year.
    pub year: i16,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to 31.
    pub day: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
    /// Hour, minute or second: the largest number allowed.
    Clock(u16),
    Literal(char),
}

impl DateFormat {
    /// Reads a pattern. None when it has another sign after `%`, no year, a part twice, or a day without a month.
    pub fn new(pattern: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut letters = pattern.chars();
        while let Some(letter) = letters.next() {
            let part = match (letter, if letter == '%' { letters.next() } else { None }) {
                ('%', Some('Y')) => Part::Year,
                ('%', Some('m')) => Part::Month,
                ('%', Some('d')) => Part::Day,
                ('%', Some('H')) => Part::Clock(23),
                ('%', Some('M' | 'S')) => Part::Clock(59),
                ('%', _) => return None,
                (literal, _) => Part::Literal(literal),
            };
            parts.push(part);
        }
        let count = |wanted| parts.iter().filter(|&&part| part == wanted).count();
        let (years, months, days) = (count(Part::Year), count(Part::Month), count(Part::Day));
        let sound = years == 1 && months <= 1 && days <= months;
        sound.then(|| Self { pattern: pattern.to_owned(), parts })
    }

    /// The pattern as declared.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether a date in this format has a month.
    pub fn has_month(&self) -> bool {
        self.parts.contains(&Part::Month)
    }

    /// Whether a date in this format has a day.
    pub fn has_day(&self) -> bool {
        self.parts.contains(&Part::Day)
    }

    /// Reads a cell that is written wholly in this format; blanks around it do not matter.
    pub fn read(&self, cell: &str) -> Option<Date> {
        let mut rest = cell.trim();
        let mut date = Date { year: 0, month: None, day: None };
        for part in &self.parts {
            match *part {
                Part::Literal(letter) => rest = rest.strip_prefix(letter)?,
                Part::Year => date.year = i16::try_from(number(&mut rest, 4, 4)?).ok()?,
                Part::Month => date.month = u8::try_from(number(&mut rest, 1, 2)?).ok(),
                Part::Day => date.day = u8::try_from(number(&mut rest, 1, 2)?).ok(),
                Part::Clock(largest) => {
                    number(&mut rest, 1, 2).filter(|&read| read <= largest)?;
                }
            }
        }
        (rest.is_empty() && date.exists()).then_some(date)
    }
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

    fn exists(self) -> bool {
        let Some(month) = self.month else { return self.day.is_none() };
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return false,
        };
        self.year > 0 && self.day.is_none_or(|day| (1..=days).contains(&day))
    }
}

// Takes between `least` and `most` digits from the front.
fn number(rest: &mut &str, least: usize, most: usize) -> Option<u16> {
    let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if digits < least {
        return None;
    }
    let (number, after) = rest.split_at(digits);
    *rest = after;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, cell: &str) -> Option<(i16, Option<u8>, Option<u8>)> {
        DateFormat::new(pattern).expect("the pattern of a test is sound").read(cell).map(|d| (d.year, d.month, d.day))
    }

    #[test]
    fn dates_are_read_as_declared_and_in_no_other_way() {
        assert_eq!(read("%d.%m.%Y", " 01.12.1990 "), Some((1990, Some(12), Some(1))));
        assert_eq!(read("%d.%m.%Y", "1.2.1990"), Some((1990, Some(2), Some(1))));
        assert_eq!(read("%Y-%m-%d", "2000-02-29"), Some((2000, Some(2), Some(29))));
        assert_eq!(read("%Y-%m-%d %H:%M:%S", "2000-02-29 00:00:00"), Some((2000, Some(2), Some(29))));
        assert_eq!(read("%m.%Y", "07.2018"), Some((2018, Some(7), None)));
        assert_eq!(read("%Y", "2018"), Some((2018, None, None)));
        for (pattern, cell) in [
            ("%d.%m.%Y", "31.02.2018"),
            ("%d.%m.%Y", "29.02.1900"),
            ("%d.%m.%Y", "01.13.2018"),
            ("%d.%m.%Y", "00.01.2018"),
            ("%d.%m.%Y", "01.00.2018"),
            ("%d.%m.%Y", "01.01.18"),
            ("%d.%m.%Y", "01.01.20180"),
            ("%d.%m.%Y", "01/01/2018"),
            ("%d.%m.%Y", "٠١.01.2018"),
            ("%Y-%m-%d %H:%M", "2018-01-01 24:00"),
            ("%Y", ""),
        ] {
            assert_eq!(read(pattern, cell), None, "{pattern} must not read {cell}");
        }
    }

    #[test]
    fn patterns_that_cannot_give_a_date_are_refused() {
        for pattern in ["", "%d.%m", "%d.%Y", "%Y-%Y", "%y-%m-%d", "%Y-%m-%d%", "%m/%m/%Y", "%d"] {
            assert_eq!(DateFormat::new(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn ages_are_completed_years() {
        let format = DateFormat::new("%Y-%m-%d").expect("sound");
        let age = |birth, at| format.read(birth).zip(format.read(at)).and_then(|(birth, at)| birth.age_at(at));
        assert_eq!(age("2000-05-02", "2018-05-01"), Some(17));
        assert_eq!(age("2000-05-02", "2018-05-02"), Some(18));
        assert_eq!(age("2000-02-29", "2018-02-28"), Some(17));
        assert_eq!(age("2000-02-29", "2018-03-01"), Some(18));
        assert_eq!(age("2018-05-02", "2018-05-01"), None);
        assert_eq!(age("2018-05-01", "2018-05-01"), Some(0));
    }
}

//! How exports write dates, in formats that a mapping declares. No format is guessed from the data.

use crate::date::Date;
use crate::months::take_month;

/// A date format such as `%d.%m.%Y`: `%Y` is a year in four digits, `%y` in two (inside a declared century), `%m` and `%d`
/// are one or two digits, `%B` and `%b` the name of a month, whole or abbreviated, in English, Russian or Tajik; `%H`, `%M`
/// and `%S` are read over; a blank stands for any run of blanks and everything else for itself. The words `excel-1900` and
/// `excel-1904` are the day numbers of spreadsheets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    pattern: String,
    reads: Reads,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reads {
    Parts(Vec<Part>),
    /// Day numbers; 1 is 1 January 1900, and 60 the 29 February that 1900 never had.
    From1900,
    /// Day numbers; 0 is 1 January 1904.
    From1904,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    /// Two digits; the first year of the hundred that are meant.
    ShortYear(i16),
    Month,
    MonthName,
    Day,
    /// Hour, minute or second: the largest number allowed.
    Clock(u16),
    Blank,
    Literal(char),
}

impl DateFormat {
    /// Reads a pattern. None when it has another sign after `%`, no year, a part twice, a day without a month, or a year
    /// in two digits, which needs [`DateFormat::with_century`].
    pub fn new(pattern: &str) -> Option<Self> {
        Self::read_pattern(pattern, None)
    }

    /// The same for patterns that may have `%y`: `first` is the first year of the hundred that are meant, so that with
    /// 1930 the digits 30 are 1930 and the digits 29 are 2029.
    pub fn with_century(pattern: &str, first: i16) -> Option<Self> {
        Self::read_pattern(pattern, Some(first))
    }

    /// The pattern as declared.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether a date in this format has a month.
    pub fn has_month(&self) -> bool {
        match &self.reads {
            Reads::Parts(parts) => parts.iter().any(|part| matches!(part, Part::Month | Part::MonthName)),
            Reads::From1900 | Reads::From1904 => true,
        }
    }

    /// Whether a date in this format has a day.
    pub fn has_day(&self) -> bool {
        match &self.reads {
            Reads::Parts(parts) => parts.contains(&Part::Day),
            Reads::From1900 | Reads::From1904 => true,
        }
    }

    /// Reads a cell that is written wholly in this format; blanks around it do not matter.
    pub fn read(&self, cell: &str) -> Option<Date> {
        let cell = cell.trim();
        match &self.reads {
            Reads::Parts(parts) => read_parts(parts, cell),
            Reads::From1904 => Date::days_after(1904, serial(cell)?),
            Reads::From1900 => match serial(cell)? {
                0 | 60 => None,
                early @ 1..60 => Date::days_after(1900, early - 1),
                late => Date::days_after(1900, late - 2),
            },
        }
    }

    /// Whether a cell could be one date in this format and another date in the other one.
    pub(crate) fn mixes_up_with(&self, other: &Self) -> bool {
        match (&self.reads, &other.reads) {
            (Reads::Parts(parts), Reads::Parts(others)) => {
                parts != others
                    && parts.len() == others.len()
                    && parts.iter().zip(others).all(|(part, other)| part.looks_like(*other))
            }
            (Reads::Parts(parts), _) | (_, Reads::Parts(parts)) => looks_like_a_number(parts),
            (own, others) => own != others,
        }
    }

    fn read_pattern(pattern: &str, century: Option<i16>) -> Option<Self> {
        let reads = match pattern {
            "excel-1900" => Reads::From1900,
            "excel-1904" => Reads::From1904,
            _ => Reads::Parts(parts_of(pattern, century)?),
        };
        Some(Self { pattern: pattern.to_owned(), reads })
    }
}

impl Part {
    fn looks_like(self, other: Self) -> bool {
        let short = |part| matches!(part, Self::ShortYear(_) | Self::Month | Self::Day | Self::Clock(_));
        self == other || (short(self) && short(other))
    }
}

fn parts_of(pattern: &str, century: Option<i16>) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut letters = pattern.trim().chars();
    while let Some(letter) = letters.next() {
        let part = match (letter, if letter == '%' { letters.next() } else { None }) {
            ('%', Some('Y')) => Part::Year,
            ('%', Some('y')) => Part::ShortYear(century?),
            ('%', Some('m')) => Part::Month,
            ('%', Some('B' | 'b')) => Part::MonthName,
            ('%', Some('d')) => Part::Day,
            ('%', Some('H')) => Part::Clock(23),
            ('%', Some('M' | 'S')) => Part::Clock(59),
            ('%', _) => return None,
            (blank, _) if blank.is_whitespace() => Part::Blank,
            (literal, _) => Part::Literal(literal),
        };
        if part != Part::Blank || parts.last() != Some(&Part::Blank) {
            parts.push(part);
        }
    }
    let count = |wanted: fn(&Part) -> bool| parts.iter().filter(|part| wanted(part)).count();
    let years = count(|part| matches!(part, Part::Year | Part::ShortYear(_)));
    let months = count(|part| matches!(part, Part::Month | Part::MonthName));
    let days = count(|part| matches!(part, Part::Day));
    (years == 1 && months <= 1 && days <= months).then_some(parts)
}

fn read_parts(parts: &[Part], cell: &str) -> Option<Date> {
    let mut rest = cell;
    let mut date = Date { year: 0, month: None, day: None };
    for (at, part) in parts.iter().enumerate() {
        match *part {
            Part::Literal(letter) => rest = rest.strip_prefix(letter)?,
            Part::Blank => {
                let after = rest.trim_start();
                if after.len() == rest.len() {
                    return None;
                }
                rest = after;
            }
            Part::Year => date.year = i16::try_from(number(&mut rest, 4, 4)?).ok()?,
            Part::ShortYear(first) => {
                let ahead = (i16::try_from(number(&mut rest, 2, 2)?).ok()? - first).rem_euclid(100);
                date.year = first.checked_add(ahead)?;
            }
            Part::Month => date.month = u8::try_from(number(&mut rest, 1, 2)?).ok(),
            Part::MonthName => {
                date.month = Some(take_month(&mut rest)?);
                // The dot of an abbreviation, unless the pattern has it.
                if parts.get(at + 1) != Some(&Part::Literal('.')) {
                    rest = rest.strip_prefix('.').unwrap_or(rest);
                }
            }
            Part::Day => date.day = u8::try_from(number(&mut rest, 1, 2)?).ok(),
            Part::Clock(largest) => {
                number(&mut rest, 1, 2).filter(|&read| read <= largest)?;
            }
        }
    }
    if rest.is_empty() { date.checked() } else { None }
}

// Whether what is written so could also be the day number of a spreadsheet, which may have a fraction of a day.
fn looks_like_a_number(parts: &[Part]) -> bool {
    let dots = parts.iter().filter(|part| **part == Part::Literal('.')).count();
    dots <= 1
        && parts.iter().all(|part| match part {
            Part::Year | Part::ShortYear(_) | Part::Month | Part::Day | Part::Clock(_) | Part::Literal('.') => true,
            Part::Literal(letter) => letter.is_ascii_digit(),
            Part::MonthName | Part::Blank => false,
        })
}

// The whole days of a day number; the time of day behind the point is read over.
fn serial(cell: &str) -> Option<u32> {
    let (days, time) = cell.split_once('.').unwrap_or((cell, "0"));
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(days, 6) && digits(time, 20) { days.parse().ok() } else { None }
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

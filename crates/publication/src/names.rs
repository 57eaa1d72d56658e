//! Names, days and labels that are checked once, so that nobody later has to ask whether one is safe to print or to use
//! as a file name.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::DefinitionError;

/// A short name that is safe as a file name, a column name and a part of an address: a lower-case letter, then
/// lower-case letters, digits, `_` and `-`; at most 96 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// Checks and takes over a name.
    pub fn new(text: &str) -> Result<Self, DefinitionError> {
        let fits = text.len() <= 96
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(DefinitionError::Name { found: text.to_owned() }) }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A day of the Gregorian calendar, written YYYY-MM-DD.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(String);

impl Day {
    /// Checks and takes over a day.
    pub fn new(text: &str) -> Result<Self, DefinitionError> {
        if parse_day(text).is_some() {
            Ok(Self(text.to_owned()))
        } else {
            Err(DefinitionError::Day { found: text.to_owned() })
        }
    }

    /// The day as text, YYYY-MM-DD.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The year of the day.
    pub fn year(&self) -> i16 {
        parse_day(&self.0).map_or(0, |(year, _, _)| year)
    }
}

/// One text in the three languages of Panoh's readers.
///
/// In a definition a plain string stands for the same text in all three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "LabelsText")]
pub struct Labels {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
    /// Tajik.
    pub tg: String,
}

impl Labels {
    /// The same text in all three languages, for what needs no translation, such as a year.
    pub fn same(text: &str) -> Self {
        Self { en: text.to_owned(), ru: text.to_owned(), tg: text.to_owned() }
    }

    /// Whether the text is there in all three languages and has no line breaks or other control characters.
    pub(crate) fn is_printable(&self) -> bool {
        [&self.en, &self.ru, &self.tg].iter().all(|text| !text.trim().is_empty() && !text.chars().any(char::is_control))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum LabelsText {
    Same(String),
    Each(LabelsEach),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelsEach {
    en: String,
    ru: String,
    tg: String,
}

impl From<LabelsText> for Labels {
    fn from(text: LabelsText) -> Self {
        match text {
            LabelsText::Same(text) => Self::same(&text),
            LabelsText::Each(LabelsEach { en, ru, tg }) => Self { en, ru, tg },
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = DefinitionError;
    fn try_from(text: String) -> Result<Self, DefinitionError> {
        Self::new(&text)
    }
}

impl From<Slug> for String {
    fn from(name: Slug) -> Self {
        name.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Day {
    type Error = DefinitionError;
    fn try_from(text: String) -> Result<Self, DefinitionError> {
        Self::new(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn parse_day(text: &str) -> Option<(i16, u8, u8)> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' || !digits(0..4) || !digits(5..7) || !digits(8..10) {
        return None;
    }
    let (year, month, day): (i16, u8, u8) =
        (text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?);
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=days).contains(&day).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_safe_everywhere() {
        for good in ["a", "gender_by_year", "tajik-trends-2026"] {
            assert_eq!(Slug::new(good).expect("good").as_str(), good);
        }
        let long = "a".repeat(97);
        for bad in ["", "1a", "A", "a b", "../a", "a/b", ".a", "ғ", "-a", "a\n", &long] {
            assert!(Slug::new(bad).is_err(), "{bad:?}");
            assert!(serde_json::from_value::<Slug>(bad.into()).is_err(), "{bad:?} through serde");
        }
    }

    #[test]
    fn a_day_is_in_the_calendar() {
        for good in ["2024-02-29", "2026-11-22", "2000-02-29"] {
            assert!(Day::new(good).is_ok(), "{good}");
        }
        for bad in [
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "22.11.2026",
            "2026-1-01",
            "２０２６-1",
        ] {
            assert!(Day::new(bad).is_err(), "{bad}");
        }
        assert_eq!(Day::new("2024-02-29").expect("good").year(), 2024);
    }

    #[test]
    fn one_text_stands_for_three() {
        let same: Labels = serde_json::from_str("\"Gender\"").expect("a string");
        assert_eq!(same, Labels::same("Gender"));
        assert!(serde_json::from_str::<Labels>(r#"{"en":"Gender","ru":"Пол"}"#).is_err());
    }
}

//! Dates of a column: the formats that its mapping declares, the dates of typed cells, and the years that are believed.

use panoh_dictionary::{Date, DateFormat, Does, Identity, SourceColumn, YEARS};

use crate::error::IntakeError;
use crate::frames::DayCount;
use crate::mend::{Mend, Mends};
use crate::number::{blanks, year};
use crate::rule::Rule;

/// The first year that a spreadsheet's count of days is believed to mean: smaller counts are numbers of rows and of people.
const FIRST_COUNTED: i16 = 1910;

/// How the dates of one column are read.
#[derive(Debug, Clone)]
pub(crate) struct Dates {
    formats: Vec<(DateFormat, Mends)>,
    typed: bool,
    latest_year: i16,
}

impl Dates {
    /// `typed` when cells of the file may be dates by their type; later years than `latest_year` have not come yet.
    pub(crate) fn new(formats: &[DateFormat], typed: bool, latest_year: i16) -> Self {
        let with_mends = formats.iter().enumerate().map(|(place, format)| {
            let pattern = format.pattern();
            let mends = Mends::only_if(place > 0, Mend::OtherDateFormat)
                | Mends::only_if(pattern.contains("%B") || pattern.contains("%b"), Mend::MonthName)
                | Mends::only_if(pattern.contains("%y"), Mend::TwoDigitYear)
                | Mends::only_if(pattern.starts_with("excel-"), Mend::ExcelSerial);
            (format.clone(), mends)
        });
        Self { formats: with_mends.collect(), typed, latest_year }
    }

    /// The date in a cell in the first format that fits, inside the years that a register can hold and not in the future.
    pub(crate) fn read(&self, cell: &str) -> Result<(Date, Mends), Rule> {
        // Four digits that could be a year would be a day of the year 1905 in the count of spreadsheets.
        let like_a_year = year(cell).is_some();
        let declared = self.formats.iter().find_map(|(format, mends)| {
            let serial = format.pattern().starts_with("excel-");
            let date = if serial && like_a_year { None } else { format.read(cell) };
            date.filter(|date| !serial || date.year >= FIRST_COUNTED).map(|date| (date, *mends))
        });
        let typed = || self.typed.then(|| Date::typed(cell)).flatten().map(|date| (date, Mends::NONE));
        let (date, mends) = declared.or_else(typed).ok_or(Rule::NotADate)?;
        if !YEARS.contains(&date.year) {
            return Err(Rule::NotADate);
        }
        not_later(date.year, self.latest_year)?;
        Ok((date, mends | blanks(cell)))
    }
}

/// Refuses a column whose numbers the mapping takes for days counted from another day than that of the workbook: every
/// date would come out four years off, and look like a date.
pub(crate) fn check_days(column: &SourceColumn, days: DayCount) -> Result<(), IntakeError> {
    let (Does::Date { formats, .. } | Does::Identity(Identity::BirthDate { formats })) = &column.does else {
        return Ok(());
    };
    let counted = formats.iter().map(DateFormat::pattern).find(|pattern| pattern.starts_with("excel-"));
    let (fits, found) = match days {
        DayCount::From1900 => ("excel-1900", "1900"),
        DayCount::From1904 => ("excel-1904", "1904"),
        DayCount::Other => ("", "another day than these"),
    };
    match counted.filter(|pattern| *pattern != fits) {
        None => Ok(()),
        Some(pattern) => {
            Err(IntakeError::OtherDayCount { column: column.header.clone(), declared: pattern.to_owned(), found })
        }
    }
}

/// Refuses a year that has not come yet.
pub(crate) fn not_later(year: i16, latest_year: i16) -> Result<(), Rule> {
    if year > latest_year { Err(Rule::InTheFuture) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(typed: bool) -> Dates {
        let formats = ["%d.%m.%Y", "%d %B %Y", "%d/%m/%y", "excel-1900"];
        let formats = formats.map(|pattern| DateFormat::with_century(pattern, 1930).expect("sound"));
        Dates::new(&formats, typed, 2026)
    }

    #[test]
    fn the_way_of_writing_is_counted() {
        for (cell, expected) in [
            ("01.05.2018", &[][..]),
            (" 01.05.2018\u{a0}", &[Mend::BlanksTrimmed]),
            ("1 мая 2018", &[Mend::OtherDateFormat, Mend::MonthName]),
            ("01/05/18", &[Mend::OtherDateFormat, Mend::TwoDigitYear]),
            ("43221", &[Mend::OtherDateFormat, Mend::ExcelSerial]),
        ] {
            let (date, mends) = dates(false).read(cell).unwrap_or_else(|rule| panic!("{cell} breaks {rule}"));
            assert_eq!((date.year, date.month, date.day), (2018, Some(5), Some(1)), "{cell}");
            assert_eq!(mends.each().collect::<Vec<_>>(), expected, "{cell}");
        }
    }

    #[test]
    fn days_are_counted_as_the_workbook_counts_them() {
        let column = |formats: &str| {
            let text = format!(
                "name = \"days\"\ntitle = \"A list of days\"\ntable = \"cases\"\n[columns]\n\
                 Seen = {{ date = {{ year = \"registered_year\" }}, formats = [{formats}] }}\n"
            );
            let dictionary = panoh_dictionary::Dictionary::builtin().expect("sound");
            let source = dictionary.parse_source("days.toml", &text).unwrap_or_else(|error| panic!("{error}"));
            source.columns[0].clone()
        };
        let [plain, from_1900, from_1904] =
            [r#""%d.%m.%Y""#, r#""%d.%m.%Y", "excel-1900""#, r#""excel-1904""#].map(column);
        let fits = |column: &SourceColumn, days| check_days(column, days).is_ok();
        for (days, fitting) in [
            (DayCount::From1900, [true, true, false]),
            (DayCount::From1904, [true, false, true]),
            (DayCount::Other, [true, false, false]),
        ] {
            assert_eq!([&plain, &from_1900, &from_1904].map(|column| fits(column, days)), fitting, "{days:?}");
        }
        let said = check_days(&from_1900, DayCount::From1904).expect_err("another count").to_string();
        for part in ["column Seen", "excel-1900", "from 1904", "declare"] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }

    #[test]
    fn typed_cells_are_dates_in_files_that_have_types() {
        for cell in ["2018-05-01", "2018-05-01 13:30:00"] {
            assert_eq!(dates(true).read(cell).map(|(date, _)| date.year), Ok(2018), "{cell}");
            assert_eq!(dates(false).read(cell).map(|(date, _)| date.year), Err(Rule::NotADate), "{cell}");
        }
        assert_eq!(dates(true).read("YYYY-MM-DD").map(|(date, _)| date.year), Err(Rule::NotADate));
    }

    #[test]
    fn the_future_is_refused() {
        for cell in ["01.01.2027", "01/01/27", "1 июня 2027"] {
            assert_eq!(dates(false).read(cell).map(|(date, _)| date.year), Err(Rule::InTheFuture), "{cell}");
        }
        assert_eq!(dates(false).read("31.12.2026").map(|(date, _)| date.year), Ok(2026));
        for cell in ["01.01.1899", "01.01.2100", "2018", "2018.0", "1", "59", "61", "3653"] {
            assert_eq!(dates(false).read(cell).map(|(date, _)| date.year), Err(Rule::NotADate), "{cell}");
        }
    }
}

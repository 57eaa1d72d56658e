//! Cells of a workbook as text, as they are written in the other formats: dates as `2018-05-01`, with the time after a blank
//! unless it is midnight, whole numbers without decimals, truth values as `TRUE` and `FALSE`.

use calamine::{Data, ExcelDateTime, ExcelDateTimeType};
use jiff::ToSpan;
use jiff::civil::date;

use crate::frames::Flaw;

/// Which reader gave the cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The one of XLSX or XLS.
    Excel,
    /// The one of ODS, which gives errors as text.
    Ods,
}

/// What a spreadsheet shows in place of a value that it cannot work out.
const ERRORS: [&str; 7] = ["#N/A", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];

/// Whether a spreadsheet shows this text in place of a value.
pub(super) fn is_error(text: &str) -> bool {
    ERRORS.contains(&text) || text.starts_with("Err:")
}

/// The text of a cell, or that it shows an error; none when it is empty.
pub(super) fn text_of(value: &Data, kind: Kind) -> Option<Result<String, Flaw>> {
    let text = match value {
        Data::Empty => return None,
        Data::Error(_) => return Some(Err(Flaw::Error)),
        Data::String(text) if kind == Kind::Ods && is_error(text) => return Some(Err(Flaw::Error)),
        Data::String(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_text(*number),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(moment) => moment_text(*moment),
        Data::DateTimeIso(moment) => {
            let moment = moment.split_once('.').map_or(moment.as_str(), |(seconds, _)| seconds);
            moment.strip_suffix("T00:00:00").unwrap_or(moment).replacen('T', " ", 1)
        }
    };
    (!text.is_empty()).then_some(Ok(text))
}

/// A spreadsheet keeps fifteen digits of a number and puts noughts in the place of the rest.
const MOST_DIGITS: f64 = 1e15;

// Minus nought is nought. A number with more digits than are kept is written as a power of ten, as in an export to text, so
// that nobody takes the noughts for digits of a document.
fn number_text(number: f64) -> String {
    match number {
        0.0 => "0".to_owned(),
        _ if number.abs() >= MOST_DIGITS => format!("{number:E}"),
        _ => number.to_string(),
    }
}

/// Days are counted from 1900 with a leap day that there never was, or from 1904. A time without a day, a span of time and
/// what lies after the year 9999 are no dates and stay what they are.
fn moment_text(moment: ExcelDateTime) -> String {
    let value = moment.as_f64();
    let counts_from_1904 = moment == ExcelDateTime::new(value, ExcelDateTimeType::DateTime, true);
    if moment.is_duration() || !(0.0..2_958_466.0).contains(&value) {
        return number_text(value);
    }
    let seconds = (value * 86_400.0).round() as i64;
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60);
    let day = match days {
        _ if counts_from_1904 => date(1904, 1, 1).checked_add(days.days()),
        0 => return clock,
        60 => return "1900-02-29".to_owned(),
        1..60 => date(1899, 12, 31).checked_add(days.days()),
        _ => date(1899, 12, 30).checked_add(days.days()),
    };
    match day {
        Ok(day) if time == 0 => day.to_string(),
        Ok(day) => format!("{day} {clock}"),
        Err(_) => number_text(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::document;

    #[test]
    fn no_document_is_read_from_a_number_that_lost_its_end() {
        for (number, text, is_document) in [
            (0.0, "0", true),
            (-0.0, "0", true),
            (400_000_001.0, "400000001", true),
            (123_456_789_012_345.0, "123456789012345", true),
            (0.5, "0.5", true),
            (1_234_567_890_123_450.0, "1.23456789012345E15", false),
            (310_011_998_765_432_000.0, "3.10011998765432E17", false),
        ] {
            assert_eq!(number_text(number), text);
            assert_eq!(document(text).is_ok(), is_document, "{text}");
        }
    }
}

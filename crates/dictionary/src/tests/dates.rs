//! Dates are read as a mapping declares them and in no other way.

use crate::{Date, DateFormat};

type Parts = (i16, Option<u8>, Option<u8>);

fn format(pattern: &str) -> DateFormat {
    DateFormat::with_century(pattern, 1930).unwrap_or_else(|| panic!("{pattern} is a pattern"))
}

fn read(pattern: &str, cell: &str) -> Option<Parts> {
    format(pattern).read(cell).map(parts)
}

fn parts(date: Date) -> Parts {
    (date.year, date.month, date.day)
}

fn day(year: i16, month: u8, day: u8) -> Parts {
    (year, Some(month), Some(day))
}

#[test]
fn dates_are_read_as_declared() {
    for (pattern, cell, date) in [
        ("%d.%m.%Y", " 01.12.1990 ", Some(day(1990, 12, 1))),
        ("%d.%m.%Y", "1.2.1990", Some(day(1990, 2, 1))),
        ("%Y-%m-%d", "2000-02-29", Some(day(2000, 2, 29))),
        ("%Y-%m-%d %H:%M:%S", "2000-02-29 00:00:00", Some(day(2000, 2, 29))),
        ("%Y-%m-%d %H:%M:%S", "2000-02-29\u{a0} 23:59:59", Some(day(2000, 2, 29))),
        ("%m.%Y", "07.2018", Some((2018, Some(7), None))),
        ("%Y", "2018", Some((2018, None, None))),
        // Two digits, in the hundred years from 1930.
        ("%m/%d/%y", "3/14/30", Some(day(1930, 3, 14))),
        ("%m/%d/%y", "3/14/99", Some(day(1999, 3, 14))),
        ("%m/%d/%y", "3/14/00", Some(day(2000, 3, 14))),
        ("%m/%d/%y", "2/29/16", Some(day(2016, 2, 29))),
        ("%m/%d/%y", "3/14/29", Some(day(2029, 3, 14))),
        // Names of months.
        ("%d %B %Y", "5 March 2018", Some(day(2018, 3, 5))),
        ("%d %B %Y", "5 мая 2018", Some(day(2018, 5, 5))),
        ("%d %B %Y", "5 МАРТА 2018", Some(day(2018, 3, 5))),
        ("%d %B %Y г.", "31 января 2018 г.", Some(day(2018, 1, 31))),
        ("%d %B %Y", "12 сентябри 2018", Some(day(2018, 9, 12))),
        ("%d %B %Y", "12 сентябр 2018", Some(day(2018, 9, 12))),
        ("%d %B %Y", "12 мая\u{a0}2018", Some(day(2018, 5, 12))),
        ("%d %B %Y", "12 маи\u{306}и 2018", Some(day(2018, 5, 12))),
        ("%d-%b-%y", "05-Sep-18", Some(day(2018, 9, 5))),
        ("%d %b %Y", "05 янв. 2018", Some(day(2018, 1, 5))),
        ("%d %b. %Y", "05 янв. 2018", Some(day(2018, 1, 5))),
        ("%d%b%Y", "05июн2018", Some(day(2018, 6, 5))),
        ("%B %Y", "Август 2019", Some((2019, Some(8), None))),
        ("%b.%Y", "дек.2019", Some((2019, Some(12), None))),
        // Day numbers of spreadsheets: the same day in both systems.
        ("excel-1900", "1", Some(day(1900, 1, 1))),
        ("excel-1900", "59", Some(day(1900, 2, 28))),
        ("excel-1900", "61", Some(day(1900, 3, 1))),
        ("excel-1900", "43466", Some(day(2019, 1, 1))),
        ("excel-1900", "43466.75", Some(day(2019, 1, 1))),
        ("excel-1904", "0", Some(day(1904, 1, 1))),
        ("excel-1904", "42004", Some(day(2019, 1, 1))),
        ("excel-1904", "60", Some(day(1904, 3, 1))),
    ] {
        assert_eq!(read(pattern, cell), date, "{pattern} {cell}");
    }
}

#[test]
fn dates_are_read_in_no_other_way() {
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
        ("%Y-%m-%d", "YYYY-MM-DD"),
        ("%Y-%m-%d %H:%M", "2018-01-01 24:00"),
        ("%Y", ""),
        ("%Y", "18"),
        ("%d.%m.%y", "01.01.2018"),
        ("%d.%m.%y", "01.01.8"),
        ("%d %B %Y", "5 marsch 2018"),
        ("%d %B %Y", "5 3 2018"),
        ("%d %B %Y", "31 июня 2018"),
        ("%d %B %Y", "5март2018"),
        ("%d%B%Y", "5 март 2018"),
        ("excel-1900", "0"),
        ("excel-1900", "60"),
        ("excel-1900", "-5"),
        ("excel-1900", "43466.7.5"),
        ("excel-1900", "43,466"),
        ("excel-1900", "01.01.2018"),
        ("excel-1900", "4346643466"),
        ("excel-1904", ""),
    ] {
        assert_eq!(read(pattern, cell), None, "{pattern} must not read {cell}");
    }
}

#[test]
fn patterns_that_cannot_give_a_date_are_refused() {
    for pattern in
        ["", "%d.%m", "%d.%Y", "%Y-%Y", "%Y %y", "%m %B %Y", "%Y-%m-%d%", "%m/%m/%Y", "%d", "YYYY-MM-DD", "excel"]
    {
        assert_eq!(DateFormat::with_century(pattern, 1930), None, "{pattern}");
    }
    assert_eq!(DateFormat::new("%d.%m.%y"), None, "two digits need a century");
}

#[test]
fn formats_that_read_one_cell_as_two_dates_are_found() {
    for (one, other, mixed_up) in [
        ("%d/%m/%Y", "%m/%d/%Y", true),
        ("%d.%m.%y", "%y.%m.%d", true),
        ("%y%m%d", "%d%m%y", true),
        ("excel-1900", "excel-1904", true),
        ("excel-1900", "%Y", true),
        ("%m.%Y", "excel-1904", true),
        ("%d/%m/%Y", "%d.%m.%Y", false),
        ("%d/%m/%Y", "%d/%m/%y", false),
        ("%d/%m/%Y", "%d/%m/%Y", false),
        ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", false),
        ("%d %B %Y", "%d.%m.%Y", false),
        ("excel-1900", "%d.%m.%Y", false),
        ("excel-1900", "%B %Y", false),
    ] {
        assert_eq!(format(one).mixes_up_with(&format(other)), mixed_up, "{one} {other}");
        assert_eq!(format(other).mixes_up_with(&format(one)), mixed_up, "{other} {one}");
    }
}

#[test]
fn cells_that_a_file_types_as_dates_have_one_form() {
    for (cell, date) in [
        ("2018-03-05", Some(day(2018, 3, 5))),
        ("2018-03-05 00:00:00", Some(day(2018, 3, 5))),
        ("2018-3-5", None),
        ("2018-02-29", None),
        ("2018-03-05 24:00:00", None),
        ("2018-03-05 00:00:00 ", None),
        ("05.03.2018", None),
        ("YYYY-MM-DD", None),
    ] {
        assert_eq!(Date::typed(cell).map(parts), date, "{cell}");
    }
}

#[test]
fn ages_are_completed_years() {
    for (birth, at, age) in [
        ("2000-05-02", "2018-05-01", Some(17)),
        ("2000-05-02", "2018-05-02", Some(18)),
        ("2000-02-29", "2018-02-28", Some(17)),
        ("2000-02-29", "2018-03-01", Some(18)),
        ("2018-05-02", "2018-05-01", None),
        ("2018-05-01", "2018-05-01", Some(0)),
    ] {
        let read = |cell| format("%Y-%m-%d").read(cell).expect("a date");
        assert_eq!(read(birth).age_at(read(at)), age, "{birth} {at}");
    }
    let year = format("%Y").read("2000").expect("a year");
    assert_eq!((year.age_at(year), year.is_whole()), (None, false), "half a birth date gives no age");
}

#[test]
fn days_are_counted_over_leap_years() {
    for (from, to, days) in [
        ("2018-05-01", "2018-05-01", 0),
        ("2018-12-31", "2019-01-01", 1),
        ("2019-02-28", "2019-03-01", 1),
        ("2020-02-28", "2020-03-01", 2),
        ("1900-02-28", "1900-03-01", 1),
        ("2000-01-01", "2001-01-01", 366),
        ("2019-01-02", "2019-01-01", -1),
        ("1900-01-01", "2099-12-31", 73048),
    ] {
        let read = |cell| format("%Y-%m-%d").read(cell).expect("a date");
        assert_eq!(read(from).days_until(read(to)), Some(days), "{from} {to}");
    }
    let month = format("%m.%Y").read("01.2018").expect("a month");
    assert_eq!(month.days_until(month), None);
}

proptest::proptest! {
    #[test]
    fn a_date_that_is_read_exists(cell in "[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{4}") {
        if let Some(date) = format("%d.%m.%Y").read(&cell) {
            let (month, day) = (date.month.expect("a month"), date.day.expect("a day"));
            proptest::prop_assert!((1..=12).contains(&month) && (1..=31).contains(&day));
            proptest::prop_assert_eq!(date.age_at(date), Some(0));
        }
    }

    #[test]
    fn both_day_numbers_of_a_day_are_1462_apart(number in 61_u32..900_000) {
        let early = format("excel-1900").read(&(number + 1462).to_string());
        let late = format("excel-1904").read(&number.to_string());
        proptest::prop_assert_eq!(early, late);
        let next = format("excel-1904").read(&(number + 1).to_string());
        let days = late.zip(next).and_then(|(late, next)| late.days_until(next));
        proptest::prop_assert_eq!(days, Some(1));
    }

    #[test]
    fn no_cell_makes_a_format_fail_otherwise_than_by_reading_nothing(cell in "\\PC{0,20}") {
        for pattern in ["%d.%m.%y", "%d %B %Y", "excel-1900", "excel-1904", "%Y"] {
            let _ = format(pattern).read(&cell);
        }
        let _ = Date::typed(&cell);
    }
}

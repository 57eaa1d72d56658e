//! Numbers as exports write them: years, counts and the sender's own numbers of records.

use panoh_dictionary::{YEARS, fold};

use crate::mend::{Mend, Mends};

/// Cyrillic letters that look like Latin ones in either case, both folded.
const TWINS: [(char, char); 12] = [
    ('а', 'a'),
    ('в', 'b'),
    ('е', 'e'),
    ('к', 'k'),
    ('м', 'm'),
    ('н', 'h'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('т', 't'),
    ('у', 'y'),
    ('х', 'x'),
];

/// The digits of a whole number. Spreadsheets write whole numbers with a decimal nought when the column once had an empty
/// cell.
pub(crate) fn whole_number(cell: &str) -> Option<(&str, Mends)> {
    let trimmed = cell.trim();
    let digits = trimmed.strip_suffix(".0").unwrap_or(trimmed);
    let mends = blanks(cell) | Mends::only_if(digits.len() < trimmed.len(), Mend::NumberAsDecimal);
    is_digits(digits).then_some((digits, mends))
}

/// A year in four digits, inside the years that a register can hold.
pub(crate) fn year(cell: &str) -> Option<(i16, Mends)> {
    let (digits, mends) = whole_number(cell).filter(|(digits, _)| digits.len() == 4)?;
    digits.parse().ok().filter(|year| YEARS.contains(year)).map(|year| (year, mends))
}

/// A whole number from nought up, with one kind of sign between groups of three digits when the mapping declares signs; a
/// blank stands for blanks of any kind. Nobody groups a number that begins with nought: `0,250` is a quarter.
pub(crate) fn count(cell: &str, thousands: &[char]) -> Option<(i32, Mends)> {
    let plain = whole_number(cell);
    if let Some((digits, mends)) = plain {
        return Some((digits.parse().ok()?, mends));
    }
    let trimmed = cell.trim();
    let whole = trimmed.strip_suffix(".0").unwrap_or(trimmed);
    let sign = whole.chars().find(|letter| !letter.is_ascii_digit())?;
    let declared = thousands.iter().any(|&known| known == sign || (known == ' ' && sign.is_whitespace()));
    let mut groups = whole.split(sign);
    let first = groups.next()?;
    let grouped = matches!(first.len(), 1..=3) && is_digits(first) && !first.starts_with('0');
    if !declared || !grouped || !groups.clone().all(|group| group.len() == 3 && is_digits(group)) {
        return None;
    }
    let number = groups.try_fold(first.parse::<i32>().ok()?, |number, group| {
        number.checked_mul(1000)?.checked_add(group.parse().ok()?)
    })?;
    let decimal = Mends::only_if(whole.len() < trimmed.len(), Mend::NumberAsDecimal);
    Some((number, blanks(cell) | decimal | Mend::ThousandsSign))
}

/// Writes the comparison form of a sender's number: letter case, kinds of dashes, blanks around it, a decimal nought and
/// Cyrillic letters that look Latin do not matter, so that a number which a spreadsheet retyped stays the same record.
pub(crate) fn write_record_number(cell: &str, out: &mut String) -> Mends {
    let cell = cell.trim();
    if let Some((digits, mends)) = whole_number(cell) {
        out.push_str(digits);
        return mends;
    }
    if cell.is_ascii() && !cell.contains([' ', '-', '\t']) {
        out.extend(cell.chars().map(|letter| letter.to_ascii_lowercase()));
        return Mends::NONE;
    }
    let folded = fold(cell);
    let twin = |letter: char| TWINS.iter().find(|(cyrillic, _)| *cyrillic == letter).map(|&(_, latin)| latin);
    let mixed = !folded.is_ascii() && folded.chars().all(|letter| letter.is_ascii() || twin(letter).is_some());
    if mixed {
        out.extend(folded.chars().map(|letter| twin(letter).unwrap_or(letter)));
    } else {
        out.push_str(&folded);
    }
    Mends::only_if(mixed, Mend::LookAlike)
}

/// The comparison form of a sender's number, as pseudonyms of records are made from; none when nothing but blanks was given.
pub fn record_number(cell: &str) -> Option<String> {
    let mut number = String::new();
    write_record_number(cell, &mut number);
    (!number.is_empty()).then_some(number)
}

/// Whether blanks stand around the cell.
pub(crate) fn blanks(cell: &str) -> Mends {
    Mends::only_if(cell.trim().len() < cell.len(), Mend::BlanksTrimmed)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_four_digits_inside_the_years_of_a_register() {
        for (cell, expected) in
            [("2018", Some(2018)), (" 2018.0 ", Some(2018)), ("1900", Some(1900)), ("2099", Some(2099))]
        {
            assert_eq!(year(cell).map(|(year, _)| year), expected, "{cell}");
        }
        for cell in ["18", "1899", "2100", "02018", "2018.5", "2018.00", "+2018", "-2018", "2018 г.", "٢٠١٨", ".0", ""]
        {
            assert_eq!(year(cell), None, "{cell}");
        }
    }

    #[test]
    fn counts_are_whole_numbers_with_declared_signs() {
        let signs = [',', ' ', '\''];
        for (cell, expected) in [
            ("0", 0),
            ("513", 513),
            ("3.0", 3),
            ("70,000", 70_000),
            ("6,112,019", 6_112_019),
            ("70 000", 70_000),
            ("70\u{a0}000", 70_000),
            ("70\u{202f}000", 70_000),
            ("1'000'000", 1_000_000),
            (" 1,000.0 ", 1000),
            ("2147483647", i32::MAX),
        ] {
            assert_eq!(count(cell, &signs).map(|(number, _)| number), Some(expected), "{cell}");
        }
        for cell in [
            "",
            "-1",
            "+1",
            "3.5",
            "3,5",
            "3,50",
            "70,00",
            "70,0000",
            ",000",
            "0,250",
            "01,234",
            "0 000",
            "1,000 000",
            "1 000,000",
            "1.000",
            "1e3",
            "<5",
            "2147483648",
            "9,999,999,999",
            "12 34",
            "0x10",
            "1,,000",
            "٣",
        ] {
            assert_eq!(count(cell, &signs), None, "{cell}");
        }
        assert_eq!(count("70,000", &[]), None, "no sign is declared");
        assert_eq!(count("70,000", &[' ']), None, "another sign is declared");
        assert_eq!(count("3,000", &[',']), Some((3000, Mend::ThousandsSign.into())));
    }

    #[test]
    fn a_retyped_number_is_the_same_record() {
        let form = |cell: &str| record_number(cell).expect("a number");
        assert_eq!(record_number(" "), None);
        for same in ["K-1", " k-1 ", "К-1", "к–1", "K—1", "k\u{2011}1"] {
            assert_eq!(form(same), "k-1", "{same}");
        }
        assert_eq!((form("1017.0"), form("1017")), ("1017".to_owned(), "1017".to_owned()));
        assert_eq!(form("Дело\u{a0}7"), form("дело 7"));
        for other in ["K-10", "K1", "K-1.0", "Л-1", "K 1"] {
            assert_ne!(form(other), "k-1", "{other}");
        }
    }
}

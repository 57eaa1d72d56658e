//! Names of months as exports write them: English, Russian and Tajik, whole, abbreviated and in the case that stands
//! beside a day. No name stands for two months.

use crate::words::fold;

/// The names of each month, folded; a dot after an abbreviation is read over.
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "январь", "января", "янв", "январ", "январи"],
    &["february", "feb", "февраль", "февраля", "февр", "фев", "феврал", "феврали"],
    &["march", "mar", "март", "марта", "мар", "марти"],
    &["april", "apr", "апрель", "апреля", "апр", "апрел", "апрели"],
    &["may", "май", "мая", "майи"],
    &["june", "jun", "июнь", "июня", "июн", "июни"],
    &["july", "jul", "июль", "июля", "июл", "июли"],
    &["august", "aug", "август", "августа", "авг", "августи"],
    &["september", "sept", "sep", "сентябрь", "сентября", "сент", "сен", "сентябр", "сентябри"],
    &["october", "oct", "октябрь", "октября", "окт", "октябр", "октябри"],
    &["november", "nov", "ноябрь", "ноября", "нояб", "ноя", "ноябр", "ноябри"],
    &["december", "dec", "декабрь", "декабря", "дек", "декабр", "декабри"],
];

/// Takes the name of a month from the front and gives its number. A name is a whole run of letters.
pub(crate) fn take_month(rest: &mut &str) -> Option<u8> {
    // A combining mark belongs to its letter: и with a breve is й.
    let in_name = |letter: char| letter.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&letter);
    let end = rest.find(|letter| !in_name(letter)).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let name = fold(name);
    let at = MONTHS.iter().position(|names| names.contains(&name.as_str()))?;
    *rest = after;
    u8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_for_two_months_and_all_are_folded() {
        let names: Vec<_> = MONTHS.into_iter().flatten().copied().collect();
        for (at, name) in names.iter().enumerate() {
            assert_eq!(fold(name), **name);
            assert!(!names[..at].contains(name), "{name}");
        }
    }
}

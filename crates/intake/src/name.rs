//! Whether a cell that says who a person is can be what its column promises. A cell that cannot is refused: a spoilt name
//! would make one person two, or two persons one.
//!
//! These cells are never remembered, so each check runs for every row: a plain name passes after one look at its letters.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252};

use crate::number::whole_number;
use crate::rule::Rule;

/// Words that people write where a name is not known. None is a name in any list of names that the dictionary's languages
/// have; a mapping declares them as `missing` or `unknown`, and until then they are refused.
const NO_NAMES: [&str; 18] = [
    "нет",
    "нет данных",
    "неизвестно",
    "неизвестен",
    "неизвестна",
    "не известно",
    "не указано",
    "не установлено",
    "номаълум",
    "маълум нест",
    "unknown",
    "not known",
    "none",
    "null",
    "nan",
    "anonymous",
    "аноним",
    "xxx",
];

/// Signs that may stand in a name beside letters and marks.
const SIGNS: &str = "-‐‑–—'’‘ʼʻ`´.,()/\"«»";

/// Signs that may stand in a number beside letters and digits. Two numbers in one cell are not one number, so what
/// separates them is not among these.
const NUMBER_SIGNS: &str = "-‐‑–—−_/\\.:№#()&";

/// Refuses a trimmed, filled cell that cannot be a name.
pub(crate) fn check_name(cell: &str) -> Result<(), Rule> {
    if !is_plain(cell) {
        let sign = |letter: char| letter.is_alphabetic() || letter == ' ' || is_mark(letter) || SIGNS.contains(letter);
        // Blanks of uncommon kinds part words as well; a line break parts two names.
        let sound = cell.chars().all(|letter| sign(letter) || (letter.is_whitespace() && !letter.is_control()));
        if !sound || !cell.chars().any(char::is_alphabetic) || is_torn(cell) || is_misread(cell) {
            return Err(Rule::NotAName);
        }
    }
    // Letters of these words have as many bytes in either case; their first letters are few.
    let begins = cell.starts_with(|first: char| "нНмМuUnNaAxXаА".contains(first));
    let is_word =
        |word: &&str| begins && word.len() == cell.len() && cell.chars().flat_map(char::to_lowercase).eq(word.chars());
    if NO_NAMES.iter().any(is_word) || is_inside_out(cell) { Err(Rule::NotAName) } else { Ok(()) }
}

/// The most letters of one word in the number of a document: VIII is one.
const DOCUMENT_WORD: usize = 4;

/// The number of a document in a trimmed, filled cell as it is on the document. A spreadsheet writes a number of digits
/// alone like any other number: with a decimal nought, with an apostrophe before it, or as a power of ten. A cell from
/// which no number can be told, or more than one, is refused: it would be a document of its own.
pub(crate) fn document(cell: &str) -> Result<Cow<'_, str>, Rule> {
    let number = cell.strip_prefix(['\'', '’']).map_or(cell, str::trim_start);
    if let Some(digits) = power_of_ten(number) {
        return digits.map(Cow::Owned);
    }
    check_number(number).map_err(|rule| if is_legible(number) { Rule::UnclearDocument } else { rule })?;
    if !number.chars().any(char::is_numeric) {
        return Err(Rule::NotADocument);
    }
    let is_prose = |word: &str| {
        let letters = word.chars().filter(|letter| !is_mark(*letter)).count();
        letters > DOCUMENT_WORD || letters > 2 && word.chars().all(char::is_lowercase)
    };
    if number.split(|letter: char| !letter.is_alphabetic()).any(is_prose) {
        return Err(Rule::UnclearDocument);
    }
    Ok(Cow::Borrowed(whole_number(number).map_or(number, |(digits, _)| digits)))
}

/// The digits of a number that is written as a power of ten, such as 4.00000001E+08; none when it is not written so. Where the
/// digits before the power are fewer than the number has, a spreadsheet may have rounded it.
fn power_of_ten(cell: &str) -> Option<Result<String, Rule>> {
    let (mantissa, power) = cell.split_once(['E', 'e'])?;
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    let (first, decimals) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    // More digits are no power: no program writes such numbers, and documents have them.
    if first.len() != 1 || !matches!(power.len(), 1 | 2) || ![first, decimals, power].into_iter().all(digits) {
        return None;
    }
    let places = if cell.contains('-') { 0 } else { power.parse().unwrap_or(0) };
    let (whole, rest) = decimals.split_at_checked(places).unwrap_or((decimals, "0"));
    let is_exact = places > 0 && whole.len() == places && rest.bytes().all(|digit| digit == b'0');
    Some(if is_exact { Ok(format!("{first}{whole}")) } else { Err(Rule::UnclearDocument) })
}

// Whether nothing is wrong with the letters of a cell that is no number: other signs of the keyboard part or surround them.
// A question mark may stand where a letter was lost.
fn is_legible(cell: &str) -> bool {
    let is_sign = |letter: char| letter.is_ascii_punctuation() && letter != '?' || "\r\n\t«»“”".contains(letter);
    let plain: String = cell.chars().map(|letter| if is_sign(letter) { ' ' } else { letter }).collect();
    check_number(&plain).is_ok()
}

/// Refuses a trimmed, filled cell in which the number of a record, case or document cannot be told any more: letters that a
/// wrong encoding spoilt, signs that nobody puts into such a number, and the decimal nought of a spreadsheet behind one
/// that is not all digits.
pub(crate) fn check_number(cell: &str) -> Result<(), Rule> {
    let sign = |letter: char| NUMBER_SIGNS.contains(letter) || (letter.is_whitespace() && !letter.is_control());
    let sound = if cell.is_ascii() {
        cell.chars().all(|letter| letter.is_ascii_alphanumeric() || sign(letter))
    } else {
        // No document or register has accented Latin letters in its numbers; a code page that was mistaken gives them.
        let accented = |letter: char| ('À'..='ɏ').contains(&letter);
        cell.chars().all(|letter| (letter.is_alphanumeric() && !accented(letter)) || is_mark(letter) || sign(letter))
            && !is_utf8_read_as(WINDOWS_1251, cell, 1)
    };
    let decimal = cell.ends_with(".0") && whole_number(cell).is_none();
    if sound && !decimal { Ok(()) } else { Err(Rule::DamagedText) }
}

// Letters of Russian, Tajik and English with the commonest signs: what nearly every name is made of. A name that was
// misread always has another sign in it, but for one whose letters are all и.
fn is_plain(cell: &str) -> bool {
    let is_letter = |letter: char| {
        letter.is_ascii_alphabetic()
            || matches!(letter, 'А'..='я' | 'ё' | 'Ё')
            || matches!(letter, 'ғ' | 'ӣ' | 'қ' | 'ӯ' | 'ҳ' | 'ҷ' | 'Ғ' | 'Ӣ' | 'Қ' | 'Ӯ' | 'Ҳ' | 'Ҷ')
    };
    cell.chars().any(is_letter)
        && !cell.contains("Рё")
        && cell.chars().all(|letter| is_letter(letter) || matches!(letter, ' ' | '-' | '.' | '\''))
}

// A comma or the like right between two letters: one name torn in two, or two names that nothing tells apart.
fn is_torn(cell: &str) -> bool {
    let letters = || cell.chars().map(Some);
    let next = letters().skip(1).chain([None]);
    let before = std::iter::once(None).chain(letters());
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphabetic);
    let mut triples = before.zip(letters()).zip(next);
    triples.any(|((before, sign), next)| {
        is_letter(before) && sign.is_some_and(|sign| ",/\"«»()".contains(sign)) && is_letter(next)
    })
}

// UTF-8 that was read as a code page of one byte a letter, in the whole cell or in nearly all of it; or windows-1251 read
// as windows-1252, which makes words of accented letters only.
fn is_misread(cell: &str) -> bool {
    let accented = |word: &str| word.chars().count() >= 3 && word.chars().all(|letter| ('À'..='ÿ').contains(&letter));
    cell.split(' ').any(accented) || [WINDOWS_1251, WINDOWS_1252].iter().any(|page| is_utf8_read_as(page, cell, 2))
}

// `least` letters of two bytes, and hardly any letter that is not one.
fn is_utf8_read_as(page: &'static Encoding, cell: &str, least: usize) -> bool {
    let (bytes, _, lossy) = page.encode(cell);
    if lossy || bytes.is_ascii() {
        return false;
    }
    // Letters of two bytes as UTF-8 has them for Latin, Greek and Cyrillic; a blank may stand for the no-break space.
    let (mut pairs, mut others, mut at) = (0, 0, 0);
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        match bytes[at] {
            0..=0x7f => at += 1,
            0xc3..=0xd3 if (0x80..=0xbf).contains(&next) => {
                pairs += 1;
                at += 2;
            }
            _ => {
                others += 1;
                at += 1;
            }
        }
    }
    pairs >= least && pairs > 3 * others
}

// A Cyrillic capital right behind a small letter: КОИ-8 read as windows-1251 turns small and capital letters about.
fn is_inside_out(cell: &str) -> bool {
    let mut after_small = false;
    cell.chars().any(|letter| {
        let inside_out = after_small && matches!(letter, '\u{400}'..='\u{42f}' | 'Ғ' | 'Ӣ' | 'Қ' | 'Ӯ' | 'Ҳ' | 'Ҷ');
        after_small = matches!(letter, '\u{430}'..='\u{45f}' | 'ғ' | 'ӣ' | 'қ' | 'ӯ' | 'ҳ' | 'ҷ');
        inside_out
    })
}

fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_region_are_names() {
        for name in [
            "Раҳмонов Ҷамшед Каримович",
            "РАҲМОНОВА ЗУЛФИЯ",
            "Рахмонов-Алиев Дж.",
            "Абдуллоев Ғафур (Юсуфӣ)",
            "Rakhmonov Dzhamshed",
            "O'Brien",
            "Sa’dulla",
            "Семён",
            "Рёва Соня",
            "José Müller",
            "Ñuñez",
            "Ґалина Їжак",
            "Нета",
            "Әлия Қасым",
            "Айгүл",
            "Nguyễn Thị Hoa",
            "Na",
            "Мухаммад\u{a0}Али",
            "Е\u{308}лкина",
            "аль-МАСРИ",
        ] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_a_name_is_refused() {
        for cell in [
            "-",
            "—",
            "...",
            "12",
            "Шарипов 2",
            "Ша?ипов",
            "???",
            "Шари\u{fffd}ов",
            "Шарипов\u{7}",
            "Шарипов\nШарипова",
            "нет",
            "НЕТ ДАННЫХ",
            "Unknown",
            "Не известно",
            "@",
            "Шарипов#",
            "Шари…",
            "№",
            "Шари\u{200b}пов",
            "Шарипов_Далер",
            "Шар,ипов",
            "Шарипов/Каримов",
        ] {
            assert_eq!(check_name(cell), Err(Rule::NotAName), "{cell}");
        }
    }

    /// Every name of these comes out as somebody else's name when its bytes are read in another encoding.
    #[test]
    fn misread_names_are_refused() {
        for name in ["Мария", "Раҳмонов Ҷамшед", "Қурбон", "Зулфия", "Ғафуров", "Ҳусейн", "José Müller", "Ӯктам"]
        {
            for page in [WINDOWS_1251, WINDOWS_1252] {
                let (read, _) = page.decode_without_bom_handling(name.as_bytes());
                if name.chars().filter(|letter| !letter.is_ascii()).count() > 1 {
                    assert_eq!(check_name(&read), Err(Rule::NotAName), "{name} as {}: {read}", page.name());
                }
            }
        }
        for name in ["Мария Иванова", "Зулфия Каримова"] {
            for (from, to) in [
                (WINDOWS_1251, encoding_rs::KOI8_R),
                (encoding_rs::KOI8_R, WINDOWS_1251),
                (WINDOWS_1251, WINDOWS_1252),
                (WINDOWS_1251, encoding_rs::IBM866),
                (encoding_rs::IBM866, WINDOWS_1251),
            ] {
                let (bytes, _, _) = from.encode(name);
                let (read, _) = to.decode_without_bom_handling(&bytes);
                assert_eq!(check_name(&read), Err(Rule::NotAName), "{name}, {} as {}: {read}", from.name(), to.name());
            }
        }
        let (cut, _) = WINDOWS_1251.decode_without_bom_handling(&"Мария".as_bytes()[..9]);
        assert_eq!(check_name(&cut), Err(Rule::NotAName), "{cut}");
    }

    #[test]
    fn numbers_of_documents_have_digits_and_no_damage() {
        let check_document = |cell: &str| document(cell).map(|_| ());
        for cell in ["A1234567", "А 1234567", "400000001", "№ 12-34", "TJ\u{a0}12", "VIII-ЛО № 123456", "12E345678"]
        {
            assert_eq!(document(cell).as_deref(), Ok(cell), "{cell}");
        }
        for cell in ["нет", "-", "passport", "без паспорта"] {
            assert_eq!(check_document(cell), Err(Rule::NotADocument), "{cell}");
        }
        for cell in [
            "A1234567; B7654321",
            "400000001;400000002",
            "400000001, 400000002",
            "400000001\n400000002",
            "400000001+400000002",
            "A1234567.0",
            "=A1",
            "A1234567 выдан МВД 2010",
            "passport A1234567",
            "4.00E+08",
            "4,00E+08",
            "4.00000001E9",
            "4E8",
            "4e8",
            "4E+8",
            "4.5E-3",
        ] {
            assert_eq!(check_document(cell), Err(Rule::UnclearDocument), "{cell}");
        }
        for cell in ["Рђ1234567", "Ð\u{a0}1234567", "A12\u{200b}34567"] {
            assert_eq!(check_document(cell), Err(Rule::DamagedText), "{cell}");
        }
        for cell in ["A12?4567", "A12\u{fffd}4567", "A12\u{1}", "А12\u{200b}4", "РђРђ1234567"] {
            assert_eq!(check_document(cell), Err(Rule::DamagedText), "{cell}");
        }
    }

    #[test]
    fn a_number_that_a_spreadsheet_retyped_is_the_same_document() {
        for cell in [
            "400000001",
            "400000001.0",
            "'400000001",
            "4.00000001E8",
            "4.00000001E+08",
            "4,00000001E+08",
            "4.00000001e8",
            "4.000000010E8",
        ] {
            assert_eq!(document(cell).as_deref(), Ok("400000001"), "{cell}");
        }
        assert_eq!(document("'A1234567").as_deref(), Ok("A1234567"));
    }
}

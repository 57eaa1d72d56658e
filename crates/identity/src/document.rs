//! Document numbers as link keys: one spelling for one document, and none for what is plainly no document.

use unicode_normalization::UnicodeNormalization;

use crate::fold::latin_twin;

/// Fewest characters and digits that a document number has. Shorter ones are remarks ("no", "б/н") or halves.
const FEWEST_CHARACTERS: usize = 5;
const FEWEST_DIGITS: usize = 4;

/// Fewer digits come in patterns by chance.
const FEWEST_IN_PATTERN: usize = 6;

/// The one spelling of a document number: upper case, letters and digits only (so no blank, dash, dot or № sign), and
/// Cyrillic letters that look like Latin ones written as Latin.
///
/// `None` for what must never link two people: too short, hardly any digit, or what clerks write when a form insists on
/// a number: one digit repeated but for one (`0000000`, `A0000001`), digits that rise or fall one by one (`1234567`,
/// `A7654321`), a few digits over and over (`12121212`, `123123123`), or runs of three (`111222333`). Of real
/// numbers of seven digits two in ten thousand look like that, of six digits two in a thousand; they link by name alone. Text with more letters than digits is a remark with a
/// year in it ("not issued in 2020").
pub(crate) fn normalised(document: &str) -> Option<String> {
    // The sign № would decompose to the letters "No".
    let text = letters_and_digits(document.chars().filter(|letter| *letter != '№'));
    let digits = || text.bytes().filter(u8::is_ascii_digit);
    let (characters, count) = (text.chars().count(), digits().count());
    let telling = characters >= FEWEST_CHARACTERS && count >= FEWEST_DIGITS && 2 * count >= characters;
    (telling && !is_run(digits) && !is_pattern(&digits().collect::<Vec<_>>())).then_some(text)
}

/// The one spelling of the country that issued a document; `None` when nothing is said.
pub(crate) fn country(country: &str) -> Option<String> {
    let text = letters_and_digits(country.chars());
    (!text.is_empty()).then_some(text)
}

fn letters_and_digits(text: impl Iterator<Item = char> + Clone) -> String {
    // Nearly every number; the rest of this function would come to the same.
    if text.clone().all(|letter| letter.is_ascii()) {
        let mut kept = String::with_capacity(text.size_hint().1.unwrap_or_default());
        kept.extend(text.filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()));
        return kept;
    }
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphanumeric())
        .map(|letter| latin_twin(letter).unwrap_or(letter))
        .flat_map(char::to_uppercase)
        .collect()
}

/// Whether each digit is the one before it, one more, or one less, all the way (9 and 0 are neighbours).
fn is_run<I: Iterator<Item = u8>>(digits: impl Fn() -> I) -> bool {
    let step = |(one, next): (u8, u8)| (next + 10 - one) % 10;
    let mut steps = digits().zip(digits().skip(1)).map(step);
    let first = steps.next().unwrap_or_default();
    matches!(first, 0 | 1 | 9) && steps.all(|step| step == first)
}

/// Whether so many digits follow a pattern that fingers make.
fn is_pattern(digits: &[u8]) -> bool {
    let repeats = |period: usize| digits.iter().zip(&digits[period..]).all(|(one, later)| one == later);
    let mut counts = [0_usize; 10];
    for digit in digits {
        counts[usize::from(digit - b'0')] += 1;
    }
    digits.len() >= FEWEST_IN_PATTERN
        && (counts.iter().any(|count| count + 1 >= digits.len())
            || (2..=3).any(repeats)
            || digits.chunk_by(|one, next| one == next).all(|run| run.len() >= 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_document_are_one() {
        for spelling in [
            "A4071536",
            "a4071536",
            "А4071536",
            "а 4071536",
            "A-4071536",
            "№ A 407-15-36",
            " A4071536\n",
            "Ａ４０７１５３６",
        ] {
            assert_eq!(normalised(spelling).as_deref(), Some("A4071536"), "a spelling differs");
        }
        // В and Н look like B and H; Ш looks like nothing Latin.
        assert_eq!(normalised("вн 400500"), Some("BH400500".into()));
        assert_eq!(normalised("I-ШД № 600700"), Some("IШД600700".into()));
        assert_eq!(country(" tjk"), country("TJK"));
        assert_eq!(country("—"), None);
    }

    #[test]
    fn different_documents_stay_different() {
        assert_ne!(normalised("A4071536"), normalised("A4071537"));
        assert_ne!(normalised("A4071536"), normalised("B4071536"));
        assert_ne!(normalised("A4071536"), normalised("4071536"));
    }

    #[test]
    fn what_is_no_document_links_nobody() {
        for text in ["", "-", "нет", "б/н", "n/a", "unknown", "123", "AB12", "0000000", "A1111111", "99999999"] {
            assert_eq!(normalised(text), None, "{text:?} must link nobody");
        }
        for run in ["1234567", "123456", "A1234567", "0123456789", "1234567890", "7654321", "987654", "AB 543210"] {
            assert_eq!(normalised(run), None, "{run:?} must link nobody");
        }
        for pattern in ["A0000001", "100000000", "12121212", "123123123", "111222333", "AB7777177"] {
            assert_eq!(normalised(pattern), None, "{pattern:?} must link nobody");
        }
        for remark in ["не выдан 2020 г", "утерян в 2019", "expired 2021"] {
            assert_eq!(normalised(remark), None, "{remark:?} must link nobody");
        }
        for real in ["VIII-ШД 600700", "AB 1122", "A4400004", "1212312", "1234568", "A1233567", "1123456", "765432А9"]
        {
            assert!(normalised(real).is_some(), "{real:?} is a number like any other");
        }
    }
}

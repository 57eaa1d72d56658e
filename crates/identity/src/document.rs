//! Document numbers as link keys: one spelling for one document, and none for what is plainly no document.

use unicode_normalization::UnicodeNormalization;

use crate::fold::latin_twin;

/// Fewest characters and digits that a document number has. Shorter ones are remarks ("no", "б/н") or halves.
const FEWEST_CHARACTERS: usize = 5;
const FEWEST_DIGITS: usize = 4;

/// The one spelling of a document number: upper case, letters and digits only (so no blank, dash, dot or № sign), and
/// Cyrillic letters that look like Latin ones written as Latin.
///
/// `None` for what must never link two people: too short, hardly any digit, or what clerks write when a form insists on
/// a number: one digit repeated (`0000000`) or digits that rise or fall one by one (`1234567`, `A7654321`). One real
/// document in millions looks like that; it then links by name alone.
pub(crate) fn normalised(document: &str) -> Option<String> {
    // The sign № would decompose to the letters "No".
    let text = letters_and_digits(document.chars().filter(|letter| *letter != '№'));
    let digits = || text.bytes().filter(u8::is_ascii_digit);
    let telling = text.chars().count() >= FEWEST_CHARACTERS && digits().count() >= FEWEST_DIGITS && !is_run(digits);
    telling.then_some(text)
}

/// The one spelling of the country that issued a document; `None` when nothing is said.
pub(crate) fn country(country: &str) -> Option<String> {
    let text = letters_and_digits(country.chars());
    (!text.is_empty()).then_some(text)
}

fn letters_and_digits(text: impl Iterator<Item = char> + Clone) -> String {
    // Nearly every number; the rest of this function would come to the same.
    if text.clone().all(|letter| letter.is_ascii()) {
        return text.filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
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
        for real in ["1234568", "A1233567", "1123456", "765432А9"] {
            assert!(normalised(real).is_some(), "{real:?} is a number like any other");
        }
    }
}

//! Document numbers as link keys: one spelling for one document, and none for what is plainly no document.

use unicode_normalization::UnicodeNormalization;

use crate::fold::latin_twin;

/// Fewest characters and digits that a document number has. Shorter ones are remarks ("no", "б/н") or halves.
const FEWEST_CHARACTERS: usize = 5;
const FEWEST_DIGITS: usize = 4;

/// The one spelling of a document number: upper case, letters and digits only (so no blank, dash, dot or № sign), and
/// Cyrillic letters that look like Latin ones written as Latin.
///
/// `None` for what must never link two people: too short, hardly any digit, or one digit repeated (`0000000`), which is
/// what clerks write when a form insists on a number.
pub(crate) fn normalised(document: &str) -> Option<String> {
    // The sign № would decompose to the letters "No".
    let text: String = document
        .chars()
        .filter(|letter| *letter != '№')
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphanumeric())
        .map(|letter| latin_twin(letter).unwrap_or(letter))
        .flat_map(char::to_uppercase)
        .collect();
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let telling = text.chars().count() >= FEWEST_CHARACTERS
        && digits.len() >= FEWEST_DIGITS
        && digits.iter().any(|digit| digit != &digits[0]);
    telling.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_document_are_one() {
        for spelling in [
            "A1234567",
            "a1234567",
            "А1234567",
            "а 1234567",
            "A-1234567",
            "№ A 123-45-67",
            " A1234567\n",
            "Ａ１２３４５６７",
        ] {
            assert_eq!(normalised(spelling).as_deref(), Some("A1234567"), "a spelling differs");
        }
        // В and Н look like B and H; Ш looks like nothing Latin.
        assert_eq!(normalised("вн 400500"), Some("BH400500".into()));
        assert_eq!(normalised("I-ШД № 600700"), Some("IШД600700".into()));
    }

    #[test]
    fn different_documents_stay_different() {
        assert_ne!(normalised("A1234567"), normalised("A1234568"));
        assert_ne!(normalised("A1234567"), normalised("B1234567"));
        assert_ne!(normalised("A1234567"), normalised("1234567"));
    }

    #[test]
    fn what_is_no_document_links_nobody() {
        for text in ["", "-", "нет", "б/н", "n/a", "unknown", "123", "AB12", "0000000", "A1111111", "99999999"] {
            assert_eq!(normalised(text), None, "{text:?} must link nobody");
        }
    }
}

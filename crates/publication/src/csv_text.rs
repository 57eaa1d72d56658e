//! How text and numbers stand in text files: nothing that a spreadsheet would run, nothing that two readers would read
//! differently.

use std::borrow::Cow;

/// Puts an apostrophe before text that a spreadsheet could take for a formula (a leading `=`, `+`, `-`, `@`, tab,
/// carriage return or line feed).
///
/// For text cells only: a negative number is a number and stays one. Source: OWASP, CSV injection.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A number of persons as text files and answers hold it: six decimals, never a negative zero.
///
/// Readers of JSON and CSV do not agree on the last of seventeen digits; they agree on these. A millionth of a person
/// is far below the noise; `cube.parquet` has the full numbers.
pub fn rounded(persons: f64) -> f64 {
    (persons * 1e6).round() / 1e6 + 0.0
}

#[cfg(test)]
mod tests {
    use super::{guarded, rounded};

    #[test]
    fn numbers_have_six_decimals() {
        for (number, text) in [(1.0 / 3.0, "0.333333"), (-2.0, "-2"), (-1e-9, "0"), (1_234_567.000_000_4, "1234567")] {
            assert_eq!(rounded(number).to_string(), text);
        }
    }

    #[test]
    fn formulas_become_text() {
        for (text, safe) in
            [("=1+1", "'=1+1"), ("+7", "'+7"), ("-a", "'-a"), ("@x", "'@x"), ("\tx", "'\tx"), ("a=1", "a=1"), ("", "")]
        {
            assert_eq!(guarded(text), safe);
        }
    }
}

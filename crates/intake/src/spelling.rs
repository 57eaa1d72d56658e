//! How a word that was understood differs from the way in which the dictionary writes its code, for the count of mends.

use panoh_dictionary::{Absence, Code, CodeWords, Said, fold};

use crate::mend::{Mend, Mends};

/// What was mended in a word so that it could be read; worked out once for a spelling.
pub(crate) fn word_mends(word: &str, said: &Said<'_>, words: &CodeWords) -> Mends {
    match said {
        Said::Absent(Absence::Missing) if word.trim().is_empty() => Mends::NONE,
        Said::Absent(_) => blanks(word) | Mend::AbsenceWord,
        Said::Codes([code]) => match words.list().code(code) {
            Some(code) => code_mends(word, code),
            None => blanks(word) | Mend::Translated,
        },
        Said::Codes(_) => blanks(word) | Mend::Translated,
    }
}

/// Blanks around the word, or other than one common blank inside it.
pub(crate) fn blanks(word: &str) -> Mends {
    let trimmed = word.trim();
    let uneven = trimmed.split(char::is_whitespace).any(str::is_empty)
        || trimmed.contains(|letter: char| letter.is_whitespace() && letter != ' ');
    Mends::only_if(trimmed.len() < word.len() || (uneven && !trimmed.is_empty()), Mend::BlanksTrimmed)
}

fn code_mends(word: &str, code: &Code) -> Mends {
    let tidy = word.split_whitespace().collect::<Vec<_>>().join(" ");
    let labels = [&code.code, &code.labels.en, &code.labels.ru, &code.labels.tg];
    // The first word of a standard is the one to write; the others are spellings that were met.
    let standards = code.ctdc.first().into_iter().chain(code.htcds.first());
    let forms: Vec<&str> = labels.into_iter().chain(standards).map(String::as_str).collect();
    let is_form = |changed: fn(&str) -> String| forms.iter().any(|form| changed(form) == changed(&tidy));
    let other = if is_form(str::to_owned) {
        Mends::NONE
    } else if is_form(str::to_lowercase) {
        Mend::LetterCase.into()
    } else if is_form(one_dash) {
        Mend::Dash.into()
    } else if is_form(|text| one_dash(text).to_lowercase()) {
        Mends::from(Mend::Dash) | Mend::LetterCase
    } else if is_form(fold) {
        Mend::LetterForm.into()
    } else {
        Mend::Translated.into()
    };
    blanks(word) | other
}

// Every run of dashes as one hyphen. What is a dash is the dictionary's business: folded alone, a dash is a hyphen.
fn one_dash(text: &str) -> String {
    let mut single = String::with_capacity(text.len());
    for letter in text.chars() {
        let dash = !letter.is_alphanumeric() && !letter.is_whitespace() && fold(letter.encode_utf8(&mut [0; 4])) == "-";
        if !dash {
            single.push(letter);
        } else if !single.ends_with('-') {
            single.push('-');
        }
    }
    single
}

#[cfg(test)]
mod tests {
    use panoh_dictionary::Dictionary;

    use super::*;

    #[test]
    fn each_way_of_writing_a_code_is_told_apart() {
        let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
        let list = dictionary.list("country").expect("there is a list of countries");
        let code = list.code("KGZ").expect("a country");
        let label = code.labels.en.clone();
        for (word, expected) in [
            (label.clone(), &[][..]),
            ("KGZ".to_owned(), &[]),
            (format!(" {label}\u{a0}"), &[Mend::BlanksTrimmed]),
            (label.to_uppercase(), &[Mend::LetterCase]),
            (format!("{} ", label.to_lowercase()), &[Mend::BlanksTrimmed, Mend::LetterCase]),
            ("Kyrgyz Republic".to_owned(), &[Mend::Translated]),
        ] {
            assert_eq!(code_mends(&word, code).each().collect::<Vec<_>>(), expected, "{word}");
        }
        let band = dictionary.list("age_band").and_then(|list| list.codes.first()).expect("there are age bands");
        for dash in ["—", "‑"] {
            let word = band.labels.en.replace(['-', '–'], dash);
            if word != band.labels.en {
                assert!(code_mends(&word, band).each().any(|mend| mend == Mend::Dash), "{word}");
            }
        }
    }
}

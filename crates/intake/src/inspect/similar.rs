//! How alike two column names are: headers say the same thing in many spellings, and an inspection compares them with
//! the words of `headers.toml`.
//!
//! Names are compared as sets of letter triples (the Sørensen–Dice coefficient of padded trigrams), which forgives word
//! endings, one wrong letter and another order of words, in any alphabet.

use std::collections::BTreeMap;

use panoh_dictionary::fold;

/// The comparison form of a column name: words in lower case with one blank between them. `CountryOfExploitation`,
/// `country_of_exploitation` and `Country of exploitation *` are one.
pub(crate) fn normal(name: &str) -> String {
    let mut spaced = String::with_capacity(name.len() + 8);
    let mut before = ' ';
    for letter in name.chars() {
        let begins_word = letter.is_uppercase() && before.is_lowercase();
        if begins_word {
            spaced.push(' ');
        }
        spaced.push(if letter.is_alphanumeric() { letter } else { ' ' });
        before = letter;
    }
    fold(&spaced)
}

/// From 0, nothing in common, to 1, the same; both names in their [`normal`] form.
pub(crate) fn similarity(one: &str, other: &str) -> f64 {
    if one == other {
        return f64::from(u8::from(!one.is_empty()));
    }
    let (left, right) = (trigrams(one), trigrams(other));
    let total: u32 = left.values().chain(right.values()).sum();
    if total == 0 {
        return 0.0;
    }
    let common: u32 = left.iter().map(|(triple, count)| (*count).min(right.get(triple).copied().unwrap_or(0))).sum();
    f64::from(2 * common) / f64::from(total)
}

// Triples of letters inside each word, with the word's edges marked, so that the order of words does not matter.
fn trigrams(name: &str) -> BTreeMap<[char; 3], u32> {
    let mut triples = BTreeMap::new();
    for word in name.split(' ').filter(|word| !word.is_empty()) {
        let padded: Vec<char> = std::iter::once('^').chain(word.chars()).chain(std::iter::once('$')).collect();
        for triple in padded.windows(3) {
            *triples.entry([triple[0], triple[1], triple[2]]).or_default() += 1;
        }
    }
    triples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_form() {
        for name in [
            "CountryOfExploitation",
            "country_of_exploitation",
            " Country of  exploitation *",
            "COUNTRY OF EXPLOITATION",
        ] {
            assert_eq!(normal(name), "country of exploitation", "{name}");
        }
        assert_eq!(normal("Дата_рождения"), "дата рождения");
    }

    #[test]
    fn near_names_are_alike_and_far_ones_are_not() {
        let alike = [
            ("date of birth", "birth date"),
            ("страна эксплуатации", "страна эксплуатация"),
            ("сана таваллуд", "санаи таваллуд"),
            ("citizenship", "citizenships"),
        ];
        for (one, other) in alike {
            assert!(similarity(one, other) > 0.6, "{one} and {other}: {}", similarity(one, other));
        }
        for (one, other) in [("gender", "remarks"), ("имя", "адрес"), ("", "name"), ("год", "пол")] {
            assert!(similarity(one, other) < 0.35, "{one} and {other}: {}", similarity(one, other));
        }
        assert!((similarity("gender", "gender") - 1.0).abs() < f64::EPSILON);
        assert!(similarity("", "").abs() < f64::EPSILON);
    }
}

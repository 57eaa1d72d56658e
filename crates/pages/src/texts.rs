//! Every sentence of the pages, in English, Russian and Tajik beside each other. Words in braces are filled in.
//!
//! Names of countries, genders and other codes are not here: they come from the release, which has them in three languages.
//! They stand in the nominative wherever a sentence uses them, because nothing declines them.

pub(crate) mod figures;
pub(crate) mod frame;
pub(crate) mod method;

use panoh_publication::Lang;

/// One text in English, Russian and Tajik.
pub(crate) type Text = [&'static str; 3];

/// Declares texts, and lists them for the tests.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $en:literal, $ru:literal, $tg:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: $crate::texts::Text = [$en, $ru, $tg];)*
        #[cfg(test)]
        pub(crate) const EVERY: &[(&str, $crate::texts::Text)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use texts;

/// A text with its words in braces filled in.
pub(crate) fn filled(lang: Lang, text: Text, words: &[(&str, &str)]) -> String {
    let mut rest = lang.pick(text);
    let mut whole = String::with_capacity(rest.len() + 32);
    while let Some((before, after)) = rest.split_once('{') {
        whole.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        whole.push_str(words.iter().find(|(known, _)| *known == name).map_or("", |(_, word)| word));
        rest = behind;
    }
    whole.push_str(rest);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn all() -> impl Iterator<Item = &'static (&'static str, Text)> {
        figures::EVERY.iter().chain(frame::EVERY).chain(method::EVERY)
    }

    fn blanks(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default()).collect()
    }

    #[test]
    fn words_are_filled_in() {
        let text = ["{a} and {b}", "{b} и {a}", "{a} ва {b}"];
        assert_eq!(filled(Lang::Ru, text, &[("a", "1"), ("b", "2")]), "2 и 1");
    }

    /// No language lacks a text, and each uses the same words.
    #[test]
    fn every_text_is_there_in_three_languages() {
        for (name, text) in all() {
            for lang in Lang::ALL {
                let words = lang.pick(*text);
                assert!(!words.trim().is_empty(), "{name} is empty in {}", lang.name());
                assert_eq!(blanks(words), blanks(text[0]), "{name} in {}", lang.name());
                assert_eq!(words.matches('{').count(), words.matches('}').count(), "{name}");
            }
            let [en, ru, tg] = text;
            let is_word =
                |text: &str| text.chars().filter(|c| c.is_alphabetic()).count() > 6 && blanks(text).is_empty();
            assert!(!is_word(en) || (en != ru && en != tg && ru != tg), "{name} is not translated");
        }
    }

    /// No letter of another alphabet has slipped in: а and a look alike and are read differently.
    #[test]
    fn every_letter_is_of_its_language() {
        const RUSSIAN: &str = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя";
        const TAJIK: &str = "абвгғдеёжзийӣкқлмнопрстуӯфхҳчҷшъэюя";
        // Names and signs that are the same in every language.
        const LATIN: [&str; 12] =
            ["Panoh", "SVG", "PNG", "CSV", "API", "SHA", "OpenDP", "DataFusion", "SQL", "CC", "BY", "zCDP"];
        for (name, text) in all() {
            for (lang, letters) in [(Lang::Ru, RUSSIAN), (Lang::Tg, TAJIK)] {
                let words = lang.pick(*text);
                let mut outside = false;
                for word in words.split(|c: char| !c.is_alphabetic() && c != '{' && c != '}' && c != '_') {
                    outside = word.starts_with('{') || (outside && !word.ends_with('}'));
                    if word.contains('{')
                        || word.contains('}')
                        || LATIN.contains(&word)
                        || matches!(word, "ε" | "δ" | "ρ")
                    {
                        continue;
                    }
                    let wrong = word.to_lowercase().chars().find(|c| !letters.contains(*c));
                    assert!(wrong.is_none(), "{name}: {wrong:?} in {word:?} is no letter of {}", lang.name());
                }
            }
            assert!(
                !text[0].chars().any(|c| ('\u{400}'..'\u{530}').contains(&c)),
                "{name}: Cyrillic letters in English"
            );
        }
    }
}

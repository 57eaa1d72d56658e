//! Step 1 of folding: the words of a name in lower case, each in one script.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::tables::{APOSTROPHES, HYPHENS, TWINS};

/// The Latin letter that a lower-case Cyrillic letter is mistaken for, capitals included (В and B, Н and H).
pub(crate) fn latin_twin(letter: char) -> Option<char> {
    TWINS.iter().find(|(_, cyrillic)| *cyrillic == letter).map(|(latin, _)| *latin)
}

/// What a letter is to step 1 when no other letter matters to it.
enum Plain {
    /// Part of a word, in lower case.
    Inside(char),
    /// A hyphen.
    Nothing,
    /// Between words.
    Break,
    /// Only Unicode's normal forms can tell.
    Unknown,
}

/// Letters that are their own normal form and one letter in lower case: nearly all that names are written in.
fn plain(letter: char) -> Plain {
    match letter {
        'a'..='z' | 'а'..='я' | 'ё' | 'ғ' | 'ӣ' | 'қ' | 'ӯ' | 'ҳ' | 'ҷ' => Plain::Inside(letter),
        'А'..='Я' => Plain::Inside(char::from_u32(letter as u32 + 32).unwrap_or(letter)),
        'A'..='Z' => Plain::Inside(letter.to_ascii_lowercase()),
        ' ' => Plain::Break,
        _ if is_cyrillic(letter) => Plain::Inside(lower(letter)),
        _ if HYPHENS.contains(&letter) => Plain::Nothing,
        _ if APOSTROPHES.contains(&letter) => Plain::Inside('\''),
        '\0'..='\u{7f}' | '×' | '÷' => Plain::Break,
        // İ becomes two letters; the others are ligatures and old forms.
        'İ' | 'Ĳ' | 'ĳ' | 'Ŀ' | 'ŀ' | 'ŉ' | 'ſ' => Plain::Unknown,
        'À'..='ſ' => Plain::Inside(lower(letter)),
        _ => Plain::Unknown,
    }
}

/// The lower case of a letter that has one of one letter.
fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// Step 1: gives the lower-case words of a name, in one script each. False, and no word, when a letter is not plain.
pub(super) fn plain_words(name: &str, take: &mut impl FnMut(&str)) -> bool {
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        match plain(letter) {
            Plain::Inside(lower) => text.push(lower),
            Plain::Nothing => (),
            Plain::Break => text.push(' '),
            Plain::Unknown => return false,
        }
    }
    text.split(' ').filter(|word| !word.is_empty()).for_each(|word| take(&one_script(word)));
    true
}

/// The same for any text at all: letters and marks may stand apart, and letters in another form than usual.
pub(super) fn composed_words(name: &str, take: &mut impl FnMut(&str)) {
    // Apostrophes first: NFKC turns some of them into a blank and a mark.
    let plain = name.chars().map(|letter| if APOSTROPHES.contains(&letter) { '\'' } else { letter });
    let text: String = plain.nfkc().flat_map(char::to_lowercase).filter(|letter| !HYPHENS.contains(letter)).collect();
    text.nfc()
        .collect::<String>()
        .split(|letter: char| !(is_letter(letter) || letter == '\'' || is_mark(letter)))
        .filter(|word| !word.is_empty())
        .for_each(|word| take(&one_script(word)));
}

/// Whether this is a letter of any script; Cyrillic ones are told by their place, which is quick.
fn is_letter(letter: char) -> bool {
    is_cyrillic(letter) || letter.is_alphabetic()
}

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}')
}

/// A combining mark that has not joined its letter.
pub(super) fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// Replaces look-alikes in a word of two scripts.
fn one_script(word: &str) -> Cow<'_, str> {
    if word.is_ascii() || word.chars().all(is_cyrillic) {
        return Cow::Borrowed(word);
    }
    let has_twin = |letter: &char| TWINS.iter().any(|(latin, cyrillic)| latin == letter || cyrillic == letter);
    let letters = word.chars().filter(|letter| is_letter(*letter));
    let (cyrillic, latin): (Vec<char>, Vec<char>) = letters.partition(|letter| is_cyrillic(*letter));
    let sure = |letters: &[char]| letters.iter().filter(|letter| !has_twin(letter)).count();
    let is_cyrillic_word = (sure(&cyrillic), cyrillic.len()) >= (sure(&latin), latin.len());
    let twin = |letter: char| {
        let pair = TWINS.iter().find(|(latin, cyrillic)| letter == if is_cyrillic_word { *latin } else { *cyrillic });
        pair.map_or(letter, |(latin, cyrillic)| if is_cyrillic_word { *cyrillic } else { *latin })
    };
    Cow::Owned(word.chars().map(twin).collect())
}

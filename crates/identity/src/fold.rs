//! Folds the spellings of one person's name to one form: Раҳмонов Ҷамшед, Рахмонов Джамшед, Rahmonov Jamshed and
//! Rakhmonov Dzhamshed are one person, and lists of different organisations hold all four.
//!
//! A name goes through these steps, each a table in `fold/tables.rs` or a rule of a few lines here:
//!
//! 1. **Words.** Unicode NFKC and lower case; apostrophes of all kinds become one, hyphens join (Абдул-Азиз), anything
//!    else that is no letter parts words. A word in two scripts is written in the script that most of its letters can
//!    only belong to, because Latin `a` on a Cyrillic keyboard is a slip.
//! 2. **Latin letters.** Every letter is spelled out in Latin letters. From here on Cyrillic and Latin spellings take
//!    the same path, so what is ambiguous in Latin (`sh` in Исҳоқ and in Шариф) folds alike from both.
//! 3. **Sounds.** Runs of letters become one sound each, longest run first. An `i` or `y` before a vowel is a glide:
//!    ю, yu, iu are one, and so are я, ya, ia and ё, yo, io, е, ye, ie.
//! 4. **Endings.** -ов, -ова, -ев, -ева, -зода, -зод leave their stem: Раҳмонов, Раҳмонова, Раҳмонзода and Раҳмон are
//!    spellings of one family name, as families took up or gave up the Russian form.
//! 5. **Vowels and doubles.** `o` folds to `a` and `e` to `i` (Фарҳод and Фархад, Ҷамшед and Джамшид); doubled sounds
//!    become one; `h` after a last vowel goes (Абдуллоҳ, Абдулло).
//!
//! Vowels are folded and never dropped: twins share birth date, sex and family name, and custom names them Ҳасан and
//! Ҳусан. Different names may still fold alike now and then; a link also needs the same birth date and sex.
//!
//! **The father's name stays out.** Some sources give it as Каримович, some as Карим, some as an initial and most not at
//! all; kept, it would part records of one person. It is recognised by its ending (-ович, -овна, -угли, -кизи and
//! their spellings) and left out when two other parts remain.
//!
//! The tables follow published romanisations: ICAO Doc 9303-3 (passports), BGN/PCGN 1947 (Russian) and 1994 (Tajik),
//! ISO 9:1995, and the Uzbek Latin alphabet of 1995. A change of any rule here changes link keys: raise the version of
//! the label `link-name` with it.

mod tables;

use unicode_normalization::UnicodeNormalization;

use tables::{AFTER_I, APOSTROPHES, ENDINGS, FATHER_WORDS, FATHERS, HYPHENS, LETTERS, SOUNDS, TWINS};

/// Shortest stem that an ending leaves behind, in sounds: Озод is a name and not О with an ending.
const SHORTEST_STEM: usize = 2;

/// The folded parts of a name without the father's name, sorted, so that the order in which sources write them does
/// not matter. Initials are no parts.
pub(crate) fn parts(names: &[&str]) -> Vec<String> {
    let sounds: Vec<String> = names.iter().flat_map(|name| words(name)).map(|word| sounds(&latin(&word))).collect();
    let mut parts: Vec<String> = without_father(sounds).iter().map(|sounds| settled(stem(sounds))).collect();
    parts.retain(|part| part.chars().nth(1).is_some());
    parts.sort_unstable();
    parts
}

/// The Latin letter that a lower-case Cyrillic letter is mistaken for, capitals included (В and B, Н and H).
pub(crate) fn latin_twin(letter: char) -> Option<char> {
    TWINS.iter().find(|(_, cyrillic)| *cyrillic == letter).map(|(latin, _)| *latin)
}

/// Step 1: lower-case words in one script each.
fn words(name: &str) -> Vec<String> {
    // Apostrophes first: NFKC turns some of them into a blank and a mark.
    let plain = name.chars().map(|letter| if APOSTROPHES.contains(&letter) { '\'' } else { letter });
    let text: String = plain.nfkc().flat_map(char::to_lowercase).filter(|letter| !HYPHENS.contains(letter)).collect();
    text.nfc()
        .collect::<String>()
        .split(|letter: char| !(is_letter(letter) || letter == '\'' || is_mark(letter)))
        .filter(|word| !word.is_empty())
        .map(one_script)
        .collect()
}

/// Whether this is a letter of any script; Cyrillic ones are told by their place, which is quick.
fn is_letter(letter: char) -> bool {
    is_cyrillic(letter) || letter.is_alphabetic()
}

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}')
}

/// A combining mark that has not joined its letter.
fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// Replaces look-alikes in a word of two scripts.
fn one_script(word: &str) -> String {
    let has_twin = |letter: &char| TWINS.iter().any(|(latin, cyrillic)| latin == letter || cyrillic == letter);
    if word.chars().all(is_cyrillic) || word.is_ascii() {
        return word.to_owned();
    }
    let letters = word.chars().filter(|letter| is_letter(*letter));
    let (cyrillic, latin): (Vec<char>, Vec<char>) = letters.partition(|letter| is_cyrillic(*letter));
    let sure = |letters: &[char]| letters.iter().filter(|letter| !has_twin(letter)).count();
    let is_cyrillic_word = (sure(&cyrillic), cyrillic.len()) >= (sure(&latin), latin.len());
    let twin = |letter: char| {
        let pair = TWINS.iter().find(|(latin, cyrillic)| letter == if is_cyrillic_word { *latin } else { *cyrillic });
        pair.map_or(letter, |(latin, cyrillic)| if is_cyrillic_word { *cyrillic } else { *latin })
    };
    word.chars().map(twin).collect()
}

/// Step 2: the word in Latin letters. A letter that no table knows loses its marks, or stays as it is.
fn latin(word: &str) -> String {
    let mut latin = String::with_capacity(word.len());
    for letter in word.chars() {
        if letter.is_ascii() {
            latin.push(letter);
        } else if let Some((_, spelled)) = LETTERS.iter().find(|(known, _)| *known == letter) {
            latin.push_str(spelled);
        } else {
            latin.extend(std::iter::once(letter).nfd().filter(|part| !is_mark(*part)));
        }
    }
    latin
}

/// Step 3: one character for each sound.
fn sounds(latin: &str) -> String {
    let mut sounds = String::with_capacity(latin.len());
    let mut rest = latin;
    while let Some(letter) = rest.chars().next() {
        if letter == 'i' || letter == 'y' {
            rest = glide(rest, &mut sounds);
        } else if let Some((run, sound)) = SOUNDS.iter().find(|(run, _)| begins(rest, run)) {
            sounds.push_str(sound);
            rest = &rest[run.len()..];
        } else {
            if letter != '\'' {
                sounds.push(letter);
            }
            rest = &rest[letter.len_utf8()..];
        }
    }
    sounds
}

/// Whether `text` starts with `run`; looks at the first byte first, as most runs fail there.
fn begins(text: &str, run: &str) -> bool {
    text.as_bytes().first() == run.as_bytes().first() && text.starts_with(run)
}

/// Takes a run of `i` and `y` and, when it is a glide, the vowel after it. Gives what is left.
fn glide<'a>(latin: &'a str, sounds: &mut String) -> &'a str {
    let rest = latin.trim_start_matches(['i', 'y']);
    let run = &latin[..latin.len() - rest.len()];
    // Алиев is Али with an ending; Сергеев and Фазыльев have a mere glide there.
    if run.contains('i') && AFTER_I.contains(&rest) && !sounds.ends_with(['a', 'o', 'u', 'e']) {
        sounds.push('i');
        return rest;
    }
    let sound = match (rest.chars().next(), sounds.is_empty()) {
        (Some('a'), true) => "Ja",
        (Some('u'), true) => "Ju",
        (Some('a'), false) => "a",
        (Some('u'), false) => "u",
        // Dots on ё are often left out, so yo folds as ye does.
        (Some('o' | 'e'), _) => "e",
        _ => {
            // Ҳусейн and Ҳусайн.
            if sounds.ends_with('e') {
                sounds.pop();
                sounds.push('a');
            }
            sounds.push('i');
            // Dmitrij and Dmitry.
            return if rest == "j" { "" } else { rest };
        }
    };
    sounds.push_str(sound);
    &rest[1..]
}

/// Leaves out father's names, as long as two other parts remain.
fn without_father(words: Vec<String>) -> Vec<String> {
    let is_father = |word: &str| FATHERS.iter().any(|ending| stem_before(word, ending).is_some());
    let is_marker = |word: &str| FATHER_WORDS.contains(&word);
    let mut others: Vec<String> = Vec::with_capacity(words.len());
    for (place, word) in words.iter().enumerate() {
        let marked = words.get(place + 1).is_some_and(|next| is_marker(next));
        if !marked && !is_marker(word) && !is_father(word) {
            others.push(word.clone());
        }
    }
    if others.len() >= 2 { others } else { words }
}

/// Step 4: the word without a family ending.
fn stem(sounds: &str) -> &str {
    ENDINGS.iter().find_map(|ending| stem_before(sounds, ending)).unwrap_or(sounds)
}

fn stem_before<'a>(sounds: &'a str, ending: &str) -> Option<&'a str> {
    sounds.strip_suffix(ending).filter(|stem| stem.chars().count() >= SHORTEST_STEM)
}

/// Step 5: vowels merged, doubles made one, last `h` gone.
fn settled(sounds: &str) -> String {
    let mut settled = String::with_capacity(sounds.len());
    for sound in sounds.chars() {
        let sound = match sound {
            'o' => 'a',
            'e' => 'i',
            other => other,
        };
        // Саидҷон and Саиджон.
        if sound == 'J' && settled.ends_with('d') {
            settled.pop();
        }
        if !settled.ends_with(sound) {
            settled.push(sound);
        }
    }
    if settled.ends_with("ah") || settled.ends_with("ih") || settled.ends_with("uh") {
        settled.pop();
    }
    settled
}

#[cfg(test)]
mod tests;

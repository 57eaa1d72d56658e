//! Steps 2 and 3 of folding: a word in Latin letters, and then in sounds.

use unicode_normalization::UnicodeNormalization;

use super::Reading;
use super::tables::{AFTER_I, CYRILLIC, FIRST_CYRILLIC, FRENCH, LETTERS, SOUNDS, SOUNDS_BY_LETTER};
use super::words::is_mark;

/// Step 2: writes the word in Latin letters. A letter that no table knows loses its marks, or stays as it is.
pub(super) fn latin(word: &str, latin: &mut String) {
    for letter in word.chars() {
        if letter.is_ascii() {
            latin.push(letter);
        } else if let Some(spelled) = spelled(letter) {
            latin.push_str(spelled);
        } else {
            latin.extend(std::iter::once(letter).nfd().filter(|part| !is_mark(*part)));
        }
    }
}

/// A letter spelled out, when a table knows it.
fn spelled(letter: char) -> Option<&'static str> {
    match (letter as usize).checked_sub(FIRST_CYRILLIC).and_then(|place| CYRILLIC.get(place)) {
        Some(spelled) => *spelled,
        None => LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, spelled)| *spelled),
    }
}

/// Step 3: one character for each sound.
pub(super) fn sounds(latin: &str, reading: Reading) -> String {
    let mut sounds = String::with_capacity(latin.len());
    let mut rest = latin;
    while let Some(letter) = rest.chars().next() {
        if letter == 'i' || letter == 'y' || (letter == 'j' && is_glide(rest, &sounds, reading)) {
            rest = glide(rest, &mut sounds);
        } else if let Some((run, sound)) = run_of(rest, reading) {
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

/// Whether a `j` is й, as ISO 9 and GOST 7.79 write it: after a vowel and before a consonant (Fajzullo) or another glide
/// (Surajyo), and at the end of Sergej and Dmitrij. At the end of Eraj and Uguloj nothing tells, so both are read.
fn is_glide(rest: &str, sounds: &str, reading: Reading) -> bool {
    let vowel = |letter: char| matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    match rest.as_bytes() {
        [_] => sounds.ends_with(['e', 'i']) || reading == Reading::Gost && sounds.ends_with(vowel),
        [_, b'y', b'a' | b'e' | b'o' | b'u', ..] => sounds.ends_with(vowel),
        _ => sounds.ends_with(vowel) && !rest[1..].starts_with(vowel),
    }
}

/// The run of letters with a sound of its own that a text begins with.
fn run_of(text: &str, reading: Reading) -> Option<&'static (&'static str, &'static str)> {
    let french: &[(&str, &str)] = if reading == Reading::French { FRENCH } else { &[] };
    if let Some(run) = french.iter().find(|(run, _)| begins(text, run)) {
        return Some(run);
    }
    let first = text.as_bytes().first()?.checked_sub(b'a')?;
    let places = SOUNDS_BY_LETTER.get(usize::from(first))?;
    places.iter().map_while(|place| SOUNDS.get(usize::from(*place))).find(|(run, _)| begins(text, run))
}

/// As `starts_with`, letter by letter: runs are too short for anything cleverer.
fn begins(text: &str, run: &str) -> bool {
    text.len() >= run.len() && run.bytes().zip(text.bytes()).all(|(one, other)| one == other)
}

/// Takes a run of `i` and `y` and, when it is a glide, the vowel after it. Gives what is left.
fn glide<'a>(latin: &'a str, sounds: &mut String) -> &'a str {
    let rest = latin[1..].trim_start_matches(['i', 'y']);
    let run = &latin[..latin.len() - rest.len()];
    // Алиев is Али with an ending, and Гаррыев is Гарры; Сергеев has a mere glide there.
    if !run.starts_with('j') && AFTER_I.contains(&rest) && !sounds.is_empty() && !sounds.ends_with(['a', 'o', 'u', 'e'])
    {
        sounds.push('i');
        return rest;
    }
    // Iouri, Ayoub: French for ю.
    let rest = if rest.starts_with("ou") { &rest[1..] } else { rest };
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

//! Steps 4 and 5 of folding: what is left of a word in sounds when it is compared as given, family or father's name.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::tables::{ENDINGS, FATHER_WORDS, FATHERS, last_letters};

/// Shortest stem that an ending leaves behind, in sounds: Озод is a name and not О with an ending.
const SHORTEST_STEM: usize = 2;

/// Part of a name as it is compared, shared by all names that have it and wiped with the last.
pub(crate) type Part = Arc<Zeroizing<String>>;

/// A word in sounds, and all that the steps after that make of it, worked out once.
pub(super) struct Word {
    pub(super) sounds: Zeroizing<String>,
    /// The word as given or family name.
    pub(super) part: Part,
    /// Whether it ends like a family name.
    pub(super) is_family: bool,
    /// The word as a father's name; none when too little is left of it.
    pub(super) father: Option<Part>,
    /// Whether it ends like a father's name.
    pub(super) ends_like_father: bool,
    /// Whether it only says that the word before it is the father's name: угли, кизи.
    pub(super) is_marker: bool,
}

impl Word {
    pub(super) fn of(sounds: String) -> Word {
        let stem = stem(&sounds);
        Word {
            part: Arc::new(Zeroizing::new(settled(stem))),
            is_family: stem.len() < sounds.len(),
            father: father_stem(&sounds).map(|father| Arc::new(Zeroizing::new(father))),
            ends_like_father: bare_father(&sounds).is_some(),
            is_marker: is_father_word(&sounds),
            sounds: Zeroizing::new(sounds),
        }
    }
}

fn is_father_word(word: &str) -> bool {
    word.ends_with(['i', 'u', 'z']) && FATHER_WORDS.contains(&word)
}

/// A father's name as it is compared: without its ending, and without the last vowels, which endings swallow.
fn father_stem(sounds: &str) -> Option<String> {
    let mut stem = settled(bare_father(sounds).unwrap_or_else(|| stem(sounds)));
    stem.truncate(stem.trim_end_matches(['a', 'i', 'u']).len());
    stem.chars().nth(1).is_some().then_some(stem)
}

/// The word without the ending of a father's name; `None` when it has none.
fn bare_father(sounds: &str) -> Option<&str> {
    const LAST: u128 = last_letters(FATHERS);
    if !ends_in(sounds, LAST) {
        return None;
    }
    FATHERS.iter().find_map(|ending| stem_before(sounds, ending))
}

/// Step 4: the word without a family ending.
fn stem(sounds: &str) -> &str {
    const LAST: u128 = last_letters(ENDINGS);
    if !ends_in(sounds, LAST) {
        return sounds;
    }
    let found = ENDINGS.iter().find_map(|ending| Some((ending, stem_before(sounds, ending)?)));
    let Some((ending, stem)) = found else { return sounds };
    // Тағойзода is Тағоев: й goes before -ев.
    let before = stem.strip_suffix('i').filter(|_| ending.starts_with('z'));
    before.filter(|before| before.ends_with(['a', 'o', 'u', 'e']) && before.len() >= SHORTEST_STEM).unwrap_or(stem)
}

/// Whether the last letter is one of these bits.
fn ends_in(sounds: &str, letters: u128) -> bool {
    sounds.bytes().last().is_some_and(|last| last.is_ascii() && letters >> last & 1 == 1)
}

fn stem_before<'a>(sounds: &'a str, ending: &str) -> Option<&'a str> {
    let stem = &sounds.as_bytes()[..sounds.len().checked_sub(ending.len())?];
    let is_it = ending.bytes().rev().zip(sounds.bytes().rev()).all(|(one, other)| one == other);
    let stem = if is_it { std::str::from_utf8(stem).ok()? } else { return None };
    stem.chars().nth(SHORTEST_STEM - 1).map(|_| stem)
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
    // Russian wrote ҳ as г (Гасан, Ибрагим), and ғ loses its mark.
    if settled.contains('g') { settled.replace('g', "h") } else { settled }
}

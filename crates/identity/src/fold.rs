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
//!    ю, yu, iu are one, and so are я, ya, ia and ё, yo, io, е, ye, ie. Old passports were written for French readers:
//!    their `ch` is ш; and GOST 7.79 writes й as `j`, which others keep for ҷ. A name with a bare `ch`, or with `aj`, `oj`
//!    or `uj` at the end of a word, is therefore read twice, and offers both readings.
//! 4. **Endings.** -ов, -ова, -ев, -ева, -зода, -зод leave their stem: Раҳмонов, Раҳмонова, Раҳмонзода and Раҳмон are
//!    spellings of one family name, as families took up or gave up the Russian form.
//! 5. **Vowels and doubles.** `o` folds to `a` and `e` to `i` (Фарҳод and Фархад, Ҷамшед and Джамшид); doubled sounds
//!    become one; `h` after a last vowel goes (Абдуллоҳ, Абдулло), and `g` becomes `h` (Ибрагим, Иброҳим).
//!
//! Vowels are folded and never dropped: twins share birth date, sex and family name, and custom names them Ҳасан and
//! Ҳусан. Different names may still fold alike now and then; a link also needs the same birth date and sex.
//!
//! **Two parts or three.** Given and family name are the two parts of a name, in either order. The father's name is a
//! third part that some sources give as Каримович, some as Карим, some as an initial and most not at all. It is known for
//! the father's by its column or its ending (-ович, -овна, -угли, -кизи and their spellings), and is compared as a bare
//! stem without its last vowels, which its endings swallow (Сергей, Сергеевич; Вали, Валиевич). Of three words without
//! such a sign it is the last when the first ends like a family name, the second when the last does, and may be either
//! when nothing tells.
//!
//! The tables follow published romanisations: ICAO Doc 9303-3 (passports), BGN/PCGN 1947 (Russian) and 1994 (Tajik),
//! ISO 9:1995, and the Uzbek Latin alphabet of 1995. A change of any rule here changes link keys: raise the version of
//! the label `link` with it.

mod absent;
mod heard;
mod sounds;
mod tables;
mod word;
mod words;

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::seal::Identity;
use absent::{Absent, absent};
use heard::{Heard, Words};
use sounds::{latin, sounds};
use word::{Part, Word};
use words::{composed_words, plain_words};

pub use heard::HeardNames;
pub(crate) use words::latin_twin;

/// Two folded name parts, sorted, so that the order in which sources write them does not matter.
pub(crate) type Pair = [Part; 2];

/// Which part of a pair is the family name, as far as its ending tells: Искандаров Давлат is not Давлатов Искандар.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Family {
    /// Neither part ends like a family name, or both do.
    Unknown,
    /// The first part of the sorted pair.
    First,
    /// The second.
    Second,
}

/// What the names of one record say.
#[derive(Default, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    /// Given and family name, in every reading.
    pub(crate) pairs: Vec<Pair>,
    /// Which part is the family name, for each pair.
    pub(crate) families: Vec<Family>,
    /// The same with the father's name, in every reading; empty when the record has two parts.
    pub(crate) threes: Vec<(Pair, Part)>,
    /// Whether the third part is the father's name for sure.
    pub(crate) father_is_known: bool,
}

/// Why the names of a record make no pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Nameless {
    /// There is no name.
    Nothing,
    /// Only words that say so, or initials.
    Absent,
    /// One word.
    OneWord,
}

/// How letters are read that mean one thing in one romanisation and another in the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// A bare `ch` as ч, and a `j` at the end as ҷ after `a`, `o` and `u`.
    English,
    /// A bare `ch` as ш.
    French,
    /// A `j` at the end as й.
    Gost,
}

/// The folded names of an identity. Columns of their own for given and family name count more than one for everything.
pub(crate) fn names(identity: &Identity<'_>, heard: &mut HeardNames) -> Names {
    let mut names = read(identity, Reading::English, heard);
    let written = [identity.full_name, identity.given_name, identity.family_name, identity.father_name];
    if !written.into_iter().flatten().any(has_h_or_j) {
        return names;
    }
    for (reading, is_possible) in
        [(Reading::French, may_be_french as fn(&str) -> bool), (Reading::Gost, may_be_gost as fn(&str) -> bool)]
    {
        if written.into_iter().flatten().any(is_possible) {
            names.add(read(identity, reading, heard));
        }
    }
    names
}

/// Why an identity without a pair has none.
pub(crate) fn nameless(identity: &Identity<'_>) -> Nameless {
    let written = [identity.full_name, identity.given_name, identity.family_name];
    let mut written = written.into_iter().flatten().peekable();
    if written.peek().is_none() {
        return Nameless::Nothing;
    }
    let mut heard = HeardNames::default();
    let has_word = written.any(|name| !spoken(name, Reading::English, &mut heard).is_empty());
    if has_word { Nameless::OneWord } else { Nameless::Absent }
}

impl Names {
    /// Adds what another reading says.
    fn add(&mut self, other: Names) {
        for (pair, family) in other.pairs.into_iter().zip(other.families) {
            if !self.pairs.contains(&pair) {
                self.pairs.push(pair);
                self.families.push(family);
            }
        }
        for three in other.threes {
            if !self.threes.contains(&three) {
                self.threes.push(three);
            }
        }
    }
}

/// Whether a name can have more than one reading at all; most have none of the two letters that it takes.
fn has_h_or_j(name: &str) -> bool {
    // Without a way out of the loop it is a few instructions for a whole name.
    name.bytes().fold(false, |found, byte| found | matches!(byte | 0x20, b'h' | b'j'))
}

/// Whether a `ch` stands in a word that no letter but it makes a ч.
fn may_be_french(name: &str) -> bool {
    name.as_bytes().windows(2).any(|pair| pair.eq_ignore_ascii_case(b"ch"))
}

/// Whether a word ends in a `j` after a vowel, as Eraj and Uguloj do.
fn may_be_gost(name: &str) -> bool {
    let ends = |word: &[u8]| {
        matches!(word, [b'a' | b'A' | b'o' | b'O' | b'u' | b'U', b'j' | b'J', after @ ..]
            if after.first().is_none_or(|after| !after.is_ascii_alphabetic()))
    };
    let bytes = name.as_bytes();
    bytes.iter().any(|byte| byte.eq_ignore_ascii_case(&b'j')) && (0..bytes.len()).any(|at| ends(&bytes[at..]))
}

fn read(identity: &Identity<'_>, reading: Reading, heard: &mut HeardNames) -> Names {
    let mut column = |name: &str| heard.cell(name, reading, |heard| spoken(name, reading, heard));
    let columns = [identity.family_name, identity.given_name].map(|name| name.map_or_else(Words::default, &mut column));
    let mut father = identity.father_name.and_then(|name| father_of(&column(name)));
    if columns.iter().any(|words| words.is_empty()) {
        let mut words = columns.concat();
        words.extend(identity.full_name.map_or_else(Vec::new, |name| spoken(name, reading, heard)));
        let found = take_father(&mut words, 2);
        return of_words(&words, father.or(found));
    }
    let [family, given] = columns.map(|words| {
        let (part, found) = one_part(&words);
        father = father.take().or(found);
        part
    });
    with_father(pair(&family, &given).into_iter().collect(), father)
}

/// A column of its own for the given or the family name as one word, and the father's name when it stands there too. Two
/// words in one column are one part: Абдул Азиз.
fn one_part(words: &[Arc<Word>]) -> (Arc<Word>, Option<Part>) {
    if let [word] = words {
        return (Arc::clone(word), None);
    }
    let mut words = words.to_vec();
    let father = take_father(&mut words, 1);
    (if words.len() == 1 { words.remove(0) } else { joined(&words) }, father)
}

/// Words that are one part, as one word.
fn joined(words: &[Arc<Word>]) -> Arc<Word> {
    Arc::new(Word::of(words.iter().map(|word| word.sounds.as_str()).collect()))
}

/// Names of words that stand in one cell, the father's taken out when it was known for it.
fn of_words(words: &[Arc<Word>], father: Option<Part>) -> Names {
    match (words, father) {
        ([one, other], father) => with_father(pair(one, other).into_iter().collect(), father),
        ([one, two, three], None) => {
            let reading = |other: &Word, father: &Word| Some((pair(one, other)?, father.father.clone()?));
            let (last, middle) = (reading(two, three), reading(three, two));
            let readings: Vec<_> = match (one.is_family, three.is_family) {
                (false, true) => middle.into_iter().collect(),
                (true, false) => last.into_iter().collect(),
                _ => last.into_iter().chain(middle).collect(),
            };
            // Only one of them can be the pair: a pair of family and father's name is somebody else's.
            let (pairs, families) = readings.iter().take(1).map(|(pair, _)| pair.clone()).unzip();
            let threes = readings.into_iter().map(|((pair, _), father)| (pair, father)).collect();
            Names { pairs, families, threes, father_is_known: false }
        }
        // More words than parts: which of them belong together is not known.
        ([one, middle @ .., last], father) if !middle.is_empty() => {
            let (begin, end) = (&words[..words.len() - 1], &words[1..]);
            let [first, second] = [pair(&joined(begin), last), pair(one, &joined(end))];
            with_father(first.into_iter().chain(second).collect(), father)
        }
        _ => Names::default(),
    }
}

fn with_father(pairs: Vec<(Pair, Family)>, father: Option<Part>) -> Names {
    let threes: Vec<_> = father
        .into_iter()
        .flat_map(|father| pairs.iter().map(move |(pair, _)| (pair.clone(), father.clone())))
        .collect();
    let (pairs, families) = pairs.into_iter().unzip();
    Names { father_is_known: !threes.is_empty(), pairs, families, threes }
}

/// Two parts, and which of them is the family name. `None` when one of them is an initial.
fn pair(one: &Word, other: &Word) -> Option<(Pair, Family)> {
    let (first, second) = if one.part.as_str() > other.part.as_str() { (other, one) } else { (one, other) };
    let family = match (first.is_family, second.is_family) {
        (true, false) if first.part != second.part => Family::First,
        (false, true) if first.part != second.part => Family::Second,
        _ => Family::Unknown,
    };
    let pair = [&first.part, &second.part].map(Arc::clone);
    pair.iter().all(|part| part.chars().nth(1).is_some()).then_some((pair, family))
}

/// The words of a name in sounds. Initials are no words, and neither is what says that there is no name.
fn spoken(name: &str, reading: Reading, heard: &mut HeardNames) -> Vec<Arc<Word>> {
    let mut spoken = Vec::with_capacity(4);
    let (mut is_name, mut is_remark) = (false, false);
    let mut take = |word: &str| {
        heard.word(
            word,
            reading,
            || hear(word, reading),
            |heard| {
                if heard.listed == Some(Absent::Always) {
                    return;
                }
                is_remark |= heard.listed == Some(Absent::Alone);
                if let Some(word) = &heard.word {
                    is_name |= heard.listed.is_none();
                    spoken.push(Arc::clone(word));
                }
            },
        );
    };
    if !plain_words(name, &mut take) {
        composed_words(name, &mut take);
    }
    if is_remark && !is_name {
        spoken.clear();
    }
    spoken
}

/// One word, heard.
fn hear(word: &str, reading: Reading) -> Heard {
    let mut latin_word = Zeroizing::new(String::with_capacity(4 * word.len()));
    latin(word, &mut latin_word);
    let sounds = sounds(&latin_word, reading);
    let is_word = sounds.chars().nth(1).is_some();
    Heard { word: is_word.then(|| Arc::new(Word::of(sounds))), listed: absent(word) }
}

/// Takes the father's name out of a record's words when a sign tells it, as long as `fewest` other words remain.
fn take_father(words: &mut Vec<Arc<Word>>, fewest: usize) -> Option<Part> {
    let is_father = |words: &[Arc<Word>], at: usize| {
        words.get(at + 1).is_some_and(|next| next.is_marker) || words[at].ends_like_father && !words[at].is_marker
    };
    // The last one: family names may end like a father's, and stand before it.
    let at = (0..words.len()).rev().find(|&at| is_father(words, at))?;
    let others = words.len() - words.iter().filter(|word| word.is_marker).count() - 1;
    if others < fewest {
        return None;
    }
    let father = words.remove(at);
    words.retain(|word| !word.is_marker);
    father.father.clone()
}

/// The father's name from a column of its own.
fn father_of(words: &[Arc<Word>]) -> Option<Part> {
    words.iter().find(|word| !word.is_marker)?.father.clone()
}

#[cfg(test)]
mod tests;

//! How clerks spell one name in many ways. They are the simulator's own tables and know nothing of how the engine folds
//! names: a test of the linker must not be its own answer. Where the spellings in `spelling/` are from:
//!
//! * `bgn`: BGN/PCGN 1994 for Tajik. `icao`: ICAO Doc 9303-3 on the Russian spelling. `gost`: GOST 7.79-2000, system B.
//! * `french`: the passports of the Soviet Union and of its successors until 1997, written for French readers.
//! * `uzbek`: the Uzbek Latin alphabet as the law of 1995 amended it, as Tajik names are written in Uzbekistan.
//! * `russian`: how Russian-language telephone books and birth registers spell names of the region.
//! * `everyday`: what people write in forms and messengers, where several spellings stand beside each other.
//! * `habits.csv`: names that Russian registers took over in a form of their own.
//! * Slips of the hand follow Damerau (1964): a letter doubled, left out, or changed with its neighbour.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::LazyLock;

use rand::Rng;

use crate::names::{Ending, Name, family};

/// Which alphabet and which rules a list writes a name by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Style {
    Tajik,
    Russian,
    Bgn,
    Icao,
    Gost,
    French,
    Uzbek,
    Everyday,
}

/// What a clerk, a form or a keyboard did to one name on top of the style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    /// Given name in the place of the family name.
    Swapped,
    /// The father's name is left out.
    NoFather,
    /// The document number is left out.
    NoDocument,
    /// -ов became -зода or -зод, or the other way.
    Ending,
    /// In each word one letter of the other alphabet that looks the same.
    LookAlike,
    /// All letters upper case.
    UpperCase,
    /// Letters with marks as two code points (NFD).
    Decomposed,
    /// A Russian form of the name with other vowels, such as Исмаил for Исмоил. Maybe out of reach of any fixed rule.
    Habit,
    /// A slip of the hand in the family name: a letter doubled, left out, or changed with its neighbour. Maybe out of
    /// reach of any fixed rule.
    Typo,
    /// A later passport with another number.
    NewDocument,
    /// Day and month of birth in each other's place.
    DayMonth,
    /// The birth date is left out.
    NoBirth,
}

/// One list's way with one person's name.
#[derive(Debug, Clone)]
pub(crate) struct Spelling {
    pub(crate) style: Style,
    pub(crate) changes: BTreeSet<Change>,
}

impl fmt::Display for Spelling {
    /// `style+change+change`, lower case, changes in a fixed order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.style {
            Style::Tajik => "tajik",
            Style::Russian => "russian",
            Style::Bgn => "bgn",
            Style::Icao => "icao",
            Style::Gost => "gost",
            Style::French => "french",
            Style::Uzbek => "uzbek",
            Style::Everyday => "everyday",
        })?;
        for change in &self.changes {
            f.write_str(match change {
                Change::Swapped => "+swapped",
                Change::NoFather => "+no_father",
                Change::NoDocument => "+no_document",
                Change::Ending => "+ending",
                Change::LookAlike => "+look_alike",
                Change::UpperCase => "+upper_case",
                Change::Decomposed => "+decomposed",
                Change::Habit => "+habit",
                Change::Typo => "+typo",
                Change::NewDocument => "+new_document",
                Change::DayMonth => "+day_month",
                Change::NoBirth => "+no_birth",
            })?;
        }
        Ok(())
    }
}

/// A name as one list writes it, before the list puts it into its columns.
#[derive(Debug, Clone)]
pub(crate) struct WrittenName {
    pub(crate) given: String,
    pub(crate) family: String,
    pub(crate) father: Option<String>,
}

impl WrittenName {
    /// Family name, given name and father's name in one cell.
    pub(crate) fn in_one_cell(&self) -> String {
        let father = self.father.as_deref().map(|father| format!(" {father}")).unwrap_or_default();
        format!("{} {}{father}", self.family, self.given)
    }
}

/// Writes a name.
pub(crate) fn write_name(name: &Name, spelling: &Spelling, rng: &mut impl Rng) -> WrittenName {
    let has = |change| spelling.changes.contains(&change);
    let base = |word: &'static str| if has(Change::Habit) { habit(word) } else { word };
    let ending = if has(Change::Ending) { other_ending(name.ending, rng) } else { name.ending };
    let mut family = spell(&family(base(name.family_stem), ending, name.sex), spelling.style, rng);
    let mut given = spell(base(name.given), spelling.style, rng);
    let father = (!has(Change::NoFather)).then(|| spell(&name.father(), spelling.style, rng));
    if has(Change::Typo) {
        family = slip(&family, rng);
    }
    if has(Change::Swapped) {
        std::mem::swap(&mut given, &mut family);
    }
    let finish = |word: String| finish(word, &spelling.changes);
    WrittenName { given: finish(given), family: finish(family), father: father.map(finish) }
}

/// Writes one word in a style. The word is in Tajik or Russian Cyrillic; its first letter is upper case.
pub(crate) fn spell(word: &str, style: Style, rng: &mut impl Rng) -> String {
    let russian = || transcribe(word, |letter| letter.russian.clone());
    match style {
        Style::Tajik => word.to_owned(),
        Style::Russian => russian(),
        Style::Bgn => transcribe(word, |letter| letter.bgn.clone()),
        Style::Icao => transcribe(&russian(), |letter| letter.icao.clone()),
        Style::Gost => transcribe(&russian(), |letter| letter.gost.clone()),
        Style::French => transcribe(&russian(), |letter| letter.french.clone()),
        Style::Uzbek => transcribe(word, |letter| letter.uzbek.clone()),
        Style::Everyday => transcribe(word, |letter| {
            let choice = rng.random_range(0..letter.everyday.len());
            letter.everyday[choice].clone()
        }),
    }
}

/// One line of `spelling/letters.csv`.
struct Letter {
    russian: String,
    bgn: String,
    icao: String,
    gost: String,
    french: String,
    uzbek: String,
    everyday: Vec<String>,
}

static LETTERS: LazyLock<HashMap<char, Letter>> =
    LazyLock::new(|| include_str!("../spelling/letters.csv").lines().skip(1).filter_map(letter).collect());

static HABITS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("../spelling/habits.csv").lines().skip(1).filter_map(|line| line.split_once(',')).collect()
});

fn letter(line: &str) -> Option<(char, Letter)> {
    let mut cells = line.split(',').map(str::to_owned);
    let from = cells.next()?.chars().next()?;
    let (russian, bgn, icao, gost) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let (french, uzbek) = (cells.next()?, cells.next()?);
    let everyday = cells.next()?.split('|').map(str::to_owned).collect();
    Some((from, Letter { russian, bgn, icao, gost, french, uzbek, everyday }))
}

/// Replaces letter by letter and keeps an initial capital. A letter that no table knows stays.
fn transcribe(word: &str, mut of: impl FnMut(&Letter) -> String) -> String {
    let mut written = String::with_capacity(word.len() * 2);
    for letter in word.chars() {
        let lower = letter.to_lowercase().next().unwrap_or(letter);
        let Some(found) = LETTERS.get(&lower) else {
            written.push(letter);
            continue;
        };
        let text = of(found);
        let mut characters = text.chars();
        match characters.next() {
            Some(first) if letter.is_uppercase() => {
                written.extend(first.to_uppercase());
                written.push_str(characters.as_str());
            }
            _ => written.push_str(&text),
        }
    }
    written
}

fn habit(word: &'static str) -> &'static str {
    HABITS.get(word).copied().unwrap_or(word)
}

/// True when the tables know a habitual form of one of the name's words.
pub(crate) fn has_habit(name: &Name) -> bool {
    HABITS.contains_key(name.given) || HABITS.contains_key(name.family_stem)
}

fn other_ending(ending: Ending, rng: &mut impl Rng) -> Ending {
    match ending {
        Ending::Russian if rng.random_bool(0.5) => Ending::Zoda,
        Ending::Russian => Ending::Zod,
        Ending::Zoda | Ending::Zod => Ending::Russian,
    }
}

/// One slip of the hand inside a word.
fn slip(word: &str, rng: &mut impl Rng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 3 {
        return word.to_owned();
    }
    let at = rng.random_range(1..letters.len() - 1);
    match rng.random_range(0..3) {
        0 => letters.insert(at, letters[at]),
        1 => drop(letters.remove(at)),
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}

/// The changes that concern single letters, after the word is spelled.
fn finish(word: String, changes: &BTreeSet<Change>) -> String {
    let mut word = word;
    if changes.contains(&Change::LookAlike) {
        let at = word.chars().position(|letter| look_alike(letter) != letter);
        word = word.chars().enumerate().map(|(i, l)| if Some(i) == at { look_alike(l) } else { l }).collect();
    }
    if changes.contains(&Change::UpperCase) {
        word = word.to_uppercase();
    }
    if changes.contains(&Change::Decomposed) {
        word = word.chars().flat_map(decomposed).collect();
    }
    word
}

/// The letter of the other alphabet that looks the same, for the letters that keyboards mix up most.
pub(crate) fn look_alike(letter: char) -> char {
    match letter {
        'а' => 'a',
        'о' => 'o',
        'е' => 'e',
        'с' => 'c',
        'А' => 'A',
        'О' => 'O',
        'С' => 'C',
        'М' => 'M',
        other => other,
    }
}

/// A letter with a mark as letter and mark.
fn decomposed(letter: char) -> impl Iterator<Item = char> {
    let (base, mark) = match letter {
        'ӣ' => ('и', Some('\u{304}')),
        'Ӣ' => ('И', Some('\u{304}')),
        'ӯ' => ('у', Some('\u{304}')),
        'Ӯ' => ('У', Some('\u{304}')),
        'й' => ('и', Some('\u{306}')),
        'Й' => ('И', Some('\u{306}')),
        'ё' => ('е', Some('\u{308}')),
        'Ё' => ('Е', Some('\u{308}')),
        other => (other, None),
    };
    std::iter::once(base).chain(mark)
}

/// The changes of one list, drawn one by one. `hard` allows those that only a document number can bridge.
pub(crate) fn draw_changes(name: &Name, cyrillic: bool, hard: bool, rng: &mut impl Rng) -> BTreeSet<Change> {
    let mut changes = BTreeSet::new();
    let mut toss = |change, chance| {
        if rng.random_bool(chance) {
            changes.insert(change);
        }
    };
    toss(Change::Swapped, 0.10);
    toss(Change::UpperCase, 0.05);
    if name.tajik {
        toss(Change::Ending, 0.04);
    }
    if cyrillic {
        toss(Change::NoFather, 0.25);
        toss(Change::LookAlike, 0.03);
        toss(Change::Decomposed, 0.03);
    }
    if hard && has_habit(name) {
        toss(Change::Habit, 0.10);
    }
    if hard {
        toss(Change::Typo, 0.02);
    }
    changes
}

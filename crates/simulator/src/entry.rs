//! What one organisation's list knows of one person: which lists know the person at all, how each spells the name, and
//! what each leaves out.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::error::SimulatorError;
use crate::names::Name;
use crate::person::Person;
use crate::rng::{Part, stream};
use crate::scenario::{Scenario, Slips};
use crate::spelling::{Change, Spelling, Style, WrittenName, draw_changes, look_alike, write_name};

/// A list of one organisation, in the order in which the files are meant to be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// A non-governmental organisation's assistance register, Russian headers, Cyrillic names.
    NgoAssistance,
    /// A mission's case list, English headers, names in Latin letters.
    MissionEn,
    /// A case list with the keys of the Human Trafficking Case Data Standard.
    Htcds,
}

impl List {
    /// All lists. A person's first record stands in the first of the lists that know the person.
    pub const ALL: [Self; 3] = [Self::NgoAssistance, Self::MissionEn, Self::Htcds];

    /// The mapping below `data-dictionary/sources/` that reads the file.
    pub fn source(self) -> &'static str {
        match self {
            Self::NgoAssistance => "ngo-assistance",
            Self::MissionEn => "mission-en",
            Self::Htcds => "htcds",
        }
    }

    /// Name of the file, which says that it is synthetic.
    pub fn file_name(self) -> String {
        format!("synthetic-{}.csv", self.source())
    }
}

/// What one list records of one person.
pub(crate) struct Entry<'a> {
    pub(crate) list: List,
    pub(crate) person: &'a Person<'a>,
    /// Day of contact with this organisation.
    pub(crate) date: Date,
    pub(crate) spelling: Spelling,
    pub(crate) name: WrittenName,
    pub(crate) birth: Option<Date>,
    /// As this list writes it.
    pub(crate) document: Option<String>,
    pub(crate) gender: Option<&'a str>,
    pub(crate) recruited_in: Option<&'a str>,
    pub(crate) exploited_in: Option<&'a str>,
}

/// All entries of a person, in the order of [`List::ALL`] and of their days.
pub(crate) fn entries<'a>(scenario: &Scenario, person: &'a Person<'a>) -> Result<Vec<Entry<'a>>, SimulatorError> {
    let mut rng = stream(scenario.seed, person.number, Part::Entries);
    let lists = lists(scenario, person, &mut rng);
    let several = lists.len() > 1;
    let as_they_come = scenario.slips == Slips::AsTheyCome;
    // Within reach, a name changed beyond letters keeps its document number in every list.
    let hard = as_they_come || !several || rng.random_bool(0.15);
    let document_needed = !as_they_come && several && hard;
    let mut date = person.registered;
    let mut entries = Vec::with_capacity(lists.len());
    for (at, list) in lists.into_iter().enumerate() {
        if at > 0 {
            date = later(date, scenario.to_year, &mut rng)?;
        }
        let mut spelling = draw_spelling(&person.name, list, hard, document_needed, &mut rng);
        let mut document = person.document.clone();
        let mut birth = person.birth;
        if as_they_come {
            let slips = draw_slips(person, at, &mut rng);
            spelling.style = draw_style(list, WILD, &mut rng);
            if slips.contains(&Change::NewDocument) {
                document = renewed(&document);
            }
            if slips.contains(&Change::DayMonth) {
                birth = Date::new(birth.year(), birth.day(), birth.month())?;
            }
            spelling.changes.extend(slips);
        }
        let name = write_name(&person.name, &spelling, &mut rng);
        let no_document = spelling.changes.contains(&Change::NoDocument);
        let document = (!no_document).then(|| write_document(&document, list, &mut rng));
        let mut known = |chance: f64| (several && !as_they_come) || !rng.random_bool(chance);
        let birth = known(0.01).then_some(birth);
        if birth.is_none() && several {
            spelling.changes.insert(Change::NoBirth);
        }
        entries.push(Entry {
            list,
            person,
            date,
            birth,
            gender: known(0.01).then_some(person.gender),
            recruited_in: known(0.04).then_some(person.recruited_in),
            exploited_in: known(0.03).then_some(person.exploited_in),
            spelling,
            name,
            document,
        });
    }
    Ok(entries)
}

/// What went wrong with more than the name. The first list of a person has the first passport.
fn draw_slips(person: &Person<'_>, at: usize, rng: &mut ChaCha8Rng) -> BTreeSet<Change> {
    let mut slips = BTreeSet::new();
    if rng.random_bool(0.04) && at > 0 {
        slips.insert(Change::NewDocument);
    }
    if rng.random_bool(0.01) && person.birth.day() <= 12 && person.birth.day() != person.birth.month() {
        slips.insert(Change::DayMonth);
    }
    slips
}

/// The number of the next passport: the same series, other digits.
fn renewed(document: &str) -> String {
    document
        .bytes()
        .map(|byte| if byte.is_ascii_digit() { b'0' + (byte - b'0' + 3) % 10 } else { byte })
        .map(char::from)
        .collect()
}

/// The entry of a person whom only one list knows, for the rows that must be refused.
pub(crate) fn only_entry<'a>(seed: u64, person: &'a Person<'a>, list: List) -> Entry<'a> {
    let mut rng = stream(seed, person.number, Part::Entries);
    let father = if list == List::NgoAssistance { None } else { Some(Change::NoFather) };
    let spelling = Spelling { style: draw_style(list, TAME, &mut rng), changes: BTreeSet::from_iter(father) };
    let name = write_name(&person.name, &spelling, &mut rng);
    Entry {
        list,
        person,
        date: person.registered,
        spelling,
        name,
        birth: Some(person.birth),
        document: Some(person.document.clone()),
        gender: Some(person.gender),
        recruited_in: Some(person.recruited_in),
        exploited_in: Some(person.exploited_in),
    }
}

/// The lists that know a person. Overlapping persons are spread evenly over the numbers, so that their share is exact
/// in small scenarios too.
fn lists(scenario: &Scenario, person: &Person<'_>, rng: &mut ChaCha8Rng) -> Vec<List> {
    use List::{Htcds, MissionEn, NgoAssistance};
    if !["woman", "man"].contains(&person.gender) {
        // The only layout with a word for it.
        return vec![Htcds];
    }
    let overlap = u64::from(scenario.overlap_per_mille);
    let until = |number: u64| (number * overlap + scenario.seed % 1000) / 1000;
    let several = until(person.number + 1) > until(person.number);
    let roll = rng.random_range(0..20);
    if person.status == "prevented" {
        // The standard has no word for it.
        return match (several, roll) {
            (true, _) => vec![NgoAssistance, MissionEn],
            (false, 0..12) => vec![NgoAssistance],
            (false, _) => vec![MissionEn],
        };
    }
    match (several, roll) {
        (true, 0..8) => vec![NgoAssistance, MissionEn],
        (true, 8..14) => vec![NgoAssistance, Htcds],
        (true, 14..18) => vec![MissionEn, Htcds],
        (true, _) => vec![NgoAssistance, MissionEn, Htcds],
        (false, 0..9) => vec![NgoAssistance],
        (false, 9..16) => vec![MissionEn],
        (false, _) => vec![Htcds],
    }
}

/// A later day of contact: some weeks or months on, never after the last year of the scenario.
fn later(date: Date, to_year: i16, rng: &mut ChaCha8Rng) -> Result<Date, SimulatorError> {
    let days = if rng.random_bool(0.85) { rng.random_range(5..90) } else { rng.random_range(90..500) };
    Ok(date.checked_add(days.days())?.min(Date::new(to_year, 12, 31)?))
}

fn draw_spelling(name: &Name, list: List, hard: bool, document_needed: bool, rng: &mut ChaCha8Rng) -> Spelling {
    let mut style = draw_style(list, TAME, rng);
    let loses = |word: &str| word.contains(['ъ', 'Ъ', 'ё', 'Ё']);
    if style == Style::Icao && !hard && (loses(name.given) || loses(name.family_stem)) {
        // ICAO writes ъ as "ie" and ё as "e": no rule over letters takes that back.
        style = Style::Bgn;
    }
    let mut changes = draw_changes(name, list == List::NgoAssistance, hard, rng);
    if !document_needed && rng.random_bool(0.2) {
        changes.insert(Change::NoDocument);
    }
    if list != List::NgoAssistance {
        changes.insert(Change::NoFather);
    }
    Spelling { style, changes }
}

/// The styles of a list with the percentage up to which they are drawn, by list.
type Habits = [&'static [(u32, Style)]; 3];

/// Styles that lose little.
const TAME: Habits = [
    &[(55, Style::Tajik), (100, Style::Russian)],
    &[(47, Style::Everyday), (77, Style::Icao), (92, Style::Bgn), (100, Style::Gost)],
    &[(40, Style::Everyday), (65, Style::Icao), (100, Style::Russian)],
];

/// The same with passports for French readers and with the spelling of Uzbekistan, where many of the region are from.
const WILD: Habits = [
    &[(55, Style::Tajik), (100, Style::Russian)],
    &[
        (37, Style::Everyday),
        (62, Style::Icao),
        (74, Style::Bgn),
        (80, Style::Gost),
        (90, Style::French),
        (100, Style::Uzbek),
    ],
    &[(32, Style::Everyday), (52, Style::Icao), (60, Style::French), (66, Style::Uzbek), (100, Style::Russian)],
];

/// A style by the list's habits.
fn draw_style(list: List, habits: Habits, rng: &mut ChaCha8Rng) -> Style {
    let roll = rng.random_range(0..100);
    habits[list as usize].iter().find(|(up_to, _)| roll < *up_to).map_or(Style::Russian, |(_, style)| *style)
}

/// A document number with the habits of clerks: a blank after the series, small letters, or Cyrillic letters that look
/// like the Latin ones of the series.
fn write_document(document: &str, list: List, rng: &mut ChaCha8Rng) -> String {
    match rng.random_range(0..100) {
        0..10 => {
            let series = document.chars().take_while(char::is_ascii_alphabetic).count().max(2);
            format!("{} {}", &document[..series], &document[series..])
        }
        10..15 => document.to_lowercase(),
        15..25 if list == List::NgoAssistance => document.chars().map(cyrillic_look_alike).collect(),
        _ => document.to_owned(),
    }
}

/// The Cyrillic letter that looks like a Latin capital.
fn cyrillic_look_alike(letter: char) -> char {
    ['А', 'О', 'С', 'М'].into_iter().find(|&cyrillic| look_alike(cyrillic) == letter).unwrap_or(letter)
}

//! Names of nobody: common given names and name stems of the region, put together at random. The lists in `names/`
//! hold words that many thousands of people bear; a combination that a real person bears is chance.

use std::sync::LazyLock;

use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};

use crate::crowd::CROWDS;
use crate::rng::{Part, stream};

/// One list of words, one to a line.
type Words = LazyLock<Vec<&'static str>>;

static GIVEN_MEN: Words = LazyLock::new(|| include_str!("../names/given-men.txt").lines().collect());
static GIVEN_WOMEN: Words = LazyLock::new(|| include_str!("../names/given-women.txt").lines().collect());
static FAMILY: Words = LazyLock::new(|| include_str!("../names/family.txt").lines().collect());
static NEIGHBOUR_GIVEN_MEN: Words =
    LazyLock::new(|| include_str!("../names/neighbour-given-men.txt").lines().collect());
static NEIGHBOUR_GIVEN_WOMEN: Words =
    LazyLock::new(|| include_str!("../names/neighbour-given-women.txt").lines().collect());
static NEIGHBOUR_FAMILY: Words = LazyLock::new(|| include_str!("../names/neighbour-family.txt").lines().collect());

/// The sex that a name's endings follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sex {
    Woman,
    Man,
}

/// How a family name is built on its stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// -ов, -ова, -ев, -ева.
    Russian,
    /// -зода, "born of".
    Zoda,
    /// -зод, the same in another spelling.
    Zod,
}

/// How a father's name is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FatherStyle {
    /// -ович, -овна.
    Russian,
    /// The father's own name.
    Bare,
}

/// A person's name as stems, so that each list can build its own form of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name {
    pub(crate) sex: Sex,
    /// Else the name is one of the neighbours'.
    pub(crate) tajik: bool,
    pub(crate) given: &'static str,
    pub(crate) family_stem: &'static str,
    pub(crate) ending: Ending,
    father_stem: &'static str,
    father_style: FatherStyle,
}

/// Birth days are kept apart by this many classes.
pub(crate) const BIRTH_CLASSES: i32 = 256;

/// The kinds of names, in the order of [`Names::pairs`]: sex, and whether Tajik.
pub(crate) const KINDS: [(Sex, bool); 4] =
    [(Sex::Woman, true), (Sex::Man, true), (Sex::Woman, false), (Sex::Man, false)];

/// All pairs of a given name and a family name, shuffled, for each sex and for Tajiks and their neighbours. Persons
/// take them in turn, so that two persons with the same names are many numbers apart.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    pairs: [Vec<u32>; 4],
}

impl Names {
    pub(crate) fn new(seed: u64) -> Self {
        let shuffled = |kind: usize| {
            let (sex, tajik) = KINDS[kind];
            let (given, family) = lists(sex, tajik);
            let mut pairs: Vec<u32> = (0..(given.len() * family.len()) as u32).collect();
            pairs.shuffle(&mut stream(seed, kind as u64, Part::Names));
            pairs
        };
        Self { pairs: [0, 1, 2, 3].map(shuffled) }
    }

    /// The names of a person, and the class that the person's birth day belongs to. Persons of one sex with the same
    /// two names, in whatever order, are in different classes: nobody looks like somebody else by chance. (Classes
    /// repeat after 65,000 persons with neighbours' names and after 490,000 with Tajik ones.)
    pub(crate) fn draw(&self, number: u64, sex: Sex, tajik: bool, rng: &mut impl Rng) -> (Name, i32) {
        let pairs = &self.pairs[kind(sex, tajik)];
        let (given, family) = lists(sex, tajik);
        let count = pairs.len() as u64;
        let pair = pairs[(number % count) as usize] as usize;
        let (given, family_stem) = (given[pair % given.len()], family[pair / given.len()]);
        let ending = if tajik && rng.random_bool(0.3) { Ending::Zoda } else { Ending::Russian };
        let father_style = if tajik && rng.random_bool(0.4) { FatherStyle::Bare } else { FatherStyle::Russian };
        let fathers = lists(Sex::Man, tajik).0;
        let father_stem = fathers.choose(rng).copied().unwrap_or_default();
        let class = (number / count) * 4 + u64::from(tajik) * 2 + u64::from(given > family_stem);
        let name = Name { sex, tajik, given, family_stem, ending, father_stem, father_style };
        (name, (class % BIRTH_CLASSES as u64) as i32)
    }
}

/// The name of somebody of a crowd: nobody looks at who else bears it.
pub(crate) fn draw_of_crowd(sex: Sex, tajik: bool, rng: &mut impl Rng) -> Name {
    let crowd = &CROWDS[kind(sex, tajik)];
    let ending = if tajik && rng.random_bool(0.3) { Ending::Zoda } else { Ending::Russian };
    let father_style = if tajik && rng.random_bool(0.4) { FatherStyle::Bare } else { FatherStyle::Russian };
    let (given, family_stem) = (crowd.given.draw(rng), crowd.family.draw(rng));
    let father_stem = CROWDS[kind(Sex::Man, tajik)].given.draw(rng);
    Name { sex, tajik, given, family_stem, ending, father_stem, father_style }
}

fn kind(sex: Sex, tajik: bool) -> usize {
    usize::from(sex == Sex::Man) + 2 * usize::from(!tajik)
}

/// Given names and family name stems.
pub(crate) fn lists(sex: Sex, tajik: bool) -> (&'static [&'static str], &'static [&'static str]) {
    match (sex, tajik) {
        (Sex::Woman, true) => (&GIVEN_WOMEN, &FAMILY),
        (Sex::Man, true) => (&GIVEN_MEN, &FAMILY),
        (Sex::Woman, false) => (&NEIGHBOUR_GIVEN_WOMEN, &NEIGHBOUR_FAMILY),
        (Sex::Man, false) => (&NEIGHBOUR_GIVEN_MEN, &NEIGHBOUR_FAMILY),
    }
}

impl Name {
    /// The name of a twin: another given name, and the rest the same. Families of one kind of names do not otherwise take
    /// given names of the other kind, so the twin looks like nobody else.
    pub(crate) fn twin(self) -> Name {
        let at = lists(self.sex, self.tajik).0.iter().position(|name| *name == self.given).unwrap_or_default();
        let others = lists(self.sex, !self.tajik).0;
        Name { given: others[at % others.len()], ..self }
    }

    /// The name of a twin in a crowd: a given name of the same kind.
    pub(crate) fn twin_of_crowd(self) -> Name {
        Name { given: CROWDS[kind(self.sex, self.tajik)].given.other(self.given), ..self }
    }

    /// The father's name in the person's own spelling.
    pub(crate) fn father(&self) -> String {
        match (self.father_style, self.sex) {
            (FatherStyle::Bare, _) => self.father_stem.to_owned(),
            (FatherStyle::Russian, Sex::Man) => with_suffix(self.father_stem, "ович", "евич"),
            (FatherStyle::Russian, Sex::Woman) => with_suffix(self.father_stem, "овна", "евна"),
        }
    }
}

/// A family name: the stem with one of its endings.
pub(crate) fn family(stem: &str, ending: Ending, sex: Sex) -> String {
    match (ending, sex) {
        (Ending::Russian, Sex::Man) => with_suffix(stem, "ов", "ев"),
        (Ending::Russian, Sex::Woman) => with_suffix(stem, "ова", "ева"),
        (Ending::Zoda, _) => format!("{stem}зода"),
        (Ending::Zod, _) => format!("{stem}зод"),
    }
}

/// Adds a Russian suffix as the last sound of the stem asks: -ев after a vowel or a soft or hushing sound, else -ов.
fn with_suffix(stem: &str, hard: &str, soft: &str) -> String {
    match stem.chars().last() {
        Some('й' | 'ь') => format!("{}{soft}", &stem[..stem.len() - 'й'.len_utf8()]),
        Some('ӣ') => format!("{}и{soft}", &stem[..stem.len() - 'ӣ'.len_utf8()]),
        Some('а' | 'е' | 'ё' | 'и' | 'о' | 'у' | 'ӯ' | 'ы' | 'э' | 'ю' | 'я' | 'ж' | 'ш' | 'ч' | 'ц') => {
            format!("{stem}{soft}")
        }
        _ => format!("{stem}{hard}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_follow_the_last_sound() {
        for (stem, ending, sex, expected) in [
            ("Раҳмон", Ending::Russian, Sex::Man, "Раҳмонов"),
            ("Раҳмон", Ending::Russian, Sex::Woman, "Раҳмонова"),
            ("Мирзо", Ending::Russian, Sex::Man, "Мирзоев"),
            ("Валӣ", Ending::Russian, Sex::Woman, "Валиева"),
            ("Юлдаш", Ending::Russian, Sex::Man, "Юлдашев"),
            ("Раҳмон", Ending::Zoda, Sex::Woman, "Раҳмонзода"),
        ] {
            assert_eq!(family(stem, ending, sex), expected);
        }
    }

    #[test]
    fn no_list_holds_a_name_twice() {
        for list in [&GIVEN_MEN, &GIVEN_WOMEN, &FAMILY, &NEIGHBOUR_GIVEN_MEN, &NEIGHBOUR_GIVEN_WOMEN, &NEIGHBOUR_FAMILY]
        {
            let mut names = (*list).clone();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), list.len());
            assert!(names.iter().all(|name| !name.is_empty()));
        }
    }
}

//! Holds a linker against the truth: which rows of one person were brought together, and which of two.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use crate::sighting::Sighting;

/// How well rows were linked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Score {
    /// Pairs of rows of one person, and those that were linked.
    pub true_pairs: Share,
    /// The same for pairs in which one of the rows has this style or slip; a pair counts under each of its own.
    pub by_kind: BTreeMap<String, Share>,
    /// Pairs of rows that were linked, and those of them that are of two persons.
    pub links: Share,
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// How many there are.
    pub all: u64,
    /// How many of them it is true for.
    pub part: u64,
}

impl Share {
    /// The part, from 0 to 1; 0 of nothing.
    pub fn share(self) -> f64 {
        self.part as f64 / self.all.max(1) as f64
    }

    fn count(&mut self, is_part: bool) {
        self.all += 1;
        self.part += u64::from(is_part);
    }
}

/// Holds what a linker says about rows against the truth: `linked[i]` is the person that it sees behind `sightings[i]`.
///
/// # Panics
///
/// When there are not as many answers as rows.
pub fn score<T: Eq + Hash>(sightings: &[Sighting], linked: &[T]) -> Score {
    assert_eq!(sightings.len(), linked.len(), "every row has an answer");
    let mut score = Score::default();
    for (one, other) in pairs(sightings.iter().map(|sighting| sighting.person)) {
        let is_linked = linked[one] == linked[other];
        score.true_pairs.count(is_linked);
        for kind in kinds(&sightings[one], &sightings[other]) {
            score.by_kind.entry(kind.to_owned()).or_default().count(is_linked);
        }
    }
    for (one, other) in pairs(linked.iter()) {
        score.links.count(sightings[one].person != sightings[other].person);
    }
    score
}

/// All pairs of places that hold the same.
fn pairs<T: Eq + Hash>(items: impl Iterator<Item = T>) -> Vec<(usize, usize)> {
    let mut places: HashMap<T, Vec<usize>> = HashMap::new();
    for (place, item) in items.enumerate() {
        places.entry(item).or_default().push(place);
    }
    let mut pairs = Vec::new();
    for group in places.into_values() {
        for (at, one) in group.iter().enumerate() {
            pairs.extend(group[at + 1..].iter().map(|other| (*one, *other)));
        }
    }
    pairs
}

/// The styles and slips of two rows; `plain` when nothing but the style differs.
fn kinds<'a>(one: &'a Sighting, other: &'a Sighting) -> BTreeSet<&'a str> {
    let mut kinds: BTreeSet<&str> = one.variant.split('+').chain(other.variant.split('+')).collect();
    if !one.variant.contains('+') && !other.variant.contains('+') {
        kinds.insert("plain");
    }
    kinds
}

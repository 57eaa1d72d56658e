//! Persons who were found to be one. What was found stays as it was found, pair by pair; who heads a group, and whose
//! alias everybody is, follows from the pairs, so that a pair can be taken back.
//!
//! The head is the person of the older cohort (the one known first when cohorts are equal): the joined person keeps the
//! older cohort, and nobody's own cohort changes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use foldhash::fast::RandomState;

use crate::seal::LinkRule;

/// The pairs of a register, as they hold now.
#[derive(Default, Debug)]
pub(crate) struct Groups {
    pairs: BTreeMap<u32, Vec<(u32, LinkRule)>>,
    apart: Vec<(u32, u32)>,
}

impl Groups {
    /// Notes that two persons are one. They must not be in one group already.
    pub(crate) fn merge(&mut self, one: u32, other: u32, rule: LinkRule) {
        self.pairs.entry(one).or_default().push((other, rule));
        self.pairs.entry(other).or_default().push((one, rule));
    }

    /// Takes a pair back and remembers that it was.
    pub(crate) fn unlink(&mut self, one: u32, other: u32) {
        for (from, to) in [(one, other), (other, one)] {
            if let Some(pairs) = self.pairs.get_mut(&from) {
                pairs.retain(|(person, _)| *person != to);
            }
        }
        self.apart.push((one, other));
    }

    /// Everybody who was ever found to be one with somebody.
    pub(crate) fn everybody(&self) -> HashSet<u32, RandomState> {
        let apart = self.apart.iter().flat_map(|(one, other)| [*one, *other]);
        self.pairs.keys().copied().chain(apart).collect()
    }

    /// All persons of a person's group, that person among them.
    pub(crate) fn of(&self, person: u32) -> BTreeSet<u32> {
        let mut group = BTreeSet::from([person]);
        let mut open = vec![person];
        while let Some(person) = open.pop() {
            for (other, _) in self.pairs.get(&person).into_iter().flatten() {
                if group.insert(*other) {
                    open.push(*other);
                }
            }
        }
        group
    }

    /// Whether a person is in no group with another.
    pub(crate) fn is_alone(&self, person: u32) -> bool {
        self.pairs.get(&person).is_none_or(Vec::is_empty)
    }

    /// Whether somebody said that these two groups are two persons.
    pub(crate) fn are_apart(&self, one: &BTreeSet<u32>, other: &BTreeSet<u32>) -> bool {
        let parts = |a, b| one.contains(a) && other.contains(b);
        self.apart.iter().any(|(a, b)| parts(a, b) || parts(b, a))
    }

    /// All aliases with their heads and the rule of the pair that is nearest on the way, by alias. `before` tells whether
    /// the first of two persons heads a group of both.
    pub(crate) fn aliases(&self, before: impl Fn(u32, u32) -> bool) -> BTreeMap<u32, (u32, LinkRule)> {
        let mut aliases = BTreeMap::new();
        for &person in self.pairs.keys().filter(|person| !self.is_alone(**person)) {
            let head = self.head(person, &before);
            if let Some((_, rule)) = self.step(person, head) {
                aliases.insert(person, (head, rule));
            }
        }
        aliases
    }

    /// The head of a person's group.
    pub(crate) fn head(&self, person: u32, before: impl Fn(u32, u32) -> bool) -> u32 {
        self.of(person)
            .into_iter()
            .reduce(|head, other| if before(other, head) { other } else { head })
            .unwrap_or(person)
    }

    /// The first pair on the way from a person to another of the same group; none when they are the same. There is one
    /// way only, because pairs only ever join two groups.
    pub(crate) fn step(&self, from: u32, to: u32) -> Option<(u32, LinkRule)> {
        // From the end: the person before `from` is the next on the way.
        let mut seen = BTreeSet::from([to]);
        let mut open = vec![to];
        while let Some(person) = open.pop() {
            for &(other, rule) in self.pairs.get(&person).into_iter().flatten() {
                if other == from && from != to {
                    return Some((person, rule));
                }
                if seen.insert(other) {
                    open.push(other);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: LinkRule = LinkRule::DocumentBirth;

    fn heads(groups: &Groups) -> Vec<(u32, u32)> {
        groups.aliases(|one, other| one < other).into_iter().map(|(alias, (head, _))| (alias, head)).collect()
    }

    #[test]
    fn aliases_are_flat_and_pairs_can_be_taken_back() {
        let mut groups = Groups::default();
        groups.merge(3, 2, RULE);
        groups.merge(4, 3, LinkRule::TwoNames);
        assert_eq!(heads(&groups), [(3, 2), (4, 2)]);
        groups.merge(1, 4, RULE);
        assert_eq!(heads(&groups), [(2, 1), (3, 1), (4, 1)]);
        assert_eq!(groups.step(2, 1), Some((3, RULE)));
        assert_eq!(groups.step(3, 1), Some((4, LinkRule::TwoNames)));
        groups.unlink(3, 4);
        assert_eq!(heads(&groups), [(3, 2), (4, 1)]);
        assert!(groups.are_apart(&groups.of(2), &groups.of(1)));
        assert!(!groups.are_apart(&groups.of(2), &groups.of(5)));
        assert!(groups.is_alone(5) && !groups.is_alone(2));
        assert_eq!(groups.everybody(), HashSet::from_iter([1, 2, 3, 4]), "a pair that was taken back counts");
        assert_eq!(groups.step(2, 1), None);
    }
}

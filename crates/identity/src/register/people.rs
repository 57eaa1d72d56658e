//! The persons of a register in memory: 32 bytes each, by the number in which they became known.

use std::sync::mpsc;

use rusqlite::{Connection, Row};

use super::groups::Groups;
use super::index::{Entry, Index};
use super::packed::{self, FACTS, OFFERS, PERSONS, digest_at};
use crate::cohort::Cohort;
use crate::pseudonym::Pseudonym;
use crate::seal::{Class, Facts, LinkKeys, LinkRule};

/// Entries that go to the index together, and how many times as many may wait.
const CHUNK: usize = 4_096;
const CHUNKS_WAITING: usize = 4;

/// One person.
#[derive(Clone, Copy)]
pub(crate) struct Member {
    pub(crate) pseudonym: Pseudonym,
    pub(crate) cohort: Cohort,
    pub(crate) facts: Known,
    /// Whether one of the person's records says more than a document number.
    pub(crate) is_rich: bool,
}

impl Member {
    /// The person of an entry of [`PERSONS`]; what else is known stands elsewhere.
    fn of(entry: &[u8]) -> Member {
        let cohort = Cohort::of_bytes([entry[20], entry[21]]);
        Member { pseudonym: Pseudonym(digest_at(entry, 0)), cohort, facts: Known::default(), is_rich: false }
    }
}

/// The first bytes of the digests of what is known about a person; enough to see that two differ. Zero is none.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Known {
    birth: u32,
    sex: u32,
    father: u32,
}

impl Known {
    /// Takes over what a record says and nobody said before, and tells it as full digests: birth date, sex, father's
    /// name. What comes with another birth date than the first one is left: it could not be compared.
    pub(crate) fn learn(&mut self, facts: &Facts) -> Option<[[u8; 16]; 3]> {
        let birth = facts.birth.as_ref().map(short)?;
        if self.birth != 0 && self.birth != birth {
            return None;
        }
        let mut learned = [[0; 16]; 3];
        let slots = [&mut self.birth, &mut self.sex, &mut self.father];
        for (at, (slot, fact)) in slots.into_iter().zip([facts.birth, facts.sex, facts.father]).enumerate() {
            if let (0, Some(fact)) = (*slot, fact) {
                *slot = short(&fact);
                learned[at] = fact;
            }
        }
        (learned != [[0; 16]; 3]).then_some(learned)
    }

    /// Takes over what was learned before.
    fn recall(&mut self, learned: [[u8; 16]; 3]) {
        for (slot, fact) in [&mut self.birth, &mut self.sex, &mut self.father].into_iter().zip(learned) {
            if *slot == 0 && fact != [0; 16] {
                *slot = short(&fact);
            }
        }
    }

    /// Whether two persons cannot be one: their birth dates differ, or with one birth date their sex or father's names.
    pub(crate) fn contradicts(&self, other: &Known) -> bool {
        let differ = |one: u32, other: u32| one != 0 && other != 0 && one != other;
        let is_comparable = self.birth != 0 && other.birth != 0;
        is_comparable && (self.birth != other.birth || differ(self.sex, other.sex) || differ(self.father, other.father))
    }

    /// Whether a record born on the same day is of the other sex.
    fn has_another_sex(&self, facts: &Facts) -> bool {
        let same_birth = facts.birth.as_ref().map(short) == Some(self.birth);
        same_birth && self.sex != 0 && facts.sex.as_ref().is_some_and(|sex| short(sex) != self.sex)
    }

    /// Whether none of the father's names that a record may have is the person's.
    fn has_another_father(&self, facts: &Facts) -> bool {
        let same_birth = facts.birth.as_ref().map(short) == Some(self.birth);
        let fathers = &facts.fathers;
        same_birth && self.father != 0 && !fathers.is_empty() && fathers.iter().all(|one| short(one) != self.father)
    }
}

/// The first four bytes of a digest, never zero.
fn short(digest: &[u8; 16]) -> u32 {
    ((u128::from_be_bytes(*digest) >> 96) as u32).max(1)
}

/// Whether two persons became one.
pub(crate) enum Joined {
    /// By this row, under the weaker of its two rules.
    Now(LinkRule),
    /// They were one before.
    Before,
    /// They cannot be one.
    Never,
}

/// All persons and which of them are one.
pub(crate) struct People {
    /// By number; the numbers of persons who are gone stay empty, and so does the first.
    members: Vec<Option<Member>>,
    pub(crate) groups: Groups,
}

impl People {
    /// Reads who is known and who is one with whom.
    pub(crate) fn read(connection: &Connection) -> rusqlite::Result<People> {
        let mut members = vec![None];
        packed::each(connection, &PERSONS, |entry| {
            let number = PERSONS.person_of(entry) as usize;
            if members.len() <= number {
                members.resize(number + 1, None);
            }
            members[number] = Some(Member::of(entry));
        })?;
        let mut groups = Groups::default();
        let mut statement = connection.prepare_cached(include_str!("../../sql/list_joins.sql"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (what, one, other) = (row.get_ref(1)?.as_str()?, row.get(2)?, row.get(3)?);
            if what == "merged" {
                groups.merge(one, other, rule(row, 4)?);
            } else {
                groups.unlink(one, other);
            }
        }
        Ok(People { members, groups })
    }

    pub(crate) fn find(&self, number: u32) -> Option<&Member> {
        self.members.get(number as usize)?.as_ref()
    }

    pub(crate) fn member(&self, number: u32) -> &Member {
        self.members[number as usize].as_ref().expect("a number that the register gave stands for a person")
    }

    pub(crate) fn member_mut(&mut self, number: u32) -> &mut Member {
        self.members[number as usize].as_mut().expect("a number that the register gave stands for a person")
    }

    /// Makes two persons one whom a row links to, when nothing speaks against it:
    ///
    /// * Two rows that share nothing but a document number and say other things are two persons (a child in a parent's
    ///   passport), so a document alone joins nobody who is known by more.
    /// * Known birth dates, sexes or fathers' names that differ speak against a rule over names. They do not speak
    ///   against a document that fits together with a birth date on one side and with names on the other: then one of
    ///   the three records was mistyped.
    /// * Two persons whose link was taken back stay two.
    pub(crate) fn join(&mut self, (rule, person): (LinkRule, u32), (other_rule, other): (LinkRule, u32)) -> Joined {
        let (one, two) = (self.groups.of(person), self.groups.of(other));
        if one.contains(&other) {
            return Joined::Before;
        }
        let by_number_alone = |rule, person| rule == LinkRule::Document && self.member(person).is_rich;
        let differ = || {
            let facts = |person: &u32| self.member(*person).facts;
            one.iter().any(|one| two.iter().any(|two| facts(one).contradicts(&facts(two))))
        };
        let is_sure = rule.is_sure() && other_rule.is_sure();
        if by_number_alone(rule, person)
            || by_number_alone(other_rule, other)
            || self.groups.are_apart(&one, &two)
            || (!is_sure && differ())
        {
            return Joined::Never;
        }
        let weaker = rule.max(other_rule);
        self.groups.merge(person, other, weaker);
        Joined::Now(weaker)
    }

    /// Adds a person and gives the number.
    pub(crate) fn add(&mut self, member: Member) -> u32 {
        self.members.push(Some(member));
        (self.members.len() - 1) as u32
    }

    /// The number that the next person gets.
    pub(crate) fn next(&self) -> u32 {
        self.members.len() as u32
    }

    pub(crate) fn number_of(&self, pseudonym: Pseudonym) -> Option<u32> {
        let is_it = |member: &Option<Member>| member.is_some_and(|member| member.pseudonym == pseudonym);
        self.members.iter().position(is_it).map(|number| number as u32)
    }

    /// Whether the first of two persons heads a group of both.
    pub(crate) fn before(&self, one: u32, other: u32) -> bool {
        (self.member(one).cohort, one) < (self.member(other).cohort, other)
    }
}

/// The rule that a column holds.
pub(crate) fn rule(row: &Row<'_>, column: usize) -> rusqlite::Result<LinkRule> {
    let number: u8 = row.get(column)?;
    LinkRule::of_number(number).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number.into()))
}

/// Persons with everything that linking needs to know of them.
pub(crate) struct Memory {
    pub(crate) people: People,
    pub(crate) index: Index,
}

impl Memory {
    /// Reads the whole register: some seconds and a hundred megabytes for two million persons.
    pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Memory> {
        let mut people = People::read(connection)?;
        let size: i64 = connection.query_row(include_str!("../../sql/size_offers.sql"), [], |row| row.get(0))?;
        let size = usize::try_from(size).unwrap_or_default();
        // Filling the index takes as long as reading the rest.
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::sync_channel::<Vec<Entry>>(CHUNKS_WAITING);
            let filling = scope.spawn(move || {
                let mut index = Index::with_room(size / OFFERS.width);
                for entries in receiver {
                    index.take(&entries);
                }
                index
            });
            let gone = "the index is filled until there is nothing to fill it with";
            let mut entries = Vec::with_capacity(CHUNK);
            packed::each(connection, &OFFERS, |entry| {
                let person = OFFERS.person_of(entry);
                people.member_mut(person).is_rich |= !Class::is_alone(entry[20]);
                entries.push(Entry::new(&digest_at(entry, 0), person));
                if entries.len() == CHUNK {
                    sender.send(std::mem::replace(&mut entries, Vec::with_capacity(CHUNK))).expect(gone);
                }
            })?;
            sender.send(entries).expect(gone);
            drop(sender);
            packed::each(connection, &FACTS, |entry| {
                let learned = [0, 16, 32].map(|place| digest_at(entry, place));
                people.member_mut(FACTS.person_of(entry)).facts.recall(learned);
            })?;
            Ok(Memory { people, index: filling.join().expect("filling does not panic") })
        })
    }

    /// The persons whom a record links to, strongest rule first, each once. A rule over two name parts does not hold
    /// when both sides know the father's name and it differs; one over document and birth date does not when the sex
    /// differs: a sister and a brother, twins, in one passport. Their names may still say that they are one.
    pub(crate) fn hits(&self, keys: &LinkKeys) -> Vec<(LinkRule, u32)> {
        let mut hits: Vec<(LinkRule, u32)> = Vec::new();
        self.index
            .prepare(keys.asks().iter().map(|ask| &ask.digest).chain(keys.offers().iter().map(|own| &own.digest)));
        // Without a name a record of the other sex has nothing of its own to be found by again.
        let has_names = keys.asks().iter().any(|ask| ask.rule == LinkRule::DocumentNames);
        for ask in keys.asks() {
            let Some(person) = self.index.get(&ask.digest) else { continue };
            let is_known = hits.iter().any(|(_, known)| *known == person);
            let other_father =
                || ask.rule.is_of_pair() && self.people.member(person).facts.has_another_father(keys.facts());
            let other_sex = || {
                ask.rule == LinkRule::DocumentBirth
                    && has_names
                    && self.people.member(person).facts.has_another_sex(keys.facts())
            };
            if !is_known && !other_father() && !other_sex() {
                hits.push((ask.rule, person));
            }
        }
        hits
    }
}

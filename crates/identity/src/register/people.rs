//! Who is known, who is one with whom, and who holds which digest.

use std::collections::BTreeMap;
use std::sync::mpsc;

use rusqlite::Connection;

use super::failed;
use super::groups::Groups;
use super::index::{Entry, Index};
use super::joins;
use super::members::Members;
use super::packed::{self, FACTS, OFFERS, PERSONS, digest_at};
use crate::cohort::Cohort;
use crate::error::IdentityError;
use crate::pseudonym::Pseudonym;
use crate::seal::{Class, LinkKeys, LinkRule};

/// Entries that go to the index together, and how many times as many may wait.
const CHUNK: usize = 4_096;
const CHUNKS_WAITING: usize = 4;

/// What is being done when the register is read as a whole.
const READING: &str = "reading who is known";

/// One person, as the register's file knows everybody.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    pub(crate) pseudonym: Pseudonym,
    pub(crate) cohort: Cohort,
}

impl Person {
    /// The person of an entry of [`PERSONS`]; what else is known stands elsewhere.
    fn of(entry: &[u8]) -> Person {
        Person { pseudonym: Pseudonym(digest_at(entry, 0)), cohort: Cohort::of_bytes([entry[20], entry[21]]) }
    }
}

/// Looks up persons whose number or pseudonym is wanted, by number. For a few of them: all persons of the file are read.
pub(crate) fn persons(
    connection: &Connection,
    wanted: impl Fn(u32, Pseudonym) -> bool,
) -> rusqlite::Result<BTreeMap<u32, Person>> {
    let mut persons = BTreeMap::new();
    packed::each(connection, &PERSONS, |entry| {
        let (number, person) = (PERSONS.person_of(entry), Person::of(entry));
        if wanted(number, person.pseudonym) {
            persons.insert(number, person);
        }
    })?;
    Ok(persons)
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
    pub(crate) members: Members,
    pub(crate) groups: Groups,
}

impl People {
    /// Reads who is known, and with whom each is one. `meet` is told everybody's pseudonym.
    fn read(
        connection: &Connection,
        most: u32,
        mut meet: impl FnMut(u32, Pseudonym) -> Result<(), IdentityError>,
    ) -> Result<People, IdentityError> {
        let mut members = Members::none(most);
        let mut met = Ok(());
        let read = packed::each(connection, &PERSONS, |entry| {
            let (number, Person { pseudonym, cohort }) = (PERSONS.person_of(entry), Person::of(entry));
            if met.is_ok() {
                met = members.put(number, cohort).and_then(|()| meet(number, pseudonym));
            }
        });
        read.map_err(failed(READING))?;
        met?;
        let groups = joins::groups(connection).map_err(failed(READING))?;
        Ok(People { members, groups })
    }

    /// Sends everybody's digests to the index, but for those that somebody else had left behind before, which it hands back.
    fn read_offers(
        &mut self,
        connection: &Connection,
        index: &mpsc::SyncSender<Vec<Entry>>,
    ) -> Result<Vec<Entry>, IdentityError> {
        let gone = "the index is filled until there is nothing to fill it with";
        let mut is_whole = true;
        let (mut entries, mut shared) = (Vec::with_capacity(CHUNK), Vec::new());
        let read = packed::each(connection, &OFFERS, |entry| {
            let person = OFFERS.person_of(entry);
            if !self.members.has(person) {
                is_whole = false;
                return;
            }
            if !Class::is_alone(entry[20]) {
                self.members.enrich(person);
            }
            let of = if Class::is_shared(entry[20]) { &mut shared } else { &mut entries };
            of.push(Entry::new(&digest_at(entry, 0), person));
            if entries.len() == CHUNK {
                index.send(std::mem::replace(&mut entries, Vec::with_capacity(CHUNK))).expect(gone);
            }
        });
        index.send(entries).expect(gone);
        read.map_err(failed(READING))?;
        if is_whole { Ok(shared) } else { Err(IdentityError::RegisterDamaged) }
    }

    /// Takes over what earlier loads learned.
    fn read_facts(&mut self, connection: &Connection) -> Result<(), IdentityError> {
        let mut is_whole = true;
        let read = packed::each(connection, &FACTS, |entry| {
            let person = FACTS.person_of(entry);
            if self.members.has(person) {
                let mut known = self.members.known(person);
                known.recall([0, 16, 32].map(|place| digest_at(entry, place)));
                self.members.know(person, known);
            } else {
                is_whole = false;
            }
        });
        read.map_err(failed(READING))?;
        if is_whole { Ok(()) } else { Err(IdentityError::RegisterDamaged) }
    }

    /// Makes two persons one whom a row links to, when nothing speaks against it:
    ///
    /// * Two rows that share nothing but a document number and say other things are two persons (a child in a parent's
    ///   passport), so a document alone joins nobody who is known by more.
    /// * Known birth dates, sexes or fathers' names that differ speak against a rule over names. They do not speak
    ///   against a document that fits together with a birth date on one side and with names on the other: then one of
    ///   the three records was mistyped.
    /// * What several persons left behind who are not one makes nobody one with any of them.
    /// * Two persons whose link was taken back stay two.
    pub(crate) fn join(&mut self, hit: Hit, other_hit: Hit) -> Joined {
        let ((rule, person), (other_rule, other)) = ((hit.rule, hit.person), (other_hit.rule, other_hit.person));
        let (one, two) = (self.groups.of(person), self.groups.of(other));
        if one.contains(&other) {
            return Joined::Before;
        }
        if hit.is_shared || other_hit.is_shared {
            return Joined::Never;
        }
        let by_number_alone = |rule, person| rule == LinkRule::Document && self.members.is_rich(person);
        let is_sure = rule.is_sure() && other_rule.is_sure();
        if by_number_alone(rule, person)
            || by_number_alone(other_rule, other)
            || self.groups.are_apart(&one, &two)
            || (!is_sure && self.contradict(person, other))
        {
            return Joined::Never;
        }
        let weaker = rule.max(other_rule);
        self.groups.merge(person, other, weaker);
        Joined::Now(weaker)
    }

    /// Whether what is known of two persons, or of those who are one with them, speaks against their being one.
    pub(crate) fn contradict(&self, person: u32, other: u32) -> bool {
        let facts = |person: &u32| self.members.known(*person);
        let others = self.groups.of(other);
        self.groups.of(person).iter().any(|one| others.iter().any(|two| facts(one).contradicts(&facts(two))))
    }

    /// Whether anything but the number of a document is known of somebody, or of those who are one with them.
    pub(crate) fn is_rich(&self, person: u32) -> bool {
        self.groups.of(person).into_iter().any(|one| self.members.is_rich(one))
    }

    /// Whether the first of two persons heads a group of both.
    pub(crate) fn before(&self, one: u32, other: u32) -> bool {
        (self.members.cohort(one), one) < (self.members.cohort(other), other)
    }
}

/// Persons with everything that linking needs to know of them.
pub(crate) struct Memory {
    pub(crate) people: People,
    pub(crate) index: Index,
}

impl Memory {
    /// Reads the whole register: some seconds and some hundred megabytes for ten million persons. It may know up to `most`.
    /// `meet` is told everybody's pseudonym.
    pub(crate) fn read(
        connection: &Connection,
        most: u32,
        meet: impl FnMut(u32, Pseudonym) -> Result<(), IdentityError>,
    ) -> Result<Memory, IdentityError> {
        let mut people = People::read(connection, most, meet)?;
        let size: i64 = connection
            .query_row(include_str!("../../sql/size_offers.sql"), [], |row| row.get(0))
            .map_err(failed(READING))?;
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
            let shared = people.read_offers(connection, &sender)?;
            drop(sender);
            people.read_facts(connection)?;
            let mut index = filling.join().expect("filling does not panic");
            index.take_shared(shared);
            Ok(Memory { people, index })
        })
    }

    /// The persons whom a record links to, strongest rule first, each once. What is known of a person from other records
    /// may keep a record away:
    ///
    /// * One that says more than a number is not linked by the number alone to whoever is known by more, even when another
    ///   record of that person says nothing else.
    /// * A rule over two name parts does not hold when both sides know the father's name and it differs, and a rule that
    ///   leaves the sex open does not when both know it.
    /// * One over document and birth date does not hold when the sex differs: a sister and a brother, twins, in one
    ///   passport. Their names may still say that they are one.
    ///
    /// What several persons left behind who are not one tells none of them from the others. It says nothing where
    /// something stronger says who it is.
    pub(crate) fn hits(&self, keys: &LinkKeys) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        self.index
            .prepare(keys.asks().iter().map(|ask| &ask.digest).chain(keys.offers().iter().map(|own| &own.digest)));
        // Without a name a record of the other sex has nothing of its own to be found by again.
        let has_names = keys.asks().iter().any(|ask| ask.rule == LinkRule::DocumentNames);
        for ask in keys.asks() {
            let Some(holder) = self.index.get(&ask.digest) else { continue };
            let fits = |person: &u32| {
                let known = || self.people.members.known(*person);
                let other_father = ask.rule.is_of_pair() && known().has_another_father(keys.facts());
                let asks_sex = ask.rule == LinkRule::DocumentBirth && has_names || ask.rule.leaves_sex_open();
                let other_sex = asks_sex && known().has_another_sex(keys.facts());
                let both_say_more =
                    ask.class == Class::DocumentAlone && keys.says_more() && self.people.is_rich(*person);
                !other_father && !other_sex && !both_say_more
            };
            let sharers = self.index.sharers(&ask.digest);
            if !sharers.is_empty() {
                let left_by = self.left_by(holder, sharers, keys).into_iter().filter(fits).collect();
                self.add_shared(ask.rule, left_by, &mut hits);
            } else if hits.iter().all(|hit| hit.person != holder) && fits(&holder) {
                hits.push(Hit { rule: ask.rule, person: holder, is_shared: false });
            }
        }
        hits
    }

    /// Who left behind what several did: the holder first. Not those of the others who were born on another day than the
    /// record says.
    fn left_by(&self, holder: u32, sharers: &[u32], keys: &LinkKeys) -> Vec<u32> {
        let mut others = sharers.to_vec();
        others.sort_unstable();
        others.retain(|person| !self.people.members.known(*person).has_another_birth(keys.facts()));
        [holder].into_iter().chain(others).collect()
    }

    /// Adds those who left the same behind, unless something stronger tells one of them: one of them where all are one by
    /// now.
    fn add_shared(&self, rule: LinkRule, mut persons: Vec<u32>, hits: &mut Vec<Hit>) {
        let Some(&first) = persons.first() else { return };
        let group = self.people.groups.of(first);
        let is_shared = persons.iter().any(|person| !group.contains(person));
        if !is_shared {
            persons.truncate(1);
        }
        let tells = |hit: &Hit, person: &u32| self.people.groups.of(*person).contains(&hit.person);
        if hits.iter().any(|hit| hit.rule < rule && persons.iter().any(|person| tells(hit, person))) {
            return;
        }
        for hit in hits.iter_mut().filter(|hit| persons.iter().any(|person| tells(hit, person))) {
            hit.is_shared |= is_shared;
        }
        persons.retain(|person| !hits.iter().any(|hit| tells(hit, person)));
        hits.extend(persons.into_iter().map(|person| Hit { rule, person, is_shared }));
    }
}

/// A person whom a record links to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) rule: LinkRule,
    pub(crate) person: u32,
    /// Whether the record links to others by the very same, who are not one with this person.
    pub(crate) is_shared: bool,
}

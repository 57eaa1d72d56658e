//! One load in the making: every row is linked to a person or makes one known.

use std::collections::HashSet;
use std::fmt;

use super::emptying::Emptying;
use super::packed::{FACTS, LINKS, OFFERS, PERSONS, RECORDS, Writer};
use super::people::{Joined, Known, Member, Memory, People};
use super::{Register, failed};
use crate::cohort::Cohort;
use crate::error::IdentityError;
use crate::pseudonym::Pseudonym;
use crate::seal::{LinkKeys, LinkRule, Sealer};

/// The persons and link keys of one load in the making.
pub struct RegisterLoad<'a> {
    register: &'a mut Register,
    id: i64,
    is_open: bool,
    /// Digests of erased persons and of their records.
    tombstones: HashSet<[u8; 16]>,
    records: Writer,
    linking: Option<Linking>,
}

/// What a load needs once it has a row to link. A load without identities reads nobody.
struct Linking {
    memory: Memory,
    /// Number of the first person whom this load made known.
    first_new: u32,
    offers: Writer,
    links: Writer,
    facts: Writer,
}

/// Who the persons of a load are, once its last row was resolved: no row can lower a cohort any more. Nobody by
/// default: rows of a table without persons.
#[derive(Default)]
pub struct Decided(Option<People>);

/// What a row's link keys mean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolved {
    /// The person of the row. Of persons who were found to be one, each keeps the rows that met it; who is one with whom
    /// is for [`Register::aliases`] to say, so that a link can be taken back.
    pub person: Pseudonym,
    /// The cohort of this person as far as the rows up to this one say. For a person whom this load made known, a later
    /// row may still lower it; ask [`Decided::person`] after the last one.
    pub cohort: Cohort,
    /// How the row and the person were brought together.
    pub how: How,
    /// What [`Decided::person`] finds the person by again; nobody when the row must be left out.
    pub number: Option<u32>,
}

/// How a row and a person were brought together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// Nothing that the row asks for was known: it made the person known.
    New,
    /// The row links to one person under this rule.
    Known(LinkRule),
    /// The row links to several persons, the first under this rule, and showed that they are one.
    Merged(LinkRule),
    /// The row links to several persons who cannot be one; this rule, the strongest, decided.
    Ambiguous(LinkRule),
    /// The row links to a person who was erased, and to nobody else under a stronger rule: it must be left out.
    Erased,
}

/// What [`RegisterLoad::known`] knows of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// The person, and the cohort that this person belongs to for ever once all rows were resolved.
    Person {
        /// The person whom resolving decided for.
        person: Pseudonym,
        /// The earliest year of the founding rows.
        cohort: Cohort,
    },
    /// The row is about an erased person and must be left out.
    Erased,
}

impl<'a> RegisterLoad<'a> {
    pub(super) fn new(register: &'a mut Register) -> RegisterLoad<'a> {
        let records = Writer::new(&RECORDS);
        RegisterLoad { register, id: 0, is_open: true, tombstones: HashSet::new(), records, linking: None }
    }

    pub(super) fn begin(&mut self, load_id: &str, sealer: &Sealer) -> rusqlite::Result<()> {
        let connection = &self.register.connection;
        connection.execute(include_str!("../../sql/add_load.sql"), [load_id])?;
        self.id = connection.last_insert_rowid();
        self.tombstones = super::erasure::tombstones(connection, sealer)?;
        Ok(())
    }

    /// Whether a row must be left out because this was erased: the sender's record that it is
    /// ([`Sealer::stable_record`]), or the person whom nothing links.
    pub fn is_erased(&self, digest: Pseudonym) -> bool {
        self.tombstones.contains(&digest.0)
    }

    /// Notes whose row carries a sender's record id, so that an erasure by that id finds the person. `record` is what
    /// [`Sealer::stable_record`] makes of the id. For rows whose own pseudonym is another one.
    pub fn note(&mut self, record: Pseudonym, person: Pseudonym) -> Result<(), IdentityError> {
        let noted = self.records.add(&self.register.connection, self.id, &[&record.0, &person.0]);
        noted.map_err(failed("noting a record"))
    }

    /// Finds the person of a row, or makes a new one known. `record` is the row's pseudonym, kept with the rule that
    /// linked it. `cohort` is the row's. A person whom this load made known gets it
    /// when it is earlier than what the rows before said; `no_year` is later than every year. A person whom an earlier
    /// load made known keeps the cohort.
    ///
    /// `keys` must not be empty: a row that says nothing about who the person is has no place in the register.
    pub fn resolve(&mut self, keys: &LinkKeys, record: Pseudonym, cohort: Cohort) -> Result<Resolved, IdentityError> {
        debug_assert!(!keys.is_empty(), "a row without link keys is a person of its own");
        self.link(keys, record, cohort).map_err(failed("linking a row"))
    }

    /// The person of a row that was resolved before. None when these keys were never resolved.
    pub fn known(&self, keys: &LinkKeys) -> Result<Option<Found>, IdentityError> {
        let Some(linking) = &self.linking else { return Ok(None) };
        let hits = linking.memory.hits(keys);
        if is_erased(&self.tombstones, keys, &hits) {
            return Ok(Some(Found::Erased));
        }
        // Resolving gave every digest of the row that nobody held to the person whom it decided for, and nobody is found
        // by a stronger rule.
        Ok(hits.first().map(|&(_, person)| {
            let member = linking.memory.people.member(person);
            Found::Person { person: member.pseudonym, cohort: member.cohort }
        }))
    }

    /// Whether this load made the person with this number known, so that a later row may still lower the cohort.
    pub fn is_new(&self, number: u32) -> bool {
        self.linking.as_ref().is_some_and(|linking| number >= linking.first_new)
    }

    /// Writes everything of this load to disk as pending. From here on only [`Register::settle`] ends it.
    pub fn stage(mut self) -> Result<Decided, IdentityError> {
        self.write().map_err(failed("staging a load"))?;
        let connection = &self.register.connection;
        connection.execute_batch(include_str!("../../sql/commit.sql")).map_err(failed("staging a load"))?;
        self.is_open = false;
        self.register.emptying = Emptying::begin(&self.register.connection);
        Ok(self.decided())
    }

    /// Takes back what was to be staged, and tells who the persons would have been.
    pub fn give_up(mut self) -> Decided {
        self.decided()
    }

    /// The persons without what finds them: that is the larger part, and the rows that wait need the memory.
    fn decided(&mut self) -> Decided {
        Decided(self.linking.take().map(|linking| linking.memory.people))
    }

    fn link(&mut self, keys: &LinkKeys, record: Pseudonym, cohort: Cohort) -> rusqlite::Result<Resolved> {
        let connection = &self.register.connection;
        let linking = match &mut self.linking {
            Some(linking) => linking,
            none => none.insert(Linking::read(self.register)?),
        };
        let hits = linking.memory.hits(keys);
        if is_erased(&self.tombstones, keys, &hits) {
            return Ok(Resolved { person: keys.newcomer(), cohort, how: How::Erased, number: None });
        }
        let (person, how) = match hits.split_first() {
            None => (linking.add(keys.newcomer(), cohort), How::New),
            Some((&(rule, person), others)) => {
                let pieces: [&[u8]; 3] = [&record.0, &person.to_le_bytes(), &[rule.number()]];
                linking.links.add(connection, self.id, &pieces)?;
                let mut how = How::Known(rule);
                for &other in others {
                    how = match (linking.memory.people.join((rule, person), other), how) {
                        (Joined::Now(weaker), _) => {
                            let sides = ("merged", person, other.1);
                            super::log_join(connection, sides, weaker, Some(self.id))?;
                            How::Merged(rule)
                        }
                        (Joined::Before, how) | (Joined::Never, how @ How::Merged(_)) => how,
                        (Joined::Never, _) => How::Ambiguous(rule),
                    };
                }
                (person, how)
            }
        };
        linking.leave(keys, person, connection, self.id)?;
        let cohort = linking.lower(person, cohort);
        let number = Some(person);
        Ok(Resolved { person: linking.memory.people.member(person).pseudonym, cohort, how, number })
    }

    /// Writes what is still in memory.
    fn write(&mut self) -> rusqlite::Result<()> {
        let connection = &self.register.connection;
        self.records.flush(connection, self.id)?;
        let Some(linking) = &mut self.linking else { return Ok(()) };
        for writer in [&mut linking.offers, &mut linking.links, &mut linking.facts] {
            writer.flush(connection, self.id)?;
        }
        let mut persons = Writer::new(&PERSONS);
        for number in linking.first_new..linking.memory.people.next() {
            let Member { pseudonym, cohort, .. } = linking.memory.people.member(number);
            persons.add(connection, self.id, &[&pseudonym.0, &number.to_le_bytes(), &cohort.to_bytes()])?;
        }
        persons.flush(connection, self.id)
    }
}

impl Decided {
    /// The person whom resolving a row decided for, by the number that it gave, with the cohort that this person belongs to
    /// for ever.
    pub fn person(&self, number: u32) -> Option<(Pseudonym, Cohort)> {
        let member = self.0.as_ref()?.find(number)?;
        Some((member.pseudonym, member.cohort))
    }
}

impl fmt::Debug for Decided {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Decided(..)")
    }
}

impl Linking {
    fn read(register: &Register) -> rusqlite::Result<Linking> {
        let memory = Memory::read(&register.connection)?;
        let first_new = memory.people.next();
        let [offers, links, facts] = [&OFFERS, &LINKS, &FACTS].map(Writer::new);
        Ok(Linking { memory, first_new, offers, links, facts })
    }

    fn add(&mut self, pseudonym: Pseudonym, cohort: Cohort) -> u32 {
        self.memory.people.add(Member { pseudonym, cohort, facts: Known::default(), is_rich: false })
    }

    /// Leaves the row's digests with its person.
    fn leave(
        &mut self,
        keys: &LinkKeys,
        person: u32,
        connection: &rusqlite::Connection,
        load: i64,
    ) -> rusqlite::Result<()> {
        let number = person.to_le_bytes();
        for offer in keys.offers() {
            if self.memory.index.add(&offer.digest, person) {
                self.offers.add(connection, load, &[&offer.digest, &number, &[offer.class as u8]])?;
                self.memory.people.member_mut(person).is_rich |= !crate::seal::Class::is_alone(offer.class as u8);
            }
        }
        if let Some(learned) = self.memory.people.member_mut(person).facts.learn(keys.facts()) {
            self.facts.add(connection, load, &[learned.as_flattened(), &number])?;
        }
        Ok(())
    }

    /// Gives a person whom this load made known the cohort of a row when that is earlier. The person's cohort then.
    fn lower(&mut self, person: u32, cohort: Cohort) -> Cohort {
        let member = self.memory.people.member_mut(person);
        if person >= self.first_new {
            member.cohort = member.cohort.min(cohort);
        }
        member.cohort
    }
}

/// Whether a row is about an erased person: it links to one, and to nobody who is known under a stronger rule. A child whose
/// number was also in the papers of an erased parent is still found by number and birth date. A row that links to nobody
/// is about an erased person too when it would make that very pseudonym known again.
fn is_erased(tombstones: &HashSet<[u8; 16]>, keys: &LinkKeys, hits: &[(LinkRule, u32)]) -> bool {
    if tombstones.is_empty() {
        return false;
    }
    let erased = keys.asks().iter().find(|ask| tombstones.contains(&ask.digest)).map(|ask| ask.rule);
    let Some((known, _)) = hits.first() else { return erased.is_some() || tombstones.contains(&keys.newcomer().0) };
    erased.is_some_and(|erased| erased <= *known)
}

impl fmt::Debug for RegisterLoad<'_> {
    /// Shows how many persons are new, never which.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let new = self.linking.as_ref().map_or(0, |linking| linking.memory.people.next() - linking.first_new);
        write!(out, "RegisterLoad({new} new persons)")
    }
}

impl Drop for RegisterLoad<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // Nobody is left to tell of a failure here, and none changes the outcome: what was not committed is gone
            // when the connection closes.
            let _ = self.register.connection.execute_batch(include_str!("../../sql/rollback.sql"));
        }
    }
}

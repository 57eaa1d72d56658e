//! One load in the making: every row is linked to a person or makes one known.

use std::collections::HashMap;
use std::fmt;

use super::emptying::Emptying;
use super::flushing::Flushing;
use super::packed::{FACTS, LINKS, OFFERS, PERSONS, RECORDS, Writer};
use super::people::{Hit, Joined, Memory};
use super::pseudonyms::Pseudonyms;
use super::{Register, failed};
use crate::cohort::Cohort;
use crate::error::IdentityError;
use crate::pseudonym::Pseudonym;
use crate::seal::{Class, LinkKeys, LinkRule, Sealer};

/// The persons and link keys of one load in the making.
pub struct RegisterLoad<'a> {
    register: &'a mut Register,
    id: i64,
    is_open: bool,
    /// Digests of erased persons and of their records.
    tombstones: Tombstones,
    records: Writer,
    linking: Option<Linking>,
}

/// What a load needs once it has a row to link. A load without identities reads nobody.
struct Linking {
    memory: Memory,
    pseudonyms: Pseudonyms,
    /// Number of the first person whom this load made known.
    first_new: u32,
    offers: Writer,
    links: Writer,
    facts: Writer,
    _flushing: Flushing,
}

/// The cohorts of the persons whom a load made known, once its last row was resolved: no row can lower one any more.
/// Nobody's by default: rows of a table without persons.
#[derive(Default)]
pub struct Decided {
    first_new: u32,
    cohorts: Vec<Cohort>,
}

/// What a row's link keys mean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolved {
    /// The person of the row. Of persons who were found to be one, each keeps the rows that met it; who is one with whom
    /// is for [`Register::aliases`] to say, so that a link can be taken back.
    pub person: Pseudonym,
    /// The cohort of this person as far as the rows up to this one say. For a person whom this load made known, a later
    /// row may still lower it; ask [`Decided::cohort`] after the last one.
    pub cohort: Cohort,
    /// How the row and the person were brought together.
    pub how: How,
    /// What [`Decided::cohort`] finds the person by again; nobody when the row must be left out.
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
    /// The row links to several persons who cannot be one; this rule, the strongest, decided. Where it fits several of them
    /// alike, the person who is known longest was taken.
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
        RegisterLoad { register, id: 0, is_open: true, tombstones: Tombstones::default(), records, linking: None }
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
        self.tombstones.contains_key(&digest.0)
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
        self.link(keys, record, cohort)
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
        let Some(&Hit { person: number, .. }) = hits.first() else { return Ok(None) };
        let person = linking.pseudonyms.get(number)?;
        Ok(Some(Found::Person { person, cohort: linking.memory.people.members.cohort(number) }))
    }

    /// Whether this load made the person with this number known, so that a later row may still lower the cohort.
    pub fn is_new(&self, number: u32) -> bool {
        self.linking.as_ref().is_some_and(|linking| number >= linking.first_new)
    }

    /// Writes everything of this load to disk as pending. From here on only [`Register::settle`] ends it.
    pub fn stage(mut self) -> Result<Decided, IdentityError> {
        self.write()?;
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

    /// Nothing but the cohorts: the rows that wait need the memory.
    fn decided(&mut self) -> Decided {
        let Some(Linking { memory, first_new, .. }) = self.linking.take() else { return Decided::default() };
        // The larger part goes first.
        drop(memory.index);
        let members = &memory.people.members;
        let cohorts = (first_new..members.next()).map(|number| members.cohort(number)).collect();
        Decided { first_new, cohorts }
    }

    fn link(&mut self, keys: &LinkKeys, record: Pseudonym, cohort: Cohort) -> Result<Resolved, IdentityError> {
        const DOING: &str = "linking a row";
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
            None => (linking.add(keys.newcomer(), cohort)?, How::New),
            Some((&first, others)) => {
                let Hit { rule, person, is_shared } = first;
                let pieces: [&[u8]; 3] = [&record.0, &person.to_le_bytes(), &[rule.number()]];
                linking.links.add(connection, self.id, &pieces).map_err(failed(DOING))?;
                let mut how = if is_shared { How::Ambiguous(rule) } else { How::Known(rule) };
                for &other in others {
                    how = match (linking.memory.people.join(first, other), how) {
                        (Joined::Now(weaker), _) => {
                            let sides = ("merged", person, other.person);
                            super::log_join(connection, sides, weaker, Some(self.id)).map_err(failed(DOING))?;
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
        let pseudonym = if how == How::New { keys.newcomer() } else { linking.pseudonyms.get_next(person)? };
        Ok(Resolved { person: pseudonym, cohort, how, number: Some(person) })
    }

    /// Writes what is still in memory.
    fn write(&mut self) -> Result<(), IdentityError> {
        const DOING: &str = "staging a load";
        let connection = &self.register.connection;
        self.records.flush(connection, self.id).map_err(failed(DOING))?;
        let Some(linking) = &mut self.linking else { return Ok(()) };
        for writer in [&mut linking.offers, &mut linking.links, &mut linking.facts] {
            writer.flush(connection, self.id).map_err(failed(DOING))?;
        }
        let mut persons = Writer::new(&PERSONS);
        let members = &linking.memory.people.members;
        for number in linking.first_new..members.next() {
            let pseudonym = linking.pseudonyms.get_next(number)?;
            let pieces: [&[u8]; 3] = [&pseudonym.0, &number.to_le_bytes(), &members.cohort(number).to_bytes()];
            persons.add(connection, self.id, &pieces).map_err(failed(DOING))?;
        }
        persons.flush(connection, self.id).map_err(failed(DOING))
    }
}

impl Decided {
    /// The cohort that the person with this number belongs to for ever. None for numbers of persons who were known before:
    /// what resolving their rows told was certain.
    pub fn cohort(&self, number: u32) -> Option<Cohort> {
        self.cohorts.get(number.checked_sub(self.first_new)? as usize).copied()
    }
}

impl fmt::Debug for Decided {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Decided(..)")
    }
}

impl Linking {
    fn read(register: &Register) -> Result<Linking, IdentityError> {
        let mut pseudonyms = Pseudonyms::none(&register.folder)?;
        let memory = Memory::read(&register.connection, register.most, |number, own| pseudonyms.put(number, own))?;
        let first_new = memory.people.members.next();
        let [offers, links, facts] = [&OFFERS, &LINKS, &FACTS].map(Writer::new);
        let flushing = Flushing::begin(&register.connection);
        Ok(Linking { memory, pseudonyms, first_new, offers, links, facts, _flushing: flushing })
    }

    fn add(&mut self, pseudonym: Pseudonym, cohort: Cohort) -> Result<u32, IdentityError> {
        let members = &mut self.memory.people.members;
        // Before there is a person: nobody is without a pseudonym.
        self.pseudonyms.put(members.next(), pseudonym)?;
        members.add(cohort)
    }

    /// Leaves the row's digests with its person.
    fn leave(
        &mut self,
        keys: &LinkKeys,
        person: u32,
        connection: &rusqlite::Connection,
        load: i64,
    ) -> Result<(), IdentityError> {
        const DOING: &str = "keeping what a row says";
        let number = person.to_le_bytes();
        for offer in keys.offers() {
            let index = &mut self.memory.index;
            let is_shared = match index.add(&offer.digest, person) {
                Ok(()) => false,
                // Somebody else left it behind before: whoever asks for it may mean either.
                Err(holder)
                    if holder != person
                        && !self.memory.people.groups.of(person).contains(&holder)
                        && index.share(&offer.digest, person) =>
                {
                    true
                }
                Err(_) => continue,
            };
            let pieces: [&[u8]; 3] = [&offer.digest, &number, &[offer.class.number(is_shared)]];
            self.offers.add(connection, load, &pieces).map_err(failed(DOING))?;
            if offer.class != Class::DocumentAlone {
                self.memory.people.members.enrich(person);
            }
        }
        let members = &mut self.memory.people.members;
        let mut known = members.known(person);
        if let Some(learned) = known.learn(keys.facts()) {
            members.know(person, known);
            self.facts.add(connection, load, &[learned.as_flattened(), &number]).map_err(failed(DOING))?;
        }
        Ok(())
    }

    /// Gives a person whom this load made known the cohort of a row when that is earlier. The person's cohort then.
    fn lower(&mut self, person: u32, cohort: Cohort) -> Cohort {
        let members = &mut self.memory.people.members;
        if person < self.first_new { members.cohort(person) } else { members.lower(person, cohort) }
    }
}

/// The digests of erased persons and their records, and whether each keeps out only rows that say nothing but the number
/// of a document: that of a record which said nothing else, of a person who was known by more.
pub(super) type Tombstones = HashMap<[u8; 16], bool>;

/// Whether a row is about an erased person: it links to one, and to nobody who is known under a stronger rule. A child whose
/// number was also in the papers of an erased parent is still found by number and birth date. A row that links to nobody
/// is about an erased person too when it would make that very pseudonym known again.
fn is_erased(tombstones: &Tombstones, keys: &LinkKeys, hits: &[Hit]) -> bool {
    if tombstones.is_empty() {
        return false;
    }
    let is_kept_out = |digest| tombstones.get(digest).is_some_and(|bare| !bare || !keys.says_more());
    let erased = keys.asks().iter().find(|ask| is_kept_out(&ask.digest)).map(|ask| ask.rule);
    let Some(known) = hits.first() else { return erased.is_some() || is_kept_out(&keys.newcomer().0) };
    erased.is_some_and(|erased| erased <= known.rule)
}

impl fmt::Debug for RegisterLoad<'_> {
    /// Shows how many persons are new, never which.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let new = self.linking.as_ref().map_or(0, |linking| linking.memory.people.members.next() - linking.first_new);
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

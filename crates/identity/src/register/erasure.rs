//! Taking a person out of the register for good, and noticing when a later load brings the person back.
//!
//! Who is meant can be said in three ways: by documents and names, by a sender's record id, by a pseudonym. The last two
//! also reach persons whom nothing links: the register does not number them, and knows them only as the pseudonyms of rows
//! that carry a record id.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::linking::Tombstones;
use super::packed::{self, OFFERS, RECORDS, digest_at};
use super::people::{self, Hit, Joined, Memory, People, Person};
use super::{ERASURES, Register, failed};
use crate::error::IdentityError;
use crate::pseudonym::Pseudonym;
use crate::seal::{Class, LinkKeys, Sealer};

/// The cohort of tombstones when the register knew nobody.
const NO_YEAR: &str = "no_year";

/// Whom an erasure means: everybody for whom one of these stands.
#[derive(Clone, Default, Debug)]
pub struct Meant {
    /// What is known of documents and names.
    pub keys: Option<LinkKeys>,
    /// Senders' records, as [`Sealer::stable_record`] names them.
    pub records: Vec<Pseudonym>,
    /// Pseudonyms of persons, whether anybody has them or not.
    pub named: Vec<Pseudonym>,
    /// Persons of rows that were found in tables by what is said above.
    pub found: Vec<Pseudonym>,
}

impl Meant {
    /// The person whom documents and names tell.
    pub fn by(keys: &LinkKeys) -> Meant {
        Meant { keys: Some(keys.clone()), ..Meant::default() }
    }
}

/// What an erasure took out. It says who only in pseudonyms, which mean nothing any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Erased {
    /// The persons, all aliases among them; none when nobody was known. Those whom nothing linked come last.
    pub persons: Vec<Pseudonym>,
    /// The cohorts of those who were linked, in the same order.
    pub cohorts: Vec<String>,
    /// How many persons they counted as: an alias and whom it stands for are one. More than one when several have rows of
    /// one record, or when only what was said for the erasure showed that several are one.
    pub heads: u64,
    /// Digests by which a later load will notice the person.
    pub tombstones: u64,
}

/// The persons whom an erasure takes out.
#[derive(Default)]
struct Taken {
    /// By their numbers, each with the head of the group.
    linked: BTreeMap<u32, u32>,
    /// Whom nothing links.
    unlinked: BTreeSet<Pseudonym>,
}

impl Taken {
    fn pseudonyms(&self, connection: &Connection) -> rusqlite::Result<Vec<Pseudonym>> {
        let linked = people::persons(connection, |number, _| self.linked.contains_key(&number))?;
        Ok(linked.into_values().map(|person| person.pseudonym).chain(self.unlinked.iter().copied()).collect())
    }
}

impl Register {
    /// The persons who are meant, all aliases among them: whom [`Register::erase`] would take out.
    pub fn of(&self, meant: &Meant) -> Result<Vec<Pseudonym>, IdentityError> {
        let mut memory = self.memory()?;
        refuse_several(&memory, meant)?;
        let taken = taken(&self.connection, &mut memory, meant);
        taken.and_then(|taken| taken.pseudonyms(&self.connection)).map_err(failed("looking for a person"))
    }

    /// Whether somebody is known by the number of a document that these keys have, whatever else they say.
    pub fn has_number_of(&self, keys: &LinkKeys) -> Result<bool, IdentityError> {
        let index = self.memory()?.index;
        let of_number = |class: Class| matches!(class, Class::DocumentOfMany | Class::DocumentAlone);
        let offers = keys.offers().iter().map(|offer| (offer.class, offer.digest));
        let mut numbers = offers.chain(keys.asks().iter().map(|ask| (ask.class, ask.digest)));
        Ok(numbers.any(|(class, digest)| of_number(class) && index.get(&digest).is_some()))
    }

    /// Those among some pseudonyms that the register knows: of persons whom something links.
    pub fn linked(&self, some: &BTreeSet<Pseudonym>) -> Result<BTreeSet<Pseudonym>, IdentityError> {
        let persons = people::persons(&self.connection, |_, person| some.contains(&person));
        let persons = persons.map_err(failed("looking for persons"))?;
        Ok(persons.into_values().map(|person| person.pseudonym).collect())
    }

    /// Takes the persons who are meant out of the register with everything that is known of them, and leaves tombstones:
    /// later rows that link to them are [`super::How::Erased`], and of later rows that are one of the records, or about one
    /// of the pseudonyms, [`super::RegisterLoad::is_erased`] says so. Tombstones are left even when nobody is known yet;
    /// keys of a number and nothing else then keep out only rows that say nothing else either. When this returns, no byte
    /// of what was taken out is left in the register's files.
    pub fn erase(&mut self, meant: &Meant, sealer: &Sealer) -> Result<Erased, IdentityError> {
        self.refuse_pending()?;
        let memory = self.memory()?;
        refuse_several(&memory, meant)?;
        let erased = self.take_out(memory, meant, sealer).map_err(failed("erasing a person"))?;
        self.sweep().map(|()| erased)
    }

    /// How many times somebody was taken out, or kept out before anybody was known. Each time counts with all that it does
    /// or not at all.
    pub fn erasures(&self) -> Result<u64, IdentityError> {
        let count = self.connection.query_row(include_str!("../../sql/find_about.sql"), [ERASURES], |row| row.get(0));
        let count: Option<String> = count.optional().map_err(failed("counting erasures"))?;
        count.map_or(Ok(0), |count| count.parse().map_err(|_| IdentityError::RegisterDamaged))
    }

    /// Overwrites what was taken out, wherever copies of it may still be in the register's files. An erasure ends with it;
    /// one that was cut off is finished with it.
    pub fn sweep(&mut self) -> Result<(), IdentityError> {
        self.clean("overwriting what was erased")
    }

    /// Who is known, without pseudonyms: those of a few are looked up.
    fn memory(&self) -> Result<Memory, IdentityError> {
        Memory::read(&self.connection, self.most, |_, _| Ok(()))
    }

    fn take_out(&mut self, mut memory: Memory, meant: &Meant, sealer: &Sealer) -> rusqlite::Result<Erased> {
        let taken = taken(&self.connection, &mut memory, meant)?;
        let persons = taken.pseudonyms(&self.connection)?;
        let transaction = self.connection.transaction()?;
        let digests = left_behind(&transaction, &memory, meant, &taken, &persons)?;
        for (digest, (cohort, bare)) in &digests {
            let covered = sealer.cover().hide(*digest);
            transaction.execute(include_str!("../../sql/add_tombstone.sql"), params![covered, cohort, bare])?;
        }
        let gone: HashSet<[u8; 16]> = persons.iter().map(|person| person.0).collect();
        for table in packed::ALL {
            packed::retain(&transaction, table, |entry| match table.person {
                Some(_) => !taken.linked.contains_key(&table.person_of(entry)),
                None => !gone.contains(&digest_at(entry, 16)),
            })?;
        }
        for person in taken.linked.keys() {
            transaction.execute(include_str!("../../sql/remove_joins_of.sql"), [person])?;
        }
        transaction.execute(include_str!("../../sql/count_erasure.sql"), [])?;
        transaction.commit()?;
        let cohorts = taken.linked.keys().map(|number| memory.people.members.cohort(*number).to_string()).collect();
        let heads = taken.linked.values().collect::<BTreeSet<_>>().len() + taken.unlinked.len();
        Ok(Erased { persons, heads: heads as u64, cohorts, tombstones: digests.len() as u64 })
    }
}

/// Refuses documents and names that fit several persons alike, of whom only one can be meant, and those that fit two of whom
/// contradicting things are known: whoever went would be gone for good, and whoever stayed would be left behind. A row of an
/// export goes to the one whom the stronger rule tells, as that can be taken back.
fn refuse_several(memory: &Memory, meant: &Meant) -> Result<(), IdentityError> {
    let hits = meant.keys.as_ref().map(|keys| memory.hits(keys)).unwrap_or_default();
    let Some((first, others)) = hits.split_first() else { return Ok(()) };
    let group = memory.people.groups.of(first.person);
    let is_doubtful = |other: &Hit| {
        let is_alike = first.rule == other.rule;
        !group.contains(&other.person) && (is_alike || memory.people.contradict(first.person, other.person))
    };
    if first.is_shared || others.iter().any(is_doubtful) { Err(IdentityError::SeveralFit) } else { Ok(()) }
}

/// The persons who are meant. Groups that only the keys show to be one are joined in `memory`.
fn taken(connection: &Connection, memory: &mut Memory, meant: &Meant) -> rusqlite::Result<Taken> {
    let mut found: BTreeSet<Pseudonym> = meant.found.iter().copied().collect();
    if !meant.records.is_empty() || !meant.named.is_empty() {
        packed::each(connection, &RECORDS, |entry| {
            let (record, person) = record_and_person(entry);
            if meant.records.contains(&record) || meant.named.contains(&person) {
                found.insert(person);
            }
        })?;
    }
    let linked = people::persons(connection, |_, person| found.contains(&person) || meant.named.contains(&person))?;
    let mut taken = Taken::default();
    for (number, Person { pseudonym, .. }) in linked {
        found.remove(&pseudonym);
        taken.linked.extend(group(&memory.people, number));
    }
    taken.unlinked = found;
    for (number, head) in meant.keys.as_ref().map(|keys| of_keys(memory, keys)).unwrap_or_default() {
        taken.linked.entry(number).or_insert(head);
    }
    Ok(taken)
}

/// What a later load will be told by, each digest with a cohort, and whether it tells only of rows that say nothing but a
/// number.
fn left_behind(
    connection: &Connection,
    memory: &Memory,
    meant: &Meant,
    taken: &Taken,
    persons: &[Pseudonym],
) -> rusqlite::Result<BTreeMap<[u8; 16], (String, bool)>> {
    let cohort_of = |head: u32| memory.people.members.cohort(head).to_string();
    let own = taken.linked.values().next().map_or_else(|| NO_YEAR.to_owned(), |head| cohort_of(*head));
    // What somebody holds who stays would keep that one's later rows out, also where an erased person shared it.
    let stays = |digest: &[u8; 16]| {
        let holders = memory.index.get(digest).into_iter().chain(memory.index.sharers(digest).iter().copied());
        holders.into_iter().any(|holder| !taken.linked.contains_key(&holder))
    };
    let marks = meant.keys.iter().flat_map(LinkKeys::marks).filter(|digest| !stays(digest));
    let said = meant.records.iter().chain(&meant.named).chain(&taken.unlinked).map(|digest| digest.0);
    let mut digests: BTreeMap<[u8; 16], (String, bool)> =
        marks.chain(said).map(|digest| (digest, (own.clone(), false))).collect();
    packed::each(connection, &OFFERS, |entry| {
        let digest = digest_at(entry, 0);
        let person = OFFERS.person_of(entry);
        if let Some(head) = taken.linked.get(&person).filter(|_| !stays(&digest)) {
            // A child in the passport of an erased parent may come yet, with a name of its own.
            let is_bare = Class::is_alone(entry[20]) && memory.people.is_rich(person);
            let (cohort, bare) = digests.entry(digest).or_insert((String::new(), is_bare));
            *cohort = cohort_of(*head);
            *bare &= is_bare;
        }
    })?;
    if !taken.unlinked.is_empty() {
        let alone = records_of(connection, &taken.unlinked, persons)?;
        digests.extend(alone.into_iter().map(|record| (record.0, (own.clone(), false))));
    }
    Ok(digests)
}

/// The senders' records of persons whom nothing links, so that a later export does not bring them back under another
/// pseudonym. Not those that somebody shares who stays: a case number may stand for a family.
fn records_of(
    connection: &Connection,
    unlinked: &BTreeSet<Pseudonym>,
    gone: &[Pseudonym],
) -> rusqlite::Result<BTreeSet<Pseudonym>> {
    let mut records = BTreeSet::new();
    packed::each(connection, &RECORDS, |entry| {
        let (record, person) = record_and_person(entry);
        if unlinked.contains(&person) {
            records.insert(record);
        }
    })?;
    packed::each(connection, &RECORDS, |entry| {
        let (record, person) = record_and_person(entry);
        if !gone.contains(&person) {
            records.remove(&record);
        }
    })?;
    Ok(records)
}

fn record_and_person(entry: &[u8]) -> (Pseudonym, Pseudonym) {
    (Pseudonym(digest_at(entry, 0)), Pseudonym(digest_at(entry, 16)))
}

/// The persons whom keys mean with their groups, each with the head of the group: the person whom a row with these keys
/// would be linked to, and those whom it would show to be the same. What would keep such a row from joining two persons
/// keeps the second one out of the erasure too. The groups are joined in `memory`.
fn of_keys(memory: &mut Memory, keys: &LinkKeys) -> BTreeMap<u32, u32> {
    let hits = memory.hits(keys);
    let Some((&first, others)) = hits.split_first() else { return BTreeMap::new() };
    let people = &mut memory.people;
    let mut meant = group(people, first.person);
    for &other in others {
        let of_other = group(people, other.person);
        if let Joined::Now(_) = people.join(first, other) {
            meant.extend(of_other);
        }
    }
    meant
}

/// A person's group, each with its head.
fn group(people: &People, person: u32) -> BTreeMap<u32, u32> {
    let head = people.groups.head(person, |one, other| people.before(one, other));
    people.groups.of(person).into_iter().map(|member| (member, head)).collect()
}

/// The digests of erased persons and their records, uncovered.
pub(super) fn tombstones(connection: &Connection, sealer: &Sealer) -> rusqlite::Result<Tombstones> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/list_tombstones.sql"))?;
    let covered = statement.query_map([], |row| Ok((row.get(0)?, row.get(2)?)))?;
    covered.map(|row| row.map(|(digest, bare)| (sealer.cover().reveal(digest), bare))).collect()
}

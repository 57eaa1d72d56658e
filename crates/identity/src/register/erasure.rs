//! Taking a person out of the register for good, and noticing when a later load brings the person back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, params};

use super::packed::{self, OFFERS, digest_at};
use super::people::{Joined, Memory, People};
use super::{Register, failed};
use crate::error::IdentityError;
use crate::pseudonym::Pseudonym;
use crate::seal::{LinkKeys, Sealer};

/// What an erasure took out. It says who only in pseudonyms, which mean nothing any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Erased {
    /// The persons, all aliases among them; none when nobody was known.
    pub persons: Vec<Pseudonym>,
    /// Their cohorts, in the same order.
    pub cohorts: Vec<String>,
    /// How many persons they counted as: an alias and whom it stands for are one. More than one when only the keys of
    /// the erasure showed that several are one.
    pub heads: u64,
    /// Digests by which a later load will notice the person.
    pub tombstones: u64,
}

impl Register {
    /// The persons whom these keys mean, all aliases among them: whom [`Register::erase`] would take out.
    pub fn of(&self, keys: &LinkKeys) -> Result<Vec<Pseudonym>, IdentityError> {
        let mut memory = Memory::read(&self.connection).map_err(failed("looking for a person"))?;
        Ok(meant(&mut memory, keys).into_keys().map(|number| memory.people.member(number).pseudonym).collect())
    }

    /// Takes the persons whom these keys mean out of the register with everything that is known of them, and leaves
    /// tombstones: later rows that link to them are [`super::How::Erased`]. Tombstones are left for these keys even when
    /// nobody is known yet; keys of a number and nothing else then keep out only rows that say nothing else either. When
    /// this returns, no byte of what was taken out is left in the register's files.
    pub fn erase(&mut self, keys: &LinkKeys, sealer: &Sealer) -> Result<Erased, IdentityError> {
        self.refuse_pending()?;
        let erased = self.take_out(keys, sealer).map_err(failed("erasing a person"))?;
        self.sweep().map(|()| erased)
    }

    /// Overwrites what was taken out, wherever copies of it may still be in the register's files. An erasure ends with it;
    /// one that was cut off is finished with it.
    pub fn sweep(&self) -> Result<(), IdentityError> {
        self.clean("overwriting what was erased")
    }

    fn take_out(&mut self, keys: &LinkKeys, sealer: &Sealer) -> rusqlite::Result<Erased> {
        let mut memory = Memory::read(&self.connection)?;
        let meant = meant(&mut memory, keys);
        let transaction = self.connection.transaction()?;
        let cohort_of = |head: u32| memory.people.member(head).cohort.text();
        let own = meant.values().next().map_or_else(|| "no_year".to_owned(), |head| cohort_of(*head));
        // What somebody holds who stays would keep that one's later rows out.
        let stays = |digest: &[u8; 16]| memory.index.get(digest).is_some_and(|holder| !meant.contains_key(&holder));
        let mut digests: BTreeMap<[u8; 16], String> =
            keys.marks().filter(|digest| !stays(digest)).map(|digest| (digest, own.clone())).collect();
        packed::each(&transaction, &OFFERS, |entry| {
            if let Some(head) = meant.get(&OFFERS.person_of(entry)) {
                digests.insert(digest_at(entry, 0), cohort_of(*head));
            }
        })?;
        for (digest, cohort) in &digests {
            let covered = sealer.cover().hide(*digest);
            transaction.execute(include_str!("../../sql/add_tombstone.sql"), params![covered, cohort])?;
        }
        for table in packed::ALL {
            packed::retain(&transaction, table, |entry| !meant.contains_key(&table.person_of(entry)))?;
        }
        for person in meant.keys() {
            transaction.execute(include_str!("../../sql/remove_joins_of.sql"), [person])?;
            transaction.execute(include_str!("../../sql/remove_person.sql"), [person])?;
        }
        transaction.commit()?;
        let persons = meant.keys().map(|number| memory.people.member(*number));
        let (persons, cohorts) = persons.map(|member| (member.pseudonym, member.cohort.text())).unzip();
        let heads = meant.values().collect::<BTreeSet<_>>().len() as u64;
        Ok(Erased { persons, heads, cohorts, tombstones: digests.len() as u64 })
    }
}

/// The persons whom keys mean with their groups, each with the head of the group: the person whom a row with these keys
/// would be linked to, and those whom it would show to be the same. What would keep such a row from joining two persons
/// keeps the second one out of the erasure too. The groups are joined in `memory`.
fn meant(memory: &mut Memory, keys: &LinkKeys) -> BTreeMap<u32, u32> {
    let hits = memory.hits(keys);
    let Some((&first, others)) = hits.split_first() else { return BTreeMap::new() };
    let people = &mut memory.people;
    let mut meant = group(people, first.1);
    for &other in others {
        let of_other = group(people, other.1);
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

/// The digests of erased persons, uncovered.
pub(super) fn tombstones(connection: &Connection, sealer: &Sealer) -> rusqlite::Result<HashSet<[u8; 16]>> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/list_tombstones.sql"))?;
    let covered = statement.query_map([], |row| row.get(0))?;
    covered.map(|digest| digest.map(|digest| sealer.cover().reveal(digest))).collect()
}

//! Puts a register under one key more: every digest gets its new value, in one transaction, and no old one stays in any
//! byte of the file.
//!
//! Values alone would not keep an old copy of the register and a new one apart: person 17 would still be person 17, and
//! the third entry still the third. So persons get new numbers and entries new places, in the order of their new values,
//! which says nothing. Only persons who were once found to be one keep their order among themselves, because it decides
//! who heads a group of equal cohorts.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::packed::{self, PERSONS, Packed};
use super::{KEY_ID, Register, failed};
use crate::error::IdentityError;
use crate::rotation::Rotation;

/// One person on the way to a new number.
#[derive(Clone, Copy)]
struct Moved {
    pseudonym: [u8; 16],
    number: u32,
}

impl Register {
    /// Gives every digest the value that the rotation's new key makes of it. Everything that the register knew it knows
    /// still. Durable when it returns, and then no byte of an old digest is left in the register's files; called once
    /// more, it changes nothing. Refused while a load is pending, and for a register on a third key.
    pub fn rehash(&mut self, rotation: &Rotation) -> Result<(), IdentityError> {
        let on = self.key_id()?;
        if on == rotation.from() {
            self.refuse_pending()?;
            self.give_new_values(rotation)?;
        } else if on != rotation.to() {
            return Err(IdentityError::RegisterKey { found: on, wanted: rotation.from().to_owned() });
        }
        // Also when the values are new already: the process may have ended just before this.
        self.clean("overwriting old digests")
    }

    /// Writes the file anew and empties the log that SQLite keeps beside it, so that no byte of what was taken out or
    /// replaced is left: deleted rows are overwritten anyway (`secure_delete`), but pages that moved may have left copies.
    /// The copy that this takes is in memory, as long as the file.
    pub(super) fn clean(&mut self, doing: &'static str) -> Result<(), IdentityError> {
        self.emptying.end();
        let clean = || {
            self.connection.execute_batch(include_str!("../../sql/vacuum.sql"))?;
            self.connection.query_row(include_str!("../../sql/truncate_wal.sql"), [], |row| row.get::<_, i64>(0))
        };
        match clean().map_err(failed(doing))? {
            0 => Ok(()),
            _ => Err(IdentityError::RegisterBusy),
        }
    }

    fn give_new_values(&mut self, rotation: &Rotation) -> Result<(), IdentityError> {
        let doing = || failed("giving new values to digests");
        let transaction = self.connection.transaction().map_err(doing())?;
        let numbers = new_numbers(&transaction, rotation).map_err(doing())?;
        let mut is_whole = true;
        let mut number_of = |old: u32| {
            let new = numbers.get(old as usize).copied().filter(|new| *new != 0);
            is_whole &= new.is_some();
            new.unwrap_or(old)
        };
        for table in packed::ALL {
            packed::reseat(&transaction, table, |entry| map_entry(entry, table, rotation, &mut number_of))
                .map_err(doing())?;
        }
        move_joins(&transaction, &mut number_of).map_err(doing())?;
        cover_anew(&transaction, rotation).map_err(doing())?;
        name_loads(&transaction, rotation, doing)?;
        let about = params![KEY_ID, rotation.to()];
        transaction.execute(include_str!("../../sql/rehash_about.sql"), about).map_err(doing())?;
        if !is_whole {
            return Err(IdentityError::RegisterDamaged);
        }
        transaction.commit().map_err(doing())
    }
}

/// The new numbers of persons, by the old ones; zero for none.
fn new_numbers(connection: &Connection, rotation: &Rotation) -> rusqlite::Result<Vec<u32>> {
    let mut persons = Vec::new();
    packed::each(connection, &PERSONS, |entry| {
        let pseudonym = rotation.pseudonym(packed::digest_at(entry, 0));
        persons.push(Moved { pseudonym, number: PERSONS.person_of(entry) });
    })?;
    persons.sort_unstable_by_key(|person| person.pseudonym);
    keep_order(&mut persons, &joined(connection)?);
    let last = persons.iter().map(|person| person.number).max().unwrap_or_default();
    let mut numbers = vec![0; last as usize + 1];
    for (number, person) in (1..).zip(&persons) {
        numbers[person.number as usize] = number;
    }
    Ok(numbers)
}

/// Brings those among the persons who are in the log back into their old order, in the places that they have now.
fn keep_order(persons: &mut [Moved], joined: &BTreeSet<u32>) {
    let places: Vec<usize> =
        persons.iter().enumerate().filter(|(_, person)| joined.contains(&person.number)).map(|(at, _)| at).collect();
    let mut ordered: Vec<Moved> = places.iter().map(|at| persons[*at]).collect();
    ordered.sort_unstable_by_key(|person| person.number);
    for (at, person) in places.into_iter().zip(ordered) {
        persons[at] = person;
    }
}

/// Everybody who stands in the log.
fn joined(connection: &Connection) -> rusqlite::Result<BTreeSet<u32>> {
    let mut joined = BTreeSet::new();
    for (_, one, other) in joins(connection)? {
        joined.extend([one, other]);
    }
    Ok(joined)
}

fn joins(connection: &Connection) -> rusqlite::Result<Vec<(i64, u32, u32)>> {
    let mut statement = connection.prepare(include_str!("../../sql/rehash_joins.sql"))?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
}

fn move_joins(connection: &Connection, number_of: &mut impl FnMut(u32) -> u32) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(include_str!("../../sql/rehash_join.sql"))?;
    for (id, one, other) in joins(connection)? {
        statement.execute(params![id, number_of(one), number_of(other)])?;
    }
    Ok(())
}

/// The digests and the person's id of one entry of a packed table. Zeros stand for no digest and stay.
fn map_entry(entry: &mut [u8], table: &Packed, rotation: &Rotation, number_of: &mut impl FnMut(u32) -> u32) {
    for &place in table.digests {
        let old = packed::digest_at(entry, place);
        if old != [0; 16] {
            entry[place..place + 16].copy_from_slice(&rotation.pseudonym(old));
        }
    }
    if let Some(place) = table.person {
        let number = number_of(table.person_of(entry));
        entry[place..place + 4].copy_from_slice(&number.to_le_bytes());
    }
}

/// What is left of erased persons, under the same cover, with new digests below it.
fn cover_anew(connection: &Connection, rotation: &Rotation) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(include_str!("../../sql/list_tombstones.sql"))?;
    let tombstones = statement.query_map([], |row| Ok((rotation.tombstone(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    let mut tombstones: Vec<([u8; 16], String, bool)> = tombstones.collect::<rusqlite::Result<_>>()?;
    tombstones.sort_unstable();
    connection.execute(include_str!("../../sql/rehash_no_tombstones.sql"), [])?;
    for (digest, cohort, bare) in tombstones {
        connection.execute(include_str!("../../sql/add_tombstone.sql"), params![digest, cohort, bare])?;
    }
    Ok(())
}

fn name_loads<F: FnOnce(rusqlite::Error) -> IdentityError>(
    connection: &Connection,
    rotation: &Rotation,
    doing: impl Fn() -> F,
) -> Result<(), IdentityError> {
    let read = || {
        let mut statement = connection.prepare(include_str!("../../sql/rehash_loads.sql"))?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()
    };
    let loads: Vec<(i64, String)> = read().map_err(doing())?;
    for (id, load) in loads {
        let named = params![id, rotation.load_id(&load)?];
        connection.execute(include_str!("../../sql/rehash_load.sql"), named).map_err(doing())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;

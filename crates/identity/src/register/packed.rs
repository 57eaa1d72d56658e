//! Tables whose rows hold thousands of entries each. A row for every digest would make SQLite most of the time of a load:
//! digests are random, so each would touch another page. Entries here are written as they come and read as a whole.

use rusqlite::{Connection, params};

/// Entries gathered before they are written as one row: two to five pages.
const ENTRIES_PER_ROW: usize = 3_000;

/// Entries that [`reseat`] holds in memory, in bytes; their order takes as much again.
const BYTES_AT_ONCE: usize = 64 << 20;

/// One packed table: how wide its entries are, where 16-byte digests stand in them, where the person's id stands (four
/// bytes, little-endian; none when entries name persons by pseudonym), and the statements that work on it.
pub(crate) struct Packed {
    pub(crate) width: usize,
    pub(crate) digests: &'static [usize],
    pub(crate) person: Option<usize>,
    add: &'static str,
    list: &'static str,
    ids: &'static str,
    find: &'static str,
    replace: &'static str,
}

/// Who is known: pseudonym, person, cohort.
pub(crate) const PERSONS: Packed = Packed {
    width: 22,
    digests: &[0],
    person: Some(16),
    add: include_str!("../../sql/add_persons.sql"),
    list: include_str!("../../sql/list_persons.sql"),
    ids: include_str!("../../sql/ids_persons.sql"),
    find: include_str!("../../sql/find_persons.sql"),
    replace: include_str!("../../sql/replace_persons.sql"),
};

/// What records left behind: digest, person, class.
pub(crate) const OFFERS: Packed = Packed {
    width: 21,
    digests: &[0],
    person: Some(16),
    add: include_str!("../../sql/add_offers.sql"),
    list: include_str!("../../sql/list_offers.sql"),
    ids: include_str!("../../sql/ids_offers.sql"),
    find: include_str!("../../sql/find_offers.sql"),
    replace: include_str!("../../sql/replace_offers.sql"),
};

/// Which rule linked which record: record, person, rule.
pub(crate) const LINKS: Packed = Packed {
    width: 21,
    digests: &[0],
    person: Some(16),
    add: include_str!("../../sql/add_links.sql"),
    list: include_str!("../../sql/list_links.sql"),
    ids: include_str!("../../sql/ids_links.sql"),
    find: include_str!("../../sql/find_links.sql"),
    replace: include_str!("../../sql/replace_links.sql"),
};

/// What is known of persons: birth date, sex, father's name, person.
pub(crate) const FACTS: Packed = Packed {
    width: 52,
    digests: &[0, 16, 32],
    person: Some(48),
    add: include_str!("../../sql/add_facts.sql"),
    list: include_str!("../../sql/list_facts.sql"),
    ids: include_str!("../../sql/ids_facts.sql"),
    find: include_str!("../../sql/find_facts.sql"),
    replace: include_str!("../../sql/replace_facts.sql"),
};

/// Whose row carries which record id of a sender: the record id's digest, the person's pseudonym.
pub(crate) const RECORDS: Packed = Packed {
    width: 32,
    digests: &[0, 16],
    person: None,
    add: include_str!("../../sql/add_records.sql"),
    list: include_str!("../../sql/list_records.sql"),
    ids: include_str!("../../sql/ids_records.sql"),
    find: include_str!("../../sql/find_records.sql"),
    replace: include_str!("../../sql/replace_records.sql"),
};

/// All packed tables.
pub(crate) const ALL: [&Packed; 5] = [&PERSONS, &OFFERS, &LINKS, &FACTS, &RECORDS];

impl Packed {
    /// The person's id in an entry of a table that names persons by it.
    pub(crate) fn person_of(&self, entry: &[u8]) -> u32 {
        let place = self.person.expect("the table names persons by their ids");
        u32::from_le_bytes(std::array::from_fn(|at| entry[place + at]))
    }
}

/// The digest that stands at `place` in an entry.
pub(crate) fn digest_at(entry: &[u8], place: usize) -> [u8; 16] {
    std::array::from_fn(|at| entry[place + at])
}

/// Entries on their way into a table.
pub(crate) struct Writer {
    table: &'static Packed,
    entries: Vec<u8>,
}

impl Writer {
    pub(crate) fn new(table: &'static Packed) -> Writer {
        Writer { table, entries: Vec::new() }
    }

    /// Adds an entry, piece by piece, and writes a row when there are enough.
    pub(crate) fn add(&mut self, connection: &Connection, load: i64, pieces: &[&[u8]]) -> rusqlite::Result<()> {
        for piece in pieces {
            self.entries.extend_from_slice(piece);
        }
        debug_assert_eq!(self.entries.len() % self.table.width, 0, "entries have one width");
        if self.entries.len() >= ENTRIES_PER_ROW * self.table.width { self.flush(connection, load) } else { Ok(()) }
    }

    /// Writes what is left.
    pub(crate) fn flush(&mut self, connection: &Connection, load: i64) -> rusqlite::Result<()> {
        if !self.entries.is_empty() {
            connection.prepare_cached(self.table.add)?.execute(params![load, self.entries])?;
            self.entries.clear();
        }
        Ok(())
    }
}

/// Goes over all entries of a table in the order in which they were written.
pub(crate) fn each(connection: &Connection, table: &Packed, mut take: impl FnMut(&[u8])) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(table.list)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        row.get_ref(0)?.as_blob()?.chunks_exact(table.width).for_each(&mut take);
    }
    Ok(())
}

/// Gives every entry of a table another value, and the entries of a load another order: their bytes', so that neither
/// value nor place tells which was which. At most [`BYTES_AT_ONCE`] are in memory and change places among themselves.
pub(crate) fn reseat(connection: &Connection, table: &Packed, mut map: impl FnMut(&mut [u8])) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(table.ids)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(i64, i64)> = rows.collect::<rusqlite::Result<_>>()?;
    for rows in rows.chunk_by(|one, other| one.1 == other.1) {
        let per_row = ENTRIES_PER_ROW * table.width;
        for rows in rows.chunks((BYTES_AT_ONCE / per_row).max(1)) {
            let mut entries: Vec<u8> = Vec::new();
            let mut lengths = Vec::with_capacity(rows.len());
            for (id, _) in rows {
                let row: Vec<u8> = connection.prepare_cached(table.find)?.query_row([id], |row| row.get(0))?;
                lengths.push(row.len());
                entries.extend(row);
            }
            entries.chunks_exact_mut(table.width).for_each(&mut map);
            let mut order: Vec<&[u8]> = entries.chunks_exact(table.width).collect();
            order.sort_unstable();
            let mut order = order.into_iter();
            for ((id, _), length) in rows.iter().zip(lengths) {
                let row: Vec<u8> = order.by_ref().take(length / table.width).flatten().copied().collect();
                connection.prepare_cached(table.replace)?.execute(params![id, row])?;
            }
        }
    }
    Ok(())
}

/// Takes out the entries that are not to be kept.
pub(crate) fn retain(
    connection: &Connection,
    table: &Packed,
    mut keep: impl FnMut(&[u8]) -> bool,
) -> rusqlite::Result<()> {
    change(connection, table, |entries| {
        let kept: Vec<u8> = entries.chunks_exact(table.width).filter(|entry| keep(entry)).flatten().copied().collect();
        *entries = kept;
    })
}

/// Reads each row, lets its entries be changed, and writes it back when they were.
fn change(connection: &Connection, table: &Packed, mut change: impl FnMut(&mut Vec<u8>)) -> rusqlite::Result<()> {
    let ids: Vec<i64> =
        connection.prepare_cached(table.ids)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for id in ids {
        let before: Vec<u8> = connection.prepare_cached(table.find)?.query_row([id], |row| row.get(0))?;
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            connection.prepare_cached(table.replace)?.execute(params![id, after])?;
        }
    }
    Ok(())
}

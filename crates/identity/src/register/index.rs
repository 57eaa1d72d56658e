//! Which person holds a digest: all digests of a register in memory, some 16 bytes each.
//!
//! The index keeps the first eight bytes of a digest. With 45 million of them (ten million persons) the chance that any
//! of as many questions meets a stranger is 45e6² / 2⁶⁴, about one in nine thousand over the whole register.
//!
//! It is a hash table with linear probing (Knuth, The Art of Computer Programming, vol. 3, section 6.4). A digest is its
//! own hash: it came out of a keyed one, so nobody can choose digests that fall together. Its first four bytes say where
//! it belongs, from the front of the table to the back. One more byte tells it from its neighbours; these lie apart from
//! the rest, 64 in a line of the cache, because most questions of a first load end at them: nobody holds the digest. The
//! table grows in place, so that no second copy of it is ever in memory.

/// Places of the smallest table.
const FEWEST: usize = 1 << 10;

/// Places that follow at once after the last one where a digest can belong, for those that find it taken.
const OVERHANG: usize = 1 << 8;

/// Of a hundred places, how many may be taken: with more, a question that finds nothing looks at over twenty.
const MOST_TAKEN: usize = 85;

/// Above so many places (200 MB) the table grows by a quarter and not by half: slower, with less memory to spare.
const LARGE: usize = 1 << 24;

/// The persons who hold digests.
pub(crate) struct Index {
    /// A byte of the digest in each place; zero where there is none. The last place is always free.
    tags: Vec<u8>,
    entries: Vec<Entry>,
    /// How many places a digest can belong to; the others follow after them.
    homes: usize,
    taken: usize,
}

/// The first eight bytes of a digest in two halves, so that an entry takes 12 bytes and not 16, and who holds it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Entry {
    first: u32,
    second: u32,
    person: u32,
}

impl Entry {
    pub(crate) fn new(digest: &[u8; 16], person: u32) -> Entry {
        let start = u128::from_be_bytes(*digest) >> 64;
        Entry { first: (start >> 32) as u32, second: start as u32, person }
    }

    fn tag(self) -> u8 {
        (self.second as u8).max(1)
    }

    fn is_of(self, other: Entry) -> bool {
        (self.first, self.second) == (other.first, other.second)
    }
}

impl Index {
    /// An index of nobody with room for so many digests.
    pub(crate) fn with_room(digests: usize) -> Index {
        let homes = FEWEST.max(digests * 100 / MOST_TAKEN + 1);
        let mut index = Index { tags: Vec::new(), entries: Vec::new(), homes, taken: 0 };
        index.lengthen(homes + OVERHANG);
        index
    }

    /// The person who holds a digest.
    pub(crate) fn get(&self, digest: &[u8; 16]) -> Option<u32> {
        self.find(Entry::new(digest, 0)).ok().map(|place| self.entries[place].person)
    }

    /// Where a digest lies, or else the free place where the search for it ended.
    fn find(&self, entry: Entry) -> Result<usize, usize> {
        let tag = entry.tag();
        let mut place = self.home(entry);
        loop {
            match self.tags[place] {
                0 => return Err(place),
                found if found == tag && self.entries[place].is_of(entry) => return Ok(place),
                _ => place += 1,
            }
        }
    }

    /// Where a digest belongs: its first bytes as a share of the whole.
    fn home(&self, entry: Entry) -> usize {
        ((u64::from(entry.first) * self.homes as u64) >> 32) as usize
    }

    /// Asks memory for everything that finding these digests will look at. The look-ups of a row are many, each would wait
    /// for memory alone, and together they wait once.
    pub(crate) fn prepare<'d>(&self, digests: impl Iterator<Item = &'d [u8; 16]>) {
        self.fetch(digests.map(|digest| Entry::new(digest, 0)));
    }

    fn fetch(&self, sought: impl Iterator<Item = Entry>) {
        const AT_ONCE: usize = 24;
        let mut homes = [(0, 0); AT_ONCE];
        let (mut count, mut all) = (0, 0);
        for entry in sought.take(AT_ONCE) {
            let home = self.home(entry);
            // A search is hardly ever longer.
            all ^= u32::from(self.tags[home] ^ self.tags[home + 16]);
            homes[count] = (home, entry.tag());
            count += 1;
        }
        // Where the tag is found, the rest will be looked at too.
        for (home, tag) in &homes[..count] {
            let tags = &self.tags[*home..];
            let found = tags.iter().position(|found| found == tag || *found == 0).unwrap_or(0);
            if tags[found] == *tag {
                all ^= self.entries[home + found].person;
            }
        }
        std::hint::black_box(all);
    }

    /// Gives a digest to a person unless somebody holds it. Whether it was given.
    pub(crate) fn add(&mut self, digest: &[u8; 16], person: u32) -> bool {
        self.place(Entry::new(digest, person)).is_ok()
    }

    /// Takes entries out of a register. Of equal digests the person with the lowest id holds them.
    pub(crate) fn take(&mut self, entries: &[Entry]) {
        /// So many look-ups wait for memory together.
        const TOGETHER: usize = 24;
        for entries in entries.chunks(TOGETHER) {
            self.fetch(entries.iter().copied());
            for entry in entries {
                if let Err(place) = self.place(*entry) {
                    let person = &mut self.entries[place].person;
                    *person = entry.person.min(*person);
                }
            }
        }
    }

    /// Puts an entry into its place, or tells where its digest lies already.
    fn place(&mut self, entry: Entry) -> Result<(), usize> {
        match self.find(entry) {
            Ok(place) => return Err(place),
            Err(free) if self.taken * 100 < self.homes * MOST_TAKEN => self.put(free, entry),
            Err(_) => {
                self.grow();
                self.put(self.free(self.home(entry)), entry);
            }
        }
        self.taken += 1;
        Ok(())
    }

    /// The first free place from one on.
    fn free(&self, home: usize) -> usize {
        let free = self.tags[home..].iter().position(|tag| *tag == 0);
        home + free.expect("the last place is free")
    }

    fn put(&mut self, place: usize, entry: Entry) {
        (self.tags[place], self.entries[place]) = (entry.tag(), entry);
        // The last place of all stays free: it ends a search.
        if place + 1 == self.tags.len() {
            self.lengthen(OVERHANG);
        }
    }

    fn lengthen(&mut self, by: usize) {
        let length = self.tags.len() + by;
        self.tags.reserve_exact(by);
        self.tags.resize(length, 0);
        self.entries.reserve_exact(by);
        self.entries.resize(length, Entry::default());
    }

    /// Makes the table longer. From the back to the front every entry moves behind all that have not moved yet, so none
    /// stands in the way of another; only near the front, where the table grew by no more than the places that an entry lies
    /// from its home, the rest is taken out together and put in anew.
    fn grow(&mut self) {
        let more = self.homes / if self.homes < LARGE { 2 } else { 4 };
        let mut left = self.tags.len();
        self.homes += more;
        self.lengthen(more);
        while left > 0 {
            let entry = self.entries[left - 1];
            let is_taken = self.tags[left - 1] != 0;
            if is_taken && self.home(entry) < left {
                break;
            }
            left -= 1;
            if is_taken {
                self.tags[left] = 0;
                self.put(self.free(self.home(entry)), entry);
            }
        }
        let front: Vec<Entry> = (0..left).filter_map(|place| self.pull(place)).collect();
        for entry in front {
            self.put(self.free(self.home(entry)), entry);
        }
    }

    /// Takes what lies in a place out of it.
    fn pull(&mut self, place: usize) -> Option<Entry> {
        (std::mem::take(&mut self.tags[place]) != 0).then(|| self.entries[place])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// Spread over the whole range, as digests are.
    fn digest(number: u64) -> [u8; 16] {
        bytes(number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn bytes(start: u64) -> [u8; 16] {
        (u128::from(start) << 64).to_be_bytes()
    }

    #[test]
    fn an_empty_index_knows_nobody() {
        for asked in [digest(7), [0xff; 16], [0; 16]] {
            assert_eq!(Index::with_room(0).get(&asked), None);
        }
    }

    #[test]
    fn the_first_of_two_holders_holds() {
        let mut index = Index::with_room(0);
        index.take(&[Entry::new(&digest(1), 9), Entry::new(&digest(1), 4), Entry::new(&digest(2), 5)]);
        assert_eq!((index.get(&digest(1)), index.get(&digest(2)), index.taken), (Some(4), Some(5), 2));
    }

    #[test]
    fn every_digest_is_found_however_often_the_table_grew() {
        let mut index = Index::with_room(0);
        let many = 300_000;
        for number in 0..many {
            assert_eq!(index.get(&digest(number)), None);
            assert!(index.add(&digest(number), number as u32));
        }
        assert_eq!(index.taken, 300_000);
        for number in 0..many {
            index.prepare([&digest(number)].into_iter());
            assert!(!index.add(&digest(number), 7), "it is held");
            assert_eq!(index.get(&digest(number)), Some(number as u32));
        }
        assert_eq!(index.get(&digest(many)), None);
    }

    #[test]
    fn digests_that_fall_together_are_told_apart() {
        // At the very front and the very back, more of them than the table has places after its last home.
        for first in [0, u32::MAX] {
            let digests = (0..2_000).map(|rest| bytes(u64::from(first) << 32 | rest));
            let mut index = Index::with_room(0);
            for (person, digest) in digests.clone().skip(1).enumerate() {
                assert!(index.add(&digest, person as u32));
            }
            for (person, digest) in digests.skip(1).enumerate() {
                assert_eq!(index.get(&digest), Some(person as u32));
            }
        }
    }

    proptest! {
        /// Digests that crowd in few places, asked for and given in any order.
        #[test]
        fn an_index_is_a_map(given in prop::collection::vec((0_u64..40, 0_u64..60, any::<u32>()), 0..4_000), ask: u64) {
            let (mut index, mut map) = (Index::with_room(0), HashMap::new());
            for (first, rest, person) in given {
                let start = first * 0x0600_0000_0000_0000 + (rest << 20) + 1;
                prop_assert_eq!(index.get(&bytes(start)), map.get(&start).copied());
                prop_assert_eq!(index.add(&bytes(start), person), !map.contains_key(&start));
                map.entry(start).or_insert(person);
            }
            for (start, person) in &map {
                prop_assert_eq!(index.get(&bytes(*start)), Some(*person));
            }
            prop_assert_eq!(index.get(&bytes(ask)), map.get(&ask).copied());
        }
    }
}

//! Which person holds a digest: all digests of a register in memory, some 16 bytes each.
//!
//! The index keeps the first eight bytes of a digest. With 45 million of them (ten million persons) the chance that any
//! of as many questions meets a stranger is 45e6² / 2⁶⁴, about one in nine thousand over the whole register.
//!
//! It is a hash table with linear probing (Knuth, The Art of Computer Programming, vol. 3, section 6.4). A digest is its
//! own hash: it came out of a keyed one, so nobody can choose digests that fall together. Its first four bytes say where
//! it belongs, from the front of the table to the back, and the next four tell it from its neighbours; these lie apart
//! from the rest, sixteen in a line of the cache, because most questions of a first load end at them: nobody holds the
//! digest. The table grows in place, a quarter at a time, so that no second copy of it is ever in memory.

/// Places of the smallest table.
const FEWEST: usize = 1 << 10;

/// Places that follow at once after the last one where a digest can belong, for those that find it taken.
const OVERHANG: usize = 1 << 8;

/// Of a hundred places, how many may be taken: with more, a question that finds nothing looks at over twenty.
const MOST_TAKEN: usize = 85;

/// The persons who hold digests.
pub(crate) struct Index {
    /// Bytes five to eight of the digest in each place; zero where there is none. The last place is always free.
    tags: Vec<u32>,
    rests: Vec<Rest>,
    /// How many places a digest can belong to; the others follow after them.
    homes: usize,
    taken: usize,
}

/// What a place holds beside the tag.
#[derive(Clone, Copy, Default)]
struct Rest {
    /// The first four bytes of the digest.
    first: u32,
    person: u32,
}

/// A digest on its way into the index.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    tag: u32,
    rest: Rest,
}

impl Entry {
    pub(crate) fn new(digest: &[u8; 16], person: u32) -> Entry {
        let (first, tag) = parts(digest);
        Entry { tag, rest: Rest { first, person } }
    }
}

impl Default for Index {
    fn default() -> Index {
        let mut index = Index { tags: Vec::new(), rests: Vec::new(), homes: FEWEST, taken: 0 };
        index.lengthen(FEWEST + OVERHANG);
        index
    }
}

impl Index {
    /// The person who holds a digest.
    pub(crate) fn get(&self, digest: &[u8; 16]) -> Option<u32> {
        let (first, tag) = parts(digest);
        self.find(first, tag).ok().map(|place| self.rests[place].person)
    }

    /// Where a digest lies, or else the free place where the search for it ended.
    fn find(&self, first: u32, tag: u32) -> Result<usize, usize> {
        let mut place = self.home(first);
        loop {
            match self.tags[place] {
                0 => return Err(place),
                found if found == tag && self.rests[place].first == first => return Ok(place),
                _ => place += 1,
            }
        }
    }

    /// Where a digest belongs: its first bytes as a share of the whole.
    fn home(&self, first: u32) -> usize {
        ((u64::from(first) * self.homes as u64) >> 32) as usize
    }

    /// Asks memory for everything that finding these digests will look at. The look-ups of a row are many, each would wait
    /// for memory alone, and together they wait once.
    pub(crate) fn prepare<'d>(&self, digests: impl Iterator<Item = &'d [u8; 16]>) {
        self.fetch(digests.map(parts));
    }

    fn fetch(&self, parts: impl Iterator<Item = (u32, u32)>) {
        const AT_ONCE: usize = 24;
        /// Tags in a line of the cache.
        const LINE: usize = 16;
        let mut sought = [(0, 0); AT_ONCE];
        let (mut count, mut all) = (0, 0);
        for (first, tag) in parts.take(AT_ONCE) {
            let home = self.home(first);
            all ^= self.tags[home] ^ self.tags[home + LINE];
            sought[count] = (home, tag);
            count += 1;
        }
        // Where the tag is found, the rest will be looked at too.
        for (home, tag) in &sought[..count] {
            let line = &self.tags[*home..];
            let found = line.iter().position(|found| found == tag || *found == 0).unwrap_or(0);
            if line[found] == *tag {
                all ^= self.rests[home + found].person;
            }
        }
        std::hint::black_box(all);
    }

    /// Gives a digest to a person unless somebody holds it. Whether it was given.
    pub(crate) fn add(&mut self, digest: &[u8; 16], person: u32) -> bool {
        match self.place(Entry::new(digest, person)) {
            Ok(_) => false,
            Err(()) => true,
        }
    }

    /// Takes entries out of a register. Of equal digests the person with the lowest id holds them.
    pub(crate) fn take(&mut self, entries: &mut Vec<Entry>) {
        self.fetch(entries.iter().map(|entry| (entry.rest.first, entry.tag)));
        for entry in entries.drain(..) {
            if let Ok(place) = self.place(entry) {
                let person = &mut self.rests[place].person;
                *person = entry.rest.person.min(*person);
            }
        }
    }

    /// Puts an entry into its place, or tells where its digest lies already.
    fn place(&mut self, entry: Entry) -> Result<usize, ()> {
        if let Ok(place) = self.find(entry.rest.first, entry.tag) {
            return Ok(place);
        }
        if self.taken * 100 >= self.homes * MOST_TAKEN {
            self.grow();
        }
        self.put(entry);
        self.taken += 1;
        Err(())
    }

    /// Puts an entry that the table does not hold into the first free place from its home on.
    fn put(&mut self, entry: Entry) {
        let place = self.find(entry.rest.first, entry.tag).unwrap_or_else(|free| free);
        (self.tags[place], self.rests[place]) = (entry.tag, entry.rest);
        // The last place of all stays free: it ends a search.
        if place + 1 == self.tags.len() {
            self.lengthen(OVERHANG);
        }
    }

    fn lengthen(&mut self, by: usize) {
        let length = self.tags.len() + by;
        self.tags.reserve_exact(by);
        self.tags.resize(length, 0);
        self.rests.reserve_exact(by);
        self.rests.resize(length, Rest::default());
    }

    /// Makes the table longer by a quarter. From the back to the front every entry moves behind all that have not moved
    /// yet, so none stands in the way of another; only near the front, where a quarter is no more than the places that an
    /// entry lies from its home, the rest is taken out together and put in anew.
    fn grow(&mut self) {
        let (mut left, more) = (self.tags.len(), self.homes / 4);
        self.homes += more;
        self.lengthen(more);
        while left > 0 {
            if self.tags[left - 1] != 0 && self.home(self.rests[left - 1].first) < left {
                break;
            }
            left -= 1;
            if let Some(entry) = self.pull(left) {
                self.put(entry);
            }
        }
        let front: Vec<Entry> = (0..left).filter_map(|place| self.pull(place)).collect();
        for entry in front {
            self.put(entry);
        }
    }

    /// Takes what lies in a place out of it.
    fn pull(&mut self, place: usize) -> Option<Entry> {
        let tag = std::mem::take(&mut self.tags[place]);
        (tag != 0).then(|| Entry { tag, rest: self.rests[place] })
    }
}

/// The first four bytes of a digest, and the next four, which are never all zero.
fn parts(digest: &[u8; 16]) -> (u32, u32) {
    let start = u128::from_be_bytes(*digest) >> 64;
    ((start >> 32) as u32, (start as u32).max(1))
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
            assert_eq!(Index::default().get(&asked), None);
        }
    }

    #[test]
    fn the_first_of_two_holders_holds() {
        let mut index = Index::default();
        let mut entries = vec![Entry::new(&digest(1), 9), Entry::new(&digest(1), 4), Entry::new(&digest(2), 5)];
        index.take(&mut entries);
        assert_eq!((index.get(&digest(1)), index.get(&digest(2)), entries.len()), (Some(4), Some(5), 0));
    }

    #[test]
    fn every_digest_is_found_however_often_the_table_grew() {
        let mut index = Index::default();
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
            let mut index = Index::default();
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
            let (mut index, mut map) = (Index::default(), HashMap::new());
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

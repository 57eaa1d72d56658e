//! Which person holds a digest: all digests of a register in memory, 12 bytes each.
//!
//! The index keeps the first eight bytes of a digest. With 45 million of them (ten million persons) the chance that any
//! of as many questions meets a stranger is 45e6² / 2⁶⁴, about one in nine thousand over the whole register.
//!
//! Old digests lie sorted in one piece; because they are random, their first bits tell almost exactly where to look. New
//! ones lie in a hash table until there are enough of them to be sorted in. Most questions of a first load are about
//! digests that nobody holds: a bit for each value of their first bits answers those at once.

use std::collections::{HashMap, hash_map};
use std::hash::{BuildHasherDefault, Hasher};

/// New digests that are sorted in at once, at least and at most.
const FEWEST_FRESH: usize = 1 << 16;
const MOST_FRESH: usize = 1 << 21;

/// Old digests that share their first bits, on average.
const PER_BUCKET: usize = 8;

/// Bits for each digest that answer for digests that nobody holds, at least; so one answer in eight is no answer.
const BITS_PER_DIGEST: usize = 8;

/// The persons who hold digests.
pub(crate) struct Index {
    sorted: Vec<Entry>,
    /// For each value of the first bits, where its digests begin in `sorted`; one more at the end.
    starts: Vec<u32>,
    /// How many bits come after the first ones.
    shift: u32,
    fresh: HashMap<u64, u32, BuildHasherDefault<AsItIs>>,
    held: Held,
}

/// For each value of the first bits of a digest, whether somebody may hold such a digest.
#[derive(Default)]
struct Held {
    words: Vec<u64>,
    shift: u32,
}

impl Held {
    /// Nobody yet, with room for so many digests.
    fn clear(&mut self, digests: usize) {
        let bits = (digests * BITS_PER_DIGEST).next_power_of_two().max(64);
        self.words.clear();
        self.words.resize(bits / 64, 0);
        self.shift = 64 - bits.trailing_zeros();
    }

    fn add(&mut self, start: u64) {
        let bit = start >> self.shift;
        self.words[(bit / 64) as usize] |= 1 << (bit % 64);
    }

    fn may(&self, start: u64) -> bool {
        let bit = start >> self.shift;
        self.words[(bit / 64) as usize] >> (bit % 64) & 1 == 1
    }
}

/// A digest in two halves, so that an entry takes 12 bytes and not 16.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    high: u32,
    low: u32,
    person: u32,
}

impl Entry {
    pub(crate) fn new(digest: &[u8; 16], person: u32) -> Entry {
        let start = start(digest);
        Entry { high: (start >> 32) as u32, low: start as u32, person }
    }

    fn start(self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low)
    }
}

impl Index {
    /// The index of these digests. Of equal ones the person with the lowest id holds them.
    pub(crate) fn new(mut entries: Vec<Entry>) -> Index {
        sort(&mut entries);
        entries.dedup_by_key(|entry| entry.start());
        let (starts, fresh, held) = (Vec::new(), HashMap::default(), Held::default());
        let mut index = Index { sorted: entries, starts, shift: 0, fresh, held };
        index.mark();
        index
    }

    /// The person who holds a digest.
    pub(crate) fn get(&self, digest: &[u8; 16]) -> Option<u32> {
        let start = start(digest);
        if !self.held.may(start) {
            return None;
        }
        self.old(start).or_else(|| self.fresh.get(&start).copied())
    }

    /// The person who holds a digest that is sorted in.
    fn old(&self, start: u64) -> Option<u32> {
        let bucket = (start >> self.shift) as usize;
        let entries = &self.sorted[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        entries.iter().find(|entry| entry.start() == start).map(|entry| entry.person)
    }

    /// Asks memory for everything that finding these digests will look at. The look-ups of a row are many, each would wait
    /// for memory alone, and together they wait once.
    pub(crate) fn prepare<'d>(&self, digests: impl Iterator<Item = &'d [u8; 16]>) {
        const AT_ONCE: usize = 24;
        let mut buckets = [(0, 0); AT_ONCE];
        let mut count = 0;
        let mut may = [0; AT_ONCE];
        for start in digests.take(AT_ONCE).map(start) {
            may[count] = start;
            count += usize::from(self.held.may(start));
        }
        for (bucket, start) in buckets.iter_mut().zip(&may[..count]) {
            let at = (start >> self.shift) as usize;
            *bucket = (self.starts[at], self.starts[at + 1]);
        }
        // The last entry of a bucket is often in another line of the cache than the first.
        let ends = buckets[..count].iter().flat_map(|(begin, end)| [*begin, end.saturating_sub(1)]);
        let entries = ends.filter_map(|at| self.sorted.get(at as usize));
        std::hint::black_box(entries.fold(0, |all, entry| all ^ entry.low));
    }

    /// Gives a digest to a person unless somebody holds it. Whether it was given.
    pub(crate) fn add(&mut self, digest: &[u8; 16], person: u32) -> bool {
        let start = start(digest);
        if self.held.may(start) && self.old(start).is_some() {
            return false;
        }
        let hash_map::Entry::Vacant(place) = self.fresh.entry(start) else { return false };
        place.insert(person);
        self.held.add(start);
        if self.fresh.len() >= self.room() {
            self.sort_in();
        }
        true
    }

    /// How many new digests are gathered before they are sorted in.
    fn room(&self) -> usize {
        (self.sorted.len() / 8).clamp(FEWEST_FRESH, MOST_FRESH)
    }

    /// Merges the new digests into the old ones, from the end, so that no second copy of the old ones is needed.
    fn sort_in(&mut self) {
        let mut fresh: Vec<Entry> = self
            .fresh
            .drain()
            .map(|(start, person)| Entry { high: (start >> 32) as u32, low: start as u32, person })
            .collect();
        fresh.sort_unstable_by_key(|entry| entry.start());
        let mut old = self.sorted.len();
        self.sorted.reserve_exact(fresh.len());
        self.sorted.extend_from_slice(&fresh);
        let mut to = self.sorted.len();
        while let Some(&last) = fresh.last() {
            to -= 1;
            if old > 0 && self.sorted[old - 1].start() > last.start() {
                old -= 1;
                self.sorted[to] = self.sorted[old];
            } else {
                self.sorted[to] = last;
                fresh.pop();
            }
        }
        self.mark();
    }

    /// Notes where each bucket begins.
    fn mark(&mut self) {
        let bits = (self.sorted.len() / PER_BUCKET).max(1).next_power_of_two().trailing_zeros().max(1);
        self.shift = 64 - bits;
        self.starts.clear();
        self.starts.reserve_exact((1 << bits) + 1);
        self.starts.push(0);
        self.held.clear(self.sorted.len() + self.room());
        for (at, entry) in self.sorted.iter().enumerate() {
            let bucket = (entry.start() >> self.shift) as usize;
            self.starts.resize(self.starts.len().max(bucket + 1), at as u32);
            self.held.add(entry.start());
        }
        self.starts.resize((1 << bits) + 1, self.sorted.len() as u32);
    }
}

/// Sorts on two threads where that pays; on more, memory is what they would wait for.
fn sort(entries: &mut [Entry]) {
    const FEW: usize = 1 << 16;
    let key = |entry: &Entry| (entry.start(), entry.person);
    if entries.len() < FEW {
        return entries.sort_unstable_by_key(key);
    }
    let middle = entries.len() / 2;
    entries.select_nth_unstable_by_key(middle, key);
    let (low, high) = entries.split_at_mut(middle);
    std::thread::scope(|scope| {
        scope.spawn(|| low.sort_unstable_by_key(key));
        high.sort_unstable_by_key(key);
    });
}

/// The first eight bytes of a digest.
fn start(digest: &[u8; 16]) -> u64 {
    (u128::from_be_bytes(*digest) >> 64) as u64
}

/// A digest is its own hash: it came out of a keyed one, so nobody can choose digests that fall together.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digest(number: u64) -> [u8; 16] {
        // Spread over the whole range, as digests are.
        let spread = u128::from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (spread << 64).to_be_bytes()
    }

    #[test]
    fn an_empty_index_knows_nobody() {
        assert_eq!(Index::new(Vec::new()).get(&digest(7)), None);
        assert_eq!(Index::new(Vec::new()).get(&[0xff; 16]), None);
        assert_eq!(Index::new(Vec::new()).get(&[0; 16]), None);
    }

    #[test]
    fn the_first_of_two_holders_holds() {
        let index = Index::new(vec![Entry::new(&digest(1), 9), Entry::new(&digest(1), 4), Entry::new(&digest(2), 5)]);
        assert_eq!((index.get(&digest(1)), index.get(&digest(2))), (Some(4), Some(5)));
    }

    #[test]
    fn many_new_digests_are_sorted_in_and_found() {
        let many = 3 * FEWEST_FRESH as u64 + 17;
        let mut index = Index::new((0..1_000).map(|number| Entry::new(&digest(number), number as u32)).collect());
        for number in 1_000..many {
            assert_eq!(index.get(&digest(number)), None);
            assert!(index.add(&digest(number), number as u32));
        }
        assert!(index.fresh.len() < FEWEST_FRESH && index.sorted.len() > 2 * FEWEST_FRESH);
        for number in 0..many {
            assert!(!index.add(&digest(number), 7), "it is held");
            assert_eq!(index.get(&digest(number)), Some(number as u32));
        }
        assert_eq!(index.get(&digest(many)), None);
    }

    #[test]
    fn two_threads_sort_as_one() {
        let mut entries: Vec<Entry> =
            (0..200_000).map(|number| Entry::new(&digest(number % 150_000), number as u32)).collect();
        sort(&mut entries);
        assert!(entries.is_sorted_by_key(|entry| (entry.start(), entry.person)));
        assert_eq!(entries.iter().map(|entry| u64::from(entry.person)).sum::<u64>(), (0..200_000).sum());
    }

    proptest! {
        #[test]
        fn an_index_is_a_map(old in prop::collection::btree_map(any::<u64>(), any::<u32>(), 0..300), ask: u64) {
            let bytes = |start: u64| (u128::from(start) << 64).to_be_bytes();
            let index = Index::new(old.iter().map(|(start, person)| Entry::new(&bytes(*start), *person)).collect());
            for (start, person) in &old {
                prop_assert_eq!(index.get(&bytes(*start)), Some(*person));
            }
            prop_assert_eq!(index.get(&bytes(ask)), old.get(&ask).copied());
        }
    }
}

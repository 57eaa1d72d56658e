//! Which person holds a digest: all digests of a register in memory, some ten bytes each.
//!
//! The index tells digests apart by their first 61 bits. With 45 million of them (ten million persons) the chance that any
//! of as many questions meets a stranger is 45e6² / 2⁶¹, about one in eleven hundred over the whole register.
//!
//! It is a hash table with linear probing over groups of 16 places (Knuth, The Art of Computer Programming, vol. 3,
//! section 6.4). A digest is its own hash: it came out of a keyed one, so nobody can choose digests that fall together. Its
//! first four bytes say where it belongs, from the front of the table to the back, and it never lies far from there. So
//! its place tells the first 16 bits, and no entry keeps them (quotients; exercise 6.4-13 there). One byte tells it from
//! its neighbours; these lie apart from the rest, because most questions of a first load end at them: nobody holds the
//! digest. The table grows in place, so that no second copy of it is ever in memory.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// Bits of a digest that its place tells.
const PLACE_BITS: u32 = 16;

/// Bits of a digest that tell it from its neighbours.
const TAG_BITS: u32 = 8;

/// Bits of an entry that say which person. All others are the digest's.
const PERSON_BITS: u32 = 27;

/// The highest number that a person may have.
pub(crate) const MOST_PERSONS: u32 = (1 << PERSON_BITS) - 1;

/// Bits of a digest in an entry.
const KEPT_BITS: u32 = u64::BITS - PERSON_BITS;

/// Bits of a digest that are told apart.
const KEY_BITS: u32 = PLACE_BITS + KEPT_BITS + TAG_BITS;

/// Bits of a digest that say where it belongs.
const HOME_BITS: u32 = 32;

/// Places that are looked at together.
const GROUP: usize = 16;

/// Groups of the smallest table: as many as there are values of what a place tells. Of an empty one memory is only
/// promised.
const FEWEST: usize = 1 << PLACE_BITS;

/// Of a hundred places, how many may be taken.
const MOST_TAKEN: usize = 92;

/// Of a hundred places, how many are taken when the digests are in that there was to be room for.
const FIRST_TAKEN: usize = 90;

/// From so many groups on (75 MB) the table grows by a quarter and no longer to twice its size, and from so many on (300 MB)
/// by an eighth: slower, with less memory to spare.
const MIDDLING: usize = 1 << 19;
const LARGE: usize = 1 << 21;

/// The persons who hold digests.
pub(crate) struct Index {
    /// A byte of the digest in each place of a group; zero where there is none.
    tags: Vec<[u8; GROUP]>,
    entries: Vec<[u64; GROUP]>,
    /// How many groups a digest can belong to; others follow after them, for those that find theirs taken.
    homes: usize,
    taken: usize,
    /// Who holds digests that found no place near enough. Hardly anybody, but in a small table.
    strays: HashMap<u64, u32, RandomState>,
    /// Who else left a digest behind that somebody holds: persons whom a record may mean and cannot tell apart. Few.
    sharers: HashMap<u64, Vec<u32>, RandomState>,
}

/// Where an entry lies: the group, and the place in it.
#[derive(Clone, Copy)]
struct Place(usize, usize);

/// What is told apart of a digest, and who holds it.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// The bits that the place tells, those that an entry keeps, the tag.
    key: u64,
    person: u32,
}

impl Entry {
    pub(crate) fn new(digest: &[u8; 16], person: u32) -> Entry {
        debug_assert!(person <= MOST_PERSONS, "who adds persons has counted them");
        let start = (u128::from_be_bytes(*digest) >> (u128::BITS - KEY_BITS)) as u64;
        // No tag is zero.
        let key = if start as u8 == 0 { start | 1 } else { start };
        Entry { key, person }
    }

    fn tag(self) -> u8 {
        self.key as u8
    }

    /// What lies in the entry's place.
    fn kept(self) -> u64 {
        self.key >> TAG_BITS << PERSON_BITS | u64::from(self.person)
    }

    /// The group where the entry belongs among so many: its first bits as a share of the whole.
    fn home(self, homes: usize) -> usize {
        (((self.key >> (KEY_BITS - HOME_BITS)) * homes as u64) >> HOME_BITS) as usize
    }

    /// The entry of what lies in a group of a table of so many. Of the keys that it may be of it is the highest that does
    /// not belong behind the group: from the others' homes the group is out of [`reach`]. `highest` is [`highest`].
    fn lying(group: usize, homes: usize, highest: u64, tag: u8, kept: u64) -> Entry {
        let rest = kept >> PERSON_BITS << TAG_BITS | u64::from(tag);
        let of = |start: u64| Entry { key: start << (KEPT_BITS + TAG_BITS) | rest, person: kept as u32 & MOST_PERSONS };
        let mut start = highest;
        while of(start).home(homes) > group {
            start -= 1;
        }
        of(start)
    }
}

/// The highest value of the bits that a place tells, for what lies in a group of a table of so many.
fn highest(group: usize, homes: usize) -> u64 {
    let behind = ((group as u64 + 1) << PLACE_BITS) / homes as u64;
    behind.min((1 << PLACE_BITS) - 1)
}

/// In how many groups from its home on a digest may lie in a table of so many. Digests that differ only in what the place
/// tells belong at least so far from each other.
fn reach(homes: usize) -> usize {
    homes >> PLACE_BITS
}

/// The places of a group that hold a tag: for each a byte, with its highest bit set or zero. All are compared at once
/// (Warren, Hacker's Delight, section 6-1): a byte that differs from the tag carries into its highest bit.
fn places(tags: &[u8; GROUP], tag: u8) -> u128 {
    const ONES: u128 = u128::MAX / 0xff;
    const LOW: u128 = ONES * 0x7f;
    let differing = u128::from_le_bytes(*tags) ^ (ONES * u128::from(tag));
    !(((differing & LOW) + LOW) | differing | LOW)
}

/// The first of some places.
fn first(places: u128) -> usize {
    places.trailing_zeros() as usize / 8
}

impl Index {
    /// An index of nobody with room for so many digests.
    pub(crate) fn with_room(digests: usize) -> Index {
        let homes = FEWEST.max(digests * 100 / (GROUP * FIRST_TAKEN) + 1);
        let groups = homes + reach(homes);
        let (tags, entries) = (vec![[0; GROUP]; groups], vec![[0; GROUP]; groups]);
        Index { tags, entries, homes, taken: 0, strays: HashMap::default(), sharers: HashMap::default() }
    }

    /// The person who holds a digest.
    pub(crate) fn get(&self, digest: &[u8; 16]) -> Option<u32> {
        let sought = Entry::new(digest, 0);
        match self.find(sought) {
            Ok(Place(group, place)) => Some(self.entries[group][place] as u32 & MOST_PERSONS),
            Err(Some(_)) => None,
            Err(None) => self.strays.get(&sought.key).copied(),
        }
    }

    /// Where a digest lies, or else the free place where the search for it ended. None where all are taken that it may lie
    /// in.
    // What a call hands back through memory waits there for the writes before it, and those wait for the table's memory.
    #[inline]
    fn find(&self, sought: Entry) -> Result<Place, Option<Place>> {
        let home = sought.home(self.homes);
        for group in home..home + reach(self.homes) {
            let tags = &self.tags[group];
            let mut same = places(tags, sought.tag());
            while same != 0 {
                let place = first(same);
                if (self.entries[group][place] ^ sought.kept()) >> PERSON_BITS == 0 {
                    return Ok(Place(group, place));
                }
                same &= same - 1;
            }
            let free = places(tags, 0);
            if free != 0 {
                return Err(Some(Place(group, first(free))));
            }
        }
        Err(None)
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
            let home = entry.home(self.homes);
            all ^= u64::from(self.tags[home][0]);
            homes[count] = (home, entry.tag());
            count += 1;
        }
        // Where the tag is found, the rest will be looked at too. Few lie farther from their home.
        for &(home, tag) in &homes[..count] {
            for (tags, entries) in self.tags[home..].iter().zip(&self.entries[home..]).take(4) {
                let same = places(tags, tag);
                if same != 0 {
                    all ^= entries[first(same)];
                }
                if same != 0 || places(tags, 0) != 0 {
                    break;
                }
            }
        }
        std::hint::black_box(all);
    }

    /// Gives a digest to a person unless somebody holds it, who is handed back.
    pub(crate) fn add(&mut self, digest: &[u8; 16], person: u32) -> Result<(), u32> {
        self.place(Entry::new(digest, person))
    }

    /// Notes that a person who does not hold a digest left it behind too. Whether that was new.
    pub(crate) fn share(&mut self, digest: &[u8; 16], person: u32) -> bool {
        self.note_sharer(Entry::new(digest, person).key, person)
    }

    fn note_sharer(&mut self, key: u64, person: u32) -> bool {
        let sharers = self.sharers.entry(key).or_default();
        let is_new = !sharers.contains(&person);
        if is_new {
            sharers.push(person);
        }
        is_new
    }

    /// Who left a digest behind beside the person who holds it.
    pub(crate) fn sharers(&self, digest: &[u8; 16]) -> &[u32] {
        if self.sharers.is_empty() {
            return &[];
        }
        self.sharers.get(&Entry::new(digest, 0).key).map_or(&[], Vec::as_slice)
    }

    /// Takes entries out of a register. Of equal digests the person with the lowest id holds them.
    pub(crate) fn take(&mut self, entries: &[Entry]) {
        /// So many look-ups wait for memory together.
        const TOGETHER: usize = 24;
        for entries in entries.chunks(TOGETHER) {
            self.fetch(entries.iter().copied());
            for entry in entries {
                if self.place(*entry).is_err() {
                    self.lower(*entry);
                }
            }
        }
    }

    /// Takes those out of a register whose digest somebody else had left behind before, after all others. Where that one is
    /// gone, the person with the lowest id holds it from now on.
    pub(crate) fn take_shared(&mut self, mut entries: Vec<Entry>) {
        entries.sort_unstable_by_key(|entry| entry.person);
        for entry in entries {
            if self.place(entry).is_err_and(|holder| holder != entry.person) {
                self.note_sharer(entry.key, entry.person);
            }
        }
    }

    /// Gives a digest that somebody holds to this person when the number is lower.
    fn lower(&mut self, entry: Entry) {
        if let Ok(Place(group, place)) = self.find(entry) {
            // Of one digest, so the lower of two is that of the lower person.
            let kept = &mut self.entries[group][place];
            *kept = entry.kept().min(*kept);
        } else if let Some(person) = self.strays.get_mut(&entry.key) {
            *person = entry.person.min(*person);
        }
    }

    /// Puts an entry into its place unless its digest lies there already: then its person is handed back.
    fn place(&mut self, entry: Entry) -> Result<(), u32> {
        let free = match self.find(entry) {
            Ok(Place(group, place)) => return Err(self.entries[group][place] as u32 & MOST_PERSONS),
            Err(None) => match self.strays.get(&entry.key) {
                Some(&holder) => return Err(holder),
                None => None,
            },
            Err(free) => free,
        };
        if self.taken * 100 < self.homes * GROUP * MOST_TAKEN {
            self.put(free, entry);
        } else {
            self.grow();
            self.put(self.free(entry), entry);
        }
        self.taken += 1;
        Ok(())
    }

    /// The first free place where an entry may lie.
    fn free(&self, entry: Entry) -> Option<Place> {
        let home = entry.home(self.homes);
        let free = |group| (group, places(&self.tags[group], 0));
        let mut groups = (home..home + reach(self.homes)).map(free);
        groups.find(|(_, free)| *free != 0).map(|(group, free)| Place(group, first(free)))
    }

    #[inline]
    fn put(&mut self, free: Option<Place>, entry: Entry) {
        match free {
            Some(Place(group, place)) => {
                (self.tags[group][place], self.entries[group][place]) = (entry.tag(), entry.kept());
            }
            None => drop(self.strays.insert(entry.key, entry.person)),
        }
    }

    /// Makes the table longer. From the back to the front the entries of each group move behind all that have not moved
    /// yet, so none stands in the way of another; only near the front, where the table grew by no more than what an entry
    /// lies from its home, the rest is taken out together and put in anew.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let before = self.homes;
        let more = match before {
            ..MIDDLING => before,
            MIDDLING..LARGE => before / 4,
            LARGE.. => before / 8,
        };
        let behind = self.tags.len();
        self.homes += more;
        let groups = self.homes + reach(self.homes);
        self.tags.reserve_exact(groups - behind);
        self.tags.resize(groups, [0; GROUP]);
        self.entries.reserve_exact(groups - behind);
        self.entries.resize(groups, [0; GROUP]);
        let front = behind.min(reach(before) * before.div_ceil(more) + reach(before) + 1);
        for group in (front..behind).rev() {
            for entry in self.pull(group, before).into_iter().flatten() {
                self.put(self.free(entry), entry);
            }
        }
        let rest: Vec<Entry> = (0..front).flat_map(|group| self.pull(group, before)).flatten().collect();
        let strays = std::mem::take(&mut self.strays).into_iter().map(|(key, person)| Entry { key, person });
        for entry in rest.into_iter().chain(strays) {
            self.put(self.free(entry), entry);
        }
    }

    /// Takes what lies in a group out of it, from a table that had so many.
    fn pull(&mut self, group: usize, homes: usize) -> [Option<Entry>; GROUP] {
        let (tags, entries) = (std::mem::take(&mut self.tags[group]), &self.entries[group]);
        let highest = highest(group, homes);
        let lying = |place: usize| Entry::lying(group, homes, highest, tags[place], entries[place]);
        std::array::from_fn(|place| (tags[place] != 0).then(|| lying(place)))
    }
}

#[cfg(test)]
mod tests;

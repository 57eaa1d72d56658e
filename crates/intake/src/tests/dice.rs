//! Dice that fall the same at each run.

/// Seeded, so that a failure comes again.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// A number below the limit (SplitMix64, as published by Vigna).
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    /// Bytes with one, two, four or eight changes from the `first` on: a byte replaced or one of its bits, a run of them removed,
    /// doubled, moved or made nought, a large number put in, the end cut off.
    pub(super) fn changed(&mut self, bytes: &[u8], first: usize) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        for _ in 0..1 << self.below(4) {
            let first = first.min(changed.len());
            let at = first + self.below((changed.len() - first).max(1));
            let end = (at + 1 + self.below(64)).min(changed.len());
            if at >= end {
                changed.push(self.below(256) as u8);
                continue;
            }
            match self.below(16) {
                0..4 => changed[at] = self.below(256) as u8,
                4..8 => changed[at] ^= 1 << self.below(8),
                8 | 9 => drop(changed.drain(at..end)),
                10 | 11 => changed.extend_from_within(at..end),
                12 => {
                    let run = changed[at..end].to_vec();
                    let to = first + self.below(changed.len() - first);
                    changed.splice(to..to, run);
                }
                13 => changed[at..end].fill(0),
                14 => drop(changed.splice(at..at, b"99999999".to_owned())),
                _ => changed.truncate(at),
            }
        }
        changed
    }

    /// One of these.
    pub(super) fn of<'a, T: ?Sized>(&mut self, from: &'a [&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

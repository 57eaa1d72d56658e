//! The index is a map of digests, however full and however crowded, and small as long as nobody is known.

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
        let index = Index::with_room(0);
        index.prepare([&asked].into_iter());
        assert_eq!(index.get(&asked), None);
    }
}

#[test]
fn the_first_of_two_holders_holds() {
    let mut index = Index::with_room(0);
    index.take(&[Entry::new(&digest(1), 9), Entry::new(&digest(1), 4), Entry::new(&digest(2), MOST_PERSONS)]);
    assert_eq!((index.get(&digest(1)), index.get(&digest(2)), index.taken), (Some(4), Some(MOST_PERSONS), 2));
}

#[test]
fn every_digest_is_found_however_often_the_table_grew() {
    let many = 3_000_000;
    for room in [0, many / 2] {
        let mut index = Index::with_room(room as usize);
        for number in 0..many {
            assert_eq!(index.add(&digest(number), number as u32), Ok(()));
        }
        assert_eq!(index.taken as u64, many);
        assert!(index.homes > 3 * FEWEST / 2 && index.strays.len() < 100_000, "{} strays", index.strays.len());
        for number in 0..many {
            index.prepare([&digest(number)].into_iter());
            assert_eq!(index.add(&digest(number), 7), Err(number as u32), "it is held");
            assert_eq!(index.get(&digest(number)), Some(number as u32));
        }
        assert_eq!(index.get(&digest(many)), None);
    }
}

#[test]
fn sixty_one_bits_tell_digests_apart() {
    let mut index = Index::with_room(0);
    assert_eq!(index.add(&bytes(1 << 10), 1), Ok(()));
    for bit in 3..64 {
        assert_eq!(index.get(&bytes(1 << 10 ^ 1 << bit)), None, "bit {bit}");
    }
    for bit in 0..3 {
        assert_eq!(index.get(&bytes(1 << 10 ^ 1 << bit)), Some(1), "bit {bit} is not kept");
    }
}

#[test]
fn tables_of_all_sizes_grow() {
    // Groups, and the part of them that is added.
    for (groups, part) in [(0, 1), (MIDDLING, 4), (LARGE, 8)] {
        let mut index = Index::with_room(groups * GROUP);
        // Some crowd together so that they lie far from their home, at the front, in between and at the back.
        let crowd =
            [0, 1 << 62, u64::MAX << 20].into_iter().flat_map(|start| (0..200).map(move |rest| start + (rest << 11)));
        let digests: Vec<[u8; 16]> = crowd.map(bytes).chain((1..100_000).map(digest)).collect();
        for (person, digest) in digests.iter().enumerate() {
            assert_eq!(index.add(digest, person as u32), Ok(()));
        }
        assert!(index.homes > groups && (groups < LARGE || index.strays.is_empty()));
        for _ in 0..3 {
            let before = index.homes;
            index.grow();
            assert_eq!(index.homes, before + before / part);
            for (person, digest) in digests.iter().enumerate() {
                assert_eq!(index.get(digest), Some(person as u32));
            }
        }
    }
}

#[test]
fn digests_that_fall_together_are_told_apart() {
    // At the very front and the very back, all of one home, and of many tags or of one.
    for (first, shift) in [0_u64, u64::from(u32::MAX)].into_iter().flat_map(|first| [(first, 4), (first, 11)]) {
        let digests = (1..2_000).map(|rest| bytes(first << 32 | rest << shift));
        let mut index = Index::with_room(0);
        for (person, digest) in digests.clone().enumerate() {
            assert_eq!(index.get(&digest), None);
            assert_eq!(index.add(&digest, person as u32), Ok(()));
        }
        for (person, digest) in digests.enumerate() {
            assert_eq!(index.get(&digest), Some(person as u32));
        }
    }
}

#[test]
fn who_left_a_digest_behind_too_shares_it() {
    let mut index = Index::with_room(0);
    assert_eq!(index.add(&digest(1), 5), Ok(()));
    assert!(index.sharers(&digest(1)).is_empty());
    assert!(index.share(&digest(1), 9) && !index.share(&digest(1), 9));
    assert_eq!((index.get(&digest(1)), index.sharers(&digest(1))), (Some(5), &[9][..]));
    // As a register hands them out.
    let entry = |(number, person)| Entry::new(&digest(number), person);
    let mut read = Index::with_room(0);
    read.take(&[(1, 7), (2, 3)].map(entry));
    read.take_shared([(1, 9), (1, 5), (3, 8), (1, 9), (2, 3), (3, 6)].map(entry).into());
    let of = |number| (read.get(&digest(number)), read.sharers(&digest(number)).to_vec());
    assert_eq!(of(1), (Some(7), vec![5, 9]));
    assert_eq!(of(2), (Some(3), vec![]));
    assert_eq!(of(3), (Some(6), vec![8]), "nobody else had it");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_places_of_a_tag_are_those_that_hold_it(tags in prop::array::uniform16(0_u8..3), high: u8, tag in 0_u8..3) {
        let tags = tags.map(|tag| tag ^ high);
        let mut found = places(&tags, tag ^ high);
        for (place, _) in tags.iter().enumerate().filter(|(_, held)| **held == tag ^ high) {
            prop_assert_eq!(first(found), place);
            found &= found - 1;
        }
        prop_assert_eq!(found, 0);
    }

    /// Digests that crowd in few homes and under few tags, asked for and given in any order, while the table grows.
    #[test]
    fn an_index_is_a_map(
        given in prop::collection::vec((0_u64..6, 0_u64..400, 0..MOST_PERSONS), 0..4_000),
        shift in 4_u32..48,
        room in prop::sample::select(vec![0, 2_500_000, 6_000_000]),
        growing in 500_usize..6_000,
        ask: u64,
    ) {
        let (mut index, mut map) = (Index::with_room(room), HashMap::new());
        for (at, (first, rest, person)) in given.into_iter().enumerate() {
            let start = (first * 0x3333_0000_0000_0000).wrapping_add(rest << shift);
            prop_assert_eq!(index.get(&bytes(start)), map.get(&start).copied());
            prop_assert_eq!(index.add(&bytes(start), person).err(), map.get(&start).copied());
            map.entry(start).or_insert(person);
            if at % growing == growing - 1 {
                index.grow();
            }
        }
        prop_assert_eq!(index.taken, map.len());
        for (start, person) in &map {
            prop_assert_eq!(index.get(&bytes(*start)), Some(*person));
        }
        prop_assert_eq!(index.get(&bytes(ask)), map.get(&ask).copied());
    }
}

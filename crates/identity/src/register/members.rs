//! The persons of a register in memory: ten bytes each, by the number in which they became known.

use super::index::MOST_PERSONS;
use crate::cohort::Cohort;
use crate::error::IdentityError;
use crate::seal::Facts;

/// What a person takes, from the lowest bit on: the cohort, the first bits of the digests of birth date, sex and father's
/// name, whether one of the records says more than a document number, and whether there is a person.
const COHORT_BITS: u32 = 16;
const BIRTH_BITS: u32 = 24;
const SEX_BITS: u32 = 14;
const FATHER_BITS: u32 = 24;
const FACTS_BITS: u32 = BIRTH_BITS + SEX_BITS + FATHER_BITS;
const RICH: u128 = 1 << (COHORT_BITS + FACTS_BITS);
const PERSON: u128 = RICH << 1;

/// Bytes of all that.
const WIDTH: usize = 10;

/// Everybody, and what tells when two cannot be one.
pub(crate) struct Members {
    /// Zeros for the numbers of persons who are gone, and for the first.
    packed: Vec<[u8; WIDTH]>,
    most: u32,
}

/// The first bits of the digests of what is known about a person; enough to see that two differ. Zero is none.
///
/// Of two birth dates, or two fathers' names with one birth date, one pair in 16 million looks the same. The digests of the
/// sexes that go with a birth date differ in their first bit; after a change of keys, one pair in 16 thousand looks the
/// same.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Known {
    birth: u32,
    sex: u32,
    father: u32,
}

impl Members {
    /// Nobody yet, with numbers up to `most` to give.
    pub(crate) fn none(most: u32) -> Members {
        Members { packed: vec![[0; WIDTH]], most: most.min(MOST_PERSONS) }
    }

    /// Puts a person of an earlier load in the place of the number.
    pub(crate) fn put(&mut self, number: u32, cohort: Cohort) -> Result<(), IdentityError> {
        if number > self.most {
            return Err(self.full());
        }
        if self.next() <= number {
            self.packed.resize(number as usize + 1, [0; WIDTH]);
        }
        self.write(number, of_cohort(cohort));
        Ok(())
    }

    /// Adds a person and gives the number.
    pub(crate) fn add(&mut self, cohort: Cohort) -> Result<u32, IdentityError> {
        let number = self.next();
        if number > self.most {
            return Err(self.full());
        }
        self.packed.push([0; WIDTH]);
        self.write(number, of_cohort(cohort));
        Ok(number)
    }

    /// The number that the next person gets.
    pub(crate) fn next(&self) -> u32 {
        self.packed.len() as u32
    }

    /// Whether somebody has this number.
    pub(crate) fn has(&self, number: u32) -> bool {
        self.packed.get(number as usize).is_some_and(|packed| *packed != [0; WIDTH])
    }

    pub(crate) fn cohort(&self, number: u32) -> Cohort {
        let [low, high, ..] = self.packed[number as usize];
        Cohort::of_bytes([low, high])
    }

    /// Gives a person a cohort when that is earlier. The person's cohort then.
    pub(crate) fn lower(&mut self, number: u32, cohort: Cohort) -> Cohort {
        let lower = cohort.min(self.cohort(number));
        self.write(number, self.read(number) >> COHORT_BITS << COHORT_BITS | of_cohort(lower));
        lower
    }

    /// Whether one of the person's records says more than a document number.
    pub(crate) fn is_rich(&self, number: u32) -> bool {
        self.read(number) & RICH != 0
    }

    pub(crate) fn enrich(&mut self, number: u32) {
        self.write(number, self.read(number) | RICH);
    }

    pub(crate) fn known(&self, number: u32) -> Known {
        let mut facts = self.read(number) >> COHORT_BITS;
        let mut known = Known::default();
        for (slot, bits) in known.slots() {
            *slot = facts as u32 & ((1 << bits) - 1);
            facts >>= bits;
        }
        known
    }

    /// Notes what is known of a person from now on.
    pub(crate) fn know(&mut self, number: u32, mut known: Known) {
        const ALL: u128 = ((1 << FACTS_BITS) - 1) << COHORT_BITS;
        let packed = known.slots().into_iter().rev().fold(0, |packed, (slot, bits)| packed << bits | u128::from(*slot));
        self.write(number, self.read(number) & !ALL | packed << COHORT_BITS);
    }

    fn read(&self, number: u32) -> u128 {
        let mut bytes = [0; 16];
        bytes[..WIDTH].copy_from_slice(&self.packed[number as usize]);
        u128::from_le_bytes(bytes)
    }

    fn write(&mut self, number: u32, packed: u128) {
        self.packed[number as usize].copy_from_slice(&packed.to_le_bytes()[..WIDTH]);
    }

    fn full(&self) -> IdentityError {
        IdentityError::RegisterFull { most: self.most }
    }
}

fn of_cohort(cohort: Cohort) -> u128 {
    PERSON | u128::from(u16::from_le_bytes(cohort.to_bytes()))
}

impl Known {
    /// Takes over what a record says and nobody said before, and tells it as full digests: birth date, sex, father's
    /// name. What comes with another birth date than the first one is left: it could not be compared.
    pub(crate) fn learn(&mut self, facts: &Facts) -> Option<[[u8; 16]; 3]> {
        let birth = short(facts.birth.as_ref()?, BIRTH_BITS);
        if self.birth != 0 && self.birth != birth {
            return None;
        }
        let mut learned = [[0; 16]; 3];
        let facts = [facts.birth, facts.sex, facts.father];
        for (((slot, bits), fact), learned) in self.slots().into_iter().zip(facts).zip(&mut learned) {
            if let (0, Some(fact)) = (*slot, fact) {
                *slot = short(&fact, bits);
                *learned = fact;
            }
        }
        (learned != [[0; 16]; 3]).then_some(learned)
    }

    /// Takes over what was learned before.
    pub(crate) fn recall(&mut self, learned: [[u8; 16]; 3]) {
        for ((slot, bits), fact) in self.slots().into_iter().zip(learned) {
            if *slot == 0 && fact != [0; 16] {
                *slot = short(&fact, bits);
            }
        }
    }

    /// Birth date, sex and father's name, and how many bits of each are kept.
    fn slots(&mut self) -> [(&mut u32, u32); 3] {
        [(&mut self.birth, BIRTH_BITS), (&mut self.sex, SEX_BITS), (&mut self.father, FATHER_BITS)]
    }

    /// Whether two persons cannot be one: their birth dates differ, or with one birth date their sex or father's names.
    pub(crate) fn contradicts(&self, other: &Known) -> bool {
        let differ = |one: u32, other: u32| one != 0 && other != 0 && one != other;
        let is_comparable = self.birth != 0 && other.birth != 0;
        is_comparable && (self.birth != other.birth || differ(self.sex, other.sex) || differ(self.father, other.father))
    }

    /// Whether a record was born on another day.
    pub(crate) fn has_another_birth(&self, facts: &Facts) -> bool {
        self.birth != 0 && facts.birth.is_some() && !self.is_born_with(facts)
    }

    /// Whether a record born on the same day is of the other sex.
    pub(crate) fn has_another_sex(&self, facts: &Facts) -> bool {
        let differs = |sex| short(sex, SEX_BITS) != self.sex;
        self.is_born_with(facts) && self.sex != 0 && facts.sex.as_ref().is_some_and(differs)
    }

    /// Whether none of the father's names that a record may have is the person's.
    pub(crate) fn has_another_father(&self, facts: &Facts) -> bool {
        let fathers = &facts.fathers;
        let differs = |one| short(one, FATHER_BITS) != self.father;
        self.is_born_with(facts) && self.father != 0 && !fathers.is_empty() && fathers.iter().all(differs)
    }

    fn is_born_with(&self, facts: &Facts) -> bool {
        facts.birth.as_ref().is_some_and(|birth| short(birth, BIRTH_BITS) == self.birth)
    }
}

/// The first bits of a digest, never zero.
fn short(digest: &[u8; 16], bits: u32) -> u32 {
    ((u128::from_be_bytes(*digest) >> (u128::BITS - bits)) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known(birth: u32, sex: u32, father: u32) -> Known {
        Known { birth, sex, father }
    }

    #[test]
    fn a_member_is_what_was_noted() {
        let mut members = Members::none(9);
        let (one, other) = (members.add("2018".into()).expect("room"), members.add(Cohort::NO_YEAR).expect("room"));
        assert_eq!((one, other, members.next()), (1, 2, 3));
        let all = known((1 << BIRTH_BITS) - 1, (1 << SEX_BITS) - 1, (1 << FATHER_BITS) - 1);
        members.know(one, all);
        members.enrich(one);
        assert_eq!(members.lower(one, "-32768".into()), "-32768".into());
        assert_eq!(members.lower(one, "2017".into()), "-32768".into());
        assert_eq!((members.known(one), members.is_rich(one)), (all, true));
        assert_eq!((members.known(other), members.is_rich(other)), (Known::default(), false));
        assert_eq!(members.cohort(other), Cohort::NO_YEAR);
        assert_eq!([0, 1, 2, 3].map(|number| members.has(number)), [false, true, true, false]);
    }

    #[test]
    fn numbers_of_persons_who_are_gone_stay_empty() {
        let mut members = Members::none(9);
        members.put(4, "2018".into()).expect("room");
        members.put(2, "2019".into()).expect("room");
        assert_eq!([1, 2, 3, 4].map(|number| members.has(number)), [false, true, false, true]);
        assert_eq!((members.next(), members.cohort(2)), (5, "2019".into()));
    }

    #[test]
    fn there_are_no_more_persons_than_numbers() {
        let full = |result| matches!(result, Err(IdentityError::RegisterFull { most: 2 }));
        let mut members = Members::none(2);
        assert_eq!((members.add("2018".into()).ok(), members.add("2018".into()).ok()), (Some(1), Some(2)));
        assert!(full(members.add("2018".into()).map(drop)) && full(members.put(3, "2018".into())));
        assert_eq!(Members::none(u32::MAX).most, MOST_PERSONS, "an entry of the index holds no higher one");
    }

    #[test]
    fn two_sexes_and_two_fathers_of_one_birth_date_differ() {
        let fact = |start: u64| (u128::from(start) << 64 | 1).to_be_bytes();
        let facts =
            |sex, father| Facts { birth: Some(fact(1 << 40)), sex, father, fathers: father.into_iter().collect() };
        let of = |facts: &Facts| {
            let mut known = Known::default();
            assert_eq!(known.learn(facts).expect("it is new")[0], fact(1 << 40));
            assert_eq!(known.learn(facts), None, "nothing is new");
            known
        };
        for sex in (0..=u64::MAX).step_by(usize::MAX / 999) {
            let (one, other) = (facts(Some(fact(sex)), None), facts(Some(fact(!sex)), None));
            assert!(of(&one).contradicts(&of(&other)) && of(&one).has_another_sex(&other));
            assert!(!of(&one).contradicts(&of(&one)) && !of(&one).has_another_sex(&one));
        }
        let (one, other) = (facts(None, Some(fact(1 << 40))), facts(None, Some(fact(1 << 41))));
        assert!(of(&one).contradicts(&of(&other)) && of(&one).has_another_father(&other));
        assert!(!of(&one).contradicts(&of(&one)) && !of(&one).has_another_father(&one));
    }

    proptest! {
        /// What is packed comes out again, and nothing else of the member changes.
        #[test]
        fn facts_are_kept(
            (birth, sex) in (0_u32..1 << BIRTH_BITS, 0_u32..1 << SEX_BITS),
            father in 0_u32..1 << FATHER_BITS,
            year in 1_i16..3_000,
            is_rich: bool,
        ) {
            let mut members = Members::none(9);
            let number = members.add(Cohort::of_year(year)).expect("room");
            if is_rich {
                members.enrich(number);
            }
            for known in [known(birth, sex, father), known(father, 0, birth), known(birth, sex, father)] {
                members.know(number, known);
                prop_assert_eq!(members.known(number), known);
                prop_assert_eq!((members.cohort(number), members.is_rich(number)), (Cohort::of_year(year), is_rich));
            }
        }
    }
}

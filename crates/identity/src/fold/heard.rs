//! Words of names that were folded before. A few thousand given and family names make up most of a list, and folding a word
//! takes longer than finding it again.
//!
//! The words are as they were written, so they live no longer than the file that is being read, and are wiped when they go.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use zeroize::Zeroizing;

use super::Reading;
use super::absent::Absent;

/// Words that are remembered at most. Two that fall into one place take turns.
const PLACES: usize = 1 << 12;

/// What is remembered of the words of names. Nothing at first, and nothing ever unless asked to.
#[derive(Default)]
pub struct HeardNames {
    places: Vec<Option<Word>>,
    hash: RandomState,
}

struct Word {
    written: Zeroizing<String>,
    reading: Reading,
    heard: Heard,
}

/// What a word sounds like, and whether it stands in the list of words that are no names.
pub(super) struct Heard {
    pub(super) sounds: Zeroizing<String>,
    pub(super) listed: Option<Absent>,
}

impl HeardNames {
    /// Remembers from now on. Its size is one for all files.
    pub fn remembering() -> HeardNames {
        HeardNames { places: (0..PLACES).map(|_| None).collect(), hash: RandomState::default() }
    }

    /// What was heard of a word before, or else what `hear` makes of it now.
    pub(super) fn word<R>(
        &mut self,
        written: &str,
        reading: Reading,
        hear: impl FnOnce() -> Heard,
        take: impl FnOnce(&Heard) -> R,
    ) -> R {
        if self.places.is_empty() {
            return take(&hear());
        }
        let at = self.hash.hash_one(written) as usize % self.places.len();
        let place = &mut self.places[at];
        if !place.as_ref().is_some_and(|word| word.reading == reading && *word.written == written) {
            *place = Some(Word { written: Zeroizing::new(written.to_owned()), reading, heard: hear() });
        }
        take(&place.as_ref().expect("it was put there").heard)
    }
}

impl std::fmt::Debug for HeardNames {
    /// Shows no word.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("HeardNames(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(sounds: &str) -> Heard {
        Heard { sounds: Zeroizing::new(sounds.to_owned()), listed: None }
    }

    #[test]
    fn a_word_is_heard_once_in_each_reading() {
        let mut names = HeardNames::remembering();
        let mut times = 0;
        for reading in [Reading::English, Reading::English, Reading::French] {
            let hear = || {
                times += 1;
                heard("karim")
            };
            names.word("karim", reading, hear, |heard| assert_eq!(*heard.sounds, "karim"));
        }
        assert_eq!(times, 2);
    }

    #[test]
    fn words_that_share_a_place_are_not_taken_for_each_other() {
        let mut names = HeardNames { places: vec![None], hash: RandomState::default() };
        for word in ["one", "two", "one", "two"] {
            names.word(word, Reading::English, || heard(word), |heard| assert_eq!(*heard.sounds, word));
        }
    }
}

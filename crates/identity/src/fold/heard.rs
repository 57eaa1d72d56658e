//! Words of names that were folded before, and cells of columns that hold given, family or father's names alone. A few
//! thousand names make up most of a list, and folding one takes longer than finding it again.
//!
//! They are as they were written, so they live no longer than the file that is being read, and are wiped when they go.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use zeroize::Zeroizing;

use super::Reading;
use super::absent::Absent;
use super::word::Word;

/// Words, and cells, that are remembered at most. Two that fall into one place take turns.
const PLACES: usize = 1 << 12;

/// What is remembered of names. Nothing at first, and nothing ever unless asked to.
#[derive(Default)]
pub struct HeardNames {
    words: Memory<Heard>,
    cells: Memory<Words>,
    hash: RandomState,
}

/// The words of a cell.
pub(super) type Words = Arc<[Arc<Word>]>;

/// What a word sounds like, and whether it stands in the list of words that are no names.
pub(super) struct Heard {
    /// None for an initial.
    pub(super) word: Option<Arc<Word>>,
    pub(super) listed: Option<Absent>,
}

/// What was made of texts, each in the place that its hash gives it.
struct Memory<T>(Vec<Option<Known<T>>>);

struct Known<T> {
    written: Zeroizing<String>,
    reading: Reading,
    made: T,
}

impl HeardNames {
    /// Remembers from now on. Its size is one for all files.
    pub fn remembering() -> HeardNames {
        HeardNames { words: Memory::new(PLACES), cells: Memory::new(PLACES), hash: RandomState::default() }
    }

    /// What was heard of a word before, or else what `hear` makes of it now.
    pub(super) fn word<R>(
        &mut self,
        written: &str,
        reading: Reading,
        hear: impl FnOnce() -> Heard,
        take: impl FnOnce(&Heard) -> R,
    ) -> R {
        let hash = self.hash.hash_one(written);
        if let Some(heard) = self.words.get(hash, written, reading) {
            return take(heard);
        }
        let heard = hear();
        let taken = take(&heard);
        self.words.keep(hash, written, reading, heard);
        taken
    }

    /// The words of a cell as they were found before, or else as `speak` finds them now. For columns in which the same
    /// cells come again and again; whole names hardly do.
    pub(super) fn cell(
        &mut self,
        written: &str,
        reading: Reading,
        speak: impl FnOnce(&mut HeardNames) -> Vec<Arc<Word>>,
    ) -> Words {
        let hash = self.hash.hash_one(written);
        if let Some(words) = self.cells.get(hash, written, reading) {
            return Arc::clone(words);
        }
        let words = Words::from(speak(self));
        self.cells.keep(hash, written, reading, Arc::clone(&words));
        words
    }
}

impl<T> Memory<T> {
    fn new(places: usize) -> Memory<T> {
        Memory((0..places).map(|_| None).collect())
    }

    fn get(&self, hash: u64, written: &str, reading: Reading) -> Option<&T> {
        let known = self.0.get(hash as usize % self.0.len().max(1))?.as_ref()?;
        (known.reading == reading && *known.written == written).then_some(&known.made)
    }

    fn keep(&mut self, hash: u64, written: &str, reading: Reading, made: T) {
        let places = self.0.len().max(1);
        if let Some(place) = self.0.get_mut(hash as usize % places) {
            *place = Some(Known { written: Zeroizing::new(written.to_owned()), reading, made });
        }
    }
}

impl<T> Default for Memory<T> {
    fn default() -> Memory<T> {
        Memory::new(0)
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
        Heard { word: Some(Arc::new(Word::of(sounds.to_owned()))), listed: None }
    }

    fn sounds(heard: &Heard) -> &str {
        &heard.word.as_ref().expect("a word").sounds
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
            names.word("karim", reading, hear, |heard| assert_eq!(sounds(heard), "karim"));
        }
        assert_eq!(times, 2);
    }

    #[test]
    fn a_cell_is_parted_once_in_each_reading() {
        let mut names = HeardNames::remembering();
        let mut times = 0;
        for reading in [Reading::English, Reading::English, Reading::French] {
            let words = names.cell("Абдул Азиз", reading, |_| {
                times += 1;
                ["abdul", "aziz"].iter().map(|word| Arc::new(Word::of((*word).to_owned()))).collect()
            });
            assert_eq!(words.iter().map(|word| word.sounds.as_str()).collect::<Vec<_>>(), ["abdul", "aziz"]);
        }
        assert_eq!(times, 2);
    }

    #[test]
    fn what_shares_a_place_is_not_taken_for_each_other() {
        let mut names = HeardNames { words: Memory::new(1), cells: Memory::new(1), hash: RandomState::default() };
        for word in ["one", "two", "one", "two"] {
            names.word(word, Reading::English, || heard(word), |heard| assert_eq!(sounds(heard), word));
            let words = names.cell(word, Reading::English, |_| heard(word).word.into_iter().collect());
            assert_eq!(*words[0].sounds, word);
        }
    }
}

//! Words that clerks write into a name cell when no name is known. Two people without a name, born on one day, are not one
//! person, so such words make no link key.
//!
//! The words are those by which the dictionary's code list `absence` and the shipped mappings say that nothing is known, in
//! Russian, Tajik, Uzbek and English, with the remarks that the same forms draw in a name column ("see passport",
//! "the minor", "name changed"). Some
//! are surnames as well (Неизвестный; Но and Не are Korean families of the region), so each says how sure it is. What a
//! mapping declares as absence never comes here, and a cell that intake knows for one such word alone is refused.
//!
//! A word added here takes link keys away and changes none, so it needs no new version of the label `link`.

/// What a listed word does to a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Absent {
    /// Never part of a name, whatever stands beside it.
    Always,
    /// No name when the whole cell is made of listed words.
    Alone,
    /// Means nothing without one of the two above: also a name.
    Beside,
}

/// In the order of their letters, lower case, apostrophes left out.
const WORDS: [(&str, Absent); 99] = [
    ("anonim", Absent::Always),
    ("anonym", Absent::Always),
    ("anonymous", Absent::Always),
    ("anonymus", Absent::Always),
    ("applicable", Absent::Alone),
    ("available", Absent::Alone),
    ("confidential", Absent::Always),
    ("data", Absent::Alone),
    ("document", Absent::Alone),
    ("doe", Absent::Always),
    ("given", Absent::Alone),
    ("hidden", Absent::Alone),
    ("incognito", Absent::Always),
    ("known", Absent::Alone),
    ("malum", Absent::Alone),
    ("mavjud", Absent::Alone),
    ("minor", Absent::Alone),
    ("missing", Absent::Alone),
    ("name", Absent::Alone),
    ("no", Absent::Beside),
    ("nomalum", Absent::Always),
    ("none", Absent::Alone),
    ("not", Absent::Beside),
    ("null", Absent::Alone),
    ("passport", Absent::Alone),
    ("recorded", Absent::Alone),
    ("refused", Absent::Alone),
    ("see", Absent::Beside),
    ("stated", Absent::Alone),
    ("test", Absent::Alone),
    ("unidentified", Absent::Always),
    ("unknown", Absent::Always),
    ("unnamed", Absent::Always),
    ("victim", Absent::Alone),
    ("withheld", Absent::Alone),
    ("xxx", Absent::Always),
    ("yoq", Absent::Alone),
    ("аноним", Absent::Always),
    ("анонимно", Absent::Always),
    ("без", Absent::Beside),
    ("данные", Absent::Alone),
    ("данных", Absent::Alone),
    ("девочка", Absent::Alone),
    ("документ", Absent::Alone),
    ("документе", Absent::Alone),
    ("духтарча", Absent::Alone),
    ("жертва", Absent::Always),
    ("известна", Absent::Alone),
    ("известно", Absent::Alone),
    ("изменено", Absent::Alone),
    ("изменены", Absent::Alone),
    ("имени", Absent::Alone),
    ("имя", Absent::Alone),
    ("инкогнито", Absent::Always),
    ("кӯдак", Absent::Alone),
    ("мальчик", Absent::Alone),
    ("маълум", Absent::Alone),
    ("маълумот", Absent::Alone),
    ("не", Absent::Beside),
    ("неизвестен", Absent::Always),
    ("неизвестна", Absent::Always),
    ("неизвестная", Absent::Alone),
    ("неизвестно", Absent::Always),
    ("неизвестный", Absent::Alone),
    ("несовершеннолетний", Absent::Always),
    ("несовершеннолетняя", Absent::Always),
    ("нест", Absent::Alone),
    ("нет", Absent::Alone),
    ("ноболиғ", Absent::Always),
    ("ном", Absent::Alone),
    ("номаълум", Absent::Always),
    ("отказ", Absent::Alone),
    ("отсутствует", Absent::Alone),
    ("паспорт", Absent::Alone),
    ("паспорта", Absent::Alone),
    ("паспорте", Absent::Alone),
    ("пинҳон", Absent::Alone),
    ("писарча", Absent::Alone),
    ("пострадавшая", Absent::Always),
    ("пострадавший", Absent::Always),
    ("ребенок", Absent::Alone),
    ("ребёнок", Absent::Alone),
    ("скрыта", Absent::Alone),
    ("скрыто", Absent::Alone),
    ("скрыты", Absent::Alone),
    ("см", Absent::Beside),
    ("смотри", Absent::Beside),
    ("сообщает", Absent::Alone),
    ("сообщил", Absent::Alone),
    ("сообщила", Absent::Alone),
    ("тест", Absent::Alone),
    ("указан", Absent::Alone),
    ("указана", Absent::Alone),
    ("указано", Absent::Alone),
    ("установлена", Absent::Alone),
    ("установлено", Absent::Alone),
    ("фио", Absent::Alone),
    ("шиноснома", Absent::Alone),
    ("ҷабрдида", Absent::Always),
];

/// Bytes of a word that tell it from most others, as a place in [`MARKED`].
const fn place(word: &[u8]) -> usize {
    // The second byte is half of the first letter in Cyrillic, where the first byte only tells the script.
    let (second, last) = (word[1] as usize, word[word.len() - 1] as usize);
    (second ^ last << 2 ^ word.len() << 4) % 512
}

/// The places of all listed words. Nearly no word of a name stands at one, and what does not needs no search.
static MARKED: [bool; 512] = {
    let mut marked = [false; 512];
    let mut at = 0;
    while at < WORDS.len() {
        marked[place(WORDS[at].0.as_bytes())] = true;
        at += 1;
    }
    marked
};

/// What a lower-case word in one script says; none when it is like any other.
pub(super) fn absent(word: &str) -> Option<Absent> {
    let found = |word: &str| {
        if word.len() < 2 || !MARKED[place(word.as_bytes())] {
            return None;
        }
        WORDS.binary_search_by_key(&word, |(listed, _)| listed).ok().map(|at| WORDS[at].1)
    };
    // Noma'lum and yo'q are written with an apostrophe or without.
    if word.contains('\'') { found(&word.replace('\'', "")) } else { found(word) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_in_order_and_told_with_any_apostrophe() {
        assert!(WORDS.is_sorted_by(|one, other| one.0 < other.0));
        for (word, said) in WORDS {
            assert_eq!(absent(word), Some(said), "{word}");
            assert_eq!(word.to_lowercase(), word);
        }
        assert_eq!((absent("noma'lum"), absent("yo'q")), (Some(Absent::Always), Some(Absent::Alone)));
        for name in ["раҳмонов", "нета", "noor", "нона", "ма'лума", "n", "'", ""] {
            assert_eq!(absent(name), None, "{name}");
        }
    }
}

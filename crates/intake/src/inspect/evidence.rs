//! What the cells of one column look like: how many are filled, how many are codes of a list, years, dates or numbers.
//!
//! Cells are counted by spelling in memory, up to a bound, and forgotten with the inspection. Nothing here hands a cell
//! out: the answers are counts.

use std::collections::HashMap;

use panoh_dictionary::{Accept, CodeList, DateFormat, YEARS};

/// Most different spellings that are kept of one column. A column with more is no column of codes.
const MOST_SPELLINGS: usize = 4_000;

/// Longest spelling that is kept, in bytes. Longer cells are free text.
const LONGEST_SPELLING: usize = 160;

/// The ways of writing a code that are tried.
pub(crate) const ACCEPT: [Accept; 8] =
    [Accept::Code, Accept::Alias, Accept::Htcds, Accept::Ctdc, Accept::En, Accept::Ru, Accept::Tg, Accept::Names];

/// The signs that may part the words of one cell, the likeliest first.
pub(crate) const SEPARATORS: [char; 4] = [';', '|', ',', ' '];

/// What was seen of one column.
#[derive(Default)]
pub(crate) struct Evidence {
    blank: u64,
    filled: u64,
    /// Trimmed cell → how often. At most [`MOST_SPELLINGS`].
    spellings: HashMap<Box<str>, u64>,
    /// Filled cells that are not among `spellings`.
    uncounted: u64,
    letters: u64,
    characters: u64,
}

/// How well a list of codes explains a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Coverage {
    /// Share of the filled cells, those without a word for not knowing, all of whose words are codes.
    pub(crate) share: f64,
    /// Different codes that were met.
    pub(crate) codes: usize,
    /// What parts several words of a cell.
    pub(crate) separator: Option<char>,
}

impl Evidence {
    /// Takes one cell in.
    pub(crate) fn observe(&mut self, cell: &str) {
        let cell = cell.trim();
        if cell.is_empty() {
            self.blank += 1;
            return;
        }
        self.filled += 1;
        self.characters += cell.chars().count() as u64;
        self.letters += cell.chars().filter(|letter| letter.is_alphabetic()).count() as u64;
        if let Some(count) = self.spellings.get_mut(cell) {
            *count += 1;
        } else if cell.len() <= LONGEST_SPELLING && self.spellings.len() < MOST_SPELLINGS {
            self.spellings.insert(cell.into(), 1);
        } else {
            self.uncounted += 1;
        }
    }

    /// Cells with something in them.
    pub(crate) fn filled(&self) -> u64 {
        self.filled
    }

    /// Share of the cells with something in them, 0 to 1.
    pub(crate) fn share_filled(&self) -> f64 {
        let all = self.blank + self.filled;
        if all == 0 { 0.0 } else { self.filled as f64 / all as f64 }
    }

    /// Different spellings, as far as they were kept.
    pub(crate) fn spellings(&self) -> usize {
        self.spellings.len()
    }

    /// Whether nearly every cell differs from the others, as names and numbers of documents do.
    pub(crate) fn tells_apart(&self) -> bool {
        self.filled >= 5 && (self.uncounted > 0 || self.spellings.len() as f64 > 0.7 * self.filled as f64)
    }

    /// Whether the cells read like sentences: many characters, most of them letters.
    pub(crate) fn is_prose(&self) -> bool {
        self.filled > 0 && self.characters / self.filled > 40 && self.letters * 10 > self.characters * 6
    }

    /// Share of the filled cells for which the test is true; spellings that were not kept count as false.
    pub(crate) fn share(&self, mut test: impl FnMut(&str) -> bool) -> f64 {
        if self.filled == 0 {
            return 0.0;
        }
        let passed: u64 = self.spellings.iter().filter(|(cell, _)| test(cell)).map(|(_, count)| count).sum();
        passed as f64 / self.filled as f64
    }

    /// How well the codes of a list explain the cells; cells that `is_absent` knows are left out.
    pub(crate) fn coverage(&self, list: &CodeList, is_absent: &dyn Fn(&str) -> bool) -> Coverage {
        let ways = std::iter::once(None).chain(SEPARATORS.map(Some));
        let mut best = Coverage { share: 0.0, codes: 0, separator: None };
        for separator in ways {
            let found = self.coverage_with(list, separator, is_absent);
            // A separator must earn its place: the plain reading wins a tie.
            if found.share > best.share + 1e-9 {
                best = found;
            }
        }
        best
    }

    fn coverage_with(&self, list: &CodeList, separator: Option<char>, is_absent: &dyn Fn(&str) -> bool) -> Coverage {
        let mut codes = std::collections::BTreeSet::new();
        let (mut known, mut asked) = (0, self.uncounted);
        for (cell, count) in &self.spellings {
            if is_absent(cell) {
                continue;
            }
            asked += count;
            let words: Vec<&str> = match separator {
                None => vec![cell],
                Some(sign) => cell.split(sign).map(str::trim).filter(|word| !word.is_empty()).collect(),
            };
            let found: Vec<_> = words.iter().map(|word| list.by_word(&ACCEPT, word)).collect();
            if !found.is_empty() && found.iter().all(Option::is_some) {
                known += count;
                codes.extend(found.into_iter().flatten().map(|code| code.code.as_str()));
            }
        }
        let share = if asked == 0 { 0.0 } else { known as f64 / asked as f64 };
        Coverage { share, codes: codes.len(), separator }
    }

    /// Share of the filled cells that are years in digits.
    pub(crate) fn years(&self) -> f64 {
        self.share(|cell| {
            let digits = cell.strip_suffix(".0").unwrap_or(cell);
            digits.len() == 4 && digits.parse().is_ok_and(|year: i16| YEARS.contains(&year))
        })
    }

    /// Share of the filled cells that are whole numbers, thousands signs allowed.
    pub(crate) fn numbers(&self) -> f64 {
        self.share(|cell| {
            let digits: String = cell.chars().filter(|sign| !matches!(sign, ',' | ' ' | '\u{a0}')).collect();
            let digits = digits.strip_suffix(".0").unwrap_or(&digits);
            !digits.is_empty() && digits.len() < 10 && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    }

    /// Share of the filled cells that are written in one date format.
    pub(crate) fn dates(&self, format: &DateFormat) -> f64 {
        self.share(|cell| format.read(cell).is_some_and(|date| YEARS.contains(&date.year)))
    }
}

#[cfg(test)]
mod tests {
    use panoh_dictionary::Dictionary;

    use super::*;

    fn evidence(cells: &[&str]) -> Evidence {
        let mut evidence = Evidence::default();
        for cell in cells {
            evidence.observe(cell);
        }
        evidence
    }

    #[test]
    fn codes_are_recognised_in_any_language_and_with_separators() {
        let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
        let purposes = dictionary.list("purpose").expect("the list exists");
        let none = |_: &str| false;
        let found =
            evidence(&["Forced labour", "принудительный труд", "sexual_exploitation"]).coverage(purposes, &none);
        assert_eq!((found.share, found.codes, found.separator), (1.0, 2, None));
        let found = evidence(&["Forced labour; Servitude", "Servitude"]).coverage(purposes, &none);
        assert_eq!((found.share, found.codes, found.separator), (1.0, 2, Some(';')));
        assert!(evidence(&["Зулфия", "Каримова"]).coverage(purposes, &none).share < 1e-9);
    }

    #[test]
    fn words_for_not_knowing_are_left_out() {
        let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
        let purposes = dictionary.list("purpose").expect("the list exists");
        let found = evidence(&["Servitude", "-99", "-99"]).coverage(purposes, &|cell| cell == "-99");
        assert!((found.share - 1.0).abs() < 1e-9);
    }

    #[test]
    fn numbers_years_and_prose_are_told() {
        assert!((evidence(&["2018", "2019.0", "", "1899"]).years() - 2.0 / 3.0).abs() < 1e-9);
        assert!((evidence(&["1,024", "70 000", "x"]).numbers() - 2.0 / 3.0).abs() < 1e-9);
        assert!(
            evidence(&["She was taken from the village and told that the work was in a bakery abroad."]).is_prose()
        );
        assert!(!evidence(&["TJ", "RU"]).is_prose());
        assert!(evidence(&["a1", "a2", "a3", "a4", "a5", "a6"]).tells_apart());
        assert!(!evidence(&["TJ", "TJ", "RU", "TJ", "RU", "TJ"]).tells_apart());
    }
}

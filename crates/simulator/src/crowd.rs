//! Names as frequent as they are in a country, so that people look alike by chance as often as there.
//!
//! Names of the region are one word or are put together of two: Назар, Назарали, Назармурод. The one-word names of the
//! lists are common, and fall off by rank as Zipf and Mandelbrot found for words and names: the name of rank `r` has a share
//! in proportion to 1 / (r + 10). Names of two words share them out further. The commonest given and family names come to
//! about 2.5 in a hundred (5.5 among the neighbours, whose lists are short), and two persons of one sex have both names in
//! common once in fifty thousand times: more often than in most countries.

use std::sync::LazyLock;

use rand::Rng;
use rand::seq::IndexedRandom;

/// How flat the head of the frequencies is.
const OFFSET: f64 = 10.0;

/// Part of the persons whose name is one word of the lists.
const SIMPLE: f64 = 0.4;

/// Longest first word of a name of two, in letters.
const LONGEST_FIRST: usize = 7;

/// Second words of men's names and of family names.
const MEN: &[&str] = &["али", "бек", "ҷон", "мурод", "назар", "шоҳ", "хоҷа", "қул", "ёр", "хон", "бой"];

/// Second words of women's names.
const WOMEN: &[&str] = &["бону", "гул", "моҳ", "хон", "ой", "нисо", "бегим", "ҷон", "хол"];

/// The same for the neighbours.
const NEIGHBOUR_MEN: &[&str] = &["али", "бек", "жан", "мурат", "назар", "кул", "бай", "хан", "берди", "тай"];
const NEIGHBOUR_WOMEN: &[&str] = &["бану", "гуль", "ай", "хан", "жан", "биби", "нур", "кыз", "ханум"];

/// Names with their frequencies.
pub(crate) struct Stock {
    words: &'static [&'static str],
    /// Names of two words, those of one first word beside each other.
    compounds: Vec<Vec<String>>,
    /// Sums of shares up to each word.
    sums: Vec<f64>,
}

impl Stock {
    fn new(words: &'static [&'static str], second: &[&str]) -> Self {
        let compounds = words.iter().map(|first| {
            let is_short = first.chars().count() <= LONGEST_FIRST;
            let both = second.iter().filter(|second| is_short && !first.ends_with(**second));
            both.map(|second| format!("{first}{second}")).collect()
        });
        let mut sum = 0.0;
        let sums = (1..=words.len()).map(|rank| {
            sum += 1.0 / (rank as f64 + OFFSET);
            sum
        });
        Self { words, compounds: compounds.collect(), sums: sums.collect() }
    }

    /// A name by its frequency.
    pub(crate) fn draw(&'static self, rng: &mut impl Rng) -> &'static str {
        let roll = rng.random::<f64>() * self.sums.last().copied().unwrap_or_default();
        let rank = self.sums.partition_point(|sum| *sum <= roll).min(self.words.len() - 1);
        let is_simple = rng.random_bool(SIMPLE);
        let compound = if is_simple { None } else { self.compounds[rank].choose(rng) };
        compound.map_or(self.words[rank], String::as_str)
    }

    /// Another name than this one, of a similar frequency.
    pub(crate) fn other(&'static self, name: &str) -> &'static str {
        let at = self.words.iter().position(|word| *word == name).unwrap_or(name.len());
        self.words[(at + 1) % self.words.len()]
    }
}

/// The names of one kind.
pub(crate) struct Crowd {
    pub(crate) given: Stock,
    pub(crate) family: Stock,
}

/// In the order of [`crate::names::KINDS`].
pub(crate) static CROWDS: LazyLock<[Crowd; 4]> = LazyLock::new(|| {
    let seconds = [(WOMEN, MEN), (MEN, MEN), (NEIGHBOUR_WOMEN, NEIGHBOUR_MEN), (NEIGHBOUR_MEN, NEIGHBOUR_MEN)];
    [0, 1, 2, 3].map(|kind| {
        let (sex, tajik) = crate::names::KINDS[kind];
        let (given, family) = crate::names::lists(sex, tajik);
        Crowd { given: Stock::new(given, seconds[kind].0), family: Stock::new(family, seconds[kind].1) }
    })
});

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn names_are_as_frequent_as_said() {
        let mut rng = crate::rng::stream(1, 1, crate::rng::Part::Identity);
        for (crowd, most) in CROWDS.iter().zip([0.03, 0.03, 0.06, 0.06]) {
            for stock in [&crowd.given, &crowd.family] {
                let mut counts: HashMap<&str, u32> = HashMap::new();
                (0..20_000).for_each(|_| *counts.entry(stock.draw(&mut rng)).or_default() += 1);
                let commonest = counts.values().max().copied().unwrap_or_default();
                assert!((0.01..most).contains(&(f64::from(commonest) / 20_000.0)), "{commonest} of 20,000");
                assert!(counts.len() > 200);
                assert!(counts.keys().all(|name| stock.other(name) != *name));
            }
        }
    }
}

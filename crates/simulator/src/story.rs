//! The story as shares: which part of the persons has which attribute, at four moments, with straight lines between.
//! The tables are CSV files in `story/`, so that a reader can see and question the story without reading Rust.

use std::collections::BTreeMap;

use panoh_dictionary::Dictionary;
use rand::Rng;

use crate::error::SimulatorError;

/// Years at which the tables give a weight. The turn from women to men happens between the second and the third.
const ANCHORS: [f64; 4] = [2014.0, 2018.0, 2019.0, 2025.0];

const COUNTRIES: &str = "story/countries.csv";

/// Instead of a country: the country of the person's own citizenship, so a route inside one country.
pub(crate) const HOME: &str = "home";

/// One line of a table: a code and its weight at each anchor.
#[derive(Debug, Clone)]
struct Share {
    code: String,
    weights: [f64; 4],
}

impl Share {
    /// Weight in a year, on the straight line between the anchors around it.
    fn weight(&self, year: i16) -> f64 {
        let year = f64::from(year).clamp(ANCHORS[0], ANCHORS[3]);
        let right = ANCHORS.iter().position(|anchor| year <= *anchor).unwrap_or(3).max(1);
        let (from, to) = (ANCHORS[right - 1], ANCHORS[right]);
        let part = (year - from) / (to - from);
        self.weights[right - 1] * (1.0 - part) + self.weights[right] * part
    }
}

/// What the passports, phones and names of one country's citizens look like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Country {
    pub(crate) tajik_names: bool,
    /// One series before eight digits, or ten before seven.
    pub(crate) series: Vec<String>,
    pub(crate) dialling: String,
}

/// All shares of one table, by attribute and by what it depends on.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    countries: BTreeMap<String, Country>,
    shares: BTreeMap<String, BTreeMap<String, Vec<Share>>>,
}

impl Story {
    /// Reads one table and checks every code against the dictionary.
    pub(crate) fn read(table: &'static str, text: &str, dictionary: &Dictionary) -> Result<Self, SimulatorError> {
        let countries = countries()?;
        let mut shares: BTreeMap<String, BTreeMap<String, Vec<Share>>> = BTreeMap::new();
        for (index, line) in text.lines().enumerate().skip(1) {
            let refuse = |rule: String| SimulatorError::Story { table, line: index + 1, rule };
            let cells: Vec<&str> = line.split(',').collect();
            let [attribute, of, code, rest @ ..] = cells.as_slice() else {
                return Err(refuse("must hold attribute, of, code and weights".to_owned()));
            };
            check_code(attribute, code, dictionary).map_err(refuse)?;
            let weights = weights(rest).map_err(refuse)?;
            let of_attribute = shares.entry((*attribute).to_owned()).or_default();
            of_attribute.entry((*of).to_owned()).or_default().push(Share { code: (*code).to_owned(), weights });
        }
        Ok(Self { countries, shares })
    }

    /// One code, drawn by weight. `of` is what the attribute depends on, empty when on nothing.
    pub(crate) fn pick(&self, attribute: &str, of: &str, year: i16, rng: &mut impl Rng) -> &str {
        let shares = self.shares(attribute, of);
        let total: f64 = shares.iter().map(|share| share.weight(year)).sum();
        let mut left = rng.random::<f64>() * total;
        for share in shares {
            left -= share.weight(year);
            if left < 0.0 {
                return &share.code;
            }
        }
        shares.last().map_or("", |share| share.code.as_str())
    }

    /// Every code whose own chance, a percentage, comes true.
    pub(crate) fn each(&self, attribute: &str, of: &str, year: i16, rng: &mut impl Rng) -> Vec<&str> {
        let chances = self.shares(attribute, of).iter();
        chances.filter(|share| rng.random::<f64>() * 100.0 < share.weight(year)).map(|s| s.code.as_str()).collect()
    }

    /// Passports, phones and names of a country of citizenship.
    pub(crate) fn country(&self, code: &str) -> Result<&Country, SimulatorError> {
        let rule = || format!("must hold a line for {code}");
        self.countries.get(code).ok_or_else(|| SimulatorError::Story { table: COUNTRIES, line: 1, rule: rule() })
    }

    fn shares(&self, attribute: &str, of: &str) -> &[Share] {
        self.shares.get(attribute).and_then(|shares| shares.get(of)).map_or(&[], Vec::as_slice)
    }
}

fn countries() -> Result<BTreeMap<String, Country>, SimulatorError> {
    let lines = include_str!("../story/countries.csv").lines().enumerate().skip(1);
    lines
        .map(|(index, line)| {
            let refuse =
                |rule: &str| SimulatorError::Story { table: COUNTRIES, line: index + 1, rule: rule.to_owned() };
            let [code, names, series, dialling] = line.split(',').collect::<Vec<_>>()[..] else {
                return Err(refuse("must hold country, names, series and dialling"));
            };
            let series: Vec<String> = series.split('|').map(str::to_owned).collect();
            if series.len() != 1 && series.len() != 10 {
                return Err(refuse("must hold one series or ten"));
            }
            let country = Country { tajik_names: names == "tajik", series, dialling: dialling.to_owned() };
            Ok((code.to_owned(), country))
        })
        .collect()
}

/// Weights at the anchors; an empty cell repeats the one before it.
fn weights(cells: &[&str]) -> Result<[f64; 4], String> {
    let mut weights = [0.0; 4];
    for (at, weight) in weights.iter_mut().enumerate() {
        let cell = (0..=at).rev().filter_map(|i| cells.get(i)).find(|cell| !cell.is_empty());
        *weight = cell.and_then(|cell| cell.parse().ok()).ok_or("must hold one to four weights")?;
    }
    Ok(weights)
}

/// The table's attributes are named after the dictionary's lists, or end in the list's name after a dot.
fn check_code(attribute: &str, code: &str, dictionary: &Dictionary) -> Result<(), String> {
    let list = attribute.rsplit('.').next().unwrap_or(attribute);
    let list = dictionary.list(list).ok_or_else(|| format!("no list {list} in the dictionary"))?;
    let known = |part: &str| part.is_empty() || part == HOME || list.code(part).is_some();
    if code.split(';').all(known) { Ok(()) } else { Err(format!("a code is not in the list {}", list.name)) }
}

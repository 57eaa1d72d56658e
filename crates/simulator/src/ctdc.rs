//! A made-up file in the layout of the k-anonymised data set of the Counter-Trafficking Data Collaborative, July 2021:
//! 63 columns, alpha-2 countries, flags that are 1, 0 or empty. Tests that need no real rows need no real file.
//!
//! Values follow the real file's conventions, not its figures. One row is one person.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use panoh_dictionary::Dictionary;
use rand::Rng;

use crate::error::SimulatorError;
use crate::export::Table;
use crate::rng::{Part, stream};
use crate::story::{HOME, Story};
use crate::truth::MISSING;
use crate::words::Words;

/// What to make up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CtdcScenario {
    /// Seed of every draw.
    pub seed: u64,
    /// Rows below the header.
    pub rows: u64,
}

/// What the file holds, in the dictionary's codes; `missing` where the file says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CtdcTruth {
    /// Rows below the header, all of them good.
    pub rows: u64,
    /// Rows by year of registration; none where the file says nothing.
    pub rows_by_year: BTreeMap<Option<i16>, u64>,
    /// Rows by gender.
    pub rows_by_gender: BTreeMap<String, u64>,
    /// Rows by (citizenship, country of exploitation), alpha-3, where both are known.
    pub rows_by_route: BTreeMap<(String, String), u64>,
    /// Rows by purpose; a row with two purposes counts under both.
    pub rows_by_purpose: BTreeMap<String, u64>,
}

/// One column of the layout, a line of `words/ctdc-2021-columns.csv`.
struct Column {
    header: &'static str,
    shape: Shape,
    group: &'static str,
    codes: Vec<&'static str>,
}

/// How a column writes the answers of its group.
#[derive(Clone, Copy)]
enum Shape {
    Year,
    /// Words of all codes, separated by semicolons.
    Words,
    /// 1 when all of the column's codes are among the answers; 0 or nothing when the group has other answers.
    Flag,
    /// Nothing, ever.
    Empty,
}

/// What one row says: codes by group. A group that nothing is known about has none.
type Answers<'a> = HashMap<&'static str, Vec<&'a str>>;

/// The answer of a group that somebody was asked about and did not specify.
const NOT_SPECIFIED: &str = "unknown";

/// The shares of this story are the same in all years.
const YEAR: i16 = 2021;

/// The layout with the shares and words that fill it.
pub(crate) struct Cases {
    story: Story,
    words: Words,
    columns: Vec<Column>,
}

/// One row: its year, its answers, its cells.
type Case<'a> = (Option<i16>, Answers<'a>, Vec<String>);

impl Cases {
    pub(crate) fn read() -> Result<Self, SimulatorError> {
        let dictionary = Dictionary::builtin()?;
        let story = Story::read("story/ctdc.csv", include_str!("../story/ctdc.csv"), &dictionary)?;
        let words = Words::read("words/ctdc-2021.csv", include_str!("../words/ctdc-2021.csv"), &dictionary)?;
        Ok(Self { story, words, columns: columns()? })
    }

    /// The names of the columns.
    pub(crate) fn headers(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.header).collect()
    }

    /// Draws the cells of one row of a sender who writes a 0 where others write nothing.
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> Vec<String> {
        self.row(true, rng).2
    }

    fn row(&self, zeros: bool, rng: &mut impl Rng) -> Case<'_> {
        let year = (!rng.random_bool(0.02)).then(|| 2021 - (rng.random::<f64>().powi(3) * 20.0) as i16);
        let answers = answers(&self.story, rng);
        let zeros = zeros || rng.random_bool(0.6);
        let cells = self.columns.iter().map(|column| cell(column, year, &answers, zeros, &self.words)).collect();
        (year, answers, cells)
    }
}

/// Writes the file and returns what it holds. The same scenario gives the same bytes.
pub fn write_ctdc(scenario: &CtdcScenario, path: &Path) -> Result<CtdcTruth, SimulatorError> {
    let cases = Cases::read()?;
    let mut table = Table::create(path.to_owned(), &cases.headers())?;
    let mut truth = CtdcTruth { rows: scenario.rows, ..CtdcTruth::default() };
    for number in 0..scenario.rows {
        let mut rng = stream(scenario.seed, number, Part::Ctdc);
        // Some senders write a 0 where others write nothing.
        let (year, answers, cells) = cases.row(false, &mut rng);
        table.write(&cells)?;
        truth.count(year, &answers);
    }
    table.finish()?;
    Ok(truth)
}

/// Draws the answers of one row.
fn answers<'a>(story: &'a Story, rng: &mut impl Rng) -> Answers<'a> {
    let mut pick = |attribute: &str, of: &str| -> Vec<&'a str> {
        story.pick(attribute, of, YEAR, rng).split(';').filter(|code| !code.is_empty()).collect()
    };
    let citizenship = pick("citizenship.country", "");
    let home = citizenship.first().copied().unwrap_or_default();
    let mut exploitation = pick("exploitation.country", home);
    if exploitation == [HOME] {
        exploitation = vec![home];
    }
    let age_band = pick("age_band", "");
    let majority = pick("majority", age_band.first().copied().unwrap_or_default());
    let purposes = pick("purpose", "");
    let mut sectors: Vec<&str> = purposes.iter().flat_map(|purpose| pick("sector", purpose)).collect();
    if sectors.is_empty() && purposes.contains(&"forced_labour") {
        sectors.push(NOT_SPECIFIED);
    }
    let sex_types = purposes.iter().flat_map(|purpose| pick("sex_exploitation_type", purpose)).collect();
    let mut recruiters = pick("recruiter_relation", "");
    if recruiters.is_empty() {
        recruiters.push(NOT_SPECIFIED);
    }
    let singles = [("record_system", "record_system"), ("gender", "gender"), ("yes_no", "yes_no")];
    let mut answers: Answers<'a> = singles.map(|(group, attribute)| (group, pick(attribute, ""))).into();
    let mut means = story.each("means", "", YEAR, rng);
    if means.is_empty() {
        means.push(NOT_SPECIFIED);
    }
    answers.extend([
        ("citizenship", citizenship),
        ("exploitation", exploitation),
        ("age_band", age_band),
        ("majority", majority),
        ("purpose", purposes),
        ("sector", sectors),
        ("sex_exploitation_type", sex_types),
        ("recruiter_relation", recruiters),
        ("means", means),
    ]);
    answers
}

/// One cell of one row.
fn cell(column: &Column, year: Option<i16>, answers: &Answers<'_>, zeros: bool, words: &Words) -> String {
    let codes = answers.get(column.group).map_or(&[][..], Vec::as_slice);
    match column.shape {
        Shape::Year => year.map(|year| year.to_string()).unwrap_or_default(),
        Shape::Flag if column.codes.iter().all(|code| codes.contains(code)) => "1".to_owned(),
        Shape::Flag if zeros && !codes.is_empty() => "0".to_owned(),
        Shape::Flag | Shape::Empty => String::new(),
        Shape::Words => {
            let words = codes.iter().map(|code| word(column.group, code, words));
            words.collect::<Vec<_>>().join(";")
        }
    }
}

fn word<'a>(group: &str, code: &'a str, words: &'a Words) -> &'a str {
    let list = match group {
        _ if code == NOT_SPECIFIED => "absence",
        "citizenship" | "exploitation" => "country",
        group => group,
    };
    words.get(list, code, 0).unwrap_or(code)
}

fn columns() -> Result<Vec<Column>, SimulatorError> {
    let table = "words/ctdc-2021-columns.csv";
    let lines = include_str!("../words/ctdc-2021-columns.csv").lines().enumerate().skip(1);
    lines
        .map(|(index, line)| {
            let refuse = |rule: &str| SimulatorError::Story { table, line: index + 1, rule: rule.to_owned() };
            let [header, shape, group, codes] = line.split(',').collect::<Vec<_>>()[..] else {
                return Err(refuse("must hold header, shape, group and codes"));
            };
            let shape = match shape {
                "year" => Shape::Year,
                "word" | "list" => Shape::Words,
                "flag" => Shape::Flag,
                "empty" => Shape::Empty,
                _ => return Err(refuse("must have the shape year, word, list, flag or empty")),
            };
            Ok(Column { header, shape, group, codes: codes.split('&').collect() })
        })
        .collect()
}

impl CtdcTruth {
    fn count(&mut self, year: Option<i16>, answers: &Answers<'_>) {
        let first = |group| answers.get(group).and_then(|codes: &Vec<&str>| codes.first()).copied();
        *self.rows_by_year.entry(year).or_default() += 1;
        *self.rows_by_gender.entry(first("gender").unwrap_or(MISSING).to_owned()).or_default() += 1;
        if let (Some(from), Some(to)) = (first("citizenship"), first("exploitation")) {
            *self.rows_by_route.entry((from.to_owned(), to.to_owned())).or_default() += 1;
        }
        for purpose in answers.get("purpose").into_iter().flatten() {
            *self.rows_by_purpose.entry((*purpose).to_owned()).or_default() += 1;
        }
    }
}

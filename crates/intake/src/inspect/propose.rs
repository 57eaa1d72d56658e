//! What each column of an unknown export seems to be: its name compared with the words of `headers.toml`, its cells with
//! the code lists. A proposal is a value; a person decides.

use std::collections::HashSet;

use panoh_dictionary::{
    Absence, Accept, CodeList, Column, DateFormat, Dictionary, HeaderMeans, Kind, Origin, PlacePart, Table,
};
use serde::Serialize;

use super::evidence::{ACCEPT, Coverage, Evidence};
use super::similar::{normal, similarity};

/// Names less alike than this say nothing about each other.
const LEAST_ALIKE: f64 = 0.5;

/// How well dates may fit at most whose day and month could be either. With a name that is known it makes a guess.
const EITHER_FIT: f64 = 0.5;

/// Date formats that are tried, the ones that cannot be mistaken first.
const FORMATS: [&str; 10] = [
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%d %B %Y",
    "%m.%Y",
    "%B %Y",
    "%Y",
];

/// Words by which registers say that nothing is known, beside those of the list `absence`. `NA` is not among them: it is
/// Namibia.
const ABSENT: &[(&str, Absence)] = &[
    ("-", Absence::Missing),
    ("--", Absence::Missing),
    ("n/a", Absence::NotApplicable),
    ("нет данных", Absence::Missing),
    ("маълумот нест", Absence::Missing),
    ("не указано", Absence::Missing),
    ("нишон дода нашудааст", Absence::Missing),
    ("not recorded", Absence::Missing),
    ("not stated", Absence::Missing),
    ("not known", Absence::Unknown),
    ("не известно", Absence::Unknown),
    ("неизвестен", Absence::Unknown),
    ("маълум нест", Absence::Unknown),
    ("00", Absence::Unknown),
];

/// How sure a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sure {
    /// Nothing was recognised; the column is dropped until someone decides.
    Unknown,
    /// Name or cells fit somewhat.
    Guess,
    /// Name or cells fit well.
    Likely,
    /// Name and cells fit.
    Sure,
}

/// What to do with one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Proposed {
    pub(crate) verb: Verb,
    pub(crate) sure: Sure,
    /// Why, in words that hold no cell.
    pub(crate) why: String,
}

/// A verb of the mapping language with what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verb {
    Drop(String),
    Ignore(String),
    Consent,
    Identity { field: &'static str, formats: Vec<String> },
    Year { target: String },
    Date { year: Option<String>, month: Option<String>, formats: Vec<String> },
    Age { target: String },
    Code { target: String, absent: Vec<(String, Absence)> },
    Codes { target: String, separator: Option<char>, absent: Vec<(String, Absence)> },
    Count { target: String },
    Reference { target: String },
    Place { role: String, part: PlacePart, absent: Vec<(String, Absence)> },
}

/// What proposals are made from.
pub(crate) struct Vocabulary<'a> {
    dictionary: &'a Dictionary,
    /// Meaning, and its words in their normal form.
    words: Vec<(&'a HeaderMeans, Vec<String>)>,
}

/// By how many names of its own another table must lead before `cases`, where most lists of persons belong.
const LEAST_LEAD: f64 = 0.75;

impl<'a> Vocabulary<'a> {
    pub(crate) fn new(dictionary: &'a Dictionary) -> Self {
        let normals = |words: &[String]| words.iter().map(|word| normal(word)).collect();
        let words = dictionary.headers().iter().map(|header| (&header.means, normals(&header.words))).collect();
        Self { dictionary, words }
    }

    /// How alike the name is to the nearest known word, 0 to 1.
    pub(crate) fn recognises(&self, name: &str) -> f64 {
        let name = normal(name);
        self.words.iter().map(|(_, words)| nearest(&name, words)).fold(0.0, f64::max)
    }

    /// The table that the names tell from the others; `cases` when none stands out. A name that many tables know, such as
    /// date or sex, tells little; each counts as one part of as many as there are tables that know it.
    pub(crate) fn table(&self, names: &[String]) -> Option<&'a Table> {
        let tables: Vec<&Table> = self.dictionary.tables().iter().filter(|table| table.name != "aliases").collect();
        let mut scores = vec![0.0; tables.len()];
        for name in names.iter().map(|name| normal(name)) {
            let alike: Vec<f64> = tables.iter().map(|table| self.alike_in(table, &name)).collect();
            let known = alike.iter().filter(|alike| **alike > 0.0).count().max(1) as f64;
            scores.iter_mut().zip(alike).for_each(|(score, alike)| *score += alike / known);
        }
        let scored = |at: usize| (tables[at], scores[at]);
        let cases = tables.iter().position(|table| table.name == "cases").map(scored);
        let best = (0..tables.len()).map(scored).max_by(|one, other| one.1.total_cmp(&other.1))?;
        match cases {
            Some((cases, score)) if best.1 < score + LEAST_LEAD => Some(cases),
            _ => Some(best.0),
        }
    }

    /// How alike a name is to the nearest word for a column of this table; 0 when it is not.
    fn alike_in(&self, table: &Table, name: &str) -> f64 {
        let of_table = self
            .words
            .iter()
            .filter(|(means, _)| matches!(means, HeaderMeans::Column { table: of, .. } if *of == table.name));
        of_table.map(|(_, words)| nearest(name, words)).filter(|alike| *alike > 0.7).fold(0.0, f64::max)
    }

    /// A proposal for each column; no two fill in one value.
    pub(crate) fn propose(&self, table: &Table, names: &[String], seen: &[Evidence]) -> Vec<Proposed> {
        let mut ranked: Vec<(usize, f64, Proposed)> = Vec::new();
        for (at, (name, evidence)) in names.iter().zip(seen).enumerate() {
            for (score, proposed) in self.candidates(table, name, evidence) {
                ranked.push((at, score, proposed));
            }
        }
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        let mut chosen: Vec<Option<Proposed>> = vec![None; names.len()];
        let mut taken = HashSet::new();
        for (at, _, proposed) in ranked {
            if chosen[at].is_none() && single_values(&proposed.verb).iter().all(|value| !taken.contains(value)) {
                taken.extend(single_values(&proposed.verb));
                chosen[at] = Some(proposed);
            }
        }
        let columns = chosen.into_iter().zip(names.iter().zip(seen));
        columns.map(|(proposed, (name, evidence))| proposed.unwrap_or_else(|| unknown(name, evidence))).collect()
    }

    fn candidates(&self, table: &Table, name: &str, evidence: &Evidence) -> Vec<(f64, Proposed)> {
        let name = normal(name);
        let mut found = Vec::new();
        if name.is_empty() {
            return found;
        }
        for (means, words) in &self.words {
            let alike = nearest(&name, words);
            if alike < LEAST_ALIKE || matches!(means, HeaderMeans::Column { table: of, .. } if *of != table.name) {
                continue;
            }
            if let Some((verb, fit, what)) = self.fitting(table, means, &name, evidence) {
                found.push(weighed(verb, alike, fit, &what));
            }
        }
        if found.iter().all(|(score, _)| *score < 0.7) {
            found.extend(self.by_cells(table, evidence));
        }
        found
    }

    /// What a meaning would make of the cells: the verb, how well the cells fit (none when that cannot be told), and what
    /// was found, in words.
    fn fitting(
        &self,
        table: &Table,
        means: &HeaderMeans,
        name: &str,
        evidence: &Evidence,
    ) -> Option<(Verb, Option<f64>, String)> {
        let empty = evidence.filled() == 0;
        match means {
            HeaderMeans::Drop(what) => {
                Some((Verb::Drop(what.clone()), None, "a name of what must not be stored".into()))
            }
            HeaderMeans::Ignore(why) => Some((Verb::Ignore(why.clone()), None, "a name of what says nothing".into())),
            HeaderMeans::Consent => {
                let fit = evidence.share(is_yes_or_no);
                Some((Verb::Consent, (!empty).then_some(fit), percent(evidence, fit, "are words for yes or no")))
            }
            HeaderMeans::Identity("birth_date") => {
                let dates = Dates::of(evidence);
                let verb = Verb::Identity { field: "birth_date", formats: dates.formats() };
                Some((verb, (!empty).then_some(dates.fit()), dates.said(evidence)))
            }
            HeaderMeans::Identity(field) => {
                Some((Verb::Identity { field, formats: Vec::new() }, None, "cells are not looked at".into()))
            }
            HeaderMeans::Place { role, part } => {
                let list = self.dictionary.list(if *part == PlacePart::Region { "region" } else { "country" })?;
                let (fit, absent) = self.coverage(list, evidence);
                let said = explained(&fit, list, evidence);
                let verb = Verb::Place { role: role.clone(), part: *part, absent };
                Some((verb, (!empty).then_some(fit.share), said))
            }
            HeaderMeans::Column { column, .. } => self.of_column(table, table.column(column)?, name, evidence),
        }
    }

    fn of_column(
        &self,
        table: &Table,
        column: &Column,
        name: &str,
        evidence: &Evidence,
    ) -> Option<(Verb, Option<f64>, String)> {
        let target = column.name.clone();
        let filled = evidence.filled() > 0;
        let told = |fit: f64| filled.then_some(fit);
        Some(match &column.kind {
            Kind::Code { list } | Kind::Codes { list } => {
                let list = self.dictionary.list(list)?;
                let (fit, absent) = self.coverage(list, evidence);
                let numbers = evidence.numbers();
                if list.codes.iter().any(|code| code.ages.is_some()) && numbers > fit.share {
                    return Some((
                        Verb::Age { target },
                        told(numbers),
                        percent(evidence, numbers, "are ages in years"),
                    ));
                }
                let said = explained(&fit, list, evidence);
                let verb = match &column.kind {
                    Kind::Codes { .. } => Verb::Codes { target, separator: fit.separator, absent },
                    _ => Verb::Code { target, absent },
                };
                (verb, told(fit.share), said)
            }
            Kind::Year | Kind::Month => {
                let years = evidence.years();
                let found = Dates::of(evidence);
                let (formats, dates) = (found.formats(), found.fit());
                let named_so = ["date", "дата", "сана"].iter().any(|word| name.contains(word));
                if (years > dates || (years >= dates && !named_so)) && column.kind == Kind::Year {
                    return Some((Verb::Year { target }, told(years), percent(evidence, years, "are years")));
                }
                let said = found.said(evidence);
                let month = month_beside(table, column, &formats);
                let year = if column.kind == Kind::Year { Some(target) } else { None };
                (Verb::Date { year, month, formats }, told(dates), said)
            }
            Kind::Integer { .. } => {
                let fit = evidence.numbers();
                (Verb::Count { target }, told(fit), percent(evidence, fit, "are whole numbers"))
            }
            Kind::Reference => (Verb::Reference { target }, None, "cells are not looked at".into()),
            Kind::Pseudonym | Kind::Text | Kind::Places => return None,
        })
    }

    /// Proposals from the cells alone: the columns of the table whose list explains them.
    fn by_cells(&self, table: &Table, evidence: &Evidence) -> Vec<(f64, Proposed)> {
        if evidence.filled() < 5 {
            return Vec::new();
        }
        let columns = table.columns.iter().filter(|column| column.origin == Origin::Export && column.list().is_some());
        let fits = columns.filter_map(|column| {
            let (verb, fit, what) = self.of_column(table, column, "", evidence)?;
            let codes = self.coverage(self.dictionary.list(column.list()?)?, evidence).0.codes;
            let fit = fit.filter(|fit| *fit > 0.9 && codes >= 2)?;
            let why = format!("the name is not known; {what}");
            Some((0.5 * fit, Proposed { verb, sure: Sure::Guess, why }))
        });
        fits.collect()
    }

    fn coverage(&self, list: &CodeList, evidence: &Evidence) -> (Coverage, Vec<(String, Absence)>) {
        let absent = |cell: &str| self.absence(cell, list);
        let coverage = evidence.coverage(list, &|cell| absent(cell).is_some());
        let mut words = Vec::new();
        evidence.share(|cell| {
            words.extend(absent(cell).map(|(word, absence)| (word.to_owned(), absence)));
            true
        });
        words.sort_by(|one: &(String, Absence), other| one.0.cmp(&other.0));
        words.dedup();
        (coverage, words)
    }

    /// The word for not knowing that a cell is, when it is no code of the list; always a word of ours, never the cell.
    fn absence<'w>(&'w self, cell: &str, list: &CodeList) -> Option<(&'w str, Absence)> {
        if list.by_word(&ACCEPT, cell).is_some() {
            return None;
        }
        let folded = panoh_dictionary::fold(cell);
        if let Some((word, absence)) = ABSENT.iter().find(|(word, _)| *word == folded) {
            return Some((word, *absence));
        }
        let known = self.dictionary.list("absence")?;
        let ways = [Accept::Ctdc, Accept::Htcds, Accept::En, Accept::Ru, Accept::Tg, Accept::Alias];
        let code = known.by_word(&ways, cell)?;
        let spelled = code.ctdc.iter().chain(&code.htcds).chain(&code.aliases);
        let labels = [&code.labels.en, &code.labels.ru, &code.labels.tg];
        let word = spelled.chain(labels).find(|word| panoh_dictionary::fold(word) == folded)?;
        Some((word.as_str(), Absence::from_code(&code.code)?))
    }
}

fn nearest(name: &str, words: &[String]) -> f64 {
    words.iter().map(|word| similarity(name, word)).fold(0.0, f64::max)
}

/// Name and cells count alike; where cells cannot tell, the name decides.
fn weighed(verb: Verb, alike: f64, fit: Option<f64>, what: &str) -> (f64, Proposed) {
    let score = fit.map_or(0.9 * alike, |fit| 0.5 * alike + 0.5 * fit);
    let sure = match fit {
        _ if score < 0.6 => Sure::Guess,
        Some(fit) if alike > 0.9 && fit > 0.97 => Sure::Sure,
        None if alike > 0.9 => Sure::Sure,
        _ if score > 0.75 => Sure::Likely,
        _ => Sure::Guess,
    };
    let why = match (alike > 0.9, fit) {
        (true, _) => format!("the name is known; {what}"),
        (false, _) => format!("the name is {:.0} % like a known one; {what}", 100.0 * alike),
    };
    // Cells that speak against the meaning: better unknown than wrong.
    if fit.is_some_and(|fit| fit < 0.3) {
        (0.0, Proposed { verb, sure: Sure::Guess, why })
    } else {
        (score, Proposed { verb, sure, why })
    }
}

fn unknown(name: &str, evidence: &Evidence) -> Proposed {
    if name.trim().is_empty() {
        let why = "the column has no name".to_owned();
        return Proposed { verb: Verb::Ignore("a column without a name".into()), sure: Sure::Likely, why };
    }
    let why = if evidence.filled() == 0 {
        "every cell is empty".to_owned()
    } else if evidence.is_prose() {
        "the cells read like sentences".to_owned()
    } else if evidence.tells_apart() {
        "nearly every cell differs, as names and numbers of documents do".to_owned()
    } else {
        format!("{} different spellings; no list explains them", evidence.spellings())
    };
    Proposed { verb: Verb::Drop("nobody recognised it; decide".into()), sure: Sure::Unknown, why }
}

/// The values of a row that only one column may fill in.
fn single_values(verb: &Verb) -> Vec<String> {
    match verb {
        Verb::Drop(_) | Verb::Ignore(_) | Verb::Codes { .. } => Vec::new(),
        Verb::Consent => vec!["consent".into()],
        Verb::Identity { field, .. } => vec![format!("identity {field}")],
        Verb::Year { target }
        | Verb::Age { target }
        | Verb::Code { target, .. }
        | Verb::Count { target }
        | Verb::Reference { target } => vec![target.clone()],
        Verb::Date { year, month, .. } => year.iter().chain(month).cloned().collect(),
        Verb::Place { role, part, .. } => vec![format!("place {role} {part:?}")],
    }
}

/// The month column that belongs to a year column, when the dates have a month.
fn month_beside(table: &Table, column: &Column, formats: &[String]) -> Option<String> {
    if column.kind == Kind::Month {
        return Some(column.name.clone());
    }
    let has_month = formats.iter().all(|format| format.contains("%m") || format.contains("%B"));
    let name = format!("{}_month", column.name.strip_suffix("_year")?);
    table.column(&name).filter(|_| has_month && !formats.is_empty()).map(|column| column.name.clone())
}

/// How the dates of a column are written.
struct Dates {
    /// The first format that explains most cells.
    format: &'static str,
    /// The share of the cells that it explains.
    share: f64,
    /// Whether day and month could be either: a person must look.
    either: bool,
}

impl Dates {
    fn of(evidence: &Evidence) -> Self {
        let formats = FORMATS.iter().filter_map(|pattern| Some((*pattern, DateFormat::new(pattern)?)));
        let shares: Vec<(&str, f64)> = formats.map(|(pattern, format)| (pattern, evidence.dates(&format))).collect();
        let mut best = ("%d.%m.%Y", 0.0);
        for (pattern, share) in &shares {
            if *share > best.1 + 1e-9 {
                best = (pattern, *share);
            }
        }
        let also = |wanted: &str| shares.iter().any(|(pattern, share)| *pattern == wanted && *share >= best.1);
        let either = best.0 == "%d/%m/%Y" && best.1 > 0.0 && also("%m/%d/%Y");
        Self { format: best.0, share: best.1, either }
    }

    fn formats(&self) -> Vec<String> {
        vec![self.format.to_owned()]
    }

    /// How well the cells fit. No more than a guess comes of it where day and month could be either.
    fn fit(&self) -> f64 {
        if self.either { self.share.min(EITHER_FIT) } else { self.share }
    }

    fn said(&self, evidence: &Evidence) -> String {
        let are = if self.either {
            "fit %d/%m/%Y and %m/%d/%Y alike; look at the list and decide".to_owned()
        } else {
            format!("are dates written {}", self.format)
        };
        percent(evidence, self.share, &are)
    }
}

fn is_yes_or_no(cell: &str) -> bool {
    ["yes", "no", "true", "false", "1", "0", "да", "нет", "ҳа", "не", "ha", "yo'q"]
        .contains(&panoh_dictionary::fold(cell).as_str())
}

fn percent(evidence: &Evidence, share: f64, are: &str) -> String {
    if evidence.filled() == 0 {
        return "every cell is empty".into();
    }
    format!("{:.0} % of the cells {are}", (100.0 * share).floor())
}

fn explained(coverage: &Coverage, list: &CodeList, evidence: &Evidence) -> String {
    percent(evidence, coverage.share, &format!("are words of the list {}", list.name))
}

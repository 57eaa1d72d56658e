//! The query string as checked pairs: each parameter once, each known, none left over.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::Uri;
use panoh_publication::Dimension;

use crate::Problem;
use crate::problem::Kind;

/// Parameters that nobody has taken yet.
#[derive(Debug, Clone)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// The parameters of an address. What a form leaves empty is not asked for; elsewhere it is a slip.
    pub(crate) fn parse(uri: &Uri, is_form: bool) -> Result<Self, Problem> {
        let refuse = |detail: &str| Problem::new(Kind::BadValue, detail);
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| refuse("write parameters as name=value, joined by &, in percent-encoded UTF-8"))?;
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            if value.is_empty() && !is_form {
                return Err(refuse("a parameter has no value; leave it out or give it one"));
            }
            if value.is_empty() {
                continue;
            }
            if parameters.insert(name, value).is_some() {
                return Err(refuse("a parameter is there twice; join its values by commas"));
            }
        }
        Ok(Self(parameters))
    }

    /// Says something that the address does not say.
    pub(crate) fn or_else(&mut self, name: &str, value: &str) {
        self.0.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }

    /// Takes a parameter out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Takes one of a few words out.
    pub(crate) fn take_one_of<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Problem> {
        let Some(text) = self.take(name) else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        let refuse = || {
            Problem::new(Kind::BadValue, format!("`{name}` has another value than those allowed"))
                .with_allowed(words.iter().map(|(word, _)| *word))
        };
        found.map(Some).ok_or_else(refuse)
    }

    /// Takes a number of rows out.
    pub(crate) fn take_count(&mut self, name: &str) -> Result<Option<usize>, Problem> {
        let refuse = |_| Problem::new(Kind::BadValue, format!("write a whole number of rows, such as {name}=1000"));
        self.take(name).map(|text| text.parse().map_err(refuse)).transpose()
    }

    /// Takes a whole number out.
    pub(crate) fn take_year(&mut self, name: &str) -> Result<Option<i32>, Problem> {
        let refuse = |_| Problem::new(Kind::BadValue, format!("write a year such as {name}=2020"));
        self.take(name).map(|text| text.parse().map_err(refuse)).transpose()
    }

    /// Refuses what nobody has taken; `known` says what this address takes, besides `format` and `lang`.
    pub(crate) fn finish<'a>(&self, known: impl IntoIterator<Item = &'a str>) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Ok(());
        }
        let allowed = known.into_iter().chain(["format", "lang", "bom", "sep", "decimal"]);
        Err(Problem::new(Kind::UnknownParameter, "this address does not take one of the parameters")
            .with_allowed(allowed))
    }
}

/// Reads codes of a dimension: `a`, `a,b`, `a..c` (from one to the other in the order of the list), or `level:a` for all
/// that a code of a coarser level takes in. Ascending, each once.
pub(crate) fn codes(dimension: &Dimension, text: &str) -> Result<Vec<usize>, Problem> {
    let position = |code: &str| {
        dimension.position(code).ok_or_else(|| {
            let detail =
                format!("dimension {} does not have one of the codes; take some of those allowed", dimension.name);
            Problem::new(Kind::UnknownCode, detail).with_allowed(dimension.codes.iter().map(|code| code.code.clone()))
        })
    };
    let mut taken = Vec::new();
    for item in text.split(',') {
        if let Some((level, code)) = item.split_once(':') {
            taken.extend(below(dimension, level, code)?);
        } else if let Some((first, last)) = item.split_once("..") {
            let (first, last) = (position(first)?, position(last)?);
            if first > last {
                let detail = format!("a range of {} ends before it begins", dimension.name);
                return Err(Problem::new(Kind::BadValue, detail));
            }
            taken.extend(first..=last);
        } else {
            taken.push(position(item)?);
        }
    }
    taken.sort_unstable();
    taken.dedup();
    Ok(taken)
}

/// The codes that a code of a coarser level takes in.
fn below(dimension: &Dimension, level: &str, code: &str) -> Result<Vec<usize>, Problem> {
    let groups = dimension.groups(level).ok_or_else(|| unknown_level(dimension))?;
    if let Some(group) = groups.iter().find(|group| group.code.code == code) {
        return Ok(group.members.clone());
    }
    let detail = format!("this level of dimension {} does not have one of the codes", dimension.name);
    let known = groups.iter().map(|group| format!("{level}:{}", group.code.code));
    Err(Problem::new(Kind::UnknownCode, detail).with_allowed(known))
}

/// The refusal of a level that a dimension does not have.
pub(crate) fn unknown_level(dimension: &Dimension) -> Problem {
    let detail = format!("dimension {} has no such level", dimension.name);
    Problem::new(Kind::UnknownLevel, detail).with_allowed(dimension.levels.iter().map(|level| level.name.clone()))
}

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
    pub(crate) fn parse(uri: &Uri) -> Result<Self, Problem> {
        let refuse = |detail: &str| Problem::new(Kind::BadValue, detail);
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| refuse("write parameters as name=value, joined by &, in percent-encoded UTF-8"))?;
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            if value.is_empty() {
                return Err(refuse("a parameter has no value; leave it out or give it one"));
            }
            if parameters.insert(name, value).is_some() {
                return Err(refuse("a parameter is there twice; join its values by commas"));
            }
        }
        Ok(Self(parameters))
    }

    /// Takes a parameter out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
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
        let allowed = known.into_iter().chain(["format", "lang"]);
        Err(Problem::new(Kind::UnknownParameter, "this address does not take one of the parameters")
            .with_allowed(allowed))
    }
}

/// Reads codes of a dimension: `a`, `a,b` or `a..c` (from one to the other in the order of the list), ascending, each
/// once.
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
        if let Some((first, last)) = item.split_once("..") {
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

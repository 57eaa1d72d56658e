//! From the dimensions that a definition asks for to whole public code lists.
//!
//! A dimension is the same whatever the data hold: a list of the dictionary, whole or as written in the definition,
//! then `other` when the list is written (so that every other code has a place), then `window_not_complete` for outcomes,
//! then `not_known`. Absent values are one code here, because a release answers how many are known; why the others are
//! not is a question of its own.
//!
//! A list may have coarser ones above it (countries, parts of the world, regions of the world). A dimension has one level:
//! that of its list, or a coarser one that the definition names, under which each value of the frame then counts. The
//! levels above that one come with a whole list and cost nothing: they are sums.

use std::collections::HashMap;

use panoh_dictionary::{CodeList, Dictionary};
use panoh_publication::{
    Codes, Definition, Dimension, DimensionCode, DimensionWanted, Labels, Level, NOT_KNOWN, OTHER, WINDOW_NOT_COMPLETE,
};
use panoh_warehouse::{ValueKind, frames};

use crate::ReleaseError;

/// One dimension as it will be published, and where its values come from.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// What is published.
    pub(crate) dimension: Dimension,
    /// Column of the frame; the cohort when `None`.
    pub(crate) column: Option<String>,
    /// For each code that the column may hold the code of the dimension's level; nothing where the level is that of the
    /// column.
    pub(crate) coarser: HashMap<String, String>,
    /// Whether the list may hold codes because data had them.
    pub(crate) learned_from_data: bool,
}

impl Resolved {
    /// For each value that the column may hold the number of its code; what the list lacks is not there.
    pub(crate) fn numbers(&self) -> HashMap<String, u16> {
        let own = self.dimension.codes.iter().enumerate().map(|(number, code)| (code.code.clone(), number as u16));
        let own: HashMap<String, u16> = own.collect();
        if self.coarser.is_empty() {
            return own;
        }
        let number = |(code, level): (&String, &String)| Some((code.clone(), *own.get(level)?));
        let mut numbers: HashMap<String, u16> = self.coarser.iter().filter_map(number).collect();
        numbers.extend(own.into_iter().filter(|(code, _)| [OTHER, NOT_KNOWN].contains(&code.as_str())));
        numbers
    }
}

/// All dimensions of a definition in the order of [`Definition::dimension_names`].
pub(crate) fn resolve(definition: &Definition, dictionary: &Dictionary) -> Result<Vec<Resolved>, ReleaseError> {
    let year = definition.year_dimension().map(|dimension| Resolved {
        dimension,
        column: None,
        coarser: definition.year_codes().into_iter().collect(),
        learned_from_data: false,
    });
    let outcomes = outcomes(definition)?;
    let declared = definition.dimensions.iter().map(|wanted| {
        let is_outcome = outcomes.contains(&wanted.column);
        declared(wanted, is_outcome, dictionary)
    });
    year.into_iter().map(Ok).chain(declared).collect()
}

/// The columns of the definition's frame that hold what came about within twelve months.
fn outcomes(definition: &Definition) -> Result<Vec<String>, ReleaseError> {
    let frames = frames()?;
    let frame = frames.into_iter().find(|frame| frame.name == definition.frame.as_str());
    let columns = frame.map(|frame| frame.columns).unwrap_or_default();
    let outcomes = columns.into_iter().filter(|column| matches!(column.kind, ValueKind::Outcome { .. }));
    Ok(outcomes.map(|column| column.name).collect())
}

fn declared(wanted: &DimensionWanted, is_outcome: bool, dictionary: &Dictionary) -> Result<Resolved, ReleaseError> {
    let refuse = |rule| Err(ReleaseError::Dimension { dimension: wanted.name.to_string(), rule });
    let Some(finest) = dictionary.list(&wanted.list) else {
        return refuse(format!("the data dictionary has no code list `{}`; name one of its lists", wanted.list));
    };
    let ladder = ladder(finest, dictionary);
    let level = wanted.level.as_ref().map_or(Some(0), |level| ladder.iter().position(|list| list.name == *level));
    let Some(level) = level else {
        let above: Vec<&str> = ladder[1..].iter().map(|list| list.name.as_str()).collect();
        let there = if above.is_empty() { "it has none above it".to_owned() } else { above.join(", ") };
        return refuse(format!("`level` must be a list above `{}`: {there}", wanted.list));
    };
    let list = ladder[level];
    let mut codes = match &wanted.codes {
        Codes::All => list.codes.iter().map(published).collect(),
        Codes::Written(written) => match chosen(list, written) {
            Ok(codes) => codes,
            Err(code) => return refuse(format!("list `{}` has no code `{code}`; correct the written list", list.name)),
        },
    };
    let partial = codes.len() < list.codes.len();
    if partial {
        append(&mut codes, OTHER, Labels { en: "Other".into(), ru: "Другое".into(), tg: "Дигар".into() });
    }
    if is_outcome {
        let en = "Twelve months not over".into();
        let (ru, tg) = ("Двенадцать месяцев не прошли".into(), "Дувоздаҳ моҳ нагузаштааст".into());
        append(&mut codes, WINDOW_NOT_COMPLETE, Labels { en, ru, tg });
    }
    let not_known =
        Labels { en: "Not known".into(), ru: "Не известно".into(), tg: "Маълум нест".into() };
    append(&mut codes, NOT_KNOWN, not_known);
    if codes.len() > usize::from(u16::MAX) {
        return refuse("it has more than 65,535 codes; take a coarser list".to_owned());
    }
    // A part of the world whose countries are partly under `other` would be a wrong sum.
    let levels = if partial { Vec::new() } else { ladder[level + 1..].iter().map(|list| coarser(list)).collect() };
    let dimension = Dimension { name: wanted.name.to_string(), title: wanted.title.clone(), codes, levels };
    let (column, learned_from_data) = (Some(wanted.column.clone()), wanted.learned_from_data);
    Ok(Resolved { dimension, column, coarser: climbed(&ladder[..=level]), learned_from_data })
}

/// A list and the lists above it, each the parent of the one before.
pub(crate) fn ladder<'d>(finest: &'d CodeList, dictionary: &'d Dictionary) -> Vec<&'d CodeList> {
    let above = |list: &&'d CodeList| list.parent.as_deref().and_then(|parent| dictionary.list(parent));
    std::iter::successors(Some(finest), |list| above(list).map(AsRef::as_ref)).collect()
}

/// For each code of the first list its code in the last; nothing for one list.
fn climbed(ladder: &[&CodeList]) -> HashMap<String, String> {
    let [finest, above @ ..] = ladder else { return HashMap::new() };
    if above.is_empty() {
        return HashMap::new();
    }
    let parent = |list: &CodeList, code: &str| list.code(code).and_then(|code| code.parent.clone());
    let climb = |code: &str| {
        let mut code = code.to_owned();
        for list in &ladder[..ladder.len() - 1] {
            code = parent(list, &code)?;
        }
        Some(code)
    };
    finest.codes.iter().filter_map(|code| Some((code.code.clone(), climb(&code.code)?))).collect()
}

fn coarser(list: &CodeList) -> Level {
    let panoh_dictionary::Labels { en, ru, tg } = list.title.clone();
    Level { name: list.name.clone(), title: Labels { en, ru, tg }, codes: list.codes.iter().map(published).collect() }
}

/// The written codes in the order of the definition, or the first that the list does not have.
fn chosen(list: &CodeList, written: &[String]) -> Result<Vec<DimensionCode>, String> {
    written.iter().map(|code| list.code(code).map(published).ok_or_else(|| code.clone())).collect()
}

fn published(code: &panoh_dictionary::Code) -> DimensionCode {
    let panoh_dictionary::Labels { en, ru, tg } = code.labels.clone();
    DimensionCode { code: code.code.clone(), labels: Labels { en, ru, tg }, parent: code.parent.clone() }
}

fn append(codes: &mut Vec<DimensionCode>, code: &str, labels: Labels) {
    if codes.iter().all(|known| known.code != code) {
        codes.push(DimensionCode { code: code.to_owned(), labels, parent: None });
    }
}

#[cfg(test)]
mod tests;

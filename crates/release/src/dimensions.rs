//! From the dimensions that a definition asks for to whole public code lists.
//!
//! A dimension is the same whatever the data hold: a list of the dictionary, whole or as written in the definition,
//! then `other` when the list is written (so that every other code has a place), then `not_known`. Absent values are
//! one code here, because a release answers how many are known; why the others are not is a question of its own.

use panoh_dictionary::{CodeList, Dictionary};
use panoh_publication::{Codes, Definition, Dimension, DimensionCode, DimensionWanted, Labels, NOT_KNOWN, OTHER};

use crate::ReleaseError;

/// One dimension as it will be published, and where its values come from.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// What is published.
    pub(crate) dimension: Dimension,
    /// Column of the frame; the cohort when `None`.
    pub(crate) column: Option<String>,
    /// Whether the list may hold codes because data had them.
    pub(crate) learned_from_data: bool,
}

/// All dimensions of a definition in the order of [`Definition::dimension_names`].
pub(crate) fn resolve(definition: &Definition, dictionary: &Dictionary) -> Result<Vec<Resolved>, ReleaseError> {
    let year =
        definition.year_dimension().map(|dimension| Resolved { dimension, column: None, learned_from_data: false });
    let declared = definition.dimensions.iter().map(|wanted| {
        let dimension = declared(wanted, dictionary)?;
        Ok(Resolved { dimension, column: Some(wanted.column.clone()), learned_from_data: wanted.learned_from_data })
    });
    year.into_iter().map(Ok).chain(declared).collect()
}

fn declared(wanted: &DimensionWanted, dictionary: &Dictionary) -> Result<Dimension, ReleaseError> {
    let refuse = |rule| Err(ReleaseError::Dimension { dimension: wanted.name.to_string(), rule });
    let Some(list) = dictionary.list(&wanted.list) else {
        return refuse(format!("the data dictionary has no code list `{}`; name one of its lists", wanted.list));
    };
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
    let not_known =
        Labels { en: "Not known".into(), ru: "Не известно".into(), tg: "Маълум нест".into() };
    append(&mut codes, NOT_KNOWN, not_known);
    if codes.len() > usize::from(u16::MAX) {
        return refuse("it has more than 65,535 codes; take a coarser list".to_owned());
    }
    Ok(Dimension { name: wanted.name.to_string(), title: wanted.title.clone(), codes })
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

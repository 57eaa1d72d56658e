//! The text of a source mapping before it is checked: every key that may be written, and where it stood.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::raw_column::RawColumn;
use crate::rules::Otherwise;
use crate::words::Accept;

/// A table of TOML whose keys know where they stand; sorted by place it is in the order of the file.
pub(crate) type Keyed<T> = BTreeMap<Spanned<String>, T>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSource {
    pub(crate) name: Spanned<String>,
    pub(crate) title: String,
    pub(crate) table: Spanned<String>,
    pub(crate) standard: Option<RawStandard>,
    pub(crate) accept: Option<Vec<Accept>>,
    #[serde(default)]
    pub(crate) missing: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) unknown: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) not_applicable: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) suppressed: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) file: RawFile,
    #[serde(default)]
    pub(crate) flags: RawFlags,
    #[serde(default)]
    pub(crate) constants: Keyed<Spanned<String>>,
    #[serde(default)]
    pub(crate) places: Keyed<RawPlace>,
    pub(crate) age: Option<RawAge>,
    #[serde(default)]
    pub(crate) days: Vec<RawDays>,
    #[serde(default)]
    pub(crate) sums: Vec<RawSums>,
    #[serde(default)]
    pub(crate) implies: Vec<RawImplies>,
    pub(crate) columns: Keyed<RawColumn>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawStandard {
    Ctdc,
    Htcds,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFile {
    pub(crate) encoding: Option<Spanned<String>>,
    pub(crate) separator: Option<Spanned<String>>,
    pub(crate) quote: Option<Spanned<String>>,
    pub(crate) sheet: Option<Spanned<OneOrMore>>,
    pub(crate) header_row: Option<Spanned<u32>>,
    pub(crate) first_row: Option<Spanned<u32>>,
    pub(crate) total_rows: Option<Vec<Spanned<String>>>,
    pub(crate) replace_by_record_id: Option<Spanned<bool>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFlags {
    #[serde(default, rename = "true")]
    pub(crate) true_words: Vec<String>,
    #[serde(default, rename = "false")]
    pub(crate) false_words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPlace {
    pub(crate) role: Option<Spanned<String>>,
    pub(crate) basis: Spanned<String>,
    pub(crate) basis_when: Option<RawBasisWhen>,
    pub(crate) separator: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawBasisWhen {
    pub(crate) column: Spanned<String>,
    pub(crate) codes: Keyed<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAge {
    pub(crate) birth: Spanned<String>,
    pub(crate) at: Spanned<String>,
    pub(crate) targets: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDays {
    pub(crate) from: Spanned<String>,
    pub(crate) to: Spanned<String>,
    pub(crate) target: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSums {
    pub(crate) total: Spanned<String>,
    pub(crate) parts: Spanned<Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawImplies {
    pub(crate) when: Spanned<Keyed<Vec<Spanned<String>>>>,
    pub(crate) then: Spanned<Keyed<Vec<Spanned<String>>>>,
    pub(crate) otherwise: Otherwise,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected one text or a list of texts")]
pub(crate) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// The entries of a keyed table in the order of the file, each with the place of its key.
pub(crate) fn in_order<T>(keyed: &Keyed<T>) -> Vec<(&str, Range<usize>, &T)> {
    let mut entries: Vec<_> = keyed.iter().map(|(key, value)| (key.get_ref().as_str(), key.span(), value)).collect();
    entries.sort_by_key(|(_, span, _)| span.start);
    entries
}

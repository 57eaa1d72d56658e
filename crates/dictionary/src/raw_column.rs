//! The text of one column of a mapping before it is checked: one thing to do, and the keys that belong to it. The number of
//! a record alone may say two things: which record a row is, and by which number other registers refer to it.

use serde::Deserialize;
use toml::Spanned;

use crate::error::Problem;
use crate::raw_source::{Keyed, OneOrMore};
use crate::words::Accept;

/// One source column: exactly one thing to do ([`RawColumn::verb`]) and what belongs to it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawColumn {
    ignore: Option<String>,
    drop: Option<String>,
    refuse_row: Option<Vec<String>>,
    identity: Option<RawIdentity>,
    year: Option<Spanned<String>>,
    date: Option<RawDate>,
    age: Option<Spanned<String>>,
    code: Option<Spanned<String>>,
    codes: Option<Spanned<String>>,
    flag: Option<Spanned<String>>,
    place: Option<Spanned<String>>,
    count: Option<Spanned<String>>,
    consent: Option<Vec<String>>,
    pub(crate) reference: Option<Spanned<String>>,
    same_as: Option<Spanned<String>>,

    #[serde(default)]
    pub(crate) also: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) optional: bool,
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) missing: Option<Vec<Spanned<String>>>,
    pub(crate) unknown: Option<Vec<Spanned<String>>>,
    pub(crate) not_applicable: Option<Vec<Spanned<String>>>,
    pub(crate) suppressed: Option<Vec<Spanned<String>>>,
    pub(crate) reason: Option<String>,
    pub(crate) formats: Option<Vec<Spanned<String>>>,
    pub(crate) century: Option<Spanned<String>>,
    pub(crate) accept: Option<Vec<Accept>>,
    pub(crate) translate: Option<Keyed<OneOrMore>>,
    pub(crate) sets: Option<Keyed<Keyed<Spanned<String>>>>,
    pub(crate) sex: Option<Keyed<RawSex>>,
    pub(crate) separator: Option<Spanned<String>>,
    pub(crate) on: Option<Vec<Spanned<String>>>,
    pub(crate) off: Option<Vec<Spanned<String>>>,
    #[serde(rename = "true")]
    pub(crate) true_words: Option<Vec<String>>,
    #[serde(rename = "false")]
    pub(crate) false_words: Option<Vec<String>>,
    pub(crate) part: Option<RawPart>,
    pub(crate) thousands: Option<Vec<Spanned<String>>>,
    pub(crate) largest: Option<Spanned<i32>>,
    pub(crate) register: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawIdentity {
    FullName,
    GivenName,
    FamilyName,
    FatherName,
    BirthDate,
    Document,
    DocumentCountry,
    RecordId,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawSex {
    Female,
    Male,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawPart {
    Role,
    Country,
    Region,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDate {
    pub(crate) year: Option<Spanned<String>>,
    pub(crate) month: Option<Spanned<String>>,
}

/// What is to be done with a column.
pub(crate) enum Verb<'a> {
    Ignore(&'a str),
    Drop(&'a str),
    RefuseRow(&'a [String]),
    Identity(RawIdentity),
    Year(&'a Spanned<String>),
    Date(&'a RawDate),
    Age(&'a Spanned<String>),
    Code(&'a Spanned<String>),
    Codes(&'a Spanned<String>),
    Flag(&'a Spanned<String>),
    Place(&'a Spanned<String>),
    Count(&'a Spanned<String>),
    Consent(&'a [String]),
    Reference(&'a Spanned<String>),
    SameAs(&'a Spanned<String>),
}

impl RawColumn {
    /// The one thing to do with the column.
    pub(crate) fn verb(&self, header: &str) -> Result<(&'static str, Verb<'_>), Problem> {
        let verbs = [
            ("ignore", self.ignore.as_deref().map(Verb::Ignore)),
            ("drop", self.drop.as_deref().map(Verb::Drop)),
            ("refuse_row", self.refuse_row.as_deref().map(Verb::RefuseRow)),
            ("identity", self.identity.map(Verb::Identity)),
            ("year", self.year.as_ref().map(Verb::Year)),
            ("date", self.date.as_ref().map(Verb::Date)),
            ("age", self.age.as_ref().map(Verb::Age)),
            ("code", self.code.as_ref().map(Verb::Code)),
            ("codes", self.codes.as_ref().map(Verb::Codes)),
            ("flag", self.flag.as_ref().map(Verb::Flag)),
            ("place", self.place.as_ref().map(Verb::Place)),
            ("count", self.count.as_ref().map(Verb::Count)),
            ("consent", self.consent.as_deref().map(Verb::Consent)),
            // Beside the number of a record it is a key of that.
            ("reference", self.reference.as_ref().filter(|_| !self.is_record_id()).map(Verb::Reference)),
            ("same_as", self.same_as.as_ref().map(Verb::SameAs)),
        ];
        let choices = verbs.each_ref().map(|(name, _)| *name).join(", ");
        let mut said = verbs.into_iter().filter_map(|(name, verb)| verb.map(|verb| (name, verb))).collect::<Vec<_>>();
        match (said.len(), said.pop()) {
            (1, Some(verb)) => Ok(verb),
            (count, _) => Err(Problem::WhatToDo { header: header.to_owned(), count, choices }),
        }
    }

    /// Refuses keys that say nothing beside a verb, so that nobody believes that they do.
    pub(crate) fn refuse_stray_keys(&self, verb: &'static str) -> Result<(), Problem> {
        const READ: &[&str] =
            &["identity", "year", "date", "age", "code", "codes", "flag", "place", "count", "reference"];
        const WORDS: &[&str] = &["code", "codes", "place", "identity"];
        let said: [(&'static str, bool, &[&str]); 20] = [
            ("required", self.required, READ),
            ("missing", self.missing.is_some(), READ),
            ("unknown", self.unknown.is_some(), READ),
            ("not_applicable", self.not_applicable.is_some(), READ),
            ("suppressed", self.suppressed.is_some(), READ),
            ("reason", self.reason.is_some(), &["refuse_row"]),
            ("formats", self.formats.is_some(), &["identity", "date"]),
            ("century", self.century.is_some(), &["identity", "date"]),
            ("accept", self.accept.is_some(), WORDS),
            ("translate", self.translate.is_some(), WORDS),
            ("sets", self.sets.is_some(), &["code"]),
            ("sex", self.sex.is_some(), &["code"]),
            ("separator", self.separator.is_some(), &["codes"]),
            ("on", self.on.is_some(), &["flag"]),
            ("off", self.off.is_some(), &["flag"]),
            ("true/false", self.true_words.is_some() || self.false_words.is_some(), &["flag"]),
            ("part", self.part.is_some(), &["place"]),
            ("thousands", self.thousands.is_some(), &["count"]),
            ("largest", self.largest.is_some(), &["count"]),
            ("register", self.register.is_some(), &["reference", "identity"]),
        ];
        let stray = said.into_iter().find(|(_, said, beside)| *said && !beside.contains(&verb));
        stray.map_or(Ok(()), |(key, ..)| Err(Problem::StrayKey { key, verb }))
    }

    fn is_record_id(&self) -> bool {
        matches!(self.identity, Some(RawIdentity::RecordId))
    }
}

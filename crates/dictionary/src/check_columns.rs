//! Reads the columns of a mapping and checks what holds between them: no header and no value twice, every stop complete,
//! second columns and dates with a purpose.

use std::collections::HashSet;

use crate::error::{DictionaryError, Problem};
use crate::raw_source::in_order;
use crate::read_columns::read_column;
use crate::read_sources::{Filled, Scope, bad_place, bad_target};
use crate::rules::Days;
use crate::source::{AgeFromBirth, AgeTarget, Does, Identity, PlacePart, Reference, SourceColumn};

impl Scope<'_> {
    /// Reads all columns and notes what they fill in.
    pub(crate) fn read_columns(&self, filled: &mut Filled) -> Result<Vec<SourceColumn>, DictionaryError> {
        let mut columns = Vec::new();
        let mut headers = HashSet::new();
        let mut parts = HashSet::new();
        let mut identities = HashSet::new();
        for (header, span, raw) in in_order(&self.raw.columns) {
            let column = read_column(self, header, &span, raw)?;
            let failed = |problem| self.text.error(&span, problem);
            for name in std::iter::once(&column.header).chain(&column.also) {
                if !headers.insert(name.clone()) {
                    return Err(failed(Problem::HeaderTwice(name.clone())));
                }
            }
            for target in targets(&column.does) {
                filled.fill(self.table, target).map_err(failed)?;
            }
            if let Does::Place { place, part, .. } = &column.does
                && !parts.insert((*place, *part as u8))
            {
                return Err(failed(bad_place(&self.places[*place].name, "gets one part from two columns; keep one")));
            }
            if let Does::Identity(identity) = &column.does
                && !identities.insert(std::mem::discriminant(identity))
            {
                let name = format!("identity {}", identity.name());
                return Err(failed(Problem::TargetTwice(name)));
            }
            columns.push(column);
        }
        self.check_document(&columns)?;
        if let Some(column) = columns.iter().filter(|column| has_sex(column)).nth(1) {
            return Err(self.text.error(&(0..0), Problem::TargetTwice(format!("sex of {}", column.header))));
        }
        Ok(columns)
    }

    /// A column that stands twice is read as the first one is, with the same words for not knowing.
    pub(crate) fn resolve_second_columns(&self, columns: &mut [SourceColumn]) -> Result<(), DictionaryError> {
        for (at, (_, span, _)) in in_order(&self.raw.columns).into_iter().enumerate() {
            let Does::SameAs { header } = &columns[at].does else { continue };
            let problem = match columns.iter().find(|first| first.header == *header) {
                None => Problem::Nowhere { what: "source column", name: header.clone() },
                Some(first) if !is_read(&first.does) => bad_target(header, "is not read; name a column that is"),
                Some(first) => {
                    columns[at].absence = first.absence.clone();
                    continue;
                }
            };
            return Err(self.text.error(&span, problem));
        }
        Ok(())
    }

    /// A row without a record id would neither replace a row nor be replaced, and so stand twice after the next export.
    pub(crate) fn require_record_id(
        &self,
        replaces: bool,
        columns: &mut [SourceColumn],
    ) -> Result<(), DictionaryError> {
        let Some(said) = self.raw.file.replace_by_record_id.as_ref().filter(|_| replaces) else { return Ok(()) };
        let is_id = |column: &&mut SourceColumn| matches!(column.does, Does::Identity(Identity::RecordId { .. }));
        match columns.iter_mut().find(is_id) {
            Some(column) if !column.optional => {
                column.required = true;
                Ok(())
            }
            _ => {
                let key = "a column with identity = \"record_id\" that is not optional";
                let why = "it says which rows are the same";
                Err(self.text.error(&said.span(), Problem::NeedsKey { key, verb: "replace_by_record_id", why }))
            }
        }
    }

    /// A date that goes nowhere is one that something else is made of.
    pub(crate) fn refuse_idle_dates(
        &self,
        columns: &[SourceColumn],
        age: Option<&AgeFromBirth>,
        days: &[Days],
    ) -> Result<(), DictionaryError> {
        let used = |header: &String| {
            age.is_some_and(|age| age.at == *header) || days.iter().any(|days| [&days.from, &days.to].contains(&header))
        };
        for (column, (_, span, _)) in columns.iter().zip(in_order(&self.raw.columns)) {
            if matches!(column.does, Does::Date { year: None, month: None, .. }) && !used(&column.header) {
                let why = "it says where the date goes";
                return Err(self.text.error(&span, Problem::NeedsKey { key: "year or month", verb: "date", why }));
            }
        }
        Ok(())
    }

    /// Every place has a country or region, and its role from exactly one side.
    pub(crate) fn check_places(&self, columns: &[SourceColumn]) -> Result<(), DictionaryError> {
        for (at, (place, (_, span, _))) in self.places.iter().zip(in_order(&self.raw.places)).enumerate() {
            let has = |wanted: PlacePart| {
                columns.iter().any(|column| match &column.does {
                    Does::Place { place, part, .. } => *place == at && *part == wanted,
                    _ => false,
                })
            };
            let rule = match (place.role.is_some(), has(PlacePart::Role)) {
                _ if !has(PlacePart::Country) && !has(PlacePart::Region) => {
                    "gets no country and no region; map a column to it or remove it"
                }
                (true, true) => "has a role of its own and from a column; keep one",
                (false, false) => "has no role; write `role` or map a column with part `role`",
                _ => continue,
            };
            return Err(self.text.error(&span, bad_place(&place.name, rule)));
        }
        Ok(())
    }

    // A country without a document would be read for nothing.
    fn check_document(&self, columns: &[SourceColumn]) -> Result<(), DictionaryError> {
        let has = |wanted: fn(&Identity) -> bool| {
            columns.iter().position(|column| matches!(&column.does, Does::Identity(identity) if wanted(identity)))
        };
        let document = has(|identity| matches!(identity, Identity::Document));
        match has(|identity| matches!(identity, Identity::DocumentCountry { .. })) {
            Some(at) if document.is_none() => {
                let span = &in_order(&self.raw.columns)[at].1;
                let key = "a column with identity = \"document\"";
                let why = "a country alone says nothing";
                Err(self.text.error(span, Problem::NeedsKey { key, verb: "document_country", why }))
            }
            _ => Ok(()),
        }
    }
}

// The columns of the table that a column of the export fills in.
fn targets(does: &Does) -> Vec<&String> {
    match does {
        Does::Year { target }
        | Does::Age(AgeTarget { target, .. })
        | Does::Codes { target, .. }
        | Does::Flag { target, .. }
        | Does::Count { target, .. }
        | Does::Reference(Reference { target, .. })
        | Does::Identity(Identity::RecordId { reference: Some(Reference { target, .. }) }) => vec![target],
        Does::Date { year, month, .. } => year.iter().chain(month).collect(),
        Does::Code(rule) => std::iter::once(&rule.target).chain(rule.sets.iter().map(|sets| &sets.target)).collect(),
        _ => Vec::new(),
    }
}

// Whether the cells of a column are read for what they say.
fn is_read(does: &Does) -> bool {
    !matches!(
        does,
        Does::Ignore { .. } | Does::Drop { .. } | Does::RefuseRow { .. } | Does::Consent { .. } | Does::SameAs { .. }
    )
}

fn has_sex(column: &SourceColumn) -> bool {
    matches!(&column.does, Does::Code(rule) if !rule.sex.is_empty())
}

//! Reads `headers.toml`, the words by which exports name their columns, and checks that no word leads two ways.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use crate::code::CodeList;
use crate::error::{DictionaryError, Problem};
use crate::files::{Files, HEADERS, Text};
use crate::headers::{HeaderMeans, HeaderWords};
use crate::raw_source::{Keyed, in_order};
use crate::read_file::{bad_cell, not_blank};
use crate::read_sources::{bad_target, known_code};
use crate::source::PlacePart;
use crate::table::{Kind, Origin, Table};
use crate::words::fold;

const IDENTITIES: [&str; 8] = [
    "full_name",
    "given_name",
    "family_name",
    "father_name",
    "birth_date",
    "document",
    "document_country",
    "record_id",
];

type Words = Keyed<Vec<Spanned<String>>>;

// What a key of one part of the file means.
type Means<'a> = &'a dyn Fn(&str) -> Result<HeaderMeans, Problem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHeaders {
    #[serde(default)]
    consent: Vec<Spanned<String>>,
    #[serde(default)]
    columns: Words,
    #[serde(default)]
    identity: Words,
    #[serde(default)]
    places: Words,
    #[serde(default)]
    drop: Words,
    #[serde(default)]
    ignore: Words,
}

/// Reads the words; none when there is no such file.
pub(crate) fn read(
    files: &Files,
    lists: &[Arc<CodeList>],
    tables: &[Table],
) -> Result<Vec<HeaderWords>, DictionaryError> {
    let Some(bytes) = files.get(HEADERS) else { return Ok(Vec::new()) };
    let text = Text::new(HEADERS, bytes)?;
    let raw: RawHeaders = text.toml()?;
    let meanings: [(&Words, Means<'_>); 5] = [
        (&raw.columns, &|key| column(tables, key)),
        (&raw.identity, &identity),
        (&raw.places, &|key| place(lists, key)),
        (&raw.drop, &|key| Ok(HeaderMeans::Drop(not_blank("drop", key)?.to_owned()))),
        (&raw.ignore, &|key| Ok(HeaderMeans::Ignore(not_blank("ignore", key)?.to_owned()))),
    ];
    let mut reader = Reader { text, tables, read: Vec::new(), taken: HashMap::new() };
    for (words, means) in meanings {
        for (key, span, words) in in_order(words) {
            let means = means(key).map_err(|problem| text.error(&span, problem))?;
            reader.add(means, &span, words)?;
        }
    }
    if !raw.consent.is_empty() {
        reader.add(HeaderMeans::Consent, &(0..0), &raw.consent)?;
    }
    Ok(reader.read)
}

struct Reader<'a> {
    text: Text<'a>,
    tables: &'a [Table],
    read: Vec<HeaderWords>,
    // Folded word → the meanings that it has.
    taken: HashMap<String, Vec<usize>>,
}

impl Reader<'_> {
    fn add(
        &mut self,
        means: HeaderMeans,
        span: &Range<usize>,
        words: &[Spanned<String>],
    ) -> Result<(), DictionaryError> {
        let at = self.read.len();
        let mut folded: Vec<String> = Vec::new();
        for word in words {
            let failed = |problem| self.text.error(&word.span(), problem);
            let name = fold(not_blank("headers", word.get_ref()).map_err(failed)?);
            if folded.contains(&name) {
                return Err(failed(Problem::Twice { what: "word", name }));
            }
            let others = self.taken.entry(name.clone()).or_default();
            let clash = others.iter().find(|&&other| clash(self.tables, &self.read[other].means, &means));
            if let Some(&other) = clash {
                let code = describe(&self.read[other].means);
                return Err(failed(Problem::WordTwice { word: word.get_ref().clone(), code }));
            }
            others.push(at);
            folded.push(name);
        }
        if folded.is_empty() {
            let why = "a meaning without words is never found";
            return Err(self.text.error(span, Problem::NeedsKey { key: "a word", verb: "headers", why }));
        }
        self.read.push(HeaderWords { means, words: folded });
        Ok(())
    }
}

fn column(tables: &[Table], key: &str) -> Result<HeaderMeans, Problem> {
    let nowhere = || Problem::Nowhere { what: "column", name: key.to_owned() };
    let (table, column) = key.split_once('.').ok_or_else(nowhere)?;
    let found = tables.iter().find(|known| known.name == table).and_then(|known| known.column(column));
    match found.ok_or_else(nowhere)? {
        found if found.origin != Origin::Export => {
            Err(bad_target(key, "is filled in by Panoh itself; choose another column"))
        }
        found if found.kind == Kind::Places => Err(bad_target(key, "is a journey; use [places]")),
        _ => Ok(HeaderMeans::Column { table: table.to_owned(), column: column.to_owned() }),
    }
}

fn identity(key: &str) -> Result<HeaderMeans, Problem> {
    let known = IDENTITIES.into_iter().find(|known| *known == key).map(HeaderMeans::Identity);
    known.ok_or_else(|| Problem::Nowhere { what: "identity", name: key.to_owned() })
}

fn place(lists: &[Arc<CodeList>], key: &str) -> Result<HeaderMeans, Problem> {
    let (role, part) = key.split_once('.').unwrap_or((key, ""));
    let part = match part {
        "country" => PlacePart::Country,
        "region" => PlacePart::Region,
        _ => return Err(bad_cell("places", key, "write a role, a dot and country or region")),
    };
    let roles = lists.iter().find(|list| list.name == "place_role");
    let roles = roles.ok_or_else(|| Problem::Nowhere { what: "code list", name: "place_role".to_owned() })?;
    known_code(roles, role, false)?;
    Ok(HeaderMeans::Place { role: role.to_owned(), part })
}

// Whether a header could mean both in one export. Tables are never mixed in one export; and the number of a record is the
// reference of another one.
fn clash(tables: &[Table], one: &HeaderMeans, other: &HeaderMeans) -> bool {
    let has_journey = |name: &String| {
        tables.iter().any(|table| table.name == *name && table.columns.iter().any(|column| column.kind == Kind::Places))
    };
    match (one, other) {
        (HeaderMeans::Column { table, .. }, HeaderMeans::Column { table: other, .. }) => table == other,
        (HeaderMeans::Column { table, .. }, HeaderMeans::Place { .. })
        | (HeaderMeans::Place { .. }, HeaderMeans::Column { table, .. }) => has_journey(table),
        (HeaderMeans::Column { .. }, HeaderMeans::Identity("record_id"))
        | (HeaderMeans::Identity("record_id"), HeaderMeans::Column { .. }) => false,
        _ => true,
    }
}

fn describe(means: &HeaderMeans) -> String {
    match means {
        HeaderMeans::Column { table, column } => format!("{table}.{column}"),
        HeaderMeans::Identity(name) => (*name).to_owned(),
        HeaderMeans::Place { role, .. } => role.clone(),
        HeaderMeans::Consent => "consent".to_owned(),
        HeaderMeans::Drop(what) | HeaderMeans::Ignore(what) => what.clone(),
    }
}

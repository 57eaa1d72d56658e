//! `panoh dictionary`: the words that everything else uses: tables, views, code lists, source mappings.

use anyhow::Result;
use panoh_dictionary::{CodeList, Dictionary as Words, Does, Identity, Source, Table};
use panoh_warehouse::{Comment, Described, ValueKind, comments, statistics, views};

use crate::args::Dictionary;
use crate::failure::{Code, Failure};
use crate::output::{note, say, table};
use crate::world::World;

pub(crate) fn run(options: &Dictionary, world: &World) -> Result<Code> {
    let words = world.dictionary()?;
    match &options.name {
        None => everything(&words)?,
        Some(name) => one(&words, name)?,
    }
    Ok(Code::Ok)
}

fn everything(words: &Words) -> Result<()> {
    let mut rows = Vec::new();
    for view in views()? {
        rows.push(vec!["view".into(), view.name, view.title]);
    }
    for (name, title) in word_tables(words)? {
        rows.push(vec!["view".into(), name, title]);
    }
    for statistic in statistics()? {
        rows.push(vec!["statistic".into(), statistic.name, statistic.question]);
    }
    for stored in words.tables() {
        rows.push(vec!["table".into(), format!("stored.{}", stored.name), stored.description.clone()]);
    }
    for list in words.lists() {
        rows.push(vec!["codes".into(), list.name.clone(), list.title.en.clone()]);
    }
    for source in words.sources() {
        rows.push(vec!["source".into(), source.name.clone(), source.title.clone()]);
    }
    say(table(&["kind", "name", "what"], &rows))
}

/// One name may be a view, a statistic, a table, a code list or a source; each that fits is shown.
fn one(words: &Words, name: &str) -> Result<()> {
    let plain = name.strip_prefix("stored.").unwrap_or(name);
    let mut found = false;
    if let Some(view) = views()?.iter().find(|view| view.name == name) {
        found = true;
        note(format!("view {}: {}", view.name, view.title));
        described(&view.columns)?;
    }
    if let Some((_, title)) = word_tables(words)?.iter().find(|(known, _)| known == name) {
        found = true;
        note(format!("view {name}: {title}"));
        let about = |said: Comment| (said.table == name).then_some(vec![said.column?, said.text]);
        let rows: Vec<Vec<String>> = comments(words)?.into_iter().filter_map(about).collect();
        say(table(&["name", "what"], &rows))?;
    }
    if let Some(statistic) = statistics()?.iter().find(|statistic| statistic.name == name) {
        found = true;
        note(format!("statistic {}: {}", statistic.name, statistic.question));
        note(format!("unit: {}\ncounting: {}", statistic.unit, statistic.counting));
        note("--from, --to and --where:");
        described(&statistic.parameters)?;
        note("columns of the answer:");
        described(&statistic.columns)?;
    }
    if let Some(stored) = words.table(plain) {
        found = true;
        columns(stored)?;
    }
    if let Some(list) = words.list(plain) {
        found = true;
        codes(list)?;
    }
    if let Some(source) = words.source(plain) {
        found = true;
        mapping(source)?;
    }
    if found {
        return Ok(());
    }
    let message = format!(
        "the dictionary has no view, statistic, table, code list or source {name:?}; `panoh dictionary` lists them"
    );
    Err(Failure::new(Code::Usage, message).into())
}

/// The views that hold words of the dictionary, with what a row of them is.
fn word_tables(words: &Words) -> Result<Vec<(String, String)>> {
    let stored = |name: &str| words.table(name).is_some();
    let others = views()?;
    let said = comments(words)?.into_iter().filter(|said| said.column.is_none());
    let own = said.filter(|said| !stored(&said.table) && others.iter().all(|view| view.name != said.table));
    Ok(own.map(|said| (said.table, said.text)).collect())
}

fn described(all: &[Described]) -> Result<()> {
    let rows: Vec<Vec<String>> =
        all.iter().map(|one| vec![one.name.clone(), value_kind(&one.kind), one.about.clone()]).collect();
    say(table(&["name", "kind", "what"], &rows))
}

fn value_kind(kind: &ValueKind) -> String {
    match kind {
        ValueKind::Code { list } => format!("code of {list}"),
        ValueKind::Codes { list } => format!("codes of {list}"),
        ValueKind::Outcome { list } => format!("code of {list}, within twelve months"),
        other => word(other),
    }
}

fn columns(stored: &Table) -> Result<()> {
    note(format!("table {}: {}", stored.name, stored.description));
    let rows: Vec<Vec<String>> = stored
        .columns
        .iter()
        .map(|column| {
            let kind = match column.list() {
                Some(list) => format!("{} of {list}", kind_name(&column.kind)),
                None => kind_name(&column.kind).into(),
            };
            vec![column.name.clone(), kind, word(column.role), word(column.treatment), column.description.clone()]
        })
        .collect();
    say(table(&["column", "kind", "role", "treatment", "what"], &rows))
}

fn kind_name(kind: &panoh_dictionary::Kind) -> &'static str {
    use panoh_dictionary::Kind;
    match kind {
        Kind::Pseudonym => "pseudonym",
        Kind::Text => "text",
        Kind::Integer { .. } => "count",
        Kind::Reference => "reference",
        Kind::Year => "year",
        Kind::Month => "month",
        Kind::Code { .. } => "code",
        Kind::Codes { .. } => "list of codes",
        Kind::Places => "list of places",
    }
}

fn codes(list: &CodeList) -> Result<()> {
    note(format!("code list {}: {}", list.name, list.title.en));
    let rows: Vec<Vec<String>> = list
        .codes
        .iter()
        .map(|code| {
            vec![
                code.code.clone(),
                code.labels.en.clone(),
                code.labels.ru.clone(),
                code.labels.tg.clone(),
                code.parent.clone().unwrap_or_default(),
                code.ctdc.join("; "),
                code.htcds.join("; "),
            ]
        })
        .collect();
    say(table(&["code", "English", "Russian", "Tajik", "parent", "CTDC", "HTCDS"], &rows))
}

fn mapping(source: &Source) -> Result<()> {
    note(format!("source {}: {}; feeds table {}", source.name, source.title, source.table));
    let rows: Vec<Vec<String>> = source
        .columns
        .iter()
        .map(|column| {
            let needed = if column.optional { "optional" } else { "required" };
            vec![column.header.clone(), needed.into(), treatment(&column.does)]
        })
        .collect();
    say(table(&["column of the export", "", "what becomes of it"], &rows))
}

/// What a mapping does with a column, in words.
fn treatment(does: &Does) -> String {
    match does {
        Does::Ignore { reason } => format!("not read: {reason}"),
        Does::Drop { reason } => format!("dropped: {reason}"),
        Does::RefuseRow { reason, .. } => format!("some words refuse the row: {reason}"),
        Does::Identity(Identity::RecordId { reference: Some(reference) }) => {
            format!("identity, stored as a keyed digest only: record number, also in {}", reference.target)
        }
        Does::Identity(identity) => format!("identity, stored as a keyed digest only: {}", identity_name(identity)),
        Does::Year { target } => format!("{target}: the year"),
        Does::Date { year, month, .. } => {
            let targets: Vec<_> = [year, month].into_iter().flatten().map(String::as_str).collect();
            format!("{}: never the day", targets.join(", "))
        }
        Does::Age(age) => format!("{}: a band", age.target),
        Does::Code(rule) => format!("{}: one code", rule.target),
        Does::Codes { target, .. } => format!("{target}: codes"),
        Does::Flag { target, on, .. } => format!("{target}: {}", on.join(", ")),
        Does::Place { part, .. } => format!("journey: {}", word(*part)),
        Does::Count { target, .. } => format!("{target}: a whole number"),
        Does::Consent { .. } => "rows without one of the words of consent are refused".into(),
        Does::Reference(reference) => format!("{}: a keyed digest of the number", reference.target),
        Does::SameAs { header } => format!("the same as {header}; rows in which both differ are refused"),
    }
}

fn identity_name(identity: &Identity) -> &'static str {
    match identity {
        Identity::FullName => "full name",
        Identity::GivenName => "given name",
        Identity::FamilyName => "family name",
        Identity::FatherName => "father's name",
        Identity::BirthDate { .. } => "birth date",
        Identity::Document => "document number",
        Identity::DocumentCountry { .. } => "country of the document",
        Identity::RecordId { .. } => "record number",
    }
}

/// `QuasiIdentifier` as "quasi-identifier".
fn word(value: impl std::fmt::Debug) -> String {
    let mut text = String::new();
    for letter in format!("{value:?}").chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

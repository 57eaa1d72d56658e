//! Reads the tables and checks that every column is treated as its role demands.

use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use crate::code::CodeList;
use crate::error::{DictionaryError, Problem};
use crate::files::{Files, Text, at_line, is_name};
use crate::table::{Column, Kind, Origin, Role, Table, Treatment};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    name: Spanned<String>,
    description: String,
    cohort: Option<Spanned<String>>,
    column: Vec<Spanned<RawColumn>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    name: Spanned<String>,
    description: String,
    kind: Spanned<RawKind>,
    list: Option<Spanned<String>>,
    role: Role,
    treatment: Spanned<Treatment>,
    origin: Origin,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawKind {
    Pseudonym,
    Text,
    Integer,
    Year,
    Month,
    Code,
    Codes,
    Places,
}

/// Reads all tables, in the order of their file names.
pub(crate) fn read(files: &Files, lists: &[Arc<CodeList>]) -> Result<Vec<Table>, DictionaryError> {
    let mut tables = Vec::new();
    for (path, bytes) in files.range("tables/".to_owned().."tables0".to_owned()) {
        if path.rsplit_once('.').is_none_or(|(_, extension)| extension != "toml") {
            return Err(at_line(path, 1, Problem::StrayFile));
        }
        tables.push(read_table(Text::new(path, bytes)?, lists)?);
    }
    Ok(tables)
}

fn read_table(text: Text<'_>, lists: &[Arc<CodeList>]) -> Result<Table, DictionaryError> {
    let raw: RawTable = text.toml()?;
    check_name(text, &raw.name)?;
    if raw.name.get_ref() != text.stem() {
        return Err(text.error(&raw.name.span(), Problem::FileName(raw.name.into_inner())));
    }
    let mut columns: Vec<Column> = Vec::new();
    for column in raw.column {
        let column = column.into_inner();
        let span = column.name.span();
        let column = read_column(text, column, lists)?;
        if columns.iter().any(|other| other.name == column.name) {
            return Err(text.error(&span, Problem::Twice { what: "column", name: column.name }));
        }
        columns.push(column);
    }
    if let Some(cohort) = &raw.cohort
        && !columns.iter().any(|column| column.name == *cohort.get_ref() && column.kind == Kind::Year)
    {
        return Err(text.error(&cohort.span(), Problem::CohortColumn(cohort.get_ref().clone())));
    }
    let cohort = raw.cohort.map(Spanned::into_inner);
    Ok(Table { name: raw.name.into_inner(), description: raw.description, cohort, columns })
}

fn read_column(text: Text<'_>, raw: RawColumn, lists: &[Arc<CodeList>]) -> Result<Column, DictionaryError> {
    check_name(text, &raw.name)?;
    let kind = read_kind(text, &raw, lists)?;
    let span = raw.treatment.span();
    let column = Column {
        name: raw.name.into_inner(),
        description: raw.description,
        kind,
        role: raw.role,
        treatment: raw.treatment.into_inner(),
        origin: raw.origin,
    };
    check_treatment(&column).map_err(|problem| text.error(&span, problem))?;
    Ok(column)
}

fn read_kind(text: Text<'_>, raw: &RawColumn, lists: &[Arc<CodeList>]) -> Result<Kind, DictionaryError> {
    let wrong = |kind, rule| text.error(&raw.kind.span(), Problem::KindAndList { kind, rule });
    let plain = |kind, name| match &raw.list {
        None => Ok(kind),
        Some(_) => Err(wrong(name, "has no `list`; remove it")),
    };
    let list = |name| match &raw.list {
        None => Err(wrong(name, "needs `list`; name one of codes/lists.toml")),
        Some(list) if lists.iter().any(|known| known.name == *list.get_ref()) => Ok(list.get_ref().clone()),
        Some(list) => {
            let name = list.get_ref().clone();
            Err(text.error(&list.span(), Problem::Nowhere { what: "code list", name }))
        }
    };
    match raw.kind.get_ref() {
        RawKind::Pseudonym => plain(Kind::Pseudonym, "pseudonym"),
        RawKind::Text => plain(Kind::Text, "text"),
        RawKind::Integer => plain(Kind::Integer, "integer"),
        RawKind::Year => plain(Kind::Year, "year"),
        RawKind::Month => plain(Kind::Month, "month"),
        RawKind::Places => plain(Kind::Places, "places"),
        RawKind::Code => Ok(Kind::Code { list: list("code")? }),
        RawKind::Codes => Ok(Kind::Codes { list: list("codes")? }),
    }
}

fn check_treatment(column: &Column) -> Result<(), Problem> {
    let wrong = |treatment, rule| Err(Problem::TreatmentAndKind { column: column.name.clone(), treatment, rule });
    match (column.role, column.treatment, &column.kind, column.origin) {
        (_, Treatment::Drop, ..) => Ok(()),
        (Role::Identifier, Treatment::Keep | Treatment::Generalise, ..) => {
            Err(Problem::IdentifierKept(column.name.clone()))
        }
        (_, Treatment::Keep | Treatment::Generalise, Kind::Pseudonym, _) => {
            wrong("a pseudonym", "its treatment is `pseudonymise`")
        }
        (_, Treatment::Pseudonymise, kind, _) if !matches!(kind, Kind::Pseudonym | Kind::Text) => {
            wrong("pseudonymised", "its kind is `pseudonym` or `text`")
        }
        (_, _, Kind::Text | Kind::Pseudonym, Origin::Export) => {
            wrong("text from an export", "text never leaves intake: use a code list, or treatment `drop`")
        }
        (_, Treatment::Keep, Kind::Month, _) => wrong("a month that is kept", "a date becomes a month by `generalise`"),
        _ => Ok(()),
    }
}

fn check_name(text: Text<'_>, name: &Spanned<String>) -> Result<(), DictionaryError> {
    if is_name(name.get_ref(), '_') {
        return Ok(());
    }
    Err(text.error(&name.span(), Problem::BadName(name.get_ref().clone(), "_")))
}

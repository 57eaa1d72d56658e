//! Reads the tables and checks that every column is treated as its role demands.

use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use crate::code::CodeList;
use crate::error::{DictionaryError, Problem};
use crate::files::{Files, Text, at_line, is_name};
use crate::table::{Column, Kind, Origin, Population, Role, Table, Treatment};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    name: Spanned<String>,
    description: String,
    population: Option<Population>,
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
    state: Option<Spanned<String>>,
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
    Reference,
}

impl RawKind {
    fn name(self) -> &'static str {
        match self {
            Self::Pseudonym => "pseudonym",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Year => "year",
            Self::Month => "month",
            Self::Code => "code",
            Self::Codes => "codes",
            Self::Places => "places",
            Self::Reference => "reference",
        }
    }
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
    let mut spans = Vec::new();
    for column in raw.column {
        let column = column.into_inner();
        let span = column.name.span();
        spans.push((span.clone(), column.state.as_ref().map(Spanned::span)));
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
    check_population(&raw.name, raw.population, raw.cohort.as_ref(), &columns)
        .map_err(|(span, problem)| text.error(&span, problem))?;
    for (column, (span, state)) in columns.iter().zip(&spans) {
        let checked = check_state(column, &columns, lists);
        checked.map_err(|problem| text.error(state.as_ref().unwrap_or(span), problem))?;
    }
    let (population, cohort) = (raw.population, raw.cohort.map(Spanned::into_inner));
    Ok(Table { name: raw.name.into_inner(), description: raw.description, population, cohort, columns })
}

// Rows of records are linked to persons exactly when the table says whom they are about.
fn check_population(
    name: &Spanned<String>,
    population: Option<Population>,
    cohort: Option<&Spanned<String>>,
    columns: &[Column],
) -> Result<(), (Range<usize>, Problem)> {
    let has = |name: &str| columns.iter().any(|column| column.name == name);
    let linked = |name: &str| columns.iter().any(|column| column.name == name && column.origin == Origin::Custody);
    let rule = match (population, cohort) {
        (None, Some(cohort)) => {
            let rule = "has a cohort but no population; write `population` or remove `cohort`";
            return Err((cohort.span(), Problem::Population(rule)));
        }
        (Some(_), _) if !has("record") || !linked("person") || !linked("cohort") => {
            "has a population; add the columns `record`, `person` and `cohort`, the last two with origin `custody`"
        }
        (None, None) if has("record") && (has("person") || has("cohort")) => {
            "has a column `person` or `cohort` but no population; write `population` or remove them"
        }
        _ => return Ok(()),
    };
    Err((name.span(), Problem::Population(rule)))
}

// Each number has its own state, and intake fills in no other codes.
fn check_state(column: &Column, columns: &[Column], lists: &[Arc<CodeList>]) -> Result<(), Problem> {
    let state_of = |column: &Column| match &column.kind {
        Kind::Integer { state } => state.clone(),
        _ => None,
    };
    let is_code = matches!(column.kind, Kind::Code { .. } | Kind::Codes { .. });
    let wrong = |column: &str, rule| Err(Problem::StateColumn { column: column.to_owned(), rule });
    if is_code && column.origin == Origin::Intake {
        let numbers = columns.iter().filter(|number| state_of(number).as_deref() == Some(&column.name)).count();
        return match numbers {
            1 => Ok(()),
            0 => wrong(&column.name, "belongs to no number; name it in `state` of one, or let exports fill it in"),
            _ => wrong(&column.name, "belongs to several numbers; give each its own"),
        };
    }
    let Some(name) = state_of(column) else { return Ok(()) };
    let Some(state) = columns.iter().find(|other| other.name == name) else {
        return Err(Problem::Nowhere { what: "column", name });
    };
    let says_recorded = |list: &String| {
        lists.iter().any(|known| known.name == *list && known.codes.len() == 1 && known.code("recorded").is_some())
    };
    match &state.kind {
        Kind::Code { list } if says_recorded(list) && state.origin == Origin::Intake => Ok(()),
        _ => wrong(&name, "must be a column of kind `code`, origin `intake` and a list whose one code is `recorded`"),
    }
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
    if raw.state.is_some() && *raw.kind.get_ref() != RawKind::Integer {
        return Err(wrong(raw.kind.get_ref().name(), "has no `state`; remove it"));
    }
    let plain = |kind| match &raw.list {
        None => Ok(kind),
        Some(_) => Err(wrong(raw.kind.get_ref().name(), "has no `list`; remove it")),
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
        RawKind::Pseudonym => plain(Kind::Pseudonym),
        RawKind::Text => plain(Kind::Text),
        RawKind::Integer => plain(Kind::Integer { state: raw.state.as_ref().map(|state| state.get_ref().clone()) }),
        RawKind::Year => plain(Kind::Year),
        RawKind::Month => plain(Kind::Month),
        RawKind::Places => plain(Kind::Places),
        RawKind::Reference => plain(Kind::Reference),
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
        (_, Treatment::Keep | Treatment::Generalise, Kind::Reference, _) => {
            wrong("a reference", "its treatment is `pseudonymise`")
        }
        (_, Treatment::Pseudonymise, kind, _) if !matches!(kind, Kind::Pseudonym | Kind::Text | Kind::Reference) => {
            wrong("pseudonymised", "its kind is `pseudonym`, `reference` or `text`")
        }
        (_, _, Kind::Reference, Origin::Intake | Origin::Custody) => {
            wrong("a reference that Panoh makes", "its origin is `export`")
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

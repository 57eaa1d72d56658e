//! The rules that bind several fields of a definition. Each refusal names the place, the rule and the remedy.

use std::collections::BTreeSet;

use super::one_year::year_codes;
use super::{Audience, Codes, DefinitionFields, DimensionWanted, Objective, Purpose, TableWanted, YEAR};
use crate::{DefinitionError, Weight};

/// Names that columns or address parameters of every release already use.
const RESERVED: [&str; 37] = [
    YEAR,
    "after",
    "before",
    "bom",
    "citation",
    "codes",
    "compare",
    "day",
    "decimal",
    "delta",
    "dimensions",
    "epsilon",
    "estimate",
    "format",
    "from",
    "labels",
    "lang",
    "larger_than_noise",
    "licence",
    "limit",
    "lower",
    "non_negative",
    "offset",
    "quality",
    "query",
    "release",
    "rho",
    "sep",
    "standard_error",
    "status",
    "synthetic",
    "table",
    "to",
    "total",
    "unit",
    "upper",
    "value",
];

/// Whether no dimension may have this name, because columns or parameters of every release have it.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || name.ends_with("_label")
}

/// Checks a whole definition; the first broken rule is the answer.
pub(super) fn check(fields: &DefinitionFields) -> Result<(), DefinitionError> {
    check_texts(fields)?;
    check_cohorts(fields)?;
    check_years(fields)?;
    if fields.audience == Audience::Project && fields.purpose != Purpose::Project {
        return refuse(
            "purpose",
            "a release for a project is paid for by the project part of the budget: write purpose = \"project\"",
        );
    }
    if (fields.audience == Audience::Project) != fields.project.is_some() {
        return refuse(
            "project",
            "a release for a project names it: write project = \"NAME\"; a public one names none",
        );
    }
    if fields.supersedes.is_some() && (fields.series.is_none() || fields.purpose != Purpose::Revision) {
        return refuse(
            "supersedes",
            "a revision belongs to a series and is paid for by its own part of the budget: write series and purpose = \
             \"revision\"",
        );
    }
    if fields.purpose == Purpose::Revision && fields.supersedes.is_none() {
        return refuse("purpose", "a revision names in `supersedes` the one release that it takes the place of");
    }
    for (position, dimension) in fields.dimensions.iter().enumerate() {
        if fields.dimensions[..position].iter().any(|other| other.name == dimension.name) {
            return refuse(&at_dimension(dimension), "is there twice; give each dimension its own name");
        }
        check_dimension(dimension)?;
    }
    if fields.tables.is_empty() {
        return refuse("[[table]]", "ask for one table or more");
    }
    for (position, table) in fields.tables.iter().enumerate() {
        check_table(fields, table, &fields.tables[..position])?;
    }
    for dimension in &fields.dimensions {
        if !fields.tables.iter().any(|table| table.dimensions.contains(&dimension.name)) {
            return refuse(&at_dimension(dimension), "is in no table; use it or take it out");
        }
    }
    Ok(())
}

/// Breaks and provisional figures are about years that the release has.
fn check_years(fields: &DefinitionFields) -> Result<(), DefinitionError> {
    let years = fields.cohorts.from..=fields.cohorts.to;
    if fields.provisional_from.is_some_and(|year| !years.contains(&year)) {
        return refuse("provisional_from", "name one of the years in [cohorts], or leave it out");
    }
    if !fields.breaks.iter().all(|there| years.contains(&there.year) && there.text.is_printable()) {
        return refuse("[[break]]", "name one of the years in [cohorts], and say in a few words what changed");
    }
    if !fields.breaks.is_sorted_by(|one, next| one.year < next.year) {
        return refuse("[[break]]", "give each year one break, in the order of the years");
    }
    Ok(())
}

fn check_texts(fields: &DefinitionFields) -> Result<(), DefinitionError> {
    let mut texts = vec![("title", &fields.title), ("description", &fields.description), ("author", &fields.author)];
    for translation in [&fields.translations.ru, &fields.translations.tg].into_iter().flatten() {
        texts.extend([("title", &translation.title), ("description", &translation.description)]);
    }
    for (place, text) in texts {
        let one_line = place != "description";
        let bad = |c: char| c.is_control() && (one_line || c != '\n');
        if text.trim().is_empty() || text.contains(bad) {
            return refuse(place, "write some text without control characters (line breaks in the description only)");
        }
    }
    let spdx = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    if fields.licence.is_empty() || !fields.licence.chars().all(spdx) {
        return refuse("licence", "write an SPDX licence identifier such as \"CC-BY-4.0\"");
    }
    if fields.smallest_count_of_interest == 0 {
        return refuse("smallest_count_of_interest", "write the smallest number of persons that matters, 1 or more");
    }
    Ok(())
}

fn check_cohorts(fields: &DefinitionFields) -> Result<(), DefinitionError> {
    let cohorts = fields.cohorts;
    if cohorts.from < 1900 || cohorts.to > 2100 || cohorts.from > cohorts.to {
        return refuse("[cohorts]", "let `from` be no later than `to`, both between 1900 and 2100");
    }
    if cohorts.years_together == 0 {
        return refuse("[cohorts]", "let `years_together` be 1 or more");
    }
    Ok(())
}

fn check_dimension(dimension: &DimensionWanted) -> Result<(), DefinitionError> {
    let place = at_dimension(dimension);
    let name = dimension.name.as_str();
    if name == YEAR {
        return refuse(&place, "is made of the cohorts: name it in tables and do not declare it");
    }
    if is_reserved(name) {
        return refuse(&place, "is the name of a column or parameter that every release has; choose another");
    }
    if !dimension.title.is_printable() || dimension.column.trim().is_empty() || dimension.list.trim().is_empty() {
        return refuse(&place, "needs a title, a column and a list");
    }
    match &dimension.codes {
        Codes::All if dimension.reason.is_some() || dimension.date.is_some() || dimension.learned_from_data => {
            refuse(&place, "`reason`, `date` and `learned_from_data` belong to a written list; a whole list needs none")
        }
        Codes::All => Ok(()),
        Codes::Written(codes) => check_written(&place, dimension, codes),
    }
}

fn check_written(place: &str, dimension: &DimensionWanted, codes: &[String]) -> Result<(), DefinitionError> {
    let distinct: BTreeSet<&String> = codes.iter().collect();
    if codes.is_empty() || distinct.len() != codes.len() {
        return refuse(place, "a written list needs one code or more, each once");
    }
    if dimension.reason.as_ref().is_none_or(|reason| reason.trim().is_empty()) || dimension.date.is_none() {
        return refuse(place, "a written list needs a reason and the date on which it was written");
    }
    Ok(())
}

fn check_table(fields: &DefinitionFields, table: &TableWanted, before: &[TableWanted]) -> Result<(), DefinitionError> {
    let place = format!("[[table]] {}", table.name);
    let set: BTreeSet<_> = table.dimensions.iter().collect();
    if before.iter().any(|other| other.name == table.name) {
        return refuse(&place, "is there twice; give each table its own name");
    }
    if !table.title.is_printable() {
        return refuse(&place, "needs a title");
    }
    if set.is_empty() || set.len() != table.dimensions.len() {
        return refuse(&place, "name one dimension or more, each once; the total comes with every table");
    }
    for name in &table.dimensions {
        if name.as_str() != YEAR && !fields.dimensions.iter().any(|dimension| dimension.name == *name) {
            return refuse(&place, &format!("dimension {name} is not declared; add a [[dimension]] of that name"));
        }
    }
    if year_codes(fields) < 2 && set.iter().any(|name| name.as_str() == YEAR) {
        return refuse(
            &place,
            "year has one code only; take more cohorts, put fewer years together, or leave year out",
        );
    }
    if let Some(other) = before.iter().find(|other| other.dimensions.iter().collect::<BTreeSet<_>>() == set) {
        return refuse(&place, &format!("has the same dimensions as table {}; leave one out", other.name));
    }
    if fields.objective != Objective::Weighted && table.weight != Weight::default() {
        return refuse(&place, "a weight counts with objective = \"weighted\" only; set it or leave the weight out");
    }
    let half = f64::from(fields.smallest_count_of_interest) / 2.0;
    if !fields.force && table.half_width.is_some_and(|required| required.value() > half) {
        let rule = format!("half_width is more than {half}, half of smallest_count_of_interest; ask for that or less");
        return refuse(&place, &rule);
    }
    Ok(())
}

fn at_dimension(dimension: &DimensionWanted) -> String {
    format!("[[dimension]] {}", dimension.name)
}

fn refuse(place: &str, rule: &str) -> Result<(), DefinitionError> {
    Err(DefinitionError::Rule { place: place.to_owned(), rule: rule.to_owned() })
}

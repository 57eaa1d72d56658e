//! `year` where all cohorts are one code of it. Such a dimension says nothing, and noise has no share for it; but next
//! year's cohort is released by the same definition as the years before it, so `year` is left out instead of refused.

use std::collections::BTreeSet;

use super::{DefinitionFields, TableWanted, YEAR};
use crate::Slug;

/// The tables without `year`. One that has no other dimension, or then says what another table says, is left out too.
fn without_year(tables: &[TableWanted]) -> Vec<TableWanted> {
    let mut told: Vec<BTreeSet<Slug>> = tables.iter().filter(|table| !has_year(table)).map(dimensions).collect();
    let mut rest = Vec::with_capacity(tables.len());
    for table in tables {
        let has_other = !has_year(table) || {
            let own = dimensions(table);
            let is_new = !own.is_empty() && !told.contains(&own);
            told.push(own);
            is_new
        };
        if has_other {
            let dimensions = table.dimensions.iter().filter(|name| name.as_str() != YEAR).cloned().collect();
            rest.push(TableWanted { dimensions, ..table.clone() });
        }
    }
    rest
}

fn has_year(table: &TableWanted) -> bool {
    table.dimensions.iter().any(|name| name.as_str() == YEAR)
}

/// The dimensions of a table but `year`.
fn dimensions(table: &TableWanted) -> BTreeSet<Slug> {
    table.dimensions.iter().filter(|name| name.as_str() != YEAR).cloned().collect()
}

/// How many codes the dimension `year` has.
pub(super) fn year_codes(fields: &DefinitionFields) -> i32 {
    let cohorts = &fields.cohorts;
    let together = i32::from(cohorts.years_together.max(1));
    let years = i32::from(cohorts.to) - i32::from(cohorts.from) + 1;
    (years + together - 1) / together + i32::from(cohorts.no_year)
}

/// Leaves `year` out where it has one code. Where nothing would be left, all stays as it is, and is refused.
pub(super) fn settled(mut fields: DefinitionFields) -> DefinitionFields {
    if year_codes(&fields) == 1 {
        let rest = without_year(&fields.tables);
        if !rest.is_empty() {
            fields.tables = rest;
        }
    }
    fields
}

/// Name and dimensions of each table, `year` apart: what releases of one series have in common.
pub(super) fn common(tables: &[TableWanted]) -> Vec<(Slug, BTreeSet<Slug>)> {
    without_year(tables).iter().map(|table| (table.name.clone(), dimensions(table))).collect()
}

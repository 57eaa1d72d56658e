//! Columns of one SELECT that say the same, as in `SELECT count(*), count(*)`. PostgreSQL answers them; the engine tells
//! columns apart by their names and does not. So each later one gets a name that says how many columns before it the first
//! stands, and clients are told the name of that one. Beside a star nobody knows here what stands where, so a column there,
//! as in `SELECT gender, * FROM cases`, gets a name that says its own.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_pg::datatypes::arrow_schema_to_pg_fields;
use datafusion::arrow::datatypes::{FieldRef, Schema};
use datafusion::sql::sqlparser::ast::{Expr, Ident, Query, Select, SelectItem, SetExpr, visit_expressions_mut};
use pgwire::api::Type;
use pgwire::api::portal::Format;
use pgwire::api::results::FieldInfo;
use pgwire::error::PgWireResult;
use pgwire::types::format::FormatOptions;

use crate::nested::{is_json, sent_as};

/// Begins a name that stands for another; no client writes it.
const MARK: char = '\u{1}';
/// Stands before the column's own name.
const OWN: char = '\u{2}';

/// Gives the later ones of equal columns a name of their own.
pub(crate) fn tell_apart(select: &mut Select) {
    let is_star = |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
    if select.projection.iter().any(is_star) {
        return tell_apart_from_star(select);
    }
    name_subqueries(select);
    let mut seen = HashMap::new();
    for (at, item) in select.projection.iter_mut().enumerate() {
        let (expr, said) = match item {
            SelectItem::UnnamedExpr(expr) => (&*expr, (false, without_casts(expr.clone()).to_string())),
            SelectItem::ExprWithAlias { expr, alias } => (&*expr, (true, alias.to_string())),
            _ => continue,
        };
        let first = *seen.entry(said).or_insert(at);
        if first < at {
            // Where it stands itself makes the name one that no other column has.
            let alias = Ident::with_quote('"', format!("{MARK}{}{MARK}{at}", at - first));
            *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
        }
    }
}

fn tell_apart_from_star(select: &mut Select) {
    for (at, item) in select.projection.iter_mut().enumerate() {
        let SelectItem::UnnamedExpr(expr) = item else { continue };
        let name = match &*expr {
            Expr::Identifier(name) => name,
            Expr::CompoundIdentifier(parts) => match parts.last() {
                Some(name) => name,
                None => continue,
            },
            _ => continue,
        };
        let name = if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() };
        let alias = Ident::with_quote('"', format!("{MARK}{at}{OWN}{name}"));
        *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
    }
}

/// A subquery among the columns is named as its own column is; the engine tells that name apart from others too late.
fn name_subqueries(select: &mut Select) {
    for (at, item) in select.projection.iter_mut().enumerate() {
        if let SelectItem::UnnamedExpr(Expr::Subquery(query)) = item {
            let name = name_of(query).unwrap_or_else(|| "?column?".to_owned());
            let alias = Ident::with_quote('"', format!("{MARK}{at}{OWN}{name}"));
            *item = SelectItem::ExprWithAlias { expr: Expr::Subquery(query.clone()), alias };
        }
    }
}

fn name_of(query: &Query) -> Option<String> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    match select.projection.first()? {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name.value.clone()),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last().map(|name| name.value.clone()),
        SelectItem::UnnamedExpr(Expr::Function(call)) => Some(call.name.to_string().to_lowercase()),
        _ => None,
    }
}

/// What the engine names a column by: `gender::text` is `gender` to it.
fn without_casts(mut expr: Expr) -> Expr {
    let _ = visit_expressions_mut(&mut expr, |part| {
        while let Expr::Cast { expr, .. } = part {
            *part = expr.as_ref().clone();
        }
        ControlFlow::<()>::Continue(())
    });
    expr
}

/// The columns as clients are told them, with JSON for what is nested.
pub(crate) fn fields(
    schema: &Schema,
    format: &Format,
    options: Option<Arc<FormatOptions>>,
) -> PgWireResult<Vec<FieldInfo>> {
    let mut named: Vec<FieldRef> = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let first = back(field.name()).and_then(|back| named.get(named.len().checked_sub(back)?));
        let name = first.map(|first| first.name().clone()).or_else(|| own(field.name()));
        named.push(name.map_or_else(|| Arc::clone(field), |name| renamed(field, &name)));
    }
    let sent = Schema::new(named.iter().map(sent_as).collect::<Vec<_>>());
    let told = arrow_schema_to_pg_fields(&sent, format, options)?;
    let as_json = |(field, info): (&FieldRef, FieldInfo)| {
        if !is_json(field.data_type()) {
            return info;
        }
        let options = Arc::clone(info.format_options());
        FieldInfo::new(info.name().to_owned(), None, None, Type::JSON, info.format()).with_format_options(options)
    };
    Ok(named.iter().zip(told).map(as_json).collect())
}

fn back(name: &str) -> Option<usize> {
    name.strip_prefix(MARK)?.split(MARK).next()?.parse().ok()
}

fn own(name: &str) -> Option<String> {
    name.strip_prefix(MARK)?.split_once(OWN).map(|(_, name)| name.to_owned())
}

fn renamed(field: &FieldRef, name: &str) -> FieldRef {
    Arc::new(field.as_ref().clone().with_name(name))
}

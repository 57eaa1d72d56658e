//! Columns of one SELECT that say the same, as in `SELECT count(*), count(*)`. PostgreSQL answers them; the engine tells
//! columns apart by their names and does not. So each later one gets a name that says how many columns before it the first
//! stands, and clients are told the name of that one.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_pg::datatypes::arrow_schema_to_pg_fields;
use datafusion::arrow::datatypes::{FieldRef, Schema};
use datafusion::sql::sqlparser::ast::{Ident, Select, SelectItem};
use pgwire::api::Type;
use pgwire::api::portal::Format;
use pgwire::api::results::FieldInfo;
use pgwire::error::PgWireResult;
use pgwire::types::format::FormatOptions;

use crate::nested::{is_json, sent_as};

/// Begins a name that stands for another; no client writes it.
const MARK: char = '\u{1}';

/// Gives the later ones of equal columns a name of their own.
pub(crate) fn tell_apart(select: &mut Select) {
    let mut seen = HashMap::new();
    for (at, item) in select.projection.iter_mut().enumerate() {
        let (expr, said) = match item {
            SelectItem::UnnamedExpr(expr) => (&*expr, (false, expr.to_string())),
            SelectItem::ExprWithAlias { expr, alias } => (&*expr, (true, alias.to_string())),
            // Nobody knows here how many columns a star has, so nothing can be counted across it.
            _ => {
                seen.clear();
                continue;
            }
        };
        let first = *seen.entry(said).or_insert(at);
        if first < at {
            // Where it stands itself makes the name one that no other column has.
            let alias = Ident::with_quote('"', format!("{MARK}{}{MARK}{at}", at - first));
            *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
        }
    }
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
        let field = first.map_or_else(|| Arc::clone(field), |first| renamed(field, first.name()));
        named.push(field);
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

fn renamed(field: &FieldRef, name: &str) -> FieldRef {
    Arc::new(field.as_ref().clone().with_name(name))
}

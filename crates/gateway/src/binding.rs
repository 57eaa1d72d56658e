//! The parameters of a prepared statement: of which types they are, and their values.
//!
//! DataFusion tells the type of a parameter from the column it is compared with; where it cannot, a cast that stands
//! around the parameter tells it.

use std::collections::HashMap;

use arrow_pg::datatypes::df::deserialize_parameters_with_server_types;
use arrow_pg::datatypes::{PG_OID_ALIAS_KEY, into_pg_type, pg_type_for_alias_kind};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ParamValues;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};
use pgwire::api::Type;
use pgwire::api::portal::{Format, Portal};
use pgwire::error::PgWireResult;

use crate::conversation::Prepared;
use crate::refusal::{PROTOCOL, error, of_engine};

/// One parameter: as the engine sees it, and as it travels.
#[derive(Debug)]
pub(crate) struct Parameter {
    engine: Option<DataType>,
    wire: Type,
}

/// The parameters of a plan, `$1` first.
pub(crate) fn parameters(plan: &LogicalPlan) -> PgWireResult<Vec<Parameter>> {
    let known = plan.get_parameter_fields().map_err(|e| of_engine(&e))?;
    let casts = if known.values().any(Option::is_none) { casts(plan)? } else { HashMap::new() };
    let number = |id: &String| id.trim_start_matches('$').parse::<usize>().unwrap_or_default();
    let last = known.keys().map(number).max().unwrap_or_default();
    (1..=last)
        .map(|at| {
            let id = format!("${at}");
            let field = known.get(&id).cloned().flatten();
            let engine = field.as_ref().map(|field| field.data_type().clone()).or_else(|| casts.get(&id).cloned());
            // The catalogue's object ids are numbers of 32 bits that clients send as what they are.
            let alias = field.as_ref().and_then(|field| field.metadata().get(PG_OID_ALIAS_KEY));
            let alias = alias.filter(|_| engine == Some(DataType::Int32)).and_then(|kind| pg_type_for_alias_kind(kind));
            let wire = match (alias, &engine) {
                (Some(alias), _) => alias,
                (None, Some(known)) => into_pg_type(known)?,
                (None, None) => Type::UNKNOWN,
            };
            Ok(Parameter { engine, wire })
        })
        .collect()
}

/// The types that a client is told.
pub(crate) fn wire_types(parameters: &[Parameter]) -> Vec<Type> {
    parameters.iter().map(|parameter| parameter.wire.clone()).collect()
}

/// The values that a portal binds.
pub(crate) fn values(portal: &Portal<Prepared>, parameters: &[Parameter]) -> PgWireResult<ParamValues> {
    if portal.parameter_len() < parameters.len() {
        let message =
            format!("{} parameters are bound, the statement has {}", portal.parameter_len(), parameters.len());
        return Err(error(PROTOCOL, message, ""));
    }
    check_format(&portal.parameter_format, portal.parameter_len())?;
    let engine: Vec<_> = parameters.iter().map(|parameter| parameter.engine.as_ref()).collect();
    let wire: Vec<_> = parameters.iter().map(|parameter| Some(&parameter.wire)).collect();
    deserialize_parameters_with_server_types(portal, &engine, &wire)
}

/// Refuses a list of formats that is shorter than what it is for; pgwire would look past its end.
pub(crate) fn check_format(format: &Format, columns: usize) -> PgWireResult<()> {
    match format {
        Format::Individual(codes) if codes.len() < columns => {
            Err(error(PROTOCOL, format!("{} formats are given for {columns} columns", codes.len()), ""))
        }
        _ => Ok(()),
    }
}

fn casts(plan: &LogicalPlan) -> PgWireResult<HashMap<String, DataType>> {
    let mut found = HashMap::new();
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expression| {
            expression.apply(|expression| {
                if let Expr::Cast(cast) = expression
                    && let Expr::Placeholder(placeholder) = cast.expr.as_ref()
                {
                    found.insert(placeholder.id.clone(), cast.field.data_type().clone());
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })
    .map_err(|e| of_engine(&e))?;
    Ok(found)
}

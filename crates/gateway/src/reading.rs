//! What a statement reads: the tables and views it names, and the columns of stored tables that its plan takes.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast::{ObjectName, Statement, visit_relations};

use crate::catalog::{Engine, STORED, VIEWS};

/// What one statement reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// As the statement names them, with their schema.
    pub(crate) tables: BTreeSet<String>,
    /// Schema, table and column of everything that is stored.
    pub(crate) columns: BTreeSet<String>,
}

impl Read {
    /// Of a statement and its optimised plan, in which every scan has only the columns that are needed.
    pub(crate) fn of(statement: &Statement, optimised: &LogicalPlan, engine: &Engine) -> Self {
        let mut read = Self::default();
        let _ = visit_relations(statement, |name| {
            read.tables.extend(table(name, engine));
            ControlFlow::<()>::Continue(())
        });
        let scans = optimised.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && scan.table_name.schema().is_some_and(|schema| schema == STORED)
            {
                let column = |name: &String| format!("{STORED}.{}.{name}", scan.table_name.table());
                read.columns.extend(
                    scan.projected_schema
                        .field_names()
                        .iter()
                        .map(|name| column(&name.rsplit('.').next().unwrap_or(name).to_owned())),
                );
            }
            Ok(TreeNodeRecursion::Continue)
        });
        debug_assert!(scans.is_ok(), "the closure above never fails");
        read
    }
}

/// The table that a name stands for; none for what the statement itself defines, and what does not exist.
fn table(name: &ObjectName, engine: &Engine) -> Option<String> {
    let mut parts: Vec<_> = name.0.iter().filter_map(|part| part.as_ident()).map(|one| one.value.clone()).collect();
    let table = parts.pop()?.to_ascii_lowercase();
    let schema = parts.pop().map_or_else(|| VIEWS.to_owned(), |schema| schema.to_ascii_lowercase());
    engine.has(&schema, &table).then(|| format!("{schema}.{table}"))
}

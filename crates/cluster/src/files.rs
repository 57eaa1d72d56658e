//! A stored table for the client: a list of its files, or nothing.

use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::DFSchema;
use datafusion::datasource::ViewTable;
use datafusion::error::Result;
use datafusion::logical_expr::{EmptyRelation, LogicalPlan};
use panoh_warehouse::{TableSnapshot, table_of_files};

use crate::ClusterError;

/// A table for the engine.
pub(crate) fn table(snapshot: &TableSnapshot) -> Result<Arc<dyn TableProvider>, ClusterError> {
    let files = table_of_files(snapshot).and_then(|files| files.map_or_else(|| empty(&snapshot.schema), Ok));
    files.map_err(|source| ClusterError::File { table: snapshot.table.clone(), source: Box::new(source) })
}

/// A table without files is a relation without rows, which the optimiser takes out of a join before anything is sent.
fn empty(schema: &SchemaRef) -> Result<Arc<dyn TableProvider>> {
    let schema = Arc::new(DFSchema::try_from(Arc::clone(schema))?);
    let nothing = LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema });
    Ok(Arc::new(ViewTable::new(nothing, None)))
}

//! Which tables a client may name without a schema: those of the views, and of the catalogue. psql lists only these when
//! no schema is asked for. Their numbers are an engine's own, so they are read when a statement first asks.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::cast::as_int32_array;
use datafusion::error::Result;
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::sql::sqlparser::ast::Statement;
use tokio::runtime::Handle;
use tokio::sync::OnceCell;

use crate::once::{mentions, read_once};

const QUESTION: &str = include_str!("../sql/visible.sql");
const NAME: &str = "pg_table_is_visible";

/// The numbers of the tables that need no schema, once they are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visible {
    tables: Arc<OnceCell<HashSet<i32>>>,
}

impl Visible {
    /// The function that tells it.
    pub(crate) fn function(&self) -> ScalarUDF {
        let tables = Arc::clone(&self.tables);
        let answer = move |values: &[ColumnarValue]| {
            let rows = ColumnarValue::values_to_arrays(values)?;
            let known = |number: i32| tables.get().is_some_and(|tables| tables.contains(&number));
            let numbers = as_int32_array(&rows[0])?.iter();
            let told: BooleanArray = numbers.map(|number| number.map(known)).collect();
            Ok(ColumnarValue::Array(Arc::new(told) as ArrayRef))
        };
        create_udf(NAME, vec![DataType::Int32], DataType::Boolean, Volatility::Stable, Arc::new(answer))
    }

    /// Reads the numbers when a statement asks for them and none has before.
    pub(crate) async fn prepare(
        &self,
        statement: &Statement,
        context: &SessionContext,
        threads: &Handle,
    ) -> Result<()> {
        if self.tables.initialized() || !mentions(statement, NAME) {
            return Ok(());
        }
        let context = context.clone();
        read_once(&self.tables, threads, async move { read(&context).await }).await
    }
}

async fn read(context: &SessionContext) -> Result<HashSet<i32>> {
    let mut tables = HashSet::new();
    for batch in context.sql(QUESTION).await?.collect().await? {
        tables.extend(as_int32_array(batch.column(0))?.iter().flatten());
    }
    Ok(tables)
}

//! Comments on tables and columns where PostgreSQL's clients look for them: the table `pg_description`, and the functions
//! that read it. They come from the warehouse's own table `comments`, when a connection first asks for them; most never do.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{Array as _, ArrayRef, StringArray};
use datafusion::arrow::datatypes::DataType::{Int32, Utf8};
use datafusion::catalog::{CatalogProvider, MemTable, SchemaProvider, TableProvider};
use datafusion::common::ScalarValue;
use datafusion::common::cast::{as_int32_array, as_string_array};
use datafusion::error::Result;
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::expr_fn::SimpleScalarUDF;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Signature, TypeSignature, Volatility};
use datafusion::sql::sqlparser::ast::Statement;
use tokio::runtime::Handle;
use tokio::sync::OnceCell;

use crate::once::{mentions, read_once};

const QUESTION: &str = include_str!("../sql/comments.sql");
/// The schema of the catalogue.
const CATALOGUE: &str = "pg_catalog";
/// The table of comments, as PostgreSQL names it.
const DESCRIPTIONS: &str = "pg_description";

/// The comments of one engine; its object numbers are its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Comments {
    told: Arc<OnceCell<Told>>,
}

#[derive(Debug)]
struct Told {
    table: Arc<MemTable>,
    /// By table, and column or 0.
    texts: HashMap<(i32, i32), String>,
}

impl Comments {
    /// Puts the table and the functions into an engine that has the catalogue already.
    pub(crate) fn join(&self, context: &SessionContext, catalog: &dyn CatalogProvider) -> Result<()> {
        if let Some(catalogue) = catalog.schema(CATALOGUE) {
            let described = Described { catalogue, comments: self.clone() };
            catalog.register_schema(CATALOGUE, Arc::new(described))?;
        }
        let exact = TypeSignature::Exact;
        let object = vec![exact(vec![Int32]), exact(vec![Int32, Utf8])];
        context.register_udf(self.function("obj_description", object, of_table));
        context.register_udf(self.function("col_description", vec![exact(vec![Int32, Int32])], of_column));
        Ok(())
    }

    /// Reads the comments when a statement asks for them and none has before.
    pub(crate) async fn prepare(
        &self,
        statement: &Statement,
        context: &SessionContext,
        threads: &Handle,
    ) -> Result<()> {
        if self.told.initialized() || !mentions(statement, "_description") {
            return Ok(());
        }
        let context = context.clone();
        read_once(&self.told, threads, async move { Told::read(&context).await }).await
    }

    fn function(&self, name: &str, takes: Vec<TypeSignature>, part: Part) -> ScalarUDF {
        let comments = self.clone();
        let answer = move |values: &[ColumnarValue]| {
            let rows = ColumnarValue::values_to_arrays(values)?;
            let found: ArrayRef = Arc::new(comments.find(&rows, part)?);
            if values.iter().all(|value| matches!(value, ColumnarValue::Scalar(_))) {
                return ScalarValue::try_from_array(&found, 0).map(ColumnarValue::Scalar);
            }
            Ok(ColumnarValue::Array(found))
        };
        let signature = Signature::one_of(takes, Volatility::Stable);
        SimpleScalarUDF::new_with_signature(name, signature, Utf8, Arc::new(answer)).into()
    }

    fn find(&self, values: &[ArrayRef], part: Part) -> Result<StringArray> {
        let (tables, parts) = (as_int32_array(&values[0])?, part(values)?);
        let texts = self.told.get().map(|told| &told.texts);
        let text = |(table, part): (Option<i32>, Option<i32>)| texts?.get(&(table?, part?)).map(String::as_str);
        Ok(tables.iter().zip(parts).map(text).collect())
    }
}

/// Which part of its table each row asks about; none for what has no comments.
type Part = fn(&[ArrayRef]) -> Result<Vec<Option<i32>>>;

fn of_column(values: &[ArrayRef]) -> Result<Vec<Option<i32>>> {
    Ok(as_int32_array(&values[1])?.iter().collect())
}

/// The second value names the catalogue's table that the number is of; only those of tables have comments.
fn of_table(values: &[ArrayRef]) -> Result<Vec<Option<i32>>> {
    let Some(kinds) = values.get(1) else { return Ok(vec![Some(0); values[0].len()]) };
    Ok(as_string_array(kinds)?.iter().map(|kind| (kind == Some("pg_class")).then_some(0)).collect())
}

impl Told {
    async fn read(context: &SessionContext) -> Result<Self> {
        let frame = context.sql(QUESTION).await?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        let (rows, mut texts) = (frame.collect().await?, HashMap::new());
        for batch in &rows {
            let (tables, columns) = (as_int32_array(batch.column(0))?, as_int32_array(batch.column(2))?);
            let comments = as_string_array(batch.column(3))?;
            for ((table, column), comment) in tables.iter().zip(columns).zip(comments) {
                if let (Some(table), Some(column), Some(comment)) = (table, column, comment) {
                    texts.insert((table, column), comment.to_owned());
                }
            }
        }
        Ok(Self { table: Arc::new(MemTable::try_new(schema, vec![rows])?), texts })
    }
}

/// The catalogue, with the comments once they are read.
#[derive(Debug)]
struct Described {
    catalogue: Arc<dyn SchemaProvider>,
    comments: Comments,
}

#[async_trait]
impl SchemaProvider for Described {
    fn table_names(&self) -> Vec<String> {
        self.catalogue.table_names()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        match self.comments.told.get() {
            Some(told) if name == DESCRIPTIONS => Ok(Some(Arc::clone(&told.table) as Arc<dyn TableProvider>)),
            _ => self.catalogue.table(name).await,
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.catalogue.table_exist(name)
    }
}

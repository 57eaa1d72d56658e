//! `information_schema` as PostgreSQL's clients read it: types by the names of SQL, columns counted from one, and behind
//! each column what it means. The engine's own names types of Arrow and counts from nought; its other tables stay.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::Field;
use datafusion::catalog::information_schema::{
    INFORMATION_SCHEMA, INFORMATION_SCHEMA_TABLES, InformationSchemaProvider,
};
use datafusion::catalog::{CatalogProviderList, SchemaProvider, TableFunction, TableProvider};
use datafusion::datasource::MemTable;
use datafusion::error::Result as QueryResult;
use datafusion::execution::context::SessionContext;

use crate::comments::Comment;
use crate::context::CATALOG;
use crate::told::{Told, told};

const COLUMNS: &str = "columns";

/// The schema of one engine. It holds the list of catalogues weakly, because it stands in that list itself.
#[derive(Debug)]
struct Information {
    catalogs: Weak<dyn CatalogProviderList>,
    table_functions: HashMap<String, Arc<TableFunction>>,
    comments: Vec<Comment>,
}

/// Puts the schema into an engine whose own is switched off.
pub(crate) fn describe(context: &SessionContext, comments: Vec<Comment>) -> QueryResult<()> {
    let state = context.state();
    let catalogs = Arc::downgrade(state.catalog_list());
    let schema = Information { catalogs, table_functions: state.table_functions().clone(), comments };
    if let Some(catalog) = context.catalog(CATALOG) {
        catalog.register_schema(INFORMATION_SCHEMA, Arc::new(schema))?;
    }
    Ok(())
}

#[async_trait]
impl SchemaProvider for Information {
    fn table_names(&self) -> Vec<String> {
        INFORMATION_SCHEMA_TABLES.iter().map(|&name| name.to_owned()).collect()
    }

    async fn table(&self, name: &str) -> QueryResult<Option<Arc<dyn TableProvider>>> {
        let Some(catalogs) = self.catalogs.upgrade() else { return Ok(None) };
        if name == COLUMNS {
            return Ok(Some(Arc::new(self.columns(catalogs.as_ref()).await?)));
        }
        let engine = InformationSchemaProvider::new(catalogs).with_table_functions(self.table_functions.clone());
        engine.table(name).await
    }

    fn table_exist(&self, name: &str) -> bool {
        INFORMATION_SCHEMA_TABLES.contains(&name)
    }
}

impl Information {
    async fn columns(&self, catalogs: &dyn CatalogProviderList) -> QueryResult<MemTable> {
        let mut rows = Vec::new();
        for catalog in catalogs.catalog_names() {
            let Some(provider) = catalogs.catalog(&catalog) else { continue };
            for schema in provider.schema_names().into_iter().filter(|name| name != INFORMATION_SCHEMA) {
                let Some(tables) = provider.schema(&schema) else { continue };
                for table in tables.table_names() {
                    let Some(found) = tables.table(&table).await? else { continue };
                    let place = [catalog.clone(), schema.clone(), table];
                    let fields = found.schema();
                    rows.extend((1..).zip(fields.fields()).map(|(at, field)| self.row(&place, at, field)));
                }
            }
        }
        let batch = batch(&rows)?;
        MemTable::try_new(batch.schema(), vec![vec![batch]])
    }

    fn row(&self, place: &[String; 3], position: i32, field: &Field) -> Row {
        let [_, schema, table] = place;
        let about = |one: &&Comment| {
            one.schema == *schema && one.table == *table && one.column.as_deref() == Some(field.name().as_str())
        };
        let comment = self.comments.iter().find(about).map(|comment| comment.text.clone());
        let (name, nullable) = (field.name().clone(), field.is_nullable());
        Row { place: place.clone(), name, position, nullable, told: told(field.data_type()), comment }
    }
}

/// One column of one table.
struct Row {
    /// Catalogue, schema, table.
    place: [String; 3],
    name: String,
    position: i32,
    nullable: bool,
    told: Told,
    comment: Option<String>,
}

/// The columns of PostgreSQL's table that clients ask for, and `column_comment`, which MySQL has and PostgreSQL lacks.
fn batch(rows: &[Row]) -> QueryResult<RecordBatch> {
    let texts = |of: fn(&Row) -> Option<&str>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<StringArray>()) };
    let numbers = |of: fn(&Row) -> Option<i32>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<Int32Array>()) };
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("table_catalog", texts(|row| Some(&row.place[0])), false),
        ("table_schema", texts(|row| Some(&row.place[1])), false),
        ("table_name", texts(|row| Some(&row.place[2])), false),
        ("column_name", texts(|row| Some(&row.name)), false),
        ("ordinal_position", numbers(|row| Some(row.position)), false),
        ("column_default", texts(|_| None), true),
        ("is_nullable", texts(|row| Some(if row.nullable { "YES" } else { "NO" })), false),
        ("data_type", texts(|row| Some(row.told.data_type)), false),
        ("character_maximum_length", numbers(|_| None), true),
        ("character_octet_length", numbers(|row| row.told.octets), true),
        ("numeric_precision", numbers(|row| row.told.precision), true),
        ("numeric_precision_radix", numbers(|row| row.told.radix), true),
        ("numeric_scale", numbers(|row| row.told.scale), true),
        ("datetime_precision", numbers(|row| row.told.parts_of_second), true),
        ("interval_type", texts(|_| None), true),
        ("udt_catalog", texts(|row| Some(&row.place[0])), false),
        ("udt_schema", texts(|_| Some("pg_catalog")), false),
        ("udt_name", texts(|row| Some(&row.told.udt_name)), false),
        ("is_identity", texts(|_| Some("NO")), false),
        ("is_generated", texts(|_| Some("NEVER")), false),
        ("is_updatable", texts(|_| Some("NO")), false),
        ("column_comment", texts(|row| row.comment.as_deref()), true),
    ])?)
}

//! Sets up the query engine: the stored tables in schema `stored`, the dictionary's codes, the views on top, and no way
//! to anything else.

use std::any::Any;
use std::sync::Arc;

use datafusion::catalog::{MemorySchemaProvider, TableProvider, default_table_source::source_as_provider};
use datafusion::common::TableReference;
use datafusion::common::tree_node::Transformed;
use datafusion::datasource::{MemTable, ViewTable, empty::EmptyTable};
use datafusion::error::Result as QueryResult;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::{SessionConfig, SessionContext};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::logical_expr::{EmptyRelation, LogicalPlan};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use deltalake::DeltaTable;
use deltalake::logstore::object_store::path::Path as StorePath;
use panoh_dictionary::Dictionary;

use crate::error::{plan as planning, store};
use crate::fence::{Fence, OneStore};
use crate::session::{Limits, read_only_plan};
use crate::{WarehouseError, codes, library};

/// The catalogue of every session.
pub(crate) const CATALOG: &str = "panoh";
/// The schema of the views, which is searched for names without a schema.
pub(crate) const VIEWS: &str = "public";
/// The schema of the stored tables.
pub(crate) const STORED: &str = "stored";
/// The table of the dictionary's codes, in the schema of the views.
pub(crate) const CODES: &str = "codes";

/// A context with all tables and views.
pub(crate) async fn build(
    dictionary: &Dictionary,
    tables: Vec<(String, DeltaTable)>,
    limits: &Limits,
) -> Result<SessionContext, WarehouseError> {
    let runtime = runtime(&tables, limits).map_err(planning)?;
    let context = empty_context(runtime, limits).map_err(planning)?;
    for (name, table) in tables {
        let provider = provider(&name, &table, &context).await?;
        let name = TableReference::full(CATALOG, STORED, name);
        context.register_table(name, provider).map_err(planning)?;
    }
    let codes = codes::table(dictionary).and_then(|batch| MemTable::try_new(batch.schema(), vec![vec![batch]]));
    context.register_table(CODES, Arc::new(codes.map_err(planning)?)).map_err(planning)?;
    for view in library::views()? {
        let plan = read_only_plan(&context.state(), &view.sql).await?;
        context.register_table(view.name, Arc::new(ViewTable::new(plan, Some(view.sql)))).map_err(planning)?;
    }
    Ok(context)
}

fn runtime(tables: &[(String, DeltaTable)], limits: &Limits) -> QueryResult<Arc<RuntimeEnv>> {
    let spill =
        limits.spill.clone().map_or(DiskManagerMode::Disabled, |folder| DiskManagerMode::Directories(vec![folder]));
    let builder = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory_bytes)))
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(spill));
    let Some((_, first)) = tables.first() else { return builder.build_arc() };
    let folders: Result<Vec<_>, _> =
        tables.iter().map(|(_, t)| StorePath::from_url_path(t.table_url().path())).collect();
    let fence = Fence::new(first.log_store().root_object_store(None), folders?);
    builder.with_object_store_registry(Arc::new(OneStore::new(first.table_url(), Arc::new(fence)))).build_arc()
}

fn empty_context(runtime: Arc<RuntimeEnv>, limits: &Limits) -> QueryResult<SessionContext> {
    let config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, VIEWS)
        .with_information_schema(true)
        .with_target_partitions(limits.partitions)
        // Text views point into the pages they were read from, so that a few rows keep whole pages in memory: with them
        // two million cases do not fit into two gigabytes, with plain text they do, and no query is slower.
        .set_bool("datafusion.execution.parquet.schema_force_view_types", false);
    let mut builder = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_optimizer_rule(Arc::new(EmptyTables));
    // Without these no statement could even be planned that reads or writes a file by its path.
    builder.table_factories().take();
    builder.file_formats().take();
    let context = SessionContext::new_with_state(builder.build());
    if let Some(catalog) = context.catalog(CATALOG) {
        catalog.register_schema(STORED, Arc::new(MemorySchemaProvider::new()))?;
    }
    Ok(context)
}

async fn provider(
    name: &str,
    table: &DeltaTable,
    context: &SessionContext,
) -> Result<Arc<dyn TableProvider>, WarehouseError> {
    let provider = table.table_provider().with_session(Arc::new(context.state())).await.map_err(planning)?;
    let files = table.snapshot().map_err(store(name))?.log_data().num_files();
    Ok(if files == 0 { Arc::new(EmptyTable::new(provider.schema())) } else { provider })
}

/// Tells the optimiser that a table without files has no rows. The view `cases` joins the aliases; as long as there are
/// none, this takes the join out.
#[derive(Debug)]
struct EmptyTables;

impl OptimizerRule for EmptyTables {
    fn name(&self) -> &'static str {
        "empty_tables"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> QueryResult<Transformed<LogicalPlan>> {
        if let LogicalPlan::TableScan(scan) = &plan {
            let provider = source_as_provider(&scan.source)?;
            if (provider.as_ref() as &dyn Any).is::<EmptyTable>() {
                let schema = Arc::clone(&scan.projected_schema);
                let empty = EmptyRelation { produce_one_row: false, schema };
                return Ok(Transformed::yes(LogicalPlan::EmptyRelation(empty)));
            }
        }
        Ok(Transformed::no(plan))
    }
}

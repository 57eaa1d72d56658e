//! Sets up the query engine: the stored tables in schema `stored`, the dictionary's codes, the views on top, and no way
//! to anything else.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::{ScalarValue, TableReference};
use datafusion::datasource::{MemTable, ViewTable, empty::EmptyTable};
use datafusion::error::Result as QueryResult;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::{SessionConfig, SessionContext};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, ScalarUDF, lit};
use deltalake::DeltaTable;
use deltalake::logstore::object_store::path::Path as StorePath;
use panoh_dictionary::Dictionary;

use crate::aliases::{self, ALIASES, Known, Persons};
use crate::comments::{self, Comment};
use crate::error::{plan as planning, run};
use crate::fence::{Fence, OneStore};
use crate::listing::table_of_files;
use crate::memory::SharedMemory;
use crate::planner::Planner;
use crate::session::{Limits, read_only_plan};
use crate::spill::Spill;
use crate::{TableSnapshot, WarehouseError, codes, information, journey, library, lists, rules};

/// The catalogue of every session.
pub(crate) const CATALOG: &str = "panoh";
/// The schema of the views, which is searched for names without a schema.
pub(crate) const VIEWS: &str = "public";
/// The schema of the stored tables.
pub(crate) const STORED: &str = "stored";
/// The table of the dictionary's codes, in the schema of the views.
pub(crate) const CODES: &str = "codes";
/// The table of what tables and columns say, in the schema of the views.
pub(crate) const COMMENTS: &str = "comments";

/// A context with all tables and views. The snapshots say what the tables consist of.
pub(crate) async fn build(
    dictionary: &Dictionary,
    tables: &[(String, DeltaTable)],
    snapshots: &[TableSnapshot],
    limits: &Limits,
) -> Result<SessionContext, WarehouseError> {
    let known = Known::default();
    let spill = spill(limits);
    let runtime = runtime(tables, limits, spill.as_ref()).map_err(planning)?;
    let context = empty_context(runtime, limits, spill, &known);
    let mut providers = Vec::with_capacity(tables.len());
    for snapshot in snapshots {
        let provider = provider(snapshot)?;
        let bytes: u64 = snapshot.files.iter().map(|file| file.bytes).sum();
        if snapshot.table == ALIASES && bytes <= aliases::MOST_BYTES {
            let rows = context.read_table(Arc::clone(&provider)).map_err(planning)?.collect().await.map_err(run)?;
            if let Some(persons) = Persons::of(&provider.schema(), &rows) {
                known.get_or_init(|| Arc::new(persons));
            }
        }
        providers.push((snapshot.table.clone(), provider));
    }
    let told = comments::comments(dictionary)?;
    let words = words(dictionary, &told)?.into_iter().map(|(name, batch)| {
        let table = MemTable::try_new(batch.schema(), vec![vec![batch]]).map_err(planning)?;
        Ok((name, Arc::new(table) as Arc<dyn TableProvider>))
    });
    fill(&context, providers, words.collect::<Result<_, WarehouseError>>()?, told).await?;
    Ok(context)
}

/// A context without any table, which can open the files of these tables and nothing else.
pub(crate) fn bare(tables: &[(String, DeltaTable)], limits: &Limits) -> Result<SessionContext, WarehouseError> {
    let spill = spill(limits);
    let runtime = runtime(tables, limits, spill.as_ref()).map_err(planning)?;
    Ok(empty_context(runtime, limits, spill, &Known::default()))
}

/// Tables that the dictionary fills, by name.
pub(crate) type Words = Vec<(&'static str, Arc<dyn TableProvider>)>;

/// What stands in them.
fn words(dictionary: &Dictionary, told: &[Comment]) -> Result<[(&'static str, RecordBatch); 2], WarehouseError> {
    Ok([(CODES, codes::table(dictionary).map_err(planning)?), (COMMENTS, comments::table(told)?)])
}

/// The same, each written into the plan of every query that needs it: for engines that run plans elsewhere.
pub(crate) fn words_as_values(dictionary: &Dictionary, told: &[Comment]) -> Result<Words, WarehouseError> {
    let table = |(name, batch)| Ok((name, Arc::new(as_values(&batch).map_err(planning)?) as Arc<dyn TableProvider>));
    words(dictionary, told)?.into_iter().map(table).collect()
}

fn as_values(batch: &RecordBatch) -> QueryResult<ViewTable> {
    let row = |row| batch.columns().iter().map(move |column| Ok(lit(ScalarValue::try_from_array(column, row)?)));
    let rows = (0..batch.num_rows()).map(|at| row(at).collect::<QueryResult<_>>()).collect::<QueryResult<_>>()?;
    let names = batch.schema();
    let values = LogicalPlanBuilder::values(rows)?.build()?;
    let named = values.schema().columns().into_iter().zip(names.fields());
    let named: Vec<_> = named.map(|(column, field)| Expr::Column(column).alias(field.name())).collect();
    Ok(ViewTable::new(LogicalPlanBuilder::from(values).project(named)?.build()?, None))
}

/// Gives an engine the stored tables, the dictionary's words, the views over both, and what is told of them all.
pub(crate) async fn fill(
    context: &SessionContext,
    tables: Vec<(String, Arc<dyn TableProvider>)>,
    words: Words,
    told: Vec<Comment>,
) -> Result<(), WarehouseError> {
    if let Some(catalog) = context.catalog(CATALOG) {
        catalog.register_schema(STORED, Arc::new(MemorySchemaProvider::new())).map_err(planning)?;
    }
    for (name, provider) in tables {
        context.register_table(TableReference::full(CATALOG, STORED, name), provider).map_err(planning)?;
    }
    for (name, provider) in words {
        context.register_table(name, provider).map_err(planning)?;
    }
    for function in functions() {
        context.register_udf(function.as_ref().clone());
    }
    for view in library::views()? {
        let plan = read_only_plan(&context.state(), &view.sql).await?;
        context.register_table(view.name, Arc::new(ViewTable::new(plan, Some(view.sql)))).map_err(planning)?;
    }
    information::describe(context, told).map_err(planning)
}

/// The functions that views and statistics call and the engine does not have.
pub(crate) fn functions() -> Vec<Arc<ScalarUDF>> {
    journey::functions().into_iter().chain(lists::functions()).collect()
}

/// The settings of every engine that answers questions about a warehouse, wherever it runs.
pub(crate) fn config(partitions: usize) -> SessionConfig {
    SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, VIEWS)
        // The gateway speaks it, and the same words must not mean two things: `2 ^ 3` is 8, not an exclusive or.
        .set_str("datafusion.sql_parser.dialect", "postgresql")
        // Ours is in its place.
        .with_information_schema(false)
        .with_target_partitions(partitions)
        // Text views point into the pages they were read from, so that a few rows keep whole pages in memory: with them
        // two million cases do not fit into two gigabytes, with plain text they do, and no query is slower.
        .set_bool("datafusion.execution.parquet.schema_force_view_types", false)
        // The engine now and then thinks of a column that it may be NULL in one place and may not in another, and gives up:
        // `SELECT DISTINCT array_has(citizenships, 'TJK') IS FALSE FROM internal_routes`.
        .set_bool("datafusion.execution.skip_physical_aggregate_schema_check", true)
        // What is not needed is out before the rules begin, so that they find in one pass what there is to be found, and
        // small questions wait for their plan more than for anything else.
        .set_usize("datafusion.optimizer.max_passes", 1)
        // This rule gives two columns of one plan the same name now and then, and the query fails:
        // `SELECT (SELECT count(*) FROM paths WHERE person <> basis) FROM paths`.
        .set_bool("datafusion.optimizer.enable_leaf_expression_pushdown", false)
}

fn runtime(
    tables: &[(String, DeltaTable)],
    limits: &Limits,
    spill: Option<&Arc<Spill>>,
) -> QueryResult<Arc<RuntimeEnv>> {
    let spill =
        spill.map_or(DiskManagerMode::Disabled, |spill| DiskManagerMode::Directories(vec![spill.folder().to_owned()]));
    let builder = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(SharedMemory::new(limits.memory_bytes)))
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(spill));
    let Some((_, first)) = tables.first() else { return builder.build_arc() };
    let folders: Result<Vec<_>, _> =
        tables.iter().map(|(_, t)| StorePath::from_url_path(t.table_url().path())).collect();
    let fence = Fence::new(first.log_store().root_object_store(None), folders?);
    builder.with_object_store_registry(Arc::new(OneStore::new(first.table_url(), Arc::new(fence)))).build_arc()
}

/// The engine's own folder on disk. Where none can be made, as in a home that may only be read, memory has to do.
fn spill(limits: &Limits) -> Option<Arc<Spill>> {
    let taken = Spill::take(limits.spill.as_ref()?);
    taken.inspect_err(|error| tracing::debug!(%error, "queries put nothing on disk")).ok().map(Arc::new)
}

fn empty_context(
    runtime: Arc<RuntimeEnv>,
    limits: &Limits,
    spill: Option<Arc<Spill>>,
    known: &Known,
) -> SessionContext {
    let config = config(limits.partitions);
    let mut builder = SessionStateBuilder::new()
        // The folder stays as long as the engine does.
        .with_config(match spill {
            Some(spill) => config.with_extension(spill),
            None => config,
        })
        .with_runtime_env(runtime)
        .with_default_features()
        .with_analyzer_rules(rules::analyzer(known))
        .with_optimizer_rules(rules::optimizer())
        .with_physical_optimizer_rules(rules::physical())
        .with_query_planner(Arc::new(Planner));
    // Without these no statement could even be planned that reads or writes a file by its path.
    builder.table_factories().take();
    builder.file_formats().take();
    SessionContext::new_with_state(builder.build())
}

fn provider(snapshot: &TableSnapshot) -> Result<Arc<dyn TableProvider>, WarehouseError> {
    let files = table_of_files(snapshot).map_err(planning)?;
    Ok(files.unwrap_or_else(|| Arc::new(EmptyTable::new(Arc::clone(&snapshot.schema)))))
}

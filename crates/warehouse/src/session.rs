//! Asking: read-only SQL over the views, named statistics, and frames for releases.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::AsArray as _;
use datafusion::catalog::TableProvider;
use datafusion::common::config::Dialect;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::execution::context::{SQLOptions, SessionConfig, SessionContext};
use datafusion::logical_expr::{LogicalPlan, ScalarUDF};
use datafusion::optimizer::AnalyzerRule;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::Statement as SqlStatement;
use deltalake::DeltaTable;
use panoh_dictionary::{Dictionary, Table};

use crate::aliases::{ALIASES, Known};
use crate::arguments::{Arguments, bind, needs_sources};
use crate::comments::comments;
use crate::context::STORED;
use crate::error::{plan as planning, run};
use crate::frame::CheckedFrame;
use crate::library::Statistic;
use crate::mistaken::{refuse_mistaken, refuse_mistaken_plan};
use crate::spoken::as_postgresql_means;
use crate::warehouse::{AsOf, CASES};
use crate::{Rows, TableSnapshot, WarehouseError, context, rules};

/// What one session may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Memory for sorting, joining and grouping, in bytes; a query that needs more spills or fails.
    pub memory_bytes: usize,
    /// Threads that one query is spread over.
    pub partitions: usize,
    /// Folder for what does not fit in memory: case data, so never a shared folder. Without one such a query fails.
    pub spill: Option<PathBuf>,
}

impl Default for Limits {
    /// 2 GiB, four threads, nothing on disk.
    fn default() -> Self {
        Self { memory_bytes: 2 << 30, partitions: 4, spill: None }
    }
}

/// A conversation with the warehouse. It sees the versions of the tables that it began with.
pub struct Session {
    context: SessionContext,
    dictionary: Dictionary,
    at: AsOf,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    pub(crate) async fn begin(
        dictionary: Dictionary,
        tables: &[(String, DeltaTable)],
        snapshots: &[TableSnapshot],
        at: AsOf,
        limits: &Limits,
    ) -> Result<Self, WarehouseError> {
        let context = context::build(&dictionary, tables, snapshots, limits).await?;
        Ok(Self { context, dictionary, at })
    }

    /// The settings that an engine of somebody else's needs for [`Session::over`].
    pub fn settings(partitions: usize) -> SessionConfig {
        context::config(partitions)
    }

    /// The rules by which such an engine may choose how a plan is run: those of DataFusion, without the one that is wrong.
    pub fn physical_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
        rules::physical()
    }

    /// The rules by which such an engine may find out what a query means: those of DataFusion behind ours.
    pub fn analyzer_rules() -> Vec<Arc<dyn AnalyzerRule + Send + Sync>> {
        rules::analyzer(&Known::default())
    }

    /// The functions that views and statistics call and DataFusion does not have, for whoever runs plans elsewhere.
    pub fn functions() -> Vec<Arc<ScalarUDF>> {
        context::functions()
    }

    /// A conversation over an engine of somebody else's, such as a cluster's client, made with [`Session::settings`],
    /// [`Session::analyzer_rules`] and [`Session::physical_rules`]: it is given the stored tables by name (those of
    /// [`crate::Warehouse::snapshot`] of the same moment), and gets the codes and the views. Nobody fences such an engine off from other
    /// files: what it can open is what its object stores open.
    pub async fn over(
        context: SessionContext,
        dictionary: &Dictionary,
        tables: Vec<(String, Arc<dyn TableProvider>)>,
        at: AsOf,
    ) -> Result<Self, WarehouseError> {
        let told = comments(dictionary)?;
        context::fill(&context, tables, context::words_as_values(dictionary, &told)?, told).await?;
        Ok(Self { context, dictionary: dictionary.clone(), at })
    }

    /// The engine itself, for a server that speaks a protocol of its own. Whoever takes it plans nothing that was not
    /// looked through as [`Session::query`] does: [`refuse_unless_reading`], then [`refuse_changes`].
    pub fn into_context(self) -> SessionContext {
        self.context
    }

    /// Answers one SELECT, EXPLAIN, DESCRIBE or SHOW over the views. Everything else is refused before it is planned.
    pub async fn query(&self, sql: &str) -> Result<Rows, WarehouseError> {
        let state = self.context.state();
        let plan = self.of_version(read_only_plan(&state, sql).await?)?;
        stream(state, plan).await
    }

    /// Answers a named statistic. Values are bound to the placeholders of its SQL, never written into it.
    pub async fn statistic(&self, statistic: &Statistic, arguments: &Arguments) -> Result<Rows, WarehouseError> {
        let sources = if needs_sources(statistic, arguments) { self.sources().await? } else { vec![] };
        let values = bind(statistic, arguments, &self.dictionary, &sources)?;
        let state = self.context.state();
        let plan = self.of_version(read_only_plan(&state, &statistic.sql).await?)?;
        let plan = plan.with_param_values(values).map_err(planning)?;
        stream(state, plan).await
    }

    /// Checks that a frame is person-local and narrows it to the cohorts. Nothing is read before
    /// [`CheckedFrame::rows`], and the check needs no data.
    pub async fn frame(&self, sql: &str, cohorts: &[String]) -> Result<CheckedFrame, WarehouseError> {
        let state = self.context.state();
        let plan = read_only_plan(&state, sql).await?;
        CheckedFrame::check(state, plan, cohorts, &self.dictionary)
    }

    /// Refuses a question about an earlier version of the cases that reads another register: it would be answered from
    /// what that one holds today, for which there may be no cases yet.
    fn of_version(&self, plan: LogicalPlan) -> Result<LogicalPlan, WarehouseError> {
        let AsOf::Version(version) = self.at else { return Ok(plan) };
        let mut other = None;
        plan.apply_with_subqueries(|part| {
            if let LogicalPlan::TableScan(scan) = part
                && scan.table_name.schema() == Some(STORED)
            {
                let table = scan.table_name.table();
                other = other.take().or_else(|| (![CASES, ALIASES].contains(&table)).then(|| table.to_owned()));
            }
            Ok(TreeNodeRecursion::Continue)
        })
        .map_err(planning)?;
        other.map_or(Ok(plan), |table| Err(WarehouseError::VersionOfCases { version, table }))
    }

    /// The sources that the dictionary or a stored table knows; a user's own mapping is in the tables only.
    async fn sources(&self) -> Result<Vec<String>, WarehouseError> {
        let mut names: Vec<_> = self.dictionary.sources().iter().map(|source| source.name.clone()).collect();
        let has_source = |table: &&Table| table.column("source").is_some();
        for table in self.dictionary.tables().iter().filter(has_source) {
            let rows = self.context.table(table.name.as_str()).await.map_err(planning)?;
            let stored = rows.select_columns(&["source"]).and_then(DataFrame::distinct).map_err(planning)?;
            for batch in Rows::new(stored.execute_stream().await.map_err(run)?).collect().await? {
                names.extend(batch.column(0).as_string::<i32>().iter().flatten().map(str::to_owned));
            }
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

/// Starts a plan that was verified.
pub(crate) async fn stream(state: SessionState, plan: LogicalPlan) -> Result<Rows, WarehouseError> {
    DataFrame::new(state, plan).execute_stream().await.map(Rows::new).map_err(run)
}

/// Reads one statement. What PostgreSQL has no words for, such as `SELECT * EXCEPT (load)`, is read in the engine's own.
fn parsed(state: &SessionState, sql: &str) -> Result<Statement, WarehouseError> {
    let dialect = state.config_options().sql_parser.dialect;
    let refused = |error| match error {
        DataFusionError::NotImplemented(_) => {
            WarehouseError::NotReadOnly { statement: "more than one statement".to_owned() }
        }
        other => planning(other),
    };
    match state.sql_to_statement(sql, &dialect) {
        Err(DataFusionError::SQL(unknown, trace)) => {
            let own = state.sql_to_statement(sql, &Dialect::Generic);
            own.map_err(|_| planning(DataFusionError::SQL(unknown, trace)))
        }
        read => read.map_err(refused),
    }
}

/// Plans one statement that only reads. The statement's kind is on a list; the plan is then looked through for anything
/// that changes data or settings, however deep.
pub(crate) async fn read_only_plan(state: &SessionState, sql: &str) -> Result<LogicalPlan, WarehouseError> {
    let mut statement = parsed(state, sql)?;
    refuse_unless_read(&statement, sql)?;
    speak(&mut statement)?;
    let plan = state.statement_to_plan(statement).await.map_err(planning)?;
    refuse_changes(&plan, sql)?;
    Ok(plan)
}

/// Refuses every statement that is not on the list of those that read (SELECT, EXPLAIN of one, DESCRIBE, SHOW), and what the
/// engine would answer wrongly.
pub fn refuse_unless_reading(statement: &SqlStatement, sql: &str) -> Result<(), WarehouseError> {
    if !sql_only_reads(statement) {
        return Err(WarehouseError::NotReadOnly { statement: first_word(sql) });
    }
    refuse_mistaken(statement)
}

/// Looks through a plan for anything that changes data or settings, however deep, and for what the engine would answer
/// wrongly.
pub fn refuse_changes(plan: &LogicalPlan, sql: &str) -> Result<(), WarehouseError> {
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    options.verify_plan(plan).map_err(|_| WarehouseError::NotReadOnly { statement: first_word(sql) })?;
    refuse_mistaken_plan(plan)
}

fn speak(statement: &mut Statement) -> Result<(), WarehouseError> {
    match statement {
        Statement::Statement(statement) => as_postgresql_means(statement),
        Statement::Explain(explain) => speak(&mut explain.statement),
        Statement::CreateExternalTable(_) | Statement::CopyTo(_) | Statement::Reset(_) => Ok(()),
    }
}

fn refuse_unless_read(statement: &Statement, sql: &str) -> Result<(), WarehouseError> {
    match statement {
        Statement::Statement(statement) => refuse_unless_reading(statement, sql),
        Statement::Explain(explain) => refuse_unless_read(&explain.statement, sql),
        Statement::CreateExternalTable(_) | Statement::CopyTo(_) | Statement::Reset(_) => {
            Err(WarehouseError::NotReadOnly { statement: first_word(sql) })
        }
    }
}

fn sql_only_reads(statement: &SqlStatement) -> bool {
    match statement {
        SqlStatement::Query(_)
        | SqlStatement::ExplainTable { .. }
        | SqlStatement::ShowTables { .. }
        | SqlStatement::ShowColumns { .. }
        | SqlStatement::ShowFunctions { .. }
        | SqlStatement::ShowVariable { .. } => true,
        SqlStatement::Explain { statement, .. } => sql_only_reads(statement),
        _ => false,
    }
}

fn first_word(sql: &str) -> String {
    let word = sql.split_whitespace().next().unwrap_or_default();
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic());
    if plain { word.to_ascii_uppercase() } else { "this statement".into() }
}

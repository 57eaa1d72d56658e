//! The client: a session whose plans are made here and run on the cluster.

use std::sync::Arc;

use async_trait::async_trait;
use ballista_core::extension::SessionConfigExt as _;
use ballista_core::optimizer::ballista_default_optimizer_rules;
use datafusion::catalog::Session as Planning;
use datafusion::common::JoinType;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::{QueryPlanner, SessionContext};
use datafusion::logical_expr::expr::NullTreatment;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::analyze::AnalyzeExec;
use datafusion::physical_plan::joins::{NestedLoopJoinExec, PiecewiseMergeJoinExec};
use panoh_dictionary::Dictionary;
use panoh_warehouse::{AsOf, Session, TableSnapshot, Warehouse, plan_in_one_part, plan_to_run};

use crate::remote::Remote;
use crate::{ClusterError, MESSAGE_BYTES, Scheduler, files};

/// Data files that one task reads, in bytes: a task should last seconds, not minutes, so that little is lost with it.
const TASK_BYTES: u64 = 64 << 20;
/// Parts that a query is split into at least and at most.
const PARTS: (u64, u64) = (2, 1024);

/// A conversation with a warehouse whose queries run on a cluster. The files of the warehouse must lie at the same place
/// on every machine. Nothing is asked of the cluster before the first query.
pub async fn session(
    warehouse: &Warehouse,
    dictionary: &Dictionary,
    at: AsOf,
    scheduler: &Scheduler,
) -> Result<Session, ClusterError> {
    let snapshot = warehouse.snapshot(at).await?;
    let context = context(parts(&snapshot), scheduler);
    let tables: Result<_, ClusterError> =
        snapshot.iter().map(|table| Ok((table.table.clone(), files::table(table)?))).collect();
    Ok(Session::over(context, dictionary, tables?, at).await?)
}

/// Into how many parts a query is split: by the size of the largest table, because the client does not know how many
/// tasks the cluster runs at a time.
fn parts(snapshot: &[TableSnapshot]) -> usize {
    let bytes = |table: &TableSnapshot| table.files.iter().map(|file| file.bytes).sum::<u64>();
    let largest = snapshot.iter().map(bytes).max().unwrap_or_default();
    largest.div_ceil(TASK_BYTES).clamp(PARTS.0, PARTS.1) as usize
}

fn context(parts: usize, scheduler: &Scheduler) -> SessionContext {
    let config = Session::settings(parts)
        .upgrade_for_ballista()
        .with_ballista_grpc_client_max_message_size(MESSAGE_BYTES as usize)
        // So a scheduler whose machine vanished is noticed within a minute, not within minutes.
        .set_usize("ballista.client.grpc_http2_keepalive_interval_seconds", 20);
    let mut builder = SessionStateBuilder::new()
        .with_config(config)
        .with_default_features()
        .with_analyzer_rules(Session::analyzer_rules())
        .with_optimizer_rules(ballista_default_optimizer_rules())
        .with_physical_optimizer_rules(Session::physical_rules())
        .with_query_planner(Arc::new(Planner { scheduler: scheduler.clone() }));
    // Without these no statement could even be planned that reads or writes a file by its path.
    builder.table_factories().take();
    builder.file_formats().take();
    SessionContext::new_with_state(builder.build())
}

/// Plans as one machine would, and sends what reads files to the cluster. What reads none, such as the list of countries or
/// the plan of a query, is answered here.
#[derive(Debug)]
struct Planner {
    scheduler: Scheduler,
}

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        logical: &LogicalPlan,
        session: &dyn Planning,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut plan = plan_to_run(logical, session).await?;
        if !reads_files(&plan) {
            return Ok(plan);
        }
        if loses_words(logical)? {
            return Err(ClusterError::Window.into());
        }
        if has_split_join(&plan) {
            plan = plan_in_one_part(logical, session).await?;
        }
        if has_split_join(&plan) {
            return Err(ClusterError::Join.into());
        }
        if plan.is::<AnalyzeExec>() {
            return Err(ClusterError::Analyze.into());
        }
        Ok(Arc::new(Remote::new(plan, self.scheduler.clone())))
    }
}

/// Whether a join without an equality, of which rows without a partner matter, is split over its right side. On one machine
/// the parts tell each other which rows of the left side found a partner. On a cluster they do not: each part would give
/// the rows that found none with it, and rows would come out more than once (Ballista 55.0 lets it).
fn has_split_join(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let (kind, right) = match (plan.downcast_ref::<NestedLoopJoinExec>(), plan.downcast_ref::<PiecewiseMergeJoinExec>())
    {
        (Some(join), _) => (*join.join_type(), join.right()),
        (None, Some(join)) => (join.join_type(), join.streamed()),
        (None, None) => return plan.children().into_iter().any(has_split_join),
    };
    let split = kind != JoinType::Inner && right.properties().output_partitioning().partition_count() > 1;
    split || plan.children().into_iter().any(has_split_join)
}

/// Whether a window says which rows it leaves out. The message that brings a plan to the executors has no place for it
/// (datafusion-proto 55.2), so they would count all rows.
fn loses_words(logical: &LogicalPlan) -> Result<bool> {
    let is_lost = |part: &Expr| {
        Ok(matches!(part, Expr::WindowFunction(window)
            if window.params.filter.is_some() || window.params.null_treatment == Some(NullTreatment::IgnoreNulls)))
    };
    let mut lost = false;
    logical.apply_with_subqueries(|node| {
        for expression in node.expressions() {
            lost |= expression.exists(is_lost)?;
        }
        Ok(if lost { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    Ok(lost)
}

fn reads_files(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let source = plan.downcast_ref::<DataSourceExec>();
    source.is_some_and(|source| source.data_source().downcast_ref::<FileScanConfig>().is_some())
        || plan.children().into_iter().any(reads_files)
}

#[cfg(test)]
mod tests {
    use panoh_warehouse::DataFile;

    use super::*;

    #[test]
    fn large_tables_have_more_parts() {
        let table = |bytes: &[u64]| TableSnapshot {
            table: "cases".into(),
            version: 1,
            schema: Arc::new(datafusion::arrow::datatypes::Schema::empty()),
            files: bytes
                .iter()
                .map(|bytes| DataFile { url: "file:///a.parquet".parse().expect("a URL"), bytes: *bytes })
                .collect(),
        };
        let cases: [(&[&[u64]], usize); 4] =
            [(&[], 2), (&[&[10]], 2), (&[&[5], &[200 << 20, 56 << 20]], 4), (&[&[1 << 40]], 1024)];
        for (tables, expected) in cases {
            let snapshot: Vec<_> = tables.iter().map(|bytes| table(bytes)).collect();
            assert_eq!(parts(&snapshot), expected, "{tables:?}");
        }
    }
}

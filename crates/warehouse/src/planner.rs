//! How a query is run: the engine's own planner, asked a second time where its first plan is not sound.
//!
//! The engine checks its plan as its last step, and now and then refuses what it made itself: of ten thousand random queries
//! it did so once, with `string_agg(DISTINCT … ORDER BY …)` beside `count(DISTINCT …)` over a join. A plan in one part is
//! slower, needs no order between parts, and goes through the same check.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::context::QueryPlanner;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner as _};

/// The engine's name for the rule that checks a plan.
const CHECK: &str = "SanityCheckPlan";

/// Plans with [`plan_to_run`].
#[derive(Debug)]
pub(crate) struct Planner;

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        logical: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan_to_run(logical, session).await
    }
}

/// The plan by which a query is run: in as many parts as the session has, or in one where the engine finds no sound plan
/// otherwise.
pub async fn plan_to_run(logical: &LogicalPlan, session: &dyn Session) -> Result<Arc<dyn ExecutionPlan>> {
    match DefaultPhysicalPlanner::default().create_physical_plan(logical, session).await {
        Err(DataFusionError::Context(rule, _)) if rule == CHECK => plan_in_one_part(logical, session).await,
        planned => planned,
    }
}

/// The plan that runs a query in one part: slow, and right where the engine's parts are not.
pub async fn plan_in_one_part(logical: &LogicalPlan, session: &dyn Session) -> Result<Arc<dyn ExecutionPlan>> {
    let state = session.as_any().downcast_ref::<SessionState>();
    let state = state.ok_or_else(|| DataFusionError::Internal("a session without a state".into()))?;
    let config = state.config().clone().with_target_partitions(1);
    let whole = SessionStateBuilder::new_from_existing(state.clone()).with_config(config).build();
    DefaultPhysicalPlanner::default().create_physical_plan(logical, &whole).await
}

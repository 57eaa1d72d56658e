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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use datafusion::arrow::util::pretty::pretty_format_batches;
    use datafusion::config::ConfigOptions;
    use datafusion::execution::context::{SessionConfig, SessionContext};
    use datafusion::physical_optimizer::PhysicalOptimizerRule;
    use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
    use datafusion::physical_plan::ExecutionPlanProperties as _;

    use super::*;

    /// Stands for the engine's check on a day when it refuses what has several parts. Another name makes it another rule.
    #[derive(Debug)]
    struct Check {
        name: &'static str,
        most_parts: usize,
        asked: AtomicUsize,
    }

    impl PhysicalOptimizerRule for Check {
        fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let mut parts = 0;
            let mut below = vec![Arc::clone(&plan)];
            while let Some(part) = below.pop() {
                parts = parts.max(part.output_partitioning().partition_count());
                below.extend(part.children().into_iter().cloned());
            }
            if parts > self.most_parts {
                return Err(DataFusionError::Plan(format!("{parts} parts")));
            }
            Ok(plan)
        }

        fn name(&self) -> &str {
            self.name
        }

        fn schema_check(&self) -> bool {
            true
        }
    }

    /// An answer of a session with this check in the place of the engine's, and how often the check was asked.
    async fn planned(name: &'static str, most_parts: usize) -> (Result<String>, usize) {
        let check = Arc::new(Check { name, most_parts, asked: AtomicUsize::new(0) });
        let mut rules = PhysicalOptimizer::new().rules;
        rules.retain(|rule| rule.name() != CHECK);
        rules.push(Arc::clone(&check) as Arc<dyn PhysicalOptimizerRule + Send + Sync>);
        let state = SessionStateBuilder::new()
            .with_config(SessionConfig::new().with_target_partitions(4))
            .with_default_features()
            .with_physical_optimizer_rules(rules)
            .with_query_planner(Arc::new(Planner))
            .build();
        let sql = "SELECT year, count(*) FROM (VALUES (2020), (2021), (2020)) AS t(year) GROUP BY year ORDER BY year";
        let frame = SessionContext::new_with_state(state).sql(sql).await.unwrap();
        let rows = frame.collect().await.map(|rows| pretty_format_batches(&rows).unwrap().to_string());
        (rows, check.asked.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn a_plan_that_the_check_refuses_is_made_again_in_one_part() {
        let (rows, asked) = planned(CHECK, 1).await;
        let rows = rows.unwrap();
        assert!(rows.contains("| 2020 | 2") && rows.contains("| 2021 | 1"), "{rows}");
        assert_eq!(asked, 2);
    }

    #[tokio::test]
    async fn one_that_the_check_accepts_stays_as_it_is() {
        assert_eq!(planned(CHECK, 4).await.1, 1);
    }

    #[tokio::test]
    async fn one_that_is_refused_in_one_part_too_is_an_error() {
        let (refused, asked) = planned(CHECK, 0).await;
        assert!(refused.unwrap_err().to_string().contains("1 parts"));
        assert_eq!(asked, 2);
    }

    #[tokio::test]
    async fn what_another_rule_refuses_is_not_asked_again() {
        let (refused, asked) = planned("AnotherRule", 1).await;
        assert!(refused.is_err());
        assert_eq!(asked, 1);
    }
}

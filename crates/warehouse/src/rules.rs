//! The rules by which a question becomes a plan: those of the engine, ours before them, and without one that is wrong.
//!
//! Views have thirty columns and questions need five, so what is not needed is left out before anything else is looked at,
//! and the join of the aliases with it. The engine would find out the types of all of them first, and go over them in every
//! rule: half of the time that a small question takes.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use datafusion::catalog::default_table_source::source_as_provider;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Result, ScalarValue};
use datafusion::datasource::empty::EmptyTable;
use datafusion::logical_expr::{EmptyRelation, Expr, LogicalPlan};
use datafusion::optimizer::analyzer::{Analyzer, AnalyzerRule};
use datafusion::optimizer::optimize_projections::OptimizeProjections;
use datafusion::optimizer::{ApplyOrder, Optimizer, OptimizerConfig, OptimizerContext, OptimizerRule};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;

use crate::aliases::{Known, LookUpAliases};
use crate::exact::ExactNumbers;
use crate::unknown::UnknownInLists;

type Analyzers = Vec<Arc<dyn AnalyzerRule + Send + Sync>>;
type Optimizers = Vec<Arc<dyn OptimizerRule + Send + Sync>>;

/// What finds out the meaning of a question, with nothing left out of it.
pub(crate) fn meaning() -> Analyzer {
    let mut rules = Analyzer::new().rules;
    rules.insert(0, Arc::new(ExactNumbers));
    rules.insert(0, Arc::new(UnknownInLists));
    Analyzer::with_rules(rules)
}

/// The same behind what leaves out.
pub(crate) fn analyzer(known: &Known) -> Analyzers {
    let mut rules = meaning().rules;
    rules.insert(0, Arc::new(First(Arc::clone(known))));
    rules
}

/// What makes it quicker.
pub(crate) fn optimizer() -> Optimizers {
    let mut rules = Optimizer::new().rules;
    rules.push(Arc::new(EmptyTables));
    rules
}

/// What chooses how it is run: the engine's own rules but two of one kind, which find columns by name alone when they move a
/// condition down. Behind `regions AS a RIGHT JOIN regions AS b` they look at `b.region` where `WHERE` says `a.region`, and
/// behind a projection at the first of two columns that have one name. Conditions were moved to the tables before, by a rule
/// that does not mix them up.
pub(crate) fn physical() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    rules.retain(|rule| !rule.name().starts_with("FilterPushdown"));
    rules
}

/// What is followed once, before types are known.
#[derive(Debug)]
struct First(Known);

impl AnalyzerRule for First {
    fn name(&self) -> &'static str {
        "leave_out_what_is_not_needed"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let context = OptimizerContext::new();
        let aliases = LookUpAliases(Arc::clone(&self.0));
        let plan = plan.transform_down_with_subqueries(|part| {
            aliases.rewrite(part, &context)?.transform_data(|part| EmptyTables.rewrite(part, &context))
        })?;
        // Parts of a UNION may have types that only the engine's own rules make one; such a question stays whole.
        let smaller = OptimizeProjections::new().rewrite(plan.data.clone(), &context);
        Ok(smaller.map_or(plan.data, |smaller| smaller.data))
    }
}

/// Tells the optimiser where a table gives no rows: it has no files, or a condition on it is never true. The view `cases`
/// joins the aliases; as long as there are none, this takes the join out. Conditions that name no column are handed to
/// the table, and Delta Lake's takes them for conditions on partitions, which it need not look at: without this,
/// `WHERE origin_role = 'no such word'`, which comes down to NULL, would find rows.
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

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        if let LogicalPlan::TableScan(scan) = &plan {
            let provider = source_as_provider(&scan.source)?;
            if (provider.as_ref() as &dyn Any).is::<EmptyTable>() || scan.filters.iter().any(is_never_true) {
                let schema = Arc::clone(&scan.projected_schema);
                let empty = EmptyRelation { produce_one_row: false, schema };
                return Ok(Transformed::yes(LogicalPlan::EmptyRelation(empty)));
            }
        }
        Ok(Transformed::no(plan))
    }
}

/// Whether a condition is false or unknown whatever the row.
fn is_never_true(condition: &Expr) -> bool {
    matches!(condition, Expr::Literal(ScalarValue::Null | ScalarValue::Boolean(None | Some(false)), _))
}

//! Changes expressions of a plan, while the columns that they make keep the names that whoever asked gave them.

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan};

/// Changes each expression of one step of a plan that has a part which `concerns` says is to be changed.
pub(crate) fn change(
    plan: LogicalPlan,
    concerns: impl Fn(&Expr) -> bool,
    part: impl Fn(Expr) -> Transformed<Expr>,
) -> Result<Transformed<LogicalPlan>> {
    let names = NamePreserver::new(&plan);
    plan.map_expressions(|expr| {
        // Most expressions are columns; to name each anew would take longer than all the rest.
        if !expr.exists(|part| Ok(concerns(part)))? {
            return Ok(Transformed::no(expr));
        }
        let name = names.save(&expr);
        Ok(expr.transform_up(|expr| Ok(part(expr)))?.update_data(|expr| name.restore(expr)))
    })
}

/// For tests of what is changed.
#[cfg(test)]
pub(crate) mod tests {
    use datafusion::common::ScalarValue;
    use datafusion::execution::SessionStateBuilder;
    use datafusion::execution::context::SessionContext;

    use crate::rules::meaning;

    /// The first value of the answer to a question without tables, as our rules read it.
    pub(crate) async fn value(sql: &str) -> String {
        let rules = meaning().rules;
        let state = SessionStateBuilder::new().with_default_features().with_analyzer_rules(rules).build();
        let context = SessionContext::new_with_state(state);
        let rows = context.sql(sql).await.expect(sql).collect().await.expect(sql);
        ScalarValue::try_from_array(rows[0].column(0), 0).expect("a value").to_string()
    }
}

//! Lists with NULL in them as SQL means them.
//!
//! `year NOT IN (2019, NULL)` is never true, as nobody knows whether the year is the one that is not said. The engine forgets
//! that when a second list is asked about as well: `year IN (2019, 2022) AND year NOT IN (2019, NULL)` would be true of 2022.
//! Without NULL in a list it is right, so NULL is taken out and said beside the list.

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan, lit};
use datafusion::optimizer::analyzer::AnalyzerRule;

#[derive(Debug)]
pub(crate) struct UnknownInLists;

impl AnalyzerRule for UnknownInLists {
    fn name(&self) -> &'static str {
        "unknown_in_lists"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_up_with_subqueries(|plan| {
            let names = NamePreserver::new(&plan);
            plan.map_expressions(|expr| {
                if !expr.exists(|part| Ok(has_unknown(part)))? {
                    return Ok(Transformed::no(expr));
                }
                let name = names.save(&expr);
                Ok(expr.transform_up(|expr| Ok(beside(expr)))?.update_data(|expr| name.restore(expr)))
            })
        })
        .map(|plan| plan.data)
    }
}

fn has_unknown(expr: &Expr) -> bool {
    matches!(expr, Expr::InList(InList { list, .. }) if list.iter().any(is_unknown))
}

fn is_unknown(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value, _) => value.is_null(),
        Expr::Cast(cast) => is_unknown(&cast.expr),
        Expr::TryCast(cast) => is_unknown(&cast.expr),
        _ => false,
    }
}

/// `a IN (b, NULL)` as `a IN (b) OR NULL`, and `a NOT IN (b, NULL)` as `a NOT IN (b) AND NULL`.
fn beside(expr: Expr) -> Transformed<Expr> {
    match expr {
        Expr::InList(InList { expr, mut list, negated }) if list.iter().any(is_unknown) => {
            list.retain(|value| !is_unknown(value));
            let unknown = lit(ScalarValue::Boolean(None));
            Transformed::yes(if list.is_empty() {
                unknown
            } else if negated {
                expr.in_list(list, true).and(unknown)
            } else {
                expr.in_list(list, false).or(unknown)
            })
        }
        other => Transformed::no(other),
    }
}

#[cfg(test)]
mod tests {
    use datafusion::execution::SessionStateBuilder;
    use datafusion::execution::context::SessionContext;

    use super::*;
    use crate::rules::meaning;

    #[tokio::test]
    async fn what_is_not_known_is_neither_in_a_list_nor_out_of_it() {
        let rules = meaning().rules;
        let state = SessionStateBuilder::new().with_default_features().with_analyzer_rules(rules).build();
        let context = SessionContext::new_with_state(state);
        for (condition, true_of) in [
            ("n NOT IN (2, NULL) AND n IN (1, 2, 3)", ""),
            ("n IN (1, 2, 3) AND n NOT IN (NULL, 2)", ""),
            ("n NOT IN (2, CAST(NULL AS INT))", ""),
            ("n NOT IN (NULL)", ""),
            ("n IN (NULL)", ""),
            ("n IN (1, NULL)", "1"),
            ("n IN (1, NULL) AND n IN (1, 3)", "1"),
            ("n IN (1, NULL) OR n IN (3, NULL)", "1,3"),
            ("NOT (n IN (1, NULL))", ""),
            ("(n IN (1, NULL)) IS NULL", "2,3,4"),
            ("(n NOT IN (1, NULL)) IS NULL", "2,3,4"),
            ("n NOT IN (2)", "1,3,4"),
        ] {
            let numbers = "generate_series(1, 4) AS t (n)";
            for sql in [
                format!("SELECT string_agg(CAST(n AS TEXT), ',' ORDER BY n) FROM {numbers} WHERE {condition}"),
                format!("SELECT string_agg(CAST(n AS TEXT), ',' ORDER BY n) FILTER (WHERE {condition}) FROM {numbers}"),
            ] {
                let rows = context.sql(&sql).await.expect(&sql).collect().await.expect(&sql);
                let value = ScalarValue::try_from_array(rows[0].column(0), 0).expect("a value");
                let expected = if true_of.is_empty() { "NULL" } else { true_of };
                assert_eq!(value.to_string(), expected, "{sql}");
            }
        }
    }
}

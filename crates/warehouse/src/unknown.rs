//! Lists with NULL in them as SQL means them.
//!
//! `year NOT IN (2019, NULL)` is never true, as nobody knows whether the year is the one that is not said. The engine forgets
//! that when a second list is asked about as well: `year IN (2019, 2022) AND year NOT IN (2019, NULL)` would be true of 2022.
//! Without NULL in a list it is right, so NULL is taken out and said beside the list.

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{Expr, LogicalPlan, lit};
use datafusion::optimizer::analyzer::AnalyzerRule;

use crate::named::change;

#[derive(Debug)]
pub(crate) struct UnknownInLists;

impl AnalyzerRule for UnknownInLists {
    fn name(&self) -> &'static str {
        "unknown_in_lists"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_up_with_subqueries(|plan| change(plan, has_unknown, beside)).map(|plan| plan.data)
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
    use crate::named::tests::value;

    #[tokio::test]
    async fn what_is_not_known_is_neither_in_a_list_nor_out_of_it() {
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
                let expected = if true_of.is_empty() { "NULL" } else { true_of };
                assert_eq!(value(&sql).await, expected, "{sql}");
            }
        }
    }
}

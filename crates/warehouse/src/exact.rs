//! Numbers as SQL means them, where the engine's are others.
//!
//! * A fraction that becomes a whole number is rounded. The engine cuts it off: `CAST(2.7 AS INT)` would be 2.
//! * Sums, differences and products of small whole numbers are worked out in 64 bits. The engine keeps the type of a year,
//!   which ends at 32,767, and starts again below: `sum(registered_year * registered_year)` would be anything.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result};
use datafusion::functions::math::expr_fn::round;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{BinaryExpr, Cast, Expr, ExprSchemable as _, LogicalPlan, Operator, TryCast, cast};
use datafusion::optimizer::analyzer::AnalyzerRule;

use crate::named::change;

/// Must come before the engine's own rules: it looks at types as they were written.
#[derive(Debug)]
pub(crate) struct ExactNumbers;

impl AnalyzerRule for ExactNumbers {
    fn name(&self) -> &'static str {
        "exact_numbers"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_up_with_subqueries(|plan| {
            let mut schema = merge_schema(&plan.inputs());
            if let LogicalPlan::TableScan(scan) = &plan {
                schema.merge(&scan.projected_schema);
            }
            let plan = change(plan, is_computed, |expr| exact(expr, &schema))?;
            plan.map_data(LogicalPlan::recompute_schema)
        })
        .map(|plan| plan.data)
    }
}

fn is_computed(expr: &Expr) -> bool {
    matches!(expr, Expr::Cast(_) | Expr::TryCast(_) | Expr::BinaryExpr(_))
}

fn exact(expr: Expr, schema: &DFSchema) -> Transformed<Expr> {
    let of = |expr: &Expr| expr.get_type(schema).unwrap_or(DataType::Null);
    match expr {
        Expr::Cast(Cast { expr, field }) if field.data_type().is_integer() && is_fraction(&of(&expr)) => {
            Transformed::yes(Expr::Cast(Cast { expr: Box::new(round(vec![*expr])), field }))
        }
        Expr::TryCast(TryCast { expr, field }) if field.data_type().is_integer() && is_fraction(&of(&expr)) => {
            Transformed::yes(Expr::TryCast(TryCast { expr: Box::new(round(vec![*expr])), field }))
        }
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: op @ (Operator::Plus | Operator::Minus | Operator::Multiply),
            right,
        }) if is_small(&of(&left)) && is_small(&of(&right)) => {
            let wide = |expr: Expr| Box::new(cast(expr, DataType::Int64));
            Transformed::yes(Expr::BinaryExpr(BinaryExpr { left: wide(*left), op, right: wide(*right) }))
        }
        other => Transformed::no(other),
    }
}

fn is_fraction(kind: &DataType) -> bool {
    kind.is_floating() || kind.is_decimal()
}

/// Whether all sums, differences and products of two such numbers fit into 64 bits.
fn is_small(kind: &DataType) -> bool {
    use DataType::{Int8, Int16, Int32, UInt8, UInt16};
    matches!(kind, Int8 | Int16 | Int32 | UInt8 | UInt16)
}

#[cfg(test)]
mod tests {
    use crate::named::tests::value;

    #[tokio::test]
    async fn numbers_are_those_of_sql() {
        let years =
            "(SELECT arrow_cast(value, 'Int16') AS year FROM generate_series(2020, 2023) AS t (value)) AS years";
        for (expression, expected) in [
            ("CAST(2.7 AS INT)", "3"),
            ("CAST(-2.7 AS BIGINT)", "-3"),
            ("TRY_CAST(2.5 AS SMALLINT)", "3"),
            ("CAST(CAST(99.5 AS DECIMAL(5, 1)) AS INT)", "100"),
            ("CAST(7 AS INT)", "7"),
            ("CAST('12' AS INT)", "12"),
            ("CAST(max(year) AS DOUBLE) / 2", "1011.5"),
            ("sum(year * year)", "16345854"),
            ("max(year * year - year)", "4090506"),
            ("sum(year) + count(*)", "8090"),
            ("arrow_cast(32767, 'Int16') + arrow_cast(1, 'Int16')", "32768"),
            ("CAST(avg(CAST(year AS DOUBLE)) AS INT)", "2022"),
        ] {
            let sql = format!("SELECT {expression} AS n FROM {years}");
            assert_eq!(value(&sql).await, expected, "{expression}");
        }
        let both = "SELECT year * year AS n FROM t UNION ALL SELECT year FROM t ORDER BY n LIMIT 1";
        let sql = format!("WITH t AS (SELECT * FROM {years}) {both}");
        assert_eq!(value(&sql).await, "2020", "a union");
    }
}

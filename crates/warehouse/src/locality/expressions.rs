//! Which expressions a frame may use: those that give the same value in every run, and a value for whatever is stored.
//!
//! The lists are short on purpose. A function that is missing here can be added when it is known never to fail on data
//! and never to depend on the order of rows.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError, ExprSchema};
use datafusion::logical_expr::expr::{AggregateFunction, Cast, WindowFunction};
use datafusion::logical_expr::{
    BinaryExpr, Expr, ExprSchemable as _, LogicalPlan, Operator, Subquery, WindowFrameUnits, WindowFunctionDefinition,
};

use super::refuse;
use crate::WarehouseError;

/// Row-wise functions: immutable, and defined for every value of their argument types.
const FUNCTIONS: &[&str] = &[
    "array_concat",
    "array_distinct",
    "array_element",
    "array_has",
    "array_has_all",
    "array_has_any",
    "array_length",
    "btrim",
    "cardinality",
    "character_length",
    "coalesce",
    "concat",
    "concat_ws",
    "empty",
    "ends_with",
    "first_place",
    "get_field",
    "greatest",
    "last_place",
    "least",
    "left",
    "lower",
    "make_array",
    "named_struct",
    "nullif",
    "range",
    "right",
    "starts_with",
    "steps",
    "upper",
    "way",
];
/// Aggregates whose value does not depend on the order of the rows.
const AGGREGATES: &[&str] = &["bool_and", "bool_or", "count", "max", "min", "sum"];
/// Window functions that give rows of equal order the same value.
const RANKS: &[&str] = &["rank", "dense_rank"];

/// Refuses an expression that is not on the lists. `public` tells whether the plan of a subquery reads the dictionary
/// only.
pub(super) fn check(
    expression: &Expr,
    schema: &DFSchema,
    public: &dyn Fn(&LogicalPlan) -> Result<bool, WarehouseError>,
) -> Result<(), WarehouseError> {
    let mut refusal = Ok(());
    let walked = expression.apply(|part| {
        refusal = check_part(part, schema, public);
        Ok(if refusal.is_ok() { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    });
    refusal.and(walked.map(|_| ()).map_err(crate::error::plan))
}

fn check_part(
    part: &Expr,
    schema: &DFSchema,
    public: &dyn Fn(&LogicalPlan) -> Result<bool, WarehouseError>,
) -> Result<(), WarehouseError> {
    match part {
        Expr::Alias(_)
        | Expr::Between(_)
        | Expr::Case(_)
        | Expr::Column(_)
        | Expr::InList(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsNotNull(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsNull(_)
        | Expr::IsTrue(_)
        | Expr::IsUnknown(_)
        | Expr::Literal(..)
        | Expr::Not(_)
        | Expr::OuterReferenceColumn(..)
        | Expr::TryCast(_) => Ok(()),
        Expr::Like(like) if matches!(*like.pattern, Expr::Literal(..)) => Ok(()),
        Expr::BinaryExpr(binary) => operation(binary, schema),
        Expr::Cast(cast) => conversion(cast, schema),
        Expr::ScalarFunction(call) if call.name() == "range" && call.args.len() > 2 => {
            Err(refuse("range with a step", "a step of zero fails", "leave the step out"))
        }
        Expr::ScalarFunction(call) => listed(call.name(), FUNCTIONS),
        Expr::AggregateFunction(call) => aggregate(call, schema),
        Expr::WindowFunction(call) => window(call, schema),
        Expr::InSubquery(within) => subquery(&within.subquery, public),
        Expr::Exists(exists) => subquery(&exists.subquery, public),
        Expr::ScalarSubquery(_) | Expr::SetComparison(_) => Err(refuse(
            "a subquery",
            "it may give several rows or look at several persons",
            "write it as a join by person",
        )),
        Expr::GroupingSet(_) => {
            Err(refuse("GROUPING SETS, ROLLUP or CUBE", "some groups leave the person out", "group by person only"))
        }
        Expr::Placeholder(_) => Err(refuse("a placeholder", "a frame has no parameters", "write the value")),
        other => Err(refuse(
            other.variant_name(),
            "it is not on the list of what a frame may use",
            "write it in another way",
        )),
    }
}

fn listed(name: &str, list: &[&str]) -> Result<(), WarehouseError> {
    if list.contains(&name) {
        return Ok(());
    }
    let remedy = format!("use one of {}", list.join(", "));
    Err(refuse(
        &format!("function {name}"),
        "it is not known to give the same value in every run for all data",
        &remedy,
    ))
}

fn operation(binary: &BinaryExpr, schema: &DFSchema) -> Result<(), WarehouseError> {
    use Operator::{
        And, Divide, Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, Minus, Modulo, Multiply, NotEq, Or,
        Plus, StringConcat,
    };
    let whole = || {
        Ok::<_, WarehouseError>(
            type_of(&binary.left, schema)?.is_integer() && type_of(&binary.right, schema)?.is_integer(),
        )
    };
    let allowed = match binary.op {
        Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom | And | Or | StringConcat => true,
        Plus | Minus | Multiply => whole()?,
        Divide | Modulo => whole()? && is_nonzero(&binary.right),
        _ => false,
    };
    if allowed {
        return Ok(());
    }
    let remedy = "compare, or count with whole numbers and divide by a number other than zero";
    Err(refuse(&format!("operator {}", binary.op), "it can fail for some data", remedy))
}

fn is_nonzero(divisor: &Expr) -> bool {
    match divisor {
        Expr::Literal(value, _) => {
            matches!(value.cast_to(&DataType::Int64), Ok(datafusion::scalar::ScalarValue::Int64(Some(n))) if n != 0)
        }
        Expr::Cast(cast) => is_nonzero(&cast.expr),
        _ => false,
    }
}

/// Conversions that always succeed: to text, within text, to a wider whole number, of NULL, of the lengths of lists.
fn conversion(cast: &Cast, schema: &DFSchema) -> Result<(), WarehouseError> {
    let (from, to) = (type_of(&cast.expr, schema)?, cast.field.data_type());
    let text = |t: &DataType| matches!(t, DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8);
    let lists_of_text = |a: &DataType, b: &DataType| match (a, b) {
        (DataType::List(a), DataType::List(b)) => text(a.data_type()) && text(b.data_type()),
        _ => false,
    };
    let wider = from.is_signed_integer() && to.is_signed_integer() && from.primitive_width() <= to.primitive_width();
    let length =
        matches!(&*cast.expr, Expr::ScalarFunction(call) if matches!(call.name(), "array_length" | "cardinality"));
    let constant = matches!(&*cast.expr, Expr::Literal(..));
    let exact = from.is_integer() && matches!(to, DataType::Decimal128(20.., 0));
    let number_to_text = (from.is_integer() || from == DataType::Boolean) && text(to);
    let always = from == *to || from == DataType::Null || (text(&from) && text(to)) || lists_of_text(&from, to);
    if always || wider || exact || number_to_text || constant || (length && to.is_integer()) {
        return Ok(());
    }
    Err(refuse(&format!("a conversion from {from} to {to}"), "it can fail for some data", "use TRY_CAST"))
}

fn aggregate(call: &AggregateFunction, schema: &DFSchema) -> Result<(), WarehouseError> {
    listed(call.func.name(), AGGREGATES)?;
    if !call.params.order_by.is_empty() {
        return Err(refuse("ORDER BY in an aggregate", "it is of no use there", "leave it out"));
    }
    whole_sum(call.func.name(), &call.params.args, schema)
}

/// The sum of fractions depends on the order in which they are added.
fn whole_sum(name: &str, args: &[Expr], schema: &DFSchema) -> Result<(), WarehouseError> {
    for arg in args.iter().filter(|_| name == "sum") {
        if !type_of(arg, schema)?.is_integer() {
            return Err(refuse(
                "sum of fractions",
                "its last digits depend on the order of the rows",
                "sum whole numbers",
            ));
        }
    }
    Ok(())
}

fn window(call: &WindowFunction, schema: &DFSchema) -> Result<(), WarehouseError> {
    let frame = &call.params.window_frame;
    let whole_partition = frame.start_bound.is_unbounded() && frame.end_bound.is_unbounded();
    if frame.units == WindowFrameUnits::Rows && !whole_partition {
        let remedy = "use RANGE, or leave the frame out";
        return Err(refuse("a ROWS frame", "rows of equal order may stand in any order", remedy));
    }
    match &call.fun {
        WindowFunctionDefinition::AggregateUDF(function) => {
            listed(function.name(), AGGREGATES)?;
            whole_sum(function.name(), &call.params.args, schema)
        }
        WindowFunctionDefinition::WindowUDF(function) => listed(function.name(), RANKS),
    }
}

fn subquery(
    subquery: &Subquery,
    public: &dyn Fn(&LogicalPlan) -> Result<bool, WarehouseError>,
) -> Result<(), WarehouseError> {
    if matches!(public(&subquery.subquery), Ok(true)) {
        return Ok(());
    }
    Err(refuse("a subquery", "it does more than read the dictionary", "write it as a join by person"))
}

fn type_of(expression: &Expr, schema: &dyn ExprSchema) -> Result<DataType, WarehouseError> {
    expression.get_type(schema).map_err(|error: DataFusionError| crate::error::plan(error))
}

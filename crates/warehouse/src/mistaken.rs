//! SQL that the engine would answer, and answer wrongly. No answer is better than a wrong one, so it is refused, with words
//! that ask the same and are answered right.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, SetExpr, SetOperator,
    SetQuantifier, Statement, TableFactor, Visit as _, Visitor, visit_expressions,
};

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::error::Result as QueryResult;
use datafusion::logical_expr::expr::{Exists, InSubquery};
use datafusion::logical_expr::{Aggregate, Expr as Meaning, LogicalPlan, Subquery};

use crate::WarehouseError;
use crate::error::plan as planning;

/// Refuses a statement that says one of these, however deep:
///
/// * `EXCEPT ALL` and `INTERSECT ALL`: DataFusion 55.2 joins the two sides and so takes away, or keeps, a row as often as
///   the left side has it; SQL counts on both sides.
/// * `a IS DISTINCT FROM b AND c`, also with OR and XOR, and with NOT before DISTINCT: its parser takes `b AND c` for the
///   right side. In SQL the comparison comes first.
/// * `TABLESAMPLE`, `FOR SYSTEM_TIME AS OF` and `PARTITION` after a table: the planner reads past them, and the answer would
///   be about all rows of the newest version.
/// * `= ANY (SELECT …)`, SOME and ALL: where both sides name a column of one table, the engine compares a row with itself.
/// * `SIMILAR TO`: it is taken for a regular expression that may match anywhere.
/// * `to_char` and `to_date` with the patterns of PostgreSQL: they would come back as they are, or be read as letters.
/// * `generate_series` among the columns: it would be one list.
///
/// And one that it would not answer: `unnest` of a column after FROM.
pub(crate) fn refuse_mistaken(statement: &Statement) -> Result<(), WarehouseError> {
    match statement.visit(&mut Mistakes) {
        ControlFlow::Break(refused) => Err(refused),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Refuses, in a plan, subqueries that look at the row outside, where the engine joins instead of asking for each row:
///
/// * EXISTS and IN over one that counts or sums without GROUP BY, or by grouping sets. SQL has a row of such a subquery for
///   each row outside, also where nothing fits; the engine has none there, as if `count(*)` of nothing were not 0.
/// * EXISTS and IN over one with OFFSET or LIMIT, which would count for all rows outside together, or not at all.
/// * HAVING without GROUP BY in one that stands for a value: it would be asked before what fits nothing is counted as 0.
pub(crate) fn refuse_mistaken_plan(plan: &LogicalPlan) -> Result<(), WarehouseError> {
    let mut mistaken = None;
    plan.apply_with_subqueries(|part| {
        part.apply_expressions(|expr| {
            expr.apply(|expr| {
                mistaken = match (mistaken.take(), expr) {
                    (None, Meaning::Exists(Exists { subquery, .. })) => of_rows(subquery, "EXISTS")?,
                    (None, Meaning::InSubquery(InSubquery { subquery, .. })) => of_rows(subquery, "IN")?,
                    (None, Meaning::ScalarSubquery(subquery)) => of_value(subquery)?,
                    (found, _) => found,
                };
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })
    .map_err(planning)?;
    let Some((place, rule, remedy)) = mistaken else { return Ok(()) };
    Err(WarehouseError::Mistaken { place, rule, remedy })
}

/// Place, rule and remedy.
type Mistake = (String, &'static str, &'static str);

fn of_rows(subquery: &Subquery, word: &str) -> QueryResult<Option<Mistake>> {
    if subquery.outer_ref_columns.is_empty() {
        return Ok(None);
    }
    let sums = subquery.subquery.exists(|part| match part {
        LogicalPlan::Aggregate(aggregate) if sums_all(aggregate) => looks_outside(&aggregate.input),
        _ => Ok(false),
    })?;
    if sums {
        return Ok(Some((
            format!("{word} before a subquery that counts or sums for each row outside"),
            "rows outside for which nothing fits would be left out",
            "leave the count out of EXISTS, or compare with the subquery itself, as in (SELECT count(*) …) > 0",
        )));
    }
    let limited = subquery.subquery.exists(|part| match part {
        LogicalPlan::Limit(limit) if limit.skip.is_some() || word == "IN" => looks_outside(&limit.input),
        _ => Ok(false),
    })?;
    Ok(limited.then(|| {
        (
            format!("{word} before a subquery with OFFSET or LIMIT for each row outside"),
            "they would not be counted for each row",
            "compare with a count, as in (SELECT count(*) …) > 1",
        )
    }))
}

fn of_value(subquery: &Subquery) -> QueryResult<Option<Mistake>> {
    if subquery.outer_ref_columns.is_empty() {
        return Ok(None);
    }
    let having = subquery.subquery.exists(|part| match part {
        LogicalPlan::Filter(filter) => match filter.input.as_ref() {
            LogicalPlan::Aggregate(aggregate) if sums_all(aggregate) => looks_outside(&aggregate.input),
            _ => Ok(false),
        },
        _ => Ok(false),
    })?;
    Ok(having.then(|| {
        (
            "HAVING without GROUP BY in a subquery for each row outside".to_owned(),
            "it would be asked only where something fits",
            "write the condition outside, as in CASE WHEN (SELECT count(*) …) = 0 THEN … END",
        )
    }))
}

/// Whether there is a row where nothing fits.
fn sums_all(aggregate: &Aggregate) -> bool {
    aggregate.group_expr.iter().all(|expr| matches!(expr, Meaning::GroupingSet(_)))
}

fn looks_outside(plan: &LogicalPlan) -> QueryResult<bool> {
    plan.exists(|part| Ok(part.expressions().iter().any(Meaning::contains_outer)))
}

struct Mistakes;

impl Visitor for Mistakes {
    type Break = WarehouseError;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<WarehouseError> {
        counts_rows(&query.body)
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<WarehouseError> {
        unnests_a_column(table)?;
        let (place, remedy) = match table {
            TableFactor::Table { sample: Some(_), .. } | TableFactor::Derived { sample: Some(_), .. } => {
                ("TABLESAMPLE", "leave it out, or take a part of the rows with WHERE")
            }
            TableFactor::Table { version: Some(_), .. } => {
                ("a version of a table", "ask about an older version with `panoh query --at VERSION`")
            }
            TableFactor::Table { partitions, .. } if !partitions.is_empty() => {
                ("PARTITION", "leave it out, or take a part of the rows with WHERE")
            }
            _ => return ControlFlow::Continue(()),
        };
        let rule = "it would be read past, and all rows would be answered for";
        ControlFlow::Break(WarehouseError::Mistaken { place: place.into(), rule, remedy })
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<WarehouseError> {
        means_something_else(expr)?;
        let (place, right) = match expr {
            Expr::IsDistinctFrom(_, right) => ("IS DISTINCT FROM", right),
            Expr::IsNotDistinctFrom(_, right) => ("IS NOT DISTINCT FROM", right),
            _ => return ControlFlow::Continue(()),
        };
        match right.as_ref() {
            Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Xor, .. } => {
                ControlFlow::Break(WarehouseError::Mistaken {
                    place: place.into(),
                    rule: "AND, OR and XOR after it would be taken for a part of its right side",
                    remedy: "put the comparison in brackets, as in (a IS DISTINCT FROM b) AND c",
                })
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

/// Finds what is read as something else than it says.
fn means_something_else(expr: &Expr) -> ControlFlow<WarehouseError> {
    let (place, rule, remedy) = match expr {
        Expr::AnyOp { right, .. } | Expr::AllOp { right, .. } if matches!(**right, Expr::Subquery(_)) => (
            "ANY, SOME or ALL before a subquery",
            "a column of one name on both sides would be compared with itself",
            "write IN or NOT IN, or compare with (SELECT min(…) …) or (SELECT max(…) …)",
        ),
        Expr::Function(call) if call.over.is_none() && is_named(call, &["generate_series"]) => (
            "generate_series among the columns",
            "it would be one list and not a row for each number",
            "write it behind FROM, as in SELECT value FROM generate_series(2018, 2024)",
        ),
        // Only where PostgreSQL's own reading of the statement has failed.
        Expr::BinaryOp { op: BinaryOperator::BitwiseXor, .. } => (
            "^ in a statement that PostgreSQL cannot read",
            "it would be an exclusive or, and not a power",
            "write power(2, 3)",
        ),
        Expr::SimilarTo { .. } => (
            "SIMILAR TO",
            "it would be taken for a regular expression that may match anywhere",
            "write LIKE, or ~ with ^ and $ around a regular expression",
        ),
        Expr::Function(call) if is_named(call, &["to_date"]) && !has_percent(call) && has_two(call) => (
            "to_date",
            "patterns of PostgreSQL such as YYYY would not be read",
            "write the pattern with %, as in to_date(day, '%d.%m.%Y'), or CAST(day AS DATE)",
        ),
        Expr::Function(call) if is_named(call, &["to_char"]) && !has_percent(call) => (
            "to_char",
            "patterns of PostgreSQL such as YYYY would come back as they are",
            "write the pattern with %, as in to_char(day, '%Y-%m-%d'), or use date_part and CAST",
        ),
        _ => return ControlFlow::Continue(()),
    };
    ControlFlow::Break(WarehouseError::Mistaken { place: place.into(), rule, remedy })
}

fn is_named(call: &Function, names: &[&str]) -> bool {
    let name = call.name.to_string();
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn has_two(call: &Function) -> bool {
    matches!(&call.args, FunctionArguments::List(list) if list.args.len() > 1)
}

/// Whether an argument of a call is a text with a percent sign.
fn has_percent(call: &Function) -> bool {
    let FunctionArguments::List(list) = &call.args else { return false };
    list.args.iter().any(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) => value.to_string().contains('%'),
        _ => false,
    })
}

/// Finds lists that would have to be taken apart row by row. The engine plans them and fails late, or takes the alias for a
/// column that is not there, and its words help nobody.
fn unnests_a_column(table: &TableFactor) -> ControlFlow<WarehouseError> {
    let names = |expr: &Expr| match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let found = match table {
        TableFactor::UNNEST { array_exprs, .. } => visit_expressions(array_exprs, names).is_break(),
        TableFactor::Function { name, args, .. } => {
            name.to_string().eq_ignore_ascii_case("unnest") && visit_expressions(args, names).is_break()
        }
        _ => false,
    };
    if !found {
        return ControlFlow::Continue(());
    }
    ControlFlow::Break(WarehouseError::Mistaken {
        place: "unnest of a column after FROM".into(),
        rule: "the engine cannot take a list apart there for each row",
        remedy: "write it among the columns, as in SELECT record, unnest(purposes) AS purpose FROM cases, or ask a view \
                 with a row for each, such as purposes",
    })
}

/// Finds set operations that count rows. Queries in brackets are visited as queries.
fn counts_rows(body: &SetExpr) -> ControlFlow<WarehouseError> {
    let SetExpr::SetOperation { op, set_quantifier, left, right } = body else { return ControlFlow::Continue(()) };
    let counts = matches!(set_quantifier, SetQuantifier::All | SetQuantifier::AllByName);
    if counts && *op != SetOperator::Union {
        return ControlFlow::Break(WarehouseError::Mistaken {
            place: format!("{op} ALL"),
            rule: "rows that come more than once would be counted on one side only",
            remedy: "number equal rows with row_number() OVER (PARTITION BY …) on both sides and leave ALL out",
        });
    }
    counts_rows(left)?;
    counts_rows(right)
}

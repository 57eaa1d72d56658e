//! Pseudonyms of persons, records and loads say who is who, and a frame may ask them nothing else.
//!
//! Which of two pseudonyms sorts first, or how one begins, follows from a keyed digest, and into that of a record the
//! digest of its whole file goes: with another person's row out of the file the answer would be another. So pseudonyms may
//! be handed on, compared for equality, grouped by and counted; whatever else is done with them is refused.

use datafusion::common::DFSchema;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::logical_expr::expr::{AggregateFunction, Exists, WindowFunction};
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator, Subquery, WindowFunctionDefinition};

use super::{Checked, Kind, Meaning, Relation, meaning, refuse};

/// Refuses a node that asks more of a pseudonym than who it is. `columns` are those of all its inputs, which `schema` names.
pub(super) fn check(plan: &LogicalPlan, schema: &DFSchema, columns: Vec<Meaning>) -> Checked<()> {
    // Without a limit an order changes nothing, and a frame has no limit.
    if matches!(plan, LogicalPlan::Sort(_) | LogicalPlan::Unnest(_)) {
        return Ok(());
    }
    let names = Names { schema, input: Relation { kind: Kind::Personal, columns } };
    plan.expressions().iter().try_for_each(|expression| names.whole(expression))
}

impl Meaning {
    pub(super) fn names(self) -> bool {
        matches!(self, Meaning::Person | Meaning::StoredPerson | Meaning::AliasedPerson | Meaning::Name)
    }
}

struct Names<'a> {
    schema: &'a DFSchema,
    input: Relation,
}

impl Names<'_> {
    fn meaning(&self, expression: &Expr) -> Meaning {
        meaning(expression, self.schema, &self.input)
    }

    /// An expression in a place where a pseudonym may stand as it is.
    fn whole(&self, expression: &Expr) -> Checked<()> {
        match expression {
            Expr::Alias(alias) => self.whole(&alias.expr),
            _ if self.meaning(expression).names() => Ok(()),
            _ => self.part(expression),
        }
    }

    /// An expression that is taken for its value.
    fn part(&self, expression: &Expr) -> Checked<()> {
        use Operator::{Eq, IsDistinctFrom, IsNotDistinctFrom, NotEq};
        let all = |mut parts: std::slice::Iter<'_, Expr>| parts.try_for_each(|part| self.whole(part));
        match expression {
            _ if self.meaning(expression).names() => Err(asked_more()),
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => self.whole(inner),
            Expr::BinaryExpr(BinaryExpr { left, op: Eq | NotEq | IsDistinctFrom | IsNotDistinctFrom, right })
                if self.are_names(left, right) =>
            {
                Ok(())
            }
            Expr::AggregateFunction(AggregateFunction { func, params }) if func.name() == "count" => {
                all(params.args.iter())?;
                params.filter.iter().try_for_each(|condition| self.part(condition))
            }
            Expr::WindowFunction(call) => {
                all(call.params.partition_by.iter())?;
                self.of_window(call)
            }
            Expr::Exists(Exists { subquery, .. }) => self.asked_from_within(subquery),
            Expr::InSubquery(within) => {
                self.part(&within.expr)?;
                self.asked_from_within(&within.subquery)
            }
            _ => self.parts_of(expression),
        }
    }

    /// What a window call is about, but for its partition.
    fn of_window(&self, call: &WindowFunction) -> Checked<()> {
        let WindowFunction { fun, params } = call;
        let counts = matches!(fun, WindowFunctionDefinition::AggregateUDF(function) if function.name() == "count");
        let argument = |argument| if counts { self.whole(argument) } else { self.part(argument) };
        params.args.iter().try_for_each(argument)?;
        params.order_by.iter().try_for_each(|order| self.part(&order.expr))?;
        params.filter.iter().try_for_each(|condition| self.part(condition))
    }

    /// What a subquery reads of the row around it.
    fn asked_from_within(&self, subquery: &Subquery) -> Checked<()> {
        subquery.outer_ref_columns.iter().try_for_each(|outer| match outer {
            Expr::OuterReferenceColumn(_, column) => self.part(&Expr::Column(column.clone())),
            other => self.part(other),
        })
    }

    fn parts_of(&self, expression: &Expr) -> Checked<()> {
        let mut refusal = Ok(());
        let walked = expression.apply_children(|part| {
            refusal = self.part(part);
            Ok(if refusal.is_ok() { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
        });
        refusal.and(walked.map(|_| ()).map_err(crate::error::plan))
    }

    /// Whether both sides are pseudonyms. Those of different kinds are never equal, in any run.
    fn are_names(&self, left: &Expr, right: &Expr) -> bool {
        self.meaning(left).names() && self.meaning(right).names()
    }
}

fn asked_more() -> crate::WarehouseError {
    refuse(
        "a pseudonym",
        "its value follows from a keyed digest in which other persons may have a part",
        "compare pseudonyms for equality, group by them or count them; order by dates and codes",
    )
}

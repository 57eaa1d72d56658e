//! Decides from a plan alone whether each row it gives depends on one person only.
//!
//! A release promises that taking one person out changes the answer by that person's row and nothing else. That holds
//! when the plan splits by person: run over all persons it gives the same rows as run over each person alone. The check
//! goes bottom-up. It knows which columns hold the row's person, and lets a node pass only when splitting below it
//! implies splitting above it:
//!
//! - a stored table splits by the pseudonym that was given at its load; joining the aliases turns that into the person;
//! - row-wise nodes keep it: projection, filter, unnest, sort without a limit, union;
//! - grouping, windows and DISTINCT keep it when the person is among their keys;
//! - a join keeps it when both sides meet on the person, or one side is the dictionary and cannot add rows of its own.
//!
//! Everything else is refused by default, and so is every expression that could give different values in two runs or
//! stop a run because of what the data hold ([`expressions`]): after noise has been paid for, data must not be able to
//! stop a release.

mod expressions;

use datafusion::common::{DFSchema, JoinType};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::utils::{merge_schema, split_conjunction};
use datafusion::logical_expr::{
    Aggregate, BinaryExpr, Distinct, Expr, Join, LogicalPlan, Operator, Projection, Sort, TableScan, Unnest, Window,
};
use panoh_dictionary::Dictionary;

use crate::WarehouseError;
use crate::context::{CATALOG, CODES, STORED, VIEWS};

/// What a column says about the person of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It is the person; never NULL.
    Person,
    /// It is the pseudonym under which the row was stored, which an alias may have replaced.
    StoredPerson,
    /// It is the person behind an alias, or NULL when there is no alias.
    AliasedPerson,
    /// It says nothing that the check may rely on.
    Other,
}

/// Where the rows of a relation come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// From the dictionary or the SQL text: the same whatever is stored.
    Public,
    /// From persons, each row from one.
    Personal,
    /// The table of aliases, good for one join only.
    Aliases,
}

struct Relation {
    kind: Kind,
    columns: Vec<Meaning>,
}

type Checked<T> = Result<T, WarehouseError>;

/// The meaning of each column of the plan, or why the plan is refused.
pub(crate) fn check(plan: &LogicalPlan, dictionary: &Dictionary) -> Checked<Vec<Meaning>> {
    let checked = relation(plan, dictionary)?;
    match checked.kind {
        Kind::Personal => Ok(checked.columns),
        _ => Err(refuse("the frame", "it reads no person", "select from cases, routes, journeys or persons")),
    }
}

fn relation(plan: &LogicalPlan, dictionary: &Dictionary) -> Checked<Relation> {
    // A recursive query reads itself as a table of any name, even one of the dictionary's: refused before it is read.
    if matches!(plan, LogicalPlan::RecursiveQuery(_)) {
        return Err(refused_node(plan));
    }
    let inputs = plan.inputs();
    let below: Vec<_> = inputs.iter().map(|input| relation(input, dictionary)).collect::<Checked<_>>()?;
    check_expressions(plan, &merge_schema(&inputs), dictionary)?;
    let mut below = below.into_iter();
    match (plan, below.next(), below.next()) {
        (LogicalPlan::TableScan(scan), None, None) if scan.fetch.is_none() => table(scan, dictionary),
        (LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_), None, None) => Ok(public(plan.schema())),
        (LogicalPlan::SubqueryAlias(_) | LogicalPlan::Sort(Sort { fetch: None, .. }), Some(input), None) => Ok(input),
        (LogicalPlan::Filter(_), Some(input), None) => no_bare_aliases(&input).map(|()| input),
        (LogicalPlan::Projection(projection), Some(input), None) => Ok(projected(projection, &input)),
        (LogicalPlan::Unnest(unnest), Some(input), None) => Ok(unnested(unnest, &input)),
        (LogicalPlan::Aggregate(aggregate), Some(input), None) => grouped(aggregate, &input),
        (LogicalPlan::Window(window), Some(input), None) => windowed(window, input),
        (LogicalPlan::Distinct(distinct), Some(input), None) => made_distinct(distinct, input),
        (LogicalPlan::Join(join), Some(left), Some(right)) => joined(join, &left, &right),
        (LogicalPlan::Union(_), Some(first), second) => united(first, second.into_iter().chain(below)),
        _ => Err(refused_node(plan)),
    }
}

/// Expressions of the node itself. Aggregate and window calls are looked at with their nodes.
fn check_expressions(plan: &LogicalPlan, schema: &DFSchema, dictionary: &Dictionary) -> Checked<()> {
    let public_plan = |plan: &LogicalPlan| Ok(relation(plan, dictionary)?.kind == Kind::Public);
    plan.expressions().iter().try_for_each(|expression| expressions::check(expression, schema, &public_plan))
}

fn table(scan: &TableScan, dictionary: &Dictionary) -> Checked<Relation> {
    let name = scan.table_name.clone().resolve(CATALOG, VIEWS);
    let fields = || scan.projected_schema.fields().iter().map(|field| field.name().as_str());
    let of = |kind, meaning: &dyn Fn(&str) -> Meaning| Ok(Relation { kind, columns: fields().map(meaning).collect() });
    let stored = |name: &str| dictionary.table(name).filter(|table| table.column("person").is_some());
    match (&*name.catalog, &*name.schema, &*name.table) {
        (CATALOG, VIEWS, CODES) => Ok(public(&scan.projected_schema)),
        (CATALOG, STORED, "aliases") => of(Kind::Aliases, &|column| match column {
            "alias" => Meaning::StoredPerson,
            "person" => Meaning::AliasedPerson,
            _ => Meaning::Other,
        }),
        (CATALOG, STORED, table) if stored(table).is_some() => of(Kind::Personal, &|column| match column {
            "person" => Meaning::StoredPerson,
            _ => Meaning::Other,
        }),
        _ => Err(refuse(
            &format!("table {}", scan.table_name),
            "its rows belong to no person and it is not part of the dictionary",
            "use the views and the table codes",
        )),
    }
}

fn public(schema: &DFSchema) -> Relation {
    Relation { kind: Kind::Public, columns: vec![Meaning::Other; schema.fields().len()] }
}

fn projected(projection: &Projection, input: &Relation) -> Relation {
    let schema = projection.input.schema();
    let columns = projection.expr.iter().map(|expression| meaning(expression, schema, input)).collect();
    Relation { kind: input.kind, columns }
}

/// The meaning of an expression over the input's columns.
fn meaning(expression: &Expr, schema: &DFSchema, input: &Relation) -> Meaning {
    match expression {
        Expr::Alias(alias) => meaning(&alias.expr, schema, input),
        Expr::Column(column) => schema.maybe_index_of_column(column).map_or(Meaning::Other, |at| input.columns[at]),
        Expr::ScalarFunction(call) if call.name() == "coalesce" && call.args.len() == 2 => {
            let parts = (meaning(&call.args[0], schema, input), meaning(&call.args[1], schema, input));
            if parts == (Meaning::AliasedPerson, Meaning::StoredPerson) { Meaning::Person } else { Meaning::Other }
        }
        _ => Meaning::Other,
    }
}

fn unnested(unnest: &Unnest, input: &Relation) -> Relation {
    let opened: Vec<_> =
        unnest.exec_columns.iter().filter_map(|c| unnest.input.schema().maybe_index_of_column(c)).collect();
    let columns = unnest.dependency_indices.iter();
    let columns = columns.map(|at| if opened.contains(at) { Meaning::Other } else { input.columns[*at] });
    Relation { kind: input.kind, columns: columns.collect() }
}

fn grouped(aggregate: &Aggregate, input: &Relation) -> Checked<Relation> {
    no_bare_aliases(input)?;
    let schema = aggregate.input.schema();
    let keys: Vec<_> = aggregate.group_expr.iter().map(|key| meaning(key, schema, input)).collect();
    if input.kind == Kind::Personal && !keys.contains(&Meaning::Person) {
        return Err(refuse("an aggregate", "its groups hold several persons", "put person into GROUP BY"));
    }
    let rest = vec![Meaning::Other; aggregate.aggr_expr.len()];
    Ok(Relation { kind: input.kind, columns: [keys, rest].concat() })
}

fn windowed(window: &Window, input: Relation) -> Checked<Relation> {
    no_bare_aliases(&input)?;
    let schema = window.input.schema();
    for call in window.window_expr.iter().filter_map(window_call) {
        let mut keys = call.params.partition_by.iter().map(|key| meaning(key, schema, &input));
        if input.kind == Kind::Personal && !keys.any(|key| key == Meaning::Person) {
            return Err(refuse("a window", "it looks at several persons", "put person into PARTITION BY"));
        }
    }
    let added = vec![Meaning::Other; window.window_expr.len()];
    Ok(Relation { kind: input.kind, columns: [input.columns, added].concat() })
}

fn window_call(expression: &Expr) -> Option<&WindowFunction> {
    match expression {
        Expr::Alias(alias) => window_call(&alias.expr),
        Expr::WindowFunction(call) => Some(call),
        _ => None,
    }
}

fn made_distinct(distinct: &Distinct, input: Relation) -> Checked<Relation> {
    no_bare_aliases(&input)?;
    match distinct {
        Distinct::On(_) => {
            Err(refuse("DISTINCT ON", "which row stays depends on their order", "group by person instead"))
        }
        Distinct::All(_) if input.kind == Kind::Personal && !input.columns.contains(&Meaning::Person) => {
            Err(refuse("DISTINCT", "equal rows of several persons become one", "select person with them"))
        }
        Distinct::All(_) => Ok(input),
    }
}

fn joined(join: &Join, left: &Relation, right: &Relation) -> Checked<Relation> {
    use JoinType::{Full, Inner, Left, LeftAnti, LeftSemi, Right, RightAnti, RightSemi};
    let met = |a: Meaning, b: Meaning| meets(join, left, right, a, b);
    let (kept_left, kept_right) = (matches!(join.join_type, Inner | Left), matches!(join.join_type, Inner | Right));
    let allowed = match (left.kind, right.kind) {
        (Kind::Public, Kind::Public) => true,
        (Kind::Personal, Kind::Public) => kept_left || matches!(join.join_type, LeftSemi | LeftAnti),
        (Kind::Public, Kind::Personal) => kept_right || matches!(join.join_type, RightSemi | RightAnti),
        (Kind::Personal, Kind::Aliases) => {
            // A second condition would leave some records of a person under the replaced pseudonym.
            join.join_type == Left && conditions(join).count() == 1 && met(Meaning::StoredPerson, Meaning::StoredPerson)
        }
        (Kind::Personal, Kind::Personal) => {
            let known =
                matches!(join.join_type, Inner | Left | Right | Full | LeftSemi | LeftAnti | RightSemi | RightAnti);
            known && met(Meaning::Person, Meaning::Person)
        }
        _ => false,
    };
    if !allowed {
        return Err(refuse(
            &format!("{} join", join.join_type),
            "its sides do not meet on the person",
            "write JOIN … ON a.person = b.person, or keep the side of the persons when joining the dictionary",
        ));
    }
    let kind = if (left.kind, right.kind) == (Kind::Public, Kind::Public) { Kind::Public } else { Kind::Personal };
    Ok(Relation { kind, columns: joined_columns(join.join_type, left, right) })
}

/// Columns of a side that an outer join may fill with NULL no longer name the person. The person behind an alias may be
/// NULL anyway.
fn joined_columns(join_type: JoinType, left: &Relation, right: &Relation) -> Vec<Meaning> {
    let nullable = |side: &Relation| -> Vec<Meaning> {
        let kept = |&meaning| if meaning == Meaning::AliasedPerson { meaning } else { Meaning::Other };
        side.columns.iter().map(kept).collect()
    };
    let (l, r) = (left.columns.clone(), right.columns.clone());
    match join_type {
        JoinType::Left => [l, nullable(right)].concat(),
        JoinType::Right => [nullable(left), r].concat(),
        JoinType::Full => [nullable(left), nullable(right)].concat(),
        JoinType::LeftSemi | JoinType::LeftAnti => l,
        JoinType::RightSemi | JoinType::RightAnti => r,
        _ => [l, r].concat(),
    }
}

/// Whether the join asks for equality of a left column of meaning `a` with a right column of meaning `b`.
fn meets(join: &Join, left: &Relation, right: &Relation, a: Meaning, b: Meaning) -> bool {
    let pair =
        |x: &Expr, y: &Expr| meaning(x, join.left.schema(), left) == a && meaning(y, join.right.schema(), right) == b;
    conditions(join).any(|(x, y)| y.is_some_and(|y| pair(x, y) || pair(y, x)))
}

/// All conditions of the join; of an equality, its two sides.
fn conditions(join: &Join) -> impl Iterator<Item = (&Expr, Option<&Expr>)> {
    let filters = join.filter.as_ref().map(split_conjunction).unwrap_or_default();
    let filters = filters.into_iter().map(|condition| match condition {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => (&**left, Some(&**right)),
        other => (other, None),
    });
    join.on.iter().map(|(left, right)| (left, Some(right))).chain(filters)
}

fn united(first: Relation, mut rest: impl Iterator<Item = Relation>) -> Checked<Relation> {
    no_bare_aliases(&first)?;
    rest.try_fold(first, |all, next| {
        no_bare_aliases(&next)?;
        if all.kind != next.kind {
            return Err(refuse(
                "UNION",
                "one part belongs to persons and another does not",
                "union persons' rows only",
            ));
        }
        let same = |(a, b)| if a == b { a } else { Meaning::Other };
        let columns = std::iter::zip(all.columns, next.columns).map(same).collect();
        Ok(Relation { kind: all.kind, columns })
    })
}

fn no_bare_aliases(input: &Relation) -> Checked<()> {
    if input.kind == Kind::Aliases {
        return Err(refuse("table aliases", "it can only be joined as the view cases does", "use the view cases"));
    }
    Ok(())
}

fn refused_node(plan: &LogicalPlan) -> WarehouseError {
    let (node, remedy) = match plan {
        LogicalPlan::Limit(_) | LogicalPlan::Sort(_) => {
            ("LIMIT", "choose with a condition or with min and max by person")
        }
        LogicalPlan::RecursiveQuery(_) => ("a recursive query", "unnest the list instead"),
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_) => {
            ("EXPLAIN or DESCRIBE", "write the SELECT itself")
        }
        _ => ("a part of the plan", "use SELECT, WHERE, JOIN, GROUP BY, window functions, UNION and unnest"),
    };
    refuse(node, "it is not on the list of what keeps persons apart", remedy)
}

pub(crate) fn refuse(node: &str, reason: &str, remedy: &str) -> WarehouseError {
    WarehouseError::NotPersonLocal { node: node.to_owned(), reason: reason.to_owned(), remedy: remedy.to_owned() }
}

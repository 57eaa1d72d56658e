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
//! It also follows the cohort, because each cohort has a budget of its own: a person must stand in the same one in every
//! frame. The records of a merged person may name several, and they may lie in several tables, so only the smallest over
//! all records of the person in every table of the population will do. What may drop some of the records ends the meaning
//! of the stored cohort.
//!
//! Everything else is refused by default, and so is every expression that could give different values in two runs or
//! stop a run because of what the data hold ([`expressions`]): after noise has been paid for, data must not be able to
//! stop a release.

mod expressions;
mod joins;
mod names;

use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Aggregate, Distinct, Expr, LogicalPlan, Projection, Sort, TableScan, Unnest, Window};
use panoh_dictionary::{Dictionary, Treatment};

use crate::WarehouseError;
use crate::context::{CATALOG, CODES, COMMENTS, STORED, VIEWS};

/// What a column says about the person of its row. All columns that mean a person, stored, aliased or final, speak of the
/// same one in each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It is the person; never NULL.
    Person,
    /// It is the pseudonym under which the row was stored, which an alias may have replaced.
    StoredPerson,
    /// It is the person behind an alias, or NULL when there is no alias.
    AliasedPerson,
    /// It is that person's cohort, or NULL when there is no alias.
    AliasedCohort,
    /// It is the pseudonym of a record, a load or a case, or one of a person that says nothing certain about the row's.
    Name,
    /// It is the cohort of one record. For each person in the relation, the smallest is that of all records in these
    /// tables.
    StoredCohort(Tables),
    /// It is the cohort of the person; never NULL.
    Cohort,
    /// It says nothing that the check may rely on.
    Other,
}

/// A set of tables of the dictionary, by their positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tables(u64);

impl Tables {
    /// One table; none when there is no place for it, so that it is never taken for read.
    fn one(dictionary: &Dictionary, name: &str) -> Self {
        let at = dictionary.tables().iter().position(|table| table.name == name);
        Self(at.filter(|at| *at < 64).map_or(0, |at| 1 << at))
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every table is here of each population that has one here. Persons of different populations are never one.
    fn are_whole_populations(self, dictionary: &Dictionary) -> bool {
        let tables = || dictionary.tables().iter().filter(|table| table.population.is_some());
        let here = |name: &str| Self::one(dictionary, name).0 & self.0 != 0;
        let begun = |population| tables().any(|table| table.population == population && here(&table.name));
        self.0 != 0 && tables().all(|table| here(&table.name) || !begun(table.population))
    }
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

/// Letters of a plan's node that a refusal quotes.
const LONGEST_PLACE: usize = 160;

/// The meaning of each column of the plan, or why the plan is refused.
pub(crate) fn check(plan: &LogicalPlan, dictionary: &Dictionary) -> Checked<Vec<Meaning>> {
    let checked = relation(plan, dictionary)?;
    if checked.kind == Kind::Personal {
        return Ok(checked.columns);
    }
    let remedy = "select from persons, profiles, cases or another view of persons";
    Err(at_place(refuse("the frame", "it reads no person", remedy), plan))
}

fn relation(plan: &LogicalPlan, dictionary: &Dictionary) -> Checked<Relation> {
    // A recursive query reads itself as a table of any name, even one of the dictionary's: refused before it is read.
    if matches!(plan, LogicalPlan::RecursiveQuery(_)) {
        return Err(at_place(refused_node(plan), plan));
    }
    let inputs = plan.inputs();
    let below: Vec<_> = inputs.iter().map(|input| relation(input, dictionary)).collect::<Checked<_>>()?;
    node(plan, &merge_schema(&inputs), below, dictionary).map_err(|error| at_place(error, plan))
}

/// What one node makes of its inputs.
fn node(plan: &LogicalPlan, schema: &DFSchema, below: Vec<Relation>, dictionary: &Dictionary) -> Checked<Relation> {
    check_expressions(plan, schema, dictionary)?;
    let columns: Vec<Meaning> = below.iter().flat_map(|input| input.columns.iter().copied()).collect();
    let mut below = below.into_iter();
    let made = match (plan, below.next(), below.next()) {
        (LogicalPlan::TableScan(scan), None, None) if scan.fetch.is_none() => table(scan, dictionary),
        (LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_), None, None) => Ok(public(plan.schema())),
        (LogicalPlan::SubqueryAlias(_) | LogicalPlan::Sort(Sort { fetch: None, .. }), Some(input), None) => Ok(input),
        (LogicalPlan::Filter(_), Some(input), None) => filtered(input),
        (LogicalPlan::Projection(projection), Some(input), None) => Ok(projected(projection, &input)),
        (LogicalPlan::Unnest(unnest), Some(input), None) => unnested(unnest, &input),
        (LogicalPlan::Aggregate(aggregate), Some(input), None) => grouped(aggregate, &input, dictionary),
        (LogicalPlan::Window(window), Some(input), None) => windowed(window, input),
        (LogicalPlan::Distinct(distinct), Some(input), None) => made_distinct(distinct, input),
        (LogicalPlan::Join(join), Some(left), Some(right)) => joins::joined(join, &left, &right),
        (LogicalPlan::Union(_), Some(first), second) => united(first, second.into_iter().chain(below)),
        _ => Err(refused_node(plan)),
    }?;
    names::check(plan, schema, columns).map(|()| made)
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
        (CATALOG, VIEWS, CODES | COMMENTS) => Ok(public(&scan.projected_schema)),
        (CATALOG, STORED, "aliases") => of(Kind::Aliases, &|column| match column {
            "alias" => Meaning::StoredPerson,
            "person" => Meaning::AliasedPerson,
            "cohort" => Meaning::AliasedCohort,
            _ => Meaning::Other,
        }),
        (CATALOG, STORED, table) if stored(table).is_some() => of(Kind::Personal, &|column| match column {
            "person" => Meaning::StoredPerson,
            "cohort" => Meaning::StoredCohort(Tables::one(dictionary, table)),
            name if is_name(dictionary, table, name) => Meaning::Name,
            _ => Meaning::Other,
        }),
        _ => Err(refuse(
            &format!("table {}", scan.table_name),
            "its rows belong to no person and it is not part of the dictionary",
            "use the views and the table codes",
        )),
    }
}

/// Whether a column holds keyed digests.
fn is_name(dictionary: &Dictionary, table: &str, column: &str) -> bool {
    let column = dictionary.table(table).and_then(|table| table.column(column));
    column.is_some_and(|column| column.treatment == Treatment::Pseudonymise)
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
            match (meaning(&call.args[0], schema, input), meaning(&call.args[1], schema, input)) {
                (Meaning::AliasedPerson, Meaning::StoredPerson) => Meaning::Person,
                (Meaning::AliasedCohort, of_record @ Meaning::StoredCohort(_)) => of_record,
                _ => Meaning::Other,
            }
        }
        _ => Meaning::Other,
    }
}

/// Some records of a person may be gone.
fn filtered(input: Relation) -> Checked<Relation> {
    no_bare_aliases(&input)?;
    let columns = input.columns.into_iter().map(of_some_records).collect();
    Ok(Relation { kind: input.kind, columns })
}

fn of_some_records(meaning: Meaning) -> Meaning {
    if matches!(meaning, Meaning::StoredCohort(_)) { Meaning::Other } else { meaning }
}

/// An empty list takes its row away.
fn unnested(unnest: &Unnest, input: &Relation) -> Checked<Relation> {
    no_bare_aliases(input)?;
    let opened: Vec<_> =
        unnest.exec_columns.iter().filter_map(|c| unnest.input.schema().maybe_index_of_column(c)).collect();
    let kept = |at: &usize| if opened.contains(at) { Meaning::Other } else { of_some_records(input.columns[*at]) };
    Ok(Relation { kind: input.kind, columns: unnest.dependency_indices.iter().map(kept).collect() })
}

fn grouped(aggregate: &Aggregate, input: &Relation, dictionary: &Dictionary) -> Checked<Relation> {
    no_bare_aliases(input)?;
    let schema = aggregate.input.schema();
    let keys: Vec<_> = aggregate.group_expr.iter().map(|key| meaning(key, schema, input)).collect();
    if input.kind == Kind::Personal && !keys.contains(&Meaning::Person) {
        return Err(refuse("an aggregate", "its groups hold several persons", "put person into GROUP BY"));
    }
    // Any other key would split the records of a person into several groups.
    let whole_persons = keys.iter().all(|key| matches!(key, Meaning::Person | Meaning::Cohort));
    let values = aggregate.aggr_expr.iter().map(|value| match smallest(value, schema, input) {
        Some(Meaning::Cohort) if whole_persons => Meaning::Cohort,
        Some(Meaning::StoredCohort(of)) if whole_persons && of.are_whole_populations(dictionary) => Meaning::Cohort,
        _ => Meaning::Other,
    });
    let columns = keys.iter().copied().chain(values).collect();
    Ok(Relation { kind: input.kind, columns })
}

/// What an aggregate is the smallest of, over all records of one person.
fn smallest(value: &Expr, schema: &DFSchema, input: &Relation) -> Option<Meaning> {
    match value {
        Expr::Alias(alias) => smallest(&alias.expr, schema, input),
        Expr::AggregateFunction(call) if call.func.name() == "min" && call.params.filter.is_none() => {
            let [argument] = &call.params.args[..] else { return None };
            Some(meaning(argument, schema, input))
        }
        _ => None,
    }
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
        let same = |(a, b)| match (a, b) {
            (Meaning::StoredCohort(a), Meaning::StoredCohort(b)) => Meaning::StoredCohort(a.and(b)),
            (a, b) if a == b => a,
            (a, b) if a.names() || b.names() => Meaning::Name,
            _ => Meaning::Other,
        };
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
    WarehouseError::NotPersonLocal {
        node: node.to_owned(),
        place: String::new(),
        reason: reason.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// Adds where in the plan a refusal is, unless that is known. A frame is public, and its plan holds no stored value.
fn at_place(error: WarehouseError, plan: &LogicalPlan) -> WarehouseError {
    match error {
        WarehouseError::NotPersonLocal { node, place, reason, remedy } if place.is_empty() => {
            let text = plan.display().to_string();
            let text = text.trim_end_matches([':', ' ']);
            let short: String = text.chars().take(LONGEST_PLACE).collect();
            let place = if short.len() < text.len() { format!("{short}…") } else { short };
            WarehouseError::NotPersonLocal { node, place, reason, remedy }
        }
        other => other,
    }
}

//! Queries over two views or more: joins, operations on sets, common table expressions, subqueries.

use super::catalog::{Field, Relation, Shape};
use super::dice::Dice;
use super::predicates::predicate;
use super::query::{Query, filter, named, source};
use super::single::grouped;
use super::terms::{Term, aggregate, is_scalar, plain, term};

/// Domains that join views row by row or nearly so. A join over codes would pair thousands with thousands.
const KEYS: [&str; 3] = ["person", "record", "case_reference"];

/// One field of the first relation, and a relation that has a field to be equal to it, with its name.
struct Link<'a> {
    left: Field,
    right: &'a Relation,
    key: String,
}

fn link<'a>(dice: &mut Dice, fields: &[Field], relations: &'a [Relation]) -> Option<Link<'a>> {
    let mut links = Vec::new();
    for field in fields.iter().filter(|field| field.shape == Shape::Text) {
        for relation in relations {
            // The views of countries and regions have one row for each, called as their key.
            let listed = ["country", "region"].into_iter().find(|key| {
                field.domain == *key && ["countries", "regions"].contains(&relation.name.as_str()) && relation.has(key)
            });
            let key = KEYS.into_iter().find(|key| field.domain == *key && relation.has(key)).or(listed);
            links.extend(key.map(|key| (field, relation, key)));
        }
    }
    // Keys of rows are rarer than countries, and more telling.
    let rows: Vec<_> = links.iter().filter(|(_, _, key)| KEYS.contains(key)).copied().collect();
    let links = if !rows.is_empty() && dice.percent(75) { rows } else { links };
    let (left, right, key) = links.get(dice.below(links.len().max(1)))?;
    Some(Link { left: (*left).clone(), right, key: (*key).to_owned() })
}

/// Two views side by side, with the fields of both.
fn joined(dice: &mut Dice, relations: &[Relation]) -> (String, Vec<Field>, bool) {
    loop {
        let (relation, mut fields) = source(dice, relations, "a");
        let Some(Link { left, right, key }) = link(dice, &fields, relations) else { continue };
        let others = right.fields_with("b", &left.domain, &left.values[0], dice);
        fields.extend(others);
        let side = *dice.pick(&["JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
        let extra = if dice.percent(30) { format!(" AND {}", predicate(dice, &fields, 1)) } else { String::new() };
        let from = format!("{} AS a {side} {} AS b ON {} = b.{key}{extra}", relation.name, right.name, left.sql);
        return (from, fields, relation.large || right.large);
    }
}

/// Rows or groups of two views.
pub(super) fn join(dice: &mut Dice, relations: &[Relation]) -> Query {
    let (from, fields, many) = joined(dice, relations);
    if dice.percent(50) {
        let keys: Vec<Term> = (0..dice.below(3)).map(|_| plain(dice, &fields)).collect();
        let (sql, columns) = grouped(dice, &keys, &fields, &from);
        return Query::new("join, grouped", sql).ordered(columns, many, dice);
    }
    let terms: Vec<Term> = (0..dice.within(2, 4)).map(|_| term(dice, &fields)).collect();
    let sql = format!("SELECT {} FROM {from}{}", named(&terms), filter(dice, &fields, 2));
    Query::new("join", sql).ordered(terms.len(), many, dice)
}

/// Rows of two or three views in one.
///
/// EXCEPT ALL and INTERSECT ALL are left out: DataFusion answers them as if rows that are equal stood once on one side
/// (`{1, 1, 1} EXCEPT ALL {1}` is empty there, and `{1, 1, 1} INTERSECT ALL {1}` is `{1, 1, 1}`).
pub(super) fn sets(dice: &mut Dice, relations: &[Relation]) -> Query {
    let (first, fields) = source(dice, relations, "t");
    let scalar: Vec<Field> = fields.iter().filter(|field| is_scalar(field)).cloned().collect();
    let lead = dice.pick(&scalar).clone();
    let fit: Vec<&Relation> = relations.iter().filter(|relation| relation.has(&lead.domain)).collect();
    let mut many = first.large;
    let mut sql = one_column(dice, first, &fields, &lead.domain);
    for _ in 0..dice.within(1, 2) {
        let other = *dice.pick(&fit);
        let fields = other.fields_with("t", &lead.domain, &lead.values[0], dice);
        let operation = dice.pick(&["UNION", "UNION ALL", "EXCEPT", "INTERSECT", "INTERSECT"]);
        sql = format!("({sql}) {operation} ({})", one_column(dice, other, &fields, &lead.domain));
        many |= other.large;
    }
    Query::new("sets", sql).ordered(1, many, dice)
}

/// A column of a domain that may have several.
fn one_column(dice: &mut Dice, relation: &Relation, fields: &[Field], domain: &str) -> String {
    let fit: Vec<&Field> = fields.iter().filter(|field| field.domain == domain && is_scalar(field)).collect();
    let column = if fit.is_empty() { "NULL".into() } else { dice.pick(&fit).sql.clone() };
    format!("SELECT {column} AS c1 FROM {} AS t{}", relation.name, filter(dice, fields, 2))
}

/// Counts of one view beside counts of another, by a common key.
pub(super) fn common_tables(dice: &mut Dice, relations: &[Relation]) -> Query {
    loop {
        let (relation, fields) = source(dice, relations, "t");
        let Some(Link { left, right, key }) = link(dice, &fields, relations) else { continue };
        let others = right.fields_with("t", &left.domain, &left.values[0], dice);
        let (one, other) = (aggregate(dice, &fields), aggregate(dice, &others));
        let side = *dice.pick(&["JOIN", "LEFT JOIN", "FULL JOIN"]);
        let answer = match dice.below(3) {
            0 => "coalesce(one.k, other.k) AS c1, one.n AS c2, other.n AS c3".to_owned(),
            1 => "count(*) AS c1, count(one.n) AS c2, count(DISTINCT other.n) AS c3".to_owned(),
            _ => "min(one.n) AS c1, max(other.n) AS c2, count(other.k) AS c3".to_owned(),
        };
        let sql = format!(
            "WITH one AS (SELECT {} AS k, {} AS n FROM {} AS t{} GROUP BY {0}), \
             other AS (SELECT t.{key} AS k, {} AS n FROM {} AS t{} GROUP BY t.{key}) \
             SELECT {answer} FROM one {side} other ON one.k = other.k",
            left.sql,
            one.sql,
            relation.name,
            filter(dice, &fields, 2),
            other.sql,
            right.name,
            filter(dice, &others, 2),
        );
        return Query::new("common tables", sql).ordered(3, relation.large || right.large, dice);
    }
}

/// Rows of one view of which another has, or has not, something to say.
pub(super) fn subquery(dice: &mut Dice, relations: &[Relation]) -> Query {
    loop {
        let (relation, fields) = source(dice, relations, "a");
        let Some(Link { left, right, key }) = link(dice, &fields, relations) else { continue };
        let others = right.fields_with("b", &left.domain, &left.values[0], dice);
        let (left, name) = (left.sql, &right.name);
        let condition = predicate(dice, &others, 2);
        let not = if dice.percent(35) { "NOT " } else { "" };
        let (kind, test) = match dice.below(2) {
            0 => ("in", format!("{left} {not}IN (SELECT b.{key} FROM {name} AS b WHERE {condition})")),
            _ => ("exists", format!("{not}EXISTS (SELECT 1 FROM {name} AS b WHERE b.{key} = {left} AND {condition})")),
        };
        let also = if dice.percent(50) { format!(" AND {}", predicate(dice, &fields, 1)) } else { String::new() };
        let terms: Vec<Term> = (0..dice.within(1, 3)).map(|_| plain(dice, &fields)).collect();
        let sql = format!("SELECT {} FROM {} AS a WHERE {test}{also}", named(&terms), relation.name);
        return Query::new(kind, sql).ordered(terms.len(), relation.large, dice);
    }
}

/// A number of another view beside each row: one for all rows, or one for each.
pub(super) fn scalar_subquery(dice: &mut Dice, relations: &[Relation]) -> Query {
    loop {
        let (relation, fields) = source(dice, relations, "a");
        let Some(Link { left, right, key }) = link(dice, &fields, relations) else { continue };
        let others = right.fields_with("b", &left.domain, &left.values[0], dice);
        let own = plain(dice, &fields).sql;
        let value = aggregate(dice, &others).sql;
        let correlated = dice.percent(60);
        let tie = if correlated { format!("b.{key} = {} AND ", left.sql) } else { String::new() };
        let inner = format!("(SELECT {value} FROM {} AS b WHERE {tie}{})", right.name, predicate(dice, &others, 1));
        let kind = if correlated { "scalar, correlated" } else { "scalar" };
        let sql = format!("SELECT {own} AS c1, {inner} AS c2 FROM {} AS a{}", relation.name, filter(dice, &fields, 2));
        return Query::new(kind, sql).ordered(2, relation.large, dice);
    }
}

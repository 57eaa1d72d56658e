//! Queries over one view.

use super::catalog::{Field, Relation, Shape};
use super::dice::Dice;
use super::predicates::{predicate, text};
use super::query::{Query, filter, named, source};
use super::terms::{Term, aggregate, is_scalar, joined, number_term, plain, term};

/// All rows of a view.
pub(super) fn whole(relation: &Relation) -> Query {
    Query::new("whole view", format!("SELECT * FROM {}", relation.name))
}

/// Columns and expressions of rows that fit.
pub(super) fn listing(dice: &mut Dice, relations: &[Relation]) -> Query {
    let (relation, fields) = source(dice, relations, "t");
    let terms: Vec<Term> = (0..dice.within(1, 5)).map(|_| term(dice, &fields)).collect();
    let sql = format!("SELECT {} FROM {} AS t{}", named(&terms), relation.name, filter(dice, &fields, 3));
    Query::new("listing", sql).ordered(terms.len(), relation.large, dice)
}

/// Different values of rows that fit.
pub(super) fn distinct(dice: &mut Dice, relations: &[Relation]) -> Query {
    let (relation, fields) = source(dice, relations, "t");
    let terms: Vec<Term> = (0..dice.within(1, 3)).map(|_| term(dice, &fields)).collect();
    let sql = format!("SELECT DISTINCT {} FROM {} AS t{}", named(&terms), relation.name, filter(dice, &fields, 2));
    Query::new("distinct", sql).ordered(terms.len(), relation.large, dice)
}

/// Groups of none to three keys, with HAVING.
pub(super) fn grouping(dice: &mut Dice, relations: &[Relation]) -> Query {
    let (relation, fields) = source(dice, relations, "t");
    let keys: Vec<Term> = (0..dice.below(4)).map(|_| key(dice, &fields)).collect();
    let (sql, columns) = grouped(dice, &keys, &fields, &format!("{} AS t", relation.name));
    Query::new("grouping", sql).ordered(columns, relation.large, dice)
}

/// Something to group by: mostly a column.
fn key(dice: &mut Dice, fields: &[Field]) -> Term {
    if dice.percent(75) { plain(dice, fields) } else { term(dice, fields) }
}

/// A grouped SELECT of something, and how many columns it has.
pub(super) fn grouped(dice: &mut Dice, keys: &[Term], fields: &[Field], from: &str) -> (String, usize) {
    let mut terms = keys.to_vec();
    terms.extend((0..dice.within(1, 4)).map(|_| aggregate(dice, fields)));
    if dice.percent(12) {
        terms.push(joined(dice, fields));
    }
    let mut sql = format!("SELECT {} FROM {from}{}", named(&terms), filter(dice, fields, 2));
    if !keys.is_empty() {
        let keys: Vec<&str> = keys.iter().map(|key| key.sql.as_str()).collect();
        sql += " GROUP BY ";
        sql += &keys.join(", ");
        if dice.percent(30) {
            sql.push_str(&having(dice, fields));
        }
    }
    (sql, terms.len())
}

fn having(dice: &mut Dice, fields: &[Field]) -> String {
    let over = aggregate(dice, fields);
    match dice.below(4) {
        0 => format!(" HAVING {} IS NOT NULL", over.sql),
        1 if over.shape == Shape::Number => format!(" HAVING {} >= {}", over.sql, dice.within(0, 2)),
        2 => format!(" HAVING bool_or({}) OR count(*) > 3", predicate(dice, fields, 1)),
        _ => format!(" HAVING count(*) {} {}", dice.pick(&[">=", "<", "<>"]), dice.within(1, 5)),
    }
}

/// Groups of several depths at once.
pub(super) fn grouping_sets(dice: &mut Dice, relations: &[Relation]) -> Query {
    let (relation, fields) = source(dice, relations, "t");
    // Few groups and no ORDER BY: of a column that has one value in all rows DataFusion forgets that the sets add NULL to it,
    // and leaves it out of the order.
    let coded = |field: &&Field| is_scalar(field) && !["person", "record", "case_reference"].contains(&&*field.domain);
    let coded: Vec<Field> = fields.iter().filter(coded).cloned().collect();
    let keys: Vec<String> = dice.some(&coded, 2).into_iter().map(|field| field.sql.clone()).collect();
    let listed = keys.join(", ");
    let sets = match dice.below(4) {
        0 => format!("ROLLUP ({listed})"),
        1 => format!("CUBE ({listed})"),
        2 => format!("GROUPING SETS (({listed}), ({}), ())", keys[0]),
        _ => format!("GROUPING SETS (({}), ())", keys.last().expect("a view has two columns")),
    };
    let keys = if sets.starts_with("GROUPING SETS") && !sets.contains(&keys[0]) { keys[1..].to_vec() } else { keys };
    let level = keys.iter().map(|key| Term { sql: format!("grouping({key})"), shape: Shape::Number });
    let shown = keys.iter().map(|key| Term { sql: key.clone(), shape: Shape::Text });
    let aggregates = (0..dice.within(1, 2)).map(|_| aggregate(dice, &fields)).collect::<Vec<_>>();
    let terms: Vec<Term> = shown.chain(level).chain(aggregates).collect();
    let condition = filter(dice, &fields, 2);
    let sql = format!("SELECT {} FROM {} AS t{condition} GROUP BY {sets}", named(&terms), relation.name);
    Query::new("grouping sets", sql)
}

/// A query over the answer of a query.
pub(super) fn nested(dice: &mut Dice, relations: &[Relation]) -> Query {
    let (relation, fields) = source(dice, relations, "t");
    let keys: Vec<Term> = (0..dice.within(1, 2)).map(|_| key(dice, &fields)).collect();
    let (inner, columns) = grouped(dice, &keys, &fields, &format!("{} AS t", relation.name));
    let outer = match dice.below(3) {
        0 => "count(*) AS c1, count(DISTINCT q.c1) AS c2".to_owned(),
        1 => format!("count(q.c{columns}) AS c1, min(q.c{columns}) AS c2"),
        _ => format!("max(q.c{columns}) AS c1, count(*) FILTER (WHERE q.c1 IS NULL) AS c2"),
    };
    let sql = if dice.percent(50) {
        format!("SELECT {outer} FROM ({inner}) AS q")
    } else {
        let again = "SELECT q.c1 AS c1, count(*) AS c2";
        format!("{again} FROM ({inner}) AS q WHERE q.c{columns} IS NOT NULL GROUP BY q.c1")
    };
    Query::new("nested", sql).ordered(2, false, dice)
}

/// The items of a list as rows.
pub(super) fn unnested(dice: &mut Dice, relations: &[Relation]) -> Query {
    let with_lists: Vec<&Relation> = relations.iter().filter(|relation| relation.has_lists()).collect();
    let relation = *dice.pick(&with_lists);
    let fields = relation.fields("t", dice);
    let lists: Vec<Field> = fields.iter().filter(|f| matches!(f.shape, Shape::List | Shape::Places)).cloned().collect();
    let (list, rest) = (dice.pick(&lists).clone(), term(dice, &fields));
    let part = *dice.pick(&["role", "basis", "country", "region"]);
    let item = if list.shape == Shape::Places { format!("u.item['{part}']") } else { "u.item".into() };
    let condition = filter(dice, &fields, 2);
    let rows =
        format!("SELECT {} AS c1, unnest({}) AS item FROM {} AS t{condition}", rest.sql, list.sql, relation.name);
    let items = list.values.iter().filter_map(|value| value.as_array()?.first());
    let known = items.map(|item| if item.is_object() { text(&item[part]) } else { text(item) }).next();
    let sql = match dice.below(3) {
        0 => format!(
            "SELECT {item} AS c1, count(*) AS c2, count(DISTINCT u.c1) AS c3 FROM ({rows}) AS u GROUP BY {item}"
        ),
        1 => format!("SELECT u.c1 AS c1, count({item}) AS c2, max({item}) AS c3 FROM ({rows}) AS u GROUP BY u.c1"),
        _ => format!(
            "SELECT u.c1 AS c1, {item} AS c2, 1 AS c3 FROM ({rows}) AS u WHERE {item} <> '{}'",
            known.unwrap_or("missing")
        ),
    };
    Query::new("unnest", sql).ordered(3, relation.large, dice)
}

/// Values over a window of rows whose order is total, because the rows are different.
pub(super) fn windowed(dice: &mut Dice, relations: &[Relation]) -> Query {
    let (relation, fields) = source(dice, relations, "t");
    let scalar: Vec<Field> = fields.iter().filter(|field| is_scalar(field)).cloned().collect();
    let mut base: Vec<Term> = dice
        .some(&scalar, dice_width(&scalar))
        .into_iter()
        .map(|field| Term { sql: field.sql.clone(), shape: field.shape })
        .collect();
    base.push(Term { sql: number_term(dice, &fields), shape: Shape::Number });
    let width = base.len();
    let condition = filter(dice, &fields, 2);
    let rows = format!("SELECT DISTINCT {} FROM {} AS t{condition}", named(&base), relation.name);
    let shown = (1..=width).map(|column| format!("w.c{column} AS c{column}")).collect::<Vec<_>>().join(", ");
    let over = (1..=dice.within(1, 2)).map(|more| format!("{} AS c{}", over(dice, width), width + more));
    let over: Vec<String> = over.collect();
    let sql = format!("SELECT {shown}, {} FROM ({rows}) AS w", over.join(", "));
    Query::new("window", sql).ordered(width + over.len(), relation.large, dice)
}

fn dice_width(fields: &[Field]) -> usize {
    fields.len().min(3)
}

/// A window function over rows of so many columns, the last of which is a number.
fn over(dice: &mut Dice, width: usize) -> String {
    let order: Vec<String> = (2..=width)
        .map(|column| format!("w.c{column} {}", dice.pick(&["NULLS FIRST", "DESC NULLS LAST", "NULLS LAST"])))
        .chain(["w.c1 NULLS LAST".to_owned()])
        .collect();
    let (total, part) = (order.join(", "), if dice.percent(60) { "PARTITION BY w.c1 " } else { "" });
    let frame = *dice.pick(&[
        "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
        "ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING",
        "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
    ]);
    match dice.below(11) {
        0 | 1 => format!("row_number() OVER ({part}ORDER BY {total})"),
        2 => format!("rank() OVER ({part}ORDER BY w.c{width} NULLS FIRST)"),
        3 => format!("dense_rank() OVER ({part}ORDER BY w.c2 DESC NULLS LAST)"),
        4 => format!("lag(w.c2, {}) OVER ({part}ORDER BY {total})", dice.within(1, 2)),
        5 => format!("lead(w.c1) OVER (ORDER BY {total})"),
        6 => format!("sum(w.c{width}) OVER ({part}ORDER BY {total} {frame})"),
        7 => format!("count(w.c2) OVER ({part}ORDER BY w.c{width} NULLS LAST)"),
        8 => format!("max(w.c2) OVER ({part}ORDER BY {total} {frame})"),
        9 => format!("first_value(w.c2) OVER ({part}ORDER BY {total})"),
        _ => format!("ntile({}) OVER ({part}ORDER BY {total})", dice.within(2, 4)),
    }
}

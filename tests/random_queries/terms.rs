//! What stands in a SELECT list: values of one row, and values over many.
//!
//! `{div}` stands for the division of whole numbers; the two engines write it differently.

use super::catalog::{Field, Shape};
use super::dice::Dice;
use super::predicates::{number, predicate, quoted, text};

/// A value, and what can be done with it.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) sql: String,
    pub(super) shape: Shape,
}

/// A value of one row that can be put in an order.
pub(super) fn term(dice: &mut Dice, fields: &[Field]) -> Term {
    match dice.below(10) {
        0..=3 => plain(dice, fields),
        4..=6 => Term { sql: text_term(dice, fields), shape: Shape::Text },
        7 | 8 => Term { sql: number_term(dice, fields), shape: Shape::Number },
        // A truth value has no other use than to be shown, compared and counted, as text has.
        _ => Term { sql: format!("({})", predicate(dice, fields, 1)), shape: Shape::Text },
    }
}

/// A column as it is; a list now and then.
pub(super) fn plain(dice: &mut Dice, fields: &[Field]) -> Term {
    let lists = dice.percent(25);
    let fit: Vec<&Field> = fields.iter().filter(|f| lists && f.shape == Shape::List || is_scalar(f)).collect();
    let field = *dice.pick(&fit);
    Term { sql: field.sql.clone(), shape: field.shape }
}

/// Whether the field is one text or one number.
pub(super) fn is_scalar(field: &Field) -> bool {
    matches!(field.shape, Shape::Text | Shape::Number)
}

fn of_shape<'a>(dice: &mut Dice, fields: &'a [Field], shape: Shape) -> Option<&'a Field> {
    let fit: Vec<&Field> = fields.iter().filter(|field| field.shape == shape).collect();
    (!fit.is_empty()).then(|| *dice.pick(&fit))
}

/// A text made of some of the fields.
pub(super) fn text_term(dice: &mut Dice, fields: &[Field]) -> String {
    let one = of_shape(dice, fields, Shape::Text).expect("every view has text");
    let other = &of_shape(dice, fields, Shape::Text).expect("every view has text").sql;
    let (sql, here, there) = (&one.sql, quoted(text(&one.values[0])), quoted(text(&one.values[1])));
    if dice.percent(15) {
        if let Some(list) = of_shape(dice, fields, Shape::List) {
            let at = dice.within(1, 3);
            return if dice.percent(50) {
                format!("{}[{at}]", list.sql)
            } else {
                format!("array_to_string({}, '+')", list.sql)
            };
        }
        if let Some(places) = of_shape(dice, fields, Shape::Places) {
            return format!("{}[{}]['country']", places.sql, dice.within(1, 3));
        }
    }
    match dice.below(16) {
        0 => format!("upper({sql})"),
        1 => format!("substr({sql}, {}, {})", dice.within(1, 3), dice.within(1, 4)),
        2 => format!("coalesce({sql}, {other}, 'none')"),
        3 => format!("nullif({sql}, {here})"),
        4 => format!("{sql} || '-' || {other}"),
        5 => format!("concat_ws('/', {sql}, {other})"),
        6 => format!("replace({sql}, '_', '-')"),
        7 => format!("CASE {sql} WHEN {here} THEN 'here' WHEN {there} THEN 'there' END"),
        8 => format!("CASE WHEN {} THEN {sql} ELSE {other} END", predicate(dice, fields, 1)),
        9 => format!("CASE WHEN {sql} IN ({here}, {there}) THEN {sql} ELSE 'other' END"),
        10 => format!("split_part({sql}, '_', {})", dice.within(1, 2)),
        11 => format!("greatest({sql}, {other})"),
        12 => format!("least({sql}, {here})"),
        13 => format!("right({sql}, {})", dice.within(1, 5)),
        14 => format!("trim(left({sql}, 3))"),
        // Not the CAST alone: DataFusion gives `max(n)` and `max(CAST(n AS VARCHAR))` one name, and refuses the two together.
        _ => format!("CAST({} AS VARCHAR) || ''", number_term(dice, fields)),
    }
}

/// A whole number made of some of the fields.
pub(super) fn number_term(dice: &mut Dice, fields: &[Field]) -> String {
    let some_text = &of_shape(dice, fields, Shape::Text).expect("every view has text").sql.clone();
    if dice.percent(20) {
        let list = of_shape(dice, fields, Shape::List).or(of_shape(dice, fields, Shape::Places));
        if let Some(list) = list {
            return format!("CAST(cardinality({}) AS BIGINT)", list.sql);
        }
    }
    let Some(one) = of_shape(dice, fields, Shape::Number) else {
        return match dice.below(3) {
            0 => format!("CAST(character_length({some_text}) AS BIGINT)"),
            1 => format!("CAST(strpos({some_text}, 'a') AS BIGINT)"),
            _ => format!("CASE WHEN {} THEN 1 ELSE 0 END", predicate(dice, fields, 1)),
        };
    };
    // A year fits into 16 bits, but what is made of it may not.
    let (sql, value) = (format!("CAST({} AS BIGINT)", one.sql), number(&one.values[0]));
    let small = dice.within(2, 9);
    match dice.below(10) {
        0 => format!("{sql} + {small}"),
        1 => format!("({sql} - {value})"),
        2 => format!("{sql} * {small}"),
        3 => format!("{sql} {{div}} {small}"),
        4 => format!("{sql} % {small}"),
        5 => format!("abs({sql} - {})", value + small as i64),
        6 => format!("coalesce({sql}, -1)"),
        7 => format!("nullif({sql}, {value})"),
        8 => format!("CASE WHEN {} THEN {sql} ELSE 0 END", predicate(dice, fields, 1)),
        _ => format!("greatest({sql}, {value})"),
    }
}

/// A value over many rows that does not depend on the order in which they come.
pub(super) fn aggregate(dice: &mut Dice, fields: &[Field]) -> Term {
    let (sql, shape) = match dice.below(13) {
        0 | 1 => ("count(*)".into(), Shape::Number),
        2 => (format!("count({})", term(dice, fields).sql), Shape::Number),
        3 | 4 => (format!("count(DISTINCT {})", term(dice, fields).sql), Shape::Number),
        5 => (format!("sum({})", number_term(dice, fields)), Shape::Number),
        6 => (format!("sum(DISTINCT {})", number_term(dice, fields)), Shape::Number),
        7 => (format!("min({})", text_term(dice, fields)), Shape::Text),
        8 => (format!("max({})", text_term(dice, fields)), Shape::Text),
        9 => (format!("max({})", number_term(dice, fields)), Shape::Number),
        10 => (format!("avg({})", number_term(dice, fields)), Shape::Number),
        11 => (format!("bool_or({})", predicate(dice, fields, 1)), Shape::Text),
        _ => (format!("bool_and({})", predicate(dice, fields, 1)), Shape::Text),
    };
    let filter =
        if dice.percent(20) { format!(" FILTER (WHERE {})", predicate(dice, fields, 1)) } else { String::new() };
    Term { sql: format!("{sql}{filter}"), shape }
}

/// All different texts of a group, in their order. DataFusion refuses a SELECT with two such orders.
pub(super) fn joined(dice: &mut Dice, fields: &[Field]) -> Term {
    let texts: Vec<&Field> = fields.iter().filter(|field| field.shape == Shape::Text).collect();
    let sql = &dice.pick(&texts).sql;
    Term { sql: format!("string_agg(DISTINCT {sql}, ',' ORDER BY {sql})"), shape: Shape::Text }
}

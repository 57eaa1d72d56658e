//! Conditions in the three values of SQL's logic: true, false, unknown.
//!
//! Most hold for the row that a query is made around, so that most answers have rows.

use serde_json::Value;

use super::catalog::{Field, Shape};
use super::dice::Dice;

/// A condition over some of the fields, at most so deep.
pub(super) fn predicate(dice: &mut Dice, fields: &[Field], depth: usize) -> String {
    if depth == 0 || dice.percent(40) {
        let field = dice.pick(fields).clone();
        return atom(dice, &field, fields);
    }
    let one = predicate(dice, fields, depth - 1);
    let other = predicate(dice, fields, depth - 1);
    match dice.below(12) {
        0..=3 => format!("({one} AND {other})"),
        4..=7 => format!("({one} OR {other})"),
        8 => format!("NOT ({one})"),
        9 => format!("(({one}) IS {})", dice.pick(&["TRUE", "NOT FALSE", "NOT NULL", "NOT TRUE", "FALSE", "NULL"])),
        10 => format!("(NOT ({one} AND {other}))"),
        _ => format!("CASE WHEN {one} THEN {other} ELSE {} END", predicate(dice, fields, 0)),
    }
}

/// A condition on one field.
fn atom(dice: &mut Dice, field: &Field, fields: &[Field]) -> String {
    if dice.percent(8) {
        return format!("{} IS{} NULL", field.sql, if dice.percent(50) { " NOT" } else { "" });
    }
    match field.shape {
        Shape::Text => text_atom(dice, field, fields),
        Shape::Number => number_atom(dice, field, fields),
        Shape::List => list_atom(dice, field),
        Shape::Places => places_atom(dice, field),
    }
}

fn text_atom(dice: &mut Dice, field: &Field, fields: &[Field]) -> String {
    let (sql, value, other) = (&field.sql, text(&field.values[0]), text(&field.values[1]));
    let (here, there) = (quoted(value), quoted(other));
    let few: Vec<String> = field.values.iter().map(|value| quoted(text(value))).collect();
    let few = few.join(", ");
    match dice.below(18) {
        0 | 1 => format!("{sql} = {here}"),
        2 => format!("{sql} <> {there}"),
        3 | 4 => format!("{sql} IN ({few})"),
        5 => format!("{sql} NOT IN ({there}, 'none')"),
        6 => format!("{sql} >= {}", quoted(value.min(other))),
        7 => format!("{sql} < {there}"),
        8 => format!("{sql} BETWEEN {} AND {}", quoted(value.min(other)), quoted(value.max(other))),
        9 => format!("{sql} NOT BETWEEN {there} AND {there}"),
        10 => format!("{sql} LIKE {}", quoted(&format!("{}%", start(value, dice.within(1, 4))))),
        11 => format!("{sql} LIKE {}", quoted(&format!("%{}%", middle(value)))),
        12 => format!("{sql} NOT LIKE {}", quoted(&format!("%{}", middle(other)))),
        // In brackets, because DataFusion reads `a IS DISTINCT FROM b AND c` as `a IS DISTINCT FROM (b AND c)`.
        13 => format!("({sql} IS DISTINCT FROM {there})"),
        14 => format!("({sql} IS NOT DISTINCT FROM {here})"),
        15 => format!("character_length({sql}) >= {}", value.chars().count()),
        16 => format!("lower({sql}) IN ({few}, NULL)"),
        _ => {
            let alike: Vec<&Field> = fields.iter().filter(|other| other.shape == Shape::Text).collect();
            format!("{sql} {} {}", dice.pick(&["=", "<>", "<", ">="]), dice.pick(&alike).sql)
        }
    }
}

fn number_atom(dice: &mut Dice, field: &Field, fields: &[Field]) -> String {
    let sql = &field.sql;
    let (value, other) = (number(&field.values[0]), number(&field.values[1]));
    match dice.below(10) {
        0 => format!("{sql} = {value}"),
        1 => format!("{sql} <> {other}"),
        2 => format!("{sql} >= {}", value - dice.below(3) as i64),
        3 => format!("{sql} < {}", value + dice.within(1, 4) as i64),
        4 => format!("{sql} BETWEEN {} AND {}", value.min(other), value.max(other)),
        5 => format!("{sql} IN ({value}, {other}, {})", value + 1),
        6 => format!("{sql} NOT IN ({other}, NULL)"),
        7 => format!("({sql} % 3) = {}", value % 3),
        8 => format!("coalesce({sql}, 0) <= {value}"),
        _ => {
            let alike: Vec<&Field> = fields.iter().filter(|other| other.shape == Shape::Number).collect();
            format!("{sql} {} {} + 1", dice.pick(&["=", "<>", "<", ">="]), dice.pick(&alike).sql)
        }
    }
}

fn list_atom(dice: &mut Dice, field: &Field) -> String {
    let sql = &field.sql;
    let (here, there) = (items(&field.values[0]), items(&field.values[1]));
    let first = quoted(here.first().copied().unwrap_or("missing"));
    let last = quoted(there.last().copied().unwrap_or("unknown"));
    match dice.below(9) {
        0 | 1 => format!("array_has({sql}, {first})"),
        2 => format!("NOT array_has({sql}, {last})"),
        3 => format!("cardinality({sql}) = {}", here.len()),
        4 => format!("cardinality({sql}) >= {}", here.len()),
        5 => format!("array_has_any({sql}, [{first}, {last}])"),
        6 => format!("array_has_all({sql}, [{first}])"),
        7 => format!("({sql}[1] {} {first})", dice.pick(&["=", "<>", "IS NOT DISTINCT FROM", ">="])),
        _ => format!("array_to_string({sql}, ';') LIKE {}", quoted(&format!("%{}%", middle(here.join(";").as_str())))),
    }
}

fn places_atom(dice: &mut Dice, field: &Field) -> String {
    let sql = &field.sql;
    let places = field.values[0].as_array().map_or(&[][..], Vec::as_slice);
    let part = *dice.pick(&["role", "basis", "country", "region"]);
    let value = places.first().map_or("missing", |place| text(&place[part]));
    match dice.below(4) {
        0 => format!("cardinality({sql}) >= {}", places.len()),
        1 => format!("cardinality({sql}) = {}", places.len()),
        2 => format!("{sql}[1]['{part}'] = {}", quoted(value)),
        _ => format!("coalesce({sql}[2]['{part}'], 'none') <> {}", quoted(value)),
    }
}

/// Text as SQL writes it.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The text of a value; a word that no column has when there is none.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("nothing")
}

/// The number of a value; nought when there is none.
pub(super) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

fn items(value: &Value) -> Vec<&str> {
    value.as_array().map_or(vec![], |items| items.iter().map(text).collect())
}

fn start(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}

/// Three letters from within; LIKE reads `_` as any letter, in both engines.
fn middle(text: &str) -> String {
    text.chars().skip(text.chars().count() / 3).take(3).collect()
}

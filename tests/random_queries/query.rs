//! A query as two engines write it, and the parts that every kind of query has.

use super::catalog::{Field, Relation};
use super::dice::Dice;
use super::predicates::predicate;
use super::terms::Term;
use std::fmt::Write as _;

/// What the two engines write differently: the sign in a text, then the words of Panoh's engine and those of DuckDB.
const DIALECT: [(&str, &str, &str); 1] = [("{div}", "/", "//")];

/// One query.
#[derive(Debug)]
pub(super) struct Query {
    /// What is tried by it.
    pub(super) kind: &'static str,
    /// Whether its rows must come in the same order; they are sorted by every column then, so that there is one order.
    pub(super) ordered: bool,
    text: String,
}

impl Query {
    pub(super) fn new(kind: &'static str, text: String) -> Self {
        Self { kind, ordered: false, text }
    }

    /// The query for the engine that is tried.
    pub(super) fn ours(&self) -> String {
        DIALECT.iter().fold(self.text.clone(), |text, (sign, ours, _)| text.replace(sign, ours))
    }

    /// The query for DuckDB.
    pub(super) fn theirs(&self) -> String {
        DIALECT.iter().fold(self.text.clone(), |text, (sign, _, theirs)| text.replace(sign, theirs))
    }

    /// The same with its rows sorted by every column, and only some of them: always when there may be many, else now and
    /// then.
    pub(super) fn ordered(mut self, columns: usize, many: bool, dice: &mut Dice) -> Self {
        if !many && dice.percent(50) {
            return self;
        }
        let mut order: Vec<usize> = (1..=columns).collect();
        let from = dice.below(columns);
        order.rotate_left(from);
        let keys = order.iter().map(|column| {
            // The two engines disagree about where NULL stands by itself.
            let direction = dice.pick(&["NULLS FIRST", "NULLS LAST", "DESC NULLS FIRST", "DESC NULLS LAST"]);
            format!("c{column} {direction}")
        });
        let keys: Vec<String> = keys.collect();
        self.text = format!("SELECT * FROM ({}) AS answer ORDER BY {}", self.text, keys.join(", "));
        if many || dice.percent(60) {
            let _ = write!(self.text, " LIMIT {}", dice.within(1, 60));
        }
        if dice.percent(15) {
            let _ = write!(self.text, " OFFSET {}", dice.within(1, 4));
        }
        self.ordered = true;
        self
    }
}

/// The terms with the names c1, c2, …
pub(super) fn named(terms: &[Term]) -> String {
    let named = terms.iter().enumerate().map(|(at, term)| format!("{} AS c{}", term.sql, at + 1));
    named.collect::<Vec<_>>().join(", ")
}

/// A WHERE over the fields; now and then there is none.
pub(super) fn filter(dice: &mut Dice, fields: &[Field], depth: usize) -> String {
    if dice.percent(12) { String::new() } else { format!(" WHERE {}", predicate(dice, fields, depth)) }
}

/// A view of those that may be asked, with its fields under an alias.
pub(super) fn source<'a>(dice: &mut Dice, relations: &'a [Relation], alias: &str) -> (&'a Relation, Vec<Field>) {
    let relation = dice.pick(relations);
    let fields = relation.fields(alias, dice);
    (relation, fields)
}

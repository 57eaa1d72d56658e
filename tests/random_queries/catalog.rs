//! What a query may speak of: the views of one home with their columns, how many rows each has, and rows of each from
//! which values are taken, so that what is asked for is there.

use panoh_warehouse::{Session, ValueKind, View, views};
use serde_json::Value;

use super::answers::ask;
use super::dice::Dice;

/// Rows of a view that values are taken from.
const SAMPLE: usize = 150;

/// More rows than these are never listed whole.
const MANY: usize = 1_000;

/// What can be done with the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Number,
    /// A list of codes.
    List,
    /// A list of places.
    Places,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    shape: Shape,
    /// Columns of one domain hold values that can be compared with each other: persons, codes of one list, years.
    domain: String,
}

/// A view.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) name: String,
    /// Whether a query must say how many rows of it it wants.
    pub(super) large: bool,
    columns: Vec<Column>,
    sample: Vec<Vec<Value>>,
}

/// A column as a query writes it, with values that it has: first that of the row that the query is made around.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) sql: String,
    pub(super) shape: Shape,
    pub(super) domain: String,
    pub(super) values: Vec<Value>,
}

impl Relation {
    async fn read(session: &Session, view: View) -> Relation {
        let columns: Vec<Column> = view.columns.into_iter().map(|c| column(c.name, &c.kind)).collect();
        let counted = ask(session, &format!("SELECT count(*) AS c FROM {}", view.name)).await;
        let rows = counted.expect("rows are counted")[0]["c"].as_u64().expect("a count") as usize;
        // In the order of the persons, whose pseudonyms are as good as random: so the samples of two views are about the
        // same persons, and what is asked about both is there.
        let plain = |column: &&Column| matches!(column.shape, Shape::Text | Shape::Number);
        let mut order: Vec<&str> = columns.iter().filter(plain).map(|column| column.name.as_str()).collect();
        order.sort_by_key(|name| *name != "person");
        let order = order.join(", ");
        let sql = format!("SELECT * FROM {} ORDER BY {order} LIMIT {SAMPLE}", view.name);
        let sample = ask(session, &sql).await.expect("rows are read");
        let cells = |row: &Value| columns.iter().map(|column| row[&column.name].clone()).collect();
        let sample = sample.iter().map(cells).collect();
        Relation { name: view.name, large: rows > MANY, columns, sample }
    }

    /// The columns under an alias, around one row.
    pub(super) fn fields(&self, alias: &str, dice: &mut Dice) -> Vec<Field> {
        let row = dice.below(self.sample.len());
        self.around(alias, row, dice)
    }

    /// The same around a row that has this value in this domain, when the sample has one.
    pub(super) fn fields_with(&self, alias: &str, domain: &str, value: &Value, dice: &mut Dice) -> Vec<Field> {
        let at = self.columns.iter().position(|column| column.domain == domain);
        let row = at.and_then(|at| self.sample.iter().position(|row| row[at] == *value));
        let row = row.unwrap_or_else(|| dice.below(self.sample.len()));
        self.around(alias, row, dice)
    }

    fn around(&self, alias: &str, row: usize, dice: &mut Dice) -> Vec<Field> {
        let others: Vec<usize> = (0..3).map(|_| dice.below(self.sample.len())).collect();
        let rows: Vec<usize> = [row].into_iter().chain(others).collect();
        let field = |(at, column): (usize, &Column)| Field {
            sql: format!("{alias}.{}", column.name),
            shape: column.shape,
            domain: column.domain.clone(),
            values: rows.iter().map(|row| self.sample[*row][at].clone()).collect(),
        };
        self.columns.iter().enumerate().map(field).collect()
    }

    /// Whether some column of single values has the domain.
    pub(super) fn has(&self, domain: &str) -> bool {
        let single = |column: &&Column| matches!(column.shape, Shape::Text | Shape::Number);
        self.columns.iter().filter(single).any(|column| column.domain == domain)
    }

    /// Whether some column holds lists.
    pub(super) fn has_lists(&self) -> bool {
        self.columns.iter().any(|column| matches!(column.shape, Shape::List | Shape::Places))
    }
}

/// All views that have rows.
pub(super) async fn relations(session: &Session) -> Vec<Relation> {
    let mut relations = Vec::new();
    for view in views().expect("the views are sound") {
        relations.push(Relation::read(session, view).await);
    }
    relations.retain(|relation| !relation.sample.is_empty());
    relations
}

fn column(name: String, kind: &ValueKind) -> Column {
    let (shape, domain) = match kind {
        // What an organisation calls a case has nothing in common with what courts call theirs, but may be asked.
        ValueKind::Pseudonym | ValueKind::Text => (Shape::Text, name.clone()),
        ValueKind::Month => (Shape::Text, "month".into()),
        ValueKind::Code { list } | ValueKind::Outcome { list } => (Shape::Text, list.clone()),
        ValueKind::Year => (Shape::Number, "year".into()),
        ValueKind::Integer | ValueKind::Count | ValueKind::Share => (Shape::Number, "number".into()),
        ValueKind::Codes { list } => (Shape::List, list.clone()),
        ValueKind::Places => (Shape::Places, "places".into()),
    };
    Column { name, shape, domain }
}

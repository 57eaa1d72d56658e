//! Small changes to what clients ask the catalogue, where PostgreSQL's catalogue and ours differ. Each is for a question
//! that a client asks by itself, when it connects or lists; none changes a question about the warehouse.
//!
//! There are no indexes, sequences, defaults, constraints or collations here, so what asks for them may say NULL.

use std::borrow::Cow;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, ArrayElemTypeDef, BinaryOperator, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, Query, Select, Statement, Value, VisitMut as _, VisitorMut, visit_relations,
};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;

use crate::repeated::tell_apart;

/// Columns that hold the name of a function here, and its number in PostgreSQL; "-" is none.
const FUNCTION_COLUMNS: &[&str] = &["typinput", "typoutput", "typreceive", "typsend", "typanalyze"];
/// Columns of tables without rows that PostgreSQL holds as arrays.
const ARRAY_COLUMNS: &[&str] = &["indkey", "indclass", "indoption", "conkey", "confkey"];
/// Columns that hold options and rights, which nothing here has.
const NEVER_SET: &[&str] = &["reloptions", "nspacl"];
/// Tables that say nothing about what is here.
const NOTHING_IN: &[&str] = &["pg_attrdef", "pg_sequence", "pg_collation"];
/// The answer to ADBC's question for constraints.
const NO_CONSTRAINTS: &str = include_str!("../sql/no_constraints.sql");
/// How a query for all rows of a table begins.
pub(crate) const WHOLE_TABLE: &str = include_str!("../sql/whole_table.sql");

/// Makes a statement one that our catalogue understands.
pub(crate) fn adapt(mut statement: Statement) -> Statement {
    if is_for_constraints(&statement)
        && let Ok(Some(nothing)) = Parser::parse_sql(&PostgreSqlDialect {}, NO_CONSTRAINTS).map(|mut all| all.pop())
    {
        return nothing;
    }
    let _ = statement.visit(&mut Adapt);
    statement
}

/// `TABLE x` as the query that it stands for; the parser knows it within a query only.
pub(crate) fn spelled_out(sql: &str) -> Cow<'_, str> {
    match sql.trim_start().split_at_checked(5) {
        Some((word, rest)) if word.eq_ignore_ascii_case("table") && rest.starts_with([' ', '\t', '\n', '\r', '"']) => {
            Cow::Owned([WHOLE_TABLE, rest].concat())
        }
        _ => Cow::Borrowed(sql),
    }
}

struct Adapt;

impl VisitorMut for Adapt {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        if let Some(other) = instead_of(expression) {
            *expression = other;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        tell_apart(select);
        ControlFlow::Continue(())
    }
}

/// What to ask instead; none for what is fine as it is.
fn instead_of(expression: &Expr) -> Option<Expr> {
    match expression {
        // ADBC: `typreceive != 0`.
        Expr::BinaryOp { left, op: op @ (BinaryOperator::Eq | BinaryOperator::NotEq), right }
            if column(left).is_some_and(|name| FUNCTION_COLUMNS.contains(&name)) && is_zero(right) =>
        {
            let none = Box::new(Expr::Value(Value::SingleQuotedString("-".to_owned()).into()));
            Some(Expr::BinaryOp { left: left.clone(), op: op.clone(), right: none })
        }
        // psqlODBC: `indisprimary = 't'`, and the columns of indexes one by one.
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right }
            if column(left).is_some_and(|name| name.starts_with("indis")) && is_text(right, "t") =>
        {
            Some(left.as_ref().clone())
        }
        Expr::CompoundFieldAccess { root, access_chain } if is_array_column(root, access_chain) => {
            Some(null(DataType::Integer(None)))
        }
        // DBeaver: the names of rules.
        Expr::Cast { kind, expr, data_type, .. } if named(data_type, "name") => {
            let (kind, expr, data_type) = (kind.clone(), expr.clone(), DataType::Text);
            Some(Expr::Cast { kind, expr, data_type, array: false, format: None })
        }
        // pgcli: names of the types of arguments, by an array of numbers; then the name of one type, by its number.
        Expr::Cast { data_type, .. } if named(data_type, "regtype[]") => Some(null(list(DataType::Text))),
        Expr::Cast { expr, data_type: DataType::Text, .. } => match expr.as_ref() {
            Expr::Cast { expr: number, data_type, .. } if named(data_type, "regtype") => {
                call("format_type(NULL, NULL)", number)
            }
            _ => None,
        },
        // SQLAlchemy: defaults, identities and collations of columns, options of tables.
        Expr::Subquery(query) if is_about_nothing(query) => Some(null(DataType::Text)),
        Expr::CompoundIdentifier(parts) if parts.last().is_some_and(|name| name.value == "reloptions") => {
            Some(null(DataType::Text))
        }
        Expr::Function(function) => instead_of_call(function),
        _ => None,
    }
}

fn instead_of_call(function: &Function) -> Option<Expr> {
    let first = first_of(&function.args)?;
    let name = function.name.to_string();
    match name.strip_prefix("pg_catalog.").unwrap_or(&name) {
        "unnest" | "generate_subscripts" | "array_lower" | "array_upper"
            if column(first).is_some_and(|name| ARRAY_COLUMNS.contains(&name)) =>
        {
            Some(null(DataType::Integer(None)))
        }
        // psql: options of tables and rights on schemas, as text.
        "array_to_string" if NEVER_SET.iter().any(|name| first.to_string().contains(name)) => {
            Some(null(DataType::Text))
        }
        // psql: sizes, which nobody knows here.
        "pg_size_pretty" if matches!(first, Expr::Function(of) if of.name.to_string().ends_with("_size")) => {
            Some(null(DataType::Text))
        }
        // pgjdbc: `'pg_class'::regclass`, which the parser has made a question for a table of `public`.
        "parse_ident" => {
            let Expr::Cast { expr, .. } = first else { return None };
            let Expr::Value(name) = expr.as_ref() else { return None };
            let Value::SingleQuotedString(name) = &name.value else { return None };
            let whole = Value::SingleQuotedString(["pg_catalog", name].join("."));
            (name.starts_with("pg_") && !name.contains('.'))
                .then(|| call("parse_ident(NULL)", &Expr::Value(whole.into())))?
        }
        _ => None,
    }
}

fn column(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.as_str()),
        _ => None,
    }
}

fn is_zero(expression: &Expr) -> bool {
    matches!(expression, Expr::Value(value) if matches!(&value.value, Value::Number(number, _) if number == "0"))
}

fn is_value(value: &Value, wanted: &str) -> bool {
    matches!(value, Value::SingleQuotedString(text) if text == wanted)
}

fn is_text(expression: &Expr, wanted: &str) -> bool {
    matches!(expression, Expr::Value(value) if is_value(&value.value, wanted))
}

/// Whether an entry of one of the catalogue's array columns is asked for: `i.indkey[1]`.
fn is_array_column(root: &Expr, chain: &[AccessExpr]) -> bool {
    let last = chain.iter().rev().find_map(|access| match access {
        AccessExpr::Dot(name) => Some(name),
        AccessExpr::Subscript(_) => None,
    });
    column(last.unwrap_or(root)).is_some_and(|name| ARRAY_COLUMNS.contains(&name))
}

/// Whether a type has this name, with or without the catalogue's schema before it.
fn named(data_type: &DataType, name: &str) -> bool {
    let written = data_type.to_string().to_ascii_lowercase();
    written.strip_prefix("pg_catalog.").unwrap_or(&written) == name
}

fn list(of: DataType) -> DataType {
    DataType::Array(ArrayElemTypeDef::SquareBracket(Box::new(of), None))
}

fn null(data_type: DataType) -> Expr {
    let expr = Box::new(Expr::Value(Value::Null.into()));
    Expr::Cast { kind: CastKind::DoubleColon, expr, data_type, array: false, format: None }
}

/// A call whose first argument is `value`; the text is one of this file.
fn call(text: &str, value: &Expr) -> Option<Expr> {
    let mut parsed = Parser::new(&PostgreSqlDialect {}).try_with_sql(text).ok()?.parse_expr().ok()?;
    let Expr::Function(function) = &mut parsed else { return None };
    let FunctionArguments::List(arguments) = &mut function.args else { return None };
    *arguments.args.first_mut()? = FunctionArg::Unnamed(FunctionArgExpr::Expr(value.clone()));
    Some(parsed)
}

fn first_of(arguments: &FunctionArguments) -> Option<&Expr> {
    let FunctionArguments::List(list) = arguments else { return None };
    match list.args.first() {
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(first))) => Some(first),
        _ => None,
    }
}

fn is_about_nothing(query: &Query) -> bool {
    let found = visit_relations(query, |name| {
        let table = name.0.last().and_then(|part| part.as_ident()).map(|name| name.value.as_str()).unwrap_or_default();
        let collation = table == "pg_type" && query.body.to_string().contains("typcollation");
        if collation || NOTHING_IN.contains(&table) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found.is_break()
}

/// ADBC's question begins with foreign keys, under a name of its own.
fn is_for_constraints(statement: &Statement) -> bool {
    let Statement::Query(query) = statement else { return false };
    let first = query.with.as_ref().and_then(|with| with.cte_tables.first());
    first
        .is_some_and(|first| first.alias.name.value == "fk_unnest" && first.query.to_string().contains("pg_constraint"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, wanted: &str) {
        let statement = Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap().remove(0);
        assert_eq!(adapt(statement).to_string(), wanted);
    }

    #[test]
    fn changes_questions_about_the_catalogue() {
        check("SELECT t.typreceive != 0 OR typsend = 0", "SELECT t.typreceive <> '-' OR typsend = '-'");
        check("SELECT proargtypes::regtype[]::text[]", "SELECT NULL::TEXT[]::TEXT[]");
        check("SELECT p.prorettype::regtype::text", "SELECT format_type(p.prorettype, NULL)");
        check("SELECT (SELECT adbin FROM pg_catalog.pg_attrdef) AS a", "SELECT NULL::TEXT AS a");
        check("SELECT unnest(i.indkey), generate_subscripts(indkey, 1)", "SELECT NULL::INTEGER, NULL::INTEGER");
        check("SELECT i.indisprimary = 't', i.indkey[ia.attnum - 1]", "SELECT i.indisprimary, NULL::INTEGER");
        check("SELECT pg_catalog.array_upper(conkey, 1), '_RETURN'::name", "SELECT NULL::INTEGER, '_RETURN'::TEXT");
        check("SELECT array_to_string(c.reloptions || array(SELECT 1), ', ')", "SELECT NULL::TEXT");
        check("SELECT pg_size_pretty(pg_table_size(c.oid))", "SELECT NULL::TEXT");
        check("SELECT parse_ident('pg_class'::TEXT)", "SELECT parse_ident('pg_catalog.pg_class')");
        check("WITH fk_unnest AS (SELECT 1 FROM pg_constraint) SELECT 1", NO_CONSTRAINTS.trim_end());
    }

    #[test]
    fn tells_equal_columns_apart() {
        check("SELECT 1, 1, 2, 1", "SELECT 1, 1 AS \"\u{1}1\u{1}1\", 2, 1 AS \"\u{1}3\u{1}3\"");
        check("SELECT 1 AS a, 2 AS a", "SELECT 1 AS a, 2 AS \"\u{1}1\u{1}1\"");
        check("SELECT (SELECT count(*) FROM cases)", "SELECT (SELECT count(*) FROM cases) AS \"\u{1}0\u{2}count\"");
        check("SELECT *, p.gender FROM cases", "SELECT *, p.gender AS \"\u{1}1\u{2}gender\" FROM cases");
    }

    #[test]
    fn spells_a_table_out() {
        for (sql, wanted) in [
            ("TABLE codes", "SELECT * FROM\n codes"),
            (" table\n\"Codes\" LIMIT 1;", "SELECT * FROM\n\n\"Codes\" LIMIT 1;"),
            ("TABLES", "TABLES"),
            ("SELECT 1", "SELECT 1"),
        ] {
            assert_eq!(spelled_out(sql), wanted);
        }
    }

    #[test]
    fn changes_no_other() {
        for sql in [
            "SELECT registered_year <> 0",
            "SELECT typreceive <> 1",
            "SELECT '1'::INT[], '{\"a,b\"}'::TEXT[], a = ANY('x')",
            "SELECT unnest(citizenships) FROM cases",
            "SELECT (SELECT count(*) FROM cases) AS n",
            "SELECT a LIKE 'b%'",
            "SELECT journey[1], c.journey[1]['country'], is_open = 't' FROM cases c",
            "SELECT pg_size_pretty(1024), array_to_string(citizenships, ',')",
            "SELECT parse_ident('cases'::TEXT), parse_ident('pg_class')",
            "SELECT gender AS g, count(*) AS n, * FROM cases",
            "WITH fk_unnest AS (SELECT 1 FROM cases) SELECT * FROM fk_unnest",
        ] {
            check(sql, sql);
        }
    }
}

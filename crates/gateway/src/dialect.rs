//! Small changes to what clients ask the catalogue, where PostgreSQL's catalogue and ours differ. None of them changes a
//! question about the warehouse.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    ArrayElemTypeDef, BinaryOperator, DataType, Expr, Statement, Value, VisitMut as _, VisitorMut,
};

/// Columns that hold the name of a function here, and its number in PostgreSQL; "-" is none.
const FUNCTION_COLUMNS: &[&str] = &["typinput", "typoutput", "typreceive", "typsend", "typanalyze"];

/// Makes a statement one that our catalogue understands.
pub(crate) fn adapt(mut statement: Statement) -> Statement {
    let _ = statement.visit(&mut Adapt);
    statement
}

struct Adapt;

impl VisitorMut for Adapt {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        match expression {
            // ADBC asks for `typreceive != 0`.
            Expr::BinaryOp { left, op: BinaryOperator::Eq | BinaryOperator::NotEq, right }
                if is_function_column(left) && is_zero(right) =>
            {
                **right = Expr::Value(Value::SingleQuotedString("-".to_owned()).into());
            }
            // pgcli asks for the names of the types of arguments, by an array of numbers; nothing hangs on them.
            Expr::Cast { expr, data_type, .. } if is_list_of_types(data_type) => {
                **expr = Expr::Value(Value::Null.into());
                *data_type = DataType::Array(ArrayElemTypeDef::SquareBracket(Box::new(DataType::Text), None));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn is_function_column(expression: &Expr) -> bool {
    let name = match expression {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(parts) => parts.last(),
        _ => None,
    };
    name.is_some_and(|name| FUNCTION_COLUMNS.contains(&name.value.as_str()))
}

fn is_zero(expression: &Expr) -> bool {
    matches!(expression, Expr::Value(value) if matches!(&value.value, Value::Number(number, _) if number == "0"))
}

fn is_list_of_types(data_type: &DataType) -> bool {
    data_type.to_string().to_ascii_lowercase().ends_with("regtype[]")
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
    use datafusion::sql::sqlparser::parser::Parser;

    use super::*;

    fn check(sql: &str, wanted: &str) {
        let statement = Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap().remove(0);
        assert_eq!(adapt(statement).to_string(), wanted);
    }

    #[test]
    fn changes_questions_about_the_catalogue_and_no_other() {
        check("SELECT t.typreceive != 0 OR typsend = 0", "SELECT t.typreceive <> '-' OR typsend = '-'");
        check("SELECT proargtypes::regtype[]::text[]", "SELECT NULL::TEXT[]::TEXT[]");
        for sql in ["SELECT registered_year <> 0", "SELECT typreceive <> 1", "SELECT '1'::INT[]"] {
            check(sql, sql);
        }
    }
}

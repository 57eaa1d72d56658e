//! Words of SQL that mean something else in PostgreSQL than to the engine, put into words that mean the same to both. The
//! prompt and the gateway read statements alike, and what is asked should not hang on who reads it.
//!
//! * A text in the place of a list, `'{woman,"a b"}'::text[]` and `gender = ANY ('{woman,man}')`: the engine would take the
//!   whole text for one entry. Source of the rules: PostgreSQL's manual, section 8.15.6.
//! * `LIKE … ESCAPE '/'`: the engine knows the backslash only.
//! * `float` is a number of 64 bits.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Array, DataType, ExactNumberInfo, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList,
    FunctionArguments, Ident, ObjectName, Statement, Value, VisitMut as _, VisitorMut,
};

use crate::WarehouseError;

/// Changes a statement so. Refuses a text that is no list where a list has to be.
pub fn as_postgresql_means(statement: &mut Statement) -> Result<(), WarehouseError> {
    match statement.visit(&mut Spoken) {
        ControlFlow::Break(refused) => Err(refused),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Spoken;

impl VisitorMut for Spoken {
    type Break = WarehouseError;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<WarehouseError> {
        match expr {
            Expr::AnyOp { right, .. } | Expr::AllOp { right, .. } => in_place_of_text(right, true)?,
            Expr::Cast { expr, data_type, .. } => {
                if matches!(data_type, DataType::Array(_)) {
                    in_place_of_text(expr, false)?;
                }
                if matches!(data_type, DataType::Float(ExactNumberInfo::None)) {
                    *data_type = DataType::DoublePrecision;
                }
            }
            Expr::Like { pattern, escape_char, .. } | Expr::ILike { pattern, escape_char, .. } => {
                if let Some(escape) = escape_char.take() {
                    escape_by_backslash(pattern, &escape.value);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// Puts a list in the place of a text. Without a cast nobody says what the entries are; they are numbers when all look so.
fn in_place_of_text(expr: &mut Expr, may_be_numbers: bool) -> ControlFlow<WarehouseError> {
    let Expr::Value(value) = expr else { return ControlFlow::Continue(()) };
    let Value::SingleQuotedString(text) = &value.value else { return ControlFlow::Continue(()) };
    match List::read(text) {
        Some(list) => {
            let as_numbers = may_be_numbers && list.is_numbers();
            *expr = list.into_expr(as_numbers);
            ControlFlow::Continue(())
        }
        None => ControlFlow::Break(WarehouseError::Mistaken {
            place: "a text in the place of a list".into(),
            rule: "it is not written as a list",
            remedy: "write it as '{one,two}', with \"\" around an entry that has a comma, a blank or a brace in it, or as \
                     ARRAY['one', 'two']",
        }),
    }
}

/// A list as its text says it.
#[derive(Debug, PartialEq)]
enum List {
    Entries(Vec<List>),
    /// A text; whether it stood in quotation marks.
    Entry(String, bool),
    Null,
}

impl List {
    fn read(text: &str) -> Option<Self> {
        let mut rest = text.trim().chars().peekable();
        let list = Self::read_braces(&mut rest)?;
        rest.next().is_none().then_some(list)
    }

    fn read_braces(rest: &mut Chars) -> Option<Self> {
        rest.next_if_eq(&'{')?;
        let mut entries = Vec::new();
        skip_blanks(rest);
        if rest.next_if_eq(&'}').is_some() {
            return Some(Self::Entries(entries));
        }
        loop {
            skip_blanks(rest);
            entries.push(match rest.peek()? {
                '{' => Self::read_braces(rest)?,
                '"' => Self::read_quoted(rest)?,
                _ => Self::read_plain(rest)?,
            });
            skip_blanks(rest);
            match rest.next()? {
                ',' => {}
                '}' => return Some(Self::Entries(entries)),
                _ => return None,
            }
        }
    }

    fn read_quoted(rest: &mut Chars) -> Option<Self> {
        rest.next();
        let mut text = String::new();
        loop {
            match rest.next()? {
                '"' => return Some(Self::Entry(text, true)),
                '\\' => text.push(rest.next()?),
                letter => text.push(letter),
            }
        }
    }

    fn read_plain(rest: &mut Chars) -> Option<Self> {
        let mut text = String::new();
        while let Some(letter) = rest.next_if(|letter| !matches!(letter, ',' | '{' | '}' | '"')) {
            text.push(if letter == '\\' { rest.next()? } else { letter });
        }
        let text = text.trim_end();
        match text {
            "" => None,
            null if null.eq_ignore_ascii_case("null") => Some(Self::Null),
            text => Some(Self::Entry(text.to_owned(), false)),
        }
    }

    fn is_numbers(&self) -> bool {
        match self {
            Self::Entries(entries) => entries.iter().all(Self::is_numbers),
            Self::Entry(text, quoted) => !quoted && text.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Null => true,
        }
    }

    fn into_expr(self, as_numbers: bool) -> Expr {
        match self {
            Self::Entries(entries) => {
                let elem = entries.into_iter().map(|entry| entry.into_expr(as_numbers)).collect();
                Expr::Array(Array { elem, named: true })
            }
            Self::Entry(text, _) if as_numbers => Expr::Value(Value::Number(text, false).into()),
            Self::Entry(text, _) => text_of(text),
            Self::Null => Expr::Value(Value::Null.into()),
        }
    }
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_blanks(rest: &mut Chars) {
    while rest.next_if(char::is_ascii_whitespace).is_some() {}
}

/// Gives a pattern the backslash for its escape. Step by step, so that it holds for a pattern that is a column or a value that
/// is not bound yet: a backslash is none, a doubled escape is the letter itself, a single one becomes the backslash.
fn escape_by_backslash(pattern: &mut Expr, escape: &Value) {
    let letter = match escape {
        Value::SingleQuotedString(text) => text.clone(),
        _ => return,
    };
    if letter == "\\" {
        return;
    }
    let replace =
        |whole: Expr, from: &str, to: &str| call("replace", vec![whole, text_of(from.into()), text_of(to.into())]);
    let mut changed = replace(pattern.clone(), "\\", "\\\\");
    if !letter.is_empty() {
        // No text has this sign in it.
        changed = replace(changed, &letter.repeat(2), "\u{1}");
        changed = replace(changed, &letter, "\\");
        changed = replace(changed, "\u{1}", &letter);
    }
    *pattern = changed;
}

fn text_of(text: String) -> Expr {
    Expr::Value(Value::SingleQuotedString(text).into())
}

fn call(name: &str, args: Vec<Expr>) -> Expr {
    let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        args: FunctionArguments::List(FunctionArgumentList { args, duplicate_treatment: None, clauses: vec![] }),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    })
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
    use datafusion::sql::sqlparser::parser::Parser;

    use super::*;

    fn spoken(sql: &str) -> Result<String, WarehouseError> {
        let mut statement = Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap().remove(0);
        as_postgresql_means(&mut statement).map(|()| statement.to_string())
    }

    #[test]
    fn texts_become_lists() {
        for (sql, wanted) in [
            ("SELECT a = ANY('{x, y}')", "SELECT a = ANY(ARRAY['x', 'y'])"),
            ("SELECT a > ALL('{999,2016}')", "SELECT a > ALL(ARRAY[999, 2016])"),
            ("SELECT a = ANY('{999,\"2016\"}')", "SELECT a = ANY(ARRAY['999', '2016'])"),
            (
                r#"SELECT '{"a,b","c\"d",e f, null,"null"}'::TEXT[]"#,
                r#"SELECT ARRAY['a,b', 'c"d', 'e f', NULL, 'null']::TEXT[]"#,
            ),
            ("SELECT '{{a,b},{c,d}}'::TEXT[]", "SELECT ARRAY[ARRAY['a', 'b'], ARRAY['c', 'd']]::TEXT[]"),
            ("SELECT ' { } '::INT[]", "SELECT ARRAY[]::INT[]"),
            ("SELECT CAST('{1}' AS INT[])", "SELECT CAST(ARRAY['1'] AS INT[])"),
            ("SELECT 1::FLOAT, 2::REAL", "SELECT 1::DOUBLE PRECISION, 2::REAL"),
            ("SELECT a = ANY(b), c::TEXT", "SELECT a = ANY(b), c::TEXT"),
        ] {
            assert_eq!(spoken(sql).unwrap(), wanted);
        }
        for text in ["a", "", "{a,b", "{a,,b}", "{a}b", "{\"a}", "{a,}", "{a\"b\"}"] {
            let refused = spoken(&format!("SELECT '{text}'::TEXT[]")).unwrap_err();
            assert!(refused.to_string().contains("not written as a list"), "{text}: {refused}");
        }
    }
}

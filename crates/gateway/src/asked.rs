//! What a statement is: one of a short list, or refused.

use datafusion::sql::sqlparser::ast::{
    CopySource, CopyTarget, Expr, Ident, ObjectName, Query, Reset, SelectItem, Set, SetExpr, Statement, TableFactor,
    TransactionAccessMode, TransactionMode, UnaryOperator, Value,
};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;
use panoh_warehouse::refuse_unless_reading;
use pgwire::error::{PgWireError, PgWireResult};

use crate::copying::CopyFormat;
use crate::dialect::WHOLE_TABLE;
use crate::refusal::{NOT_ALLOWED, NOT_SUPPORTED, error, of_warehouse, read_only};
use crate::settings;

/// A statement that the gateway answers.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Rows of a query, or a description of something.
    Rows(Statement),
    /// The rows of a query in a format for files.
    Copy(Statement, CopyFormat),
    /// A setting of the client's; none: as it was at the start.
    Set(String, Option<String>),
    /// Every setting as it was at the start, one or all.
    Reset(Option<String>),
    /// The value of a setting.
    Show(String),
    /// The begin of a transaction; there is nothing in it but reading.
    Begin,
    /// The end of a transaction, by this word.
    End(&'static str),
    /// The way back to a savepoint; it ends the failure of a transaction.
    BackToSavepoint,
    /// Said yes to, with this word, because it changes nothing here.
    Nothing(&'static str),
    /// A prepared statement that is not needed any more.
    Deallocate(String),
    /// Everything that the client made: settings and portals.
    Discard,
}

impl Asked {
    /// Whether it may come in one message with others: settings and transactions, nothing with rows of a table.
    pub(crate) fn may_stand_among_others(&self) -> bool {
        let is_setting = matches!(self, Self::Set(..) | Self::Reset(_) | Self::Show(_));
        is_setting || matches!(self, Self::Begin | Self::End(_) | Self::BackToSavepoint | Self::Nothing(_))
    }

    /// Whether a transaction that has failed goes on behind it.
    pub(crate) fn ends_failure(&self) -> bool {
        matches!(self, Self::End(_) | Self::BackToSavepoint)
    }
}

/// Finds out what a statement is.
pub(crate) fn asked(statement: Statement) -> PgWireResult<Asked> {
    match statement {
        Statement::Copy { .. } => copy(statement),
        Statement::Set(set) => setting(set),
        Statement::Reset(statement) => match statement.reset {
            Reset::ALL => Ok(Asked::Reset(None)),
            Reset::ConfigurationParameter(name) => Ok(Asked::Reset(Some(name_of(&name)))),
        },
        Statement::ShowVariable { variable } => {
            let words: Vec<_> = variable.iter().map(|word| word.value.to_ascii_lowercase()).collect();
            Ok(Asked::Show(match words.join(" ").as_str() {
                "time zone" => "timezone".to_owned(),
                "transaction isolation level" => "transaction_isolation".to_owned(),
                one => one.to_owned(),
            }))
        }
        Statement::StartTransaction { modes, statements, exception: None, .. } if statements.is_empty() => {
            refuse_writing(&modes)?;
            Ok(Asked::Begin)
        }
        Statement::Commit { .. } => Ok(Asked::End("COMMIT")),
        Statement::Rollback { savepoint: None, .. } => Ok(Asked::End("ROLLBACK")),
        Statement::Rollback { .. } => Ok(Asked::BackToSavepoint),
        Statement::Savepoint { .. } => Ok(Asked::Nothing("SAVEPOINT")),
        Statement::ReleaseSavepoint { .. } => Ok(Asked::Nothing("RELEASE")),
        Statement::Discard { .. } => Ok(Asked::Discard),
        Statement::Deallocate { name, .. } => Ok(Asked::Deallocate(name.value)),
        Statement::Declare { .. } | Statement::Fetch { .. } | Statement::Close { .. } | Statement::Open(_) => {
            let hint = "use a client-side cursor, or a fetch size, which is a portal of the protocol";
            Err(error(NOT_SUPPORTED, "cursors in SQL are refused", hint))
        }
        Statement::Prepare { .. } | Statement::Execute { .. } => {
            let hint = "prepare statements in the protocol, as drivers do";
            Err(error(NOT_SUPPORTED, "PREPARE and EXECUTE in SQL are refused", hint))
        }
        reading => {
            refuse_locks(&reading)?;
            refuse_unless_reading(&reading, "").map_err(of_warehouse)?;
            Ok(Asked::Rows(reading))
        }
    }
}

/// COPY of a query or a table to the client, and no other: not from anything, not to a file or a program.
fn copy(statement: Statement) -> PgWireResult<Asked> {
    let Statement::Copy { source, to: true, target: CopyTarget::Stdout, options, legacy_options, .. } = statement
    else {
        let hint = "write COPY (SELECT …) TO STDOUT, or \\copy (SELECT …) TO 'file' in psql";
        return Err(error(NOT_ALLOWED, "COPY from anything, and COPY to a file or a program, are refused", hint));
    };
    let query = match source {
        CopySource::Query(query) => Some(query),
        CopySource::Table { table_name, columns } => rows_of(table_name, columns),
    };
    let hint = "write COPY (SELECT … FROM …) TO STDOUT";
    let query = query.ok_or_else(|| error(NOT_SUPPORTED, "this COPY of a table is refused", hint))?;
    let query = Statement::Query(query);
    refuse_locks(&query)?;
    refuse_unless_reading(&query, "").map_err(of_warehouse)?;
    Ok(Asked::Copy(query, CopyFormat::of(&options, &legacy_options)?))
}

/// The query for a table by its name, with these columns or all.
fn rows_of(table: ObjectName, columns: Vec<Ident>) -> Option<Box<Query>> {
    let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, &[WHOLE_TABLE, "t"].concat()).ok()?;
    let Statement::Query(mut query) = statements.pop()? else { return None };
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    let TableFactor::Table { name, .. } = &mut select.from.first_mut()?.relation else { return None };
    *name = table;
    if !columns.is_empty() {
        let named = |column| SelectItem::UnnamedExpr(Expr::Identifier(column));
        select.projection = columns.into_iter().map(named).collect();
    }
    Some(query)
}

fn setting(set: Set) -> PgWireResult<Asked> {
    let refused = || error(NOT_ALLOWED, "this setting is not one that a client may make", "leave it out");
    let (name, value) = match set {
        Set::SingleAssignment { hivevar: false, variable, values, .. } => (name_of(&variable), text(&values)),
        Set::SetTimeZone { value, .. } => ("timezone".to_owned(), text(&[value])),
        Set::SetNames { charset_name, .. } => ("client_encoding".to_owned(), Some(charset_name.value)),
        Set::SetTransaction { modes, snapshot: None, .. } => {
            refuse_writing(&modes)?;
            return Ok(Asked::Nothing("SET"));
        }
        _ => return Err(refused()),
    };
    let value = value.ok_or_else(refused)?;
    let value = (!["default", "local"].contains(&value.to_ascii_lowercase().as_str()))
        .then(|| settings::checked(&name, &value))
        .transpose()?;
    if value.is_none() {
        settings::checked_name(&name)?;
    }
    Ok(Asked::Set(name, value))
}

fn refuse_writing(modes: &[TransactionMode]) -> PgWireResult<()> {
    let writes = |mode: &TransactionMode| matches!(mode, TransactionMode::AccessMode(TransactionAccessMode::ReadWrite));
    if modes.iter().any(writes) { Err(read_only()) } else { Ok(()) }
}

/// Rows cannot be locked; who asks for it expects to change them.
fn refuse_locks(statement: &Statement) -> PgWireResult<()> {
    match statement {
        Statement::Query(query) if !query.locks.is_empty() => Err(read_only()),
        _ => Ok(()),
    }
}

fn name_of(name: &ObjectName) -> String {
    name.to_string().replace('"', "").to_ascii_lowercase()
}

/// The values of a setting as one text; none when they are more than words, texts and numbers.
fn text(values: &[Expr]) -> Option<String> {
    let one = |value: &Expr| match value {
        Expr::Identifier(word) => Some(word.value.clone()),
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => Some(number.clone()),
            Value::Boolean(value) => Some(if *value { "on" } else { "off" }.to_owned()),
            other => other.clone().into_string(),
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => text(std::slice::from_ref(expr)).map(|n| format!("-{n}")),
        _ => None,
    };
    values.iter().map(one).collect::<Option<Vec<_>>>().map(|values| values.join(", "))
}

/// The refusal of a statement that cannot be read.
pub(crate) fn unreadable(reason: impl std::fmt::Display) -> PgWireError {
    error(crate::refusal::SYNTAX, reason.to_string(), "")
}

//! What a client is told: an SQLSTATE, a sentence that names the rule, and a hint with the remedy.

use std::error::Error;

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use datafusion::object_store;
use panoh_warehouse::WarehouseError;
use pgwire::error::{ErrorInfo, PgWireError};

use crate::bounded::TooMuch;
use crate::functions::NO_SETTING;

/// An SQLSTATE of PostgreSQL.
pub(crate) type State = &'static str;

pub(crate) const READ_ONLY: State = "25006";
pub(crate) const NOT_ALLOWED: State = "42501";
pub(crate) const SYNTAX: State = "42601";
pub(crate) const NOT_SUPPORTED: State = "0A000";
pub(crate) const BAD_VALUE: State = "22023";
pub(crate) const UNKNOWN_SETTING: State = "42704";
pub(crate) const FAILED_TRANSACTION: State = "25P02";
pub(crate) const PROTOCOL: State = "08P01";
pub(crate) const LOGIN: State = "28000";
pub(crate) const PASSWORD: State = "28P01";
pub(crate) const NO_DATABASE: State = "3D000";
pub(crate) const CANCELLED: State = "57014";
pub(crate) const USER_GONE: State = "57P01";
pub(crate) const ROW_LIMIT: State = "54000";
pub(crate) const TOO_MANY: State = "53300";
pub(crate) const TOO_COMPLEX: State = "54001";
pub(crate) const MEMORY: State = "53200";
/// The object is not in the state that the statement needs: its tables were built anew.
pub(crate) const BUILT_ANEW: State = "55000";
pub(crate) const IO: State = "58030";
pub(crate) const INTERNAL: State = "XX000";

/// An error that ends the statement.
pub(crate) fn error(state: State, message: impl Into<String>, hint: &str) -> PgWireError {
    info("ERROR", state, message.into(), hint)
}

/// An error that ends the connection.
pub(crate) fn fatal(state: State, message: impl Into<String>, hint: &str) -> PgWireError {
    info("FATAL", state, message.into(), hint)
}

fn info(severity: &str, state: State, message: String, hint: &str) -> PgWireError {
    let mut info = ErrorInfo::new(severity.to_owned(), state.to_owned(), message);
    info.severity_nonlocalized = Some(severity.to_owned());
    info.hint = (!hint.is_empty()).then(|| hint.to_owned());
    PgWireError::UserError(Box::new(info))
}

/// The SQLSTATE of an error that is about to be sent.
pub(crate) fn state_of(error: &PgWireError) -> &str {
    match error {
        PgWireError::UserError(info) => &info.code,
        _ => INTERNAL,
    }
}

/// Why the warehouse will not answer.
pub(crate) fn of_warehouse(failed: WarehouseError) -> PgWireError {
    match failed {
        WarehouseError::NotReadOnly { .. } => read_only(),
        WarehouseError::Mistaken { place, rule, remedy } => {
            error(NOT_SUPPORTED, format!("{place} is refused: {rule}"), remedy)
        }
        WarehouseError::Plan(cause) | WarehouseError::Run(cause) => of_engine(&cause),
        other => error(INTERNAL, other.to_string(), "tell whoever looks after the warehouse"),
    }
}

/// The refusal of everything that is not on the list.
pub(crate) fn read_only() -> PgWireError {
    let hint = "SELECT, EXPLAIN, DESCRIBE, SHOW and COPY (SELECT …) TO STDOUT are answered, one at a time";
    error(READ_ONLY, "the gateway only reads; this statement is refused", hint)
}

/// Why the engine could not plan or answer.
pub(crate) fn of_engine(failed: &DataFusionError) -> PgWireError {
    if let Some(told) = of_storage(failed) {
        return told;
    }
    let root = failed.find_root();
    let (state, hint) = match root {
        DataFusionError::External(cause) if cause.is::<TooMuch>() => (MEMORY, "ask for less at once"),
        DataFusionError::ResourcesExhausted(_) => {
            (MEMORY, "ask for fewer groups or rows, or have the gateway started with more --memory")
        }
        DataFusionError::SchemaError(what, _) => match what.as_ref() {
            SchemaError::FieldNotFound { .. } => ("42703", ""),
            SchemaError::AmbiguousReference { .. } => ("42702", ""),
            _ => (SYNTAX, ""),
        },
        DataFusionError::Plan(text) if text.contains("not found") && text.contains("table") => {
            ("42P01", "`\\d` or information_schema.tables lists what there is")
        }
        DataFusionError::Plan(text) if text.contains("Invalid function") => ("42883", ""),
        DataFusionError::Configuration(text) if text == NO_SETTING => (UNKNOWN_SETTING, ""),
        DataFusionError::SQL(..) | DataFusionError::Plan(_) => (SYNTAX, ""),
        DataFusionError::NotImplemented(_) => (NOT_SUPPORTED, ""),
        DataFusionError::ArrowError(..) | DataFusionError::Execution(_) => ("22000", ""),
        _ => (INTERNAL, ""),
    };
    error(state, root.strip_backtrace(), panoh_warehouse::remedy(failed).unwrap_or(hint))
}

/// Why files could not be read. Where they lie is the host's own business, so no path is said.
fn of_storage(failed: &DataFusionError) -> Option<PgWireError> {
    let (mut cause, mut link): (_, Option<&(dyn Error + 'static)>) = (None, Some(failed));
    while let (None, Some(at)) = (cause, link) {
        cause = match at.downcast_ref() {
            Some(DataFusionError::ObjectStore(cause)) => Some(cause.as_ref()),
            _ => at.downcast_ref::<object_store::Error>(),
        };
        link = at.source();
    }
    let text = failed.to_string();
    let gone = matches!(cause, Some(object_store::Error::NotFound { .. }))
        || (text.contains("Object at location ") && text.contains(" not found"));
    if gone {
        let hint = "ask again; in a transaction, end it first";
        return Some(error(BUILT_ANEW, "the tables were built anew since they were opened for this statement", hint));
    }
    cause.map(|cause| {
        tracing::error!(%cause, "a table cannot be read");
        error(IO, "a table cannot be read now", "tell whoever looks after the warehouse")
    })
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::error::ArrowError;
    use datafusion::parquet::errors::ParquetError;

    use super::*;

    #[test]
    fn files_that_are_gone_are_told_without_a_path() {
        let gone = || object_store::Error::NotFound { path: "/srv/home/part-1.parquet".to_owned(), source: "x".into() };
        let broken = || object_store::Error::Generic { store: "/srv/home", source: "/srv/home".into() };
        for (failed, state) in [
            (DataFusionError::ObjectStore(Box::new(gone())), BUILT_ANEW),
            (DataFusionError::ParquetError(Box::new(ParquetError::External(Box::new(gone())))), BUILT_ANEW),
            (DataFusionError::ArrowError(Box::new(ArrowError::ExternalError(Box::new(gone()))), None), BUILT_ANEW),
            (DataFusionError::External(Box::new(gone())).context("reading"), BUILT_ANEW),
            (DataFusionError::Execution(gone().to_string()), BUILT_ANEW),
            (DataFusionError::ObjectStore(Box::new(broken())), IO),
            (DataFusionError::Execution("a number not found".to_owned()), "22000"),
        ] {
            let told = of_engine(&failed);
            assert_eq!(state_of(&told), state, "{failed}");
            assert!(!told.to_string().contains("/srv"), "{told}");
        }
    }
}

//! Asking the engine, and what an answer looks like when it leaves for the comparison.

use panoh_warehouse::{RowFormat, Session};
use serde_json::Value;

/// The rows of an answer, each an object; or what went wrong, in the words of the engine.
pub(super) async fn ask(session: &Session, sql: &str) -> Result<Vec<Value>, String> {
    let failed = |error: panoh_warehouse::WarehouseError| format!("{error}: {error:?}");
    let rows = session.query(sql).await.map_err(failed)?;
    let mut bytes = Vec::new();
    rows.write(RowFormat::Json, &mut bytes).await.map_err(failed)?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

/// Whether an answer says more than that there is nothing: a count of nought and NULL are as silent as no row.
pub(super) fn tells_something(rows: &[Value]) -> bool {
    let silent = |cell: &Value| match cell {
        Value::Null => true,
        Value::Bool(said) => !said,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) => false,
    };
    rows.iter().any(|row| row.as_object().is_some_and(|cells| cells.values().any(|cell| !silent(cell))))
}

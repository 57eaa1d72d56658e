//! Reads what the catalogue tells from an engine once, on the engine's threads, and only when a statement first asks.

use std::future::Future;

use datafusion::error::{DataFusionError, Result};
use datafusion::sql::sqlparser::ast::Statement;
use tokio::runtime::Handle;
use tokio::sync::OnceCell;

/// Whether a statement names a function or a table, in whatever case.
pub(crate) fn mentions(statement: &Statement, name: &str) -> bool {
    statement.to_string().to_ascii_lowercase().contains(name)
}

/// Fills a cell that is empty.
pub(crate) async fn read_once<T: Send + 'static>(
    cell: &OnceCell<T>,
    threads: &Handle,
    read: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<()> {
    let reading = async || threads.spawn(read).await.map_err(|ended| DataFusionError::External(ended.into()))?;
    cell.get_or_try_init(reading).await.map(|_| ())
}

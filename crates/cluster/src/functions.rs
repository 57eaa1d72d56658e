//! The functions that a plan may call, in every process that reads one.

use ballista_core::utils::default_session_builder;
use datafusion::error::Result;
use datafusion::execution::context::SessionConfig;
use datafusion::execution::{FunctionRegistry as _, SessionState};
use panoh_warehouse::Session;

/// Ballista's session, with the functions of the views.
pub(crate) fn session(config: SessionConfig) -> Result<SessionState> {
    let mut state = default_session_builder(config)?;
    for function in Session::functions() {
        state.register_udf(function)?;
    }
    Ok(state)
}

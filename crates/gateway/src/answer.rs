//! The rows of one statement, under watch: a deadline over all of it, the client's wish to cancel, a limit on rows, and
//! the line in the audit log before the end is told.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arrow_pg::datatypes::PG_OID_ALIAS_KEY;
use arrow_pg::row_encoder::RowEncoder;
use datafusion::arrow::datatypes::{DataType, FieldRef, Schema};
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast::Statement;
use futures::{Stream, stream};
use pgwire::api::portal::Format;
use pgwire::api::results::FieldInfo;
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::data::DataRow;
use pgwire::types::format::FormatOptions;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::account::{Account, Outcome};
use crate::binding::check_format;
use crate::bounded::rows_at_once;
use crate::brake::{Batches, Lane};
use crate::catalog::Engine;
use crate::conversation::after;
use crate::reading::Read;
use crate::refusal::{BUILT_ANEW, CANCELLED, ROW_LIMIT, error, of_engine, state_of};
use crate::{nested, repeated};

/// The deadline of a statement, and its client's wish to end it.
#[derive(Debug)]
pub(crate) struct Watch {
    allowed: Duration,
    deadline: Instant,
    cancelled: watch::Receiver<u64>,
}

impl Watch {
    pub(crate) fn new(allowed: Duration, cancelled: watch::Receiver<u64>) -> Self {
        Self { allowed, deadline: after(allowed), cancelled }
    }

    /// Waits for `work` as long as it may take.
    pub(crate) async fn over<T>(&mut self, work: impl Future<Output = T>) -> PgWireResult<T> {
        tokio::select! {
            biased;
            // The sender lives as long as the connection, so this is ready only when somebody asks.
            _ = self.cancelled.changed() => Err(PgWireError::QueryCanceled),
            () = sleep_until(self.deadline) => Err(self.too_late()),
            done = work => Ok(done),
        }
    }

    fn too_late(&self) -> PgWireError {
        let message = format!("the statement took longer than {} ms, its deadline", self.allowed.as_millis());
        error(CANCELLED, message, "ask for less, or have the gateway started with a longer --deadline")
    }
}

/// Rows that are on their way.
pub(crate) struct Answer {
    fields: Arc<Vec<FieldInfo>>,
    batches: Batches,
    rows: Option<RowEncoder>,
    account: Account,
    watch: Watch,
    limit: u64,
    ended: bool,
    /// Set when the tables of its engine are not there any more.
    outdated: Arc<AtomicBool>,
}

/// How the rows of an answer shall look.
pub(crate) struct Look<'a> {
    pub(crate) format: &'a Format,
    pub(crate) options: FormatOptions,
}

impl Answer {
    /// Starts a plan that was looked through. On an error the account is settled.
    pub(crate) async fn begin(
        engine: &Engine,
        statement: &Statement,
        plan: LogicalPlan,
        look: Look<'_>,
        (mut account, mut watch, limit, lane): (Account, Watch, u64, Lane),
    ) -> PgWireResult<Self> {
        let started = match watch.over(start(engine, statement, plan, look, (&mut account, lane))).await {
            Ok(started) => started,
            Err(ended) => Err(ended),
        };
        let outdated = Arc::clone(engine.outdated());
        match started {
            Ok((fields, batches)) => {
                Ok(Self { fields, batches, rows: None, account, watch, limit, ended: false, outdated })
            }
            Err(failed) => Err(account.fail(noted(failed, &outdated))),
        }
    }

    pub(crate) fn fields(&self) -> &Arc<Vec<FieldInfo>> {
        &self.fields
    }

    /// The next row; none after the last, when the line of the audit log is written.
    pub(crate) async fn next(&mut self) -> Option<PgWireResult<DataRow>> {
        if self.ended {
            return None;
        }
        match self.step().await {
            Ok(Some(row)) => Some(Ok(row)),
            Ok(None) => {
                self.ended = true;
                self.account.settle(Outcome::Ok).err().map(Err)
            }
            Err(failed) => Some(Err(self.fail(failed))),
        }
    }

    /// Waits until the client has taken something, no longer than the deadline.
    pub(crate) async fn sent<E>(&mut self, sending: impl Future<Output = Result<(), E>>) -> PgWireResult<()>
    where
        PgWireError: From<E>,
    {
        match self.watch.over(sending).await {
            Ok(sent) => sent.map_err(PgWireError::from),
            Err(ended) => Err(self.fail(ended)),
        }
    }

    /// As a stream, for a portal that is read in parts.
    pub(crate) fn into_stream(self) -> impl Stream<Item = PgWireResult<DataRow>> + Send + 'static {
        stream::unfold(self, async |mut answer| answer.next().await.map(|row| (row, answer)))
    }

    fn fail(&mut self, failed: PgWireError) -> PgWireError {
        self.ended = true;
        self.account.fail(noted(failed, &self.outdated))
    }

    async fn step(&mut self) -> PgWireResult<Option<DataRow>> {
        loop {
            if let Some(row) = self.rows.as_mut().and_then(RowEncoder::next_row) {
                if self.account.row() > self.limit {
                    let message = format!("the answer has more than {} rows, the limit", self.limit);
                    let hint = "count or group instead, or have the gateway started with more --rows";
                    return Err(error(ROW_LIMIT, message, hint));
                }
                return row.map(Some);
            }
            let Some(batch) = self.watch.over(self.batches.next()).await?? else { return Ok(None) };
            let batch = nested::written(batch).map_err(|e| of_engine(&e.into()))?;
            self.rows = Some(RowEncoder::new(batch, Arc::clone(&self.fields)));
        }
    }
}

/// Notes that an engine's tables were built anew, so that the next statement opens them again.
fn noted(failed: PgWireError, outdated: &AtomicBool) -> PgWireError {
    if state_of(&failed) == BUILT_ANEW {
        outdated.store(true, Ordering::Relaxed);
    }
    failed
}

/// The columns of a plan as they were written, with the types that their values will have: of a year's square 64 bits, of a
/// UNION what fits both sides.
pub(crate) fn with_types_of(written: &LogicalPlan, understood: &LogicalPlan) -> Schema {
    let columns = std::iter::zip(written.schema().fields(), understood.schema().fields());
    let typed = |(field, known): (&FieldRef, &FieldRef)| {
        // The catalogue's own numbers are of 32 bits; what was made of one is a number or a text like any other.
        let is_other = known.data_type() != &DataType::Int32 && field.metadata().contains_key(PG_OID_ALIAS_KEY);
        if field.data_type() == known.data_type() && !is_other {
            return Arc::clone(field);
        }
        let mut told = field.as_ref().clone().with_data_type(known.data_type().clone());
        told.set_metadata(HashMap::new());
        Arc::new(told)
    };
    Schema::new(columns.map(typed).collect::<Vec<_>>())
}

async fn start(
    engine: &Engine,
    statement: &Statement,
    plan: LogicalPlan,
    look: Look<'_>,
    (account, lane): (&mut Account, Lane),
) -> PgWireResult<(Arc<Vec<FieldInfo>>, Batches)> {
    let mut state = engine.context().state();
    let optimised = state.optimize(&plan).map_err(|e| of_engine(&e))?;
    account.reads(Read::of(statement, &optimised, engine));
    account.begins()?;
    check_format(look.format, plan.schema().fields().len())?;
    let fields = repeated::fields(&with_types_of(&plan, &optimised), look.format, Some(Arc::new(look.options)))?;
    if let Some(rows) = rows_at_once(&optimised).map_err(|e| of_engine(&e))? {
        *state.config_mut() = state.config().clone().with_batch_size(rows);
    }
    let context = state.task_ctx();
    let plan = DataFrame::new(state, plan).create_physical_plan().await.map_err(|e| of_engine(&e))?;
    let batches = Batches::run(plan, context, engine.threads(), lane).map_err(|e| of_engine(&e))?;
    Ok((Arc::new(fields), batches))
}

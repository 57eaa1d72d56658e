//! How a statement is answered once it is read, whichever protocol it came by.

use std::sync::Arc;

use datafusion::common::ParamValues;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast::Statement;
use futures::{Sink, SinkExt as _};
use pgwire::api::portal::{Format, Portal};
use pgwire::api::results::{DataRowEncoder, FieldFormat, FieldInfo, QueryResponse, Response, Tag};
use pgwire::api::store::PortalStore;
use pgwire::api::{ClientInfo, ClientPortalStore, Type};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::copy::{CopyDone, CopyOutResponse};
use pgwire::messages::data::RowDescription;
use pgwire::messages::response::TransactionStatus;
use pgwire::messages::startup::ParameterStatus;
use pgwire::types::format::FormatOptions;

use crate::account::Account;
use crate::answer::{Answer, Look};
use crate::asked::Asked;
use crate::catalog::Engine;
use crate::conversation::{Conversation, Prepared};
use crate::copying::CopyFormat;
use crate::refusal::{FAILED_TRANSACTION, error, of_engine, of_warehouse};
use crate::shape::{kind, shape};
use crate::{binding, settings};

/// Answers the statements of one connection.
pub(crate) struct Speaker {
    pub(crate) conversation: Arc<Conversation>,
}

/// Rows that shall be sent: by which engine, of which statement and plan.
pub(crate) struct Running<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) statement: &'a Statement,
    pub(crate) plan: LogicalPlan,
    pub(crate) account: Account,
}

impl Speaker {
    pub(crate) fn new(conversation: Arc<Conversation>) -> Self {
        Self { conversation }
    }

    /// Reads a statement and plans it, its shape noted.
    pub(crate) async fn prepare<C: ClientInfo>(
        &self,
        client: &C,
        sql: &str,
        account: &mut Account,
    ) -> PgWireResult<Prepared> {
        let engine = self.conversation.engine(client).await?;
        account.asked(kind(sql), shape(sql, engine.names()));
        let asked = self.conversation.read(sql)?;
        refuse_after_failure(client, &asked)?;
        let prepared = Box::pin(self.conversation.prepare(sql, asked, &engine));
        self.conversation.watch(client.metadata())?.over(prepared).await?
    }

    /// Carries out several statements of one message, none of which has rows of a table; none for any other message.
    pub(crate) async fn several<C>(
        &self,
        client: &mut C,
        sql: &str,
        account: &mut Account,
    ) -> Option<PgWireResult<Vec<Response>>>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let separated = sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace()).contains(';');
        let all = separated.then(|| self.conversation.read_several(sql).ok()).flatten()?;
        (all.len() > 1).then_some(())?;
        Some(self.one_by_one(client, sql, &all, account).await)
    }

    async fn one_by_one<C>(
        &self,
        client: &mut C,
        sql: &str,
        all: &[Asked],
        account: &mut Account,
    ) -> PgWireResult<Vec<Response>>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let engine = self.conversation.engine(client).await?;
        account.asked(kind(sql), shape(sql, engine.names()));
        // The first that ends a failure answers for those behind it; pgwire counts the state after the whole message.
        let before = all.iter().take_while(|one| !one.ends_failure()).count();
        all.iter().take(before).try_for_each(|one| refuse_after_failure(client, one))?;
        let mut done = Vec::with_capacity(all.len());
        for one in all {
            done.push(self.carry_out(client, one, FieldFormat::Text).await?);
        }
        Ok(done)
    }

    /// Starts the rows of a plan.
    pub(crate) async fn begin<C: ClientInfo>(
        &self,
        client: &C,
        running: Running<'_>,
        format: &Format,
    ) -> PgWireResult<Answer> {
        let look = Look { format, options: FormatOptions::from_client_metadata(client.metadata()) };
        let mut watch = self.conversation.watch(client.metadata())?;
        let Running { engine, statement, plan, mut account } = running;
        let lane = match watch.over(self.conversation.lane()).await.flatten() {
            Ok(lane) => lane,
            Err(failed) => return Err(account.fail(failed)),
        };
        Answer::begin(engine, statement, plan, look, (account, watch, self.conversation.office.rows, lane)).await
    }

    /// Sends all rows in a format of COPY.
    pub(crate) async fn copy<C>(
        &self,
        client: &mut C,
        running: Running<'_>,
        format: &CopyFormat,
    ) -> PgWireResult<Response>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let mut answer = self.begin(client, running, &format.fields()).await?;
        let fields = Arc::clone(answer.fields());
        let columns = fields.len() as i16;
        let begun = CopyOutResponse::new(format.code() as i8, columns, vec![format.code(); fields.len()]);
        answer.sent(client.feed(PgWireBackendMessage::CopyOutResponse(begun))).await?;
        let mut parts = format.parts(fields.iter().map(FieldInfo::name));
        let mut rows = 0;
        while let Some(row) = answer.next().await {
            for part in parts.row(&row?) {
                answer.sent(client.feed(PgWireBackendMessage::CopyData(part))).await?;
            }
            rows += 1;
        }
        for part in parts.end() {
            client.feed(PgWireBackendMessage::CopyData(part)).await?;
        }
        client.feed(PgWireBackendMessage::CopyDone(CopyDone::new())).await?;
        Ok(Response::Execution(Tag::new("COPY").with_rows(rows)))
    }

    /// Sends all rows as they are asked for, without holding them.
    pub(crate) async fn rows<C>(&self, client: &mut C, mut answer: Answer, described: bool) -> PgWireResult<Response>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        if !described {
            let fields = RowDescription::new(answer.fields().iter().map(Into::into).collect());
            answer.sent(client.feed(PgWireBackendMessage::RowDescription(fields))).await?;
        }
        let mut rows = 0;
        while let Some(row) = answer.next().await {
            answer.sent(client.feed(PgWireBackendMessage::DataRow(row?))).await?;
            rows += 1;
        }
        Ok(Response::Execution(Tag::new("SELECT").with_rows(rows)))
    }

    /// Carries out what has no rows.
    pub(crate) async fn carry_out<C>(
        &self,
        client: &mut C,
        asked: &Asked,
        format: FieldFormat,
    ) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let done = |word: &str| Response::Execution(Tag::new(word));
        Ok(match asked {
            Asked::Rows(_) | Asked::Copy(..) => unreachable!("statements with rows are planned"),
            Asked::Nothing("") => Response::EmptyQuery,
            Asked::Nothing(word) => done(word),
            Asked::BackToSavepoint => done("ROLLBACK"),
            Asked::Begin => Response::TransactionStart(Tag::new("BEGIN")),
            Asked::End(word) => {
                let failed = client.transaction_status() == TransactionStatus::Error;
                Response::TransactionEnd(Tag::new(if failed { "ROLLBACK" } else { word }))
            }
            Asked::Set(name, value) => {
                match value {
                    Some(value) => drop(client.metadata_mut().insert(name.clone(), value.clone())),
                    None => settings::forget(client.metadata_mut(), Some(name))?,
                }
                tell(client, name).await?;
                done("SET")
            }
            Asked::Reset(name) => {
                settings::forget(client.metadata_mut(), name.as_deref())?;
                if let Some(name) = name {
                    tell(client, name).await?;
                }
                done("RESET")
            }
            Asked::Show(name) => Response::Query(shown(name, settings::value(client.metadata(), name)?, format)?),
            Asked::Deallocate(name) => {
                client.portal_store().rm_statement(name);
                done("DEALLOCATE")
            }
            Asked::Discard => {
                settings::forget(client.metadata_mut(), None)?;
                client.portal_store().clear_portals();
                done("DISCARD ALL")
            }
        })
    }
}

/// A statement whose parameters are bound, planned for the engine of now.
pub(crate) struct Bound {
    pub(crate) asked: Arc<Asked>,
    pub(crate) planned: Option<(Arc<Engine>, LogicalPlan)>,
}

impl Speaker {
    pub(crate) async fn bind<C: ClientInfo>(
        &self,
        client: &C,
        portal: &Portal<Prepared>,
        account: &mut Account,
    ) -> PgWireResult<Bound> {
        let prepared = &portal.statement.statement;
        let engine = self.conversation.engine(client).await?;
        account.asked(kind(&prepared.sql), shape(&prepared.sql, engine.names()));
        refuse_after_failure(client, &prepared.asked)?;
        binding::check_format(
            &portal.result_column_format,
            1.min(usize::from(matches!(*prepared.asked, Asked::Show(_)))),
        )?;
        let asked = Arc::clone(&prepared.asked);
        let planned = match (asked.as_ref(), &prepared.planned) {
            (Asked::Rows(statement) | Asked::Copy(statement, _), Some(planned)) => {
                let plan = if planned.is_for(&engine) { planned.plan.clone() } else { engine.plan(statement).await? };
                let parameters = binding::parameters(&plan)?;
                let values = binding::values(portal, &parameters)?;
                Some((engine, bound(plan, &values)?))
            }
            _ => None,
        };
        Ok(Bound { asked, planned })
    }
}

/// Puts values in the place of parameters, and looks through the plan once more.
fn bound(plan: LogicalPlan, values: &ParamValues) -> PgWireResult<LogicalPlan> {
    let plan = plan.replace_params_with_values(values).map_err(|e| of_engine(&e))?;
    panoh_warehouse::refuse_changes(&plan, "").map_err(of_warehouse)?;
    Ok(plan)
}

/// After an error in a transaction only its end is answered, as clients expect.
fn refuse_after_failure<C: ClientInfo>(client: &C, asked: &Asked) -> PgWireResult<()> {
    if client.transaction_status() != TransactionStatus::Error || asked.ends_failure() {
        return Ok(());
    }
    Err(error(FAILED_TRANSACTION, "the transaction has failed; nothing is answered before its end", "send ROLLBACK"))
}

/// Tells a client what a setting is now, when it follows it.
async fn tell<C>(client: &mut C, name: &str) -> PgWireResult<()>
where
    C: ClientInfo + Sink<PgWireBackendMessage> + Unpin,
    PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
{
    let Some(told) = settings::told_as(name) else { return Ok(()) };
    let status = ParameterStatus::new(told.to_owned(), settings::value(client.metadata(), name)?);
    Ok(client.feed(PgWireBackendMessage::ParameterStatus(status)).await?)
}

/// The one column of SHOW.
pub(crate) fn shown_field(name: &str, format: FieldFormat) -> FieldInfo {
    FieldInfo::new(settings::told_as(name).unwrap_or(name).to_owned(), None, None, Type::TEXT, format)
}

fn shown(name: &str, value: String, format: FieldFormat) -> PgWireResult<QueryResponse> {
    let fields = Arc::new(vec![shown_field(name, format)]);
    let mut row = DataRowEncoder::new(Arc::clone(&fields));
    row.encode_field(&Some(value))?;
    let mut response = QueryResponse::new(fields, futures::stream::iter([Ok(row.take_row())]));
    response.set_command_tag("SHOW");
    Ok(response)
}

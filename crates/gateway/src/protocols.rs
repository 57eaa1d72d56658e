//! Both protocols of queries: the simple one, a text and its answer, and the extended one, with statements that are
//! prepared, bound and read in parts.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use futures::{Sink, SinkExt as _};
use pgwire::api::portal::{Format, Portal};
use pgwire::api::query::{ExtendedQueryHandler, SimpleQueryHandler};
use pgwire::api::results::{FieldFormat, FieldInfo, QueryResponse, Response, Tag};
use pgwire::api::stmt::QueryParser;
use pgwire::api::store::{Entry, PortalStore};
use pgwire::api::{ClientInfo, ClientPortalStore, DEFAULT_NAME, Type};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::extendedquery::Execute;
use pgwire::messages::response::{CommandComplete, TransactionStatus};
use pgwire::messages::simplequery::Query;

use crate::account::{Account, Outcome};
use crate::asked::Asked;
use crate::conversation::Prepared;
use crate::speaker::{Running, Speaker, shown_field};
use crate::{binding, repeated};

#[async_trait]
impl SimpleQueryHandler for Speaker {
    /// The state of the transaction is taken before a statement runs, so what changes it has to be seen before.
    async fn on_query<C>(&self, client: &mut C, query: Query) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        if client.transaction_status() == TransactionStatus::Error
            && let Ok([Asked::BackToSavepoint, ..]) = self.conversation.read_several(&query.query).as_deref()
        {
            client.set_transaction_status(TransactionStatus::Transaction);
        }
        let Some(behind) = self.conversation.behind_begin(&query.query) else {
            return self._on_query(client, query).await;
        };
        let begun = CommandComplete::from(Tag::new("BEGIN"));
        client.feed(PgWireBackendMessage::CommandComplete(begun)).await?;
        let now = client.transaction_status().to_in_transaction_state();
        client.set_transaction_status(now);
        self._on_query(client, Query::new(behind)).await
    }

    async fn do_query<C>(&self, client: &mut C, sql: &str) -> PgWireResult<Vec<Response>>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let mut account = self.conversation.account(client.metadata())?;
        if let Some(done) = self.several(client, sql, &mut account).await {
            return settled(done, account);
        }
        let prepared = match Box::pin(self.prepare(client, sql, &mut account)).await {
            Ok(prepared) => prepared,
            Err(refused) => return Err(account.fail(refused)),
        };
        let response = match (prepared.asked.as_ref(), prepared.planned) {
            (Asked::Rows(statement), Some(planned)) => {
                let plan = planned.plan.clone();
                let running = Running { engine: &planned.engine, statement, plan, account };
                let answer = self.begin(client, running, &Format::UnifiedText).await?;
                self.rows(client, answer, false).await?
            }
            (Asked::Copy(statement, format), Some(planned)) => {
                let plan = planned.plan.clone();
                self.copy(client, Running { engine: &planned.engine, statement, plan, account }, format).await?
            }
            (other, _) => settled(self.carry_out(client, other, FieldFormat::Text).await, account)?,
        };
        Ok(vec![response])
    }
}

#[async_trait]
impl ExtendedQueryHandler for Speaker {
    type Statement = Prepared;
    type QueryParser = Self;

    fn query_parser(&self) -> Arc<Self> {
        Arc::new(Self::new(Arc::clone(&self.conversation)))
    }

    async fn on_execute<C>(&self, client: &mut C, message: Execute) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        if client.transaction_status() == TransactionStatus::Error
            && let Some(Entry::Value(portal)) =
                client.portal_store().get_portal(message.name.as_deref().unwrap_or(DEFAULT_NAME))
            && matches!(*portal.statement.statement.asked, Asked::BackToSavepoint)
        {
            client.set_transaction_status(TransactionStatus::Transaction);
        }
        self._on_execute(client, message).await
    }

    async fn do_query<C>(&self, client: &mut C, portal: &Portal<Prepared>, most: usize) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let mut account = self.conversation.account(client.metadata())?;
        let prepared = match self.bind(client, portal, &mut account).await {
            Ok(prepared) => prepared,
            Err(refused) => return Err(account.fail(refused)),
        };
        match (prepared.asked.as_ref(), prepared.planned) {
            (Asked::Rows(statement), Some((engine, plan))) => {
                let running = Running { engine: &engine, statement, plan, account };
                let answer = self.begin(client, running, &portal.result_column_format).await?;
                if most == 0 {
                    return self.rows(client, answer, true).await;
                }
                Ok(Response::Query(QueryResponse::new(Arc::clone(answer.fields()), answer.into_stream())))
            }
            (Asked::Copy(statement, format), Some((engine, plan))) => {
                self.copy(client, Running { engine: &engine, statement, plan, account }, format).await
            }
            (other, _) => {
                settled(self.carry_out(client, other, portal.result_column_format.format_for(0)).await, account)
            }
        }
    }
}

#[async_trait]
impl QueryParser for Speaker {
    type Statement = Prepared;

    /// A statement that is refused is refused here, before it could be bound, and the audit log says so.
    async fn parse_sql<C>(&self, client: &C, sql: &str, _: &[Option<Type>]) -> PgWireResult<Option<Prepared>>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        let mut account = self.conversation.account(client.metadata())?;
        match Box::pin(self.prepare(client, sql, &mut account)).await {
            Ok(prepared) if matches!(*prepared.asked, Asked::Nothing("")) => {
                account.forget();
                Ok(None)
            }
            Ok(prepared) => {
                account.forget();
                Ok(Some(prepared))
            }
            Err(refused) => Err(account.fail(refused)),
        }
    }

    fn get_parameter_types(&self, prepared: &Prepared) -> PgWireResult<Vec<Type>> {
        let planned = prepared.planned.as_ref();
        planned.map_or_else(|| Ok(vec![]), |planned| Ok(binding::wire_types(&binding::parameters(&planned.plan)?)))
    }

    fn get_result_schema(&self, prepared: &Prepared, format: Option<&Format>) -> PgWireResult<Vec<FieldInfo>> {
        let format = format.unwrap_or(&Format::UnifiedText);
        match (prepared.asked.as_ref(), &prepared.planned) {
            (Asked::Rows(_), Some(planned)) => {
                binding::check_format(format, planned.plan.schema().fields().len())?;
                repeated::fields(&planned.columns(), format, None)
            }
            (Asked::Show(name), _) => {
                binding::check_format(format, 1)?;
                Ok(vec![shown_field(name, format.format_for(0))])
            }
            _ => Ok(vec![]),
        }
    }
}

/// Writes the line of what has no rows before its end is told.
fn settled<T>(done: PgWireResult<T>, mut account: Account) -> PgWireResult<T> {
    match done {
        Ok(response) => account.settle(Outcome::Ok).map(|()| response),
        Err(failed) => Err(account.fail(failed)),
    }
}

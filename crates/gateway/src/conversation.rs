//! What one connection remembers: who the client is, which engine answers it, and how its statements are read.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use datafusion::arrow::datatypes::Schema;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use panoh_warehouse::as_postgresql_means;
use pgwire::api::{ClientInfo, METADATA_APPLICATION_NAME};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::response::TransactionStatus;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::account::{Account, Outcome};
use crate::answer::{Watch, with_types_of};
use crate::asked::{Asked, asked, unreadable};
use crate::brake::Lane;
use crate::cancel::Cancellable;
use crate::catalog::Engine;
use crate::dialect::{adapt, spelled_out};
use crate::refusal::{INTERNAL, SYNTAX, TOO_COMPLEX, USER_GONE, error, fatal, of_warehouse};
use crate::scram::Verifier;
use crate::server::Office;
use crate::statements::Statements;
use crate::{settings, users};

/// How old an engine may get between transactions. What was loaded or erased since shows after that long.
const FRESH: Duration = Duration::from_secs(10);

/// Most words and signs of a statement that can nest. Deeper trees could exhaust the stack, and with it the process.
const MOST_NESTED: usize = 1000;

/// Plans of one connection that may run at once.
pub(crate) const LANES: usize = 4;

/// Longest statement, in bytes.
const LONGEST: usize = 1 << 20;

/// One connection.
pub(crate) struct Conversation {
    pub(crate) office: Arc<Office>,
    who: OnceLock<(String, Verifier)>,
    /// The client's place among those the gateway has, and among those that can be cancelled.
    begun: OnceLock<(Arc<OwnedSemaphorePermit>, Cancellable)>,
    /// How many plans may run at once: one for each portal that is read in turns, and no crowd.
    lanes: Arc<Semaphore>,
    engine: Mutex<Option<Arc<Engine>>>,
    statements: Statements,
}

/// A statement that was read, and planned when it has rows.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) sql: Arc<str>,
    pub(crate) asked: Arc<Asked>,
    pub(crate) planned: Option<Arc<Planned>>,
}

/// A plan, and the engine it is for.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) engine: Arc<Engine>,
    pub(crate) plan: LogicalPlan,
}

impl Conversation {
    pub(crate) fn new(office: Arc<Office>) -> Self {
        let (who, begun, lanes) = (OnceLock::new(), OnceLock::new(), Arc::new(Semaphore::new(LANES)));
        Self { office, who, begun, lanes, engine: Mutex::default(), statements: Statements::new() }
    }

    /// Notes whom the client says it is, before the proof.
    pub(crate) fn remember(&self, name: &str, verifier: &Verifier) {
        let _ = self.who.set((name.to_owned(), verifier.clone()));
    }

    /// Notes that the proof was right.
    pub(crate) fn begin(&self, place: OwnedSemaphorePermit, cancellable: Cancellable) {
        let _ = self.begun.set((Arc::new(place), cancellable));
    }

    /// Writes a login, or one that was refused, to the audit log. A name that nobody has is not written: it may be a
    /// password that was typed in the wrong place.
    pub(crate) fn note_login(&self, metadata: &HashMap<String, String>, outcome: Outcome) -> PgWireResult<()> {
        let name = self.who.get().filter(|(_, verifier)| verifier.is_real).map_or("", |(name, _)| name.as_str());
        let mut account = self.open_account(metadata, name)?;
        account.asked("login".to_owned(), String::new());
        account.settle(outcome)
    }

    /// Opens the account of a statement.
    pub(crate) fn account(&self, metadata: &HashMap<String, String>) -> PgWireResult<Account> {
        self.open_account(metadata, self.user()?)
    }

    fn open_account(&self, metadata: &HashMap<String, String>, name: &str) -> PgWireResult<Account> {
        let client = metadata.get(METADATA_APPLICATION_NAME).map(String::as_str).unwrap_or_default();
        Account::open(&self.office.audit, (self.office.clock)(), name, client)
    }

    /// The deadline and the watch of a statement that begins now.
    pub(crate) fn watch(&self, metadata: &HashMap<String, String>) -> PgWireResult<Watch> {
        let own = settings::statement_timeout(metadata).map(Duration::from_millis);
        let allowed = own.map_or(self.office.deadline, |own| own.min(self.office.deadline));
        let (_, cancellable) = self.begun.get().ok_or_else(not_logged_in)?;
        Ok(Watch::new(allowed, cancellable.watch()))
    }

    /// Room for one more plan of this connection; waits until an earlier one has ended.
    pub(crate) async fn lane(&self) -> PgWireResult<Lane> {
        let (place, _) = self.begun.get().ok_or_else(not_logged_in)?;
        let lane = Arc::clone(&self.lanes).acquire_owned().await.map_err(|_| not_logged_in())?;
        Ok((lane, Arc::clone(place)))
    }

    /// The engine that answers now. Within a transaction it stays the one that the transaction began with.
    pub(crate) async fn engine<C: ClientInfo>(&self, client: &C) -> PgWireResult<Arc<Engine>> {
        let engine = self.held(client.transaction_status() == TransactionStatus::Transaction).await?;
        engine.follow(client.metadata());
        Ok(engine)
    }

    async fn held(&self, in_transaction: bool) -> PgWireResult<Arc<Engine>> {
        let mut held = self.engine.lock().await;
        let serves =
            |engine: &&Arc<Engine>| !engine.is_outdated() && (in_transaction || engine.since().elapsed() < FRESH);
        if let Some(engine) = held.as_ref().filter(serves) {
            return Ok(Arc::clone(engine));
        }
        let user = self.user()?;
        self.refuse_removed()?;
        *held = None;
        let engine = Arc::new(Engine::open(&self.office, user).await?);
        *held = Some(Arc::clone(&engine));
        Ok(engine)
    }

    /// Reads one statement.
    pub(crate) fn read(&self, sql: &str) -> PgWireResult<Asked> {
        refuse_complex(sql)?;
        let mut statements = self.statements.read(&spelled_out(sql)).map_err(unreadable)?;
        let Some(statement) = statements.pop() else { return Ok(Asked::Nothing("")) };
        if statements.is_empty() {
            return understood(statement);
        }
        Err(several_refused())
    }

    /// Reads the statements of one simple message. psqlODBC sends its settings together when it connects; several that
    /// have no rows of the warehouse are read, so that none of them is answered when one is refused.
    pub(crate) fn read_several(&self, sql: &str) -> PgWireResult<Vec<Asked>> {
        refuse_complex(sql)?;
        let mut statements = self.statements.read(&spelled_out(sql)).map_err(unreadable)?;
        if statements.len() < 2 {
            return Ok(vec![statements.pop().map_or(Ok(Asked::Nothing("")), understood)?]);
        }
        statements
            .into_iter()
            .map(|one| match understood(one)? {
                Asked::Show(name) => settings::checked_name(&name).map(|()| Asked::Show(name)),
                among if among.may_stand_among_others() => Ok(among),
                _ => Err(several_refused()),
            })
            .collect()
    }

    /// The one query that stands behind `BEGIN;` in a message, as psqlODBC sends it when it does not commit by itself. It
    /// is the same as two messages, because a transaction is nothing here that a query could meet.
    pub(crate) fn behind_begin(&self, sql: &str) -> Option<String> {
        let (first, behind) = sql.split_once(';')?;
        let begins = first.trim().eq_ignore_ascii_case("begin");
        (begins && matches!(self.read(behind), Ok(Asked::Rows(_)))).then(|| behind.to_owned())
    }

    /// Plans a statement that has rows.
    pub(crate) async fn prepare(&self, sql: &str, asked: Asked, engine: &Arc<Engine>) -> PgWireResult<Prepared> {
        let planned = match &asked {
            Asked::Rows(statement) | Asked::Copy(statement, _) => {
                Some(Arc::new(Planned { engine: Arc::clone(engine), plan: engine.plan(statement).await? }))
            }
            _ => None,
        };
        Ok(Prepared { sql: sql.into(), asked: Arc::new(asked), planned })
    }

    fn user(&self) -> PgWireResult<&str> {
        self.begun.get().and_then(|_| self.who.get()).map(|(name, _)| name.as_str()).ok_or_else(not_logged_in)
    }

    /// A user who was removed, or has a new password, has to log in again.
    fn refuse_removed(&self) -> PgWireResult<()> {
        let (name, verifier) = self.who.get().ok_or_else(not_logged_in)?;
        match users::verifier(&self.office.users, &self.office.home, name) {
            Ok(now) if now == *verifier => Ok(()),
            Ok(_) => Err(fatal(USER_GONE, "the user was removed or has a new password", "log in again")),
            Err(failed) => {
                tracing::error!(reason = %failed, "a user could not be looked up");
                Err(fatal(INTERNAL, "the gateway cannot check users now", "tell whoever looks after the gateway"))
            }
        }
    }
}

/// What a statement asks, in words that the engine takes as PostgreSQL does.
fn understood(mut statement: Statement) -> PgWireResult<Asked> {
    as_postgresql_means(&mut statement).map_err(of_warehouse)?;
    asked(adapt(statement))
}

fn several_refused() -> PgWireError {
    let hint = "send them one at a time; only SET, SHOW and the begin and end of transactions may come together";
    error(SYNTAX, "more than one statement was sent at once", hint)
}

fn not_logged_in() -> PgWireError {
    fatal(INTERNAL, "nobody is logged in", "connect again")
}

/// Refuses what could exhaust the stack, before it is parsed. Lists do not nest, so commas, names and literals are free;
/// parentheses are counted by the parser itself.
fn refuse_complex(sql: &str) -> PgWireResult<()> {
    let refused = || {
        let hint = "shorten it; a long list belongs into IN (…), not into a chain of OR";
        Err(error(TOO_COMPLEX, "the statement is too long or nests too deep", hint))
    };
    if sql.len() > LONGEST {
        return refused();
    }
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().map_err(unreadable)?;
    let nests = |token: &&Token| match token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword && word.quote_style.is_none(),
        other => !matches!(
            other,
            Token::Comma
                | Token::Period
                | Token::LParen
                | Token::RParen
                | Token::Whitespace(_)
                | Token::Number(..)
                | Token::SingleQuotedString(_)
        ),
    };
    if tokens.iter().filter(nests).count() > MOST_NESTED { refused() } else { Ok(()) }
}

impl Planned {
    /// Its columns, with the types that their values will have. Where a type hangs on a value that is not bound yet, it is
    /// the one that was written.
    pub(crate) fn columns(&self) -> Schema {
        let state = self.engine.context().state();
        let understood = state.analyzer().execute_and_check(self.plan.clone(), state.config_options(), |_, _| {});
        with_types_of(&self.plan, understood.as_ref().unwrap_or(&self.plan))
    }

    /// Whether the plan is for this engine.
    pub(crate) fn is_for(&self, engine: &Arc<Engine>) -> bool {
        Arc::ptr_eq(&self.engine, engine)
    }
}

/// A moment that lies that long from now.
pub(crate) fn after(duration: Duration) -> Instant {
    Instant::now() + duration
}

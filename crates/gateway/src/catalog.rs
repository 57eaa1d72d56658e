//! The engine of one connection: the warehouse as it is now, with the catalogue that PostgreSQL clients look at.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement as EngineStatement;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion_pg_catalog::pg_catalog::context::{PgCatalogContextProvider, Role};
use datafusion_pg_catalog::pg_catalog::setup_pg_catalog;
use panoh_warehouse::{AsOf, refuse_changes};
use pgwire::error::PgWireResult;
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::bounded;
use crate::comments::Comments;
use crate::functions::{ClientSettings, asked_by_clients};
use crate::refusal::{of_engine, of_warehouse};
use crate::server::Office;
use crate::visible::Visible;

/// The one database.
pub(crate) const DATABASE: &str = "panoh";
/// The schema of the views.
pub(crate) const VIEWS: &str = "public";
/// The schema of the stored tables.
pub(crate) const STORED: &str = "stored";

/// The warehouse at one moment.
pub(crate) struct Engine {
    context: SessionContext,
    /// Tables by schema.
    tables: HashMap<String, HashSet<String>>,
    /// Every name that may stand in the audit log: schemas, tables, columns, functions.
    names: HashSet<String>,
    /// What its functions are told about the client.
    client: ClientSettings,
    comments: Comments,
    visible: Visible,
    since: Instant,
    /// Set by a statement that found files of its tables gone.
    outdated: Arc<AtomicBool>,
    /// Where its plans run.
    threads: Handle,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the newest tables for a user.
    pub(crate) async fn open(office: &Office, user: &str) -> PgWireResult<Self> {
        let session = office.warehouse.session(AsOf::Newest, &office.limits).await.map_err(of_warehouse)?;
        let context = session.into_context();
        let role = Reader { name: user.to_owned() };
        setup_pg_catalog(&context, DATABASE, role).map_err(|e| of_engine(&e))?;
        let (client, comments, visible) = (ClientSettings::default(), Comments::default(), Visible::default());
        context.register_udf(visible.function());
        for function in asked_by_clients(user, &client) {
            context.register_udf(function);
        }
        for function in bounded::in_the_place_of_the_engines(&context.state()) {
            context.register_udf(function);
        }
        let catalog = context.catalog(DATABASE);
        if let Some(catalog) = &catalog {
            comments.join(&context, catalog.as_ref()).map_err(|e| of_engine(&e))?;
        }
        let (mut tables, mut names) = (HashMap::new(), functions(&context));
        for schema in catalog.iter().flat_map(|catalog| catalog.schema_names()) {
            let Some(provider) = catalog.as_ref().and_then(|catalog| catalog.schema(&schema)) else { continue };
            let known: HashSet<String> = provider.table_names().into_iter().collect();
            for table in known.iter().filter(|_| [VIEWS, STORED].contains(&schema.as_str())) {
                let provider = provider.table(table).await.map_err(|e| of_engine(&e))?;
                let columns = provider.map(|table| table.schema());
                names.extend(columns.iter().flat_map(|s| s.fields()).map(|field| field.name().to_ascii_lowercase()));
            }
            names.extend(known.iter().cloned());
            names.insert(schema.clone());
            tables.insert(schema, known);
        }
        let (since, outdated, threads) = (Instant::now(), Arc::default(), office.engine.clone());
        Ok(Self { context, tables, names, client, comments, visible, since, outdated, threads })
    }

    pub(crate) fn context(&self) -> &SessionContext {
        &self.context
    }

    pub(crate) fn threads(&self) -> &Handle {
        &self.threads
    }

    pub(crate) fn names(&self) -> &HashSet<String> {
        &self.names
    }

    /// When it was opened.
    pub(crate) fn since(&self) -> Instant {
        self.since
    }

    /// Whether its tables were built anew, and files it reads are gone.
    pub(crate) fn is_outdated(&self) -> bool {
        self.outdated.load(Ordering::Relaxed)
    }

    /// What a statement sets that finds it so.
    pub(crate) fn outdated(&self) -> &Arc<AtomicBool> {
        &self.outdated
    }

    /// Tells its functions which settings the client has made.
    pub(crate) fn follow(&self, metadata: &HashMap<String, String>) {
        self.client.follow(metadata);
    }

    /// Whether there is such a table.
    pub(crate) fn has(&self, schema: &str, table: &str) -> bool {
        self.tables.get(schema).is_some_and(|tables| tables.contains(table))
    }

    /// Plans a statement that was found to read, and looks through the plan.
    pub(crate) async fn plan(&self, statement: &Statement) -> PgWireResult<LogicalPlan> {
        self.comments.prepare(statement, &self.context, &self.threads).await.map_err(|e| of_engine(&e))?;
        self.visible.prepare(statement, &self.context, &self.threads).await.map_err(|e| of_engine(&e))?;
        let statement = EngineStatement::Statement(Box::new(statement.clone()));
        let plan = self.context.state().statement_to_plan(statement).await.map_err(|e| of_engine(&e))?;
        refuse_changes(&plan, "").map_err(of_warehouse)?;
        Ok(plan)
    }
}

fn functions(context: &SessionContext) -> HashSet<String> {
    let state = context.state();
    let (scalar, aggregate) = (state.scalar_functions().keys(), state.aggregate_functions().keys());
    let (window, table) = (state.window_functions().keys(), state.table_functions().keys());
    scalar.chain(aggregate).chain(window).chain(table).map(|name| name.to_ascii_lowercase()).collect()
}

/// The one role that the catalogue shows: the user, who may log in and read.
#[derive(Debug, Clone)]
struct Reader {
    name: String,
}

#[async_trait]
impl PgCatalogContextProvider for Reader {
    async fn roles(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    async fn role(&self, name: &str) -> Option<Role> {
        (name == self.name).then(|| Role {
            name: self.name.clone(),
            is_superuser: false,
            can_login: true,
            can_create_db: false,
            can_create_role: false,
            can_create_user: false,
            can_replication: false,
            grants: vec![],
            inherited_roles: vec![],
        })
    }
}

//! The engine of one connection: the warehouse as it is now, with the catalogue that PostgreSQL clients look at.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::{ColumnarValue, LogicalPlan, ScalarUDF, Volatility, create_udf};
use datafusion::sql::parser::Statement as EngineStatement;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion_pg_catalog::pg_catalog::context::{PgCatalogContextProvider, Role};
use datafusion_pg_catalog::pg_catalog::setup_pg_catalog;
use panoh_warehouse::{AsOf, refuse_changes};
use pgwire::api::Type;
use pgwire::error::PgWireResult;
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::refusal::{of_engine, of_warehouse};
use crate::server::Office;

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
    since: Instant,
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
        for (name, value) in [("version", VERSION), ("session_user", user), ("current_user", user)] {
            context.register_udf(constant(name, value));
        }
        context.register_udf(to_regtype());
        for function in never_anything() {
            context.register_udf(function);
        }
        let (mut tables, mut names) = (HashMap::new(), functions(&context));
        let catalog = context.catalog(DATABASE);
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
        // The information schema is not in the list of schemas; its tables have these names.
        let information = ["tables", "columns", "views", "schemata", "df_settings", "routines", "parameters"];
        names.extend(information.iter().map(|&name| name.to_owned()));
        names.insert("information_schema".to_owned());
        tables.insert("information_schema".to_owned(), information.iter().map(|&name| name.to_owned()).collect());
        Ok(Self { context, tables, names, since: Instant::now(), threads: office.engine.clone() })
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

    /// Whether there is such a table.
    pub(crate) fn has(&self, schema: &str, table: &str) -> bool {
        self.tables.get(schema).is_some_and(|tables| tables.contains(table))
    }

    /// Plans a statement that was found to read, and looks through the plan.
    pub(crate) async fn plan(&self, statement: &Statement) -> PgWireResult<LogicalPlan> {
        let statement = EngineStatement::Statement(Box::new(statement.clone()));
        let plan = self.context.state().statement_to_plan(statement).await.map_err(|e| of_engine(&e))?;
        refuse_changes(&plan, "").map_err(of_warehouse)?;
        Ok(plan)
    }
}

/// What clients read the version of the server from.
const VERSION: &str = "PostgreSQL 16.6 (Panoh gateway, reading only)";

/// A function without arguments that always says the same.
fn constant(name: &str, value: &str) -> ScalarUDF {
    let value = ScalarValue::Utf8(Some(value.to_owned()));
    create_udf(
        name,
        vec![],
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(move |_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(value.clone()))),
    )
}

/// Functions that clients call about what is not here: comments, sequences, indexes, other sessions.
fn never_anything() -> Vec<ScalarUDF> {
    use DataType::{Boolean, Int32, Utf8};
    let (nothing, here) = (ScalarValue::Utf8(None), ScalarValue::Boolean(Some(true)));
    [
        ("col_description", vec![Int32, Int32], &nothing),
        ("obj_description", vec![Int32, Utf8], &nothing),
        ("shobj_description", vec![Int32, Utf8], &nothing),
        ("pg_get_serial_sequence", vec![Utf8, Utf8], &nothing),
        ("pg_get_indexdef", vec![Int32, Int32, Boolean], &nothing),
        ("pg_my_temp_schema", vec![], &ScalarValue::Int32(Some(0))),
        ("pg_is_in_recovery", vec![], &ScalarValue::Boolean(Some(false))),
        ("pg_function_is_visible", vec![Int32], &here),
        ("pg_type_is_visible", vec![Int32], &here),
        ("pg_collation_is_visible", vec![Int32], &here),
    ]
    .into_iter()
    .map(|(name, takes, value)| {
        let (value, gives) = (value.clone(), value.data_type());
        let answer = move |_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(value.clone()));
        create_udf(name, takes, gives, Volatility::Stable, Arc::new(answer))
    })
    .collect()
}

/// The number of a type by its name, NULL for one that is not here. Drivers look for types of extensions with it.
fn to_regtype() -> ScalarUDF {
    let number = |name: &str| {
        let known =
            [Type::BOOL, Type::BYTEA, Type::DATE, Type::FLOAT4, Type::FLOAT8, Type::INT2, Type::INT4, Type::INT8];
        let known =
            known.into_iter().chain([Type::NUMERIC, Type::TEXT, Type::TIMESTAMP, Type::TIMESTAMPTZ, Type::VARCHAR]);
        known.into_iter().find(|one| one.name() == name).map(|one| one.oid() as i32)
    };
    let answer = move |values: &[ColumnarValue]| match values {
        [ColumnarValue::Scalar(name)] => {
            Ok(ColumnarValue::Scalar(ScalarValue::Int32(name.try_as_str().flatten().and_then(number))))
        }
        _ => Err(DataFusionError::NotImplemented("to_regtype of a column".to_owned())),
    };
    create_udf("to_regtype", vec![DataType::Utf8], DataType::Int32, Volatility::Stable, Arc::new(answer))
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

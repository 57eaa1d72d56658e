//! Who an alias stands for, looked up in memory where SQL says a join.
//!
//! The view `cases` joins the aliases, so that persons who turned out to be one are counted once. They are few, and a join
//! makes every row of every question anew for them, journeys and all: a fifth of the time of most. So a session that begins
//! reads the aliases, and a function is put in the place of the join before a question is planned; it gives the same rows.

use std::collections::HashMap;
use std::fmt::{Debug, Formatter, Result as Formatted};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use datafusion::arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, JoinType, Result, ScalarValue, exec_err};
use datafusion::logical_expr::{
    BinaryExpr, ColumnarValue, Expr, Join, LogicalPlan, Operator, Projection, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, TableScan, Volatility, lit,
};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use foldhash::fast::RandomState;

use crate::context::STORED;

/// The table of the aliases.
pub(crate) const ALIASES: &str = "aliases";
/// Its column by which it is joined: the pseudonym that was given up.
const ALIAS: &str = "alias";
/// Bytes of files of aliases that a session reads into memory, about a million of them. Of more, joins stay joins.
pub(crate) const MOST_BYTES: u64 = 64 << 20;

/// The rows of the table, by alias.
pub(crate) struct Persons {
    rows: RecordBatch,
    by_alias: HashMap<Box<str>, usize, RandomState>,
}

/// Pseudonyms stay out of logs.
impl Debug for Persons {
    fn fmt(&self, f: &mut Formatter<'_>) -> Formatted {
        f.debug_struct("Persons").finish_non_exhaustive()
    }
}

impl Persons {
    /// None when an alias is there twice, which a join would show twice, or when a column is not text.
    pub(crate) fn of(schema: &SchemaRef, batches: &[RecordBatch]) -> Option<Self> {
        if schema.fields().iter().any(|field| field.data_type() != &DataType::Utf8) {
            return None;
        }
        let rows = concat_batches(schema, batches).ok()?;
        let mut by_alias = HashMap::default();
        let aliases: &StringArray = rows.column_by_name(ALIAS)?.as_string_opt()?;
        // An alias that is NULL is equal to nobody.
        for (alias, row) in aliases.iter().zip(0..).filter_map(|(alias, row)| Some((alias?, row))) {
            if by_alias.insert(alias.into(), row).is_some() {
                return None;
            }
        }
        Some(Self { rows, by_alias })
    }
}

/// The aliases of a session, once it has read them.
pub(crate) type Known = Arc<OnceLock<Arc<Persons>>>;

/// Replaces `x LEFT JOIN stored.aliases AS a ON x.person = a.alias`.
#[derive(Debug)]
pub(crate) struct LookUpAliases(pub(crate) Known);

impl OptimizerRule for LookUpAliases {
    fn name(&self) -> &'static str {
        "look_up_aliases"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let (LogicalPlan::Join(join), Some(persons)) = (&plan, self.0.get()) else {
            return Ok(Transformed::no(plan));
        };
        let Some(alias) = joined_alias(join) else { return Ok(Transformed::no(plan)) };
        let looked_up = |column: &str| {
            if persons.by_alias.is_empty() {
                return lit(ScalarValue::Utf8(None));
            }
            ScalarUDF::new_from_impl(KnownAs::new(Arc::clone(persons), column)).call(vec![alias.clone()])
        };
        let left = join.left.schema().fields().len();
        let columns = join.schema.iter().enumerate().map(|(at, (table, field))| {
            if at < left {
                return Expr::from((table, field));
            }
            looked_up(field.name()).alias_qualified(table.cloned(), field.name())
        });
        let columns = columns.collect();
        let looked_up = Projection::try_new_with_schema(columns, Arc::clone(&join.left), Arc::clone(&join.schema))?;
        Ok(Transformed::yes(LogicalPlan::Projection(looked_up)))
    }
}

/// The column that is looked up, if a plan joins all aliases on it and asks nothing else of them. The condition is as it was
/// written: the engine has not looked at it yet.
fn joined_alias(join: &Join) -> Option<Expr> {
    let Some(Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right })) = &join.filter else { return None };
    let (Expr::Column(one), Expr::Column(other)) = (left.as_ref(), right.as_ref()) else { return None };
    let looked_up = |person: &Column, alias: &Column| {
        let is_text = join
            .left
            .schema()
            .qualified_field_from_column(person)
            .is_ok_and(|(_, it)| it.data_type() == &DataType::Utf8);
        is_text && alias.name == ALIAS && join.right.schema().has_column(alias)
    };
    let person = [(one, other), (other, one)].into_iter().find(|(person, alias)| looked_up(person, alias))?.0;
    let whole = join.join_type == JoinType::Left && join.on.is_empty();
    (whole && is_aliases(&join.right)).then(|| Expr::Column(person.clone()))
}

fn is_aliases(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::SubqueryAlias(named) => is_aliases(&named.input),
        LogicalPlan::TableScan(TableScan { table_name, filters, fetch, .. }) => {
            table_name.table() == ALIASES
                && table_name.schema() == Some(STORED)
                && filters.is_empty()
                && fetch.is_none()
        }
        _ => false,
    }
}

/// What a column says in the row of a pseudonym; NULL for one that is no alias.
struct KnownAs {
    persons: Arc<Persons>,
    column: String,
    signature: Signature,
}

impl KnownAs {
    fn new(persons: Arc<Persons>, column: &str) -> Self {
        let signature = Signature::exact(vec![DataType::Utf8], Volatility::Immutable);
        Self { persons, column: column.to_owned(), signature }
    }
}

impl Debug for KnownAs {
    fn fmt(&self, f: &mut Formatter<'_>) -> Formatted {
        f.debug_struct("KnownAs").finish_non_exhaustive()
    }
}

impl PartialEq for KnownAs {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.persons, &other.persons) && self.column == other.column
    }
}

impl Eq for KnownAs {}

impl Hash for KnownAs {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (Arc::as_ptr(&self.persons), &self.column).hash(state);
    }
}

impl ScalarUDFImpl for KnownAs {
    fn name(&self) -> &'static str {
        "known_as"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let pseudonyms = args.args[0].to_array(args.number_rows)?;
        let Persons { rows, by_alias } = self.persons.as_ref();
        let Some(column) = rows.column_by_name(&self.column) else {
            return exec_err!("the table {ALIASES} has no column {}", self.column);
        };
        let column: &StringArray = column.as_string();
        let row = |pseudonym: Option<&str>| pseudonym.and_then(|one| by_alias.get(one)).copied();
        let value = |row: usize| column.is_valid(row).then(|| column.value(row));
        let values: StringArray = pseudonyms.as_string::<i32>().iter().map(|one| row(one).and_then(value)).collect();
        Ok(ColumnarValue::Array(Arc::new(values)))
    }
}

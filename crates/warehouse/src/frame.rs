//! A frame after its check: person-local, with the columns that a release needs, narrowed to the cohorts asked for.

use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::Column;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit};
use panoh_dictionary::Dictionary;

use crate::error::plan as planning;
use crate::locality::{self, Meaning};
use crate::rows::plain_schema;
use crate::session::stream;
use crate::{Rows, WarehouseError, rules};

/// A frame whose plan was checked. It can be run any number of times over the versions of its session.
pub struct CheckedFrame {
    state: SessionState,
    plan: LogicalPlan,
    schema: SchemaRef,
}

impl std::fmt::Debug for CheckedFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckedFrame").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl CheckedFrame {
    /// The plan is checked after the analyser has put in every type conversion and before the optimiser, which keeps
    /// the meaning, has moved anything: what is checked is what was written.
    pub(crate) fn check(
        state: SessionState,
        plan: LogicalPlan,
        cohorts: &[String],
        dictionary: &Dictionary,
    ) -> Result<Self, WarehouseError> {
        let plan = rules::meaning().execute_and_check(plan, state.config_options(), |_, _| {}).map_err(planning)?;
        let meanings = locality::check(&plan, dictionary)?;
        check_columns(&plan, &meanings)?;
        let cohort = column(&plan, "cohort").ok_or_else(|| missing("cohort"))?;
        let wanted: Vec<_> = cohorts.iter().map(|cohort| lit(cohort.as_str())).collect();
        let inside = if wanted.is_empty() { lit(false) } else { Expr::Column(cohort).in_list(wanted, false) };
        let plan =
            LogicalPlanBuilder::from(plan).filter(inside).and_then(LogicalPlanBuilder::build).map_err(planning)?;
        let schema = plain_schema(plan.schema().inner());
        Ok(Self { state, plan, schema })
    }

    /// Names and types of the columns: `person`, `cohort` and the dimensions.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows of the persons in the cohorts asked for, in no particular order.
    pub async fn rows(&self) -> Result<Rows, WarehouseError> {
        stream(self.state.clone(), self.plan.clone()).await
    }
}

fn check_columns(plan: &LogicalPlan, meanings: &[Meaning]) -> Result<(), WarehouseError> {
    let fields = plan.schema().fields();
    let person = fields.iter().position(|field| field.name() == "person").ok_or_else(|| missing("person"))?;
    if meanings[person] != Meaning::Person {
        return Err(wrong("person", "must be the person of the row as the views give it, unchanged and never NULL"));
    }
    let cohort = fields.iter().position(|field| field.name() == "cohort").ok_or_else(|| missing("cohort"))?;
    if meanings[cohort] != Meaning::Cohort {
        return Err(wrong(
            "cohort",
            "must be the one cohort over all records: that of the view persons or profiles, unchanged and never NULL",
        ));
    }
    for (at, field) in fields.iter().enumerate() {
        if meanings[at] == Meaning::Name {
            return Err(wrong(field.name(), "is a pseudonym; leave it out"));
        }
        if !matches!(field.data_type(), DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8) {
            return Err(wrong(field.name(), "must be text: write a code, not a number or a list"));
        }
        if fields.iter().take(at).any(|earlier| earlier.name() == field.name()) {
            return Err(wrong(field.name(), "stands twice; give each column a name of its own"));
        }
    }
    Ok(())
}

fn column(plan: &LogicalPlan, name: &str) -> Option<Column> {
    plan.schema().iter().find(|(_, field)| field.name() == name).map(Column::from)
}

fn missing(column: &str) -> WarehouseError {
    wrong(column, "is missing; a frame gives person, cohort and one column for each dimension")
}

fn wrong(column: &str, reason: &str) -> WarehouseError {
    WarehouseError::FrameColumns { column: column.to_owned(), reason: reason.to_owned() }
}

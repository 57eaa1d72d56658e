//! The places of a journey that have one role: `places(journey, 'transit')`, in the order in which they were passed.
//!
//! Few journeys have a place of transit. To give every place a row and then look at its role takes half as long again.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, AsArray as _, ListArray, StringArray, UInt64Array};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::{cast, take};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Places {
    signature: Signature,
}

impl Places {
    pub(crate) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Places {
    fn name(&self) -> &'static str {
        "places"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        match given {
            [DataType::List(place), _] if matches!(place.data_type(), DataType::Struct(of) if of.find("role").is_some()) => {
                Ok(vec![given[0].clone(), DataType::Utf8])
            }
            _ => plan_err!("write places(journey, 'transit')"),
        }
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        Ok(given[0].clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [journeys, ColumnarValue::Scalar(ScalarValue::Utf8(Some(role)))] = args.args.as_slice() else {
            return exec_err!("the role of places is a text between quotes");
        };
        let journeys = journeys.to_array(args.number_rows)?;
        Ok(ColumnarValue::Array(Arc::new(with_role(journeys.as_list(), role)?)))
    }
}

/// None of a journey that is NULL.
fn with_role(journeys: &ListArray, role: &str) -> Result<ListArray> {
    let places = journeys.values().as_struct();
    let Some(roles) = places.column_by_name("role") else { return exec_err!("a place has a role") };
    // Of a text already, this copies nothing.
    let roles = cast(roles, &DataType::Utf8)?;
    let roles: &StringArray = roles.as_string();
    let has_role = |place: &usize| places.is_valid(*place) && roles.is_valid(*place) && roles.value(*place) == role;
    let offsets = journeys.value_offsets();
    let (mut found, mut lengths) = (Vec::new(), Vec::with_capacity(journeys.len()));
    for row in 0..journeys.len() {
        let before = found.len();
        if journeys.is_valid(row) {
            found.extend((offsets[row] as usize..offsets[row + 1] as usize).filter(has_role).map(|place| place as u64));
        }
        lengths.push(found.len() - before);
    }
    let DataType::List(place) = journeys.data_type() else { return exec_err!("a journey is a list of places") };
    let found = take(places, &UInt64Array::from(found), None)?;
    let nulls = journeys.nulls().cloned();
    Ok(ListArray::try_new(Arc::clone(place), OffsetBuffer::from_lengths(lengths), found, nulls)?)
}

#[cfg(test)]
mod tests {
    use datafusion::execution::context::SessionContext;
    use datafusion::logical_expr::ScalarUDF;

    use super::*;

    async fn asked(expression: &str) -> Result<Vec<String>> {
        let context = SessionContext::new();
        context.register_udf(ScalarUDF::new_from_impl(Places::new()));
        let place = |role: &str, country: &str| format!("named_struct('role', {role}, 'country', '{country}')");
        let [from, over, to] =
            [("'recruitment'", "TJK"), ("'transit'", "KAZ"), ("'transit'", "RUS")].map(|(role, at)| place(role, at));
        let nobody = place("NULL", "UZB");
        let sql = format!(
            "SELECT {expression} AS x
               FROM (VALUES (1, [{from}, {over}, {to}]), (2, [{from}]), (3, NULL), (4, [{over}, NULL, {nobody}])) AS t(row, journey)
              ORDER BY row"
        );
        let mut shown = Vec::new();
        for batch in context.sql(&sql).await?.collect().await? {
            for row in 0..batch.num_rows() {
                shown.push(ScalarValue::try_from_array(batch.column(0), row)?.to_string());
            }
        }
        Ok(shown)
    }

    #[tokio::test]
    async fn places_of_one_role_are_kept() {
        let kaz = "{role: transit, country: KAZ}";
        let expected =
            [format!("[{kaz}, {{role: transit, country: RUS}}]"), "[]".into(), String::new(), format!("[{kaz}]")];
        assert_eq!(asked("places(journey, 'transit')").await.unwrap(), expected);
        assert_eq!(asked("cardinality(places(journey, 'no such role'))").await.unwrap(), ["0", "0", "NULL", "0"]);
    }

    #[tokio::test]
    async fn words_that_mean_nothing_are_refused() {
        for (expression, reason) in [
            ("places(journey)", "write places(journey, 'transit')"),
            ("places(row, 'transit')", "write places(journey, 'transit')"),
            ("places(journey, CAST(row AS VARCHAR))", "a text between quotes"),
            ("places(journey, NULL)", "a text between quotes"),
        ] {
            let refused = asked(expression).await.unwrap_err().to_string();
            assert!(refused.contains(reason), "{expression}: {refused}");
        }
    }
}

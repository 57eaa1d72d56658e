//! The numbers of the entries of a list: `steps(journey)` is 1, 2, 3 for three places.
//!
//! Beside `unnest(journey)` it numbers the rows. The engine's own `range(1, array_length(journey) + 1)` says the same and
//! takes half the time of a question about journeys.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, AsArray as _, Int64Array, ListArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Steps {
    signature: Signature,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Steps {
    fn name(&self) -> &'static str {
        "steps"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        if let [DataType::List(_)] = given { Ok(given.to_vec()) } else { plan_err!("write steps(list)") }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(entry()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let lists = args.args[0].to_array(args.number_rows)?;
        Ok(ColumnarValue::Array(Arc::new(steps(lists.as_list())?)))
    }
}

fn entry() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Int64, true))
}

/// A list that is NULL has none.
fn steps(lists: &ListArray) -> Result<ListArray> {
    let length = |row| if lists.is_valid(row) { lists.value_length(row) as usize } else { 0 };
    let offsets = OffsetBuffer::from_lengths((0..lists.len()).map(length));
    let numbers: Int64Array = (0..lists.len()).flat_map(|row| 1..=length(row) as i64).collect();
    Ok(ListArray::try_new(entry(), offsets, Arc::new(numbers), lists.nulls().cloned())?)
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::types::Int32Type;

    use super::*;

    #[test]
    fn entries_are_numbered_from_one() {
        let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([
            Some(vec![Some(7), None, Some(9)]),
            None,
            Some(vec![]),
            Some(vec![Some(1)]),
        ]);
        let cases = [
            (0, vec![Some(vec![1, 2, 3]), None, Some(vec![]), Some(vec![1])]),
            (1, vec![None, Some(vec![]), Some(vec![1])]),
        ];
        for (from, expected) in cases {
            let found = steps(&lists.slice(from, lists.len() - from)).expect("lists have steps");
            let found: Vec<_> = found
                .iter()
                .map(|list| {
                    list.map(|list| list.as_primitive::<datafusion::arrow::datatypes::Int64Type>().values().to_vec())
                })
                .collect();
            assert_eq!(found, expected, "from {from}");
        }
    }
}

//! Functions over lists of codes, for questions that count persons by what is in a list.
//!
//! * `listed(codes)`: the codes of a list, each once; of a list that is empty the code `missing`. `unnest` of it gives every
//!   record at least one row.
//! * `code_bits(codes, all)`: one number that says which codes of `all` a list holds. The first code of `all` is bit 0, and
//!   of a list that is empty the bit is that of `missing`. Bits of several lists are brought together by `bit_or`, so
//!   persons are counted by their codes in one pass; the engine's own way is a row for each code, and a join.
//!
//! Both are NULL for a list that is NULL.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array as _, AsArray as _, Int64Array, ListArray, ListBuilder, StringArray, StringBuilder,
};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use foldhash::fast::RandomState;

/// The code of an empty list: nothing was written.
const MISSING: &str = "missing";
/// Bits of a number that is not negative.
const BITS: usize = 63;

/// Both, for every engine that plans or runs questions.
pub(crate) fn functions() -> [Arc<ScalarUDF>; 2] {
    [Asked::Listed, Asked::Bits].map(Function::new).map(ScalarUDF::new_from_impl).map(Arc::new)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Asked {
    Listed,
    Bits,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Function {
    asked: Asked,
    signature: Signature,
}

impl Function {
    fn new(asked: Asked) -> Self {
        Self { asked, signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &'static str {
        match self.asked {
            Asked::Listed => "listed",
            Asked::Bits => "code_bits",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// A value that is bound later has no type yet.
    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let is_list = |given: &DataType| matches!(given, DataType::List(code) if code.data_type() == &DataType::Utf8);
        match (self.asked, given) {
            (Asked::Listed, [codes]) if is_list(codes) => Ok(given.to_vec()),
            (Asked::Bits, [codes, all]) if is_list(codes) && (is_list(all) || all.is_null()) => Ok(given.to_vec()),
            (Asked::Listed, _) => plan_err!("write listed(codes) of a list of codes"),
            (Asked::Bits, _) => plan_err!("write code_bits(codes, ['one code', 'another'])"),
        }
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        Ok(if self.asked == Asked::Listed { given[0].clone() } else { DataType::Int64 })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let lists = args.args[0].to_array(args.number_rows)?;
        let lists = lists.as_list();
        Ok(ColumnarValue::Array(match (self.asked, args.args.get(1)) {
            (Asked::Listed, _) => Arc::new(listed(lists)?),
            (Asked::Bits, Some(ColumnarValue::Scalar(ScalarValue::List(all)))) if all.is_valid(0) => {
                Arc::new(code_bits(lists, all.value(0).as_string())?)
            }
            (Asked::Bits, _) => return exec_err!("the second list of code_bits is written out, not read from rows"),
        }))
    }
}

fn code_bits(lists: &ListArray, all: &StringArray) -> Result<Int64Array> {
    if all.len() > BITS {
        return exec_err!("a list of {} codes has more than {BITS}, which is what a number has bits for", all.len());
    }
    let bits = all.iter().zip(0..).filter_map(|(code, at)| Some((code?, 1_i64 << at)));
    let bits: HashMap<&str, i64, RandomState> = bits.collect();
    let bit = |code: &str| bits.get(code).copied().unwrap_or_default();
    let missing = bit(MISSING);
    let codes: &StringArray = lists.values().as_string();
    Ok((0..lists.len())
        .map(|row| {
            let codes = of_row(lists, row)?.filter(|&at| codes.is_valid(at)).map(|at| bit(codes.value(at)));
            Some(if lists.value_length(row) == 0 { missing } else { codes.fold(0, |all, one| all | one) })
        })
        .collect())
}

/// Nothing is copied when every list has codes and none has one twice, which is how nearly all are.
fn listed(lists: &ListArray) -> Result<ListArray> {
    let codes: &StringArray = lists.values().as_string();
    let code = |at: usize| codes.is_valid(at).then(|| codes.value(at));
    let is_plain = |row: usize| match of_row(lists, row) {
        None => true,
        Some(places) if places.len() < 2 => places.len() == 1,
        Some(places) => places.len() == places.map(code).collect::<HashSet<_, RandomState>>().len(),
    };
    if (0..lists.len()).all(is_plain) {
        return Ok(lists.clone());
    }
    let DataType::List(field) = lists.data_type() else { return exec_err!("a list of codes is a list") };
    let mut all = ListBuilder::new(StringBuilder::new()).with_field(Arc::clone(field));
    let mut seen: HashSet<Option<&str>, RandomState> = HashSet::default();
    for row in 0..lists.len() {
        let places = of_row(lists, row);
        let is_known = places.is_some();
        seen.clear();
        for one in places.into_iter().flatten().map(code).filter(|one| seen.insert(*one)) {
            all.values().append_option(one);
        }
        if is_known && lists.value_length(row) == 0 {
            all.values().append_value(MISSING);
        }
        all.append(is_known);
    }
    Ok(all.finish())
}

/// Where the codes of a row stand; none for a list that is NULL.
fn of_row(lists: &ListArray, row: usize) -> Option<std::ops::Range<usize>> {
    let offsets = lists.value_offsets();
    lists.is_valid(row).then(|| offsets[row] as usize..offsets[row + 1] as usize)
}

#[cfg(test)]
mod tests {
    use datafusion::execution::context::SessionContext;

    use super::*;

    /// Five lists: two codes, one of them twice, none, NULL, one that is missing, and one with a NULL in it.
    const LISTS: &str = "(VALUES (1, ['b', 'a', 'b']), (2, array_remove(['a'], 'a')), (3, NULL), (4, ['missing']),
                                 (5, ['a', NULL, 'z'])) AS t(row, codes)";

    async fn asked(expression: &str, rows: &str) -> Result<Vec<String>> {
        let context = SessionContext::new();
        for function in functions() {
            context.register_udf(function.as_ref().clone());
        }
        let sql = format!("SELECT {expression} AS x FROM {LISTS} WHERE {rows} ORDER BY row");
        let mut shown = Vec::new();
        for batch in context.sql(&sql).await?.collect().await? {
            for row in 0..batch.num_rows() {
                shown.push(ScalarValue::try_from_array(batch.column(0), row)?.to_string());
            }
        }
        Ok(shown)
    }

    #[tokio::test]
    async fn lists_are_looked_through() {
        let all = "TRUE";
        for (expression, rows, expected) in [
            ("listed(codes)", all, &["[b, a]", "[missing]", "", "[missing]", "[a, , z]"][..]),
            ("listed(codes)", "row IN (3, 4)", &["", "[missing]"]),
            ("cardinality(listed(codes))", "row = 2", &["1"]),
            ("code_bits(codes, ['a', 'b', 'missing'])", all, &["3", "4", "NULL", "4", "1"]),
            ("code_bits(codes, ['z', 'a'])", all, &["2", "0", "NULL", "0", "3"]),
            ("code_bits(codes, ['z'])", "row > 4", &["1"]),
        ] {
            let found = asked(expression, rows).await.unwrap();
            assert_eq!(found, expected, "{expression} where {rows}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_answered_is_refused() {
        let many: Vec<_> = (0..64).map(|code| format!("'{code}'")).collect();
        for (expression, reason) in [
            ("code_bits(codes)", "write code_bits(codes, ['one code', 'another'])"),
            ("code_bits(row, ['a'])", "write code_bits(codes, ['one code', 'another'])"),
            ("code_bits(codes, codes)", "the second list of code_bits is written out"),
            ("code_bits(codes, NULL)", "the second list of code_bits is written out"),
            (&format!("code_bits(codes, [{}])", many.join(", ")), "a list of 64 codes has more than 63"),
            ("listed(row)", "write listed(codes) of a list of codes"),
        ] {
            let refused = asked(expression, "TRUE").await.unwrap_err().to_string();
            assert!(refused.contains(reason), "{expression}: {refused}");
        }
    }
}

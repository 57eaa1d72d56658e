//! Functions of the engine whose answer can be far larger than what they are asked with, as `repeat('x', 1000000000)`.
//! The engine makes such an answer whole, past the memory it may use and without hearing a deadline. So what a call will
//! make for all rows of a batch is added up before, and a call that would make too much is refused.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, LogicalPlan, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature,
};
use thiserror::Error;

use crate::measure::{ENTRY, Made};

/// Most bytes that one call may make: of text, or of entries of lists, which count as many bytes each.
const MOST_BYTES: u64 = 64 << 20;
/// Most pairs of characters that one call may compare; about two seconds.
const MOST_PAIRS: u64 = 1_000_000_000;

/// Bytes of a value from which on rows are made in smaller batches.
const LONG: usize = 8 << 10;

/// The refusal of a call.
#[derive(Debug, Error)]
#[error("{name} would {would}, the limit of one call")]
pub(crate) struct TooMuch {
    name: String,
    would: String,
}

/// The functions that grow what they are given, by the engine's names; aliases are theirs.
const GROWING: &[(&str, Made)] = &[
    ("array_repeat", Made::Copies),
    ("array_resize", Made::Resized),
    ("array_to_string", Made::Joined),
    ("concat", Made::Together),
    ("concat_ws", Made::Separated),
    ("generate_series", Made::Series),
    ("levenshtein", Made::Pairs),
    ("lpad", Made::Padded),
    ("range", Made::Series),
    ("regexp_replace", Made::Replaced { pattern: true }),
    ("repeat", Made::Repeated),
    ("replace", Made::Replaced { pattern: false }),
    ("rpad", Made::Padded),
];

/// The functions to put in the place of the engine's own.
pub(crate) fn in_the_place_of_the_engines(engine: &SessionState) -> Vec<ScalarUDF> {
    let known = |(name, made): &(&str, Made)| {
        let function = Arc::clone(engine.scalar_functions().get(*name)?);
        Some(ScalarUDF::new_from_impl(Bounded { function, made: *made }))
    };
    GROWING.iter().filter_map(known).collect()
}

/// How many rows a plan may make at once: fewer than usual when a long value stands in it, because such a value is written
/// out for every row of a batch. None when nothing is long.
pub(crate) fn rows_at_once(optimised: &LogicalPlan) -> Result<Option<usize>> {
    let mut longest = 0;
    optimised.apply_with_subqueries(|node| {
        node.apply_expressions(|expression| {
            expression.apply(|expression| {
                if let Expr::Literal(value, _) = expression {
                    longest = longest.max(value.size());
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    let most = usize::try_from(MOST_BYTES).unwrap_or(usize::MAX);
    Ok((longest > LONG).then(|| (most / longest).max(1)))
}

/// A function of the engine, asked only when it will not make too much. What simplifies a call is not handed on: it would
/// put the engine's own function back.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    function: Arc<ScalarUDF>,
    made: Made,
}

impl Bounded {
    fn refuse(&self, made: u64) -> Result<()> {
        let (most, would) = match self.made {
            Made::Pairs => (MOST_PAIRS, "compare texts above 10000 characters, or too many at once".to_owned()),
            Made::Copies | Made::Resized | Made::Series => {
                let entries = MOST_BYTES / ENTRY;
                (MOST_BYTES, format!("make a list of more than {entries} entries, or {} MiB", MOST_BYTES >> 20))
            }
            _ => (MOST_BYTES, format!("make more than {} MiB of text", MOST_BYTES >> 20)),
        };
        if made <= most {
            return Ok(());
        }
        Err(DataFusionError::External(Box::new(TooMuch { name: self.function.name().to_owned(), would })))
    }
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn aliases(&self) -> &[String] {
        self.function.aliases()
    }

    fn schema_name(&self, arguments: &[Expr]) -> Result<String> {
        self.function.schema_name(arguments)
    }

    fn signature(&self) -> &Signature {
        self.function.signature()
    }

    fn return_type(&self, takes: &[DataType]) -> Result<DataType> {
        self.function.return_type(takes)
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs) -> Result<FieldRef> {
        self.function.return_field_from_args(arguments)
    }

    fn coerce_types(&self, takes: &[DataType]) -> Result<Vec<DataType>> {
        self.function.coerce_types(takes)
    }

    fn is_strict(&self) -> bool {
        self.function.is_strict()
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.function.documentation()
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.refuse(self.made.by(&arguments.args)?)?;
        self.function.invoke_with_args(arguments)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::execution::context::SessionContext;

    use super::*;

    async fn asked(sql: &str) -> Result<String> {
        let context = SessionContext::new();
        for function in in_the_place_of_the_engines(&context.state()) {
            context.register_udf(function);
        }
        let batches = context.sql(sql).await?.collect().await?;
        Ok(datafusion::arrow::util::display::array_value_to_string(batches[0].column(0), 0)?)
    }

    #[tokio::test]
    async fn refuses_what_would_grow_too_far() {
        for (name, sql) in [
            ("range", "SELECT array_length(range(1, 400000000))"),
            ("range", "SELECT array_length(range(400000000))"),
            ("range", "SELECT array_length(range(400000000, 1, -1))"),
            ("generate_series", "SELECT array_length(generate_series(-200000000, 200000000, 3))"),
            (
                "range",
                "SELECT range(date '0001-01-01', date '9999-01-01', interval '1 day'), range(v, 90000000) FROM generate_series(1, 2) t(v)",
            ),
            (
                "generate_series",
                "SELECT generate_series(timestamp '2000-01-01', timestamp '2001-01-01', interval '1 second')",
            ),
            (
                "generate_series",
                "SELECT generate_series(timestamp '2000-01-01', timestamp '2001-01-01', interval '1 month -30 days')",
            ),
            ("repeat", "SELECT length(repeat('x', 1500000000))"),
            ("repeat", "SELECT length(repeat(repeat('x', 60000), 60000))"),
            ("repeat", "SELECT max(length(repeat(v::text, 20000))) FROM generate_series(1, 8000) t(v)"),
            ("lpad", "SELECT length(lpad('x', 1000000000, 'y'))"),
            ("rpad", "SELECT length(rpad('x', 1000000000))"),
            ("array_repeat", "SELECT array_length(array_repeat(1, 1000000000))"),
            ("array_repeat", "SELECT array_length(list_repeat(repeat('x', 1000000), 1000))"),
            ("array_repeat", "SELECT array_length(array_repeat(range(1, 1000000), 1000))"),
            ("array_resize", "SELECT array_length(array_resize([1], 1000000000, 2))"),
            ("array_resize", "SELECT array_length(list_resize([1], 1000000000))"),
            ("array_to_string", "SELECT array_to_string(range(1, 1000), repeat('x', 1000000))"),
            ("replace", "SELECT length(replace(repeat('x', 100000), 'x', repeat('y', 100000)))"),
            ("regexp_replace", "SELECT length(regexp_replace(repeat('x', 100000), '.', repeat('y', 100000), 'g'))"),
            ("concat", "SELECT max(length(concat(v::text, repeat('x', 1000000)))) FROM generate_series(1, 8000) t(v)"),
            ("levenshtein", "SELECT levenshtein(repeat('a', 100000), repeat('b', 100000))"),
        ] {
            let failed = asked(sql).await.unwrap_err().find_root().to_string();
            assert!(failed.contains(&format!("{name} would ")), "{sql}: {failed}");
        }
    }

    #[tokio::test]
    async fn long_values_make_small_batches() {
        let context = SessionContext::new();
        for (sql, wanted) in [
            ("SELECT v FROM generate_series(1, 2) t(v)", None),
            ("SELECT repeat('x', 8000), v FROM generate_series(1, 2) t(v)", None),
            ("SELECT repeat('x', 60000000), v FROM generate_series(1, 2) t(v)", Some(1)),
            ("SELECT (SELECT count(*) FROM generate_series(1, 2) t(v) WHERE repeat('x', 1000000) > v::text)", Some(67)),
        ] {
            let optimised = context.sql(sql).await.unwrap().into_optimized_plan().unwrap();
            assert_eq!(rows_at_once(&optimised).unwrap(), wanted, "{sql}");
        }
    }

    #[tokio::test]
    async fn answers_the_rest_as_before() {
        for (sql, wanted) in [
            ("SELECT lpad('7', 2, '0')", "07"),
            ("SELECT rpad(v::text, 3) FROM generate_series(5, 5) t(v)", "5  "),
            ("SELECT range(1, 4)", "[1, 2, 3]"),
            ("SELECT range(1000000000, 1)", "[]"),
            ("SELECT range(1, 1000000000, -1)", "[]"),
            ("SELECT generate_series(1, 3)", "[1, 2, 3]"),
            ("SELECT array_length(range(date '2000-01-01', date '2001-01-01', interval '1 month'))", "12"),
            ("SELECT range(1, NULL)", ""),
            ("SELECT list_repeat('a', 2)", "[a, a]"),
            ("SELECT array_repeat([1, 2], 2)", "[[1, 2], [1, 2]]"),
            ("SELECT array_resize([1, 2], 3, 0)", "[1, 2, 0]"),
            ("SELECT repeat('ab', -5)", ""),
            ("SELECT repeat(NULL, 1000000000000)", ""),
            ("SELECT length(repeat('x', 60000000))", "60000000"),
            ("SELECT array_length(range(0, 4000000))", "4000000"),
            ("SELECT replace('banana', 'an', 'x')", "bxxa"),
            ("SELECT regexp_replace('banana', 'a(.)', '<\\1>', 'g')", "b<n><n>a"),
            ("SELECT concat('a', 1, NULL, true)", "a1true"),
            ("SELECT concat_ws('-', 'a', NULL, 'b')", "a-b"),
            ("SELECT array_to_string([1, NULL, 3], ',', '?')", "1,?,3"),
            ("SELECT levenshtein('kitten', 'sitting')", "3"),
        ] {
            assert_eq!(asked(sql).await.unwrap(), wanted, "{sql}");
        }
    }
}

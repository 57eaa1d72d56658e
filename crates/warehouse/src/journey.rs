//! Functions over a journey: the places that a record tells of, in the order in which they were passed.
//!
//! The engine's own way to them is to give every place a row of its own, and to join and group those by record again. That
//! takes ten times as long, and a third of all questions ask where journeys begin and end.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray as _, ListArray, StringArray, StringBuilder};
use datafusion::arrow::array::{ListBuilder, StructArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::places::Places;
use crate::steps::Steps;

/// Codes that stand where no country is known.
const ABSENT: [&str; 4] = ["missing", "unknown", "not_applicable", "suppressed"];
/// Roles of the places that lie on the way into exploitation.
const ON_THE_WAY: [&str; 3] = ["recruitment", "transit", "exploitation"];

/// All of them, for every engine that plans or runs what the views say.
///
/// * `first_place(journey, role, field)`: a field of the first place that has the role and whose country is known.
/// * `last_place(journey, role, field)`: the same of the last one.
/// * `way(journey, field)`: the field of all places of recruitment, transit and exploitation; a NULL is left out.
///
/// * `places(journey, role)`: the places that have the role; see [`crate::places`].
/// * `steps(journey)`: the numbers of its places; see [`crate::steps`].
///
/// Role and field are literals. The functions give a value, or NULL, for every journey.
pub(crate) fn functions() -> [Arc<ScalarUDF>; 5] {
    let [first, last, way] =
        [Sought::First, Sought::Last, Sought::Way].map(Function::new).map(ScalarUDF::new_from_impl);
    let [places, steps] = [ScalarUDF::new_from_impl(Places::new()), ScalarUDF::new_from_impl(Steps::new())];
    [first, last, way, places, steps].map(Arc::new)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sought {
    First,
    Last,
    Way,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Function {
    sought: Sought,
    signature: Signature,
}

impl Function {
    fn new(sought: Sought) -> Self {
        Self { sought, signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &'static str {
        match self.sought {
            Sought::First => "first_place",
            Sought::Last => "last_place",
            Sought::Way => "way",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let words = if self.sought == Sought::Way { 1 } else { 2 };
        match given {
            [DataType::List(place), rest @ ..] if place.data_type().is_nested() && rest.len() == words => {
                Ok([&given[..1], &[DataType::Utf8, DataType::Utf8][..words]].concat())
            }
            _ if words == 1 => plan_err!("write way(journey, 'country')"),
            _ => plan_err!("write {}(journey, 'recruitment', 'country')", self.name()),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        let text = DataType::Utf8;
        Ok(if self.sought == Sought::Way { DataType::new_list(text, true) } else { text })
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let field = text(args.scalar_arguments.last().copied().flatten());
        let (Some(field), DataType::List(place)) = (field, args.arg_fields[0].data_type()) else {
            return plan_err!("the role and the field of {} are texts between quotes", self.name());
        };
        for field in ["role", "country", field] {
            let DataType::Struct(fields) = place.data_type() else { return plan_err!("a journey is a list of places") };
            if fields.find(field).is_none() {
                let known: Vec<_> = fields.iter().map(|field| field.name().as_str()).collect();
                return plan_err!("a place has no field {field}; it has {}", known.join(", "));
            }
        }
        Ok(Arc::new(Field::new(self.name(), self.return_type(&[])?, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let words: Vec<Option<&str>> = args.args[1..].iter().map(literal).collect();
        let (role, Some(Some(field))) = (words[0], words.last()) else {
            return exec_err!("the field of {} is a text between quotes", self.name());
        };
        let journeys = args.args[0].to_array(args.number_rows)?;
        let journeys = Journeys::of(journeys.as_list(), field)?;
        let found: ArrayRef = match self.sought {
            Sought::First => Arc::new(journeys.each(|mut places| places.find(|place| journeys.is_known(*place, role)))),
            Sought::Last => Arc::new(journeys.each(|mut places| places.rfind(|place| journeys.is_known(*place, role)))),
            Sought::Way => Arc::new(journeys.ways()),
        };
        Ok(ColumnarValue::Array(found))
    }
}

fn literal(word: &ColumnarValue) -> Option<&str> {
    match word {
        ColumnarValue::Scalar(word) => text(Some(word)),
        ColumnarValue::Array(_) => None,
    }
}

fn text(word: Option<&ScalarValue>) -> Option<&str> {
    word.and_then(|word| word.try_as_str().flatten())
}

/// Journeys, and of all their places the fields that are looked at.
struct Journeys<'a> {
    lists: &'a ListArray,
    places: &'a StructArray,
    role: StringArray,
    country: StringArray,
    field: StringArray,
}

impl<'a> Journeys<'a> {
    fn of(lists: &'a ListArray, field: &str) -> Result<Self> {
        let places = lists.values().as_struct();
        // Of a text already, this copies nothing.
        let texts = |name: &str| -> Result<StringArray> {
            let Some(column) = places.column_by_name(name) else { return exec_err!("a place has no field {name}") };
            Ok(cast(column, &DataType::Utf8)?.as_string::<i32>().clone())
        };
        Ok(Self { lists, places, role: texts("role")?, country: texts("country")?, field: texts(field)? })
    }

    /// The places of a journey; none of one that is NULL.
    fn of_row(&self, row: usize) -> Option<std::ops::Range<usize>> {
        let offsets = self.lists.value_offsets();
        self.lists.is_valid(row).then(|| offsets[row] as usize..offsets[row + 1] as usize)
    }

    fn has_role(&self, place: usize, role: &str) -> bool {
        self.places.is_valid(place) && self.role.is_valid(place) && self.role.value(place) == role
    }

    fn is_known(&self, place: usize, role: Option<&str>) -> bool {
        role.is_some_and(|role| self.has_role(place, role))
            && self.country.is_valid(place)
            && !ABSENT.contains(&self.country.value(place))
    }

    /// The field of the place that is found in each journey.
    fn each(&self, find: impl Fn(std::ops::Range<usize>) -> Option<usize>) -> StringArray {
        let of = |row| {
            let place = self.of_row(row).and_then(&find)?;
            self.field.is_valid(place).then(|| self.field.value(place))
        };
        (0..self.lists.len()).map(of).collect()
    }

    fn ways(&self) -> ListArray {
        let mut ways = ListBuilder::new(StringBuilder::new());
        for row in 0..self.lists.len() {
            let places = self.of_row(row);
            let is_known = places.is_some();
            for place in places.into_iter().flatten() {
                if self.field.is_valid(place) && ON_THE_WAY.iter().any(|role| self.has_role(place, role)) {
                    ways.values().append_value(self.field.value(place));
                }
            }
            ways.append(is_known);
        }
        ways.finish()
    }
}

#[cfg(test)]
mod tests {
    use datafusion::execution::context::SessionContext;

    use super::*;

    /// A list that is NULL is shown as nothing. Five journeys: whole, with countries that nobody knows, without any place, NULL, with a place that is NULL.
    const JOURNEYS: &str = "WITH place AS (
           SELECT * FROM (VALUES
             (1, 'recruitment', 'TJK', 'recorded'), (1, 'transit', 'KAZ', 'recorded'), (1, 'exploitation', 'RUS', 'proxy'),
             (1, 'exploitation', 'TUR', NULL), (1, 'identification', 'TJK', 'recorded'),
             (2, 'recruitment', 'missing', 'recorded'), (2, 'recruitment', 'UZB', 'recorded'), (2, 'exploitation', 'ARE', 'intended'),
             (2, 'exploitation', 'unknown', 'recorded'), (2, 'exploitation', NULL, 'recorded'), (2, NULL, 'QAT', 'recorded')
           ) AS t (record, role, country, basis)
         ),
         told AS (
           SELECT record, array_agg(named_struct('role', role, 'country', country, 'basis', basis)) AS journey
             FROM place GROUP BY record
         )
         SELECT record, journey FROM told
         UNION ALL SELECT 3, array_slice(journey, 2, 1) FROM told WHERE record = 1
         UNION ALL SELECT 4, NULL
         UNION ALL SELECT 5, array_append(array_slice(journey, 1, 1), NULL) FROM told WHERE record = 1";

    async fn asked(expression: &str) -> Result<Vec<String>> {
        let context = SessionContext::new();
        for function in functions() {
            context.register_udf(function.as_ref().clone());
        }
        let sql = format!("SELECT {expression} AS x FROM ({JOURNEYS}) AS j ORDER BY record");
        let mut shown = Vec::new();
        for batch in context.sql(&sql).await?.collect().await? {
            for row in 0..batch.num_rows() {
                shown.push(ScalarValue::try_from_array(batch.column(0), row)?.to_string());
            }
        }
        Ok(shown)
    }

    #[tokio::test]
    async fn places_are_found_in_their_order() {
        let cases: [(&str, [&str; 5]); 8] = [
            ("first_place(journey, 'recruitment', 'country')", ["TJK", "UZB", "NULL", "NULL", "TJK"]),
            ("first_place(journey, 'exploitation', 'country')", ["RUS", "ARE", "NULL", "NULL", "NULL"]),
            ("last_place(journey, 'exploitation', 'country')", ["TUR", "ARE", "NULL", "NULL", "NULL"]),
            ("first_place(journey, 'exploitation', 'basis')", ["proxy", "intended", "NULL", "NULL", "NULL"]),
            ("last_place(journey, 'exploitation', 'basis')", ["NULL", "intended", "NULL", "NULL", "NULL"]),
            ("first_place(journey, 'no such role', 'country')", ["NULL"; 5]),
            ("way(journey, 'country')", ["[TJK, KAZ, RUS, TUR]", "[missing, UZB, ARE, unknown]", "[]", "", "[TJK]"]),
            (
                "way(journey, 'basis')",
                [
                    "[recorded, recorded, proxy]",
                    "[recorded, recorded, intended, recorded, recorded]",
                    "[]",
                    "",
                    "[recorded]",
                ],
            ),
        ];
        for (expression, expected) in cases {
            assert_eq!(asked(expression).await.expect(expression), expected, "{expression}");
        }
    }

    #[tokio::test]
    async fn words_that_mean_nothing_are_refused_before_anything_is_read() {
        for (expression, reason) in [
            ("first_place(journey, 'recruitment', 'city')", "a place has no field city"),
            ("first_place(journey, 'recruitment')", "write first_place(journey, 'recruitment', 'country')"),
            ("last_place(record, 'recruitment', 'country')", "write last_place(journey, 'recruitment', 'country')"),
            ("way(journey, CAST(record AS TEXT))", "between quotes"),
            ("way(journey)", "write way(journey, 'country')"),
        ] {
            let refused = asked(expression).await.expect_err(expression).to_string();
            assert!(refused.contains(reason), "{expression}: {refused}");
        }
    }
}

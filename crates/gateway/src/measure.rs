//! How much a call of a function will make for all rows of a batch, told from its arguments alone. Never less than what
//! it makes, and more only by what is cheap to be wrong about.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::compute::kernels::length::length;
use datafusion::arrow::datatypes::{DataType, Int64Type, IntervalMonthDayNanoType, IntervalUnit, TimeUnit};
use datafusion::error::Result;
use datafusion::logical_expr::ColumnarValue;

/// Bytes that an entry of a list counts for.
pub(crate) const ENTRY: u64 = 16;
/// Bytes of the longest character, and of the longest number as text.
const LONGEST_CHARACTER: u64 = 4;
const LONGEST_NUMBER: u64 = 40;
/// Bytes of the longest texts that are compared character by character.
const LONGEST_COMPARED: u64 = 10_000;
const DAY: i128 = 86_400_000_000_000;

/// What a function makes of its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Made {
    /// A text so many times.
    Repeated,
    /// A text of so many characters.
    Padded,
    /// A text with another in the place of each part that is found in it.
    Replaced { pattern: bool },
    /// All texts one after the other.
    Together,
    /// The same, the first between them.
    Separated,
    /// The entries of a list as one text, with a text between them.
    Joined,
    /// A list of so many times the same.
    Copies,
    /// A list of so many entries.
    Resized,
    /// A list from a start to an end.
    Series,
    /// Nothing, after it compared every character of one text with every one of another.
    Pairs,
}

impl Made {
    /// Bytes, or pairs, of one call.
    pub(crate) fn by(self, arguments: &[ColumnarValue]) -> Result<u64> {
        if self == Self::Series {
            return series(arguments);
        }
        let sizes = arguments.iter().map(sizes).collect::<Result<Vec<_>>>()?;
        let times = match self {
            Self::Repeated | Self::Padded | Self::Copies | Self::Resized => {
                arguments.get(1).map(numbers).transpose()?
            }
            _ => None,
        };
        let times = times.unwrap_or_default();
        let rows = sizes.iter().map(Vec::len).max().unwrap_or_default();
        let of_row = |row| {
            let times = pick(&times, row).flatten().and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
            let sizes: Vec<u64> = sizes.iter().map(|column| pick(column, row).unwrap_or_default()).collect();
            self.by_row(times, &sizes)
        };
        Ok((0..rows).map(of_row).fold(0, u64::saturating_add))
    }

    fn by_row(self, times: u64, sizes: &[u64]) -> u64 {
        let size = |at: usize| sizes.get(at).copied().unwrap_or_default();
        let texts = sizes.iter().map(|size| size.saturating_add(LONGEST_NUMBER)).fold(0, u64::saturating_add);
        match self {
            Self::Repeated => times.saturating_mul(size(0)),
            Self::Padded => times.saturating_mul(LONGEST_CHARACTER),
            Self::Copies => times.saturating_mul(size(0).max(ENTRY)),
            Self::Resized => times.saturating_mul(size(2).max(ENTRY)),
            Self::Replaced { pattern } => {
                let found = size(0) / if pattern { 1 } else { size(1).max(1) } + 1;
                found.saturating_mul(size(2)).saturating_add(size(0))
            }
            Self::Together => texts,
            Self::Separated => size(0).saturating_mul(sizes.len() as u64).saturating_add(texts),
            Self::Joined => {
                let between = size(1).saturating_add(size(2)).saturating_add(LONGEST_NUMBER);
                (size(0) / ENTRY).saturating_mul(between).saturating_add(texts)
            }
            Self::Pairs if size(0) > LONGEST_COMPARED && size(1) > LONGEST_COMPARED => u64::MAX,
            Self::Pairs => size(0).saturating_mul(size(1)),
            Self::Series => 0,
        }
    }
}

/// The value of a row; what is the same for all rows stands once.
fn pick<T: Copy>(values: &[T], row: usize) -> Option<T> {
    values.get(if values.len() == 1 { 0 } else { row }).copied()
}

fn array(value: &ColumnarValue) -> Result<ArrayRef> {
    match value {
        ColumnarValue::Array(array) => Ok(Arc::clone(array)),
        ColumnarValue::Scalar(scalar) => scalar.to_array(),
    }
}

fn numbers(value: &ColumnarValue) -> Result<Vec<Option<i64>>> {
    integers(&array(value)?)
}

fn integers(array: &ArrayRef) -> Result<Vec<Option<i64>>> {
    Ok(cast(array, &DataType::Int64)?.as_primitive::<Int64Type>().iter().collect())
}

/// The bytes of each row.
fn sizes(value: &ColumnarValue) -> Result<Vec<u64>> {
    let array = array(value)?;
    if is_text(array.data_type()) {
        let bytes = |bytes: Option<i64>| bytes.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
        return Ok(integers(&length(array.as_ref())?)?.into_iter().map(bytes).collect());
    }
    (0..array.len()).map(|row| whole(&array.slice(row, 1))).collect()
}

/// The bytes of all rows together.
fn whole(array: &ArrayRef) -> Result<u64> {
    let entries = ENTRY.saturating_mul(array.len() as u64);
    let within = match array.data_type() {
        text if is_text(text) => sizes(&ColumnarValue::Array(Arc::clone(array)))?.into_iter().sum(),
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            let (first, last) = (list.value_offsets()[0], list.value_offsets()[list.len()]);
            let first = usize::try_from(first).unwrap_or_default();
            whole(&list.values().slice(first, usize::try_from(last).unwrap_or_default() - first))?
        }
        DataType::Struct(_) => {
            let parts = array.as_struct().columns().iter().map(whole).collect::<Result<Vec<_>>>()?;
            parts.into_iter().fold(0, u64::saturating_add)
        }
        nested if nested.is_nested() => array.get_array_memory_size() as u64,
        _ => 0,
    };
    Ok(entries.saturating_add(within))
}

fn is_text(data_type: &DataType) -> bool {
    use DataType::{Binary, BinaryView, Dictionary, LargeBinary, LargeUtf8, Utf8, Utf8View};
    match data_type {
        Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView => true,
        Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Bytes of the entries from starts to ends, by steps.
fn series(arguments: &[ColumnarValue]) -> Result<u64> {
    let points = match arguments {
        [end] => vec![vec![Some(0)], points(end)?, vec![Some(1)]],
        [start, end] => vec![points(start)?, points(end)?, vec![Some(1)]],
        [start, end, step, ..] => vec![points(start)?, points(end)?, points(step)?],
        [] => return Ok(0),
    };
    let rows = points.iter().map(Vec::len).max().unwrap_or_default();
    let entries = |row| {
        let at = |part: usize| pick(&points[part], row).flatten();
        let (Some(start), Some(end), Some(step)) = (at(0), at(1), at(2)) else { return 0 };
        // What goes the other way has no entries, and what goes nowhere is refused by the engine.
        let along = if step < 0 { start - end } else { end - start };
        if along < 0 || step == 0 { 0 } else { u64::try_from(along / step.abs() + 1).unwrap_or(u64::MAX) }
    };
    Ok((0..rows).map(entries).fold(0, u64::saturating_add).saturating_mul(ENTRY))
}

/// Numbers, moments in nanoseconds, or the shortest that a step may be in nanoseconds.
fn points(value: &ColumnarValue) -> Result<Vec<Option<i128>>> {
    let array = array(value)?;
    let wide = |numbers: Vec<Option<i64>>, times: i128| {
        numbers.into_iter().map(|number| number.map(|number| i128::from(number) * times)).collect()
    };
    match array.data_type() {
        DataType::Date32 | DataType::Date64 => {
            let days = cast(&cast(&array, &DataType::Date32)?, &DataType::Int32)?;
            Ok(wide(integers(&days)?, DAY))
        }
        DataType::Timestamp(_, zone) => {
            let moments = cast(&array, &DataType::Timestamp(TimeUnit::Nanosecond, zone.clone()))?;
            Ok(wide(integers(&moments)?, 1))
        }
        DataType::Interval(_) => {
            let array = cast(&array, &DataType::Interval(IntervalUnit::MonthDayNano))?;
            let steps = array.as_primitive::<IntervalMonthDayNanoType>().iter();
            Ok(steps.map(|step| step.map(|step| shortest(step.months, step.days, step.nanoseconds))).collect())
        }
        DataType::Null => Ok(vec![None]),
        _ => Ok(wide(integers(&array)?, 1)),
    }
}

/// The shortest that an interval may be: months are 28 days, and days may lose an hour. One whose parts go different ways
/// could go nowhere.
fn shortest(months: i32, days: i32, nanoseconds: i64) -> i128 {
    let parts = [i128::from(months) * 28 * DAY, i128::from(days) * (DAY / 24 * 23), i128::from(nanoseconds)];
    let mixed = parts.iter().any(|part| *part < 0) && parts.iter().any(|part| *part > 0);
    if mixed { parts.iter().find(|part| **part != 0).map_or(1, |part| part.signum()) } else { parts.iter().sum() }
}

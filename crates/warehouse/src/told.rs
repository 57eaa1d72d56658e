//! Types of Arrow by the names that SQL has for them, as PostgreSQL's `information_schema.columns` tells them.

use datafusion::arrow::datatypes::DataType;

/// What is told of a type. Precisions are in digits of the radix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// The name of SQL; `ARRAY` for every list.
    pub(crate) data_type: &'static str,
    /// PostgreSQL's own name; behind `_` that of a list's items.
    pub(crate) udt_name: String,
    pub(crate) precision: Option<i32>,
    pub(crate) radix: Option<i32>,
    pub(crate) scale: Option<i32>,
    /// Most bytes of a text.
    pub(crate) octets: Option<i32>,
    /// Digits behind the second.
    pub(crate) parts_of_second: Option<i32>,
}

/// The names of a type. Records, and lists of lists, are told as JSON, because they are sent so.
pub(crate) fn told(data_type: &DataType) -> Told {
    use DataType::{
        Binary, Boolean, Date32, Date64, Decimal128, Dictionary, Float16, Float32, Float64, Int8, Int16, Int32, Int64,
        Interval, LargeBinary, LargeList, LargeUtf8, List, Null, Time32, Time64, Timestamp, UInt8, UInt16, UInt32,
        UInt64, Utf8, Utf8View,
    };
    match data_type {
        Utf8 | LargeUtf8 | Utf8View | Null => Told { octets: Some(1 << 30), ..named("text", "text") },
        Boolean => named("boolean", "bool"),
        Int8 | UInt8 | Int16 => binary("smallint", "int2", 16, Some(0)),
        UInt16 | Int32 => binary("integer", "int4", 32, Some(0)),
        UInt32 | Int64 => binary("bigint", "int8", 64, Some(0)),
        UInt64 => Told { precision: Some(20), radix: Some(10), scale: Some(0), ..named("numeric", "numeric") },
        Decimal128(precision, scale) => {
            let (precision, scale) = (Some(i32::from(*precision)), Some(i32::from(*scale)));
            Told { precision, radix: Some(10), scale, ..named("numeric", "numeric") }
        }
        Float16 | Float32 => binary("real", "float4", 24, None),
        Float64 => binary("double precision", "float8", 53, None),
        Date32 | Date64 => Told { parts_of_second: Some(0), ..named("date", "date") },
        Time32(_) | Time64(_) => Told { parts_of_second: Some(6), ..named("time without time zone", "time") },
        Timestamp(_, None) => Told { parts_of_second: Some(6), ..named("timestamp without time zone", "timestamp") },
        Timestamp(_, Some(_)) => Told { parts_of_second: Some(6), ..named("timestamp with time zone", "timestamptz") },
        Interval(_) => Told { parts_of_second: Some(6), ..named("interval", "interval") },
        Binary | LargeBinary => named("bytea", "bytea"),
        Dictionary(_, value) => told(value),
        List(item) | LargeList(item) => match told(item.data_type()) {
            nested if nested.data_type == "json" || nested.data_type == "ARRAY" => named("json", "json"),
            item => named("ARRAY", &format!("_{}", item.udt_name)),
        },
        _ => named("json", "json"),
    }
}

fn named(data_type: &'static str, udt_name: &str) -> Told {
    let (precision, radix, scale, octets, parts_of_second) = (None, None, None, None, None);
    Told { data_type, udt_name: udt_name.to_owned(), precision, radix, scale, octets, parts_of_second }
}

fn binary(data_type: &'static str, udt_name: &str, bits: i32, scale: Option<i32>) -> Told {
    Told { precision: Some(bits), radix: Some(2), scale, ..named(data_type, udt_name) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::datatypes::Field;

    use super::*;

    #[test]
    fn types_have_the_names_of_sql() {
        let list = |item| DataType::List(Arc::new(Field::new("item", item, true)));
        let record = DataType::Struct(vec![Field::new("place", DataType::Utf8, true)].into());
        for (data_type, name, own, precision) in [
            (DataType::Utf8, "text", "text", None),
            (DataType::Int16, "smallint", "int2", Some(16)),
            (DataType::Int64, "bigint", "int8", Some(64)),
            (DataType::Float64, "double precision", "float8", Some(53)),
            (DataType::Decimal128(12, 2), "numeric", "numeric", Some(12)),
            (list(DataType::Utf8), "ARRAY", "_text", None),
            (list(list(DataType::Utf8)), "json", "json", None),
            (list(record.clone()), "json", "json", None),
            (record, "json", "json", None),
        ] {
            let told = told(&data_type);
            assert_eq!((told.data_type, told.udt_name.as_str(), told.precision), (name, own, precision), "{data_type}");
        }
    }
}

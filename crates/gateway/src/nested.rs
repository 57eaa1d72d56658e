//! Records, and lists of them, as JSON. PostgreSQL has an anonymous `record` and `record[]`, but a driver that gets them
//! has no names for their parts, and most fail: pgjdbc, ADBC. JSON is text to every client, and the names stand in it.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::json::writer::{EncoderOptions, make_encoder};

/// Whether values of a type are sent as JSON: records, maps, and lists of them or of lists.
pub(crate) fn is_json(data_type: &DataType) -> bool {
    match data_type {
        DataType::Struct(_) | DataType::Map(..) => true,
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            is_json(item.data_type()) || is_list(item.data_type())
        }
        _ => false,
    }
}

fn is_list(data_type: &DataType) -> bool {
    matches!(data_type, DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..))
}

/// The column that is sent in the place of this one.
pub(crate) fn sent_as(field: &FieldRef) -> FieldRef {
    if is_json(field.data_type()) {
        Arc::new(Field::new(field.name(), DataType::Utf8, true))
    } else {
        Arc::clone(field)
    }
}

/// The rows with JSON in the place of what is sent so.
pub(crate) fn written(batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    if !schema.fields().iter().any(|field| is_json(field.data_type())) {
        return Ok(batch);
    }
    let columns = schema.fields().iter().zip(batch.columns());
    let columns = columns.map(|(field, column)| column_of(field, column)).collect::<Result<_, _>>()?;
    let fields: Vec<_> = schema.fields().iter().map(sent_as).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

fn column_of(field: &FieldRef, column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    if !is_json(field.data_type()) {
        return Ok(Arc::clone(column));
    }
    // A part that is NULL is said, so that every record has the same names.
    let options = EncoderOptions::default().with_explicit_nulls(true);
    let mut encoder = make_encoder(field, column.as_ref(), &options)?;
    let (mut texts, mut text) = (StringBuilder::with_capacity(column.len(), 0), Vec::new());
    for row in 0..column.len() {
        if encoder.is_null(row) {
            texts.append_null();
            continue;
        }
        text.clear();
        encoder.encode(row, &mut text);
        texts.append_value(str::from_utf8(&text).map_err(|e| ArrowError::JsonError(e.to_string()))?);
    }
    Ok(Arc::new(texts.finish()))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Array as _, Int64Array, ListArray, StringArray, StructArray};
    use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
    use datafusion::arrow::datatypes::Fields;

    use super::*;

    /// Three rows: two places, no list, an empty one.
    fn places() -> ArrayRef {
        let parts = Fields::from(vec![
            Field::new("role", DataType::Utf8, true),
            Field::new("region", DataType::Utf8, true),
            Field::new("days", DataType::Int64, true),
        ]);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec![Some("transit"), Some("a\"b\\c\nҷ")])),
            Arc::new(StringArray::from(vec![None, Some("")])),
            Arc::new(Int64Array::from(vec![Some(-5), None])),
        ];
        let records = StructArray::new(parts.clone(), columns, None);
        let item = Arc::new(Field::new("item", DataType::Struct(parts), true));
        let rows = OffsetBuffer::from_lengths([2, 0, 0]);
        Arc::new(ListArray::new(item, rows, Arc::new(records), Some(NullBuffer::from(vec![true, false, true]))))
    }

    #[test]
    fn writes_records_with_the_names_of_their_parts() {
        let list = places();
        let schema = Schema::new(vec![
            Field::new("n", DataType::Int64, false),
            Field::new("journey", list.data_type().clone(), true),
        ]);
        let numbers = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let sent = written(RecordBatch::try_new(Arc::new(schema), vec![numbers, list]).unwrap()).unwrap();
        assert_eq!(sent.schema().field(0).data_type(), &DataType::Int64);
        let texts = sent.column(1).as_any().downcast_ref::<StringArray>().unwrap();
        assert_eq!(
            texts.value(0),
            r#"[{"role":"transit","region":null,"days":-5},{"role":"a\"b\\c\nҷ","region":"","days":null}]"#
        );
        assert!(texts.is_null(1));
        assert_eq!(texts.value(2), "[]");
    }

    #[test]
    fn knows_what_is_sent_as_json() {
        let list = |of: DataType| DataType::new_list(of, true);
        let record = DataType::Struct(Fields::from(vec![Field::new("a", DataType::Utf8, true)]));
        for (data_type, wanted) in [
            (DataType::Utf8, false),
            (list(DataType::Utf8), false),
            (list(DataType::Int64), false),
            (list(list(DataType::Int64)), true),
            (record.clone(), true),
            (list(record.clone()), true),
            (list(list(record)), true),
        ] {
            assert_eq!(is_json(&data_type), wanted, "{data_type}");
        }
    }
}

//! The answer to a query: a stream of record batches in plain Arrow types.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use datafusion::execution::SendableRecordBatchStream;
use futures::{Stream, StreamExt as _, TryStreamExt as _};

use crate::WarehouseError;
use crate::error::run;

/// Rows of an answer, computed while they are read. Text is plain `Utf8`, whatever the engine used inside.
pub struct Rows {
    schema: SchemaRef,
    stream: SendableRecordBatchStream,
}

impl Rows {
    pub(crate) fn new(stream: SendableRecordBatchStream) -> Self {
        Self { schema: plain_schema(&stream.schema()), stream }
    }

    /// Names and types of the columns, known before the first row.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// All rows at once, for answers that are known to be small.
    pub async fn collect(self) -> Result<Vec<RecordBatch>, WarehouseError> {
        self.try_collect().await
    }

    fn plain_batch(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let columns: Result<Vec<ArrayRef>, _> = std::iter::zip(batch.columns(), self.schema.fields())
            .map(|(column, field)| {
                let same = column.data_type() == field.data_type();
                if same { Ok(Arc::clone(column)) } else { cast(column, field.data_type()) }
            })
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns?, &options)
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Stream for Rows {
    type Item = Result<RecordBatch, WarehouseError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.stream.poll_next_unpin(context);
        next.map(|batch| batch.map(|batch| batch.and_then(|batch| Ok(self.plain_batch(&batch)?)).map_err(run)))
    }
}

/// The same columns as callers see them.
pub(crate) fn plain_schema(inside: &Schema) -> SchemaRef {
    Arc::new(Schema::new(inside.fields().iter().map(plain_field).collect::<Vec<_>>()))
}

/// The same field without view and dictionary types, at any depth.
fn plain_field(field: &FieldRef) -> FieldRef {
    Arc::new(Field::new(field.name(), plain_type(field.data_type()), field.is_nullable()))
}

fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        DataType::BinaryView | DataType::LargeBinary => DataType::Binary,
        DataType::Dictionary(_, values) => plain_type(values),
        DataType::List(item) | DataType::ListView(item) | DataType::LargeList(item) => {
            DataType::List(plain_field(item))
        }
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(plain_field).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray as _, ListBuilder, StringViewArray, StringViewBuilder};
    use datafusion::physical_plan::stream::RecordBatchStreamAdapter;

    use super::*;

    #[tokio::test]
    async fn views_become_plain_text_at_any_depth() {
        let mut lists = ListBuilder::new(StringViewBuilder::new());
        lists.append_value([Some("TJK"), Some("RUS")]);
        let batch = RecordBatch::try_from_iter([
            ("code", Arc::new(StringViewArray::from(vec!["forced_labour"])) as ArrayRef),
            ("countries", Arc::new(lists.finish()) as ArrayRef),
        ])
        .unwrap();
        let stream = RecordBatchStreamAdapter::new(batch.schema(), futures::stream::iter([Ok(batch)]));
        let batches = Rows::new(Box::pin(stream)).collect().await.unwrap();
        assert_eq!(batches[0].column(0).as_string::<i32>().value(0), "forced_labour");
        let countries = batches[0].column(1).as_list::<i32>().value(0);
        assert_eq!(countries.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["TJK", "RUS"]);
    }
}

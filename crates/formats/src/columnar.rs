//! Parquet and Arrow IPC: the columns as they are, and what holds for every row in the metadata, under the names that it
//! has as columns of a CSV file. The release stands in a column too, so that files can be put together.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::{Cells, FormatError, Sheet};

/// Rows that are in memory as columns at a time.
const ROWS: usize = 65_536;
/// What is told in a column as well.
const ALSO_COLUMN: &str = "release";

pub(crate) fn parquet(sheet: &Sheet, out: &mut (dyn Write + Send)) -> Result<(), FormatError> {
    let about = sheet.about.iter().map(|about| KeyValue::new(about.name.to_owned(), about.value.clone()));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_created_by("panoh".to_owned())
        .set_key_value_metadata(Some(about.collect()))
        .build();
    let mut writer = ArrowWriter::try_new(out, schema(sheet, false), Some(properties))?;
    for batch in batches(sheet, &schema(sheet, false)) {
        writer.write(&batch?)?;
    }
    writer.close()?;
    Ok(())
}

pub(crate) fn arrow(sheet: &Sheet, out: &mut (dyn Write + Send)) -> Result<(), FormatError> {
    let schema = schema(sheet, true);
    let mut writer = FileWriter::try_new(out, &schema)?;
    for batch in batches(sheet, &schema) {
        writer.write(&batch?)?;
    }
    Ok(writer.finish()?)
}

fn schema(sheet: &Sheet, with_about: bool) -> Arc<Schema> {
    let field = |name: &str, cells: &Cells| Field::new(name, array(cells, 0, 0).data_type().clone(), false);
    let mut fields: Vec<Field> = sheet.columns.iter().map(|column| field(&column.name, &column.cells)).collect();
    fields.extend(release(sheet).map(|_| Field::new(ALSO_COLUMN, arrow::datatypes::DataType::Utf8, false)));
    let about = sheet.about.iter().filter(|_| with_about).map(|about| (about.name.to_owned(), about.value.clone()));
    Arc::new(Schema::new_with_metadata(fields, about.collect::<HashMap<_, _>>()))
}

fn release(sheet: &Sheet) -> Option<&str> {
    let known = sheet.columns.iter().any(|column| column.name == ALSO_COLUMN);
    let told = sheet.about.iter().find(|about| about.name == ALSO_COLUMN);
    told.filter(|_| !known).map(|about| about.value.as_str())
}

fn batches(sheet: &Sheet, schema: &Arc<Schema>) -> impl Iterator<Item = Result<RecordBatch, FormatError>> {
    (0..sheet.rows()).step_by(ROWS).map(move |from| {
        let to = sheet.rows().min(from + ROWS);
        let mut arrays: Vec<ArrayRef> = sheet.columns.iter().map(|column| array(&column.cells, from, to)).collect();
        arrays.extend(release(sheet).map(|id| Arc::new(StringArray::from(vec![id; to - from])) as ArrayRef));
        Ok(RecordBatch::try_new(Arc::clone(schema), arrays)?)
    })
}

fn array(cells: &Cells, from: usize, to: usize) -> ArrayRef {
    match cells {
        Cells::Words { words, at } => {
            Arc::new(at[from..to].iter().map(|at| Some(&words[*at as usize])).collect::<StringArray>())
        }
        Cells::Texts(texts) => Arc::new(texts[from..to].iter().map(Some).collect::<StringArray>()),
        Cells::Numbers(numbers) => Arc::new(Float64Array::from(numbers[from..to].to_vec())),
        Cells::Whole(numbers) => Arc::new(Int64Array::from(numbers[from..to].to_vec())),
        Cells::Flags(flags) => Arc::new(BooleanArray::from(flags[from..to].to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use arrow::ipc::reader::FileReader;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;
    use crate::sheet::tests::sheet;

    #[test]
    fn both_hold_the_same_rows_and_say_where_they_come_from() {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        parquet(&sheet(), &mut one).unwrap();
        arrow(&sheet(), &mut other).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(one)).unwrap();
        let told = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
        assert!(told.iter().any(|pair| pair.key == "citation" && pair.value.as_deref() == Some("A, b")), "{told:?}");
        let of_parquet: Vec<_> = reader.build().unwrap().collect::<Result<_, _>>().unwrap();
        let reader = FileReader::try_new(Cursor::new(other), None).unwrap();
        assert_eq!(reader.schema().metadata()["epsilon"], "2.5");
        let of_arrow: Vec<_> = reader.collect::<Result<_, _>>().unwrap();
        assert_eq!(of_parquet[0].columns(), of_arrow[0].columns());
        assert_eq!((of_arrow[0].num_rows(), of_arrow[0].num_columns()), (2, 6));
    }
}

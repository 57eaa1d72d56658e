//! Rows as text, CSV, JSON or Parquet: how answers leave the trusted host's warehouse for a person or a program.
//!
//! It stands here because only this crate knows Arrow rows; the command line chooses the format and hands in the writer.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Float64Type, Schema, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::StreamExt;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::error::write as failed;
use crate::{Rows, WarehouseError};

/// The first rows of an answer as text, for a table on a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Column names.
    pub header: Vec<String>,
    /// Cells, row by row; NULL is an empty text.
    pub rows: Vec<Vec<String>>,
    /// True when the answer has more rows than were asked for.
    pub more: bool,
}

/// Formats for programs: they stream, so memory does not grow with the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Comma-separated values with a header; a list is written `a;b`.
    Csv,
    /// One JSON array with one object per row.
    Json,
    /// Apache Parquet, zstd.
    Parquet,
}

impl Rows {
    /// Reads at most `limit` rows as text.
    pub async fn page(mut self, limit: usize) -> Result<Page, WarehouseError> {
        let header = self.schema().fields().iter().map(|f| f.name().clone()).collect();
        let mut page = Page { header, rows: Vec::new(), more: false };
        while let Some(batch) = self.next().await {
            let batch = batch?;
            let columns = formatters(&batch)?;
            for row in 0..batch.num_rows() {
                if page.rows.len() == limit {
                    page.more = true;
                    return Ok(page);
                }
                page.rows.push(std::iter::zip(batch.columns(), &columns).map(|(c, f)| shown(c, f, row)).collect());
            }
        }
        Ok(page)
    }

    /// Writes every row to `out`, batch by batch, and returns how many there were.
    pub async fn write(mut self, format: RowFormat, out: &mut (dyn Write + Send)) -> Result<u64, WarehouseError> {
        let schema = self.schema().clone();
        let mut sink = Sink::new(format, &schema, out)?;
        let mut rows = 0;
        while let Some(batch) = self.next().await {
            let batch = batch?;
            rows += batch.num_rows() as u64;
            sink.write(&batch)?;
        }
        sink.finish()?;
        Ok(rows)
    }
}

enum Sink<'a> {
    Csv { schema: SchemaRef, writer: arrow::csv::Writer<&'a mut (dyn Write + Send)>, started: bool },
    Json(arrow::json::ArrayWriter<&'a mut (dyn Write + Send)>),
    Parquet(ArrowWriter<&'a mut (dyn Write + Send)>),
}

impl<'a> Sink<'a> {
    fn new(format: RowFormat, schema: &SchemaRef, out: &'a mut (dyn Write + Send)) -> Result<Self, WarehouseError> {
        Ok(match format {
            RowFormat::Csv => Self::Csv {
                schema: flat_schema(schema),
                writer: arrow::csv::WriterBuilder::new().with_header(true).build(out),
                started: false,
            },
            RowFormat::Json => {
                let builder = arrow::json::WriterBuilder::new().with_explicit_nulls(true);
                Self::Json(builder.build::<_, arrow::json::writer::JsonArray>(out))
            }
            RowFormat::Parquet => {
                let level = ZstdLevel::try_new(3).map_err(failed)?;
                let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
                Self::Parquet(ArrowWriter::try_new(out, schema.clone(), Some(properties)).map_err(failed)?)
            }
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), WarehouseError> {
        match self {
            Self::Csv { schema, writer, started } => {
                *started = true;
                writer.write(&flat(batch, schema)?).map_err(failed)?;
            }
            Self::Json(writer) => writer.write(batch).map_err(failed)?,
            Self::Parquet(writer) => writer.write(batch).map_err(failed)?,
        }
        Ok(())
    }

    fn finish(self) -> Result<(), WarehouseError> {
        match self {
            // An answer without rows still has a header.
            Self::Csv { schema, mut writer, started: false } => {
                writer.write(&RecordBatch::new_empty(schema)).map_err(failed)?;
            }
            Self::Csv { .. } => {}
            Self::Json(mut writer) => {
                writer.finish().map_err(failed)?;
                writer.into_inner().write_all(b"\n").map_err(failed)?;
            }
            Self::Parquet(writer) => {
                writer.close().map_err(failed)?;
            }
        }
        Ok(())
    }
}

fn formatters(batch: &RecordBatch) -> Result<Vec<ArrayFormatter<'_>>, WarehouseError> {
    // Every column here was made by a finished query, so a value that cannot be shown is a bug worth an error.
    const OPTIONS: FormatOptions<'static> = FormatOptions::new().with_display_error(false);
    batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &OPTIONS).map_err(failed)).collect()
}

/// A cell for a screen: of a share, four decimals say enough.
fn shown(column: &ArrayRef, formatter: &ArrayFormatter<'_>, row: usize) -> String {
    match column.as_primitive_opt::<Float64Type>() {
        Some(numbers) if numbers.is_valid(row) => format!("{:.4}", numbers.value(row)),
        _ => formatter.value(row).to_string(),
    }
}

/// CSV has no lists: nested columns become text.
fn flat_schema(schema: &SchemaRef) -> SchemaRef {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(
            |f| if f.data_type().is_nested() { Field::new(f.name(), DataType::Utf8, true) } else { f.as_ref().clone() },
        )
        .collect();
    Arc::new(Schema::new(fields))
}

fn flat(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, WarehouseError> {
    let columns = batch.columns().iter().map(|column| flat_column(column)).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(schema.clone(), columns).map_err(failed)
}

fn flat_column(column: &ArrayRef) -> Result<ArrayRef, WarehouseError> {
    if !column.data_type().is_nested() {
        return Ok(column.clone());
    }
    let options = FormatOptions::new().with_display_error(false);
    let mut text = StringBuilder::new();
    let mut cell = String::new();
    for row in 0..column.len() {
        if column.is_null(row) {
            text.append_null();
            continue;
        }
        cell.clear();
        match column.as_any().downcast_ref::<arrow::array::ListArray>() {
            Some(list) => {
                let items = list.value(row);
                let shown = ArrayFormatter::try_new(&items, &options).map_err(failed)?;
                for item in 0..items.len() {
                    // Writing to a String cannot fail.
                    let _ = write!(cell, "{}{}", if item > 0 { ";" } else { "" }, shown.value(item));
                }
            }
            None => {
                let _ = write!(cell, "{}", ArrayFormatter::try_new(column, &options).map_err(failed)?.value(row));
            }
        }
        text.append_value(&cell);
    }
    Ok(Arc::new(text.finish()))
}

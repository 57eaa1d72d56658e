//! Turns a Parquet file into the same raw text rows that a CSV file gives, so that one program reads both.
//!
//! Values become text as a spreadsheet would write them: numbers in digits (2002.0 as 2002), truth values as `true` and
//! `false`, dates as `2018-05-01`, times of day after a blank unless they are midnight, null and NaN as an empty cell.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use jiff::SignedDuration;
use jiff::civil::date;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;

use crate::error::IntakeError;
use crate::row::{Place, RawRow};

/// Rows that are decoded at once; few, because one row may hold long texts.
const DECODED_ROWS: usize = 1024;

/// A Parquet file whose column names are known and whose rows are not read yet.
pub(crate) struct ParquetFile<F: ChunkReader + 'static> {
    builder: ParquetRecordBatchReaderBuilder<F>,
    size: u64,
}

/// Reads the rows of a Parquet file one by one.
pub(crate) struct ParquetRows {
    batches: ParquetRecordBatchReader,
    batch: RecordBatch,
    /// For each column of the file its place in `batch`; none when it is not read.
    read_at: Vec<Option<usize>>,
    next: usize,
    rows_read: u64,
    rows: u64,
    size: u64,
}

impl<F: ChunkReader + 'static> ParquetFile<F> {
    /// Reads the footer.
    pub(crate) fn open(file: F, size: u64) -> Result<Self, IntakeError> {
        // Types that another program noted beside the Parquet types (dictionaries, views) would only make more cases.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder = guarded(0, || ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map(Some))?;
        builder.map(|builder| Self { builder, size }).ok_or(IntakeError::DamagedParquet { row: 0 })
    }

    /// The column names in the order of the file.
    pub(crate) fn header(&self) -> Vec<String> {
        self.builder.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Starts reading. Columns without a name in `wanted` are not decoded; their cells are empty.
    pub(crate) fn rows(self, wanted: &[Option<&str>]) -> Result<ParquetRows, IntakeError> {
        let types = self.builder.schema().fields().iter().map(|field| field.data_type());
        for (name, data_type) in wanted.iter().zip(types) {
            if let Some(name) = name
                && !is_plain(data_type)
            {
                return Err(IntakeError::ParquetType { column: (*name).to_owned(), type_name: data_type.to_string() });
            }
        }
        let roots = wanted.iter().enumerate().filter_map(|(at, name)| name.map(|_| at));
        let mask = ProjectionMask::roots(self.builder.parquet_schema(), roots);
        let mut places = 0..;
        let read_at = wanted.iter().map(|name| name.and_then(|_| places.next())).collect();
        let rows = u64::try_from(self.builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let batches = self.builder.with_projection(mask).with_batch_size(DECODED_ROWS).build();
        let batches = batches.map_err(|_| IntakeError::DamagedParquet { row: 0 })?;
        let batch = RecordBatch::new_empty(arrow::record_batch::RecordBatchReader::schema(&batches));
        Ok(ParquetRows { batches, batch, read_at, next: 0, rows_read: 0, rows, size: self.size })
    }
}

impl ParquetRows {
    /// Puts the next row into `row`; false at the end of the file.
    pub(crate) fn next(&mut self, row: &mut RawRow) -> Result<bool, IntakeError> {
        while self.next == self.batch.num_rows() {
            match guarded(self.rows_read, || self.batches.next().transpose())? {
                Some(batch) => (self.batch, self.next) = (batch, 0),
                None => return Ok(false),
            }
        }
        self.rows_read += 1;
        row.clear();
        row.place = Place { line: self.rows_read, last_line: self.rows_read };
        for read_at in &self.read_at {
            if let Some(at) = *read_at {
                write_cell(self.batch.column(at), self.next, row.writer());
            }
            row.end_cell();
        }
        self.next += 1;
        Ok(true)
    }

    /// Bytes of the file that were read, reckoned from the share of the rows.
    pub(crate) fn bytes_read(&self) -> u64 {
        if self.rows == 0 {
            return self.size;
        }
        (u128::from(self.size) * u128::from(self.rows_read) / u128::from(self.rows)) as u64
    }
}

// The reader of Parquet checks much of a damaged file by assertions. After one of them it is not used again.
fn guarded<T, E>(row: u64, read: impl FnOnce() -> Result<Option<T>, E>) -> Result<Option<T>, IntakeError> {
    let read = catch_unwind(AssertUnwindSafe(read)).ok().and_then(Result::ok);
    read.ok_or(IntakeError::DamagedParquet { row })
}

fn is_plain(data_type: &DataType) -> bool {
    use DataType::{Binary, Boolean, Date32, Date64, Float32, Float64, Null, Timestamp, Utf8};
    data_type.is_integer()
        || matches!(
            data_type,
            Utf8 | Binary | Boolean | Date32 | Date64 | Float32 | Float64 | Null | Timestamp(_, None)
        )
}

fn write_cell(array: &ArrayRef, row: usize, out: &mut Vec<u8>) {
    if array.is_null(row) {
        return;
    }
    macro_rules! number {
        ($type:ty) => {
            array.as_primitive::<$type>().value(row)
        };
    }
    match array.data_type() {
        DataType::Utf8 => out.extend_from_slice(array.as_string::<i32>().value(row).as_bytes()),
        DataType::Binary => out.extend_from_slice(array.as_binary::<i32>().value(row)),
        DataType::Boolean => write_shown(out, array.as_boolean().value(row)),
        DataType::Int8 => write_shown(out, number!(Int8Type)),
        DataType::Int16 => write_shown(out, number!(Int16Type)),
        DataType::Int32 => write_shown(out, number!(Int32Type)),
        DataType::Int64 => write_shown(out, number!(Int64Type)),
        DataType::UInt8 => write_shown(out, number!(UInt8Type)),
        DataType::UInt16 => write_shown(out, number!(UInt16Type)),
        DataType::UInt32 => write_shown(out, number!(UInt32Type)),
        DataType::UInt64 => write_shown(out, number!(UInt64Type)),
        DataType::Float32 => write_float(out, f64::from(number!(Float32Type))),
        DataType::Float64 => write_float(out, number!(Float64Type)),
        DataType::Date32 => write_moment(out, i64::from(number!(Date32Type)) * 86_400),
        DataType::Date64 => write_moment(out, number!(Date64Type).div_euclid(1000)),
        DataType::Timestamp(TimeUnit::Second, None) => write_moment(out, number!(TimestampSecondType)),
        DataType::Timestamp(TimeUnit::Millisecond, None) => {
            write_moment(out, number!(TimestampMillisecondType).div_euclid(1000));
        }
        DataType::Timestamp(TimeUnit::Microsecond, None) => {
            write_moment(out, number!(TimestampMicrosecondType).div_euclid(1_000_000));
        }
        DataType::Timestamp(TimeUnit::Nanosecond, None) => {
            write_moment(out, number!(TimestampNanosecondType).div_euclid(1_000_000_000));
        }
        // Other types were refused before the first row.
        _ => {}
    }
}

fn write_shown(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("a vector takes everything");
}

fn write_float(out: &mut Vec<u8>, value: f64) {
    if !value.is_nan() {
        write_shown(out, value);
    }
}

// A moment outside the years -9999 to 9999 is written as its number of seconds, which no date format takes.
fn write_moment(out: &mut Vec<u8>, seconds: i64) {
    let epoch = date(1970, 1, 1).at(0, 0, 0, 0);
    match epoch.checked_add(SignedDuration::from_secs(seconds)) {
        Ok(moment) if seconds.rem_euclid(86_400) == 0 => write_shown(out, moment.date()),
        Ok(moment) => write_shown(out, format_args!("{} {}", moment.date(), moment.time())),
        Err(_) => write_shown(out, seconds),
    }
}

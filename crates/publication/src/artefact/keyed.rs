//! The two Parquet files of an artefact. Both have one shape: a name, one column for each dimension (null where the
//! block does not have it), then numbers. Rows stand in the order of the cells, and reading checks that they do.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray, new_null_array};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::tables::NON_NEGATIVE;
use crate::{ArtefactError, Cube, Definition, Dimension, NonNegativeColumn, Query, SecondColumn};

/// One table or query: its name and the dimensions of its cells, ascending.
pub(super) struct Block {
    name: String,
    dimensions: Vec<usize>,
}

/// The blocks of `measurements.parquet`: named by their dimensions, joined by `*`; `total` for the empty set.
pub(super) fn query_blocks(queries: &[Query], dimensions: &[Dimension]) -> Vec<Block> {
    let block = |query: &Query| {
        let names: Vec<&str> = query.dimensions.iter().map(|d| dimensions[*d].name.as_str()).collect();
        let name = if names.is_empty() { "total".to_owned() } else { names.join("*") };
        Block { name, dimensions: query.dimensions.clone() }
    };
    queries.iter().map(block).collect()
}

/// The blocks of `cube.parquet`: the tables.
pub(super) fn table_blocks(definition: &Definition) -> Vec<Block> {
    let block = |table| (definition.table_dimensions(table), table);
    definition
        .tables
        .iter()
        .map(block)
        .map(|(dimensions, table)| Block { name: table.name.to_string(), dimensions })
        .collect()
}

pub(super) fn write_integers(
    dimensions: &[Dimension],
    blocks: &[Block],
    values: &[Vec<i64>],
) -> Result<Vec<u8>, ArtefactError> {
    let schema = schema(dimensions, "query", &[("value", DataType::Int64)]);
    let numbers = |at: usize| -> Vec<ArrayRef> { vec![Arc::new(Int64Array::from(values[at].clone()))] };
    write(&schema, dimensions, blocks, numbers)
}

pub(super) fn write_estimates(
    dimensions: &[Dimension],
    blocks: &[Block],
    cube: &Cube,
) -> Result<Vec<u8>, ArtefactError> {
    // Either all tables have a second column, of one kind, or none has.
    let second = cube.tables().first().and_then(|table| table.non_negative.as_ref());
    let second = second.map(|column| match column {
        SecondColumn::Fractional(_) => (NON_NEGATIVE, DataType::Float64),
        SecondColumn::Whole(_) => (NON_NEGATIVE, DataType::Int64),
    });
    let floats = ["estimate", "standard_error"].map(|name| (name, DataType::Float64));
    let schema = schema(dimensions, "table", &floats.into_iter().chain(second).collect::<Vec<_>>());
    let errors: Result<Vec<f64>, _> = blocks.iter().map(|block| cube.cell_standard_error(&block.dimensions)).collect();
    let errors = errors?;
    let numbers = |at: usize| -> Vec<ArrayRef> {
        let estimates = &cube.tables()[at].estimates;
        let same = vec![errors[at]; estimates.len()];
        let floats = [estimates.clone(), same].map(|numbers| Arc::new(Float64Array::from(numbers)) as ArrayRef);
        floats.into_iter().chain(cube.tables()[at].non_negative.as_ref().map(second_column)).collect()
    };
    write(&schema, dimensions, blocks, numbers)
}

fn second_column(column: &SecondColumn) -> ArrayRef {
    match column {
        SecondColumn::Fractional(numbers) => Arc::new(Float64Array::from(numbers.clone())),
        // A cube holds no whole number that this type does not.
        SecondColumn::Whole(numbers) => Arc::new(Int64Array::from_iter_values(numbers.iter().map(|&n| n as i64))),
    }
}

/// One vector of integers for each block; the error says what is wrong with the file.
pub(super) fn read_integers(bytes: &[u8], dimensions: &[Dimension], blocks: &[Block]) -> Result<Vec<Vec<i64>>, String> {
    integers(&read(bytes, dimensions, blocks, "query", "value")?, "value")
}

/// One vector of estimates for each block; the error says what is wrong with the file.
pub(super) fn read_estimates(
    bytes: &[u8],
    dimensions: &[Dimension],
    blocks: &[Block],
) -> Result<Vec<Vec<f64>>, String> {
    floats(&read(bytes, dimensions, blocks, "table", "estimate")?, "estimate")
}

/// The figures without negative numbers of each block, when the definition asks for them.
pub(super) fn read_non_negative(
    bytes: &[u8],
    dimensions: &[Dimension],
    blocks: &[Block],
    asked: NonNegativeColumn,
) -> Result<Option<Vec<SecondColumn>>, String> {
    let parts = || read(bytes, dimensions, blocks, "table", NON_NEGATIVE);
    let not_negative = |number: i64| u64::try_from(number).map_err(|_| "a number of its second column is negative");
    let whole = |numbers: Vec<i64>| numbers.into_iter().map(not_negative).collect::<Result<_, _>>();
    Ok(match asked {
        NonNegativeColumn::None => None,
        NonNegativeColumn::Fractional => {
            Some(floats(&parts()?, NON_NEGATIVE)?.into_iter().map(SecondColumn::Fractional).collect())
        }
        NonNegativeColumn::Whole => {
            let columns = integers(&parts()?, NON_NEGATIVE)?.into_iter().map(whole);
            Some(columns.map(|column| column.map(SecondColumn::Whole)).collect::<Result<_, _>>()?)
        }
    })
}

fn integers(parts: &[ArrayRef], column: &str) -> Result<Vec<Vec<i64>>, String> {
    let integers = |part: &ArrayRef| part.as_primitive_opt::<Int64Type>().map(|array| array.values().to_vec());
    parts.iter().map(integers).collect::<Option<_>>().ok_or_else(|| format!("column {column:?} does not hold integers"))
}

fn floats(parts: &[ArrayRef], column: &str) -> Result<Vec<Vec<f64>>, String> {
    let floats = |part: &ArrayRef| part.as_primitive_opt::<Float64Type>().map(|array| array.values().to_vec());
    parts.iter().map(floats).collect::<Option<_>>().ok_or_else(|| format!("column {column:?} does not hold floats"))
}

fn schema(dimensions: &[Dimension], group: &str, numbers: &[(&str, DataType)]) -> SchemaRef {
    let mut fields = vec![Field::new(group, DataType::Utf8, false)];
    fields.extend(dimensions.iter().map(|dimension| Field::new(&dimension.name, DataType::Utf8, true)));
    fields.extend(numbers.iter().map(|(name, kind)| Field::new(*name, kind.clone(), false)));
    Arc::new(Schema::new(fields))
}

/// The name and one code column for each dimension, for every cell of a block in row-major order.
fn keys(dimensions: &[Dimension], block: &Block) -> Vec<ArrayRef> {
    let cells: usize = block.dimensions.iter().map(|d| dimensions[*d].codes.len()).product();
    let mut columns: Vec<ArrayRef> = vec![Arc::new(StringArray::from_iter_values((0..cells).map(|_| &block.name)))];
    let mut stride = cells;
    for (at, dimension) in dimensions.iter().enumerate() {
        columns.push(if block.dimensions.contains(&at) {
            let count = dimension.codes.len();
            stride /= count;
            let code = |cell: usize| dimension.codes[cell / stride % count].code.as_str();
            Arc::new(StringArray::from_iter_values((0..cells).map(code)))
        } else {
            new_null_array(&DataType::Utf8, cells)
        });
    }
    columns
}

fn write(
    schema: &SchemaRef,
    dimensions: &[Dimension],
    blocks: &[Block],
    numbers: impl Fn(usize) -> Vec<ArrayRef>,
) -> Result<Vec<u8>, ArtefactError> {
    let encode = || -> Result<Vec<u8>, ParquetError> {
        // A fixed writer name: the bytes of a release depend on the release alone.
        let properties = WriterProperties::builder()
            .set_created_by("panoh".to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .build();
        let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(schema), Some(properties))?;
        for (at, block) in blocks.iter().enumerate() {
            let mut columns = keys(dimensions, block);
            columns.extend(numbers(at));
            writer.write(&RecordBatch::try_new(Arc::clone(schema), columns)?)?;
        }
        writer.into_inner()
    };
    encode().map_err(|error| ArtefactError::Draft(format!("its numbers cannot be written as Parquet: {error}")))
}

/// The number column of each block, after checking that the rows are exactly the cells of the blocks.
fn read(
    bytes: &[u8],
    dimensions: &[Dimension],
    blocks: &[Block],
    group: &str,
    number: &str,
) -> Result<Vec<ArrayRef>, String> {
    let all = decode(bytes).map_err(|error| error.to_string())?;
    let names = std::iter::once(group).chain(dimensions.iter().map(|d| d.name.as_str()));
    let key_columns: Option<Vec<&ArrayRef>> = names.map(|name| all.column_by_name(name)).collect();
    let key_columns = key_columns.ok_or("a column is missing")?;
    let numbers = all.column_by_name(number).ok_or_else(|| format!("column {number:?} is missing"))?;
    let mut offset = 0;
    let mut parts = Vec::new();
    for block in blocks {
        let expected = keys(dimensions, block);
        let cells = expected[0].len();
        let fits = offset + cells <= all.num_rows()
            && key_columns
                .iter()
                .zip(&expected)
                .all(|(found, key)| found.slice(offset, cells).to_data() == key.to_data());
        if !fits {
            return Err(format!("the rows of {:?} are not its cells in order", block.name));
        }
        parts.push(numbers.slice(offset, cells));
        offset += cells;
    }
    if offset == all.num_rows() && numbers.null_count() == 0 {
        Ok(parts)
    } else {
        Err("it has rows that belong to nothing, or a number is missing".to_owned())
    }
}

fn decode(bytes: &[u8]) -> Result<RecordBatch, ParquetError> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::copy_from_slice(bytes))?;
    let schema = Arc::clone(reader.schema());
    let batches: Result<Vec<RecordBatch>, _> = reader.build()?.collect();
    Ok(concat_batches(&schema, &batches?)?)
}

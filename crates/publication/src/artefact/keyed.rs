//! The two Parquet files of an artefact. Both have one shape: a name, one column for each dimension (null where the
//! block does not have it), then numbers. Rows stand in the order of the cells, and reading checks that they do.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, Float64Array, Int64Array, PrimitiveArray, StringArray, new_null_array,
};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::tables::NON_NEGATIVE;
use crate::{ArtefactError, Cube, Definition, Dimension, DimensionCode, NonNegativeColumn, Query, SecondColumn};

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
pub(super) fn read_integers(bytes: Bytes, dimensions: &[Dimension], blocks: &[Block]) -> Result<Vec<Vec<i64>>, String> {
    read::<Int64Type>(bytes, dimensions, blocks, ["query", "value"])
}

/// One vector of estimates for each block; the error says what is wrong with the file.
pub(super) fn read_estimates(
    bytes: Bytes,
    dimensions: &[Dimension],
    blocks: &[Block],
) -> Result<Vec<Vec<f64>>, String> {
    read::<Float64Type>(bytes, dimensions, blocks, ["table", "estimate"])
}

/// The figures without negative numbers of each block, when the definition asks for them.
pub(super) fn read_non_negative(
    bytes: Bytes,
    dimensions: &[Dimension],
    blocks: &[Block],
    asked: NonNegativeColumn,
) -> Result<Option<Vec<SecondColumn>>, String> {
    let columns = ["table", NON_NEGATIVE];
    let not_negative = |number: i64| u64::try_from(number).map_err(|_| "a number of its second column is negative");
    let whole = |numbers: Vec<i64>| numbers.into_iter().map(not_negative).collect::<Result<_, _>>();
    Ok(match asked {
        NonNegativeColumn::None => None,
        NonNegativeColumn::Fractional => {
            let read = read::<Float64Type>(bytes, dimensions, blocks, columns)?;
            Some(read.into_iter().map(SecondColumn::Fractional).collect())
        }
        NonNegativeColumn::Whole => {
            let read = read::<Int64Type>(bytes, dimensions, blocks, columns)?;
            Some(read.into_iter().map(|column| whole(column).map(SecondColumn::Whole)).collect::<Result<_, _>>()?)
        }
    })
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

/// The numbers of each block, after checking that the rows are exactly the cells of the blocks in their order. `columns` names
/// that of the blocks and that of the numbers. A batch of rows is in memory at a time.
fn read<T: ArrowPrimitiveType>(
    bytes: Bytes,
    dimensions: &[Dimension],
    blocks: &[Block],
    columns: [&str; 2],
) -> Result<Vec<Vec<T::Native>>, String> {
    let [group, number] = columns;
    let names = std::iter::once(group).chain(dimensions.iter().map(|d| d.name.as_str())).chain([number]);
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|error| error.to_string())?;
    let mask = ProjectionMask::columns(reader.parquet_schema(), names);
    let reader = reader.with_projection(mask).build().map_err(|error| error.to_string())?;
    let mut blocks = blocks.iter();
    let mut parts: Vec<Vec<T::Native>> = Vec::with_capacity(blocks.len());
    let mut block: Option<Cells> = None;
    for batch in reader {
        let batch = batch.map_err(|error| error.to_string())?;
        let rows = Rows::<T>::of(&batch, dimensions, group, number)?;
        let mut from = 0;
        while from < batch.num_rows() {
            if block.as_ref().is_none_or(Cells::is_over) {
                let next = Cells::of(blocks.next().ok_or("it has rows that belong to nothing")?, dimensions);
                parts.push(Vec::with_capacity(next.count));
                block = Some(next);
            }
            let (Some(block), Some(part)) = (&mut block, parts.last_mut()) else { unreachable!("just put there") };
            let count = (batch.num_rows() - from).min(block.count - block.seen);
            if !(from..from + count).all(|row| rows.has(row, block.seen + row - from, block)) {
                return Err(format!("the rows of {:?} are not its cells in order", block.block.name));
            }
            part.extend_from_slice(&rows.numbers.values()[from..from + count]);
            (from, block.seen) = (from + count, block.seen + count);
        }
    }
    match (block.filter(|block| !block.is_over()).map(|block| block.block), blocks.next()) {
        (Some(block), _) | (None, Some(block)) => Err(format!("the rows of {:?} are not all there", block.name)),
        (None, None) => Ok(parts),
    }
}

/// The cells of a block, and how many of them have been seen.
struct Cells<'a> {
    block: &'a Block,
    /// Of each dimension, when the block has it: the codes, and how many cells share one before the next comes.
    axes: Vec<Option<(&'a [DimensionCode], usize)>>,
    count: usize,
    seen: usize,
}

impl<'a> Cells<'a> {
    fn of(block: &'a Block, dimensions: &'a [Dimension]) -> Self {
        let cells = block.dimensions.iter().map(|d| dimensions[*d].codes.len()).product();
        let mut stride = cells;
        let axis = |(at, dimension): (usize, &'a Dimension)| {
            block.dimensions.contains(&at).then(|| {
                stride /= dimension.codes.len();
                (dimension.codes.as_slice(), stride)
            })
        };
        Self { block, axes: dimensions.iter().enumerate().map(axis).collect(), count: cells, seen: 0 }
    }

    fn is_over(&self) -> bool {
        self.seen == self.count
    }
}

/// Rows as they stand in a file.
struct Rows<'a, T: ArrowPrimitiveType> {
    group: &'a StringArray,
    codes: Vec<&'a StringArray>,
    numbers: &'a PrimitiveArray<T>,
}

impl<'a, T: ArrowPrimitiveType> Rows<'a, T> {
    fn of(batch: &'a RecordBatch, dimensions: &[Dimension], group: &str, number: &str) -> Result<Self, String> {
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| format!("column {name:?} is missing"));
        let text = |name: &str| {
            column(name)?.as_string_opt::<i32>().ok_or_else(|| format!("column {name:?} does not hold text"))
        };
        let codes = dimensions.iter().map(|dimension| text(&dimension.name)).collect::<Result<_, _>>()?;
        let numbers = column(number)?.as_primitive_opt::<T>();
        let numbers = numbers.ok_or_else(|| format!("column {number:?} does not hold {}", T::DATA_TYPE))?;
        if numbers.null_count() > 0 {
            return Err(format!("a number of column {number:?} is missing"));
        }
        Ok(Self { group: text(group)?, codes, numbers })
    }

    /// Whether a row is that of a cell.
    fn has(&self, row: usize, cell: usize, cells: &Cells<'_>) -> bool {
        self.group.is_valid(row)
            && self.group.value(row) == cells.block.name
            && self.codes.iter().zip(&cells.axes).all(|(found, axis)| match axis {
                None => found.is_null(row),
                Some((codes, stride)) => {
                    found.is_valid(row) && found.value(row) == codes[cell / stride % codes.len()].code
                }
            })
    }
}

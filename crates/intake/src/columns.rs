//! Gathers finished rows into Arrow columns.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Int16Builder, Int32Builder, ListArray, RecordBatch, StringArray, StringBuilder,
    StructArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, FieldRef, UInt8Type};
use arrow::error::ArrowError;
use panoh_dictionary::{Kind, place_fields};
use panoh_identity::Pseudonym;

use crate::codes::{CodeId, Codes};
use crate::draft::{Stop, Value};
use crate::program::Program;

/// The columns of the batch that is being filled.
pub(crate) struct Columns {
    growing: Vec<Growing>,
    rows: usize,
    source: String,
}

enum Growing {
    /// The pseudonym of the record.
    Record(StringBuilder),
    /// The name of the source, the same in each row.
    Source,
    /// Codes stay numbers.
    Code(Vec<CodeId>),
    Month(StringBuilder),
    Year(Int16Builder),
    Integer(Int32Builder),
    Reference(StringBuilder),
    Codes {
        lengths: Vec<usize>,
        /// These become texts at the end, all at once.
        codes: Vec<CodeId>,
    },
    Places {
        lengths: Vec<usize>,
        parts: Box<[Vec<CodeId>; 4]>,
    },
}

/// What the texts of a batch are made from.
struct Texts<'a> {
    codes: &'a Codes,
    source: &'a str,
}

impl Texts<'_> {
    /// A column of codes, which are taken away.
    fn column(&self, codes: &mut Vec<CodeId>) -> Result<ArrayRef, ArrowError> {
        let column = self.codes.column(codes)?;
        codes.clear();
        Ok(Arc::new(column))
    }
}

impl Columns {
    pub(crate) fn new(program: &Program, source: &str) -> Self {
        let growing = program.output.iter().map(|output| Growing::new(&output.kind)).collect();
        Self { growing, rows: 0, source: source.to_owned() }
    }

    /// Adds a row: one value for each column of the table.
    pub(crate) fn push(&mut self, program: &Program, record: Pseudonym, values: &[Value]) {
        for (column, output) in self.growing.iter_mut().zip(&program.output) {
            column.push(record, &values[output.slot]);
        }
        self.rows += 1;
    }

    /// Hands out the rows and begins anew.
    pub(crate) fn finish(&mut self, program: &Program) -> Result<RecordBatch, ArrowError> {
        let rows = std::mem::take(&mut self.rows);
        let fields = program.schema.fields().iter();
        let texts = Texts { codes: &program.codes, source: &self.source };
        let arrays = self.growing.iter_mut().zip(fields).map(|(column, field)| column.finish(field, &texts, rows));
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        RecordBatch::try_new(program.schema.clone(), arrays)
    }
}

impl Growing {
    fn new(kind: &Kind) -> Self {
        match kind {
            Kind::Pseudonym => Self::Record(StringBuilder::new()),
            Kind::Text => Self::Source,
            Kind::Code { .. } => Self::Code(Vec::new()),
            Kind::Month => Self::Month(StringBuilder::new()),
            Kind::Year => Self::Year(Int16Builder::new()),
            Kind::Integer { .. } => Self::Integer(Int32Builder::new()),
            Kind::Reference => Self::Reference(StringBuilder::new()),
            Kind::Codes { .. } => Self::Codes { lengths: Vec::new(), codes: Vec::new() },
            Kind::Places => Self::Places { lengths: Vec::new(), parts: Box::default() },
        }
    }

    fn push(&mut self, record: Pseudonym, value: &Value) {
        match (self, value) {
            (Self::Record(builder), _) => append_shown(builder, record),
            (Self::Code(codes), Value::Code(code)) => codes.push(code.unwrap_or(CodeId::MISSING)),
            (Self::Month(builder), Value::Month(month)) => match month {
                Some((year, month)) => append_shown(builder, format_args!("{year:04}-{month:02}")),
                None => builder.append_null(),
            },
            (Self::Year(builder), Value::Year(year)) => builder.append_option(*year),
            (Self::Integer(builder), Value::Integer(number)) => builder.append_option(*number),
            (Self::Reference(builder), Value::Reference(reference)) => match reference {
                Some(reference) => append_shown(builder, reference),
                None => builder.append_null(),
            },
            (Self::Codes { lengths, codes }, Value::Codes(list)) => {
                lengths.push(list.len());
                codes.extend_from_slice(list);
            }
            (Self::Places { lengths, parts }, Value::Journey(stops)) => {
                lengths.push(stops.len());
                for Stop { role, basis, country, region } in stops {
                    for (part, code) in parts.iter_mut().zip([role, basis, country, region]) {
                        part.push(*code);
                    }
                }
            }
            // The source is filled in at the end. No other pair meets, because both sides are made from the same kinds;
            // a column that stayed short would be refused with the whole batch.
            _ => {}
        }
    }

    fn finish(&mut self, field: &FieldRef, texts: &Texts<'_>, rows: usize) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Record(builder) | Self::Month(builder) | Self::Reference(builder) => Arc::new(builder.finish()),
            Self::Code(codes) => texts.codes.keyed(codes.drain(..))?,
            Self::Source => {
                let text = Arc::new(StringArray::from_iter_values([texts.source]));
                Arc::new(DictionaryArray::<UInt8Type>::new(vec![0; rows].into(), text))
            }
            Self::Year(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Codes { lengths, codes } => list(field, lengths, texts.column(codes)?)?,
            Self::Places { lengths, parts } => {
                let parts = parts.iter_mut().map(|part| texts.column(part)).collect::<Result<_, _>>()?;
                list(field, lengths, Arc::new(StructArray::try_new(place_fields(), parts, None)?))?
            }
        })
    }
}

fn list(field: &FieldRef, lengths: &mut Vec<usize>, items: ArrayRef) -> Result<ArrayRef, ArrowError> {
    let DataType::List(element) = field.data_type() else {
        return Err(ArrowError::SchemaError(format!("the column {} is not a list", field.name())));
    };
    let offsets = OffsetBuffer::from_lengths(lengths.drain(..));
    Ok(Arc::new(ListArray::try_new(element.clone(), offsets, items, None)?))
}

// Writes what is shown straight into the column.
fn append_shown(builder: &mut StringBuilder, shown: impl std::fmt::Display) {
    use std::fmt::Write;
    write!(builder, "{shown}").expect("a column takes every text");
    builder.append_value("");
}

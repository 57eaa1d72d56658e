//! Puts person, cohort and load into their places among the columns that intake filled in.

use std::fmt::{self, Write};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::{DataType, Schema, SchemaRef, UInt8Type};
use panoh_dictionary::{Origin, Table};
use panoh_identity::{Cohort, Pseudonym};

use crate::error::CustodyError;

/// The columns of a table and where each comes from, worked out once for a load.
#[derive(Debug)]
pub(crate) struct Columns {
    table: String,
    schema: SchemaRef,
    sources: Vec<From>,
    /// Number of columns that intake gives.
    from_intake: usize,
}

/// Where a column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// The column of intake's batch at this place.
    Intake(usize),
    Person,
    Cohort,
    Load,
}

/// What custody knows about the rows of one batch, a value for each row; nothing for a table without persons.
#[derive(Debug, Default)]
pub(crate) struct Linked {
    persons: StringBuilder,
    cohorts: StringBuilder,
}

impl Linked {
    /// Adds a row.
    pub(crate) fn push(&mut self, person: Pseudonym, cohort: Cohort) {
        append_shown(&mut self.persons, person);
        append_shown(&mut self.cohorts, cohort);
    }
}

impl Columns {
    /// Refuses a table with a custody column that nobody here fills in.
    pub(crate) fn of(table: &Table) -> Result<Columns, CustodyError> {
        let schema: Schema = table.schema();
        let mut sources = Vec::with_capacity(schema.fields().len());
        let mut from_intake = 0;
        for field in schema.fields() {
            let is_custody = table.column(field.name()).is_some_and(|column| column.origin == Origin::Custody);
            sources.push(match field.name().as_str() {
                "person" if is_custody => From::Person,
                "cohort" if is_custody => From::Cohort,
                "load" if is_custody => From::Load,
                name if is_custody => return Err(misfit(table.name.clone(), name, "no load fills it in")),
                _ => {
                    from_intake += 1;
                    From::Intake(from_intake - 1)
                }
            });
        }
        Ok(Columns { table: table.name.clone(), schema: Arc::new(schema), sources, from_intake })
    }

    /// The rows as the table stores them. `rows` has intake's columns in the table's order.
    pub(crate) fn assemble(
        &self,
        rows: &RecordBatch,
        mut linked: Linked,
        load_id: &str,
    ) -> Result<RecordBatch, CustodyError> {
        if rows.num_columns() != self.from_intake {
            return Err(self.misfit("all", "intake gave another number of columns than the table has"));
        }
        let mut columns = Vec::with_capacity(self.sources.len());
        for (field, source) in self.schema.fields().iter().zip(&self.sources) {
            columns.push(match source {
                From::Person => Arc::new(linked.persons.finish()),
                From::Cohort => Arc::new(linked.cohorts.finish()),
                From::Load => keyed(load_id, rows.num_rows()),
                From::Intake(place) if rows.schema_ref().field(*place).name() == field.name() => {
                    Arc::clone(rows.column(*place))
                }
                From::Intake(_) => return Err(self.misfit(field.name(), "intake gave another column in its place")),
            });
        }
        self.batch(columns)
    }

    /// Rows as the table stores them with other cohorts; `cohort` is given the place of a row and what it holds.
    pub(crate) fn with_cohorts(
        &self,
        rows: &RecordBatch,
        mut cohort: impl FnMut(usize, Cohort) -> Result<Cohort, CustodyError>,
    ) -> Result<RecordBatch, CustodyError> {
        let mut columns = rows.columns().to_vec();
        for (column, _) in columns.iter_mut().zip(&self.sources).filter(|(_, source)| **source == From::Cohort) {
            let own = column.as_string_opt::<i32>().ok_or_else(|| self.misfit("cohort", "it holds no text"))?;
            let mut cohorts = StringBuilder::with_capacity(own.len(), own.values().len());
            for (row, own) in own.iter().enumerate() {
                append_shown(&mut cohorts, cohort(row, own.unwrap_or_default().into())?);
            }
            *column = Arc::new(cohorts.finish());
        }
        self.batch(columns)
    }

    /// The columns under the table's names. Codes may still refer to their texts: the warehouse writes them out.
    fn batch(&self, columns: Vec<ArrayRef>) -> Result<RecordBatch, CustodyError> {
        let misfit = || self.misfit("all", "the columns differ in length, type or emptiness from the table's");
        let fields = self.schema.fields().iter().zip(&columns).map(|(field, column)| match column.data_type() {
            given if given == field.data_type() => Ok(Arc::clone(field)),
            DataType::Dictionary(_, texts) if **texts == *field.data_type() => {
                Ok(Arc::new(field.as_ref().clone().with_data_type(column.data_type().clone())))
            }
            _ => Err(misfit()),
        });
        let schema = Schema::new(fields.collect::<Result<Vec<_>, _>>()?);
        RecordBatch::try_new(Arc::new(schema), columns).map_err(|_| misfit())
    }

    fn misfit(&self, column: &str, reason: &'static str) -> CustodyError {
        misfit(self.table.clone(), column, reason)
    }
}

/// A column with one text in all rows, which the warehouse writes out: rows that wait need not hold it a million times.
fn keyed(text: &str, rows: usize) -> ArrayRef {
    let text = Arc::new(StringArray::from_iter_values([text]));
    Arc::new(DictionaryArray::<UInt8Type>::new(vec![0; rows].into(), text))
}

/// Writes what is shown straight into the column.
fn append_shown(column: &mut StringBuilder, shown: impl fmt::Display) {
    write!(column, "{shown}").expect("a column takes every text");
    column.append_value("");
}

fn misfit(table: String, column: &str, reason: &'static str) -> CustodyError {
    CustodyError::Columns { table, column: column.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use arrow::array::Int16Array;
    use arrow::datatypes::{DataType, Field, UInt32Type};
    use panoh_dictionary::{Column, Kind, Population, Role, Treatment};

    use super::*;

    fn column(name: &str, kind: Kind, origin: Origin) -> Column {
        let treatment = if name == "dropped" { Treatment::Drop } else { Treatment::Keep };
        Column { name: name.into(), description: String::new(), kind, role: Role::Attribute, treatment, origin }
    }

    fn table() -> Table {
        Table {
            name: "cases".into(),
            description: String::new(),
            population: Some(Population::Victims),
            cohort: Some("year".into()),
            columns: vec![
                column("record", Kind::Pseudonym, Origin::Intake),
                column("person", Kind::Pseudonym, Origin::Custody),
                column("dropped", Kind::Text, Origin::Export),
                column("load", Kind::Text, Origin::Custody),
                column("year", Kind::Year, Origin::Export),
                column("cohort", Kind::Text, Origin::Custody),
            ],
        }
    }

    fn rows(names: [&str; 2]) -> RecordBatch {
        let schema =
            Schema::new(vec![Field::new(names[0], DataType::Utf8, false), Field::new(names[1], DataType::Int16, true)]);
        let columns: Vec<ArrayRef> =
            vec![Arc::new(StringArray::from(vec!["r1", "r2"])), Arc::new(Int16Array::from(vec![Some(2018), None]))];
        RecordBatch::try_new(Arc::new(schema), columns).expect("a batch")
    }

    /// The rows with another column of records.
    fn with_records(records: ArrayRef, of: DataType) -> RecordBatch {
        let rows = rows(["record", "year"]);
        let types = [DataType::Dictionary(Box::new(DataType::UInt32), Box::new(of)), DataType::Int16];
        let fields =
            rows.schema_ref().fields().iter().zip(types).map(|(field, of)| field.as_ref().clone().with_data_type(of));
        let schema = Schema::new(fields.collect::<Vec<_>>());
        RecordBatch::try_new(Arc::new(schema), vec![records, rows.column(1).clone()]).expect("a batch")
    }

    fn person(n: usize) -> Pseudonym {
        Pseudonym::of_digits(&format!("{n:032x}")).expect("32 digits")
    }

    fn linked(count: usize) -> Linked {
        let mut linked = Linked::default();
        (0..count).for_each(|n| linked.push(person(n), Cohort::of_year(2018 + n as i16)));
        linked
    }

    #[test]
    fn every_column_finds_its_place() {
        let columns = Columns::of(&table()).expect("fits");
        let stored = columns.assemble(&rows(["record", "year"]), linked(2), "load:1").expect("assembled");
        let names = |schema: &Schema| schema.fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
        assert_eq!(names(&stored.schema()), names(&table().schema()));
        let codes: DictionaryArray<UInt32Type> = ["r1", "r2"].into_iter().collect();
        let keyed = with_records(Arc::new(codes), DataType::Utf8);
        let kept = columns.assemble(&keyed, linked(2), "load:1").expect("assembled");
        assert_eq!(kept.column(0), keyed.column(0), "codes go on as they came");
        let text = |name: &str| -> Vec<String> {
            let column = stored.column_by_name(name).expect("there");
            let column = arrow::compute::cast(column, &DataType::Utf8).expect("texts");
            column.as_string::<i32>().iter().map(|value| value.expect("a value").to_owned()).collect()
        };
        assert_eq!(text("record"), ["r1", "r2"]);
        assert_eq!(text("person"), [0, 1].map(|n| person(n).to_string()));
        assert_eq!(text("cohort"), ["2018", "2019"]);
        assert_eq!(text("load"), ["load:1", "load:1"]);
        assert_eq!(
            stored.column(3).as_primitive::<arrow::datatypes::Int16Type>().iter().collect::<Vec<_>>(),
            [Some(2018), None]
        );
    }

    #[test]
    fn only_the_cohorts_become_others() {
        let columns = Columns::of(&table()).expect("fits");
        let stored = columns.assemble(&rows(["record", "year"]), linked(2), "load:1").expect("assembled");
        let settled = columns
            .with_cohorts(&stored, |row, own| Ok(Cohort::of_year(own.year().expect("a year") - 10 * row as i16)))
            .expect("assembled");
        let cohorts = settled.column_by_name("cohort").expect("there").as_string::<i32>();
        assert_eq!(cohorts.iter().flatten().collect::<Vec<_>>(), ["2018", "2009"]);
        let others = |batch: &RecordBatch| batch.project(&[0, 1, 2, 3]).expect("columns");
        assert_eq!(others(&settled), others(&stored));
        let refused = columns.with_cohorts(&stored, |_, _| Err(CustodyError::Stopped));
        assert!(matches!(refused.expect_err("refused"), CustodyError::Stopped));
    }

    #[test]
    fn an_empty_batch_keeps_its_columns() {
        let columns = Columns::of(&table()).expect("fits");
        let empty = rows(["record", "year"]).slice(0, 0);
        assert_eq!(columns.assemble(&empty, linked(0), "load:1").expect("assembled").num_rows(), 0);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let columns = Columns::of(&table()).expect("fits");
        let assemble = |rows: &RecordBatch, count| columns.assemble(rows, linked(count), "load:1");
        let fitting = rows(["record", "year"]);
        let numbers: ArrayRef = Arc::new(
            DictionaryArray::<UInt32Type>::try_new(vec![0, 0].into(), Arc::new(Int16Array::from(vec![7])))
                .expect("numbers"),
        );
        for refused in [
            assemble(&fitting, 1),
            assemble(&fitting, 3),
            assemble(&rows(["year", "record"]), 2),
            assemble(&fitting.project(&[0]).expect("one column"), 2),
            assemble(&with_records(numbers, DataType::Int16), 2),
        ] {
            assert!(matches!(refused.expect_err("refused"), CustodyError::Columns { .. }));
        }
        let mut strange = table();
        strange.columns.push(column("alias", Kind::Pseudonym, Origin::Custody));
        assert!(matches!(
            Columns::of(&strange).expect_err("refused"),
            CustodyError::Columns { column, .. } if column == "alias"
        ));
    }
}

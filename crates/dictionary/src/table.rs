//! Tables and columns: what is stored, what each column means, and how it must be treated before it is stored.
//!
//! The Arrow schema of a table is defined here once, so that intake, custody and warehouse cannot drift apart.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema};
use serde::Deserialize;

/// The years that a case register can hold; anything outside is a typing error of the export.
pub const YEARS: std::ops::RangeInclusive<i16> = 1900..=2099;

/// One table of the warehouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name in SQL, lower snake case.
    pub name: String,
    /// What one row is.
    pub description: String,
    /// Whom the rows are about; none when they are about no person. Such a table has no columns `person` and `cohort`,
    /// and nothing of it is linked.
    pub population: Option<Population>,
    /// The `Year` column whose value is the cohort of a row ("2018", or "no_year" when it is NULL); none for tables
    /// that are not counted by cohort, among them every table without a population.
    pub cohort: Option<String>,
    /// The columns in storage order.
    pub columns: Vec<Column>,
}

/// Whom the rows of a table are about. Persons of different populations never share a pseudonym: a suspect is not the
/// victim of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// Persons who were or might have been trafficked, and who ask for help.
    Victims,
    /// Persons who are suspected, prosecuted or convicted.
    Suspects,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name in SQL, lower snake case.
    pub name: String,
    /// What a value says.
    pub description: String,
    /// Shape of a value.
    pub kind: Kind,
    /// How much the column says about who a person is.
    pub role: Role,
    /// What must happen to the raw value before it is stored.
    pub treatment: Treatment,
    /// Who fills the column in.
    pub origin: Origin,
}

/// The shape of a column's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// 32 lower-case hexadecimal digits.
    Pseudonym,
    /// Text that Panoh itself makes (a source name, a load id); never text of an export.
    Text,
    /// A count or a number of days, never negative; NULL when not recorded.
    Integer {
        /// The `Code` column of the same table, filled in by intake with `recorded` or the absence, that says why the
        /// number is NULL. No two numbers share one.
        state: Option<String>,
    },
    /// A calendar year inside [`YEARS`]; NULL when not recorded.
    Year,
    /// `YYYY-MM`; NULL when not recorded.
    Month,
    /// One code of the list or of the list `absence`; never NULL.
    Code {
        /// Name of the code list.
        list: String,
    },
    /// Any number of codes of the list, or only one of the list `absence`; an empty list when nothing was recorded.
    Codes {
        /// Name of the code list.
        list: String,
    },
    /// The journey: places in the order in which they were passed.
    Places,
    /// A keyed digest of a sender's number, such as the number of the case that a contact led to: 32 lower-case
    /// hexadecimal digits; NULL when absent.
    Reference,
}

/// How much a column says about who a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Points at one person or one record.
    Identifier,
    /// Points at a person together with other columns.
    QuasiIdentifier,
    /// What must not become known about a person.
    Sensitive,
    /// Neither of these.
    Attribute,
}

/// What must happen to a raw value before it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// The column is never stored and has no place in any Arrow schema.
    Drop,
    /// Replaced by a keyed digest.
    Pseudonymise,
    /// Made coarser: a date becomes a month or a year, an age a band.
    Generalise,
    /// Stored as a code of its list.
    Keep,
}

/// Who fills a column in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A source mapping may target it; a source that does not leaves `missing`, NULL or an empty list.
    Export,
    /// Intake fills it in for every row: the record's pseudonym, the source's name, the states of numbers.
    Intake,
    /// Custody fills it in after linking: person, cohort, load.
    Custody,
}

impl Population {
    /// The word for it in table files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Victims => "victims",
            Self::Suspects => "suspects",
        }
    }
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The Arrow schema of the stored table. A column whose treatment is `drop` has no place in it.
    pub fn schema(&self) -> Schema {
        let stored = self.columns.iter().filter(|column| column.treatment != Treatment::Drop);
        Schema::new(stored.map(Column::field).collect::<Vec<_>>())
    }
}

impl Column {
    /// The Arrow field of the column.
    pub fn field(&self) -> Field {
        let (data_type, nullable) = match self.kind {
            Kind::Pseudonym | Kind::Text | Kind::Code { .. } => (DataType::Utf8, false),
            Kind::Integer { .. } => (DataType::Int32, true),
            Kind::Year => (DataType::Int16, true),
            Kind::Month | Kind::Reference => (DataType::Utf8, true),
            Kind::Codes { .. } => (list_of(DataType::Utf8), false),
            Kind::Places => (list_of(DataType::Struct(place_fields())), false),
        };
        Field::new(&self.name, data_type, nullable)
    }

    /// The code list of the column, for columns that hold codes.
    pub fn list(&self) -> Option<&str> {
        match &self.kind {
            Kind::Code { list } | Kind::Codes { list } => Some(list),
            _ => None,
        }
    }
}

/// The fields of one place of a journey, all text and never NULL: `role` and `basis` are codes of `place_role` and
/// `place_basis`; `country` and `region` are codes of their lists or of `absence`.
pub fn place_fields() -> Fields {
    ["role", "basis", "country", "region"].into_iter().map(|name| Field::new(name, DataType::Utf8, false)).collect()
}

// The name "element" is the one that Delta Lake and the Parquet specification use for list items.
fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new("element", item, false)))
}

//! A mapping made ready for one file: every name looked up, every column a step over one cell.
//!
//! A program is a value that does not change while rows are read; it is made once for a file.

mod names;

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use panoh_dictionary::{
    AbsenceWords, Column, Dictionary, Does, Identity, Kind, Origin, PlacePart, Population, Reference, Source,
    SourceColumn, Treatment,
};

use crate::checks::{DaysRule, ImpliesRule, SumRule};
use crate::codes::{CodeId, Codes};
use crate::dates;
use crate::draft::Value;
use crate::error::IntakeError;
use crate::frames::DayCount;
use crate::header::Header;
use crate::left_out::LeftOut;
use crate::meaning::{Meaning, Slot};
use crate::person::{IdentityCell, PersonCells};
use names::Names;

/// The column that says by what right a row is kept.
const LEGAL_BASIS: &str = "legal_basis";

/// What a file and its reader say beside the mapping.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    /// Whether the file knows types, so that a cell may be a date whatever format the mapping declares.
    pub(crate) typed_dates: bool,
    /// From when a workbook counts its days; none for a file that is none.
    pub(crate) days: Option<DayCount>,
    /// The latest year that is believed.
    pub(crate) latest_year: i16,
}

/// What is done with each row of a file.
pub(crate) struct Program {
    /// All codes of the dictionary.
    pub(crate) codes: Codes,
    /// For each column of the file its name there, one of those that the mapping gives it.
    pub(crate) names: Vec<String>,
    /// The rows that are no records.
    pub(crate) left_out: LeftOut,
    /// The cells whose meaning does not depend on other cells, in the order of the mapping.
    pub(crate) steps: Vec<Step>,
    /// The cells that say who the person is.
    pub(crate) person: PersonCells,
    /// Whom the rows are about; none when they are about no person.
    pub(crate) population: Option<Population>,
    /// The senders' numbers that are kept as digests.
    pub(crate) references: Vec<ReferenceCell>,
    /// Where the number of the record is kept as a digest as well.
    pub(crate) record_reference: Option<RecordReference>,
    /// Whether a later export replaces the rows with the same record ids.
    pub(crate) replaces: bool,
    /// Places in the row of the cells that give the legal basis.
    pub(crate) legal_basis: Vec<usize>,
    /// How many dates are kept for ages and lengths of time.
    pub(crate) dates: usize,
    /// Codes that follow from the age of the person.
    pub(crate) ages: Option<Ages>,
    /// Lengths of time between two dates.
    pub(crate) days: Vec<DaysRule>,
    /// Numbers that must add up.
    pub(crate) sums: Vec<SumRule>,
    /// What one code implies about another column, in the order of the mapping.
    pub(crate) implies: Vec<ImpliesRule>,
    /// The stops of the journey in their order.
    pub(crate) places: Vec<PlaceRule>,
    /// The column that holds the journey.
    pub(crate) journey: Option<Slot>,
    /// The column that gives the cohort.
    pub(crate) cohort: Option<Slot>,
    /// A row about which nothing is known yet: one value for each column of the table.
    pub(crate) blank: Vec<Value>,
    /// The columns that are handed on: all of the table but those that custody fills in.
    pub(crate) output: Vec<Output>,
    /// Their Arrow schema.
    pub(crate) schema: Arc<Schema>,
}

/// One column of the file and what its cells mean.
pub(crate) struct Step {
    pub(crate) cell: Cell,
    /// Columns that say the same; they fill in when the cell is absent.
    pub(crate) seconds: Vec<Cell>,
    pub(crate) meaning: Meaning,
}

/// One cell of a row.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    /// Its place in the row.
    pub(crate) at: usize,
    pub(crate) absence: AbsenceWords,
    /// Whether the row is refused when it is absent.
    pub(crate) required: bool,
}

/// A sender's number and the column that keeps its digest.
pub(crate) struct ReferenceCell {
    pub(crate) cell: IdentityCell,
    pub(crate) slot: Slot,
    pub(crate) register: String,
}

/// The column that keeps the digest of the record's own number, and whose number that is.
pub(crate) struct RecordReference {
    pub(crate) slot: Slot,
    pub(crate) register: String,
}

/// The codes that follow from an age.
pub(crate) struct Ages {
    /// The number of the date at which it is asked.
    pub(crate) at: usize,
    pub(crate) targets: Vec<AgeCodes>,
}

/// The code of one column for each age.
pub(crate) struct AgeCodes {
    pub(crate) slot: Slot,
    /// By completed years, 0 to [`crate::meaning::OLDEST`].
    pub(crate) codes: Vec<CodeId>,
}

/// A stop of the journey with its codes looked up.
pub(crate) struct PlaceRule {
    /// None when a column gives the role.
    pub(crate) role: Option<CodeId>,
    pub(crate) basis: CodeId,
    /// Column, and its code → another basis.
    pub(crate) basis_when: Option<(Slot, Vec<(CodeId, CodeId)>)>,
    /// Places in the row of the cells for its parts, to name the one at fault.
    pub(crate) cells: Vec<(PlacePart, usize)>,
}

/// A column that is handed on.
pub(crate) struct Output {
    pub(crate) slot: Slot,
    pub(crate) kind: Kind,
}

/// Makes a mapping ready for a file with this header.
pub(crate) fn compile(
    dictionary: &Dictionary,
    source: &Source,
    header: &Header,
    given: Given,
) -> Result<Program, IntakeError> {
    let codes = Codes::new(dictionary);
    let unknown = |what, name: &str| IntakeError::Mapping { mapping: source.name.clone(), what, name: name.to_owned() };
    let table = dictionary.table(&source.table).ok_or_else(|| unknown("table", &source.table))?;
    let names = Names { codes: &codes, table, source, header, given };
    let output: Vec<Output> =
        table.columns.iter().enumerate().filter_map(|(slot, column)| output(slot, column)).collect();
    let fields: Vec<_> = output.iter().map(|output| handed_on(&table.columns[output.slot], &codes)).collect();
    let replaces = source.file.replace_by_record_id;
    let mut person = PersonCells::default();
    let mut references = Vec::new();
    let mut record_reference = None;
    let mut steps = Vec::new();
    for column in &source.columns {
        let Some((cell, seconds)) = cells(source, header, column) else { continue };
        given.days.map_or(Ok(()), |days| dates::check_days(column, days))?;
        match &column.does {
            Does::Identity(identity) => {
                let mut cell = IdentityCell { cell: cell.clone(), seconds: seconds.clone() };
                // A record id that is needed to replace rows has a rule of its own.
                cell.cell.required &= !(replaces && matches!(identity, Identity::RecordId { .. }));
                if let Identity::RecordId { reference: Some(Reference { target, register }) } = identity {
                    record_reference = Some(RecordReference { slot: names.slot(target)?, register: register.clone() });
                }
                person.add(identity, cell, given);
            }
            Does::Reference(Reference { target, register }) => references.push(ReferenceCell {
                cell: IdentityCell { cell: cell.clone(), seconds: seconds.clone() },
                slot: names.slot(target)?,
                register: register.clone(),
            }),
            _ => {}
        }
        if let Some(meaning) = names.meaning(column)? {
            steps.push(Step { cell, seconds, meaning });
        }
    }
    let legal_basis = table.columns.iter().position(|column| column.name == LEGAL_BASIS);
    let gives_basis = |step: &&Step| step.meaning.code_slot().is_some_and(|slot| Some(slot) == legal_basis);
    let basis_cells =
        steps.iter().filter(gives_basis).flat_map(|step| std::iter::once(&step.cell).chain(&step.seconds));
    Ok(Program {
        legal_basis: basis_cells.map(|cell| cell.at).collect(),
        names: header.names.clone(),
        left_out: LeftOut::new(source, header),
        steps,
        person,
        population: table.population,
        references,
        record_reference,
        replaces,
        dates: names.kept_dates().len(),
        ages: names.ages()?,
        days: names.days()?,
        sums: names.sums()?,
        implies: names.implies()?,
        places: names.places()?,
        journey: table.columns.iter().position(|column| column.kind == Kind::Places),
        cohort: table.cohort.as_deref().map(|cohort| names.slot(cohort)).transpose()?,
        blank: names.blank()?,
        output,
        schema: Arc::new(Schema::new(fields)),
        codes,
    })
}

impl Program {
    /// Whether anything looks at the cells of this column of the file.
    pub(crate) fn reads(&self, at: usize) -> bool {
        let of_steps = self.steps.iter().flat_map(|step| std::iter::once(&step.cell).chain(&step.seconds));
        let references = self.references.iter().map(|reference| &reference.cell);
        let identities = self.person.cells().chain(references);
        let mut cells = of_steps.chain(identities.flat_map(|cell| std::iter::once(&cell.cell).chain(&cell.seconds)));
        cells.any(|cell| cell.at == at)
    }
}

// The cell of a column and those of the columns that say the same, as far as the file has them. None for a column that only
// repeats another one.
fn cells(source: &Source, header: &Header, column: &SourceColumn) -> Option<(Cell, Vec<Cell>)> {
    if matches!(column.does, Does::SameAs { .. }) {
        return None;
    }
    let repeats = |other: &SourceColumn| matches!(&other.does, Does::SameAs { header } if *header == column.header);
    let of_column = |column: &SourceColumn, at| Cell { at, absence: column.absence.clone(), required: column.required };
    let first = header.columns(source).filter(|(other, _)| other.header == column.header);
    let seconds = header.columns(source).filter(|(other, _)| repeats(other));
    let mut cells = first.chain(seconds).map(|(column, at)| of_column(column, at));
    Some((cells.next()?, cells.collect()))
}

fn handed_on(column: &Column, codes: &Codes) -> Field {
    let field = column.field();
    match column.kind {
        Kind::Code { .. } => field.with_data_type(codes.keyed_type()),
        // The name of the source: one text for all rows.
        Kind::Text => field.with_data_type(DataType::Dictionary(Box::new(DataType::UInt8), Box::new(DataType::Utf8))),
        _ => field,
    }
}

fn output(slot: Slot, column: &Column) -> Option<Output> {
    let handed_on = column.origin != Origin::Custody && column.treatment != Treatment::Drop;
    handed_on.then(|| Output { slot, kind: column.kind.clone() })
}

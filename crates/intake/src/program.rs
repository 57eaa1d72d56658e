//! A mapping made ready for one file: every name looked up, every column a step over one cell.
//!
//! A program is a value that does not change while rows are read; it is made once for a file.

use std::sync::Arc;

use arrow::datatypes::Schema;
use panoh_dictionary::{
    AbsenceWords, Column, DateFormat, Dictionary, Does, Identity, Kind, Origin, PlacePart, Source, SourceColumn,
    SourcePlace, Table, Treatment,
};

use crate::codes::{CodeId, Codes};
use crate::draft::Value;
use crate::error::IntakeError;
use crate::header::Header;
use crate::meaning::{FlagTarget, Meaning, OLDEST, Slot};

/// What is done with each row of a file.
pub(crate) struct Program {
    /// All codes of the dictionary.
    pub(crate) codes: Codes,
    /// For each column of the file its name in the mapping.
    pub(crate) names: Vec<String>,
    /// The cells whose meaning does not depend on other cells, in the order of the mapping.
    pub(crate) steps: Vec<Step>,
    /// The cells that say who the person is.
    pub(crate) person: PersonCells,
    /// Codes that follow from the age of the person; empty when the mapping derives none.
    pub(crate) ages: Vec<AgeCodes>,
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
    /// Place of the cell in the row.
    pub(crate) at: usize,
    pub(crate) absence: AbsenceWords,
    pub(crate) meaning: Meaning,
}

/// Where a row says who the person is. None of these cells is remembered or stored.
#[derive(Default)]
pub(crate) struct PersonCells {
    pub(crate) names: Vec<IdentityCell>,
    pub(crate) document: Option<IdentityCell>,
    pub(crate) birth: Option<(IdentityCell, Vec<DateFormat>)>,
    pub(crate) record_id: Option<IdentityCell>,
}

/// One cell that identifies.
pub(crate) struct IdentityCell {
    /// Place of the cell in the row.
    pub(crate) at: usize,
    pub(crate) absence: AbsenceWords,
}

/// The code of one column for each age.
pub(crate) struct AgeCodes {
    pub(crate) slot: Slot,
    /// By completed years, 0 to [`OLDEST`].
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
pub(crate) fn compile(dictionary: &Dictionary, source: &Source, header: &Header) -> Result<Program, IntakeError> {
    let codes = Codes::new(dictionary);
    let unknown = |what, name: &str| IntakeError::Mapping { mapping: source.name.clone(), what, name: name.to_owned() };
    let table = dictionary.table(&source.table).ok_or_else(|| unknown("table", &source.table))?;
    let names = Names { codes: &codes, table, source };
    let output: Vec<Output> =
        table.columns.iter().enumerate().filter_map(|(slot, column)| output(slot, column)).collect();
    let fields: Vec<_> = output.iter().map(|output| table.columns[output.slot].field()).collect();
    let mut person = PersonCells::default();
    let mut steps = Vec::new();
    for (column, at) in header.columns(source) {
        if let Does::Identity(identity) = &column.does {
            person.add(identity, IdentityCell { at, absence: column.absence.clone() });
        }
        if let Some(meaning) = names.meaning(column)? {
            steps.push(Step { at, absence: column.absence.clone(), meaning });
        }
    }
    Ok(Program {
        names: header.mapped.iter().map(|&at| source.columns[at].header.clone()).collect(),
        steps,
        person,
        ages: names.ages()?,
        places: names.places(header)?,
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
        let person = &self.person;
        let single = [person.document.as_ref(), person.birth.as_ref().map(|birth| &birth.0), person.record_id.as_ref()];
        self.steps.iter().any(|step| step.at == at)
            || single.into_iter().flatten().chain(&person.names).any(|cell| cell.at == at)
    }
}

impl PersonCells {
    /// Whether a row can say who the person is.
    pub(crate) fn identify(&self) -> bool {
        self.document.is_some() || !self.names.is_empty()
    }

    fn add(&mut self, identity: &Identity, cell: IdentityCell) {
        match identity {
            Identity::FullName | Identity::GivenName | Identity::FamilyName => self.names.push(cell),
            // Sources differ in giving it, so it takes no part in linking; see panoh-identity.
            Identity::FatherName => {}
            Identity::BirthDate { formats } => self.birth = Some((cell, formats.clone())),
            Identity::Document => self.document = Some(cell),
            Identity::RecordId => self.record_id = Some(cell),
        }
    }
}

fn output(slot: Slot, column: &Column) -> Option<Output> {
    let handed_on = column.origin != Origin::Custody && column.treatment != Treatment::Drop;
    handed_on.then(|| Output { slot, kind: column.kind.clone() })
}

/// Looks up the names that a mapping uses. The dictionary checked them when it read the mapping; a miss means that the
/// mapping was read by another dictionary.
struct Names<'a> {
    codes: &'a Codes,
    table: &'a Table,
    source: &'a Source,
}

impl Names<'_> {
    fn slot(&self, name: &str) -> Result<Slot, IntakeError> {
        self.table.columns.iter().position(|column| column.name == name).ok_or_else(|| self.unknown("column", name))
    }

    fn code(&self, text: &str) -> Result<CodeId, IntakeError> {
        self.codes.id(text).ok_or_else(|| self.unknown("code", text))
    }

    fn all_codes(&self, texts: &[String]) -> Result<Vec<CodeId>, IntakeError> {
        texts.iter().map(|text| self.code(text)).collect()
    }

    fn unknown(&self, what: &'static str, name: &str) -> IntakeError {
        IntakeError::Mapping { mapping: self.source.name.clone(), what, name: name.to_owned() }
    }

    fn meaning(&self, column: &SourceColumn) -> Result<Option<Meaning>, IntakeError> {
        let slot = |name: &String| self.slot(name);
        Ok(Some(match &column.does {
            Does::Ignore { .. } | Does::Drop { .. } | Does::Identity(_) => return Ok(None),
            Does::RefuseRow { words, .. } => Meaning::Refuse { words: words.clone() },
            Does::Year { target } => Meaning::Year { slot: slot(target)? },
            Does::Date { year, month, formats } => Meaning::Date {
                year: year.as_ref().map(slot).transpose()?,
                month: month.as_ref().map(slot).transpose()?,
                formats: formats.clone(),
                for_age: self.source.age.as_ref().is_some_and(|age| age.at == column.header),
            },
            Does::Age(age) => Meaning::Age { slot: slot(&age.target)?, list: age.list.clone() },
            Does::Code(rule) => Meaning::Code {
                slot: slot(&rule.target)?,
                words: rule.words.clone(),
                sets: rule.sets.iter().map(|sets| Ok((slot(&sets.target)?, sets.clone()))).collect::<Result<_, _>>()?,
                sex: rule.sex.clone(),
            },
            Does::Codes { target, separator, words } => {
                Meaning::Codes { slot: slot(target)?, separator: *separator, words: words.clone() }
            }
            Does::Flag { target, on, off, true_words, false_words } => Meaning::Flag {
                target: self.flag(target, on, off)?,
                true_words: true_words.clone(),
                false_words: false_words.clone(),
            },
            Does::Place { place, part, words } => Meaning::Place {
                place: *place,
                part: *part,
                separator: self.source.places[*place].separator,
                words: words.clone(),
            },
        }))
    }

    fn flag(&self, target: &str, on: &[String], off: &[String]) -> Result<FlagTarget, IntakeError> {
        let slot = self.slot(target)?;
        let (on, off) = (self.all_codes(on)?, self.all_codes(off)?);
        Ok(match self.table.columns[slot].kind {
            Kind::Codes { .. } => FlagTarget::List { slot, on, off },
            _ => FlagTarget::Code { slot, on: on.first().copied(), off: off.first().copied() },
        })
    }

    fn ages(&self) -> Result<Vec<AgeCodes>, IntakeError> {
        let targets = self.source.age.as_ref().map_or(&[][..], |age| &age.targets);
        let codes_of = |list: &panoh_dictionary::CodeList| {
            let of_age = |age| list.by_age(age).ok_or_else(|| self.unknown("list of ages", &list.name));
            (0..=OLDEST).map(|age| self.code(&of_age(age)?.code)).collect::<Result<Vec<_>, _>>()
        };
        targets
            .iter()
            .map(|target| Ok(AgeCodes { slot: self.slot(&target.target)?, codes: codes_of(&target.list)? }))
            .collect()
    }

    fn places(&self, header: &Header) -> Result<Vec<PlaceRule>, IntakeError> {
        let cells_of = |wanted: usize| {
            let parts = header.columns(self.source).filter_map(move |(column, at)| match column.does {
                Does::Place { place, part, .. } if place == wanted => Some((part, at)),
                _ => None,
            });
            parts.collect()
        };
        let rule = |(at, place): (usize, &SourcePlace)| {
            let pair = |(from, to): &(String, String)| Ok((self.code(from)?, self.code(to)?));
            let when = place.basis_when.as_ref().map(|when| {
                Ok((self.slot(&when.column)?, when.codes.iter().map(pair).collect::<Result<_, IntakeError>>()?))
            });
            Ok(PlaceRule {
                role: place.role.as_deref().map(|role| self.code(role)).transpose()?,
                basis: self.code(&place.basis)?,
                basis_when: when.transpose()?,
                cells: cells_of(at),
            })
        };
        self.source.places.iter().enumerate().map(rule).collect()
    }

    fn blank(&self) -> Result<Vec<Value>, IntakeError> {
        let mut blank: Vec<Value> = self.table.columns.iter().map(blank_value).collect();
        for constant in &self.source.constants {
            blank[self.slot(&constant.target)?] = Value::Code(Some(self.code(&constant.code)?));
        }
        Ok(blank)
    }
}

fn blank_value(column: &Column) -> Value {
    match column.kind {
        _ if column.origin != Origin::Export => Value::Given,
        Kind::Pseudonym | Kind::Text => Value::Given,
        Kind::Integer => Value::Integer(None),
        Kind::Year => Value::Year(None),
        Kind::Month => Value::Month(None),
        Kind::Code { .. } => Value::Code(None),
        Kind::Codes { .. } => Value::Codes(Vec::new()),
        Kind::Places => Value::Journey(Vec::new()),
    }
}

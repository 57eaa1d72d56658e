//! Carries a program out, row by row: a row is taken wholly or refused with every reason that its cells give.

use arrow::array::RecordBatch;
use panoh_dictionary::{Date, Sex};
use panoh_identity::{FileDigest, Identity, Sealer};

use crate::codes::CodeId;
use crate::columns::Columns;
use crate::draft::{Birth, Draft, Value};
use crate::error::IntakeError;
use crate::meaning::{Effect, read_date};
use crate::memo::Memo;
use crate::program::{IdentityCell, PersonCells, Program};
use crate::reader::{Sealed, SealedIdentity};
use crate::rejection::{Rejection, Rule};
use crate::row::RawRow;

/// The batch in the making.
pub(crate) struct Assembly {
    program: Program,
    stamp: Stamp,
    /// For each step what the spellings of its column mean.
    memos: Vec<Memo<Result<Box<[Effect]>, Rule>>>,
    draft: Draft,
    columns: Columns,
    people: Vec<Sealed>,
    rejections: Vec<Rejection>,
}

/// What goes into every pseudonym of a file.
pub(crate) struct Stamp {
    pub(crate) sealer: Sealer,
    pub(crate) source: String,
    pub(crate) file: FileDigest,
}

/// What a row says about its person, borrowed from the row.
struct Person<'a> {
    names: Vec<&'a str>,
    document: Option<&'a str>,
    birth: Birth,
    record_id: Option<&'a str>,
}

/// The place of the cell at fault, none for a fault of the whole row, and the rule that it breaks.
type Fault = (Option<usize>, Rule);

impl Assembly {
    pub(crate) fn new(program: Program, stamp: Stamp) -> Self {
        Self {
            memos: program.steps.iter().map(|_| Memo::new()).collect(),
            draft: Draft::new(&program),
            columns: Columns::new(&program, &stamp.source),
            people: Vec::new(),
            rejections: Vec::new(),
            program,
            stamp,
        }
    }

    /// Takes the row in, the `number`th of its file, or notes why not. True when it was taken.
    pub(crate) fn take(&mut self, row: &RawRow, split: Result<(), Rule>, number: u64) -> bool {
        let before = self.rejections.len();
        let taken = self.try_take(row, split, number);
        if let Err((at, rule)) = taken {
            self.refuse(row, at, rule);
        }
        self.rejections.len() == before
    }

    /// Hands out what was gathered and begins a new batch.
    pub(crate) fn finish(&mut self) -> Result<(RecordBatch, Vec<Sealed>, Vec<Rejection>), IntakeError> {
        let rows = self.columns.finish(&self.program).map_err(|source| IntakeError::Batch { source })?;
        Ok((rows, std::mem::take(&mut self.people), std::mem::take(&mut self.rejections)))
    }

    // Ok when the row was taken or its cells were refused; a fault that ends the work on the row is handed back.
    fn try_take(&mut self, row: &RawRow, split: Result<(), Rule>, number: u64) -> Result<(), Fault> {
        split.map_err(|rule| (None, rule))?;
        if let Some((rule, at)) = row.broken(self.program.names.len()) {
            return Err((at, rule));
        }
        let sound = self.read_cells(row);
        let person = Person::read(&self.program.person, row)?;
        if sound {
            self.settle(person.birth)?;
            self.push(&person, number);
        }
        Ok(())
    }

    // Gathers in the draft what the cells say; false when one was refused.
    fn read_cells(&mut self, row: &RawRow) -> bool {
        let before = self.rejections.len();
        self.draft.clear(&self.program);
        for (step, memo) in self.program.steps.iter().zip(&mut self.memos) {
            let cell = row.cell(step.at);
            let read = || {
                let effects = step.meaning.read(&step.absence, text(cell)?, &self.program.codes)?;
                Ok(effects.into_boxed_slice())
            };
            match memo.get(cell, read) {
                Ok(effects) => effects.iter().for_each(|&effect| self.draft.apply(effect)),
                Err(rule) => {
                    let column = &self.program.names[step.at];
                    self.rejections.push(Rejection::new(row.place, Some(column), *rule));
                }
            }
        }
        self.rejections.len() == before
    }

    // Settles what depends on several cells.
    fn settle(&mut self, birth: Birth) -> Result<(), Fault> {
        let Self { program, draft, .. } = self;
        let birth_at = program.person.birth.as_ref().map(|(cell, _)| cell.at);
        draft.settle_ages(&program.ages, birth).map_err(|rule| (birth_at, rule))?;
        draft.settle_lists();
        let Some(journey) = program.journey else { return Ok(()) };
        draft.settle_places(journey, &program.places).map_err(|(place, part, rule)| {
            let cell = program.places[place].cells.iter().find(|(of, _)| *of == part);
            (cell.map(|&(_, at)| at), rule)
        })
    }

    fn push(&mut self, person: &Person<'_>, number: u64) {
        let Stamp { sealer, source, file } = &self.stamp;
        // Exports repeat case numbers, one for each member of a family for example: a record is one row, so its place
        // is part of its name. No cell holds a NUL, so no case number can look like another one with a place.
        let record = format!("{}\0{number}", person.record_id.unwrap_or_default());
        self.columns.push(&self.program, sealer.record(source, &record, file), &self.draft.values);
        let keys = self.program.person.identify().then(|| sealer.seal(&person.identity(self.draft.sex)));
        let identity = match keys.filter(|keys| !keys.is_empty()) {
            Some(keys) => SealedIdentity::Linked(keys),
            None => SealedIdentity::Unlinked(sealer.unlinked(source, &record, file)),
        };
        let year = self.program.cohort.map(|slot| &self.draft.values[slot]);
        let cohort = match year {
            Some(Value::Year(Some(year))) => format!("{year:04}"),
            _ => "no_year".to_owned(),
        };
        self.people.push(Sealed { identity, cohort });
    }

    fn refuse(&mut self, row: &RawRow, at: Option<usize>, rule: Rule) {
        let column = at.map(|at| self.program.names[at].as_str());
        self.rejections.push(Rejection::new(row.place, column, rule));
    }
}

impl<'a> Person<'a> {
    fn read(cells: &PersonCells, row: &'a RawRow) -> Result<Self, Fault> {
        let mut names = Vec::with_capacity(cells.names.len());
        for cell in &cells.names {
            names.extend(cell.value(row)?.ok());
        }
        let one = |cell: &Option<IdentityCell>| match cell {
            Some(cell) => Ok(cell.value(row)?.ok()),
            None => Ok(None),
        };
        let birth = match &cells.birth {
            Some((cell, formats)) => match cell.value(row)? {
                Ok(written) => Birth::On(read_date(formats, written).map_err(|rule| (Some(cell.at), rule))?),
                Err(absence) => Birth::Absent(absence),
            },
            None => Birth::Absent(CodeId::MISSING),
        };
        Ok(Self { names, document: one(&cells.document)?, birth, record_id: one(&cells.record_id)? })
    }

    fn identity(&self, sex: Option<Sex>) -> Identity<'_> {
        let birth_date = match self.birth {
            Birth::On(Date { year, month: Some(month), day: Some(day) }) => Some((year, month, day)),
            _ => None,
        };
        let sex = sex.map(|sex| match sex {
            Sex::Female => panoh_identity::Sex::Female,
            Sex::Male => panoh_identity::Sex::Male,
        });
        Identity { document: self.document, names: &self.names, birth_date, sex }
    }
}

impl IdentityCell {
    // The trimmed cell, or in what way it is absent.
    fn value<'a>(&self, row: &'a RawRow) -> Result<Result<&'a str, CodeId>, Fault> {
        let cell = text(row.cell(self.at)).map_err(|rule| (Some(self.at), rule))?;
        Ok(self.absence.absence(cell).map_or(Ok(cell.trim()), |absence| Err(absence.into())))
    }
}

// Rows that are not UTF-8 were refused as a whole, so this does not fail here.
fn text(cell: &[u8]) -> Result<&str, Rule> {
    std::str::from_utf8(cell).map_err(|_| Rule::NotUtf8)
}

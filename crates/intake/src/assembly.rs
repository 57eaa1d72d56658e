//! Carries a program out, row by row: a row is taken wholly or refused with every reason that its cells give.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Arc;

use arrow::array::RecordBatch;
use foldhash::fast::RandomState;
use panoh_dictionary::Population;
use panoh_identity::{Cohort, FileDigest, Grounds, HeardNames, Pseudonym, Sealer};

use crate::checks::Implied;
use crate::codes::Codes;
use crate::columns::Columns;
use crate::draft::{Birth, Draft, Value};
use crate::error::IntakeError;
use crate::left_out::Why;
use crate::meaning::Read;
use crate::memo::Memo;
use crate::mend::{Mend, Mends};
use crate::name::check_number;
use crate::number::write_record_number;
use crate::person::{Fault, Person};
use crate::program::{Cell, Program, Step};
use crate::reader::{RefusedRecord, Sealed, SealedIdentity};
use crate::rejection::{Rejection, Site};
use crate::row::RawRow;
use crate::rule::Rule;
use crate::tally::Tally;

/// The batch in the making.
pub(crate) struct Assembly {
    program: Arc<Program>,
    stamp: Arc<Stamp>,
    site: Site,
    /// For each step what the spellings of its column mean, and of the columns that say the same.
    memos: Vec<(Memo<Read>, Vec<Memo<Read>>)>,
    draft: Draft,
    /// What was mended in the cells of the row.
    mended: Vec<Mends>,
    faults: Vec<Fault>,
    /// Places among the implications of those that the row breaks and the mapping only notes.
    noted: Vec<usize>,
    /// The name of the record, or another number, in the making.
    number: String,
    /// The records of the whole file, where each may stand but once.
    seen: HashSet<Pseudonym, RandomState>,
    /// Names of the rows before.
    heard: HeardNames,
    gathered: Gathered,
    columns: Columns,
    counts: [u64; Mend::ALL.len()],
}

/// What goes into every pseudonym of a file.
pub(crate) struct Stamp {
    pub(crate) sealer: Sealer,
    pub(crate) source: String,
    pub(crate) file: FileDigest,
}

/// What a batch has beside its rows.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) people: Vec<Sealed>,
    pub(crate) records: Vec<Pseudonym>,
    pub(crate) refused: Vec<RefusedRecord>,
    pub(crate) rejections: Vec<Rejection>,
    pub(crate) tally: Tally,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Taken,
    Refused,
    /// It is no record.
    LeftOut,
}

impl Assembly {
    pub(crate) fn new(program: Arc<Program>, stamp: Arc<Stamp>, site: Site) -> Self {
        let memos = |step: &Step| (Memo::new(), step.seconds.iter().map(|_| Memo::new()).collect());
        Self {
            memos: program.steps.iter().map(memos).collect(),
            draft: Draft::new(&program),
            mended: Vec::new(),
            faults: Vec::new(),
            noted: Vec::new(),
            number: String::new(),
            seen: HashSet::default(),
            heard: HeardNames::remembering(),
            gathered: Gathered::default(),
            columns: Columns::new(&program, &stamp.source),
            counts: [0; Mend::ALL.len()],
            program,
            stamp,
            site,
        }
    }

    /// Takes the row in, the `number`th of its file, or notes why not.
    pub(crate) fn take(&mut self, row: &RawRow, split: Result<(), Rule>, number: u64) -> Outcome {
        if split.is_ok()
            && let Some(why) = self.program.left_out.why(row)
        {
            match why {
                Why::Empty => self.gathered.tally.empty_rows += 1,
                Why::Total => self.gathered.tally.total_rows += 1,
            }
            return Outcome::LeftOut;
        }
        self.mended.clear();
        self.faults.clear();
        self.noted.clear();
        if let Err(fault) = self.try_take(row, split, number) {
            self.faults.push(fault);
        }
        if self.program.replaces && !self.faults.is_empty() && split.is_ok() {
            let refused = self.refused_record(row);
            self.gathered.refused.extend(refused);
        }
        for &(at, rule) in &self.faults {
            let column = at.map(|at| (at, self.program.names[at].as_str()));
            self.gathered.rejections.push(Rejection::new(&self.site, row.place, column, rule));
        }
        if self.faults.is_empty() { Outcome::Taken } else { Outcome::Refused }
    }

    /// Hands out what was gathered and begins a new batch.
    pub(crate) fn finish(&mut self) -> Result<(RecordBatch, Gathered), IntakeError> {
        let rows = self.columns.finish(&self.program).map_err(|source| IntakeError::Batch { source })?;
        let mut gathered = std::mem::take(&mut self.gathered);
        for (mend, cells) in Mend::ALL.into_iter().zip(&mut self.counts) {
            gathered.tally.count(mend, std::mem::take(cells));
        }
        Ok((rows, gathered))
    }

    // The row is refused when it added faults; one that ends the work on the row is handed back.
    fn try_take(&mut self, row: &RawRow, split: Result<(), Rule>, number: u64) -> Result<(), Fault> {
        split.map_err(|rule| (None, rule))?;
        if let Some((rule, at)) = row.broken(self.program.names.len()) {
            return Err((at, rule));
        }
        if let Some(at) = self.program.left_out.lone_name(row) {
            return Err((Some(at), Rule::LoneCell));
        }
        self.read_cells(row);
        let person = self.program.person.read(row, &mut self.mended, &mut self.faults);
        self.read_references(row);
        self.keep_record_number(&person);
        if self.faults.is_empty() {
            self.settle(person.birth)?;
            self.push(&person, number)?;
        }
        Ok(())
    }

    // Gathers in the draft what the cells say.
    fn read_cells(&mut self, row: &RawRow) {
        let Self { program, memos, draft, mended, faults, .. } = self;
        draft.clear(program);
        for (step, (memo, second_memos)) in program.steps.iter().zip(memos) {
            let first = memo.get(row.cell(step.cell.at), || read_cell(step, &step.cell, row, &program.codes));
            let read = if step.seconds.is_empty() {
                settled(&step.cell, first)
            } else {
                with_seconds(step, first, second_memos, row, &program.codes, mended)
            };
            match read {
                Ok((effects, mends)) => {
                    for &effect in effects {
                        draft.apply(effect);
                    }
                    if !mends.is_empty() {
                        mended.push(mends);
                    }
                }
                Err((at, rule)) => faults.push((Some(at), rule)),
            }
        }
    }

    // Puts digests of the senders' numbers into the draft.
    fn read_references(&mut self, row: &RawRow) {
        for reference in &self.program.references {
            let value = match reference.cell.value(row, &mut self.mended) {
                Ok(Ok(value)) => value,
                Ok(Err(_)) => continue,
                Err(fault) => {
                    self.faults.push(fault);
                    continue;
                }
            };
            if let Err(rule) = check_number(value) {
                self.faults.push((Some(reference.cell.cell.at), rule));
                continue;
            }
            self.number.clear();
            let mends = write_record_number(value, &mut self.number);
            self.mended.push(mends);
            let digest = self.stamp.sealer.reference(&reference.register, &self.number);
            self.draft.values[reference.slot] = Value::Reference(Some(digest));
        }
    }

    // Puts the digest of the record's own number into the draft. Its cell is read, checked and its mends counted as part of
    // who the row is about; here it only goes to one more place.
    fn keep_record_number(&mut self, person: &Person<'_>) {
        let Some((kept, value)) = self.program.record_reference.as_ref().zip(person.record_id) else { return };
        self.number.clear();
        write_record_number(value, &mut self.number);
        let digest = self.stamp.sealer.reference(&kept.register, &self.number);
        self.draft.values[kept.slot] = Value::Reference(Some(digest));
    }

    // Settles what depends on several cells.
    fn settle(&mut self, birth: Birth) -> Result<(), Fault> {
        let Self { program, draft, .. } = self;
        if let Some(ages) = &program.ages {
            draft.settle_ages(ages, birth).map_err(|rule| (program.person.birth_at(), rule))?;
        }
        for days in &program.days {
            days.settle(draft).map_err(|rule| (days.at, rule))?;
        }
        for sum in &program.sums {
            sum.check(draft).map_err(|rule| (sum.at, rule))?;
        }
        draft.settle_lists();
        if let Some(journey) = program.journey {
            draft.settle_places(journey, &program.places).map_err(|(place, part, rule)| {
                let cell = program.places[place].cells.iter().find(|(of, _)| *of == part);
                (cell.map(|&(_, at)| at), rule)
            })?;
        }
        self.settle_implied()
    }

    fn settle_implied(&mut self) -> Result<(), Fault> {
        for (place, rule) in self.program.implies.iter().enumerate() {
            match rule.settle(&mut self.draft).map_err(|broken| (rule.at, broken))? {
                Implied::Holds => {}
                Implied::Added => self.mended.push(Mend::ImpliedCode.into()),
                Implied::Noted => self.noted.push(place),
            }
        }
        Ok(())
    }

    fn push(&mut self, person: &Person<'_>, number: u64) -> Result<(), Fault> {
        self.number.clear();
        let mends = write_record_number(person.record_id.unwrap_or_default(), &mut self.number);
        let sender = self.sender();
        let record = self.record(number, sender)?;
        self.columns.push(&self.program, record, &self.draft.values);
        self.gathered.records.push(record);
        if let Some(population) = self.program.population {
            let (identity, grounds) = self.seal(person, population);
            let sealed = Sealed { identity, grounds, cohort: self.cohort(), sender };
            self.gathered.people.push(sealed);
        }
        for mend in self.mended.iter().flat_map(|mends| mends.each()).chain(mends.each()) {
            self.counts[mend as usize] += 1;
        }
        for &place in &self.noted {
            self.gathered.tally.note(&self.program.implies[place].note);
        }
        Ok(())
    }

    // The record of a row that is refused, when its number can be told.
    fn refused_record(&mut self, row: &RawRow) -> Option<RefusedRecord> {
        let Self { program, faults, number, stamp, .. } = self;
        if row.broken(program.names.len()).is_some() {
            return None;
        }
        number.clear();
        write_record_number(program.person.record_id(row)?, number);
        let is_basis = |at: &Option<usize>| at.is_some_and(|at| program.legal_basis.contains(&at));
        let no_consent =
            faults.iter().any(|(at, rule)| *rule == Rule::NoConsent || *rule == Rule::Required && is_basis(at));
        let sender = (!number.is_empty()).then(|| stamp.sealer.stable_record(&stamp.source, number))?;
        Some(RefusedRecord { sender, no_consent })
    }

    // What tells the sender's record in every export; none when it has no number, or when nobody asks.
    fn sender(&self) -> Option<Pseudonym> {
        let Stamp { sealer, source, .. } = &*self.stamp;
        let is_wanted = self.program.replaces || self.program.population.is_some();
        (is_wanted && !self.number.is_empty()).then(|| sealer.stable_record(source, &self.number))
    }

    // The pseudonym of the record; its name stands in `number` when the sender numbers records.
    fn record(&mut self, number: u64, sender: Option<Pseudonym>) -> Result<Pseudonym, Fault> {
        let Stamp { sealer, source, file, .. } = &*self.stamp;
        let at = self.program.person.record_id_at();
        if !self.program.replaces {
            // Exports repeat case numbers, one for each member of a family for example: a record is one row, so its place
            // is part of its name. No cell holds a NUL, so no case number can look like another one with a place.
            write!(self.number, "\0{number}").expect("a String takes everything");
            return Ok(sealer.record(source, &self.number, file));
        }
        let record = sender.ok_or((at, Rule::RecordIdMissing))?;
        if self.seen.insert(record) { Ok(record) } else { Err((at, Rule::RecordIdRepeated)) }
    }

    // Whom the row is about, and what there was to tell it by.
    fn seal(&mut self, person: &Person<'_>, population: Population) -> (SealedIdentity, Grounds) {
        let Stamp { sealer, source, file, .. } = &*self.stamp;
        let mut grounds = Grounds::NOTHING;
        if self.program.person.identify() {
            let country = self.draft.document_country.map(|country| self.program.codes.text(country));
            let population = match population {
                Population::Victims => panoh_identity::Population::Victims,
                Population::Suspects => panoh_identity::Population::Suspects,
            };
            let keys = sealer.seal_after(&person.identity(self.draft.sex, country), population, &mut self.heard);
            grounds = keys.grounds();
            if !keys.is_empty() {
                return (SealedIdentity::Linked(keys), grounds);
            }
        }
        let alone = if self.program.replaces {
            sealer.stable_unlinked(source, &self.number)
        } else {
            sealer.unlinked(source, &self.number, file)
        };
        (SealedIdentity::Unlinked(alone), grounds)
    }

    fn cohort(&self) -> Cohort {
        match self.program.cohort.map(|slot| &self.draft.values[slot]) {
            Some(Value::Year(Some(year))) => Cohort::of_year(*year),
            _ => Cohort::NO_YEAR,
        }
    }
}

type Said<'r> = Result<(&'r [crate::meaning::Effect], Mends), (usize, Rule)>;

fn settled<'r>(cell: &Cell, read: &'r Read) -> Said<'r> {
    match &read.effects {
        Ok(_) if read.absent && cell.required => Err((cell.at, Rule::Required)),
        Ok(effects) => Ok((effects, read.mends)),
        Err(rule) => Err((cell.at, *rule)),
    }
}

// The first column's cell, or the second's when the first is absent; an error when they differ.
fn with_seconds<'r>(
    step: &Step,
    first: &'r Read,
    memos: &'r mut [Memo<Read>],
    row: &RawRow,
    codes: &Codes,
    mended: &mut Vec<Mends>,
) -> Said<'r> {
    let (mut chosen, mut chosen_at) = (first, &step.cell);
    if let Err(rule) = first.effects {
        return Err((step.cell.at, rule));
    }
    for (cell, memo) in step.seconds.iter().zip(memos) {
        let second = memo.get(row.cell(cell.at), || read_cell(step, cell, row, codes));
        settled(cell, second)?;
        let fills_in = if second.absent {
            // A word for not knowing says more than an empty cell.
            chosen.absent && row.cell(chosen_at.at).is_empty()
        } else {
            chosen.absent
        };
        if fills_in {
            if !second.absent {
                mended.push(Mend::SecondColumn.into());
            }
            (chosen, chosen_at) = (second, cell);
        } else if !second.absent && !chosen.agrees_with(second) {
            return Err((cell.at, Rule::ColumnsDisagree));
        }
    }
    if chosen.absent && step.cell.required {
        return Err((step.cell.at, Rule::Required));
    }
    settled(chosen_at, chosen)
}

fn read_cell(step: &Step, cell: &Cell, row: &RawRow, codes: &Codes) -> Read {
    // Rows that are not UTF-8 were refused as a whole, so this does not fail here.
    match std::str::from_utf8(row.cell(cell.at)) {
        Ok(written) => step.meaning.read(&cell.absence, written, codes),
        Err(_) => Read { effects: Err(Rule::NotUtf8), mends: Mends::NONE, absent: false },
    }
}

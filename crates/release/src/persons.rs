//! The people of a frame as bare code numbers: one row for each person, whatever the frame gave.
//!
//! The noise is scaled to one person changing one cell of each table, so this is where that becomes true: of several
//! rows of one person one is chosen by a keyed digest, which looks at that person's rows only; rows of cohorts that the
//! release does not pay for are left out; a code that the list lacks is counted as `other`, an absent one as
//! `not_known`. No value can make it fail.
//!
//! An outcome is what came about within twelve months of one person's own. It counts where these were over on the day up
//! to which the registers are kept, which the definition says; whatever the frame gave for the others, they are
//! `window_not_complete`.

use std::collections::{HashMap, HashSet};
use std::fmt;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Schema};
use panoh_publication::{NOT_KNOWN, OTHER, WINDOW_NOT_COMPLETE};
use sha2::{Digest, Sha256};

use crate::dimensions::Resolved;
use crate::{ReleaseError, ReleasePlan};

const PERSON: &str = "person";
const COHORT: &str = "cohort";
/// The first month after a person's twelve, as `2025-03`. Frames with outcomes give it.
const WINDOW_END: &str = "window_end";

/// One row of code numbers for each person. Nothing but counts of them, with noise, ever leaves the crate.
pub struct Persons {
    plan: [String; 2],
    frame: String,
    key: [u8; 32],
    person: usize,
    cohort: usize,
    cohorts: HashSet<String>,
    columns: Vec<Column>,
    window: Option<Window>,
    /// Position of each person in `codes`, in persons. People are known by a digest, never by their pseudonym.
    index: HashMap<u128, usize>,
    /// One number for each person and dimension, person by person.
    codes: Vec<u16>,
}

/// Where the end of each person's twelve months stands, and the month in which the last of them must have been over.
struct Window {
    at: usize,
    until: String,
}

/// Whether the twelve months of a person are over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Twelve {
    Over,
    NotOver,
    /// Nobody knows when they began.
    NotKnown,
}

/// How one column becomes code numbers.
struct Column {
    at: usize,
    /// Number of `window_not_complete`, for outcomes.
    not_complete: Option<u16>,
    numbers: HashMap<String, u16>,
    absence: HashSet<String>,
    other: u16,
    not_known: u16,
}

impl Persons {
    /// Nobody yet. `schema` is the frame's: it must hold `person`, `cohort` and every column of the plan, as text.
    ///
    /// `key` decides which of several rows of one person counts.
    pub fn new(plan: &ReleasePlan, schema: &Schema, key: [u8; 32]) -> Result<Self, ReleaseError> {
        let frame = plan.definition().frame.to_string();
        let find = |name: &str| text_column(&frame, schema, name);
        let (person, cohort) = (find(PERSON)?, find(COHORT)?);
        let columns = plan.dimensions().iter().map(|resolved| {
            let at = resolved.column.as_deref().map_or(Ok(cohort), find)?;
            Ok(Column::new(at, resolved, plan.absence()))
        });
        let columns: Vec<Column> = columns.collect::<Result<_, ReleaseError>>()?;
        let until = plan.definition().observed_until().as_str()[..7].to_owned();
        let has_outcomes = columns.iter().any(|column| column.not_complete.is_some());
        let window = if has_outcomes { Some(Window { at: find(WINDOW_END)?, until }) } else { None };
        Ok(Self {
            plan: identity(plan),
            key,
            person,
            cohort,
            cohorts: plan.definition().cohorts().into_iter().collect(),
            columns,
            window,
            index: HashMap::new(),
            codes: Vec::new(),
            frame,
        })
    }

    /// Adds the rows of one batch. The batch must have the schema that was promised.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), ReleaseError> {
        let people = self.text(batch, self.person)?;
        let cohorts = self.text(batch, self.cohort)?;
        let columns: Vec<&StringArray> =
            self.columns.iter().map(|column| self.text(batch, column.at)).collect::<Result<_, _>>()?;
        let ends = match &self.window {
            Some(window) => Some((self.text(batch, window.at)?, window.until.clone())),
            None => None,
        };
        let mut row = vec![0; columns.len()];
        for at in 0..batch.num_rows() {
            if !value(cohorts, at).is_some_and(|cohort| self.cohorts.contains(cohort)) {
                continue;
            }
            let twelve = ends.as_ref().map_or(Twelve::Over, |(ends, until)| twelve(value(ends, at), until));
            for ((number, column), values) in row.iter_mut().zip(&self.columns).zip(&columns) {
                *number = column.number(value(values, at), twelve);
            }
            // Rows without a person would be one person together; a frame has none.
            self.take(person(value(people, at).unwrap_or_default()), &row);
        }
        Ok(())
    }

    /// Whether the rows were read for this plan.
    pub(crate) fn are_of(&self, plan: &ReleasePlan) -> bool {
        self.plan == identity(plan)
    }

    /// How many persons have each combination of codes of `dimensions` (ascending), row-major.
    pub(crate) fn count(&self, sizes: &[u32], dimensions: &[usize]) -> Vec<i64> {
        let cells: usize = dimensions.iter().map(|&dimension| sizes[dimension] as usize).product();
        let mut counts = vec![0; cells];
        for codes in self.codes.chunks_exact(self.columns.len()) {
            let cell = dimensions.iter().fold(0, |cell, &at| cell * sizes[at] as usize + usize::from(codes[at]));
            counts[cell] += 1;
        }
        counts
    }

    fn text<'a>(&self, batch: &'a RecordBatch, at: usize) -> Result<&'a StringArray, ReleaseError> {
        let column = batch.columns().get(at).and_then(|column| column.as_string_opt::<i32>());
        column.ok_or_else(|| ReleaseError::FrameColumn {
            frame: self.frame.clone(),
            column: at.to_string(),
            rule: "the rows do not have the schema that the frame announced",
        })
    }

    /// Keeps one row of each person. The smaller digest wins, so the order in which rows arrive does not matter.
    fn take(&mut self, person: u128, row: &[u16]) {
        let width = row.len();
        let next = self.codes.len() / width;
        let at = *self.index.entry(person).or_insert(next);
        if at == next {
            self.codes.extend_from_slice(row);
            return;
        }
        let key = self.key;
        let known = &mut self.codes[at * width..(at + 1) * width];
        if known != row && rank(&key, person, row) < rank(&key, person, known) {
            known.copy_from_slice(row);
        }
    }
}

impl fmt::Debug for Persons {
    /// Says nothing, not even how many there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Persons(..)")
    }
}

impl Column {
    fn new(at: usize, resolved: &Resolved, absence: &[String]) -> Self {
        let numbers = resolved.numbers();
        // The year has no code for what is not known: rows of other cohorts never come here, so it is never asked for.
        let not_known = numbers.get(NOT_KNOWN).copied().unwrap_or_default();
        let other = numbers.get(OTHER).copied().unwrap_or(not_known);
        let not_complete = resolved.dimension.position(WINDOW_NOT_COMPLETE).map(|number| number as u16);
        Self { at, not_complete, numbers, absence: absence.iter().cloned().collect(), other, not_known }
    }

    fn number(&self, value: Option<&str>, twelve: Twelve) -> u16 {
        match (self.not_complete, twelve) {
            (Some(not_complete), Twelve::NotOver) => return not_complete,
            (Some(_), Twelve::NotKnown) => return self.not_known,
            _ => {}
        }
        let Some(value) = value else { return self.not_known };
        match self.numbers.get(value) {
            Some(&number) => number,
            None if self.absence.contains(value) => self.not_known,
            None => self.other,
        }
    }
}

/// Whether twelve months that end before the month `end` were over in the month `until`; both as `2025-03`.
fn twelve(end: Option<&str>, until: &str) -> Twelve {
    match end {
        Some(end) if end <= until => Twelve::Over,
        Some(_) => Twelve::NotOver,
        None => Twelve::NotKnown,
    }
}

fn text_column(frame: &str, schema: &Schema, name: &str) -> Result<usize, ReleaseError> {
    let refuse = |rule| ReleaseError::FrameColumn { frame: frame.to_owned(), column: name.to_owned(), rule };
    let (at, field) = schema.column_with_name(name).ok_or_else(|| {
        refuse("the frame does not give this column; correct `column` in the definition or take another frame")
    })?;
    if *field.data_type() == DataType::Utf8 { Ok(at) } else { Err(refuse("the column must hold codes as text")) }
}

fn value(column: &StringArray, at: usize) -> Option<&str> {
    column.is_valid(at).then(|| column.value(at))
}

fn identity(plan: &ReleasePlan) -> [String; 2] {
    [plan.definition().digest(), plan.dictionary_digest().to_owned()]
}

/// 128 bits of a digest: two people in one place would need about 2⁶⁴ people.
fn person(pseudonym: &str) -> u128 {
    let digest: [u8; 32] = Sha256::digest(pseudonym.as_bytes()).into();
    digest[..16].iter().fold(0, |number, &byte| number << 8 | u128::from(byte))
}

fn rank(key: &[u8; 32], person: u128, row: &[u16]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(key);
    digest.update(person.to_be_bytes());
    for number in row {
        digest.update(number.to_be_bytes());
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests;

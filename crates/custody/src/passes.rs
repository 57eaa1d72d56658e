//! The passes over an export: one that finds the persons, and one that writes the rows.
//!
//! A person's cohort is the earliest year in the file that makes the person known, and a row stores the cohort of its
//! person. So a file whose mapping says who the person is goes by twice: only after its last row are the cohorts
//! certain. A file without such columns goes by once.
//!
//! Sealing identities is most of the work on a row, and it is done in the first pass only. What that found is kept for the
//! second, four bytes a row, with a mark of each batch's raw bytes: another row in the place of one that was sealed is
//! noticed.

use std::collections::HashSet;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use panoh_dictionary::{Does, Identity, Source};
use panoh_identity::{Pseudonym, RegisterLoad};
use panoh_intake::{Batch, IntakeError, Mark, Reader, Sealed, SealedIdentity};
use panoh_warehouse::Append;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::columns::{Columns, Linked};
use crate::error::CustodyError;
use crate::load::{Export, Progress};
use crate::rejections::RejectionFile;
use crate::report::{LoadReport, Places};

/// Batches that wait between reading and writing; more would only fill memory.
const BATCHES_WAITING: usize = 2;

/// How far the passes have come, and who is told.
pub(crate) struct Way<'p> {
    /// Bytes of the file.
    pub(crate) bytes: u64,
    /// Passes that are done.
    pub(crate) passed: u64,
    /// Passes in all.
    pub(crate) passes: u64,
    pub(crate) show: &'p mut dyn FnMut(Progress),
}

/// Where the rows of a load come from and go to.
pub(crate) struct Target<'a, 'r> {
    pub(crate) export: &'a Export,
    pub(crate) columns: Columns,
    /// None for a table without persons.
    pub(crate) persons: Option<&'a mut RegisterLoad<'r>>,
    /// What the first pass found, when there was one.
    pub(crate) seen: Option<Replay>,
    pub(crate) append: &'a mut Append,
    pub(crate) rejections: &'a mut RejectionFile,
    /// Gathered when rows are to replace those of earlier exports.
    pub(crate) records: Option<Records>,
    pub(crate) places: Places,
}

/// The records of the rows that were carried over: 16 bytes each. Intake refuses a row whose record another row of the
/// file had before.
pub(crate) type Records = HashSet<[u8; 16]>;

/// What the first pass found.
#[derive(Default)]
pub(crate) struct Seen {
    /// For each row that was taken, whom it is about.
    persons: Vec<Whose>,
    /// For each batch, what follows from its raw bytes.
    marks: Vec<Mark>,
}

/// Whom a row is about: the number of a person of the register, or one of the two below.
type Whose = u32;

/// A row that says too little to link it.
const NOBODY_KNOWN: Whose = u32::MAX;
/// A row about an erased person.
const ERASED: Whose = u32::MAX - 1;

/// What the first pass found, given out again in the order of the file.
pub(crate) struct Replay {
    persons: std::vec::IntoIter<Whose>,
    marks: std::vec::IntoIter<Mark>,
}

impl Seen {
    pub(crate) fn replay(self) -> Replay {
        Replay { persons: self.persons.into_iter(), marks: self.marks.into_iter() }
    }
}

impl Replay {
    /// Whether the second pass saw all that the first did.
    fn is_over(&self) -> bool {
        self.persons.len() == 0 && self.marks.len() == 0
    }
}

/// Whether rows under this mapping can say who the person is.
pub(crate) fn links(source: &Source) -> bool {
    source.columns.iter().any(|column| match &column.does {
        Does::Identity(identity) => match identity {
            Identity::FullName
            | Identity::GivenName
            | Identity::FamilyName
            | Identity::BirthDate { .. }
            | Identity::Document => true,
            Identity::FatherName | Identity::DocumentCountry { .. } | Identity::RecordId { .. } => false,
        },
        _ => false,
    })
}

/// The first pass: finds or makes the person of every row that can be linked, and writes nothing but the register.
/// `notes` is whether the records of rows are noted there.
pub(crate) async fn found(
    reader: Reader,
    persons: &mut RegisterLoad<'_>,
    notes: bool,
    report: &mut LoadReport,
    way: &mut Way<'_>,
) -> Result<Seen, CustodyError> {
    let (mut batches, reading) = read_ahead(reader);
    let mut seen = Seen::default();
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        for (sealed, record) in std::iter::zip(&batch.people, &batch.records) {
            let (whose, person) = match &sealed.identity {
                _ if is_erased(persons, sealed) => {
                    seen.persons.push(ERASED);
                    continue;
                }
                SealedIdentity::Linked(keys) => {
                    let resolved = persons.resolve(keys, *record, &sealed.cohort)?;
                    report.count_linked(resolved.how);
                    (resolved.number.unwrap_or(ERASED), resolved.person)
                }
                SealedIdentity::Unlinked(person) => (NOBODY_KNOWN, *person),
            };
            if whose != ERASED {
                report.linkable.count(sealed.grounds);
                note(persons, sealed, person, notes)?;
            }
            seen.persons.push(whose);
        }
        seen.marks.push(batch.mark);
        way.show(batch.bytes_read, report);
    }
    reading.await.map_err(|_| CustodyError::Stopped)?;
    Ok(seen)
}

/// The last pass: streams the export to its target. Reading, checking and sealing run on a thread of their own, so that
/// they overlap with looking up and compressing.
pub(crate) async fn carry(
    reader: Reader,
    target: &mut Target<'_, '_>,
    report: &mut LoadReport,
    way: &mut Way<'_>,
) -> Result<(), CustodyError> {
    let (mut batches, reading) = read_ahead(reader);
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        target.rejections.write(&batch.rejections)?;
        target.places.count(&batch.rejections);
        report.count_tally(&batch.tally);
        report.rows_read += batch.rows_read;
        report.refused += batch.rows_refused;
        let (rows, linked) = look_up(&batch, target, report)?;
        if rows.num_rows() > 0 {
            if let Some(records) = &mut target.records {
                gather(records, &rows);
            }
            target.append.write(&target.columns.assemble(&rows, &linked, &target.export.load_id)?).await?;
            report.loaded += rows.num_rows() as u64;
        }
        way.show(batch.bytes_read, report);
    }
    // The channel also ends when the thread does, for whatever reason: a short file must not look like a whole one.
    reading.await.map_err(|_| CustodyError::Stopped)?;
    if target.seen.as_ref().is_some_and(|seen| !seen.is_over()) {
        return Err(target.export.changed());
    }
    Ok(())
}

/// Whether a row was erased by what it is: by the sender's record, or by the pseudonym of a person whom nothing links.
fn is_erased(persons: &RegisterLoad<'_>, sealed: &Sealed) -> bool {
    let alone = match &sealed.identity {
        SealedIdentity::Unlinked(person) => persons.is_erased(*person),
        SealedIdentity::Linked(_) => false,
    };
    alone || sealed.sender.is_some_and(|record| persons.is_erased(record))
}

/// Notes whose row carries the sender's record id. A row that a later export can replace is told by its own pseudonym.
fn note(persons: &mut RegisterLoad<'_>, sealed: &Sealed, person: Pseudonym, notes: bool) -> Result<(), CustodyError> {
    match sealed.sender.filter(|_| notes) {
        Some(record) => Ok(persons.note(record, person)?),
        None => Ok(()),
    }
}

/// The records of the rows that a load of the file takes, and nothing else about them.
pub(crate) async fn records(reader: Reader, report: &LoadReport, way: &mut Way<'_>) -> Result<Records, CustodyError> {
    let (mut batches, reading) = read_ahead(reader);
    let mut records = Records::default();
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        gather(&mut records, &batch.rows);
        way.show(batch.bytes_read, report);
    }
    reading.await.map_err(|_| CustodyError::Stopped)?;
    Ok(records)
}

/// Takes down the records of rows that stay.
fn gather(records: &mut Records, rows: &RecordBatch) {
    let column = rows.column_by_name("record").and_then(|column| column.as_string_opt::<i32>());
    for record in column.into_iter().flatten().flatten() {
        let number = u128::from_str_radix(record, 16).expect("a record is 32 hexadecimal digits");
        records.insert(number.to_be_bytes());
    }
}

impl Way<'_> {
    fn show(&mut self, bytes_read: u64, report: &LoadReport) {
        (self.show)(Progress {
            bytes: self.passed * self.bytes + bytes_read.min(self.bytes),
            total_bytes: self.passes * self.bytes,
            rows: report.rows_read,
            refused: report.refused,
        });
    }
}

/// Reads on a thread of its own, a few batches ahead. The thread ends when nobody takes its batches any more.
fn read_ahead(reader: Reader) -> (mpsc::Receiver<Result<Batch, IntakeError>>, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(BATCHES_WAITING);
    let reading = spawn_blocking(move || {
        for batch in reader {
            if sender.blocking_send(batch).is_err() {
                return;
            }
        }
    });
    (receiver, reading)
}

/// The rows that stay, with the person and the cohort of each. Rows about erased persons are left out.
fn look_up(
    batch: &Batch,
    target: &mut Target<'_, '_>,
    report: &mut LoadReport,
) -> Result<(RecordBatch, Linked), CustodyError> {
    let mut linked = Linked::default();
    let Target { persons: Some(persons), seen, export, records, .. } = target else {
        return Ok((batch.rows.clone(), linked));
    };
    if seen.as_mut().is_some_and(|seen| seen.marks.next() != Some(batch.mark)) {
        return Err(export.changed());
    }
    let mut stays = Vec::with_capacity(batch.people.len());
    for sealed in &batch.people {
        let unseen = if seen.is_none() && is_erased(persons, sealed) { ERASED } else { NOBODY_KNOWN };
        let whose = seen.as_mut().map_or(Some(unseen), |seen| seen.persons.next());
        let (person, cohort) = match (whose.ok_or_else(|| export.changed())?, &sealed.identity) {
            (ERASED, _) => {
                stays.push(false);
                continue;
            }
            (NOBODY_KNOWN, SealedIdentity::Unlinked(person)) => {
                report.persons_unlinked += 1;
                (*person, sealed.cohort.clone())
            }
            (number, _) => {
                let (person, cohort) = persons.person(number).ok_or_else(|| export.changed())?;
                report.count_cohort(&sealed.cohort, &cohort);
                (person, cohort)
            }
        };
        if seen.is_none() {
            note(persons, sealed, person, records.is_none())?;
            report.linkable.count(sealed.grounds);
        }
        stays.push(true);
        linked.persons.push(person.to_string());
        linked.cohorts.push(cohort);
    }
    let left_out = stays.len() - linked.persons.len();
    if left_out == 0 {
        return Ok((batch.rows.clone(), linked));
    }
    report.left_out_erased += left_out as u64;
    let rows = filter_record_batch(&batch.rows, &BooleanArray::from(stays));
    Ok((rows.map_err(|_| CustodyError::Stopped)?, linked))
}

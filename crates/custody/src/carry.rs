//! The way of an export's rows: from the reader, over the register that knows their persons, into the table.
//!
//! A person's cohort is the earliest year in the file that makes the person known, and a row stores the cohort of its
//! person. So rows of persons whom this file makes known wait [`Aside`] until its last row was read; all others go
//! straight into the table.

use std::collections::HashSet;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use panoh_dictionary::{Does, Identity, Source};
use panoh_identity::{Cohort, Decided, Pseudonym, RegisterLoad};
use panoh_intake::{Batch, IntakeError, Reader, RefusedRecord, Sealed, SealedIdentity};
use panoh_warehouse::Append;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::aside::{Aside, Waits};
use crate::columns::{Columns, Linked};
use crate::error::CustodyError;
use crate::load::{Export, Progress};
use crate::rejections::RejectionFile;
use crate::report::{LoadReport, Places};

/// Batches that wait between reading and writing; more would only fill memory.
const BATCHES_WAITING: usize = 2;

/// How far the rows have come, and who is told.
pub(crate) struct Way<'p> {
    /// Bytes of the file.
    pub(crate) bytes: u64,
    /// Bytes that the rows which wait count for: writing them takes about half as long as reading the file.
    pub(crate) waiting: u64,
    pub(crate) show: &'p mut dyn FnMut(Progress),
}

/// Where the rows of a load come from and go to.
pub(crate) struct Target<'a, 'r> {
    pub(crate) export: &'a Export,
    pub(crate) columns: Columns,
    /// None for a table without persons.
    pub(crate) persons: Option<&'a mut RegisterLoad<'r>>,
    pub(crate) aside: Aside,
    pub(crate) append: &'a mut Append,
    pub(crate) rejections: &'a mut RejectionFile,
    /// Gathered when rows are to replace those of earlier exports.
    pub(crate) records: Option<Records>,
    /// Those of refused rows; none is told unless rows are to replace those of earlier exports.
    pub(crate) refused: RefusedRecords,
    pub(crate) places: Places,
}

/// The records of the rows that were carried over: 16 bytes each. Intake refuses a row whose record another row of the
/// file had before.
pub(crate) type Records = HashSet<[u8; 16]>;

/// The records of the rows that were refused: an earlier export may have brought what they say no more.
#[derive(Debug, Default)]
pub(crate) struct RefusedRecords {
    /// Of rows without consent or legal basis. What the table has of them must go.
    pub(crate) withdrawn: Records,
    /// Of rows that were refused for something else. What the table has of them stays until they are corrected.
    pub(crate) others: Records,
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

/// An export whose last row was read.
pub(crate) struct Carried {
    columns: Columns,
    aside: Aside,
    /// The records of its rows, when they were to be gathered.
    pub(crate) records: Option<Records>,
    /// Those of refused rows that no other row of the file brings.
    pub(crate) refused: RefusedRecords,
}

/// Streams the export to its target, or aside. Reading, checking and sealing run on threads of their own, so that they
/// overlap with looking up and compressing.
pub(crate) async fn carry(
    reader: Reader,
    mut target: Target<'_, '_>,
    report: &mut LoadReport,
    way: &mut Way<'_>,
) -> Result<(Carried, Places), CustodyError> {
    let (mut batches, reading) = read_ahead(reader);
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        target.rejections.write(&batch.rejections)?;
        target.places.count(&batch.rejections);
        target.refused.gather(&batch.refused);
        report.count_tally(&batch.tally);
        report.rows_read += batch.rows_read;
        report.refused += batch.rows_refused;
        target.take(&batch, report).await?;
        way.show(batch.bytes_read, 0, report);
    }
    // The channel also ends when the thread does, for whatever reason: a short file must not look like a whole one.
    reading.await.map_err(|_| CustodyError::Stopped)?;
    let Target { columns, aside, records, mut refused, places, .. } = target;
    refused.leave_out(records.as_ref());
    Ok((Carried { columns, aside, records, refused }, places))
}

impl Target<'_, '_> {
    /// Sends the rows of a batch into the table, or aside.
    async fn take(&mut self, batch: &Batch, report: &mut LoadReport) -> Result<(), CustodyError> {
        let (rows, linked, waits) = self.look_up(batch, report)?;
        if rows.num_rows() == 0 {
            return Ok(());
        }
        report.loaded += rows.num_rows() as u64;
        if let Some(records) = &mut self.records {
            gather(records, &rows);
        }
        let rows = self.columns.assemble(&rows, linked, &self.export.load_id)?;
        if waits.iter().any(|waits| *waits != Waits::No) {
            self.aside.put(rows, &waits).await
        } else {
            Ok(self.append.write(&rows).await?)
        }
    }

    /// The rows that stay, the person and the cohort of each as far as they are known, and whom each waits for. Rows
    /// about erased persons are left out.
    fn look_up(
        &mut self,
        batch: &Batch,
        report: &mut LoadReport,
    ) -> Result<(RecordBatch, Linked, Vec<Waits>), CustodyError> {
        let (mut linked, mut waits) = (Linked::default(), Vec::new());
        let Some(persons) = &mut self.persons else { return Ok((batch.rows.clone(), linked, waits)) };
        let mut stays = Vec::with_capacity(batch.people.len());
        for (sealed, record) in std::iter::zip(&batch.people, &batch.records) {
            let whose = whose(persons, sealed, *record, report)?;
            stays.push(whose.is_some());
            let Some((person, cohort, waiting)) = whose else { continue };
            note(persons, sealed, person, self.records.is_none())?;
            linked.push(person, cohort);
            waits.push(waiting);
        }
        let left_out = stays.len() - waits.len();
        if left_out == 0 {
            return Ok((batch.rows.clone(), linked, waits));
        }
        report.left_out_erased += left_out as u64;
        let rows = filter_record_batch(&batch.rows, &BooleanArray::from(stays));
        Ok((rows.map_err(|_| CustodyError::Stopped)?, linked, waits))
    }
}

impl Carried {
    /// Fetches the rows that were put aside, now that all cohorts are certain, and sends them into the table.
    pub(crate) async fn fetch(
        self,
        decided: &Decided,
        append: &mut Append,
        export: &Export,
        report: &mut LoadReport,
        way: &mut Way<'_>,
    ) -> Result<(), CustodyError> {
        let (waiting, mut fetched) = (self.aside.rows(), 0);
        let mut back = self.aside.back().await?;
        append.expect(waiting);
        while let Some((rows, waits)) = back.next().await? {
            let rows = self.columns.with_cohorts(&rows, |row, own| {
                let Waits::For(number) = waits[row] else { return Ok(own) };
                let cohort = decided.cohort(number).ok_or_else(|| export.changed())?;
                report.count_cohort(own, cohort);
                Ok(cohort)
            })?;
            append.write(&rows).await?;
            fetched += rows.num_rows() as u64;
            way.show(way.bytes, way.waiting * fetched / waiting, report);
        }
        way.show(way.bytes, way.waiting, report);
        Ok(())
    }
}

/// The person of a row, the cohort of that person or of the row, and whether that is certain. None for a row about an
/// erased person.
fn whose(
    persons: &mut RegisterLoad<'_>,
    sealed: &Sealed,
    record: Pseudonym,
    report: &mut LoadReport,
) -> Result<Option<(Pseudonym, Cohort, Waits)>, CustodyError> {
    if is_erased(persons, sealed) {
        return Ok(None);
    }
    let whose = match &sealed.identity {
        SealedIdentity::Unlinked(person) => {
            report.persons_unlinked += 1;
            (*person, sealed.cohort, Waits::No)
        }
        SealedIdentity::Linked(keys) => {
            let resolved = persons.resolve(keys, record, sealed.cohort)?;
            report.count_linked(resolved.how);
            let Some(number) = resolved.number else { return Ok(None) };
            if persons.is_new(number) {
                (resolved.person, sealed.cohort, Waits::For(number))
            } else {
                report.count_cohort(sealed.cohort, resolved.cohort);
                (resolved.person, resolved.cohort, Waits::No)
            }
        }
    };
    report.linkable.count(sealed.grounds);
    Ok(Some(whose))
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
        way.show(batch.bytes_read, 0, report);
    }
    reading.await.map_err(|_| CustodyError::Stopped)?;
    Ok(records)
}

/// Takes down the records of rows that stay.
fn gather(records: &mut Records, rows: &RecordBatch) {
    let column = rows.column_by_name("record").and_then(|column| column.as_string_opt::<i32>());
    records.extend(column.into_iter().flatten().flatten().map(bytes));
}

fn bytes(record: &str) -> [u8; 16] {
    u128::from_str_radix(record, 16).expect("a record is 32 hexadecimal digits").to_be_bytes()
}

impl RefusedRecords {
    fn gather(&mut self, refused: &[RefusedRecord]) {
        for row in refused {
            let records = if row.no_consent { &mut self.withdrawn } else { &mut self.others };
            records.insert(bytes(&row.sender.to_string()));
        }
    }

    // A record that another row of the file brings is replaced; one that goes is not said to stay.
    fn leave_out(&mut self, brought: Option<&Records>) {
        let is_brought = |record: &[u8; 16]| brought.is_some_and(|brought| brought.contains(record));
        self.withdrawn.retain(|record| !is_brought(record));
        self.others.retain(|record| !is_brought(record) && !self.withdrawn.contains(record));
    }
}

impl Way<'_> {
    fn show(&mut self, bytes_read: u64, fetched: u64, report: &LoadReport) {
        (self.show)(Progress {
            bytes: bytes_read.min(self.bytes) + fetched,
            total_bytes: self.bytes + self.waiting,
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

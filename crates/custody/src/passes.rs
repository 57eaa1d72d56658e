//! The passes over an export: one that finds the persons, and one that writes the rows.
//!
//! A person's cohort is the earliest year in the file that makes the person known, and a row stores the cohort of its
//! person. So a file whose mapping says who the person is goes by twice: only after its last row are the cohorts
//! certain. A file without such columns goes by once.

use panoh_dictionary::{Does, Identity, Source};
use panoh_identity::RegisterLoad;
use panoh_intake::{Batch, IntakeError, Reader, SealedIdentity};
use panoh_warehouse::Append;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::columns::{Columns, Linked};
use crate::error::CustodyError;
use crate::load::{Export, Progress};
use crate::rejections::RejectionFile;
use crate::report::LoadReport;

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
    pub(crate) persons: &'a RegisterLoad<'r>,
    pub(crate) append: &'a mut Append,
    pub(crate) rejections: &'a mut RejectionFile,
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
            Identity::FatherName | Identity::RecordId => false,
        },
        _ => false,
    })
}

/// The first pass: finds or makes the person of every row that can be linked, and writes nothing.
pub(crate) async fn found(
    reader: Reader,
    persons: &mut RegisterLoad<'_>,
    report: &mut LoadReport,
    way: &mut Way<'_>,
) -> Result<(), CustodyError> {
    let (mut batches, reading) = read_ahead(reader);
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        for sealed in &batch.people {
            if let SealedIdentity::Linked(keys) = &sealed.identity {
                report.count_linked(persons.resolve(keys, &sealed.cohort)?.how);
            }
        }
        way.show(batch.bytes_read, report);
    }
    reading.await.map_err(|_| CustodyError::Stopped)
}

/// The last pass: streams the export to its target. Reading, checking and sealing run on a thread of their own, so that
/// they overlap with looking up and compressing.
pub(crate) async fn carry(
    reader: Reader,
    target: Target<'_, '_>,
    report: &mut LoadReport,
    way: &mut Way<'_>,
) -> Result<(), CustodyError> {
    let Target { export, columns, persons, append, rejections } = target;
    let (mut batches, reading) = read_ahead(reader);
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        rejections.write(&batch.rejections)?;
        report.count_rejections(&batch.rejections);
        report.rows_read += batch.rows_read;
        report.refused += batch.rows_refused;
        if batch.rows.num_rows() > 0 {
            let linked = look_up(&batch, persons, export, report)?;
            append.write(&columns.assemble(&batch.rows, &linked, &export.load_id)?).await?;
            report.loaded += batch.rows.num_rows() as u64;
        }
        way.show(batch.bytes_read, report);
    }
    // The channel also ends when the thread does, for whatever reason: a short file must not look like a whole one.
    reading.await.map_err(|_| CustodyError::Stopped)
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

/// The person and the cohort of every row.
fn look_up(
    batch: &Batch,
    persons: &RegisterLoad<'_>,
    export: &Export,
    report: &mut LoadReport,
) -> Result<Linked, CustodyError> {
    let mut linked = Linked::default();
    for sealed in &batch.people {
        let (person, cohort) = match &sealed.identity {
            SealedIdentity::Linked(keys) => {
                // The first pass saw every row, unless the file became another one.
                let (person, cohort) = persons.known(keys)?.ok_or_else(|| export.changed())?;
                report.count_cohort(&sealed.cohort, &cohort);
                (person, cohort)
            }
            SealedIdentity::Unlinked(person) => {
                report.persons_unlinked += 1;
                (*person, sealed.cohort.clone())
            }
        };
        linked.persons.push(person.to_string());
        linked.cohorts.push(cohort);
    }
    Ok(linked)
}

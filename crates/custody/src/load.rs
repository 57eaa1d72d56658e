//! Carries one export file into warehouse and register: wholly or not at all, and once.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use panoh_dictionary::Source;
use panoh_identity::{Decided, FileDigest, IdentityError, RegisterLoad, Sealer};
use panoh_intake::{Intake, IntakeError, Language, Options, Reader};
use panoh_warehouse::{Append, Brought, Warehouse, WarehouseError};
use tokio::task::spawn_blocking;

use crate::aliases;
use crate::aside::Aside;
use crate::carry::{Records, RefusedRecords, Target, Way, carry, links, records};
use crate::columns::Columns;
use crate::error::CustodyError;
use crate::rejections::RejectionFile;
use crate::report::{self, LoadReport, Outcome};
use crate::stores::{Stores, load_name};

/// Rows of the file that travel together.
const BATCH_ROWS: usize = 4096;

/// One export and what to do with it.
#[derive(Debug, Clone, Copy)]
pub struct Load<'a> {
    /// The export file.
    pub file: &'a Path,
    /// The mapping of its columns.
    pub source: &'a Source,
    /// Makes link keys and pseudonyms under the home's key.
    pub sealer: &'a Sealer,
    /// What is to stay.
    pub keep: Keep,
    /// What is known about the file beside its mapping.
    pub options: &'a Options,
    /// The last year that a date of the export may have.
    pub latest_year: i16,
    /// In which the report of refused rows is written.
    pub language: Language,
}

/// What a load leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The accepted rows, and the report of refused ones.
    Rows,
    /// Only the report of refused rows: everything is tried and nothing is committed.
    Nothing,
}

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that were read. Never falls.
    pub bytes: u64,
    /// Bytes to read, and half as many again when the mapping says who the person is: of such a file rows may wait for the
    /// last one before they are written.
    pub total_bytes: u64,
    /// Rows that were read, refused ones included.
    pub rows: u64,
    /// Rows refused among them.
    pub refused: u64,
}

/// Loads one export. After an error nothing of it is kept, but for [`CustodyError::Unsettled`], which says that the
/// next load will find out, and [`CustodyError::Aliases`], after which the rows are in. Refused rows are no error: the
/// report counts them, and they stand in a file of their own.
pub async fn load(
    stores: &mut Stores,
    load: &Load<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<LoadReport, CustodyError> {
    let export = Export::look(load.file, load.sealer).await?;
    let table = &load.source.table;
    let described = stores.dictionary.table(table).ok_or(CustodyError::UnknownTable(table.clone()))?;
    let columns = Columns::of(described)?;
    let has_persons = described.population.is_some();
    let mut report = LoadReport::new(&load.source.name, table, load_name(&export.load_id).to_owned());
    let loaded_before = stores.warehouse.loaded(table, &export.load_id).await?;
    if loaded_before {
        report.refused_before = crate::rejections::refused_rows(&stores.rejections, &report.load)?;
    }
    let replaces = load.source.file.replace_by_record_id;
    if loaded_before && !replaces {
        return Ok(report);
    }
    let dictionary = stores.dictionary.clone();
    let reader = || {
        let intake = Intake {
            dictionary: &dictionary,
            source: load.source,
            sealer: load.sealer,
            batch_rows: BATCH_ROWS,
            options: load.options,
            latest_year: load.latest_year,
        };
        panoh_intake::open(load.file, &export.digest, intake)
    };
    let mut way = Way { bytes: export.metadata.len(), waiting: 0, show: progress };
    if loaded_before {
        let brought = still_there(stores, load, &export, reader(), &report, &mut way).await?;
        let refused_before = report.refused_before;
        return Ok(LoadReport { refused_before, ..report.loaded_before(brought) });
    }
    let loading = Loading { load, export: &export, columns, reader: &reader };
    let done = loading.run(stores, has_persons, report, way).await?;
    if done.outcome == Outcome::Loaded && has_persons {
        aliases::project(stores).await?;
    }
    Ok(done)
}

/// Whose rows stand in the table for the records of a file that was loaded before: its own, or those of later exports.
async fn still_there(
    stores: &Stores,
    load: &Load<'_>,
    export: &Export,
    opened: Result<Reader, IntakeError>,
    report: &LoadReport,
    way: &mut Way<'_>,
) -> Result<Brought, CustodyError> {
    let read = async { records(opened?, report, way).await };
    let records = read.await.map_err(|error| match error {
        CustodyError::Intake(source) => CustodyError::Reread(source),
        other => other,
    })?;
    export.refuse_change()?;
    Ok(stores.warehouse.brought(&report.table, &load.source.name, &records, &export.load_id).await?)
}

/// One load on its way.
struct Loading<'a, R> {
    load: &'a Load<'a>,
    export: &'a Export,
    columns: Columns,
    reader: R,
}

impl<R: Fn() -> Result<Reader, IntakeError>> Loading<'_, R> {
    async fn run(
        self,
        stores: &mut Stores,
        has_persons: bool,
        mut report: LoadReport,
        mut way: Way<'_>,
    ) -> Result<LoadReport, CustodyError> {
        let Loading { load, export, columns, reader } = self;
        let mut rejections = RejectionFile::new(&stores.rejections, &report.load, load.language);
        let mut append = stores.warehouse.append(&report.table, &export.load_id).await?;
        let tried = async {
            let mut persons = has_persons.then(|| stores.register.begin(&export.load_id, load.sealer)).transpose()?;
            way.waiting = if persons.is_some() && links(load.source) { way.bytes / 2 } else { 0 };
            let target = Target {
                export,
                columns,
                persons: persons.as_mut(),
                aside: Aside::new(&stores.spill),
                append: &mut append,
                rejections: &mut rejections,
                records: load.source.file.replace_by_record_id.then(Records::default),
                refused: RefusedRecords::default(),
                places: report::Places::new(load.language),
            };
            let rows = reader()?;
            report.other_sheets = u64::from(rows.other_sheets());
            let (mut carried, places) = carry(rows, target, &mut report, &mut way).await?;
            let refused = std::mem::take(&mut carried.refused);
            count_standing(&stores.warehouse, load, export, &refused, &mut report).await?;
            let outcome = outcome(&report, load.keep, export)?;
            places.tell(&mut report);
            // Before the rows that wait: while they are compressed, the register's log moves into its file.
            let ready = ready(outcome, &mut rejections, persons)?;
            let records = carried.records.take().filter(|_| outcome.is_commit());
            carried.fetch(&ready.decided, &mut append, export, &mut report, &mut way).await?;
            if let Some(mut records) = records {
                records.extend(refused.withdrawn);
                let gone = append.replace(&load.source.name, &records).await?;
                report.replaced = gone.saturating_sub(report.withdrawn);
            }
            append.end();
            Ok((outcome, ready.rejections))
        };
        (report.outcome, report.rejections) = match tried.await {
            Ok(ready) => ready,
            Err(error) => {
                abandon(append).await;
                // The first error says why; whoever opens the home next takes back what is still staged.
                if let Err(left) = take_back(stores, &export.load_id) {
                    tracing::warn!(error = %left, "the persons that this load staged go when the home is opened next");
                }
                return Err(error);
            }
        };
        let done = if report.outcome.is_commit() {
            // Rows that go bring no person.
            let stages_persons = has_persons && report.outcome == Outcome::Loaded;
            commit(stores, append, &export.load_id, stages_persons, report).await
        } else {
            abandon(append).await;
            Ok(report)
        };
        // A load that may be in the table keeps its report; that of a load that failed goes.
        if matches!(done, Ok(_) | Err(CustodyError::Unsettled(_))) {
            rejections.release();
        }
        done
    }
}

/// An export file as it was when the load began.
pub(crate) struct Export {
    path: PathBuf,
    metadata: Metadata,
    digest: FileDigest,
    pub(crate) load_id: String,
}

impl Export {
    async fn look(path: &Path, sealer: &Sealer) -> Result<Export, CustodyError> {
        let metadata = metadata(path)?;
        let (owned, sealer) = (path.to_owned(), sealer.clone());
        let digest = spawn_blocking(move || panoh_intake::digest(&owned, &sealer));
        let digest = digest.await.map_err(|_| CustodyError::Stopped)??;
        Ok(Export { path: path.to_owned(), metadata, digest, load_id: digest.load_id() })
    }

    /// Refuses when the file changed since the load began. The digest names the load: rows read from another state of
    /// the file would go under a wrong name.
    fn refuse_change(&self) -> Result<(), CustodyError> {
        let now = metadata(&self.path)?;
        let is_same = now.len() == self.metadata.len() && now.modified().ok() == self.metadata.modified().ok();
        if is_same { Ok(()) } else { Err(self.changed()) }
    }

    pub(crate) fn changed(&self) -> CustodyError {
        CustodyError::Changed { path: self.path.clone() }
    }
}

fn metadata(path: &Path) -> Result<Metadata, IntakeError> {
    fs::metadata(path).map_err(|source| IntakeError::Read { path: path.to_owned(), source })
}

/// Counts the rows of earlier exports whose records this one refuses: those that go because consent is no longer given,
/// and those that stay.
async fn count_standing(
    warehouse: &Warehouse,
    load: &Load<'_>,
    export: &Export,
    refused: &RefusedRecords,
    report: &mut LoadReport,
) -> Result<(), CustodyError> {
    let counts = [(&refused.withdrawn, &mut report.withdrawn), (&refused.others, &mut report.outdated)];
    for (records, count) in counts.into_iter().filter(|(records, _)| !records.is_empty()) {
        let brought = warehouse.brought(&load.source.table, &load.source.name, records, &export.load_id).await?;
        *count = brought.by_load + brought.by_others;
    }
    Ok(())
}

/// What is to become of a load whose rows were all read.
fn outcome(report: &LoadReport, keep: Keep, export: &Export) -> Result<Outcome, CustodyError> {
    export.refuse_change()?;
    Ok(match (report.rows_read, report.loaded, keep) {
        (0, _, _) => Outcome::NoRows,
        (_, 0, Keep::Rows) if report.withdrawn > 0 => Outcome::Withdrawn,
        (_, 0, Keep::Nothing) if report.withdrawn > 0 => Outcome::DryRun,
        (_, 0, _) if report.left_out_erased > 0 => Outcome::LeftOut,
        (_, 0, _) => Outcome::RefusedWhole,
        (_, _, Keep::Nothing) => Outcome::DryRun,
        (_, _, Keep::Rows) => Outcome::Loaded,
    })
}

/// What is on disk before the first row that waits is written.
struct Ready {
    /// The name of the report of refused rows, when any was refused.
    rejections: Option<String>,
    decided: Decided,
}

/// Puts on disk what must be there before the commit, or instead of one: the report of refused rows, and, when there is
/// something to commit, the persons.
fn ready(
    outcome: Outcome,
    rejections: &mut RejectionFile,
    persons: Option<RegisterLoad<'_>>,
) -> Result<Ready, CustodyError> {
    let rejections = rejections.finish()?.map(str::to_owned);
    let decided = match (persons, outcome) {
        (None, _) => Decided::default(),
        (Some(persons), Outcome::Loaded) => persons.stage()?,
        (Some(persons), _) => persons.give_up(),
    };
    Ok(Ready { rejections, decided })
}

/// Takes the persons of a load that failed out of the register again, when they were staged.
fn take_back(stores: &mut Stores, load_id: &str) -> Result<(), IdentityError> {
    let is_staged = stores.register.pending()?.iter().any(|id| id == load_id);
    if is_staged { stores.register.settle(load_id, false) } else { Ok(()) }
}

/// Commits a load whose persons are staged, and settles the register as the warehouse says. A load that brings no persons
/// left the register alone.
async fn commit(
    stores: &mut Stores,
    append: Append,
    load_id: &str,
    has_persons: bool,
    mut report: LoadReport,
) -> Result<LoadReport, CustodyError> {
    let (kept, failure) = match append.commit().await {
        Ok(version) => {
            report.version = Some(version);
            (true, None)
        }
        // A writer that does not know the lock was quicker; its rows hold the same pseudonyms.
        Err(WarehouseError::AlreadyLoaded { .. }) => {
            report = report.already_loaded();
            (true, None)
        }
        // The error may have come after the commit.
        Err(error) => {
            let is_in = stores.warehouse.loaded(&report.table, load_id).await;
            (is_in.map_err(|error| CustodyError::Unsettled(error.into()))?, Some(error))
        }
    };
    if has_persons {
        stores.register.settle(load_id, kept).map_err(|error| CustodyError::Unsettled(error.into()))?;
    }
    match failure {
        Some(error) if !kept => Err(error.into()),
        failure => {
            if let Some(error) = failure {
                tracing::warn!(%error, "the load is in the table, but it may not outlast a power cut");
            }
            tracing::info!(load = report.load, loaded = report.loaded, refused = report.refused, "an export is loaded");
            Ok(report)
        }
    }
}

/// Removes what was written. When that fails too, files stay that no query sees; the error that led here is the one to
/// report.
async fn abandon(append: Append) {
    if let Err(error) = append.abandon().await {
        tracing::warn!(%error, "data files of a load that was given up could not be removed; no query sees them");
    }
}

#[cfg(test)]
mod tests;

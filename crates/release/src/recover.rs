//! After a crash: a release whose artefact is complete is published, any other is void and stays spent. No draw is
//! repeated, and nobody chooses: what the artefact says is not looked at.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use panoh_ledger::{Ledger, VoidReason};
use panoh_publication::{ArtefactError, Signer, Slug, Withdrawal, discard, read_withdrawal};
use serde::Serialize;

use crate::ReleaseError;
use crate::withdraw::{ledger_reason, publish_list};

/// Held while a release is being published or recovered, so that a running release is never taken for a crashed one.
/// The system lets go of it when the process ends, however it ends.
const LOCK: &str = ".lock";

/// What became of a release that a crash had left open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// The release.
    pub release_id: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// The two ways out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its artefact was complete.
    Published,
    /// Its artefact was not complete. What it cost stays spent.
    Void,
}

/// Settles every release that was charged and neither published nor given up.
///
/// [`ReleaseError::Busy`] means that a release is being published at this moment; there is then nothing to recover.
pub fn recover(
    ledger: &mut Ledger,
    published: &Path,
    signer: &Signer,
    clock: &dyn Fn() -> String,
) -> Result<Vec<Recovered>, ReleaseError> {
    let _lock = lock(published)?;
    let open = ledger.open_reservations()?;
    let settled = open.into_iter().map(|entry| {
        let outcome = settle(ledger, published, &entry.release_id, clock)?;
        Ok(Recovered { release_id: entry.release_id, outcome })
    });
    let settled: Vec<Recovered> = settled.collect::<Result<_, ReleaseError>>()?;
    // Finishes withdrawals that were cut off, too.
    publish_list(ledger, published, signer)?;
    Ok(settled)
}

/// Takes the lock of a folder of releases; the lock ends with the returned file.
pub(crate) fn lock(published: &Path) -> Result<File, ReleaseError> {
    let path = published.join(LOCK);
    let failed = |source| ReleaseError::Folder { path: path.clone(), source };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ReleaseError::Busy { path }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Settles one open release. The caller holds the lock.
pub(crate) fn settle(
    ledger: &mut Ledger,
    published: &Path,
    release_id: &str,
    clock: &dyn Fn() -> String,
) -> Result<Outcome, ReleaseError> {
    if let Some(withdrawal) = withdrawal(published, release_id)? {
        return withdrawn_before(ledger, &withdrawal, clock);
    }
    let Some(digest) = complete_artefact(published, release_id)? else {
        if let Ok(id) = Slug::new(release_id) {
            discard(published, &id)?;
        }
        ledger.void(release_id, VoidReason::Crash, &clock())?;
        return Ok(Outcome::Void);
    };
    ledger.publish(release_id, &digest, &clock())?;
    Ok(Outcome::Published)
}

/// The note about a release that was withdrawn, if that stands in its place.
fn withdrawal(published: &Path, release_id: &str) -> Result<Option<Withdrawal>, ReleaseError> {
    Ok(read_withdrawal(&published.join(release_id))?)
}

/// A ledger that was reconciled may have lost that the release was published and withdrawn.
fn withdrawn_before(
    ledger: &mut Ledger,
    withdrawal: &Withdrawal,
    clock: &dyn Fn() -> String,
) -> Result<Outcome, ReleaseError> {
    ledger.publish(withdrawal.id.as_str(), &withdrawal.artefact_digest, &clock())?;
    if let Some(reason) = ledger_reason(withdrawal.reason) {
        ledger.withdraw(withdrawal.id.as_str(), reason, &clock())?;
    }
    Ok(Outcome::Published)
}

/// The digest of a release's artefact if it is there and whole. A folder that cannot be read for another reason is an
/// error: it may be whole, and must not be given up.
fn complete_artefact(published: &Path, release_id: &str) -> Result<Option<String>, ReleaseError> {
    let folder = published.join(release_id);
    if !folder.try_exists().map_err(|source| ReleaseError::Folder { path: folder.clone(), source })? {
        return Ok(None);
    }
    match panoh_publication::read(&folder) {
        Ok(artefact) if artefact.release.id.as_str() == release_id => Ok(Some(artefact.digest)),
        Err(error @ ArtefactError::Io { .. }) => Err(error.into()),
        Ok(_) | Err(_) => Ok(None),
    }
}

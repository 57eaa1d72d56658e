//! What the folder of public releases says about the ledger: every release that stands there with what it charged, so
//! that a ledger of which a part was lost can be brought back without counting less than was spent.

use std::fs::File;
use std::path::{Path, PathBuf};

use panoh_ledger::{Evidence, Head, NanoRho, Standing};
use panoh_publication::{Artefact, CohortRho, PublicKey, Withdrawal, read_listing, read_withdrawal};

use crate::ReleaseError;
use crate::plan::purpose;
use crate::recover::lock;
use crate::verify::verified;
use crate::withdraw::ledger_reason;

/// Holds a folder of releases until the returned file is closed: meanwhile nothing is published, recovered or withdrawn.
pub fn hold(published: &Path) -> Result<File, ReleaseError> {
    lock(published)
}

/// Reads everything that stands in public. Each release is verified first, so what it says it cost follows from its noise;
/// and each release, and each note about a withdrawn one, must be signed by `signer`: what another home charged explains
/// nothing that was lost here.
///
/// `stated` is the number of entries that somebody knows the ledger had, `year` this year. A folder that cannot be
/// counted is an error: it may have been released with other figures than those that stand there now.
pub fn evidence(
    published: &Path,
    stated: Option<u64>,
    year: i16,
    signer: &PublicKey,
) -> Result<Evidence, ReleaseError> {
    let mut evidence = Evidence { standing: Vec::new(), given_up: Vec::new(), stated, year };
    for dir in release_folders(published)? {
        let found = found(&dir).and_then(|found| found.signed_by(signer, &dir));
        let found = found.map_err(|source| ReleaseError::Uncounted { path: dir, source: Box::new(source) })?;
        evidence.year = evidence.year.max(found.year());
        evidence.standing.push(found.standing()?);
    }
    // The public list keeps what the folder of a withdrawn release may have lost, and what never had one.
    let listing = read_listing(published)?;
    for void in listing.void {
        evidence.year = evidence.year.max(void.day.year());
        evidence.given_up.push((void.id.to_string(), void.day.year()));
    }
    for note in listing.withdrawn {
        if !evidence.standing.iter().any(|release| release.release_id == note.id.as_str()) {
            let list = published.join("withdrawn.json");
            let found = Found::Withdrawn(Box::new(note)).signed_by(signer, &list)?;
            evidence.year = evidence.year.max(found.year());
            evidence.standing.push(found.standing()?);
        }
    }
    Ok(evidence)
}

/// What stands in one folder.
#[derive(Debug)]
pub(crate) enum Found {
    /// A release that verifies.
    Public(Box<Artefact>),
    /// The note about one that was withdrawn.
    Withdrawn(Box<Withdrawal>),
}

/// Every folder that may be a release, in the order of their names. Hidden ones are unfinished.
pub(crate) fn release_folders(published: &Path) -> Result<Vec<PathBuf>, ReleaseError> {
    let failed = |source| ReleaseError::Folder { path: published.to_owned(), source };
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(published).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type().map_err(failed)?.is_dir() && !hidden {
            folders.push(entry.path());
        }
    }
    folders.sort_unstable();
    Ok(folders)
}

/// Reads and verifies one folder.
pub(crate) fn found(dir: &Path) -> Result<Found, ReleaseError> {
    let found = match read_withdrawal(dir)? {
        Some(withdrawal) => Found::Withdrawn(Box::new(withdrawal)),
        None => Found::Public(Box::new(verified(dir)?.0)),
    };
    if dir.file_name().is_none_or(|name| name != found.id()) {
        let (place, rule) = (dir.display().to_string(), format!("its folder is named {}", found.id()));
        return Err(ReleaseError::Unsound { place, rule });
    }
    Ok(found)
}

impl Found {
    /// Refuses what somebody else signed, or nobody.
    pub(crate) fn signed_by(self, signer: &PublicKey, place: &Path) -> Result<Found, ReleaseError> {
        let found = match &self {
            Self::Public(artefact) => Some(artefact.signer),
            Self::Withdrawn(note) => note.signer(),
        };
        let rule = match found {
            Some(found) if found == *signer => return Ok(self),
            Some(found) => format!("somebody else signed it: {found}"),
            None => {
                let id = self.id();
                format!(
                    "the note that {id} was withdrawn is not as it was signed; put the signed one back, or take it out"
                )
            }
        };
        Err(ReleaseError::Unsound { place: place.display().to_string(), rule })
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Public(artefact) => artefact.release.id.as_str(),
            Self::Withdrawn(withdrawal) => withdrawal.id.as_str(),
        }
    }

    fn year(&self) -> i16 {
        match self {
            Self::Public(artefact) => artefact.release.day.year(),
            Self::Withdrawn(withdrawal) => withdrawal.withdrawn.year(),
        }
    }

    /// What it says it charged.
    pub(crate) fn standing(&self) -> Result<Standing, ReleaseError> {
        let (definition_digest, paid, head, artefact_digest) = match self {
            Self::Public(artefact) => {
                let release = &artefact.release;
                (&release.definition_digest, &release.privacy.cohorts, &release.ledger_head, &artefact.digest)
            }
            Self::Withdrawn(note) => (&note.definition_digest, &note.cohorts, &note.ledger_head, &note.artefact_digest),
        };
        let (purpose_of, withdrawn) = match self {
            Self::Public(artefact) => (artefact.release.definition.purpose, None),
            Self::Withdrawn(note) => (note.purpose, Some(note)),
        };
        let refuse =
            |rule: &str| ReleaseError::Unsound { place: format!("release {}", self.id()), rule: rule.to_owned() };
        let withdrawn = withdrawn.map(|note| {
            let reason = ledger_reason(note.reason).ok_or_else(|| refuse("only what was public can be withdrawn"))?;
            Ok::<_, ReleaseError>((reason, note.ledger_entry))
        });
        Ok(Standing {
            release_id: self.id().to_owned(),
            definition_digest: definition_digest.clone(),
            cohorts: paid.iter().map(|paid| paid.cohort.clone()).collect(),
            purpose: purpose(purpose_of),
            rho: most(paid),
            head: head_of(head).ok_or_else(|| refuse("it names the entry of the ledger that charged it"))?,
            artefact_digest: artefact_digest.clone(),
            withdrawn: withdrawn.transpose()?,
        })
    }
}

/// All cohorts of a release pay the same; should they not, each is counted with the most.
fn most(paid: &[CohortRho]) -> NanoRho {
    NanoRho::new(paid.iter().map(|paid| paid.rho.nano()).max().unwrap_or_default())
}

/// A head as artefacts write it: `number:seal`.
fn head_of(text: &str) -> Option<Head> {
    let (count, mac) = text.split_once(':')?;
    Some(Head { count: count.parse().ok()?, mac: mac.to_owned() })
}

//! Taking a release out of public. The ledger says so first, then a small folder takes the place of the artefact, then
//! the public list is written anew; what a crash cuts off, [`crate::recover()`] finishes. What the release cost stays spent.

use std::collections::BTreeSet;
use std::path::Path;

use panoh_ledger::{Entry, Ledger, State, VoidReason, WithdrawalReason};
use panoh_publication::{
    CohortRho, Day, FORMAT_VERSION, Listing, Purpose, Reason, Rho, Signer, Slug, Void, Withdrawal,
};

use crate::ReleaseError;
use crate::recover::{lock, settle};

/// Withdraws a published release. Doing it again finishes what was cut off, whatever reason is given then.
///
/// `signer` signs the note that stays. `clock` tells the time for the ledger, RFC 3339; its day is the public day of the withdrawal.
pub fn withdraw(
    ledger: &mut Ledger,
    published: &Path,
    id: &Slug,
    reason: WithdrawalReason,
    signer: &Signer,
    clock: &dyn Fn() -> String,
) -> Result<Withdrawal, ReleaseError> {
    let _lock = lock(published)?;
    for open in ledger.open_reservations()? {
        settle(ledger, published, &open.release_id, clock)?;
    }
    let is_done = |entry: &Entry| matches!(entry.state, State::Withdrawn { .. });
    if !ledger.releases()?.iter().any(|entry| entry.release_id == id.as_str() && is_done(entry)) {
        ledger.withdraw(id.as_str(), reason, &clock())?;
    }
    let listing = publish_list(ledger, published, signer)?;
    let told = listing.withdrawn.into_iter().find(|withdrawal| withdrawal.id == *id);
    told.ok_or_else(|| ReleaseError::Unsound {
        place: format!("release {id}"),
        rule: "the ledger says that it is withdrawn".to_owned(),
    })
}

/// Puts the notes in the place of all withdrawn releases and writes the public list. The caller holds the lock.
///
/// A list that names a release which the ledger does not know shows that the ledger is not the newest, and may be all that
/// is left of what that release cost: nothing is written then. One that was counted at the limits stays in the list.
pub(crate) fn publish_list(ledger: &mut Ledger, published: &Path, signer: &Signer) -> Result<Listing, ReleaseError> {
    let before = panoh_publication::read_listing(published)?;
    refuse_unknown(&before, ledger)?;
    let mut listing = Listing::default();
    let known = ledger.releases()?;
    let is_known = |void: &Void| known.iter().any(|entry| entry.release_id == void.id.as_str());
    listing.void.extend(before.void.into_iter().filter(|void| !is_known(void)));
    for entry in ledger.releases()? {
        match &entry.state {
            State::Void { reason, at } => listing.void.push(void(&entry, *reason, at)?),
            State::Withdrawn { .. } => {
                if let Some(withdrawal) = withdrawal(&entry, ledger)? {
                    listing.withdrawn.push(panoh_publication::withdraw(published, &withdrawal, signer)?);
                }
            }
            State::Reserved | State::Published { .. } => {}
        }
    }
    panoh_publication::write_listing(published, &listing)?;
    Ok(listing)
}

/// Refuses a ledger that does not know a release of the public list.
pub(crate) fn refuse_unknown(listing: &Listing, ledger: &mut Ledger) -> Result<(), ReleaseError> {
    unknown(listing, ledger)?.into_iter().next().map_or(Ok(()), |release| Err(ReleaseError::ListedUnknown { release }))
}

/// Releases in the public list that the ledger neither knows nor has counted at the limits.
pub(crate) fn unknown(listing: &Listing, ledger: &mut Ledger) -> Result<Vec<Slug>, ReleaseError> {
    let (known, floor) = (ledger.releases()?, ledger.budget()?.floor);
    let is_known = |id: &Slug| known.iter().any(|entry| entry.release_id == id.as_str());
    let is_counted = |void: &Void| floor.as_ref().is_some_and(|floor| void.day.year() <= floor.through);
    let void = listing.void.iter().filter(|void| !is_counted(void)).map(|void| &void.id);
    let withdrawn = listing.withdrawn.iter().map(|note| &note.id);
    Ok(void.chain(withdrawn).filter(|id| !is_known(id)).cloned().collect())
}

/// What is public and not in the ledger, folders and names of the public list, by name: a sign that the ledger is an older
/// copy or another home's.
pub fn strangers(ledger: &mut Ledger, published: &Path) -> Result<Vec<String>, ReleaseError> {
    let folder = |source| ReleaseError::Folder { path: published.to_owned(), source };
    let listed = unknown(&panoh_publication::read_listing(published)?, ledger)?;
    let mut strangers: BTreeSet<String> = listed.iter().map(Slug::to_string).collect();
    let known: BTreeSet<String> = ledger.releases()?.into_iter().map(|entry| entry.release_id).collect();
    for entry in published.read_dir().map_err(folder)? {
        let entry = entry.map_err(folder)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !known.contains(&name) && entry.path().is_dir() {
            strangers.insert(name);
        }
    }
    Ok(strangers.into_iter().collect())
}

/// The note about a withdrawn release, as far as the ledger knows it.
fn withdrawal(entry: &Entry, ledger: &mut Ledger) -> Result<Option<Withdrawal>, ReleaseError> {
    let State::Withdrawn { artefact_digest, reason, entry: ledger_entry, at } = &entry.state else { return Ok(None) };
    // The seal of an entry that was lost is in the artefact alone.
    let head = ledger.head_at(entry.sequence)?.filter(|_| !entry.reconciled);
    Ok(Some(Withdrawal {
        format: FORMAT_VERSION,
        id: Slug::new(&entry.release_id)?,
        title: None,
        released: None,
        withdrawn: day(at)?,
        reason: public_reason(*reason),
        audience: None,
        project: None,
        purpose: purpose(entry.purpose),
        cohorts: paid(entry)?,
        definition_digest: entry.definition_digest.clone(),
        artefact_digest: artefact_digest.clone(),
        ledger_head: head.map_or_else(|| format!("{}:", entry.sequence), |head| head.to_string()),
        ledger_entry: *ledger_entry,
        signature: String::new(),
    }))
}

fn void(entry: &Entry, reason: VoidReason, at: &str) -> Result<Void, ReleaseError> {
    let reason = match reason {
        VoidReason::OperatorError => Reason::OperatorError,
        VoidReason::Crash => Reason::Crash,
        VoidReason::Superseded => Reason::Superseded,
        VoidReason::Legal => Reason::Legal,
    };
    let (id, day) = (Slug::new(&entry.release_id)?, day(at)?);
    Ok(Void { id, day, reason, purpose: purpose(entry.purpose), cohorts: paid(entry)? })
}

/// The day of a time in RFC 3339.
fn day(at: &str) -> Result<Day, ReleaseError> {
    Ok(Day::new(at.get(..10).unwrap_or(at))?)
}

fn paid(entry: &Entry) -> Result<Vec<CohortRho>, ReleaseError> {
    let rho = Rho::from_nano(entry.nano_rho.nano())?;
    Ok(entry.cohorts.iter().map(|cohort| CohortRho { cohort: cohort.clone(), rho }).collect())
}

/// The public word for a reason of the ledger.
pub(crate) fn public_reason(reason: WithdrawalReason) -> Reason {
    match reason {
        WithdrawalReason::OperatorError => Reason::OperatorError,
        WithdrawalReason::Superseded => Reason::Superseded,
        WithdrawalReason::Legal => Reason::Legal,
    }
}

/// The ledger's word for the reason of a withdrawal; none for one that only a run that ended early has.
pub(crate) fn ledger_reason(reason: Reason) -> Option<WithdrawalReason> {
    match reason {
        Reason::OperatorError => Some(WithdrawalReason::OperatorError),
        Reason::Superseded => Some(WithdrawalReason::Superseded),
        Reason::Legal => Some(WithdrawalReason::Legal),
        Reason::Crash => None,
    }
}

fn purpose(purpose: panoh_ledger::Purpose) -> Purpose {
    match purpose {
        panoh_ledger::Purpose::First => Purpose::First,
        panoh_ledger::Purpose::Revision => Purpose::Revision,
        panoh_ledger::Purpose::Project => Purpose::Project,
    }
}

#[cfg(test)]
mod tests;

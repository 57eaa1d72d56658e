//! The one random step. See the head of the crate for why its order is what it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use panoh_ledger::{Charge, Entry, Head, Ledger, Reservation, State};
use panoh_privacy::{Noise, NoisePlan, measure, non_negative, rebuild, whole};
use panoh_publication::{
    CohortRho, Day, Definition, Draft, NonNegativeColumn, Privacy, Query, Rho, SecondColumn, Signer, Slug, write,
};
use sha2::{Digest, Sha256};

use crate::plan::purpose;
use crate::recover::{lock, settle};
use crate::withdraw::{publish_list, refuse_unknown};
use crate::{Persons, ReleaseError, ReleasePlan};

/// What a run is told from outside.
pub struct Run<'a> {
    /// The folder that holds one folder for each release.
    pub published: &'a Path,
    /// Day of the release.
    pub day: Day,
    /// Whether the warehouse holds simulated records; every file of the release then says so.
    pub synthetic: bool,
    /// Versions of the warehouse's tables, for the ledger; never published.
    pub warehouse: BTreeMap<String, u64>,
    /// Now, RFC 3339. Asked at each step for the ledger; never published.
    pub clock: &'a dyn Fn() -> String,
    /// Signs the artefact.
    pub signer: &'a Signer,
    /// Whether a definition that is public already may be published once more, at its full cost.
    pub again: bool,
}

/// A release that is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its id.
    pub id: Slug,
    /// Its folder.
    pub path: PathBuf,
    /// SHA-256 of the artefact, hex.
    pub digest: String,
}

/// Publishes a plan: charges the ledger, draws the noise once, writes the artefact, marks it as published.
///
/// Before the charge it refuses a plan whose tables are mostly noise, rows of another plan, and a second run at the
/// same time; the ledger itself refuses what the budget does not allow. When a step after the charge fails, the release
/// is settled as [`crate::recover()`] would, which leaves the charge spent, and the first error is returned.
///
/// `noise` is `panoh_privacy::opendp_noise` in production.
pub fn publish(
    plan: &ReleasePlan,
    persons: &Persons,
    ledger: &mut Ledger,
    run: &Run<'_>,
    noise: &mut Noise<'_>,
) -> Result<Published, ReleaseError> {
    let refusals = &plan.report().refusals;
    if !refusals.is_empty() {
        return Err(ReleaseError::TooNoisy { refusals: refusals.clone() });
    }
    if !persons.are_of(plan) {
        return Err(ReleaseError::OtherPlan);
    }
    refuse_future(plan.definition(), &run.day)?;
    let _lock = lock(run.published)?;
    // Nothing is reserved while another reservation is open: reconciling a ledger rests on it.
    for open in ledger.open_reservations()? {
        settle(ledger, run.published, &open.release_id, run.clock)?;
    }
    refuse_unknown(&panoh_publication::read_listing(run.published)?, ledger)?;
    crate::series::check(run.published, plan)?;
    if !run.again {
        refuse_again(plan, ledger)?;
    }
    let id = release_id(plan.definition(), &ledger.head()?)?;
    let privacy = privacy(plan)?;
    let reservation = ledger.reserve(&charge(plan, &id, run))?;
    match draw(plan, persons, &reservation, privacy, run, noise) {
        Ok(published) => {
            ledger.publish(id.as_str(), &published.digest, &(run.clock)())?;
            tracing::info!(release = %id, "published");
            Ok(published)
        }
        Err(error) => {
            let settled = settle(ledger, run.published, id.as_str(), run.clock);
            if settled.and_then(|_| publish_list(ledger, run.published, run.signer)).is_err() {
                tracing::warn!(release = %id, "the release stays reserved until it is recovered");
            }
            Err(error)
        }
    }
}

/// A second draw for the same question tells little, and costs its persons as much as the first.
fn refuse_again(plan: &ReleasePlan, ledger: &mut Ledger) -> Result<(), ReleaseError> {
    let digest = plan.definition().digest();
    let is_public = |entry: &Entry| matches!(entry.state, State::Published { .. });
    let mut known = ledger.releases()?.into_iter();
    match known.find(|entry| entry.definition_digest == digest && is_public(entry)) {
        Some(entry) => Err(ReleaseError::AskedBefore { release: entry.release_id }),
        None => Ok(()),
    }
}

/// A definition may be written before its cohorts open; it is published when they have, and when outcomes can be known.
fn refuse_future(definition: &Definition, day: &Day) -> Result<(), ReleaseError> {
    let last = definition.cohorts.to;
    if last > day.year() {
        return Err(ReleaseError::NotYet { what: format!("cohort {last}") });
    }
    let written = definition.dimensions.iter().filter_map(|dimension| dimension.date.as_ref());
    if let Some(date) = written.chain([&definition.date]).find(|date| *date > day) {
        return Err(ReleaseError::NotYet { what: format!("the day of a definition or of a code list in it, {date},") });
    }
    if let Some(until) = definition.observed_until.as_ref().filter(|until| *until > day) {
        return Err(ReleaseError::NotYet { what: format!("the day until which outcomes count, {until},") });
    }
    Ok(())
}

/// From the charge to the artefact on the disk. Scales, vectors and control flow are those of the plan alone.
fn draw(
    plan: &ReleasePlan,
    persons: &Persons,
    reservation: &Reservation,
    privacy: Privacy,
    run: &Run<'_>,
    noise: &mut Noise<'_>,
) -> Result<Published, ReleaseError> {
    let sizes = plan.noise().shape().sizes();
    let marginal = |subset: panoh_privacy::Subset| persons.count(sizes, &subset.dimensions().collect::<Vec<_>>());
    let measurements = measure(plan.noise(), &marginal, noise)?;
    let estimates = rebuild(plan.noise(), &measurements)?;
    let second = second_columns(plan.definition().non_negative, plan.noise(), &measurements)?;
    let draft = Draft {
        id: Slug::new(reservation.release_id())?,
        definition: plan.definition().clone(),
        dictionary_digest: plan.dictionary_digest().to_owned(),
        frame_digest: plan.frame_digest().to_owned(),
        synthetic: run.synthetic,
        day: run.day.clone(),
        ledger_head: reservation.head().to_string(),
        privacy,
        dimensions: plan.dimensions().iter().map(|resolved| resolved.dimension.clone()).collect(),
        queries: queries(plan.noise()),
        measurements,
        estimates,
        non_negative: second,
    };
    let written = write(run.published, &draft, run.signer)?;
    Ok(Published { id: draft.id, path: written.path, digest: written.digest })
}

/// The second column of every table, from what was measured alone: publishing and verifying find the same.
pub(crate) fn second_columns(
    column: NonNegativeColumn,
    noise: &NoisePlan,
    measurements: &[Vec<i64>],
) -> Result<Option<Vec<SecondColumn>>, ReleaseError> {
    let found = || non_negative(noise, measurements);
    Ok(match column {
        NonNegativeColumn::None => None,
        NonNegativeColumn::Fractional => Some(found()?.tables.into_iter().map(SecondColumn::Fractional).collect()),
        NonNegativeColumn::Whole => Some(whole(noise, &found()?)?.into_iter().map(SecondColumn::Whole).collect()),
    })
}

/// The id of the next release: the name of the definition and a digest of it and of the ledger's head, which is new
/// after every release. It says nothing about data.
fn release_id(definition: &Definition, head: &Head) -> Result<Slug, ReleaseError> {
    let mut digest = Sha256::new();
    digest.update(b"panoh/release-id/v1");
    digest.update(definition.digest().as_bytes());
    digest.update(head.count.to_be_bytes());
    digest.update(head.mac.as_bytes());
    let digest: [u8; 32] = digest.finalize().into();
    let short = digest[..6].iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    Ok(Slug::new(&format!("{}-{short:012x}", definition.name))?)
}

fn charge(plan: &ReleasePlan, id: &Slug, run: &Run<'_>) -> Charge {
    Charge {
        release_id: id.to_string(),
        definition_digest: plan.definition().digest(),
        cohorts: plan.definition().cohorts(),
        rho: plan.charge(),
        purpose: purpose(plan.definition().purpose),
        warehouse: run.warehouse.clone(),
        at: (run.clock)(),
    }
}

/// Cost and promise, as every artefact states them.
pub(crate) fn privacy(plan: &ReleasePlan) -> Result<Privacy, ReleaseError> {
    let rho = Rho::from_nano(plan.charge().nano())?;
    let cohorts = plan.definition().cohorts().into_iter().map(|cohort| CohortRho { cohort, rho }).collect();
    Ok(Privacy { rho, epsilon: plan.report().epsilon, delta: plan.definition().delta, cohorts })
}

/// The queries of a noise plan in the words of an artefact.
pub(crate) fn queries(noise: &NoisePlan) -> Vec<Query> {
    let query = |query: &panoh_privacy::Query| Query {
        dimensions: query.dimensions.dimensions().collect(),
        variance: query.variance,
        sigma: query.sigma,
        sensitivity: query.sensitivity,
    };
    noise.queries().iter().map(query).collect()
}

#[cfg(test)]
mod tests;

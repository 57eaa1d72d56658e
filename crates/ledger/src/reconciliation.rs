//! What a ledger has lost, and what that may have cost: worked out from what is left of it, from the head that was last
//! known, and from the releases that stand in public. Pure; the ledger writes down what comes out.
//!
//! It rests on one rule of the protocol: from a reservation to the entry that closes it nothing else is written, because
//! both are made under the lock of the folder of releases and nothing is reserved while another reservation is open. So
//! the number after the reservation of a public release is the one that marked it as published, and a lost number that
//! belongs to no public release may have been the reservation of a release of which nothing is left. Nobody can tell what
//! that one cost or whom it charged; every cohort then counts as spent.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::amount::{Floor, Limits, NanoRho, Purpose};
use crate::book::{Book, Restored, State, Taken, WithdrawalReason};
use crate::chain::Head;

/// There was no ledger before this year. A clock that begins anew says 1970.
const FIRST_YEAR: i16 = 2026;

/// A release that stands in public, or of which the note on its withdrawal does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The release.
    pub release_id: String,
    /// SHA-256 of its definition, hexadecimal.
    pub definition_digest: String,
    /// Cohorts that it charged.
    pub cohorts: Vec<String>,
    /// What it was for.
    pub purpose: Purpose,
    /// What each of the cohorts paid.
    pub rho: NanoRho,
    /// Head of the chain just after its reservation, as its artefact states it.
    pub head: Head,
    /// SHA-256 of the artefact, hexadecimal.
    pub artefact_digest: String,
    /// Why it was withdrawn and the number of the entry that says so, if it was.
    pub withdrawn: Option<(WithdrawalReason, u64)>,
}

/// What is known from outside the ledger.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Everything that stands in public.
    pub standing: Vec<Standing>,
    /// Releases that were paid for and given up, with the year of that: the public list names them.
    pub given_up: Vec<(String, i16)>,
    /// How many entries somebody knows that there were, from a record kept elsewhere. It is taken as said.
    pub stated: Option<u64>,
    /// This year, or a later one that stands in a release or the head file: no person of a later cohort was ever counted.
    pub year: i16,
}

/// What is wrong with the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// The head file knows of later entries.
    OlderThanHead,
    /// There is no head file.
    HeadMissing,
    /// The head file holds something else.
    HeadUnreadable,
    /// The head file, or a public release, belongs to another history than the ledger.
    OtherHistory,
    /// A public release is not in the ledger, although the head file is that of the ledger: both are older copies.
    ReleasesMissing,
}

/// What was lost and what is counted for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// What is wrong.
    pub damage: Damage,
    /// Number of the last entry that is left.
    pub found: u64,
    /// Number of the last entry that there was; none when nobody can tell.
    pub known: Option<u64>,
    /// Public releases that are charged again, in the order of their numbers.
    pub restored: Vec<Restored>,
    /// Releases that were withdrawn in what is lost.
    pub withdrawn: Vec<Taken>,
    /// Numbers of lost entries that nothing public explains.
    pub unexplained: Vec<u64>,
    /// What every cohort up to a year counts as having spent from now on; none when everything is explained.
    pub floor: Option<Floor>,
    /// Number of the entry that writes this down.
    pub sequence: u64,
}

/// The head file as it was found.
pub(crate) enum LastHead {
    Known(Head),
    Missing,
    Unreadable,
}

/// Compares what is left with what is known; nothing when nothing is missing.
pub(crate) fn assess(book: &Book, head: &LastHead, evidence: &Evidence, limits: &Limits) -> Option<Reconciliation> {
    let found = book.count();
    let (strangers, withdrawn) = missing(book, evidence);
    let (damage, known) = damage(book, head, evidence, &strangers).or_else(|| {
        let is_missing =
            !strangers.is_empty() || !withdrawn.is_empty() || has_lost_one_given_up(book, evidence, limits);
        is_missing.then_some((Damage::ReleasesMissing, None))
    })?;
    let unexplained = known.map(|known| unexplained(book, known, evidence, &strangers)).unwrap_or_default();
    let lost = known.is_none() || !unexplained.is_empty() || has_lost_one_given_up(book, evidence, limits);
    let floor = lost.then(|| Floor::at_limits(limits, through(book, evidence.year)));
    // The last public release has an entry after its reservation.
    let ends = strangers.iter().map(|release| release.head.count + 1);
    let noted = evidence.standing.iter().filter_map(|release| release.withdrawn.map(|(_, number)| number));
    let at_head = if let LastHead::Known(head) = head { head.count } else { 0 };
    let sequence = ends.chain(noted).chain([found, at_head, known.unwrap_or_default()]).max().unwrap_or(found) + 1;
    let restored = strangers.into_iter().map(restored).collect();
    Some(Reconciliation { damage, found, known, restored, withdrawn, unexplained, floor, sequence })
}

/// Whether the public list names a release that was given up and that the ledger neither knows nor has counted at the limits.
/// What it cost is in the list, but nothing that could be verified is.
fn has_lost_one_given_up(book: &Book, evidence: &Evidence, limits: &Limits) -> bool {
    let floor = book.budget(*limits).floor;
    let is_counted = |year: i16| floor.as_ref().is_some_and(|floor| year <= floor.through);
    evidence.given_up.iter().any(|(id, year)| book.entry(id).is_none() && !is_counted(*year))
}

/// Public releases that the ledger does not know, in the order of their numbers, and withdrawals that it does not know.
fn missing<'a>(book: &Book, evidence: &'a Evidence) -> (Vec<&'a Standing>, Vec<Taken>) {
    let mut strangers = Vec::new();
    let mut withdrawn = Vec::new();
    for release in &evidence.standing {
        match (book.entry(&release.release_id).map(|entry| &entry.state), release.withdrawn) {
            (None, _) => strangers.push(release),
            (Some(State::Published { .. }), Some((reason, _))) => {
                withdrawn.push(Taken { release: release.release_id.clone(), reason });
            }
            _ => {}
        }
    }
    strangers.sort_unstable_by_key(|release| release.head.count);
    (strangers, withdrawn)
}

/// What is wrong, and how many entries there were if that can be known; none when ledger and head file agree.
fn damage(book: &Book, head: &LastHead, evidence: &Evidence, strangers: &[&Standing]) -> Option<(Damage, Option<u64>)> {
    let found = book.count();
    // A number that was lost and passed over before is no sign of another history.
    if strangers.iter().any(|release| book.mac(release.head.count).is_some()) {
        return Some((Damage::OtherHistory, None));
    }
    let (damage, known) = match head {
        LastHead::Known(head) if book.has(head) || book.has_superseded(head) => {
            return later(found, evidence, strangers);
        }
        LastHead::Known(head) if head.count > found => (Damage::OlderThanHead, Some(head.count)),
        LastHead::Known(_) => return Some((Damage::OtherHistory, None)),
        LastHead::Missing => (Damage::HeadMissing, None),
        LastHead::Unreadable => (Damage::HeadUnreadable, None),
    };
    // A release with a later number shows that the head file is an older copy too.
    let known = known.filter(|known| strangers.iter().all(|release| release.head.count <= *known));
    Some((damage, known.max(stated(found, evidence, strangers))))
}

/// Head file and ledger agree: there is damage only if something public is later than both.
fn later(found: u64, evidence: &Evidence, strangers: &[&Standing]) -> Option<(Damage, Option<u64>)> {
    let is_later = strangers.iter().any(|release| release.head.count > found);
    let told = stated(found, evidence, strangers).filter(|known| *known > found);
    if is_later || told.is_some() {
        return Some((Damage::ReleasesMissing, told));
    }
    // What lies among numbers that were counted before is charged for itself; nothing else is lost.
    (!strangers.is_empty()).then_some((Damage::ReleasesMissing, Some(found)))
}

/// The number of entries that somebody states, unless a public release shows that there were more.
fn stated(found: u64, evidence: &Evidence, strangers: &[&Standing]) -> Option<u64> {
    let stated = evidence.stated?.max(found);
    strangers.iter().all(|release| release.head.count <= stated).then_some(stated)
}

/// Numbers from the first that is lost to `known` that no public release accounts for.
fn unexplained(book: &Book, known: u64, evidence: &Evidence, strangers: &[&Standing]) -> Vec<u64> {
    let reservations: BTreeMap<u64, &str> =
        strangers.iter().map(|release| (release.head.count, release.release_id.as_str())).collect();
    let is_withdrawal = |number: u64| {
        evidence.standing.iter().any(|release| release.withdrawn.is_some_and(|(_, entry)| entry == number))
    };
    let mut closes_next = book.entries().iter().any(|entry| entry.state == State::Reserved);
    let mut unexplained = Vec::new();
    for number in book.count() + 1..=known {
        if reservations.contains_key(&number) {
            closes_next = true;
        } else if closes_next {
            closes_next = false;
        } else if !is_withdrawal(number) {
            unexplained.push(number);
        }
    }
    unexplained
}

/// The last year of which persons may have been counted in what is lost. A clock that was set back does not lower it.
fn through(book: &Book, year: i16) -> i16 {
    book.latest_year().map_or(year, |latest| latest.max(year)).max(FIRST_YEAR)
}

fn restored(release: &Standing) -> Restored {
    let mut cohorts = release.cohorts.clone();
    cohorts.sort_unstable();
    cohorts.dedup();
    Restored {
        release: release.release_id.clone(),
        definition: release.definition_digest.clone(),
        cohorts,
        purpose: release.purpose,
        nano_rho: release.rho,
        sequence: release.head.count,
        artefact: release.artefact_digest.clone(),
        withdrawn: release.withdrawn.map(|(reason, _)| reason),
    }
}

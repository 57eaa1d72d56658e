//! What the entries add up to: a pure fold from the chain of events to releases and what each cohort has spent.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::amount::{Budget, CohortBudget, Floor, Limits, NanoRho, Purpose};
use crate::chain::{ChainKey, Head, Mac, hex};
use crate::error::LedgerError;

/// What happened to a release. The JSON form is sealed: fields may be added by new kinds of events only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Event {
    /// The cohorts are charged; noise may be drawn.
    Reserved {
        release: String,
        definition: String,
        cohorts: Vec<String>,
        purpose: Purpose,
        nano_rho: NanoRho,
        at: String,
    },
    /// The artefact is complete and durable.
    Published { release: String, artefact: String, at: String },
    /// There is no artefact and never will be; the charge stays.
    Void { release: String, reason: VoidReason, at: String },
    /// The artefact was public and no longer is; the charge stays.
    Withdrawn { release: String, reason: WithdrawalReason, at: String },
    /// Entries were lost with an older copy of the database. What they may have cost is counted here, and the numbers
    /// that they had are passed over, so that no number is given twice.
    Reconciled {
        /// The head that was known before and that no entry answers to any more.
        superseded: Option<Head>,
        /// Releases that stand in public and were missing.
        restored: Vec<Restored>,
        /// Releases that the ledger knew as published and that were withdrawn since.
        withdrawn: Vec<Taken>,
        /// What cohorts count as having spent at least.
        floor: Option<Floor>,
        at: String,
    },
}

/// A release that was missing from the ledger, charged again from its artefact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restored {
    /// The release.
    pub release: String,
    /// SHA-256 of its definition, hexadecimal.
    pub definition: String,
    /// Every cohort that it charged.
    pub cohorts: Vec<String>,
    /// What it was for.
    pub purpose: Purpose,
    /// Charged to each of the cohorts.
    pub nano_rho: NanoRho,
    /// The number that its reservation had in the part that was lost.
    pub sequence: u64,
    /// SHA-256 of the artefact, hexadecimal.
    pub artefact: String,
    /// Why it is no longer public, if it is not.
    pub withdrawn: Option<WithdrawalReason>,
}

/// A release that was taken out of public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// The release.
    pub release: String,
    /// Why.
    pub reason: WithdrawalReason,
}

/// Why a reserved release was given up. The list is fixed, because it is public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidReason {
    /// Somebody asked for the wrong thing.
    OperatorError,
    /// The run ended before the artefact was complete.
    Crash,
    /// A better release took its place.
    Superseded,
    /// It may not be published.
    Legal,
}

impl VoidReason {
    /// The word that stands in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OperatorError => "operator_error",
            Self::Crash => "crash",
            Self::Superseded => "superseded",
            Self::Legal => "legal",
        }
    }
}

/// Why a published release was taken out of public. The list is fixed, because it is public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalReason {
    /// Somebody asked for the wrong thing.
    OperatorError,
    /// A better release took its place.
    Superseded,
    /// It may not be published.
    Legal,
}

impl WithdrawalReason {
    /// The word that stands in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OperatorError => "operator_error",
            Self::Superseded => "superseded",
            Self::Legal => "legal",
        }
    }
}

/// Where a release stands. Void and withdrawn are final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Charged; its run has not ended, or it crashed.
    Reserved,
    /// Charged and published.
    Published {
        /// SHA-256 of the artefact, hexadecimal.
        artefact_digest: String,
        /// When, RFC 3339.
        at: String,
    },
    /// Charged and given up.
    Void {
        /// Why.
        reason: VoidReason,
        /// When, RFC 3339.
        at: String,
    },
    /// Charged, published, and taken out of public.
    Withdrawn {
        /// SHA-256 of the artefact that was public, hexadecimal.
        artefact_digest: String,
        /// Why.
        reason: WithdrawalReason,
        /// Sequence number of the entry that says so.
        entry: u64,
        /// When, RFC 3339.
        at: String,
    },
}

impl State {
    /// One word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Published { .. } => "published",
            Self::Void { .. } => "void",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// One release as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Sequence number of the reservation; releases are ordered by it, never by time.
    pub sequence: u64,
    /// The release.
    pub release_id: String,
    /// SHA-256 of the definition, hexadecimal.
    pub definition_digest: String,
    /// Every cohort that was charged, sorted.
    pub cohorts: Vec<String>,
    /// What it was for.
    pub purpose: Purpose,
    /// Charged to each of the cohorts.
    pub nano_rho: NanoRho,
    /// When it was reserved, RFC 3339.
    pub reserved_at: String,
    /// Whether it was charged again by a reconciliation; `reserved_at` is then the time of that.
    pub reconciled: bool,
    /// Where it stands.
    #[serde(flatten)]
    pub state: State,
}

/// The chain read so far.
pub(crate) struct Book {
    macs: BTreeMap<u64, Mac>,
    entries: Vec<Entry>,
    places: HashMap<String, usize>,
    spent: BTreeMap<String, CohortBudget>,
    floor: Option<Floor>,
    superseded: Vec<Head>,
}

impl Book {
    /// A book before its first entry. The seal of number 0 is the start of the chain.
    pub(crate) fn new(key: &ChainKey) -> Self {
        Self {
            macs: BTreeMap::from([(0, key.start())]),
            entries: Vec::new(),
            places: HashMap::new(),
            spent: BTreeMap::new(),
            floor: None,
            superseded: Vec::new(),
        }
    }

    /// Number of the last entry; 0 before the first.
    pub(crate) fn count(&self) -> u64 {
        *self.last().0
    }

    /// Seal of entry `seq`; none when there is no such entry, or when it was lost and passed over.
    pub(crate) fn mac(&self, seq: u64) -> Option<&Mac> {
        self.macs.get(&seq)
    }

    pub(crate) fn last_mac(&self) -> &Mac {
        self.last().1
    }

    fn last(&self) -> (&u64, &Mac) {
        self.macs.last_key_value().expect("the start of the chain is always there")
    }

    pub(crate) fn head(&self) -> Head {
        Head { count: self.count(), mac: hex(self.last_mac()) }
    }

    /// Whether an entry of this chain has this number and this seal.
    pub(crate) fn has(&self, head: &Head) -> bool {
        self.mac(head.count).is_some_and(|mac| hex(mac) == head.mac)
    }

    /// Whether a reconciliation has put an end to this head.
    pub(crate) fn has_superseded(&self, head: &Head) -> bool {
        self.superseded.contains(head)
    }

    /// The latest year in which something was charged, or up to which something counts as charged.
    pub(crate) fn latest_year(&self) -> Option<i16> {
        let of_text = |text: &str| text.get(..4).and_then(|year| year.parse().ok());
        let charged = self.entries.iter().filter_map(|entry| of_text(&entry.reserved_at));
        charged.chain(self.floor.as_ref().map(|floor| floor.through)).max()
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn entry(&self, release: &str) -> Option<&Entry> {
        self.places.get(release).map(|place| &self.entries[*place])
    }

    pub(crate) fn budget(&self, limits: Limits) -> Budget {
        Budget { limits, cohorts: self.spent.values().cloned().collect(), floor: self.floor.clone() }
    }

    /// The release, when it can still be published or given up.
    pub(crate) fn open_entry(&self, release: &str) -> Result<&Entry, LedgerError> {
        let entry = self.known_entry(release)?;
        match entry.state {
            State::Reserved => Ok(entry),
            ref closed => Err(LedgerError::NotReserved { release: release.to_owned(), state: closed.name() }),
        }
    }

    /// The release, when it is public.
    pub(crate) fn public_entry(&self, release: &str) -> Result<&Entry, LedgerError> {
        let entry = self.known_entry(release)?;
        match entry.state {
            State::Published { .. } => Ok(entry),
            ref other => Err(LedgerError::NotPublished { release: release.to_owned(), state: other.name() }),
        }
    }

    fn known_entry(&self, release: &str) -> Result<&Entry, LedgerError> {
        self.entry(release).ok_or_else(|| LedgerError::ReleaseUnknown { release: release.to_owned() })
    }

    /// Reads the next entry: its number must follow, its seal must be right, and it must make sense.
    pub(crate) fn read(&mut self, key: &ChainKey, seq: u64, body: &str, mac: &[u8]) -> Result<(), LedgerError> {
        let expected = self.count() + 1;
        if seq < expected || key.seal(self.last_mac(), seq, body).as_slice() != mac {
            return Err(LedgerError::BrokenChain { entry: expected });
        }
        let event = serde_json::from_str(body).map_err(|_| LedgerError::UnknownEntry { entry: seq })?;
        // Only a reconciliation may pass over numbers.
        if seq != expected && !matches!(event, Event::Reconciled { .. }) {
            return Err(LedgerError::BrokenChain { entry: expected });
        }
        self.apply(seq, event)?;
        self.macs.insert(seq, mac.try_into().map_err(|_| LedgerError::BrokenChain { entry: seq })?);
        Ok(())
    }

    pub(crate) fn apply(&mut self, seq: u64, event: Event) -> Result<(), LedgerError> {
        match event {
            Event::Reserved { release, definition, cohorts, purpose, nano_rho, at } => self.charge(
                seq,
                Entry {
                    sequence: seq,
                    release_id: release,
                    definition_digest: definition,
                    cohorts,
                    purpose,
                    nano_rho,
                    reserved_at: at,
                    reconciled: false,
                    state: State::Reserved,
                },
            ),
            Event::Published { release, artefact, at } => self.close(seq, &release, |state| {
                (*state == State::Reserved).then_some(State::Published { artefact_digest: artefact, at })
            }),
            Event::Void { release, reason, at } => {
                self.close(seq, &release, |state| (*state == State::Reserved).then_some(State::Void { reason, at }))
            }
            Event::Withdrawn { release, reason, at } => self.withdraw(seq, &release, reason, &at),
            Event::Reconciled { superseded, restored, withdrawn, floor, at } => {
                self.superseded.extend(superseded);
                restored.into_iter().try_for_each(|missing| self.charge(seq, missing.into_entry(seq, &at)))?;
                withdrawn.iter().try_for_each(|taken| self.withdraw(seq, &taken.release, taken.reason, &at))?;
                if let Some(floor) = floor {
                    self.spent.values_mut().for_each(|account| floor.lift(account));
                    self.floor = Some(self.floor.as_ref().map_or_else(|| floor.clone(), |old| old.joined(&floor)));
                }
                Ok(())
            }
        }
    }

    /// Charges the cohorts of a release that was not known. A cohort that is charged for the first time begins at the
    /// floor.
    fn charge(&mut self, seq: u64, entry: Entry) -> Result<(), LedgerError> {
        if self.entry(&entry.release_id).is_some() {
            return Err(LedgerError::BrokenChain { entry: seq });
        }
        let budget = Budget { limits: Limits::STANDARD, cohorts: Vec::new(), floor: self.floor.clone() };
        for cohort in &entry.cohorts {
            let account = self.spent.entry(cohort.clone()).or_insert_with(|| budget.cohort(cohort));
            account.charge(entry.purpose, entry.nano_rho);
        }
        self.places.insert(entry.release_id.clone(), self.entries.len());
        self.entries.push(entry);
        Ok(())
    }

    fn withdraw(&mut self, seq: u64, release: &str, why: WithdrawalReason, at: &str) -> Result<(), LedgerError> {
        self.close(seq, release, |state| {
            let State::Published { artefact_digest, .. } = state else { return None };
            let artefact_digest = artefact_digest.clone();
            Some(State::Withdrawn { artefact_digest, reason: why, entry: seq, at: at.to_owned() })
        })
    }

    /// Gives a release the state that follows from its present one; none means that the event makes no sense.
    fn close(
        &mut self,
        seq: u64,
        release: &str,
        next: impl FnOnce(&State) -> Option<State>,
    ) -> Result<(), LedgerError> {
        let broken = || LedgerError::BrokenChain { entry: seq };
        let place = *self.places.get(release).ok_or_else(broken)?;
        let entry = &mut self.entries[place];
        entry.state = next(&entry.state).ok_or_else(broken)?;
        Ok(())
    }
}

impl Restored {
    fn into_entry(self, seq: u64, at: &str) -> Entry {
        let state = match self.withdrawn {
            None => State::Published { artefact_digest: self.artefact, at: at.to_owned() },
            Some(reason) => State::Withdrawn { artefact_digest: self.artefact, reason, entry: seq, at: at.to_owned() },
        };
        Entry {
            sequence: self.sequence,
            release_id: self.release,
            definition_digest: self.definition,
            cohorts: self.cohorts,
            purpose: self.purpose,
            nano_rho: self.nano_rho,
            reserved_at: at.to_owned(),
            reconciled: true,
            state,
        }
    }
}

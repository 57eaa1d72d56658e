//! What the entries add up to: a pure fold from the chain of events to releases and what each cohort has spent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::{Budget, CohortBudget, Limits, NanoRho, Purpose};
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

/// Where a release stands. Published and void are final.
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
}

impl State {
    /// One word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Published { .. } => "published",
            Self::Void { .. } => "void",
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
    /// Where it stands.
    #[serde(flatten)]
    pub state: State,
}

/// The chain read so far.
pub(crate) struct Book {
    macs: Vec<Mac>,
    entries: Vec<Entry>,
    spent: BTreeMap<String, CohortBudget>,
}

impl Book {
    /// A book before its first entry. `macs[n]` is the seal of entry n, and `macs[0]` the start of the chain.
    pub(crate) fn new(key: &ChainKey) -> Self {
        Self { macs: vec![key.start()], entries: Vec::new(), spent: BTreeMap::new() }
    }

    /// Number of entries read.
    pub(crate) fn count(&self) -> u64 {
        self.macs.len() as u64 - 1
    }

    /// Seal of entry `seq`.
    pub(crate) fn mac(&self, seq: u64) -> Option<&Mac> {
        usize::try_from(seq).ok().and_then(|index| self.macs.get(index))
    }

    pub(crate) fn last_mac(&self) -> &Mac {
        self.macs.last().expect("the start of the chain is always there")
    }

    pub(crate) fn head(&self) -> Head {
        Head { count: self.count(), mac: hex(self.last_mac()) }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn entry(&self, release: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.release_id == release)
    }

    pub(crate) fn budget(&self, limits: Limits) -> Budget {
        Budget { limits, cohorts: self.spent.values().cloned().collect() }
    }

    /// The release, when it can still be published or given up.
    pub(crate) fn open_entry(&self, release: &str) -> Result<&Entry, LedgerError> {
        let Some(entry) = self.entry(release) else {
            return Err(LedgerError::ReleaseUnknown { release: release.to_owned() });
        };
        match entry.state {
            State::Reserved => Ok(entry),
            ref closed => Err(LedgerError::NotReserved { release: release.to_owned(), state: closed.name() }),
        }
    }

    /// Reads the next entry: its number must follow, its seal must be right, and it must make sense.
    pub(crate) fn read(&mut self, key: &ChainKey, seq: u64, body: &str, mac: &[u8]) -> Result<(), LedgerError> {
        let expected = self.count() + 1;
        if seq != expected || key.seal(self.last_mac(), seq, body).as_slice() != mac {
            return Err(LedgerError::BrokenChain { entry: expected });
        }
        let event = serde_json::from_str(body).map_err(|_| LedgerError::UnknownEntry { entry: seq })?;
        self.apply(seq, event)?;
        self.macs.push(mac.try_into().map_err(|_| LedgerError::BrokenChain { entry: seq })?);
        Ok(())
    }

    fn apply(&mut self, seq: u64, event: Event) -> Result<(), LedgerError> {
        let (release, closed) = match event {
            Event::Reserved { release, definition, cohorts, purpose, nano_rho, at } => {
                if self.entry(&release).is_some() {
                    return Err(LedgerError::BrokenChain { entry: seq });
                }
                for cohort in &cohorts {
                    let account = self.spent.entry(cohort.clone());
                    account.or_insert_with(|| CohortBudget::untouched(cohort)).charge(purpose, nano_rho);
                }
                let (release_id, definition_digest, reserved_at) = (release, definition, at);
                let (sequence, state) = (seq, State::Reserved);
                self.entries.push(Entry {
                    sequence,
                    release_id,
                    definition_digest,
                    cohorts,
                    purpose,
                    nano_rho,
                    reserved_at,
                    state,
                });
                return Ok(());
            }
            Event::Published { release, artefact, at } => (release, State::Published { artefact_digest: artefact, at }),
            Event::Void { release, reason, at } => (release, State::Void { reason, at }),
        };
        let entry = self.entries.iter_mut().find(|entry| entry.release_id == release && entry.state == State::Reserved);
        entry.ok_or(LedgerError::BrokenChain { entry: seq })?.state = closed;
        Ok(())
    }
}

//! A ledger that is refused because a part of it is lost: shown what is missing, and brought back with the loss counted
//! as spent.

use std::path::Path;

use rusqlite::Transaction;

use super::{Ledger, Parts};
use crate::amount::{Budget, Limits};
use crate::book::Event;
use crate::error::LedgerError;
use crate::head;
use crate::reconciliation::{Evidence, LastHead, Reconciliation, assess};

/// What a reconciliation is about to do, or did, with the budget before and after it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reconciled {
    /// What was lost and what is counted for it.
    pub reconciliation: Reconciliation,
    /// What each cohort had spent as far as the ledger knew.
    pub before: Budget,
    /// What each cohort counts as having spent from then on.
    pub after: Budget,
}

impl Ledger {
    /// Says what [`Ledger::reconcile`] would do; nothing when nothing is missing. Writes nothing but an empty database
    /// where there is none.
    pub fn assess(
        path: &Path,
        head_file: &Path,
        key: [u8; 32],
        limits: Limits,
        evidence: &Evidence,
    ) -> Result<Option<Reconciled>, LedgerError> {
        let mut ledger = Self::unread(path, head_file, key, limits)?;
        let found = ledger.locked(|parts, transaction| parts.assessed(transaction, evidence))?;
        let Some(reconciliation) = found else { return Ok(None) };
        let before = ledger.book.budget(limits);
        let event = event(&reconciliation, None, String::new());
        ledger.book.apply(reconciliation.sequence, event)?;
        let after = ledger.book.budget(limits);
        Ok(Some(Reconciled { reconciliation, before, after }))
    }

    /// Counts what a ledger has lost as spent and makes it usable again; nothing when nothing is missing.
    ///
    /// It never counts less than was spent, as far as the chain that is left is whole: a chain that is broken, or sealed
    /// by another key, is refused, because nobody can tell what was changed in it. Nothing may be reserved or published
    /// meanwhile.
    pub fn reconcile(
        path: &Path,
        head_file: &Path,
        key: [u8; 32],
        limits: Limits,
        evidence: &Evidence,
        at: &str,
    ) -> Result<Option<Reconciled>, LedgerError> {
        let mut ledger = Self::unread(path, head_file, key, limits)?;
        let written = ledger.locked(|parts, transaction| {
            let Some(reconciliation) = parts.assessed(transaction, evidence)? else { return Ok(None) };
            let before = parts.book.budget(limits);
            // A head that cannot be read has nothing to be known by.
            let superseded = head::read(parts.head_file).ok().flatten().filter(|head| !parts.book.has(head));
            let event = event(&reconciliation, superseded, at.to_owned());
            parts.insert(transaction, reconciliation.sequence, &event)?;
            Ok(Some((reconciliation, before)))
        })?;
        let Some((reconciliation, before)) = written else { return Ok(None) };
        ledger.locked(|parts, transaction| {
            parts.follow(transaction)?;
            parts.write_head()
        })?;
        let after = ledger.book.budget(limits);
        Ok(Some(Reconciled { reconciliation, before, after }))
    }
}

impl Parts<'_> {
    fn assessed(
        &mut self,
        transaction: &Transaction<'_>,
        evidence: &Evidence,
    ) -> Result<Option<Reconciliation>, LedgerError> {
        self.begin(transaction)?;
        let head = match head::read(self.head_file) {
            Ok(Some(head)) => LastHead::Known(head),
            Ok(None) => LastHead::Missing,
            Err(LedgerError::HeadUnreadable { .. }) => LastHead::Unreadable,
            Err(error) => return Err(error),
        };
        let year = head::year(self.head_file).map_or(evidence.year, |known| known.max(evidence.year));
        Ok(assess(self.book, &head, &Evidence { year, ..evidence.clone() }, &self.limits))
    }
}

fn event(reconciliation: &Reconciliation, superseded: Option<crate::Head>, at: String) -> Event {
    let Reconciliation { restored, withdrawn, floor, .. } = reconciliation.clone();
    Event::Reconciled { superseded, restored, withdrawn, floor, at }
}

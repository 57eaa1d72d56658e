//! Remembers what each release has cost each cohort and refuses the next when the budget is spent.
//!
//! The ledger is the one place where privacy is spent, so it is built to be wrong in one direction only: whatever
//! crashes, is restored from a backup or races, a cohort may count as having spent more than it did, never less.
//!
//! - Amounts are whole nano-ρ (ρ of zero-concentrated differential privacy times 10⁹), rounded up; no float is
//!   compared.
//! - [`Ledger::reserve`] is durable, in the database and in the head file, before it returns; noise is drawn after it.
//! - Nothing is updated. A release is *reserved*, then *published* or *void*, and what was published may be *withdrawn*,
//!   each by an entry of its own; all of them stay spent.
//! - Entries are chained by HMAC. The head (number of entries and seal of the last) is also kept in a second file away
//!   from the database, so that an older copy of the database is noticed.
//! - What is lost is counted as spent: [`Ledger::reconcile`] charges again what still stands in public, and counts every
//!   cohort as spent when something is lost of which nothing is left.
//!
//! Time is handed in as text and is information for people: order comes from the sequence numbers, so a clock that was
//! set back neither blocks nor reorders anything.

mod amount;
mod book;
mod chain;
mod error;
mod head;
mod ledger;
mod reconciliation;
mod turn;

pub use amount::{Budget, CohortBudget, Floor, Limit, Limits, NanoRho, Purpose, Shortfall};
pub use book::{Entry, Restored, State, Taken, VoidReason, WithdrawalReason};
pub use chain::Head;
pub use error::LedgerError;
pub use ledger::{Charge, Ledger, Reconciled, Reservation};
pub use reconciliation::{Damage, Evidence, Reconciliation, Standing};

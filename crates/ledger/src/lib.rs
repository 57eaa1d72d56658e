//! Remembers what each release has cost each cohort and refuses the next when the budget is spent.
//!
//! The ledger is the one place where privacy is spent, so it is built to be wrong in one direction only: whatever
//! crashes, is restored from a backup or races, a cohort may count as having spent more than it did, never less.
//!
//! - Amounts are whole nano-ρ (ρ of zero-concentrated differential privacy times 10⁹), rounded up; no float is
//!   compared.
//! - [`Ledger::reserve`] is durable, in the database and in the head file, before it returns; noise is drawn after it.
//! - Nothing is updated. A release is *reserved*, then *published* or *void*, each by an entry of its own; void stays
//!   spent.
//! - Entries are chained by HMAC. The head (number of entries and seal of the last) is also kept in a second file away
//!   from the database, so that an older copy of the database is noticed.
//!
//! Time is handed in as text and is information for people: order comes from the sequence numbers, so a clock that was
//! set back neither blocks nor reorders anything.

mod amount;
mod book;
mod chain;
mod error;
mod head;
mod ledger;

pub use amount::{Budget, CohortBudget, Limit, Limits, NanoRho, Purpose, Shortfall};
pub use book::{Entry, State, VoidReason};
pub use chain::Head;
pub use error::LedgerError;
pub use ledger::{Charge, Ledger, Reservation};

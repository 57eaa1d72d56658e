//! Turns a definition into a plan, and a plan into one published artefact.
//!
//! ```text
//! Definition, Dictionary, Budget ──► plan ──► ReleasePlan ──┐          (pure: no table is opened, nothing is spent)
//! warehouse session ───────────────► read ──► Persons ──────┼─► publish: reserve ─► draw ─► write ─► mark
//!                                                           │              │ crash
//! published/<id>/ ─► verify                                 └─ recover ◄───┘
//! ```
//!
//! The order inside [`publish()`] is the whole of its safety. Frame rows are read and coded before it begins: reading
//! draws nothing, costs nothing and shows nothing to the public, and whatever could go wrong with data goes wrong
//! there. Then the ledger is charged, durably; then noise is drawn once; then the artefact is written, durably; then
//! the ledger is told. From the charge on, nothing depends on data but the numbers that the noise covers.
//!
//! Noise and clock are arguments. Calls are blocking but for [`read()`]; inside an async runtime they belong on a
//! blocking thread.

mod audit;
mod catalogue;
mod dimensions;
mod error;
mod evidence;
mod outlook;
mod persons;
mod plan;
mod proposals;
mod publish;
mod read;
mod recover;
mod report;
mod series;
mod shipped;
mod verify;
mod withdraw;

#[cfg(test)]
mod fixture;

pub use audit::{Audit, AuditedCohort, Finding, audit};
pub use catalogue::{Opening, catalogue};
pub use error::ReleaseError;
pub use evidence::{evidence, hold};
pub use outlook::{Outlook, outlook};
pub use persons::Persons;
pub use plan::{ReleasePlan, plan};
pub use proposals::{Change, Proposal, rho_for, with_rho};
pub use publish::{Published, Run, publish};
pub use read::read;
pub use recover::{Outcome, Recovered, recover};
pub use report::{CohortPlan, DimensionPlan, OfCount, PlanReport, TablePlan, TotalPlan};
pub use shipped::shipped;
pub use verify::{Verified, verify};
pub use withdraw::{strangers, withdraw};

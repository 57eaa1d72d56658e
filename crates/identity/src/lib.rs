//! Turns what identifies a person into a pseudonym that only the key holder could rebuild, and links records of one
//! person.
//!
//! ```text
//! key file ─► MasterKey ─► Sealer ── seal(Identity) ─► LinkKeys ─► Register ─► Pseudonym + cohort
//!                             └───── record, unlinked ───────────────────────► Pseudonym
//! ```
//!
//! * A [`MasterKey`] is read once, by the command line, and never leaves this crate but for derived keys.
//! * A [`Sealer`] turns identities into [`LinkKeys`]: keyed digests with the fixed rule that made them. No weight or
//!   frequency is learned from data, so nothing about other people decides whether two records are one person.
//! * A [`Register`] is a file that holds keyed digests only. It says which person a link key belongs to and which
//!   cohort that person belongs to for ever. It changes together with the warehouse or not at all.
//!
//! # Secrets cannot leave by accident
//!
//! The key is neither printable nor serialisable nor copyable:
//!
//! ```compile_fail,E0277
//! fn needs<T: Clone>() {}
//! needs::<panoh_identity::MasterKey>();
//! ```
//! ```compile_fail,E0277
//! fn needs<T: std::fmt::Display>() {}
//! needs::<panoh_identity::MasterKey>();
//! ```
//! ```compile_fail,E0277
//! fn needs<T: serde::Serialize>() {}
//! needs::<panoh_identity::MasterKey>();
//! ```
//! ```compile_fail,E0277
//! fn needs<T: serde::Serialize>() {}
//! needs::<panoh_identity::Identity<'static>>();
//! ```
//! The same question about what may leave compiles, so the four refusals above are about the types and not about a
//! slip in the question:
//!
//! ```
//! fn needs<T: Clone + std::fmt::Display>() {}
//! needs::<panoh_identity::Pseudonym>();
//! fn writable<T: serde::Serialize>() {}
//! writable::<String>();
//! ```

pub mod backup;
mod chain;
mod cohort;
mod document;
mod error;
mod fold;
mod key;
mod keyed;
mod pseudonym;
mod register;
mod rotation;
mod seal;

pub use cohort::Cohort;
pub use error::IdentityError;
pub use fold::HeardNames;
pub use key::{KeyFile, MasterKey, Secret, refuse_key_inside};
pub use pseudonym::{FileDigest, Pseudonym};
pub use register::{Alias, Decided, Erased, Found, How, LogEvent, LogLine, Meant, Register, RegisterLoad, Resolved};
pub use rotation::Rotation;
pub use seal::{BirthDate, Digester, Grounds, Identity, Lack, LinkKeys, LinkRule, Population, Sealer, Sex};

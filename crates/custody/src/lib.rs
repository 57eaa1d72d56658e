//! Carries out what must change warehouse and identity register together: wholly or not at all, and resumable.
//!
//! ```text
//!            look up the load ──► already there: say so
//! export ─► intake ─► resolve persons ─► add person, cohort, load ─► data files      nothing visible
//!                          │                        └─► aside                         rows of new persons
//!                     stage register     durable, pending
//!                          │                 aside ─► cohort ─────────► data files    nothing visible
//!                     commit warehouse   the load happens here, or not
//!                     settle register    as the warehouse says
//!                     table `aliases`    made equal to the register's
//! ```
//!
//! A crash between staging and settling leaves a pending load. Whoever opens the home next asks the warehouse whether
//! the commit is there and settles accordingly, so register and warehouse never tell different stories. One process at
//! a time writes to a home: [`Stores`] holds a lock while it lives.
//!
//! [`erase()`] and [`rotate()`] change many files. Before the first, a journal in the home says what is to be done; every
//! step can be done twice; the journal goes after the last. Whoever opens the home next finishes an erasure; a rotation
//! is finished by whoever holds the keys, and until then nothing else may write.

mod aliases;
mod aside;
mod carry;
mod columns;
mod erase;
mod error;
mod journal;
mod keys;
mod load;
mod lock;
mod rejections;
mod report;
mod rotate;
mod stores;

pub use aliases::unlink;
pub use erase::{EraseReport, SendersRecord, Whom, erase};
pub use error::CustodyError;
pub use journal::unfinished_change;
pub use keys::{KeyState, key_state};
pub use load::{Keep, Load, Progress, load};
pub use lock::{WriterLock, lock};
pub use report::{Lacking, Linkable, LoadReport, Outcome, Worst};
pub use rotate::{RotateReport, rotate, rotate_held};
pub use stores::{Places, Recovered, Stores};

#[cfg(test)]
mod tests;

//! Carries out what must change warehouse and identity register together: wholly or not at all, and resumable.
//!
//! ```text
//!            look up the load ──► already there: say so
//! export ─► intake ─► resolve persons                                                first pass: cohorts
//!        ─► intake ─► look up ─► add person, cohort, load ─► data files              second pass: nothing visible
//!                          │
//!                     stage register     durable, pending
//!                     commit warehouse   the load happens here, or not
//!                     settle register    as the warehouse says
//! ```
//!
//! A crash between staging and settling leaves a pending load. Whoever opens the home next asks the warehouse whether
//! the commit is there and settles accordingly, so register and warehouse never tell different stories. One process at
//! a time writes to a home: [`Stores`] holds a lock while it lives.

mod columns;
mod error;
mod load;
mod lock;
mod passes;
mod rejections;
mod report;
mod stores;

pub use error::CustodyError;
pub use load::{Keep, Load, Progress, load};
pub use report::{LoadReport, Outcome};
pub use stores::{Places, Recovered, Stores};

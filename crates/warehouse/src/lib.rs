//! Stores pseudonymised tables and answers named or ad-hoc read-only queries about them.
//!
//! ```text
//! append ─► Delta tables (schema stored) ─► views ─┬─► query       an analyst's own SQL, reading only
//!           one commit for one file                ├─► statistic   SQL of queries/statistics, values bound
//!                                                  └─► frame       one row per person, plan checked, for releases
//! ```
//!
//! Nothing of DataFusion or Delta Lake shows in this crate's functions: callers see Arrow batches.

mod append;
mod arguments;
mod codes;
mod context;
mod durable;
mod error;
mod fence;
mod formats;
mod frame;
mod library;
mod locality;
mod rows;
mod session;
mod warehouse;

pub use append::Append;
pub use arguments::Arguments;
pub use error::WarehouseError;
pub use formats::{Page, RowFormat};
pub use frame::CheckedFrame;
pub use library::{Described, Frame, Statistic, ValueKind, View, frames, statistics, views};
pub use rows::Rows;
pub use session::{Limits, Session};
pub use warehouse::{AsOf, Version, Warehouse};

#[cfg(test)]
mod tests;

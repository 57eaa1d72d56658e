//! Stores pseudonymised tables and answers named or ad-hoc read-only queries about them.
//!
//! ```text
//! append ─► Delta tables (schema stored) ─► views ─┬─► query       an analyst's own SQL, reading only
//!           one commit for one file                ├─► statistic   SQL of queries/statistics, values bound
//!                                                  └─► frame       one row per person, plan checked, for releases
//! ```
//!
//! A table is rebuilt in a folder beside it and swapped with it in one step when a person must vanish from every old
//! version, or every pseudonym must get a new value: a table that only grows would keep what it should forget.
//!
//! Nothing of DataFusion or Delta Lake shows in this crate's functions: callers see Arrow batches.

mod append;
mod arguments;
mod codes;
mod context;
mod durable;
mod error;
mod fence;
mod files;
mod formats;
mod frame;
mod library;
mod locality;
mod order;
mod project;
mod rebuild;
mod replace;
mod rows;
mod session;
mod status;
mod stored;
mod swap;
mod transactions;
mod warehouse;
mod writers;

pub use append::Append;
pub use arguments::Arguments;
pub use error::WarehouseError;
pub use files::Held;
pub use formats::{Page, RowFormat};
pub use frame::CheckedFrame;
pub use library::{Described, Frame, Statistic, ValueKind, View, frames, statistics, views};
pub use rebuild::{Failure, Rebuild};
pub use replace::Brought;
pub use rows::Rows;
pub use session::{Limits, Session};
pub use status::TableStatus;
pub use warehouse::{AsOf, Version, Warehouse};

#[cfg(test)]
mod tests;

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
//! Callers see Arrow batches, and nothing of DataFusion or Delta Lake. Two doors are for the crates whose business the
//! engine is: [`Session::into_context`] for a server of a database protocol, [`Session::over`] for a cluster.

mod address;
mod aliases;
mod append;
mod arguments;
mod bucket;
mod codes;
mod comments;
mod commit;
mod compact;
mod context;
mod durable;
mod error;
mod exact;
mod fence;
mod files;
mod formats;
mod frame;
mod information;
mod journey;
mod library;
mod listing;
mod lists;
mod locality;
mod memory;
mod mistaken;
mod named;
mod order;
mod place;
mod places;
mod planner;
mod project;
mod rebuild;
mod replace;
mod roll;
mod rows;
mod rules;
mod session;
mod snapshot;
mod spill;
mod spoken;
mod status;
mod steps;
mod stored;
mod swap;
mod told;
mod transactions;
mod unknown;
mod vacuum;
mod warehouse;
mod writers;

pub use address::BucketAddress;
pub use append::Append;
pub use arguments::Arguments;
pub use bucket::{Bucket, Credentials};
pub use comments::{Comment, comments};
pub use compact::Compacted;
pub use error::{WarehouseError, remedy};
pub use files::Held;
pub use formats::{Page, RowFormat};
pub use frame::CheckedFrame;
pub use library::{Described, Frame, Statistic, ValueKind, View, frames, statistics, views};
pub use listing::table_of_files;
pub use place::Place;
pub use planner::{plan_in_one_part, plan_to_run};
pub use rebuild::{Failure, Rebuild};
pub use replace::Brought;
pub use rows::Rows;
pub use session::{Limits, Session, refuse_changes, refuse_unless_reading};
pub use snapshot::{DataFile, TableSnapshot};
pub use spoken::as_postgresql_means;
pub use status::TableStatus;
pub use vacuum::Vacuumed;
pub use warehouse::{AsOf, Version, Warehouse};

#[cfg(test)]
mod tests;

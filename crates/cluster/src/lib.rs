//! Runs the queries of a warehouse on more than one machine: a Ballista scheduler and its executors.
//!
//! ```text
//! Warehouse::snapshot ─► session ─► plan, made here ─► scheduler ─► executors ─► rows, fetched from the executors
//!  files of every table             names those files               read those files
//! ```
//!
//! The client makes the whole plan: it names every file that the Delta log names, with its length, and lists no folder.
//! A machine that lacks a file says so. If the scheduler made the plan, as Ballista's own client has it, a folder that is
//! missing there would count as empty, and the answer would be wrong without a word. Stock Ballista binaries cannot serve:
//! they lack the functions over lists (55.0), and those over journeys that the views call.
//!
//! Ballista asks nobody who they are, and encrypts nothing. Whoever reaches a scheduler can have it read every file that
//! its executors can read.

mod address;
mod client;
mod engine;
mod error;
mod executor;
mod files;
mod functions;
mod listen;
mod remote;
mod scheduler;
mod watch;
mod work;

pub use address::Scheduler;
pub use client::session;
pub use error::ClusterError;
pub use executor::{ExecutorOptions, serve_executor};
pub use listen::Network;
pub use scheduler::{listen, serve_scheduler};

/// Most bytes of one message between the parts of a cluster. A plan names its files, about 200 bytes each.
const MESSAGE_BYTES: u32 = 64 << 20;

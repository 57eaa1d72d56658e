//! Answers PostgreSQL clients from a warehouse, reading only.
//!
//! ```text
//! socket ─► TLS ─► SCRAM ─► statement ─► on the list? ─► plan ─► changes nothing? ─► rows, watched ─► audit ─► "done"
//!                                        no: refused             no: refused         deadline, cancel, row limit
//! ```
//!
//! It fails closed: what is not on a list is refused, without TLS there is no address but the machine's own, and a
//! statement whose line in the audit log cannot be written gets no end. The handlers of datafusion-postgres are not used,
//! only its catalogue and its parser: they log statements, run what they do not know, and know a superuser.
//!
//! Every connection has an engine of its own over the newest tables, with a memory pool of its own; no object store but
//! the warehouse's is in it.

mod account;
mod answer;
mod asked;
mod binding;
mod bounded;
mod brake;
mod cancel;
mod catalog;
mod comments;
mod conversation;
mod copying;
mod dialect;
mod error;
mod functions;
mod login;
mod measure;
mod nested;
mod once;
mod protocols;
mod reading;
mod refusal;
mod repeated;
mod scram;
mod server;
mod settings;
mod shape;
mod speaker;
mod statements;
mod tls;
pub mod users;
mod visible;
mod wire;

pub use error::GatewayError;
pub use server::{Gateway, GatewayOptions};
pub use tls::TlsFiles;

#[cfg(test)]
mod tests;

//! A gateway over an empty warehouse, asked over a real socket by a client that knows only the protocol.

mod answers;
mod client;
mod ends;
mod logins;
mod refusals;

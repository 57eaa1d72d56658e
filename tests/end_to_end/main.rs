//! The binaries as their users meet them: transcripts, the whole job on simulated and on real exports, the server, and
//! the search for anything that must not have leaked.
//!
//! This target belongs to the package of the command line, because only then does Cargo build the binary before it.

mod browser;
mod budget;
mod cluster;
mod erasures;
mod exports;
mod faults;
mod frames;
mod keys;
mod leaks;
mod panoh;
mod real_file;
mod releases;
mod requests;
mod search;
mod server;
mod storage;
mod transcripts;
mod workbooks;

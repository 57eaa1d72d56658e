//! Exit codes: what a script learns from how a command ended, and which error means which.

use std::fmt;

use panoh_custody::CustodyError;
use panoh_identity::IdentityError;
use panoh_ledger::LedgerError;

/// Documented in `panoh --help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    Ok = 0,
    Internal = 1,
    Usage = 2,
    RefusedInPart = 3,
    RefusedWhole = 4,
    Key = 5,
    Budget = 6,
    Interrupted = 130,
}

/// An error that knows its exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    message: String,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

//! What may be typed after `panoh budget`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Options of `panoh budget`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Budget {
    #[command(subcommand)]
    pub(crate) command: Option<BudgetCommand>,
    /// Print it as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Write it as a page with a picture to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// Commands of `panoh budget`.
#[derive(Debug, Subcommand)]
pub(crate) enum BudgetCommand {
    /// Check the chain of the ledger, and everything that can be worked out again from what is published
    Verify {
        /// Print the findings as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// After a backup was restored, or the head file was lost: count what is missing as spent; shows it first
    Reconcile(Reconcile),
}

/// Options of `panoh budget reconcile`.
#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// Write it down; it cannot be taken back
    #[arg(long)]
    pub(crate) yes: bool,
    /// How many entries the ledger had, if you know it from a record kept elsewhere; it is taken as said
    #[arg(long, value_name = "NUMBER")]
    pub(crate) entries: Option<u64>,
    /// Print what is missing and what is counted for it as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

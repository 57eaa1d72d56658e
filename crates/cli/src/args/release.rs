//! What may be typed after `panoh release`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Commands of `panoh release`.
#[derive(Debug, Subcommand)]
pub(crate) enum Release {
    /// Show what a release would cost and how exact it would be; touches no data, spends nothing
    Plan(PlanOptions),
    /// Charge the budget, draw the noise and publish
    Publish {
        /// Definition: a TOML file, or the name of a shipped one
        definition: String,
        /// Also when the definition is public already: another draw, which costs as much again
        #[arg(long)]
        again: bool,
        /// Print the result as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// List the releases in the ledger, voids included
    List {
        /// Print the list as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one published release
    Show {
        /// Release id
        id: String,
        /// Show the numbers of this table
        #[arg(long, value_name = "TABLE")]
        table: Option<String>,
        /// With --table: count a dimension by a coarser list above its codes
        #[arg(long, value_name = "DIMENSION=LIST", requires = "table")]
        by: Vec<String>,
        /// With --table: add the share that each code of this dimension has among what is known
        #[arg(long, value_name = "DIMENSION", requires = "table")]
        shares: Option<String>,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what changed from one published release to another of its series, with error bars
    Compare {
        /// Id of the earlier release
        before: String,
        /// Id of the later release
        after: String,
        /// Only this table; by default all that both releases have
        #[arg(long)]
        table: Option<String>,
        /// Print the comparison as JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a published release out of public; what it cost stays spent
    Withdraw {
        /// Release id
        id: String,
        /// Why; it is public
        #[arg(long, value_enum, value_name = "REASON")]
        reason: WithdrawReason,
        /// Print the result as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print the public key that this home signs releases with, for those who check signatures
    Signer,
    /// Check that a published folder is whole and that its figures follow from its plan and measurements
    Verify {
        /// Folder of the release
        folder: PathBuf,
        /// Refuse a folder that somebody else signed: the publisher's key, as `panoh release signer` prints it
        #[arg(long, value_name = "KEY")]
        signer: Option<String>,
        /// Print the findings as one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Why a release may be withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum WithdrawReason {
    /// Its definition asked for the wrong thing
    OperatorError,
    /// A better release took its place
    Superseded,
    /// It may not be published
    Legal,
}

/// Options of `panoh release plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanOptions {
    /// Definition: a TOML file, or the name of a shipped one
    pub(crate) definition: String,
    /// Find the rho at which no cell has a wider 95 % interval: plus or minus so many persons, or so many percent of the
    /// definition's smallest count of interest
    #[arg(long, value_name = "PERSONS|PERCENT%", value_parser = target)]
    pub(crate) target: Option<Target>,
    /// The count that the percent of --target are of
    #[arg(long, value_name = "PERSONS", requires = "target", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) of: Option<u32>,
    /// Print the plan as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the plan as a page with a chart of accuracy against epsilon
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// How exact every table shall be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Target {
    /// Half-width in percent of a count.
    Percent(f64),
    /// Half-width in persons.
    Persons(f64),
}

fn target(text: &str) -> Result<Target, String> {
    let (number, kind): (&str, fn(f64) -> Target) = match text.strip_suffix('%') {
        Some(percent) => (percent, Target::Percent),
        None => (text, Target::Persons),
    };
    match number.trim().parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(kind(number)),
        _ => Err("write a number of persons such as 6, or percent such as 10%".into()),
    }
}

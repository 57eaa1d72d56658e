//! What may be typed after `panoh requests` and `panoh token`.

use clap::{Subcommand, ValueEnum};

/// Commands of `panoh requests`.
#[derive(Debug, Subcommand)]
pub(crate) enum Requests {
    /// Let projects ask for tables: write published/catalogue.json, which says what may be asked for
    Open {
        /// Who answers for what is released; stands in citations
        #[arg(long, value_name = "TEXT")]
        author: String,
        /// First year that may be asked for
        #[arg(long, value_name = "YEAR")]
        from: i16,
        /// Last year that may be asked for
        #[arg(long, value_name = "YEAR")]
        to: i16,
        /// Persons without a year may be asked for as well
        #[arg(long)]
        no_year: bool,
        /// SPDX identifier of the licence of what is released
        #[arg(long, value_name = "SPDX", default_value = "CC-BY-4.0")]
        licence: String,
        /// Days within which a request is decided
        #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=365))]
        answered_within: u16,
    },
    /// Take no more requests; those that came stay
    Close,
    /// List the requests that wait for a decision
    List {
        /// Those that were decided as well
        #[arg(long)]
        all: bool,
        /// Print the list as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a request would cost and how exact it would be; touches no data, spends nothing
    Plan {
        /// Request, or the first letters of it
        id: String,
        /// Print request and plan as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Charge the project part of the budget, draw the noise and publish to the project
    Approve {
        /// Request, or the first letters of it
        id: String,
        /// Print the result as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Refuse a request; the reason comes from a fixed list, so that it can say nothing about data
    Refuse {
        /// Request, or the first letters of it
        id: String,
        /// Why; whoever asked is told
        #[arg(long, value_enum, value_name = "REASON")]
        reason: RefuseReason,
    },
}

/// Why a request may be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum RefuseReason {
    /// The budget for projects does not have enough left
    OverBudget,
    /// The tables would be mostly noise
    TooNoisy,
    /// What is published already answers it
    AlreadyPublished,
    /// It is not what the project is for
    OutsideTheProject,
    /// It cannot be told what is wanted, or what for
    NotClear,
}

/// Commands of `panoh token`.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token for a project; it is printed once and kept nowhere
    Add {
        /// Project: a short name of lower-case letters, digits and hyphens
        #[arg(long, value_name = "NAME")]
        project: String,
        /// What it allows
        #[arg(long, value_enum, value_name = "SCOPE", value_delimiter = ',', default_values_t = [Allows::Read, Allows::Request])]
        scope: Vec<Allows>,
        /// Days for which it is good
        #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=1100))]
        days: u16,
    },
    /// List the tokens: names and dates, never the tokens themselves
    List {
        /// Print the list as JSON
        #[arg(long)]
        json: bool,
    },
    /// Let a token be good no longer
    Revoke {
        /// Name of the token, as `panoh token list` shows it
        id: String,
    },
}

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Allows {
    /// To read what was released for the project
    Read,
    /// To ask for tables
    Request,
}

//! What may be typed: commands, options and their help. Validated text only; nothing is opened here.

mod budget;
mod release;
mod requests;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use panoh_cluster::Scheduler;
use panoh_intake::Language;

pub(crate) use self::budget::{Budget, BudgetCommand, Reconcile};
pub(crate) use self::release::{PlanOptions, Release, Target, WithdrawReason};
pub(crate) use self::requests::{Allows, RefuseReason, Requests, Token};
use crate::commands::cluster::Cluster;
use crate::commands::erase::Erase;
use crate::commands::gateway::Gateway;
use crate::commands::keys::Keys;
use crate::commands::persons::Persons;

/// Anonymised trafficking-data analytics: pseudonymise case exports, ask questions in SQL, publish protected tables.
#[derive(Debug, Parser)]
#[command(name = "panoh", version, about, max_term_width = 100)]
#[command(after_help = "Data go to standard output, everything else to standard error.\n\
Exit codes: 0 ok, 1 internal, 2 usage, 3 input refused in part, 4 input refused whole, 5 key or permission, \
6 budget refused, 130 interrupted.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) shared: Shared,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command understands.
#[derive(Debug, Args)]
pub(crate) struct Shared {
    /// Folder with warehouse, identity register, ledger and releases [default: panoh-home; demo: panoh-demo]
    #[arg(long, global = true, env = "PANOH_HOME", hide_env_values = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Use this data dictionary instead of the built-in one
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) dictionary: Option<PathBuf>,
    /// File with the passphrase of an encrypted key, readable by its owner only [default: asked on the terminal]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// What to log to standard error: error, warn, info, debug, trace, or a filter such as panoh_intake=debug
    #[arg(
        long,
        global = true,
        env = "PANOH_LOG",
        hide_env_values = true,
        value_name = "FILTER",
        default_value = "warn"
    )]
    pub(crate) log: String,
}

/// The commands, in the order in which a newcomer meets them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the whole main job on simulated exports: intake, statistics, release, server
    Demo(Demo),
    /// Make a new home and a new key; overwrites nothing
    Init(Init),
    /// Write simulated exports with planted truth, labelled synthetic
    Simulate(Simulate),
    /// Look at an export: its columns, the mapping that fits, or a proposal for one; prints no cell
    Inspect(Inspect),
    /// Load exports into the warehouse by a source mapping
    Intake(Intake),
    /// List the named statistics, or run one
    Stats(Stats),
    /// Ask the warehouse in SQL, reading only: one statement, or a prompt
    Query(Query),
    /// Show tables, columns, code lists and source mappings
    Dictionary(Dictionary),
    /// Look after the warehouse
    #[command(subcommand)]
    Warehouse(Warehouse),
    /// Plan, publish and check protected tables
    #[command(subcommand)]
    Release(Release),
    /// See what projects ask for; plan, approve or refuse it
    #[command(subcommand)]
    Requests(Requests),
    /// Make, list and revoke the tokens of projects
    #[command(subcommand)]
    Token(Token),
    /// Show what each cohort has spent of its privacy budget; check it, bring a restored ledger back
    Budget(Budget),
    /// Serve the published releases over HTTP
    Serve(Serve),
    /// Answer PostgreSQL clients from the warehouse, reading only
    Gateway(Gateway),
    /// Show which persons were found to be one, and take such a finding back
    #[command(subcommand)]
    Persons(Persons),
    /// Delete a person from every table, log and list; published releases stay
    Erase(Erase),
    /// Look after the key: check, protect, back up, restore, rotate
    #[command(subcommand)]
    Keys(Keys),
    /// Let several machines answer questions
    #[command(subcommand)]
    Cluster(Cluster),
    /// Read the workbook on standard input; started by Panoh itself, so that a hostile workbook harms nobody
    #[command(hide = true)]
    ReadSheets {
        /// Most memory, in bytes
        memory: u64,
        /// Most processor time, in seconds
        seconds: u64,
    },
}

/// How rows come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns for people
    Table,
    /// Comma-separated values with a header
    Csv,
    /// One JSON array of objects
    Json,
    /// Apache Parquet
    Parquet,
}

/// Options of `panoh demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// End after the release instead of serving it
    #[arg(long)]
    pub(crate) no_serve: bool,
    /// Simulated persons
    #[arg(long, value_name = "N", default_value_t = 1200, value_parser = clap::value_parser!(u32).range(50..=1_000_000))]
    pub(crate) persons: u32,
    /// Seed of the simulation; equal seeds give equal exports
    #[arg(long, value_name = "N", default_value_t = 2026)]
    pub(crate) seed: u64,
    /// Address of the server
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
}

/// Options of `panoh init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Where the new key goes [default: HOME.key, beside the home folder]
    #[arg(long, value_name = "PATH")]
    pub(crate) key: Option<PathBuf>,
    /// Bucket for the tables, s3://BUCKET/PREFIX; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
    /// [default: a folder in the home]
    #[arg(long, value_name = "URL")]
    pub(crate) warehouse: Option<String>,
    /// Server of the bucket, when it is not Amazon's
    #[arg(long, value_name = "URL", requires = "warehouse")]
    pub(crate) endpoint: Option<String>,
    /// Region of the bucket
    #[arg(long, value_name = "NAME", requires = "warehouse")]
    pub(crate) region: Option<String>,
    /// Let everybody on the way to the server read along: for an endpoint over http in a network that is trusted
    #[arg(long, requires = "endpoint")]
    pub(crate) allow_http: bool,
}

/// Options of `panoh simulate`.
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// New or empty folder for the exports
    pub(crate) folder: PathBuf,
    /// Simulated persons
    #[arg(long, value_name = "N", default_value_t = 1200, value_parser = clap::value_parser!(u32).range(50..=5_000_000))]
    pub(crate) persons: u32,
    /// Seed of the simulation; equal seeds give equal exports
    #[arg(long, value_name = "N", default_value_t = 2026)]
    pub(crate) seed: u64,
}

/// Options of `panoh inspect`.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Export: CSV, XLSX, XLS, ODS, Parquet or JSON Lines, also inside gzip or zip
    pub(crate) file: PathBuf,
    /// Row that holds the column names [default: the one with the most known names among the first 15]
    #[arg(long, value_name = "ROW", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) header_row: Option<u32>,
    /// Sheet of a workbook [default: the only visible one, or one that a shipped mapping knows]
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// Table that a mapping is proposed for [default: the one that the names fit best]
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Option<String>,
    /// Encoding of a text file, for example windows-1251, koi8-t, cp866 [default: told from the bytes]
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Write the proposed mapping to this new file
    #[arg(long, value_name = "PATH.toml")]
    pub(crate) mapping: Option<PathBuf>,
    /// Print what was found as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `panoh intake`.
#[derive(Debug, Args)]
pub(crate) struct Intake {
    /// Exports: CSV, XLSX, XLS, ODS, Parquet or JSON Lines, also inside gzip or zip
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Source mapping: a name (`panoh dictionary` lists them) or a TOML file
    #[arg(long, value_name = "NAME|PATH.toml")]
    pub(crate) source: String,
    /// Check everything, load nothing; only the list of refusals is kept
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print the report as one JSON object per file
    #[arg(long)]
    pub(crate) json: bool,
    /// Encoding of text files, for example windows-1251, koi8-t, cp866 [default: as the mapping says, or told from the bytes]
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Language of the report
    #[arg(long, value_name = "en|ru|tg", default_value = "en", value_parser = language)]
    pub(crate) lang: Language,
    /// Write the report as an HTML page to this file
    #[arg(long, value_name = "PATH.html")]
    pub(crate) html: Option<PathBuf>,
    /// Make a home and a key first, when there are none yet
    #[arg(long)]
    pub(crate) init: bool,
}

/// Options of `panoh stats`.
#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// Statistic; without it the statistics are listed
    pub(crate) name: Option<String>,
    /// First year: of registration, or of what the statistic counts
    #[arg(long, value_name = "YEAR")]
    pub(crate) from: Option<i16>,
    /// Last year of it
    #[arg(long, value_name = "YEAR")]
    pub(crate) to: Option<i16>,
    /// Only persons with this code, for example gender=woman; may be repeated
    #[arg(long = "where", value_name = "DIMENSION=CODE", value_parser = dimension_and_code)]
    pub(crate) filters: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) rows: RowOptions,
}

/// Options of `panoh query`.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// One SELECT statement over the views (`panoh dictionary` lists them) [default: asked at a prompt, or read from
    /// standard input]
    #[arg(conflicts_with = "file")]
    pub(crate) sql: Option<String>,
    /// Read the statement from a file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) rows: RowOptions,
}

/// Options of every command that prints rows.
#[derive(Debug, Args)]
pub(crate) struct RowOptions {
    /// How rows come out
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// What is asked, and who answers.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Asked {
    /// Ask the cases as they were at this version (`panoh warehouse versions` lists them)
    #[arg(long, value_name = "VERSION")]
    pub(crate) at: Option<u64>,
    /// Let a cluster answer (`panoh cluster --help`); the home must lie at the same place on all its machines
    #[arg(long, value_name = "df://HOST:PORT")]
    pub(crate) cluster: Option<Scheduler>,
}

/// Options of `panoh dictionary`.
#[derive(Debug, Args)]
pub(crate) struct Dictionary {
    /// A table, code list or source mapping; without it all are listed
    pub(crate) name: Option<String>,
}

/// Commands of `panoh warehouse`.
#[derive(Debug, Subcommand)]
pub(crate) enum Warehouse {
    /// Show the rows, the files and the size of every table
    Status {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// List the versions of the cases, newest first
    Versions {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Take many small files together, in the order in which questions narrow them; no answer changes
    Compact {
        /// Tables [default: all]
        #[arg(value_name = "TABLE")]
        tables: Vec<String>,
        /// Print what was done as JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove old versions, and files that loads left behind which were cut off
    Vacuum {
        /// Tables [default: all]
        #[arg(value_name = "TABLE")]
        tables: Vec<String>,
        /// Keep what was the newest version so many days ago, and everything since
        #[arg(long, value_name = "DAYS", default_value_t = 7)]
        days: u16,
        /// Print what was done as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Options of `panoh serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
}

fn dimension_and_code(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((dimension, code)) if !dimension.is_empty() && !code.is_empty() => Ok((dimension.into(), code.into())),
        _ => Err("write DIMENSION=CODE, for example gender=woman".into()),
    }
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_code(text).ok_or_else(|| "write en, ru or tg".into())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}

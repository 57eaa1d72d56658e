//! What can go wrong in the warehouse. Messages name the place, the rule and the remedy, and never a stored value.

use std::path::PathBuf;

use datafusion::error::DataFusionError;
use deltalake::DeltaTableError;

/// An error of the warehouse.
#[derive(Debug, thiserror::Error)]
pub enum WarehouseError {
    /// No table stands where one was expected.
    #[error("no table {table} at {path}; make the home folder first, or check its path")]
    Absent {
        /// Name of the table.
        table: String,
        /// Where it was looked for.
        path: String,
    },
    /// A new warehouse would overwrite an old one.
    #[error("a table {table} already stands at {path}; nothing was changed")]
    Exists {
        /// Name of the table.
        table: String,
        /// Where it stands.
        path: String,
    },
    /// The stored table and the dictionary disagree.
    #[error(
        "table {table}, column {column}: stored is {stored}, the dictionary says {wanted}; open the warehouse with the \
         dictionary it was made with"
    )]
    SchemaDiffers {
        /// Name of the table.
        table: String,
        /// Name of the column.
        column: String,
        /// What is stored: a type, or "nothing".
        stored: String,
        /// What the dictionary asks for: a type, or "nothing".
        wanted: String,
    },
    /// The dictionary has no such table.
    #[error("the dictionary has no table {0}; it has {1}")]
    UnknownTable(String, String),
    /// This file was loaded before, or another load of it won.
    #[error("this file is already in table {table}; nothing was changed")]
    AlreadyLoaded {
        /// Name of the table.
        table: String,
    },
    /// A batch does not have the columns of its table.
    #[error("a batch for table {table} does not fit: {reason}")]
    BatchDiffers {
        /// Name of the table.
        table: String,
        /// Which column differs, and how.
        reason: String,
    },
    /// The statement would change something, or reach outside the warehouse.
    #[error("{statement} is refused; SELECT, EXPLAIN, DESCRIBE and SHOW are answered, one at a time")]
    NotReadOnly {
        /// The kind of statement, or the words that could not be read as one.
        statement: String,
    },
    /// The statement is one that the engine would answer wrongly.
    #[error("{place} is refused: {rule}; {remedy}")]
    Mistaken {
        /// The words of SQL.
        place: String,
        /// What would go wrong.
        rule: &'static str,
        /// What to write instead.
        remedy: &'static str,
    },
    /// The answer could not be written, or not in the format asked for.
    #[error("the answer could not be written")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The SQL cannot be planned.
    #[error("the SQL cannot be planned{}", remedy(.0).map(|words| format!(": {words}")).unwrap_or_default())]
    Plan(#[source] Box<DataFusionError>),
    /// The query was planned but could not be answered.
    #[error("the query could not be answered{}", remedy(.0).map(|words| format!(": {words}")).unwrap_or_default())]
    Run(#[source] Box<DataFusionError>),
    /// A condition names a dimension that the statistic does not have.
    #[error("statistic {statistic} has no dimension {dimension}; it has {known}")]
    UnknownDimension {
        /// Name of the statistic.
        statistic: String,
        /// What was asked for.
        dimension: String,
        /// The dimensions it has.
        known: String,
    },
    /// A condition names a code that is not in the dimension's list.
    #[error("dimension {dimension} has no code {code}; {remedy}")]
    UnknownCode {
        /// Name of the dimension.
        dimension: String,
        /// What was asked for.
        code: String,
        /// What would be right.
        remedy: String,
    },
    /// A dimension is given more than once.
    #[error("dimension {0} is given twice; give it once")]
    Twice(String),
    /// The years are the wrong way round, or the statistic has none.
    #[error("statistic {statistic}: {reason}")]
    Years {
        /// Name of the statistic.
        statistic: String,
        /// What is wrong.
        reason: String,
    },
    /// A row of the frame could depend on more than one person.
    #[error("the frame is not person-local: {node}, at `{place}`: {reason}; {remedy}")]
    NotPersonLocal {
        /// The plan node or expression.
        node: String,
        /// The node of the plan as it is written there.
        place: String,
        /// Which rule it breaks.
        reason: String,
        /// What to write instead.
        remedy: String,
    },
    /// The frame does not give the columns that a release needs.
    #[error("the frame's column {column}: {reason}")]
    FrameColumns {
        /// Name of the column.
        column: String,
        /// What is wrong.
        reason: String,
    },
    /// A file under queries/ does not keep the rules of its header.
    #[error("queries/{file}, line {line}: {problem}")]
    QueryFile {
        /// Path below queries/.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A path or a URL that cannot be a warehouse.
    #[error("{path} cannot hold a warehouse: {reason}")]
    Path {
        /// The path, or the URL.
        path: String,
        /// Why not.
        reason: String,
    },
    /// The bucket is not there.
    #[error(
        "{url}: the server has no such bucket; make it first, or check url and endpoint of [warehouse] in panoh.toml"
    )]
    NoBucket {
        /// The URL.
        url: String,
    },
    /// The credentials are wrong, or may not do what is needed.
    #[error(
        "{url}: the server refuses these credentials; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, \
         that they may list, read, write and delete there, and this machine's clock"
    )]
    BucketRefused {
        /// The URL.
        url: String,
    },
    /// The bucket did not answer, or not as it should.
    #[error("{url}: the bucket cannot be used; check that the server of the endpoint runs and can be reached")]
    Bucket {
        /// The URL.
        url: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A table is being put into the place of another in a bucket, or that was cut off.
    #[error(
        "{place}: table {table} is being built anew, or that was cut off; wait, or finish it: panoh keys rotate for a \
         rotation, panoh persons log or any load for an erasure"
    )]
    Unfinished {
        /// Where the tables lie.
        place: String,
        /// Name of the table.
        table: String,
    },
    /// The version is not there any more: an erasure, a rotation of keys or a vacuum ended it.
    #[error(
        "table {table} has no version {version} any more: all before {oldest} were ended, as an erasure, a rotation of \
         keys and `panoh warehouse vacuum` do; ask for {oldest} or a later one"
    )]
    VersionGone {
        /// Name of the table.
        table: String,
        /// The version asked for.
        version: u64,
        /// The oldest version that can be read.
        oldest: u64,
    },
    /// The version is not there yet.
    #[error("table {table} has no version {version}: {newest} is the newest; `panoh warehouse versions` lists them")]
    VersionMissing {
        /// Name of the table.
        table: String,
        /// The version asked for.
        version: u64,
        /// The newest version.
        newest: u64,
    },
    /// What is asked about an earlier version of the cases reads another table too.
    #[error(
        "version {version} of the cases was asked for, and this question reads table {table} too: it would be answered \
         from what that table holds today. Ask without the version (--at), or about cases only"
    )]
    VersionOfCases {
        /// The version asked for.
        version: u64,
        /// The other table.
        table: String,
    },
    /// Pseudonyms of different tables do not fit together.
    #[error(
        "tables {one} and {other} are on different keys, because a rotation of keys was cut off; finish it with \
         `panoh keys rotate`"
    )]
    MixedKeys {
        /// One table.
        one: String,
        /// A table on another key.
        other: String,
    },
    /// The file system cannot swap two folders in one step.
    #[error(
        "{path}: this file system cannot swap two folders in one step, which erasing and rotating need; nothing was \
         changed. Move the home folder to another one, such as ext4, xfs, btrfs or apfs"
    )]
    NoSwap {
        /// Where it was tried.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// Files of a table could not be read, written or removed.
    #[error("table {table}: its files could not be read or rewritten")]
    Files {
        /// Name of the table.
        table: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file could not be written to disk for good.
    #[error("cannot make {path} durable")]
    Sync {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The table format refused or failed.
    #[error("table {table}: the table store failed")]
    Store {
        /// Name of the table.
        table: String,
        /// Why.
        #[source]
        source: Box<DeltaTableError>,
    },
}

/// An error of the table store about one table.
pub(crate) fn store(table: &str) -> impl Fn(DeltaTableError) -> WarehouseError + '_ {
    move |source| WarehouseError::Store { table: table.to_owned(), source: Box::new(source) }
}

/// An error while SQL is turned into a plan.
pub(crate) fn plan(source: DataFusionError) -> WarehouseError {
    WarehouseError::Plan(Box::new(source))
}

/// An error of writing an answer.
pub(crate) fn write(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> WarehouseError {
    WarehouseError::Write(error.into())
}

/// What to write instead of what the engine cannot do, where its own words are about its insides.
pub fn remedy(failed: &DataFusionError) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        (
            "Correlated scalar subquery must be aggregated",
            "write the subquery as a join, or put max(…) around its column",
        ),
        ("Physical plan does not support logical expression", "move the subquery into WHERE, or write it as a join"),
        ("declared as non-nullable but contains null values", "put max(…) around the column of the subquery"),
        ("Assertion failed", "the engine cannot plan this; write it as a join, or in two steps"),
    ];
    let text = failed.to_string();
    WORDS.iter().find(|(said, _)| text.contains(said)).map(|(_, remedy)| *remedy)
}

impl WarehouseError {
    /// Whether a query failed for what it asks: a division by nought, a text that is no number.
    pub fn is_of_question(&self) -> bool {
        use datafusion::arrow::error::ArrowError::{
            ArithmeticOverflow, CastError, ComputeError, DivideByZero, InvalidArgumentError, ParseError,
        };
        let Self::Run(cause) = self else { return matches!(self, Self::Plan(_)) };
        match cause.find_root() {
            DataFusionError::ArrowError(cause, _) => matches!(
                **cause,
                ArithmeticOverflow(_)
                    | CastError(_)
                    | ComputeError(_)
                    | DivideByZero
                    | InvalidArgumentError(_)
                    | ParseError(_)
            ),
            DataFusionError::Execution(_) | DataFusionError::NotImplemented(_) | DataFusionError::Plan(_) => true,
            _ => false,
        }
    }
}

/// An error while a plan runs.
pub(crate) fn run(source: DataFusionError) -> WarehouseError {
    WarehouseError::Run(Box::new(source))
}

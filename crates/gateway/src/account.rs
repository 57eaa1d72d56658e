//! The audit log: one line of JSON for each statement, in one file for each user and month below the home's `audit/`.
//!
//! No line, no answer: the file is opened before anything is planned, and the line is written before the client is told
//! that its statement is done. A statement that reads the warehouse has a line before its first row too, so that what was
//! read is known even if the gateway is killed before the end. A line holds no value of the data and none that a statement
//! named ([`crate::shape`]).

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use pgwire::error::{PgWireError, PgWireResult};
use serde::Serialize;
use tokio::time::Instant;

use crate::GatewayError;
use crate::catalog::{STORED, VIEWS};
use crate::reading::Read;
use crate::refusal::{CANCELLED, IO, ROW_LIMIT, error, state_of};

/// How a statement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It has not ended: rows of the warehouse may be sent from now on. Its other line says how it ended.
    Begun,
    Ok,
    /// It is none that the gateway answers.
    Refused,
    /// The client asked for its end.
    Cancelled,
    /// It took too long.
    Deadline,
    /// It had too many rows.
    RowLimit,
    /// It could not be planned or answered.
    Failed,
    /// The client left, or closed its portal, before the last row.
    Abandoned,
}

/// One line.
#[derive(Debug, Serialize)]
struct Line {
    time: String,
    user: String,
    client: String,
    kind: String,
    statement: String,
    tables: Vec<String>,
    columns: Vec<String>,
    rows: u64,
    milliseconds: u64,
    outcome: Outcome,
}

/// The account of one statement. When it is dropped unsettled, the line says that the statement was abandoned.
#[derive(Debug)]
pub(crate) struct Account {
    /// None once the line is written.
    file: Option<File>,
    line: Line,
    begun: Instant,
}

/// Makes the folder, readable by its owner only.
pub(crate) fn prepare(folder: &Path) -> Result<(), GatewayError> {
    let failed = |source| GatewayError::Audit { path: folder.to_owned(), source };
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed(error)),
        _ => fs::metadata(folder).map_err(failed).map(|_| ()),
    }
}

impl Account {
    /// Opens the account of a statement that `user` sends now.
    pub(crate) fn open(folder: &Path, time: String, user: &str, client: &str) -> PgWireResult<Self> {
        let month = time.get(..7).unwrap_or("undated");
        let path = folder.join(format!("gateway-{user}-{month}.jsonl"));
        let file = File::options().append(true).create(true).mode(0o600).open(&path).map_err(|e| unwritten(&e))?;
        let line = Line {
            time,
            user: user.to_owned(),
            client: plain(client),
            kind: String::new(),
            statement: String::new(),
            tables: vec![],
            columns: vec![],
            rows: 0,
            milliseconds: 0,
            outcome: Outcome::Abandoned,
        };
        Ok(Self { file: Some(file), line, begun: Instant::now() })
    }

    /// Notes what was asked.
    pub(crate) fn asked(&mut self, kind: String, statement: String) {
        (self.line.kind, self.line.statement) = (kind, statement);
    }

    /// Notes what it reads.
    pub(crate) fn reads(&mut self, read: Read) {
        self.line.tables = read.tables.into_iter().collect();
        self.line.columns = read.columns.into_iter().collect();
    }

    /// Notes one more row; how many there are now.
    pub(crate) fn row(&mut self) -> u64 {
        self.line.rows += 1;
        self.line.rows
    }

    /// Writes a first line when tables or views of the warehouse are read; the catalogue holds nothing about people.
    pub(crate) fn begins(&mut self) -> PgWireResult<()> {
        let of_warehouse =
            |table: &String| table.split_once('.').is_some_and(|(schema, _)| [VIEWS, STORED].contains(&schema));
        if !self.line.tables.iter().any(of_warehouse) {
            return Ok(());
        }
        let text = self.text(Outcome::Begun)?;
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(&text)).map_err(|e| unwritten(&e))
    }

    /// Writes the line.
    pub(crate) fn settle(&mut self, outcome: Outcome) -> PgWireResult<()> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        let text = self.text(outcome)?;
        file.write_all(&text).map_err(|e| unwritten(&e))
    }

    fn text(&mut self, outcome: Outcome) -> PgWireResult<Vec<u8>> {
        self.line.outcome = outcome;
        self.line.milliseconds = self.begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        let mut text = serde_json::to_vec(&self.line).map_err(|e| unwritten(&e.into()))?;
        text.push(b'\n');
        Ok(text)
    }

    /// Drops the account of a statement that was only prepared: its line is written when it runs.
    pub(crate) fn forget(mut self) {
        self.file = None;
    }

    /// Writes the line of a statement that ended in an error, and hands the error on.
    pub(crate) fn fail(&mut self, failed: PgWireError) -> PgWireError {
        match self.settle(Outcome::of(&failed)) {
            Ok(()) => failed,
            Err(worse) => worse,
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if let Err(error) = self.settle(Outcome::Abandoned) {
            tracing::error!(%error, "a line of the audit log is lost");
        }
    }
}

impl Outcome {
    fn of(failed: &PgWireError) -> Self {
        match state_of(failed) {
            // Both have the same SQLSTATE; what the client asked for itself comes as pgwire's own error.
            _ if matches!(failed, PgWireError::QueryCanceled) => Self::Cancelled,
            CANCELLED => Self::Deadline,
            ROW_LIMIT => Self::RowLimit,
            "25006" | "42501" | "0A000" | "25P02" => Self::Refused,
            _ => Self::Failed,
        }
    }
}

fn unwritten(cause: &std::io::Error) -> PgWireError {
    tracing::error!(%cause, "the audit log cannot be written");
    error(IO, "the audit log cannot be written, so nothing is answered", "tell whoever looks after the gateway")
}

/// A client's name for itself could hold anything: words without digits are kept.
fn plain(client: &str) -> String {
    let is_plain = |word: &&str| word.chars().all(|c| c.is_ascii_alphabetic() || "._-".contains(c));
    let words: Vec<_> = client.split_whitespace().filter(is_plain).collect();
    words.join(" ").chars().take(40).collect()
}

//! One named statistic, asked of Panoh or of a peer, and what the answer comes to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray};
use arrow::compute::{cast, sum};
use arrow::datatypes::{DataType, Int64Type};
use panoh_warehouse::{Arguments, AsOf, Session, Statistic};
use tokio::runtime::Runtime;

use crate::{Conversation, Home, Peer, cores, timed};

/// What a statistic counts: the first of these columns that it has. `peers/statistics_peer.py` has the same list.
const COUNTED: [&str; 7] = ["persons", "contacts", "trainings", "campaigns", "identified", "number", "referrals"];

/// What one engine says about one statistic.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// From the question to the last row in memory.
    pub seconds: f64,
    /// Rows of the answer.
    pub rows: u64,
    /// Sum of what the statistic counts.
    pub counted: i64,
}

impl Answer {
    /// Whether two engines say the same.
    pub fn agrees(&self, other: &Self) -> bool {
        (self.rows, self.counted) == (other.rows, other.counted)
    }
}

/// Asks Panoh.
pub fn ask(runtime: &Runtime, session: &Session, statistic: &Statistic) -> Result<Answer> {
    let everything = Arguments::default();
    let (batches, time) =
        timed(|| runtime.block_on(async { Ok(session.statistic(statistic, &everything).await?.collect().await?) }))?;
    let mut counted = 0;
    for batch in &batches {
        let column = COUNTED.iter().find_map(|name| batch.column_by_name(name));
        counted += total(column.with_context(|| format!("{} counts nothing", statistic.name))?)?;
    }
    let rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
    Ok(Answer { seconds: time.as_secs_f64(), rows, counted })
}

fn total(column: &dyn Array) -> Result<i64> {
    let counts = cast(column, &DataType::Int64)?;
    Ok(sum(counts.as_primitive::<Int64Type>()).unwrap_or_default())
}

/// A peer that answers named statistics.
#[derive(Debug)]
pub struct Engine {
    /// Its package, which is what it is called.
    pub name: String,
    conversation: Conversation,
}

impl Engine {
    /// Starts `peers/NAME_statistics.py` over the files of a list that [`write_files`] wrote; none when no interpreter has
    /// its package.
    pub fn start(name: &str, files: &Path) -> Result<Option<Self>> {
        let Some(peer) = Peer::having(name) else { return Ok(None) };
        let threads = cores().to_string();
        let conversation = peer.start(&format!("{name}_statistics.py"), &[files, Path::new(&threads)])?;
        Ok(Some(Self { name: name.to_owned(), conversation }))
    }

    /// Asks the peer.
    pub fn ask(&mut self, statistic: &Statistic) -> Result<Answer> {
        let line = self.conversation.ask(&statistic.name)?;
        read(&line, &statistic.name).with_context(|| format!("{} answered {line:?}", self.name))
    }
}

/// Reads `name seconds rows counted`.
fn read(line: &str, name: &str) -> Option<Answer> {
    let mut words = line.split_whitespace();
    words.next().filter(|word| *word == name)?;
    let seconds = words.next()?.parse().ok()?;
    let (rows, counted) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Answer { seconds, rows, counted })
}

/// Writes a list of the Parquet files of each table, as the newest version has them: a folder may hold others.
pub async fn write_files(home: &Home, path: &Path) -> Result<()> {
    let mut tables = BTreeMap::new();
    for table in home.warehouse().await?.snapshot(AsOf::Newest).await? {
        let local = table.files.iter().map(|file| file.url.to_file_path().ok());
        let paths: Option<Vec<PathBuf>> = local.collect();
        tables.insert(table.table, paths.context("the files are on this machine")?);
    }
    Ok(std::fs::write(path, serde_json::to_vec(&tables)?)?)
}

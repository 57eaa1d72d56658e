//! `panoh query`: read-only SQL over the views: one statement from the command line, a file or standard input, or a prompt
//! that asks for one after the other.

mod completion;
mod prompt;
mod screen;
mod typed;

use std::io::{IsTerminal, Read};

use anyhow::Result;

use crate::args::Query;
use crate::commands::stats::{print_rows, session};
use crate::failure::{Code, Failure};
use crate::world::World;

/// The byte order mark.
const MARK: char = '\u{feff}';

pub(crate) async fn run(options: &Query, world: &World) -> Result<Code> {
    let sql = match (&options.sql, &options.file) {
        (Some(sql), _) => sql.clone(),
        (None, Some(path)) => {
            let failed = |e| Failure::new(Code::Usage, format!("cannot read the query in {}: {e}", path.display()));
            without_mark(std::fs::read_to_string(path).map_err(failed)?)
        }
        (None, None) if asks(options) => return prompt::run(options, world).await,
        (None, None) => piped()?,
    };
    let session = session(world, &options.rows.asked).await?;
    print_rows(session.query(&sql).await?, options.rows.format).await
}

/// Whether the command asks for statements at a prompt. It listens for Ctrl-C itself then.
pub(crate) fn asks(options: &Query) -> bool {
    options.sql.is_none() && options.file.is_none() && std::io::stdin().is_terminal()
}

/// The statement that another program hands over.
fn piped() -> Result<String> {
    let mut sql = String::new();
    let read = std::io::stdin().lock().read_to_string(&mut sql);
    read.map_err(|e| Failure::new(Code::Usage, format!("cannot read the query on standard input: {e}")))?;
    if sql.trim().is_empty() {
        let message = "there is no statement: give one as an argument, with --file, on standard input, or start panoh \
                       query on a terminal";
        return Err(Failure::new(Code::Usage, message).into());
    }
    Ok(without_mark(sql))
}

/// Editors on Windows begin a file of UTF-8 with a mark that no statement begins with.
fn without_mark(mut sql: String) -> String {
    if sql.starts_with(MARK) {
        sql.remove(0);
    }
    sql
}

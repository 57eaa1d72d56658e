//! `panoh query`: one read-only SQL statement over the views.

use anyhow::{Context, Result};

use crate::args::Query;
use crate::commands::stats::{print_rows, session};
use crate::failure::Code;
use crate::world::World;

pub(crate) async fn run(options: &Query, world: &World) -> Result<Code> {
    let sql = match (&options.sql, &options.file) {
        (Some(sql), _) => sql.clone(),
        (None, Some(path)) => {
            std::fs::read_to_string(path).with_context(|| format!("cannot read the query in {}", path.display()))?
        }
        // The parser lets neither through only when one of the two is given.
        (None, None) => unreachable!("clap requires a statement or a file"),
    };
    let session = session(world, options.rows.at).await?;
    print_rows(session.query(&sql).await?, options.rows.format).await
}

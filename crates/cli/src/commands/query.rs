//! `panoh query`: one read-only SQL statement over the views.

use anyhow::Result;

use crate::args::Query;
use crate::commands::stats::{print_rows, session};
use crate::failure::{Code, Failure};
use crate::world::World;

pub(crate) async fn run(options: &Query, world: &World) -> Result<Code> {
    let sql = match (&options.sql, &options.file) {
        (Some(sql), _) => sql.clone(),
        (None, Some(path)) => {
            let failed = |e| Failure::new(Code::Usage, format!("cannot read the query in {}: {e}", path.display()));
            std::fs::read_to_string(path).map_err(failed)?
        }
        // The parser lets neither through only when one of the two is given.
        (None, None) => unreachable!("clap requires a statement or a file"),
    };
    let session = session(world, options.rows.at).await?;
    print_rows(session.query(&sql).await?, options.rows.format).await
}

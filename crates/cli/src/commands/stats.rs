//! `panoh stats`: the named statistics of `queries/statistics`, exact, for the analyst on the trusted host.

use std::io::{BufWriter, Write};

use anyhow::Result;
use panoh_warehouse::{Arguments, AsOf, Limits, RowFormat, Rows, Session, Statistic, Warehouse, statistics};

use crate::args::{Asked, Format, Stats};
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::output::{note, say, table};
use crate::world::{World, note_unfinished, warehouse_of};

/// A screen is for reading: more rows than this are asked for in another format.
pub(crate) const SCREEN_ROWS: usize = 1000;

pub(crate) async fn run(options: &Stats, world: &World) -> Result<Code> {
    let all = statistics()?;
    let Some(name) = &options.name else {
        refuse_options(options)?;
        return list(&all);
    };
    let statistic = find(&all, name)?;
    let arguments = Arguments { from: options.from, to: options.to, filters: options.filters.clone() };
    let session = session(world, &options.rows.asked).await?;
    let rows = session.statistic(statistic, &arguments).await?;
    if options.rows.format == Format::Table {
        note(format!("{} ({})", statistic.title, statistic.unit));
    }
    if print_counted(rows, options.rows.format).await? == Some(0) {
        note("No rows: nothing that was loaded answers this, or the filters leave nothing.");
    }
    Ok(Code::Ok)
}

/// Options narrow a statistic; without one they would be passed over.
fn refuse_options(options: &Stats) -> Result<()> {
    let Asked { at, cluster } = &options.rows.asked;
    let narrows = options.from.is_some() || options.to.is_some() || !options.filters.is_empty();
    if narrows || options.rows.format != Format::Table || at.is_some() || cluster.is_some() {
        let message =
            "options are given and no statistic: write panoh stats NAME; without anything, panoh stats lists them";
        return Err(Failure::new(Code::Usage, message).into());
    }
    Ok(())
}

/// The statistic of that name; the error lists what there is.
pub(crate) fn find<'a>(all: &'a [Statistic], name: &str) -> Result<&'a Statistic> {
    all.iter().find(|s| s.name == name).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|s| s.name.as_str()).collect();
        let message = format!("there is no statistic {name:?}; there are {}", names.join(", "));
        Failure::new(Code::Usage, message).into()
    })
}

pub(crate) fn list(all: &[Statistic]) -> Result<Code> {
    let rows: Vec<Vec<String>> = all.iter().map(|s| vec![s.name.clone(), s.question.clone()]).collect();
    say(table(&["statistic", "question"], &rows))?;
    note("`panoh dictionary NAME` says how a statistic counts and what --where may narrow it by.");
    Ok(Code::Ok)
}

/// A read-only session over the warehouse of the home, now or at a version of the cases, on this machine or on a cluster.
pub(crate) async fn session(world: &World, asked: &Asked) -> Result<Session> {
    let home = world.open_home()?;
    note_unfinished(&home)?;
    let dictionary = world.dictionary()?;
    if asked.cluster.is_some() && home.tables().is_some() {
        let message = "the tables of this home lie in a bucket, and a cluster reads tables of a folder only, which every \
                       machine sees at the same path; ask without --cluster";
        return Err(Failure::new(Code::Usage, message).into());
    }
    let warehouse = Warehouse::open(warehouse_of(&home)?, &dictionary).await?;
    let at = asked.at.map_or(AsOf::Newest, AsOf::Version);
    match &asked.cluster {
        Some(scheduler) => Ok(panoh_cluster::session(&warehouse, &dictionary, at, scheduler).await?),
        None => Ok(warehouse.session(at, &limits(&home, world)).await?),
    }
}

/// What one query may use of this machine.
pub(crate) fn limits(home: &Home, world: &World) -> Limits {
    Limits { memory_bytes: world.query_memory, partitions: world.threads, spill: Some(home.spill()) }
}

/// Prints rows in the format asked for.
pub(crate) async fn print_rows(rows: Rows, format: Format) -> Result<Code> {
    print_counted(rows, format).await.map(|_| Code::Ok)
}

/// The same; how many rows there were, none when the reader of the output went away before the end.
async fn print_counted(rows: Rows, format: Format) -> Result<Option<u64>> {
    let format = match format {
        Format::Table => {
            let page = rows.page(SCREEN_ROWS).await?;
            let header: Vec<&str> = page.header.iter().map(String::as_str).collect();
            say(table(&header, &page.rows))?;
            if page.more {
                note(format!("(only the first {SCREEN_ROWS} rows; --format csv, json or parquet gives all)"));
            }
            return Ok(Some(page.rows.len() as u64));
        }
        Format::Csv => RowFormat::Csv,
        Format::Json => RowFormat::Json,
        Format::Parquet => RowFormat::Parquet,
    };
    let mut out = BufWriter::with_capacity(1 << 16, Watched { out: std::io::stdout(), closed: false });
    let written = rows.write(format, &mut out).await.map_err(anyhow::Error::from).and_then(|rows| {
        out.flush()?;
        Ok(rows)
    });
    // `head` has seen enough: not a failure of ours.
    if out.get_ref().closed { Ok(None) } else { written.map(Some) }
}

/// Standard output that remembers whether its reader went away; some writers lose that on the way up.
struct Watched {
    out: std::io::Stdout,
    closed: bool,
}

impl Watched {
    fn watch<T>(&mut self, done: std::io::Result<T>) -> std::io::Result<T> {
        self.closed |= done.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe);
        done
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let done = self.out.write(bytes);
        self.watch(done)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let done = self.out.flush();
        self.watch(done)
    }
}

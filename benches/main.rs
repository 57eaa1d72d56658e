//! The benches, one program: `cargo bench -p panoh-benches -- NAME OPTIONS`. Each answers the question at the top of its
//! file, which names its options too.

mod accuracy;
mod files;
mod intake;
mod linkage;
mod release;
mod server;
mod statistics;
mod web;

use anyhow::{Result, bail};
use panoh_benches::arguments;

/// A name, what it asks, and what runs it.
type Bench = (&'static str, &'static str, fn(&[String]) -> Result<()>);

const BENCHES: [Bench; 8] = [
    ("intake", "how fast an export becomes a table, and in how much memory", intake::run),
    ("linkage", "how many records of one person are brought together", linkage::run),
    ("statistics", "how fast the named statistics answer", statistics::run),
    ("files", "whether small files after many loads slow the answers", files::run),
    ("accuracy", "how near released tables are to the truth", accuracy::run),
    ("release", "how exact a plan is, and how long a release takes", release::run),
    ("server", "how many questions a second the public pages answer", server::run),
    ("web", "how fast the public server answers over the network", web::run),
];

fn main() -> Result<()> {
    let arguments = arguments();
    let named = arguments.first().and_then(|name| BENCHES.iter().find(|(known, ..)| known == name));
    let Some((_, _, run)) = named else {
        let list: Vec<String> = BENCHES.iter().map(|(name, asks, _)| format!("  {name:<12}{asks}")).collect();
        bail!("name a bench: cargo bench -p panoh-benches -- NAME\n{}", list.join("\n"));
    };
    run(&arguments[1..])
}

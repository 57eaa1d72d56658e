//! What the benches share: timing, peers, and a home folder full of simulated persons.
//!
//! Each bench ends with lines `ratio PEER X`: how many times better Panoh is than the peer at the same work, so 1.00 is
//! a draw and more is better for Panoh. Peers that are Python packages run in the interpreter that `PANOH_BENCH_PYTHON`
//! names; without it their lines say that they were skipped.
//!
//! Numbers mean something in the bench profile only: `cargo bench -p panoh-benches -- NAME`.

mod comparison;
mod equal_split;
mod home;
mod peer;
mod question;
mod register;
mod score;
mod workload;

pub use comparison::{Entry, print};
pub use equal_split::EqualSplit;
pub use home::Home;
pub use peer::{Answers, Conversation, Peer, test_data};
pub use question::{Answer, Engine, ask, write_files};
pub use register::{REGISTERS, Register};
pub use score::{Judge, Release, Score, Size, Tally};
pub use workload::Workload;

use std::future::Future;
use std::num::NonZero;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Seed of everything that the benches make up.
pub const SEED: u64 = 2026;

/// The middle wall time of an odd number of runs.
pub fn median(runs: usize, mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = now();
        run()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[runs / 2])
}

/// The middle one of some numbers; of an even number of them, half of the sum of the middle two.
pub fn middle(mut numbers: Vec<f64>) -> Result<f64> {
    numbers.sort_by(f64::total_cmp);
    let at = numbers.len() / 2;
    let upper = *numbers.get(at).context("there is at least one number")?;
    Ok(if numbers.len().is_multiple_of(2) { f64::midpoint(numbers[at - 1], upper) } else { upper })
}

/// What a piece of work gives, and how long it took.
pub fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let start = now();
    let done = work()?;
    Ok((done, start.elapsed()))
}

/// Waits for a future on a runtime of all cores.
pub fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Runtime::new()?.block_on(future)
}

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// The most resident memory that this process ever had, in kibibytes.
pub fn largest_memory() -> Result<u64> {
    kibibytes("/proc/self/status", "VmHWM:")
}

/// The resident memory of another process, in kibibytes.
pub fn memory_of(process: u32) -> Result<u64> {
    kibibytes(&format!("/proc/{process}/status"), "VmRSS:")
}

/// Memory of the machine, in kibibytes.
pub fn machine_memory() -> Result<u64> {
    kibibytes("/proc/meminfo", "MemTotal:")
}

fn kibibytes(file: &str, name: &str) -> Result<u64> {
    let said = std::fs::read_to_string(file)?;
    let line = said.lines().find_map(|line| line.strip_prefix(name)).context("the system does not tell its memory")?;
    Ok(line.trim().trim_end_matches("kB").trim_end().parse()?)
}

/// What stands behind `--` on the command line of `cargo bench`, without what cargo adds.
#[expect(clippy::disallowed_methods, reason = "the benches are a binary of their own")]
pub fn arguments() -> Vec<String> {
    std::env::args().skip(1).filter(|argument| argument != "--bench").collect()
}

/// What stands behind a name among the arguments.
pub fn option<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    arguments.iter().skip_while(|argument| *argument != name).nth(1).map(String::as_str)
}

/// A number behind a name among the arguments.
pub fn number(arguments: &[String], name: &str, otherwise: u64) -> Result<u64> {
    let read = |text: &str| text.parse().with_context(|| format!("{name} takes a number, not {text:?}"));
    option(arguments, name).map_or(Ok(otherwise), read)
}

/// Prints a line for people.
#[expect(clippy::print_stdout, reason = "a bench reports on stdout")]
pub fn say(line: &str) {
    println!("{line}");
}

/// Prints the line that other programs read: how many times better Panoh is than the peer.
pub fn ratio(peer: &str, better: f64) {
    say(&format!("ratio {peer} {better:.2}"));
}

/// Prints that a peer could not run.
pub fn skipped(peer: &str) {
    say(&format!("peer skipped: {peer} (PANOH_BENCH_PYTHON is not set)"));
}

#[expect(clippy::disallowed_methods, reason = "a bench is a binary of its own, and time is what it measures")]
fn now() -> Instant {
    Instant::now()
}

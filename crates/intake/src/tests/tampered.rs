//! Twenty thousand files that were changed at random, each a good one of some format before. Each must end in rows and
//! rejections that add up, or in a reason why it is refused: without a panic, in little time and memory.
//!
//! XLS is not among them. Its reader asks for 17 GB when a damaged file tells it to, so that it is only ever let loose in
//! a child under a limit; `tests/end_to_end/workbooks.rs` does so.

mod seeds;

use std::panic;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use panoh_dictionary::Source;

use super::dice::Dice;
use super::fixture::{DICTIONARY, SOURCE, load_as};
use crate::sheet::tests::{heard, rows_of, said, shape};

/// One kind of input: how a changed one is made, and what reads it and says whether anything could be read.
struct Target {
    name: &'static str,
    files: usize,
    made: fn(&mut Dice) -> Vec<u8>,
    read: fn(&[u8]) -> bool,
}

const TARGETS: [Target; 12] = [
    Target { name: "CSV", files: 4_000, made: seeds::csv, read: |file| load(file, &SOURCE) },
    Target { name: "text in any encoding", files: 2_000, made: seeds::encoded, read: |file| load(file, &seeds::ANY) },
    Target { name: "JSON Lines", files: 3_000, made: seeds::json_lines, read: |file| load(file, &SOURCE) },
    Target { name: "Parquet", files: 2_000, made: seeds::parquet, read: |file| load(file, &SOURCE) },
    Target { name: "gzip", files: 1_000, made: seeds::gzip, read: |file| load(file, &SOURCE) },
    Target { name: "zip", files: 1_000, made: seeds::zip, read: |file| load(file, &SOURCE) },
    Target { name: "XLSX, its archive", files: 1_000, made: seeds::xlsx, read: workbook },
    Target { name: "XLSX, its parts", files: 1_500, made: seeds::xlsx_parts, read: workbook },
    Target { name: "ODS, its archive", files: 1_000, made: seeds::ods, read: workbook },
    Target { name: "ODS, its parts", files: 1_500, made: seeds::ods_parts, read: workbook },
    Target { name: "answer of a child", files: 1_000, made: seeds::said, read: answer },
    Target { name: "source mapping", files: 1_500, made: seeds::mapping, read: mapping },
];

/// What all of them are to be at least.
const FILES: usize = 20_000;

/// The most time that one may take. They take a thousandth of it, so that a busy machine does not fail the test.
const LONGEST: Duration = Duration::from_secs(10);

/// The most memory of the process that reads them, in KiB, and the most seconds that it may work on all of them.
const MEMORY: &str = "1048576";
const SECONDS: &str = "1200";

static OWN_PANICS: AtomicUsize = AtomicUsize::new(0);

/// Files that one thread takes at a time.
const PIECE: usize = 100;

// Rows and a refusal are both answers; that rows and rejections add up is checked on the way.
fn load(file: &[u8], source: &Source) -> bool {
    load_as(file, source).is_ok()
}

// A child whose reader panics has said nothing more, which its parent takes for a damaged workbook.
fn workbook(file: &[u8]) -> bool {
    let said = panic::catch_unwind(|| said(file, &shape(&[], 1, 2)));
    answer(&said.unwrap_or_default())
}

fn answer(said: &[u8]) -> bool {
    let shape = shape(&[], 1, 2);
    heard(said.to_vec(), &shape).and_then(|answer| rows_of(answer, &shape, &[Some("a"), None, Some("c")])).is_ok()
}

fn mapping(text: &[u8]) -> bool {
    DICTIONARY.parse_source("changed.toml", &String::from_utf8_lossy(text)).is_ok()
}

/// In a process of its own, because a limit on memory is one on a process.
#[test]
fn twenty_thousand_changed_files_end_in_an_answer() {
    assert!(TARGETS.iter().map(|target| target.files).sum::<usize>() >= FILES);
    assert!(TARGETS.iter().all(|target| target.files % PIECE == 0), "no file is left over");
    let program = std::env::current_exe().expect("this program has a place");
    let limited = format!("ulimit -c 0 && ulimit -d {MEMORY} && ulimit -t {SECONDS} && exec \"$@\"");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &limited, "sh"]).arg(program);
    command.args(["--exact", "tests::tampered::changed_files_are_read_one_by_one", "--ignored", "--nocapture"]);
    let output = command.output().expect("there is a shell");
    let (told, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{told}\n{failed}", output.status);
    assert!(told.contains("1 passed"), "{told}");
    for target in &TARGETS {
        let head = format!("{}: files read and refused ", target.name);
        let pieces: Vec<usize> = told.lines().filter_map(|line| line.strip_prefix(&head)?.parse().ok()).collect();
        assert_eq!(pieces.len() * PIECE, target.files, "{}", target.name);
        let refused: usize = pieces.iter().sum();
        // Changes that nothing notices, or that all end at the door, would try little.
        assert!((target.files / 50..target.files).contains(&refused), "{}: {refused} refused", target.name);
    }
}

#[test]
#[ignore = "run by the test above in a process with limits"]
fn changed_files_are_read_one_by_one() {
    let pieces: Vec<(usize, usize)> = TARGETS
        .iter()
        .enumerate()
        .flat_map(|(at, target)| (0..target.files / PIECE).map(move |piece| (at, piece)))
        .collect();
    // A reader of workbooks or Parquet may panic where that is caught; the code of this crate may not.
    panic::set_hook(Box::new(|panic| {
        let own = file!().trim_end_matches("src/tests/tampered.rs");
        if panic.location().is_some_and(|at| at.file().starts_with(own)) {
            OWN_PANICS.fetch_add(1, Ordering::Relaxed);
            eprintln!("{panic}");
        }
    }));
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(&(at, piece)) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            let refused = read_piece(&TARGETS[at], (at as u64) << 32 | piece as u64);
            println!("{}: files read and refused {refused}", TARGETS[at].name);
        }
    };
    thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        for worker in workers {
            worker.join().expect("no file ends in a panic");
        }
    });
    drop(panic::take_hook());
    assert_eq!(OWN_PANICS.load(Ordering::Relaxed), 0);
}

#[expect(clippy::disallowed_methods, reason = "the test measures how long a file takes")]
fn read_piece(target: &Target, seed: u64) -> usize {
    let (mut dice, mut refused) = (Dice(seed), 0);
    for number in 0..PIECE {
        let file = (target.made)(&mut dice);
        let begin = Instant::now();
        refused += usize::from(!(target.read)(&file));
        let took = begin.elapsed();
        assert!(took < LONGEST, "{} {seed}, file {number} took {took:?}", target.name);
    }
    refused
}

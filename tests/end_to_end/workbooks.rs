//! Workbooks as they come, read by a child of the binary: the same list as XLSX, XLS and ODS gives the same rows as the CSV,
//! and a workbook that was tampered with ends in rows or a reason, inside its limits.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::panoh::{Place, fixture, text};

const KINDS: [&str; 3] = ["mission-small.xlsx", "mission-small.xls", "mission-small.ods"];

/// What the child may use in these tests.
const MEMORY: &str = "536870912";
const SECONDS: &str = "2";

#[test]
fn a_list_is_the_same_in_every_kind_of_file() {
    let ask = |name: &str| {
        let place = Place::with_home();
        place.ok(&["intake", text(&fixture(name)), "--source", "mission-en"]);
        let sql = "SELECT * EXCEPT (record, person, load) FROM cases ORDER BY registered_month, gender, citizenships, purposes";
        place.ok(&["query", sql, "--format", "csv"])
    };
    let csv = ask("mission-small.csv");
    assert!(csv.lines().count() > 8, "{csv}");
    for kind in KINDS {
        assert_eq!(ask(kind), csv, "{kind}");
    }
}

#[test]
fn a_changed_workbook_ends_in_an_answer() {
    let place = Place::new();
    let mut dice = Dice(0x5eed_0003);
    let mut answers = std::collections::BTreeSet::new();
    for kind in KINDS {
        let book = fs::read(fixture(kind)).expect("the fixture is there");
        for _ in 0..60 {
            let request = [vec![0; 4], dice.changed(&book)].concat();
            let mut command = place.command(&["read-sheets", MEMORY, SECONDS]);
            // As its parent starts it: with an empty environment.
            let child = command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = child.spawn().expect("the binary starts");
            let mut input = child.stdin.take().expect("a pipe");
            // A child that gave up early closes its end.
            let writing = std::thread::spawn(move || drop(input.write_all(&request)));
            let output = child.wait_with_output().expect("the child ends");
            writing.join().expect("the writer ends");
            answers.insert(output.stdout);
        }
    }
    assert!(answers.len() > 3, "{} different answers", answers.len());
}

/// A small generator of equal dice for equal seeds (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    /// The bytes with one to eight changes: a byte replaced, a run removed, doubled or zeroed, the end cut off.
    fn changed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        for _ in 0..=self.roll(8) {
            let at = self.roll(changed.len());
            let end = (at + 1 + self.roll(64)).min(changed.len());
            match self.roll(5) {
                0 => changed[at] = self.roll(256) as u8,
                1 => drop(changed.drain(at..end)),
                2 => changed.extend_from_within(at..end),
                3 => changed[at..end].fill(0),
                _ => changed.truncate(at.max(1)),
            }
            if changed.is_empty() {
                changed.push(0);
            }
        }
        changed
    }
}

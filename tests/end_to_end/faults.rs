//! A disk that fails, a process that is killed: at every operation on the home folder, one after the other, until a run is
//! clean. Afterwards the home holds the old state or the new one, and running the command again ends in the new one.
//!
//! The failures come from `tests/faults/shim.c`, which stands between the binary and the C library.

mod ledger;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::panoh::{Place, fixture, text};
use crate::search::holding;

/// What happens at the chosen operation.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// `kill -9`.
    Killed,
    /// This operation finds the disk full, the next ones do not.
    FullOnce,
    /// The disk stays full.
    Full,
    /// The operation fails as on a broken disk.
    Broken,
}

/// Points of a long command that are tried, for each fault; they lie evenly over its operations.
const POINTS: u64 = 16;

const FAULTS: [Fault; 4] = [Fault::Killed, Fault::FullOnce, Fault::Full, Fault::Broken];

/// A command, the home before it, and what the home holds after a clean run.
struct Trial<'a> {
    place: Place,
    template: tempfile::TempDir,
    shim: PathBuf,
    command: Vec<&'a str>,
    /// Statements whose answers say what the home holds.
    questions: &'a [&'a str],
    before: Vec<String>,
    after: Vec<String>,
    /// Operations of a clean run.
    operations: u64,
}

impl<'a> Trial<'a> {
    fn new(place: Place, command: Vec<&'a str>, questions: &'a [&'a str]) -> Self {
        let trial = Self::unchanging(place, command, questions);
        assert_ne!(trial.before, trial.after, "the command changes something");
        trial
    }

    fn unchanging(place: Place, command: Vec<&'a str>, questions: &'a [&'a str]) -> Self {
        let template = tempfile::tempdir().expect("a temporary folder can be made");
        copy(&place.path("."), template.path());
        let shim = compiled(template.path());
        let mut trial =
            Self { place, template, shim, command, questions, before: vec![], after: vec![], operations: 0 };
        trial.before = trial.answers();
        let count = trial.template.path().join("count");
        let clean =
            trial.faulty(Fault::Killed, 0).env("PANOH_FAULT_COUNT", &count).output().expect("the binary starts");
        assert!(is_fine(&clean), "a clean run: {}", String::from_utf8_lossy(&clean.stderr));
        trial.after = trial.answers();
        let count = fs::read_to_string(count).expect("the operations were counted");
        trial.operations = count.trim().parse().expect("a number");
        assert!(trial.operations > 10, "the shim sees {} operations only", trial.operations);
        trial
    }

    /// Fails at each operation in turn. A disk that stays full is tried at every third: it differs from one that is full
    /// once only in what comes after.
    fn run(&self) -> BTreeMap<&'static str, u64> {
        let mut seen = BTreeMap::new();
        for fault in FAULTS {
            let step = if matches!(fault, Fault::Full) { 3 } else { 1 };
            for at in (1..=self.operations).step_by(step) {
                let kept = self.one(fault, at);
                *seen.entry(kept).or_default() += 1;
            }
        }
        seen
    }

    /// Some operations spread over a clean run, other ones for each fault.
    fn spread(&self) -> impl Iterator<Item = (Fault, u64)> {
        let step = (self.operations / POINTS).max(1);
        let first = move |turn: u64| 1 + turn * step / 2;
        let faults = [Fault::Killed, Fault::Full].into_iter().zip(0..);
        faults.flat_map(move |(fault, turn)| {
            (first(turn)..=self.operations).step_by(step as usize).map(move |at| (fault, at))
        })
    }

    fn one(&self, fault: Fault, at: u64) -> &'static str {
        let place = format!("{fault:?} at operation {at} of {}", self.operations);
        self.reset();
        let output = self.faulty(fault, at).output().expect("the binary starts");
        let said = String::from_utf8_lossy(&output.stderr);
        // A library's worker may give up in its own way after a failed write, as long as the command reports the error.
        assert!(!said.contains("panicked at crates/") && output.status.code() != Some(101), "{place}: {said}");
        if !matches!(fault, Fault::Killed) && !is_fine(&output) {
            assert!(said.contains("error: "), "{place} says why: {said}");
        }
        let now = self.answers();
        assert!(now == self.before || now == self.after, "{place}: neither the old nor the new state: {now:?}");
        if is_fine(&output) {
            assert_eq!(now, self.after, "{place}: the command said that it was done");
        }
        let again = self.place.run(&self.command);
        assert!(is_fine(&again), "{place}, run again: {}", String::from_utf8_lossy(&again.stderr));
        assert_eq!(self.answers(), self.after, "{place}: running the command again ends in the new state");
        if now == self.before { "old" } else { "new" }
    }

    fn faulty(&self, fault: Fault, at: u64) -> Command {
        let mut command = self.place.command(&self.command);
        let kind = match fault {
            Fault::Killed => "kill",
            Fault::FullOnce | Fault::Full => "enospc",
            Fault::Broken => "eio",
        };
        command
            .env("LD_PRELOAD", &self.shim)
            .env("PANOH_FAULT_HOME", self.place.home())
            .env("PANOH_FAULT_AT", at.to_string())
            .env("PANOH_FAULT_KIND", kind)
            .env("PANOH_FAULT_STAYS", if matches!(fault, Fault::Full) { "1" } else { "0" });
        command
    }

    fn answers(&self) -> Vec<String> {
        self.questions.iter().map(|question| self.place.ok(&["query", question, "--format", "csv"])).collect()
    }

    fn reset(&self) {
        for entry in fs::read_dir(self.place.path(".")).expect("the folder is there").flatten() {
            let path = entry.path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.expect("what a run left can be removed");
        }
        copy(self.template.path(), &self.place.path("."));
    }
}

/// Done, or done but for refused rows.
fn is_fine(output: &Output) -> bool {
    matches!(output.status.code(), Some(0 | 3))
}

/// The shim as a library.
fn compiled(folder: &Path) -> PathBuf {
    let shim = folder.join("shim.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/faults/shim.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(source).status();
    assert!(built.expect("the C compiler is there; SQLite needs it too").success(), "the shim compiles");
    shim
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
            fs::set_permissions(&target, fs::metadata(&path).expect("it is there").permissions())
                .expect("it can be set");
        } else {
            fs::copy(&path, &target).expect("a file can be copied");
        }
    }
    if from.join("home").is_dir() {
        let closed = fs::Permissions::from_mode(0o700);
        fs::set_permissions(to.join("home"), closed).expect("permissions can be set");
    }
}

const ROWS: &[&str] = &["SELECT * FROM cases ORDER BY record"];

#[test]
fn a_load_happens_wholly_or_not_at_all() {
    let place = Place::with_home();
    let first = fixture("ngo-small.csv");
    place.ok(&["intake", text(&first), "--source", "ngo-assistance"]);
    let second = fixture("mission-small.csv");
    let trial = Trial::new(place, vec!["intake", text(&second), "--source", "mission-en"], ROWS);
    let seen = trial.run();
    assert!(seen.get("old").is_some_and(|count| *count > 10) && seen.contains_key("new"), "{seen:?}");
}

/// A person to be erased: line 2 of `ngo-small.csv`, who also stands in `mission-small.csv`.
const WHO: &str = "document = \"400000001\"\nfull_name = \"Раҳмонов Ҷамшед Каримович\"\nbirth_date = 1990-03-12\n";

fn two_lists() -> Place {
    let place = Place::with_home();
    place.ok(&["intake", text(&fixture("ngo-small.csv")), "--source", "ngo-assistance"]);
    place.ok(&["intake", text(&fixture("mission-small.csv")), "--source", "mission-en"]);
    place
}

fn pseudonyms(place: &Place) -> Vec<String> {
    let rows = place.ok(&["query", "SELECT person, record FROM cases", "--format", "csv"]);
    rows.lines().skip(1).flat_map(|row| row.split(',').map(str::to_owned)).collect()
}

#[test]
fn an_erasure_is_finished_whatever_happens() {
    // A person twice and two records.
    finished(two_lists(), WHO, 4);
}

#[test]
fn an_erasure_of_one_row_is_finished_whatever_happens() {
    let place = two_lists();
    // One row more, of somebody of whom nothing but one word of a name is known.
    let list = fs::read_to_string(fixture("mission-small.csv")).expect("the list can be read");
    let row = list.lines().nth(2).expect("a row").replace("SYN-M-02,Zarina,Karimova,1995-11-05", "SYN-M-77,Zarina,,");
    let alone = place.path("alone.csv");
    fs::write(&alone, format!("{}\n{row}\n", list.lines().next().expect("a header"))).expect("it can be written");
    place.ok(&["intake", text(&alone), "--source", "mission-en"]);
    finished(place, "source = \"mission-en\"\nrecord = \"SYN-M-77\"\n", 2);
}

/// Erases a person, with a failure at some operations, and looks for what must be gone.
fn finished(place: Place, said: &str, gone_in_all: usize) {
    let known = pseudonyms(&place);
    let who = place.path("who.toml");
    fs::write(&who, said).expect("the file can be written");
    fs::set_permissions(&who, fs::Permissions::from_mode(0o600)).expect("permissions can be set");
    let who = text(&who).to_owned();
    let trial = Trial::new(place, vec!["erase", "--from", &who], ROWS);
    let left = pseudonyms(&trial.place);
    assert!(!holding(&trial.template.path().join("home"), &known).is_empty(), "the search finds what is there");
    let gone: Vec<String> = known.into_iter().filter(|pseudonym| !left.contains(pseudonym)).collect();
    assert_eq!(gone.len(), gone_in_all);
    for (fault, at) in trial.spread() {
        trial.one(fault, at);
        nowhere(&trial.place, &gone, &format!("{fault:?} at operation {at}"));
    }
}

#[test]
fn a_rotation_is_finished_whatever_happens() {
    let place = two_lists();
    let known = pseudonyms(&place);
    let figures =
        ["SELECT registered_year, gender, count(*), count(DISTINCT person) FROM cases GROUP BY 1, 2 ORDER BY 1, 2"];
    let trial = Trial::unchanging(place, vec!["keys", "rotate"], &figures);
    for (fault, at) in trial.spread() {
        let moment = format!("{fault:?} at operation {at}");
        trial.reset();
        let output = trial.faulty(fault, at).output().expect("the binary starts");
        assert_ne!(output.status.code(), Some(101), "{moment}");
        trial.place.ok(&["keys", "rotate"]);
        assert_eq!(trial.answers(), trial.before, "{moment}: the figures stay");
        nowhere(&trial.place, &known, &moment);
        assert_eq!(trial.place.json(&["keys", "check", "--json"])["right"], true, "{moment}");
    }
}

/// Refuses when any file of the home holds one of the pseudonyms, as digits or as bytes.
fn nowhere(place: &Place, pseudonyms: &[String], moment: &str) {
    let holding = holding(&place.home(), pseudonyms);
    assert!(holding.is_empty(), "{moment}: {holding:?} still hold a pseudonym");
}

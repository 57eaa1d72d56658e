//! A release, a withdrawal and a reconciliation, killed or on a full disk between any two of their steps: never
//! overspent, nothing drawn twice, and what was begun is settled by the next command.

use std::collections::BTreeSet;

use super::*;

/// ρ 0.2 of the 0.5 that first figures may cost: two releases fit, a third does not.
const FIRST: &str = r#"
name = "years"
title = "Persons first registered, by year"
description = "One figure for each year."
frame = "persons"
author = "Example organisation"
date = "2026-11-01"
audience = "public"
purpose = "first"
cohorts = { from = 2018, to = 2020 }
rho = 0.2
smallest_count_of_interest = 100

[[table]]
name = "years"
title = "Persons by year"
dimensions = ["year"]
"#;

fn with_definition() -> (Place, PathBuf) {
    let place = Place::with_home();
    place.ok(&["intake", text(&fixture("ngo-small.csv")), "--source", "ngo-assistance"]);
    let file = place.path("years.toml");
    fs::write(&file, FIRST).expect("the definition can be written");
    (place, file)
}

fn publish(place: &Place, file: &Path) -> String {
    let release = place.json(&["release", "publish", text(file), "--again", "--json"]);
    release["id"].as_str().expect("a release has an id").to_owned()
}

/// Ledger and published folder agree, and every published release has noise of its own.
fn sound(place: &Place, moment: &str) {
    let audit = place.json(&["budget", "verify", "--json"]);
    assert_eq!(audit["findings"].as_array().map(Vec::len), Some(0), "{moment}: {audit}");
    let published = fs::read_dir(place.home().join("published")).expect("the folder is there");
    let mut drawn = BTreeSet::new();
    for folder in published.map(|entry| entry.expect("readable").path()) {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(!name.starts_with('.') || name == ".lock", "{moment}: {name} is left");
        if let Ok(measurements) = fs::read(folder.join("measurements.parquet")) {
            assert!(drawn.insert(measurements), "{moment}: a draw was repeated");
        }
    }
}

/// Which operations fail.
#[derive(Clone, Copy)]
enum At {
    /// Eight, spread over the run.
    Some,
    /// Each in turn, killed.
    Each,
}

/// Runs `check` after a failure at operations of the command.
fn after_each(trial: &Trial<'_>, at: At, check: impl Fn(&Place, &Output, &str)) {
    let points: Vec<(Fault, u64)> = match at {
        At::Some => trial.spread().step_by(4).collect(),
        At::Each => (1..=trial.operations).map(|at| (Fault::Killed, at)).collect(),
    };
    for (fault, at) in points {
        let moment = format!("{fault:?} at operation {at} of {}", trial.operations);
        trial.reset();
        let output = trial.faulty(fault, at).output().expect("the binary starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked at crates/") && output.status.code() != Some(101), "{moment}: {said}");
        check(&trial.place, &output, &moment);
    }
}

#[test]
fn a_release_is_charged_once_and_drawn_once_whatever_happens() {
    release(At::Some);
}

#[test]
#[ignore = "minutes: killed at every operation"]
fn a_release_is_charged_once_and_drawn_once_killed_at_every_operation() {
    release(At::Each);
}

fn release(at: At) {
    let (place, file) = with_definition();
    let file = text(&file).to_owned();
    let trial = Trial::unchanging(place, vec!["release", "publish", &file, "--again"], &[]);
    after_each(&trial, at, |place, output, moment| {
        // What was charged stays charged, so one or two more fit, and never a third.
        let mut granted = 0;
        while place.run(&["release", "publish", &file, "--again"]).status.code() == Some(0) {
            granted += 1;
        }
        place.ends(&["release", "publish", &file, "--again"], 6);
        let releases = place.json(&["release", "list", "--json"]);
        let releases = releases.as_array().expect("a list");
        assert_eq!(releases.len(), 2, "{moment}: {releases:?}");
        let published = releases.iter().filter(|release| release["state"] == "published").count();
        assert!(published == granted || published == granted + 1, "{moment}: {releases:?}");
        assert!(output.status.code() != Some(0) || published == 2, "{moment}: it said that it was done");
        for cohort in place.json(&["budget", "--json"])["cohorts"].as_array().expect("cohorts") {
            let spent = cohort["first"].as_u64().expect("an amount");
            assert!((390_000_000..=400_000_000).contains(&spent), "{moment}: {spent}");
        }
        sound(place, moment);
    });
}

#[test]
fn a_withdrawal_is_finished_whatever_happens() {
    withdrawal(At::Some);
}

#[test]
#[ignore = "minutes: killed at every operation"]
fn a_withdrawal_is_finished_killed_at_every_operation() {
    withdrawal(At::Each);
}

fn withdrawal(at: At) {
    let (place, file) = with_definition();
    let id = publish(&place, &file);
    let command = vec!["release", "withdraw", &id, "--reason", "legal"];
    let trial = Trial::unchanging(place, command.clone(), &[]);
    after_each(&trial, at, |place, _, moment| {
        place.ok(&command);
        assert!(place.ok(&["release", "show", &id]).contains("withdrawn"), "{moment}");
        assert!(!place.home().join("published").join(&id).join("cube.parquet").exists(), "{moment}");
        sound(place, moment);
    });
}

#[test]
fn a_reconciliation_is_finished_whatever_happens() {
    reconciliation(At::Some);
}

#[test]
#[ignore = "minutes: killed at every operation"]
fn a_reconciliation_is_finished_killed_at_every_operation() {
    reconciliation(At::Each);
}

fn reconciliation(at: At) {
    let (place, file) = with_definition();
    publish(&place, &file);
    let backup = fs::read(place.home().join("ledger.sqlite")).expect("the ledger is there");
    publish(&place, &file);
    let budget = place.json(&["budget", "--json"]);
    fs::write(place.home().join("ledger.sqlite"), backup).expect("the backup is put back");
    place.ends(&["budget"], 5);
    let command = vec!["budget", "reconcile", "--yes"];
    let trial = Trial::unchanging(place, command.clone(), &[]);
    after_each(&trial, at, |place, _, moment| {
        place.ok(&command);
        assert_eq!(place.json(&["budget", "--json"]), budget, "{moment}: counted once");
        sound(place, moment);
    });
}

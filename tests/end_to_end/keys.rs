//! Keys and interruption: what is refused, and with which exit code; what a rotation, a recovery form and an erasure do to
//! a home with cases in it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::panoh::{Place, fixture, text};
use crate::search::holding;

fn load(place: &Place, code: i32) {
    place.ends(&["intake", text(&fixture("ngo-small.csv")), "--source", "ngo-assistance"], code);
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let place = Place::with_home();
    let key = place.path("home.key");
    let mode = |path| fs::metadata(path).expect("the key is there").permissions().mode() & 0o777;
    assert_eq!(mode(&key), 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).expect("permissions can be set");
    load(&place, 5);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("permissions can be set");
    load(&place, 0);
}

#[test]
fn a_missing_key_and_another_key_are_refused() {
    let (place, other) = (Place::with_home(), Place::with_home());
    let key = place.path("home.key");
    let kept = fs::read(&key).expect("the key is there");
    fs::remove_file(&key).expect("the key can be removed");
    load(&place, 5);
    fs::copy(other.path("home.key"), &key).expect("the other key can be copied");
    load(&place, 5);
    fs::write(&key, kept).expect("the key can be put back");
    load(&place, 0);
}

#[test]
fn the_key_is_never_printed() {
    let place = Place::with_home();
    let key = fs::read_to_string(place.path("home.key")).expect("the key is there");
    let secret = key.split_whitespace().find(|word| word.len() == 64).expect("the key has a value").to_owned();
    let file = fixture("ngo-small.csv");
    for command in [
        vec!["intake", text(&file), "--source", "ngo-assistance", "--log", "trace"],
        vec!["release", "publish", "trends", "--log", "trace"],
        vec!["budget", "--log", "trace"],
    ] {
        let output = place.run(&command);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let said = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8_lossy(&said).to_lowercase().contains(&secret), "{command:?}");
    }
}

#[test]
fn an_interrupted_command_says_so() {
    let place = Place::with_home();
    let endless = "SELECT count(*) FROM generate_series(1, 1000000000000)";
    let mut child = place.command(&["query", endless]).stderr(Stdio::null()).spawn().expect("the binary starts");
    // Long enough to have set up its handler; if the query had ended the test would fail, not pass.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let signalled = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(signalled.expect("kill can be run").success());
    assert_eq!(child.wait().expect("the binary ends").code(), Some(130));
}

/// A file of the place that only its owner can read.
fn secret(place: &Place, name: &str, text: &str) -> PathBuf {
    let path = place.path(name);
    fs::write(&path, text).expect("the file can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("permissions can be set");
    path
}

/// Every pseudonym that a query can see: persons and records.
fn pseudonyms(place: &Place) -> BTreeSet<String> {
    let rows = place.ok(&["query", "SELECT person, record FROM cases", "--format", "csv"]);
    rows.lines().skip(1).flat_map(|row| row.split(',').map(str::to_owned)).collect()
}

/// Whether any file below the folder holds the text.
fn stands_in(folder: &Path, wanted: &str) -> bool {
    !holding(folder, &[wanted.to_owned()]).is_empty()
}

#[test]
fn a_rotation_gives_every_pseudonym_a_new_value_and_changes_no_figure() {
    let place = Place::with_home();
    load(&place, 0);
    let (before, figures) = (pseudonyms(&place), place.ok(&["stats", "routes", "--format", "csv"]));
    let key = place.json(&["keys", "check", "--json"])["key"].clone();
    assert!(before.iter().all(|pseudonym| pseudonym.len() == 32));
    assert!(stands_in(&place.home(), before.first().expect("a pseudonym")), "the search finds what is there");

    place.ok(&["keys", "rotate"]);
    let after = pseudonyms(&place);
    assert_eq!((before.len(), before.intersection(&after).count()), (after.len(), 0));
    assert_eq!(place.ok(&["stats", "routes", "--format", "csv"]), figures);
    let before: Vec<String> = before.into_iter().collect();
    assert_eq!(holding(&place.home(), &before), Vec::<PathBuf>::new(), "old pseudonyms are left");
    let checked = place.json(&["keys", "check", "--json"]);
    assert_eq!((checked["right"].as_bool(), checked["keys"].as_u64()), (Some(true), Some(2)));
    assert_ne!(checked["key"], key);
    // The file is still known, and so are its persons.
    assert!(
        place.ok(&["intake", text(&fixture("ngo-small.csv")), "--source", "ngo-assistance"]).contains("loaded before")
    );
    place.ok(&["budget"]);
}

/// A backup of the home and the key file of today.
#[test]
fn a_home_from_before_two_rotations_is_brought_onto_the_newest_key() {
    let copy = |from: &Path, to: &Path| {
        let copied = std::process::Command::new("cp").arg("-a").args([from, to]).status();
        assert!(copied.expect("cp can be run").success());
    };
    let place = Place::with_home();
    load(&place, 0);
    copy(&place.home(), &place.path("backup"));
    place.ok(&["keys", "rotate"]);
    place.ok(&["keys", "rotate"]);
    let newest = pseudonyms(&place);
    fs::remove_dir_all(place.home()).expect("the home can be removed");
    copy(&place.path("backup"), &place.home());
    let refused = place.run(&["intake", text(&fixture("ngo-small.csv")), "--source", "ngo-assistance"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(5) && said.contains("run `panoh keys rotate`"), "{said}");
    place.ok(&["keys", "rotate"]);
    assert_eq!(pseudonyms(&place), newest, "no key is new");
    let checked = place.json(&["keys", "check", "--json"]);
    assert_eq!((checked["right"].as_bool(), checked["keys"].as_u64()), (Some(true), Some(3)));
    place.ok(&["budget", "verify"]);
}

#[test]
fn a_recovery_form_brings_a_lost_key_back() {
    let place = Place::with_home();
    load(&place, 0);
    place.ok(&["keys", "rotate"]);
    let form = place.ok(&["keys", "backup"]);
    let key = place.path("home.key");
    fs::remove_file(&key).expect("the key can be removed");
    place.ends(&["keys", "check"], 5);

    let typed: String = form
        .lines()
        .filter(|line| line.trim().starts_with(|sign: char| sign.is_ascii_digit()))
        .fold(String::new(), |typed, line| typed + &line.trim().to_lowercase() + "\n");
    // One wrong sign on the third line.
    let line = typed.lines().nth(2).expect("a third line");
    let wrong = if line.ends_with('x') { "t" } else { "x" };
    let slip = typed.replace(line, &(line[..line.len() - 1].to_owned() + wrong));
    let refused = place.run(&["keys", "restore", text(&secret(&place, "slip.txt", &slip))]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("line 3"));
    // The form of another home, and a place inside this one.
    let other = Place::with_home().ok(&["keys", "backup"]);
    place.ends(&["keys", "restore", text(&secret(&place, "other.txt", &other))], 5);
    let form = secret(&place, "form.txt", &typed);
    place.ends(&["keys", "restore", text(&form), "--key", text(&place.home().join("key"))], 5);
    assert!(!key.exists());

    place.ok(&["keys", "restore", text(&form)]);
    place.ok(&["keys", "check"]);
    place.ends(&["keys", "restore", text(&form)], 5);
}

#[test]
fn a_protected_key_opens_with_its_passphrase_only() {
    let place = Place::with_home();
    let right = secret(&place, "right", "сабз алафи тару тоза\n");
    let wrong = secret(&place, "wrong", "some other words\n");
    let short = secret(&place, "short", "too short\n");
    place.ends(&["keys", "protect", "--new-passphrase-file", text(&short)], 2);
    place.ok(&["keys", "protect", "--new-passphrase-file", text(&right)]);
    assert!(fs::read(place.path("home.key")).expect("there").starts_with(b"age-encryption.org/v1"));
    place.ends(&["keys", "check", "--passphrase-file", text(&wrong)], 5);
    let file = fixture("ngo-small.csv");
    let intake = ["intake", text(&file), "--source", "ngo-assistance", "--passphrase-file", text(&right)];
    place.ok(&intake);
    // A passphrase beside the data protects nothing.
    let inside = secret(&place, "home/right", "сабз алафи тару тоза\n");
    for command in [&["keys", "check"][..], &["persons", "log"], &["keys", "rotate"]] {
        place.ends(&[command, &["--passphrase-file", text(&inside)]].concat(), 5);
    }
    fs::remove_file(&inside).expect("the file can be removed");
    place.ok(&["keys", "unprotect", "--passphrase-file", text(&right)]);
    place.ok(&["keys", "check"]);
}

#[test]
fn an_erased_person_is_nowhere_and_does_not_come_back() {
    let place = Place::with_home();
    load(&place, 0);
    let who = "document = \"400000001\"\nfull_name = \"Раҳмонов Ҷамшед Каримович\"\nbirth_date = 1990-03-12\n";
    let inside = place.home().join("who.toml");
    fs::write(&inside, who).expect("the file can be written");
    place.ends(&["erase", "--from", text(&inside)], 2);
    fs::remove_file(&inside).expect("the file can be removed");

    let before = pseudonyms(&place);
    let from = secret(&place, "who.toml", who);
    let output = place.run(&["erase", "--from", text(&from), "--json"]);
    let said = [output.stdout.clone(), output.stderr].concat();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&said));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("output is JSON");
    assert_eq!(report["rows"]["cases"].as_u64(), Some(1));
    let gone: Vec<String> = before.difference(&pseudonyms(&place)).cloned().collect();
    assert_eq!(gone.len(), 2, "a person and a record");
    for trace in gone.iter().map(String::as_str).chain(["400000001", "Раҳмонов", "Каримович"]) {
        assert!(!stands_in(&place.home(), trace), "a trace of the person is left");
        assert!(!String::from_utf8_lossy(&said).contains(trace), "the report says who");
    }
    // The same list once more, with a remark that makes it another file.
    let again = place.path("again.csv");
    let list = fs::read_to_string(fixture("ngo-small.csv")).expect("the list can be read");
    fs::write(&again, list.trim_end().to_owned() + " \n").expect("the file can be written");
    place.run(&["intake", text(&again), "--source", "ngo-assistance"]);
    assert!(gone.iter().all(|pseudonym| !stands_in(&place.home(), pseudonym)));
    place.ends(&["erase", "--from", text(&secret(&place, "nobody.toml", "given_name = \"Ҷамшед\"\n"))], 2);
}

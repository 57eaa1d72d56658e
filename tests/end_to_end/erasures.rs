//! Erasing persons whom no document and no full name tell: one row each, found by the sender's record id or by pseudonym.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::panoh::{Place, fixture, text};
use crate::search::holding;

const HEADER: &str = "case_no,first_name,last_name,date_of_birth,passport_no,sex,citizenship,date_of_registration,\
                      recruitment_country,recruitment_region,exploitation_country,exploitation_type,services,status";

/// Rows that nothing links, each registered in a year of its own, and a family under one case number.
const LIST: [(&str, &str, u16); 5] = [
    ("SYN-P-01", "Zulfiyaplanted,,1990-01-01,,F", 2016),
    ("SYN-P-02", "Jamshedplanted,,,,M", 2017),
    ("SYN-P-03", ",,,,F", 2018),
    ("SYN-P-04", "Aliplanted,,,,M", 2019),
    ("SYN-P-04", "Valiplanted,,,,M", 2019),
];

/// The list, and below it a row of this record id, which makes it another file.
fn list(place: &Place, last: &str) -> PathBuf {
    let line = |(id, person, year): &(&str, &str, u16)| {
        format!("{id},{person},Tajikistan,{year}-02-01,Tajikistan,Sughd,Russia,labour,,victim\n")
    };
    let lines: String = LIST.iter().chain([&(last, ",,,,M", 2020)]).map(line).collect();
    let path = place.path("list.csv");
    fs::write(&path, format!("{HEADER}\n{lines}")).expect("the file can be written");
    path
}

fn who(place: &Place, said: &str) -> PathBuf {
    let path = place.path("who.toml");
    fs::write(&path, said).expect("the file can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("permissions can be set");
    path
}

/// The report of an erasure, after everything that it said was searched for what it must not say.
fn erased(place: &Place, said: &str) -> serde_json::Value {
    let output = place.run(&["erase", "--from", text(&who(place, said)), "--json", "--log", "trace"]);
    let told = String::from_utf8_lossy(&[output.stdout.clone(), output.stderr].concat()).to_lowercase();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(!told.contains("planted") && !told.contains("syn-p"), "the report says who: {told}");
    serde_json::from_slice(&output.stdout).expect("output is JSON")
}

/// Persons and records of the rows of a year.
fn pseudonyms(place: &Place, year: u16) -> Vec<String> {
    let question = format!("SELECT person, record FROM stored.cases WHERE registered_year = {year}");
    let rows = place.ok(&["query", &question, "--format", "csv"]);
    rows.lines().skip(1).flat_map(|row| row.split(',').map(str::to_owned)).collect()
}

fn loaded(place: &Place, last: &str) -> (u64, u64) {
    let report = place.json(&["intake", text(&list(place, last)), "--source", "mission-en", "--json"]);
    let count = |name: &str| report[name].as_u64().expect("a number");
    (count("loaded"), count("left_out_erased"))
}

#[test]
fn a_row_goes_by_its_record_id_and_stays_away_after_rotations() {
    let place = Place::with_home();
    assert_eq!(loaded(&place, "SYN-P-05"), (6, 0));
    let first = pseudonyms(&place, 2016);
    assert_eq!(first.len(), 2);
    assert!(!holding(&place.home(), &first).is_empty(), "the search finds what is there");
    let report = erased(&place, "source = \"mission-en\"\nrecord = \"syn-p-01\"\n");
    assert_eq!((report["persons"].as_u64(), report["rows"]["cases"].as_u64()), (Some(1), Some(1)));
    assert!(report["warning"].is_null());
    assert_eq!(holding(&place.home(), &first), Vec::<PathBuf>::new());

    place.ok(&["keys", "rotate"]);
    let second = pseudonyms(&place, 2017);
    let report = erased(&place, "source = \"mission-en\"\nrecord = \"SYN-P-02\"\n");
    assert_eq!(report["persons"].as_u64(), Some(1), "found under the new key: {report}");
    assert_eq!(holding(&place.home(), &second), Vec::<PathBuf>::new());

    place.ok(&["keys", "rotate"]);
    assert_eq!(loaded(&place, "SYN-P-06"), (4, 2), "a later export brings neither back");
    assert!(pseudonyms(&place, 2016).is_empty() && pseudonyms(&place, 2017).is_empty());
    let report = erased(&place, "source = \"mission-en\"\nrecord = \"SYN-P-99\"\n");
    assert_eq!((report["pseudonyms"].as_u64(), report["tombstones"].as_u64()), (Some(0), Some(1)));
    assert_eq!(loaded(&place, "SYN-P-99"), (3, 3), "nobody was known by it, and nobody will be");
}

#[test]
fn a_row_goes_by_its_pseudonym() {
    let place = Place::with_home();
    let file = fixture("ctdc-small.csv");
    place.run(&["intake", text(&file), "--source", "ctdc-2021"]);
    let question = "SELECT person FROM cases WHERE source = 'ctdc-2021' ORDER BY person LIMIT 1";
    let rows = place.ok(&["query", question, "--format", "csv"]);
    let person = rows.lines().nth(1).expect("a row").to_owned();
    let report = erased(&place, &format!("pseudonym = \"{person}\"\n"));
    assert_eq!((report["persons"].as_u64(), report["rows"]["cases"].as_u64()), (Some(1), Some(1)));
    assert_eq!(holding(&place.home(), &[person]), Vec::<PathBuf>::new());
}

#[test]
fn more_than_one_person_is_a_warning() {
    let both = "source = \"mission-en\"\nrecord = \"SYN-P-04\"\n";
    let place = Place::with_home();
    loaded(&place, "SYN-P-05");
    let report = erased(&place, both);
    assert_eq!(report["persons"].as_u64(), Some(2));
    assert!(report["warning"].as_str().is_some_and(|warning| warning.contains("more than one person")), "{report}");

    let place = Place::with_home();
    loaded(&place, "SYN-P-05");
    let said = place.ok(&["erase", "--from", text(&who(&place, both))]);
    assert!(said.starts_with("WARNING: more than one person"), "{said}");
}

#[test]
fn what_names_no_row_is_refused_with_the_remedy() {
    let place = Place::with_home();
    for (said, remedy) in [
        ("source = \"mission\"\nrecord = \"SYN-P-01\"", "mission-en, ngo-assistance"),
        ("source = \"htcds\"\nrecord = \"SYN-P-01\"", "pseudonym = "),
        ("record = \"SYN-P-01\"", "source and record belong together"),
        ("pseudonym = \"SYN-P-01\"", "32 hexadecimal digits"),
    ] {
        let output = place.run(&["erase", "--from", text(&who(&place, said))]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}: {told}");
        assert!(told.contains(remedy) && !told.contains("SYN-P"), "{said}: {told}");
    }
}

/// Questions go on, but say that somebody who is to go may still be counted; nothing is released.
#[test]
fn an_erasure_that_was_cut_off_is_told_until_it_is_finished() {
    let place = Place::with_home();
    loaded(&place, "SYN-P-05");
    let question = ["query", "SELECT count(*) FROM persons"];
    let told =
        |arguments: &[&str]| String::from_utf8_lossy(&place.run(arguments).stderr).contains("unfinished erasure");
    assert!(!told(&question) && !told(&["keys", "check"]));
    let journal = r#"{"erase":{"persons":[],"erasures_before":0,"tables":[],"reports":[]}}"#;
    fs::write(place.home().join(".change.json"), journal).expect("the file can be written");
    assert!(told(&question) && told(&["keys", "check"]));
    place.ends(&["release", "publish", "trends"], 2);
    place.ok(&["persons", "log"]);
    assert!(!told(&question), "whoever writes next finished it");
}

/// The key file stays as it is while somebody else writes to the home.
#[test]
fn keys_are_not_rotated_under_another_writer() {
    let place = Place::with_home();
    let lock = fs::File::create(place.home().join(".lock")).expect("the file can be made");
    lock.lock().expect("locked");
    let before = fs::read(place.path("home.key")).expect("the key can be read");
    place.ends(&["keys", "rotate"], 2);
    assert_eq!(fs::read(place.path("home.key")).expect("the key can be read"), before);
}

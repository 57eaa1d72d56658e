//! A home whose tables lie in a bucket answers as one whose tables lie in a folder, whatever is killed on the way.
//!
//! These tests need an S3 server that honours conditional writes, named by `PANOH_TEST_S3`; `tests/storage/server.py` is
//! one. They are ignored without it, so that `cargo test` needs nothing but Rust.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use panoh_dictionary::Dictionary;
use panoh_warehouse::{Bucket, BucketAddress, Credentials, Place as Tables, Warehouse, WarehouseError};

use crate::panoh::{LISTS, Place, fixture, text};

const BUCKET: &str = "panoh-test";

/// What the tests are told from outside.
#[expect(clippy::disallowed_methods, reason = "tests find their server through the environment")]
fn told(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; tests/storage/server.py says what to export"))
}

/// A part of the bucket that no other test uses.
fn prefix() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    format!("s3://{BUCKET}/{}/{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed))
}

/// A folder with a home whose tables lie in the bucket.
fn in_bucket() -> Place {
    let place = Place::new();
    place.ok(&["init", "--warehouse", &prefix(), "--endpoint", &told("PANOH_TEST_S3")]);
    place
}

fn load(place: &Place, source: &str, file: &Path) {
    let output = place.run(&["intake", text(file), "--source", source]);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}: {}", file.display(), said(&output));
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned()
}

fn statistics() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../queries/statistics");
    let files = fs::read_dir(folder).expect("the statistics are there").map(|entry| entry.expect("an entry").path());
    files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
}

/// Statistics as they are printed.
fn answers(place: &Place, names: &[String]) -> Vec<String> {
    names.iter().map(|name| place.ok(&["stats", name, "--format", "csv"])).collect()
}

/// Some of them, between steps of a test.
fn some() -> Vec<String> {
    ["routes", "destinations", "gender_trend"].map(str::to_owned).to_vec()
}

fn rows(place: &Place, question: &str) -> Vec<String> {
    place.ok(&["query", question, "--format", "csv"]).lines().skip(1).map(str::to_owned).collect()
}

/// A list of so many rows that loading it takes a while.
fn long_list(place: &Place) -> PathBuf {
    let mut list = "case_no,first_name,last_name,date_of_birth,passport_no,sex,citizenship,date_of_registration,\
                    recruitment_country,recruitment_region,exploitation_country,exploitation_type,services,status\n"
        .to_owned();
    for row in 0..40_000 {
        let (year, sex) = (2012 + row % 12, ["F", "M"][row % 2]);
        writeln!(list, "SYN-{row},,,,P{row:07},{sex},Tajikistan,{year}-02-01,Tajikistan,Sughd,Russia,labour,,victim")
            .expect("text can be written");
    }
    let path = place.path("long.csv");
    fs::write(&path, list).expect("the file can be written");
    path
}

/// Runs the command again and again, each time killed a little later, until it ends by itself. How often it was killed.
fn killed_until_done(place: &Place, arguments: &[&str], step: Duration, mut after_each: impl FnMut()) -> u32 {
    for kills in 0.. {
        let mut command = place.command(arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts");
        thread::sleep(step * (kills + 1));
        if let Some(ended) = child.try_wait().expect("it can be asked") {
            assert!(matches!(ended.code(), Some(0 | 3)), "{arguments:?} ended with {ended}");
            return kills;
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        after_each();
    }
    unreachable!("the command ends at some time")
}

#[test]
#[ignore = "needs an S3 server, see PANOH_TEST_S3"]
fn a_bucket_answers_as_a_folder() {
    let (bucket, folder) = (in_bucket(), Place::with_home());
    for (source, file) in LISTS {
        load(&bucket, source, &fixture(file));
        load(&folder, source, &fixture(file));
    }
    let all = statistics();
    let expected = answers(&folder, &all);
    assert!(expected.len() > 10 && expected.iter().any(|rows| rows.lines().count() > 3));
    assert_eq!(answers(&bucket, &all), expected);
    let expected = answers(&folder, &some());
    assert!(!bucket.home().join("warehouse").exists(), "no table lies in the home");
    let config = fs::read_to_string(bucket.home().join("panoh.toml")).expect("the home has a panoh.toml");
    assert!(config.contains("[warehouse]") && !config.contains(&told("AWS_ACCESS_KEY_ID")), "{config}");

    let again = bucket.ok(&["intake", text(&fixture("ngo-small.csv")), "--source", "ngo-assistance"]);
    assert!(again.contains("loaded before"), "{again}");
    bucket.ok(&["warehouse", "compact"]);
    assert_eq!(answers(&bucket, &some()), expected);
    bucket.ok(&["warehouse", "vacuum", "--days", "0"]);
    assert_eq!(answers(&bucket, &some()), expected);
    let status = bucket.json(&["warehouse", "status", "--json"]);
    assert!(status.as_array().expect("a list").iter().all(|table| table["files"].as_u64() <= Some(1)), "{status}");
    assert_eq!(bucket.run(&["stats", "routes", "--cluster", "df://127.0.0.1:1"]).status.code(), Some(2));
}

#[test]
#[ignore = "needs an S3 server, see PANOH_TEST_S3"]
fn a_corrected_export_replaces_rows_in_a_bucket() {
    let (bucket, folder) = (in_bucket(), Place::with_home());
    for file in ["xlsform-small.csv", "xlsform-corrected.csv"] {
        load(&bucket, "xlsform", &fixture(file));
        load(&folder, "xlsform", &fixture(file));
    }
    assert_eq!(answers(&bucket, &some()), answers(&folder, &some()));
    let again = bucket.json(&["intake", text(&fixture("xlsform-corrected.csv")), "--source", "xlsform", "--json"]);
    assert_eq!(again["outcome"], "already_loaded", "{again}");
    let earlier = bucket.ends(&["intake", text(&fixture("xlsform-small.csv")), "--source", "xlsform"], 3);
    assert!(earlier.contains("a later export has replaced rows of it"), "{earlier}");
}

#[test]
#[ignore = "needs an S3 server, see PANOH_TEST_S3"]
fn of_two_processes_that_load_one_file_one_does() {
    let place = in_bucket();
    let file = long_list(&place);
    let arguments = ["intake", text(&file), "--source", "mission-en"];
    let start = || place.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let children = [start(), start()];
    let mut codes = children.map(|mut child| child.wait().expect("it ends").code());
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(2)], "one loads, the other finds the home taken");
    assert_eq!(rows(&place, "SELECT count(*) FROM stored.cases"), ["40000"]);
}

/// Two machines with the same bucket have no lock in common. Here only the server's word keeps them apart.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an S3 server, see PANOH_TEST_S3"]
async fn of_two_commits_of_one_load_one_wins() {
    let address = BucketAddress::parse(&prefix(), Some(&told("PANOH_TEST_S3")), None, false).expect("an address");
    let credentials =
        Credentials { key_id: told("AWS_ACCESS_KEY_ID"), secret: told("AWS_SECRET_ACCESS_KEY"), session: None };
    let tables = Tables::Bucket(Bucket::new(&address, credentials).expect("a bucket"));
    let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
    let one = Warehouse::create(&tables, &dictionary, "0123456789abcdef").await.expect("a new warehouse");
    let other = Warehouse::open(&tables, &dictionary).await.expect("the same warehouse");
    for round in 0..10 {
        let load = format!("load:{round}");
        let (left, right) = (one.append("cases", &load), other.append("cases", &load));
        let (left, right) = (left.await.expect("begun"), right.await.expect("begun"));
        let ended = tokio::join!(tokio::spawn(left.commit()), tokio::spawn(right.commit()));
        let ended = [ended.0.expect("no panic"), ended.1.expect("no panic")];
        let is_lost = |end: &&Result<u64, _>| matches!(end, Err(WarehouseError::AlreadyLoaded { .. }));
        assert_eq!(ended.iter().filter(is_lost).count(), 1, "round {round}: {ended:?}");
        assert!(
            ended.iter().any(|end| matches!(end, Ok(version) if *version == round + 1)),
            "round {round}: {ended:?}"
        );
    }
}

#[test]
#[ignore = "needs an S3 server, see PANOH_TEST_S3"]
fn a_load_that_is_killed_is_done_by_running_it_again() {
    let (bucket, folder) = (in_bucket(), Place::with_home());
    let file = long_list(&bucket);
    let arguments = ["intake", text(&file), "--source", "mission-en"];
    let counted = || rows(&bucket, "SELECT count(*) FROM stored.cases").remove(0);
    let kills = killed_until_done(&bucket, &arguments, Duration::from_millis(100), || {
        let count = counted();
        assert!(count == "0" || count == "40000", "a load is there wholly or not at all: {count}");
    });
    assert!(kills >= 3, "killed {kills} times only");
    load(&folder, "mission-en", &file);
    assert_eq!(answers(&bucket, &some()), answers(&folder, &some()));
    bucket.ok(&["warehouse", "vacuum", "--days", "0"]);
    let status = bucket.json(&["warehouse", "status", "--json"]);
    let cases = status.as_array().expect("a list").iter().find(|table| table["table"] == "cases").expect("cases");
    assert!(cases["other_bytes"].as_u64() < Some(100_000), "files of loads that were killed are gone: {cases}");
}

#[test]
#[ignore = "needs an S3 server, see PANOH_TEST_S3"]
fn who_is_erased_is_gone_from_the_bucket() {
    let place = in_bucket();
    load(&place, "mission-en", &fixture("mission-small.csv"));
    let before = rows(&place, "SELECT person FROM stored.cases ORDER BY person");
    let person = before[0].clone();
    let who = place.path("who.toml");
    fs::write(&who, format!("pseudonym = \"{person}\"\n")).expect("the file can be written");
    fs::set_permissions(&who, fs::Permissions::from_mode(0o600)).expect("permissions can be set");
    let report = place.json(&["erase", "--from", text(&who), "--json"]);
    assert_eq!(report["persons"].as_u64(), Some(1), "{report}");
    let after = rows(&place, "SELECT person FROM stored.cases ORDER BY person");
    assert_eq!(after, before.into_iter().filter(|found| *found != person).collect::<Vec<_>>());
    let versions = place.json(&["warehouse", "versions", "--json"]);
    assert_eq!(versions.as_array().expect("a list").len(), 1, "no older version is left: {versions}");
}

#[test]
#[ignore = "needs an S3 server, see PANOH_TEST_S3"]
fn a_rotation_that_is_killed_is_finished_and_no_table_is_half_new() {
    let place = in_bucket();
    for (source, file) in LISTS {
        load(&place, source, &fixture(file));
    }
    let (answered, question) = (answers(&place, &some()), "SELECT DISTINCT person FROM stored.cases");
    let (before, mut refused) = (rows(&place, question), 0);
    let kills = killed_until_done(&place, &["keys", "rotate"], Duration::from_millis(400), || {
        let output = place.run(&["query", question, "--format", "csv"]);
        if output.status.code() != Some(0) {
            let said = said(&output);
            assert!(said.contains("panoh keys rotate"), "the remedy is named: {said}");
            refused += 1;
        }
    });
    assert!(kills >= 3 && refused >= 1, "killed {kills} times, refused {refused} times");
    place.ok(&["keys", "check"]);
    let after = rows(&place, question);
    assert_eq!(after.len(), before.len());
    assert!(!after.iter().any(|person| before.contains(person)), "every pseudonym is another one");
    assert_eq!(answers(&place, &some()), answered);
}

#[test]
#[ignore = "needs an S3 server, see PANOH_TEST_S3"]
fn what_is_wrong_with_a_bucket_is_said_without_its_secret() {
    let (endpoint, secret) = (told("PANOH_TEST_S3"), told("AWS_SECRET_ACCESS_KEY"));
    let refused = |url: &str, endpoint: &str, change: &[(&str, &str)], code: i32, word: &str| {
        let place = Place::new();
        let mut command = place.command(&["init", "--log", "trace", "--warehouse", url, "--endpoint", endpoint]);
        let output = command.envs(change.iter().copied()).output().expect("the binary starts");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(word), "{word}: {said}");
        assert!(!said.contains(&secret) && !said.contains("a-token-of-a-session"), "{said}");
        assert!(!place.path("home.key").exists() && !place.home().exists(), "nothing was made");
    };
    let url = prefix();
    refused(&url, &endpoint, &[("AWS_SECRET_ACCESS_KEY", "")], 5, "AWS_SECRET_ACCESS_KEY");
    refused(&url, &endpoint, &[("AWS_SECRET_ACCESS_KEY", "another")], 5, "refuses these credentials");
    refused(&url, &endpoint, &[("AWS_ACCESS_KEY_ID", "AKIAANOTHER")], 5, "refuses these credentials");
    refused(&url, &endpoint, &[("AWS_SESSION_TOKEN", "a-token-of-a-session")], 5, "refuses these credentials");
    refused("s3://panoh-none/a", &endpoint, &[], 2, "no such bucket");
    refused("s3://Panoh/a", &endpoint, &[], 2, "small letters");
    refused(&url, "http://storage.example.org", &[], 2, "https");
    refused(&url, "http://127.0.0.1:9", &[], 1, "check that the server");

    let place = in_bucket();
    let mut command = place.command(&["stats", "routes"]);
    let output = command.env("AWS_SECRET_ACCESS_KEY", "another").output().expect("the binary starts");
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
}

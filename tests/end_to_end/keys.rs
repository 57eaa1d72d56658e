//! Key and interruption: what is refused, and with which exit code.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::panoh::{Place, fixture, text};

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
    let secret = key.split_whitespace().last().expect("the key has a value").to_owned();
    assert_eq!(secret.len(), 64);
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

//! Exports as people handle them: file names with blanks, pipes, corrected exports in which consent was taken back.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::panoh::{Place, fixture, text};

const MAPPING: &str = r#"name = "corrected"
title = "A list whose rows are corrected"
table = "cases"
accept = ["code", "alias", "en"]
[file]
replace_by_record_id = true
[constants]
record_system = "direct_assistance"
legal_basis = "consent"
[columns]
id = { identity = "record_id" }
year = { year = "registered_year" }
citizenship = { codes = "citizenships" }
consent = { consent = ["yes"] }
"#;

/// The command that an inspection prints is pasted into a shell, as it is.
#[test]
fn the_printed_command_loads_a_file_whose_name_has_blanks() {
    let place = Place::new();
    let file = place.path("it's filled cases.xlsx");
    fs::copy(fixture("htcds-spreadsheet-small.xlsx"), &file).expect("the folder is writable");
    let printed = |arguments: &[&str]| {
        let said = place.run(arguments).stderr;
        let said = String::from_utf8(said).expect("UTF-8");
        let line = said.lines().find_map(|line| line.trim().strip_prefix("panoh ").map(str::to_owned));
        line.unwrap_or_else(|| panic!("no command: {said}"))
    };
    let pasted = |command: &str| {
        let mut shell = Command::new("sh");
        let binary = env!("CARGO_BIN_EXE_panoh");
        shell.args(["-c", &format!("{binary} {command}")]).env("PANOH_HOME", place.home()).current_dir(place.path(""));
        let output = shell.output().expect("the shell starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = pasted(&printed(&["inspect", text(&file)]));
    assert_eq!(code, Some(3), "some rows of the file are refused: {said}");
    let list = place.path("a list.csv");
    let rows = "Фамилия;Имя;Пол;Гражданство;Дата обращения\nКаримова;Зулфия;Женский;Таджикистан;02.06.2018\n";
    fs::write(&list, rows).expect("the folder is writable");
    let (code, said) = pasted(&printed(&["inspect", text(&list), "--mapping", "my mapping.toml"]));
    assert!(matches!(code, Some(0 | 3 | 4)), "the mapping and the file were found: {said}");
    assert!(!said.contains("cannot read"), "{said}");
}

#[test]
fn a_pipe_is_refused_before_anybody_waits_for_it() {
    let place = Place::with_home();
    let pipe = place.path("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there").success());
    for arguments in [&["inspect", text(&pipe)][..], &["intake", text(&pipe), "--source", "mission-en"]] {
        let mut child = place.command(arguments).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let ended = (0..400).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            child.try_wait().expect("a child").is_some()
        });
        if !ended {
            child.kill().expect("a child of this test");
            panic!("{} waits for the pipe", arguments[0]);
        }
        let output = child.wait_with_output().expect("a child");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains("not a file"), "{:?} {said}", output.status);
    }
}

#[test]
fn rows_that_go_and_rows_that_stay_are_told_in_every_report() {
    let place = Place::with_home();
    let (mapping, first, second, page) =
        (place.path("corrected.toml"), place.path("first.csv"), place.path("second.csv"), place.path("page.html"));
    fs::write(&mapping, MAPPING).expect("the folder is writable");
    let names = "id,year,citizenship,consent\n";
    fs::write(&first, format!("{names}1,2018,TJK,yes\n2,2019,TJK,yes\n")).expect("the folder is writable");
    fs::write(&second, format!("{names}1,2018,TJK,no\n2,2020,Nowhere,yes\n")).expect("the folder is writable");
    place.ok(&["intake", text(&first), "--source", text(&mapping)]);
    for (language, gone, stays) in [
        ("en", "rows withdrawn: consent is no longer given: 1", "what an earlier export said: 1"),
        ("ru", "согласия больше нет: 1", "сказанное прежней выгрузкой: 1"),
        ("tg", "розигӣ дигар нест: 1", "дар бораи онҳо мондааст: 1"),
    ] {
        let arguments = ["intake", text(&second), "--source", text(&mapping), "--dry-run", "--lang", language];
        let said = place.ends(&arguments, 3);
        assert!(said.contains(gone) && said.contains(stays), "{said}");
    }
    let load = ["intake", text(&second), "--source", text(&mapping), "--json", "--html", text(&page)];
    let report: serde_json::Value = serde_json::from_str(&place.ends(&load, 3)).expect("JSON");
    assert_eq!(
        (&report["outcome"], &report["withdrawn"], &report["outdated"]),
        (&"withdrawn".into(), &1.into(), &1.into())
    );
    let page = fs::read_to_string(page).expect("the page");
    assert!(page.contains("rows withdrawn: consent is no longer given: 1"), "{page}");
    let years = place.ok(&["query", "SELECT registered_year FROM cases", "--format", "csv"]);
    assert_eq!(years.lines().skip(1).collect::<Vec<_>>(), ["2019"]);
}

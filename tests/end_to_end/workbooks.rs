//! Workbooks as they come, read by a child of the binary: the same list as XLSX, XLS and ODS gives the same rows as the CSV,
//! what a workbook does not show as it is refuses the row or the file, and a workbook that was tampered with ends in rows
//! or a reason, inside its limits.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::panoh::{Place, fixture, text};

const KINDS: [&str; 3] = ["mission-small.xlsx", "mission-small.xls", "mission-small.ods"];

/// How many changed workbooks of each kind a child is given. XLSX and ODS are changed by the thousand where the reader
/// needs no limits; the one of XLS does.
const CHANGED: [usize; 3] = [40, 400, 40];

/// What the child may use in these tests.
const MEMORY: &str = "536870912";
const SECONDS: &str = "2";

#[test]
fn a_list_is_the_same_in_every_kind_of_file() {
    let ask = |name: &str| {
        let place = Place::with_home();
        place.ok(&["intake", text(&fixture(name)), "--source", "mission-en"]);
        // Pseudonyms and digests differ from home to home.
        let sql = "SELECT * EXCEPT (record, person, load, case_reference) FROM cases \
                   ORDER BY registered_month, gender, citizenships, purposes";
        place.ok(&["query", sql, "--format", "csv"])
    };
    let csv = ask("mission-small.csv");
    assert!(csv.lines().count() > 8, "{csv}");
    for kind in KINDS {
        assert_eq!(ask(kind), csv, "{kind}");
    }
}

/// A mapping for the workbooks of `tests/fixtures/defects`.
fn mapping(place: &Place, file: &str, formats: &str) -> String {
    let written = format!(
        r#"name = "defects"
title = "Workbooks with one defect"
table = "cases"
accept = ["code", "names"]
[file]
{file}
[columns]
No = {{ identity = "record_id" }}
Seen = {{ date = {{ year = "registered_year" }}, formats = [{formats}] }}
Citizenship = {{ codes = "citizenships", separator = ";" }}
Notes = {{ drop = "free text" }}
"#
    );
    let path = place.path("defects.toml");
    fs::write(&path, written).expect("the folder is writable");
    text(&path).to_owned()
}

/// Year and citizenship of the loaded rows, then place and rule of each refusal.
fn came_out(file: &str, shape: &str, formats: &str) -> Vec<String> {
    let place = Place::with_home();
    let mapping = mapping(&place, shape, formats);
    let output = place.run(&["intake", text(&fixture("defects").join(file)), "--source", &mapping]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{file}: {:?} {said}", output.status);
    let sql = "SELECT registered_year, array_to_string(citizenships, ' ') FROM cases ORDER BY registered_year";
    let rows = place.ok(&["query", sql, "--format", "csv"]);
    let mut seen: Vec<String> = rows.lines().skip(1).map(str::to_owned).collect();
    let lists = fs::read_dir(place.home().join("rejections")).expect("there is a folder of refusals");
    for list in lists {
        let list = fs::read_to_string(list.expect("a file").path()).expect("text");
        for line in list.lines() {
            let refusal: serde_json::Value = serde_json::from_str(line).expect("JSON");
            seen.push(format!("{} {}", refusal["line"], refusal["rule"].as_str().unwrap_or_default()));
        }
    }
    seen
}

#[test]
fn what_a_workbook_does_not_show_refuses_the_row() {
    let iso = r#""%Y-%m-%d""#;
    for kind in ["xlsx", "xls", "ods"] {
        let formulas = came_out(&format!("20-formula-without-value.{kind}"), "", iso);
        assert_eq!(formulas, ["2018,TJK", "2020,UZB", "3 formula_without_value"], "{kind}");
        let merged = came_out(&format!("21-merged-cells.{kind}"), "header_row = 2", iso);
        assert_eq!(merged, ["2018,TJK", "2021,UZB", "4 merged_cells", "5 merged_cells"], "{kind}");
    }
}

#[test]
fn days_are_counted_from_where_the_workbook_counts_them() {
    for kind in ["xlsx", "xls", "ods"] {
        let file = format!("22-days-from-1904.{kind}");
        assert_eq!(came_out(&file, "", r#""excel-1904""#), ["2018,TJK", "2019,UZB"], "{kind}");
        let said = refused_whole(&file, r#""%Y-%m-%d", "excel-1900""#);
        assert!(said.contains("column Seen") && said.contains("from 1904"), "{kind}: {said}");
    }
    let said = refused_whole("20-formula-without-value.xlsx", r#""excel-1904""#);
    assert!(said.contains("from 1900"), "{said}");
}

#[test]
fn an_archive_with_two_files_of_one_name_holds_two_files() {
    let said = refused_whole("23-two-files-of-one-name.zip", r#""%Y-%m-%d""#);
    assert!(said.contains("the archive holds 2 files"), "{said}");
}

/// What is said of a file that is refused as a whole.
fn refused_whole(file: &str, formats: &str) -> String {
    let place = Place::with_home();
    let mapping = mapping(&place, "", formats);
    let output = place.run(&["intake", text(&fixture("defects").join(file)), "--source", &mapping]);
    assert_eq!(output.status.code(), Some(4), "{file}");
    String::from_utf8_lossy(&output.stderr).replace('\n', " ")
}

#[test]
fn a_changed_workbook_ends_in_an_answer() {
    let place = Place::new();
    let mut dice = Dice(0x5eed_0003);
    let mut answers = std::collections::BTreeSet::new();
    for (kind, files) in KINDS.into_iter().zip(CHANGED) {
        let book = fs::read(fixture(kind)).expect("the fixture is there");
        for _ in 0..files {
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

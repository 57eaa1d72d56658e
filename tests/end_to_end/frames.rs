//! The registers of five states through the binary: all of them loaded, each shipped definition published with real noise,
//! and the shares of the domain's example.

use std::fs;

use crate::panoh::{Place, fixture, text};

/// Registers, cases first.
const REGISTERS: [&str; 5] = ["cases", "assistance", "referrals", "contacts", "proceedings"];
/// Definitions about them; together they cost what a cohort has for first figures.
const DEFINITIONS: [&str; 7] = ["persons", "services", "referrals", "grants", "returnees", "suspects", "hotline"];

#[test]
fn the_registers_of_five_states_are_released() {
    let place = Place::with_home();
    for register in REGISTERS {
        let file = |ending: &str| fixture(&format!("five-states/{register}.{ending}"));
        place.ok(&["intake", text(&file("csv")), "--source", text(&file("toml"))]);
    }
    for name in DEFINITIONS {
        let release = place.json(&["release", "publish", name, "--json"]);
        let id = release["id"].as_str().expect("a release has an id");
        let folder = place.home().join("published").join(id);
        let verified = place.json(&["release", "verify", text(&folder), "--json"]);
        assert_eq!(verified["id"].as_str(), Some(id));
        let shown = place.json(&["release", "show", id, "--json"]);
        assert_eq!(shown["definition"]["series"].as_str(), Some(format!("five-states-{name}").as_str()));
    }
    // Nothing is left for first figures, whatever frame they are over: a person is one person in all of them.
    place.ends(&["release", "publish", "trends"], 6);
}

/// How often each of the five persons is in the list; many, so that the noise of rho 0.5 is small beside them.
const COPIES: usize = 400;

#[test]
fn the_shares_of_the_example_come_out() {
    let place = Place::with_home();
    // Lines 2 to 6 are five women of 2019 with the purposes {L}, {S}, {O}, {} and {L, S}; in this file each row is a person.
    let small = fs::read_to_string(fixture("ctdc-small.csv")).expect("the fixture is there");
    let lines: Vec<&str> = small.lines().collect();
    let many = [vec![lines[0]], lines[1..6].repeat(COPIES)].concat().join("\n");
    fs::write(place.path("many.csv"), many).expect("the folder is writable");
    place.ok(&["intake", "many.csv", "--source", "ctdc-2021"]);
    fs::write(place.path("shares.toml"), definition()).expect("the folder is writable");
    let release = place.json(&["release", "publish", "shares.toml", "--json"]);
    let folder = place.home().join("published").join(release["id"].as_str().expect("an id"));
    for (purpose, share) in [("forced_labour", 0.5), ("sexual_exploitation", 0.5), ("other", 0.25)] {
        let table = fs::read_to_string(folder.join(format!("tables/{purpose}.csv"))).expect("the table is there");
        let persons = |code: &str| estimate(&table, code);
        let found = persons("yes") / (persons("yes") + persons("no"));
        // Of 1,600 who are known; the noise moves the share by less than half a point in six standard errors.
        assert!((found - share).abs() < 0.03, "{purpose}: {found} is not {share}");
        assert!((persons("not_known") - COPIES as f64).abs() < 40.0, "{purpose}");
    }
}

/// A column of one code, then its estimate.
fn estimate(table: &str, code: &str) -> f64 {
    let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let at = header.iter().position(|name| *name == "estimate").expect("a column of estimates");
    let row = lines.find(|row| row[0] == code).expect("every code has a row");
    row[at].parse().expect("a number")
}

fn definition() -> String {
    let dimension = |purpose: &str| {
        format!(
            "[[dimension]]\nname = \"{purpose}\"\ntitle = \"{purpose}\"\ncolumn = \"purpose_{purpose}\"\n\
             list = \"yes_no\"\ncodes = \"all\"\n[[table]]\nname = \"{purpose}\"\ntitle = \"{purpose}\"\n\
             dimensions = [\"{purpose}\"]\n"
        )
    };
    let head = "name = \"shares\"\ntitle = \"Shares\"\ndescription = \"For a test.\"\nframe = \"persons\"\n\
                author = \"Nobody\"\ndate = \"2026-01-01\"\naudience = \"public\"\npurpose = \"first\"\nrho = 0.5\n\
                smallest_count_of_interest = 30\ncohorts = { from = 2019, to = 2019 }\n";
    [head.to_owned(), ["forced_labour", "sexual_exploitation", "other"].map(dimension).concat()].concat()
}

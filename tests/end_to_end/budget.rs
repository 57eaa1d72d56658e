//! The budget through the binary: a backup that is put back, a head file that is lost, a release that is withdrawn.

use std::fs;
use std::path::{Path, PathBuf};

use crate::panoh::{Place, fixture, text};
use crate::server::Serving;

/// A home with the small register of the fixtures.
fn loaded() -> Place {
    let place = Place::with_home();
    place.ok(&["intake", text(&fixture("ngo-small.csv")), "--source", "ngo-assistance"]);
    place
}

/// Publishes first figures, or the revision of these; the id.
fn publish(place: &Place, revised: Option<&str>) -> String {
    let purpose = if revised.is_some() { "revision" } else { "first" };
    let supersedes = revised.map(|id| format!("supersedes = \"{id}\"")).unwrap_or_default();
    let definition = format!(
        r#"
name = "years"
title = "Persons first registered, by year"
description = "One figure for each year."
frame = "persons"
author = "Example organisation"
date = "2026-11-01"
audience = "public"
purpose = "{purpose}"
series = "years"
{supersedes}
cohorts = {{ from = 2018, to = 2020 }}
rho = 0.2
smallest_count_of_interest = 100

[[table]]
name = "years"
title = "Persons by year"
dimensions = ["year"]
"#
    );
    let file = place.path(&format!("years-{purpose}.toml"));
    fs::write(&file, definition).expect("the definition is written");
    let release = place.json(&["release", "publish", text(&file), "--json"]);
    release["id"].as_str().expect("a release has an id").to_owned()
}

fn ledger(place: &Place) -> PathBuf {
    place.home().join("ledger.sqlite")
}

fn restore(place: &Place, backup: &Path) {
    for beside in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = fs::remove_file(place.home().join(beside));
    }
    fs::copy(backup, ledger(place)).expect("the backup is put back");
}

#[test]
fn a_ledger_from_a_backup_is_counted_again_from_what_is_public() {
    let place = loaded();
    let first = publish(&place, None);
    let backup = place.path("backup.sqlite");
    fs::copy(ledger(&place), &backup).expect("a backup is made");
    let second = publish(&place, Some(&first));
    let before = place.json(&["budget", "--json"]);
    assert!(place.ok(&["budget", "verify"]).contains("agree"));
    assert!(place.ok(&["budget", "reconcile"]).contains("Nothing is missing"));

    restore(&place, &backup);
    place.ends(&["budget"], 5);
    place.ends(&["release", "publish", text(&place.path("years-first.toml"))], 5);
    let told = place.ends(&["budget", "reconcile"], 5);
    assert!(
        told.contains("There were 4.") && told.contains(&second) && told.contains("nothing else is counted"),
        "{told}"
    );
    place.ends(&["budget"], 5);
    let done = place.ok(&["budget", "reconcile", "--yes"]);
    assert!(done.contains("Written down as entry 5"), "{done}");
    assert_eq!(place.json(&["budget", "--json"]), before);
    let audit = place.json(&["budget", "verify", "--json"]);
    assert_eq!((audit["head"]["count"].as_u64(), audit["findings"].as_array().map(Vec::len)), (Some(5), Some(0)));
    place.ends(&["release", "publish", text(&place.path("years-revision.toml"))], 6);
}

#[test]
fn a_release_that_is_gone_too_counts_at_the_limits() {
    let place = loaded();
    let backup = place.path("backup.sqlite");
    let first = publish(&place, None);
    fs::copy(ledger(&place), &backup).expect("a backup is made");
    let gone = publish(&place, Some(&first));
    restore(&place, &backup);
    fs::remove_dir_all(place.home().join("published").join(gone)).expect("the folder is lost");
    place.ok(&["budget", "reconcile", "--yes"]);
    let budget = place.json(&["budget", "--json"]);
    assert_eq!(budget["cohorts"][0]["revision"], 250_000_000);
    assert_eq!(budget["floor"]["project"], 250_000_000);
    assert!(place.ok(&["budget"]).contains("others to 20"));
    assert!(place.ok(&["budget", "verify"]).contains("agree"));
    place.ends(&["release", "publish", text(&place.path("years-first.toml"))], 6);
}

#[test]
fn a_lost_head_file_is_made_again_when_the_number_is_known() {
    let place = loaded();
    publish(&place, None);
    let head = place.path("home.ledger-head");
    fs::remove_file(&head).expect("the head file lies beside the home");
    place.ends(&["budget"], 5);
    let unknown = place.run(&["budget", "reconcile", "--json"]);
    let unknown: serde_json::Value = serde_json::from_slice(&unknown.stdout).expect("JSON");
    assert_eq!(
        (unknown["written"].as_bool(), unknown["reconciliation"]["damage"].as_str()),
        (Some(false), Some("head_missing"))
    );
    assert!(unknown["reconciliation"]["floor"].is_object());
    let known = place.json(&["budget", "reconcile", "--entries", "2", "--yes", "--json"]);
    assert!(known["reconciliation"]["floor"].is_null() && known["before"] == known["after"], "{known}");
    assert!(head.is_file());
    assert!(place.ok(&["budget", "verify"]).contains("agree"));
}

#[test]
fn a_withdrawn_release_says_so_everywhere() {
    let place = loaded();
    let id = publish(&place, None);
    let before = place.json(&["budget", "--json"]);
    place.ends(&["release", "withdraw", &id, "--reason", "crash"], 2);
    place.ends(&["release", "withdraw", "years-000000000000", "--reason", "legal"], 2);
    let told = place.ok(&["release", "withdraw", &id, "--reason", "operator_error"]);
    assert!(told.contains("operator_error"), "{told}");

    assert_eq!(place.json(&["budget", "--json"]), before, "the charge stays");
    let listed = place.json(&["release", "list", "--json"]);
    assert_eq!(
        (listed[0]["state"].as_str(), listed[0]["reason"].as_str()),
        (Some("withdrawn"), Some("operator_error"))
    );
    assert!(place.ok(&["release", "list"]).contains("withdrawn"));
    assert!(place.ok(&["release", "show", &id]).contains("asked for the wrong thing"));
    let folder = place.home().join("published").join(&id);
    let refused = place.run(&["release", "verify", text(&folder)]);
    assert_eq!(refused.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("was withdrawn on"));
    assert!(place.ok(&["budget", "verify"]).contains("1 withdrawn"));

    let serving = Serving::start(&place);
    assert_eq!(serving.get(&format!("/v1/releases/{id}")).0, 410);
    assert_eq!(serving.json("/v1/withdrawn")["withdrawn"][0]["release"].as_str(), Some(id.as_str()));
}

#[test]
fn the_budget_is_a_page_with_a_picture() {
    let place = loaded();
    let id = publish(&place, None);
    let page = place.path("budget.html");
    place.ok(&["budget", "--html", text(&page)]);
    let page = fs::read_to_string(page).expect("the page is written");
    assert!(page.contains("<svg") && page.contains(&id) && page.contains("2019"));
}

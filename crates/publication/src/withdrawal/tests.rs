//! A release is taken out of public, cut off in between, and done again.

use std::fs;

use sha2::{Digest, Sha256};

use super::*;
use crate::artefact::tests::signer;
use crate::definition::hex;
use crate::{FORMAT_VERSION, Rho, read};

const DIGEST: &str = "abababababababababababababababababababababababababababababababab";

fn withdrawal() -> Withdrawal {
    let rho = Rho::new(0.5).expect("good");
    Withdrawal {
        format: FORMAT_VERSION,
        id: Slug::new("small-1").expect("good"),
        title: None,
        released: None,
        withdrawn: Day::new("2026-11-22").expect("good"),
        reason: Reason::OperatorError,
        audience: None,
        project: None,
        purpose: Purpose::First,
        cohorts: vec![CohortRho { cohort: "2019".into(), rho }],
        definition_digest: DIGEST.into(),
        artefact_digest: DIGEST.into(),
        ledger_head: "1:".into(),
        ledger_entry: 3,
        signature: String::new(),
    }
}

/// A folder of releases with one damaged release.
fn published() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir_all(folder.path().join("small-1/tables")).unwrap();
    fs::write(folder.path().join("small-1/tables/years.csv"), "year,estimate\n2019,7\n").unwrap();
    fs::write(folder.path().join("small-1/release.json"), "{}").unwrap();
    folder
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_figures_go_and_a_note_stays() {
    let folder = published();
    let told = withdraw(folder.path(), &withdrawal(), &signer()).unwrap();
    let dir = folder.path().join("small-1");
    assert_eq!(names(&dir), ["README.md", "withdrawn.json"], "a damaged release.json is not kept");
    assert_eq!(names(folder.path()), ["small-1"]);
    assert_eq!(read_withdrawal(&dir).unwrap(), Some(told));
    let error = read(&dir).unwrap_err();
    assert!(matches!(error, ArtefactError::Withdrawn { reason: Reason::OperatorError, .. }), "{error}");
    assert!(error.to_string().contains("withdrawn on 2026-11-22 (operator_error)"), "{error}");
    assert!(fs::read_to_string(dir.join("README.md")).unwrap().contains("asked for the wrong thing"));
}

#[test]
fn release_json_stays_when_the_sums_name_it() {
    let folder = published();
    let dir = folder.path().join("small-1");
    let sums = format!("{}  release.json\n", hex(&Sha256::digest("{}")));
    fs::write(dir.join("SHA256SUMS"), &sums).unwrap();
    let named = Withdrawal { artefact_digest: hex(&Sha256::digest(&sums)), ..withdrawal() };
    withdraw(folder.path(), &named, &signer()).unwrap();
    // Named, but no release: only a file that reads as the release is kept.
    assert_eq!(names(&dir), ["README.md", "withdrawn.json"]);
}

#[test]
fn a_withdrawal_that_was_cut_off_is_finished() {
    let folder = published();
    let [dir, old, fresh] = ["small-1", ".taken-small-1", ".withdrawn-small-1"].map(|name| folder.path().join(name));
    // Between the two renames nothing stands under the name.
    fs::rename(&dir, &old).unwrap();
    fs::create_dir(&fresh).unwrap();
    fs::write(fresh.join("withdrawn.json"), "{").unwrap();
    withdraw(folder.path(), &withdrawal(), &signer()).unwrap();
    assert_eq!(names(folder.path()), ["small-1"]);
    // After the second rename the old folder may be left.
    fs::create_dir(&old).unwrap();
    let other_day = Withdrawal { withdrawn: Day::new("2026-12-01").unwrap(), ..withdrawal() };
    let told = withdraw(folder.path(), &other_day, &signer()).unwrap();
    assert_eq!(told.withdrawn.as_str(), "2026-11-22", "what is public already stays");
    assert_eq!(names(folder.path()), ["small-1"]);
}

#[test]
fn the_list_is_written_when_it_changes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(!write_listing(folder.path(), &Listing::default()).unwrap());
    assert_eq!(names(folder.path()), Vec::<String>::new());
    let listing = Listing { withdrawn: vec![withdrawal()], void: Vec::new() };
    assert!(write_listing(folder.path(), &listing).unwrap());
    assert!(!write_listing(folder.path(), &listing).unwrap());
    assert_eq!(read_listing(folder.path()).unwrap(), listing);
    assert!(write_listing(folder.path(), &Listing::default()).unwrap(), "an empty list replaces a full one");
    assert_eq!(names(folder.path()), ["withdrawn.json"]);
}

#[test]
fn a_note_about_another_release_is_refused() {
    let folder = published();
    withdraw(folder.path(), &withdrawal(), &signer()).unwrap();
    fs::rename(folder.path().join("small-1"), folder.path().join("small-2")).unwrap();
    let error = read_withdrawal(&folder.path().join("small-2")).unwrap_err();
    assert!(error.to_string().contains("another release"), "{error}");
}

#[test]
fn a_note_that_was_changed_has_no_signer() {
    let folder = published();
    let told = withdraw(folder.path(), &withdrawal(), &signer()).unwrap();
    assert_eq!(told.signer(), Some(signer().public_key()));
    let read = read_withdrawal(&folder.path().join("small-1")).unwrap().unwrap();
    assert_eq!(read.signer(), Some(signer().public_key()));
    let cheaper = vec![CohortRho { cohort: "2019".into(), rho: Rho::new(0.001).expect("good") }];
    for changed in [
        Withdrawal { cohorts: cheaper, ..told.clone() },
        Withdrawal { ledger_entry: 4, ..told.clone() },
        Withdrawal { ledger_head: "2:".into(), ..told.clone() },
        Withdrawal { purpose: Purpose::Project, ..told.clone() },
        Withdrawal { signature: String::new(), ..told.clone() },
    ] {
        assert_eq!(changed.signer(), None, "{changed:?}");
    }
}

//! A release is withdrawn, with crashes in between, and the public list says so.

use std::fs;

use panoh_ledger::LedgerError;
use panoh_publication::{ArtefactError, read, read_listing};

use super::*;
use crate::fixture::{Home, PEOPLE, definition, persons, planned, run, signer, silence};
use crate::{Published, publish, recover};

fn published(home: &Home) -> Published {
    let plan = planned(&definition(|text| text.replace("rho = 0.5", "rho = 0.24")));
    let (path, clock) = (home.published(), || home.clock());
    publish(&plan, &persons(&plan, &PEOPLE), &mut home.ledger(), &run(&path, &clock), &mut silence).unwrap()
}

fn withdraw_it(home: &Home, id: &Slug) -> Result<Withdrawal, ReleaseError> {
    withdraw(&mut home.ledger(), &home.published(), id, WithdrawalReason::Legal, signer(), &|| home.clock())
}

#[test]
fn the_figures_go_and_the_identity_stays() {
    let home = Home::new();
    let release = published(&home);
    let before = read(&release.path).unwrap().release;
    let spent = home.ledger().budget().unwrap();
    let told = withdraw_it(&home, &release.id).unwrap();
    assert_eq!((&told.title, &told.artefact_digest), (&Some(before.definition.title.clone()), &release.digest));
    assert_eq!((told.reason, told.withdrawn.as_str()), (Reason::Legal, "2026-01-31"));
    assert_eq!(told.ledger_head, before.ledger_head);

    let mut files: Vec<_> =
        fs::read_dir(&release.path).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort_unstable();
    assert_eq!(files, ["README.md", "SHA256SUMS", "release.json", "withdrawn.json"]);
    assert!(matches!(read(&release.path), Err(ArtefactError::Withdrawn { .. })));
    assert_eq!(home.ledger().budget().unwrap(), spent, "what it cost stays spent");
    assert_eq!(read_listing(&home.published()).unwrap().withdrawn, std::slice::from_ref(&told));
    assert_eq!(withdraw_it(&home, &release.id).unwrap(), told, "again changes nothing");
    // Its place is free for a better one, as far as the budget goes.
    assert_ne!(published(&home).id, release.id);
}

#[test]
fn what_is_not_public_is_not_withdrawn() {
    let home = Home::new();
    published(&home);
    let unknown = Slug::new("nobody").unwrap();
    let error = withdraw_it(&home, &unknown).unwrap_err();
    assert!(matches!(error, ReleaseError::Ledger(LedgerError::ReleaseUnknown { .. })), "{error}");
}

#[test]
fn a_withdrawal_that_was_cut_off_is_finished_by_recovery() {
    let home = Home::new();
    let release = published(&home);
    // The machine stops after the ledger has been told.
    home.ledger().withdraw(release.id.as_str(), WithdrawalReason::Superseded, "2026-02-03T00:00:00Z").unwrap();
    read(&release.path).unwrap();
    recover(&mut home.ledger(), &home.published(), signer(), &|| home.clock()).unwrap();
    let listed = read_listing(&home.published()).unwrap().withdrawn.remove(0);
    assert_eq!((listed.reason, listed.withdrawn.as_str()), (Reason::Superseded, "2026-02-03"));
    assert!(matches!(read(&release.path), Err(ArtefactError::Withdrawn { .. })));
}

#[test]
fn a_damaged_release_can_be_withdrawn() {
    let home = Home::new();
    let release = published(&home);
    fs::remove_dir_all(&release.path).unwrap();
    let told = withdraw_it(&home, &release.id).unwrap();
    assert_eq!((told.title, told.artefact_digest), (None, release.digest));
    assert!(told.ledger_head.starts_with("1:"));
}

#[test]
fn a_release_that_was_given_up_is_listed() {
    let home = Home::new();
    let plan = planned(&definition(|text| text));
    let (path, clock) = (home.published(), || home.clock());
    let error = publish(&plan, &persons(&plan, &PEOPLE), &mut home.ledger(), &run(&path, &clock), &mut |_, sigma| {
        Err(panoh_privacy::PrivacyError::BadScale(sigma))
    });
    assert!(error.is_err());
    let void = read_listing(&home.published()).unwrap().void.remove(0);
    assert_eq!((void.reason, void.cohorts.len(), void.day.as_str()), (Reason::Crash, 2, "2026-01-31"));
}

//! Ledger and public releases are held against each other, each changed in turn; and a ledger that is an older copy is
//! brought back from what is public.

use std::fs;

use panoh_ledger::{Limits, WithdrawalReason};
use panoh_publication::Signer;

use super::*;
use crate::fixture::{Home, PEOPLE, definition, draft_of, persons, planned, run, signer, silence};
use crate::{Published, ReleasePlan, evidence, hold, publish, withdraw};

const AT: &str = "2026-03-01T00:00:00Z";

/// A plan of first figures, or of the revision of these.
fn plan_of(revised: Option<&Published>) -> ReleasePlan {
    let purpose = revised.map_or("purpose = \"first\"\nseries = \"persons\"".to_owned(), |revised| {
        format!("purpose = \"revision\"\nseries = \"persons\"\nsupersedes = \"{}\"", revised.id)
    });
    let change = |text: String| text.replace("rho = 0.5", "rho = 0.24").replace("purpose = \"first\"", &purpose);
    planned(&definition(change))
}

fn published(home: &Home, revised: Option<&Published>) -> Published {
    let plan = plan_of(revised);
    let (path, clock) = (home.published(), || home.clock());
    publish(&plan, &persons(&plan, &PEOPLE), &mut home.ledger(), &run(&path, &clock), &mut silence).unwrap()
}

fn audited(home: &Home) -> Audit {
    audit(&mut home.ledger(), &home.published(), &signer().public_key()).unwrap()
}

fn rules(home: &Home) -> Vec<String> {
    audited(home).findings.into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_sound_home_has_nothing_to_find() {
    let home = Home::new();
    assert_eq!(rules(&home), Vec::<String>::new());
    let one = published(&home, None);
    published(&home, Some(&one));
    withdraw(&mut home.ledger(), &home.published(), &one.id, WithdrawalReason::Legal, signer(), &|| AT.to_owned())
        .unwrap();
    let audit = audited(&home);
    assert_eq!(audit.findings, []);
    assert_eq!(audit.releases, BTreeMap::from([("published", 1), ("withdrawn", 1)]));
    assert_eq!(audit.cohorts.len(), 2);
    for cohort in &audit.cohorts {
        assert_eq!(cohort.ledger, cohort.published.plus(cohort.withdrawn));
        assert!(cohort.published > NanoRho::ZERO && cohort.withdrawn > NanoRho::ZERO);
        assert_eq!((cohort.not_public, cohort.counted), (NanoRho::ZERO, NanoRho::ZERO));
    }
}

#[test]
fn everything_that_does_not_agree_is_found() {
    let home = Home::new();
    let release = published(&home, None);
    let finds = |words: &str| {
        let rules = rules(&home);
        assert!(rules.len() == 1 && rules[0].contains(words), "{words}: {rules:?}");
    };
    let csv = release.path.join("tables/by_year.csv");
    let bytes = fs::read(&csv).unwrap();
    fs::write(&csv, "edited").unwrap();
    finds("put the original back");
    fs::write(&csv, bytes).unwrap();

    let signature = release.path.join("SHA256SUMS.sig");
    let own = fs::read(&signature).unwrap();
    let (elsewhere, other_signer) = (tempfile::tempdir().unwrap(), panoh_publication::Signer::of_secret([6; 32]));
    let same = panoh_publication::write(elsewhere.path(), &draft_of(&release.path), &other_signer).unwrap();
    assert_eq!(same.digest, release.digest, "the same release, signed by somebody else");
    fs::copy(same.path.join("SHA256SUMS.sig"), &signature).unwrap();
    finds("somebody else signed it");
    fs::write(&signature, own).unwrap();

    let away = home.published().join(".away");
    fs::rename(&release.path, &away).unwrap();
    finds("its folder is not there");
    fs::rename(&away, &release.path).unwrap();

    let other = Home::new();
    let stranger = published(&other, Some(&published(&other, None)));
    let copy = home.published().join(stranger.id.as_str());
    fs::rename(&stranger.path, &copy).unwrap();
    finds("the ledger does not know it");
    fs::rename(&copy, &stranger.path).unwrap();

    fs::write(home.published().join("withdrawn.json"), r#"{ "withdrawn": [], "void": [] }"#).unwrap();
    assert_eq!(rules(&home), Vec::<String>::new());
    home.ledger().withdraw(release.id.as_str(), WithdrawalReason::Legal, AT).unwrap();
    let found = rules(&home);
    assert!(found.iter().any(|rule| rule.contains("figures are still there")), "{found:?}");
    assert!(found.iter().any(|rule| rule.contains("does not list")), "{found:?}");
}

/// The same release, charged less than it says: only somebody who has the ledger's key could write that.
#[test]
fn a_charge_that_is_not_that_of_the_release_is_found() {
    let honest = Home::new();
    let release = published(&honest, None);
    let entry = honest.ledger().releases().unwrap().remove(0);
    let home = Home::new();
    let less = NanoRho::new(entry.nano_rho.nano() - 1);
    let charge = panoh_ledger::Charge {
        release_id: entry.release_id.clone(),
        definition_digest: entry.definition_digest,
        cohorts: entry.cohorts,
        rho: less,
        purpose: entry.purpose,
        warehouse: BTreeMap::new(),
        at: AT.to_owned(),
    };
    let _ = home.ledger().reserve(&charge).unwrap();
    home.ledger().publish(&entry.release_id, &release.digest, AT).unwrap();
    fs::rename(&release.path, home.published().join(&entry.release_id)).unwrap();
    let found = rules(&home);
    assert!(found.iter().any(|rule| rule.contains("rho is not the one")), "{found:?}");
    assert!(found.iter().any(|rule| rule.contains("another entry of the ledger")), "{found:?}");
    assert!(found.iter().any(|rule| rule.contains("another sum")), "{found:?}");
}

#[test]
fn an_older_ledger_is_brought_back_from_what_is_public() {
    let home = Home::new();
    let one = published(&home, None);
    let backup = home.ledger_bytes();
    let two = published(&home, Some(&one));
    withdraw(&mut home.ledger(), &home.published(), &one.id, WithdrawalReason::OperatorError, signer(), &|| {
        AT.to_owned()
    })
    .unwrap();
    let (truth, releases) = (home.ledger().budget().unwrap(), home.ledger().releases().unwrap());
    home.put_ledger(&backup);

    let _held = hold(&home.published()).unwrap();
    let evidence = evidence(&home.published(), None, 2026, &signer().public_key()).unwrap();
    let (database, head) = home.ledger_files();
    let done = Ledger::reconcile(&database, &head, Home::KEY, Limits::STANDARD, &evidence, AT).unwrap().unwrap();
    assert_eq!((done.reconciliation.found, done.reconciliation.known), (2, Some(5)));
    assert_eq!(done.reconciliation.floor, None, "all of it is public");
    assert_eq!(home.ledger().budget().unwrap(), truth);
    let states = |entries: &[Entry]| -> Vec<(String, &'static str)> {
        entries.iter().map(|entry| (entry.release_id.clone(), entry.state.name())).collect()
    };
    assert_eq!(states(&home.ledger().releases().unwrap()), states(&releases));
    assert_eq!(states(&releases), [(one.id.to_string(), "withdrawn"), (two.id.to_string(), "published")]);
    assert_eq!(audited(&home).findings, []);
}

#[test]
fn a_note_that_is_lost_is_counted_from_the_public_list() {
    let home = Home::new();
    let release = published(&home, None);
    let evidence_of = || evidence(&home.published(), None, 2026, &signer().public_key()).unwrap().standing;
    withdraw(&mut home.ledger(), &home.published(), &release.id, WithdrawalReason::Legal, signer(), &|| AT.to_owned())
        .unwrap();
    let whole = evidence_of();
    assert_eq!(whole[0].withdrawn, Some((WithdrawalReason::Legal, 3)));
    fs::remove_dir_all(&release.path).unwrap();
    assert_eq!(evidence_of(), whole);
}

#[test]
fn a_folder_that_cannot_be_counted_stops_the_reconciliation() {
    let home = Home::new();
    let release = published(&home, None);
    fs::remove_file(release.path.join("cube.parquet")).unwrap();
    let error = evidence(&home.published(), None, 2026, &signer().public_key()).unwrap_err();
    assert!(error.to_string().contains("take the folder away"), "{error}");
    fs::rename(&release.path, home.published().join(".away")).unwrap();
    assert_eq!(evidence(&home.published(), None, 2026, &signer().public_key()).unwrap().standing, []);
}

/// Ledger and head file are both copies of one older day, and the release that was given up since left nothing but its name in
/// the public list. Nothing is drawn before it is counted, and the list never forgets it.
#[test]
fn a_release_that_was_given_up_and_lost_is_counted_before_the_next() {
    let home = Home::new();
    let first = published(&home, None);
    let (database, head) = home.ledger_files();
    let (backup, old_head) = (home.ledger_bytes(), fs::read(&head).unwrap());
    let plan = plan_of(Some(&first));
    let (path, clock) = (home.published(), || home.clock());
    let publish_with = |noise: &mut panoh_privacy::Noise<'_>| {
        publish(&plan, &persons(&plan, &PEOPLE), &mut home.ledger(), &run(&path, &clock), noise)
    };
    let crashed = publish_with(&mut |_, sigma| Err(panoh_privacy::PrivacyError::BadScale(sigma)));
    assert!(crashed.is_err());
    let lost = panoh_publication::read_listing(&path).unwrap();
    assert_eq!(lost.void.len(), 1);

    home.put_ledger(&backup);
    fs::write(&head, old_head).unwrap();
    let refused = crate::recover(&mut home.ledger(), &path, signer(), &clock).unwrap_err();
    assert!(matches!(refused, ReleaseError::ListedUnknown { .. }), "{refused}");
    assert_eq!(panoh_publication::read_listing(&path).unwrap(), lost, "what is left of it stays");
    assert!(rules(&home).iter().any(|rule| rule.contains("`panoh budget reconcile`")), "{:?}", rules(&home));

    let evidence = evidence(&path, None, 2026, &signer().public_key()).unwrap();
    let done = Ledger::reconcile(&database, &head, Home::KEY, Limits::STANDARD, &evidence, AT).unwrap().unwrap();
    assert!(done.reconciliation.floor.is_some(), "nobody can tell what it cost");
    let again = Ledger::reconcile(&database, &head, Home::KEY, Limits::STANDARD, &evidence, AT).unwrap();
    assert_eq!(again, None, "it is counted");
    crate::recover(&mut home.ledger(), &path, signer(), &clock).unwrap();
    assert_eq!(panoh_publication::read_listing(&path).unwrap(), lost);
    assert_eq!(rules(&home), Vec::<String>::new());
    let error = publish_with(&mut silence).unwrap_err();
    assert!(matches!(error, ReleaseError::Ledger(_)), "{error}");
}

/// A release of another home, and a note in which somebody wrote another cost, say nothing about what was lost here.
#[test]
fn what_this_home_did_not_sign_explains_nothing() {
    let home = Home::new();
    let release = published(&home, None);
    let refused = |signer: &Signer| {
        evidence(&home.published(), None, 2026, &signer.public_key()).expect_err("it is refused").to_string()
    };
    assert!(evidence(&home.published(), None, 2026, &signer().public_key()).is_ok());
    let stranger = Signer::of_secret([6; 32]);
    assert!(refused(&stranger).contains("take the folder away"), "{}", refused(&stranger));

    withdraw(&mut home.ledger(), &home.published(), &release.id, WithdrawalReason::Legal, signer(), &|| AT.to_owned())
        .unwrap();
    let [note, list] = [release.path.join("withdrawn.json"), home.published().join("withdrawn.json")];
    for path in [note, list] {
        let whole = fs::read_to_string(&path).unwrap();
        let cheaper = whole.replace("\"ledger_entry\": 3", "\"ledger_entry\": 4");
        assert_ne!(cheaper, whole);
        fs::write(&path, cheaper).unwrap();
        assert!(refused(signer()).contains("take"), "{}", refused(signer()));
        fs::write(&path, whole).unwrap();
        // What stands in the folder is looked at first; then the list.
        fs::remove_dir_all(&release.path).ok();
    }
    assert!(evidence(&home.published(), None, 2026, &signer().public_key()).is_ok());
}

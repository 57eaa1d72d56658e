//! Publishing with noise that is known: exact tables from silence, and every failure settled on the right side.

use std::panic::{AssertUnwindSafe, catch_unwind};

use panoh_ledger::{LedgerError, NanoRho, State};
use panoh_privacy::PrivacyError;
use panoh_publication::read;

use super::*;
use crate::fixture::{Home, PEOPLE, definition, draft_of, persons, planned, run, signer, silence};
use crate::recover::{Outcome, recover};

fn states(home: &Home) -> Vec<&'static str> {
    home.ledger().releases().unwrap().iter().map(|entry| entry.state.name()).collect()
}

fn spent(home: &Home) -> NanoRho {
    home.ledger().budget().unwrap().cohort("2019").spent()
}

/// Publishes the fixture in a home with some noise.
fn publish_with(home: &Home, clock: &dyn Fn() -> String, noise: &mut Noise<'_>) -> Result<Published, ReleaseError> {
    let plan = planned(&definition(|text| text));
    let published = home.published();
    publish(&plan, &persons(&plan, &PEOPLE), &mut home.ledger(), &run(&published, clock), noise)
}

#[test]
fn without_noise_the_tables_are_exact() {
    let home = Home::new();
    let published = publish_with(&home, &|| home.clock(), &mut silence).unwrap();
    let artefact = read(&published.path).unwrap();
    let rounded = |name: &str| -> Vec<i64> {
        let table = artefact.cube.table(name).unwrap();
        assert!(table.estimates.iter().all(|value| (value - value.round()).abs() < 1e-9));
        table.estimates.iter().map(|value| value.round() as i64).collect()
    };
    assert_eq!(rounded("by_destination"), [2, 0, 1, 1]);
    assert_eq!(rounded("by_year").iter().sum::<i64>(), 4);
    assert!(artefact.release.synthetic);
    assert_eq!(artefact.digest, published.digest);

    let entry = home.ledger().releases().unwrap().remove(0);
    assert!(matches!(&entry.state, State::Published { artefact_digest, .. } if *artefact_digest == published.digest));
    assert_eq!(entry.release_id, published.id.as_str());
    assert!(published.id.as_str().starts_with("small-") && published.id.as_str().len() == 18);
    assert_eq!(home.ledger().warehouse_versions(&entry.release_id).unwrap()["cases"], 3);
    assert_eq!(spent(&home).nano(), artefact.release.privacy.rho.nano());
}

#[test]
fn over_budget_nothing_is_drawn_and_no_folder_appears() {
    let home = Home::new();
    let first = publish_with(&home, &|| home.clock(), &mut silence).unwrap();
    let error = publish_with(&home, &|| home.clock(), &mut |_, _| panic!("noise was drawn")).unwrap_err();
    assert!(matches!(error, ReleaseError::Ledger(LedgerError::OverBudget { .. })), "{error}");
    assert_eq!(home.names(), [first.id.to_string()]);
    assert_eq!(states(&home), ["published"]);
}

#[test]
fn a_noisy_plan_and_rows_of_another_plan_are_refused_before_the_charge() {
    let home = Home::new();
    let (path, clock) = (home.published(), || home.clock());
    let run = run(&path, &clock);
    let noisy = planned(&definition(|text| text.replace("interest = 20", "interest = 4")));
    let good = planned(&definition(|text| text));
    let rows = persons(&good, &PEOPLE);
    let error = publish(&noisy, &persons(&noisy, &PEOPLE), &mut home.ledger(), &run, &mut silence).unwrap_err();
    assert!(matches!(error, ReleaseError::TooNoisy { .. }), "{error}");
    let other = planned(&definition(|text| text.replace("to = 2020", "to = 2021")));
    let error = publish(&other, &rows, &mut home.ledger(), &run, &mut silence).unwrap_err();
    assert!(matches!(error, ReleaseError::OtherPlan), "{error}");
    assert!(states(&home).is_empty() && home.names().is_empty());
}

#[test]
fn noise_that_fails_leaves_a_void_that_stays_spent() {
    let home = Home::new();
    let mut calls = 0;
    let error = publish_with(&home, &|| home.clock(), &mut |values, sigma| {
        calls += 1;
        if calls < 3 { silence(values, sigma) } else { Err(PrivacyError::BadScale(sigma)) }
    });
    assert!(matches!(error, Err(ReleaseError::Privacy(_))));
    assert_eq!(states(&home), ["void"]);
    assert!(home.names().is_empty());
    assert!(spent(&home) > NanoRho::new(499_000_000));
}

#[test]
fn the_charge_is_durable_before_the_first_draw() {
    let home = Home::new();
    let mut looked = 0;
    publish_with(&home, &|| home.clock(), &mut |values, sigma| {
        assert_eq!(states(&home), ["reserved"]);
        looked += 1;
        silence(values, sigma)
    })
    .unwrap();
    assert!(looked > 1);
}

#[test]
fn a_crash_while_drawing_is_void_and_draws_nothing_again() {
    let home = Home::new();
    let crash = catch_unwind(AssertUnwindSafe(|| {
        publish_with(&home, &|| home.clock(), &mut |_, _| panic!("the machine stops"))
    }));
    assert!(crash.is_err());
    assert_eq!(states(&home), ["reserved"]);
    let recovered = recover(&mut home.ledger(), &home.published(), signer(), &|| home.clock()).unwrap();
    assert_eq!(recovered.iter().map(|one| one.outcome).collect::<Vec<_>>(), [Outcome::Void]);
    assert_eq!(states(&home), ["void"]);
    assert!(recover(&mut home.ledger(), &home.published(), signer(), &|| home.clock()).unwrap().is_empty());
}

#[test]
fn a_crash_after_the_artefact_publishes_it() {
    let home = Home::new();
    // The clock is asked for the second time when the artefact is on the disk and the ledger is to be told.
    let clock = || {
        assert!(home.asked.get() != 1, "the machine stops");
        home.clock()
    };
    let crash = catch_unwind(AssertUnwindSafe(|| publish_with(&home, &clock, &mut silence)));
    assert!(crash.is_err());
    assert_eq!(states(&home), ["reserved"]);
    let recovered =
        recover(&mut home.ledger(), &home.published(), signer(), &|| String::from("2026-02-01T00:00:00Z")).unwrap();
    assert_eq!(recovered[0].outcome, Outcome::Published);
    assert_eq!(states(&home), ["published"]);
    read(&home.published().join(&recovered[0].release_id)).unwrap();
}

#[test]
fn an_artefact_that_is_not_whole_is_not_published_by_recovery() {
    let home = Home::new();
    let clock = || {
        assert!(home.asked.get() != 1, "the machine stops");
        home.clock()
    };
    assert!(catch_unwind(AssertUnwindSafe(|| publish_with(&home, &clock, &mut silence))).is_err());
    let id = home.ledger().open_reservations().unwrap().remove(0).release_id;
    std::fs::remove_file(home.published().join(&id).join("measurements.parquet")).unwrap();
    let recovered =
        recover(&mut home.ledger(), &home.published(), signer(), &|| String::from("2026-02-01T00:00:00Z")).unwrap();
    assert_eq!(recovered[0].outcome, Outcome::Void);
}

#[test]
fn a_running_release_is_not_taken_for_a_crashed_one() {
    let home = Home::new();
    publish_with(&home, &|| home.clock(), &mut |values, sigma| {
        let busy = recover(&mut home.ledger(), &home.published(), signer(), &|| home.clock()).unwrap_err();
        assert!(matches!(busy, ReleaseError::Busy { .. }), "{busy}");
        let busy = publish_with(&home, &|| home.clock(), &mut silence).unwrap_err();
        assert!(matches!(busy, ReleaseError::Busy { .. }), "{busy}");
        silence(values, sigma)
    })
    .unwrap();
    assert_eq!(states(&home), ["published"]);
}

#[test]
fn what_is_public_is_published_once_more_only_when_that_is_meant() {
    let home = Home::new();
    let plan = planned(&definition(|text| text.replace("rho = 0.5", "rho = 0.1")));
    let other = planned(&definition(|text| text.replace("rho = 0.5", "rho = 0.11")));
    let (path, clock) = (home.published(), || home.clock());
    let published = |plan: &ReleasePlan, again| {
        let run = Run { again, ..run(&path, &clock) };
        publish(plan, &persons(plan, &PEOPLE), &mut home.ledger(), &run, &mut silence)
    };
    let first = published(&plan, false).unwrap();
    let before = spent(&home);
    let refused = published(&plan, false);
    assert!(matches!(&refused, Err(ReleaseError::AskedBefore { release }) if first.id.as_str() == release));
    assert_eq!((spent(&home), states(&home).len()), (before, 1));
    published(&plan, true).unwrap();
    published(&other, false).unwrap();
    assert_eq!(states(&home), ["published"; 3]);
}

#[test]
fn the_artefact_does_not_know_the_warehouse() {
    let artefacts = [3, 4].map(|version| {
        let home = Home::new();
        let plan = planned(&definition(|text| text));
        let (path, clock) = (home.published(), || home.clock());
        let warehouse = BTreeMap::from([("cases".to_owned(), version)]);
        let run = Run { warehouse, ..run(&path, &clock) };
        publish(&plan, &persons(&plan, &PEOPLE), &mut home.ledger(), &run, &mut silence).unwrap().digest
    });
    assert_eq!(artefacts[0], artefacts[1]);
}

#[test]
fn nothing_is_published_about_a_time_that_has_not_come() {
    let future: [fn(String) -> String; 3] = [
        |text| text.replace("date = \"2026-01-01\"", "date = \"2026-02-01\""),
        |text| text.replace("to = 2020", "to = 2027"),
        |text| text.replace("date = \"2026-01-01\"", "date = \"2026-01-01\"\nobserved_until = \"2026-02-01\""),
    ];
    for change in future {
        let home = Home::new();
        let plan = planned(&definition(change));
        let (path, clock) = (home.published(), || home.clock());
        let refused = publish(&plan, &persons(&plan, &PEOPLE), &mut home.ledger(), &run(&path, &clock), &mut silence);
        assert!(matches!(refused, Err(ReleaseError::NotYet { .. })));
        assert!(home.ledger().releases().unwrap().is_empty(), "nothing was charged");
    }
}

/// The figures of a series are read as one line, so the SQL that counted them is the same.
#[test]
fn a_series_that_other_sql_counted_is_not_continued() {
    let home = Home::new();
    let (path, clock) = (home.published(), || home.clock());
    let of_years = |years: &str| {
        let text = |text: String| text.replace("from = 2019, to = 2020", years);
        planned(&definition(|all| {
            text(all).replace("purpose = \"first\"", "purpose = \"first\"\nseries = \"persons\"")
        }))
    };
    let publish_years = |years: &str| {
        let plan = of_years(years);
        publish(&plan, &persons(&plan, &PEOPLE), &mut home.ledger(), &run(&path, &clock), &mut silence)
    };
    let (before, after) = ("from = 2017, to = 2018", "from = 2019, to = 2020");
    let first = publish_years(before).unwrap();
    let mut draft = draft_of(&first.path);
    draft.frame_digest = "0".repeat(64);
    std::fs::remove_dir_all(&first.path).unwrap();
    panoh_publication::write(&path, &draft, signer()).unwrap();
    let error = publish_years(after).unwrap_err();
    assert!(matches!(error, ReleaseError::Series { .. }) && error.to_string().contains("other SQL"), "{error}");
    draft.frame_digest = of_years(after).frame_digest().to_owned();
    std::fs::remove_dir_all(&first.path).unwrap();
    panoh_publication::write(&path, &draft, signer()).unwrap();
    publish_years(after).unwrap();
}

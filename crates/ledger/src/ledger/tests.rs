//! The ledger under tampering, races, crashes and old backups. Each boundary has a test in which it must refuse.

mod reconcile;
mod stress;

use std::fs;
use std::thread;

use tempfile::TempDir;

use super::*;
use crate::amount::{Limit, Shortfall};

const KEY: [u8; 32] = [3; 32];
const TENTH: NanoRho = NanoRho::new(100_000_000);

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().expect("a temporary folder"));
        Ledger::begin(&home.database(), &home.head(), KEY, Limits::STANDARD).expect("a ledger begins");
        home
    }
    fn database(&self) -> PathBuf {
        self.0.path().join("ledger.sqlite")
    }
    fn head(&self) -> PathBuf {
        self.0.path().join("outside.head")
    }
    fn open(&self) -> Result<Ledger, LedgerError> {
        Ledger::open(&self.database(), &self.head(), KEY, Limits::STANDARD)
    }
    fn ledger(&self) -> Ledger {
        self.open().expect("the ledger opens")
    }
    fn refusal(&self) -> LedgerError {
        self.open().expect_err("the ledger is refused")
    }
    /// Runs SQL as somebody with the file in hand would.
    fn tamper(&self, sql: &str) {
        Connection::open(self.database()).unwrap().execute_batch(sql).unwrap();
    }
    fn copy(&self) -> Home {
        let copy = Home::new();
        for path in [self.database(), self.head()] {
            fs::copy(&path, copy.0.path().join(path.file_name().unwrap())).unwrap();
        }
        copy
    }
}

fn charge(release: &str, cohorts: &[&str], rho: NanoRho, purpose: Purpose) -> Charge {
    Charge {
        release_id: release.to_owned(),
        definition_digest: "ab".repeat(32),
        cohorts: cohorts.iter().map(|&cohort| cohort.to_owned()).collect(),
        rho,
        purpose,
        warehouse: BTreeMap::from([("cases".to_owned(), 7)]),
        at: "2026-01-31T10:00:00Z".to_owned(),
    }
}

fn first(release: &str, rho: NanoRho) -> Charge {
    charge(release, &["2018"], rho, Purpose::First)
}

fn two_releases() -> Home {
    let home = Home::new();
    let mut ledger = home.ledger();
    let _ = ledger.reserve(&first("r-1", TENTH)).unwrap();
    let _ = ledger.reserve(&first("r-2", TENTH)).unwrap();
    home
}

#[test]
fn a_limit_is_reached_exactly_and_never_passed() {
    let home = Home::new();
    let mut ledger = home.ledger();
    for n in 1..=5 {
        let _ = ledger.reserve(&first(&format!("r-{n}"), TENTH)).unwrap();
    }
    let error = ledger.reserve(&charge("r-6", &["2019", "2018"], NanoRho::new(1), Purpose::First)).unwrap_err();
    let LedgerError::OverBudget { short } = &error else { panic!("{error}") };
    let limit = NanoRho::new(500_000_000);
    let kind = Limit::Purpose(Purpose::First);
    let expected = Shortfall { cohort: "2018".into(), kind, limit, spent: limit, asked: NanoRho::new(1) };
    assert_eq!(*short, [expected]);
    assert!(error.to_string().contains("cohort 2018: limit for first 0.5, spent 0.5, asked 0.000000001"), "{error}");

    // The refusal charged nobody, and other purposes and cohorts have their own limits.
    assert_eq!(ledger.budget().unwrap().cohort("2019").spent(), NanoRho::ZERO);
    let quarter = NanoRho::new(250_000_000);
    let _ = ledger.reserve(&charge("r-7", &["2018"], quarter, Purpose::Revision)).unwrap();
    let _ = ledger.reserve(&charge("r-8", &["2018"], quarter, Purpose::Project)).unwrap();
    assert_eq!(ledger.budget().unwrap().cohort("2018").spent(), Limits::STANDARD.total);
}

#[test]
fn the_total_holds_beside_the_purposes() {
    let home = Home::new();
    let limits = Limits { total: TENTH, ..Limits::STANDARD };
    let mut ledger = Ledger::open(&home.database(), &home.head(), KEY, limits).unwrap();
    let _ = ledger.reserve(&charge("r-1", &["2018"], TENTH, Purpose::Project)).unwrap();
    let error = ledger.reserve(&first("r-2", TENTH)).unwrap_err();
    let LedgerError::OverBudget { short } = error else { panic!("{error}") };
    assert_eq!(short.iter().map(|short| short.kind).collect::<Vec<_>>(), [Limit::Total]);
}

#[test]
fn a_charge_that_means_nothing_is_refused() {
    let home = Home::new();
    let mut ledger = home.ledger();
    let good = first("r-1", TENTH);
    let bad = [
        Charge { release_id: "../r".into(), ..good.clone() },
        Charge { definition_digest: "short".into(), ..good.clone() },
        Charge { cohorts: vec![], ..good.clone() },
        Charge { cohorts: vec!["a b".into()], ..good.clone() },
        Charge { rho: NanoRho::ZERO, ..good.clone() },
        Charge { at: String::new(), ..good },
    ];
    for charge in bad {
        let error = ledger.reserve(&charge).unwrap_err();
        assert!(matches!(error, LedgerError::BadCharge { .. }), "{error}");
    }
    assert!(ledger.releases().unwrap().is_empty());
}

#[test]
fn a_cohort_named_twice_pays_once() {
    let home = Home::new();
    let mut ledger = home.ledger();
    let half = NanoRho::new(500_000_000);
    let _ = ledger.reserve(&charge("r-1", &["2018", "2018"], half, Purpose::First)).unwrap();
    assert_eq!(ledger.budget().unwrap().cohort("2018").spent(), half);
}

#[test]
fn states_are_final_and_void_stays_spent() {
    let home = two_releases();
    let mut ledger = home.ledger();
    ledger.publish("r-1", &"cd".repeat(32), "2020-01-01T00:00:00Z").unwrap(); // a clock set back blocks nothing
    ledger.void("r-2", VoidReason::Crash, "2026-01-31T11:00:00Z").unwrap();
    assert!(ledger.open_reservations().unwrap().is_empty());
    assert_eq!(ledger.budget().unwrap().cohort("2018").first, NanoRho::new(200_000_000));

    for release in ["r-1", "r-2"] {
        let error = ledger.void(release, VoidReason::Legal, "now").unwrap_err();
        assert!(matches!(error, LedgerError::NotReserved { .. }), "{error}");
        let error = ledger.reserve(&first(release, TENTH)).unwrap_err();
        assert!(matches!(error, LedgerError::ReleaseKnown { .. }), "{error}");
    }
    let error = ledger.publish("r-9", "x", "now").unwrap_err();
    assert!(matches!(error, LedgerError::ReleaseUnknown { .. }), "{error}");

    let states: Vec<_> = home.ledger().releases().unwrap().iter().map(|entry| entry.state.name()).collect();
    assert_eq!(states, ["published", "void"]);
}

#[test]
fn a_crash_leaves_an_open_reservation() {
    let home = two_releases();
    home.ledger().publish("r-1", &"cd".repeat(32), "now").unwrap();
    let mut ledger = home.ledger();
    let open = ledger.open_reservations().unwrap();
    assert_eq!(open.iter().map(|entry| entry.release_id.as_str()).collect::<Vec<_>>(), ["r-2"]);
    assert_eq!(open[0].nano_rho, TENTH);
    assert_eq!(ledger.warehouse_versions("r-2").unwrap(), BTreeMap::from([("cases".to_owned(), 7)]));
}

#[test]
fn the_head_does_not_depend_on_warehouse_versions() {
    let heads = [7, 8].map(|version| {
        let home = Home::new();
        let mut ledger = home.ledger();
        let warehouse = BTreeMap::from([("cases".to_owned(), version)]);
        ledger.reserve(&Charge { warehouse, ..first("r-1", TENTH) }).unwrap().head().clone()
    });
    assert_eq!(heads[0], heads[1]);
}

#[test]
fn triggers_forbid_changes() {
    let home = two_releases();
    let connection = Connection::open(home.database()).unwrap();
    for sql in [include_str!("../../sql/tests/make_cheaper.sql"), include_str!("../../sql/tests/cut_last.sql")] {
        assert!(connection.execute_batch(sql).unwrap_err().to_string().contains("never"));
    }
}

#[test]
fn tampering_is_noticed() {
    let cases = [
        (include_str!("../../sql/tests/make_cheaper.sql"), 1),
        (include_str!("../../sql/tests/swap.sql"), 1),
        (include_str!("../../sql/tests/cut_first.sql"), 1),
        (include_str!("../../sql/tests/forge.sql"), 3),
    ];
    for (sql, wrong) in cases {
        let home = two_releases();
        let mut running = home.ledger();
        home.tamper(include_str!("../../sql/tests/drop_triggers.sql"));
        home.tamper(sql);
        for error in [home.refusal(), running.check().unwrap_err()] {
            assert!(matches!(error, LedgerError::BrokenChain { entry } if entry == wrong), "{sql}: {error}");
            assert!(error.to_string().contains("restore the newest"));
        }
    }
}

#[test]
fn a_cut_ledger_is_noticed_by_the_head() {
    let home = two_releases();
    let mut running = home.ledger();
    home.tamper(include_str!("../../sql/tests/drop_triggers.sql"));
    home.tamper(include_str!("../../sql/tests/cut_last.sql"));
    let error = home.refusal();
    assert!(matches!(error, LedgerError::OlderThanHead { known: 2, found: 1 }), "{error}");
    assert!(error.to_string().contains("restore the newest"));
    let error = running.reserve(&first("r-3", TENTH)).unwrap_err();
    assert!(matches!(error, LedgerError::OtherHistory { entry: 2 }), "{error}");
}

#[test]
fn a_lost_or_replaced_ledger_is_refused() {
    let home = two_releases();
    for file in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = fs::remove_file(home.0.path().join(file));
    }
    assert!(matches!(home.refusal(), LedgerError::OlderThanHead { known: 2, found: 0 }));

    // Another history that is longer than the one known.
    let other = Home::new();
    let mut ledger = other.ledger();
    for n in 1..=3 {
        let _ = ledger.reserve(&first(&format!("other-{n}"), TENTH)).unwrap();
    }
    drop(ledger);
    fs::copy(home.head(), other.head()).unwrap();
    assert!(matches!(other.refusal(), LedgerError::OtherHistory { entry: 2 }));
}

#[test]
fn a_missing_or_foreign_head_is_refused() {
    let home = two_releases();
    fs::write(home.head(), "not a head").unwrap();
    assert!(matches!(home.refusal(), LedgerError::HeadUnreadable { .. }));
    fs::remove_file(home.head()).unwrap();
    assert!(matches!(home.refusal(), LedgerError::HeadMissing { entries: 2, .. }));
}

/// A backup from before the first release, without the head file: what was spent since would be spent twice.
#[test]
fn an_empty_ledger_without_its_head_is_refused() {
    for begins_database_anew in [false, true] {
        let home = Home::new();
        fs::remove_file(home.head()).unwrap();
        if begins_database_anew {
            fs::remove_file(home.database()).unwrap();
        }
        for _ in 0..2 {
            assert!(matches!(home.refusal(), LedgerError::HeadMissing { entries: 0, .. }));
        }
        for (stated, counts) in [(Some(0), false), (None, true)] {
            let evidence = crate::Evidence { stated, year: 2026, ..crate::Evidence::default() };
            let found = Ledger::assess(&home.database(), &home.head(), KEY, Limits::STANDARD, &evidence).unwrap();
            assert_eq!(found.expect("something is missing").reconciliation.floor.is_some(), counts, "{stated:?}");
        }
    }
}

#[test]
fn a_ledger_does_not_begin_beside_the_head_of_another() {
    let home = two_releases();
    let other = home.0.path().join("other.sqlite");
    let begun = Ledger::begin(&other, &home.head(), KEY, Limits::STANDARD).map(drop);
    assert!(matches!(begun, Err(LedgerError::HeadExists { .. })));
}

#[test]
fn another_key_is_refused_even_on_an_empty_ledger() {
    let home = Home::new();
    drop(home.ledger());
    let open = |key| Ledger::open(&home.database(), &home.head(), key, Limits::STANDARD);
    assert!(matches!(open([4; 32]), Err(LedgerError::OtherHistory { entry: 0 })));
    let _ = home.ledger().reserve(&first("r-1", TENTH)).unwrap();
    assert!(matches!(open([4; 32]), Err(LedgerError::BrokenChain { entry: 1 })));
}

#[test]
fn a_head_that_lags_after_a_crash_is_brought_up() {
    let home = Home::new();
    let mut ledger = home.ledger();
    let _ = ledger.reserve(&first("r-1", TENTH)).unwrap();
    let lagging = fs::read(home.head()).unwrap();
    let _ = ledger.reserve(&first("r-2", TENTH)).unwrap();
    let newest = ledger.head().unwrap();
    drop(ledger);
    fs::write(home.head(), lagging).unwrap(); // as if the run had ended between the commit and the head

    let mut ledger = home.ledger();
    assert_eq!(ledger.open_reservations().unwrap().len(), 2);
    assert_eq!(head::read(&home.head()).unwrap(), Some(newest));
}

#[test]
fn a_head_that_cannot_be_written_stops_the_release_and_stays_charged() {
    let home = Home::new();
    let mut ledger = home.ledger();
    fs::create_dir(home.0.path().join("outside.head.new")).unwrap(); // the temporary file has no place
    let error = ledger.reserve(&first("r-1", TENTH)).unwrap_err();
    assert!(matches!(error, LedgerError::HeadFile { .. }), "{error}");
    assert_eq!(ledger.open_reservations().unwrap().len(), 1);
    assert_eq!(ledger.budget().unwrap().cohort("2018").spent(), TENTH);
}

#[test]
fn an_older_backup_is_refused_after_anything_was_spent() {
    let home = two_releases();
    drop(home.ledger());
    let backup = home.copy();
    let _ = home.ledger().reserve(&first("r-3", TENTH)).unwrap();
    fs::copy(home.head(), backup.head()).unwrap(); // the head file was outside and is the newest
    assert!(matches!(backup.refusal(), LedgerError::OlderThanHead { known: 3, found: 2 }));
}

#[test]
fn many_at_once_never_overspend() {
    let home = Home::new();
    let granted: usize = thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|worker| {
                let home = &home;
                scope.spawn(move || {
                    let mut ledger = home.ledger();
                    let cost = NanoRho::new(31_000_000);
                    let asked = |n| ledger.reserve(&first(&format!("r-{worker}-{n}"), cost));
                    let results: Vec<_> = (0..6).map(asked).collect();
                    for error in results.iter().filter_map(|result| result.as_ref().err()) {
                        assert!(matches!(error, LedgerError::OverBudget { .. }), "{error}");
                    }
                    results.iter().filter(|result| result.is_ok()).count()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker fails")).sum()
    });
    assert_eq!(granted, 16); // 16 × 0.031 = 0.496
    let mut ledger = home.ledger();
    ledger.check().unwrap();
    assert_eq!(ledger.head().unwrap().count, 16);
    assert_eq!(ledger.budget().unwrap().cohort("2018").spent(), NanoRho::new(496_000_000));
}

#[test]
fn processes_that_open_one_ledger_together_agree() {
    let home = Home::new();
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| home.ledger());
        }
    });
    assert_eq!(home.ledger().head().unwrap().count, 0);
}

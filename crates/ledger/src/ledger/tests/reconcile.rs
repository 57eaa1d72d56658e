//! Backups that are put back, head files that are lost: whatever is missing, nothing counts as less than was spent.

use proptest::prelude::*;

use super::*;
use crate::amount::Floor;
use crate::book::WithdrawalReason;
use crate::reconciliation::{Damage, Evidence, Standing};

const YEAR: i16 = 2026;
const AT: &str = "2026-11-22T10:00:00Z";

/// What stands in public at this moment.
fn standing(ledger: &mut Ledger) -> Vec<Standing> {
    let entries = ledger.releases().unwrap();
    let mut public = Vec::new();
    for entry in entries {
        let (digest, withdrawn) = match &entry.state {
            State::Published { artefact_digest, .. } => (artefact_digest.clone(), None),
            State::Withdrawn { artefact_digest, reason, entry: number, .. } => {
                (artefact_digest.clone(), Some((*reason, *number)))
            }
            State::Reserved | State::Void { .. } => continue,
        };
        public.push(Standing {
            release_id: entry.release_id.clone(),
            definition_digest: entry.definition_digest.clone(),
            cohorts: entry.cohorts.clone(),
            purpose: entry.purpose,
            rho: entry.nano_rho,
            head: ledger.head_at(entry.sequence).unwrap().unwrap(),
            artefact_digest: digest,
            withdrawn,
        });
    }
    public
}

fn evidence(standing: Vec<Standing>) -> Evidence {
    Evidence { standing, given_up: Vec::new(), stated: None, year: YEAR }
}

impl Home {
    fn assess(&self, evidence: &Evidence) -> Option<Reconciled> {
        Ledger::assess(&self.database(), &self.head(), KEY, Limits::STANDARD, evidence).expect("the chain is whole")
    }
    fn reconcile(&self, evidence: &Evidence) -> Option<Reconciled> {
        let expected = self.assess(evidence);
        let done = Ledger::reconcile(&self.database(), &self.head(), KEY, Limits::STANDARD, evidence, AT);
        let done = done.expect("the chain is whole");
        assert_eq!(done, expected, "what is shown before is what is done");
        done
    }
    /// A home with this database as it is now and the head file as it is then.
    fn backup(&self) -> Home {
        let copy = Home::new();
        fs::copy(self.database(), copy.database()).unwrap();
        copy
    }
    fn restored_from(&self, backup: &Home) {
        for file in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
            let _ = fs::remove_file(self.0.path().join(file));
        }
        fs::copy(backup.database(), self.database()).unwrap();
    }
    /// Looks at the database alone, as the head file may not fit to it.
    fn is_empty(&self) -> bool {
        let connection = Connection::open(self.database()).unwrap();
        rows_from(&connection.unchecked_transaction().unwrap(), 1).unwrap().is_empty()
    }
    fn publish(&self, id: &str, rho: NanoRho) {
        let mut ledger = self.ledger();
        let _ = ledger.reserve(&first(id, rho)).unwrap();
        ledger.publish(id, &"cd".repeat(32), AT).unwrap();
    }
}

/// One release in the backup, two after it; all public.
fn behind() -> (Home, Home, Vec<Standing>) {
    let home = Home::new();
    home.publish("r-1", TENTH);
    let backup = home.backup();
    home.publish("r-2", TENTH);
    home.publish("r-3", TENTH);
    let public = standing(&mut home.ledger());
    home.restored_from(&backup);
    (home, backup, public)
}

#[test]
fn an_older_copy_is_brought_back_exactly_when_everything_is_public() {
    let (home, _, public) = behind();
    assert!(matches!(home.refusal(), LedgerError::OlderThanHead { known: 6, found: 2 }));
    let done = home.reconcile(&evidence(public.clone())).unwrap();
    let found = &done.reconciliation;
    assert_eq!((found.damage, found.found, found.known), (Damage::OlderThanHead, 2, Some(6)));
    assert_eq!(found.restored.iter().map(|one| one.release.as_str()).collect::<Vec<_>>(), ["r-2", "r-3"]);
    assert_eq!((found.unexplained.len(), &found.floor, found.sequence), (0, &None, 7));

    let mut ledger = home.ledger();
    assert_eq!(ledger.head().unwrap().count, 7, "no number is given twice");
    assert_eq!(ledger.budget().unwrap().cohort("2018").first, NanoRho::new(300_000_000));
    assert_eq!(ledger.releases().unwrap()[2].sequence, 5);
    assert!(ledger.releases().unwrap()[2].reconciled);
    assert!(matches!(ledger.reserve(&first("r-2", TENTH)).unwrap_err(), LedgerError::ReleaseKnown { .. }));
    let _ = ledger.reserve(&first("r-4", TENTH)).unwrap();
    ledger.check().unwrap();
    assert_eq!(ledger.head().unwrap().count, 8);
    assert_eq!(home.reconcile(&evidence(public)), None, "nothing is missing any more");
}

#[test]
fn what_left_nothing_counts_at_the_limits_of_every_cohort_known_until_then() {
    let (home, _, mut public) = behind();
    public.retain(|release| release.release_id != "r-2");
    let done = home.reconcile(&evidence(public.clone())).unwrap();
    assert_eq!(done.reconciliation.unexplained, [3, 4]);
    assert_eq!(done.reconciliation.floor, Some(Floor::at_limits(&Limits::STANDARD, YEAR)));
    assert_eq!(done.before.cohort("1999").spent(), NanoRho::ZERO);

    let mut ledger = home.ledger();
    let budget = ledger.budget().unwrap();
    for cohort in ["2018", "1999", "2026", "no_year"] {
        assert_eq!(budget.cohort(cohort).spent(), Limits::STANDARD.total, "{cohort}");
        let refused = ledger.reserve(&charge("r-9", &[cohort], NanoRho::new(1), Purpose::Project)).unwrap_err();
        assert!(matches!(refused, LedgerError::OverBudget { .. }), "{refused}");
    }
    assert_eq!(budget.cohort("2027").spent(), NanoRho::ZERO, "nobody of a later cohort was known");
    let _ = ledger.reserve(&charge("r-10", &["2027"], TENTH, Purpose::First)).unwrap();
}

#[test]
fn a_lost_head_file_costs_everything_unless_somebody_knows_the_number() {
    let home = two_releases();
    for content in [None, Some("not a head")] {
        match content {
            None => fs::remove_file(home.head()).unwrap(),
            Some(text) => fs::write(home.head(), text).unwrap(),
        }
        let found = home.assess(&evidence(Vec::new())).unwrap();
        assert_eq!((found.reconciliation.known, found.reconciliation.floor.is_some()), (None, true));
        // Two reservations are open: the entries after them closed them.
        let told = home.assess(&Evidence { stated: Some(2), ..evidence(Vec::new()) }).unwrap();
        assert_eq!((told.reconciliation.known, told.reconciliation.floor), (Some(2), None));
        assert_eq!(told.before, told.after);
    }
    let more = home.assess(&Evidence { stated: Some(4), ..evidence(Vec::new()) }).unwrap();
    assert!(more.reconciliation.floor.is_some());
    home.reconcile(&Evidence { stated: Some(2), ..evidence(Vec::new()) }).unwrap();
    assert_eq!(home.ledger().budget().unwrap().cohort("2018").first, NanoRho::new(200_000_000));
}

#[test]
fn ledger_and_head_of_one_old_day_are_found_out_by_what_is_public() {
    let home = Home::new();
    home.publish("r-1", TENTH);
    let (backup, old_head) = (home.backup(), fs::read(home.head()).unwrap());
    home.publish("r-2", TENTH);
    let public = standing(&mut home.ledger());
    home.restored_from(&backup);
    fs::write(home.head(), old_head).unwrap();
    assert!(home.open().is_ok(), "ledger and head agree");
    let found = home.assess(&evidence(public.clone())).unwrap();
    assert_eq!(found.reconciliation.damage, Damage::ReleasesMissing);
    assert!(found.reconciliation.floor.is_some(), "nobody knows what came after");
    let told = home.reconcile(&Evidence { stated: Some(4), ..evidence(public) }).unwrap();
    assert_eq!(told.reconciliation.floor, None);
    assert_eq!(home.ledger().budget().unwrap().cohort("2018").first, NanoRho::new(200_000_000));
}

#[test]
fn a_ledger_that_went_on_from_an_older_copy_counts_at_the_limits() {
    let (home, backup, public) = behind();
    // Somebody put an old head beside the old ledger and published.
    let head = fs::read(home.head()).unwrap();
    let _ = fs::remove_file(home.head());
    home.reconcile(&Evidence { stated: Some(2), ..evidence(Vec::new()) }).unwrap();
    home.publish("r-other", TENTH);
    drop(backup);
    fs::write(home.head(), head).unwrap();
    assert!(home.open().is_err());
    let done = home.reconcile(&evidence(public)).unwrap();
    assert_eq!(done.reconciliation.known, None);
    assert_eq!(home.ledger().budget().unwrap().cohort("2018").left(&Limits::STANDARD, Purpose::First), NanoRho::ZERO);
}

#[test]
fn a_run_that_ends_before_the_new_head_is_written_is_no_damage() {
    let (home, _, public) = behind();
    let old_head = fs::read(home.head()).unwrap();
    home.reconcile(&evidence(public)).unwrap();
    fs::write(home.head(), old_head).unwrap();
    assert_eq!(home.ledger().head().unwrap().count, 7);
    assert_eq!(head::read(&home.head()).unwrap().unwrap().count, 7);
}

#[test]
fn a_folder_that_comes_back_later_is_charged_for_itself() {
    let (home, _, public) = behind();
    home.reconcile(&evidence(vec![public[0].clone(), public[2].clone()])).unwrap();
    let _ = home.ledger().reserve(&charge("r-4", &["2027"], TENTH, Purpose::First)).unwrap();
    let later = Evidence { year: 2027, ..evidence(public) };
    let done = home.reconcile(&later).unwrap();
    assert_eq!(done.reconciliation.floor, None, "what was lost is counted already");
    assert_eq!(home.ledger().budget().unwrap().cohort("2027").spent(), TENTH);
    assert!(home.ledger().releases().unwrap().iter().any(|entry| entry.release_id == "r-2"));
}

#[test]
fn an_older_copy_that_was_reconciled_is_itself_refused_when_put_back() {
    let (home, backup, public) = behind();
    home.reconcile(&evidence(public)).unwrap();
    home.restored_from(&backup);
    assert!(matches!(home.refusal(), LedgerError::OlderThanHead { known: 7, found: 2 }));
}

#[test]
fn a_broken_chain_is_not_reconciled() {
    let (home, _, public) = behind();
    home.tamper(include_str!("../../../sql/tests/drop_triggers.sql"));
    home.tamper(include_str!("../../../sql/tests/make_cheaper.sql"));
    let error = Ledger::reconcile(&home.database(), &home.head(), KEY, Limits::STANDARD, &evidence(public), AT);
    assert!(matches!(error, Err(LedgerError::BrokenChain { entry: 1 })));
}

#[test]
fn a_withdrawal_keeps_the_charge_and_is_final() {
    let home = Home::new();
    home.publish("r-1", TENTH);
    let mut ledger = home.ledger();
    let head = ledger.withdraw("r-1", WithdrawalReason::Legal, AT).unwrap();
    assert_eq!(head.count, 3);
    assert_eq!(ledger.budget().unwrap().cohort("2018").spent(), TENTH);
    let state = ledger.releases().unwrap().remove(0).state;
    assert!(matches!(state, State::Withdrawn { reason: WithdrawalReason::Legal, entry: 3, .. }), "{state:?}");
    for error in [ledger.withdraw("r-1", WithdrawalReason::Legal, AT).unwrap_err(), {
        let _ = ledger.reserve(&first("r-2", TENTH)).unwrap();
        ledger.withdraw("r-2", WithdrawalReason::Superseded, AT).unwrap_err()
    }] {
        assert!(matches!(error, LedgerError::NotPublished { .. }), "{error}");
    }
    assert!(matches!(
        ledger.withdraw("r-9", WithdrawalReason::Legal, AT).unwrap_err(),
        LedgerError::ReleaseUnknown { .. }
    ));
}

#[test]
fn a_clock_that_was_set_back_changes_no_order_and_lowers_no_floor() {
    let home = Home::new();
    let mut ledger = home.ledger();
    for (n, at) in ["2031-05-01T00:00:00Z", "2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z"].iter().enumerate() {
        let id = format!("r-{n}");
        let _ = ledger.reserve(&Charge { at: (*at).to_owned(), ..first(&id, TENTH) }).unwrap();
        ledger.publish(&id, &"cd".repeat(32), "1969-12-31T23:59:59Z").unwrap();
    }
    let ids: Vec<String> = ledger.releases().unwrap().into_iter().map(|entry| entry.release_id).collect();
    assert_eq!(ids, ["r-0", "r-1", "r-2"]);
    assert_eq!(ledger.budget().unwrap().cohort("2018").first, NanoRho::new(300_000_000));
    drop(ledger);
    fs::remove_file(home.head()).unwrap();
    let done = home.reconcile(&Evidence { year: 1970, ..Evidence::default() }).unwrap();
    assert_eq!(done.reconciliation.floor.unwrap().through, 2031);
}

/// What happens to a ledger, one step after the other.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Publish,
    GiveUp,
    Withdraw,
}

fn run(home: &Home, number: usize, step: Step) {
    let mut ledger = home.ledger();
    let id = format!("r-{number}");
    if step == Step::Withdraw {
        let entries = ledger.releases().unwrap();
        if let Some(public) = entries.iter().find(|entry| entry.state.name() == "published") {
            ledger.withdraw(&public.release_id, WithdrawalReason::Superseded, AT).unwrap();
        }
        return;
    }
    let cohorts = [["2018", "2019"], ["2019", "2020"], ["2020", "no_year"]][number % 3];
    let cost = NanoRho::new(1_000_000 * (number as u64 + 1));
    let _ = ledger.reserve(&charge(&id, &cohorts, cost, Purpose::ALL[number % 3])).unwrap();
    match step {
        Step::Publish => ledger.publish(&id, &"cd".repeat(32), AT).unwrap(),
        _ => ledger.void(&id, VoidReason::Crash, AT).unwrap(),
    }
}

fn nowhere_less(truth: &Budget, counted: &Budget) -> bool {
    truth.cohorts.iter().all(|account| {
        let counted = counted.cohort(&account.cohort);
        Purpose::ALL.iter().all(|&purpose| counted.spent_on(purpose) >= account.spent_on(purpose))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_lost_nothing_counts_as_less_than_was_spent(
        steps in prop::collection::vec(prop::sample::select(vec![Step::Publish, Step::Publish, Step::GiveUp, Step::Withdraw]), 1..9),
        at in 0_usize..9,
        gone in any::<u16>(),
        head in 0_u8..3,
    ) {
        let home = Home::new();
        drop(home.ledger());
        let at = at % (steps.len() + 1);
        let (mut backup, mut backup_head) = (home.backup(), fs::read(home.head()).unwrap());
        for (number, step) in steps.iter().enumerate() {
            run(&home, number, *step);
            if number + 1 == at {
                (backup, backup_head) = (home.backup(), fs::read(home.head()).unwrap());
            }
        }
        let mut ledger = home.ledger();
        let (truth, public) = (ledger.budget().unwrap(), standing(&mut ledger));
        drop(ledger);
        home.restored_from(&backup);
        match head {
            0 => {}
            1 => fs::remove_file(home.head()).unwrap(),
            _ => fs::write(home.head(), backup_head).unwrap(),
        }
        let here = |n: usize| gone >> (n % 16) & 1 == 0;
        let left: Vec<Standing> = public.iter().enumerate().filter(|(n, _)| here(*n)).map(|(_, one)| one.clone()).collect();
        let all_here = left.len() == public.len();
        // An old head beside an old ledger is found out only by what is public; so is a ledger that is gone with its head.
        let agrees_with_head = head == 2 || (head == 1 && home.is_empty());
        let can_be_noticed = !agrees_with_head || all_here;
        let done = home.reconcile(&evidence(left.clone()));
        let counted = home.ledger().budget().unwrap();
        let nothing_public_is_missing = done.is_none() && agrees_with_head;
        prop_assert!(!can_be_noticed || nothing_public_is_missing || nowhere_less(&truth, &counted), "{truth:?} {counted:?}");
        if head == 0 && all_here && !steps[at..].contains(&Step::GiveUp) {
            prop_assert_eq!(&counted.cohorts, &truth.cohorts, "everything is public, so nothing else is counted");
            prop_assert_eq!(&counted.floor, &None);
        }
        prop_assert_eq!(home.reconcile(&evidence(left)), None, "once is enough");
        let later = home.reconcile(&evidence(public));
        prop_assert!(!all_here || later.is_none());
        home.ledger().check().unwrap();
        if !agrees_with_head {
            prop_assert!(nowhere_less(&truth, &home.ledger().budget().unwrap()));
        }
    }
}

#[test]
fn where_only_the_head_file_is_left_it_tells_the_year() {
    let home = two_releases();
    fs::remove_file(home.database()).unwrap();
    // A dead battery: the clock begins anew.
    let through = || {
        let found = home.assess(&Evidence { year: 1970, ..evidence(Vec::new()) }).unwrap();
        found.reconciliation.floor.map(|floor| floor.through)
    };
    assert_eq!(through(), Some(YEAR));
    let later = fs::read_to_string(home.head()).unwrap().replace("\"year\":2026", "\"year\":2031");
    fs::write(home.head(), later).unwrap();
    assert_eq!(through(), Some(2031));
}

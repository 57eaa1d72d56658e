//! Many threads and many processes ask at once while some are killed: spent never above a limit, each release charged
//! once, nothing drawn that was not charged before, no draw repeated.
//!
//! A draw is stood for by a file that can be made only once. Costs, cohorts and purposes follow from a seed; what the
//! system does in between does not, and the ledger must not care.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::process::{Child, Command};
use std::time::Duration;

use super::*;

/// Tells a process which worker of which trial it is: folder, worker, workers, requests.
const WORKER: &str = "PANOH_LEDGER_WORKER";
const THIS: &str = "ledger::tests::stress::one_worker_of_a_trial";

/// Who asks, and how often.
#[derive(Clone, Copy)]
struct Trial {
    workers: u64,
    requests: u64,
}

/// What one request asks for.
struct Request {
    id: String,
    cohort: String,
    purpose: Purpose,
    cost: NanoRho,
}

/// A number that follows from its parts and looks like any other (SplitMix64).
fn mixed(worker: u64, number: u64) -> u64 {
    let mut z = worker.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03) ^ 0x2026;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Trial {
    /// Four cohorts and three purposes; together the requests ask for about one and a half times what there is.
    fn request(self, worker: u64, number: u64) -> Request {
        let random = mixed(worker, number);
        let purpose = Purpose::ALL[(random % 3) as usize];
        let each = Limits::STANDARD.of(purpose).nano() * 12 / (self.workers * self.requests);
        Request {
            id: format!("r-{worker}-{number}"),
            cohort: (2018 + (random >> 8) % 4).to_string(),
            purpose,
            cost: NanoRho::new(1 + (random >> 16) % (3 * each)),
        }
    }
}

/// Asks for everything from request `from` on. The log says what was asked and what was granted; it is on no disk before
/// the process ends, but a killed process does not take back what it has written.
fn work(folder: &Path, trial: Trial, worker: u64, from: u64) {
    let (database, head) = (folder.join("ledger.sqlite"), folder.join("outside.head"));
    let mut ledger = Ledger::open(&database, &head, KEY, Limits::STANDARD).expect("the ledger opens");
    let log = OpenOptions::new().create(true).append(true).open(folder.join(format!("log-{worker}")));
    let mut log = log.expect("the log opens");
    for number in from..trial.requests {
        let Request { id, cohort, purpose, cost } = trial.request(worker, number);
        // One write for each line: a line is there whole or not at all.
        let mut note = |word: &str| log.write_all(format!("{word} {number}\n").as_bytes()).expect("the log is written");
        note("ask");
        // The clock runs backwards.
        let at = format!("{:04}-01-31T10:00:00Z", 9999 - number);
        match ledger.reserve(&Charge { at: at.clone(), ..charge(&id, &[&cohort], cost, purpose) }) {
            Ok(_) => note("granted"),
            Err(LedgerError::OverBudget { .. }) => continue,
            // Charged before the process was killed: it must not be drawn for now.
            Err(LedgerError::ReleaseKnown { .. }) if number == from => continue,
            Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error)),
        }
        File::create_new(folder.join("draws").join(&id)).expect("nothing is drawn twice");
        let closed = if number % 7 == 0 {
            ledger.void(&id, VoidReason::OperatorError, &at)
        } else {
            ledger.publish(&id, &"cd".repeat(32), &at)
        };
        closed.expect("an open reservation can be closed");
    }
}

/// What must hold after every trial, however it went. Returns how many releases were charged.
fn check(folder: &Path, trial: Trial, most_open: usize) -> usize {
    let (database, head) = (folder.join("ledger.sqlite"), folder.join("outside.head"));
    let mut ledger = Ledger::open(&database, &head, KEY, Limits::STANDARD).expect("the ledger opens");
    ledger.check().expect("the chain is whole");
    assert!(ledger.open_reservations().unwrap().len() <= most_open);
    let entries = ledger.releases().unwrap();
    let charged: BTreeMap<&str, NanoRho> =
        entries.iter().map(|entry| (entry.release_id.as_str(), entry.nano_rho)).collect();
    assert_eq!(charged.len(), entries.len(), "each release is charged once");

    let mut sums: BTreeMap<(String, Purpose), u64> = BTreeMap::new();
    for entry in &entries {
        *sums.entry((entry.cohorts[0].clone(), entry.purpose)).or_default() += entry.nano_rho.nano();
    }
    let budget = ledger.budget().unwrap();
    for ((cohort, purpose), sum) in &sums {
        let spent = budget.cohort(cohort).spent_on(*purpose);
        assert_eq!(spent.nano(), *sum);
        assert!(spent <= Limits::STANDARD.of(*purpose), "{cohort} {purpose:?}");
    }
    assert_eq!(sums.len(), 12, "every account was asked");

    let drawn = fs::read_dir(folder.join("draws")).unwrap();
    for draw in drawn.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        assert!(charged.contains_key(draw.as_str()), "{draw} was drawn and not charged");
    }
    let mut granted = BTreeSet::new();
    for worker in 0..trial.workers {
        let log = fs::read_to_string(folder.join(format!("log-{worker}"))).unwrap();
        for number in log.lines().filter_map(|line| line.strip_prefix("granted ")) {
            let request = trial.request(worker, number.parse().unwrap());
            assert_eq!(charged.get(request.id.as_str()), Some(&request.cost), "granted and in the ledger");
            assert!(granted.insert(request.id), "granted twice");
        }
    }
    let asked = (trial.workers * trial.requests) as usize;
    assert!(entries.len() < asked, "some were refused");
    assert!(entries.len() > asked / 3, "{} of {asked} were granted", entries.len());
    assert!(granted.len() + most_open >= entries.len());
    entries.len()
}

fn new_trial() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("draws")).unwrap();
    let (database, head) = (folder.path().join("ledger.sqlite"), folder.path().join("outside.head"));
    Ledger::begin(&database, &head, KEY, Limits::STANDARD).expect("a ledger begins");
    folder
}

fn by_threads(trial: Trial) -> usize {
    let folder = new_trial();
    thread::scope(|scope| {
        for worker in 0..trial.workers {
            let path = folder.path();
            scope.spawn(move || work(path, trial, worker, 0));
        }
    });
    check(folder.path(), trial, 0)
}

fn start(folder: &Path, trial: Trial, worker: u64) -> Child {
    let Trial { workers, requests } = trial;
    let mut command = Command::new(std::env::current_exe().expect("a test knows its own binary"));
    command.args(["--exact", THIS, "--ignored", "--quiet"]).stdout(std::process::Stdio::null());
    command.env(WORKER, format!("{worker} {workers} {requests} {}", folder.display()));
    command.spawn().expect("the test binary starts")
}

/// Kills `kills` processes, each after it has written a number of lines, and starts each again where it was. Returns
/// how many releases were charged and how many processes were killed.
fn by_processes(trial: Trial, kills: u64) -> (usize, u64) {
    let folder = new_trial();
    let mut children: Vec<Child> = (0..trial.workers).map(|worker| start(folder.path(), trial, worker)).collect();
    let lines = |worker: u64| {
        fs::read_to_string(folder.path().join(format!("log-{worker}"))).map_or(0, |log| log.lines().count())
    };
    let mut killed = 0;
    for kill in 0..kills {
        // The next that still works, from a random one on; a few lines later it is killed.
        let chosen = (0..trial.workers).map(|n| (mixed(kill, 77) + n) % trial.workers);
        let Some(worker) = chosen.into_iter().find(|n| children[*n as usize].try_wait().unwrap().is_none()) else {
            break;
        };
        let child = &mut children[worker as usize];
        let until = lines(worker) + 1 + (mixed(kill, 78) % (2 * trial.requests / kills)) as usize;
        while lines(worker) < until && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_micros(200));
        }
        child.kill().expect("a child can be killed");
        // One that had ended by itself was not killed.
        killed += u64::from(!child.wait().unwrap().success());
        *child = start(folder.path(), trial, worker);
    }
    for mut child in children {
        assert!(child.wait().unwrap().success(), "a worker failed");
    }
    assert!(killed * 2 >= kills, "only {killed} were killed");
    (check(folder.path(), trial, killed as usize), killed)
}

/// Not a test of its own: the processes of [`by_processes`] run it. Without a trial it has nothing to do.
#[test]
#[ignore = "the other tests start it as a process"]
#[expect(clippy::disallowed_methods, reason = "a process is told by its environment which worker it is")]
fn one_worker_of_a_trial() {
    let Some(told) = std::env::var_os(WORKER) else { return };
    let told = told.into_string().expect("plain text");
    let parts: Vec<&str> = told.splitn(4, ' ').collect();
    let [worker, workers, requests, folder] = parts[..] else { panic!("four parts") };
    let number = |text: &str| text.parse::<u64>().expect("a number");
    let (worker, folder) = (number(worker), Path::new(folder));
    let log = fs::read_to_string(folder.join(format!("log-{worker}"))).unwrap_or_default();
    let last = log.lines().filter_map(|line| line.strip_prefix("ask ")).next_back().map_or(0, number);
    work(folder, Trial { workers: number(workers), requests: number(requests) }, worker, last);
}

#[test]
fn a_few_threads_never_overspend() {
    by_threads(Trial { workers: 8, requests: 16 });
}

#[test]
fn a_few_processes_never_overspend_while_some_are_killed() {
    by_processes(Trial { workers: 6, requests: 24 }, 8);
}

#[test]
#[ignore = "minutes: 64 threads ask for 200 releases each"]
fn sixty_four_threads_never_overspend() {
    let charged = by_threads(Trial { workers: 64, requests: 200 });
    println!("64 threads asked for 12,800 releases: {charged} charged");
}

#[test]
#[ignore = "minutes: 64 processes ask for 200 releases each, 50 are killed"]
fn sixty_four_processes_never_overspend_while_fifty_are_killed() {
    let (charged, killed) = by_processes(Trial { workers: 64, requests: 200 }, 50);
    println!("64 processes asked for 12,800 releases, {killed} times one was killed: {charged} charged");
    assert_eq!(killed, 50);
}

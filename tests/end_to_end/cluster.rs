//! A scheduler and two executors as processes: every statistic comes out as on one machine, whatever is lost on the way.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use crate::panoh::{LISTS, Place, fixture, text};

/// A part of the cluster; it ends with this value.
struct Part(Child);

impl Part {
    fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).spawn().expect("the part starts"))
    }

    /// As a service manager ends it; the exit code.
    fn terminate(&mut self) -> Option<i32> {
        let told = Command::new("kill").arg(self.0.id().to_string()).status();
        assert!(told.expect("kill is there").success());
        self.0.wait().expect("the part ends").code()
    }

    /// As a machine that loses power ends it.
    fn kill(&mut self) {
        self.0.kill().expect("the part can be killed");
        self.0.wait().expect("the part ends");
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Cluster {
    url: String,
    executors: Vec<Part>,
    scheduler: Part,
}

impl Cluster {
    /// A scheduler on a free port, and two executors that have found it.
    fn start(place: &Place) -> Self {
        let mut command = place.command(&["cluster", "scheduler", "--listen", "127.0.0.1:0"]);
        let mut scheduler = Part::start(command.stderr(Stdio::piped()));
        let stderr = scheduler.0.stderr.take().expect("standard error is piped");
        let mut lines = BufReader::new(stderr).lines();
        let told =
            |line: String| line.split("df://").nth(1)?.split(' ').next().map(|address| format!("df://{address}"));
        let url = lines.by_ref().map_while(Result::ok).find_map(told).expect("the scheduler says its address");
        // Keep reading, or the scheduler would block when the pipe is full.
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let executors = ["one", "two"].map(|name| Self::executor(place, &url, name)).into();
        let cluster = Self { url, executors, scheduler };
        cluster.wait_for_executor();
        cluster
    }

    fn executor(place: &Place, url: &str, name: &str) -> Part {
        let work = place.path(name);
        let options =
            ["cluster", "executor", "--scheduler", url, "--listen", "127.0.0.1:0", "--tasks", "1", "--work-dir"];
        Part::start(place.command(&options).arg(work).stderr(Stdio::null()))
    }

    fn wait_for_executor(&self) {
        let looks = (0..600).any(|_| {
            thread::sleep(Duration::from_millis(100));
            self.is_ready()
        });
        assert!(looks, "an executor finds the scheduler");
    }

    fn is_ready(&self) -> bool {
        let mut answer = String::new();
        let mut stream = TcpStream::connect(self.url.trim_start_matches("df://")).expect("the scheduler listens");
        stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n").expect("it listens");
        stream.read_to_string(&mut answer).expect("it answers");
        answer.contains(" 200 ")
    }

    fn ask(&self, place: &Place, question: &[&str]) -> Output {
        let mut command = place.command(&[question, &["--cluster", &self.url, "--format", "csv"]].concat());
        within(Duration::from_mins(1), &mut command)
    }
}

/// Runs a client that must end in time, whatever the cluster does.
fn within(limit: Duration, command: &mut Command) -> Output {
    let client = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let (sender, receiver) = channel();
    thread::spawn(move || sender.send(client.wait_with_output()));
    receiver.recv_timeout(limit).expect("a question is answered or given up in time").expect("the client ends")
}

fn loaded(lists: &[(&str, &str)]) -> Place {
    let place = Place::with_home();
    for (source, file) in lists {
        let output = place.run(&["intake", text(&fixture(file)), "--source", source]);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{file}: {}", said(&output));
    }
    place
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every named statistic, and questions of an analyst's own that take other paths through the engine.
fn questions(place: &Place) -> Vec<Vec<String>> {
    let list = place.ok(&["stats"]);
    let names = list.lines().skip(2).filter_map(|line| line.split_whitespace().next());
    let mut questions: Vec<Vec<String>> = names.map(|name| vec!["stats".into(), name.into()]).collect();
    assert!(questions.len() >= 28, "the statistics are listed: {list}");
    questions.push(["stats", "routes", "--where", "source=mission-en", "--from", "2015"].map(Into::into).into());
    let own = [
        "SELECT count(*), count(DISTINCT person) FROM cases",
        "SELECT count(person), max(rule) FROM stored.aliases",
        "SELECT * FROM cases ORDER BY record, person",
        "SELECT c.en, count(*) AS n FROM journeys AS j JOIN countries AS c USING (country) GROUP BY 1 ORDER BY 1",
        "SELECT record FROM cases WHERE person NOT IN (SELECT person FROM referrals) ORDER BY 1",
        "SELECT record, (SELECT max(registered_year) FROM cases) AS last FROM cases ORDER BY 1",
        "SELECT record, row_number() OVER (PARTITION BY gender ORDER BY record) AS n FROM cases ORDER BY 1",
        "SELECT 1 AS n UNION ALL SELECT count(*) FROM cases ORDER BY 1",
        "SELECT c.record, a.record FROM cases AS c FULL JOIN assistance AS a ON c.person = a.person ORDER BY 1, 2",
        "SELECT gender, registered_year, count(*) FROM cases GROUP BY CUBE (gender, registered_year) ORDER BY 1, 2, 3",
        "SELECT a.record, b.record FROM cases AS a, cases AS b WHERE a.registered_year < b.registered_year ORDER BY 1, 2",
        "SELECT count(*) FROM cases, (SELECT unnest(range(0, 1000)) AS n) AS s",
        // Joins without an equality, of which rows without a partner matter: Ballista would give rows twice.
        "SELECT record FROM cases AS a WHERE NOT EXISTS (SELECT 1 FROM cases AS b WHERE b.registered_year > a.registered_year) \
         ORDER BY 1",
        "SELECT a.record, b.record FROM cases AS a LEFT JOIN cases AS b ON a.registered_year > b.registered_year ORDER BY 1, 2",
        "SELECT a.record, b.record FROM cases AS a FULL JOIN cases AS b ON a.registered_year > b.registered_year + 1 \
         ORDER BY 1, 2",
        // A rule of DataFusion's asks the wrong side of this join.
        "SELECT b.region FROM regions AS a RIGHT JOIN regions AS b ON a.country = b.region \
         WHERE a.region = 'TJ-DU' OR b.region = 'UZ-TK'",
        "SELECT gender FROM cases WHERE FALSE",
        "SELECT country, en FROM countries ORDER BY country LIMIT 3",
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    ];
    questions.extend(own.map(|sql| vec!["query".to_owned(), sql.to_owned()]));
    questions
}

/// Asks one machine and the cluster.
fn compare(cluster: &Cluster, place: &Place) {
    for question in questions(place) {
        let question: Vec<&str> = question.iter().map(String::as_str).collect();
        let here = place.ok(&[question.as_slice(), &["--format", "csv"]].concat());
        let there = cluster.ask(place, &question);
        assert!(there.status.success(), "{question:?}: {}", said(&there));
        assert_eq!(String::from_utf8_lossy(&there.stdout), here, "{question:?}");
    }
}

#[test]
fn a_cluster_answers_as_one_machine_does() {
    let everything = loaded(LISTS);
    let mut cluster = Cluster::start(&everything);
    compare(&cluster, &everything);
    // The same cluster serves another home, in which most tables are empty.
    compare(&cluster, &loaded(&LISTS[..1]));

    let shuffle = everything.path("one").join("shuffle");
    assert_eq!(fs::metadata(&shuffle).expect("it is there").permissions().mode() & 0o777, 0o700);
    for refused in [
        "EXPLAIN ANALYZE SELECT * FROM cases",
        // What these leave out would not reach the executors, and they would answer without it.
        "SELECT count(*) FILTER (WHERE gender = 'woman') OVER (PARTITION BY status) FROM cases",
        "SELECT lag(registered_year) IGNORE NULLS OVER (ORDER BY record) FROM cases",
    ] {
        let answer = cluster.ask(&everything, &["query", refused]);
        assert_eq!(answer.status.code(), Some(2), "{refused}: {}", said(&answer));
    }
    // A file that has gone is no file without rows.
    let cases = everything.home().join("warehouse/cases");
    for entry in fs::read_dir(cases).expect("the table is there").flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "parquet") {
            fs::remove_file(entry.path()).expect("it can be removed");
        }
    }
    let gone = cluster.ask(&everything, &["query", "SELECT count(person) FROM cases"]);
    assert_eq!(gone.status.code(), Some(1), "{}", said(&gone));
    assert!(said(&gone).contains("cannot open a data file of the warehouse"), "{}", said(&gone));

    for executor in &mut cluster.executors {
        assert_eq!(executor.terminate(), Some(0), "an executor ends when it is told to");
    }
    assert!(!shuffle.exists(), "what tasks handed to each other is gone");
    assert_eq!(cluster.scheduler.terminate(), Some(0), "the scheduler ends when it is told to");
}

#[test]
fn a_lost_executor_ends_in_a_right_answer_or_a_clear_error() {
    let place = loaded(&LISTS[..2]);
    let mut cluster = Cluster::start(&place);
    // Seconds of work whose result is known: as many rows as there are, to the power of so many.
    let sql = "SELECT count(*) AS n, count(DISTINCT a.registered_year) AS years \
               FROM cases AS a, cases AS b, cases AS c, (SELECT unnest(range(0, 2000)) AS n) AS s \
               WHERE character_length(a.record || b.record || c.record || s.n) > 10";
    let small = place.ok(&["query", "SELECT count(*) FROM cases", "--format", "csv"]);
    let rows: u64 = small.lines().nth(1).and_then(|n| n.parse().ok()).expect("a count");
    let expected = rows.pow(3) * 2_000;
    let mut command = place.command(&["query", sql, "--cluster", &cluster.url, "--format", "csv"]);
    let asking = thread::spawn(move || within(Duration::from_mins(5), &mut command));
    thread::sleep(Duration::from_secs(3));
    assert!(!asking.is_finished(), "the question is still being worked on");
    cluster.executors[0].kill();
    let output = asking.join().expect("the client ends in time");
    if output.status.success() {
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(answer.contains(&format!("{expected},")), "{answer}");
    } else {
        assert!(said(&output).contains("gave the query up"), "{}", said(&output));
    }
    // What is left goes on. The loss may be noticed only now; then this question is given up, and the next one is not.
    let mut after = cluster.ask(&place, &["query", "SELECT count(*) FROM cases"]);
    if !after.status.success() {
        assert!(said(&after).contains("gave the query up"), "{}", said(&after));
        after = cluster.ask(&place, &["query", "SELECT count(*) FROM cases"]);
    }
    assert_eq!(String::from_utf8_lossy(&after.stdout), small, "{}", said(&after));
}

#[test]
fn who_does_not_answer_is_named_at_once() {
    let place = loaded(&LISTS[..1]);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let nobody = taken.local_addr().expect("it has an address");
    drop(taken);
    let output = within(
        Duration::from_secs(20),
        &mut place.command(&["stats", "routes", "--cluster", &format!("df://{nobody}")]),
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains(&format!("no scheduler answers at df://{nobody}")), "{}", said(&output));

    let exposed = place.run(&["cluster", "scheduler", "--listen", "192.0.2.1:0"]);
    assert_eq!(exposed.status.code(), Some(2));
    assert!(said(&exposed).contains("--trusted-network"), "{}", said(&exposed));
    let misspelt = place.run(&["stats", "routes", "--cluster", "http://127.0.0.1:1"]);
    assert_eq!(misspelt.status.code(), Some(2));
}

//! Questions and their answers, as text that a domain expert can read: every `sql/*.slt` is asked of a warehouse of
//! its own.
//!
//! The first lines of a file say what is loaded: `# load SOURCE FILE`, SOURCE being a mapping of the dictionary or a
//! `.toml` beside the fixtures, FILE being a synthetic fixture, or below `real/` a file of the folder that
//! `PANOH_TEST_DATA` names. A query may be SQL, or a named statistic:
//! `stats routes from=2015 gender=woman`; or it asks for what the loads reported: `report loads`, `report refusals`,
//! `report persons`, `report links`.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use panoh_custody::LoadReport;
use panoh_tests::{Loaded, real_data};
use panoh_warehouse::{Arguments, Session, WarehouseError, statistics};
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};

struct Asked {
    session: Session,
    reports: Vec<LoadReport>,
}

impl Asked {
    async fn rows(&self, question: &str) -> Result<Vec<Vec<String>>, WarehouseError> {
        if let Some(what) = question.trim().strip_prefix("report ") {
            return Ok(self.reports.iter().flat_map(|report| reported(what, report)).collect());
        }
        let rows = match question.trim().strip_prefix("stats ") {
            None => self.session.query(question).await?,
            Some(words) => {
                let mut words = words.split_whitespace();
                let name = words.next().unwrap_or_default();
                let all = statistics()?;
                let statistic = all.iter().find(|s| s.name == name).expect("the statistic exists");
                self.session.statistic(statistic, &arguments(words)).await?
            }
        };
        Ok(rows.page(usize::MAX).await?.rows)
    }
}

/// What one load reported, as rows; the first column is the mapping.
fn reported(what: &str, report: &LoadReport) -> Vec<Vec<String>> {
    let counts = |counts: &[u64]| vec![counts.iter().map(ToString::to_string).collect::<Vec<_>>()];
    let rows = match what {
        // Rows read, loaded, refused, left out as empty, left out as totals; rows of earlier loads that were replaced.
        "loads" => counts(&[
            report.rows_read,
            report.loaded,
            report.refused,
            report.empty_rows,
            report.total_rows,
            report.replaced,
        ]),
        // Rule, column, places: the most frequent first.
        "refusals" => {
            let column = |column: &Option<String>| column.clone().unwrap_or_else(|| "(row)".into());
            let worst = report.worst.iter();
            worst.map(|place| vec![place.rule.to_owned(), column(&place.column), place.first.join(", ")]).collect()
        }
        // Rows that made a person known, about a known person, about nobody who can be known again; of the known,
        // those that showed two persons to be one, and those that fit two persons who cannot be one.
        "persons" => counts(&[
            report.persons_new,
            report.persons_known,
            report.persons_unlinked,
            report.merged,
            report.ambiguous,
        ]),
        // Rule, rows that it linked.
        "links" => {
            let rules = report.linked_by_rule.iter();
            rules.map(|(rule, rows)| vec![(*rule).to_owned(), rows.to_string()]).collect()
        }
        other => panic!("no report is called {other}"),
    };
    let with_source = |row: Vec<String>| [report.source.clone()].into_iter().chain(row).collect();
    rows.into_iter().map(with_source).collect()
}

fn arguments<'a>(words: impl Iterator<Item = &'a str>) -> Arguments {
    let mut arguments = Arguments::default();
    for word in words {
        let (name, value) = word.split_once('=').expect("an argument is written name=value");
        match name {
            "from" => arguments.from = Some(value.parse().expect("from is a year")),
            "to" => arguments.to = Some(value.parse().expect("to is a year")),
            dimension => arguments.filters.push((dimension.into(), value.into())),
        }
    }
    arguments
}

/// Says what the engine said of a question that failed; the error itself keeps that from whoever asks.
#[derive(Debug)]
struct Failed(WarehouseError);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.0, self.0)
    }
}

impl std::error::Error for Failed {}

#[async_trait]
impl AsyncDB for Asked {
    type Error = Failed;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, question: &str) -> Result<DBOutput<DefaultColumnType>, Failed> {
        let rows = self.rows(question).await.map_err(Failed)?;
        let columns = rows.first().map_or(0, Vec::len);
        let rows = rows.into_iter().map(|row| row.into_iter().map(written).collect()).collect();
        Ok(DBOutput::Rows { types: vec![DefaultColumnType::Any; columns], rows })
    }

    async fn shutdown(&mut self) {}
}

/// An empty cell must be visible in a text file.
fn written(cell: String) -> String {
    if cell.is_empty() { "(empty)".into() } else { cell }
}

/// The files that a script wants loaded; `None` when one of them is real data that is not at hand.
fn wanted(script: &Path) -> Option<Vec<(String, PathBuf)>> {
    let text = std::fs::read_to_string(script).expect("a script is text");
    let mut files = Vec::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("# load ")) {
        let (source, file) = line.split_once(' ').expect("write: # load SOURCE FILE");
        let path = match file.strip_prefix("real/") {
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(file),
            Some(real) => real_data()?.join(real),
        };
        files.push((source.to_owned(), path));
    }
    Some(files)
}

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
    let entries = std::fs::read_dir(folder).expect("the folder sql exists").flatten();
    let mut scripts: Vec<_> = entries.map(|entry| entry.path()).collect();
    scripts.retain(|path| path.extension().is_some_and(|extension| extension == "slt"));
    scripts.sort();
    scripts
}

/// Asks everything that a script asks; each answer that is not as written.
async fn differences(script: &Path, files: &[(String, PathBuf)]) -> Vec<String> {
    let loaded = Loaded::new(files).await;
    let asked = || async { Ok(Asked { session: loaded.session().await, reports: loaded.reports().to_vec() }) };
    let mut runner = Runner::new(asked);
    let mut differences = Vec::new();
    for record in sqllogictest::parse_file(script).expect("a script is well formed") {
        if let Err(difference) = runner.run_async(record).await {
            differences.push(difference.display(false).to_string());
        }
    }
    differences
}

#[tokio::test(flavor = "multi_thread")]
async fn every_script_answers_as_written() {
    let (mut asked, mut wrong) = (0, Vec::new());
    for script in scripts() {
        let Some(files) = wanted(&script) else {
            println!("skipped {}: PANOH_TEST_DATA does not name a folder with its file", script.display());
            continue;
        };
        wrong.extend(differences(&script, &files).await);
        asked += 1;
    }
    assert!(asked > 0, "no script was asked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_view_is_asked() {
    let text: String = scripts().iter().map(|path| std::fs::read_to_string(path).expect("a script is text")).collect();
    let words: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect();
    let asked: BTreeSet<&str> = std::iter::zip(&words, words.iter().skip(1))
        .filter(|(before, _)| ["FROM", "JOIN"].contains(*before))
        .map(|(_, word)| word.trim_end_matches(')'))
        .collect();
    for view in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../queries/views")).expect("a folder") {
        let file = view.expect("an entry").file_name().into_string().expect("names of views are plain");
        let name = file.trim_end_matches(".sql").trim_start_matches(|sign: char| !sign.is_alphabetic());
        assert!(asked.contains(name), "no script asks the view {name}");
    }
}

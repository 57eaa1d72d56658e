//! Questions and their answers, as text that a domain expert can read: every `sql/*.slt` is asked of a warehouse of
//! its own.
//!
//! The first lines of a file say what is loaded: `# load SOURCE FILE`, FILE being a synthetic fixture, or below
//! `real/` a file of the folder that `PANOH_TEST_DATA` names. A query may be SQL, or a named statistic:
//! `stats routes from=2015 gender=woman`.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use panoh_tests::{Loaded, real_data};
use panoh_warehouse::{Arguments, Session, WarehouseError, statistics};
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};

struct Asked {
    session: Session,
}

impl Asked {
    async fn rows(&self, question: &str) -> Result<Vec<Vec<String>>, WarehouseError> {
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

#[async_trait]
impl AsyncDB for Asked {
    type Error = WarehouseError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, question: &str) -> Result<DBOutput<DefaultColumnType>, WarehouseError> {
        let rows = self.rows(question).await?;
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

#[tokio::test(flavor = "multi_thread")]
async fn every_script_answers_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
    let mut scripts: Vec<_> = std::fs::read_dir(folder).expect("the folder sql exists").flatten().collect();
    scripts.sort_by_key(std::fs::DirEntry::file_name);
    let mut asked = 0;
    for script in scripts.iter().map(std::fs::DirEntry::path).filter(|p| p.extension().is_some_and(|e| e == "slt")) {
        let Some(files) = wanted(&script) else {
            println!("skipped {}: PANOH_TEST_DATA does not name a folder with its file", script.display());
            continue;
        };
        let loaded = Loaded::new(&files).await;
        let mut runner = Runner::new(|| async { Ok(Asked { session: loaded.session().await }) });
        if let Err(difference) = runner.run_file_async(&script).await {
            panic!("{}", difference.display(false));
        }
        asked += 1;
    }
    assert!(asked > 0, "no script was asked");
}

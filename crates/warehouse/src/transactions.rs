//! All application transactions of a table: which loads it remembers. Delta Lake's library answers for one id at a time;
//! a table that is built anew must take all along.

use std::collections::BTreeMap;
use std::error::Error;

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::Int64Type;

use crate::files::Input;
use crate::place::{LOG, Place};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Id and newest version of every application transaction in the log of the table at this place.
pub(crate) async fn all(table: &Place) -> Outcome<BTreeMap<String, i64>> {
    let log = table.below(LOG);
    let (mut commits, mut checkpoints) = (BTreeMap::new(), BTreeMap::<u64, Vec<String>>::new());
    for entry in log.files("").await? {
        match parts(&entry.name) {
            Some((version, "json")) => drop(commits.insert(version, entry.name)),
            Some((version, kind)) if kind.starts_with("checkpoint") && kind.ends_with("parquet") => {
                checkpoints.entry(version).or_default().push(entry.name);
            }
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    let newest = checkpoints.pop_last();
    let from = newest.as_ref().map_or(0, |(version, _)| version + 1);
    for name in newest.into_iter().flat_map(|(_, names)| names) {
        of_checkpoint(&log.input(&name).await?, &mut found)?;
    }
    for name in commits.range(from..).map(|(_, name)| name) {
        of_commit(std::str::from_utf8(&log.contents(name).await?)?, &mut found)?;
    }
    Ok(found)
}

/// Version and ending of a log file's name.
fn parts(name: &str) -> Option<(u64, &str)> {
    let (version, kind) = name.split_once('.')?;
    (version.len() == 20).then(|| version.parse().ok()).flatten().map(|version| (version, kind))
}

fn of_commit(text: &str, found: &mut BTreeMap<String, i64>) -> Outcome<()> {
    for line in text.lines().filter(|line| line.contains("\"txn\"")) {
        let action: serde_json::Value = serde_json::from_str(line)?;
        let txn = &action["txn"];
        if let Some((id, version)) = txn["appId"].as_str().zip(txn["version"].as_i64()) {
            found.insert(id.to_owned(), version);
        }
    }
    Ok(())
}

fn of_checkpoint(checkpoint: &Input, found: &mut BTreeMap<String, i64>) -> Outcome<()> {
    for batch in checkpoint.rows(Some(&["txn"]))? {
        let batch = batch?;
        let Some(txn) = batch.column_by_name("txn").and_then(|column| column.as_struct_opt()) else { continue };
        let column = |name: &str| txn.column_by_name(name).ok_or_else(|| format!("a checkpoint has no txn.{name}"));
        let (ids, versions) = (column("appId")?, column("version")?);
        let ids = ids.as_string_opt::<i32>().ok_or("txn.appId of a checkpoint is no text")?;
        let versions = versions.as_primitive_opt::<Int64Type>().ok_or("txn.version of a checkpoint is no number")?;
        for row in (0..txn.len()).filter(|row| txn.is_valid(*row) && ids.is_valid(*row)) {
            found.insert(ids.value(row).to_owned(), versions.value(row));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_transactions_are_taken_from_a_commit() {
        let mut found = BTreeMap::new();
        let text = "{\"commitInfo\":{\"note\":\"\\\"txn\\\"\"}}\n{\"txn\":{\"appId\":\"load:1\",\"version\":1}}\n";
        of_commit(text, &mut found).expect("sound");
        of_commit("{\"txn\":{\"appId\":\"aliases\",\"version\":7}}", &mut found).expect("sound");
        assert_eq!(found, BTreeMap::from([("load:1".to_owned(), 1), ("aliases".to_owned(), 7)]));
        assert!(of_commit("{\"txn\":", &mut found).is_err());
    }

    #[test]
    fn names_of_log_files_are_told_apart() {
        assert_eq!(parts("00000000000000000012.json"), Some((12, "json")));
        assert_eq!(parts("00000000000000000012.checkpoint.parquet"), Some((12, "checkpoint.parquet")));
        assert_eq!(parts("_last_checkpoint"), None);
        assert_eq!(parts("12.json"), None);
    }
}

//! The journal of a change that takes many steps: what is to be done, written before the first step and removed after the
//! last. It holds keyed digests, names of tables and numbers, and nothing else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::CustodyError;

const NAME: &str = ".change.json";
/// While it is written.
const PART: &str = ".change.json.part";

/// A change that began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Change {
    /// Persons are being erased.
    Erase(Erasure),
    /// Everything is being put under another key.
    Rotate(Turn),
}

/// What an erasure has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erasure {
    /// The pseudonyms that must vanish.
    pub(crate) persons: Vec<String>,
    /// How many persons the register knew before: as long as it knows as many, nothing has happened yet.
    pub(crate) known_before: u64,
    /// The tables that hold rows of these persons.
    pub(crate) tables: Vec<String>,
    /// Short ids of the loads whose reports of refused rows must go.
    pub(crate) reports: Vec<String>,
}

/// What a rotation has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turn {
    /// Id of the key that everything was on.
    pub(crate) from: String,
    /// Id of the key that everything is to be on.
    pub(crate) to: String,
    /// Old and new short id of each load with a report of refused rows.
    pub(crate) reports: Vec<(String, String)>,
    /// Short ids of reports that must go, because no load of their name is known.
    pub(crate) unnamed: Vec<String>,
}

/// The change that began in this home and did not end; none when there is none.
pub(crate) fn read(home: &Path) -> Result<Option<Change>, CustodyError> {
    let path = home.join(NAME);
    let text = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(failed(&path))?,
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| failed(&path)(error.into()))
}

/// Writes the journal. It is on disk, whole, when this returns.
pub(crate) fn write(home: &Path, change: &Change) -> Result<(), CustodyError> {
    let (part, path) = (home.join(PART), home.join(NAME));
    let write = || {
        let text = serde_json::to_vec(change)?;
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&part, &path)?;
        sync(home)
    };
    write().map_err(|error| {
        // A part holds the same digests as the whole; the first error is the one to report.
        let _ = fs::remove_file(&part);
        failed(&path)(error)
    })
}

/// Removes the journal, and what a killed process left of one. It is gone for good when this returns.
pub(crate) fn remove(home: &Path) -> Result<(), CustodyError> {
    for name in [NAME, PART] {
        let path = home.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&path)(error)),
            _ => {}
        }
    }
    sync(home).map_err(failed(&home.join(NAME)))
}

fn sync(home: &Path) -> io::Result<()> {
    File::open(home)?.sync_all()
}

fn failed(path: &Path) -> impl Fn(io::Error) -> CustodyError {
    let path: PathBuf = path.to_owned();
    move |source| CustodyError::Journal { path: path.clone(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_goes_again() {
        let home = tempfile::tempdir().expect("a folder");
        assert_eq!(read(home.path()).expect("nothing there"), None);
        let turn = Turn {
            from: "a".into(),
            to: "b".into(),
            reports: vec![("1".into(), "2".into())],
            unnamed: vec!["3".into()],
        };
        for change in [
            Change::Rotate(turn),
            Change::Erase(Erasure {
                persons: vec!["00".into()],
                known_before: 7,
                tables: vec!["cases".into()],
                reports: vec![],
            }),
        ] {
            write(home.path(), &change).expect("written");
            assert_eq!(read(home.path()).expect("there"), Some(change));
        }
        fs::write(home.path().join(PART), "half").expect("written");
        remove(home.path()).expect("removed");
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 0);
        remove(home.path()).expect("nothing to remove");
    }

    #[test]
    fn a_damaged_journal_stops_everything() {
        let home = tempfile::tempdir().expect("a folder");
        for text in ["", "{}", r#"{"erase":{"persons":[]}}"#, r#"{"repaint":{}}"#] {
            fs::write(home.path().join(NAME), text).expect("written");
            assert!(matches!(read(home.path()).expect_err("refused"), CustodyError::Journal { .. }), "{text}");
        }
    }
}

//! The journal of a change that takes many steps: what is to be done, written before the first step and removed after the
//! last. It holds keyed digests, names of tables and numbers, and nothing else.

use std::fmt;
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
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erasure {
    /// The pseudonyms that must vanish.
    pub(crate) persons: Vec<String>,
    /// How many erasures the register had counted before: as long as it counts as many, nothing has happened yet.
    pub(crate) erasures_before: u64,
    /// The tables that hold rows of these persons.
    pub(crate) tables: Vec<String>,
    /// Short ids of the loads whose reports of refused rows must go.
    pub(crate) reports: Vec<String>,
}

/// What a rotation has to do.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    // What the parser would say can quote a digest.
    let damaged =
        |_| io::Error::new(io::ErrorKind::InvalidData, "it is damaged, or of another version of this program");
    serde_json::from_slice(&text).map(Some).map_err(|error| failed(&path)(damaged(error)))
}

/// As [`read`], for whoever holds the home's lock: when no change began, what a process left that was killed while it
/// wrote a journal is removed.
pub(crate) fn begun(home: &Path) -> Result<Option<Change>, CustodyError> {
    let change = read(home)?;
    if change.is_none() && remove_file(&home.join(PART))? {
        sync(home).map_err(failed(&home.join(PART)))?;
    }
    Ok(change)
}

/// What was begun in a home and cut off, in a word for people; none when everything is whole. Until it is finished the
/// tables may still hold what is to go.
pub fn unfinished_change(home: &Path) -> Result<Option<&'static str>, CustodyError> {
    Ok(read(home)?.map(|change| match change {
        Change::Erase(_) => "erasure",
        Change::Rotate(_) => "rotation of keys",
    }))
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
        remove_file(&home.join(name))?;
    }
    sync(home).map_err(failed(&home.join(NAME)))
}

impl fmt::Debug for Erasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Erasure")
            .field("persons", &self.persons.len())
            .field("erasures_before", &self.erasures_before)
            .field("tables", &self.tables)
            .field("reports", &self.reports.len())
            .finish()
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn")
            .field("from", &self.from)
            .field("to", &self.to)
            .field("reports", &self.reports.len())
            .field("unnamed", &self.unnamed.len())
            .finish()
    }
}

/// Whether there was one.
fn remove_file(path: &Path) -> Result<bool, CustodyError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(path)(error)),
    }
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
                erasures_before: 7,
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
        for text in
            ["", "{}", r#"{"erase":{"persons":[]}}"#, r#"{"0badc0de":{}}"#, r#"{"erase":{"persons":"0badc0de"}}"#]
        {
            fs::write(home.path().join(NAME), text).expect("written");
            let refused = read(home.path()).expect_err("refused");
            assert!(matches!(refused, CustodyError::Journal { .. }), "{text}");
            assert!(!format!("{refused:?}").contains("0badc0de"), "nothing of the journal is quoted: {refused:?}");
        }
    }

    #[test]
    fn half_a_journal_goes_when_no_change_began() {
        let home = tempfile::tempdir().expect("a folder");
        let part = home.path().join(PART);
        fs::write(&part, "half").expect("written");
        assert_eq!(read(home.path()).expect("none"), None);
        assert!(part.exists(), "looking changes nothing");
        assert_eq!(begun(home.path()).expect("none"), None);
        assert!(!part.exists());
        assert_eq!(begun(home.path()).expect("none"), None);
    }

    #[test]
    fn digests_are_not_shown() {
        let (digest, other) = ("0badc0de".to_owned(), "0ddba11".to_owned());
        let erasure = Erasure {
            persons: vec![digest.clone()],
            erasures_before: 7,
            tables: vec!["cases".into()],
            reports: vec![other.clone()],
        };
        let turn = Turn {
            from: "a".into(),
            to: "b".into(),
            reports: vec![(digest.clone(), other.clone())],
            unnamed: vec![digest.clone()],
        };
        for change in [Change::Erase(erasure), Change::Rotate(turn)] {
            let shown = format!("{change:?}");
            assert!(!shown.contains(&digest) && !shown.contains(&other), "{shown}");
        }
    }
}

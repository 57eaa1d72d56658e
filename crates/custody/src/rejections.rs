//! The report of refused rows: one JSON object a line, with place, rule and remedy, never a value.
//!
//! It is written beside its final name while the load runs and takes that name before the load is committed, so that a
//! load that is in the warehouse has its report. It goes again when the load does not happen.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use panoh_intake::{Language, Rejection};

use crate::error::CustodyError;

/// The report in the making. Dropping it removes what was written, unless it was released.
#[derive(Debug)]
pub(crate) struct RejectionFile {
    folder: PathBuf,
    /// The name under which the report is found.
    name: String,
    /// In which rules and remedies are told.
    language: Language,
    writer: Option<BufWriter<File>>,
    /// Where the report lies now; none when nothing was refused.
    lies_at: Option<PathBuf>,
}

/// Rows that a load refused, by its report; none when there is no report.
pub(crate) fn refused_rows(folder: &Path, load: &str) -> Result<u64, CustodyError> {
    #[derive(serde::Deserialize)]
    struct Place {
        line: u64,
    }
    let path = folder.join(file_name(load));
    let read = || -> io::Result<u64> {
        let mut lines = HashSet::new();
        for line in BufReader::new(File::open(&path)?).lines() {
            lines.insert(serde_json::from_str::<Place>(&line?)?.line);
        }
        Ok(lines.len() as u64)
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        rows => rows.map_err(|source| CustodyError::RejectionsUnread { path: path.clone(), source }),
    }
}

impl RejectionFile {
    /// A report for the load with this short id. No file is made before the first rejection.
    pub(crate) fn new(folder: &Path, load: &str, language: Language) -> RejectionFile {
        RejectionFile { folder: folder.to_owned(), name: file_name(load), language, writer: None, lies_at: None }
    }

    /// Adds rejections.
    pub(crate) fn write(&mut self, rejections: &[Rejection]) -> Result<(), CustodyError> {
        if rejections.is_empty() {
            return Ok(());
        }
        self.append(rejections).map_err(|source| self.failed(source))
    }

    /// Puts the report on disk under its name and gives that name; none when nothing was refused. A report of the same
    /// load from an earlier attempt is replaced or removed.
    pub(crate) fn finish(&mut self) -> Result<Option<&str>, CustodyError> {
        self.rename().map_err(|source| self.failed(source))?;
        Ok(self.lies_at.as_ref().map(|_| self.name.as_str()))
    }

    /// Lets the report stay.
    pub(crate) fn release(mut self) {
        self.lies_at = None;
    }

    fn append(&mut self, rejections: &[Rejection]) -> io::Result<()> {
        if self.writer.is_none() {
            fs::create_dir_all(&self.folder)?;
            let path = self.folder.join(format!(".{}.part", self.name));
            let file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&path)?;
            self.lies_at = Some(path);
            self.writer = Some(BufWriter::new(file));
        }
        let writer = self.writer.as_mut().expect("made just above");
        for rejection in rejections {
            serde_json::to_writer(&mut *writer, &rejection.written(self.language))?;
            writer.write_all(b"\n")?;
        }
        Ok(())
    }

    fn rename(&mut self) -> io::Result<()> {
        let path = self.folder.join(&self.name);
        let Some(writer) = self.writer.take() else {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        };
        writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        if let Some(written) = &self.lies_at {
            fs::rename(written, &path)?;
        }
        self.lies_at = Some(path);
        File::open(&self.folder)?.sync_all()
    }

    fn failed(&self, source: io::Error) -> CustodyError {
        CustodyError::Rejections { path: self.folder.join(&self.name), source }
    }
}

/// Name of the report of the load with this short id.
pub(crate) fn file_name(load: &str) -> String {
    format!("{load}.jsonl")
}

/// The short ids of all loads that have a report in the folder.
pub(crate) fn reported(folder: &Path) -> io::Result<Vec<String>> {
    let names = names(folder)?.into_iter();
    Ok(names
        .filter_map(|name| Some(name.strip_suffix(".jsonl")?.to_owned()).filter(|name| !name.starts_with('.')))
        .collect())
}

/// Removes reports of these loads, and what a killed process left half written. How many reports there were. Durable when
/// it returns.
pub(crate) fn remove(folder: &Path, loads: &[String]) -> io::Result<u64> {
    let mut removed = 0;
    for name in names(folder)? {
        let is_meant = name.strip_suffix(".jsonl").is_some_and(|load| loads.iter().any(|meant| meant == load));
        let is_half = name.starts_with('.') && name.strip_suffix(".part").is_some();
        if is_meant || is_half {
            fs::remove_file(folder.join(&name))?;
            removed += u64::from(is_meant);
        }
    }
    sync(folder)?;
    Ok(removed)
}

/// Gives reports their new names, those that have them already left alone. Durable when it returns.
pub(crate) fn rename(folder: &Path, names: &[(String, String)]) -> io::Result<()> {
    for (old, new) in names {
        match fs::rename(folder.join(file_name(old)), folder.join(file_name(new))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    sync(folder)
}

/// The names of all files in the folder; none when there is no folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![]),
        Err(error) => Err(error),
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect(),
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        opened => opened?.sync_all(),
    }
}

impl Drop for RejectionFile {
    fn drop(&mut self) {
        if let Some(path) = &self.lies_at {
            // The load failed for another reason, which is the one to report.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use panoh_intake::{Place, Rule};

    use super::*;

    fn rejection(line: u64) -> Rejection {
        let column = Some("year".into());
        Rejection { line, last_line: line, place: Place::Line, column, column_letter: None, rule: Rule::NotAYear }
    }

    fn listed(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_released_report_stays_under_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut report = RejectionFile::new(folder.path(), "0123456789abcdef", Language::En);
        report.write(&[rejection(2)]).expect("written");
        report.write(&[rejection(5), rejection(9)]).expect("written");
        assert_eq!(report.finish().expect("finished"), Some("0123456789abcdef.jsonl"));
        report.release();
        assert_eq!(listed(folder.path()), ["0123456789abcdef.jsonl"]);
        let text = fs::read_to_string(folder.path().join("0123456789abcdef.jsonl")).expect("text");
        let lines: Vec<u64> = text
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).expect("JSON")["line"].as_u64().expect("a line")
            })
            .collect();
        assert_eq!(lines, [2, 5, 9]);
    }

    #[test]
    fn a_report_goes_when_the_load_does_not_happen() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut half = RejectionFile::new(folder.path(), "a", Language::Tg);
        half.write(&[rejection(2)]).expect("written");
        assert_eq!(listed(folder.path()).len(), 1);
        drop(half);
        let mut whole = RejectionFile::new(folder.path(), "a", Language::Tg);
        whole.write(&[rejection(2)]).expect("written");
        whole.finish().expect("finished");
        drop(whole);
        assert!(listed(folder.path()).is_empty());
    }

    #[test]
    fn nothing_refused_leaves_no_report_and_removes_an_older_one() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.jsonl"), "of an earlier attempt").expect("written");
        let mut none = RejectionFile::new(folder.path(), "a", Language::Tg);
        none.write(&[]).expect("nothing to do");
        assert_eq!(none.finish().expect("finished"), None);
        none.release();
        assert!(listed(folder.path()).is_empty());
    }

    #[test]
    fn reports_are_found_renamed_and_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path();
        for name in ["a.jsonl", "b.jsonl", "c.jsonl", ".d.jsonl.part", "note.txt"] {
            fs::write(place.join(name), name).expect("written");
        }
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        assert_eq!(sorted(reported(place).expect("names")), ["a", "b", "c"]);
        let names = [("a".to_owned(), "x".to_owned()), ("gone".to_owned(), "y".to_owned())];
        rename(place, &names).expect("renamed");
        rename(place, &names).expect("and once more, which changes nothing");
        assert_eq!(remove(place, &["b".to_owned(), "gone".to_owned()]).expect("removed"), 1);
        assert_eq!(sorted(listed(place)), ["c.jsonl", "note.txt", "x.jsonl"]);
        assert_eq!(fs::read_to_string(place.join("x.jsonl")).expect("text"), "a.jsonl");
        let none = place.join("none");
        assert!(reported(&none).expect("no folder, no reports").is_empty());
        assert_eq!(remove(&none, &[]).expect("nothing to do"), 0);
    }
}

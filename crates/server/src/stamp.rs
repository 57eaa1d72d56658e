//! How files look from outside: enough to see that one has changed without reading it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Length and time of each file, by path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Stamp(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl Stamp {
    /// Of one file; of none when there is none.
    pub(crate) fn of(path: Option<&Path>) -> Self {
        let about = path.and_then(|path| Some((path.to_owned(), fs::metadata(path).ok()?)));
        Self(about.map(|(path, about)| (path, (about.len(), about.modified().ok()))).into_iter().collect())
    }

    /// Of all files of a folder and of those in it. What cannot be looked at is left out, which is a change as well.
    pub(crate) fn of_folder(folder: &Path) -> Self {
        let mut stamp = Self::of_files(folder);
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                stamp.0.extend(Self::of_folder(&entry.path()).0);
            }
        }
        stamp
    }

    /// Of the files that lie directly in a folder.
    pub(crate) fn of_files(folder: &Path) -> Self {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let file = |entry: fs::DirEntry| {
            let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((entry.path(), (about.len(), about.modified().ok())))
        };
        Self(entries.filter_map(file).collect())
    }
}

//! Running the binary, and folders to run it in.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Lists of every record system; the two last ones name the same persons, so there are aliases.
pub(crate) const LISTS: &[(&str, &str)] = &[
    ("ngo-assistance", "ngo-small.csv"),
    ("mission-en", "mission-small.csv"),
    ("referral-register", "referral-register-small.csv"),
    ("hotline-log", "hotline-log-small.csv"),
    ("assistance-register", "assistance-register-small.csv"),
    ("proceedings", "proceedings-small.csv"),
    ("activities", "activities-small.csv"),
    ("ngo-assistance", "merge-ngo.csv"),
    ("mission-en", "merge-mission.csv"),
];

/// A folder that goes away with the test, with a Panoh home in it.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// An empty folder; no home yet.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    /// A folder whose `home` was made by `panoh init`.
    pub(crate) fn with_home() -> Self {
        let place = Self::new();
        place.ok(&["init"]);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// The command, not yet run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_panoh"));
        command.args(arguments).env("PANOH_HOME", self.home()).env_remove("PANOH_LOG").current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary starts")
    }

    /// Runs it, expects exit code 0, and returns standard output.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        self.ends(arguments, 0)
    }

    /// Runs it, expects the exit code, and returns standard output.
    pub(crate) fn ends(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "panoh {}: {said}", arguments.join(" "));
        String::from_utf8(output.stdout).expect("output is UTF-8")
    }

    /// Runs it, expects exit code 0, and reads standard output as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.ok(arguments)).expect("output is JSON")
    }
}

/// A file of the folder that `PANOH_TEST_DATA` names, or nothing, said aloud.
#[expect(clippy::disallowed_methods, reason = "tests find real files through the environment")]
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub(crate) fn real_file(name: &str) -> Option<PathBuf> {
    let file = std::env::var_os("PANOH_TEST_DATA").map(|folder| Path::new(&folder).join(name));
    let file = file.filter(|file| file.exists());
    if file.is_none() {
        println!("skipped: PANOH_TEST_DATA does not name a folder with {name}");
    }
    file
}

/// A synthetic file of `tests/fixtures`.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

/// Path as text, for arguments.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("test paths are UTF-8")
}

//! Other engines at the same work, run as Python programs from `peers/`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// A Python interpreter with the peers installed in it.
#[derive(Debug)]
pub struct Peer {
    python: PathBuf,
}

impl Peer {
    /// The interpreter that `PANOH_BENCH_PYTHON` names, the first if it names several; none when it is not set.
    pub fn find() -> Option<Self> {
        Self::all().into_iter().next()
    }

    /// All interpreters that `PANOH_BENCH_PYTHON` names, separated as in `PATH`: some packages cannot live together.
    pub fn all() -> Vec<Self> {
        let named = environment("PANOH_BENCH_PYTHON").unwrap_or_default();
        let named = std::env::split_paths(&named).filter(|python| !python.as_os_str().is_empty());
        named.map(|python| Self { python }).collect()
    }

    /// Runs `peers/SCRIPT` and returns what it prints.
    pub fn run(&self, script: &str, arguments: &[&Path]) -> Result<String> {
        let Answers { printed, failure } = self.ask(script, arguments)?;
        match failure {
            Some(failure) => bail!("{script} failed: {failure}"),
            None => Ok(printed),
        }
    }

    /// Runs `peers/SCRIPT` and returns what it printed, also when it failed in the end.
    pub fn ask(&self, script: &str, arguments: &[&Path]) -> Result<Answers> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script);
        let output = Command::new(&self.python).arg("-B").arg(&script).args(arguments).output();
        let output = output.with_context(|| format!("cannot run {}", self.python.display()))?;
        let failure = (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned());
        Ok(Answers { printed: String::from_utf8(output.stdout)?, failure })
    }
}

/// What a peer printed before it ended.
#[derive(Debug)]
pub struct Answers {
    /// The text on its standard output.
    pub printed: String,
    /// The text on its error output, when it did not end well.
    pub failure: Option<String>,
}

/// The folder with real files that `PANOH_TEST_DATA` names, when it exists.
pub fn test_data() -> Option<PathBuf> {
    environment("PANOH_TEST_DATA").map(PathBuf::from).filter(|folder| folder.is_dir())
}

#[expect(clippy::disallowed_methods, reason = "a bench is a binary of its own")]
fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

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
    /// The interpreter that `PANOH_BENCH_PYTHON` names; none when it is not set.
    pub fn find() -> Option<Self> {
        environment("PANOH_BENCH_PYTHON").map(|python| Self { python: python.into() })
    }

    /// Runs `peers/SCRIPT` and returns what it prints.
    pub fn run(&self, script: &str, arguments: &[&Path]) -> Result<String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script);
        let output = Command::new(&self.python).arg(&script).args(arguments).output();
        let output = output.with_context(|| format!("cannot run {}", self.python.display()))?;
        if !output.status.success() {
            bail!("{} failed: {}", script.display(), String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench is a binary of its own")]
fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

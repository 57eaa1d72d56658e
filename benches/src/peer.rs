//! Other engines at the same work, run as Python programs from `peers/`.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

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

    /// The first of them that has a package.
    pub fn having(package: &str) -> Option<Self> {
        let has = |peer: &Self| {
            let tried = Command::new(&peer.python).args(["-c", &format!("import {package}")]).output();
            tried.is_ok_and(|tried| tried.status.success())
        };
        Self::all().into_iter().find(has)
    }

    /// Starts `peers/SCRIPT`, which answers a line for each line that it is sent. What it complains about is seen.
    pub fn start(&self, script: &str, arguments: &[&Path]) -> Result<Conversation> {
        let mut command = Command::new(&self.python);
        command.arg("-B").arg(path(script)).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot run {}", self.python.display()))?;
        let sent = child.stdin.take().context("the peer's input was asked for")?;
        let answers = BufReader::new(child.stdout.take().context("the peer's output was asked for")?);
        Ok(Conversation { script: script.to_owned(), child, sent, answers })
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
        let output = Command::new(&self.python).arg("-B").arg(path(script)).args(arguments).output();
        let output = output.with_context(|| format!("cannot run {}", self.python.display()))?;
        let failure = (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned());
        Ok(Answers { printed: String::from_utf8(output.stdout)?, failure })
    }
}

fn path(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script)
}

/// A peer that stays, so that it can be asked in turn with others. It ends with the value.
#[derive(Debug)]
pub struct Conversation {
    script: String,
    child: Child,
    sent: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Conversation {
    /// Sends a line and waits for the line that answers it.
    pub fn ask(&mut self, line: &str) -> Result<String> {
        writeln!(self.sent, "{line}").with_context(|| format!("{} is gone", self.script))?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        ensure!(!answer.is_empty(), "{} ended when it was asked for {line}", self.script);
        Ok(answer)
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // It may have ended already; either way nothing of it stays.
        let _ = self.child.kill();
        let _ = self.child.wait();
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

//! What the process is told from outside, gathered once: folders, clock, terminal.

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::Result;
use jiff::{Timestamp, Zoned};
use panoh_dictionary::Dictionary;
use panoh_identity::MasterKey;

use crate::args::Shared;
use crate::failure::{Code, Failure};
use crate::home::Home;

/// Everything a command may ask about the outside.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) home: Option<PathBuf>,
    dictionary: Option<PathBuf>,
    /// Progress bars are for people: only when standard error is a terminal.
    pub(crate) progress: bool,
    /// Processors, and with them how many parts a query is split into.
    pub(crate) threads: usize,
}

impl World {
    pub(crate) fn new(shared: &Shared) -> Self {
        Self {
            home: shared.home.clone(),
            dictionary: shared.dictionary.clone(),
            progress: std::io::stderr().is_terminal(),
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        }
    }

    /// The built-in dictionary, or the one named with `--dictionary`.
    pub(crate) fn dictionary(&self) -> Result<Dictionary> {
        match &self.dictionary {
            None => Ok(Dictionary::builtin()?),
            Some(folder) => Dictionary::load(folder).map_err(|e| Failure::new(Code::Usage, e.to_string()).into()),
        }
    }

    /// The home folder named, or the default one.
    pub(crate) fn open_home(&self) -> Result<Home> {
        Home::open(self.home.as_deref())
    }

    /// The same world with another home folder.
    pub(crate) fn at(&self, home: PathBuf) -> Self {
        Self { home: Some(home), dictionary: self.dictionary.clone(), ..*self }
    }
}

/// Reads the key of a home and checks that it is the one its pseudonyms were made with.
pub(crate) fn read_key(home: &Home) -> Result<MasterKey> {
    let key = MasterKey::read_file(home.key(), home.root())?;
    if key.id() == home.key_id() {
        return Ok(key);
    }
    Err(Failure::new(
        Code::Key,
        format!(
            "{}: this is not the key of {}: pseudonyms would not match. Put the right key file back",
            home.key().display(),
            home.root().display()
        ),
    )
    .into())
}

/// Now, in UTC, to the second, as RFC 3339.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn now() -> String {
    let now = Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}

/// Today in the local time zone, as YYYY-MM-DD.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn today() -> String {
    Zoned::now().date().to_string()
}

/// False when the user has set NO_COLOR (no-color.org).
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(crate) fn colour_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

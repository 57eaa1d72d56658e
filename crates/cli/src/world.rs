//! What the process is told from outside, gathered once: folders, clock, terminal.

use std::io::IsTerminal;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::{Timestamp, Zoned};
use panoh_custody::{Stores, unfinished_change};
use panoh_dictionary::Dictionary;
use panoh_identity::{MasterKey, Sealer, Secret, refuse_key_inside};
use panoh_intake::{Options, SheetReader};
use panoh_publication::Day;
use panoh_warehouse::{Bucket, Credentials, Place};
use zeroize::Zeroizing;

use crate::args::Shared;
use crate::failure::{Code, Failure};
use crate::home::{Home, OwnedPlaces, Tables};
use crate::output::note;

/// Everything a command may ask about the outside.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) home: Option<PathBuf>,
    dictionary: Option<PathBuf>,
    passphrase_file: Option<PathBuf>,
    /// Progress bars are for people: only when standard error is a terminal.
    pub(crate) progress: bool,
    /// Processors, and with them how many parts a query is split into.
    pub(crate) threads: usize,
    /// Memory that one query may use, in bytes: half of what this machine, or the container, has.
    pub(crate) query_memory: usize,
}

impl World {
    pub(crate) fn new(shared: &Shared) -> Self {
        Self {
            home: shared.home.clone(),
            dictionary: shared.dictionary.clone(),
            passphrase_file: shared.passphrase_file.clone(),
            progress: std::io::stderr().is_terminal(),
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            query_memory: memory().unwrap_or(SMALL) / 2,
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
        let (dictionary, passphrase_file) = (self.dictionary.clone(), self.passphrase_file.clone());
        Self { home: Some(home), dictionary, passphrase_file, ..*self }
    }

    /// The passphrase of an encrypted key: from the file that was named, or asked on the terminal; none when neither can
    /// be had.
    pub(crate) fn passphrase(&self, key: &Path) -> Option<Secret> {
        match &self.passphrase_file {
            // Whoever asked learns that there is none; the reason is said here.
            Some(path) => secret_in(path).map_err(|error| note(format!("{error}"))).ok(),
            None => rpassword::prompt_password(format!("Passphrase of {}: ", key.display())).ok().map(Secret::new),
        }
    }

    /// Refuses a passphrase that lies with the data it protects.
    pub(crate) fn refuse_secret_inside(&self, home: &Home) -> Result<()> {
        match &self.passphrase_file {
            Some(file) => Ok(refuse_key_inside(file, home.root())?),
            None => Ok(()),
        }
    }

    /// How exports are opened: workbooks by a child of this same binary, which can use a gibibyte and two minutes.
    pub(crate) fn intake(&self, encoding: Option<String>) -> Result<Options> {
        let program = std::env::current_exe().context("cannot find this binary, which reads workbooks in a child")?;
        let arguments = vec!["read-sheets".into()];
        let reader = SheetReader { program, arguments, memory_bytes: 1 << 30, seconds: 120 };
        Ok(Options { encoding, sheet_reader: Some(reader), threads: self.threads })
    }
}

/// The memory of a machine that does not say how much it has.
const SMALL: usize = 4 << 30;

/// The memory of this machine in bytes, or less where a container may have less.
fn memory() -> Option<usize> {
    let said = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = said.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.trim().strip_suffix(" kB")?;
    let total = total.parse::<usize>().ok()?.checked_mul(1 << 10)?;
    let limit = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    Some(limit.and_then(|limit| limit.trim().parse().ok()).map_or(total, |limit| total.min(limit)))
}

/// The passphrase in the first line of a file that only its owner can read.
pub(crate) fn secret_in(file: &Path) -> Result<Secret> {
    let unread =
        |e: std::io::Error| Failure::new(Code::Key, format!("{}: the passphrase cannot be read: {e}", file.display()));
    let mode = std::fs::metadata(file).map_err(unread)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let message =
            format!("{}: the passphrase is open to others (mode {mode:04o}); run: chmod 600 on it", file.display());
        return Err(Failure::new(Code::Key, message).into());
    }
    let text = Zeroizing::new(std::fs::read_to_string(file).map_err(unread)?);
    Ok(Secret::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// The stores of a home, opened for writing, and the sealer of its key.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) stores: Stores,
    pub(crate) sealer: Sealer,
}

/// Where the tables of a home lie.
pub(crate) fn warehouse_of(home: &Home) -> Result<Place> {
    match home.tables() {
        Some(tables) => bucket(tables),
        None => Ok(Place::Folder(home.warehouse())),
    }
}

/// The way to a bucket, with the credentials that the environment gives.
pub(crate) fn bucket(tables: &Tables) -> Result<Place> {
    let address = tables.address()?;
    Ok(Place::Bucket(Bucket::new(&address, credentials()?)?))
}

/// The parts of a home that change together.
pub(crate) fn places_of(home: &Home) -> Result<OwnedPlaces> {
    Ok(home.places(warehouse_of(home)?))
}

/// Opens warehouse and register of a home together, under its key.
pub(crate) async fn open_stores(home: &Home, world: &World) -> Result<Opened> {
    let key = read_key(home, world)?;
    let stores = Stores::open(&places_of(home)?.borrowed(), &world.dictionary()?, &key.id()).await?;
    Ok(Opened { stores, sealer: key.sealer() })
}

/// Reads the key of a home and checks that it is the one its pseudonyms were made with.
pub(crate) fn read_key(home: &Home, world: &World) -> Result<MasterKey> {
    world.refuse_secret_inside(home)?;
    let key = MasterKey::read_file(home.key(), home.root(), &mut || world.passphrase(home.key()))?;
    key.refuse_other(home.key(), home.key_id())?;
    Ok(key)
}

/// Says that a change of the home was cut off, when one was: until it is finished, the tables may hold what is to go.
/// Whether there is one.
pub(crate) fn note_unfinished(home: &Home) -> Result<bool> {
    let Some(change) = unfinished_change(home.root())? else { return Ok(false) };
    note(format!(
        "WARNING: an unfinished {change} stands in this home; what is shown may count persons who are to go. Finish it: \
         panoh keys rotate for a rotation, panoh persons log or any load for an erasure"
    ));
    Ok(true)
}

/// Now, in UTC, to the second, as RFC 3339.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn now() -> String {
    let now = Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}

/// Now, in milliseconds since 1970 UTC.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// This year in the local time zone: no person was registered later.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn this_year() -> i16 {
    Zoned::now().year()
}

/// Today in the local time zone, as YYYY-MM-DD.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn today() -> String {
    Zoned::now().date().to_string()
}

/// Today in UTC: what two hosts agree on.
pub(crate) fn today_utc() -> Day {
    Day::new(&now()[..10]).expect("RFC 3339 begins with the day")
}

/// The credentials for a bucket, under the names that every program for buckets knows. They never stand in a file of
/// Panoh's.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
fn credentials() -> Result<Credentials> {
    let told = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let (Some(key_id), Some(secret)) = (told("AWS_ACCESS_KEY_ID"), told("AWS_SECRET_ACCESS_KEY")) {
        return Ok(Credentials { key_id, secret, session: told("AWS_SESSION_TOKEN") });
    }
    let message = "the tables lie in a bucket, and no credentials for it are given: set AWS_ACCESS_KEY_ID and \
                   AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN where there is one) in the environment";
    Err(Failure::new(Code::Key, message).into())
}

/// When something began that the user waits for.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn begun() -> std::time::Instant {
    std::time::Instant::now()
}

/// The program that long answers are read in: PAGER, or `less` as it suits tables.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(crate) fn pager() -> String {
    std::env::var("PAGER").ok().filter(|pager| !pager.is_empty()).unwrap_or_else(|| "less -S -F -X".to_owned())
}

/// False when the user has set NO_COLOR (no-color.org).
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(crate) fn colour_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

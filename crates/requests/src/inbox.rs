//! The folder of requests. The public host writes one file for each, whole or not at all; the trusted host reads them and
//! takes nothing in them for granted.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use panoh_publication::{Day, Slug};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::file::{self, Readers};
use crate::{Asked, RequestsError, hexed};

/// Letters of a request's name.
const ID: usize = 32;
/// Largest request, bytes.
const LARGEST: u64 = 64 << 10;
/// Most requests of one project that wait for a decision.
const MOST_OPEN: usize = 20;
/// Most files that are looked at.
const MOST_FILES: usize = 100_000;

/// Name of a request: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(String);

impl RequestId {
    /// A name that nobody can guess.
    pub fn random() -> Result<Self, RequestsError> {
        let mut bytes = [0_u8; ID / 2];
        getrandom::fill(&mut bytes).map_err(|_| RequestsError::NoRandomness)?;
        Ok(Self(hexed(&bytes)))
    }

    /// The name of the one request that a token and a key of idempotency stand for.
    pub fn of_key(token: &str, key: &str) -> Self {
        let mut digest = Sha256::new();
        for part in ["panoh/request-id/v1", token, key] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Self(hexed(&digest.finalize()[..ID / 2]))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RequestId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = text.len() == ID && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if fits { Ok(Self(text.to_owned())) } else { Err("a request's id is 32 hexadecimal digits") }
    }
}

impl TryFrom<String> for RequestId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A request as it lies in the folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its name, and that of its file.
    pub id: RequestId,
    /// The project of whoever asked.
    pub project: Slug,
    /// Name of the token that was shown.
    pub token: String,
    /// When it came, RFC 3339.
    pub received: String,
    /// The day by which whoever asked was told that it is decided.
    pub answer_by: Day,
    /// What is asked for.
    pub asked: Asked,
}

impl Request {
    /// Whether all of it can be shown to a person as it is.
    fn is_plain(&self) -> bool {
        let plain = |text: &str| text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic());
        plain(&self.received) && plain(&self.token) && self.asked.check_texts().is_ok()
    }

    /// The day on which it came.
    pub fn day(&self) -> Option<Day> {
        Day::new(self.received.get(..10)?).ok()
    }
}

/// What became of a request that came in.
#[derive(Debug, Clone, PartialEq)]
pub enum Received {
    /// It lies in the folder now.
    New,
    /// It lay there already, as it was received then.
    Again(Box<Request>),
}

/// A file of the folder.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A request.
    Request(Box<Request>),
    /// A file that is none.
    Unread {
        /// Its name.
        file: String,
        /// Why.
        rule: String,
    },
}

/// The folder of requests.
#[derive(Debug)]
pub struct Inbox {
    folder: PathBuf,
    /// One request is put down at a time, so that limits hold.
    turn: Mutex<()>,
}

impl Inbox {
    /// The folder of requests; it must be there.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, turn: Mutex::new(()) }
    }

    /// Puts a request down, durably. The same request under the same name is there once. `is_decided` says which requests
    /// wait no more.
    pub fn put(&self, request: &Request, is_decided: impl Fn(&RequestId) -> bool) -> Result<Received, RequestsError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.get(&request.id)? {
            let same = (&known.project, &known.asked) == (&request.project, &request.asked);
            return if same { Ok(Received::Again(Box::new(known))) } else { Err(RequestsError::OtherRequest) };
        }
        let is_open = |found: &Found| match found {
            Found::Request(other) => other.project == request.project && !is_decided(&other.id),
            Found::Unread { .. } => false,
        };
        if self.all()?.iter().filter(|found| is_open(found)).count() >= MOST_OPEN {
            return Err(RequestsError::TooMany { most: MOST_OPEN });
        }
        file::write(&self.path(&request.id), request, Readers::Few)?;
        Ok(Received::New)
    }

    /// A request by its name.
    pub fn get(&self, id: &RequestId) -> Result<Option<Request>, RequestsError> {
        let path = self.path(id);
        // A way to another place, or a pipe, is no request.
        if !path.symlink_metadata().is_ok_and(|about| about.is_file()) {
            return Ok(None);
        }
        let request: Option<Request> = file::read(&path, LARGEST)?;
        match request {
            Some(request) if request.id != *id => {
                Err(RequestsError::Broken { path, rule: "it names another request than its file".to_owned() })
            }
            Some(request) if request.day().is_none() => {
                Err(RequestsError::Broken { path, rule: "it does not say when it came".to_owned() })
            }
            // A person reads it on a terminal.
            Some(request) if !request.is_plain() => {
                Err(RequestsError::Broken { path, rule: "it has texts that cannot be shown as they are".to_owned() })
            }
            other => Ok(other),
        }
    }

    /// All files of the folder, oldest request first, then what is no request. Hidden files are unfinished.
    pub fn all(&self) -> Result<Vec<Found>, RequestsError> {
        let failed = |source| RequestsError::Io { path: self.folder.clone(), source };
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)?.take(MOST_FILES) {
            let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            found.push(self.look_into(&name));
        }
        found.sort_by_key(|found| match found {
            Found::Request(request) => (0, request.received.clone(), request.id.to_string()),
            Found::Unread { file, .. } => (1, file.clone(), String::new()),
        });
        Ok(found)
    }

    fn look_into(&self, name: &str) -> Found {
        let unread = |rule: String| Found::Unread { file: name.escape_default().to_string(), rule };
        let Some(id) = name.strip_suffix(".json").and_then(|stem| stem.parse().ok()) else {
            return unread("it is not named as a request is".to_owned());
        };
        match self.get(&id) {
            Ok(Some(request)) => Found::Request(Box::new(request)),
            Ok(None) => unread("it is no file".to_owned()),
            Err(RequestsError::Broken { rule, .. }) => unread(rule),
            Err(error) => unread(error.to_string()),
        }
    }

    fn path(&self, id: &RequestId) -> PathBuf {
        Path::new(&self.folder).join(format!("{id}.json"))
    }
}

#[cfg(test)]
mod tests;

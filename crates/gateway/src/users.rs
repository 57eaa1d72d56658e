//! Who may ask: a file beside the home folder with one verifier for each user.
//!
//! A verifier (RFC 5802) is enough to check a password and not enough to log in with, so a stolen file opens nothing at
//! once; weak passwords could be guessed from it. It is guarded like the key: outside the home folder, mode 0600.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, absolute};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::GatewayError;
use crate::scram::{self, Verifier};

/// Fewest characters of a password.
pub const PASSWORD_CHARACTERS: usize = 12;

const HEADER: &str =
    "# Users of the gateway. A password cannot be read from here, but guessed: keep this file like the key.\n";

/// The file as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    /// Makes a steady salt for names that are not here, so that nobody learns which are.
    secret: String,
    #[serde(default)]
    users: BTreeMap<String, Written>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    salt: String,
    iterations: u32,
    stored_key: String,
    server_key: String,
}

/// Adds a user, or gives one a new password. Whether the user is new. `home` is the folder that the file may not lie in.
pub fn add(path: &Path, home: &Path, name: &str, password: &[u8]) -> Result<bool, GatewayError> {
    check_name(name)?;
    let password = std::str::from_utf8(password).map_err(|_| GatewayError::PasswordText)?;
    if password.chars().any(char::is_control) {
        return Err(GatewayError::PasswordText);
    }
    if password.chars().count() < PASSWORD_CHARACTERS {
        return Err(GatewayError::PasswordShort(PASSWORD_CHARACTERS));
    }
    let mut contents = match read(path, home)? {
        Some(contents) => contents,
        None => Contents { secret: scram::encode(&scram::random::<32>()?), users: BTreeMap::new() },
    };
    let verifier = Verifier::of(password, &scram::random::<16>()?, scram::ITERATIONS);
    let is_new = contents.users.insert(name.to_owned(), Written::from(&verifier)).is_none();
    write(path, &contents)?;
    Ok(is_new)
}

/// Removes a user, whose next connection is refused; one that is open ends within seconds.
pub fn remove(path: &Path, home: &Path, name: &str) -> Result<(), GatewayError> {
    let unknown = || GatewayError::UserUnknown(name.to_owned());
    check_name(name)?;
    let mut contents = read(path, home)?.ok_or_else(unknown)?;
    contents.users.remove(name).ok_or_else(unknown)?;
    write(path, &contents)
}

/// The names of all users.
pub fn list(path: &Path, home: &Path) -> Result<Vec<String>, GatewayError> {
    Ok(read(path, home)?.map_or_else(Vec::new, |contents| contents.users.into_keys().collect()))
}

/// What a client's proof is checked against. For a name that is not in the file it is made up, the same each time.
pub(crate) fn verifier(path: &Path, home: &Path, name: &str) -> Result<Verifier, GatewayError> {
    let contents = read(path, home)?.ok_or_else(|| GatewayError::NoUsers { path: path.to_owned() })?;
    let damaged = |reason: &str| GatewayError::UsersDamaged { path: path.to_owned(), reason: reason.to_owned() };
    if let Some(user) = contents.users.get(name) {
        return user.verifier().ok_or_else(|| damaged("a verifier cannot be read"));
    }
    let secret = Zeroizing::new(scram::decode(&contents.secret).ok_or_else(|| damaged("no secret"))?);
    Ok(Verifier::made_up(&secret, name))
}

impl From<&Verifier> for Written {
    fn from(verifier: &Verifier) -> Self {
        Self {
            salt: scram::encode(&verifier.salt),
            iterations: verifier.iterations,
            stored_key: scram::encode(&verifier.stored_key),
            server_key: scram::encode(&verifier.server_key),
        }
    }
}

impl Written {
    fn verifier(&self) -> Option<Verifier> {
        Some(Verifier {
            salt: scram::decode(&self.salt)?,
            iterations: self.iterations,
            stored_key: scram::decode(&self.stored_key)?,
            server_key: scram::decode(&self.server_key)?,
            is_real: true,
        })
    }
}

/// Names become names of files: nothing that a file system could take for something else.
pub(crate) fn check_name(name: &str) -> Result<(), GatewayError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    let right = name.len() <= 32 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain);
    if right { Ok(()) } else { Err(GatewayError::UserName) }
}

fn read(path: &Path, home: &Path) -> Result<Option<Contents>, GatewayError> {
    refuse_inside(path, home)?;
    let unread = |source| GatewayError::Users { path: path.to_owned(), verb: "read", source };
    let mode = match fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode() & 0o777,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unread(error)),
    };
    if mode & 0o077 != 0 {
        return Err(GatewayError::UsersOpenToOthers { path: path.to_owned(), mode });
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(unread)?);
    let contents = toml::from_str(&text).map_err(|_| GatewayError::UsersDamaged {
        path: path.to_owned(),
        reason: "not the TOML that `panoh gateway user add` writes".to_owned(),
    })?;
    Ok(Some(contents))
}

/// Writes beside the file and renames: whoever reads finds the old users or the new ones, never half.
fn write(path: &Path, contents: &Contents) -> Result<(), GatewayError> {
    let unwritten = |source| GatewayError::Users { path: path.to_owned(), verb: "written", source };
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let replace = || {
        let text = Zeroizing::new(toml::to_string(contents).map_err(std::io::Error::other)?);
        if let Err(error) = fs::remove_file(&beside)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(HEADER.as_bytes())?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        absolute(path)?.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    replace().map_err(unwritten)
}

/// A copy of the home folder must not carry the file along. Both are followed to where they really lie.
fn refuse_inside(path: &Path, home: &Path) -> Result<(), GatewayError> {
    let unread = |source| GatewayError::Users { path: path.to_owned(), verb: "read", source };
    let whole = absolute(path).map_err(unread)?;
    let real = fs::canonicalize(&whole)
        .or_else(|_| whole.parent().map_or_else(|| Ok(whole.clone()), fs::canonicalize))
        .map_err(unread)?;
    let home = fs::canonicalize(home).map_err(unread)?;
    if real.starts_with(home) { Err(GatewayError::UsersInsideHome { path: path.to_owned() }) } else { Ok(()) }
}

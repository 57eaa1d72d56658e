//! Tokens: 256 random bits that show to the public server which project somebody belongs to.
//!
//! A token is shown once, when it is made. The book holds its SHA-256 alone: a secret of 256 random bits cannot be guessed
//! from its hash, so a slow hash would protect nothing. The book says no names of people.

use std::fmt;
use std::path::Path;

use panoh_publication::{Day, Slug};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::file::{self, Readers};
use crate::{RequestsError, hexed};

/// Beginning of every token, so that it is known for what it is when it turns up where it should not be.
const PREFIX: &str = "panoh_";
/// Bytes of a token.
const BYTES: usize = 32;
/// Largest book that is read, bytes.
const LARGEST: u64 = 16 << 20;
/// Letters of a token's name in the book.
const ID: usize = 8;

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// To read what was released for the project.
    Read,
    /// To ask for tables, and to see what became of it.
    Request,
}

/// A token as its holder has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A token as the book has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The first letters of its hash: its name in lists and requests.
    pub id: String,
    /// The project that its holder belongs to.
    pub project: Slug,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// Day on which it was made.
    pub created: Day,
    /// Last day on which it is good.
    pub expires: Day,
    /// Day from which it is no longer good; none while nobody has revoked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Day>,
    /// SHA-256 of the token, hex.
    sha256: String,
}

/// Whom a token shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// Name of the token.
    pub token: String,
    /// The project.
    pub project: Slug,
    scopes: Vec<Scope>,
}

impl Bearer {
    /// Whether the token allows this.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// Why a token is not taken. The three are told apart for the log alone; who shows a bad token is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    /// There is no such token.
    Unknown,
    /// Its last day is over.
    Expired,
    /// It was revoked.
    Revoked,
}

/// All tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenBook {
    tokens: Vec<Token>,
}

impl TokenBook {
    /// Reads the book; an empty one when there is no file.
    pub fn read(path: &Path) -> Result<Self, RequestsError> {
        Ok(file::read(path, LARGEST)?.unwrap_or_default())
    }

    /// Writes the book in one step, for its owner and its group alone.
    pub fn write(&self, path: &Path) -> Result<(), RequestsError> {
        file::write(path, self, Readers::Few)
    }

    /// All tokens, oldest first.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Makes a token. The secret is nowhere but in what is returned.
    pub fn add(
        &mut self,
        project: Slug,
        scopes: &[Scope],
        created: Day,
        expires: Day,
    ) -> Result<(Token, Secret), RequestsError> {
        let mut bytes = [0_u8; BYTES];
        getrandom::fill(&mut bytes).map_err(|_| RequestsError::NoRandomness)?;
        let secret = Secret(format!("{PREFIX}{}", hexed(&bytes)));
        let sha256 = hash(secret.reveal());
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        let token = Token { id: sha256[..ID].to_owned(), project, scopes, created, expires, revoked: None, sha256 };
        self.tokens.push(token.clone());
        Ok((token, secret))
    }

    /// Revokes a token by its name; false when there is none that is not revoked already.
    pub fn revoke(&mut self, id: &str, day: &Day) -> bool {
        let mut revoked = false;
        for token in self.tokens.iter_mut().filter(|token| token.id == id && token.revoked.is_none()) {
            token.revoked = Some(day.clone());
            revoked = true;
        }
        revoked
    }

    /// Whom a text shows on a day.
    ///
    /// Hashes are compared, so how long it takes says nothing about a token that somebody has.
    pub fn bearer(&self, text: &str, today: &Day) -> Result<Bearer, TokenRefusal> {
        let sha256 = hash(text);
        let token = self.tokens.iter().find(|token| token.sha256 == sha256).ok_or(TokenRefusal::Unknown)?;
        if token.revoked.is_some() {
            return Err(TokenRefusal::Revoked);
        }
        if *today > token.expires {
            return Err(TokenRefusal::Expired);
        }
        Ok(Bearer { token: token.id.clone(), project: token.project.clone(), scopes: token.scopes.clone() })
    }
}

fn hash(text: &str) -> String {
    hexed(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::new(text).expect("a day")
    }

    fn project(name: &str) -> Slug {
        Slug::new(name).expect("a name")
    }

    #[test]
    fn a_token_is_good_until_its_last_day_and_until_it_is_revoked() {
        let mut book = TokenBook::default();
        let (token, secret) = book
            .add(project("returns-study"), &[Scope::Request, Scope::Read], day("2026-11-23"), day("2026-12-31"))
            .expect("random numbers");
        for (today, good) in
            [("2026-11-23", Ok(())), ("2026-12-31", Ok(())), ("2027-01-01", Err(TokenRefusal::Expired))]
        {
            assert_eq!(book.bearer(secret.reveal(), &day(today)).map(drop), good, "{today}");
        }
        let bearer = book.bearer(secret.reveal(), &day("2026-11-24")).expect("good");
        assert_eq!((bearer.project.as_str(), bearer.may(Scope::Read)), ("returns-study", true));
        assert_eq!(book.bearer("panoh_00", &day("2026-11-24")), Err(TokenRefusal::Unknown));
        assert!(book.revoke(&token.id, &day("2026-11-25")) && !book.revoke(&token.id, &day("2026-11-26")));
        assert_eq!(book.bearer(secret.reveal(), &day("2026-11-25")), Err(TokenRefusal::Revoked));
    }

    #[test]
    fn the_book_does_not_hold_the_token_and_is_not_for_everybody() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tokens.json");
        let mut book = TokenBook::default();
        let (_, secret) = book.add(project("a"), &[Scope::Read], day("2026-11-23"), day("2026-12-31")).expect("made");
        book.write(&path).expect("writes");
        let text = std::fs::read_to_string(&path).expect("reads");
        assert!(!text.contains(&secret.reveal()[PREFIX.len()..]));
        assert!(!format!("{secret:?} {book:?}").contains(&secret.reveal()[PREFIX.len()..]));
        assert_eq!(TokenBook::read(&path).expect("reads"), book);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).expect("is there").permissions().mode();
            assert_eq!(mode & 0o007, 0, "{mode:o}");
        }
        std::fs::write(&path, &text[..text.len() / 2]).expect("writes");
        assert!(TokenBook::read(&path).is_err());
    }

    #[test]
    fn two_tokens_are_never_the_same() {
        let mut book = TokenBook::default();
        let mut made = || book.add(project("a"), &[Scope::Read], day("2026-11-23"), day("2026-12-31")).expect("made").1;
        let (one, other) = (made(), made());
        assert_ne!(one, other);
        assert_eq!(one.reveal().len(), PREFIX.len() + 2 * BYTES);
    }
}

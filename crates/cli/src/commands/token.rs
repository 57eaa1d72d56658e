//! `panoh token`: who belongs to which project. The public server gets the file of hashes, nobody gets the tokens twice.

use anyhow::Result;
use panoh_publication::Slug;
use panoh_requests::{Scope, TokenBook, days_later};

use crate::args::{Allows, Token};
use crate::failure::{Code, Failure};
use crate::output::{json, note, say, table};
use crate::world::{World, today_utc};

/// Longest name of a project, so that names of its releases fit.
const LONGEST_PROJECT: usize = 48;

pub(crate) fn run(command: &Token, world: &World) -> Result<Code> {
    let path = world.open_home()?.tokens();
    let mut book = TokenBook::read(&path)?;
    match command {
        Token::Add { project, scope, days } => {
            let project = project_name(project)?;
            let scopes: Vec<Scope> = scope.iter().map(|allows| scope_of(*allows)).collect();
            let today = today_utc();
            let expires = days_later(&today, *days);
            let (token, secret) = book.add(project, &scopes, today, expires)?;
            book.write(&path)?;
            note(format!(
                "Token {} for project {}, good until {}. It is shown this once: hand it over on a safe way.",
                token.id, token.project, token.expires
            ));
            note(format!("The public server reads {}: copy it there when that is another machine.", path.display()));
            say(secret.reveal())?;
        }
        Token::List { json: true } => json(&listed(&book))?,
        Token::List { json: false } => {
            let rows: Vec<Vec<String>> = listed(&book).into_iter().map(Vec::from).collect();
            say(table(&["token", "project", "allows", "made", "good until", "revoked"], &rows))?;
        }
        Token::Revoke { id } => {
            if !book.revoke(id, &today_utc()) {
                let message = format!("there is no token {id} that is still good; `panoh token list` shows them");
                return Err(Failure::new(Code::Usage, message).into());
            }
            book.write(&path)?;
            note(format!("Revoked. A public server on another machine needs {} again.", path.display()));
        }
    }
    Ok(Code::Ok)
}

/// The columns of the list, without hashes.
fn listed(book: &TokenBook) -> Vec<[String; 6]> {
    let row = |token: &panoh_requests::Token| {
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| word(*scope)).collect();
        let revoked = token.revoked.as_ref().map(ToString::to_string).unwrap_or_default();
        let (id, project) = (token.id.clone(), token.project.to_string());
        [id, project, scopes.join(", "), token.created.to_string(), token.expires.to_string(), revoked]
    };
    book.tokens().iter().map(row).collect()
}

fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Request => "request",
    }
}

fn scope_of(allows: Allows) -> Scope {
    match allows {
        Allows::Read => Scope::Read,
        Allows::Request => Scope::Request,
    }
}

fn project_name(text: &str) -> Result<Slug> {
    let refuse = || {
        let rule = format!("--project: write up to {LONGEST_PROJECT} lower-case letters, digits and hyphens");
        Failure::new(Code::Usage, rule)
    };
    let name = Slug::new(text).map_err(|_| refuse())?;
    if text == "public" {
        let rule =
            "--project: what is for the project `public` would read as if it were for everybody; take another name";
        return Err(Failure::new(Code::Usage, rule).into());
    }
    if text.len() > LONGEST_PROJECT { Err(refuse().into()) } else { Ok(name) }
}

#[cfg(test)]
mod tests {
    use super::project_name;

    #[test]
    fn a_project_has_a_name_that_cannot_be_taken_for_everybody() {
        for name in ["returns-study", "a", "publications"] {
            assert_eq!(project_name(name).expect(name).as_str(), name);
        }
        for name in ["public", "", "Returns", "returns study", "../x", &"x".repeat(80)] {
            assert!(project_name(name).is_err(), "{name}");
        }
    }
}

//! `panoh requests list`.

use anyhow::Result;
use panoh_requests::{Decisions, Found, Outcome, Request, Token, TokenBook};
use serde::Serialize;

use super::inbox;
use crate::failure::Code;
use crate::output::{json, note, say, table};
use crate::world::World;

/// One request in the list.
#[derive(Debug, Serialize)]
struct Line {
    id: String,
    project: String,
    received: String,
    answer_by: String,
    state: &'static str,
    /// The release, or the reason of a refusal.
    decision: String,
    title: String,
}

pub(super) fn list(all: bool, as_json: bool, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let decisions = Decisions::read(&home.published())?;
    let book = TokenBook::read(&home.tokens())?;
    let (mut lines, mut unread) = (Vec::new(), 0);
    for found in inbox(&home).all()? {
        match found {
            Found::Request(request) => {
                let line = line(&request, &decisions, &book);
                lines.extend((all || line.state == "open").then_some(line));
            }
            Found::Unread { file, rule } => {
                unread += 1;
                note(format!("WARNING: requests/{file} is no request: {rule}; it is passed over"));
            }
        }
    }
    if as_json {
        json(&lines)?;
    } else {
        let row =
            |line: Line| vec![line.id, line.project, line.answer_by, line.state.into(), line.decision, line.title];
        let rows: Vec<Vec<String>> = lines.into_iter().map(row).collect();
        say(table(&["request", "project", "answer by", "state", "decision", "title"], &rows))?;
    }
    Ok(if unread > 0 { Code::RefusedInPart } else { Code::Ok })
}

fn line(request: &Request, decisions: &Decisions, book: &TokenBook) -> Line {
    let is_known = |token: &Token| token.id == request.token && token.project == request.project;
    let (state, decision) = match decisions.about(&request.id).map(|decision| &decision.outcome) {
        None if !book.tokens().iter().any(is_known) => ("open", "nobody knows who asks: no such token".to_owned()),
        None => ("open", String::new()),
        Some(Outcome::Published { release }) => ("published", release.to_string()),
        Some(Outcome::Refused { reason }) => ("refused", reason.as_str().to_owned()),
    };
    Line {
        id: request.id.to_string(),
        project: request.project.to_string(),
        received: request.received.clone(),
        answer_by: request.answer_by.to_string(),
        state,
        decision,
        title: request.asked.title.clone(),
    }
}

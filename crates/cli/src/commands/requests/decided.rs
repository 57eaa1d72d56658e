//! `panoh requests approve` and `refuse`. A decision is written after the release is public; when that is cut off, the
//! same command finds the release and writes the decision alone.

use anyhow::Result;
use panoh_publication::Slug;
use panoh_release::ReleaseError;
use panoh_requests::{Decision, Decisions, Outcome, RefusalReason, Request};
use serde::Serialize;

use super::{check_open, check_token, current, find, planned};
use crate::args::RefuseReason;
use crate::commands::budget::ledger_under;
use crate::commands::release::{print_plan, publish_plan};
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::output::{json, note, say};
use crate::world::{World, note_unfinished, read_key, today_utc};

/// What an approval says.
#[derive(Debug, Serialize)]
struct Approved<'a> {
    request: &'a str,
    release: &'a str,
}

pub(super) async fn approve(id: &str, as_json: bool, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    if note_unfinished(&home)? {
        let message = "nothing is released from a home with an unfinished change; nothing was drawn or spent";
        return Err(Failure::new(Code::Usage, message).into());
    }
    let request = find(id, &home)?;
    check_open(&request, &home.published())?;
    check_token(&request, &home)?;
    let (key, dictionary) = (read_key(&home, world)?, world.dictionary()?);
    let budget = ledger_under(&key, &home)?.budget()?;
    let plan = planned(&request, &home, &dictionary, &budget)?;
    if !as_json {
        print_plan(plan.report())?;
    }
    if !plan.report().refusals.is_empty() {
        let message = format!(
            "the plan is refused: {}; nothing was drawn or spent. Refuse the request: --reason too_noisy",
            plan.report().refusals.join("; ")
        );
        return Err(Failure::new(Code::Budget, message).into());
    }
    let release = match publish_plan(plan, false, &key, &home, world).await {
        Ok(published) => published.id,
        Err(error) => public_already(error)?,
    };
    decide(&request, Outcome::Published { release: release.clone() }, &home)?;
    // What projects may still cost is public, and has just become less.
    let budget = ledger_under(&key, &home)?.budget()?;
    current(&home, &dictionary, &budget)?.write(&home.published())?;
    if as_json {
        json(&Approved { request: request.id.as_str(), release: release.as_str() })?;
    } else {
        say(format!("published  {release}\nfor        {}", request.project))?;
        note("Copy published/ to the public host, when that is another machine.");
    }
    Ok(Code::Ok)
}

/// An approval that was cut off before it was written down.
fn public_already(error: anyhow::Error) -> Result<Slug> {
    match error.downcast_ref::<ReleaseError>() {
        Some(ReleaseError::AskedBefore { release }) => Ok(Slug::new(release)?),
        _ => Err(error),
    }
}

pub(super) fn refuse(id: &str, reason: RefuseReason, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let request = find(id, &home)?;
    check_open(&request, &home.published())?;
    let reason = match reason {
        RefuseReason::OverBudget => RefusalReason::OverBudget,
        RefuseReason::TooNoisy => RefusalReason::TooNoisy,
        RefuseReason::AlreadyPublished => RefusalReason::AlreadyPublished,
        RefuseReason::OutsideTheProject => RefusalReason::OutsideTheProject,
        RefuseReason::NotClear => RefusalReason::NotClear,
    };
    decide(&request, Outcome::Refused { reason }, &home)?;
    note(format!("Refused ({}). Whoever asked is told: {}", reason.as_str(), reason.sentence()));
    Ok(Code::Ok)
}

/// Reads the decisions again, because a publication takes a while and somebody may have decided meanwhile.
fn decide(request: &Request, outcome: Outcome, home: &Home) -> Result<()> {
    let (mut decisions, day) = (Decisions::read(&home.published())?, today_utc());
    decisions.add(Decision { request: request.id.clone(), day, outcome });
    Ok(decisions.write(&home.published())?)
}

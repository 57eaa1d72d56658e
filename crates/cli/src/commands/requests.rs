//! `panoh requests`: what researchers ask for, decided by a person from the plan and the budget alone.

mod decided;
mod listed;

use std::path::Path;

use anyhow::{Context, Result};
use panoh_dictionary::Dictionary;
use panoh_ledger::Budget;
use panoh_publication::{Cohorts, Day, Definition, Rho};
use panoh_release::{Opening, ReleasePlan, catalogue, plan, rho_for};
use panoh_requests::{Accuracy, Catalogue, Decisions, Filed, Found, Inbox, Request, TokenBook};
use serde::Serialize;

use crate::args::Requests;
use crate::commands::budget::open_ledger;
use crate::commands::release::print_plan;
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::output::{json, note, say};
use crate::world::{World, today, today_utc};

pub(crate) async fn run(command: &Requests, world: &World) -> Result<Code> {
    match command {
        Requests::Open { author, from, to, no_year, licence, answered_within } => {
            let opening = Opening {
                author: author.clone(),
                licence: licence.clone(),
                answered_within_days: *answered_within,
                cohorts: Cohorts { from: *from, to: *to, no_year: *no_year, years_together: 1 },
            };
            open(&opening, world)
        }
        Requests::Close => close(world),
        Requests::List { all, json } => listed::list(*all, *json, world),
        Requests::Plan { id, json } => show(id, *json, world),
        Requests::Approve { id, json } => decided::approve(id, *json, world).await,
        Requests::Refuse { id, reason } => decided::refuse(id, *reason, world),
    }
}

fn open(opening: &Opening, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let Cohorts { from, to, .. } = opening.cohorts;
    if from > to || from < 1900 || to > 2100 {
        let rule = "let --from be no later than --to, both between 1900 and 2100";
        return Err(Failure::new(Code::Usage, rule).into());
    }
    let budget = open_ledger(&home, world)?.budget()?;
    let catalogue = catalogue(opening, &world.dictionary()?, &budget, &Day::new(&today())?)?;
    catalogue.write(&home.published())?;
    note(format!(
        "Requests are open for the years {from} to {to}: {} frames, decided within {} days. Projects need a token: panoh \
         token add.",
        catalogue.frames.len(),
        catalogue.answered_within_days
    ));
    Ok(Code::Ok)
}

fn close(world: &World) -> Result<Code> {
    let was_open = Catalogue::remove(&world.open_home()?.published())?;
    note(if was_open { "Requests are closed; those that came stay." } else { "Requests were not open." });
    Ok(Code::Ok)
}

/// The catalogue of now, with what has been spent by now; the choices are those of whoever opened requests.
fn current(home: &Home, dictionary: &Dictionary, budget: &Budget) -> Result<Catalogue> {
    let Some(told) = Catalogue::read(&home.published())? else {
        let message = "requests are not open here, so there is nothing to hold one against: panoh requests open";
        return Err(Failure::new(Code::Usage, message).into());
    };
    let opening = Opening {
        author: told.author,
        licence: told.licence,
        answered_within_days: told.answered_within_days,
        cohorts: told.cohorts,
    };
    Ok(catalogue(&opening, dictionary, budget, &Day::new(&today())?)?)
}

fn inbox(home: &Home) -> Inbox {
    Inbox::new(home.requests())
}

/// The one request whose id begins so.
fn find(id: &str, home: &Home) -> Result<Request> {
    let found = inbox(home).all()?;
    let fits = |found: Found| match found {
        Found::Request(request) if request.id.as_str().starts_with(id) => Some(*request),
        _ => None,
    };
    let mut fitting = found.into_iter().filter_map(fits);
    match (fitting.next(), fitting.next()) {
        (Some(request), None) => Ok(request),
        (Some(_), Some(_)) => {
            Err(Failure::new(Code::Usage, "more than one request begins so; give more of its letters").into())
        }
        _ => Err(Failure::new(Code::Usage, "there is no such request; `panoh requests list` shows them").into()),
    }
}

/// Refuses a request that no token of this home stands behind; says so when the token is no longer good.
fn check_token(request: &Request, home: &Home) -> Result<()> {
    let book = TokenBook::read(&home.tokens())?;
    let known = book.tokens().iter().find(|token| token.id == request.token && token.project == request.project);
    let Some(token) = known else {
        let message = "no token of this home stands behind the request, so nobody knows who asks; refuse it, or bring \
                       tokens.json back";
        return Err(Failure::new(Code::Key, message).into());
    };
    if token.revoked.is_some() || token.expires < today_utc() {
        note(format!("WARNING: its token {} is no longer good; make sure who asks.", token.id));
    }
    Ok(())
}

/// The definition that a request becomes, and its plan.
fn planned(request: &Request, home: &Home, dictionary: &Dictionary, budget: &Budget) -> Result<ReleasePlan> {
    let catalogue = current(home, dictionary, budget)?;
    let today = Day::new(&today())?;
    let asked_on = request.day().context("a request that was read has its day")?;
    // The day of the public host may have begun while ours has not.
    let day = if asked_on > today { today } else { asked_on };
    let misfit = |misfit: panoh_requests::Misfit| {
        let message = format!("the request does not fit what may be asked for now: {misfit}");
        Failure::new(Code::RefusedWhole, message)
    };
    let filed = Filed { id: &request.id, project: &request.project, day: &day };
    let of = |rho: Rho| -> Result<Definition> { Ok(request.asked.definition(&catalogue, filed, rho).map_err(misfit)?) };
    let definition = match request.asked.accuracy(&catalogue).map_err(misfit)? {
        Accuracy::Rho(rho) => of(rho)?,
        Accuracy::HalfWidth(persons) => {
            let most = of(Rho::new(catalogue.most_rho)?)?;
            let rho = rho_for(&most, dictionary, persons, None).map_err(|error| {
                let message = format!("no rho brings every table to ±{persons}: {error}");
                Failure::new(Code::Budget, message)
            })?;
            note(format!("rho {} is the least that brings every table to ±{persons} or less.", rho.value()));
            of(rho)?
        }
    };
    Ok(plan(&definition, dictionary, budget)?)
}

/// A request with its plan.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    request: &'a Request,
    plan: &'a panoh_release::PlanReport,
}

fn show(id: &str, as_json: bool, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let request = find(id, &home)?;
    check_token(&request, &home)?;
    let (dictionary, budget) = (world.dictionary()?, open_ledger(&home, world)?.budget()?);
    let plan = planned(&request, &home, &dictionary, &budget)?;
    let report = plan.report();
    if as_json {
        json(&Shown { request: &request, plan: report })?;
    } else {
        say(format!("request  {}\nproject  {}\nreceived {}", request.id, request.project, request.received))?;
        say(format!("answer by {}\nfor      {}\n", request.answer_by, request.asked.purpose))?;
        print_plan(report)?;
    }
    let is_refused = !report.refusals.is_empty() || !report.shortfalls.is_empty();
    Ok(if is_refused { Code::Budget } else { Code::Ok })
}

/// Refuses a request that was decided.
fn check_open(request: &Request, published: &Path) -> Result<()> {
    if Decisions::read(published)?.about(&request.id).is_some() {
        return Err(Failure::new(Code::Usage, "the request was decided; `panoh requests list --all` says how").into());
    }
    Ok(())
}

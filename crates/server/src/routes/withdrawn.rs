//! What was withdrawn, and what was paid for and never published: no figures, and nothing is kept quiet.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use panoh_publication::{CohortRho, Listing, guarded};
use serde::Serialize;
use utoipa::ToSchema;

use super::documented::{Refusals, ViewParameters};
use crate::answer::{csv, json};
use crate::respond::{Asked, Format, Key};
use crate::{Problem, Shelf};

/// Releases that cannot be read here.
#[derive(Debug, Serialize, ToSchema)]
struct NotPublic {
    /// Releases that were public and were withdrawn.
    withdrawn: Vec<Line>,
    /// Releases that were paid for and never became public.
    void: Vec<Line>,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
struct Line {
    /// Id of the release.
    release: String,
    /// Title of the release; empty when it is not known.
    title: String,
    /// Day of the release; empty when it never was one, or when it is not known.
    released: String,
    /// Day on which it was withdrawn or given up.
    day: String,
    /// operator_error, crash, superseded or legal.
    reason: &'static str,
    /// The reason in words.
    explanation: &'static str,
    /// Cohorts that paid for it.
    cohorts: Vec<String>,
    /// What each of them paid for good, zero-concentrated differential privacy.
    rho: f64,
}

/// Releases that were withdrawn or given up, with day and reason; what they cost stays spent.
#[utoipa::path(
    get,
    path = "/v1/withdrawn",
    tag = "releases",
    params(ViewParameters),
    responses(
        (status = 200, description = "The releases",
            content((NotPublic = "application/json"), (String = "text/csv"))),
        Refusals
    )
)]
pub(super) async fn withdrawn(State(shelf): State<Arc<Shelf>>, mut asked: Asked) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Json, Format::Csv])?;
    asked.parameters.finish([])?;
    let answer = answer(shelf.not_public());
    let plain = json(&answer);
    let key = Key::new("withdrawn").and(&String::from_utf8_lossy(&plain));
    let make = move || if view.format == Format::Csv { csv_of(&answer) } else { Ok(plain) };
    asked.respond(view, &key, make).await
}

fn answer(listing: &Listing) -> NotPublic {
    let withdrawn = listing.withdrawn.iter().map(|one| Line {
        release: one.id.to_string(),
        title: one.title.clone().unwrap_or_default(),
        released: one.released.as_ref().map(ToString::to_string).unwrap_or_default(),
        day: one.withdrawn.to_string(),
        reason: one.reason.as_str(),
        explanation: one.reason.sentence(),
        cohorts: names(&one.cohorts),
        rho: paid(&one.cohorts),
    });
    let void = listing.void.iter().map(|one| Line {
        release: one.id.to_string(),
        title: String::new(),
        released: String::new(),
        day: one.day.to_string(),
        reason: one.reason.as_str(),
        explanation: one.reason.sentence(),
        cohorts: names(&one.cohorts),
        rho: paid(&one.cohorts),
    });
    NotPublic { withdrawn: withdrawn.collect(), void: void.collect() }
}

fn names(cohorts: &[CohortRho]) -> Vec<String> {
    cohorts.iter().map(|paid| paid.cohort.clone()).collect()
}

/// Each cohort pays the same.
fn paid(cohorts: &[CohortRho]) -> f64 {
    cohorts.iter().map(|paid| paid.rho.value()).fold(0.0, f64::max)
}

fn csv_of(answer: &NotPublic) -> Result<Vec<u8>, Problem> {
    let header = ["state", "release", "title", "released", "day", "reason", "explanation", "cohorts", "rho"];
    let lines = [("withdrawn", &answer.withdrawn), ("void", &answer.void)];
    let rows = lines.into_iter().flat_map(|(state, lines)| {
        lines.iter().map(move |line| {
            vec![
                state.to_owned(),
                guarded(&line.release).into_owned(),
                guarded(&line.title).into_owned(),
                line.released.clone(),
                line.day.clone(),
                line.reason.to_owned(),
                line.explanation.to_owned(),
                guarded(&line.cohorts.join(" ")).into_owned(),
                line.rho.to_string(),
            ]
        })
    });
    csv(&header, rows)
}

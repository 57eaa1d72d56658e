//! What was withdrawn, and what was paid for and never published: no figures, and nothing is kept quiet.

use axum::response::Response;
use panoh_formats::Sheet;
use panoh_publication::{CohortRho, Listing};
use serde::Serialize;
use utoipa::ToSchema;

use super::documented::{ListParameters, Refusals};
use crate::Problem;
use crate::format::LISTS;
use crate::reader::Sight;
use crate::respond::{Asked, Key};
use crate::sheets::{Columns, listed};

/// The date inside of a file that lists nothing.
const NO_DAY: &str = "2000-01-01";

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
    params(ListParameters),
    responses(
        (status = 200, description = "The releases",
            content(
                (NotPublic = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file")
            )),
        Refusals
    )
)]
pub(super) async fn withdrawn(Sight(shelf): Sight, mut asked: Asked) -> Result<Response, Problem> {
    let view = asked.view(LISTS)?;
    asked.parameters.finish([])?;
    let answer = answer(shelf.not_public());
    let key = Key::new("withdrawn").and(&serde_json::to_string(&answer).expect("text and finite numbers"));
    asked.respond(view, &key, move |out| listed(&answer, view, || sheet(&answer), out)).await
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

fn sheet(answer: &NotPublic) -> Sheet {
    let lines: Vec<(&str, &Line)> = std::iter::repeat("withdrawn")
        .zip(&answer.withdrawn)
        .chain(std::iter::repeat("void").zip(&answer.void))
        .collect();
    let texts = |of: fn(&Line) -> String| lines.iter().map(|(_, line)| of(line)).collect::<Vec<_>>();
    let newest = lines.iter().map(|(_, line)| line.day.as_str()).max().unwrap_or(NO_DAY);
    Columns::default()
        .texts("state", lines.iter().map(|(state, _)| (*state).to_owned()))
        .texts("release", texts(|line| line.release.clone()))
        .texts("title", texts(|line| line.title.clone()))
        .texts("released", texts(|line| line.released.clone()))
        .texts("day", texts(|line| line.day.clone()))
        .texts("reason", texts(|line| line.reason.to_owned()))
        .texts("explanation", texts(|line| line.explanation.to_owned()))
        .texts("cohorts", texts(|line| line.cohorts.join(" ")))
        .numbers("rho", lines.iter().map(|(_, line)| line.rho))
        .sheet("withdrawn", newest, vec![])
}

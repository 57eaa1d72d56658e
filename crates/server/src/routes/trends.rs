//! The three trends: the newest public release that has the dimensions, filtered and given value by value.

use std::sync::Arc;

use axum::response::Response;
use panoh_publication::{Artefact, Dimension, YEAR};

use super::documented::{PageParameters, Refusals, TrendParameters, ViewParameters};
use super::tables::figures;
use crate::format::FIGURES;
use crate::parameters::{Parameters, codes};
use crate::problem::Kind;
use crate::question::Question;
use crate::reader::Sight;
use crate::respond::Asked;
use crate::shelf::dimensions_together;
use crate::{Problem, Shelf, answer};

/// A trend: its address and the dimensions that it needs, best first; besides `year`, all are filters.
pub(crate) struct Trend {
    name: &'static str,
    choices: &'static [&'static [&'static str]],
}

/// Persons by year, origin and destination.
pub(crate) const ROUTES: Trend =
    Trend { name: "routes", choices: &[&[YEAR, "origin", "destination"], &["origin", "destination"]] };
/// Persons by year and destination.
pub(crate) const DESTINATIONS: Trend =
    Trend { name: "destinations", choices: &[&[YEAR, "destination"], &["destination"]] };
/// Persons by year and gender.
pub(crate) const GENDER: Trend = Trend { name: "gender", choices: &[&[YEAR, "gender"]] };

/// Persons by year, origin and destination.
#[utoipa::path(
    get,
    path = "/v1/trends/routes",
    tag = "trends",
    params(
        TrendParameters,
        ("origin" = Option<String>, Query, description = "Codes: `a`, `a,b` or `a..c` in the order of the list"),
        ("destination" = Option<String>, Query, description = "Codes: `a`, `a,b` or `a..c` in the order of the list"),
        ViewParameters,
        PageParameters
    ),
    responses(
        (status = 200, description = "The values",
            content(
                (answer::Values = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file"),
                (String = "application/vnd.sdmx.data+csv")
            )),
        Refusals
    )
)]
pub(super) async fn routes(Sight(shelf): Sight, asked: Asked) -> Result<Response, Problem> {
    respond(&shelf, asked, &ROUTES).await
}

/// Persons by year and destination.
#[utoipa::path(
    get,
    path = "/v1/trends/destinations",
    tag = "trends",
    params(
        TrendParameters,
        ("destination" = Option<String>, Query, description = "Codes: `a`, `a,b` or `a..c` in the order of the list"),
        ViewParameters,
        PageParameters
    ),
    responses(
        (status = 200, description = "The values",
            content(
                (answer::Values = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file"),
                (String = "application/vnd.sdmx.data+csv")
            )),
        Refusals
    )
)]
pub(super) async fn destinations(Sight(shelf): Sight, asked: Asked) -> Result<Response, Problem> {
    respond(&shelf, asked, &DESTINATIONS).await
}

/// Persons by year and gender.
#[utoipa::path(
    get,
    path = "/v1/trends/gender",
    tag = "trends",
    params(
        TrendParameters,
        ("gender" = Option<String>, Query, description = "Codes: `a`, `a,b` or `a..c` in the order of the list"),
        ViewParameters,
        PageParameters
    ),
    responses(
        (status = 200, description = "The values",
            content(
                (answer::Values = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file"),
                (String = "application/vnd.sdmx.data+csv")
            )),
        Refusals
    )
)]
pub(super) async fn gender(Sight(shelf): Sight, asked: Asked) -> Result<Response, Problem> {
    respond(&shelf, asked, &GENDER).await
}

/// The newest release that has a trend's dimensions, with their indexes; of the better choice of dimensions if there is
/// any.
pub(crate) fn newest<'a>(shelf: &'a Shelf, trend: &Trend) -> Option<(&'a Arc<Artefact>, Vec<usize>)> {
    trend.choices.iter().find_map(|names| shelf.newest_with(names))
}

async fn respond(shelf: &Shelf, mut asked: Asked, trend: &Trend) -> Result<Response, Problem> {
    let view = asked.view(FIGURES)?;
    let page = asked.page(view)?;
    let question = question(shelf, &mut asked.parameters, trend)?.on(page);
    figures(asked, view, trend.name, question).await
}

fn question(shelf: &Shelf, parameters: &mut Parameters, trend: &Trend) -> Result<Question, Problem> {
    let (artefact, keep) = match parameters.take("release") {
        Some(id) => {
            let artefact = shelf.find(&id)?;
            let keep = trend.choices.iter().find_map(|names| dimensions_together(artefact, names));
            (artefact, keep.ok_or_else(|| nothing(trend))?)
        }
        None => newest(shelf, trend).ok_or_else(|| nothing(trend))?,
    };
    let mut sets = Vec::new();
    let mut known = vec!["release"];
    for dimension in &keep {
        let described = &artefact.cube.dimensions()[*dimension];
        if described.name == YEAR {
            known.extend(["from", "to"]);
            let (from, to) = (parameters.take_year("from")?, parameters.take_year("to")?);
            sets.extend(years(described, from, to)?.map(|codes| (*dimension, codes)));
        } else {
            known.push(&described.name);
            if let Some(text) = parameters.take(&described.name) {
                sets.push((*dimension, codes(described, &text)?));
            }
        }
    }
    parameters.finish(known)?;
    Question::plain(artefact, keep, &sets)
}

/// The years from `from` to `to`; `None` for all codes, that of persons without a year included.
fn years(year: &Dimension, from: Option<i32>, to: Option<i32>) -> Result<Option<Vec<usize>>, Problem> {
    if from.is_none() && to.is_none() {
        return Ok(None);
    }
    let range = from.unwrap_or(i32::MIN)..=to.unwrap_or(i32::MAX);
    let in_range = |code: &str| code.parse().is_ok_and(|year: i32| range.contains(&year));
    let taken: Vec<usize> = (0..year.codes.len()).filter(|at| in_range(&year.codes[*at].code)).collect();
    if taken.is_empty() {
        let problem = Problem::new(Kind::BadValue, "no year of this release lies between `from` and `to`");
        return Err(problem.with_allowed(year.codes.iter().map(|code| code.code.clone())));
    }
    Ok(Some(taken))
}

fn nothing(trend: &Trend) -> Problem {
    let detail = "no public release has the dimensions of this trend in one table";
    Problem::new(Kind::NotReleased, detail).with_allowed(trend.choices.iter().map(|names| names.join(",")))
}

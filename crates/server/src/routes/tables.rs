//! Whole tables, and any slice or roll-up of a release with its exact error.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::documented::{Refusals, ViewParameters};
use crate::problem::Kind;
use crate::question::Question;
use crate::respond::{Asked, Format, Key};
use crate::{Problem, Shelf, answer};

/// One table of a release, every cell.
#[utoipa::path(
    get,
    path = "/v1/releases/{id}/tables/{name}",
    tag = "releases",
    params(
        ("id" = String, Path, description = "Id of the release"),
        ("name" = String, Path, description = "Name of the table"),
        ViewParameters
    ),
    responses(
        (status = 200, description = "The values",
            content((answer::Values = "application/json"), (String = "text/csv"))),
        Refusals
    )
)]
pub(super) async fn table(
    State(shelf): State<Arc<Shelf>>,
    Path((id, name)): Path<(String, String)>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Json, Format::Csv])?;
    asked.parameters.finish([])?;
    let artefact = shelf.find(&id)?;
    let table = artefact.cube.table(&name).ok_or_else(|| {
        let names = artefact.cube.tables().iter().map(|table| table.name.clone());
        Problem::new(Kind::UnknownTable, "this release has no table of this name").with_allowed(names)
    })?;
    let question = Question::new(artefact, table.dimensions.clone(), &[])?;
    respond(asked, view, question).await
}

/// Any slice or roll-up of a release.
///
/// The answer has one row for each combination of codes of `dimensions`; each other parameter is the name of a
/// dimension and restricts it to some codes. A dimension that is in neither is summed over.
#[utoipa::path(
    get,
    path = "/v1/releases/{id}/cube",
    tag = "releases",
    params(
        ("id" = String, Path, description = "Id of the release"),
        ("dimensions" = Option<String>, Query,
            description = "Dimensions to keep, joined by commas, in the order of the columns", example = "year,gender"),
        ("codes" = Option<std::collections::BTreeMap<String, String>>, Query, style = Form, explode,
            description = "For any dimension, as a parameter of its own name, its codes: `gender=woman,man`, \
            `year=2018..2024`"),
        ViewParameters
    ),
    responses(
        (status = 200, description = "The values",
            content((answer::Values = "application/json"), (String = "text/csv"))),
        Refusals
    )
)]
pub(super) async fn cube(
    State(shelf): State<Arc<Shelf>>,
    Path(id): Path<String>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Json, Format::Csv])?;
    let question = Question::of_cube(shelf.find(&id)?, &mut asked.parameters)?;
    respond(asked, view, question).await
}

async fn respond(asked: Asked, view: crate::respond::View, question: Question) -> Result<Response, Problem> {
    let key = Key::new("cube").and(&question.artefact.digest).and(&question.canonical());
    asked.respond(view, &key, move || answer::values(&question, view)).await
}

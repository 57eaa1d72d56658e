//! Whole tables, what changed in them, and any slice or roll-up of a release with its exact error.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use panoh_publication::{Artefact, CubeError, compare};

use utoipa::ToSchema;

use super::documented::{PageParameters, Refusals, ViewParameters};
use crate::format::{FIGURES, View};
use crate::problem::Kind;
use crate::question::{Page, Question};
use crate::reader::Sight;
use crate::respond::{Asked, Key};
use crate::revised::changes;
use crate::{Problem, answer, pages, revised};

/// Figures of a table, or what changed in it.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "read by the document only")]
enum TableAnswer<'a> {
    Values(answer::Values<'a>),
    Changes(revised::Changes<'a>),
}

/// One table of a release, every cell; or, with `compare`, what changed since another release of its kind.
#[utoipa::path(
    get,
    path = "/v1/releases/{id}/tables/{name}",
    tag = "releases",
    params(
        ("id" = String, Path, description = "Id of the release"),
        ("name" = String, Path, description = "Name of the table"),
        ("compare" = Option<String>, Query, description = "Id of an earlier release with the same table: this one less \
            that one, with the error of the difference; sums over the years when these differ"),
        ViewParameters,
        PageParameters
    ),
    responses(
        (status = 200, description = "The values; with `compare` the differences",
            content(
                (TableAnswer = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file"),
                (String = "application/vnd.sdmx.data+csv")
            )),
        Refusals
    )
)]
pub(super) async fn table(
    Sight(shelf): Sight,
    Path((id, name)): Path<(String, String)>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let view = asked.view(FIGURES)?;
    let page = asked.page(view)?;
    let before = asked.parameters.take("compare");
    asked.parameters.finish(["compare", "limit", "offset"])?;
    let artefact = shelf.find(&id)?;
    let table = artefact.cube.table(&name).ok_or_else(|| {
        let names = artefact.cube.tables().iter().map(|table| table.name.clone());
        Problem::new(Kind::UnknownTable, "this release has no table of this name").with_allowed(names)
    })?;
    if let Some(before) = before {
        return differences(asked, view, page, (shelf.find(&before)?, artefact), &name).await;
    }
    let question = Question::plain(artefact, table.dimensions.clone(), &[])?.on(page);
    figures(asked, view, "table", question, &[]).await
}

/// The rows from one to another.
pub(super) fn count((from, to): (usize, usize)) -> usize {
    to - from
}

/// Answers with what changed from one release to another.
async fn differences(
    asked: Asked,
    view: View,
    page: Page,
    (before, after): (&Arc<Artefact>, &Arc<Artefact>),
    table: &str,
) -> Result<Response, Problem> {
    let refuse = |error: CubeError| match error {
        CubeError::Asked(why) => Problem::new(Kind::NotComparable, why),
        other => {
            tracing::error!(%other, "two releases could not be compared");
            Problem::new(Kind::Internal, "the log of the server says more")
        }
    };
    let comparison = compare(before, after, table).map_err(refuse)?;
    let pairs = [("compare".to_owned(), before.release.id.to_string())];
    let pages = pages::around(&asked.path, &pairs, view, page, comparison.rows.len());
    let key = Key::new("differences")
        .and(&before.digest)
        .and(&after.digest)
        .and(table)
        .and(&format!("{page:?}"))
        .and(pages.next.as_deref().unwrap_or_default())
        .named(format!("{}-changes", after.release.id))
        .of_rows(count(page.range(comparison.rows.len())))
        .linking(pages.header());
    let (before, after) = (Arc::clone(before), Arc::clone(after));
    let make = move |out: &mut (dyn std::io::Write + Send)| {
        changes((&before, &after), &comparison, page, view, pages.next, out)
    };
    asked.respond(view, &key, make).await
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
            description = "Dimensions to keep, joined by commas, in the order of the columns; `name:level` for a coarser \
            level", example = "year,gender"),
        ("codes" = Option<std::collections::BTreeMap<String, String>>, Query, style = Form, explode,
            description = "For any dimension, as a parameter of its own name, its codes: `gender=woman,man`, \
            `year=2018..2024`, `level:code` for all that a code of a coarser level takes in"),
        ("compare" = Option<String>, Query, description = "The second code less the first, each value with the error of \
            the difference", example = "year:2019,2023"),
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
pub(super) async fn cube(Sight(shelf): Sight, Path(id): Path<String>, mut asked: Asked) -> Result<Response, Problem> {
    let view = asked.view(FIGURES)?;
    let page = asked.page(view)?;
    let question = Question::of_cube(shelf.find(&id)?, &mut asked.parameters)?.on(page);
    let pairs = question.pairs();
    figures(asked, view, "cube", question, &pairs).await
}

/// Answers with figures, and with the addresses of the rows before and behind those of the page.
pub(super) async fn figures(
    asked: Asked,
    view: View,
    what: &str,
    question: Question,
    pairs: &[(String, String)],
) -> Result<Response, Problem> {
    let pages = pages::around(&asked.path, pairs, view, question.page, question.rows());
    let name = format!("{}-{what}", question.artefact.release.id);
    let key = Key::new(what)
        .and(&question.artefact.digest)
        .and(&question.canonical())
        .and(pages.next.as_deref().unwrap_or_default())
        .named(name)
        .of_rows(count(question.range()))
        .linking(pages.header());
    asked.respond(view, &key, move |out| answer::values(&question, view, pages.next, out)).await
}

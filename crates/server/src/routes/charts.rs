//! The charts of the pages as files, to be put into a report: each says what it shows, how sure it is and where it comes
//! from.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;

use super::documented::Refusals;
use super::trends::{DESTINATIONS, GENDER, ROUTES, of_release};
use crate::format::Format;
use crate::problem::Kind;
use crate::reader::Sight;
use crate::respond::{Asked, Key};
use crate::{Problem, page};

/// The chart of a trend as a picture.
#[utoipa::path(
    get,
    path = "/v1/charts/{name}",
    tag = "trends",
    params(
        ("name" = String, Path, description = "`gender.svg`, `destinations.svg` or `routes.svg`", example = "gender.svg"),
        ("release" = Option<String>, Query, description = "Id of a release instead of the newest")
    ),
    responses(
        (status = 200, description = "The picture; its source stands in its last line",
            content((String = "image/svg+xml"))),
        Refusals
    )
)]
pub(super) async fn chart(
    Sight(shelf): Sight,
    Path(name): Path<String>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Svg])?;
    let release = asked.parameters.take("release");
    asked.parameters.finish(["release"])?;
    let trend = [&GENDER, &DESTINATIONS, &ROUTES].into_iter().find(|trend| name == format!("{}.svg", trend.name));
    let trend = trend.ok_or_else(|| {
        let names = [&GENDER, &DESTINATIONS, &ROUTES].map(|trend| format!("{}.svg", trend.name));
        Problem::new(Kind::UnknownChart, "there is no chart of this name").with_allowed(names)
    })?;
    let (artefact, dimensions) = of_release(&shelf, release.as_deref(), trend)?;
    let artefact = Arc::clone(artefact);
    let key = Key::new("chart")
        .and(&artefact.digest)
        .and(trend.name)
        .named(format!("{}-{}", artefact.release.id, trend.name));
    let make = move |out: &mut (dyn std::io::Write + Send)| {
        let picture = page::chart(&artefact, trend, &dimensions)?;
        out.write_all(picture.as_bytes()).map_err(|_| Problem::new(Kind::Internal, "the log of the server says more"))
    };
    asked.respond(view, &key, make).await
}

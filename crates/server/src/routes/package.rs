//! A whole release as it lies in its folder, in one archive.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use panoh_formats::archive;
use panoh_publication::{Artefact, files};

use super::documented::Refusals;
use crate::Problem;
use crate::format::Format;
use crate::problem::Kind;
use crate::reader::Sight;
use crate::respond::{Asked, Key};

/// All files of a release: the data package, tables, the cube, the noisy measurements, the dictionary, hashes, signature.
#[utoipa::path(
    get,
    path = "/v1/releases/{id}/package",
    tag = "releases",
    params(("id" = String, Path, description = "Id of the release")),
    responses(
        (status = 200, description = "A ZIP archive of a Frictionless data package", content((Vec<u8> = "application/zip"))),
        Refusals
    )
)]
pub(super) async fn package(
    Sight(shelf): Sight,
    Path(id): Path<String>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Zip])?;
    asked.parameters.finish([])?;
    let artefact = Arc::clone(shelf.find(&id)?);
    let folder = shelf.folder(&artefact).map(std::path::Path::to_owned);
    let key = Key::new("package").and(&artefact.digest).named(artefact.release.id.to_string());
    let make = move |out: &mut (dyn std::io::Write + Send)| {
        let bytes = folder.ok_or_else(gone).and_then(|folder| packed(&folder, &artefact))?;
        out.write_all(&bytes).map_err(|_| gone())
    };
    asked.respond(view, &key, make).await
}

/// The files are read again, and none goes out that is not the one that was verified when the release was taken up.
fn packed(folder: &std::path::Path, artefact: &Artefact) -> Result<Vec<u8>, Problem> {
    let id = artefact.release.id.as_str();
    let files = files(folder, &artefact.digest).map_err(|error| {
        tracing::warn!(%error, id, "a release that is going or changing is not packed");
        Problem::new(Kind::UnknownRelease, "this release is going, or changing; ask again in a while")
    })?;
    archive(id, artefact.release.day.as_str(), &files).map_err(|error| {
        tracing::error!(%error, id, "a release cannot be packed");
        gone()
    })
}

fn gone() -> Problem {
    Problem::new(Kind::Internal, "the log of the server says more")
}

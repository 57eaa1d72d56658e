//! A whole release as it lies in its folder, in one archive.

use std::io::Write;
use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use panoh_formats::{FormatError, archive};
use panoh_publication::{Artefact, ArtefactError, files};

use super::documented::Refusals;
use crate::Problem;
use crate::answer::written;
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
    let make = move |out: &mut (dyn Write + Send)| pack(&folder.ok_or_else(gone)?, &artefact, out);
    asked.respond(view, &key, make).await
}

/// The files are read again, and none goes out that is not the one that was verified when the release was taken up.
fn pack(folder: &std::path::Path, artefact: &Artefact, out: &mut (dyn Write + Send)) -> Result<(), Problem> {
    let id = artefact.release.id.as_str();
    let going = |error: ArtefactError| {
        tracing::warn!(%error, id, "a release that is going or changing is not packed");
        NotPacked(Problem::new(Kind::UnknownRelease, "this release is going, or changing; ask again in a while"))
    };
    let files = files(folder, &artefact.digest).map_err(|error| going(error).0)?;
    let files = files.map(|file| file.map_err(going));
    archive(id, artefact.release.day.as_str(), files, out).map_err(|NotPacked(problem)| problem)
}

/// Why an archive ends before its end.
struct NotPacked(Problem);

impl From<FormatError> for NotPacked {
    fn from(error: FormatError) -> Self {
        Self(written(Err(error)).err().unwrap_or_else(gone))
    }
}

fn gone() -> Problem {
    Problem::new(Kind::Internal, "the log of the server says more")
}

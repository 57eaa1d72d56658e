//! The words of a release: its dimensions and codes with their names in three languages.

use std::io::Write;
use std::sync::Arc;

use axum::response::Response;
use panoh_formats::{About, Sheet};
use panoh_publication::{Artefact, Labels};
use serde::Serialize;
use utoipa::ToSchema;

use super::documented::{ListParameters, Refusals};
use crate::Problem;
use crate::format::LISTS;
use crate::problem::Kind;
use crate::reader::Sight;
use crate::respond::{Asked, Key};
use crate::sheets::{Columns, listed};

/// The dictionary of one release.
#[derive(Debug, Serialize, ToSchema)]
struct Dictionary {
    /// The release that the codes belong to.
    release: String,
    /// Its dimensions.
    dimensions: Vec<DimensionAnswer>,
}

/// A dimension with all its codes, in the order of the tables.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DimensionAnswer {
    /// Short name.
    name: String,
    /// Title.
    title: Names,
    /// The codes.
    codes: Vec<CodeAnswer>,
}

/// One code.
#[derive(Debug, Serialize, ToSchema)]
struct CodeAnswer {
    /// The code.
    code: String,
    /// Its names.
    labels: Names,
    /// The coarser code that it belongs to.
    parent: Option<String>,
}

/// One text in three languages.
#[derive(Debug, Serialize, ToSchema)]
struct Names {
    /// English.
    en: String,
    /// Russian.
    ru: String,
    /// Tajik.
    tg: String,
}

/// The codes of a release, of the newest if none is named.
#[utoipa::path(
    get,
    path = "/v1/dictionary",
    tag = "service",
    params(
        ("release" = Option<String>, Query, description = "Id of a release instead of the newest"),
        ListParameters
    ),
    responses(
        (status = 200, description = "The codes",
            content(
                (Dictionary = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file")
            )),
        Refusals
    )
)]
pub(super) async fn dictionary(Sight(shelf): Sight, mut asked: Asked) -> Result<Response, Problem> {
    let view = asked.view(LISTS)?;
    let release = asked.parameters.take("release");
    asked.parameters.finish(["release"])?;
    let artefact = match release {
        Some(id) => shelf.find(&id)?,
        None => {
            shelf.newest_first().next().ok_or_else(|| Problem::new(Kind::NotReleased, "nothing is published yet"))?
        }
    };
    let artefact = Arc::clone(artefact);
    let key = Key::new("dictionary").and(&artefact.digest);
    let key = key.named(format!("{}-dictionary", artefact.release.id));
    let make = move |out: &mut (dyn Write + Send)| {
        let release = artefact.release.id.to_string();
        let dictionary = Dictionary { release, dimensions: dimensions(&artefact) };
        listed(&dictionary, view, || sheet(&dictionary, artefact.release.day.as_str()), out)
    };
    asked.respond(view, &key, make).await
}

/// The dimensions of a release as answers hold them.
pub(super) fn dimensions(artefact: &Artefact) -> Vec<DimensionAnswer> {
    let names = |labels: &Labels| Names { en: labels.en.clone(), ru: labels.ru.clone(), tg: labels.tg.clone() };
    let dimension = |dimension: &panoh_publication::Dimension| DimensionAnswer {
        name: dimension.name.clone(),
        title: names(&dimension.title),
        codes: dimension
            .codes
            .iter()
            .map(|code| CodeAnswer {
                code: code.code.clone(),
                labels: names(&code.labels),
                parent: code.parent.clone(),
            })
            .collect(),
    };
    artefact.cube.dimensions().iter().map(dimension).collect()
}

fn sheet(dictionary: &Dictionary, day: &str) -> Sheet {
    let rows: Vec<(&DimensionAnswer, &CodeAnswer)> = dictionary
        .dimensions
        .iter()
        .flat_map(|dimension| dimension.codes.iter().map(move |code| (dimension, code)))
        .collect();
    let texts = |of: fn(&CodeAnswer) -> &String| rows.iter().map(|(_, code)| of(code).clone()).collect::<Vec<_>>();
    Columns::default()
        .texts("dimension", rows.iter().map(|(dimension, _)| dimension.name.clone()))
        .texts("code", texts(|code| &code.code))
        .texts("en", texts(|code| &code.labels.en))
        .texts("ru", texts(|code| &code.labels.ru))
        .texts("tg", texts(|code| &code.labels.tg))
        .texts("parent", rows.iter().map(|(_, code)| code.parent.clone().unwrap_or_default()))
        .sheet("dictionary", day, vec![About::text("release", &dictionary.release)])
}

//! Series: releases that may be read as one line over the years.

use std::sync::Arc;

use axum::response::Response;
use panoh_formats::Sheet;
use panoh_publication::{Artefact, Slug, members};
use serde::Serialize;
use utoipa::ToSchema;

use super::documented::{ListParameters, Refusals};
use crate::answer::Origin;
use crate::format::LISTS;
use crate::reader::Sight;
use crate::respond::{Asked, Key};
use crate::sheets::{Columns, listed};
use crate::{Problem, Shelf};

/// The date inside of a file that lists nothing.
const NO_DAY: &str = "2000-01-01";

/// All series.
#[derive(Debug, Serialize, ToSchema)]
struct SeriesList {
    series: Vec<SeriesLine>,
}

/// Releases that count the same way, each about cohorts of its own.
#[derive(Debug, Serialize, ToSchema)]
struct SeriesLine {
    /// Name of the series.
    #[schema(example = "tajikistan-trends")]
    series: String,
    /// Names of the dimensions, besides `year`.
    dimensions: Vec<String>,
    /// Its releases by their first cohorts. Their errors are independent: the variance of a sum is the sum of the variances.
    releases: Vec<SeriesRelease>,
}

/// A release of a series.
#[derive(Debug, Serialize, ToSchema)]
struct SeriesRelease {
    #[serde(flatten)]
    origin: Origin,
    /// Cohorts covered: years of first registration, `no_year`.
    cohorts: Vec<String>,
    /// The release that it revises; null when it is the first about its cohorts.
    revises: Option<String>,
    /// Whether it is read as part of the series; false when another revises it.
    current: bool,
}

/// All series, with their releases; trends are read over the newest one that has the dimensions.
#[utoipa::path(
    get,
    path = "/v1/series",
    tag = "releases",
    params(ListParameters),
    responses(
        (status = 200, description = "The series",
            content(
                (SeriesList = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file")
            )),
        Refusals
    )
)]
pub(super) async fn list(Sight(shelf): Sight, mut asked: Asked) -> Result<Response, Problem> {
    let view = asked.view(LISTS)?;
    asked.parameters.finish([])?;
    let key = Key::new("series").and_releases(shelf.newest_first());
    let make = move |out: &mut (dyn std::io::Write + Send)| {
        let series = series(&shelf);
        listed(&series, view, || sheet(&series), out)
    };
    asked.respond(view, &key, make).await
}

fn series(shelf: &Shelf) -> SeriesList {
    let mut names: Vec<&Slug> =
        shelf.newest_first().filter_map(|artefact| artefact.release.definition.series.as_ref()).collect();
    names.sort_unstable();
    names.dedup();
    let line = |name: &&Slug| {
        let current = members(&shelf.releases(), name);
        let is_of_series = |artefact: &&Arc<Artefact>| artefact.release.definition.series.as_ref() == Some(*name);
        let mut releases: Vec<&Arc<Artefact>> = shelf.newest_first().filter(is_of_series).collect();
        releases.sort_by_key(|artefact| (artefact.release.definition.cohorts.from, artefact.release.day.clone()));
        let release = |artefact: &&Arc<Artefact>| SeriesRelease {
            origin: Origin::of(artefact),
            cohorts: artefact.release.definition.cohorts(),
            revises: artefact.release.definition.supersedes.as_ref().map(Slug::to_string),
            current: current.iter().any(|other| other.release.id == artefact.release.id),
        };
        let dimensions = current.first().map(|artefact| {
            artefact.release.definition.dimensions.iter().map(|wanted| wanted.name.to_string()).collect()
        });
        SeriesLine {
            series: name.to_string(),
            dimensions: dimensions.unwrap_or_default(),
            releases: releases.iter().map(release).collect(),
        }
    };
    SeriesList { series: names.iter().map(line).collect() }
}

fn sheet(list: &SeriesList) -> Sheet {
    let rows: Vec<(&SeriesLine, &SeriesRelease)> =
        list.series.iter().flat_map(|line| line.releases.iter().map(move |release| (line, release))).collect();
    let texts = |of: &dyn Fn(&(&SeriesLine, &SeriesRelease)) -> String| rows.iter().map(of).collect::<Vec<_>>();
    let newest = rows.iter().map(|(_, release)| release.origin.day.as_str()).max().unwrap_or(NO_DAY);
    Columns::default()
        .texts("series", texts(&|(line, _)| line.series.clone()))
        .origins(&rows.iter().map(|(_, release)| &release.origin).collect::<Vec<_>>())
        .texts("title", texts(&|(_, release)| release.origin.title.clone()))
        .texts("cohorts", texts(&|(_, release)| release.cohorts.join(" ")))
        .texts("dimensions", texts(&|(line, _)| line.dimensions.join(" ")))
        .texts("revises", texts(&|(_, release)| release.revises.clone().unwrap_or_default()))
        .flags("current", rows.iter().map(|(_, release)| release.current))
        .sheet("series", newest, vec![])
}

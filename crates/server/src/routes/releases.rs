//! What has been released: the list, and everything about one release but its numbers.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use panoh_publication::{Artefact, guarded, half_width, quality};
use serde::Serialize;
use utoipa::ToSchema;

use super::dictionary::{DimensionAnswer, dimensions};
use super::documented::{Refusals, ViewParameters};
use crate::answer::{ORIGIN_COLUMNS, Origin, csv, json};
use crate::respond::{Asked, Format, Key, Lang};
use crate::{Problem, Shelf};

/// The releases, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct Releases {
    releases: Vec<ReleaseLine>,
}

/// A release in a list.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseLine {
    #[serde(flatten)]
    origin: Origin,
    /// Cohorts covered: years of first registration, `no_year`.
    cohorts: Vec<String>,
    /// Names of the dimensions.
    dimensions: Vec<String>,
    /// The tables.
    tables: Vec<TableLine>,
}

/// A table of a release.
#[derive(Debug, Serialize, ToSchema)]
struct TableLine {
    /// Short name.
    name: String,
    /// Title in the language asked for.
    title: String,
    /// Names of its dimensions.
    dimensions: Vec<String>,
    /// Number of cells.
    cells: u64,
    /// Standard error of each cell, persons.
    standard_error: f64,
    /// Half-width of the 95 % interval of each cell, persons.
    half_width: f64,
    /// How well a cell can be used, from its error alone.
    quality: &'static str,
    /// Address of the values.
    href: String,
}

/// Everything about one release but its numbers.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseDetail {
    #[serde(flatten)]
    line: ReleaseLine,
    /// What it is for.
    description: String,
    /// Who answers for it.
    author: String,
    /// Smallest count of interest, persons; quality words are measured by it.
    smallest_count_of_interest: u32,
    /// The definition as it was run.
    #[schema(value_type = Object)]
    definition: serde_json::Value,
    /// SHA-256 of the definition's canonical form.
    definition_digest: String,
    /// SHA-256 of the data dictionary.
    dictionary_digest: String,
    /// SHA-256 of the SQL that made one row of each person's records.
    frame_digest: String,
    /// Head of the ledger's chain when the release was charged.
    ledger_head: String,
    /// SHA-256 of the artefact's SHA256SUMS.
    artefact_digest: String,
    /// Dimensions with their codes.
    dictionary: Vec<DimensionAnswer>,
    /// The measured queries with their noise scales.
    queries: Vec<QueryLine>,
    /// What is promised, one sentence each.
    promised: Vec<String>,
    /// What is not covered, one sentence each.
    not_covered: Vec<String>,
}

/// One measured query.
#[derive(Debug, Serialize, ToSchema)]
struct QueryLine {
    /// Names of its dimensions; none for the total.
    dimensions: Vec<String>,
    /// Variance of the residual's noise before projection, persons².
    variance: f64,
    /// Scale of the discrete Gaussian noise on the integers.
    sigma: f64,
    /// How far one person moves the integers, L2 norm.
    sensitivity: f64,
}

/// All public releases, newest first.
#[utoipa::path(
    get,
    path = "/v1/releases",
    tag = "releases",
    params(ViewParameters),
    responses(
        (status = 200, description = "The releases",
            content((Releases = "application/json"), (String = "text/csv"))),
        Refusals
    )
)]
pub(super) async fn list(State(shelf): State<Arc<Shelf>>, mut asked: Asked) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Json, Format::Csv])?;
    asked.parameters.finish([])?;
    let key = Key::new("releases").and_releases(shelf.newest_first());
    let make = move || {
        let releases: Vec<ReleaseLine> = shelf.newest_first().map(|artefact| line(artefact, view.lang)).collect();
        if view.format == Format::Csv { csv_of_releases(&releases) } else { Ok(json(&Releases { releases })) }
    };
    asked.respond(view, &key, make).await
}

/// One release: definition, plan, cost, promise; as CSV its tables.
#[utoipa::path(
    get,
    path = "/v1/releases/{id}",
    tag = "releases",
    params(
        ("id" = String, Path, description = "Id of the release"),
        ViewParameters
    ),
    responses(
        (status = 200, description = "The release",
            content((ReleaseDetail = "application/json"), (String = "text/csv"))),
        Refusals
    )
)]
pub(super) async fn one(
    State(shelf): State<Arc<Shelf>>,
    Path(id): Path<String>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Json, Format::Csv])?;
    asked.parameters.finish([])?;
    let artefact = Arc::clone(shelf.find(&id)?);
    let key = Key::new("release").and(&artefact.digest);
    let make = move || {
        if view.format == Format::Csv {
            csv_of_tables(&line(&artefact, view.lang))
        } else {
            Ok(json(&detail(&artefact, view.lang)))
        }
    };
    asked.respond(view, &key, make).await
}

fn line(artefact: &Artefact, lang: Lang) -> ReleaseLine {
    let release = &artefact.release;
    let tables = release.tables.iter().map(|table| TableLine {
        name: table.name.to_string(),
        title: lang.of(&table.title).to_owned(),
        dimensions: names(artefact, &table.dimensions),
        cells: table.cells,
        standard_error: table.standard_error,
        half_width: half_width(table.standard_error),
        quality: quality(table.standard_error, release.definition.smallest_count_of_interest).as_str(),
        href: format!("/v1/releases/{}/tables/{}", release.id, table.name),
    });
    ReleaseLine {
        origin: Origin::of(artefact),
        cohorts: release.definition.cohorts(),
        dimensions: artefact.cube.dimensions().iter().map(|d| d.name.clone()).collect(),
        tables: tables.collect(),
    }
}

fn detail(artefact: &Artefact, lang: Lang) -> ReleaseDetail {
    let release = &artefact.release;
    let queries = release.queries.iter().map(|query| QueryLine {
        dimensions: names(artefact, &query.dimensions),
        variance: query.variance,
        sigma: query.sigma,
        sensitivity: query.sensitivity,
    });
    ReleaseDetail {
        line: line(artefact, lang),
        description: release.definition.description.clone(),
        author: release.definition.author.clone(),
        smallest_count_of_interest: release.definition.smallest_count_of_interest,
        definition: serde_json::to_value(&release.definition).expect("a definition holds only text, numbers and lists"),
        definition_digest: release.definition_digest.clone(),
        dictionary_digest: release.dictionary_digest.clone(),
        frame_digest: release.frame_digest.clone(),
        ledger_head: release.ledger_head.clone(),
        artefact_digest: artefact.digest.clone(),
        dictionary: dimensions(artefact),
        queries: queries.collect(),
        promised: release.promised.clone(),
        not_covered: release.not_covered.clone(),
    }
}

fn names(artefact: &Artefact, dimensions: &[usize]) -> Vec<String> {
    dimensions.iter().map(|d| artefact.cube.dimensions()[*d].name.clone()).collect()
}

fn csv_of_releases(releases: &[ReleaseLine]) -> Result<Vec<u8>, Problem> {
    let header: Vec<&str> = ORIGIN_COLUMNS.into_iter().chain(["title", "cohorts", "dimensions", "tables"]).collect();
    let rows = releases.iter().map(|line| {
        let tables: Vec<&str> = line.tables.iter().map(|table| table.name.as_str()).collect();
        let mut cells = line.origin.cells();
        let texts = [line.origin.title(), &line.cohorts.join(" "), &line.dimensions.join(" "), &tables.join(" ")];
        cells.extend(texts.map(|text| guarded(text).into_owned()));
        cells
    });
    csv(&header, rows)
}

fn csv_of_tables(release: &ReleaseLine) -> Result<Vec<u8>, Problem> {
    let own = ["table", "title", "dimensions", "cells", "standard_error", "half_width", "quality", "href"];
    let header: Vec<&str> = own.into_iter().chain(ORIGIN_COLUMNS).collect();
    let rows = release.tables.iter().map(|table| {
        let mut cells = vec![
            guarded(&table.name).into_owned(),
            guarded(&table.title).into_owned(),
            guarded(&table.dimensions.join(" ")).into_owned(),
            table.cells.to_string(),
            table.standard_error.to_string(),
            table.half_width.to_string(),
            table.quality.to_owned(),
            table.href.clone(),
        ];
        cells.extend(release.origin.cells());
        cells
    });
    csv(&header, rows)
}

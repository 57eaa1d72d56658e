//! What has been released: the list, and everything about one release but its numbers.

use std::io::Write;
use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use panoh_formats::Sheet;
use panoh_publication::{Artefact, Lang, half_width, quality};
use serde::Serialize;
use utoipa::ToSchema;

use super::dictionary::{DimensionAnswer, dimensions};
use super::documented::{ListParameters, Refusals};
use crate::Problem;
use crate::answer::Origin;
use crate::format::LISTS;
use crate::reader::Sight;
use crate::respond::{Asked, Key};
use crate::sheets::{Columns, listed};

/// The date inside of a file that lists nothing.
const NO_DAY: &str = "2000-01-01";

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
    params(ListParameters),
    responses(
        (status = 200, description = "The releases",
            content(
                (Releases = "application/json"),
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
    let key = Key::new("releases").and_releases(shelf.newest_first());
    let make = move |out: &mut (dyn Write + Send)| {
        let releases = shelf.newest_first().map(|artefact| line(artefact, view.lang)).collect();
        let releases = Releases { releases };
        listed(&releases, view, || sheet_of_releases(&releases.releases), out)
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
        ListParameters
    ),
    responses(
        (status = 200, description = "The release",
            content(
                (ReleaseDetail = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file")
            )),
        Refusals
    )
)]
pub(super) async fn one(Sight(shelf): Sight, Path(id): Path<String>, mut asked: Asked) -> Result<Response, Problem> {
    let view = asked.view(LISTS)?;
    asked.parameters.finish([])?;
    let artefact = Arc::clone(shelf.find(&id)?);
    let key = Key::new("release").and(&artefact.digest);
    let key = key.named(format!("{}-tables", artefact.release.id));
    let make = move |out: &mut (dyn Write + Send)| {
        listed(&detail(&artefact, view.lang), view, || sheet_of_tables(&line(&artefact, view.lang)), out)
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

fn sheet_of_releases(releases: &[ReleaseLine]) -> Sheet {
    let texts = |of: &dyn Fn(&ReleaseLine) -> String| releases.iter().map(of).collect::<Vec<_>>();
    let tables = |line: &ReleaseLine| line.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(" ");
    let newest = releases.iter().map(|line| line.origin.day.as_str()).max().unwrap_or(NO_DAY);
    Columns::default()
        .origins(&releases.iter().map(|line| &line.origin).collect::<Vec<_>>())
        .texts("title", texts(&|line| line.origin.title.clone()))
        .texts("cohorts", texts(&|line| line.cohorts.join(" ")))
        .texts("dimensions", texts(&|line| line.dimensions.join(" ")))
        .texts("tables", texts(&tables))
        .sheet("releases", newest, vec![])
}

fn sheet_of_tables(release: &ReleaseLine) -> Sheet {
    let texts = |of: fn(&TableLine) -> String| release.tables.iter().map(of).collect::<Vec<_>>();
    let numbers = |of: fn(&TableLine) -> f64| release.tables.iter().map(of).collect::<Vec<_>>();
    Columns::default()
        .texts("table", texts(|table| table.name.clone()))
        .texts("title", texts(|table| table.title.clone()))
        .texts("dimensions", texts(|table| table.dimensions.join(" ")))
        .whole("cells", release.tables.iter().map(|table| i64::try_from(table.cells).unwrap_or(i64::MAX)))
        .numbers("standard_error", numbers(|table| table.standard_error))
        .numbers("half_width", numbers(|table| table.half_width))
        .texts("quality", texts(|table| table.quality.to_owned()))
        .texts("href", texts(|table| table.href.clone()))
        .sheet("tables", &release.origin.day, release.origin.about())
}

//! The page for planners: three statistics, each as a sentence, a chart and a table, with the release, the cost and the
//! error of every number beside it. Rendered here in full; there is no script.

mod gender;
mod places;
mod ranking;

use std::sync::Arc;

use askama::Template;
use panoh_publication::{Artefact, Dimension, Quality, Value, half_width, quality};

use crate::charts::{Caption, margin, standalone, whole};
use crate::problem::Kind;
use crate::routes::trends::Trend;
use crate::{Problem, Shelf};

/// Everything that the template shows.
#[derive(Debug, Template)]
#[template(path = "page.html")]
struct Page {
    /// Whether any figure on the page comes from simulated records.
    synthetic: bool,
    sections: Vec<Section>,
    releases: Vec<About>,
}

/// One statistic.
#[derive(Debug)]
struct Section {
    /// Anchor.
    id: &'static str,
    heading: &'static str,
    /// What the picture shows; stands above it where it stands alone.
    title: String,
    /// What the numbers say, one sentence each.
    findings: Vec<String>,
    /// SVG; empty when nothing stands out from the noise.
    chart: String,
    /// What the chart leaves out or adds up.
    notes: Vec<String>,
    table: Table,
    /// Label and address of each download.
    links: Vec<(&'static str, String)>,
}

/// A table of shown values.
#[derive(Debug)]
struct Table {
    caption: String,
    head: Vec<String>,
    /// Row label, then one cell for each further column.
    rows: Vec<(String, Vec<String>)>,
}

/// What a reader must know about a release on the page.
#[derive(Debug)]
struct About {
    id: String,
    title: String,
    description: String,
    author: String,
    day: String,
    synthetic: bool,
    epsilon: f64,
    delta: String,
    rho: f64,
    licence: String,
    citation: String,
    promised: Vec<String>,
    not_covered: Vec<String>,
}

/// The page as HTML.
pub(crate) fn overview(shelf: &Shelf) -> Result<Vec<u8>, Problem> {
    let mut used: Vec<&Arc<Artefact>> = Vec::new();
    let mut sections = Vec::new();
    for (artefact, section) in
        [gender::section(shelf), places::destinations(shelf), places::routes(shelf)].into_iter().flatten()
    {
        if !used.iter().any(|other| other.release.id == artefact.release.id) {
            used.push(artefact);
        }
        sections.push(section?);
    }
    let synthetic = used.iter().any(|artefact| artefact.release.synthetic);
    let page = Page { synthetic, sections, releases: used.iter().map(|artefact| about(artefact)).collect() };
    page.render().map(String::into_bytes).map_err(|error| {
        tracing::error!(%error, "the page could not be rendered");
        Problem::new(Kind::Internal, "the log of the server says more")
    })
}

/// The picture of a trend of one release, as a file of its own.
pub(crate) fn chart(artefact: &Arc<Artefact>, trend: &Trend, dimensions: &[usize]) -> Result<String, Problem> {
    let section = match trend.name {
        "gender" => gender::of(artefact, dimensions),
        "destinations" => Some(places::destinations_of(artefact, dimensions)),
        _ => Some(places::routes_of(artefact, dimensions)),
    };
    let section = section.transpose()?.filter(|section| !section.chart.is_empty());
    let section = section.ok_or_else(|| {
        Problem::new(Kind::NotReleased, "nothing in this trend stands out from the noise, so there is no picture of it")
    })?;
    Ok(standalone(&section.chart, &section.title))
}

/// Stands behind a number that is too uncertain for small counts.
const MARK: char = '*';

/// A section with the release that it is made of; `None` when no release has its dimensions.
type Found<'a> = Option<(&'a Arc<Artefact>, Result<Section, Problem>)>;

fn about(artefact: &Artefact) -> About {
    let release = &artefact.release;
    About {
        id: release.id.to_string(),
        title: release.definition.title.clone(),
        description: release.definition.description.clone(),
        author: release.definition.author.clone(),
        day: release.day.to_string(),
        synthetic: release.synthetic,
        epsilon: shown_epsilon(artefact),
        delta: format!("{:e}", release.privacy.delta.value()),
        rho: release.privacy.rho.value(),
        licence: release.definition.licence.clone(),
        citation: release.citation(),
        promised: release.promised.clone(),
        not_covered: release.not_covered.clone(),
    }
}

/// ε to two decimals, never less than it is.
fn shown_epsilon(artefact: &Artefact) -> f64 {
    (artefact.release.privacy.epsilon * 100.0).ceil() / 100.0
}

/// The line that stands inside every picture, because pictures are copied without their page.
fn source(artefact: &Artefact) -> String {
    let release = &artefact.release;
    let mark = if release.synthetic { "SYNTHETIC DATA · " } else { "" };
    format!(
        "{mark}Panoh release {} of {} · registered persons, 95 % intervals · ε {} at δ {:e}",
        release.id,
        release.day,
        shown_epsilon(artefact),
        release.privacy.delta.value()
    )
}

fn caption(artefact: &Artefact, id: &'static str, title: String, description: String) -> Caption {
    Caption { id, title, description, source: source(artefact) }
}

/// A value as people read it: whole persons and half of the interval, never broken over two lines.
fn shown(value: &Value) -> String {
    format!("{}\u{a0}±\u{a0}{}", whole(value.estimate), margin(half_width(value.standard_error)))
}

/// The same in a table, with a mark when small counts cannot be told from none.
fn cell(artefact: &Artefact, value: &Value) -> String {
    match quality(value.standard_error, artefact.release.definition.smallest_count_of_interest) {
        Quality::TooUncertain => format!("{}{MARK}", shown(value)),
        _ => shown(value),
    }
}

/// What the mark means; nothing when no cell has it.
fn marks(artefact: &Artefact, table: &Table) -> Option<String> {
    let count = artefact.release.definition.smallest_count_of_interest;
    let marked = table.rows.iter().flat_map(|(_, cells)| cells).any(|cell| cell.ends_with(MARK));
    marked.then(|| {
        format!(
            "{MARK} Too uncertain for small counts: the interval is wider than ± {count} persons, the smallest \
             count of interest."
        )
    })
}

/// Permanent addresses of a trend's values, bound to this release.
fn links(artefact: &Artefact, trend: &str) -> Vec<(&'static str, String)> {
    let address = |format: &str| format!("/v1/trends/{trend}?release={}&format={format}", artefact.release.id);
    vec![("CSV", address("csv")), ("JSON", address("json"))]
}

/// The years of a dimension, as indexes, without the code of persons without a year.
fn years(year: &Dimension) -> Vec<usize> {
    (0..year.codes.len()).filter(|at| year.codes[*at].code.parse::<i32>().is_ok()).collect()
}

/// "2018 to 2024", with what else is counted.
fn period(year: Option<&Dimension>) -> String {
    let Some(year) = year else { return "in the years of the release".to_owned() };
    let numbered = years(year);
    let (Some(first), Some(last)) = (numbered.first(), numbered.last()) else { return "without a year".to_owned() };
    let without = if numbered.len() < year.codes.len() { " or without a year" } else { "" };
    format!("{} to {}{without}", year.codes[*first].code, year.codes[*last].code)
}

/// A question that the page asks of a cube and that was checked before cannot fail.
fn internal(error: &panoh_publication::CubeError) -> Problem {
    tracing::error!(%error, "a figure of the page could not be reckoned");
    Problem::new(Kind::Internal, "the log of the server says more")
}

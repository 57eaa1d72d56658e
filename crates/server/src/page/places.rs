//! Where people are taken, and from where: destinations and routes, ranked, with what stands out from the noise.

use std::sync::Arc;

use panoh_publication::{Artefact, CubeError, Value, YEAR, half_width};

use super::ranking::{Place, Ranking, rank};
use super::{Found, Section, Table, caption, cell, internal, links, marks, period, shown, years};
use crate::charts::{Bar, BarChart, bar_chart};
use crate::routes::trends;
use crate::{Problem, Shelf};

/// Most years with a column of their own; more would not fit a page. The download has all.
const MOST_YEARS: usize = 8;

/// The words of one ranking.
struct Words {
    id: &'static str,
    heading: &'static str,
    /// "destination", "route".
    one: &'static str,
    many: &'static str,
}

const DESTINATIONS: Words =
    Words { id: "destinations", heading: "Destinations", one: "destination", many: "destinations" };
const ROUTES: Words = Words { id: "routes", heading: "Routes", one: "route", many: "routes" };

pub(super) fn destinations(shelf: &Shelf) -> Found<'_> {
    let (artefact, dimensions) = trends::newest(shelf, &trends::DESTINATIONS)?;
    Some((artefact, destinations_of(artefact, &dimensions)))
}

pub(super) fn routes(shelf: &Shelf) -> Found<'_> {
    let (artefact, dimensions) = trends::newest(shelf, &trends::ROUTES)?;
    Some((artefact, routes_of(artefact, &dimensions)))
}

pub(super) fn destinations_of(artefact: &Arc<Artefact>, dimensions: &[usize]) -> Result<Section, Problem> {
    build(artefact, dimensions, &DESTINATIONS).map_err(|error| internal(&error))
}

pub(super) fn routes_of(artefact: &Arc<Artefact>, dimensions: &[usize]) -> Result<Section, Problem> {
    build(artefact, dimensions, &ROUTES).map_err(|error| internal(&error))
}

fn build(artefact: &Arc<Artefact>, dimensions: &[usize], words: &Words) -> Result<Section, CubeError> {
    let cube = &artefact.cube;
    let year = dimensions.iter().copied().find(|d| cube.dimensions()[*d].name == YEAR);
    let ranked: Vec<usize> = dimensions.iter().copied().filter(|d| Some(*d) != year).collect();
    let ranking = rank(artefact, &ranked)?;
    let cut = year.is_some_and(|year| years(&cube.dimensions()[year]).len() > MOST_YEARS);
    let period = period(year.map(|year| &cube.dimensions()[year]));
    let findings = findings(artefact, &ranked, &ranking, words, &period);
    let title = format!("Registered persons by {}, {period}", words.one);
    let chart = BarChart {
        caption: caption(artefact, words.id, title.clone(), findings.join(" ")),
        x_title: format!("Registered persons, {period} (line: 95 % interval)"),
        bars: bars(artefact, &ranked, &ranking, words),
    };
    let table = table(artefact, &ranked, year, &ranking, words)?;
    let mut notes = notes(&ranking, words, cut);
    notes.extend(marks(artefact, &table));
    Ok(Section {
        id: words.id,
        heading: words.heading,
        title,
        findings,
        chart: bar_chart(&chart),
        notes,
        table,
        links: links(artefact, words.id),
    })
}

fn findings(artefact: &Artefact, ranked: &[usize], ranking: &Ranking, words: &Words, period: &str) -> Vec<String> {
    let Some(first) = ranking.places.first() else {
        return vec![format!("No {} stands out from the noise.", words.one)];
    };
    vec![format!(
        "Largest {}: {}, {} persons first registered {period}.",
        words.one,
        label(artefact, ranked, first),
        shown(&first.value)
    )]
}

fn notes(ranking: &Ranking, words: &Words, cut: bool) -> Vec<String> {
    let (places, compared, many) = (ranking.places.len(), ranking.compared, words.many);
    let mut notes = vec![format!(
        "{places} of {compared} {many} are shown: a {} has a bar of its own only if it is larger than the noise even \
         when all {compared} are compared at once. The rest is added up.",
        words.one
    )];
    if cut {
        notes.push(format!("The table has the latest {MOST_YEARS} years, the download all."));
    }
    notes
}

fn bars(artefact: &Artefact, ranked: &[usize], ranking: &Ranking, words: &Words) -> Vec<Bar> {
    let bar = |label: String, value: &Value, quiet: bool| Bar {
        label,
        value: value.estimate,
        half_width: half_width(value.standard_error),
        shown: shown(value),
        quiet,
    };
    let mut bars: Vec<Bar> =
        ranking.places.iter().map(|place| bar(label(artefact, ranked, place), &place.value, false)).collect();
    bars.push(bar(format!("All other {}", words.many), &ranking.other, true));
    bars.extend(ranking.not_known.as_ref().map(|value| bar("Not known".to_owned(), value, true)));
    bars
}

/// The whole period for every row, and for places each year as well.
fn table(
    artefact: &Artefact,
    ranked: &[usize],
    year: Option<usize>,
    ranking: &Ranking,
    words: &Words,
) -> Result<Table, CubeError> {
    let cube = &artefact.cube;
    let columns: Vec<(usize, usize)> = year.map(|year| latest_years(artefact, year)).unwrap_or_default();
    let mut rows = Vec::new();
    for place in &ranking.places {
        let mut cells = vec![cell(artefact, &place.value)];
        for (year, at) in &columns {
            let mut sets = place.sets.clone();
            sets.push((*year, vec![*at]));
            cells.push(cell(artefact, &cube.value(&cube.slice(&sets)?)?));
        }
        rows.push((label(artefact, ranked, place), cells));
    }
    let blank = || columns.iter().map(|_| String::new());
    let sum = |label: String, value: &Value| (label, std::iter::once(cell(artefact, value)).chain(blank()).collect());
    rows.push(sum(format!("All other {}", words.many), &ranking.other));
    rows.extend(ranking.not_known.as_ref().map(|value| sum("Not known".to_owned(), value)));
    let head = [String::new(), "Whole period".to_owned()].into_iter();
    let head = head.chain(columns.iter().map(|(year, at)| cube.dimensions()[*year].codes[*at].labels.en.clone()));
    Ok(Table {
        caption: format!(
            "Registered persons by {} and year first registered; ± is half of the 95 % interval",
            words.one
        ),
        head: head.collect(),
        rows,
    })
}

/// The latest years as (dimension, code), ascending.
fn latest_years(artefact: &Artefact, year: usize) -> Vec<(usize, usize)> {
    let years = years(&artefact.cube.dimensions()[year]);
    years[years.len().saturating_sub(MOST_YEARS)..].iter().map(|at| (year, *at)).collect()
}

/// A place in words: one name, or from where to where.
fn label(artefact: &Artefact, ranked: &[usize], place: &Place) -> String {
    let code = |at: usize| &artefact.cube.dimensions()[ranked[at]].codes[place.codes[at]];
    match place.codes.len() {
        2 if code(0).code == code(1).code => format!("inside {}", code(0).labels.en),
        2 => format!("{} → {}", code(0).labels.en, code(1).labels.en),
        _ => code(0).labels.en.clone(),
    }
}

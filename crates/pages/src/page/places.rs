//! Where people are taken, and from where: destinations, one country, routes, one route.

use panoh_publication::{CubeError, DimensionCode, VICTIMS, half_width};

use super::overview::share;
use super::{Content, PageName, form};
use crate::chart::{Chart, Flow, Flows, Matrix, Multiples, Panel, Point, Shade};
use crate::desk::Desk;
use crate::figure::{Data, Figure, Table};
use crate::numbers::{whole, writer};
use crate::ranking::{Ranking, Words, rank};
use crate::texts::{figures, frame};
use crate::trend::{load, marks};

const DESTINATIONS: Words =
    Words { id: "destinations", about: figures::BY_DESTINATION, other: figures::OTHER_DESTINATIONS };
const ORIGINS: Words = Words { id: "origins", about: figures::ORIGIN, other: figures::OTHER_DESTINATIONS };
const ROUTES: Words = Words { id: "routes", about: figures::BY_ROUTE, other: figures::OTHER_ROUTES };
/// What the figures of these pages may be narrowed by.
const OFFERED: [&str; 4] = ["gender", "age", "origin", "destination"];

/// Destinations, or one of them when it is chosen.
pub(super) fn destinations(desk: &Desk<'_>) -> Result<Content, CubeError> {
    let mut content = Content::lead(desk.word(frame::REGISTERED).to_owned());
    if let Some(name) = chosen(desk, "destination") {
        country(desk, &mut content, &name)?;
        return Ok(content.or_nothing(desk));
    }
    let found = rank(desk, VICTIMS, &["destination"])?;
    let Some(ranking) = content.found(desk, found) else { return Ok(content.or_nothing(desk)) };
    content.uses(&ranking.joint);
    content.form = Some(form(desk, &ranking.joint, PageName::Destinations, &["destination"], &OFFERED));
    let compared = 1;
    let title = ranking.title(desk, compared)?;
    let sentences = match ranking.places.first() {
        Some(first) => share(desk, &ranking, first)?.into_iter().collect(),
        None => Vec::new(),
    };
    let link = |place: &crate::ranking::Place| {
        Some(desk.address_with("/destinations", &[("destination", &place.codes[0].code)]))
    };
    content.figure(ranking.figure(desk, DESTINATIONS, (title, sentences), link)?);
    if let Some(figure) = multiples(desk, &ranking, "destination-trends")? {
        content.figure(figure);
    }
    Ok(content)
}

/// One country: its years, and from where people came.
fn country(desk: &Desk<'_>, content: &mut Content, name: &str) -> Result<(), CubeError> {
    content.heading = Some(name.to_owned());
    let found = load(desk, VICTIMS, None)?;
    if let Some(trend) = content.found(desk, found) {
        content.uses(&trend.joint);
        content.form = Some(form(
            desk,
            &trend.joint,
            PageName::Destinations,
            &["year", "destination"],
            &["destination", "gender", "age"],
        ));
        let title = desk.say(figures::ONE_TREND, &[("what", name)]);
        let sentences = trend.changes(desk, 1)?;
        content.figure(trend.figure(desk, "destination-trends", title, sentences));
    }
    let found = rank(desk, VICTIMS, &["origin"])?;
    if let Some(ranking) = content.found(desk, found) {
        content.uses(&ranking.joint);
        let title = desk.say(figures::FROM_WHERE, &[("country", name)]);
        let sentence = ranking.title(desk, 1)?;
        content.figure(ranking.figure(desk, ORIGINS, (title, vec![sentence]), |_| None)?);
    }
    Ok(())
}

/// The label of the one code that is chosen of a dimension.
fn chosen(desk: &Desk<'_>, name: &str) -> Option<String> {
    let [code] = &desk.asked.filters.taken.get(name)?[..] else { return None };
    let joint = desk.joint(VICTIMS, &[name])?;
    let found: Option<&DimensionCode> = joint.dimension(name)?.codes.iter().find(|known| known.code == *code);
    found.map(|code| desk.lang.of(&code.labels).to_owned())
}

/// Routes as flows, a matrix, a ranking and small lines; the years of one route when both its ends are chosen.
pub(super) fn routes(desk: &Desk<'_>) -> Result<Content, CubeError> {
    let mut content = Content::lead(desk.word(frame::REGISTERED).to_owned());
    if let (Some(from), Some(to)) = (chosen(desk, "origin"), chosen(desk, "destination")) {
        let name =
            if from == to { desk.say(figures::INSIDE_OF, &[("country", &from)]) } else { format!("{from} → {to}") };
        content.heading = Some(name.clone());
        let found = load(desk, VICTIMS, None)?;
        if let Some(trend) = content.found(desk, found) {
            content.uses(&trend.joint);
            let title = desk.say(figures::ONE_TREND, &[("what", &name)]);
            let sentences = trend.changes(desk, 1)?;
            content.form = Some(form(desk, &trend.joint, PageName::Routes, &["origin", "destination"], &OFFERED));
            content.figure(trend.figure(desk, "route-trends", title, sentences));
        }
        return Ok(content.or_nothing(desk));
    }
    let found = rank(desk, VICTIMS, &["origin", "destination"])?;
    let Some(ranking) = content.found(desk, found) else { return Ok(content.or_nothing(desk)) };
    content.uses(&ranking.joint);
    content.form = Some(form(desk, &ranking.joint, PageName::Routes, &["origin", "destination"], &OFFERED));
    let title = ranking.title(desk, 1)?;
    if !ranking.places.is_empty() {
        content.figure(flows_figure(desk, &ranking, "flows"));
    }
    let link = |place: &crate::ranking::Place| {
        let more = [("origin", place.codes[0].code.as_str()), ("destination", place.codes[1].code.as_str())];
        Some(desk.address_with("/routes", &more))
    };
    content.figure(ranking.figure(desk, ROUTES, (title, Vec::new()), link)?);
    if !ranking.places.is_empty() {
        content.figure(matrix(desk, &ranking));
    }
    if let Some(figure) = multiples(desk, &ranking, "route-trends")? {
        content.figure(figure);
    }
    Ok(content)
}

/// A figure without a table of its own: the ranking's table has its numbers.
fn bare(desk: &Desk<'_>, ranking: &Ranking<'_>, id: &'static str, (title, chart): (String, Chart)) -> Figure {
    Figure {
        id,
        title,
        sentences: Vec::new(),
        chart: Some(chart),
        marks: marks(desk, &ranking.joint, &desk.years(&ranking.joint)).notes,
        notes: Vec::new(),
        table: Table::default(),
        source: desk.source(&ranking.joint),
        data: Data::default(),
    }
}

/// The ranked routes as ribbons, with all others as one.
pub(super) fn flows_figure(desk: &Desk<'_>, ranking: &Ranking<'_>, id: &'static str) -> Figure {
    let other = desk.word(figures::OTHER_ROUTES);
    let flow = |place: &crate::ranking::Place| Flow {
        ends: [0, 1].map(|at: usize| desk.lang.of(&place.codes[at].labels).to_owned()),
        value: place.value.estimate,
        rest: false,
    };
    let rest = Flow { ends: [other.to_owned(), other.to_owned()], value: ranking.other.estimate, rest: true };
    let chart = Chart::Flows(Flows {
        heads: [desk.word(figures::ORIGIN).to_owned(), desk.word(figures::DESTINATION).to_owned()],
        flows: ranking.places.iter().map(flow).chain([rest]).collect(),
    });
    let count = ranking.places.len().to_string();
    let mut figure = bare(desk, ranking, id, (desk.say(figures::FLOWS_TITLE, &[("count", &count)]), chart));
    let lines = ranking
        .places
        .iter()
        .take(5)
        .map(|place| format!("{}: {}", ranking.label(desk, place), desk.shown(&place.value)));
    figure.sentences = vec![format!("{}.", lines.collect::<Vec<_>>().join("; "))];
    figure
}

/// Origins and destinations of the ranked routes as a table of shades.
fn matrix(desk: &Desk<'_>, ranking: &Ranking<'_>) -> Figure {
    let mut ends: [Vec<&DimensionCode>; 2] = [Vec::new(), Vec::new()];
    for place in &ranking.places {
        for (codes, code) in ends.iter_mut().zip(&place.codes) {
            if !codes.iter().any(|known| known.code == code.code) {
                codes.push(code);
            }
        }
    }
    let cell = |from: &DimensionCode, to: &DimensionCode| {
        let found =
            ranking.places.iter().find(|place| place.codes[0].code == from.code && place.codes[1].code == to.code);
        found.map(|place| Shade { value: place.value.estimate, shown: whole(desk.lang, place.value.estimate) })
    };
    let names = |codes: &[&DimensionCode]| codes.iter().map(|code| desk.lang.of(&code.labels).to_owned()).collect();
    let chart = Chart::Matrix(Matrix {
        heads: [desk.word(figures::ORIGIN).to_owned(), desk.word(figures::DESTINATION).to_owned()],
        rows: names(&ends[0]),
        columns: names(&ends[1]),
        cells: ends[0].iter().map(|from| ends[1].iter().map(|to| cell(from, to)).collect()).collect(),
    });
    let mut figure = bare(desk, ranking, "matrix", (desk.word(figures::MATRIX_TITLE).to_owned(), chart));
    figure.marks.push(desk.word(figures::MATRIX_NOTE).to_owned());
    figure
}

/// Small lines of the first places on one scale; none when the years were not released with them.
fn multiples(desk: &Desk<'_>, ranking: &Ranking<'_>, id: &'static str) -> Result<Option<Figure>, CubeError> {
    let years = ranking.years(desk);
    if years.len() < 2 || ranking.places.is_empty() {
        return Ok(None);
    }
    let mut panels = Vec::new();
    for place in ranking.places.iter().take(8) {
        let mut points = Vec::new();
        for year in &years {
            let value = ranking.in_year(place, year)?;
            points.push(Point { value: value.estimate, half_width: half_width(value.standard_error) });
        }
        panels.push(Panel { label: ranking.label(desk, place), points });
    }
    let marks = marks(desk, &ranking.joint, &years);
    let chart = Chart::Multiples(Multiples {
        y_title: desk.word(figures::PERSONS_BAND).to_owned(),
        x: years.iter().map(|year| desk.lang.of(&year.labels).to_owned()).collect(),
        panels,
        marks: marks.breaks,
        provisional: marks.provisional,
        tick: writer(desk.lang),
    });
    Ok(Some(bare(desk, ranking, id, (desk.word(figures::MULTIPLES_TITLE).to_owned(), chart))))
}

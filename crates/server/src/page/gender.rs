//! Persons by year first registered and gender: lines with bands, and whether the change is larger than the noise.

use std::sync::Arc;

use panoh_publication::{Artefact, CubeError, Value, half_width};

use super::{Found, Section, Table, caption, cell, internal, links, marks, shown, years};
use crate::charts::{LineChart, Series, line_chart};
use crate::routes::trends;
use crate::{Problem, Shelf};

/// What chart and table show.
const TITLE: &str = "Registered persons by year first registered and gender";

pub(super) fn section(shelf: &Shelf) -> Found<'_> {
    let (artefact, dimensions) = trends::newest(shelf, &trends::GENDER)?;
    Some((artefact, of(artefact, &dimensions)?))
}

/// The section of a release; none when it lacks a dimension.
pub(super) fn of(artefact: &Arc<Artefact>, dimensions: &[usize]) -> Option<Result<Section, Problem>> {
    let [year, gender] = dimensions[..] else { return None };
    Some(build(artefact, year, gender).map_err(|error| internal(&error)))
}

fn build(artefact: &Arc<Artefact>, year: usize, gender: usize) -> Result<Section, CubeError> {
    let cube = &artefact.cube;
    let everything = cube.slice(&[])?;
    let numbers = cube.roll_up(&[gender, year], &everything)?;
    let (genders, all_years) = (&cube.dimensions()[gender].codes, &cube.dimensions()[year].codes);
    let drawn_years = years(&cube.dimensions()[year]);
    let value = |g: usize, y: usize| Value {
        estimate: numbers.estimates[g * all_years.len() + y],
        standard_error: numbers.standard_error,
    };
    // A line is drawn when at least one of its years is larger than noise among all the values compared here.
    let compared = genders.len() * drawn_years.len();
    let stands_out = |g: &usize| drawn_years.iter().any(|y| value(*g, *y).is_larger_than_noise(compared));
    let drawn: Vec<usize> = (0..genders.len()).filter(stands_out).collect();
    let left_out: Vec<&str> =
        (0..genders.len()).filter(|g| !drawn.contains(g)).map(|g| genders[g].labels.en.as_str()).collect();
    let findings = findings(artefact, (year, gender), &drawn, &drawn_years)?;
    let series = drawn.iter().map(|g| Series {
        label: genders[*g].labels.en.clone(),
        values: drawn_years.iter().map(|y| value(*g, *y).estimate).collect(),
        half_width: half_width(numbers.standard_error),
    });
    let chart = LineChart {
        caption: caption(artefact, "gender", TITLE.into(), findings.join(" ")),
        x_title: "Year first registered".into(),
        y_title: "Registered persons (band: 95 % interval)".into(),
        x: drawn_years.iter().map(|y| all_years[*y].code.clone()).collect(),
        series: series.collect(),
    };
    let mut notes = Vec::new();
    if !left_out.is_empty() {
        let names = left_out.join(", ");
        notes.push(format!(
            "Not drawn, because no year of theirs is larger than the noise: {names}. The table has them."
        ));
    }
    let table = table(artefact, year, gender, value)?;
    notes.extend(marks(artefact, &table));
    Ok(Section {
        id: "gender",
        heading: "Gender",
        title: TITLE.to_owned(),
        findings,
        chart: if drawn.is_empty() || drawn_years.is_empty() { String::new() } else { line_chart(&chart) },
        notes,
        table,
        links: links(artefact, "gender"),
    })
}

/// For each line: the last year against the first, and whether the change is larger than the noise of all changes
/// shown.
fn findings(
    artefact: &Artefact,
    (year, gender): (usize, usize),
    drawn: &[usize],
    drawn_years: &[usize],
) -> Result<Vec<String>, CubeError> {
    let (cube, mut findings) = (&artefact.cube, Vec::new());
    let (Some(first), Some(last)) = (drawn_years.first(), drawn_years.last()) else { return Ok(findings) };
    if first == last {
        return Ok(findings);
    }
    for g in drawn {
        let at = |y: usize| cube.slice(&[(gender, vec![*g]), (year, vec![y])]);
        let (before, after) = (at(*first)?, at(*last)?);
        let change = cube.difference(&after, &before)?;
        let verdict = if change.is_larger_than_noise(drawn.len()) {
            "is larger than the noise"
        } else {
            "is not larger than the noise"
        };
        let sign = if change.estimate >= 0.5 { "+" } else { "" };
        findings.push(format!(
            "{}: {} persons in {} against {} in {}; the change, {sign}{}, {verdict}.",
            cube.dimensions()[gender].codes[*g].labels.en,
            shown(&cube.value(&after)?),
            cube.dimensions()[year].codes[*last].code,
            shown(&cube.value(&before)?),
            cube.dimensions()[year].codes[*first].code,
            shown(&change)
        ));
    }
    Ok(findings)
}

fn table(
    artefact: &Artefact,
    year: usize,
    gender: usize,
    value: impl Fn(usize, usize) -> Value,
) -> Result<Table, CubeError> {
    let cube = &artefact.cube;
    let (genders, all_years) = (&cube.dimensions()[gender].codes, &cube.dimensions()[year].codes);
    let all = cube.roll_up(&[year], &cube.slice(&[])?)?;
    let row = |y: usize| {
        let mut cells: Vec<String> = (0..genders.len()).map(|g| cell(artefact, &value(g, y))).collect();
        cells.push(cell(artefact, &Value { estimate: all.estimates[y], standard_error: all.standard_error }));
        (all_years[y].labels.en.clone(), cells)
    };
    let names = genders.iter().map(|code| code.labels.en.clone());
    Ok(Table {
        caption: format!("{TITLE}; ± is half of the 95 % interval"),
        head: std::iter::once("Year first registered".to_owned()).chain(names).chain(["All".to_owned()]).collect(),
        rows: (0..all_years.len()).map(row).collect(),
    })
}

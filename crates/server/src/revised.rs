//! What changed from one release to another of its kind, cell by cell. Their noise is independent, so the variance of a
//! difference is the sum of the variances.

use std::io::Write;

use panoh_formats::{About, Cells, Column as SheetColumn, Role, Sheet, write};
use panoh_publication::{Artefact, Change, Comparison, Lang, quality, rounded};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::answer::{Column, INTERVAL, Origin, Pairs, UNIT, json, written};
use crate::format::View;
use crate::question::Page;

/// A table of two releases.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changes<'a> {
    /// Name of the table.
    table: &'a str,
    /// The earlier release.
    before: Origin,
    /// The later release.
    after: Origin,
    /// Whether rows are sums over the years of each release, because these are not the same.
    over_years: bool,
    /// What each value counts.
    #[schema(example = "registered persons")]
    unit: &'static str,
    /// What `lower` and `upper` are.
    #[schema(example = "95 % interval of the noise")]
    interval: &'static str,
    /// The columns, in order.
    dimensions: Vec<Column<'a>>,
    /// How many rows the whole answer has.
    rows_total: usize,
    /// Which of them is the first here, counted from 0.
    offset: usize,
    /// Address of the next rows; null when there are none.
    next: Option<String>,
    /// The differences.
    rows: Vec<ChangedRow<'a>>,
}

/// One difference.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedRow<'a> {
    /// Code of each dimension.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    codes: Pairs<'a, &'a str>,
    /// Label of each code in the language asked for.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    labels: Pairs<'a, &'a str>,
    /// Persons in the earlier release.
    before: f64,
    /// Persons in the later release.
    after: f64,
    /// `after` less `before`.
    value: f64,
    /// Standard error of the difference.
    standard_error: f64,
    /// Lower end of the 95 % interval.
    lower: f64,
    /// Upper end of the 95 % interval.
    upper: f64,
    /// How well the difference can be used, from its error alone.
    quality: &'static str,
    /// Whether the difference is larger than noise explains, all rows read together.
    larger_than_noise: bool,
}

/// Answers in the format asked for. `next` is the address of the rows behind those of the page.
pub(crate) fn changes(
    releases: (&Artefact, &Artefact),
    comparison: &Comparison,
    page: Page,
    view: View,
    next: Option<String>,
    out: &mut (dyn Write + Send),
) -> Result<(), Problem> {
    let (from, to) = page.range(comparison.rows.len());
    let rows: Vec<ChangedRow> = comparison.rows[from..to]
        .iter()
        .map(|change| row(releases.1, &comparison.dimensions, change, view.lang))
        .collect();
    if let Some(format) = view.sheet() {
        return written(write(&sheet(releases, comparison, &rows), format, out));
    }
    let column = |name: &'_ String| Column { name: name.clone(), title: title(releases.1, name, view.lang) };
    let changes = Changes {
        table: &comparison.table,
        before: Origin::of(releases.0),
        after: Origin::of(releases.1),
        over_years: comparison.over_years,
        unit: UNIT,
        interval: INTERVAL,
        dimensions: comparison.dimensions.iter().map(column).collect(),
        rows_total: comparison.rows.len(),
        offset: from,
        next,
        rows,
    };
    json(&changes, out)
}

fn title<'a>(artefact: &'a Artefact, name: &str, lang: Lang) -> &'a str {
    let dimension = artefact.cube.dimension(name).map(|at| &artefact.cube.dimensions()[at]);
    dimension.map_or("", |dimension| lang.of(&dimension.title))
}

fn row<'a>(after: &'a Artefact, names: &'a [String], change: &'a Change, lang: Lang) -> ChangedRow<'a> {
    let label = |(name, code): (&String, &'a String)| -> &'a str {
        let dimension = after.cube.dimension(name).map(|at| &after.cube.dimensions()[at]);
        let found = dimension.and_then(|dimension| Some(&dimension.codes[dimension.position(code)?]));
        found.map_or(code, |found| lang.of(&found.labels))
    };
    let pairs = || names.iter().zip(&change.codes);
    let (lower, upper) = change.difference.interval();
    let smallest = after.release.definition.smallest_count_of_interest;
    ChangedRow {
        codes: Pairs(pairs().map(|(name, code)| (name.as_str(), code.as_str())).collect()),
        labels: Pairs(pairs().map(|pair| (pair.0.as_str(), label(pair))).collect()),
        before: rounded(change.before.estimate),
        after: rounded(change.after.estimate),
        value: rounded(change.difference.estimate),
        standard_error: rounded(change.difference.standard_error),
        lower: rounded(lower),
        upper: rounded(upper),
        quality: quality(change.difference.standard_error, smallest).as_str(),
        larger_than_noise: change.is_larger_than_noise,
    }
}

fn sheet(releases: (&Artefact, &Artefact), comparison: &Comparison, rows: &[ChangedRow]) -> Sheet {
    let mut columns = Vec::new();
    let mut add = |name: &str, role, cells| columns.push(SheetColumn { name: name.to_owned(), role, cells });
    let texts = |of: &dyn Fn(&ChangedRow) -> String| Cells::Texts(rows.iter().map(of).collect());
    let numbers = |of: &dyn Fn(&ChangedRow) -> f64| Cells::Numbers(rows.iter().map(of).collect());
    for (at, name) in comparison.dimensions.iter().enumerate() {
        add(name, Role::Dimension, texts(&|row| row.codes.0[at].1.to_owned()));
        add(&format!("{name}_label"), Role::Label, texts(&|row| row.labels.0[at].1.to_owned()));
    }
    add("before", Role::Attribute, numbers(&|row| row.before));
    add("after", Role::Attribute, numbers(&|row| row.after));
    add("value", Role::Measure, numbers(&|row| row.value));
    add("standard_error", Role::Attribute, numbers(&|row| row.standard_error));
    add("lower", Role::Attribute, numbers(&|row| row.lower));
    add("upper", Role::Attribute, numbers(&|row| row.upper));
    add("quality", Role::Attribute, texts(&|row| row.quality.to_owned()));
    add("larger_than_noise", Role::Attribute, Cells::Flags(rows.iter().map(|row| row.larger_than_noise).collect()));
    add("unit", Role::Attribute, Cells::same(UNIT, rows.len()));
    let [before, after] = [releases.0, releases.1].map(Origin::of);
    let about = vec![
        About::text("release_before", &before.release),
        About::text("release_after", &after.release),
        About::plain("day", &after.day),
        About::plain("synthetic", before.synthetic || after.synthetic),
        About::plain("epsilon_before", before.epsilon),
        About::plain("epsilon_after", after.epsilon),
        About::plain("delta", before.delta.max(after.delta)),
        About::text("licence", &after.licence),
        About::text("citation_before", &before.citation),
        About::text("citation_after", &after.citation),
    ];
    Sheet { name: after.release.clone(), title: after.title.clone(), day: after.day.clone(), columns, about }
}

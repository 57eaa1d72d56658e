//! Numbers as readers get them: each value with its error, interval and quality word, under a head that says where it
//! comes from, what it cost, how to cite it and what it may be used for.

use std::io::Write;

use panoh_formats::{About, FormatError, write};
use panoh_publication::{Artefact, Lang, Value, quality, rounded};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::Problem;
use crate::format::{Format, View};
use crate::problem::Kind;
use crate::question::{Entry, Figures, Keep, Question};
use crate::sheets::sheet;

/// What every value counts.
pub(crate) const UNIT: &str = "registered persons";
/// What the ends of intervals are.
pub(crate) const INTERVAL: &str = "95 % interval of the noise";

/// The release that an answer comes from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Origin {
    /// Id of the release.
    #[schema(example = "persons-by-year-2026-11-22")]
    pub(crate) release: String,
    /// Title of the release.
    pub(crate) title: String,
    /// Day of the release.
    #[schema(example = "2026-11-22")]
    pub(crate) day: String,
    /// Whether the figures come from simulated records.
    pub(crate) synthetic: bool,
    /// Cost for each person, zero-concentrated differential privacy.
    pub(crate) rho: f64,
    /// The same cost as ε at `delta`.
    pub(crate) epsilon: f64,
    /// δ at which ε is stated.
    pub(crate) delta: f64,
    /// How to cite the release.
    pub(crate) citation: String,
    /// SPDX identifier of the licence.
    pub(crate) licence: String,
}

impl Origin {
    pub(crate) fn of(artefact: &Artefact) -> Self {
        let release = &artefact.release;
        Self {
            release: release.id.to_string(),
            title: release.definition.title.clone(),
            day: release.day.to_string(),
            synthetic: release.synthetic,
            rho: release.privacy.rho.value(),
            epsilon: release.privacy.epsilon,
            delta: release.privacy.delta.value(),
            citation: release.citation(),
            licence: release.definition.licence.clone(),
        }
    }

    /// The origin as what holds for every row.
    pub(crate) fn about(&self) -> Vec<About> {
        vec![
            About::text("release", &self.release),
            About::plain("day", &self.day),
            About::plain("synthetic", self.synthetic),
            About::plain("rho", self.rho),
            About::plain("epsilon", self.epsilon),
            About::plain("delta", self.delta),
            About::text("licence", &self.licence),
            About::text("citation", &self.citation),
        ]
    }
}

/// Values with their errors.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Values<'a> {
    /// Where the values come from.
    #[serde(flatten)]
    origin: Origin,
    /// What each value counts.
    #[schema(example = "registered persons")]
    unit: &'static str,
    /// What `lower` and `upper` are.
    #[schema(example = "95 % interval of the noise")]
    interval: &'static str,
    /// The columns, in order.
    dimensions: Vec<Column<'a>>,
    /// Dimensions restricted to some codes; those neither here nor in `dimensions` are summed over.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    taken: Pairs<'a, Vec<&'a str>>,
    /// What was compared; null when each value is a number of persons.
    compared: Option<Compared<'a>>,
    /// How many rows the whole answer has.
    rows_total: usize,
    /// Which of them is the first here, counted from 0.
    offset: usize,
    /// Address of the next rows; null when there are none.
    next: Option<String>,
    /// The values.
    rows: Vec<Row<'a>>,
}

/// A dimension that the rows have.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Column<'a> {
    /// Short name.
    pub(crate) name: String,
    /// Title in the language asked for.
    pub(crate) title: &'a str,
}

/// Each value is the persons of `after` less those of `before`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Compared<'a> {
    /// The dimension.
    dimension: &'a str,
    /// Codes that are taken away.
    before: Vec<&'a str>,
    /// Codes that they are taken from.
    after: Vec<&'a str>,
}

/// One value.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Row<'a> {
    /// Code of each dimension.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    codes: Pairs<'a, &'a str>,
    /// Label of each code in the language asked for.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    labels: Pairs<'a, &'a str>,
    /// Unbiased estimate; may be negative or fractional.
    value: f64,
    /// Standard error of the noise.
    standard_error: f64,
    /// Lower end of the 95 % interval.
    lower: f64,
    /// Upper end of the 95 % interval.
    upper: f64,
    /// How well the value can be used: precise, usable, uncertain or too_uncertain; from its error alone.
    quality: &'static str,
    /// Of a difference: persons before.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<f64>,
    /// Of a difference: persons after.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<f64>,
    /// Of a difference: whether it is larger than noise explains when all rows are read together.
    #[serde(skip_serializing_if = "Option::is_none")]
    larger_than_noise: Option<bool>,
}

/// Pairs that become a JSON object in their order.
#[derive(Debug)]
pub(crate) struct Pairs<'a, T>(pub(crate) Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Pairs<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Answers a question in the format asked for. `next` is the address of the rows behind those of the page.
pub(crate) fn values(
    question: &Question,
    view: View,
    next: Option<String>,
    out: &mut (dyn Write + Send),
) -> Result<(), Problem> {
    let figures = question.ask()?;
    let names: Vec<String> = question.keep.iter().map(|keep| name(question, keep)).collect();
    match view.sheet() {
        Some(format) => written(write(&sheet(question, &figures, &names, view.lang), format, out)),
        None => json(&tabulate(question, &figures, &names, view.lang, next), out),
    }
}

/// JSON with a newline at the end.
pub(crate) fn json(value: &impl Serialize, out: &mut (dyn Write + Send)) -> Result<(), Problem> {
    let written =
        serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from).and_then(|()| out.write_all(b"\n"));
    written.map_err(|error| not_taken(&error))
}

/// A sheet's failure in words for readers.
pub(crate) fn written(done: Result<(), FormatError>) -> Result<(), Problem> {
    done.map_err(|error| match error {
        FormatError::DoesNotFit(reason) => Problem::new(Kind::TooManyRows, reason),
        other => not_taken(&other),
    })
}

/// The reader is gone, or the server is at fault; the log knows.
fn not_taken(error: &dyn std::fmt::Display) -> Problem {
    tracing::debug!(%error, "an answer was not taken to its end");
    Problem::new(Kind::Internal, "the log of the server says more")
}

/// Name of a column: that of its dimension, and of the level when it is a coarser one.
fn name(question: &Question, keep: &Keep) -> String {
    let dimension = &question.artefact.cube.dimensions()[keep.dimension].name;
    keep.level.as_ref().map_or_else(|| dimension.clone(), |level| format!("{dimension}_{level}"))
}

/// The positions of a row's codes on each axis.
pub(crate) fn places(axes: &[Vec<Entry>], row: usize) -> impl Iterator<Item = usize> {
    let mut stride: usize = axes.iter().map(Vec::len).product();
    axes.iter().map(move |axis| {
        stride /= axis.len();
        row / stride % axis.len()
    })
}

fn tabulate<'a>(
    question: &'a Question,
    figures: &'a Figures<'a>,
    names: &'a [String],
    lang: Lang,
    next: Option<String>,
) -> Values<'a> {
    let (release, cube) = (&question.artefact.release, &question.artefact.cube);
    let (from, _) = question.range();
    let row = |(at, value): (usize, &Value)| {
        let (mut codes, mut labels) = (Vec::new(), Vec::new());
        for ((name, axis), place) in names.iter().zip(&figures.axes).zip(places(&figures.axes, from + at)) {
            codes.push((name.as_str(), axis[place].code.code.as_str()));
            labels.push((name.as_str(), lang.of(&axis[place].code.labels)));
        }
        let (lower, upper) = value.interval();
        let quality = quality(value.standard_error, release.definition.smallest_count_of_interest).as_str();
        let change = figures.changes.get(at);
        let before = change.map(|(before, _, _)| rounded(before.estimate));
        let after = change.map(|(_, after, _)| rounded(after.estimate));
        let larger_than_noise = change.map(|(_, _, larger)| *larger);
        let [value, standard_error, lower, upper] = [value.estimate, value.standard_error, lower, upper].map(rounded);
        Row {
            codes: Pairs(codes),
            labels: Pairs(labels),
            value,
            standard_error,
            lower,
            upper,
            quality,
            before,
            after,
            larger_than_noise,
        }
    };
    let named = |dimension: usize, codes: &[usize]| {
        codes.iter().map(|code| cube.dimensions()[dimension].codes[*code].code.as_str()).collect()
    };
    let taken = question
        .within
        .dimensions()
        .map(|d| (cube.dimensions()[d].name.as_str(), named(d, question.within.codes(d).unwrap_or_default())));
    Values {
        origin: Origin::of(&question.artefact),
        unit: UNIT,
        interval: INTERVAL,
        dimensions: columns(question, names, lang),
        taken: Pairs(taken.collect()),
        compared: question.change.as_ref().map(|change| Compared {
            dimension: &cube.dimensions()[change.dimension].name,
            before: named(change.dimension, &change.before),
            after: named(change.dimension, &change.after),
        }),
        rows_total: question.rows(),
        offset: from,
        next,
        rows: figures.values.iter().enumerate().map(row).collect(),
    }
}

fn columns<'a>(question: &'a Question, names: &[String], lang: Lang) -> Vec<Column<'a>> {
    let column = |(keep, name): (&'a Keep, &String)| {
        let dimension = &question.artefact.cube.dimensions()[keep.dimension];
        let level = keep.level.as_ref().and_then(|level| dimension.levels.iter().find(|known| known.name == *level));
        Column { name: name.clone(), title: lang.of(level.map_or(&dimension.title, |level| &level.title)) }
    };
    question.keep.iter().zip(names).map(column).collect()
}

/// Whether an answer comes in pages when nobody asks for any.
pub(crate) fn is_paged(view: View) -> bool {
    view.format == Format::Json
}

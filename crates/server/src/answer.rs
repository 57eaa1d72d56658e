//! Numbers as readers get them: each value with its error, interval and quality word, under a head that says where it
//! comes from, what it cost, how to cite it and what it may be used for.

use panoh_publication::{Artefact, RollUp, Value, guarded, quality, rounded};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::Problem;
use crate::problem::Kind;
use crate::question::Question;
use crate::respond::{Format, Lang, View};

/// What every value counts.
pub(crate) const UNIT: &str = "registered persons";

/// The release that an answer comes from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Origin {
    /// Id of the release.
    #[schema(example = "persons-by-year-2026-11-22")]
    release: String,
    /// Title of the release.
    title: String,
    /// Day of the release.
    #[schema(example = "2026-11-22")]
    day: String,
    /// Whether the figures come from simulated records.
    synthetic: bool,
    /// Cost for each person, zero-concentrated differential privacy.
    rho: f64,
    /// The same cost as ε at `delta`.
    epsilon: f64,
    /// δ at which ε is stated.
    delta: f64,
    /// How to cite the release.
    citation: String,
    /// SPDX identifier of the licence.
    licence: String,
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
    /// The values.
    rows: Vec<Row<'a>>,
}

/// A dimension that the rows have.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Column<'a> {
    /// Short name.
    name: &'a str,
    /// Title in the language asked for.
    title: &'a str,
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
}

/// Pairs that become a JSON object in their order.
#[derive(Debug)]
struct Pairs<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Pairs<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Answers a question in the format asked for.
pub(crate) fn values(question: &Question, view: View) -> Result<Vec<u8>, Problem> {
    let numbers = question.ask()?;
    let values = tabulate(question, &numbers, view.lang);
    match view.format {
        Format::Csv => csv_of(&values),
        Format::Json | Format::Html => Ok(json(&values)),
    }
}

/// JSON with a newline at the end.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(value).expect("answers hold only text, finite numbers and lists");
    bytes.push(b'\n');
    bytes
}

/// CSV with a header; text cells that a spreadsheet could run are guarded by the caller.
pub(crate) fn csv<R: AsRef<[u8]>>(header: &[R], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, Problem> {
    let internal = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a CSV answer could not be written");
        Problem::new(Kind::Internal, "the log of the server says more")
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|error| internal(&error))?;
    for row in rows {
        writer.write_record(row).map_err(|error| internal(&error))?;
    }
    writer.into_inner().map_err(|error| internal(&error))
}

fn tabulate<'a>(question: &'a Question, numbers: &RollUp, lang: Lang) -> Values<'a> {
    let (release, cube) = (&question.artefact.release, &question.artefact.cube);
    let word = quality(numbers.standard_error, release.definition.smallest_count_of_interest).as_str();
    let kept: Vec<_> = numbers.dimensions.iter().map(|d| &cube.dimensions()[*d]).collect();
    let row = |(position, estimate): (usize, &f64)| {
        let mut stride = numbers.estimates.len();
        let (mut codes, mut labels) = (Vec::new(), Vec::new());
        for (dimension, taken) in kept.iter().zip(&numbers.codes) {
            stride /= taken.len();
            let code = &dimension.codes[taken[position / stride % taken.len()]];
            codes.push((dimension.name.as_str(), code.code.as_str()));
            labels.push((dimension.name.as_str(), lang.of(&code.labels)));
        }
        let value = Value { estimate: *estimate, standard_error: numbers.standard_error };
        let (lower, upper) = value.interval();
        let (codes, labels) = (Pairs(codes), Pairs(labels));
        let [value, standard_error, lower, upper] = [value.estimate, value.standard_error, lower, upper].map(rounded);
        Row { codes, labels, value, standard_error, lower, upper, quality: word }
    };
    let taken = question.within.dimensions().map(|d| {
        let dimension = &cube.dimensions()[d];
        let codes = question.within.codes(d).unwrap_or_default();
        (dimension.name.as_str(), codes.iter().map(|code| dimension.codes[*code].code.as_str()).collect())
    });
    Values {
        origin: Origin::of(&question.artefact),
        unit: UNIT,
        interval: "95 % interval of the noise",
        dimensions: kept.iter().map(|d| Column { name: &d.name, title: lang.of(&d.title) }).collect(),
        taken: Pairs(taken.collect()),
        rows: numbers.estimates.iter().enumerate().map(row).collect(),
    }
}

/// Every row carries its origin, because files are passed on without the page that they came from.
fn csv_of(values: &Values) -> Result<Vec<u8>, Problem> {
    let mut header: Vec<String> = Vec::new();
    for column in &values.dimensions {
        header.extend([column.name.to_owned(), format!("{}_label", column.name)]);
    }
    let fixed = ["value", "standard_error", "lower", "upper", "quality", "unit"];
    header.extend(fixed.iter().chain(&ORIGIN_COLUMNS).map(|name| (*name).to_owned()));
    let origin = values.origin.cells();
    let rows = values.rows.iter().map(|row| {
        let mut cells: Vec<String> = Vec::with_capacity(header.len());
        for ((_, code), (_, label)) in row.codes.0.iter().zip(&row.labels.0) {
            cells.extend([guarded(code).into_owned(), guarded(label).into_owned()]);
        }
        cells.extend([row.value, row.standard_error, row.lower, row.upper].map(|number| number.to_string()));
        cells.extend([row.quality.to_owned(), values.unit.to_owned()]);
        cells.extend(origin.iter().cloned());
        cells
    });
    csv(&header, rows)
}

/// Columns that [`Origin::cells`] fills.
pub(crate) const ORIGIN_COLUMNS: [&str; 8] =
    ["release", "day", "synthetic", "rho", "epsilon", "delta", "licence", "citation"];

impl Origin {
    /// Title of the release.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// The origin as CSV cells.
    pub(crate) fn cells(&self) -> Vec<String> {
        vec![
            guarded(&self.release).into_owned(),
            self.day.clone(),
            self.synthetic.to_string(),
            self.rho.to_string(),
            self.epsilon.to_string(),
            self.delta.to_string(),
            guarded(&self.licence).into_owned(),
            guarded(&self.citation).into_owned(),
        ]
    }
}

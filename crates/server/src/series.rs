//! A trend over a series: releases that count the same way, each about cohorts of its own. Their rows stand one after the
//! other, each with its own error and the name of its release; a release that was revised gives way to its revision.

use std::io::Write;

use panoh_formats::{Cells, Column as SheetColumn, Role, Sheet, write};
use panoh_publication::{DimensionCode, Lang, NO_YEAR, Slug, Value, YEAR, quality, rounded};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::answer::{Column, INTERVAL, Origin, Pairs, UNIT, json, places, written};
use crate::format::View;
use crate::question::{Page, Question};

/// One question to each release of a series, or to one release that is in none.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    /// In the order of their first cohorts.
    pub(crate) parts: Vec<Part>,
    pub(crate) page: Page,
}

/// What one release answers.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) question: Question,
    /// The year of all its rows, when it is about one and has no such dimension.
    pub(crate) year: Option<DimensionCode>,
}

/// Figures of a trend.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trend<'a> {
    /// The series; null when the figures come from one release that is in none.
    #[schema(example = "tajikistan-trends")]
    series: Option<String>,
    /// Where the values come from, in the order of their cohorts.
    releases: Vec<Origin>,
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
    /// The values.
    rows: Vec<TrendRow<'a>>,
}

/// One value of a trend.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrendRow<'a> {
    /// The release that it comes from.
    release: &'a str,
    /// Code of each dimension.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    codes: Pairs<'a, &'a str>,
    /// Label of each code in the language asked for.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    labels: Pairs<'a, &'a str>,
    /// Unbiased estimate; may be negative or fractional.
    value: f64,
    /// Standard error of the noise. Errors of rows of different releases are independent.
    standard_error: f64,
    /// Lower end of the 95 % interval.
    lower: f64,
    /// Upper end of the 95 % interval.
    upper: f64,
    /// How well the value can be used: precise, usable, uncertain or too_uncertain; from its error alone.
    quality: &'static str,
}

/// A row before it is written.
struct Row<'a> {
    part: usize,
    codes: Vec<&'a DimensionCode>,
    value: Value,
}

impl Joined {
    /// How many rows there are, without pages.
    pub(crate) fn rows(&self) -> usize {
        self.parts.iter().map(|part| part.question.rows()).sum()
    }

    /// The rows of the page, from and to.
    pub(crate) fn range(&self) -> (usize, usize) {
        self.page.range(self.rows())
    }

    /// One text for all ways of asking the same thing.
    pub(crate) fn canonical(&self) -> String {
        let part = |part: &Part| format!("{} {}", part.question.artefact.digest, part.question.canonical());
        format!("{:?} {}", self.page, self.parts.iter().map(part).collect::<Vec<_>>().join(" | "))
    }

    fn first(&self) -> &Question {
        &self.parts[0].question
    }

    fn has_year_of_its_own(&self) -> bool {
        self.parts.iter().any(|part| part.year.is_some())
    }

    /// Names and titles of the columns.
    fn columns(&self, lang: Lang) -> Vec<(&str, &str)> {
        let year = [(YEAR, lang.pick(["Year first registered", "Год первой регистрации", "Соли бақайдгирии аввал"]))];
        let year = year.into_iter().filter(|_| self.has_year_of_its_own());
        let dimensions = self.first().artefact.cube.dimensions();
        let others = self.first().keep.iter().map(|keep| &dimensions[keep.dimension]);
        let others = others.filter(|dimension| !self.has_year_of_its_own() || dimension.name != YEAR);
        year.chain(others.map(|dimension| (dimension.name.as_str(), lang.of(&dimension.title)))).collect()
    }

    /// All rows, those without a year last.
    fn all(&self) -> Result<Vec<Row<'_>>, Problem> {
        let mut rows = Vec::with_capacity(self.rows());
        for (at, part) in self.parts.iter().enumerate() {
            let figures = part.question.ask()?;
            for (row, value) in figures.values.iter().enumerate() {
                // The codes live as long as the question, the figures do not.
                let codes = places(&figures.axes, row).zip(&figures.axes).map(|(place, axis)| axis[place].code);
                let codes = part.year.iter().chain(codes).collect();
                rows.push(Row { part: at, codes, value: *value });
            }
        }
        rows.sort_by_key(|row| row.codes.first().is_some_and(|code| code.code == NO_YEAR));
        Ok(rows)
    }
}

/// Answers in the format asked for. `next` is the address of the rows behind those of the page.
pub(crate) fn trend(
    joined: &Joined,
    view: View,
    next: Option<String>,
    out: &mut (dyn Write + Send),
) -> Result<(), Problem> {
    let (rows, (from, to)) = (joined.all()?, joined.range());
    let rows = &rows[from..to];
    let columns = joined.columns(view.lang);
    if let Some(format) = view.sheet() {
        return written(write(&sheet(joined, rows, &columns, view.lang), format, out));
    }
    let trend = Trend {
        series: joined.first().artefact.release.definition.series.as_ref().map(Slug::to_string),
        releases: joined.parts.iter().map(|part| Origin::of(&part.question.artefact)).collect(),
        unit: UNIT,
        interval: INTERVAL,
        dimensions: columns.iter().map(|(name, title)| Column { name: (*name).to_owned(), title }).collect(),
        rows_total: joined.rows(),
        offset: from,
        next,
        rows: rows.iter().map(|row| line(joined, row, &columns, view.lang)).collect(),
    };
    json(&trend, out)
}

fn line<'a>(joined: &'a Joined, row: &Row<'a>, columns: &[(&'a str, &'a str)], lang: Lang) -> TrendRow<'a> {
    let artefact = &joined.parts[row.part].question.artefact;
    let names = columns.iter().map(|(name, _)| *name);
    let codes = names.clone().zip(row.codes.iter().map(|code| code.code.as_str())).collect();
    let labels = names.zip(row.codes.iter().map(|code| lang.of(&code.labels))).collect();
    let (lower, upper) = row.value.interval();
    let smallest = artefact.release.definition.smallest_count_of_interest;
    TrendRow {
        release: artefact.release.id.as_str(),
        codes: Pairs(codes),
        labels: Pairs(labels),
        value: rounded(row.value.estimate),
        standard_error: rounded(row.value.standard_error),
        lower: rounded(lower),
        upper: rounded(upper),
        quality: quality(row.value.standard_error, smallest).as_str(),
    }
}

/// The same as columns; each row says which release it comes from.
fn sheet(joined: &Joined, rows: &[Row], columns: &[(&str, &str)], lang: Lang) -> Sheet {
    let mut cells = Vec::new();
    let mut add = |name: &str, role, of: Cells| cells.push(SheetColumn { name: name.to_owned(), role, cells: of });
    let texts = |of: &dyn Fn(&Row) -> String| words(rows.iter().map(of));
    let numbers = |of: &dyn Fn(&Value) -> f64| Cells::Numbers(rows.iter().map(|row| rounded(of(&row.value))).collect());
    for (at, (name, _)) in columns.iter().enumerate() {
        let is_year =
            |row: &Row| row.codes[at].code.len() == 4 && row.codes[at].code.bytes().all(|b| b.is_ascii_digit());
        let role = if *name == YEAR && rows.iter().all(is_year) { Role::Time } else { Role::Dimension };
        add(name, role, texts(&|row| row.codes[at].code.clone()));
        add(&format!("{name}_label"), Role::Label, texts(&|row| lang.of(&row.codes[at].labels).to_owned()));
    }
    add("value", Role::Measure, numbers(&|value| value.estimate));
    add("standard_error", Role::Attribute, numbers(&|value| value.standard_error));
    add("lower", Role::Attribute, numbers(&|value| value.interval().0));
    add("upper", Role::Attribute, numbers(&|value| value.interval().1));
    let release = |row: &Row| &joined.parts[row.part].question.artefact.release;
    let smallest = |row: &Row| release(row).definition.smallest_count_of_interest;
    add("quality", Role::Attribute, texts(&|row| quality(row.value.standard_error, smallest(row)).as_str().to_owned()));
    add("unit", Role::Attribute, Cells::same(UNIT, rows.len()));
    let newest = joined.parts.iter().map(|part| &part.question.artefact).max_by_key(|a| a.release.day.clone());
    let origin = Origin::of(newest.unwrap_or(&joined.first().artefact));
    let about = if joined.parts.len() == 1 {
        origin.about()
    } else {
        let origins: Vec<Origin> = joined.parts.iter().map(|part| Origin::of(&part.question.artefact)).collect();
        let number =
            |of: &dyn Fn(&Origin) -> f64| Cells::Numbers(rows.iter().map(|row| of(&origins[row.part])).collect());
        add("release", Role::Attribute, texts(&|row| origins[row.part].release.clone()));
        add("day", Role::Attribute, texts(&|row| origins[row.part].day.clone()));
        let flags = rows.iter().map(|row| origins[row.part].synthetic).collect();
        add("synthetic", Role::Attribute, Cells::Flags(flags));
        add("rho", Role::Attribute, number(&|origin| origin.rho));
        add("epsilon", Role::Attribute, number(&|origin| origin.epsilon));
        add("delta", Role::Attribute, number(&|origin| origin.delta));
        add("licence", Role::Attribute, texts(&|row| origins[row.part].licence.clone()));
        add("citation", Role::Attribute, texts(&|row| origins[row.part].citation.clone()));
        Vec::new()
    };
    Sheet { name: origin.release.clone(), title: origin.title.clone(), day: origin.day.clone(), columns: cells, about }
}

/// Texts by their place in a list, because few stand in many rows.
fn words(texts: impl Iterator<Item = String>) -> Cells {
    let (mut words, mut at): (Vec<String>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut known = std::collections::HashMap::new();
    for text in texts {
        let place = *known.entry(text).or_insert_with_key(|text| {
            words.push(text.clone());
            (words.len() - 1) as u32
        });
        at.push(place);
    }
    Cells::Words { words, at }
}

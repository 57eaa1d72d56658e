//! Answers as sheets: the same figures and lists as in JSON, column by column, for files.

use std::io::Write;

use panoh_formats::{About, Cells, Column, Role, Sheet, write};
use panoh_publication::{Lang, Value, quality, rounded};
use serde::Serialize;

use crate::Problem;
use crate::answer::{Origin, UNIT, json, places, written};
use crate::format::View;
use crate::question::{Entry, Figures, Question};

/// The same as columns. Files are passed on without the page that they came from, so each says where it comes from.
pub(crate) fn sheet(question: &Question, figures: &Figures, names: &[String], lang: Lang) -> Sheet {
    let release = &question.artefact.release;
    let (from, to) = question.range();
    let mut columns = Vec::new();
    for (at, (axis, name)) in figures.axes.iter().zip(names).enumerate() {
        let place = |row: usize| places(&figures.axes, row).nth(at).unwrap_or_default() as u32;
        let places: Vec<u32> = (from..to).map(place).collect();
        let words = |of: &dyn Fn(&Entry) -> String| axis.iter().map(of).collect();
        let codes = Cells::Words { words: words(&|entry| entry.code.code.clone()), at: places.clone() };
        let labels = Cells::Words { words: words(&|entry| lang.of(&entry.code.labels).to_owned()), at: places };
        columns.push(Column { name: name.clone(), role: role(axis, name), cells: codes });
        columns.push(Column { name: format!("{name}_label"), role: Role::Label, cells: labels });
    }
    let mut add = |name: &str, role, cells| columns.push(Column { name: name.to_owned(), role, cells });
    let numbers =
        |of: &dyn Fn(&Value) -> f64| Cells::Numbers(figures.values.iter().map(|value| rounded(of(value))).collect());
    if question.change.is_some() {
        let of = |number: &dyn Fn(&(Value, Value, bool)) -> f64| {
            Cells::Numbers(figures.changes.iter().map(|change| rounded(number(change))).collect())
        };
        add("before", Role::Attribute, of(&|(before, _, _)| before.estimate));
        add("after", Role::Attribute, of(&|(_, after, _)| after.estimate));
    }
    add("value", Role::Measure, numbers(&|value| value.estimate));
    add("standard_error", Role::Attribute, numbers(&|value| value.standard_error));
    add("lower", Role::Attribute, numbers(&|value| value.interval().0));
    add("upper", Role::Attribute, numbers(&|value| value.interval().1));
    let smallest = release.definition.smallest_count_of_interest;
    let words = figures.values.iter().map(|value| quality(value.standard_error, smallest).as_str());
    add("quality", Role::Attribute, few_words(words));
    if question.change.is_some() {
        let flags = figures.changes.iter().map(|(_, _, larger)| *larger).collect();
        add("larger_than_noise", Role::Attribute, Cells::Flags(flags));
    }
    add("unit", Role::Attribute, Cells::same(UNIT, to - from));
    let origin = Origin::of(&question.artefact);
    let (title, name) = (origin.title.clone(), release.id.to_string());
    Sheet { name, title, day: origin.day.clone(), columns, about: origin.about() }
}

/// Texts of which few differ.
fn few_words<'a>(texts: impl Iterator<Item = &'a str>) -> Cells {
    let (mut words, mut at): (Vec<String>, Vec<u32>) = (Vec::new(), Vec::new());
    for text in texts {
        let known = words.iter().position(|word| word == text).unwrap_or_else(|| {
            words.push(text.to_owned());
            words.len() - 1
        });
        at.push(known as u32);
    }
    Cells::Words { words, at }
}

/// Years are periods of time when all of them are: SDMX has no period for persons without a year.
fn role(axis: &[Entry], name: &str) -> Role {
    let is_year =
        |entry: &Entry| entry.code.code.len() == 4 && entry.code.code.bytes().all(|byte| byte.is_ascii_digit());
    if name == panoh_publication::YEAR && axis.iter().all(is_year) { Role::Time } else { Role::Dimension }
}

/// The columns of a list.
#[derive(Debug, Default)]
pub(crate) struct Columns(Vec<Column>);

impl Columns {
    pub(crate) fn texts(self, name: &str, texts: impl IntoIterator<Item = String>) -> Self {
        self.with(name, Cells::Texts(texts.into_iter().collect()))
    }

    pub(crate) fn numbers(self, name: &str, numbers: impl IntoIterator<Item = f64>) -> Self {
        self.with(name, Cells::Numbers(numbers.into_iter().collect()))
    }

    pub(crate) fn whole(self, name: &str, numbers: impl IntoIterator<Item = i64>) -> Self {
        self.with(name, Cells::Whole(numbers.into_iter().collect()))
    }

    pub(crate) fn flags(self, name: &str, flags: impl IntoIterator<Item = bool>) -> Self {
        self.with(name, Cells::Flags(flags.into_iter().collect()))
    }

    /// One column for each part of what releases come from.
    pub(crate) fn origins(self, origins: &[&Origin]) -> Self {
        let text = |of: fn(&Origin) -> &String| origins.iter().map(|origin| of(origin).clone()).collect::<Vec<_>>();
        let number = |of: fn(&Origin) -> f64| origins.iter().map(|origin| of(origin)).collect::<Vec<_>>();
        self.texts("release", text(|origin| &origin.release))
            .texts("day", text(|origin| &origin.day))
            .flags("synthetic", origins.iter().map(|origin| origin.synthetic))
            .numbers("rho", number(|origin| origin.rho))
            .numbers("epsilon", number(|origin| origin.epsilon))
            .numbers("delta", number(|origin| origin.delta))
            .texts("licence", text(|origin| &origin.licence))
            .texts("citation", text(|origin| &origin.citation))
    }

    /// The sheet. `day` is the date inside of files.
    pub(crate) fn sheet(self, name: &str, day: &str, about: Vec<About>) -> Sheet {
        Sheet { name: name.to_owned(), title: name.to_owned(), day: day.to_owned(), columns: self.0, about }
    }

    fn with(mut self, name: &str, cells: Cells) -> Self {
        self.0.push(Column { name: name.to_owned(), role: Role::Attribute, cells });
        self
    }
}

/// Writes a list in the format asked for: `whole` is what JSON has.
pub(crate) fn listed(
    whole: &impl Serialize,
    view: View,
    sheet: impl FnOnce() -> Sheet,
    out: &mut (dyn Write + Send),
) -> Result<(), Problem> {
    match view.sheet() {
        Some(format) => written(write(&sheet(), format, out)),
        None => json(whole, out),
    }
}

//! How the numbers are protected, step by step, with the noise of a release that is really there.

use panoh_publication::VICTIMS;

use super::{Block, Content};
use crate::chart::{Bell, Bells, Chart, Paint};
use crate::desk::Desk;
use crate::figure::{Data, Figure, Table};
use crate::numbers::{margin, writer};
use crate::texts::{Text, method};

/// The count of the example.
const COUNT: f64 = 60.0;

/// The page.
pub(super) fn content(desk: &Desk<'_>) -> Content {
    let mut content = Content::lead(desk.word(method::LEAD).to_owned());
    // The smallest error of any table of the newest release: the best that a reader sees.
    let newest = desk.asked.release.or(desk.over(VICTIMS).first().copied()).or(desk.asked.releases.first().copied());
    let error = newest
        .and_then(|artefact| artefact.release.tables.iter().map(|table| table.standard_error).min_by(f64::total_cmp));
    let error = error.unwrap_or(3.0);
    let half = margin(desk.lang, panoh_publication::half_width(error));
    let (count, less) = (writer(desk.lang)(COUNT), writer(desk.lang)(COUNT - 1.0));
    let words = [("count", count.as_str()), ("less", less.as_str()), ("half", half.as_str())];
    let prose = |heading: Text, text: Text| Block::Prose {
        heading: desk.word(heading).to_owned(),
        text: desk.say(text, &words),
    };
    let mut source = String::new();
    if let Some(artefact) = newest {
        source = desk.source_of(artefact);
        content.used.push(std::sync::Arc::clone(artefact));
    }
    let bell = |text: Text, mean: f64, paint: Paint, interval: bool| Bell {
        label: desk.say(text, &words),
        mean,
        standard_error: error,
        paint,
        interval,
    };
    let with = bell(method::WITH_PERSON, COUNT, Paint::Series(0), true);
    let without = bell(method::WITHOUT_PERSON, COUNT - 1.0, Paint::Series(1), false);
    let figure = |id: &'static str, title: Text, bells: Vec<Bell>| {
        let release = newest.map(|artefact| desk.say(method::OF_RELEASE, &[("id", artefact.release.id.as_str())]));
        Block::Figure(Box::new(Figure {
            id,
            title: desk.say(title, &words),
            sentences: Vec::new(),
            chart: Some(Chart::Bells(Bells {
                x_title: desk.word(method::NUMBER).to_owned(),
                curves: bells,
                tick: writer(desk.lang),
            })),
            marks: release.into_iter().collect(),
            notes: Vec::new(),
            table: Table::default(),
            source: source.clone(),
            data: Data::default(),
        }))
    };
    content.blocks = vec![
        prose(method::STEP_1, method::STEP_1_TEXT),
        prose(method::STEP_2, method::STEP_2_TEXT),
        figure("noise", method::NOISE_TITLE, vec![with.clone()]),
        prose(method::STEP_3, method::STEP_3_TEXT),
        figure("one-person", method::TWO_TITLE, vec![with, without]),
        prose(method::STEP_4, method::STEP_4_TEXT),
        prose(method::SEVERAL, method::SEVERAL_TEXT),
        prose(method::BUDGET, method::BUDGET_TEXT),
        prose(method::NOT_SAID, method::NOT_SAID_TEXT),
    ];
    content
}

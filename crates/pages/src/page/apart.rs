//! Inside the country: first-level regions. And persons who were stopped before exploitation, beside the identified ones and
//! never in one sum with them.

use panoh_publication::{CubeError, VICTIMS};

use super::places::flows_figure;
use super::{Content, PageName, form};
use crate::desk::{Desk, PERSONS};
use crate::ranking::{Words, rank};
use crate::texts::{figures, frame};
use crate::trend::{Trend, load};

const FROM: Words = Words { id: "regions-from", about: figures::REGION_FROM, other: figures::OTHER_REGIONS };
const TO: Words = Words { id: "regions-to", about: figures::REGION_TO, other: figures::OTHER_REGIONS };

/// Where inside the country people are recruited and exploited.
pub(super) fn inside(desk: &Desk<'_>) -> Result<Content, CubeError> {
    let mut content = Content::lead(desk.word(figures::INSIDE_LEAD).to_owned());
    let found = rank(desk, VICTIMS, &["origin_region", "destination_region"])?;
    if let Some(ranking) = content.found(desk, found) {
        content.uses(&ranking.joint);
        if !ranking.places.is_empty() {
            content.figure(flows_figure(desk, &ranking, "region-flows"));
        }
    }
    for (dimension, words) in [("origin_region", FROM), ("destination_region", TO)] {
        let found = rank(desk, VICTIMS, &[dimension])?;
        let Some(ranking) = content.found(desk, found) else { continue };
        content.uses(&ranking.joint);
        if content.form.is_none() {
            content.form = Some(form(desk, &ranking.joint, PageName::Inside, &[dimension], &["gender", "age"]));
        }
        let title = format!("{}: {}", desk.word(words.about), ranking.title(desk, 2)?);
        content.figure(ranking.figure(desk, words, (title, Vec::new()), |_| None)?);
    }
    Ok(content.or_nothing(desk))
}

/// Prevented beside identified.
pub(super) fn prevented(desk: &Desk<'_>) -> Result<Content, CubeError> {
    let mut content = Content::lead(desk.word(figures::PREVENTED_LEAD).to_owned());
    let found = load(desk, PERSONS, Some("victim_status"))?;
    if let Some(trend) = content.found(desk, found) {
        content.uses(&trend.joint);
        content.form = Some(form(desk, &trend.joint, PageName::Prevented, &["year", "victim_status"], &["gender"]));
        let compared = trend.drawn().len() + 2;
        let title = finding(desk, &trend, compared)?;
        let sentences = trend.changes(desk, compared)?;
        let mut figure = trend.figure(desk, "prevented", title, sentences);
        figure.notes.insert(0, desk.word(frame::APART).to_owned());
        content.figure(figure);
    }
    Ok(content.or_nothing(desk))
}

/// Whether more persons were stopped before exploitation than at first.
fn finding(desk: &Desk<'_>, trend: &Trend<'_>, compared: usize) -> Result<String, CubeError> {
    let (Some(line), Some((from, to))) = (trend.line("prevented"), trend.span(desk)) else {
        return Ok(desk.word(figures::PREVENTED_ONLY).to_owned());
    };
    let change = trend.change(line, from, to)?;
    let text = match change {
        change if !change.is_larger_than_noise(compared) => figures::PREVENTED_SAME,
        change if change.estimate > 0.0 => figures::PREVENTED_UP,
        _ => figures::PREVENTED_DOWN,
    };
    Ok(desk.say(text, &[("from", &trend.year(desk, from)), ("to", &trend.year(desk, to))]))
}

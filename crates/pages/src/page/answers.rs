//! Purposes of exploitation and means of control; assistance and referrals.

use panoh_publication::{CubeError, VICTIMS};

use super::Content;
use crate::answers::load;
use crate::desk::{Desk, REFERRALS as REFERRALS_FRAME, SERVICES as SERVICES_FRAME};
use crate::ranking::{Words, rank};
use crate::texts::{figures, frame};

const PURPOSES: Words = Words { id: "purposes", about: figures::BY_PURPOSE, other: figures::OTHER_ANSWERS };
const MEANS: Words = Words { id: "means", about: figures::BY_MEANS, other: figures::OTHER_ANSWERS };
const SERVICES: Words = Words { id: "services", about: figures::BY_SERVICE, other: figures::OTHER_ANSWERS };
const REFERRALS: Words = Words { id: "referrals", about: figures::BY_REFERRAL, other: figures::OTHER_ANSWERS };

/// What people are exploited for, and how they are held.
pub(super) fn purposes(desk: &Desk<'_>) -> Result<Content, CubeError> {
    let mut content = Content::lead(desk.word(frame::REGISTERED).to_owned());
    for (prefix, words, over_years) in
        [("purpose_", PURPOSES, Some(("purpose", "purpose-trends"))), ("means_", MEANS, None)]
    {
        group(desk, &mut content, (VICTIMS, prefix), words, over_years)?;
    }
    Ok(content.or_nothing(desk))
}

/// What help was given, and where people were sent.
pub(super) fn assistance(desk: &Desk<'_>) -> Result<Content, CubeError> {
    let mut content = Content::lead(desk.word(figures::ASSISTANCE_LEAD).to_owned());
    group(desk, &mut content, (SERVICES_FRAME, "service_"), SERVICES, Some(("service", "service-trends")))?;
    let found = rank(desk, REFERRALS_FRAME, &["from_body", "to_body"])?;
    if let Some(ranking) = content.found(desk, found) {
        content.uses(&ranking.joint);
        let title = ranking.title(desk, 1)?;
        content.figure(ranking.figure(desk, REFERRALS, (title, Vec::new()), |_| None)?);
    }
    Ok(content.or_nothing(desk))
}

fn group(
    desk: &Desk<'_>,
    content: &mut Content,
    (frame, prefix): (&str, &str),
    words: Words,
    over_years: Option<(&'static str, &'static str)>,
) -> Result<(), CubeError> {
    let found = load(desk, frame, prefix)?;
    let Some(answers) = content.found(desk, found) else { return Ok(()) };
    content.uses(&answers.joint);
    content.figure(answers.figure(desk, words)?);
    let Some((dimension, id)) = over_years else { return Ok(()) };
    if let Some(trend) = answers.trend(desk, dimension)? {
        let compared = trend.drawn().len();
        let title = desk.say(figures::ONE_TREND, &[("what", desk.word(words.about))]);
        let sentences = trend.changes(desk, compared)?;
        content.figure(trend.figure(desk, id, title, sentences));
    }
    Ok(())
}

//! Who they are: gender and age over the years.

use panoh_publication::{CubeError, VICTIMS};

use super::{Content, PageName, form};
use crate::desk::Desk;
use crate::figure::Figure;
use crate::texts::{figures, frame};
use crate::trend::{Trend, load};

/// The page.
pub(super) fn content(desk: &Desk<'_>) -> Result<Content, CubeError> {
    let mut content = Content::lead(desk.word(frame::REGISTERED).to_owned());
    let (gender, age) = (load(desk, VICTIMS, Some("gender"))?, load(desk, VICTIMS, Some("age"))?);
    let (gender, age) = (content.found(desk, gender), content.found(desk, age));
    // All comparisons of the page are read together.
    let compared: usize = 2 + [&gender, &age].into_iter().flatten().map(|trend| trend.drawn().len()).sum::<usize>();
    if let Some(trend) = &gender {
        content.uses(&trend.joint);
        content.form =
            Some(form(desk, &trend.joint, PageName::People, &["year", "gender"], &["destination", "origin", "age"]));
        content.figure(by_gender(desk, trend, compared)?);
    }
    if let Some(trend) = &age {
        content.uses(&trend.joint);
        let title = desk.word(figures::BY_AGE).to_owned();
        let sentences = trend.changes(desk, compared)?;
        content.figure(trend.figure(desk, "age", title, sentences));
    }
    Ok(content.or_nothing(desk))
}

/// Lines by gender, with the finding about men and women.
fn by_gender(desk: &Desk<'_>, trend: &Trend<'_>, compared: usize) -> Result<Figure, CubeError> {
    let title = finding(desk, trend, compared)?;
    let sentences = trend.changes(desk, compared)?;
    Ok(trend.figure(desk, "gender", title, sentences))
}

/// Whether more men or more women were registered, now and then; what cannot be told is said to be so.
pub(super) fn finding(desk: &Desk<'_>, trend: &Trend<'_>, compared: usize) -> Result<String, CubeError> {
    let (Some(women), Some(men), Some((from, to))) = (trend.line("woman"), trend.line("man"), trend.span(desk)) else {
        return Ok(desk.word(figures::BY_GENDER).to_owned());
    };
    let lead = |year: usize| -> Result<i8, CubeError> {
        let difference = trend.contrast(men, women, year)?;
        Ok(match difference {
            value if !value.is_larger_than_noise(compared) => 0,
            value if value.estimate > 0.0 => 1,
            _ => -1,
        })
    };
    let (before, now) = (lead(from)?, lead(to)?);
    let (first, last) = (trend.year(desk, from), trend.year(desk, to));
    let words = [("from", first.as_str()), ("to", last.as_str()), ("year", last.as_str())];
    let text = match (before, now) {
        (-1, 1) => figures::MEN_OVERTOOK,
        (1, -1) => figures::WOMEN_OVERTOOK,
        (_, 1) => figures::MEN_MORE,
        (_, -1) => figures::WOMEN_MORE,
        _ => figures::GENDERS_LEVEL,
    };
    Ok(desk.say(text, &words))
}

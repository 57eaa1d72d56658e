//! The first page: the few numbers that matter, with what changed and whether the change is larger than the noise.

use panoh_publication::{CubeError, Ratio, VICTIMS, Value};

use super::{Block, Card, Content, PageName};
use crate::desk::Desk;
use crate::numbers::{counted, margin, percent, signed, whole};
use crate::ranking::{Place, Ranking, rank};
use crate::texts::{Text, figures, frame};
use crate::trend::{Trend, load};

/// The page.
pub(super) fn content(desk: &Desk<'_>) -> Result<Content, CubeError> {
    let mut content = Content::lead(desk.word(frame::REGISTERED).to_owned());
    let (total, gender) = (load(desk, VICTIMS, None)?, load(desk, VICTIMS, Some("gender"))?);
    let (total, gender) = (content.found(desk, total), content.found(desk, gender));
    let (places, routes) = (rank(desk, VICTIMS, &["destination"])?, rank(desk, VICTIMS, &["origin", "destination"])?);
    let (places, routes) = (content.found(desk, places), content.found(desk, routes));
    // All comparisons of the page are read together: two changes of the total, one or two of genders, two leads.
    let compared = 4 + gender.as_ref().map_or(0, |trend| trend.drawn().len());
    let mut cards = Vec::new();
    if let Some(trend) = &total {
        cards.extend(total_card(desk, trend, compared)?);
    }
    if let Some(trend) = &gender {
        cards.extend(gender_card(desk, trend, compared)?);
    }
    for (ranking, text, page) in
        [(&places, figures::CARD_PLACE, PageName::Destinations), (&routes, figures::CARD_ROUTE, PageName::Routes)]
    {
        if let Some(ranking) = ranking {
            cards.extend(place_card(desk, ranking, compared, (text, page))?);
        }
    }
    if !cards.is_empty() {
        content.blocks.push(Block::Cards(cards));
    }
    if let Some(trend) = &total {
        content.uses(&trend.joint);
        let title = total_title(desk, trend, compared)?;
        let sentences = trend.changes(desk, compared)?;
        content.figure(trend.figure(desk, "total", title, sentences));
    }
    let joints =
        [gender.as_ref().map(|t| &t.joint), places.as_ref().map(|r| &r.joint), routes.as_ref().map(|r| &r.joint)];
    for joint in joints.into_iter().flatten() {
        content.uses(joint);
    }
    Ok(content.or_nothing(desk))
}

/// What became of all registered persons, first year against last.
fn total_title(desk: &Desk<'_>, trend: &Trend<'_>, compared: usize) -> Result<String, CubeError> {
    let Some((from, to)) = trend.span(desk) else { return Ok(desk.word(figures::TOTAL_ONLY).to_owned()) };
    let line = &trend.lines[0];
    let change = trend.change(line, from, to)?;
    let text = match change {
        change if !change.is_larger_than_noise(compared) => figures::TOTAL_SAME,
        change if change.estimate > 0.0 => figures::TOTAL_UP,
        _ => figures::TOTAL_DOWN,
    };
    let (before, after) = (whole(desk.lang, line.values[from].estimate), whole(desk.lang, line.values[to].estimate));
    let (first, last) = (trend.year(desk, from), trend.year(desk, to));
    Ok(desk.say(text, &[("from", &first), ("to", &last), ("before", &before), ("after", &after)]))
}

fn card(desk: &Desk<'_>, value: &Value, (what, more): (String, String), link: String) -> Card {
    Card {
        number: whole(desk.lang, value.estimate),
        margin: margin(desk.lang, panoh_publication::half_width(value.standard_error)),
        what,
        more,
        link,
    }
}

/// The latest year that is not provisional, and the year before it.
fn total_card(desk: &Desk<'_>, trend: &Trend<'_>, compared: usize) -> Result<Option<Card>, CubeError> {
    let Some((from, to)) = trend.span(desk) else { return Ok(None) };
    let line = &trend.lines[0];
    let (value, change) = (line.values[to], trend.change(line, (to - 1).max(from), to)?);
    let noun = counted(desk.lang, value.estimate, &frame::PERSONS);
    let what = desk.say(figures::CARD_TOTAL, &[("year", &trend.year(desk, to))]);
    let what = if desk.lang == panoh_publication::Lang::En { what } else { format!("{noun} {what}") };
    let more = before(desk, trend, &change, (to - 1).max(from), compared);
    Ok(Some(card(desk, &value, (what, more), desk.address("/people"))))
}

/// The larger of the genders, with its change from the first year.
fn gender_card(desk: &Desk<'_>, trend: &Trend<'_>, compared: usize) -> Result<Option<Card>, CubeError> {
    let Some((from, to)) = trend.span(desk) else { return Ok(None) };
    let largest = trend.drawn().into_iter().map(|at| &trend.lines[at]);
    let largest = largest.max_by(|one, other| one.values[to].estimate.total_cmp(&other.values[to].estimate));
    let Some(line) = largest else { return Ok(None) };
    let name = match line.code.as_str() {
        "man" => desk.word(figures::MEN),
        "woman" => desk.word(figures::WOMEN),
        _ => &line.label,
    };
    let what = desk.say(figures::CARD_CODE, &[("name", name), ("year", &trend.year(desk, to))]);
    let more = before(desk, trend, &trend.change(line, from, to)?, from, compared);
    Ok(Some(card(desk, &line.values[to], (what, more), desk.address("/people"))))
}

/// "+12 ± 9 on 2014: the change is larger than the noise."
fn before(desk: &Desk<'_>, trend: &Trend<'_>, change: &Value, year: usize, compared: usize) -> String {
    let larger = change.is_larger_than_noise(compared);
    let verdict = desk.word(if larger { figures::CARD_LARGER } else { figures::CARD_NOT_LARGER });
    let words = [("change", &*signed(desk.lang, change)), ("year", &*trend.year(desk, year)), ("verdict", verdict)];
    desk.say(figures::CARD_BEFORE, &words)
}

/// The first place of a ranking, if it is larger than the second by more than noise.
fn place_card(
    desk: &Desk<'_>,
    ranking: &Ranking<'_>,
    compared: usize,
    (text, page): (Text, PageName),
) -> Result<Option<Card>, CubeError> {
    if !ranking.is_first_alone(compared)? {
        return Ok(None);
    }
    let Some(first) = ranking.places.first() else { return Ok(None) };
    let what = desk.say(text, &[("name", &ranking.label(desk, first)), ("period", &desk.period(&ranking.joint))]);
    let more = share(desk, ranking, first)?.filter(|_| page == PageName::Destinations).unwrap_or_default();
    Ok(Some(card(desk, &first.value, (what, more), desk.address(page.path()))))
}

/// A place's share of all that are known, in words.
pub(super) fn share(desk: &Desk<'_>, ranking: &Ranking<'_>, place: &Place) -> Result<Option<String>, CubeError> {
    let Ratio::Known { estimate, low, high } = ranking.share(place)? else { return Ok(None) };
    let [share, low, high] = [estimate, low.max(0.0), high.min(1.0)].map(|share| percent(desk.lang, share));
    Ok(Some(desk.say(figures::CARD_SHARE, &[("share", &share), ("low", &low), ("high", &high)])))
}

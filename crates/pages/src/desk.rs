//! What a reader asked for, and what there is to answer from.

use std::collections::BTreeMap;
use std::sync::Arc;

use panoh_publication::{Artefact, DimensionCode, Joint, Lang, Quality, Taken, Value, YEAR, half_width, quality};

use crate::numbers::{day, decimal, ends, power, with_margin};
use crate::texts::{Text, figures, filled, frame};

/// The frame that has prevented cases beside them.
pub(crate) const PERSONS: &str = "persons";
/// The frame of services given.
pub(crate) const SERVICES: &str = "services";
/// The frame of referrals.
pub(crate) const REFERRALS: &str = "referrals";

/// Dimensions that figures may be narrowed by.
pub const FILTERS: [&str; 4] = ["gender", "age", "origin", "destination"];

/// What narrows the figures of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// First year.
    pub from: Option<i32>,
    /// Last year.
    pub to: Option<i32>,
    /// Codes to take by the name of a dimension.
    pub taken: BTreeMap<String, Vec<String>>,
}

/// A page with what it is about.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Language of every word.
    pub lang: Lang,
    /// The releases that may be shown, newest first.
    pub releases: Vec<&'a Arc<Artefact>>,
    /// The one release that is asked for instead of the newest.
    pub release: Option<&'a Arc<Artefact>>,
    /// What narrows the figures.
    pub filters: Filters,
}

/// A question of a page to the releases, in the reader's language.
#[derive(Debug, Clone)]
pub(crate) struct Desk<'a> {
    pub(crate) asked: &'a Asked<'a>,
    pub(crate) lang: Lang,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(asked: &'a Asked<'a>) -> Self {
        Self { asked, lang: asked.lang }
    }

    /// A text with its words.
    pub(crate) fn say(&self, text: Text, words: &[(&str, &str)]) -> String {
        filled(self.lang, text, words)
    }

    /// A text without words.
    pub(crate) fn word(&self, text: Text) -> &'static str {
        self.lang.pick(text)
    }

    /// The releases that answer about these dimensions together: the one that is asked for, or the newest with its series.
    /// Only releases over this frame are asked: prevented cases, suspects or contacts are never mistaken for victims.
    /// Those that can be narrowed as the reader chose come first.
    pub(crate) fn joint(&self, frame: &str, names: &[&str]) -> Option<Joint<'a>> {
        let counts = |artefact: &Arc<Artefact>| artefact.release.definition.frame.as_str() == frame;
        if let Some(artefact) = self.asked.release {
            return Joint::alone(artefact, names).filter(|_| counts(artefact));
        }
        let chosen = self.asked.filters.taken.keys().map(String::as_str).filter(|name| !names.contains(name));
        let all: Vec<&str> = names.iter().copied().chain(chosen).collect();
        self.best(frame, &all).or_else(|| self.best(frame, names))
    }

    /// Of several releases that answer, those with the latest cohorts, of these the most exact, of these the newest.
    fn best(&self, frame: &str, names: &[&str]) -> Option<Joint<'a>> {
        let all = self.over(frame);
        let mut best: Option<(Joint<'a>, (i16, f64))> = None;
        for (at, _) in all.iter().enumerate() {
            // A release with those of its series, whatever is newer.
            let Some(joint) = Joint::alone(all[at], names).and_then(|_| Joint::newest(&rotated(&all, at), names))
            else {
                continue;
            };
            let latest = joint.releases().map(|artefact| artefact.release.definition.cohorts.to).max().unwrap_or(0);
            let first = |name: &&str| Some(((*name).to_owned(), vec![joint.codes(name).first()?.code.clone()]));
            let cell: Taken = names.iter().filter_map(first).collect();
            let Ok(value) = joint.value(&cell) else { continue };
            let is_better = best
                .as_ref()
                .is_none_or(|(_, (year, error))| latest > *year || (latest == *year && value.standard_error < *error));
            if is_better {
                best = Some((joint, (latest, value.standard_error)));
            }
        }
        best.map(|(joint, _)| joint)
    }

    /// The releases over a frame, newest first.
    pub(crate) fn over(&self, frame: &str) -> Vec<&'a Arc<Artefact>> {
        let counts = |artefact: &&Arc<Artefact>| artefact.release.definition.frame.as_str() == frame;
        self.asked.releases.iter().copied().filter(counts).collect()
    }

    /// The title of a release in the reader's language, or in English.
    pub(crate) fn title_of(&self, artefact: &'a Artefact) -> (&'a str, Lang) {
        let definition = &artefact.release.definition;
        match definition.translations.of(self.lang) {
            Some(texts) => (&texts.title, self.lang),
            None => (&definition.title, Lang::En),
        }
    }

    /// The years in a title: nothing where no years were chosen.
    pub(crate) fn title_period(&self, joint: &Joint<'_>) -> String {
        let narrowed = self.asked.filters.from.is_some() || self.asked.filters.to.is_some();
        if narrowed { format!(", {}", self.period(joint)) } else { String::new() }
    }

    /// The filters as codes to take; none when what is filtered was not released together with these dimensions.
    pub(crate) fn taken(&self, joint: &Joint<'_>, names: &[&str]) -> Option<Taken> {
        let mut all: Vec<&str> = names.to_vec();
        let mut taken: Taken = self.asked.filters.taken.clone();
        all.extend(taken.keys().map(String::as_str).filter(|name| !names.contains(name)));
        let narrows_years = self.asked.filters.from.is_some() || self.asked.filters.to.is_some();
        if narrows_years && !all.contains(&YEAR) {
            all.push(YEAR);
        }
        if !joint.answers(&all) {
            return None;
        }
        if narrows_years {
            taken.insert(YEAR.to_owned(), self.years(joint).into_iter().map(|code| code.code).collect());
        }
        Some(taken)
    }

    /// The years that are asked for, without the code of persons without a year.
    pub(crate) fn years(&self, joint: &Joint<'_>) -> Vec<DimensionCode> {
        let filters = &self.asked.filters;
        let range = filters.from.unwrap_or(i32::MIN)..=filters.to.unwrap_or(i32::MAX);
        let inside = |code: &DimensionCode| {
            code.code.split('_').all(|year| year.parse().is_ok_and(|year: i32| range.contains(&year)))
        };
        joint.codes(YEAR).into_iter().filter(inside).collect()
    }

    /// "2014 to 2024", with what else is counted.
    pub(crate) fn period(&self, joint: &Joint<'_>) -> String {
        let years = self.years(joint);
        let of = |code: &DimensionCode, last: bool| {
            let mut parts = code.code.split('_');
            if last { parts.next_back() } else { parts.next() }.unwrap_or_default().to_owned()
        };
        let (Some(first), Some(last)) = (years.first(), years.last()) else {
            // A release without the dimension covers its cohorts.
            let cohorts = || joint.releases().map(|artefact| artefact.release.definition.cohorts);
            let (from, to) = (cohorts().map(|c| c.from).min(), cohorts().map(|c| c.to).max());
            let words = [from.unwrap_or(0).to_string(), to.unwrap_or(0).to_string()];
            return self.say(figures::PERIOD, &[("from", &words[0]), ("to", &words[1])]);
        };
        let (from, to) = (of(first, false), of(last, true));
        if from == to {
            return from;
        }
        let narrowed = self.asked.filters.from.is_some() || self.asked.filters.to.is_some();
        let without = !narrowed && joint.codes(YEAR).iter().any(|code| code.code == panoh_publication::NO_YEAR);
        let text = if without { figures::PERIOD_NO_YEAR } else { figures::PERIOD };
        self.say(text, &[("from", &from), ("to", &to)])
    }

    /// The first year that is provisional: from the definition on, or not over on the day of the release.
    pub(crate) fn provisional(joint: &Joint<'_>) -> Option<i32> {
        let first = |artefact: &Arc<Artefact>| {
            let (release, definition) = (&artefact.release, &artefact.release.definition);
            let not_over = (definition.cohorts.to >= release.day.year()).then(|| i32::from(release.day.year()));
            definition.provisional_from.map(i32::from).into_iter().chain(not_over).min()
        };
        joint.releases().filter_map(first).min()
    }

    /// A value in a sentence.
    pub(crate) fn shown(&self, value: &Value) -> String {
        with_margin(self.lang, value)
    }

    /// A value in a table; the interval alone where it says no more.
    pub(crate) fn cell(&self, joint: &Joint<'_>, value: &Value) -> String {
        if Self::is_unsure(joint, value) {
            let (low, high) = ends(self.lang, value);
            return self.say(figures::BETWEEN, &[("low", &low), ("high", &high)]);
        }
        self.shown(value)
    }

    /// Whether an estimate says nothing: its error is too large for small counts, and more than half of the number itself.
    pub(crate) fn is_unsure(joint: &Joint<'_>, value: &Value) -> bool {
        let smallest = joint.latest().release.definition.smallest_count_of_interest;
        quality(value.standard_error, smallest) == Quality::TooUncertain
            && value.estimate.abs() < 2.0 * half_width(value.standard_error)
    }

    /// The line that stands in every picture, because pictures are copied without their page.
    pub(crate) fn source(&self, joint: &Joint<'_>) -> String {
        let lines = joint.releases().map(|artefact| self.source_of(artefact));
        lines.collect::<Vec<_>>().join("; ")
    }

    /// The same of one release.
    pub(crate) fn source_of(&self, artefact: &Artefact) -> String {
        let release = &artefact.release;
        let mark = if release.synthetic { format!("{} · ", self.word(frame::SYNTHETIC_TITLE)) } else { String::new() };
        let words = [
            ("id", release.id.to_string()),
            ("day", day(self.lang, &release.day)),
            ("epsilon", self.epsilon(artefact)),
            ("delta", power(release.privacy.delta.value())),
        ];
        let words: Vec<(&str, &str)> = words.iter().map(|(name, word)| (*name, word.as_str())).collect();
        format!("{mark}{}", self.say(frame::SOURCE, &words))
    }

    /// ε to two decimals, never less than it is.
    pub(crate) fn epsilon(&self, artefact: &Artefact) -> String {
        decimal(self.lang, (artefact.release.privacy.epsilon * 100.0).ceil() / 100.0, 2)
    }

    /// An address of this site in the reader's language, with the filters and the release that were asked for.
    pub(crate) fn address(&self, path: &str) -> String {
        self.address_with(path, &[])
    }

    /// The same, with more in its query.
    pub(crate) fn address_with(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut pairs = vec![("lang".to_owned(), self.lang.name().to_owned())];
        pairs.extend(self.pairs());
        pairs.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        query(path, &pairs)
    }

    /// An address without filters, in a language.
    pub(crate) fn plain(path: &str, lang: Lang) -> String {
        query(path, &[("lang".to_owned(), lang.name().to_owned())])
    }

    /// What an address says of release and filters.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let filters = &self.asked.filters;
        let years = [("from", filters.from), ("to", filters.to)];
        let years = years.into_iter().filter_map(|(name, year)| Some((name.to_owned(), year?.to_string())));
        let codes = filters.taken.iter().map(|(name, codes)| (name.clone(), codes.join(",")));
        let release = self.asked.release.map(|artefact| ("release".to_owned(), artefact.release.id.to_string()));
        release.into_iter().chain(years).chain(codes).collect()
    }
}

/// The list with the release at this place first.
fn rotated<'a>(all: &[&'a Arc<Artefact>], at: usize) -> Vec<&'a Arc<Artefact>> {
    let others = all.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, artefact)| *artefact);
    [all[at]].into_iter().chain(others).collect()
}

/// A path with a query.
pub(crate) fn query(path: &str, pairs: &[(String, String)]) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b',');
    let pair = |(name, value): &(String, String)| {
        format!("{}={}", utf8_percent_encode(name, PLAIN), utf8_percent_encode(value, PLAIN))
    };
    let pairs: Vec<String> = pairs.iter().map(pair).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

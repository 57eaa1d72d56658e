//! A ranking that noise cannot make up: only what passes the simultaneous threshold has a place of its own, the rest is "all
//! other", by subtraction with its exact error.

use panoh_publication::{
    CubeError, DimensionCode, Joint, NOT_KNOWN, OTHER, Taken, Value, WINDOW_NOT_COMPLETE, YEAR, simultaneous_threshold,
};

use crate::chart::{Bar, Bars, Chart, Paint};
use crate::desk::Desk;
use crate::figure::{Data, Figure, Row, Table, sign_notes, table_caption};
use crate::numbers::{whole, writer};
use crate::texts::{Text, figures};
use crate::trend::{Found, marks};

/// Most places in a ranking.
const MOST_PLACES: usize = 12;
/// Most years with a column of their own; more would not fit a page. The download has all.
const MOST_YEARS: usize = 6;

/// One place.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Codes of the ranked dimensions, in their order.
    pub(crate) codes: Vec<DimensionCode>,
    /// The question whose answer it is.
    pub(crate) taken: Taken,
    pub(crate) value: Value,
}

/// A ranking with what it leaves out.
#[derive(Debug, Clone)]
pub(crate) struct Ranking<'a> {
    pub(crate) joint: Joint<'a>,
    pub(crate) dimensions: Vec<&'static str>,
    /// Largest first.
    pub(crate) places: Vec<Place>,
    /// How many combinations were compared.
    pub(crate) compared: usize,
    /// Known, without a place of its own.
    pub(crate) other: Value,
    /// At least one of the dimensions is not known; none when none has such a code.
    pub(crate) not_known: Option<Value>,
    /// All that is known.
    known: Taken,
}

/// What a ranking is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) id: &'static str,
    /// What the table is about.
    pub(crate) about: Text,
    /// What has no place of its own.
    pub(crate) other: Text,
}

/// Ranks all combinations of known codes of some dimensions.
pub(crate) fn rank<'a>(
    desk: &Desk<'a>,
    frame: &str,
    dimensions: &[&'static str],
) -> Result<Found<Ranking<'a>>, CubeError> {
    // The newest release that has the years too, so that a place can be followed over them.
    let with_year: Vec<&str> = [YEAR].into_iter().chain(dimensions.iter().copied()).collect();
    let Some(joint) = desk.joint(frame, &with_year).or_else(|| desk.joint(frame, dimensions)) else {
        return Ok(Found::Nothing);
    };
    let Some(taken) = desk.taken(&joint, dimensions) else { return Ok(Found::NotChosen) };
    let marginal = joint.marginal(dimensions, &taken)?;
    let (mut candidates, mut compared) = (Vec::new(), 0);
    let sizes: Vec<usize> = marginal.codes.iter().map(Vec::len).collect();
    let is_known: Vec<Vec<bool>> = marginal
        .codes
        .iter()
        .map(|codes| {
            codes.iter().map(|c| ![OTHER, NOT_KNOWN, WINDOW_NOT_COMPLETE].contains(&c.code.as_str())).collect()
        })
        .collect();
    for (cell, value) in marginal.values.iter().enumerate() {
        let places = places_of(cell, &sizes);
        if places.iter().zip(&is_known).all(|(place, known)| known[*place]) {
            compared += 1;
            candidates.push((places, *value));
        }
    }
    candidates.retain(|(_, value)| value.estimate > simultaneous_threshold(value.standard_error, compared));
    candidates.sort_by(|one, other| other.1.estimate.total_cmp(&one.1.estimate));
    candidates.truncate(MOST_PLACES);
    let place = |(places, value): (Vec<usize>, Value)| {
        let codes: Vec<DimensionCode> =
            places.iter().zip(&marginal.codes).map(|(place, codes)| codes[*place].clone()).collect();
        let mut question = taken.clone();
        for (name, code) in dimensions.iter().zip(&codes) {
            question.insert((*name).to_owned(), vec![code.code.clone()]);
        }
        Place { codes, taken: question, value }
    };
    let places: Vec<Place> = candidates.into_iter().map(place).collect();
    let mut known = taken.clone();
    for (name, codes) in dimensions.iter().zip(&marginal.codes) {
        let codes = codes.iter().filter(|c| ![NOT_KNOWN, WINDOW_NOT_COMPLETE].contains(&c.code.as_str()));
        known.insert((*name).to_owned(), codes.map(|code| code.code.clone()).collect());
    }
    let mut terms: Vec<(f64, &Taken)> = vec![(1.0, &known)];
    terms.extend(places.iter().map(|place| (-1.0, &place.taken)));
    let other = joint.combination(&terms)?;
    let lacks = dimensions.iter().zip(&marginal.codes).any(|(name, codes)| known[*name].len() < codes.len());
    let not_known = if lacks { Some(joint.combination(&[(1.0, &taken), (-1.0, &known)])?) } else { None };
    Ok(Found::Here(Ranking { joint, dimensions: dimensions.to_vec(), places, compared, other, not_known, known }))
}

/// The place of a cell in each dimension.
fn places_of(cell: usize, sizes: &[usize]) -> Vec<usize> {
    let mut stride: usize = sizes.iter().product();
    let place = |size: &usize| {
        stride /= size;
        cell / stride % size
    };
    sizes.iter().map(place).collect()
}

impl Ranking<'_> {
    /// The first place's share of all that is known, with its interval; none when there is none that says anything.
    pub(crate) fn share(&self, place: &Place) -> Result<panoh_publication::Ratio, CubeError> {
        Ok(self.joint.pair(&place.taken, &self.known)?.ratio())
    }

    /// Whether the first place is larger than the second by more than noise.
    pub(crate) fn is_first_alone(&self, compared: usize) -> Result<bool, CubeError> {
        let [first, second, ..] = &self.places[..] else { return Ok(!self.places.is_empty()) };
        let lead = self.joint.combination(&[(1.0, &first.taken), (-1.0, &second.taken)])?;
        Ok(lead.is_larger_than_noise(compared))
    }

    /// What the ranking says in one line.
    pub(crate) fn title(&self, desk: &Desk<'_>, compared: usize) -> Result<String, CubeError> {
        let period = desk.title_period(&self.joint);
        let Some(first) = self.places.first() else {
            return Ok(desk.say(figures::NONE_LARGEST, &[("period", &period)]));
        };
        let name = self.label(desk, first);
        if self.is_first_alone(compared)? {
            let value = whole(desk.lang, first.value.estimate);
            return Ok(desk.say(figures::LARGEST, &[("first", &name), ("value", &value), ("period", &period)]));
        }
        let second = self.label(desk, &self.places[1]);
        Ok(desk.say(figures::TWO_LARGEST, &[("first", &name), ("second", &second), ("period", &period)]))
    }

    /// A place in words: one name, or from where to where.
    #[expect(clippy::unused_self, reason = "reads as the ranking's name of the place")]
    pub(crate) fn label(&self, desk: &Desk<'_>, place: &Place) -> String {
        let name = |at: usize| desk.lang.of(&place.codes[at].labels).to_owned();
        match place.codes.len() {
            2 if place.codes[0].code == place.codes[1].code => desk.say(figures::INSIDE_OF, &[("country", &name(0))]),
            2 => format!("{} → {}", name(0), name(1)),
            _ => name(0),
        }
    }

    /// The ranking as bars with a table by year; `link` gives the page about a place.
    pub(crate) fn figure(
        &self,
        desk: &Desk<'_>,
        words: Words,
        (title, sentences): (String, Vec<String>),
        link: impl Fn(&Place) -> Option<String>,
    ) -> Result<Figure, CubeError> {
        let (period, other) = (desk.period(&self.joint), desk.word(words.other));
        let bar = |label: String, value: &Value, paint: Paint| Bar {
            label,
            value: value.estimate,
            interval: value.interval(),
            shown: desk.cell(&self.joint, value),
            paint,
            sure: !Desk::is_unsure(&self.joint, value),
        };
        let mut bars: Vec<Bar> =
            self.places.iter().map(|place| bar(self.label(desk, place), &place.value, Paint::Series(0))).collect();
        bars.push(bar(other.to_owned(), &self.other, Paint::Rest));
        let unknown = desk.word(figures::NOT_KNOWN);
        bars.extend(self.not_known.as_ref().map(|value| bar(unknown.to_owned(), value, Paint::Rest)));
        let chart = Chart::Bars(Bars {
            x_title: desk.say(figures::PERSONS_LINE, &[("period", &period)]),
            rows: bars,
            tick: writer(desk.lang),
        });
        let (shown, compared) = (whole(desk.lang, self.places.len() as f64), whole(desk.lang, self.compared as f64));
        let most = MOST_PLACES.to_string();
        let ranked =
            [("most", most.as_str()), ("shown", shown.as_str()), ("compared", compared.as_str()), ("other", other)];
        let mut notes = vec![desk.say(figures::RANKED_NOTE, &ranked)];
        let (table, cut) = self.table(desk, words, link)?;
        if cut {
            notes.push(desk.say(figures::LATEST_YEARS, &[("count", &MOST_YEARS.to_string())]));
        }
        notes.extend(sign_notes(desk, &self.joint, &table));
        let marks = marks(desk, &self.joint, &desk.years(&self.joint)).notes;
        Ok(Figure {
            id: words.id,
            title,
            sentences,
            chart: (!self.places.is_empty()).then_some(chart),
            marks,
            notes,
            table,
            source: desk.source(&self.joint),
            data: self.data(desk, words)?,
        })
    }

    /// The years that places are followed over.
    pub(crate) fn years(&self, desk: &Desk<'_>) -> Vec<DimensionCode> {
        let names: Vec<&str> = [YEAR].into_iter().chain(self.dimensions.iter().copied()).collect();
        let chosen = desk.asked.filters.taken.keys().map(String::as_str);
        let all: Vec<&str> = names.iter().copied().chain(chosen.filter(|name| !names.contains(name))).collect();
        if self.joint.answers(&all) { desk.years(&self.joint) } else { Vec::new() }
    }

    /// A place in one year.
    pub(crate) fn in_year(&self, place: &Place, year: &DimensionCode) -> Result<Value, CubeError> {
        let mut taken = place.taken.clone();
        taken.insert(YEAR.to_owned(), vec![year.code.clone()]);
        self.joint.value(&taken)
    }

    /// The whole period for every row, and for places the latest years as well; whether years were left out.
    fn table(
        &self,
        desk: &Desk<'_>,
        words: Words,
        link: impl Fn(&Place) -> Option<String>,
    ) -> Result<(Table, bool), CubeError> {
        let years = self.years(desk);
        let latest = &years[years.len().saturating_sub(MOST_YEARS)..];
        let mut rows = Vec::new();
        for place in &self.places {
            let mut cells = vec![desk.cell(&self.joint, &place.value)];
            for year in latest {
                cells.push(desk.cell(&self.joint, &self.in_year(place, year)?));
            }
            rows.push(Row { label: self.label(desk, place), link: link(place), cells });
        }
        let sum = |label: &str, value: &Value| Row {
            label: label.to_owned(),
            link: None,
            cells: [desk.cell(&self.joint, value)].into_iter().chain(latest.iter().map(|_| String::new())).collect(),
        };
        rows.push(sum(desk.word(words.other), &self.other));
        rows.extend(self.not_known.as_ref().map(|value| sum(desk.word(figures::NOT_KNOWN), value)));
        let head = [String::new(), desk.word(figures::WHOLE_PERIOD).to_owned()].into_iter();
        let head = head.chain(latest.iter().map(|year| desk.lang.of(&year.labels).to_owned())).collect();
        let caption = table_caption(desk, desk.word(words.about));
        Ok((Table { caption, head, rows }, latest.len() < years.len()))
    }

    /// Every place over the whole period and in each year; the rest over the whole period.
    fn data(&self, desk: &Desk<'_>, words: Words) -> Result<Data, CubeError> {
        let years = self.years(desk);
        let mut keys: Vec<String> =
            self.dimensions.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_label")]).collect();
        keys.push(YEAR.to_owned());
        let mut rows = Vec::new();
        for place in &self.places {
            let named: Vec<String> = place
                .codes
                .iter()
                .flat_map(|code| [code.code.clone(), desk.lang.of(&code.labels).to_owned()])
                .collect();
            let key = |year: &str| named.iter().cloned().chain([year.to_owned()]).collect::<Vec<_>>();
            rows.push((key("all"), place.value));
            for year in &years {
                rows.push((key(&year.code), self.in_year(place, year)?));
            }
        }
        let rest = |code: &str, label: &str| {
            let names = self.dimensions.iter().flat_map(|_| [code.to_owned(), label.to_owned()]);
            names.chain(["all".to_owned()]).collect::<Vec<_>>()
        };
        rows.push((rest("all_other", desk.word(words.other)), self.other));
        rows.extend(self.not_known.map(|value| (rest(NOT_KNOWN, desk.word(figures::NOT_KNOWN)), value)));
        let smallest_count = self.joint.latest().release.definition.smallest_count_of_interest;
        Ok(Data { keys, rows, smallest_count })
    }
}

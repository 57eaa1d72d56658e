//! Questions that a person can answer with yes several times: purposes, means of control, services. Each is a dimension of its
//! own with the codes yes, no and not known, so their numbers do not add up to persons.

use std::sync::Arc;

use panoh_publication::{Artefact, CubeError, Joint, Ratio, Taken, Value, YEAR};

use crate::chart::{Bar, Bars, Chart, Paint};
use crate::desk::Desk;
use crate::figure::{Data, Figure, Row, Table, sign_notes, table_caption};
use crate::numbers::{percent, whole, writer};
use crate::ranking::Words;
use crate::texts::figures;
use crate::trend::{Found, Trend, TrendLine, marks};

/// Answers to questions of one kind, the most frequent first.
pub(crate) struct Answers<'a> {
    pub(crate) joint: Joint<'a>,
    items: Vec<Item>,
}

/// One question.
struct Item {
    /// Name of the dimension.
    name: String,
    label: String,
    yes: Taken,
    value: Value,
    /// Yes among yes and no.
    share: Ratio,
}

/// Loads the dimensions whose column in the frame begins with these letters: `purpose_`, `means_`, `service_`.
pub(crate) fn load<'a>(desk: &Desk<'a>, frame: &str, prefix: &str) -> Result<Found<Answers<'a>>, CubeError> {
    let of = |artefact: &Arc<Artefact>| -> Vec<String> {
        let dimensions = &artefact.release.definition.dimensions;
        let asked = dimensions.iter().filter(|wanted| wanted.column.starts_with(prefix));
        asked.map(|wanted| wanted.name.to_string()).collect()
    };
    let newest = match desk.asked.release {
        Some(artefact) => Some(artefact).filter(|artefact| !of(artefact).is_empty()),
        None => desk.over(frame).into_iter().find(|artefact| !of(artefact).is_empty()),
    };
    let Some(names) = newest.map(of) else { return Ok(Found::Nothing) };
    let Some(joint) = desk.joint(frame, &[&names[0]]) else { return Ok(Found::Nothing) };
    let mut items = Vec::new();
    for name in names {
        let Some(taken) = desk.taken(&joint, &[&name]) else { return Ok(Found::NotChosen) };
        let with = |codes: &[&str]| {
            let mut taken = taken.clone();
            taken.insert(name.clone(), codes.iter().map(|code| (*code).to_owned()).collect());
            taken
        };
        let (yes, known) = (with(&["yes"]), with(&["yes", "no"]));
        let (value, share) = (joint.value(&yes)?, joint.pair(&yes, &known)?.share());
        let label =
            joint.dimension(&name).map(|dimension| desk.lang.of(&dimension.title).to_owned()).unwrap_or_default();
        items.push(Item { name, label, yes, value, share });
    }
    items.sort_by(|one, other| other.value.estimate.total_cmp(&one.value.estimate));
    Ok(Found::Here(Answers { joint, items }))
}

impl<'a> Answers<'a> {
    /// Those that are larger than noise when all are compared, and the labels of the others.
    fn standing_out(&self) -> (Vec<&Item>, Vec<&str>) {
        let (out, rest): (Vec<&Item>, Vec<&Item>) = self
            .items
            .iter()
            .partition(|item| item.value.estimate > 0.0 && item.value.is_larger_than_noise(self.items.len()));
        (out, rest.into_iter().map(|item| item.label.as_str()).collect())
    }

    /// What stands first, if it is larger than the second by more than noise.
    fn title(&self, desk: &Desk<'_>, words: Words) -> Result<String, CubeError> {
        let (out, _) = self.standing_out();
        let period = desk.title_period(&self.joint);
        let about = desk.word(words.about);
        let Some(first) = out.first() else {
            return Ok(format!("{about}: {}", desk.say(figures::NONE_LARGEST, &[("period", &period)])));
        };
        if let Some(second) = out.get(1) {
            let lead = self.joint.combination(&[(1.0, &first.yes), (-1.0, &second.yes)])?;
            if !lead.is_larger_than_noise(1) {
                let words = [("first", first.label.as_str()), ("second", &second.label), ("period", &period)];
                return Ok(format!("{about}: {}", desk.say(figures::TWO_LARGEST, &words)));
            }
        }
        let value = whole(desk.lang, first.value.estimate);
        let words = [("first", first.label.as_str()), ("value", &value), ("period", &period)];
        Ok(format!("{about}: {}", desk.say(figures::LARGEST, &words)))
    }

    /// Bars of persons, with shares in the table.
    pub(crate) fn figure(&self, desk: &Desk<'_>, words: Words) -> Result<Figure, CubeError> {
        let (out, rest) = self.standing_out();
        let period = desk.period(&self.joint);
        let bar = |item: &&Item| Bar {
            label: item.label.clone(),
            value: item.value.estimate,
            interval: item.value.interval(),
            shown: desk.cell(&self.joint, &item.value),
            paint: Paint::Series(0),
            sure: !Desk::is_unsure(&self.joint, &item.value),
        };
        let chart = Chart::Bars(Bars {
            x_title: desk.say(figures::PERSONS_LINE, &[("period", &period)]),
            rows: out.iter().map(bar).collect(),
            tick: writer(desk.lang),
        });
        let table = self.table(desk, words);
        let mut notes = vec![desk.word(figures::SEVERAL_ANSWERS).to_owned()];
        if !rest.is_empty() {
            notes.push(desk.say(figures::NOT_DRAWN, &[("names", &rest.join(", "))]));
        }
        notes.extend(sign_notes(desk, &self.joint, &table));
        let sentence = out.first().and_then(|first| share_sentence(desk, first));
        let title = self.title(desk, words)?;
        let row = |item: &Item| (vec![item.name.clone(), item.label.clone()], item.value);
        Ok(Figure {
            id: words.id,
            title,
            sentences: sentence.into_iter().collect(),
            chart: (!out.is_empty()).then_some(chart),
            marks: marks(desk, &self.joint, &desk.years(&self.joint)).notes,
            notes,
            table,
            source: desk.source(&self.joint),
            data: Data {
                keys: vec!["question".to_owned(), "question_label".to_owned()],
                rows: self.items.iter().map(row).collect(),
                smallest_count: self.joint.latest().release.definition.smallest_count_of_interest,
            },
        })
    }

    fn table(&self, desk: &Desk<'_>, words: Words) -> Table {
        let share = |share: Ratio| match share {
            Ratio::Known { estimate, low, high } => {
                let [share, low, high] = [estimate, low, high].map(|share| percent(desk.lang, share.clamp(0.0, 1.0)));
                format!("{share} ({low} … {high})")
            }
            Ratio::TooUncertain => format!("? {}", desk.word(figures::UNSURE)),
        };
        let row = |item: &Item| Row {
            label: item.label.clone(),
            link: None,
            cells: vec![desk.cell(&self.joint, &item.value), share(item.share)],
        };
        Table {
            caption: table_caption(desk, desk.word(words.about)),
            head: vec![
                String::new(),
                desk.word(figures::TOTAL).to_owned(),
                desk.word(figures::SHARE_OF_KNOWN).to_owned(),
            ],
            rows: self.items.iter().map(row).collect(),
        }
    }

    /// The same over the years; none when they were not released with the years.
    pub(crate) fn trend(&self, desk: &Desk<'a>, dimension: &'static str) -> Result<Option<Trend<'a>>, CubeError> {
        let years = desk.years(&self.joint);
        let mut lines = Vec::new();
        for item in &self.items {
            let mut names: Vec<&str> = item.yes.keys().map(String::as_str).filter(|name| *name != YEAR).collect();
            names.push(YEAR);
            if !self.joint.answers(&names) {
                continue;
            }
            let mut taken = item.yes.clone();
            taken.insert(YEAR.to_owned(), years.iter().map(|year| year.code.clone()).collect());
            let marginal = self.joint.marginal(&[YEAR], &taken)?;
            taken.remove(YEAR);
            lines.push(TrendLine {
                code: item.name.clone(),
                label: item.label.clone(),
                values: marginal.values,
                taken,
            });
        }
        let trend = Trend { joint: self.joint.clone(), dimension: Some(dimension), years, lines };
        Ok((trend.years.len() > 1 && !trend.lines.is_empty()).then_some(trend))
    }
}

/// The share of those whose answer is known.
fn share_sentence(desk: &Desk<'_>, item: &Item) -> Option<String> {
    let Ratio::Known { estimate, low, high } = item.share else { return None };
    let [share, low, high] = [estimate, low, high].map(|share| percent(desk.lang, share.clamp(0.0, 1.0)));
    let words = [("first", item.label.as_str()), ("value", &share), ("low", &low), ("high", &high)];
    Some(desk.say(figures::LARGEST_SHARE, &words))
}

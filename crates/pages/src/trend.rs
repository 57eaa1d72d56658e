//! Persons over the years: loading a trend, what changed from the first year to the last, and drawing it.

use panoh_publication::{CubeError, DimensionCode, Joint, Taken, Value, YEAR, half_width};

use crate::chart::{Chart, Line, Lines, Mark, Multiples, Paint, Panel, Point};
use crate::desk::Desk;
use crate::figure::{Data, Figure, Row, Table, sign_notes, table_caption};
use crate::numbers::{signed, writer};
use crate::texts::figures;

/// Most lines in one picture; more would cover each other and stand beside each other instead.
const MOST_TOGETHER: usize = 4;

/// What a question found.
pub(crate) enum Found<T> {
    /// No release has the dimensions.
    Nothing,
    /// A release has them, but not together with what was chosen.
    NotChosen,
    /// The numbers.
    Here(T),
}

/// Numbers over the years.
#[derive(Debug, Clone)]
pub(crate) struct Trend<'a> {
    pub(crate) joint: Joint<'a>,
    /// The dimension besides `year`.
    pub(crate) dimension: Option<&'static str>,
    pub(crate) years: Vec<DimensionCode>,
    pub(crate) lines: Vec<TrendLine>,
}

/// One line of it.
#[derive(Debug, Clone)]
pub(crate) struct TrendLine {
    /// The code of the dimension; empty where there is none.
    pub(crate) code: String,
    pub(crate) label: String,
    pub(crate) values: Vec<Value>,
    /// The question without a year.
    pub(crate) taken: Taken,
}

/// Loads a trend: one line for each code of a dimension, or one of all persons.
pub(crate) fn load<'a>(
    desk: &Desk<'a>,
    frame: &str,
    dimension: Option<&'static str>,
) -> Result<Found<Trend<'a>>, CubeError> {
    let names: Vec<&str> = [YEAR].into_iter().chain(dimension).collect();
    let Some(joint) = desk.joint(frame, &names) else { return Ok(Found::Nothing) };
    let Some(taken) = desk.taken(&joint, &names) else { return Ok(Found::NotChosen) };
    let years = desk.years(&joint);
    if years.is_empty() {
        return Ok(Found::NotChosen);
    }
    let mut within = taken.clone();
    within.insert(YEAR.to_owned(), years.iter().map(|year| year.code.clone()).collect());
    let keep: Vec<&str> = dimension.into_iter().chain([YEAR]).collect();
    let marginal = joint.marginal(&keep, &within)?;
    let mut without_year = taken;
    without_year.remove(YEAR);
    let lines = match dimension {
        None => vec![TrendLine {
            code: String::new(),
            label: desk.word(figures::TOTAL).to_owned(),
            values: marginal.values,
            taken: without_year,
        }],
        Some(name) => {
            let line = |(at, code): (usize, &DimensionCode)| {
                let mut taken = without_year.clone();
                taken.insert(name.to_owned(), vec![code.code.clone()]);
                TrendLine {
                    code: code.code.clone(),
                    label: desk.lang.of(&code.labels).to_owned(),
                    values: marginal.values[at * years.len()..(at + 1) * years.len()].to_vec(),
                    taken,
                }
            };
            marginal.codes[0].iter().enumerate().map(line).collect()
        }
    };
    Ok(Found::Here(Trend { joint, dimension, years, lines }))
}

/// Breaks and provisional years among the years of a trend.
pub(crate) struct Marks {
    pub(crate) breaks: Vec<Mark>,
    /// The place of the first provisional year.
    pub(crate) provisional: Option<usize>,
    /// What they mean.
    pub(crate) notes: Vec<String>,
}

/// The marks of some years of these releases.
pub(crate) fn marks(desk: &Desk<'_>, joint: &Joint<'_>, years: &[DimensionCode]) -> Marks {
    let first_of = |code: &DimensionCode| code.code.split('_').next().and_then(|year| year.parse::<i32>().ok());
    let mut found: Vec<(i32, String)> = joint
        .releases()
        .flat_map(|artefact| &artefact.release.definition.breaks)
        .map(|there| (i32::from(there.year), desk.lang.of(&there.text).to_owned()))
        .collect();
    found.sort();
    found.dedup_by_key(|(year, _)| *year);
    let (mut breaks, mut notes) = (Vec::new(), Vec::new());
    for (year, text) in found {
        // The first year that begins with the break or after it; a break before the first year shown marks nothing.
        let at = years.iter().position(|code| first_of(code).is_some_and(|first| first >= year));
        let Some(at) = at.filter(|at| *at > 0) else { continue };
        let sign = char::from(b'a' + (breaks.len() % 26) as u8).to_string();
        notes.push(desk.say(figures::BREAK_NOTE, &[("sign", &sign), ("year", &year.to_string()), ("text", &text)]));
        breaks.push(Mark { at, sign });
    }
    let last_of = |code: &DimensionCode| code.code.rsplit('_').next().and_then(|year| year.parse::<i32>().ok());
    let from = Desk::provisional(joint);
    let provisional =
        from.and_then(|from| years.iter().position(|code| last_of(code).is_some_and(|year| year >= from)));
    if let Some(at) = provisional {
        notes.push(desk.say(figures::PROVISIONAL_NOTE, &[("year", desk.lang.of(&years[at].labels))]));
    }
    Marks { breaks, provisional, notes }
}

impl Trend<'_> {
    /// The first and the last year that may be compared: behind the last break, before what is provisional.
    pub(crate) fn span(&self, desk: &Desk<'_>) -> Option<(usize, usize)> {
        let marks = marks(desk, &self.joint, &self.years);
        let last = marks.provisional.unwrap_or(self.years.len()).checked_sub(1)?;
        let first = marks.breaks.iter().map(|mark| mark.at).filter(|at| *at <= last).max().unwrap_or(0);
        (first < last).then_some((first, last))
    }

    /// A year as people read it.
    pub(crate) fn year(&self, desk: &Desk<'_>, at: usize) -> String {
        desk.lang.of(&self.years[at].labels).to_owned()
    }

    fn at(&self, line: &TrendLine, year: usize) -> Taken {
        let mut taken = line.taken.clone();
        taken.insert(YEAR.to_owned(), vec![self.years[year].code.clone()]);
        taken
    }

    /// One year less another, of one line.
    pub(crate) fn change(&self, line: &TrendLine, from: usize, to: usize) -> Result<Value, CubeError> {
        self.joint.combination(&[(1.0, &self.at(line, to)), (-1.0, &self.at(line, from))])
    }

    /// One line less another, in one year.
    pub(crate) fn contrast(&self, one: &TrendLine, other: &TrendLine, year: usize) -> Result<Value, CubeError> {
        self.joint.combination(&[(1.0, &self.at(one, year)), (-1.0, &self.at(other, year))])
    }

    pub(crate) fn line(&self, code: &str) -> Option<&TrendLine> {
        self.lines.iter().find(|line| line.code == code)
    }

    /// The lines of which at least one year is larger than noise among all that are compared; the places of these lines.
    pub(crate) fn drawn(&self) -> Vec<usize> {
        let compared = self.lines.len() * self.years.len();
        let stands_out = |line: &TrendLine| line.values.iter().any(|value| value.is_larger_than_noise(compared));
        let drawn: Vec<usize> = (0..self.lines.len()).filter(|at| stands_out(&self.lines[*at])).collect();
        // A single line is always drawn: its band is what there is to say.
        if self.lines.len() == 1 { vec![0] } else { drawn }
    }

    /// For each drawn line: its last year against its first.
    pub(crate) fn changes(&self, desk: &Desk<'_>, compared: usize) -> Result<Vec<String>, CubeError> {
        let Some((from, to)) = self.span(desk) else { return Ok(Vec::new()) };
        let sentence = |at: usize| {
            let line = &self.lines[at];
            let change = self.change(line, from, to)?;
            let larger = change.is_larger_than_noise(compared);
            let words = [
                ("what", line.label.clone()),
                ("after", desk.shown(&line.values[to])),
                ("before", desk.shown(&line.values[from])),
                ("to", self.year(desk, to)),
                ("from", self.year(desk, from)),
                ("change", signed(desk.lang, &change)),
                ("verdict", desk.word(if larger { figures::LARGER } else { figures::NOT_LARGER }).to_owned()),
            ];
            let words: Vec<(&str, &str)> = words.iter().map(|(name, word)| (*name, word.as_str())).collect();
            Ok(desk.say(figures::CHANGE, &words))
        };
        let drawn = self.drawn();
        if drawn.len() <= MOST_TOGETHER {
            return drawn.into_iter().map(sentence).collect();
        }
        // Of many lines only what changed is told.
        let mut sentences = Vec::new();
        for at in drawn {
            if self.change(&self.lines[at], from, to)?.is_larger_than_noise(compared) {
                sentences.push(sentence(at)?);
            }
        }
        let text = if sentences.is_empty() { figures::NO_CHANGE } else { figures::NO_OTHER_CHANGE };
        sentences.push(desk.say(text, &[("from", &self.year(desk, from)), ("to", &self.year(desk, to))]));
        Ok(sentences)
    }

    /// The trend as a figure.
    pub(crate) fn figure(&self, desk: &Desk<'_>, id: &'static str, title: String, sentences: Vec<String>) -> Figure {
        let drawn = self.drawn();
        let marks = marks(desk, &self.joint, &self.years);
        let table = self.table(desk, &title);
        let mut notes = Vec::new();
        let left_out: Vec<&str> =
            (0..self.lines.len()).filter(|at| !drawn.contains(at)).map(|at| self.lines[at].label.as_str()).collect();
        if !left_out.is_empty() {
            notes.push(desk.say(figures::NOT_DRAWN, &[("names", &left_out.join(", "))]));
        }
        notes.extend(sign_notes(desk, &self.joint, &table));
        let point = |value: &Value| Point { value: value.estimate, half_width: half_width(value.standard_error) };
        let line = |(place, at): (usize, &usize)| {
            let line = &self.lines[*at];
            Line {
                label: line.label.clone(),
                points: line.values.iter().map(point).collect(),
                paint: Paint::Series(place),
                sure: !line.values.iter().all(|value| Desk::is_unsure(&self.joint, value)),
            }
        };
        let panel = |at: &usize| Panel {
            label: self.lines[*at].label.clone(),
            points: self.lines[*at].values.iter().map(point).collect(),
        };
        let x: Vec<String> = (0..self.years.len()).map(|at| self.year(desk, at)).collect();
        let chart = (!drawn.is_empty()).then(|| {
            if drawn.len() > MOST_TOGETHER {
                return Chart::Multiples(Multiples {
                    y_title: desk.word(figures::PERSONS_BAND).to_owned(),
                    x,
                    panels: drawn.iter().map(panel).collect(),
                    marks: marks.breaks,
                    provisional: marks.provisional,
                    tick: writer(desk.lang),
                });
            }
            Chart::Lines(Lines {
                x_title: desk.word(figures::YEAR).to_owned(),
                y_title: desk.word(figures::PERSONS_BAND).to_owned(),
                x,
                series: drawn.iter().enumerate().map(line).collect(),
                marks: marks.breaks,
                provisional: marks.provisional.map(|at| (at, desk.word(figures::PROVISIONAL).to_owned())),
                tick: writer(desk.lang),
            })
        });
        let source = desk.source(&self.joint);
        Figure { id, title, sentences, chart, marks: marks.notes, notes, table, source, data: self.data() }
    }

    fn table(&self, desk: &Desk<'_>, title: &str) -> Table {
        let head = [desk.word(figures::YEAR).to_owned()].into_iter();
        let row = |(at, _): (usize, &DimensionCode)| Row {
            label: self.year(desk, at),
            link: None,
            cells: self.lines.iter().map(|line| desk.cell(&self.joint, &line.values[at])).collect(),
        };
        Table {
            caption: table_caption(desk, title),
            head: head.chain(self.lines.iter().map(|line| line.label.clone())).collect(),
            rows: self.years.iter().enumerate().map(row).collect(),
        }
    }

    fn data(&self) -> Data {
        let mut keys = vec![YEAR.to_owned()];
        if let Some(name) = self.dimension {
            keys.extend([name.to_owned(), format!("{name}_label")]);
        }
        let row = |line: &TrendLine, at: usize| {
            let mut keys = vec![self.years[at].code.clone()];
            if self.dimension.is_some() {
                keys.extend([line.code.clone(), line.label.clone()]);
            }
            (keys, line.values[at])
        };
        let rows = self.lines.iter().flat_map(|line| (0..self.years.len()).map(move |at| row(line, at))).collect();
        let smallest_count = self.joint.latest().release.definition.smallest_count_of_interest;
        Data { keys, rows, smallest_count }
    }
}

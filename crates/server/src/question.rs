//! A question to one release in its canonical form: which dimensions to keep and at which level, which codes to take, what
//! to compare, which rows to give.

use std::fmt::Write as _;
use std::sync::Arc;

use panoh_publication::{Artefact, CubeError, Dimension, DimensionCode, Slice, Value};

use crate::Problem;
use crate::parameters::{Parameters, codes, unknown_level};
use crate::problem::Kind;

/// Most rows of one answer. More is for the files of the release folder.
pub(crate) const MOST_ROWS: usize = 500_000;
/// Most rows of which each is reckoned by itself.
const MOST_SUMS: usize = 20_000;

/// A question that its release can answer.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) artefact: Arc<Artefact>,
    /// Dimensions to keep, in the order of the answer's columns.
    pub(crate) keep: Vec<Keep>,
    /// Codes to take.
    pub(crate) within: Slice,
    /// What to take from what.
    pub(crate) change: Option<Change>,
    /// The rows to give.
    pub(crate) page: Page,
}

/// A dimension to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keep {
    pub(crate) dimension: usize,
    /// Name of the coarser level whose codes take the place of its own.
    pub(crate) level: Option<String>,
}

/// Two sets of codes of one dimension, the second less the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) dimension: usize,
    pub(crate) before: Vec<usize>,
    pub(crate) after: Vec<usize>,
    /// The two sides as they are asked for, in canonical words: a code, or the first and the last of a range.
    pub(crate) words: String,
}

/// Which rows of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Page {
    pub(crate) offset: usize,
    /// None for all.
    pub(crate) limit: Option<usize>,
}

impl Page {
    /// Of so many rows those of the page, from and to.
    pub(crate) fn range(self, rows: usize) -> (usize, usize) {
        let from = self.offset.min(rows);
        (from, self.limit.map_or(rows, |limit| from.saturating_add(limit).min(rows)))
    }
}

/// An answer's numbers.
#[derive(Debug)]
pub(crate) struct Figures<'a> {
    /// The codes of each kept dimension.
    pub(crate) axes: Vec<Vec<Entry<'a>>>,
    /// Row-major over `axes`, those of the page.
    pub(crate) values: Vec<Value>,
    /// Of a change: the figure before and after it, and whether it is larger than noise explains.
    pub(crate) changes: Vec<(Value, Value, bool)>,
}

/// One code of a column.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    pub(crate) code: &'a DimensionCode,
    members: Vec<usize>,
}

impl Question {
    /// Settles a question; refuses combinations that no table has, and answers that would be too long.
    pub(crate) fn new(
        artefact: &Arc<Artefact>,
        keep: Vec<Keep>,
        sets: &[(usize, Vec<usize>)],
    ) -> Result<Self, Problem> {
        let within = artefact.cube.slice(sets).map_err(|error| problem(artefact, &error))?;
        let question = Self { artefact: Arc::clone(artefact), keep, within, change: None, page: Page::default() };
        question.check()?;
        Ok(question)
    }

    fn check(&self) -> Result<(), Problem> {
        let kept = self.keep.iter().map(|keep| keep.dimension);
        let touched: Vec<usize> = kept.chain(self.within.dimensions()).chain(self.changing()).collect();
        if self.artefact.cube.table_with(&touched).is_none() {
            return Err(not_released(&self.artefact));
        }
        let most = if self.is_one_sum() { MOST_ROWS } else { MOST_SUMS };
        if self.rows() > most {
            let detail = format!("more than {most} rows: take fewer codes, or the files of the release");
            return Err(Problem::new(Kind::TooManyRows, detail));
        }
        Ok(())
    }

    fn changing(&self) -> Option<usize> {
        self.change.as_ref().map(|change| change.dimension)
    }

    /// Whether all rows are cells of one roll-up, with one error.
    fn is_one_sum(&self) -> bool {
        self.change.is_none() && self.keep.iter().all(|keep| keep.level.is_none())
    }

    /// How many rows there are, without pages.
    pub(crate) fn rows(&self) -> usize {
        self.axes().iter().map(Vec::len).product()
    }

    /// A question about single dimensions, as trends ask it.
    pub(crate) fn plain(
        artefact: &Arc<Artefact>,
        keep: Vec<usize>,
        sets: &[(usize, Vec<usize>)],
    ) -> Result<Self, Problem> {
        Self::new(artefact, keep.into_iter().map(|dimension| Keep { dimension, level: None }).collect(), sets)
    }

    /// The question of a cube address: `dimensions=a,b:level`, for any dimension its codes, `compare=dimension:one,other`.
    pub(crate) fn of_cube(artefact: &Arc<Artefact>, parameters: &mut Parameters) -> Result<Self, Problem> {
        let cube = &artefact.cube;
        let mut keep: Vec<Keep> = Vec::new();
        for name in parameters.take("dimensions").iter().flat_map(|names| names.split(',')) {
            let one = kept(artefact, name)?;
            if keep.iter().any(|other| other.dimension == one.dimension) {
                return Err(Problem::new(Kind::BadValue, "a dimension is there twice in `dimensions`"));
            }
            keep.push(one);
        }
        let mut sets = Vec::new();
        for (index, dimension) in cube.dimensions().iter().enumerate() {
            if let Some(text) = parameters.take(&dimension.name) {
                sets.push((index, codes(dimension, &text)?));
            }
        }
        let mut question = Self::new(artefact, keep, &sets)?;
        question.change = parameters.take("compare").map(|text| question.compared(&text)).transpose()?;
        let names = cube.dimensions().iter().map(|dimension| dimension.name.as_str());
        parameters.finish(["dimensions", "compare", "limit", "offset"].into_iter().chain(names))?;
        question.check()?;
        Ok(question)
    }

    /// What `compare=year:2019,2023` says: the second code less the first.
    fn compared(&self, text: &str) -> Result<Change, Problem> {
        let refuse = |detail: &str| Err(Problem::new(Kind::NotComparable, detail));
        let Some((name, two)) = text.split_once(':') else {
            return refuse("write a dimension and two of its codes, such as compare=year:2019,2023");
        };
        let dimension = kept(&self.artefact, name)?.dimension;
        if self.keep.iter().any(|keep| keep.dimension == dimension) || self.within.codes(dimension).is_some() {
            return refuse("the dimension of `compare` can be neither in `dimensions` nor narrowed by codes");
        }
        let described = &self.artefact.cube.dimensions()[dimension];
        let Some((before, after)) = two.split_once(',') else {
            return refuse("`compare` takes two codes, such as compare=year:2019,2023");
        };
        // A third one could belong to either side.
        if after.contains(',') {
            return refuse("`compare` takes two codes, or two ranges such as compare=year:2018..2019,2022..2023");
        }
        let (one, other) = (before, after);
        let (before, after) = (codes(described, one)?, codes(described, other)?);
        if before == after {
            return refuse("`compare` takes two codes that are not the same");
        }
        let words = format!("{},{}", side(described, one, &before), side(described, other, &after));
        Ok(Change { dimension, before, after, words })
    }

    /// The same question about some of its rows.
    pub(crate) fn on(self, page: Page) -> Self {
        Self { page, ..self }
    }

    /// One text for all ways of asking the same thing.
    pub(crate) fn canonical(&self) -> String {
        let mut text = format!("{:?} {:?}", self.keep, self.page);
        for dimension in self.within.dimensions() {
            let _ = write!(text, " {dimension}={:?}", self.within.codes(dimension).unwrap_or_default());
        }
        if let Some(change) = &self.change {
            let _ = write!(text, " {change:?}");
        }
        text
    }

    /// What the address of a cube says to ask it, in canonical words.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let dimensions = self.artefact.cube.dimensions();
        let listed = |dimension: usize, codes: &[usize]| {
            let codes = codes.iter().map(|code| dimensions[dimension].codes[*code].code.as_str());
            codes.collect::<Vec<_>>().join(",")
        };
        let name = |keep: &Keep| {
            let name = &dimensions[keep.dimension].name;
            keep.level.as_ref().map_or_else(|| name.clone(), |level| format!("{name}:{level}"))
        };
        let mut pairs = Vec::new();
        if !self.keep.is_empty() {
            pairs.push(("dimensions".to_owned(), self.keep.iter().map(name).collect::<Vec<_>>().join(",")));
        }
        for dimension in self.within.dimensions() {
            let codes = listed(dimension, self.within.codes(dimension).unwrap_or_default());
            pairs.push((dimensions[dimension].name.clone(), codes));
        }
        if let Some(Change { dimension, words, .. }) = &self.change {
            pairs.push(("compare".to_owned(), format!("{}:{words}", dimensions[*dimension].name)));
        }
        pairs
    }

    /// The rows of the page, from and to.
    pub(crate) fn range(&self) -> (usize, usize) {
        self.page.range(self.rows())
    }

    /// The codes of each column.
    pub(crate) fn axes(&self) -> Vec<Vec<Entry<'_>>> {
        let dimensions = self.artefact.cube.dimensions();
        let axis = |keep: &Keep| {
            entries(&dimensions[keep.dimension], keep.level.as_deref(), self.within.codes(keep.dimension))
        };
        self.keep.iter().map(axis).collect()
    }

    /// The answer's numbers.
    pub(crate) fn ask(&self) -> Result<Figures<'_>, Problem> {
        let axes = self.axes();
        let failed = |error: CubeError| problem(&self.artefact, &error);
        let (from, to) = self.range();
        let (mut values, mut changes) = (Vec::with_capacity(to - from), Vec::new());
        if self.is_one_sum() {
            let keep: Vec<usize> = self.keep.iter().map(|keep| keep.dimension).collect();
            let sums = self.artefact.cube.roll_up(&keep, &self.within).map_err(failed)?;
            let value = |estimate: &f64| Value { estimate: *estimate, standard_error: sums.standard_error };
            values.extend(sums.estimates[from..to].iter().map(value));
        } else {
            for row in from..to {
                let (value, change) = self.row(&axes, row).map_err(failed)?;
                values.push(value);
                changes.extend(change);
            }
        }
        let rows = self.rows();
        let changes = std::iter::zip(changes, &values)
            .map(|((before, after), change)| (before, after, change.is_larger_than_noise(rows)));
        Ok(Figures { changes: changes.collect(), axes, values })
    }

    fn row(&self, axes: &[Vec<Entry>], row: usize) -> Result<(Value, Option<(Value, Value)>), CubeError> {
        let cube = &self.artefact.cube;
        let mut stride: usize = axes.iter().map(Vec::len).product();
        let mut sets: Vec<(usize, Vec<usize>)> = Vec::new();
        for (keep, axis) in self.keep.iter().zip(axes) {
            stride /= axis.len();
            sets.push((keep.dimension, axis[row / stride % axis.len()].members.clone()));
        }
        let others = self.within.dimensions().filter(|d| self.keep.iter().all(|keep| keep.dimension != *d));
        sets.extend(others.map(|d| (d, self.within.codes(d).unwrap_or_default().to_vec())));
        let Some(change) = &self.change else { return Ok((cube.value(&cube.slice(&sets)?)?, None)) };
        let of = |codes: &Vec<usize>| {
            cube.slice(&sets.iter().cloned().chain([(change.dimension, codes.clone())]).collect::<Vec<_>>())
        };
        let (before, after) = (of(&change.before)?, of(&change.after)?);
        Ok((cube.difference(&after, &before)?, Some((cube.value(&before)?, cube.value(&after)?))))
    }
}

/// One side of a comparison in canonical words. Codes that do not stand together were asked for as one of a level.
fn side(dimension: &Dimension, text: &str, taken: &[usize]) -> String {
    let code = |at: usize| dimension.codes[at].code.as_str();
    match taken {
        [only] => code(*only).to_owned(),
        [first, .., last] if last - first + 1 == taken.len() => format!("{}..{}", code(*first), code(*last)),
        _ => text.to_owned(),
    }
}

/// The codes of a column: those that are taken, or the groups that take them in.
fn entries<'a>(dimension: &'a Dimension, level: Option<&str>, taken: Option<&[usize]>) -> Vec<Entry<'a>> {
    let is_taken = |code: &usize| taken.is_none_or(|taken| taken.binary_search(code).is_ok());
    match level.and_then(|level| dimension.groups(level)) {
        None => (0..dimension.codes.len())
            .filter(is_taken)
            .map(|code| Entry { code: &dimension.codes[code], members: vec![code] })
            .collect(),
        Some(groups) => groups
            .into_iter()
            .map(|group| Entry { code: group.code, members: group.members.into_iter().filter(is_taken).collect() })
            .filter(|entry| !entry.members.is_empty())
            .collect(),
    }
}

/// What `gender` or `destination:region` names.
fn kept(artefact: &Artefact, text: &str) -> Result<Keep, Problem> {
    let (name, level) = text.split_once(':').map_or((text, None), |(name, level)| (name, Some(level)));
    let Some(dimension) = artefact.cube.dimension(name) else {
        let problem = Problem::new(Kind::UnknownDimension, "this release does not have one of the dimensions");
        return Err(problem.with_allowed(artefact.cube.dimensions().iter().map(|d| d.name.clone())));
    };
    let described = &artefact.cube.dimensions()[dimension];
    if level.is_some_and(|level| described.groups(level).is_none()) {
        return Err(unknown_level(described));
    }
    Ok(Keep { dimension, level: level.map(str::to_owned) })
}

/// A cube's refusal in words for readers.
fn problem(artefact: &Artefact, error: &CubeError) -> Problem {
    match error {
        CubeError::NotReleased { .. } => not_released(artefact),
        other => {
            tracing::error!(%other, "a question that was checked could not be asked");
            Problem::new(Kind::Internal, "the log of the server says more")
        }
    }
}

fn not_released(artefact: &Artefact) -> Problem {
    let sets = artefact.cube.tables().iter().map(|table| {
        let names: Vec<&str> = table.dimensions.iter().map(|d| artefact.cube.dimensions()[*d].name.as_str()).collect();
        names.join(",")
    });
    let detail = "no table of this release has these dimensions together; take dimensions of one of those allowed";
    Problem::new(Kind::NotReleased, detail).with_allowed(sets)
}

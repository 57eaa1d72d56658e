//! A question to one release in its canonical form: which dimensions to keep, which codes to take.

use std::fmt::Write as _;
use std::sync::Arc;

use panoh_publication::{Artefact, CubeError, RollUp, Slice};

use crate::Problem;
use crate::parameters::{Parameters, codes};
use crate::problem::Kind;

/// Most rows of one answer. More is for the files of the release folder.
const MOST_ROWS: usize = 500_000;

/// A question that its release can answer.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) artefact: Arc<Artefact>,
    /// Dimensions to keep, in the order of the answer's columns.
    pub(crate) keep: Vec<usize>,
    /// Codes to take.
    pub(crate) within: Slice,
}

impl Question {
    /// Settles a question; refuses combinations that no table has, and answers that would be too long.
    pub(crate) fn new(
        artefact: &Arc<Artefact>,
        keep: Vec<usize>,
        sets: &[(usize, Vec<usize>)],
    ) -> Result<Self, Problem> {
        let cube = &artefact.cube;
        let within = cube.slice(sets).map_err(|error| problem(artefact, &error))?;
        let touched: Vec<usize> = keep.iter().copied().chain(within.dimensions()).collect();
        if cube.table_with(&touched).is_none() {
            return Err(not_released(artefact));
        }
        let count = |d: &usize| within.codes(*d).map_or(cube.dimensions()[*d].codes.len(), <[usize]>::len);
        if keep.iter().map(count).product::<usize>() > MOST_ROWS {
            let detail = format!("more than {MOST_ROWS} rows: take fewer codes, or the files of the release");
            return Err(Problem::new(Kind::TooManyRows, detail));
        }
        Ok(Self { artefact: Arc::clone(artefact), keep, within })
    }

    /// The question of a cube address: `dimensions=a,b`, and for any dimension its codes.
    pub(crate) fn of_cube(artefact: &Arc<Artefact>, parameters: &mut Parameters) -> Result<Self, Problem> {
        let cube = &artefact.cube;
        let mut keep = Vec::new();
        for name in parameters.take("dimensions").iter().flat_map(|names| names.split(',')) {
            match cube.dimension(name) {
                Some(dimension) if !keep.contains(&dimension) => keep.push(dimension),
                Some(_) => return Err(Problem::new(Kind::BadValue, "a dimension is there twice in `dimensions`")),
                None => {
                    let problem =
                        Problem::new(Kind::UnknownDimension, "this release does not have one of the dimensions");
                    return Err(problem.with_allowed(cube.dimensions().iter().map(|d| d.name.clone())));
                }
            }
        }
        let mut sets = Vec::new();
        for (index, dimension) in cube.dimensions().iter().enumerate() {
            if let Some(text) = parameters.take(&dimension.name) {
                sets.push((index, codes(dimension, &text)?));
            }
        }
        parameters.finish(std::iter::once("dimensions").chain(cube.dimensions().iter().map(|d| d.name.as_str())))?;
        Self::new(artefact, keep, &sets)
    }

    /// One text for all ways of asking the same thing.
    pub(crate) fn canonical(&self) -> String {
        let mut text = format!("{:?}", self.keep);
        for dimension in self.within.dimensions() {
            let _ = write!(text, " {dimension}={:?}", self.within.codes(dimension).unwrap_or_default());
        }
        text
    }

    /// The answer's numbers.
    pub(crate) fn ask(&self) -> Result<RollUp, Problem> {
        self.artefact.cube.roll_up(&self.keep, &self.within).map_err(|error| problem(&self.artefact, &error))
    }
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

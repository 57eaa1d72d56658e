//! A ranking that noise cannot make up: only what passes the simultaneous threshold has a place of its own, the rest is
//! "all other", by subtraction with its exact error.

use panoh_publication::{
    Artefact, CubeError, NOT_KNOWN, OTHER, Slice, Value, WINDOW_NOT_COMPLETE, simultaneous_threshold,
};

/// Most places in a ranking.
const MOST_PLACES: usize = 12;

/// Sets of codes by dimension, as a slice is asked for.
pub(super) type Sets = Vec<(usize, Vec<usize>)>;

/// One place.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Codes of the ranked dimensions, in their order.
    pub(super) codes: Vec<usize>,
    /// What to ask for the place.
    pub(super) sets: Sets,
    pub(super) value: Value,
}

/// A ranking with what it leaves out.
#[derive(Debug)]
pub(super) struct Ranking {
    /// Largest first.
    pub(super) places: Vec<Place>,
    /// How many combinations were compared.
    pub(super) compared: usize,
    /// Known, without a place of its own.
    pub(super) other: Value,
    /// At least one of the dimensions is not known; `None` when none has such a code.
    pub(super) not_known: Option<Value>,
}

/// Ranks all combinations of known codes of some dimensions, summed over everything else.
pub(super) fn rank(artefact: &Artefact, dimensions: &[usize]) -> Result<Ranking, CubeError> {
    let cube = &artefact.cube;
    let numbers = cube.roll_up(dimensions, &cube.slice(&[])?)?;
    let named = |dimension: usize, code: usize, names: &[&str]| {
        names.contains(&cube.dimensions()[dimension].codes[code].code.as_str())
    };
    let mut candidates = Vec::new();
    for (cell, estimate) in numbers.estimates.iter().enumerate() {
        let mut stride = numbers.estimates.len();
        let mut codes = Vec::with_capacity(dimensions.len());
        for dimension in dimensions {
            let count = cube.dimensions()[*dimension].codes.len();
            stride /= count;
            codes.push(cell / stride % count);
        }
        if !dimensions.iter().zip(&codes).any(|(d, code)| named(*d, *code, &[OTHER, WINDOW_NOT_COMPLETE, NOT_KNOWN])) {
            candidates.push((codes, *estimate));
        }
    }
    let compared = candidates.len();
    let threshold = simultaneous_threshold(numbers.standard_error, compared);
    candidates.retain(|(_, estimate)| *estimate > threshold);
    candidates.sort_by(|one, other| other.1.total_cmp(&one.1));
    candidates.truncate(MOST_PLACES);
    let place = |(codes, estimate): (Vec<usize>, f64)| Place {
        sets: dimensions.iter().copied().zip(codes.iter().map(|code| vec![*code])).collect(),
        codes,
        value: Value { estimate, standard_error: numbers.standard_error },
    };
    let places: Vec<Place> = candidates.into_iter().map(place).collect();
    let (other, not_known) = left_out(artefact, dimensions, &places)?;
    Ok(Ranking { places, compared, other, not_known })
}

/// What has no place: known and not shown; not known.
fn left_out(artefact: &Artefact, dimensions: &[usize], places: &[Place]) -> Result<(Value, Option<Value>), CubeError> {
    let cube = &artefact.cube;
    let known = |dimension: &usize| {
        let codes = &cube.dimensions()[*dimension].codes;
        (*dimension, (0..codes.len()).filter(|code| codes[*code].code != NOT_KNOWN).collect::<Vec<_>>())
    };
    let known = cube.slice(&dimensions.iter().map(known).collect::<Sets>())?;
    let everything = cube.slice(&[])?;
    let shown: Vec<Slice> = places.iter().map(|place| cube.slice(&place.sets)).collect::<Result<_, _>>()?;
    let mut terms: Vec<(f64, &Slice)> = vec![(1.0, &known)];
    terms.extend(shown.iter().map(|slice| (-1.0, slice)));
    let other = cube.combination(&terms)?;
    let not_known = if known == everything { None } else { Some(cube.difference(&everything, &known)?) };
    Ok((other, not_known))
}

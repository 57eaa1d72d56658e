//! One question to several releases: those of a series, each about cohorts of its own, answer together as if they were one.
//!
//! Their noise is independent, so variances of sums over releases add and covariances between releases are zero. Inside a
//! release the covariances of its cube hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Artefact, Cube, CubeError, Dimension, DimensionCode, Labels, Pair, Slice, Slug, Value, YEAR};

/// Codes to take by the name of a dimension; what it does not name is summed over.
pub type Taken = BTreeMap<String, Vec<String>>;

/// Releases that answer together; at least one.
#[derive(Debug, Clone)]
pub struct Joint<'a> {
    parts: Vec<Part<'a>>,
}

#[derive(Debug, Clone)]
struct Part<'a> {
    artefact: &'a Arc<Artefact>,
    /// The year of all its persons, when it is about one and has no such dimension.
    year: Option<DimensionCode>,
}

/// Values for each combination of codes of the kept dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Marginal {
    /// Codes of each kept dimension, in the order of the dimension.
    pub codes: Vec<Vec<DimensionCode>>,
    /// Row-major over `codes`, the last kept dimension runs fastest.
    pub values: Vec<Value>,
}

/// The releases of a series that are not revised by another, by their first cohorts.
pub fn members<'a>(releases: &[&'a Arc<Artefact>], series: &Slug) -> Vec<&'a Arc<Artefact>> {
    let is_member = |artefact: &&&Arc<Artefact>| artefact.release.definition.series.as_ref() == Some(series);
    let all: Vec<&Arc<Artefact>> = releases.iter().filter(is_member).copied().collect();
    let is_revised = |artefact: &Artefact| {
        all.iter().any(|other| other.release.definition.supersedes.as_ref() == Some(&artefact.release.id))
    };
    let mut members: Vec<&Arc<Artefact>> = all.iter().copied().filter(|artefact| !is_revised(artefact)).collect();
    members.sort_by_key(|artefact| (artefact.release.definition.cohorts.from, artefact.release.id.to_string()));
    members
}

/// The one code of the dimension `year` that a release without this dimension would have; none when it has one, or would
/// have several.
pub fn only_year(artefact: &Artefact) -> Option<DimensionCode> {
    if artefact.cube.dimension(YEAR).is_some() {
        return None;
    }
    let mut codes: Vec<String> = artefact.release.definition.year_codes().into_iter().map(|(_, code)| code).collect();
    codes.dedup();
    let [code] = &codes[..] else { return None };
    let labels = Labels::same(&code.replace('_', "–"));
    Some(DimensionCode { code: code.clone(), labels, parent: None })
}

/// Indexes of dimensions that one table of the release has together.
pub fn dimensions_together(artefact: &Artefact, names: &[&str]) -> Option<Vec<usize>> {
    let indexes: Vec<usize> = names.iter().map(|name| artefact.cube.dimension(name)).collect::<Option<_>>()?;
    artefact.cube.table_with(&indexes).map(|_| indexes)
}

/// Whether a release answers a question about these dimensions together.
fn answers(artefact: &Artefact, names: &[&str]) -> bool {
    let known = if only_year(artefact).is_some() { Some(YEAR) } else { None };
    let names: Vec<&str> = names.iter().copied().filter(|name| Some(*name) != known).collect();
    dimensions_together(artefact, &names).is_some()
}

impl<'a> Joint<'a> {
    /// Of releases, newest first: the newest that has these dimensions in one table, with those of its series that have them
    /// too.
    pub fn newest(releases: &[&'a Arc<Artefact>], names: &[&str]) -> Option<Self> {
        let newest = releases.iter().find(|artefact| answers(artefact, names))?;
        let series = newest.release.definition.series.as_ref();
        let mut found = series.map(|series| members(releases, series)).unwrap_or_default();
        found.retain(|artefact| answers(artefact, names));
        if found.is_empty() {
            found.push(newest);
        }
        let part = |artefact| Part { artefact, year: only_year(artefact) };
        Some(Self { parts: found.into_iter().map(part).collect() })
    }

    /// A release alone, if it has these dimensions in one table.
    pub fn alone(artefact: &'a Arc<Artefact>, names: &[&str]) -> Option<Self> {
        answers(artefact, names).then(|| Self { parts: vec![Part { artefact, year: only_year(artefact) }] })
    }

    /// Whether these dimensions can be asked about together.
    pub fn answers(&self, names: &[&str]) -> bool {
        self.parts.iter().all(|part| answers(part.artefact, names))
    }

    /// The releases, in the order of their cohorts.
    pub fn releases(&self) -> impl Iterator<Item = &'a Arc<Artefact>> + '_ {
        self.parts.iter().map(|part| part.artefact)
    }

    /// The release of the latest cohorts.
    pub fn latest(&self) -> &'a Arc<Artefact> {
        self.parts[self.parts.len() - 1].artefact
    }

    /// A dimension other than `year`; the same in all releases of a series.
    pub fn dimension(&self, name: &str) -> Option<&'a Dimension> {
        let cube = &self.latest().cube;
        cube.dimension(name).map(|at| &cube.dimensions()[at])
    }

    /// The codes of a dimension; for `year` those of all releases, in their order.
    pub fn codes(&self, name: &str) -> Vec<DimensionCode> {
        if name != YEAR {
            return self.dimension(name).map(|dimension| dimension.codes.clone()).unwrap_or_default();
        }
        let mut codes: Vec<DimensionCode> = Vec::new();
        for part in &self.parts {
            let cube = &part.artefact.cube;
            let of_part = cube.dimension(YEAR).map(|at| cube.dimensions()[at].codes.as_slice()).unwrap_or_default();
            for code in part.year.iter().chain(of_part) {
                if !codes.iter().any(|known| known.code == code.code) {
                    codes.push(code.clone());
                }
            }
        }
        // Persons without a year stand last.
        codes.sort_by_key(|code| code.code == crate::NO_YEAR);
        codes
    }

    /// How many persons a question counts, with its error.
    pub fn value(&self, taken: &Taken) -> Result<Value, CubeError> {
        self.combination(&[(1.0, taken)])
    }

    /// A sum of questions with weights, with the error that takes shared noise into account.
    pub fn combination(&self, terms: &[(f64, &Taken)]) -> Result<Value, CubeError> {
        let (mut estimate, mut variance) = (0.0, 0.0);
        for part in &self.parts {
            let cube = &part.artefact.cube;
            let slices = terms.iter().filter_map(|(weight, taken)| Some((*weight, part.slice(taken).transpose()?)));
            let slices: Vec<(f64, Slice)> =
                slices.map(|(weight, slice)| Ok((weight, slice?))).collect::<Result<_, CubeError>>()?;
            let terms: Vec<(f64, &Slice)> = slices.iter().map(|(weight, slice)| (*weight, slice)).collect();
            let value = cube.combination(&terms)?;
            estimate += value.estimate;
            variance += value.standard_error * value.standard_error;
        }
        Ok(Value { estimate, standard_error: variance.sqrt() })
    }

    /// Two questions with what is needed to divide one by the other.
    pub fn pair(&self, above: &Taken, below: &Taken) -> Result<Pair, CubeError> {
        let (one, other) = (self.value(above)?, self.value(below)?);
        let mut covariance = 0.0;
        for part in &self.parts {
            if let (Some(above), Some(below)) = (part.slice(above)?, part.slice(below)?) {
                covariance += part.artefact.cube.covariance(&above, &below)?;
            }
        }
        Ok(Pair {
            above: one.estimate,
            below: other.estimate,
            variance_above: one.standard_error.powi(2),
            variance_below: other.standard_error.powi(2),
            covariance,
        })
    }

    /// One value for each combination of codes of the dimensions to keep, in their order; the rest is summed over. A kept
    /// dimension of which codes are taken has only those.
    pub fn marginal(&self, keep: &[&str], taken: &Taken) -> Result<Marginal, CubeError> {
        let codes: Vec<Vec<DimensionCode>> = keep
            .iter()
            .map(|name| {
                let wanted = taken.get(*name);
                let is_wanted = |code: &DimensionCode| wanted.is_none_or(|wanted| wanted.contains(&code.code));
                self.codes(name).into_iter().filter(is_wanted).collect()
            })
            .collect();
        let cells = codes.iter().map(Vec::len).product();
        let mut values = vec![(0.0, 0.0); cells];
        for part in &self.parts {
            part.add(keep, taken, &codes, &mut values)?;
        }
        let value = |(estimate, variance): (f64, f64)| Value { estimate, standard_error: variance.sqrt() };
        Ok(Marginal { codes, values: values.into_iter().map(value).collect() })
    }
}

impl Part<'_> {
    /// The question to this release; none when no person of its is asked for.
    fn slice(&self, taken: &Taken) -> Result<Option<Slice>, CubeError> {
        let cube = &self.artefact.cube;
        let mut sets = Vec::new();
        for (name, codes) in taken {
            if let (YEAR, Some(year)) = (name.as_str(), &self.year) {
                if !codes.contains(&year.code) {
                    return Ok(None);
                }
                continue;
            }
            let Some(dimension) = cube.dimension(name) else {
                return Err(CubeError::NotReleased { dimensions: vec![name.clone()] });
            };
            let described = &cube.dimensions()[dimension];
            let positions: Vec<usize> = codes.iter().filter_map(|code| described.position(code)).collect();
            if positions.is_empty() {
                return Ok(None);
            }
            sets.push((dimension, positions));
        }
        cube.slice(&sets).map(Some)
    }

    /// Adds what this release says of the cells of a marginal: estimate and variance.
    fn add(
        &self,
        keep: &[&str],
        taken: &Taken,
        codes: &[Vec<DimensionCode>],
        values: &mut [(f64, f64)],
    ) -> Result<(), CubeError> {
        let Some(within) = self.slice(taken)? else { return Ok(()) };
        let cube: &Cube = &self.artefact.cube;
        // The kept dimensions of this release, and where each of its codes stands in the marginal.
        let (mut kept, mut strides) = (Vec::new(), Vec::new());
        let mut offset = 0;
        let mut stride = values.len();
        for (name, codes) in keep.iter().zip(codes) {
            stride /= codes.len().max(1);
            let place = |wanted: &str| codes.iter().position(|code| code.code == wanted).map(|at| at * stride);
            if let (YEAR, Some(year)) = (*name, &self.year) {
                offset = place(&year.code).unwrap_or(0);
                continue;
            }
            let Some(dimension) = cube.dimension(name) else {
                return Err(CubeError::NotReleased { dimensions: vec![(*name).to_owned()] });
            };
            kept.push(dimension);
            let described = &cube.dimensions()[dimension].codes;
            strides.push(described.iter().map(|code| place(&code.code)).collect::<Vec<_>>());
        }
        let rows = cube.roll_up(&kept, &within)?;
        let variance = rows.standard_error * rows.standard_error;
        let mut places = vec![offset];
        for (codes, strides) in rows.codes.iter().zip(&strides) {
            let next = |place: &usize| codes.iter().map(|code| place + strides[*code].unwrap_or(0)).collect::<Vec<_>>();
            places = places.iter().flat_map(next).collect();
        }
        for (place, estimate) in places.into_iter().zip(rows.estimates) {
            values[place].0 += estimate;
            values[place].1 += variance;
        }
        Ok(())
    }
}

impl Marginal {
    /// The value of a cell by the place of its code in each kept dimension.
    pub fn at(&self, places: &[usize]) -> Value {
        let index = places.iter().zip(&self.codes).fold(0, |index, (place, codes)| index * codes.len() + place);
        self.values[index]
    }
}

#[cfg(test)]
mod tests;

//! One table as people read it: by its own codes or by coarser ones, each number with its exact error, and with the share
//! that it has among what is known.

use serde::Serialize;

use crate::{
    Artefact, Cube, CubeError, Dimension, NOT_KNOWN, Quality, Ratio, Slice, Value, WINDOW_NOT_COMPLETE, quality,
};

/// One number of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// One code of each dimension of the table.
    pub codes: Vec<String>,
    /// Persons.
    #[serde(flatten)]
    pub value: Value,
    /// How well it can be used.
    pub quality: Quality,
    /// Its part of all persons of whom the shared dimension is known and whose other codes are the same. None for what is
    /// not known, and where nothing is shared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Ratio>,
}

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Dimensions by name with the coarser list that takes the place of their codes.
    pub levels: Vec<(String, String)>,
    /// The dimension whose codes are shares of what is known.
    pub shares_of: Option<String>,
}

/// The codes of a dimension in a reading: a name, and the positions that it stands for.
type Codes = Vec<(String, Vec<usize>)>;

/// The numbers of a table in the order of its cells.
pub fn figures(artefact: &Artefact, table: &str, reading: &Reading) -> Result<Vec<Figure>, CubeError> {
    let cube = &artefact.cube;
    let known = || cube.tables().iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ");
    let table = cube.table(table);
    let table = table.ok_or_else(|| CubeError::Asked(format!("there is no such table; there are {}", known())))?;
    let names: Vec<&str> = table.dimensions.iter().map(|at| cube.dimensions()[*at].name.as_str()).collect();
    let asked = reading.levels.iter().map(|(name, _)| name).chain(&reading.shares_of);
    for name in asked {
        if !names.contains(&name.as_str()) {
            return refuse(format!("the table has no dimension {name:?}; it has {}", names.join(", ")));
        }
    }
    let lists = table.dimensions.iter().map(|at| codes(&cube.dimensions()[*at], reading));
    let lists: Vec<Codes> = lists.collect::<Result<_, _>>()?;
    let shared = reading.shares_of.as_ref().and_then(|name| names.iter().position(|known| known == name));
    let rows = lists.iter().map(Vec::len).product();
    let smallest = artefact.release.definition.smallest_count_of_interest;
    (0..rows).map(|row| figure(cube, &table.dimensions, &lists, row, shared, smallest)).collect()
}

fn codes(dimension: &Dimension, reading: &Reading) -> Result<Codes, CubeError> {
    let level = reading.levels.iter().find(|(name, _)| *name == dimension.name).map(|(_, level)| level);
    let Some(level) = level else {
        return Ok(dimension.codes.iter().enumerate().map(|(at, code)| (code.code.clone(), vec![at])).collect());
    };
    let Some(groups) = dimension.groups(level) else {
        let above: Vec<&str> = dimension.levels.iter().map(|level| level.name.as_str()).collect();
        let above = if above.is_empty() { "none".to_owned() } else { above.join(", ") };
        return refuse(format!(
            "dimension {} has no level {level:?}; above its codes there are: {above}",
            dimension.name
        ));
    };
    Ok(groups.into_iter().map(|group| (group.code.code.clone(), group.members)).collect())
}

fn figure(
    cube: &Cube,
    dimensions: &[usize],
    lists: &[Codes],
    row: usize,
    shared: Option<usize>,
    smallest: u32,
) -> Result<Figure, CubeError> {
    let mut stride = lists.iter().map(Vec::len).product::<usize>();
    let taken: Vec<&(String, Vec<usize>)> = lists
        .iter()
        .map(|list| {
            stride /= list.len();
            &list[row / stride % list.len()]
        })
        .collect();
    let sets: Vec<(usize, Vec<usize>)> =
        std::iter::zip(dimensions, &taken).map(|(at, (_, members))| (*at, members.clone())).collect();
    let slice = cube.slice(&sets)?;
    let value = cube.value(&slice)?;
    let is_known = |code: &str| ![NOT_KNOWN, WINDOW_NOT_COMPLETE].contains(&code);
    let share = match shared.filter(|at| is_known(&taken[*at].0)) {
        Some(at) => {
            let mut among = sets.clone();
            among[at].1 =
                lists[at].iter().filter(|(code, _)| is_known(code)).flat_map(|(_, all)| all.clone()).collect();
            Some(share(cube, &slice, &cube.slice(&among)?)?)
        }
        None => None,
    };
    let codes = taken.into_iter().map(|(code, _)| code.clone()).collect();
    Ok(Figure { codes, value, quality: quality(value.standard_error, smallest), share })
}

fn share(cube: &Cube, part: &Slice, whole: &Slice) -> Result<Ratio, CubeError> {
    Ok(cube.pair(part, whole)?.share())
}

fn refuse<T>(rule: String) -> Result<T, CubeError> {
    Err(CubeError::Asked(rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artefact::tests::{draft, signer};
    use crate::{DimensionCode, Labels, Level, read, write};

    /// Two genders below one level, so that its numbers are those of the table by year alone.
    fn artefact() -> Artefact {
        let folder = tempfile::tempdir().expect("a folder");
        let mut draft = draft();
        let code = |code: &str| DimensionCode { code: code.into(), labels: Labels::same(code), parent: None };
        draft.dimensions[1].codes.iter_mut().for_each(|code| code.parent = Some("person".to_owned()));
        draft.dimensions[1].levels =
            vec![Level { name: "beings".into(), title: Labels::same("Beings"), codes: vec![code("person")] }];
        read(&write(folder.path(), &draft, &signer()).expect("writes").path).expect("whole")
    }

    fn asked(table: &str, by: &[(&str, &str)], shares_of: Option<&str>) -> Result<Vec<Figure>, CubeError> {
        let levels = by.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned())).collect();
        figures(&artefact(), table, &Reading { levels, shares_of: shares_of.map(str::to_owned) })
    }

    #[test]
    fn coarser_codes_agree_with_the_table_that_lacks_the_dimension() {
        let by_level = asked("gender_by_year", &[("gender", "beings")], None).expect("a table");
        let alone = asked("years", &[], None).expect("a table");
        assert_eq!(by_level.len(), 3);
        for (one, other) in by_level.iter().zip(&alone) {
            assert_eq!(one.codes, [other.codes[0].as_str(), "person"]);
            assert!((one.value.estimate - other.value.estimate).abs() < 1e-9, "{one:?} {other:?}");
            assert!((one.value.standard_error - other.value.standard_error).abs() < 1e-12, "{one:?} {other:?}");
        }
    }

    #[test]
    fn shares_are_of_what_is_known_in_the_same_row() {
        let shares = asked("gender_by_year", &[], Some("gender")).expect("a table");
        let share = |at: usize| match shares[at].share {
            Some(Ratio::Known { estimate, low, high }) if low <= high => estimate,
            other => panic!("{other:?}"),
        };
        assert!((share(0) - 10.5 / 19.75).abs() < 1e-12 && (share(0) + share(1) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_answered_is_told() {
        for (table, by, shares_of, said) in [
            ("genders", None, None, "there are gender_by_year, years"),
            ("years", Some(("gender", "beings")), None, "no dimension \"gender\"; it has year"),
            ("gender_by_year", Some(("gender", "region")), None, "there are: beings"),
            ("gender_by_year", Some(("year", "decade")), None, "there are: none"),
            ("years", None, Some("gender"), "no dimension \"gender\""),
        ] {
            let error = asked(table, by.as_slice(), shares_of).expect_err(said).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}

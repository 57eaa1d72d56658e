//! A made-up file for the bench of intake: the 63 columns of the layout of the Counter-Trafficking Data Collaborative
//! behind six that say who the person is. One row is one person, and no two rows are the same person.
//!
//! The file is written about as fast as the disk takes it, so that a bench can have millions of rows: the answers are
//! drawn for some thousands of cases and taken again and again, as in an anonymised file, while each identity is new.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use jiff::ToSpan;
use jiff::civil::date;
use rand::Rng;

use crate::ctdc::Cases;
use crate::error::SimulatorError;
use crate::names::{Ending, Sex, family};
use crate::rng::{Part, stream};

/// What to make up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WideScenario {
    /// Seed of every draw.
    pub seed: u64,
    /// Rows below the header, at most 100 million.
    pub rows: u64,
}

/// The columns before those of the layout.
const IDENTITIES: [&str; 6] = ["recordId", "familyName", "givenName", "fatherName", "birthDate", "documentNumber"];

/// Cases whose answers are drawn.
const CASES: usize = 1 << 13;

/// Birth dates lie on this many days.
const BIRTH_DAYS: i64 = 40 * 365;

/// A prime above the number of rows: steps of one size come to every number below it, and to each only once.
const PERSONS: u64 = 100_000_007;
const STEP: u64 = 48_271_009;

/// Writes the file and returns its size in bytes. The same scenario gives the same bytes. Memory does not grow with the
/// scenario.
pub fn write_wide(scenario: &WideScenario, path: &Path) -> Result<u64, SimulatorError> {
    if scenario.rows >= PERSONS {
        return Err(SimulatorError::Scenario { field: "rows", rule: "must be at most 100 million".to_owned() });
    }
    let mut rng = stream(scenario.seed, 0, Part::Wide);
    let cases = Cases::read()?;
    let answers: Vec<String> = (0..CASES).map(|_| cases.draw(&mut rng).join(",")).collect();
    let persons = Persons::new()?;
    let failed = |source| SimulatorError::Write { path: path.to_owned(), source };
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(failed)?);
    let mut bytes = 0;
    let mut line = [&IDENTITIES[..], &cases.headers()].concat().join(",").into_bytes();
    for number in 0..=scenario.rows {
        line.push(b'\n');
        file.write_all(&line).map_err(failed)?;
        bytes += line.len() as u64;
        line.clear();
        persons.write(number, scenario.seed, &mut line);
        line.extend_from_slice(answers[rng.random_range(0..CASES)].as_bytes());
    }
    file.flush().map_err(failed)?;
    Ok(bytes)
}

/// Names and birth dates in writing, put together by the number of the person.
struct Persons {
    sexes: [Names; 2],
    births: Vec<String>,
}

/// Names of one sex.
struct Names {
    given: Vec<&'static str>,
    family: Vec<String>,
}

impl Persons {
    fn new() -> Result<Self, SimulatorError> {
        let names = |given: &'static str, sex| Names {
            given: given.lines().collect(),
            family: include_str!("../names/family.txt")
                .lines()
                .map(|stem| family(stem, Ending::Russian, sex))
                .collect(),
        };
        let women = names(include_str!("../names/given-women.txt"), Sex::Woman);
        let men = names(include_str!("../names/given-men.txt"), Sex::Man);
        let first = date(1960, 1, 1);
        let births = (0..BIRTH_DAYS).map(|day| Ok(first.checked_add(day.days())?.to_string()));
        Ok(Self { sexes: [women, men], births: births.collect::<Result<_, SimulatorError>>()? })
    }

    /// Writes the six cells of a person, each with a comma after it. Persons of one sex with the same two names have
    /// different birth dates, and each document number is there once.
    fn write(&self, number: u64, seed: u64, line: &mut Vec<u8>) {
        let person = (number * STEP + seed % PERSONS) % PERSONS;
        let mut left = person;
        let mut take = |count: usize| {
            let taken = left % count as u64;
            left /= count as u64;
            usize::try_from(taken).expect("below a length")
        };
        let names = &self.sexes[take(2)];
        let given = names.given[take(names.given.len())];
        let family = &names.family[take(names.family.len())];
        let birth = &self.births[take(self.births.len())];
        let fathers = &self.sexes[1].given;
        let father = fathers[usize::try_from(person % 9_973).expect("a small number") % fathers.len()];
        // Record ids in the form in which case systems make them.
        let (high, low) = (person >> 16, person & 0xffff);
        write!(line, "{number:08x}-{low:04x}-4{:03x}-8{:03x}-{person:012x}", high & 0xfff, low & 0xfff)
            .expect("a vector takes all");
        write!(line, ",{family},{given},{father},{birth},A{person:08},").expect("a vector takes all");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_row_is_another_person_and_the_same_seed_gives_the_same_bytes() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, seed| {
            let path = dir.path().join(name);
            let bytes = write_wide(&WideScenario { seed, rows: 20_000 }, &path).expect("the file is written");
            let text = std::fs::read_to_string(path).expect("the file is there");
            assert_eq!(text.len() as u64, bytes);
            text
        };
        let text = write("one.csv", 7);
        assert_eq!(text, write("two.csv", 7));
        assert_ne!(text, write("three.csv", 8));
        assert_eq!(text.lines().count(), 20_001);
        assert!(text.lines().all(|line| line.split(',').count() == 69), "a row has 69 cells");
        let column = |columns: std::ops::RangeInclusive<usize>| -> HashSet<String> {
            let cells = |line: &str| line.split(',').collect::<Vec<_>>()[columns.clone()].join(",");
            text.lines().skip(1).map(cells).collect()
        };
        for columns in [0..=0, 5..=5] {
            assert_eq!(column(columns).len(), 20_000, "record ids and documents are there once");
        }
        let named: HashSet<Vec<String>> = text
            .lines()
            .skip(1)
            .map(|line| {
                let cells: Vec<&str> = line.split(',').collect();
                vec![cells[1].to_owned(), cells[2].to_owned(), cells[4].to_owned()]
            })
            .collect();
        assert_eq!(named.len(), 20_000, "family name, given name and birth date tell all persons apart");
    }

    #[test]
    fn more_rows_than_persons_are_refused() {
        let scenario = WideScenario { seed: 1, rows: 200_000_000 };
        let refused = write_wide(&scenario, Path::new("never-written.csv")).expect_err("refused");
        assert!(matches!(refused, SimulatorError::Scenario { field: "rows", .. }));
    }
}

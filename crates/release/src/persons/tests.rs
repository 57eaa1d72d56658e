//! One person, one row; one row, one cell; and nobody whom the release does not pay for.

use panoh_privacy::measure;
use proptest::prelude::*;

use super::*;
use crate::fixture::{PEOPLE, Row, batch, definition, persons, planned, schema, silence};

/// Counts by destination: RUS, KAZ, other, not known.
fn destinations(persons: &Persons, plan: &ReleasePlan) -> Vec<i64> {
    persons.count(plan.noise().shape().sizes(), &[2])
}

#[test]
fn codes_find_their_cells() {
    let plan = planned(&definition(|text| text));
    let persons = persons(&plan, &PEOPLE);
    assert_eq!(destinations(&persons, &plan), [2, 0, 1, 1]); // p5 is of another cohort
    assert_eq!(persons.count(plan.noise().shape().sizes(), &[0]), [2, 2]);
    assert_eq!(persons.count(plan.noise().shape().sizes(), &[]), [4]);
    let genders = persons.count(plan.noise().shape().sizes(), &[1]);
    assert_eq!((genders.iter().sum::<i64>(), genders.last()), (4, Some(&1))); // `missing` is not known
}

#[test]
fn a_person_counts_once_whatever_the_frame_gives() {
    let plan = planned(&definition(|text| text));
    let twice: [Row<'_>; 3] =
        [("p1", "2019", "woman", Some("RUS")), ("p1", "2019", "woman", Some("KAZ")), ("p1", "2020", "man", None)];
    let mut back = twice;
    back.reverse();
    let (one, other) = (persons(&plan, &twice), persons(&plan, &back));
    assert_eq!(destinations(&one, &plan).iter().sum::<i64>(), 1);
    assert_eq!(destinations(&one, &plan), destinations(&other, &plan), "the order of rows does not matter");

    // Over many people and keys every row has its turn, so no code is favoured.
    let mut seen = HashSet::new();
    for key in 0..32 {
        let mut persons = Persons::new(&plan, &schema(), [key; 32]).unwrap();
        persons.add(&batch(&twice)).unwrap();
        seen.insert(destinations(&persons, &plan));
    }
    assert_eq!(seen.len(), 3);
}

#[test]
fn a_column_that_the_frame_lacks_is_refused_before_any_row() {
    let plan = planned(&definition(|text| text));
    let without: Vec<_> = schema().fields().iter().filter(|field| field.name() != "gender").cloned().collect();
    let error = Persons::new(&plan, &Schema::new(without), [0; 32]).unwrap_err().to_string();
    assert!(error.starts_with("frame `persons`, column `gender`: "), "{error}");
}

#[test]
fn nothing_is_shown() {
    let plan = planned(&definition(|text| text));
    assert_eq!(format!("{:?}", persons(&plan, &PEOPLE)), "Persons(..)");
}

type OwnedRow = (usize, usize, usize, usize);
const COHORTS: [&str; 4] = ["2019", "2020", "2018", "no_year"];
const GENDERS: [&str; 5] = ["woman", "man", "missing", "", "nonsense"];
const COUNTRIES: [Option<&str>; 5] = [Some("RUS"), Some("KAZ"), Some("TUR"), Some("unknown"), None];
const NAMES: [&str; 6] = ["", "a", "b", "c", "d", "e"];

fn rows(numbers: &[OwnedRow]) -> Vec<Row<'static>> {
    numbers.iter().map(|&(p, c, g, d)| (NAMES[p], COHORTS[c], GENDERS[g], COUNTRIES[d])).collect()
}

fn measured(plan: &ReleasePlan, rows: &[Row<'_>]) -> (Vec<Vec<i64>>, Vec<(usize, u64)>) {
    let persons = persons(plan, rows);
    let sizes = plan.noise().shape().sizes();
    let count = |subset: panoh_privacy::Subset| persons.count(sizes, &subset.dimensions().collect::<Vec<_>>());
    let mut calls = Vec::new();
    let mut noise = |values: &[i64], sigma: f64| {
        calls.push((values.len(), sigma.to_bits()));
        silence(values, sigma)
    };
    let measurements = measure(plan.noise(), &count, &mut noise).unwrap();
    (measurements, calls)
}

proptest! {
    /// Without one person the same scales are asked for in the same order, and no vector moves by more than its
    /// sensitivity: duplicates, nulls, odd codes and foreign cohorts included.
    #[test]
    fn neighbours_differ_by_no_more_than_the_sensitivity(
        numbers in proptest::collection::vec((0_usize..6, 0_usize..4, 0_usize..5, 0_usize..5), 0..40),
        gone in 0_usize..6,
    ) {
        let plan = planned(&definition(|text| text));
        let all = rows(&numbers);
        let without: Vec<Row<'_>> = all.iter().filter(|row| row.0 != NAMES[gone]).copied().collect();
        let (one, one_calls) = measured(&plan, &all);
        let (other, other_calls) = measured(&plan, &without);
        prop_assert_eq!(one_calls, other_calls);
        for ((one, other), query) in one.iter().zip(&other).zip(plan.noise().queries()) {
            let square: i64 = one.iter().zip(other).map(|(a, b)| (a - b).pow(2)).sum();
            prop_assert!((square as f64).sqrt() <= query.sensitivity * (1.0 + 1e-12));
        }
    }
}

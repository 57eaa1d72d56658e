//! One person, one row; one row, one cell; and nobody whom the release does not pay for.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::Field;
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

/// A definition with one outcome, known up to the day.
fn outcome(until: &str) -> ReleasePlan {
    planned(&definition(|text| {
        let text = text.replace("frame = \"persons\"", &format!("frame = \"services\"\n{until}"));
        let (head, _) = text.split_once("[[dimension]]").unwrap();
        format!(
            "{head}[[dimension]]\nname = \"shelter\"\ntitle = \"Shelter\"\ncolumn = \"service_shelter\"\n\
             list = \"yes_no\"\ncodes = \"all\"\n[[table]]\nname = \"t\"\ntitle = \"T\"\n\
             dimensions = [\"year\", \"shelter\"]\n"
        )
    }))
}

/// How many are yes, no, of incomplete months, not known. A row: person, cohort, end of the twelve months, code.
fn outcomes(plan: &ReleasePlan, rows: &[(&str, &str, Option<&str>, Option<&str>)]) -> Vec<i64> {
    let names = ["person", "cohort", "window_end", "service_shelter"];
    let schema = Schema::new(names.map(|name| Field::new(name, DataType::Utf8, true)).to_vec());
    let column = |of: &dyn Fn(usize) -> Option<String>| -> ArrayRef {
        Arc::new((0..rows.len()).map(of).collect::<StringArray>())
    };
    let columns = vec![
        column(&|at| Some(rows[at].0.to_owned())),
        column(&|at| Some(rows[at].1.to_owned())),
        column(&|at| rows[at].2.map(str::to_owned)),
        column(&|at| rows[at].3.map(str::to_owned)),
    ];
    let batch = RecordBatch::try_new(Arc::new(schema.clone()), columns).unwrap();
    let mut persons = Persons::new(plan, &schema, [1; 32]).unwrap();
    persons.add(&batch).unwrap();
    persons.count(plan.noise().shape().sizes(), &[1])
}

#[test]
fn an_outcome_counts_when_the_twelve_months_are_over() {
    let rows = [
        ("a", "2019", Some("2020-04"), Some("yes")),
        ("b", "2019", Some("2020-04"), Some("no")),
        ("c", "2020", Some("2020-12"), Some("yes")),
        ("d", "2020", Some("2021-01"), Some("yes")),
        ("e", "2020", Some("2021-01"), Some("no")),
        ("f", "2020", None, Some("yes")),
        ("g", "2020", Some("2020-06"), Some("not_known")),
        ("h", "2020", Some("2020-06"), None),
        ("i", "2018", Some("2019-06"), Some("yes")),
    ];
    let until = |day: &str| outcomes(&outcome(&format!("observed_until = \"{day}\"")), &rows);
    assert_eq!(until("2021-01-01"), [3, 2, 0, 3]);
    assert_eq!(until("2020-12-31"), [2, 1, 2, 3], "December has begun, January has not");
    assert_eq!(until("2019-12-31"), [0, 0, 7, 1]);
    // Without a day the definition's own counts: 2026-01-01.
    assert_eq!(outcomes(&outcome(""), &rows), [3, 2, 0, 3]);
}

#[test]
fn a_frame_with_outcomes_says_when_the_months_end() {
    let plan = outcome("");
    let names = ["person", "cohort", "service_shelter"];
    let schema = Schema::new(names.map(|name| Field::new(name, DataType::Utf8, true)).to_vec());
    let error = Persons::new(&plan, &schema, [0; 32]).unwrap_err().to_string();
    assert!(error.starts_with("frame `services`, column `window_end`: "), "{error}");
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

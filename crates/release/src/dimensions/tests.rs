//! Levels: values count under their coarser code, and coarser levels are exact sums.

use std::collections::BTreeMap;

use panoh_dictionary::Dictionary;

use crate::ReleaseError;
use crate::fixture::{batch, definition, persons, planned, schema};
use crate::{Persons, plan};

const WRITTEN: &str = "codes = [\"RUS\", \"KAZ\"]\nreason = \"two are enough\"\ndate = \"2018-01-01\"";

fn with_level(level: &str, codes: &str) -> panoh_publication::Definition {
    definition(|text| text.replace(WRITTEN, &format!("level = \"{level}\"\n{codes}")))
}

/// How many persons each code of `destination` has.
fn counts(definition: &panoh_publication::Definition, rows: &[crate::fixture::Row<'_>]) -> BTreeMap<String, i64> {
    let plan = planned(definition);
    let at = plan.dimensions().iter().position(|one| one.dimension.name == "destination").expect("declared");
    let counts = persons(&plan, rows).count(plan.noise().shape().sizes(), &[at]);
    let codes = plan.dimensions()[at].dimension.codes.iter().map(|code| code.code.clone());
    codes.zip(counts).filter(|(_, count)| *count != 0).collect()
}

const ROWS: [crate::fixture::Row<'static>; 6] = [
    ("p1", "2019", "woman", Some("RUS")),
    ("p2", "2019", "man", Some("KAZ")),
    ("p3", "2020", "man", Some("UZB")),
    ("p4", "2020", "man", Some("unknown")),
    ("p5", "2020", "man", None),
    ("p6", "2020", "man", Some("no country")),
];

#[test]
fn a_value_counts_under_its_part_of_the_level() {
    let all = |level| counts(&with_level(level, "codes = \"all\""), &ROWS);
    let expected = |pairs: &[(&str, i64)]| pairs.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect();
    // A value that is no code at all has no part of the world either: a whole list has no `other`.
    assert_eq!(all("subregion"), expected(&[("eastern_europe", 1), ("central_asia", 2), ("not_known", 3)]));
    let written = "codes = [\"central_asia\"]\nreason = \"r\"\ndate = \"2018-01-01\"";
    assert_eq!(
        counts(&with_level("subregion", written), &ROWS),
        expected(&[("central_asia", 2), ("other", 2), ("not_known", 2)])
    );
}

#[test]
fn levels_above_are_sums_of_whole_lists_only() {
    let plan = planned(&with_level("subregion", "codes = \"all\""));
    let destination = plan.dimensions().iter().find(|one| one.dimension.name == "destination").expect("declared");
    let levels: Vec<&str> = destination.dimension.levels.iter().map(|level| level.name.as_str()).collect();
    assert_eq!(levels, ["world_region"]);
    let groups = destination.dimension.groups("world_region").expect("a level");
    let members: usize = groups.iter().map(|group| group.members.len()).sum();
    assert_eq!(members, destination.dimension.codes.len(), "each code is in one group");
    assert_eq!(groups.last().expect("groups").code.code, "not_known");
    assert_eq!(destination.dimension.groups("country"), None, "a finer list is no level");
    let written = planned(&definition(|text| text));
    let partly = written.dimensions().iter().find(|one| one.dimension.name == "destination").expect("declared");
    assert!(partly.dimension.levels.is_empty(), "countries under `other` would be missing in the sums");
}

#[test]
fn a_level_must_be_above_the_list() {
    let dictionary = Dictionary::builtin().expect("right");
    let budget = panoh_ledger::Budget::untouched(panoh_ledger::Limits::STANDARD);
    for level in ["gender", "region", "nothing"] {
        let refused = plan(&with_level(level, "codes = \"all\""), &dictionary, &budget).expect_err("refused");
        let ReleaseError::Dimension { rule, .. } = &refused else { panic!("{refused}") };
        assert!(rule.contains("subregion, world_region"), "{rule}");
    }
}

#[test]
fn years_together_are_one_code_and_each_cohort_still_pays() {
    let pooled =
        definition(|text| text.replace("from = 2019, to = 2020", "from = 2016, to = 2020, years_together = 2"));
    assert_eq!(pooled.cohorts(), ["2016", "2017", "2018", "2019", "2020"]);
    let plan = planned(&pooled);
    let codes: Vec<&str> = plan.dimensions()[0].dimension.codes.iter().map(|code| code.code.as_str()).collect();
    assert_eq!(codes, ["2016_2017", "2018_2019", "2020"]);
    assert_eq!(plan.report().cohorts.len(), 5);
    let mut read = Persons::new(&plan, &schema(), [1; 32]).expect("the columns are there");
    let rows = [("a", "2016"), ("b", "2019"), ("c", "2018"), ("d", "2020"), ("e", "2015")];
    let rows = rows.map(|(person, cohort)| (person, cohort, "man", Some("RUS")));
    read.add(&batch(&rows)).expect("the batch has the schema");
    assert_eq!(read.count(plan.noise().shape().sizes(), &[0]), [1, 2, 1]);
}

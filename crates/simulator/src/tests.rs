//! Holds what is written against the dictionary's mappings and against the truth that comes with it.

mod linkage;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use proptest::prelude::*;

use panoh_dictionary::{Dictionary, Does, Identity, Source};

use crate::plan::{Plan, Row};
use crate::spelling::spell;
use crate::{CtdcScenario, List, PlantedKind, Scenario, Truth, write, write_ctdc};

const DEMO: Scenario = Scenario::demo(7, 4_000);

fn rows(scenario: &Scenario) -> Vec<Row> {
    let plan = Plan::new(scenario).expect("the scenario of a test is sound");
    plan.rows_by_person().flat_map(|rows| rows.expect("persons can be drawn")).collect()
}

fn written(scenario: &Scenario) -> (tempfile::TempDir, Truth) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let truth = write(scenario, dir.path()).expect("the files are written");
    (dir, truth)
}

fn bytes(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(dir).expect("the folder is there").map(|entry| entry.expect("an entry"));
    files
        .map(|file| (file.file_name().to_string_lossy().into_owned(), std::fs::read(file.path()).expect("readable")))
        .collect()
}

/// True when the mapping reads the cell: every word, date and number in it has a meaning.
fn reads(source: &Source, header: &str, cell: &str) -> bool {
    let column = source.column(header).expect("the mapping knows every header");
    if column.absence.absence(cell).is_some() {
        return true;
    }
    let pieces = |separator: Option<char>| match separator {
        Some(separator) => cell.split(separator).map(str::trim).collect(),
        None => vec![cell],
    };
    match &column.does {
        Does::Code(rule) => rule.words.code(cell).is_some(),
        Does::Codes { separator, words, .. } => pieces(*separator).iter().all(|word| words.codes(word).is_some()),
        Does::Place { place, words, .. } => {
            pieces(source.places[*place].separator).iter().all(|word| words.codes(word).is_some())
        }
        Does::Date { formats, .. } | Does::Identity(Identity::BirthDate { formats }) => {
            formats.iter().any(|format| format.read(cell).is_some())
        }
        Does::Year { .. } => cell.parse::<i16>().is_ok(),
        Does::Flag { true_words, false_words, .. } => true_words.iter().chain(false_words).any(|word| word == cell),
        _ => true,
    }
}

#[test]
fn the_same_scenario_gives_the_same_bytes_and_another_seed_does_not() {
    let scenario = Scenario::demo(7, 300);
    let first = bytes(written(&scenario).0.path());
    assert_eq!(first, bytes(written(&scenario).0.path()));
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    let expected =
        ["README.txt", "synthetic-htcds.csv", "synthetic-mission-en.csv", "synthetic-ngo-assistance.csv", "truth.csv"];
    assert_eq!(names, expected);
    let other = bytes(written(&Scenario { seed: 8, ..scenario }).0.path());
    assert!(first.iter().all(|(name, bytes)| other[name] != *bytes));
}

#[test]
fn codes_without_a_word_in_a_layout_are_never_written() {
    let plan = Plan::new(&DEMO).expect("sound");
    for row in rows(&Scenario { persons: 20_000, ..DEMO }) {
        let status =
            plan.layout(row.list).header().iter().zip(&row.cells).find(|(h, _)| h.to_lowercase().contains("status"));
        assert!(status.is_none_or(|(_, word)| word != &row.recorded.status || row.list == List::MissionEn));
    }
}

#[test]
fn every_cell_has_a_meaning_in_the_mapping_but_for_the_planted_defects() {
    let dictionary = Dictionary::builtin().expect("the built-in dictionary loads");
    let scenario = Scenario { bad_rows: 9, ..DEMO };
    let plan = Plan::new(&scenario).expect("sound");
    let mut refused = BTreeSet::new();
    for row in rows(&scenario) {
        let source = dictionary.source(row.list.source()).expect("every list has a mapping");
        let unread: Vec<&str> = (plan.layout(row.list).header().iter().zip(&row.cells))
            .filter(|(header, cell)| !reads(source, header, cell))
            .map(|(header, _)| *header)
            .collect();
        assert_eq!(unread.len(), usize::from(row.defect.is_some()), "{:?} line {}: {unread:?}", row.list, row.line);
        refused.extend(row.defect.map(|defect| (row.list, defect)));
    }
    assert_eq!(refused.len(), 9, "nine bad rows meet every list with every defect");
}

#[test]
fn every_required_column_of_the_mappings_is_written() {
    let dictionary = Dictionary::builtin().expect("the built-in dictionary loads");
    let plan = Plan::new(&DEMO).expect("sound");
    for list in List::ALL {
        let source = dictionary.source(list.source()).expect("every list has a mapping");
        for column in source.columns.iter().filter(|column| !column.optional) {
            assert!(plan.layout(list).header().contains(&column.header.as_str()), "{list:?} lacks {}", column.header);
        }
    }
}

#[test]
fn lists_overlap_as_measured_lists_do() {
    for persons in [200, 1_000, 4_000] {
        let counts = written(&Scenario::demo(7, persons)).1.counts;
        let share = counts.persons_in_several_lists as f64 / counts.persons as f64;
        assert_eq!(counts.persons, persons);
        assert!((0.05..=0.10).contains(&share), "{share} of {persons} persons stand in several lists");
    }
}

#[test]
fn the_counts_are_those_of_the_rows() {
    let (_dir, truth) = written(&DEMO);
    let rows = rows(&DEMO);
    assert_eq!(truth.files.iter().map(|file| file.rows).sum::<u64>(), rows.len() as u64);
    assert_eq!(truth.files.iter().map(|file| file.refused).sum::<u64>(), 3);
    assert_eq!(truth.counts.cohorts.values().sum::<u64>(), DEMO.persons);
    let good = || rows.iter().filter(|row| row.defect.is_none());
    let women_of_2020: BTreeSet<u64> = good()
        .filter(|row| row.recorded.year == 2020 && row.recorded.gender.as_deref() == Some("woman"))
        .map(|r| r.person)
        .collect();
    let counted = ["identified", "possible", "prevented"]
        .map(|status| truth.counts.gender_trend[&(2020, "woman".to_owned(), status.to_owned())]);
    assert_eq!(counted.iter().sum::<u64>(), women_of_2020.len() as u64);
    let to_russia: BTreeSet<u64> =
        good().filter(|row| row.recorded.destination.as_deref() == Some("RUS")).map(|row| row.person).collect();
    let of_country = truth.counts.destinations.iter().filter(|(to, _)| to.country == "RUS");
    assert_eq!(of_country.map(|(_, persons)| persons).sum::<u64>(), to_russia.len() as u64);
    let intended = truth.counts.destinations.keys().filter(|to| to.basis == "intended");
    assert!(intended.clone().all(|to| to.status == "prevented") && intended.count() > 3);
}

#[test]
fn the_story_turns_from_women_to_men_and_shows_prevented_cases() {
    let (_dir, truth) = written(&Scenario::demo(7, 20_000));
    let persons = |year: i16, key: &dyn Fn(&str, &str) -> bool| -> f64 {
        let of_year = truth.counts.gender_trend.iter().filter(|((y, ..), _)| *y == year);
        of_year.filter(|((_, gender, status), _)| key(gender, status)).map(|(_, n)| *n as f64).sum()
    };
    let share = |year, key: &dyn Fn(&str, &str) -> bool| persons(year, key) / persons(year, &|_, _| true);
    assert!(share(2018, &|gender, _| gender == "woman") > 0.8);
    assert!((0.3..0.5).contains(&share(2019, &|gender, _| gender == "woman")));
    assert!(share(2024, &|gender, _| gender == "man") > 0.6);
    assert!(share(2019, &|_, status| status == "prevented") > 1.5 * share(2018, &|_, status| status == "prevented"));
}

#[test]
fn a_person_keeps_birth_date_and_sex_in_all_lists_and_some_key_always_links() {
    let mut by_person: HashMap<u64, Vec<Row>> = HashMap::new();
    for row in rows(&DEMO).into_iter().filter(|row| row.defect.is_none()) {
        by_person.entry(row.person).or_default().push(row);
    }
    let mut variants = BTreeSet::new();
    for rows in by_person.values().filter(|rows| rows.len() > 1) {
        assert!(rows.is_sorted_by_key(|row| row.recorded.year) && rows.is_sorted_by_key(|row| row.list));
        let hard = rows.iter().any(|row| row.variant.contains("habit") || row.variant.contains("typo"));
        let documents = rows.iter().all(|row| row.planted.iter().any(|p| p.kind == PlantedKind::Document));
        assert!(documents || !hard, "names out of reach need a document in every list");
        assert!(rows.iter().all(|row| row.recorded.gender == rows[0].recorded.gender));
        assert!(rows.iter().all(|row| row.planted.iter().any(|p| p.kind == PlantedKind::BirthDate)));
        variants.extend(rows.iter().flat_map(|row| row.variant.split('+').map(str::to_owned)));
    }
    assert!(variants.len() >= 14, "only {variants:?}");
}

#[test]
fn different_persons_do_not_look_like_one() {
    let plan = Plan::new(&Scenario::demo(1, 30_000)).expect("sound");
    let mut seen = HashMap::new();
    for number in 0..30_000 {
        let person = plan.person(number).expect("persons can be drawn");
        let mut names = [person.name.given, person.name.family_stem];
        names.sort_unstable();
        let key = (person.birth, person.name.sex == crate::names::Sex::Man, names);
        assert_eq!(seen.insert(key, number), None, "two persons share birth date, sex and names");
    }
}

#[test]
fn planted_strings_stand_in_the_files() {
    let (dir, truth) = written(&Scenario::demo(3, 200));
    let mut files = String::new();
    for file in &truth.files {
        files += &std::fs::read_to_string(dir.path().join(file.list.file_name())).expect("readable");
    }
    let mut kinds = BTreeMap::new();
    for planted in truth.identities() {
        let planted = planted.expect("persons can be drawn again");
        let quoted = planted.text.replace('"', "\"\"");
        assert!(files.contains(&quoted), "{planted:?} is not in any file");
        *kinds.entry(planted.kind).or_insert(0) += 1;
    }
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    assert!(kinds[&PlantedKind::Phone] >= 200 && kinds[&PlantedKind::Note] >= 200);
}

#[test]
fn names_are_spelled_by_their_tables() {
    use crate::spelling::Style::{Bgn, French, Gost, Icao, Russian, Tajik, Uzbek};
    let mut rng = crate::rng::stream(1, 1, crate::rng::Part::Identity);
    for (word, style, expected) in [
        ("Раҳмонов", Tajik, "Раҳмонов"),
        ("Раҳмонов", Russian, "Рахмонов"),
        ("Раҳмонов", Icao, "Rakhmonov"),
        ("Раҳмонов", Bgn, "Rahmonov"),
        ("Ҷамшед", Russian, "Джамшед"),
        ("Ҷамшед", Icao, "Dzhamshed"),
        ("Ҷамшед", Bgn, "Jamshed"),
        ("Ғафуров", Bgn, "Ghafurov"),
        ("Хуршед", Gost, "Xurshed"),
        ("Рӯзӣ", Bgn, "Rŭzí"),
        ("Юлия", Icao, "Iuliia"),
        ("Ҷамшед", French, "Djamched"),
        ("Юсуфов", French, "Iousoufov"),
        ("Ғафуров", Uzbek, "Gʻafurov"),
        ("Ӯктам", Uzbek, "Oʻktam"),
    ] {
        assert_eq!(spell(word, style, &mut rng), expected);
    }
}

#[test]
fn scenarios_outside_of_the_story_are_refused() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for scenario in [
        Scenario { persons: 0, ..DEMO },
        Scenario { from_year: 2020, to_year: 2019, ..DEMO },
        Scenario { from_year: 1990, ..DEMO },
        Scenario { to_year: 2099, ..DEMO },
        Scenario { overlap_per_mille: 1_001, ..DEMO },
        Scenario { bad_rows: 101, ..DEMO },
    ] {
        assert!(write(&scenario, dir.path()).is_err(), "{scenario:?}");
    }
    assert_eq!(bytes(dir.path()).len(), 0, "a refused scenario leaves no file");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_person_is_lost_or_counted_twice(
        seed: u64, persons in 1..300_u64, from in 2014..=2025_i16, years in 0..12_i16,
        overlap_per_mille in 0..=1_000_u16, bad_rows in 0..20_u16, as_they_come: bool, crowded: bool,
    ) {
        let to_year = (from + years).min(2025);
        let slips = if as_they_come { crate::Slips::AsTheyCome } else { crate::Slips::WithinReach };
        let crowd = if crowded { crate::Crowd::AsItComes } else { crate::Crowd::Apart };
        let scenario = Scenario { seed, persons, from_year: from, to_year, overlap_per_mille, bad_rows, slips, crowd };
        let rows = rows(&scenario);
        let good: BTreeSet<u64> = rows.iter().filter(|row| row.defect.is_none()).map(|row| row.person).collect();
        prop_assert_eq!(good, (0..persons).collect::<BTreeSet<u64>>());
        prop_assert_eq!(rows.iter().filter(|row| row.defect.is_some()).count(), usize::from(bad_rows));
        prop_assert!(rows.iter().all(|row| (from..=to_year).contains(&row.recorded.year)));
        let records: BTreeSet<&str> = rows.iter().map(|row| row.record.as_str()).collect();
        prop_assert_eq!(records.len(), rows.len());
    }
}

#[test]
fn small_scenarios_and_single_years_work() {
    let one =
        Scenario { seed: 1, persons: 1, from_year: 2020, to_year: 2020, overlap_per_mille: 0, bad_rows: 0, ..DEMO };
    assert_eq!(written(&one).1.counts.persons, 1);
    let all = Scenario { persons: 50, overlap_per_mille: 1_000, bad_rows: 100, ..one };
    let truth = written(&all).1;
    assert!(truth.counts.persons_in_several_lists >= 45);
    assert_eq!(truth.files.iter().map(|file| file.refused).sum::<u64>(), 100);
}

#[test]
fn the_ctdc_file_has_the_real_layout_and_its_truth() {
    let dictionary = Dictionary::builtin().expect("the built-in dictionary loads");
    let source = dictionary.source("ctdc-2021").expect("the mapping is there");
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("synthetic-ctdc.csv");
    let truth = write_ctdc(&CtdcScenario { seed: 5, rows: 3_000 }, &path).expect("the file is written");
    let mut reader = csv::Reader::from_path(&path).expect("readable");
    let headers = reader.headers().expect("a header").clone();
    let expected: Vec<&str> = source.columns.iter().map(|column| column.header.as_str()).collect();
    assert_eq!(headers.iter().collect::<Vec<_>>(), expected);
    assert_eq!(headers.len(), 63);
    let (mut rows, mut women, mut namibia) = (0, 0, 0);
    for record in reader.records() {
        let record = record.expect("a record");
        for (header, cell) in headers.iter().zip(&record) {
            assert!(reads(source, header, cell), "{header} holds a word without a meaning");
        }
        rows += 1;
        women += u64::from(&record[2] == "Female");
        namibia += u64::from(&record[7] == "NA");
    }
    assert_eq!((rows, women), (truth.rows, truth.rows_by_gender["woman"]));
    assert!(namibia > 0 && truth.rows_by_route.len() > 15 && truth.rows_by_purpose.len() >= 5);
    assert_eq!(truth.rows_by_year.values().sum::<u64>(), truth.rows);
}

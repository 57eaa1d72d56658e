//! One good definition, and a table of small changes that must each be refused with a message that helps.

use super::*;

const GOOD: &str = r#"
name = "persons-by-year"
title = "Persons first registered, by year, gender and destination"
description = "First figures."
frame = "persons-in-cases"
author = "Example organisation"
date = "2026-11-22"
audience = "public"
purpose = "first"
rho = 0.5
smallest_count_of_interest = 20

[cohorts]
from = 2018
to = 2020
no_year = true

[[dimension]]
name = "destination"
title = { en = "Destination", ru = "Назначение", tg = "Мақсад" }
column = "destination"
list = "country"
codes = ["RUS", "KAZ"]
reason = "main countries of work"
date = "2017-01-01"

[[dimension]]
name = "gender"
title = "Gender"
column = "gender"
list = "gender"
codes = "all"

[[table]]
name = "gender_by_year"
title = "Persons by year and gender"
dimensions = ["gender", "year"]

[[table]]
name = "destinations"
title = "Persons by destination"
dimensions = ["destination"]
"#;

#[test]
fn a_good_definition_is_read() {
    let definition = Definition::from_toml(GOOD).expect("good");
    assert_eq!(definition.dimension_names(), ["year", "destination", "gender"]);
    assert_eq!(definition.cohorts(), ["2018", "2019", "2020", "no_year"]);
    assert_eq!(definition.table_dimensions(&definition.tables[0]), [0, 2]);
    assert_eq!(definition.table_dimensions(&definition.tables[1]), [1]);
    assert_eq!(definition.year_dimension().expect("a table uses year").codes.len(), 4);
    assert_eq!(definition.licence, "CC-BY-4.0");
}

#[test]
fn the_digest_is_of_the_meaning_and_survives_json() {
    let definition = Definition::from_toml(GOOD).expect("good");
    let relaid = GOOD.replace("rho = 0.5", "# a comment\ndelta = 1e-9\nrho = 0.50");
    assert_eq!(Definition::from_toml(&relaid).expect("good").digest(), definition.digest());
    let other = GOOD.replace("rho = 0.5", "rho = 0.4");
    assert_ne!(Definition::from_toml(&other).expect("good").digest(), definition.digest());
    let json = serde_json::to_string(&definition).expect("writes");
    let back: Definition = serde_json::from_str(&json).expect("reads");
    assert_eq!(back, definition);
    assert_eq!(back.digest(), definition.digest());
}

/// The two ways of asking for exactness are read, survive JSON, and change nothing for definitions that do not ask.
#[test]
fn half_widths_and_the_smallest_maximum_are_read() {
    let text = GOOD.replace("rho = 0.5", "rho = 0.5\nobjective = \"smallest_maximum\"");
    let text = text.replace("dimensions = [\"destination\"]", "dimensions = [\"destination\"]\nhalf_width = 6");
    let definition = Definition::from_toml(&text).expect("good");
    assert_eq!(definition.objective, Objective::SmallestMaximum);
    let asked: Vec<Option<f64>> =
        definition.tables.iter().map(|table| table.half_width.map(HalfWidth::value)).collect();
    assert_eq!(asked, [None, Some(6.0)]);
    let json = serde_json::to_string(&definition).expect("writes");
    assert_eq!(serde_json::from_str::<Definition>(&json).expect("reads"), definition);
    let silent = serde_json::to_string(&Definition::from_toml(GOOD).expect("good")).expect("writes");
    assert!(!silent.contains("half_width"));
    let forced = text.replace("half_width = 6", "half_width = 10.5").replace("rho = 0.5", "rho = 0.5\nforce = true");
    assert!(Definition::from_toml(&forced).is_ok());
}

/// A second column is asked for by a switch or a word. A definition that asks for none, or wrote `true` before there
/// was a word, keeps its digest.
#[test]
fn a_second_column_is_fractional_or_whole() {
    let cases = [
        ("", NonNegativeColumn::None, None),
        ("non_negative = false", NonNegativeColumn::None, None),
        ("non_negative = true", NonNegativeColumn::Fractional, Some(serde_json::json!(true))),
        ("non_negative = \"whole\"", NonNegativeColumn::Whole, Some(serde_json::json!("whole"))),
    ];
    for (line, column, written) in cases {
        let text = GOOD.replace("rho = 0.5", &format!("rho = 0.5\n{line}"));
        let definition = Definition::from_toml(&text).expect(line);
        assert_eq!(definition.non_negative, column, "{line}");
        let json = serde_json::to_value(&definition).expect("writes");
        assert_eq!(json.get("non_negative"), written.as_ref(), "{line}");
        assert_eq!(serde_json::from_value::<Definition>(json).expect("reads"), definition);
    }
}

#[test]
fn json_cannot_get_round_the_rules() {
    let definition = Definition::from_toml(GOOD).expect("good");
    let mut json = serde_json::to_value(&definition).expect("writes");
    json["cohorts"]["from"] = 2030.into();
    assert!(serde_json::from_value::<Definition>(json).is_err());
}

/// Each case: what to replace, by what, and words that the message must hold.
#[test]
fn bad_definitions_are_refused_with_a_remedy() {
    let cases: &[(&str, &str, &str)] = &[
        ("rho = 0.5", "rho = 0.5\nepsilon = 1", "unknown field `epsilon`"),
        ("rho = 0.5", "", "missing field `rho`"),
        ("rho = 0.5", "rho = 0", "more than 0"),
        ("rho = 0.5", "rho = 11.0", "at most 10"),
        ("rho = 0.5", "rho = \"half\"", "rho"),
        ("rho = 0.5", "rho = 0.5\ndelta = 1e-6", "at most 1e-9"),
        ("name = \"persons-by-year\"", "name = \"../persons\"", "begin with a letter"),
        (
            "title = \"Persons first registered, by year, gender and destination\"",
            "title = \" \"",
            "title: write some text",
        ),
        ("date = \"2026-11-22\"", "date = \"22.11.2026\"", "YYYY-MM-DD"),
        ("date = \"2026-11-22\"", "date = \"2026-11-22\"\nlicence = \"\"", "SPDX"),
        ("audience = \"public\"", "audience = \"everybody\"", "unknown variant `everybody`"),
        ("audience = \"public\"", "audience = \"project\"", "purpose = \"project\""),
        (
            "purpose = \"first\"",
            "purpose = \"first\"\nsupersedes = \"a-0\"",
            "supersedes: a revision belongs to a series",
        ),
        (
            "purpose = \"first\"",
            "purpose = \"first\"\nseries = \"a\"\nsupersedes = \"a-0\"",
            "write series and purpose = \"revision\"",
        ),
        ("purpose = \"first\"", "purpose = \"first\"\nobserved_until = \"2026-02\"", "YYYY-MM-DD"),
        ("smallest_count_of_interest = 20", "smallest_count_of_interest = 0", "1 or more"),
        ("from = 2018", "from = 2021", "no later than `to`"),
        ("name = \"gender\"", "name = \"year\"", "made of the cohorts"),
        ("name = \"gender\"", "name = \"estimate\"", "choose another"),
        ("name = \"gender\"", "name = \"destination\"", "is there twice"),
        ("codes = \"all\"", "codes = \"every\"", "write \"all\""),
        ("codes = \"all\"", "codes = \"all\"\nlearned_from_data = true", "a whole list needs none"),
        ("codes = [\"RUS\", \"KAZ\"]", "codes = []", "one code or more"),
        ("codes = [\"RUS\", \"KAZ\"]", "codes = [\"RUS\", \"RUS\"]", "each once"),
        ("reason = \"main countries of work\"", "", "needs a reason"),
        ("dimensions = [\"destination\"]", "dimensions = []", "one dimension or more"),
        ("dimensions = [\"destination\"]", "dimensions = [\"year\", \"year\"]", "each once"),
        ("dimensions = [\"destination\"]", "dimensions = [\"origin\"]", "dimension origin is not declared"),
        ("dimensions = [\"destination\"]", "dimensions = [\"year\"]", "[[dimension]] destination: is in no table"),
        (
            "dimensions = [\"destination\"]",
            "dimensions = [\"year\", \"gender\"]",
            "same dimensions as table gender_by_year",
        ),
        ("dimensions = [\"destination\"]", "dimensions = [\"destination\"]\nweight = 2.0", "objective = \"weighted\""),
        ("dimensions = [\"destination\"]", "dimensions = [\"destination\"]\nweight = -1.0", "above 0"),
        ("dimensions = [\"destination\"]", "dimensions = [\"destination\"]\nhalf_width = 0", "from 0.001"),
        (
            "dimensions = [\"destination\"]",
            "dimensions = [\"destination\"]\nhalf_width = 10.5",
            "is more than 10, half",
        ),
        ("rho = 0.5", "rho = 0.5\nobjective = \"best\"", "unknown variant `best`"),
        ("rho = 0.5", "rho = 0.5\nnon_negative = \"wholly\"", "non_negative = \"wholly\": write true for fractions"),
        ("rho = 0.5", "rho = 0.5\nnon_negative = 1", "write true for fractions"),
        ("name = \"destinations\"", "name = \"gender_by_year\"", "is there twice"),
    ];
    for (from, to, words) in cases {
        assert!(GOOD.contains(from), "the case {from:?} fits no line");
        let error = Definition::from_toml(&GOOD.replacen(from, to, 1)).expect_err(to).to_string();
        assert!(error.contains(words), "{to:?}: {error}");
    }
}

#[test]
fn with_one_cohort_the_year_is_left_out() {
    let table = |name: &str, dimensions: &str| {
        format!("[[table]]\nname = \"{name}\"\ntitle = \"T\"\ndimensions = [{dimensions}]\n")
    };
    let head = GOOD.split("[[table]]").next().expect("it has tables").replace("no_year = true", "no_year = false");
    let read = |tables: &str, to: i16| {
        Definition::from_toml(&format!("{}{tables}", head.replace("to = 2020", &format!("to = {to}"))))
    };
    let all = [
        table("years", "\"year\""),
        table("gender_by_year", "\"year\", \"gender\""),
        table("gender", "\"gender\""),
        table("destination_by_year", "\"destination\", \"year\""),
    ]
    .concat();
    let [one, three] = [2018, 2020].map(|to| read(&all, to).expect("good"));
    let names =
        |definition: &Definition| definition.tables.iter().map(|table| table.name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&one), ["gender", "destination_by_year"]);
    assert_eq!(one.dimension_names(), ["destination", "gender"]);
    assert_eq!((one.year_dimension(), one.table_dimensions(&one.tables[1])), (None, vec![0]));
    assert_eq!(names(&three).len(), 4);
    assert_eq!(one.tables_over_years(), three.tables_over_years());
    let stored: Definition =
        serde_json::from_str(&serde_json::to_string(&one).expect("json")).expect("it is read again");
    assert_eq!(stored, one);
    let refused = read(&table("years", "\"year\""), 2018).expect_err("nothing is left").to_string();
    assert!(refused.contains("year has one code only"), "{refused}");
}

#[test]
fn years_are_marked_and_texts_translated() {
    let marks = r#"
[[break]]
year = 2019
text = { en = "a second organisation reports", ru = "добавился второй источник", tg = "манбаи дуюм илова шуд" }

[translation.ru]
title = "Впервые зарегистрированные лица"
description = "Первые данные."
"#;
    let with = |from: &str, to: &str| Definition::from_toml(&format!("{}{marks}", GOOD.replace(from, to)));
    let definition = with("rho = 0.5", "rho = 0.5\nprovisional_from = 2020").expect("good");
    assert_eq!((definition.provisional_from, definition.breaks[0].year), (Some(2020), 2019));
    let title = |lang| definition.translations.of(lang).map(|texts| texts.title.as_str());
    assert_eq!((title(Lang::En), title(Lang::Tg)), (None, None));
    assert_eq!(title(Lang::Ru), Some("Впервые зарегистрированные лица"));
    let json = serde_json::to_string(&definition).expect("writes");
    assert_eq!(serde_json::from_str::<Definition>(&json).expect("reads"), definition);
    for (from, to, place) in [
        ("rho = 0.5", "rho = 0.5\nprovisional_from = 2021", "provisional_from"),
        ("from = 2018", "from = 2020", "[[break]]"),
    ] {
        let refusal = with(from, to).expect_err(place).to_string();
        assert!(refusal.starts_with(place), "{refusal}");
    }
    let twice = format!("{GOOD}{marks}{}", &marks[..marks.find("[translation").expect("there")]);
    assert!(Definition::from_toml(&twice).is_err());
    assert!(Definition::from_toml(&format!("{GOOD}{}", marks.replace("Первые данные.", " "))).is_err());
}

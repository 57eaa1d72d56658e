//! Files in which every cell is good, and their mappings.

use panoh_dictionary::Source;

use super::ROWS;
use super::changes::Holds::{self, Count, Date, Document, Id, Name, Word, Year};
use crate::tests::dice::Dice;
use crate::tests::fixture::DICTIONARY;

/// A good file: its mapping, its columns and its rows.
pub(super) struct Good {
    pub(super) source: Source,
    pub(super) columns: Vec<(&'static str, Holds)>,
    pub(super) rows: Vec<Vec<String>>,
}

pub(in crate::tests) const CASES: &str = r#"name = "mutants"
title = "A good register of cases"
table = "cases"
accept = ["code", "alias", "en", "ru", "names"]
missing = ["-", "нет данных"]
unknown = ["unknown", "неизвестно"]

[file]
encoding = "utf-8"
replace_by_record_id = true
total_rows = ["Total", "Итого"]

[flags]
true = ["yes", "да", "1"]
false = ["no", "нет", "0"]

[places.home]
role = "recruitment"
basis = "recorded"

[places.abroad]
role = "exploitation"
basis = "recorded"

[age]
birth = "born"
at = "seen"
targets = ["age_band"]

[columns]
no = { identity = "record_id" }
agreed = { consent = ["Yes", "Да"] }
name = { identity = "full_name" }
born = { identity = "birth_date", formats = ["%d.%m.%Y"] }
passport = { identity = "document" }
country = { identity = "document_country" }
year = { year = "registered_year" }
seen = { date = { month = "registered_month" }, formats = ["%d.%m.%Y"] }
sex = { code = "gender", sex = { woman = "female", man = "male" } }
status = { code = "status" }
citizens = { codes = "citizenships", separator = ";" }
from = { place = "home", part = "country" }
region = { place = "home", part = "region" }
to = { place = "abroad", part = "country" }
purposes = { codes = "purposes", separator = ";" }
services = { codes = "services", separator = ";" }
taken = { flag = "abduction", on = ["yes"], off = ["no"] }
"#;

const TRAININGS: &str = r#"name = "mutants"
title = "A good list of trainings"
table = "activities"
accept = ["code", "en", "ru"]
missing = ["-"]

[file]
encoding = "utf-8"
replace_by_record_id = true

[[sums]]
total = "participants"
parts = ["women", "men"]

[columns]
no = { identity = "record_id" }
kind = { code = "kind" }
year = { year = "held_year" }
held = { date = { month = "held_month" }, formats = ["%d.%m.%Y"] }
all = { count = "participants", thousands = [",", " "], largest = 100000 }
women = { count = "women", thousands = [",", " "] }
men = { count = "men", thousands = [",", " "] }
bodies = { codes = "bodies", separator = ";" }
"#;

fn good(mapping: &str, columns: &[(&'static str, Holds)], row: impl Fn(&mut Dice, usize) -> Vec<String>) -> Good {
    let source = DICTIONARY.parse_source("mutants.toml", mapping).unwrap_or_else(|error| panic!("{error}"));
    let mut dice = Dice(7);
    Good { source, columns: columns.to_vec(), rows: (0..ROWS).map(|number| row(&mut dice, number)).collect() }
}

/// A register of cases.
pub(super) fn cases() -> Good {
    let columns = [
        ("no", Id),
        ("agreed", Word),
        ("name", Name),
        ("born", Date),
        ("passport", Document),
        ("country", Word),
        ("year", Year),
        ("seen", Date),
        ("sex", Word),
        ("status", Word),
        ("citizens", Word),
        ("from", Word),
        ("region", Word),
        ("to", Word),
        ("purposes", Word),
        ("services", Word),
        ("taken", Word),
    ];
    good(CASES, &columns, |dice, number| {
        let year = 2012 + dice.below(13);
        let names = [
            "Раҳмонов Ҷамшед Каримович",
            "Шарипов Далер",
            "Каримова Зулфия",
            "Абдул-Азизов Ғафур",
            "Rakhmonov Jamshed",
            "Юсуфи Мӯътабар",
            "Семёнов Андрей",
            "Холматова Мария",
        ];
        let journeys = [["Tajikistan", "Sughd"], ["Таджикистан", "Khatlon"], ["TJ", "Душанбе"]];
        let [from, region] = journeys[dice.below(journeys.len())];
        // Days behind the twelfth, and two digits for day and month: what is left out of a date then shows.
        let day = |dice: &mut Dice, year: usize| format!("{}.{:02}.{year}", 13 + dice.below(16), 1 + dice.below(12));
        let word = |dice: &mut Dice, words: &[&str]| dice.of(words).to_owned();
        let born = 1965 + dice.below(35);
        vec![
            format!("A-{:04}", 1000 + number),
            word(dice, &["Yes", "Да"]),
            word(dice, &names),
            day(dice, born),
            format!("{}{}", ["A", "Р", "N ", "М", "А"][dice.below(5)], 40_718_233 + 7919 * number),
            word(dice, &["TJ", "Узбекистан", "Kyrgyzstan"]),
            year.to_string(),
            day(dice, year),
            word(dice, &["Woman", "Мужчина", "Женщина", "man"]),
            word(dice, &["Identified victim", "possible", "Подтверждён"]),
            word(dice, &["TJ", "Tajikistan;Uzbekistan", "Россия; Таджикистан", "Rossiya", "Ресей"]),
            from.to_owned(),
            region.to_owned(),
            word(dice, &["Russia", "ОАЭ", "Kazakhstan", "Türkiye", "Казахстан"]),
            word(dice, &["Forced labour", "forced_labour;forced_begging", "Сексуальная эксплуатация"]),
            word(dice, &["shelter", "Legal assistance;shelter", "Приют; medical"]),
            word(dice, &["yes", "нет", "no"]),
        ]
    })
}

/// A list of trainings.
pub(super) fn trainings() -> Good {
    let columns = [
        ("no", Id),
        ("kind", Word),
        ("year", Year),
        ("held", Date),
        ("all", Count),
        ("women", Count),
        ("men", Count),
        ("bodies", Word),
    ];
    good(TRAININGS, &columns, |dice, number| {
        let year = 2012 + dice.below(13);
        let (women, men) = (11 + dice.below(3000), 13 + dice.below(900));
        vec![
            format!("{}", 5001 + number),
            dice.of(&["Training", "campaign", "Семинар"]).to_owned(),
            year.to_string(),
            format!("{}.{:02}.{year}", 13 + dice.below(16), 1 + dice.below(12)),
            (women + men).to_string(),
            women.to_string(),
            men.to_string(),
            dice.of(&["Police", "police;prosecutor", "Прокуратура"]).to_owned(),
        ]
    })
}

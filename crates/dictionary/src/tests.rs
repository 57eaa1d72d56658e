//! The built-in dictionary holds what the project promises, and every broken rule is refused with its message.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use unicode_normalization::is_nfc;

use super::*;
use crate::files::{Files, embedded};

mod dates;
mod language;
mod refusals;
mod words;

fn builtin() -> Dictionary {
    Dictionary::builtin().unwrap_or_else(|error| panic!("{error}"))
}

fn code_of(dictionary: &Dictionary, list: &str, accept: &[Accept], word: &str) -> Option<String> {
    let list = dictionary.list(list).expect("the list is there");
    list.by_word(accept, word).map(|code| code.code.clone())
}

#[test]
fn every_code_has_labels_in_three_languages_in_composed_letters() {
    for list in builtin().lists() {
        assert!(!list.codes.is_empty(), "{}", list.name);
        for code in &list.codes {
            for label in [&code.labels.en, &code.labels.ru, &code.labels.tg] {
                assert!(!label.is_empty() && is_nfc(label), "{} {}", list.name, code.code);
            }
            let words = code.aliases.iter().chain(&code.ctdc).chain(&code.htcds);
            words.for_each(|word| assert!(is_nfc(word), "{} {}", list.name, code.code));
        }
        for title in [&list.title.en, &list.title.ru, &list.title.tg] {
            assert!(!title.is_empty(), "{}", list.name);
        }
    }
}

#[test]
fn countries_are_complete_and_lead_to_a_region_of_the_world() {
    let dictionary = builtin();
    let list = |name: &str| dictionary.list(name).expect("the list is there");
    let countries = list("country");
    // 249 of ISO 3166-1, Kosovo and the Netherlands Antilles.
    assert_eq!(countries.codes.len(), 251);
    for country in &countries.codes {
        assert!(country.code.len() == 3 && country.code.chars().all(|letter| letter.is_ascii_uppercase()));
        assert_eq!(country.aliases[0].len(), 2, "{} begins its aliases with alpha-2", country.code);
        assert_eq!(country.aliases[0], country.ctdc[0], "{}", country.code);
        let part = list("subregion").code(country.parent.as_deref().expect("a country has a parent"));
        let region = part.and_then(|part| list("world_region").code(part.parent.as_deref()?));
        assert!(region.is_some(), "{}", country.code);
    }
    for (country, part) in [
        ("TJK", "central_asia"),
        ("KAZ", "central_asia"),
        ("ARE", "western_asia"),
        ("TUR", "western_asia"),
        ("RUS", "eastern_europe"),
        ("AFG", "southern_asia"),
        ("IRN", "southern_asia"),
        ("PAK", "southern_asia"),
        ("JEY", "northern_europe"),
    ] {
        assert_eq!(countries.code(country).and_then(|code| code.parent.as_deref()), Some(part), "{country}");
    }
}

#[test]
fn spellings_lead_to_one_country_and_ambiguous_ones_to_none() {
    let dictionary = builtin();
    let all = [Accept::Code, Accept::Alias, Accept::En, Accept::Ru, Accept::Tg];
    for (word, country) in [
        ("NA", Some("NAM")),
        ("tj", Some("TJK")),
        ("TJK", Some("TJK")),
        ("Russia ", Some("RUS")),
        ("Russian Federation", Some("RUS")),
        ("РОССИЯ", Some("RUS")),
        ("Русия", Some("RUS")),
        ("U.A.E.", Some("ARE")),
        ("Объединённые  Арабские Эмираты", Some("ARE")),
        ("Kyrgyz Republic", Some("KGZ")),
        ("Тоҷикистон", Some("TJK")),
        ("Turkey", Some("TUR")),
        ("ZR", Some("COD")),
        ("YU", Some("SRB")),
        ("XK", Some("XKX")),
        ("Congo", None),
        ("Korea", None),
        ("SU", None),
        ("Middle East", None),
        ("", None),
    ] {
        assert_eq!(code_of(&dictionary, "country", &all, word).as_deref(), country, "{word}");
    }
    assert_eq!(code_of(&dictionary, "country", &[Accept::Code], "TJ"), None, "alpha-2 is an alias, not a code");
}

#[test]
fn regions_belong_to_the_five_states() {
    let dictionary = builtin();
    let regions = dictionary.list("region").expect("the list is there");
    for (country, prefix, count) in
        [("TJK", "TJ-", 5), ("KAZ", "KZ-", 20), ("KGZ", "KG-", 9), ("TKM", "TM-", 6), ("UZB", "UZ-", 14)]
    {
        let of_country = regions.codes.iter().filter(|region| region.parent.as_deref() == Some(country));
        assert_eq!(of_country.filter(|region| region.code.starts_with(prefix)).count(), count, "{country}");
    }
    assert_eq!(regions.codes.len(), 54);
    let all = [Accept::Code, Accept::Alias, Accept::Ru];
    assert_eq!(code_of(&dictionary, "region", &all, "Ошская область").as_deref(), Some("KG-O"));
    assert_eq!(code_of(&dictionary, "region", &all, "город Ош").as_deref(), Some("KG-GO"));
    assert_eq!(code_of(&dictionary, "region", &all, "Согд").as_deref(), Some("TJ-SU"));
}

#[test]
fn standards_are_found_by_their_words() {
    let dictionary = builtin();
    for (list, standard, word, code) in [
        ("gender", Standard::Ctdc, "Transgender/NonConforming", Some("trans_or_non_conforming")),
        ("gender", Standard::Htcds, "Feminine", Some("woman")),
        ("gender", Standard::Htcds, "Female", None),
        ("age_band", Standard::Ctdc, "9--17", Some("9_17")),
        ("age_band", Standard::Ctdc, "09--17", Some("9_17")),
        ("age_band", Standard::Ctdc, "48+", Some("48_plus")),
        ("means", Standard::Htcds, "DebtBondage ", Some("debt_bondage")),
        ("means", Standard::Ctdc, "physical abuse", Some("physical_abuse")),
        ("status", Standard::Htcds, "ActualVictimOfTrafficking", Some("identified")),
        ("sector", Standard::Htcds, "T_ActivitiesOfHouseholdsAsEmployers", Some("domestic_work")),
        ("country", Standard::Ctdc, "NA", Some("NAM")),
    ] {
        let list = dictionary.list(list).expect("the list is there");
        assert_eq!(list.by_name(standard, word).map(|code| code.code.as_str()), code, "{word}");
    }
    let gender = dictionary.list("gender").expect("the list is there");
    assert!(gender.code("trans_or_non_conforming").is_some_and(|code| code.lossy));
    assert!(dictionary.list("status").is_some_and(|list| list.code("prevented").is_some_and(|c| c.htcds.is_empty())));
}

#[test]
fn ages_find_their_band_and_majority() {
    let dictionary = builtin();
    for (age, band, majority) in [
        (0, "0_8", "minor"),
        (8, "0_8", "minor"),
        (9, "9_17", "minor"),
        (17, "9_17", "minor"),
        (18, "18_20", "adult"),
        (38, "30_38", "adult"),
        (48, "48_plus", "adult"),
        (255, "48_plus", "adult"),
    ] {
        for (list, code) in [("age_band", band), ("majority", majority)] {
            let found = dictionary.list(list).and_then(|list| list.by_age(age)).map(|code| code.code.as_str());
            assert_eq!(found, Some(code), "{list} {age}");
        }
    }
}

#[test]
fn the_table_of_cases_has_the_agreed_columns_and_no_raw_text() {
    let dictionary = builtin();
    let cases = dictionary.table("cases").expect("the table is there");
    let names: Vec<_> = cases.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(
        names.join(" "),
        "record person cohort source load record_system status registered_year registered_month gender gender_basis \
         age_band majority majority_at_exploitation majority_at_entry citizenships journey purposes \
         sex_exploitation_types sectors means recruiter_relations abduction services referred_by decided_by \
         recruitment_methods reporting_country legal_basis case_reference"
    );
    assert_eq!(cases.cohort.as_deref(), Some("registered_year"));
    for table in dictionary.tables() {
        for column in &table.columns {
            let raw = column.origin == Origin::Export && matches!(column.kind, Kind::Text | Kind::Pseudonym);
            assert!(!raw && !column.description.is_empty(), "{}.{}", table.name, column.name);
            assert!(column.role != Role::Identifier || column.treatment == Treatment::Pseudonymise);
            let nullable = matches!(column.kind, Kind::Year | Kind::Month | Kind::Integer { .. } | Kind::Reference);
            assert_eq!(column.field().is_nullable(), nullable, "{}.{}", table.name, column.name);
        }
    }
    let journey = cases.column("journey").expect("the column is there").field();
    assert_eq!(
        journey.data_type().to_string(),
        "List(non-null Struct(\"role\": non-null Utf8, \"basis\": non-null Utf8, \"country\": non-null Utf8, \
         \"region\": non-null Utf8), field: 'element')"
    );
}

#[test]
fn every_record_system_has_a_table_and_a_mapping() {
    let dictionary = builtin();
    let victims = Some(Population::Victims);
    for (name, population, cohort) in [
        ("activities", None, None),
        ("aliases", None, None),
        ("assistance", victims, Some("assisted_year")),
        ("cases", victims, Some("registered_year")),
        ("contacts", victims, Some("contacted_year")),
        ("proceedings", Some(Population::Suspects), Some("stage_year")),
        ("referrals", victims, Some("referred_year")),
    ] {
        let table = dictionary.table(name).expect("the table is there");
        assert_eq!((table.population, table.cohort.as_deref()), (population, cohort), "{name}");
        let numbers = table.columns.iter().filter(|column| matches!(column.kind, Kind::Integer { .. }));
        numbers.for_each(|column| {
            assert!(
                matches!(column.kind, Kind::Integer { state: Some(_) }),
                "{name}.{} says why it is NULL",
                column.name
            );
        });
        let mapped = dictionary.sources().iter().any(|source| source.table == name);
        assert_eq!(mapped, name != "aliases", "{name}");
    }
    assert_eq!(dictionary.tables().len(), 7);
    assert!(dictionary.headers().iter().any(|header| header.words.iter().any(|word| word == "ному насаб")));
}

#[test]
fn all_columns_of_ctdc_are_mapped() {
    let dictionary = builtin();
    let source = dictionary.source("ctdc-2021").expect("the mapping is there");
    assert_eq!(source.columns.len(), 63);
    assert!(source.columns.iter().all(|column| !column.optional));
    let combined = source.column("isSexAndLabour").map(|column| &column.does);
    assert!(matches!(combined, Some(Does::Flag { on, .. }) if on == &["forced_labour", "sexual_exploitation"]));
    let Some(Does::Code(system)) = source.column("\u{feff}Datasource ").map(|column| &column.does) else {
        panic!("Datasource is a code");
    };
    assert_eq!(system.words.code("case management"), Some("direct_assistance"));
    assert_eq!(system.sets[0].code("hotline"), "possible");
    assert_eq!(system.sets[0].code("unknown"), "unknown");
    assert_eq!(system.sets[0].code("referral"), "missing");
    let country = source.column("CountryOfExploitation").expect("the column is there");
    assert_eq!(country.absence.absence("00"), Some(Absence::Unknown));
    assert_eq!(country.absence.absence("-99"), Some(Absence::Missing));
    assert_eq!(country.absence.absence(" "), Some(Absence::Missing));
    assert_eq!(country.absence.absence("NA"), None);
    let Does::Place { place, part: PlacePart::Country, words } = &country.does else { panic!("it is a country") };
    assert_eq!((words.code("NA"), source.places[*place].basis.as_str()), (Some("NAM"), "proxy"));
}

#[test]
fn every_word_of_the_real_ctdc_file_is_known() {
    #[expect(clippy::disallowed_methods, reason = "tests find real files through the environment")]
    let Some(folder) = std::env::var_os("PANOH_TEST_DATA") else {
        println!("skipped: PANOH_TEST_DATA is not set");
        return;
    };
    let file = Path::new(&folder).join("ctdc-2021/ctdc_kanon_20210715.csv");
    let dictionary = builtin();
    let source = dictionary.source("ctdc-2021").expect("the mapping is there");
    let mut reader = csv::Reader::from_path(file).expect("the file is there");
    let columns: Vec<_> = reader.headers().expect("a header").iter().map(|header| source.column(header)).collect();
    let known = |column: &SourceColumn, cell: &str| match &column.does {
        _ if column.absence.absence(cell).is_some() => true,
        Does::Ignore { .. } => true,
        Does::Year { .. } => cell.parse().is_ok_and(|year: i16| YEARS.contains(&year)),
        Does::Code(CodeRule { words, .. }) | Does::Codes { words, .. } | Does::Place { words, .. } => {
            words.code(cell).is_some()
        }
        Does::Flag { true_words, false_words, .. } => {
            true_words.iter().chain(false_words).any(|word| *word == fold(cell))
        }
        _ => false,
    };
    let mut unknown = BTreeSet::new();
    for record in reader.records() {
        for (cell, column) in record.expect("a row").iter().zip(&columns) {
            let column = column.expect("the column is mapped");
            if !known(column, cell) {
                unknown.insert(column.header.clone());
            }
        }
    }
    assert_eq!(unknown, BTreeSet::new());
}

#[test]
fn registers_of_the_demo_read_as_they_are_written() {
    let dictionary = builtin();
    let register = dictionary.source("ngo-assistance").expect("the mapping is there");
    let codes = |header: &str, word: &str| match &register.column(header).expect("the column is there").does {
        Does::Code(CodeRule { words, .. }) | Does::Codes { words, .. } | Does::Place { words, .. } => {
            words.codes(word).map(<[String]>::to_vec)
        }
        _ => None,
    };
    assert_eq!(codes("Пол", "Ж"), Some(vec!["woman".to_owned()]));
    assert_eq!(codes("Пол", "Женщина"), Some(vec!["woman".to_owned()]));
    assert_eq!(codes("Пол", "X"), None);
    assert_eq!(codes("Гражданство", "Таджикистан"), Some(vec!["TJK".to_owned()]));
    assert_eq!(codes("Страна назначения", "ОАЭ"), Some(vec!["ARE".to_owned()]));
    assert_eq!(codes("Регион вербовки", "Хатлонская область"), Some(vec!["TJ-KT".to_owned()]));
    assert_eq!(codes("Статус", "Предотвращено"), Some(vec!["prevented".to_owned()]));
    assert_eq!(codes("Услуги", "Юридическая помощь"), Some(vec!["legal".to_owned()]));
    assert_eq!(
        codes("Цель эксплуатации", "Трудовая и сексуальная эксплуатация"),
        Some(vec!["forced_labour".to_owned(), "sexual_exploitation".to_owned()])
    );
    let age = register.age.as_ref().expect("ages are derived");
    assert_eq!((age.birth.as_str(), age.at.as_str(), age.targets.len()), ("Дата рождения", "Дата обращения", 2));
    assert_eq!(register.places[1].basis_when.as_ref().map(|when| when.codes[0].1.as_str()), Some("intended"));
    let template = dictionary.source("htcds").expect("the mapping is there");
    assert!(template.column("vic_TraffickinStatusDecisionMakingOrg").is_some(), "the misspelled key is known");
}

#[test]
fn no_mapping_of_an_identity_or_of_free_text_reaches_a_table() {
    for source in builtin().sources() {
        for column in &source.columns {
            let header = fold(&column.header);
            let private = ["name", "phone", "passport", "birth", "email", "details", "фио", "паспорт", "примечание"];
            if private.iter().any(|word| header.contains(word)) {
                let kept_out = matches!(column.does, Does::Identity(_) | Does::Drop { .. });
                assert!(kept_out || header.contains("vulnerab"), "{} {}", source.name, column.header);
            }
        }
    }
}

#[test]
fn a_folder_with_the_same_files_is_the_same_dictionary() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in &embedded() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
    std::fs::write(folder.path().join("codes/.hidden"), "x").expect("a file");
    let loaded = Dictionary::load(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(loaded.digest(), builtin().digest());
    assert_eq!(loaded.digest().len(), 64);
    let gender = folder.path().join("codes/gender.csv");
    let text = std::fs::read_to_string(&gender).expect("the file").replace("Women", "").replace("Woman,", "Women,");
    std::fs::write(gender, text).expect("a file");
    let changed = Dictionary::load(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    assert_ne!(changed.digest(), loaded.digest());
    let nothing = Dictionary::load(&folder.path().join("nothing")).expect_err("there is no such folder");
    assert!(nothing.to_string().ends_with("nothing/codes: cannot be read; check that it is there and readable"));
}

#[test]
fn the_data_package_describes_every_code_list() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-dictionary");
    let text = std::fs::read_to_string(root.join("datapackage.json")).expect("the data package");
    let package: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let described: BTreeSet<_> = package["resources"]
        .as_array()
        .expect("resources")
        .iter()
        .map(|resource| {
            let path = resource["path"].as_str().expect("a path");
            let csv = std::fs::read_to_string(root.join(path)).expect("the file of the resource");
            let fields: Vec<_> = resource["schema"]["fields"]
                .as_array()
                .expect("fields")
                .iter()
                .map(|field| field["name"].as_str().expect("a name"))
                .collect();
            assert_eq!(csv.lines().next(), Some(fields.join(",").as_str()), "{path}");
            path.to_owned()
        })
        .collect();
    let lists = builtin().lists().iter().map(|list| format!("codes/{}.csv", list.name)).collect::<Vec<_>>();
    let names = embedded().into_keys().filter(|path| path.ends_with("_names.csv"));
    assert_eq!(described, lists.into_iter().chain(names).collect());
}

#[test]
fn the_worked_example_of_the_readme_is_a_mapping() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-dictionary/README.md");
    let readme = std::fs::read_to_string(path).expect("the README");
    let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let source = builtin().parse_source("example", example).unwrap_or_else(|error| panic!("{error}"));
    assert!(source.columns.iter().any(|column| matches!(column.does, Does::Consent { .. })), "consent comes first");
    assert!(source.file.header_row > 1 && !source.file.total_rows.is_empty(), "the example is a real register");
}

/// A small dictionary that is right, for breaking one thing at a time.
fn small() -> Files {
    let files = [
        ("codes/lists.toml", refusals::LISTS),
        ("codes/absence.csv", refusals::ABSENCE),
        ("codes/place_role.csv", refusals::PLACE_ROLE),
        ("codes/place_basis.csv", refusals::PLACE_BASIS),
        ("codes/country.csv", refusals::COUNTRY),
        ("codes/region.csv", refusals::REGION),
        ("codes/gender.csv", refusals::GENDER),
        ("codes/age.csv", refusals::AGE),
        ("codes/recorded.csv", refusals::RECORDED),
        ("codes/country_names.csv", refusals::NAMES),
        ("tables/cases.toml", refusals::CASES),
        ("sources/list.toml", refusals::SOURCE),
        ("headers.toml", refusals::HEADERS),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), Cow::Borrowed(text.as_bytes()))).collect()
}

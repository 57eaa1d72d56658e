//! What an inspection finds in made-up exports, and that it shows no cell.

use std::path::PathBuf;

use panoh_dictionary::Dictionary;

use super::{ColumnSeen, Inspection, Look, Sure, inspect};
use crate::Options;

const SHELTER: &str = "\
№;Фамилия;Имя;Дата рождения;Пол;Гражданство;Страна эксплуатации;Вид эксплуатации;Дата обращения;Телефон;Рассказ
1;Каримова;Зулфия;12.03.1990;Женский;Таджикистан;Российская Федерация;Принудительный труд;02.06.2018;+992 66 100 00 01;Её увезли из кишлака и заставили работать без оплаты целых два года подряд.
2;Раҳмонов;Ҷамшед;05.11.1985;Мужской;Таджикистан;ОАЭ;Принудительный труд;01.08.2018;;Он обратился сам и рассказал о том, что документы у него отобрали в первый день.
3;Саидова;Мадина;30.01.1995;Женский;Таджикистан;Турция;Сексуальная эксплуатация;15.09.2019;+992 66 100 00 03;Её нашли сотрудники консульства, она просила о возвращении домой и о приюте.
4;Ҳакимов;Фирӯз;21.07.1979;Мужской;Кыргызстан;Казахстан;Принудительный труд;11.02.2019;;Работал на стройке вместе с братом, оплаты не получил, паспорта вернули через год.
5;Назарова;Гулнора;02.02.2001;Женский;Таджикистан;неизвестно;Принудительный брак;19.04.2020;;Семья настаивала на браке, девушка обратилась в организацию через подругу в городе.
";

struct Written {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn written(text: &str) -> Written {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("export.csv");
    std::fs::write(&path, text).expect("written");
    Written { _folder: folder, path }
}

fn seen(text: &str, look: &Look<'_>) -> Inspection {
    let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
    inspect(&written(text).path, &dictionary, &Options::default(), look).expect("the file can be inspected")
}

fn column<'a>(seen: &'a Inspection, name: &str) -> &'a ColumnSeen {
    seen.columns.iter().find(|column| column.name.as_deref() == Some(name)).expect("the column is there")
}

#[test]
fn a_russian_list_of_a_shelter_is_understood() {
    let seen = seen(SHELTER, &Look::default());
    assert!(seen.header_known);
    assert_eq!((seen.header_row, seen.table.as_str(), seen.rows_seen), (1, "cases", 5));
    for (name, proposal) in [
        ("Фамилия", "identity: family_name"),
        ("Имя", "identity: given_name"),
        ("Дата рождения", "identity: birth_date"),
        ("Пол", "code: gender"),
        ("Гражданство", "codes: citizenships"),
        ("Страна эксплуатации", "place: exploitation, country"),
        ("Вид эксплуатации", "codes: purposes"),
        ("Дата обращения", "date: registered_year, registered_month"),
    ] {
        assert_eq!(column(&seen, name).proposal, proposal, "{name}");
        assert!(column(&seen, name).sure >= Sure::Likely, "{name}: {}", column(&seen, name).why);
    }
    for name in ["Телефон", "Рассказ"] {
        assert!(column(&seen, name).proposal.starts_with("drop: "), "{name}");
    }
}

#[test]
fn the_proposed_mapping_can_be_loaded() {
    let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
    let mapping = seen(SHELTER, &Look::default()).mapping.expect("a mapping is proposed");
    let source =
        dictionary.parse_source("proposal.toml", &mapping).unwrap_or_else(|error| panic!("{error}\n{mapping}"));
    assert_eq!(source.columns.len(), 11);
    assert!(source.age.is_some(), "age follows from birth and registration:\n{mapping}");
}

#[test]
fn no_cell_is_shown() {
    let said = serde_json::to_string(&seen(SHELTER, &Look::default())).expect("plain data");
    for row in SHELTER.lines().skip(1) {
        for cell in row.split(';').filter(|cell| cell.chars().count() > 2) {
            // A word for not knowing is shown as ours: it stands in the mapping.
            assert!(cell == "неизвестно" || !said.contains(cell), "a cell is shown");
        }
    }
}

#[test]
fn a_file_without_names_shows_no_first_row() {
    let rows: String = SHELTER.split_inclusive('\n').skip(1).collect();
    let seen = seen(&rows, &Look::default());
    assert!(!seen.header_known && seen.mapping.is_none() && seen.fits.is_empty());
    let said = serde_json::to_string(&seen).expect("plain data");
    for cell in ["Каримова", "Зулфия", "12.03.1990", "Её увезли"] {
        assert!(!said.contains(cell), "a cell is shown");
    }
}

/// The row was said by hand, and is one of a person.
#[test]
fn a_row_of_data_is_not_shown_as_names() {
    let rows: String = SHELTER.split_inclusive('\n').skip(1).collect();
    for (text, header_row) in [(SHELTER, 2), (SHELTER, 3), (&rows, 1)] {
        let seen = seen(text, &Look { header_row: Some(header_row), ..Look::default() });
        assert!(
            seen.columns.iter().all(|column| column.name.as_deref().is_none_or(str::is_empty)),
            "{:?}",
            seen.columns
        );
        let said = serde_json::to_string(&seen).expect("plain data");
        for cell in ["Каримова", "Зулфия", "12.03.1990", "992 66", "Раҳмонов", "05.11.1985"] {
            assert!(!said.contains(cell), "a cell is shown");
        }
    }
    let text = "1;Шифр;Q12\nа;б;в\n";
    let seen = seen(text, &Look { header_row: Some(1), ..Look::default() });
    let names: Vec<_> = seen.columns.iter().map(|column| column.name.as_deref()).collect();
    assert_eq!(names, [None, Some("Шифр"), Some("Q12")], "names of nobody's list are still names");
}

#[test]
fn a_row_without_end_ends_the_look() {
    let text = format!("Имя;Фамилия\nА;Б\n{}\nВ;Г\n", "0".repeat(crate::row::ROW_LIMIT + 1));
    let seen = seen(&text, &Look::default());
    assert_eq!((seen.rows_seen, seen.rows_broken, seen.whole), (2, 1, false));
}

#[test]
fn names_below_title_rows_are_found() {
    let text = format!("Реестр помощи;;;;;;;;;;\nза 2018–2020;;;;;;;;;;\n{SHELTER}");
    let seen = seen(&text, &Look::default());
    assert!(seen.header_known);
    assert_eq!((seen.header_row, seen.rows_seen), (3, 5));
    assert!(seen.mapping.expect("a mapping").contains("header_row = 3"));
}

#[test]
fn a_shipped_mapping_that_fits_is_named() {
    let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
    let source = dictionary.source("mission-en").expect("the mapping exists");
    let header: Vec<&str> = source.columns.iter().map(|column| column.header.as_str()).collect();
    let text = format!("{}\n{}\n", header.join(","), ",".repeat(header.len() - 1));
    let seen = seen(&text, &Look::default());
    let fit = seen.fits.first().expect("a mapping fits");
    assert!(fit.is_whole() && fit.source == "mission-en", "{fit:?}");
}

#[test]
fn a_date_that_could_be_read_in_two_ways_is_no_certainty() {
    let text = "Имя;Фамилия;Дата рождения\nА;Б;01/02/1990\nВ;Г;03/04/1991\nД;Е;05/06/1992\n";
    let seen = seen(text, &Look::default());
    let found = column(&seen, "Дата рождения");
    assert_eq!(found.sure, Sure::Guess, "day and month could be either");
    let said = "100 % of the cells fit %d/%m/%Y and %m/%d/%Y alike; look at the list and decide";
    assert!(found.why.ends_with(said), "{}", found.why);
    let told = "Имя;Фамилия;Дата рождения\nА;Б;01/02/1990\nВ;Г;23/04/1991\nД;Е;05/06/1992\n";
    let seen = self::seen(told, &Look::default());
    assert!(column(&seen, "Дата рождения").why.ends_with("100 % of the cells are dates written %d/%m/%Y"));
}

/// A lost line end glues the first person to the names; nobody's name is taken for a column's.
#[test]
fn a_person_among_the_names_is_not_shown() {
    let (names, rows) = SHELTER.split_once('\n').expect("names and rows");
    for cell in ["РассказКаримова Зулфия", "Каримова Зулфия A7654321", "Телефон Каримовой +992901234567"]
    {
        let glued = names.replace("Рассказ", cell);
        let seen = seen(&format!("{glued}\n{rows}"), &Look::default());
        assert!(seen.header_known);
        let said = serde_json::to_string(&seen).expect("plain data");
        assert!(!said.contains("Зулфия") && !said.contains("992901") && !said.contains("7654321"), "{said}");
    }
}

#[test]
fn a_line_without_end_is_no_row_of_names() {
    let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
    let wide = format!("{}\n{}\n", vec!["Имя"; 5_000].join(";"), vec!["x"; 5_000].join(";"));
    let refused = inspect(&written(&wide).path, &dictionary, &Options::default(), &Look::default());
    assert!(matches!(refused, Err(crate::IntakeError::BrokenHeader { .. })), "{refused:?}");
}

//! Reads the code lists and checks them: codes and words stand once, labels are complete, parents exist, ages are covered.

use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use crate::code::{Code, CodeList, Labels};
use crate::error::{DictionaryError, Problem};
use crate::files::{Files, Text, at_line, is_name};
use crate::read_file::bad_cell;
use crate::read_words::{index, names_path, not_csv, read_names};
use crate::words::Absence;

/// The file that names all lists in the order in which they are shown.
pub(crate) const LISTS: &str = "codes/lists.toml";

const HEADER: [&str; 9] = ["code", "en", "ru", "tg", "parent", "ctdc", "htcds", "aliases", "lossy"];
const HEADER_WITH_AGES: [&str; 11] =
    ["code", "en", "ru", "tg", "parent", "ctdc", "htcds", "aliases", "lossy", "age_from", "age_to"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLists {
    list: Vec<RawList>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    name: Spanned<String>,
    title: RawLabels,
    parent: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLabels {
    en: String,
    ru: String,
    tg: String,
}

/// Reads all lists.
pub(crate) fn read(files: &Files) -> Result<Vec<Arc<CodeList>>, DictionaryError> {
    let Some(bytes) = files.get(LISTS) else {
        return Err(at_line(LISTS, 1, Problem::Nowhere { what: "file", name: LISTS.to_owned() }));
    };
    let text = Text::new(LISTS, bytes)?;
    let raw: RawLists = text.toml()?;
    let mut lists: Vec<CodeList> = Vec::new();
    let mut lines: Vec<Vec<usize>> = Vec::new();
    for list in &raw.list {
        let name = list.name.get_ref();
        if !is_name(name, '_') {
            return Err(text.error(&list.name.span(), Problem::BadName(name.clone(), "_")));
        }
        if lists.iter().any(|other| other.name == *name) {
            return Err(text.error(&list.name.span(), Problem::Twice { what: "code list", name: name.clone() }));
        }
        let path = format!("codes/{name}.csv");
        let Some(bytes) = files.get(&path) else {
            return Err(text.error(&list.name.span(), Problem::Nowhere { what: "file", name: path }));
        };
        let (codes, lines_of_codes) = read_codes(Text::new(&path, bytes)?)?;
        let mut index = index(&path, &codes, &lines_of_codes)?;
        let names = names_path(name);
        if let Some(bytes) = files.get(&names) {
            read_names(Text::new(&names, bytes)?, name, &codes, &mut index)?;
        }
        let title = Labels { en: list.title.en.clone(), ru: list.title.ru.clone(), tg: list.title.tg.clone() };
        let parent = list.parent.as_ref().map(|parent| parent.get_ref().clone());
        lists.push(CodeList { name: name.clone(), title, parent, codes, index });
        lines.push(lines_of_codes);
    }
    refuse_stray_files(files, &raw)?;
    check_parents(text, &raw, &lists, &lines)?;
    for (list, lines) in lists.iter().zip(&lines) {
        check_ages(list, lines)?;
    }
    check_absence(text, &lists)?;
    Ok(lists.into_iter().map(Arc::new).collect())
}

fn refuse_stray_files(files: &Files, raw: &RawLists) -> Result<(), DictionaryError> {
    let known = |path: &str| {
        raw.list.iter().any(|list| {
            let name = list.name.get_ref();
            path == format!("codes/{name}.csv") || path == names_path(name)
        })
    };
    let stray = files.keys().find(|path| path.starts_with("codes/") && *path != LISTS && !known(path));
    stray.map_or(Ok(()), |path| Err(at_line(path, 1, Problem::StrayFile)))
}

// The codes of a list and the line of each.
fn read_codes(text: Text<'_>) -> Result<(Vec<Code>, Vec<usize>), DictionaryError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.text.as_bytes());
    let failed = |error| not_csv(text, &error);
    let header = reader.headers().map_err(failed)?;
    let with_ages = header.iter().eq(HEADER_WITH_AGES);
    if !with_ages && !header.iter().eq(HEADER) {
        return Err(at_line(text.file, 1, Problem::CodesHeader(HEADER.join(","))));
    }
    let (mut codes, mut lines) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(failed)?;
        let line = record.position().map_or(1, |position| position.line() as usize);
        let code = read_code(&record).map_err(|problem| at_line(text.file, line, problem))?;
        codes.push(code);
        lines.push(line);
    }
    Ok((codes, lines))
}

fn read_code(record: &csv::StringRecord) -> Result<Code, Problem> {
    let cell = |at: usize| record.get(at).unwrap_or_default().trim();
    let words = |at: usize| words_in(cell(at));
    let code = cell(0).to_owned();
    let sign = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if code.is_empty() || !code.chars().all(sign) {
        return Err(bad_cell("code", &code, "use letters of English, digits, _ and -"));
    }
    for (at, language) in [(1, "en"), (2, "ru"), (3, "tg")] {
        if cell(at).is_empty() {
            return Err(Problem::NoLabel { code, language });
        }
    }
    let lossy = match cell(8) {
        "" => false,
        "yes" => true,
        other => return Err(bad_cell("lossy", other, "write `yes` or leave it empty")),
    };
    Ok(Code {
        labels: Labels { en: cell(1).to_owned(), ru: cell(2).to_owned(), tg: cell(3).to_owned() },
        parent: Some(cell(4)).filter(|parent| !parent.is_empty()).map(str::to_owned),
        ctdc: words(5),
        htcds: words(6),
        aliases: words(7),
        lossy,
        ages: read_ages(cell(9), cell(10))?,
        code,
    })
}

// The words of a cell, separated by semicolons; a semicolon inside a word is written `\;`.
fn words_in(cell: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = cell.chars().peekable();
    while let Some(letter) = letters.next() {
        let word = words.last_mut().expect("there is always a last word");
        match letter {
            '\\' => word.push(letters.next_if_eq(&';').unwrap_or('\\')),
            ';' => words.push(String::new()),
            _ => word.push(letter),
        }
    }
    words.into_iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

fn read_ages(from: &str, to: &str) -> Result<Option<(u8, Option<u8>)>, Problem> {
    let remedy = "write completed years, 0 to 255";
    let number = |cell, value: &str| value.parse::<u8>().map_err(|_| bad_cell(cell, value, remedy));
    match (from, to) {
        ("", "") => Ok(None),
        (from, "") => Ok(Some((number("age_from", from)?, None))),
        (from, to) => Ok(Some((number("age_from", from)?, Some(number("age_to", to)?)))),
    }
}

fn check_parents(
    text: Text<'_>,
    raw: &RawLists,
    lists: &[CodeList],
    lines: &[Vec<usize>],
) -> Result<(), DictionaryError> {
    for ((list, lines), raw) in lists.iter().zip(lines).zip(&raw.list) {
        let parents = match &raw.parent {
            None => None,
            Some(name) => Some(lists.iter().find(|other| other.name == *name.get_ref()).ok_or_else(|| {
                text.error(&name.span(), Problem::Nowhere { what: "code list", name: name.get_ref().clone() })
            })?),
        };
        for (code, &line) in list.codes.iter().zip(lines) {
            let problem = match (&code.parent, parents) {
                (None, _) => continue,
                (Some(_), None) => Problem::StrayParent(code.code.clone()),
                (Some(parent), Some(parents)) if parents.code(parent).is_some() => continue,
                (Some(parent), Some(parents)) => Problem::NoCode { code: parent.clone(), list: parents.name.clone() },
            };
            return Err(at_line(&format!("codes/{}.csv", list.name), line, problem));
        }
    }
    Ok(())
}

// When any code of a list has ages, every age belongs to exactly one.
fn check_ages(list: &CodeList, lines: &[usize]) -> Result<(), DictionaryError> {
    let Some(first) = list.codes.iter().position(|code| code.ages.is_some()) else { return Ok(()) };
    let holds = |code: &Code, age: u8| code.ages.is_some_and(|(from, to)| from <= age && to.is_none_or(|to| age <= to));
    let wrong = (0..=u8::MAX).find(|&age| list.codes.iter().filter(|code| holds(code, age)).count() != 1);
    wrong.map_or(Ok(()), |age| {
        let problem = Problem::Ages { list: list.name.clone(), age };
        Err(at_line(&format!("codes/{}.csv", list.name), lines[first], problem))
    })
}

// Code relies on the four absences and on the lists of a place; and an absence must not also be an answer.
fn check_absence(text: Text<'_>, lists: &[CodeList]) -> Result<(), DictionaryError> {
    for needed in ["absence", "place_role", "place_basis", "country", "region"] {
        if !lists.iter().any(|list| list.name == needed) {
            return Err(text.error(&(0..0), Problem::Nowhere { what: "code list", name: needed.to_owned() }));
        }
    }
    for list in lists {
        for absence in Absence::ALL.map(Absence::code) {
            if (list.name == "absence") != list.code(absence).is_some() {
                let problem = if list.name == "absence" {
                    Problem::NoCode { code: absence.to_owned(), list: list.name.clone() }
                } else {
                    bad_cell("code", absence, "it is a code of the list `absence`, which every column may hold")
                };
                return Err(at_line(&format!("codes/{}.csv", list.name), 1, problem));
            }
        }
    }
    Ok(())
}

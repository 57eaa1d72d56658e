//! Which words stand for which codes of a list: from the list itself and from the names in further languages beside it.

use std::collections::HashMap;

use crate::code::Code;
use crate::error::{DictionaryError, Problem};
use crate::files::{Text, at_line};
use crate::read_file::bad_cell;
use crate::words::{Accept, fold};

const HEADER: [&str; 3] = ["code", "language", "name"];

/// Folded word → the ways in which it is written, each with the position of its code.
pub(crate) type Index = HashMap<String, Vec<(Accept, usize)>>;

/// The file with names of a list's codes in further languages, which a list may lack.
pub(crate) fn names_path(list: &str) -> String {
    format!("codes/{list}_names.csv")
}

/// The words of a list; `lines` are those of its codes.
pub(crate) fn index(file: &str, codes: &[Code], lines: &[usize]) -> Result<Index, DictionaryError> {
    // A code is written in about eight ways.
    let mut index = Index::with_capacity(8 * codes.len());
    for (at, code) in codes.iter().enumerate() {
        for (way, word) in words_of(code) {
            enter(&mut index, way, word, at).map_err(|other| {
                let problem = if way == Accept::Code && codes[other].code.eq_ignore_ascii_case(&code.code) {
                    Problem::CodeTwice { code: code.code.clone(), line: lines[other] }
                } else {
                    Problem::WordTwice { word: word.to_owned(), code: codes[other].code.clone() }
                };
                at_line(file, lines[at], problem)
            })?;
        }
    }
    Ok(index)
}

/// Adds the names in further languages.
pub(crate) fn read_names(text: Text<'_>, list: &str, codes: &[Code], index: &mut Index) -> Result<(), DictionaryError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.text.as_bytes());
    if !reader.headers().map_err(|error| not_csv(text, &error))?.iter().eq(HEADER) {
        return Err(at_line(text.file, 1, Problem::CodesHeader(HEADER.join(","))));
    }
    for record in reader.records() {
        let record = record.map_err(|error| not_csv(text, &error))?;
        let line = record.position().map_or(1, |position| position.line() as usize);
        read_name(&record, list, codes, index).map_err(|problem| at_line(text.file, line, problem))?;
    }
    Ok(())
}

/// A line that is not CSV of the shape that its header has.
pub(crate) fn not_csv(text: Text<'_>, error: &csv::Error) -> DictionaryError {
    let line = error.position().map_or(1, |position| position.line() as usize);
    at_line(text.file, line, Problem::Syntax(describe(error.kind())))
}

fn read_name(record: &csv::StringRecord, list: &str, codes: &[Code], index: &mut Index) -> Result<(), Problem> {
    let cell = |at: usize| record.get(at).unwrap_or_default().trim();
    let (code, language, name) = (cell(0), cell(1), cell(2));
    let no_code = || Problem::NoCode { code: code.to_owned(), list: list.to_owned() };
    let known = index.get(&fold(code)).into_iter().flatten().find(|(way, _)| *way == Accept::Code);
    let at = known.map(|&(_, at)| at).filter(|&at| codes[at].code == code).ok_or_else(no_code)?;
    if !(2..=3).contains(&language.len()) || !language.chars().all(|letter| letter.is_ascii_lowercase()) {
        return Err(bad_cell("language", language, "write the two or three small letters of the language"));
    }
    if name.is_empty() {
        return Err(bad_cell("name", name, "write a name or remove the line"));
    }
    enter(index, Accept::Names, name, at)
        .map_err(|other| Problem::WordTwice { word: name.to_owned(), code: codes[other].code.clone() })
}

// Inside one way of writing a word stands for one code. So it does across all ways but the standards, which may well use
// one word for different things. The error is the other code.
fn enter(index: &mut Index, way: Accept, word: &str, at: usize) -> Result<(), usize> {
    let foreign = |way| matches!(way, Accept::Ctdc | Accept::Htcds);
    let written = index.entry(fold(word)).or_default();
    let clashes = |(other_way, other): &&(Accept, usize)| {
        *other != at && (*other_way == way || (!foreign(way) && !foreign(*other_way)))
    };
    if let Some(&(_, other)) = written.iter().find(clashes) {
        return Err(other);
    }
    // Spellings of one code that differ in their dashes only are one word.
    if !written.contains(&(way, at)) {
        written.push((way, at));
    }
    Ok(())
}

fn words_of(code: &Code) -> impl Iterator<Item = (Accept, &str)> {
    fn each(way: Accept, words: &[String]) -> impl Iterator<Item = (Accept, &str)> {
        words.iter().map(move |word| (way, word.as_str()))
    }
    let labels = [(Accept::En, &code.labels.en), (Accept::Ru, &code.labels.ru), (Accept::Tg, &code.labels.tg)];
    std::iter::once((Accept::Code, code.code.as_str()))
        .chain(labels.into_iter().map(|(way, label)| (way, label.as_str())))
        .chain(each(Accept::Alias, &code.aliases))
        .chain(each(Accept::Ctdc, &code.ctdc))
        .chain(each(Accept::Htcds, &code.htcds))
}

fn describe(kind: &csv::ErrorKind) -> String {
    match kind {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the line has {len} cells and the header {expected_len}; quote cells that hold a comma")
        }
        _ => "the line is not CSV".to_owned(),
    }
}

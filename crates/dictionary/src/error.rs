//! What can be wrong with a dictionary. Every message names file and line, the rule, and what to do.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::words::Absence;

/// Why a dictionary or a mapping was refused.
#[derive(Debug, thiserror::Error)]
pub enum DictionaryError {
    /// A file or folder could not be read.
    #[error("{}: cannot be read; check that it is there and readable", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is there, but what it says cannot be right.
    #[error("{place}: {problem}")]
    Unsound {
        /// Where.
        place: Place,
        /// The rule that is broken, with the remedy.
        problem: Problem,
    },
}

/// A line of a file of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path inside the dictionary, for example `codes/gender.csv`.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
}

/// A broken rule of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The file is not TOML or CSV of the expected shape, in the words of the reader.
    #[error("{0}")]
    Syntax(String),
    /// The folders hold nothing but the files of the dictionary.
    #[error(
        "the file does not belong here; tables and sources are .toml, code lists are .csv named in codes/lists.toml"
    )]
    StrayFile,
    /// Files are UTF-8.
    #[error("the file is not UTF-8 text; save it as UTF-8")]
    NotUtf8,
    /// A name that SQL and file systems would not like.
    #[error("`{0}` is not a name; begin with a small letter and use a–z, 0–9 and {1}")]
    BadName(String, &'static str),
    /// File name and name inside differ.
    #[error("the name `{0}` differs from the file name; make them the same")]
    FileName(String),
    /// The same name twice.
    #[error("the {what} `{name}` is declared twice; remove or rename one")]
    Twice {
        /// What kind of thing it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something is named that is nowhere.
    #[error("there is no {what} `{name}`; correct the name or add it")]
    Nowhere {
        /// What kind of thing it should be.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The header row of a code list or of names.
    #[error("the header must be `{0}`")]
    CodesHeader(String),
    /// The same code twice.
    #[error("the code `{code}` is already on line {line}; remove one")]
    CodeTwice {
        /// The code.
        code: String,
        /// Where it was first.
        line: usize,
    },
    /// A word that would mean two codes.
    #[error("`{word}` already stands for `{code}`; a word may stand for one code only")]
    WordTwice {
        /// The word.
        word: String,
        /// The code that it already stands for.
        code: String,
    },
    /// A code without one of its labels.
    #[error("`{code}` has no label in `{language}`; write one")]
    NoLabel {
        /// The code.
        code: String,
        /// en, ru or tg.
        language: &'static str,
    },
    /// A code that is no code of its list.
    #[error("`{code}` is not a code of the list `{list}`; correct it or add it to codes/{list}.csv")]
    NoCode {
        /// The code.
        code: String,
        /// The list.
        list: String,
    },
    /// A parent in a list that declares none.
    #[error("`{0}` has a parent, but codes/lists.toml names no parent list; name one or leave the cell empty")]
    StrayParent(String),
    /// A cell that allows few words only.
    #[error("`{value}` is not allowed in the cell `{cell}`; {remedy}")]
    BadCell {
        /// The column of the code list.
        cell: &'static str,
        /// What stands there.
        value: String,
        /// What to write.
        remedy: &'static str,
    },
    /// Age ranges that leave a gap or overlap.
    #[error("the ages of the list `{list}` do not cover {age} exactly once; correct age_from and age_to")]
    Ages {
        /// The list.
        list: String,
        /// The first age that is wrong, in completed years.
        age: u8,
    },
    /// Columns that hold codes need a list; others have none.
    #[error("a column of kind `{kind}` {rule}")]
    KindAndList {
        /// The kind.
        kind: &'static str,
        /// What is wrong.
        rule: &'static str,
    },
    /// An identifier that would be stored as it is.
    #[error("the identifier `{0}` must not be kept; its treatment is `pseudonymise` or `drop`")]
    IdentifierKept(String),
    /// Treatment and kind contradict each other.
    #[error("`{column}` is {treatment}; {rule}")]
    TreatmentAndKind {
        /// The column.
        column: String,
        /// The treatment as it is said.
        treatment: &'static str,
        /// The rule.
        rule: &'static str,
    },
    /// What a table about persons must have and another table must not.
    #[error("the table {0}")]
    Population(&'static str),
    /// The column that says why a number is NULL.
    #[error("the state `{column}` {rule}")]
    StateColumn {
        /// The column of the state.
        column: String,
        /// What is wrong.
        rule: &'static str,
    },
    /// The column that gives the cohort.
    #[error("the cohort column `{0}` must be a column of kind `year` of this table")]
    CohortColumn(String),
    /// A target that a mapping may not fill in.
    #[error("`{column}` {rule}")]
    BadTarget {
        /// The column of the table.
        column: String,
        /// Why it may not be filled in so.
        rule: String,
    },
    /// A column of one value that two columns would fill in.
    #[error("`{0}` holds one value and is filled in twice; keep one")]
    TargetTwice(String),
    /// Two columns of the mapping with one name.
    #[error("the source column `{0}` is used twice; remove or rename one")]
    HeaderTwice(String),
    /// What to do with a column is not said, or said twice.
    #[error("the source column `{header}` says {count} things to do; say exactly one of {choices}")]
    WhatToDo {
        /// The header.
        header: String,
        /// How many.
        count: usize,
        /// The words to choose from.
        choices: String,
    },
    /// A key that says nothing here.
    #[error("`{key}` says nothing beside `{verb}`; remove it")]
    StrayKey {
        /// The key.
        key: &'static str,
        /// What is done with the column.
        verb: &'static str,
    },
    /// Two keys that cannot both be meant.
    #[error("`{key}` and `{other}` contradict each other; {why}")]
    Contradiction {
        /// One key.
        key: &'static str,
        /// The other.
        other: &'static str,
        /// Why, and what to do.
        why: &'static str,
    },
    /// A key that is needed here.
    #[error("`{verb}` needs `{key}`; {why}")]
    NeedsKey {
        /// The missing key.
        key: &'static str,
        /// What needs it.
        verb: &'static str,
        /// What it is for.
        why: &'static str,
    },
    /// A date format that cannot be read, or not well enough.
    #[error("the date format `{format}` {rule}")]
    BadFormat {
        /// The format.
        format: String,
        /// What is wrong.
        rule: &'static str,
    },
    /// A word that would mean both a code and its absence.
    #[error("`{word}` means {absence} here and is also a word for `{code}`; say which of the two it is")]
    AbsentWordIsCode {
        /// The word.
        word: String,
        /// What the mapping says that it means.
        absence: String,
        /// The code that it also stands for.
        code: String,
    },
    /// A word for not knowing that stands for two ways of it.
    #[error(
        "`{word}` stands under `{first}` and under `{second}`, whatever its letter case; keep it under one of them"
    )]
    AbsentWordTwice {
        /// The word.
        word: String,
        /// One of the ways.
        first: Absence,
        /// The other one.
        second: Absence,
    },
    /// A place of the journey that cannot be built.
    #[error("the place `{place}` {rule}")]
    BadPlace {
        /// Its name.
        place: String,
        /// What is wrong.
        rule: &'static str,
    },
    /// A name of the dictionary used by a mapping outside it.
    #[error("the dictionary already has a mapping `{0}`; choose another name")]
    NameTaken(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}", self.file, self.line)
    }
}

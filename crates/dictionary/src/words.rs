//! Words of export cells: when two spellings are the same word, which words mean that nothing is known, and which code
//! a word stands for. Everything is written in a mapping or a code list; nothing is guessed.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::code::CodeList;

/// A way of writing a code that a mapping accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    /// The code itself.
    Code,
    /// One of its aliases.
    Alias,
    /// Its CTDC words.
    Ctdc,
    /// Its HTCDS words.
    Htcds,
    /// Its English label.
    En,
    /// Its Russian label.
    Ru,
    /// Its Tajik label.
    Tg,
}

/// The four ways of not knowing, which are never one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Absence {
    /// The cell is empty or holds a word that stands for empty.
    Missing,
    /// Someone wrote that it is not known.
    Unknown,
    /// The question does not arise.
    NotApplicable,
    /// The sender holds it back.
    Suppressed,
}

/// The words of one column that mean that nothing is known, already folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AbsenceWords {
    pub(crate) words: Vec<(String, Absence)>,
}

/// How the words of one column become codes of one list.
#[derive(Debug, Clone)]
pub struct CodeWords {
    pub(crate) list: Arc<CodeList>,
    pub(crate) translate: HashMap<String, Vec<String>>,
    pub(crate) accept: Vec<Accept>,
}

impl Absence {
    /// All four, in the order of the list `absence`.
    pub const ALL: [Self; 4] = [Self::Missing, Self::Unknown, Self::NotApplicable, Self::Suppressed];

    /// The code in the list `absence`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not_applicable",
            Self::Suppressed => "suppressed",
        }
    }

    /// The absence of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|absence| absence.code() == code)
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl AbsenceWords {
    /// What the cell says about not knowing; none when it holds a value. An empty or blank cell is missing.
    pub fn absence(&self, cell: &str) -> Option<Absence> {
        if cell.trim().is_empty() {
            return Some(Absence::Missing);
        }
        if self.words.is_empty() {
            return None;
        }
        let folded = fold(cell);
        self.words.iter().find(|(word, _)| *word == folded).map(|&(_, absence)| absence)
    }
}

impl CodeWords {
    /// The list that the codes belong to.
    pub fn list(&self) -> &Arc<CodeList> {
        &self.list
    }

    /// The codes that a word stands for: first the mapping's own `translate`, then the accepted ways of writing in
    /// their order. None when the word is not known; the row must then be refused. A translation may give several codes
    /// (list columns only) or one of the list `absence`.
    pub fn codes(&self, word: &str) -> Option<&[String]> {
        if !self.translate.is_empty()
            && let Some(codes) = self.translate.get(&fold(word))
        {
            return Some(codes);
        }
        self.list.by_word(&self.accept, word).map(|code| std::slice::from_ref(&code.code))
    }

    /// The one code that a word stands for, for columns that hold one code.
    pub fn code(&self, word: &str) -> Option<&str> {
        self.codes(word).and_then(|codes| codes.first()).map(String::as_str)
    }
}

/// The comparison form of a word: composed letters (NFC), blanks around it removed and runs of blanks inside it made one,
/// lower case, and the Russian letter ё written as е. Dashes, dots and quotes stay as they are.
pub fn fold(word: &str) -> String {
    // Normalising is slow, and only combining marks can make a difference that exports are known to have.
    if word.chars().any(|letter| ('\u{300}'..='\u{36f}').contains(&letter)) {
        return fold_composed(word.nfc(), word.len());
    }
    fold_composed(word.chars(), word.len())
}

fn fold_composed(letters: impl Iterator<Item = char>, length: usize) -> String {
    let mut folded = String::with_capacity(length);
    let mut gap = false;
    for letter in letters {
        if letter.is_whitespace() {
            gap = !folded.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            folded.push(' ');
        }
        if letter.is_ascii() {
            folded.push(letter.to_ascii_lowercase());
        } else {
            folded.extend(letter.to_lowercase().map(|letter| if letter == 'ё' { 'е' } else { letter }));
        }
    }
    folded
}

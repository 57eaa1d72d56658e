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
    /// One of its names in further languages, from `codes/LIST_names.csv`.
    Names,
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
    list: Arc<CodeList>,
    translate: HashMap<String, Vec<String>>,
    accept: Vec<Accept>,
    // The most pieces that a known word has when it is split at the separator of the column; 1 without a separator.
    pieces: usize,
}

/// What one word of a cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said<'a> {
    /// That nothing is known.
    Absent(Absence),
    /// These codes of the list; a translation may also give one of the list `absence`. Never empty.
    Codes(&'a [String]),
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
        if !self.may_be_one(cell) {
            return None;
        }
        let folded = fold(cell);
        self.words.iter().find(|(word, _)| *word == folded).map(|&(_, absence)| absence)
    }

    // Most cells of names and numbers begin with another letter than every word, and folding them would be for nothing.
    fn may_be_one(&self, cell: &str) -> bool {
        let first = cell.trim_start().chars().next().filter(|first| !is_dash(*first) && !has_mark(cell));
        let Some(first) = first else { return !self.words.is_empty() };
        let folded = lower(first).map(without_dots);
        let mut alike = self.words.iter().filter(|(word, _)| word.chars().next() == folded).peekable();
        if alike.peek().is_none() {
            return false;
        }
        // Folding takes away only blanks and dashes, and makes no letter of two; it may make two of one.
        let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace() && !is_dash(*letter)).count();
        let least = letters(cell);
        alike.any(|(word, _)| letters(word) >= least)
    }
}

impl CodeWords {
    pub(crate) fn new(list: Arc<CodeList>, translate: HashMap<String, Vec<String>>, accept: Vec<Accept>) -> Self {
        Self { list, translate, accept, pieces: 1 }
    }

    /// The same words for cells that are split at a separator: counts the most pieces that a word has.
    pub(crate) fn split_at(mut self, separator: char, absence: &AbsenceWords) -> Self {
        // What the separator is inside a folded word.
        let inside = if separator.is_whitespace() { " ".to_owned() } else { fold(separator.encode_utf8(&mut [0; 4])) };
        let accepted = |ways: &[(Accept, usize)]| ways.iter().any(|(way, _)| self.accept.contains(way));
        let listed = self.list.index.iter().filter(|(_, ways)| accepted(ways)).map(|(word, _)| word);
        let absent = absence.words.iter().map(|(word, _)| word);
        let separators = self.translate.keys().chain(listed).chain(absent).map(|word| word.matches(&inside).count());
        self.pieces = 1 + separators.max().unwrap_or_default();
        self
    }

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

    /// What the words of a cell say, in their order; `None` for a word that is not known: the row must then be refused. A
    /// word may itself hold the separator ("Water supply; sewerage"): neighbouring pieces are put together again when that
    /// gives a word, the longest first. An empty piece is missing. The separator blank stands for any run of blanks.
    pub fn each<'a>(
        &'a self,
        cell: &'a str,
        separator: Option<char>,
        absence: &'a AbsenceWords,
    ) -> impl Iterator<Item = Option<Said<'a>>> {
        self.each_written(cell, separator, absence).map(|(_, said)| said)
    }

    /// The same, each with the word as the cell has it, blanks around it included.
    pub fn each_written<'a>(
        &'a self,
        cell: &'a str,
        separator: Option<char>,
        absence: &'a AbsenceWords,
    ) -> impl Iterator<Item = (&'a str, Option<Said<'a>>)> {
        let mut rest = Some(cell.trim());
        std::iter::from_fn(move || {
            let cell = rest?;
            let (said, end, after) = self.first_word(cell, separator, absence);
            rest = after;
            Some((&cell[..end], said))
        })
    }

    /// The one code that a word stands for, for columns that hold one code.
    pub fn code(&self, word: &str) -> Option<&str> {
        self.codes(word).and_then(|codes| codes.first()).map(String::as_str)
    }

    // The longest word at the front, its length in bytes, and what stands behind it.
    fn first_word<'a, 'c>(
        &'a self,
        cell: &'c str,
        separator: Option<char>,
        absence: &AbsenceWords,
    ) -> (Option<Said<'a>>, usize, Option<&'c str>) {
        let splits = |letter: char| match separator {
            Some(' ') => letter.is_whitespace(),
            other => other == Some(letter),
        };
        let at_separators = cell.match_indices(splits).map(|(at, _)| at);
        // Inside a run of blanks only the first one ends a word.
        let at_words = at_separators.filter(|&at| separator != Some(' ') || !cell[..at].ends_with(char::is_whitespace));
        let ends: Vec<usize> = at_words.chain([cell.len()]).take(self.pieces).collect();
        let known = |&end: &usize| Some((self.one(&cell[..end], absence)?, end));
        let (said, end) = match ends.iter().rev().find_map(known) {
            Some((said, end)) => (Some(said), end),
            None => (None, ends.first().copied().unwrap_or(cell.len())),
        };
        let mut behind = cell[end..].chars();
        let after = behind.next().map(|_| behind.as_str());
        (said, end, after.map(|after| if separator == Some(' ') { after.trim_start() } else { after }))
    }

    fn one(&self, word: &str, absence: &AbsenceWords) -> Option<Said<'_>> {
        absence.absence(word).map(Said::Absent).or_else(|| self.codes(word).map(Said::Codes))
    }
}

/// The comparison form of a word: composed letters (NFC), blanks around it removed and runs of blanks inside it (the
/// no-break space is one) made one, runs of dashes of any kind made one `-`, lower case, and the Russian letter ё written as
/// е. Dots and quotes stay as they are.
pub fn fold(word: &str) -> String {
    // Normalising is slow, and only combining marks can make a difference that exports are known to have.
    if word.chars().any(is_mark) {
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
        let gap = std::mem::take(&mut gap);
        if gap {
            folded.push(' ');
        }
        if is_dash(letter) {
            if gap || !folded.ends_with('-') {
                folded.push('-');
            }
        } else if letter.is_ascii() {
            folded.push(letter.to_ascii_lowercase());
        } else {
            folded.extend(letter.to_lowercase().map(without_dots));
        }
    }
    folded
}

// A combining mark.
fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

// All marks begin with one of two bytes, which nearly no cell has; without a way out the loop takes many bytes at once.
fn has_mark(cell: &str) -> bool {
    let may_have = cell.bytes().fold(false, |found, byte| found | matches!(byte, 0xcc | 0xcd));
    may_have && cell.chars().any(is_mark)
}

// The first letter of the lower case; of the commonest letters without Unicode's tables.
fn lower(letter: char) -> Option<char> {
    match letter {
        'a'..='z' | '0'..='9' | 'а'..='я' => Some(letter),
        'A'..='Z' => Some(letter.to_ascii_lowercase()),
        'А'..='Я' => char::from_u32(letter as u32 + 32),
        _ => letter.to_lowercase().next(),
    }
}

fn without_dots(letter: char) -> char {
    if letter == 'ё' { 'е' } else { letter }
}

// Hyphens, dashes, the minus sign and their full-width and small forms.
fn is_dash(letter: char) -> bool {
    matches!(
        letter,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2e3a}' | '\u{2e3b}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
    )
}

//! What one cell of a column says, as a short list of effects on the row that is being made.
//!
//! Everything that depends on one cell alone happens here, once per spelling; whatever depends on several cells of a
//! row is left to the draft of the row.

use std::sync::Arc;

use panoh_dictionary::{
    Absence, AbsenceWords, CodeList, CodeWords, Date, DateFormat, PlacePart, Sets, Sex, YEARS, fold,
};

use crate::codes::{CodeId, Codes};
use crate::rejection::Rule;

/// The oldest age that is believed.
pub(crate) const OLDEST: u8 = 120;

/// Place of a column in its table.
pub(crate) type Slot = usize;

/// What the cells of one column mean: a construct of the mapping with its targets looked up.
#[derive(Debug)]
pub(crate) enum Meaning {
    /// Refuse the row at these folded words.
    Refuse { words: Vec<String> },
    /// A year.
    Year { slot: Slot },
    /// A date, made coarser; `for_age` when ages are reckoned at it.
    Date { year: Option<Slot>, month: Option<Slot>, formats: Vec<DateFormat>, for_age: bool },
    /// Completed years.
    Age { slot: Slot, list: Arc<CodeList> },
    /// One code and what follows from it.
    Code { slot: Slot, words: CodeWords, sets: Vec<(Slot, Sets)>, sex: Vec<(String, Sex)> },
    /// Codes of a list column.
    Codes { slot: Slot, separator: Option<char>, words: CodeWords },
    /// Yes or no.
    Flag { target: FlagTarget, true_words: Vec<String>, false_words: Vec<String> },
    /// Part of a stop of the journey.
    Place { place: usize, part: PlacePart, separator: Option<char>, words: CodeWords },
}

/// What a flag does.
#[derive(Debug)]
pub(crate) enum FlagTarget {
    /// Adds codes to a list column.
    List { slot: Slot, on: Vec<CodeId>, off: Vec<CodeId> },
    /// Sets the code of a column.
    Code { slot: Slot, on: Option<CodeId>, off: Option<CodeId> },
}

/// One thing that a cell says about its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The column has this code.
    Code(Slot, CodeId),
    /// The list column holds this code.
    Add(Slot, CodeId),
    /// The column has this year.
    Year(Slot, i16),
    /// The column has this month of this year.
    Month(Slot, i16, u8),
    /// What linking knows about the sex.
    Sex(Sex),
    /// The date at which ages are reckoned.
    AgeAt(Date),
    /// The next piece of a part of a place, with the code above it.
    Piece(usize, PlacePart, Piece),
    /// The whole part of a place is absent in this way.
    NoPieces(usize, PlacePart, CodeId),
}

/// A role, country or region; `above` is the country of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) code: CodeId,
    pub(crate) above: Option<CodeId>,
}

impl Meaning {
    /// Works out what a cell says. The error is the rule for which the row is refused.
    pub(crate) fn read(&self, absence: &AbsenceWords, cell: &str, codes: &Codes) -> Result<Vec<Effect>, Rule> {
        if let Self::Refuse { words } = self {
            return if words.contains(&fold(cell)) { Err(Rule::RefusedByMapping) } else { Ok(Vec::new()) };
        }
        match absence.absence(cell) {
            Some(absence) => self.absent(absence, codes),
            None => self.present(absence, cell, codes),
        }
    }

    fn absent(&self, absence: Absence, codes: &Codes) -> Result<Vec<Effect>, Rule> {
        let code = CodeId::from(absence);
        Ok(match self {
            Self::Refuse { .. }
            | Self::Year { .. }
            | Self::Date { .. }
            | Self::Flag { target: FlagTarget::List { .. }, .. } => Vec::new(),
            Self::Flag { target: FlagTarget::Code { slot, .. }, .. } | Self::Age { slot, .. } => {
                vec![Effect::Code(*slot, code)]
            }
            Self::Code { slot, sets, .. } => coded(*slot, absence.code(), sets, codes)?,
            Self::Codes { slot, .. } => vec![Effect::Add(*slot, code)],
            Self::Place { place, part, .. } => vec![Effect::NoPieces(*place, *part, code)],
        })
    }

    fn present(&self, absence: &AbsenceWords, cell: &str, codes: &Codes) -> Result<Vec<Effect>, Rule> {
        match self {
            Self::Refuse { .. } => Ok(Vec::new()),
            Self::Year { slot } => Ok(vec![Effect::Year(*slot, year(cell).ok_or(Rule::NotAYear)?)]),
            Self::Date { year, month, formats, for_age } => {
                let date = read_date(formats, cell)?;
                let month = month.zip(date.month).map(|(slot, month)| Effect::Month(slot, date.year, month));
                let year = year.map(|slot| Effect::Year(slot, date.year));
                Ok(year.into_iter().chain(month).chain(for_age.then_some(Effect::AgeAt(date))).collect())
            }
            Self::Age { slot, list } => {
                let age = whole_number(cell).and_then(|digits| digits.parse().ok()).filter(|&age| age <= OLDEST);
                let code = age.and_then(|age| list.by_age(age)).ok_or(Rule::NotAnAge)?;
                Ok(vec![Effect::Code(*slot, codes.id(&code.code).ok_or(Rule::UnknownWord)?)])
            }
            Self::Code { slot, words, sets, sex } => {
                let code = words.code(cell).ok_or(Rule::UnknownWord)?;
                let mut effects = coded(*slot, code, sets, codes)?;
                effects.extend(sex.iter().find(|(of, _)| of == code).map(|&(_, sex)| Effect::Sex(sex)));
                Ok(effects)
            }
            Self::Codes { slot, separator, words } => {
                let mut effects = Vec::new();
                for word in pieces(cell, separator.as_ref()) {
                    let found = word_codes(absence, words, word, codes)?;
                    effects.extend(found.into_iter().map(|code| Effect::Add(*slot, code)));
                }
                Ok(effects)
            }
            Self::Flag { target, true_words, false_words } => {
                let word = fold(cell);
                let yes = match (true_words.contains(&word), false_words.contains(&word)) {
                    (true, false) => true,
                    (false, true) => false,
                    _ => return Err(Rule::NotYesOrNo),
                };
                Ok(target.effects(yes))
            }
            Self::Place { place, part, separator, words } => pieces(cell, separator.as_ref())
                .map(|word| {
                    let code = *word_codes(absence, words, word, codes)?.first().ok_or(Rule::UnknownWord)?;
                    let above =
                        words.list().code(codes.text(code)).and_then(|found| codes.id(found.parent.as_deref()?));
                    Ok(Effect::Piece(*place, *part, Piece { code, above }))
                })
                .collect(),
        }
    }
}

impl FlagTarget {
    fn effects(&self, yes: bool) -> Vec<Effect> {
        match self {
            Self::List { slot, on, off } => {
                let added = if yes { on } else { off };
                added.iter().map(|&code| Effect::Add(*slot, code)).collect()
            }
            Self::Code { slot, on, off } => {
                let code = if yes { *on } else { *off };
                code.map(|code| Effect::Code(*slot, code)).into_iter().collect()
            }
        }
    }
}

/// The date in a cell in the first format that fits, inside the years that a register can hold.
pub(crate) fn read_date(formats: &[DateFormat], cell: &str) -> Result<Date, Rule> {
    let date = formats.iter().find_map(|format| format.read(cell)).ok_or(Rule::NotADate)?;
    if YEARS.contains(&date.year) { Ok(date) } else { Err(Rule::NotADate) }
}

fn coded(slot: Slot, code: &str, sets: &[(Slot, Sets)], codes: &Codes) -> Result<Vec<Effect>, Rule> {
    let follow = sets.iter().map(|(slot, sets)| (*slot, sets.code(code)));
    std::iter::once((slot, code))
        .chain(follow)
        .map(|(slot, code)| Ok(Effect::Code(slot, codes.id(code).ok_or(Rule::UnknownWord)?)))
        .collect()
}

// Without a separator the cell is one piece.
fn pieces<'a>(cell: &'a str, separator: Option<&'a char>) -> impl Iterator<Item = &'a str> {
    cell.split(separator.map_or(&[][..], std::slice::from_ref))
}

// An absent piece is its absence; a word may stand for several codes.
fn word_codes(absence: &AbsenceWords, words: &CodeWords, word: &str, codes: &Codes) -> Result<Vec<CodeId>, Rule> {
    if let Some(absence) = absence.absence(word) {
        return Ok(vec![absence.into()]);
    }
    let found = words.codes(word).ok_or(Rule::UnknownWord)?;
    found.iter().map(|code| codes.id(code).ok_or(Rule::UnknownWord)).collect()
}

fn year(cell: &str) -> Option<i16> {
    let digits = whole_number(cell).filter(|digits| digits.len() == 4)?;
    digits.parse().ok().filter(|year| YEARS.contains(year))
}

// Spreadsheets write whole numbers with a decimal nought when the column once had an empty cell.
fn whole_number(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    let digits = cell.strip_suffix(".0").unwrap_or(cell);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_four_digits_inside_the_years_of_a_register() {
        for (cell, expected) in
            [("2018", Some(2018)), (" 2018.0 ", Some(2018)), ("1900", Some(1900)), ("2099", Some(2099))]
        {
            assert_eq!(year(cell), expected, "{cell}");
        }
        for cell in ["18", "1899", "2100", "02018", "2018.5", "2018.00", "+2018", "-2018", "2018 г.", "٢٠١٨", ".0", ""]
        {
            assert_eq!(year(cell), None, "{cell}");
        }
    }
}

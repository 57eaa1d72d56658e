//! What one cell of a column says, as a short list of effects on the row that is being made.
//!
//! Everything that depends on one cell alone happens here, once per spelling; whatever depends on several cells of a
//! row is left to the draft of the row.

use std::sync::Arc;

use panoh_dictionary::{Absence, AbsenceWords, CodeList, CodeWords, Date, PlacePart, Said, Sets, Sex, fold};

use crate::codes::{CodeId, Codes};
use crate::dates::{Dates, not_later};
use crate::mend::{Mend, Mends};
use crate::number::{count, whole_number, year};
use crate::rule::Rule;
use crate::spelling::{blanks, word_mends};

/// The oldest age that is believed.
pub(crate) const OLDEST: u8 = 120;

/// Place of a column in its table.
pub(crate) type Slot = usize;

/// What the cells of one column mean: a construct of the mapping with its targets looked up.
#[derive(Debug)]
pub(crate) enum Meaning {
    /// Refuse the row at these folded words.
    Refuse { words: Vec<String> },
    /// Refuse the row unless the cell is one of these folded words.
    Consent { words: Vec<String> },
    /// A year, and the latest one that is believed.
    Year { slot: Slot, latest: i16 },
    /// A date, made coarser; `kept` is its number among the dates that ages and lengths of time are reckoned from.
    Date { year: Option<Slot>, month: Option<Slot>, dates: Dates, kept: Option<usize> },
    /// Completed years.
    Age { slot: Slot, list: Arc<CodeList> },
    /// A number, and the column that says why there is none.
    Count { slot: Slot, state: Option<State>, thousands: Vec<char>, largest: Option<i32> },
    /// One code and what follows from it.
    Code { slot: Slot, words: CodeWords, sets: Vec<(Slot, Sets)>, sex: Vec<(String, Sex)> },
    /// Codes of a list column.
    Codes { slot: Slot, separator: Option<char>, words: CodeWords },
    /// Yes or no.
    Flag { target: FlagTarget, true_words: Vec<String>, false_words: Vec<String> },
    /// Part of a stop of the journey.
    Place { place: usize, part: PlacePart, separator: Option<char>, words: CodeWords },
    /// The country that gave out the document of the person.
    DocumentCountry { words: CodeWords },
}

/// What a flag does.
#[derive(Debug)]
pub(crate) enum FlagTarget {
    /// Adds codes to a list column.
    List { slot: Slot, on: Vec<CodeId>, off: Vec<CodeId> },
    /// Sets the code of a column.
    Code { slot: Slot, on: Option<CodeId>, off: Option<CodeId> },
}

/// The column that says why a number is not there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub(crate) slot: Slot,
    /// Its code for a number that is there.
    pub(crate) recorded: CodeId,
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
    /// The column has this number.
    Integer(Slot, i32),
    /// What linking knows about the sex.
    Sex(Sex),
    /// The country of the document.
    DocumentCountry(CodeId),
    /// The date of this number.
    Date(usize, Date),
    /// The date of this number is absent in this way.
    NoDate(usize, CodeId),
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

/// Everything that a spelling says.
#[derive(Debug)]
pub(crate) struct Read {
    /// What it does to the row, or the rule for which the row is refused.
    pub(crate) effects: Result<Box<[Effect]>, Rule>,
    /// What was mended to read it.
    pub(crate) mends: Mends,
    /// Whether the cell is absent in one of the four ways.
    pub(crate) absent: bool,
}

type Effects = (Vec<Effect>, Mends);

impl Meaning {
    /// The column that gets the one code of the cell.
    pub(crate) fn code_slot(&self) -> Option<Slot> {
        match self {
            Self::Code { slot, .. } | Self::Flag { target: FlagTarget::Code { slot, .. }, .. } => Some(*slot),
            _ => None,
        }
    }

    /// Works out what a cell says.
    pub(crate) fn read(&self, absence: &AbsenceWords, cell: &str, codes: &Codes) -> Read {
        let absent = match self {
            Self::Refuse { .. } | Self::Consent { .. } => None,
            _ => absence.absence(cell),
        };
        let read = match absent {
            Some(absence) => self.absent(absence, codes).map(|effects| (effects, absent_mends(cell))),
            None => self.present(absence, cell, codes),
        };
        let (effects, mends) = match read {
            Ok((effects, mends)) => (Ok(effects.into_boxed_slice()), mends),
            Err(rule) => (Err(rule), Mends::NONE),
        };
        Read { effects, mends, absent: absent.is_some() }
    }

    fn absent(&self, absence: Absence, codes: &Codes) -> Result<Vec<Effect>, Rule> {
        let code = CodeId::from(absence);
        Ok(match self {
            Self::Refuse { .. } | Self::Consent { .. } | Self::Year { .. } | Self::DocumentCountry { .. } => Vec::new(),
            Self::Date { kept, .. } => kept.map(|date| Effect::NoDate(date, code)).into_iter().collect(),
            Self::Count { state, .. } => state.map(|state| Effect::Code(state.slot, code)).into_iter().collect(),
            Self::Flag { target: FlagTarget::Code { slot, .. }, .. } | Self::Age { slot, .. } => {
                vec![Effect::Code(*slot, code)]
            }
            Self::Code { slot, sets, .. } => coded(*slot, absence.code(), sets, codes)?,
            // One absence stays of a list in which nothing else is said.
            Self::Codes { slot, .. } | Self::Flag { target: FlagTarget::List { slot, .. }, .. } => {
                vec![Effect::Add(*slot, code)]
            }
            Self::Place { place, part, .. } => vec![Effect::NoPieces(*place, *part, code)],
        })
    }

    fn present(&self, absence: &AbsenceWords, cell: &str, codes: &Codes) -> Result<Effects, Rule> {
        match self {
            Self::Refuse { words } if words.contains(&fold(cell)) => Err(Rule::RefusedByMapping),
            Self::Refuse { .. } => Ok((Vec::new(), Mends::NONE)),
            Self::Consent { words } if words.contains(&fold(cell)) => Ok((Vec::new(), blanks(cell))),
            Self::Consent { .. } => Err(Rule::NoConsent),
            Self::Year { slot, latest } => {
                let (year, mends) = year(cell).ok_or(Rule::NotAYear)?;
                not_later(year, *latest)?;
                Ok((vec![Effect::Year(*slot, year)], mends))
            }
            Self::Date { year, month, dates, kept } => {
                let (date, mends) = dates.read(cell)?;
                let month = month.zip(date.month).map(|(slot, month)| Effect::Month(slot, date.year, month));
                let year = year.map(|slot| Effect::Year(slot, date.year));
                let kept = kept.map(|number| Effect::Date(number, date));
                Ok((year.into_iter().chain(month).chain(kept).collect(), mends))
            }
            Self::Age { slot, list } => {
                let (digits, mends) = whole_number(cell).ok_or(Rule::NotAnAge)?;
                let age = digits.parse().ok().filter(|&age| age <= OLDEST);
                let code = age.and_then(|age| list.by_age(age)).ok_or(Rule::NotAnAge)?;
                Ok((vec![Effect::Code(*slot, codes.id(&code.code).ok_or(Rule::UnknownWord)?)], mends))
            }
            Self::Count { slot, state, thousands, largest } => {
                let (number, mends) = count(cell, thousands).ok_or(Rule::NotACount)?;
                if largest.is_some_and(|largest| number > largest) {
                    return Err(Rule::AboveLargest);
                }
                let state = state.map(|state| Effect::Code(state.slot, state.recorded));
                Ok((state.into_iter().chain([Effect::Integer(*slot, number)]).collect(), mends))
            }
            Self::Flag { target, true_words, false_words } => {
                let (yes, mends) = yes_or_no(cell, true_words, false_words)?;
                Ok((target.effects(yes), mends))
            }
            _ => self.words(absence, cell, codes),
        }
    }

    // The columns whose cells are words of a code list.
    fn words(&self, absence: &AbsenceWords, cell: &str, codes: &Codes) -> Result<Effects, Rule> {
        let mut effects = Vec::new();
        let mut mends = Mends::NONE;
        match self {
            Self::Code { slot, words, sets, sex } => {
                let (cell, decimal) = word_of(cell, words);
                let code = words.code(cell).ok_or(Rule::UnknownWord)?;
                mends |= word_mends(cell, &Said::Codes(&[code.to_owned()]), words) | decimal;
                effects = coded(*slot, code, sets, codes)?;
                effects.extend(sex.iter().find(|(of, _)| of == code).map(|&(_, sex)| Effect::Sex(sex)));
            }
            Self::DocumentCountry { words } => {
                let code = words.code(cell).ok_or(Rule::UnknownWord)?;
                mends |= word_mends(cell, &Said::Codes(&[code.to_owned()]), words);
                effects.push(Effect::DocumentCountry(codes.id(code).ok_or(Rule::UnknownWord)?));
            }
            Self::Codes { slot, separator, words } => {
                let (cell, decimal) = word_of(cell, words);
                mends |= decimal;
                each_word(words, cell, *separator, absence, codes, &mut mends, |code| {
                    effects.push(Effect::Add(*slot, code));
                })?;
            }
            Self::Place { place, part, separator, words } => {
                each_word(words, cell, *separator, absence, codes, &mut mends, |code| {
                    let above =
                        words.list().code(codes.text(code)).and_then(|found| codes.id(found.parent.as_deref()?));
                    effects.push(Effect::Piece(*place, *part, Piece { code, above }));
                })?;
            }
            _ => {}
        }
        Ok((effects, mends | blanks_around(cell)))
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

impl Read {
    /// Whether two columns that mean the same say the same; the order of codes in a list does not matter.
    pub(crate) fn agrees_with(&self, other: &Self) -> bool {
        let (Ok(one), Ok(two)) = (&self.effects, &other.effects) else { return true };
        let is_list = |effects: &[Effect]| effects.iter().all(|effect| matches!(effect, Effect::Add(..)));
        let within = |one: &[Effect], two: &[Effect]| one.iter().all(|effect| two.contains(effect));
        one == two || (is_list(one) && is_list(two) && within(one, two) && within(two, one))
    }
}

// Hands on the codes of each word of a cell; one code a word, unless the mapping translates it into several.
fn each_word(
    words: &CodeWords,
    cell: &str,
    separator: Option<char>,
    absence: &AbsenceWords,
    codes: &Codes,
    mends: &mut Mends,
    mut taken: impl FnMut(CodeId),
) -> Result<(), Rule> {
    for (word, said) in words.each_written(cell, separator, absence) {
        let said = said.ok_or(Rule::UnknownWord)?;
        *mends |= word_mends(word, &said, words) | Mends::only_if(word.trim().is_empty(), Mend::EmptyPiece);
        match said {
            Said::Absent(absence) => taken(absence.into()),
            Said::Codes(found) => {
                for code in found {
                    taken(codes.id(code).ok_or(Rule::UnknownWord)?);
                }
            }
        }
    }
    Ok(())
}

// Codes in digits come out of spreadsheets with a decimal nought, like any number.
fn word_of<'a>(cell: &'a str, words: &CodeWords) -> (&'a str, Mends) {
    match whole_number(cell) {
        Some((digits, mends)) if digits.len() < cell.trim().len() && words.codes(cell).is_none() => (digits, mends),
        _ => (cell, Mends::NONE),
    }
}

fn yes_or_no(cell: &str, true_words: &[String], false_words: &[String]) -> Result<(bool, Mends), Rule> {
    let said = |word: &str| match (true_words.iter().any(|yes| yes == word), false_words.iter().any(|no| no == word)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    };
    if let Some(yes) = said(&fold(cell)) {
        return Ok((yes, blanks(cell)));
    }
    let number = whole_number(cell).and_then(|(digits, mends)| Some((said(digits)?, mends)));
    number.ok_or(Rule::NotYesOrNo)
}

fn absent_mends(cell: &str) -> Mends {
    blanks_around(cell) | Mends::only_if(!cell.trim().is_empty(), Mend::AbsenceWord)
}

fn blanks_around(cell: &str) -> Mends {
    crate::number::blanks(cell)
}

fn coded(slot: Slot, code: &str, sets: &[(Slot, Sets)], codes: &Codes) -> Result<Vec<Effect>, Rule> {
    let follow = sets.iter().map(|(slot, sets)| (*slot, sets.code(code)));
    std::iter::once((slot, code))
        .chain(follow)
        .map(|(slot, code)| Ok(Effect::Code(slot, codes.id(code).ok_or(Rule::UnknownWord)?)))
        .collect()
}

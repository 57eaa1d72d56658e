//! What linking has to go on in a row, and what it lacks: enough to tell the sender of a list why a row became a person of
//! its own, and nothing about the person.

use std::fmt;

use super::Identity;
use super::birth::{Birth, BirthDate};
use crate::fold::{self, Nameless, Names};

/// What linking has to go on in one row. A row without either is a person of its own, whoever it is about.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Grounds {
    /// The number of a document.
    pub by_document: bool,
    /// A name with enough of the birth date.
    pub by_name: bool,
    /// Bits at the places of [`Lack::ALL`].
    lacks: u16,
}

/// Why a row links by less than it might.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lack {
    /// No number of a document.
    NoDocument,
    /// A number like 1234567 or 0000000, or too short: what is written where a form insists on one.
    PlaceholderDocument,
    /// No name.
    NoName,
    /// A name of one word, which too many share.
    OneWordName,
    /// Words that say that no name is known, or initials and nothing else.
    AbsentName,
    /// No birth date, or one of a year that spreadsheets write for an empty cell.
    NoBirthDate,
    /// A birth date without its day, and a name without a father's name.
    PartOfBirthDate,
    /// Born on the 1st of January, which stands for the year, and a name without a father's name.
    FirstOfJanuary,
    /// Name and birth date without the sex: links by a weaker rule.
    NoSex,
}

impl Lack {
    /// All of them, in the order in which reports tell them.
    pub const ALL: [Lack; 9] = [
        Lack::NoDocument,
        Lack::PlaceholderDocument,
        Lack::NoName,
        Lack::OneWordName,
        Lack::AbsentName,
        Lack::NoBirthDate,
        Lack::PartOfBirthDate,
        Lack::FirstOfJanuary,
        Lack::NoSex,
    ];

    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Lack::NoDocument => "no_document",
            Lack::PlaceholderDocument => "placeholder_document",
            Lack::NoName => "no_name",
            Lack::OneWordName => "name_of_one_word",
            Lack::AbsentName => "name_not_known",
            Lack::NoBirthDate => "no_birth_date",
            Lack::PartOfBirthDate => "no_whole_birth_date",
            Lack::FirstOfJanuary => "born_on_first_of_january",
            Lack::NoSex => "no_sex",
        }
    }
}

impl Grounds {
    /// Of a row that says nothing about who the person is.
    pub const NOTHING: Grounds = Grounds {
        by_document: false,
        by_name: false,
        lacks: (1 << Lack::NoDocument as u16) | (1 << Lack::NoName as u16),
    };

    /// What the rules find in an identity: `birth` and `names` are what they made of it, `by_document` whether its number
    /// stands for a document.
    pub(super) fn of(identity: &Identity<'_>, by_document: bool, birth: Option<Birth>, names: &Names) -> Grounds {
        let is_day = birth.is_some_and(|birth| birth.day().is_some());
        let by_name = (is_day && !names.pairs.is_empty()) || (birth.is_some() && !names.threes.is_empty());
        let mut grounds = Grounds { by_document, by_name, lacks: 0 };
        if !by_document {
            let is_written = identity.document.is_some();
            grounds.lack(if is_written { Lack::PlaceholderDocument } else { Lack::NoDocument });
        }
        if by_name {
            if identity.sex.is_none() {
                grounds.lack(Lack::NoSex);
            }
            return grounds;
        }
        if names.pairs.is_empty() {
            grounds.lack(match fold::nameless(identity) {
                Nameless::Nothing => Lack::NoName,
                Nameless::Absent => Lack::AbsentName,
                Nameless::OneWord => Lack::OneWordName,
            });
        }
        match (birth, identity.birth) {
            (None, _) => grounds.lack(Lack::NoBirthDate),
            (Some(_), _) if is_day => {}
            (_, Some(BirthDate { month: Some(1), day: Some(1), .. })) => grounds.lack(Lack::FirstOfJanuary),
            _ => grounds.lack(Lack::PartOfBirthDate),
        }
        grounds
    }

    /// Whether nothing links the row.
    pub fn is_nothing(self) -> bool {
        !self.by_document && !self.by_name
    }

    /// What the row lacks, in the order of reports.
    pub fn lacks(self) -> impl Iterator<Item = Lack> {
        Lack::ALL.into_iter().filter(move |lack| self.lacks & (1 << *lack as u16) != 0)
    }

    /// Notes that the row lacks this.
    fn lack(&mut self, lack: Lack) {
        self.lacks |= 1 << lack as u16;
    }
}

impl fmt::Debug for Grounds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lacks: Vec<Lack> = self.lacks().collect();
        let Grounds { by_document, by_name, .. } = self;
        out.debug_struct("Grounds")
            .field("by_document", by_document)
            .field("by_name", by_name)
            .field("lacks", &lacks)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lacks_are_kept_one_by_one() {
        for lack in Lack::ALL {
            let mut grounds = Grounds::default();
            grounds.lack(lack);
            assert_eq!(grounds.lacks().collect::<Vec<_>>(), [lack]);
        }
        assert!(Lack::ALL.is_sorted());
        let names: std::collections::BTreeSet<_> = Lack::ALL.iter().map(|lack| lack.name()).collect();
        assert_eq!(names.len(), Lack::ALL.len());
        assert_eq!(Grounds::NOTHING.lacks().collect::<Vec<_>>(), [Lack::NoDocument, Lack::NoName]);
        assert!(Grounds::NOTHING.is_nothing());
    }
}

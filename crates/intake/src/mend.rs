//! What was mended in a cell before it was understood: each kind is declared by a mapping or by the dictionary, and each
//! is counted, so that nothing is put right in silence.

use std::ops::{BitOr, BitOrAssign};

use serde::{Serialize, Serializer};

use crate::language::Language;

/// A kind of mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mend {
    /// Blanks around a word, doubled inside it or of an uncommon kind.
    BlanksTrimmed,
    /// Other letter case than the word has.
    LetterCase,
    /// Another dash than the word has.
    Dash,
    /// The same letters written in another way: combining marks, ё for е.
    LetterForm,
    /// A letter of another alphabet that looks the same, in a number of a record.
    LookAlike,
    /// A whole number written with a decimal nought, 2002.0, or as a power of ten.
    NumberAsDecimal,
    /// Signs between the thousands of a number.
    ThousandsSign,
    /// Another spelling or a foreign word, translated by the mapping or the dictionary.
    Translated,
    /// A word that means that nothing is known.
    AbsenceWord,
    /// An empty piece between two separators or at the end of a list.
    EmptyPiece,
    /// A date in another of the declared formats than the first.
    OtherDateFormat,
    /// A month written as a word.
    MonthName,
    /// A date written as the day number of a spreadsheet.
    ExcelSerial,
    /// A year in two digits.
    TwoDigitYear,
    /// A value taken from the second of two columns that say the same thing.
    SecondColumn,
    /// A code added because another code implies it.
    ImpliedCode,
}

/// A set of kinds of mend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mends(u32);

impl Mend {
    /// All kinds, in the order in which reports list them.
    pub const ALL: [Self; 16] = [
        Self::BlanksTrimmed,
        Self::LetterCase,
        Self::Dash,
        Self::LetterForm,
        Self::LookAlike,
        Self::NumberAsDecimal,
        Self::ThousandsSign,
        Self::Translated,
        Self::AbsenceWord,
        Self::EmptyPiece,
        Self::OtherDateFormat,
        Self::MonthName,
        Self::ExcelSerial,
        Self::TwoDigitYear,
        Self::SecondColumn,
        Self::ImpliedCode,
    ];

    /// The name in reports, lower snake case, and the titles in the order of [`Language::ALL`].
    const fn texts(self) -> (&'static str, [&'static str; 3]) {
        match self {
            Self::BlanksTrimmed => ("blanks_trimmed", ["blanks removed", "удалены пробелы", "фосилаҳо хориҷ шуданд"]),
            Self::LetterCase => {
                ("letter_case", ["other letter case", "другой регистр букв", "ҳарфҳои хурду калони дигар"])
            }
            Self::Dash => ("dash", ["another dash", "другое тире", "тиреи дигар"]),
            Self::LetterForm => {
                ("letter_form", ["letters in another form", "буквы в другой записи", "ҳарфҳо дар шакли дигар"])
            }
            Self::LookAlike => (
                "look_alike",
                ["look-alike letters", "похожие буквы другого алфавита", "ҳарфҳои монанди алифбои дигар"],
            ),
            Self::NumberAsDecimal => (
                "number_as_decimal",
                ["whole number with a decimal nought", "целое число с дробным нулём", "адади бутун бо сифри касрӣ"],
            ),
            Self::ThousandsSign => {
                ("thousands_sign", ["signs between thousands", "знаки между тысячами", "аломатҳои байни ҳазорҳо"])
            }
            Self::Translated => ("translated", ["spelling translated", "написание переведено", "навишт тарҷума шуд"]),
            Self::AbsenceWord => {
                ("absence_word", ["word for not knowing", "слово для неизвестного", "калима барои номаълум"])
            }
            Self::EmptyPiece => ("empty_piece", ["empty piece of a list", "пустая часть списка", "қисми холии рӯйхат"]),
            Self::OtherDateFormat => (
                "other_date_format",
                ["another declared date format", "другой объявленный формат даты", "шакли дигари эълоншудаи сана"],
            ),
            Self::MonthName => ("month_name", ["month as a word", "месяц словом", "моҳ бо калима"]),
            Self::ExcelSerial => ("excel_serial", ["date as a day number", "дата номером дня", "сана бо рақами рӯз"]),
            Self::TwoDigitYear => ("two_digit_year", ["year in two digits", "год двумя цифрами", "сол бо ду рақам"]),
            Self::SecondColumn => (
                "second_column",
                ["value from the second column", "значение из второго столбца", "қимат аз сутуни дуюм"],
            ),
            Self::ImpliedCode => (
                "implied_code",
                ["implied code added", "добавлен подразумеваемый код", "рамзи дарназардошта илова шуд"],
            ),
        }
    }

    /// The name in reports, lower snake case.
    pub fn id(self) -> &'static str {
        self.texts().0
    }

    /// What was mended, in a few words.
    pub fn title(self, language: Language) -> &'static str {
        self.texts().1[language as usize]
    }
}

impl Serialize for Mend {
    /// The name.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl Mends {
    /// Nothing was mended.
    pub(crate) const NONE: Self = Self(0);

    /// Whether nothing was mended.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// The kinds in the set.
    pub(crate) fn each(self) -> impl Iterator<Item = Mend> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let place = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            Mend::ALL.get(place).copied()
        })
    }

    /// The kind alone when `holds`, otherwise nothing.
    pub(crate) fn only_if(holds: bool, mend: Mend) -> Self {
        if holds { mend.into() } else { Self::NONE }
    }
}

impl From<Mend> for Mends {
    fn from(mend: Mend) -> Self {
        Self(1 << mend as u32)
    }
}

impl<M: Into<Mends>> BitOr<M> for Mends {
    type Output = Self;

    fn bitor(self, other: M) -> Self {
        Self(self.0 | other.into().0)
    }
}

impl<M: Into<Mends>> BitOrAssign<M> for Mends {
    fn bitor_assign(&mut self, other: M) {
        *self = *self | other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_and_titles() {
        let mut ids = Vec::new();
        for (place, mend) in Mend::ALL.into_iter().enumerate() {
            assert_eq!(mend as usize, place, "the list is whole and in order");
            assert!(mend.id().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{mend:?}");
            ids.push(mend.id());
            for language in Language::ALL {
                assert!(mend.title(language).chars().count() > 5, "{mend:?} {}", language.code());
            }
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Mend::ALL.len());
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let mut mends = Mends::NONE;
        assert!(mends.is_empty());
        mends |= Mend::Dash;
        mends |= Mends::NONE | Mend::ImpliedCode;
        mends |= Mends::only_if(false, Mend::LookAlike);
        assert_eq!(mends.each().collect::<Vec<_>>(), [Mend::Dash, Mend::ImpliedCode]);
        assert_eq!(Mends::NONE.each().next(), None);
    }
}

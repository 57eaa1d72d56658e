//! The languages of Panoh's readers.

use crate::Labels;

/// A language of labels and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
    /// Tajik, in Cyrillic letters.
    Tg,
}

impl Lang {
    /// All, in the order in which texts stand beside each other.
    pub const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Tg];

    /// The language tag (ISO 639-1), as in addresses and headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Tg => "tg",
        }
    }

    /// The English, Russian or Tajik one of three texts.
    pub fn pick<T>(self, [en, ru, tg]: [T; 3]) -> T {
        match self {
            Self::En => en,
            Self::Ru => ru,
            Self::Tg => tg,
        }
    }

    /// The text in this language.
    pub fn of(self, labels: &Labels) -> &str {
        match self {
            Self::En => &labels.en,
            Self::Ru => &labels.ru,
            Self::Tg => &labels.tg,
        }
    }
}

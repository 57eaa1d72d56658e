//! The three languages in which a data officer can be told what to correct.

/// A language of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    En,
    /// Russian.
    Ru,
    /// Tajik, in Cyrillic letters.
    Tg,
}

impl Language {
    /// All three.
    pub const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Tg];

    /// The code of ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Tg => "tg",
        }
    }

    /// The language of that code, in any letter case.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_found_by_their_codes() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        assert_eq!(Language::from_code("TG"), Some(Language::Tg));
        for unknown in ["", "tj", "tajik", "en-GB"] {
            assert_eq!(Language::from_code(unknown), None, "{unknown}");
        }
    }
}

//! All codes of a dictionary as small numbers, so that a row is worked on without comparing or copying text.

use std::collections::HashMap;

use panoh_dictionary::{Absence, Dictionary};

/// The number of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CodeId(u32);

/// Every code of the dictionary, once. A code that stands in several lists has one number.
#[derive(Debug)]
pub(crate) struct Codes {
    texts: Vec<Box<str>>,
    ids: HashMap<Box<str>, CodeId>,
}

impl CodeId {
    /// The code for an empty cell; the absences have the first numbers in their order.
    pub(crate) const MISSING: Self = Self(0);

    /// Whether it is one of the four ways of not knowing.
    pub(crate) fn is_absence(self) -> bool {
        (self.0 as usize) < Absence::ALL.len()
    }
}

impl From<Absence> for CodeId {
    fn from(absence: Absence) -> Self {
        Self(absence as u32)
    }
}

impl Codes {
    pub(crate) fn new(dictionary: &Dictionary) -> Self {
        let mut codes = Self { texts: Vec::new(), ids: HashMap::new() };
        let absences: [&str; 4] = Absence::ALL.map(Absence::code);
        let listed = dictionary.lists().iter().flat_map(|list| &list.codes).map(|code| code.code.as_str());
        for text in absences.into_iter().chain(listed) {
            if !codes.ids.contains_key(text) {
                codes.ids.insert(text.into(), CodeId(codes.texts.len() as u32));
                codes.texts.push(text.into());
            }
        }
        codes
    }

    /// The number of a code; none when no list of the dictionary has it.
    pub(crate) fn id(&self, text: &str) -> Option<CodeId> {
        self.ids.get(text).copied()
    }

    /// The text of a code.
    pub(crate) fn text(&self, id: CodeId) -> &str {
        &self.texts[id.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absences_have_the_first_numbers() {
        let codes = Codes::new(&Dictionary::builtin().expect("the built-in dictionary is sound"));
        for absence in Absence::ALL {
            assert_eq!(codes.id(absence.code()), Some(CodeId::from(absence)));
            assert!(CodeId::from(absence).is_absence());
        }
        assert_eq!(CodeId::from(Absence::Missing), CodeId::MISSING);
        let tajikistan = codes.id("TJK").expect("a country");
        assert!(!tajikistan.is_absence());
        assert_eq!(codes.text(tajikistan), "TJK");
    }
}

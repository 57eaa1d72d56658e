//! The second column that a definition may ask for: a switch, or a word for more than the switch says. `true` came
//! first and is written as before, so that definitions keep their digests.

use serde::{Deserialize, Serialize};

use crate::DefinitionError;

/// The second column of every table. A file says `false`, `true` or `"whole"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "SwitchText", into = "SwitchText")]
pub enum NonNegativeColumn {
    /// There is none.
    #[default]
    None,
    /// Fractions of persons, none below zero: the nearest such tables that agree with each other.
    Fractional,
    /// Those as whole persons who agree as well. Not every set of tables can have them; the plan says so.
    Whole,
}

impl NonNegativeColumn {
    /// Whether there is no second column.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "write true for fractions of persons, \"whole\" for whole persons, or false")]
enum SwitchText {
    Switch(bool),
    Word(String),
}

impl TryFrom<SwitchText> for NonNegativeColumn {
    type Error = DefinitionError;
    fn try_from(text: SwitchText) -> Result<Self, DefinitionError> {
        match text {
            SwitchText::Switch(false) => Ok(Self::None),
            SwitchText::Switch(true) => Ok(Self::Fractional),
            SwitchText::Word(word) if word == "whole" => Ok(Self::Whole),
            SwitchText::Word(word) => {
                let rule = "write true for fractions of persons, \"whole\" for whole persons, or false".to_owned();
                Err(DefinitionError::Rule { place: format!("non_negative = {word:?}"), rule })
            }
        }
    }
}

impl From<NonNegativeColumn> for SwitchText {
    fn from(column: NonNegativeColumn) -> Self {
        match column {
            NonNegativeColumn::None => Self::Switch(false),
            NonNegativeColumn::Fractional => Self::Switch(true),
            NonNegativeColumn::Whole => Self::Word("whole".to_owned()),
        }
    }
}

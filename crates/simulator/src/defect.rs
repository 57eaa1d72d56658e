//! Rows that no correct load may accept: each breaks one rule of its list in one cell.

use crate::layout::Layout;

/// What is wrong with a row that must be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Defect {
    /// The 31st of February, in the list's own date format.
    ImpossibleDate,
    /// A country of exploitation that no list of countries has.
    UnknownCountry,
    /// A status that the list has no meaning for.
    UnknownCode,
}

impl Defect {
    const ALL: [Self; 3] = [Self::ImpossibleDate, Self::UnknownCountry, Self::UnknownCode];

    /// The word for it in `truth.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ImpossibleDate => "impossible_date",
            Self::UnknownCountry => "unknown_country",
            Self::UnknownCode => "unknown_code",
        }
    }
}

/// Spoils one cell of the `bad`th bad row. Rows go round the lists, so defects go round with a shift.
pub(crate) fn spoil(cells: &mut [String], layout: &Layout, bad: u16) -> Defect {
    let defect = Defect::ALL[usize::from(bad % 3 + bad / 3) % Defect::ALL.len()];
    let (column, text) = layout.spoiled(defect);
    if let Some(at) = layout.header().iter().position(|header| *header == column) {
        text.clone_into(&mut cells[at]);
    }
    defect
}

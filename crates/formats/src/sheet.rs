//! A sheet: columns of one length, and what holds for every row.

/// A table of figures on its way into a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Name, of which file names are made: letters, digits and hyphens.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Day of the release, as in 2026-11-22: the date inside of files that need one.
    pub day: String,
    /// All of one length.
    pub columns: Vec<Column>,
    /// What holds for every row: release, cost, licence, citation.
    pub about: Vec<About>,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name, unlike all others.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Its cells.
    pub cells: Cells,
}

/// What a column is for. SDMX knows these apart; other formats do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A code that the figure is about.
    Dimension,
    /// A code that is a period of time.
    Time,
    /// The name of a code, which code lists have already.
    Label,
    /// The figure.
    Measure,
    /// What is said of the figure.
    Attribute,
}

/// Cells of one kind. There are no empty ones: what is not released has no row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Texts, each by its place in a list: few texts stand in many rows.
    Words {
        /// The list.
        words: Vec<String>,
        /// One place for each row.
        at: Vec<u32>,
    },
    /// Texts.
    Texts(Vec<String>),
    /// Finite numbers.
    Numbers(Vec<f64>),
    /// Whole numbers.
    Whole(Vec<i64>),
    /// Yes or no.
    Flags(Vec<bool>),
}

/// Something that holds for every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Name of the column that it would be.
    pub name: &'static str,
    /// Its value; numbers as they are written.
    pub value: String,
    /// Whether it is a text, which a spreadsheet could take for a formula.
    pub is_text: bool,
}

impl About {
    /// A text.
    pub fn text(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into(), is_text: true }
    }

    /// A number, or yes or no.
    pub fn plain(name: &'static str, value: impl std::fmt::Display) -> Self {
        Self { name, value: value.to_string(), is_text: false }
    }
}

impl Cells {
    /// The same text in each of so many rows.
    pub fn same(text: impl Into<String>, rows: usize) -> Self {
        Self::Words { words: vec![text.into()], at: vec![0; rows] }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Words { at, .. } => at.len(),
            Self::Texts(texts) => texts.len(),
            Self::Numbers(numbers) => numbers.len(),
            Self::Whole(numbers) => numbers.len(),
            Self::Flags(flags) => flags.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of a row; none for numbers and flags.
    pub(crate) fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Words { words, at } => Some(&words[at[row] as usize]),
            Self::Texts(texts) => Some(&texts[row]),
            Self::Numbers(_) | Self::Whole(_) | Self::Flags(_) => None,
        }
    }
}

impl Sheet {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Two codes, a negative figure and a text that a spreadsheet would run.
    pub(crate) fn sheet() -> Sheet {
        let column = |name: &str, role, cells| Column { name: name.to_owned(), role, cells };
        let words = |words: &[&str], at: &[u32]| Cells::Words {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            at: at.to_vec(),
        };
        Sheet {
            name: "women-and-men".to_owned(),
            title: "Women and men".to_owned(),
            day: "2026-11-22".to_owned(),
            columns: vec![
                column("year", Role::Time, words(&["2019", "2020"], &[0, 1])),
                column("gender", Role::Dimension, words(&["woman", "man"], &[0, 1])),
                column("gender_label", Role::Label, words(&["Зан", "=Мард"], &[0, 1])),
                column("value", Role::Measure, Cells::Numbers(vec![12.5, -3.0])),
                column("quality", Role::Attribute, Cells::same("usable", 2)),
            ],
            about: vec![
                About::text("release", "trends-1"),
                About::plain("epsilon", 2.5),
                About::text("citation", "A, b"),
            ],
        }
    }

    #[test]
    fn columns_are_of_one_length() {
        let sheet = sheet();
        assert!(sheet.columns.iter().all(|column| column.cells.len() == sheet.rows() && !column.cells.is_empty()));
    }
}

//! A figure: a finding as its title, what it means in a sentence, a picture, the same numbers as a table, and where to get them.

use panoh_publication::{Joint, Value};

use crate::chart::{Caption, Chart};
use crate::desk::Desk;
use crate::texts::{figures, frame};

/// One figure of a page.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// Anchor in the page, and name of the picture at `/v1/charts/`.
    pub(crate) id: &'static str,
    /// The finding.
    pub(crate) title: String,
    /// What it means, a sentence each.
    pub(crate) sentences: Vec<String>,
    /// None when nothing stands out from the noise.
    pub(crate) chart: Option<Chart>,
    /// What must be known to read picture and table: breaks, provisional years. They stand in the picture too.
    pub(crate) marks: Vec<String>,
    /// What the table's signs mean and what is left out.
    pub(crate) notes: Vec<String>,
    pub(crate) table: Table,
    /// Release, day and cost.
    pub(crate) source: String,
    /// The numbers themselves.
    pub(crate) data: Data,
}

/// The numbers of a figure, tidy: a row for each value.
#[derive(Debug, Clone, Default)]
pub struct Data {
    /// Names of the key columns: dimensions, each as its code and its label.
    pub keys: Vec<String>,
    /// Keys, and the value with its error.
    pub rows: Vec<(Vec<String>, Value)>,
    /// The smallest count of interest, by which quality words are chosen.
    pub smallest_count: u32,
}

/// A table of shown values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) caption: String,
    /// The first column's is that of the row labels.
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) label: String,
    /// Address of a page about it.
    pub(crate) link: Option<String>,
    pub(crate) cells: Vec<String>,
}

impl Figure {
    pub(crate) fn caption(&self) -> Caption {
        Caption {
            id: self.id.to_owned(),
            title: self.title.clone(),
            description: self.sentences.join(" "),
            notes: self.marks.clone(),
            source: self.source.clone(),
        }
    }
}

/// Notes about signs that a table uses.
pub(crate) fn sign_notes(desk: &Desk<'_>, joint: &Joint<'_>, table: &Table) -> Vec<String> {
    let cells = || table.rows.iter().flat_map(|row| &row.cells);
    let mut notes = Vec::new();
    if cells().any(|cell| cell.starts_with('−')) {
        notes.push(desk.word(figures::NEGATIVE_NOTE).to_owned());
    }
    if cells().any(|cell| cell.starts_with('?')) {
        let count = joint.latest().release.definition.smallest_count_of_interest.to_string();
        notes.push(desk.say(figures::UNSURE_NOTE, &[("count", &count)]));
    }
    notes
}

/// Words for the head of a table.
pub(crate) fn table_caption(desk: &Desk<'_>, what: &str) -> String {
    format!("{what}. {}", desk.word(frame::CAPTION))
}

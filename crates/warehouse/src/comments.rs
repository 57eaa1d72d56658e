//! What every table and column says, as a table: `SELECT * FROM comments WHERE table_name = 'routes'`. It is for those who meet
//! the warehouse through a client that shows no help of ours.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use panoh_dictionary::Dictionary;

use crate::context::{CODES, COMMENTS, STORED, VIEWS};
use crate::{WarehouseError, library};

/// What one table (then without a column) or one column says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Schema of the table.
    pub schema: String,
    /// The table or view.
    pub table: String,
    /// The column; none when the comment is about the table.
    pub column: Option<String>,
    /// What it says.
    pub text: String,
}

/// The comments on all views and stored tables, views first.
pub fn comments(dictionary: &Dictionary) -> Result<Vec<Comment>, WarehouseError> {
    let mut comments = Vec::new();
    let mut add = |schema: &str, table: &str, column: Option<&str>, text: &str| {
        let (schema, table, text) = (schema.to_owned(), table.to_owned(), text.to_owned());
        comments.push(Comment { schema, table, column: column.map(str::to_owned), text });
    };
    for view in library::views()? {
        add(VIEWS, &view.name, None, &view.title);
        for column in &view.columns {
            add(VIEWS, &view.name, Some(&column.name), &column.about);
        }
    }
    for (column, text) in OF_CODES {
        add(VIEWS, CODES, *column, text);
    }
    for (column, text) in OF_COMMENTS {
        add(VIEWS, COMMENTS, *column, text);
    }
    for table in dictionary.tables() {
        add(STORED, &table.name, None, &table.description);
        for column in &table.columns {
            add(STORED, &table.name, Some(&column.name), &column.description);
        }
    }
    Ok(comments)
}

const OF_CODES: &[(Option<&str>, &str)] = &[
    (None, "One row is one code of a code list."),
    (Some("list"), "the code list"),
    (Some("code"), "the code, as it stands in the tables"),
    (Some("parent"), "the code above it; NULL when there is none"),
    (Some("en"), "its name in English"),
    (Some("ru"), "its name in Russian"),
    (Some("tg"), "its name in Tajik"),
    (Some("ctdc"), "what it is called in CTDC's files"),
    (Some("htcds"), "what it is called in the HTCDS standard"),
    (Some("aliases"), "other spellings that are read as this code"),
];

const OF_COMMENTS: &[(Option<&str>, &str)] = &[
    (None, "One row says what one table or column means."),
    (Some("table_schema"), "schema of the table: public for views, stored for the tables below them"),
    (Some("table_name"), "the table or view"),
    (Some("column_name"), "the column; NULL when the comment is about the table"),
    (Some("comment"), "what it says"),
];

/// The comments as rows.
pub(crate) fn table(comments: &[Comment]) -> Result<RecordBatch, WarehouseError> {
    let texts =
        |of: fn(&Comment) -> Option<&str>| -> ArrayRef { Arc::new(comments.iter().map(of).collect::<StringArray>()) };
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("table_schema", texts(|comment| Some(&comment.schema)), false),
        ("table_name", texts(|comment| Some(&comment.table)), false),
        ("column_name", texts(|comment| comment.column.as_deref()), true),
        ("comment", texts(|comment| Some(&comment.text)), false),
    ]);
    batch.map_err(|error| crate::error::plan(error.into()))
}

//! The dictionary's code lists as a table, so that SQL can join labels and standards' names.

use std::sync::Arc;

use arrow::array::{ArrayRef, ListBuilder, RecordBatch, StringArray, StringBuilder};
use datafusion::error::Result;
use panoh_dictionary::{Code, Dictionary};

/// One row for each code: list, code, parent, labels in three languages, and its names elsewhere.
pub(crate) fn table(dictionary: &Dictionary) -> Result<RecordBatch> {
    let codes: Vec<(&str, &Code)> =
        dictionary.lists().iter().flat_map(|list| list.codes.iter().map(|code| (list.name.as_str(), code))).collect();
    let text = |value: fn(&Code) -> Option<&str>| -> ArrayRef {
        Arc::new(codes.iter().map(|(_, code)| value(code)).collect::<StringArray>())
    };
    let texts = |values: fn(&Code) -> &[String]| -> ArrayRef {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for (_, code) in &codes {
            lists.append_value(values(code).iter().map(Some));
        }
        Arc::new(lists.finish())
    };
    let list: ArrayRef = Arc::new(codes.iter().map(|(list, _)| Some(*list)).collect::<StringArray>());
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("list", list, false),
        ("code", text(|code| Some(&code.code)), false),
        ("parent", text(|code| code.parent.as_deref()), true),
        ("en", text(|code| Some(&code.labels.en)), false),
        ("ru", text(|code| Some(&code.labels.ru)), false),
        ("tg", text(|code| Some(&code.labels.tg)), false),
        ("ctdc", texts(|code| &code.ctdc), false),
        ("htcds", texts(|code| &code.htcds), false),
        ("aliases", texts(|code| &code.aliases), false),
    ])?)
}

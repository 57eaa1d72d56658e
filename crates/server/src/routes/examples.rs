//! Examples of answers for the OpenAPI document. They are what a server really said over a small simulated release; a test
//! asks again and compares, so none of them can be out of date.

use serde::{Deserialize, Serialize};
use utoipa::openapi::content::Content;
use utoipa::openapi::{OpenApi, RefOr};

/// `examples.json` beside `Cargo.toml`; a test writes it.
const EXAMPLES: &str = include_str!("../../examples.json");

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Example {
    /// The address, as the document has it.
    pub(crate) path: String,
    pub(crate) method: String,
    pub(crate) status: String,
    /// Media type.
    pub(crate) media: String,
    /// JSON as it is, other text as a string.
    pub(crate) value: serde_json::Value,
}

/// Puts the examples where they belong.
pub(super) fn add(document: &mut OpenApi) {
    let examples: Vec<Example> = serde_json::from_str(EXAMPLES).expect("the file was written by a test");
    for example in examples {
        if let Some(content) = content(document, &example) {
            content.example = Some(example.value);
        }
    }
}

fn content<'a>(document: &'a mut OpenApi, example: &Example) -> Option<&'a mut Content> {
    let path = document.paths.paths.get_mut(&example.path)?;
    let operation = if example.method == "post" { path.post.as_mut()? } else { path.get.as_mut()? };
    let RefOr::T(response) = operation.responses.responses.get_mut(&example.status)? else { return None };
    match response.content.get_mut(&example.media)? {
        RefOr::T(content) => Some(content),
        RefOr::Ref(_) => None,
    }
}

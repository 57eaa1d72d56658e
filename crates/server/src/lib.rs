//! Serves published releases: API, charts, pages. Also builds the binary `panoh-public`.
//!
//! The server reads artefact folders, at start and when they change, and answers from them alone. It holds no warehouse, no noise and no key,
//! so it cannot leak what it does not have; asking it the same thing any number of times gives the same bytes and costs
//! nothing.
//!
//! ```text
//! published/ ─► Shelf ─► router ─► layers (time, size, problem bodies, compression, headers, log) ─► reader
//!               (whole artefacts only)   routes/* parse the question, publication::Cube answers it,
//!                                        answer.rs writes it down, the crate pages draws it
//! ```

mod answer;
mod brake;
mod format;
mod kept;
mod layers;
mod listening;
mod measures;
mod pages;
mod parameters;
mod places;
mod problem;
mod question;
mod reader;
mod respond;
mod revised;
mod routes;
mod series;
mod served;
mod settings;
mod sheets;
mod shelf;
mod shelves;
mod stamp;
mod word_for_word;
mod writing;

#[cfg(test)]
mod tests;

use axum::Router;

pub use listening::{ServeError, serve};
pub use problem::Problem;
pub use served::{LOOK_EVERY, Served, Sources};
pub use settings::{Origins, Settings, TlsFiles};
pub use shelf::Shelf;
pub use shelves::{ShelfError, Shelves};

/// All routes over what is served, with every layer that a public server needs.
pub fn router(served: Served, settings: &Settings) -> Router {
    let (router, _) = routes::all().split_for_parts();
    layers::around(router.with_state(served.clone()), settings, served)
}

/// The OpenAPI 3.1 document of [`router`], as JSON.
pub fn openapi() -> String {
    routes::openapi_document()
}

//! Draws published releases as pages and pictures in three languages.
//!
//! A page is asked for with a language, the releases that may be shown and what narrows them, and comes back as HTML that is
//! whole without a script. Everything on it follows from the releases: each figure is a finding with its error, a picture, the
//! same numbers as a table, and where to get them. The crate serves nothing and keeps nothing.
//!
//! ```text
//! releases ─► Joint (publication) ─► Trend, Ranking ─► Figure ─┬─► page (askama) ─► HTML
//!                                                            ├─► Chart ─► SVG
//!                                                            └─► Data ─► CSV, by the server
//! ```

mod answers;
mod chart;
mod desk;
mod figure;
mod numbers;
mod page;
mod ranking;
mod texts;
mod trend;

pub use desk::{Asked, FILTERS, Filters};
pub use figure::Data;
pub use page::{PAGES, PageError, PageName, Picture, page, picture};

/// The style sheet of the pages.
pub const STYLE: &str = include_str!("../assets/style.css");

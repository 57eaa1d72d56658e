//! Serves published releases: API, charts, pages. Also builds the binary `panoh-public`.
//!
//! The server reads artefact folders, at start and when they change, and answers from them alone. It holds no warehouse, no noise and no key,
//! so it cannot leak what it does not have; asking it the same thing any number of times gives the same bytes and costs
//! nothing.
//!
//! ```text
//! published/ ─► Shelf ─► router ─► layers (time, size, problem bodies, compression, headers, log) ─► reader
//!               (whole artefacts only)   routes/* parse the question, publication::Cube answers it,
//!                                        answer.rs and page.rs write it down
//! ```

mod answer;
mod charts;
mod format;
mod kept;
mod layers;
mod page;
mod pages;
mod parameters;
mod problem;
mod question;
mod respond;
mod routes;
mod served;
mod sheets;
mod shelf;
mod stamp;
mod writing;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::serve::ListenerExt;
use std::future::Future;
use tokio::net::TcpListener;

pub use problem::Problem;
pub use served::{LOOK_EVERY, Served};
pub use shelf::{Shelf, ShelfError};

/// All routes over the shelf that is served, with every layer that a public server needs.
pub fn router(served: Served) -> Router {
    let (router, _) = routes::all().split_for_parts();
    layers::around(router.with_state(served))
}

/// The OpenAPI 3.1 document of [`router`], as JSON.
pub fn openapi() -> String {
    routes::openapi_document()
}

/// Serves until `shutdown` is ready, then lets requests in flight finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    // Answers are written in one piece; waiting to fill packets would only delay them.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

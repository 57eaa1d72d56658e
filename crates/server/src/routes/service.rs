//! What programs ask before they ask for figures: is the server up, and what does it answer.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::format::Format;
use crate::respond::{Asked, Key};
use crate::{Problem, Served};

/// Whether the server answers, and from how many releases.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Always `ok`: a server that is not well does not answer.
    #[schema(example = "ok")]
    status: &'static str,
    /// How many releases are served.
    releases: usize,
}

/// Whether the server answers.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "service",
    responses((status = 200, description = "The server answers", body = Health))
)]
pub(super) async fn health(State(served): State<Served>) -> Response {
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (headers, axum::Json(Health { status: "ok", releases: served.shelves().public().len() })).into_response()
}

/// What the server counts about itself, for Prometheus; nothing about readers or codes.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "service",
    responses((status = 200, description = "OpenMetrics text", body = String,
        content_type = "application/openmetrics-text"))
)]
pub(super) async fn metrics(State(served): State<Served>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, served.measures().text(served.moment())).into_response()
}

/// This document.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    tag = "service",
    responses((status = 200, description = "The OpenAPI 3.1 document", content((Object = "application/json"))))
)]
pub(super) async fn openapi(mut asked: Asked) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Json])?;
    asked.parameters.finish([])?;
    let make = |out: &mut (dyn std::io::Write + Send)| {
        let document = super::openapi_document();
        out.write_all(document.as_bytes()).map_err(|_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))
    };
    asked.respond(view, &Key::new("openapi"), make).await
}

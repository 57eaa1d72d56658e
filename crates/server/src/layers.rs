//! What stands around every route: limits, one body shape for refusals, compression, security headers, the access log.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::Problem;
use crate::problem::PROBLEM_JSON;

/// Longest time for one answer.
const LONGEST: Duration = Duration::from_secs(20);
/// Largest request body; no address reads one.
const LARGEST_BODY: usize = 16 * 1024;
/// Nothing but our own style sheet is ever loaded, and nobody may put the page into a frame.
const CONTENT_SECURITY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Puts all layers around a router, the first innermost.
pub(crate) fn around(router: Router) -> Router {
    let header = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    router
        .fallback(|| async { Problem::of_status(StatusCode::NOT_FOUND) })
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(axum::middleware::map_response(one_body_shape))
        .layer(header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(
            TraceLayer::new_for_http()
                // No address of the reader, and no query: only what was read and how it went.
                .make_span_with(|request: &Request| {
                    tracing::info_span!("request", method = %request.method(), path = request.uri().path())
                })
                .on_request(())
                .on_response(|response: &Response, latency: Duration, _: &tracing::Span| {
                    let (status, milliseconds) = (response.status().as_u16(), latency.as_millis() as u64);
                    tracing::info!(status, milliseconds, "answered");
                }),
        )
}

/// Gives refusals of axum and of the layers below the body of ours.
async fn one_body_shape(response: Response) -> Response {
    let status = response.status();
    let ours = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_JSON);
    if ours || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let mut replaced = Problem::of_status(status).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        replaced.headers_mut().insert(header::ALLOW, allow.clone());
    }
    replaced
}

//! What stands around every route: limits, one body shape for refusals, compression, security headers, the access log.

use std::net::IpAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::brake::{Brake, address, brake};
use crate::problem::PROBLEM_JSON;
use crate::settings::{Origins, Settings};
use crate::word_for_word::word_for_word;
use crate::{Problem, Served};

/// Longest time for one answer.
const LONGEST: Duration = Duration::from_secs(20);
/// Largest request body: a request for tables.
const LARGEST_BODY: usize = 16 * 1024;
/// Nothing but our own style sheet is ever loaded, and nobody may put the page into a frame.
const CONTENT_SECURITY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Browsers come over TLS alone for a year.
const HTTPS_ONLY: &str = "max-age=31536000";
/// How long a browser may remember what pages of others may ask.
const REMEMBERED: Duration = Duration::from_hours(1);
/// The address of what is not there.
const NOWHERE: &str = "none";

/// What the log and the measures say about an answer.
#[derive(Debug, Clone)]
struct Told {
    address: Option<MatchedPath>,
    method: &'static str,
}

/// Puts all layers around a router, the first innermost.
pub(crate) fn around(router: Router, settings: &Settings, served: Served) -> Router {
    let mut router = router
        .fallback(|| async { Problem::of_status(StatusCode::NOT_FOUND) })
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(map_response(one_body_shape))
        .layer(from_fn_with_state(served.clone(), word_for_word));
    if let Some(limit) = Brake::new(settings) {
        router = router.layer(from_fn_with_state(limit, brake));
    }
    if let Some(cors) = cors(&settings.origins) {
        router = router.layer(cors);
    }
    let (log_addresses, behind_proxy, https_only) =
        (settings.log_addresses, settings.behind_proxy, settings.https_only);
    let tell = move |request: Request, next: Next| tell(request, next, https_only);
    router.layer(from_fn(tell)).layer(
        TraceLayer::new_for_http()
            // No query, and no address of the reader unless it was asked for: only what was read and how it went.
            .make_span_with(move |request: &Request| {
                let from = || address(request.headers(), request.extensions(), behind_proxy);
                let from = log_addresses.then(from).flatten().map(|from: IpAddr| from.to_string());
                tracing::info_span!("request", method = %request.method(), path = %shown(request.uri().path()), from)
            })
            .on_request(())
            .on_response(move |response: &Response, latency: Duration, _: &tracing::Span| {
                let (status, milliseconds) = (response.status().as_u16(), latency.as_millis() as u64);
                if let Some(told) = response.extensions().get::<Told>() {
                    let address = told.address.as_ref().map_or(NOWHERE, MatchedPath::as_str);
                    served.measures().count(address, told.method, status, latency);
                }
                tracing::info!(status, milliseconds, "answered");
            }),
    )
}

/// A path without a token that somebody wrote into it by mistake.
fn shown(path: &str) -> std::borrow::Cow<'_, str> {
    const TOKEN: &str = "panoh_";
    match path.find(TOKEN) {
        Some(at) => format!("{}{TOKEN}…", &path[..at]).into(),
        // In another spelling: nothing before it is worth the decoded signs of a stranger in the log.
        None if percent_decode_str(path).decode_utf8_lossy().contains(TOKEN) => format!("{TOKEN}…").into(),
        None => path.into(),
    }
}

/// Lets pages of other servers read answers in a browser.
fn cors(origins: &Origins) -> Option<CorsLayer> {
    let origins = match origins {
        Origins::Own => return None,
        Origins::All => AllowOrigin::any(),
        Origins::These(origins) => AllowOrigin::list(origins.iter().cloned()),
    };
    let sent = [header::AUTHORIZATION, header::CONTENT_TYPE, HeaderName::from_static("idempotency-key")];
    let read = [header::CONTENT_DISPOSITION, header::ETAG, header::LINK, header::LOCATION, header::RETRY_AFTER];
    Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::HEAD, Method::POST])
            .allow_headers(sent)
            .expose_headers(read)
            .max_age(REMEMBERED),
    )
}

/// Tells browsers what they may do with an answer, and hands what was asked on to the log and the measures.
async fn tell(request: Request, next: Next, https_only: bool) -> Response {
    let address = request.extensions().get::<MatchedPath>().cloned();
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        // Anybody may make up methods.
        _ => "other",
    };
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Told { address, method });
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if https_only {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
    }
    response
}

/// Gives refusals of axum and of the layers below the body of ours.
async fn one_body_shape(response: Response) -> Response {
    let status = response.status();
    let ours = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_JSON);
    if ours || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let methods = allow.as_ref().and_then(|allow| allow.to_str().ok()).map(|allow| allow.split(',').map(str::trim));
    let problem = Problem::of_status(status);
    let mut replaced = match methods {
        Some(methods) => problem.with_allowed(methods),
        None => problem,
    }
    .into_response();
    if let Some(allow) = allow {
        replaced.headers_mut().insert(header::ALLOW, allow);
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_token_in_an_address_is_not_logged() {
        for (path, logged) in [
            ("/v1/releases/trends-2026", "/v1/releases/trends-2026"),
            ("/v1/requests/panoh_0123456789abcdef", "/v1/requests/panoh_…"),
            ("/panoh_01/v1/panoh_02", "/panoh_…"),
            ("/v1/requests/%70anoh%5F0123456789abcdef", "panoh_…"),
            ("/v1/releases/%D1%81%FF", "/v1/releases/%D1%81%FF"),
        ] {
            assert_eq!(shown(path), logged);
        }
    }
}

//! The router as a reader meets it, over a small release in a folder of its own.

mod changes;
mod examples;
mod fixture;
mod formats;
mod pages;
mod protection;
mod protocol;
mod refusals;
mod requests;
mod series;
mod values;
mod withdrawals;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::Value as Json;
use tower::ServiceExt;

use crate::{Served, Settings, Shelves, Sources, router};

/// One answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("plain text"))
    }
}

/// A router over the fixture.
fn served() -> Router {
    let folder = tempfile::tempdir().expect("a folder");
    fixture::publish(folder.path());
    over(folder.path())
}

/// A router over a folder of releases.
fn over(published: &Path) -> Router {
    router(Served::open(sources(published)).expect("a folder"), &Settings::default())
}

/// A folder of releases, without projects, on a day.
fn sources(published: &Path) -> Sources {
    let clock = || "2026-11-23T12:00:00Z".to_owned();
    Sources { published: published.to_owned(), requests: None, tokens: None, clock }
}

async fn ask(router: &Router, method: &str, address: &str, headers: &[(header::HeaderName, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("the router always answers");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

async fn get(router: &Router, address: &str) -> Answer {
    ask(router, "GET", address, &[]).await
}

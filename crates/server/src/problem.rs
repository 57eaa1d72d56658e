//! Every refusal of the server, in one body shape: RFC 9457 problem details that also list what would be right.
//!
//! The types are stable: programs may rely on them. Details never repeat what the reader sent, so nothing that is typed
//! into an address comes back out of the server.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// Media type of RFC 9457.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Problem details (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:panoh:problem:unknown-code",
    "title": "unknown code",
    "status": 400,
    "detail": "dimension gender does not have one of the codes; take some of those allowed",
    "allowed": ["woman", "man", "trans_or_nonconforming", "other", "not_known"]
}))]
pub struct Problem {
    /// Stable name of the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:panoh:problem:unknown-code")]
    kind: String,
    /// What kind of problem it is, for people.
    title: String,
    /// HTTP status.
    status: u16,
    /// What is wrong with this request and what to do.
    detail: String,
    /// What would be right here; empty when there is nothing to choose from.
    allowed: Vec<String>,
}

/// The kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    NoSuchPath,
    UnknownRelease,
    Withdrawn,
    UnknownTable,
    UnknownChart,
    NotReleased,
    UnknownParameter,
    UnknownDimension,
    UnknownCode,
    UnknownLevel,
    BadValue,
    TooManyRows,
    NotComparable,
    BadToken,
    NotAllowed,
    RequestsClosed,
    UnknownRequest,
    DoesNotFit,
    KeyUsed,
    TooManyRequests,
    TooFast,
    NotJson,
    MethodNotAllowed,
    NotAcceptable,
    BadRequest,
    TooLarge,
    TookTooLong,
    Busy,
    Internal,
}

impl Kind {
    fn parts(self) -> (&'static str, &'static str, StatusCode) {
        match self {
            Self::NoSuchPath => ("no-such-path", "there is nothing at this address", StatusCode::NOT_FOUND),
            Self::UnknownRelease => ("unknown-release", "unknown release", StatusCode::NOT_FOUND),
            Self::Withdrawn => ("withdrawn", "the release was withdrawn", StatusCode::GONE),
            Self::UnknownTable => ("unknown-table", "unknown table", StatusCode::NOT_FOUND),
            Self::UnknownChart => ("unknown-chart", "unknown chart", StatusCode::NOT_FOUND),
            Self::NotReleased => ("not-released", "not released", StatusCode::NOT_FOUND),
            Self::UnknownParameter => ("unknown-parameter", "unknown parameter", StatusCode::BAD_REQUEST),
            Self::UnknownDimension => ("unknown-dimension", "unknown dimension", StatusCode::BAD_REQUEST),
            Self::UnknownCode => ("unknown-code", "unknown code", StatusCode::BAD_REQUEST),
            Self::UnknownLevel => ("unknown-level", "unknown level", StatusCode::BAD_REQUEST),
            Self::NotComparable => ("not-comparable", "these cannot be compared", StatusCode::BAD_REQUEST),
            Self::BadValue => ("bad-value", "a parameter cannot be read", StatusCode::BAD_REQUEST),
            Self::TooManyRows => ("too-many-rows", "the answer would be too long", StatusCode::BAD_REQUEST),
            Self::BadToken => ("bad-token", "a good token is needed", StatusCode::UNAUTHORIZED),
            Self::NotAllowed => ("not-allowed", "the token does not allow this", StatusCode::FORBIDDEN),
            Self::RequestsClosed => ("requests-closed", "requests are not open", StatusCode::NOT_FOUND),
            Self::UnknownRequest => ("unknown-request", "unknown request", StatusCode::NOT_FOUND),
            Self::DoesNotFit => ("does-not-fit", "this cannot be asked for", StatusCode::BAD_REQUEST),
            Self::KeyUsed => ("key-used", "the key was used for another request", StatusCode::UNPROCESSABLE_ENTITY),
            Self::TooManyRequests => ("too-many-requests", "too many requests wait", StatusCode::TOO_MANY_REQUESTS),
            Self::TooFast => ("too-fast", "too many questions at once", StatusCode::TOO_MANY_REQUESTS),
            Self::NotJson => ("not-json", "the body is not JSON", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::MethodNotAllowed => ("method-not-allowed", "method not allowed", StatusCode::METHOD_NOT_ALLOWED),
            Self::NotAcceptable => ("not-acceptable", "no such format", StatusCode::NOT_ACCEPTABLE),
            Self::BadRequest => ("bad-request", "the request cannot be read", StatusCode::BAD_REQUEST),
            Self::TooLarge => ("too-large", "the request is too large", StatusCode::PAYLOAD_TOO_LARGE),
            Self::TookTooLong => ("took-too-long", "the answer took too long", StatusCode::SERVICE_UNAVAILABLE),
            Self::Busy => ("busy", "the server is busy", StatusCode::SERVICE_UNAVAILABLE),
            Self::Internal => ("internal", "the server made a mistake", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (name, title, status) = kind.parts();
        Self {
            kind: format!("urn:panoh:problem:{name}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            allowed: Vec::new(),
        }
    }

    /// Lists what would be right.
    pub(crate) fn with_allowed<T: Into<String>>(mut self, allowed: impl IntoIterator<Item = T>) -> Self {
        self.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }

    /// The problem that stands for a bare status of some layer below.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let problem = match status {
            StatusCode::NOT_FOUND => Self::new(Kind::NoSuchPath, "see /v1/openapi.json for all addresses"),
            StatusCode::METHOD_NOT_ALLOWED => {
                Self::new(Kind::MethodNotAllowed, "this address takes other methods").with_allowed(["GET", "HEAD"])
            }
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(Kind::TooLarge, "a request has at most 16 KiB"),
            StatusCode::SERVICE_UNAVAILABLE => Self::new(Kind::TookTooLong, "ask for fewer codes or dimensions"),
            status if status.is_client_error() => Self::new(Kind::BadRequest, "see /v1/openapi.json for all addresses"),
            _ => Self::new(Kind::Internal, "the log of the server says more"),
        };
        Self { status: status.as_u16(), ..problem }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).expect("a problem holds only text and numbers");
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (status, headers, body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

//! What projects ask for: what there is to ask, putting a request down, and what became of it. Nothing is computed here: a
//! request is held against the catalogue and lies in a folder until a person on the trusted host decides it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use panoh_publication::Rho;
use panoh_requests::{
    Asked as Wish, Catalogue, Decision, Filed, Found, Inbox, Misfit, Outcome, Received, Request, RequestId,
    RequestsError, Scope, days_later,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::documented::{AskedBody, Refusals, RequestRefusals};
use crate::format::Format;
use crate::problem::Kind;
use crate::reader::Reader;
use crate::respond::{Asked, Key};
use crate::{Problem, Served, answer};

/// The header that makes asking twice the same as asking once.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key.
const LONGEST_KEY: usize = 200;
/// A cost that every definition may have, to see whether a request becomes one.
const ANY_RHO: f64 = 0.01;

/// A request and what became of it.
#[derive(Debug, Serialize, ToSchema)]
struct RequestState {
    /// Its name.
    #[schema(example = "00112233445566778899aabbccddeeff")]
    id: String,
    /// The project that asks.
    project: String,
    /// When it came.
    received: String,
    /// The day by which it is decided.
    answer_by: String,
    /// `open`, `published`, `refused`, or `withdrawn` when it was published and is no more.
    #[schema(example = "open")]
    state: &'static str,
    /// Day of the decision; null while it is open.
    decided: Option<String>,
    /// The release; null unless it is or was published.
    release: Option<String>,
    /// Address of the release; null unless it is or was published.
    href: Option<String>,
    /// Why it was refused, from a fixed list; null unless it is refused.
    reason: Option<&'static str>,
    /// The reason in words, and what to do.
    explanation: Option<&'static str>,
    /// What was asked for.
    #[schema(value_type = AskedBody)]
    asked: Wish,
}

/// The requests of a project, oldest first.
#[derive(Debug, Serialize, ToSchema)]
struct RequestList {
    requests: Vec<RequestState>,
}

/// What may be asked for: frames, dimensions, code lists, years, and what projects may still cost.
#[utoipa::path(
    get,
    path = "/v1/catalogue",
    tag = "requests",
    responses(
        (status = 200, description = "The catalogue; 404 while requests are not open", content((Object = "application/json"))),
        Refusals
    )
)]
pub(super) async fn catalogue(State(served): State<Served>, mut asked: Asked) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Json])?;
    asked.parameters.finish([])?;
    let catalogue = open_catalogue(&served)?;
    let key = Key::new("catalogue").and(&serde_json::to_string(&*catalogue).expect("text and finite numbers"));
    asked.respond(view, &key, move |out| answer::json(&*catalogue, out)).await
}

/// Asks for tables that do not exist yet.
///
/// The request waits for a person, who decides from its plan and the budget alone. With the header `Idempotency-Key`,
/// asking the same again is the same request.
#[utoipa::path(
    post,
    path = "/v1/requests",
    tag = "requests",
    security(("token" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "Any text of your own, once for each request")),
    request_body(content = AskedBody, content_type = "application/json"),
    responses(
        (status = 202, description = "It waits for a decision; `Location` tells where to look", body = RequestState),
        (status = 200, description = "The same was asked before under this key", body = RequestState),
        RequestRefusals
    )
)]
pub(super) async fn ask(
    State(served): State<Served>,
    reader: Reader,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let bearer = reader.who_may(Scope::Request)?;
    let catalogue = open_catalogue(&served)?;
    let inbox = inbox(&served)?;
    let wish = wish(&headers, &body)?;
    let id = match key(&headers)? {
        Some(key) => Ok(RequestId::of_key(&bearer.token, &key)),
        None => RequestId::random(),
    };
    let id = id.map_err(|error| failed(&error))?;
    let (received, today) = (served.time(), served.today().ok_or_else(no_clock)?);
    let filed = Filed { id: &id, project: &bearer.project, day: &today };
    let any = Rho::new(ANY_RHO).expect("a cost that definitions may have");
    wish.definition(&catalogue, filed, any).map_err(|misfit| does_not_fit(&misfit))?;
    let answer_by = days_later(&today, catalogue.answered_within_days);
    let request = Request { id, project: bearer.project, token: bearer.token, received, answer_by, asked: wish };
    let put = move |served: Served| {
        let decided = served.shelves();
        let received = inbox.put(&request, |id| decided.decisions.about(id).is_some());
        received.map(|received| (received, request))
    };
    let (received, request) = away(served.clone(), put).await?;
    let (status, request) = match received {
        Received::New => {
            tracing::info!(request = %request.id, project = %request.project, "a request came");
            (StatusCode::ACCEPTED, request)
        }
        Received::Again(known) => (StatusCode::OK, *known),
    };
    let location = HeaderValue::from_str(&format!("/v1/requests/{}", request.id)).expect("hexadecimal digits");
    let mut response = (status, private(), axum::Json(state(&served, request))).into_response();
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// The requests of the token's project, with what became of them.
#[utoipa::path(
    get,
    path = "/v1/requests",
    tag = "requests",
    security(("token" = [])),
    responses((status = 200, description = "The requests", body = RequestList), RequestRefusals)
)]
pub(super) async fn list(State(served): State<Served>, reader: Reader) -> Result<Response, Problem> {
    let bearer = reader.who_may(Scope::Request)?;
    let inbox = inbox(&served)?;
    let found = away(served.clone(), move |_| inbox.all()).await?;
    let own = found.into_iter().filter_map(|found| match found {
        Found::Request(request) if request.project == bearer.project => Some(state(&served, *request)),
        _ => None,
    });
    Ok((private(), axum::Json(RequestList { requests: own.collect() })).into_response())
}

/// One request of the token's project, and what became of it.
#[utoipa::path(
    get,
    path = "/v1/requests/{id}",
    tag = "requests",
    security(("token" = [])),
    params(("id" = String, Path, description = "Id of the request")),
    responses((status = 200, description = "The request", body = RequestState), RequestRefusals)
)]
pub(super) async fn one(
    State(served): State<Served>,
    Path(id): Path<String>,
    reader: Reader,
) -> Result<Response, Problem> {
    let bearer = reader.who_may(Scope::Request)?;
    let inbox = inbox(&served)?;
    let unknown = || Problem::new(Kind::UnknownRequest, "the project has no request with this id");
    let id: RequestId = id.parse().map_err(|_| unknown())?;
    let request = away(served.clone(), move |_| inbox.get(&id)).await?;
    // A request of another project is as one that does not exist.
    let request = request.filter(|request| request.project == bearer.project).ok_or_else(unknown)?;
    Ok((private(), axum::Json(state(&served, request))).into_response())
}

fn open_catalogue(served: &Served) -> Result<Arc<Catalogue>, Problem> {
    let catalogue = served.shelves().catalogue.clone();
    catalogue.ok_or_else(|| Problem::new(Kind::RequestsClosed, "this server takes no requests for tables now"))
}

fn inbox(served: &Served) -> Result<Arc<Inbox>, Problem> {
    let inbox = served.inbox().cloned();
    inbox.ok_or_else(|| Problem::new(Kind::RequestsClosed, "this server takes no requests for tables"))
}

/// The body as a request. Its words are never repeated, only the place of what is wrong.
fn wish(headers: &HeaderMap, body: &Bytes) -> Result<Wish, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let media_type = kind.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(
            Problem::new(Kind::NotJson, "send Content-Type: application/json").with_allowed(["application/json"])
        );
    }
    serde_json::from_slice(body).map_err(|error| {
        let detail = format!(
            "the body is not a request as /v1/openapi.json describes one: look at line {}, column {}",
            error.line(),
            error.column()
        );
        Problem::new(Kind::DoesNotFit, detail)
    })
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    match key.to_str() {
        Ok(key) if !key.trim().is_empty() && key.len() <= LONGEST_KEY => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(Kind::BadValue, format!("Idempotency-Key: 1 to {LONGEST_KEY} plain letters"))),
    }
}

fn does_not_fit(misfit: &Misfit) -> Problem {
    Problem::new(Kind::DoesNotFit, misfit.to_string()).with_allowed(misfit.allowed.iter().cloned())
}

fn state(served: &Served, request: Request) -> RequestState {
    let shelves = served.shelves();
    let decision = shelves.decisions.about(&request.id);
    let (state, release, reason) = match decision.map(|decision| &decision.outcome) {
        None => ("open", None, None),
        Some(Outcome::Published { release }) => {
            let gone = &shelves.of_project(&request.project).not_public().withdrawn;
            let is_gone = gone.iter().any(|withdrawal| withdrawal.id == *release);
            (if is_gone { "withdrawn" } else { "published" }, Some(release.to_string()), None)
        }
        Some(Outcome::Refused { reason }) => ("refused", None, Some(*reason)),
    };
    RequestState {
        id: request.id.to_string(),
        project: request.project.to_string(),
        received: request.received,
        answer_by: request.answer_by.to_string(),
        state,
        decided: decision.map(|Decision { day, .. }| day.to_string()),
        href: release.as_ref().map(|release| format!("/v1/releases/{release}")),
        release,
        reason: reason.map(panoh_requests::RefusalReason::as_str),
        explanation: reason.map(panoh_requests::RefusalReason::sentence),
        asked: request.asked,
    }
}

/// Does what waits for the disk away from the threads that serve.
async fn away<T: Send + 'static>(
    served: Served,
    work: impl FnOnce(Served) -> Result<T, RequestsError> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || work(served)).await;
    done.map_err(|error| failed(&error))?.map_err(|error| match error {
        RequestsError::TooMany { .. } => Problem::new(Kind::TooManyRequests, error.to_string()),
        RequestsError::OtherRequest => Problem::new(Kind::KeyUsed, error.to_string()),
        other => failed(&other),
    })
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "a request for tables could not be kept or read");
    Problem::new(Kind::Internal, "the log of the server says more; nothing was kept")
}

fn no_clock() -> Problem {
    failed(&"the clock gives no day")
}

fn private() -> [(HeaderName, HeaderValue); 1] {
    [(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"))]
}

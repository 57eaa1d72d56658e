//! Answers to requests that came before word for word, with their headers. What such a request asks for need not be worked
//! out again: it is the same bytes as long as the same releases are served.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use moka::sync::Cache;

use crate::Served;

/// Most bytes that are kept.
const MOST_BYTES: u64 = 32 << 20;
/// What an answer takes besides its words and its body.
const OVERHEAD: usize = 2048;
/// Longer requests are not kept.
const LONGEST: usize = 2048;
/// A request with one of these is answered for itself.
const OWN: [HeaderName; 2] = [header::AUTHORIZATION, header::IF_NONE_MATCH];
/// What an answer depends on besides its address, as `Vary` says.
const VARY: [HeaderName; 2] = [header::ACCEPT, header::ACCEPT_ENCODING];

/// The answers of one server.
#[derive(Debug)]
pub(crate) struct WordForWord(Cache<String, Arc<Said>>);

/// One answer.
#[derive(Debug)]
struct Said {
    /// What was served then.
    generation: u64,
    headers: HeaderMap,
    body: Bytes,
}

/// Stands on an answer that follows from the words of its request and the public releases alone.
#[derive(Debug, Clone)]
pub(crate) struct Repeatable(pub(crate) Bytes);

impl WordForWord {
    pub(crate) fn new() -> Self {
        let weigh = |words: &String, said: &Arc<Said>| {
            u32::try_from(words.len() + said.body.len() + OVERHEAD).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(MOST_BYTES).weigher(weigh).build())
    }

    /// Bytes that are kept, about.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.weighted_size()
    }
}

/// Gives the answer that was given before, or keeps this one.
pub(crate) async fn word_for_word(State(served): State<Served>, request: Request, next: Next) -> Response {
    let Some(words) = words(&request) else { return next.run(request).await };
    // Taken before the answer is made: one that is made while releases change belongs to neither.
    let generation = served.generation();
    let kept = &served.word_for_word().0;
    if let Some(said) = kept.get(&words).filter(|said| said.generation == generation) {
        let mut response = Response::new(Body::from(said.body.clone()));
        *response.headers_mut() = said.headers.clone();
        return response;
    }
    let mut response = next.run(request).await;
    if let Some(Repeatable(body)) = response.extensions_mut().remove() {
        kept.insert(words, Arc::new(Said { generation, headers: response.headers().clone(), body }));
    }
    response
}

/// All that an answer may depend on; nothing when it may depend on more.
fn words(request: &Request) -> Option<String> {
    let headers = request.headers();
    if request.method() != Method::GET || OWN.iter().any(|name| headers.contains_key(name)) {
        return None;
    }
    let address = request.uri().path_and_query()?.as_str();
    let mut words = String::with_capacity(address.len() + 128);
    words.push_str(address);
    for name in &VARY {
        let mut lines = headers.get_all(name).iter();
        words.push('\n');
        words.push_str(lines.next().map_or(Some(""), |line| line.to_str().ok())?);
        if lines.next().is_some() {
            return None;
        }
    }
    (words.len() <= LONGEST).then_some(words)
}

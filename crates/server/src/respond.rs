//! From a request to the bytes of an answer: validators, caching, compression, answers that are too long for memory.
//!
//! The entity tag follows from the release, the canonical question, format and language, and the coding. So equal
//! questions, however they are written, have equal tags, and a reader who has the answer costs no reckoning.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use panoh_publication::{Artefact, Lang};
use sha2::{Digest, Sha256};

use crate::brake::Household;
use crate::format::{Format, View};
use crate::kept::{Kept, KeptAnswers};
use crate::parameters::Parameters;
use crate::question::Page;
use crate::reader::Reader;
use crate::served::Served;
use crate::word_for_word::Repeatable;
use crate::writing::{Written, write_away};
use crate::{Problem, pages};

/// An hour: a withdrawal must arrive.
const CACHE: &str = "public, max-age=3600";
/// What is for a project is kept by nobody on the way.
const NO_CACHE: &str = "private, no-store";
/// Answers with more rows are made a few at a time.
const MANY_ROWS: usize = 10_000;
/// What stands behind the tag of a compressed answer, before the closing quotation mark.
const CODING_SUFFIX: &str = "-gzip";

/// What a reader asked for, as far as it is the same at every address.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) parameters: Parameters,
    /// The path, as it was written.
    pub(crate) path: String,
    accept: String,
    known_tags: String,
    takes_gzip: bool,
    reader: Reader,
    household: Option<Household>,
    served: Served,
}

impl FromRequestParts<Served> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let reader = Reader::from_request_parts(parts, served).await?;
        Ok(Self {
            parameters: Parameters::parse(&parts.uri, false)?,
            path: parts.uri.path().to_owned(),
            accept: joined(&parts.headers, &header::ACCEPT),
            known_tags: joined(&parts.headers, &header::IF_NONE_MATCH),
            takes_gzip: takes_gzip(&joined(&parts.headers, &header::ACCEPT_ENCODING)),
            reader,
            household: parts.extensions.get().copied(),
            served: served.clone(),
        })
    }
}

/// What a reader of pages asked for: forms send fields that are left empty, and browsers say which languages people read.
#[derive(Debug)]
pub(crate) struct AskedForm(pub(crate) Asked);

impl FromRequestParts<Served> for AskedForm {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let mut parameters = Parameters::parse(&parts.uri, true)?;
        parameters.or_else("lang", preferred(&joined(&parts.headers, &header::ACCEPT_LANGUAGE)));
        // The address is parsed above, in the way of forms.
        let uri = std::mem::replace(&mut parts.uri, Uri::from_static("/"));
        let asked = Asked::from_request_parts(parts, served).await;
        parts.uri = uri;
        Ok(Self(Asked { parameters, path: parts.uri.path().to_owned(), ..asked? }))
    }
}

/// The language of the pages that `Accept-Language` likes best (RFC 9110, 12.5.4); English when it likes none of them.
fn preferred(accept: &str) -> &'static str {
    let liking = |lang: &Lang| -> f32 {
        let ranges = accept.split(',').filter_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let range = parts.next()?.to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
            (range.split('-').next() == Some(lang.name())).then_some(quality)
        });
        ranges.fold(0.0, f32::max)
    };
    let best = Lang::ALL.iter().map(liking).fold(0.0, f32::max);
    Lang::ALL.iter().find(|lang| best > 0.0 && liking(lang) >= best).map_or("en", |lang| lang.name())
}

impl Asked {
    /// Settles format and language.
    pub(crate) fn view(&mut self, offers: &[Format]) -> Result<View, Problem> {
        View::of(&mut self.parameters, &self.accept, offers)
    }

    /// Takes the page out.
    pub(crate) fn page(&mut self, view: View) -> Result<Page, Problem> {
        pages::asked(&mut self.parameters, view)
    }

    /// Answers: 304 when the reader has it already, else what was kept, else what `make` writes, away from the threads that
    /// serve.
    pub(crate) async fn respond<F>(self, view: View, key: &Key, make: F) -> Result<Response, Problem>
    where
        F: FnOnce(&mut (dyn Write + Send)) -> Result<(), Problem> + Send + 'static,
    {
        let (tag, private) = (key.tag(view), self.reader.is_private());
        let headers = move |tag: &str, is_gzip| headers(view, key, tag, is_gzip, private);
        let gzip = self.takes_gzip && view.format.is_text();
        if let Some(known) = matching(&self.known_tags, &tag) {
            return Ok((StatusCode::NOT_MODIFIED, headers(&known, gzip)).into_response());
        }
        let kept = KeptAnswers::key(&tag, gzip);
        if let Some(body) = self.served.answers().get(&kept) {
            return Ok(whole(headers, &tag, &body, private));
        }
        let making = if key.is_heavy { Arc::clone(self.served.heavy()).acquire_owned().await.ok() } else { None };
        match write_away(make, gzip, (self.served.long_answers(), self.household), making).await? {
            Written::Whole { bytes, is_gzip } => {
                let body = Kept { bytes, is_gzip };
                let response = whole(headers, &tag, &body, private);
                self.served.answers().keep(kept, body);
                Ok(response)
            }
            Written::Parts(body, is_gzip) => {
                let tag = coded(&tag, is_gzip);
                Ok((headers(&tag, is_gzip), Body::new(body)).into_response())
            }
        }
    }
}

fn whole(headers: impl Fn(&str, bool) -> HeaderMap, tag: &str, body: &Kept, private: bool) -> Response {
    let mut response = Response::new(Body::from(body.bytes.clone()));
    *response.headers_mut() = headers(&coded(tag, body.is_gzip), body.is_gzip);
    if !private {
        response.extensions_mut().insert(Repeatable(body.bytes.clone()));
    }
    response
}

/// A compressed answer is another representation and needs another tag (RFC 9110, 8.8.3.3).
fn coded(tag: &str, is_gzip: bool) -> String {
    if is_gzip { format!("{tag}{CODING_SUFFIX}") } else { tag.to_owned() }
}

/// Everything that an answer depends on, besides format and language.
#[derive(Debug)]
pub(crate) struct Key {
    digest: Sha256,
    /// Name of a file with the answer, without what tells the format.
    file: String,
    /// Addresses of other parts of the answer, as `Link` gives them.
    links: Option<String>,
    /// Whether the answer has so many rows that few of its kind are made at a time.
    is_heavy: bool,
}

impl Key {
    /// A key for an address; the version stands for the code that writes the answer.
    pub(crate) fn new(address: &str) -> Self {
        let empty = Self { digest: Sha256::new(), file: address.to_owned(), links: None, is_heavy: false };
        empty.and(env!("CARGO_PKG_VERSION")).and(address)
    }

    /// Adds one more thing, such as the digest of a release or a canonical question.
    pub(crate) fn and(mut self, part: &str) -> Self {
        self.digest.update((part.len() as u64).to_le_bytes());
        self.digest.update(part);
        self
    }

    /// Adds all releases, in their order.
    pub(crate) fn and_releases<'a>(self, releases: impl Iterator<Item = &'a Arc<Artefact>>) -> Self {
        releases.fold(self, |key, artefact| key.and(&artefact.digest))
    }

    /// Names the file: plain letters, digits and hyphens.
    pub(crate) fn named(self, file: impl Into<String>) -> Self {
        Self { file: file.into(), ..self }
    }

    /// Says how many rows the answer has.
    pub(crate) fn of_rows(self, rows: usize) -> Self {
        Self { is_heavy: rows > MANY_ROWS, ..self }
    }

    /// Tells the reader of other parts.
    pub(crate) fn linking(self, links: Option<String>) -> Self {
        Self { links, ..self }
    }

    fn tag(&self, view: View) -> String {
        let mut digest = self.digest.clone();
        digest.update(view.canonical());
        digest.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

fn headers(view: View, key: &Key, tag: &str, is_gzip: bool, private: bool) -> HeaderMap {
    let plain = |text: String| HeaderValue::from_str(&text).expect("made of plain letters");
    let varies = if view.format == Format::Html {
        "accept, accept-encoding, accept-language, authorization"
    } else {
        "accept, accept-encoding, authorization"
    };
    let mut headers = HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(view.format.content_type())),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(view.lang.name())),
        (header::CACHE_CONTROL, HeaderValue::from_static(if private { NO_CACHE } else { CACHE })),
        (header::VARY, HeaderValue::from_static(varies)),
        (header::ETAG, plain(format!("\"{tag}\""))),
    ]);
    if is_gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(extension) = view.format.extension() {
        let file = format!("attachment; filename=\"{}.{extension}\"", key.file);
        headers.insert(header::CONTENT_DISPOSITION, plain(file));
    }
    if let Some(links) = key.links.as_deref().and_then(|links| HeaderValue::from_str(links).ok()) {
        headers.insert(header::LINK, links);
    }
    headers
}

/// Whether `Accept-Encoding` allows gzip (RFC 9110, 12.5.3).
fn takes_gzip(accept: &str) -> bool {
    let mut any = None;
    for item in accept.split(',') {
        let mut parts = item.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
        let allowed = quality.is_some_and(|quality| quality > 0.0);
        match coding.as_str() {
            "gzip" | "x-gzip" => return allowed,
            "*" => any = Some(allowed),
            _ => {}
        }
    }
    any.unwrap_or(false)
}

fn joined(headers: &HeaderMap, name: &header::HeaderName) -> String {
    let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    lines.join(",")
}

/// The tag as the reader knows it, with or without the coding's suffix, if it is this one (RFC 9110, 13.1.2).
fn matching(known_tags: &str, tag: &str) -> Option<String> {
    known_tags.split(',').map(str::trim).find_map(|known| {
        let known = known.trim_start_matches("W/").trim_matches('"');
        let same = known == "*" || known.strip_suffix(CODING_SUFFIX).unwrap_or(known) == tag;
        same.then(|| if known == "*" { tag.to_owned() } else { known.to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_read_as_the_standard_says() {
        for (accept, gzip) in [
            ("", false),
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0, *", false),
            ("*", true),
            ("identity", false),
            ("*;q=0", false),
        ] {
            assert_eq!(takes_gzip(accept), gzip, "{accept:?}");
        }
    }

    #[test]
    fn people_are_answered_in_their_language() {
        for (accept, lang) in [
            ("", "en"),
            ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
            ("tg", "tg"),
            ("de, tg;q=0.5, ru;q=0.4", "tg"),
            ("ru;q=0", "en"),
            ("fr", "en"),
            ("*", "en"),
        ] {
            assert_eq!(preferred(accept), lang, "{accept:?}");
        }
    }

    #[test]
    fn tags_match_with_any_coding() {
        let tag = "ab12";
        for (known, found) in [
            ("\"ab12\"", Some("ab12")),
            ("W/\"ab12\"", Some("ab12")),
            ("\"ab12-gzip\"", Some("ab12-gzip")),
            ("\"x\", \"ab12\"", Some("ab12")),
            ("*", Some("ab12")),
            ("\"ab13\"", None),
            ("", None),
        ] {
            assert_eq!(matching(known, tag).as_deref(), found, "{known}");
        }
    }
}

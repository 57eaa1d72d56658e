//! From a request to the bytes of an answer: format and language, validators, caching.
//!
//! The entity tag follows from the release, the canonical question, format and language; `layers` adds the coding. So
//! equal questions, however they are written, have equal tags, and a reader who has the answer costs no reckoning.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use panoh_publication::{Artefact, Labels};
use sha2::{Digest, Sha256};

use crate::Problem;
use crate::parameters::Parameters;
use crate::problem::Kind;

/// An hour: a withdrawal must arrive.
const CACHE: &str = "public, max-age=3600";

/// What `layers` puts behind the tag of a compressed answer, before the closing quotation mark.
pub(crate) const CODING_SUFFIX: &str = "-gzip";

/// What a reader asked for, as far as it is the same at every address.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) parameters: Parameters,
    accept: String,
    known_tags: String,
}

/// How the answer is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) format: Format,
    pub(crate) lang: Lang,
}

/// Formats of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
    Html,
}

/// Languages of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    En,
    Ru,
    Tg,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self {
            parameters: Parameters::parse(&parts.uri)?,
            accept: joined(&parts.headers, &header::ACCEPT),
            known_tags: joined(&parts.headers, &header::IF_NONE_MATCH),
        })
    }
}

impl Asked {
    /// Settles format and language; `?format=` wins over `Accept`.
    pub(crate) fn view(&mut self, offers: &[Format]) -> Result<View, Problem> {
        let names = || offers.iter().map(|format| format.name());
        let format =
            match self.parameters.take("format") {
                Some(name) => offers.iter().copied().find(|format| format.name() == name).ok_or_else(|| {
                    Problem::new(Kind::BadValue, "this address has no such format").with_allowed(names())
                })?,
                None => negotiate(&self.accept, offers).ok_or_else(|| {
                    let types = offers.iter().map(|format| format.media_type());
                    Problem::new(Kind::NotAcceptable, "Accept names none of the formats of this address")
                        .with_allowed(types)
                })?,
            };
        let lang = match self.parameters.take("lang").as_deref() {
            None | Some("en") => Lang::En,
            Some("ru") => Lang::Ru,
            Some("tg") => Lang::Tg,
            Some(_) => {
                return Err(Problem::new(Kind::BadValue, "there is no such language").with_allowed(["en", "ru", "tg"]));
            }
        };
        Ok(View { format, lang })
    }

    /// Answers: 304 when the reader has it already, else the body that `make` writes, away from the threads that serve.
    pub(crate) async fn respond<F>(self, view: View, key: &Key, make: F) -> Result<Response, Problem>
    where
        F: FnOnce() -> Result<Vec<u8>, Problem> + Send + 'static,
    {
        let tag = key.tag(view);
        if let Some(known) = matching(&self.known_tags, &tag) {
            return Ok((StatusCode::NOT_MODIFIED, headers(view, &known)).into_response());
        }
        let body = tokio::task::spawn_blocking(make).await.map_err(|error| {
            tracing::error!(%error, "an answer could not be made");
            Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)
        })??;
        Ok((headers(view, &tag), Body::from(body)).into_response())
    }
}

/// Everything that an answer depends on, besides format and language.
#[derive(Debug)]
pub(crate) struct Key(Sha256);

impl Key {
    /// A key for an address; the version stands for the code that writes the answer.
    pub(crate) fn new(address: &str) -> Self {
        Self(Sha256::new()).and(env!("CARGO_PKG_VERSION")).and(address)
    }

    /// Adds one more thing, such as the digest of a release or a canonical question.
    pub(crate) fn and(mut self, part: &str) -> Self {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// Adds all releases, in their order.
    pub(crate) fn and_releases<'a>(self, releases: impl Iterator<Item = &'a Arc<Artefact>>) -> Self {
        releases.fold(self, |key, artefact| key.and(&artefact.digest))
    }

    fn tag(&self, view: View) -> String {
        let mut digest = self.0.clone();
        digest.update(view.format.name());
        digest.update(view.lang.name());
        digest.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Html => "html",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Html => "text/html",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Html => "text/html; charset=utf-8",
        }
    }
}

impl Lang {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Tg => "tg",
        }
    }

    /// The text in this language.
    pub(crate) fn of(self, labels: &Labels) -> &str {
        match self {
            Self::En => &labels.en,
            Self::Ru => &labels.ru,
            Self::Tg => &labels.tg,
        }
    }
}

fn headers(view: View, tag: &str) -> HeaderMap {
    let tag = HeaderValue::from_str(&format!("\"{tag}\"")).expect("a tag is hex digits and a suffix");
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(view.format.content_type())),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(view.lang.name())),
        (header::CACHE_CONTROL, HeaderValue::from_static(CACHE)),
        (header::VARY, HeaderValue::from_static("accept")),
        (header::ETAG, tag),
    ])
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

/// The offer that `Accept` likes best (RFC 9110, 12.5.1); the first one when it has no opinion.
fn negotiate(accept: &str, offers: &[Format]) -> Option<Format> {
    if accept.trim().is_empty() {
        return offers.first().copied();
    }
    let liking = |format: Format| -> f32 {
        let media_type = format.media_type();
        let (group, _) = media_type.split_once('/').unwrap_or((media_type, ""));
        let rank = |range: &str| match range {
            range if range == media_type => 3,
            range if range.strip_suffix("/*") == Some(group) => 2,
            "*/*" => 1,
            _ => 0,
        };
        let ranges = accept.split(',').filter_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let rank = rank(&parts.next()?.to_ascii_lowercase());
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
            (rank > 0).then_some((rank, quality))
        });
        ranges.max_by_key(|(rank, _)| *rank).map_or(0.0, |(_, quality)| quality)
    };
    let best = offers.iter().map(|offer| liking(*offer)).fold(0.0, f32::max);
    offers.iter().copied().find(|offer| best > 0.0 && liking(*offer) >= best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_read_as_the_standard_says() {
        let offers = [Format::Json, Format::Csv];
        for (accept, format) in [
            ("", Some(Format::Json)),
            ("*/*", Some(Format::Json)),
            ("text/csv", Some(Format::Csv)),
            ("TEXT/CSV", Some(Format::Csv)),
            ("text/*", Some(Format::Csv)),
            ("text/csv;q=0.5, application/json;q=0.9", Some(Format::Json)),
            ("text/csv, application/json", Some(Format::Json)),
            ("*/*;q=0.1, text/csv", Some(Format::Csv)),
            ("*/*, application/json;q=0", Some(Format::Csv)),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some(Format::Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/xml", None),
        ] {
            assert_eq!(negotiate(accept, &offers), format, "{accept:?}");
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

//! Who asks: everybody, or somebody who shows the token of a project.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use panoh_requests::{Bearer, Scope};

use crate::problem::Kind;
use crate::served::Served;
use crate::{Problem, Shelf};

/// Whoever asks. A token that is not good is refused at every address: who shows one wants to know.
#[derive(Debug, Clone)]
pub(crate) struct Reader(Option<Bearer>);

impl FromRequestParts<Served> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let Some(shown) = parts.headers.get(header::AUTHORIZATION) else { return Ok(Self(None)) };
        let refuse = || Problem::new(Kind::BadToken, "show a token that is good: Authorization: Bearer panoh_…");
        let text = shown.to_str().ok().and_then(bearer_text).ok_or_else(refuse)?;
        let today = served.today().ok_or_else(refuse)?;
        let bearer = served.tokens().bearer(text, &today).map_err(|reason| {
            tracing::info!(?reason, "a token was not taken");
            refuse()
        })?;
        Ok(Self(Some(bearer)))
    }
}

/// The token of `Bearer TOKEN` (RFC 6750, 2.1).
fn bearer_text(header: &str) -> Option<&str> {
    let (scheme, text) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| text.trim())
}

impl Reader {
    /// Whether an answer is for this reader alone.
    pub(crate) fn is_private(&self) -> bool {
        self.0.is_some()
    }

    /// The project of a reader who may do this.
    pub(crate) fn who_may(self, scope: Scope) -> Result<Bearer, Problem> {
        let bearer = self
            .0
            .ok_or_else(|| Problem::new(Kind::BadToken, "this address needs a token: Authorization: Bearer panoh_…"))?;
        if bearer.may(scope) {
            return Ok(bearer);
        }
        Err(Problem::new(Kind::NotAllowed, "the token does not allow this; ask for another where you got it"))
    }
}

/// What whoever asks may see.
#[derive(Debug)]
pub(crate) struct Sight(pub(crate) Arc<Shelf>);

impl FromRequestParts<Served> for Sight {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let shelves = served.shelves();
        let shelf = match Reader::from_request_parts(parts, served).await?.0 {
            Some(bearer) if bearer.may(Scope::Read) => shelves.of_project(&bearer.project),
            _ => shelves.public(),
        };
        Ok(Self(Arc::clone(shelf)))
    }
}

//! The pages for planners, and their style sheet.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use panoh_pages::{FILTERS, Filters, PageError, PageName, STYLE};
use panoh_publication::{Artefact, Lang};

use crate::format::Format;
use crate::parameters::{Parameters, codes};
use crate::problem::Kind;
use crate::reader::Sight;
use crate::respond::{AskedForm, Key};
use crate::{Problem, Shelf};

/// What a page or a picture of one is asked for with.
pub(super) struct Choice {
    release: Option<Arc<Artefact>>,
    filters: Filters,
}

impl Choice {
    /// Takes release, years and codes out of an address; codes must be those of a release.
    pub(super) fn take(parameters: &mut Parameters, shelf: &Shelf) -> Result<Self, Problem> {
        let release = parameters.take("release").map(|id| shelf.find(&id).map(Arc::clone)).transpose()?;
        let (from, to) = (parameters.take_year("from")?, parameters.take_year("to")?);
        let mut taken = BTreeMap::new();
        for name in FILTERS {
            let Some(text) = parameters.take(name) else { continue };
            let found = release
                .iter()
                .chain(shelf.newest_first())
                .find_map(|artefact| artefact.cube.dimension(name).map(|at| &artefact.cube.dimensions()[at]));
            let dimension = found.ok_or_else(|| {
                let detail = format!("no public release has the dimension {name}");
                Problem::new(Kind::NotReleased, detail)
            })?;
            let chosen = codes(dimension, &text)?;
            taken.insert(name.to_owned(), chosen.into_iter().map(|at| dimension.codes[at].code.clone()).collect());
        }
        parameters.finish(FILTERS.into_iter().chain(["release", "from", "to"]))?;
        Ok(Self { release, filters: Filters { from, to, taken } })
    }

    /// One text for all ways of asking the same thing.
    pub(super) fn canonical(&self) -> String {
        format!("{:?} {:?}", self.release.as_ref().map(|artefact| artefact.digest.as_str()), self.filters)
    }

    /// What a picture is made of: the release that was named, or any of all.
    pub(super) fn releases<'a>(&'a self, shelf: &'a Shelf) -> impl Iterator<Item = &'a Arc<Artefact>> {
        let all = if self.release.is_some() { Vec::new() } else { shelf.releases() };
        self.release.iter().chain(all)
    }

    /// The question to the pages.
    pub(super) fn asked<'a>(&'a self, lang: Lang, shelf: &'a Shelf) -> panoh_pages::Asked<'a> {
        panoh_pages::Asked {
            lang,
            releases: shelf.releases(),
            release: self.release.as_ref(),
            filters: self.filters.clone(),
        }
    }
}

/// One page.
pub(super) async fn page(
    name: PageName,
    Sight(shelf): Sight,
    AskedForm(mut asked): AskedForm,
) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Html])?;
    let choice = Choice::take(&mut asked.parameters, &shelf)?;
    let key = Key::new(name.path()).and(&choice.canonical()).and_releases(shelf.newest_first());
    let make = move |out: &mut (dyn std::io::Write + Send)| {
        let html = panoh_pages::page(name, &choice.asked(view.lang, &shelf)).map_err(|error| internal(&error))?;
        out.write_all(html.as_bytes()).map_err(|_| Problem::new(Kind::Internal, "the log of the server says more"))
    };
    asked.respond(view, &key, make).await
}

/// A question that a page asks of releases that were checked before cannot fail.
pub(super) fn internal(error: &PageError) -> Problem {
    tracing::error!(%error, cause = ?std::error::Error::source(error), "a page could not be made");
    Problem::new(Kind::Internal, "the log of the server says more")
}

pub(super) async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, STYLE).into_response()
}

//! The page for planners and its style sheet.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::format::Format;
use crate::problem::Kind;
use crate::reader::Sight;
use crate::respond::{Asked, Key};
use crate::{Problem, page};

const STYLE: &str = include_str!("../../assets/style.css");

/// The three statistics as charts and tables.
pub(super) async fn overview(Sight(shelf): Sight, mut asked: Asked) -> Result<Response, Problem> {
    let view = asked.view(&[Format::Html])?;
    asked.parameters.finish([])?;
    let key = Key::new("overview").and_releases(shelf.newest_first());
    let make = move |out: &mut (dyn std::io::Write + Send)| {
        let page = page::overview(&shelf)?;
        out.write_all(&page).map_err(|_| Problem::new(Kind::Internal, "the log of the server says more"))
    };
    asked.respond(view, &key, make).await
}

pub(super) async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, STYLE).into_response()
}
